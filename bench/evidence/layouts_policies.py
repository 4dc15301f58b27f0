"""Eleven layouts of notices, replies and letters by which departments give money to units."""

from bench.evidence import parts as p
from bench.evidence import wording
from bench.evidence.specimen import Gap, Layout, Rule, Specimen, Style, Text, Turn, grid
from bench.evidence.truth import POLICY

_DEEP = ("为进一步加强资金管理，提高资金使用效益，", "为保障有关工作顺利开展，", "按照年度预算安排，")


def _policy(name: str, style: Style, *parts: p.Part) -> Layout:
    return Layout(name=f"policy-{name}", kind=POLICY, style=style, parts=parts)


def _red_head(specimen: Specimen) -> None:
    specimen.add(
        Text(text=f"{specimen.payer()}文件", align="centre", scale=2.0, bold=True, colour="red", after=0.6),
        Text(text=specimen.number(), align="centre"),
        Rule("red", 2.0),
    )


def _red_head_left(specimen: Specimen) -> None:
    specimen.add(
        Text(text=specimen.payer(), align="centre", scale=1.9, bold=True, colour="red", after=0.4),
        Rule("red", 1.5),
        Text(text=specimen.number(), align="right"),
    )


def _plain_head(specimen: Specimen) -> None:
    specimen.add(Text(text=specimen.number(), align="left"))


def _titled(pattern: str) -> p.Part:
    def part(specimen: Specimen) -> None:
        text = pattern.format(
            year=specimen.story.signed_on.year, purpose=specimen.purpose(), office=specimen.payer()
        )
        specimen.add(Text(text=text, align="centre", scale=1.3, bold=True, after=0.9))

    return part


def _to_units(specimen: Specimen) -> None:
    specimen.line(specimen.choose("各有关单位：", "各相关单位：", "区直有关单位："))


def _to_unit(specimen: Specimen) -> None:
    specimen.line(f"{specimen.payee()}：")


def _grant_clause(specimen: Specimen) -> None:
    specimen.clause(
        specimen.choose(*_DEEP)
        + specimen.choose(
            f"根据{specimen.basis()}，现下达你单位{specimen.purpose()}补助资金{specimen.both()}，列入当年预算科目。",
            f"依据《关于做好资金安排工作的通知》（{specimen.basis()}），经研究，同意拨付你单位{specimen.total()}（大写：{specimen.words()}），专项用于{specimen.purpose()}。",
        )
    )


def _bare_grant_clause(specimen: Specimen) -> None:
    specimen.clause(
        specimen.choose(
            f"经研究，现拨付你单位{specimen.purpose()}经费{specimen.total()}，请严格按照规定用途使用。",
            f"你单位《关于申请{specimen.purpose()}经费的请示》收悉。经审核，同意安排补助资金{specimen.total()}。",
        )
    )


def _list_clause(specimen: Specimen) -> None:
    specimen.clause(
        specimen.choose(*_DEEP)
        + specimen.choose(
            f"根据{specimen.basis()}，现下达{specimen.purpose()}补助资金共计{specimen.list_total()}，具体分配见下表。",
            f"依据{specimen.basis()}文件，下达{specimen.purpose()}资金{specimen.list_total()}，资金分配情况见附表。",
        )
    )


def _list_table(*heads: str, wan: bool = False) -> p.Part:
    """Recipients with amounts, with `wan` in 万元 where all are round; the last row is the sum."""

    def part(specimen: Specimen) -> None:
        recipients = specimen.recipients()
        large = wan and all(amount % 100 == 0 for _, amount in recipients)
        show = wording.ten_thousands if large else wording.commas
        rows = [("序号", *heads, "金额（万元）" if large else "金额（元）")]
        filler = tuple("" for _ in heads[1:])
        rows += [
            (str(place), name, *filler, show(amount)) for place, (name, amount) in enumerate(recipients, 1)
        ]
        rows.append(("", "合计", *filler, show(specimen.list_sum)))
        specimen.add(grid(rows, (0.6, 3, *(0.8 for _ in filler), 1.4), headed=True, scale=0.85))

    return part


def _list_lines(specimen: Specimen) -> None:
    for place, (name, amount) in enumerate(specimen.recipients(), 1):
        specimen.line(f"{place}. {name}：{wording.commas(amount)}元", indent=2)


