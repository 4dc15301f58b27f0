"""Thirteen layouts of donation agreements, letters, pledges and receipts of gifts."""

from bench.evidence import parts as p
from bench.evidence import wording
from bench.evidence.specimen import Gap, Layout, Rule, Specimen, Style, Text, grid, title
from bench.evidence.truth import DONATION


def _donation(name: str, style: Style, *parts: p.Part) -> Layout:
    return Layout(name=f"donation-{name}", kind=DONATION, style=style, parts=parts)


def _gift_purpose(specimen: Specimen) -> None:
    purpose, taker = specimen.purpose(), specimen.sides.payee_term
    specimen.clause(
        specimen.choose(
            f"第二条 捐赠用途：{purpose}。",
            f"二、捐赠财产的用途：专项用于{purpose}。",
            f"二、上述捐赠款定向用于{purpose}，{taker}不得擅自改变用途。",
            f"第二条 {taker}应将捐赠款全部用于{purpose}。",
        )
    )


def _gift_amount(specimen: Specimen) -> None:
    giver, taker = specimen.sides.payer_term, specimen.sides.payee_term
    specimen.clause(
        specimen.choose(
            f"第一条 {giver}自愿向{taker}捐赠{specimen.both()}。",
            f"一、捐赠金额：{specimen.both()}。{giver}保证捐赠财产来源合法。",
            f"一、{giver}自愿无偿捐赠货币资金{specimen.both()}给{taker}，用于公益慈善事业。",
            f"第一条 捐赠财产为货币，捐赠总额{specimen.both()}，由{giver}捐给{taker}。",
        )
    )


def _bare_gift_amount(specimen: Specimen) -> None:
    giver, taker = specimen.sides.payer_term, specimen.sides.payee_term
    specimen.clause(
        specimen.choose(
            f"一、{giver}向{taker}捐赠现金{specimen.total()}。",
            f"第一条 捐赠金额为{specimen.total()}，{giver}于到账日前转入{taker}账户。",
        )
    )


def _gift_period(specimen: Specimen) -> None:
    specimen.clause(
        specimen.choose(
            f"三、本协议有效期自{specimen.starts()}起至{specimen.ends()}止。",
            f"第三条 捐赠款项应于{specimen.starts()}至{specimen.ends()}期间到账。",
            f"三、捐赠项目执行期限：{specimen.starts()}至{specimen.ends()}。",
        )
    )


def _gift_stages(specimen: Specimen) -> None:
    stages = specimen.stages()
    said = "；".join(f"第{'一二三四'[place]}批捐赠{stage}" for place, stage in enumerate(stages))
    specimen.clause(f"四、捐赠款分{len(stages)}批到账：{said}。")


def _gift_duties(specimen: Specimen) -> None:
    taker = specimen.sides.payee_term
    for text in (
        f"{taker}应当向捐赠人开具公益事业捐赠统一票据，并登记造册，妥善管理和使用捐赠财产。",
        "捐赠人有权查询捐赠财产的使用、管理情况，并提出意见和建议。",
        "捐赠行为不以营利为目的，不附加任何影响公益性的条件。",
        "本协议一式三份，双方各执一份，报登记管理机关备案一份，具有同等法律效力。",
    ):
        specimen.clause(text)


def _law(specimen: Specimen) -> None:
    specimen.clause(
        specimen.choose(
            "为弘扬中华民族扶贫济困的传统美德，根据《中华人民共和国慈善法》《中华人民共和国公益事业捐赠法》，双方订立本协议。",
            "根据《中华人民共和国民法典》《中华人民共和国慈善法》有关规定，经双方协商一致，签订本捐赠协议。",
        )
    )


def _letter(specimen: Specimen) -> None:
    """A letter to the charity: the giver speaks of itself."""
    specimen.line(f"{specimen.payee()}：")
    giver, both, purpose = specimen.payer(), specimen.both(), specimen.purpose()
    specimen.clause(
        specimen.choose(
            f"为支持公益事业，{giver}自愿向贵单位捐赠{both}，用于{purpose}。",
            f"{giver}决定捐赠{both}给贵单位，定向用于{purpose}，请查收并出具捐赠票据。",
        )
    )
    specimen.clause("上述款项为我方合法所有，捐赠出于自愿，不要求任何回报。特此函告。")


def _letter_end(specimen: Specimen) -> None:
    specimen.add(Gap(1))
    specimen.stamp(specimen.story.payer, across=0.8, up=-30)
    specimen.add(
        Text(text=f"捐赠人：{specimen.payer()}", align="right"),
        Text(text=specimen.signed(), align="right"),
    )


def _pledge(specimen: Specimen) -> None:
    specimen.line(f"承诺人（捐赠人）：{specimen.payer()}")
    specimen.line(f"受赠人：{specimen.payee()}")
    specimen.clause(f"本人（单位）郑重承诺，自愿捐赠{specimen.both()}，用于{specimen.purpose()}。")
    specimen.clause(f"承诺期限：{specimen.starts()}至{specimen.ends()}。")
    specimen.line(f"承诺日期：{specimen.signed()}")
    specimen.stamp(specimen.story.payer, across=0.6, up=10)


def _form(specimen: Specimen) -> None:
    """A form with every fact in a cell."""
    specimen.add(
        grid(
            [
                ("捐赠人", specimen.payer()),
                ("受赠单位", specimen.payee()),
                ("捐赠方式", specimen.choose("银行转账", "货币", "现金")),
                ("捐赠金额（小写）", specimen.total()),
                ("捐赠金额（大写）", specimen.words()),
                ("捐赠用途", specimen.purpose()),
                ("联系电话", wording.telephone(specimen.rng)),
                ("捐赠日期", specimen.signed()),
            ],
            (1, 2.4),
        )
    )
    specimen.line("经办人：　　　　　　　　　　　　　　审核人：")
    specimen.stamp(specimen.story.payee, across=0.78, up=60)


def _wide_form(specimen: Specimen) -> None:
    specimen.add(
        grid(
            [
                ("捐赠方", specimen.payer(), "受赠方", specimen.payee()),
                ("捐赠金额", specimen.total(), "大写", specimen.words()),
                ("捐赠项目", specimen.purpose(), "登记日期", specimen.signed()),
                ("收款账号", specimen.account(), "开户行", specimen.story.bank),
            ],
            (1, 2.2, 1, 2.2),
            scale=0.85,
        )
    )
    specimen.stamp(specimen.story.payee, across=0.7, up=30)


def _confirmation(specimen: Specimen) -> None:
    giver, taker = specimen.payer(), specimen.payee()
    specimen.line(f"{giver}：")
    specimen.clause(
        f"{taker}已收到{giver}捐赠款{specimen.both()}。该笔捐款将用于{specimen.purpose()}，感谢贵方对公益事业的支持。"
    )
    specimen.add(Gap(1), Text(text=taker, align="right"))
    specimen.stamp(taker, across=0.85)
    specimen.add(Text(text=specimen.signed(), align="right"))


def _intent(specimen: Specimen) -> None:
    specimen.add(Text(text="捐赠意向", scale=1.2, bold=True), Rule("red", 1.5))
    giver, taker = specimen.payer(), specimen.payee()
    purpose = specimen.purpose()
    specimen.line(f"捐赠单位：{giver}")
    specimen.line(f"受赠单位：{taker}")
    specimen.line(f"捐赠项目：{purpose}")
    specimen.line(f"意向金额：{specimen.total()}")
    specimen.line(f"项目期限：{specimen.starts()}至{specimen.ends()}")


_NORMAL = Style()

DONATIONS = (
    _donation(
        "agreement", _NORMAL, title("捐赠协议书", "捐赠协议"), p.lettered("捐赠人", "受赠人"), p.parties_in_lines, _law,
        _gift_amount, _gift_purpose, _gift_period, _gift_duties, p.account_lines, p.signatures_in_columns,
    ),
    _donation(
        "agreement-called", _NORMAL, title("定向捐赠协议", "公益捐赠协议书"), p.called("捐赠方", "受赠方"),
        p.parties_in_indented_lines, _law, _gift_amount, _gift_purpose, _gift_period, _gift_duties,
        p.account_sentence, p.signatures_in_lines,
    ),
    _donation(
        "agreement-batches", Style(size=11), title("捐赠协议"), p.lettered("捐赠方", "受赠方"), p.parties_in_lines, _law,
        _gift_amount, _gift_purpose, _gift_period, _gift_stages, p.account_lines, _gift_duties,
        p.signatures_in_columns,
    ),
    _donation(
        "agreement-bare", Style(face="song"), title("捐款协议"), p.called("捐赠人", "受赠人"), p.parties_side_by_side,
        _bare_gift_amount, _gift_purpose, _gift_period, p.account_table, p.signatures_in_lines,
    ),
    _donation(
        "agreement-table", Style(size=11), title("慈善捐赠协议"), p.called("捐赠人", "受赠人"), p.parties_in_table,
        p.purpose_line, p.amount_table, p.period_line, p.account_table, p.decoy_parties, _gift_duties,
        p.signatures_in_columns,
    ),
    _donation(
        "agreement-columns", Style(size=10.5, columns=2, margin=54), title("捐赠协议书", scale=1.4),
        p.lettered("捐赠人", "受赠人"), p.parties_in_lines, _law, _gift_amount, _gift_purpose, _gift_period,
        _gift_duties, p.fillers(6), p.account_lines, p.signatures_in_lines,
    ),
    _donation(
        "agreement-long", Style(size=14, leading=1.8), title("公益项目捐赠协议书"), p.lettered("捐赠方", "受赠方"),
        p.contract_number, p.parties_in_lines, _law, p.fillers(3), _gift_amount, _gift_stages, _gift_purpose,
        _gift_period, _gift_duties, p.fillers(6), p.account_lines, p.signatures_in_columns, p.annex(45),
    ),
    _donation("letter", Style(size=14), title("捐赠函", "关于捐赠善款的函"), _letter, _letter_end),
    _donation("pledge", Style(face="light", size=13), title("捐赠承诺书", "爱心捐赠承诺书"), _pledge),
    _donation("form", Style(size=12, numbered=False), title("接受捐赠登记表", "捐赠登记表"), _form),
    _donation(
        "form-wide", Style(size=12, landscape=True, margin=48, numbered=False), title("捐赠信息确认表"), _wide_form
    ),
    _donation("confirmation", Style(size=14), title("捐赠确认书", "接受捐赠确认函"), _confirmation),
    _donation(
        "intent", Style(size=13), title("捐赠意向书"), _intent, _gift_duties, p.account_lines, p.signatures_in_lines
    ),
)  # fmt: skip