def _annex(specimen: Specimen) -> None:
    specimen.add(Turn(), Text(text="附件", bold=True))
    specimen.add(Text(text="资金分配表", align="centre", scale=1.3, bold=True))


def _annex_named(specimen: Specimen) -> None:
    specimen.line("附件：资金分配表")


def _period(specimen: Specimen) -> None:
    specimen.clause(
        specimen.choose(
            f"资金使用期限为{specimen.starts()}至{specimen.ends()}，逾期未使用的按规定收回。",
            f"项目实施期自{specimen.starts()}起至{specimen.ends()}止。",
        )
    )


def _duties(specimen: Specimen) -> None:
    for text in (
        "请你单位严格按照专款专用的原则使用资金，不得截留、挤占和挪用，并加快预算执行进度。",
        "各单位应当加强绩效管理，设定绩效目标，做好绩效监控和绩效评价工作，确保资金安全。",
        "收到资金后应当及时入账，按规定开具资金往来结算票据，并自觉接受财政、审计部门的监督检查。",
    ):
        specimen.clause(text)


def _account(specimen: Specimen) -> None:
    specimen.clause(
        f"资金拨入以下账户：户名{specimen.payee()}，开户行{specimen.story.bank}，账号{specimen.account()}。"
    )


def _close(specimen: Specimen) -> None:
    specimen.add(Gap(1))
    specimen.add(Text(text=specimen.payer(), align="right"))
    specimen.stamp(specimen.payer(), across=0.82, up=-4)
    specimen.add(Text(text=specimen.signed(), align="right"))


def _imprint(specimen: Specimen) -> None:
    later = specimen.date_form(specimen.story.signed_on)
    specimen.add(Gap(1), Rule(), Text(text="抄送：有关部门。", scale=0.85))
    specimen.add(Text(text=f"{specimen.payer()}办公室　　{later}印发", scale=0.85), Rule())


_OFFICIAL = Style(size=15, leading=1.75)
_NARROW = Style(size=12, leading=1.6)

POLICIES = (
    _policy(
        "grant", _OFFICIAL, _red_head, _titled("关于下达{year}年{purpose}补助资金的通知"), _to_unit, _grant_clause,
        _duties, _close,
    ),
    _policy(
        "grant-period", _NARROW, _red_head_left, _titled("关于拨付{purpose}经费的通知"), _to_unit, _grant_clause,
        _period, _account, _duties, _close, _imprint,
    ),
    _policy(
        "reply", _OFFICIAL, _red_head_left, _titled("关于{purpose}经费的批复"), _to_unit, _bare_grant_clause, _duties,
        _close,
    ),
    _policy(
        "letter", Style(size=14, face="song"), _red_head_left, _titled("关于拨付{purpose}资金的函"), _to_unit,
        _bare_grant_clause, _account, _close,
    ),
    _policy(
        "list", _NARROW, _red_head, _titled("关于下达{year}年{purpose}资金的通知"), _to_units, _list_clause,
        _list_table("单位名称"), _duties, _close,
    ),
    _policy(
        "list-annex", _OFFICIAL, _red_head, _titled("关于下达{purpose}补助资金的通知"), _to_units, _list_clause,
        _duties, _annex_named, _close, _annex, _list_table("单位", "备注"),
    ),
    _policy(
        "list-wan", _NARROW, _plain_head, _titled("{office}关于安排{purpose}专项经费的通知"), _to_units, _list_clause,
        _list_table("承担单位", wan=True), _period, _close,
    ),
    _policy(
        "list-lines", _NARROW, _red_head_left, _titled("关于分配{purpose}资金的通知"), _to_units, _list_clause,
        _list_lines, _period, _duties, _close,
    ),
    _policy(
        "list-columns", Style(size=10.5, columns=2, margin=54), _plain_head, _titled("关于拨付{purpose}经费的通知"),
        _to_units, _list_clause, _duties, _list_table("单位名称"), _close,
    ),
    _policy(
        "list-landscape", Style(size=11, landscape=True, margin=54), _plain_head,
        _titled("{office}关于{purpose}资金分配的通知"), _to_units, _list_clause, _list_table("项目单位", "类别", "备注"),
        _close,
    ),
    _policy(
        "grant-long", _OFFICIAL, _red_head, _titled("关于下达{year}年{purpose}专项资金的通知"), _to_unit, _duties,
        _grant_clause, _period, p.fillers(5), _account, _close, _imprint,
    ),
)  # fmt: skip
