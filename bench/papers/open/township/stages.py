"""Grants paid as the works go on: an application for a stage, and the rest once the works are accepted."""

from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.township import draw
from bench.papers.open.township.base import (
    PLACES,
    VILLAGES,
    account,
    bill,
    cn,
    dashed,
    day,
    later,
    money,
    other,
    person,
    plain,
    plain_more,
    upper,
    yuan,
)
from bench.papers.open.township.word import Typist
from bench.papers.values import Paper, Truth  # fmt: skip

_WORKS = (
    ("水利局", "灌区管理所", "渠系防渗改造项目", "水利项目资金"),
    ("农业农村局", "农业技术推广中心", "高标准农田土壤改良项目", "农业项目资金"),
    ("文化和旅游局", "文物管理所", "古戏台抢救性修缮项目", "文物保护项目资金"),
    ("自然资源局", "国有林场", "退化林修复项目", "林业项目资金"),
    ("教育体育局", "体育中心", "笼式足球场建设项目", "体育设施项目资金"),
    ("民政局", "社会福利中心", "适老化改造项目", "福彩公益金项目资金"),
)


def progress_form(rng: Random) -> Paper:
    """A form by which a unit asks for a stage, with the checked sum below what was asked; filled in by hand."""
    place = rng.choice(PLACES)
    head, tail, work, item = rng.choice(_WORKS)
    office, unit = place.county + head, place.county + tail
    name = f"{rng.choice(VILLAGES)}片{work}"
    total = yuan(rng, 300000, 9800000, 10000)
    before = (total * rng.choice((2, 3)) / 10).quantize(Decimal(100))
    asked = (total * rng.choice((3, 4)) / 10).quantize(Decimal(100))
    granted = asked - yuan(rng, 3000, 50000, 100)
    when = day(rng)
    number = f"{when.year}-{rng.randint(1, 60):02d}"
    face, colour = rng.choice(("zhimang", "mashan")), rng.choice(("#111", "#1b2a6b"))

    def on(text: str, size: float = 16) -> str:
        return draw.ink(text, face, size, colour)

    which = rng.choice(("第二次", "第2期"))
    rows = (
        ("项目名称", name, "项目单位", unit),
        ("主管部门", office, "批复总额（元）", on(plain(total))),
        ("已拨付（元）", on(plain(before)), "完成形象进度", on(f"{rng.randint(55, 85)}%")),
        (f"{which}申请拨付（元）", on(plain(asked)), "申请日期", on(dashed(later(rng, when, -20, -6)))),
    )
    table = "".join(f"<tr><td>{a}</td><td>{b}</td><td>{c}</td><td>{d}</td></tr>" for a, b, c, d in rows)
    names = [person(rng, place.people) for _ in range(4)]
    body = (
        f"<h1 style='font-size:19pt'>{place.county}财政补助项目进度款拨付审批表</h1>"
        "<p class='n' style='display:flex;justify-content:space-between;font-size:11pt'>"
        f"<span>编号：{on(number)}</span><span>单位：元</span></p><table class='g'>{table}"
        f"<tr><td>申请单位意见</td><td colspan='3'><p style='height:15mm'>{on('申请按进度拨付，请审批。')}"
        f"</p><p class='r'>负责人：{on(names[0], 19)}</p></td></tr>"
        f"<tr><td>业务股室审核</td><td colspan='3'><p>{on('经现场核量，扣除未完工程量，本次审定拨付' + plain(granted) + '元。')}</p>"
        f"<p>大写：{on(upper(granted))}</p><p class='r'>审核：{on(names[1], 19)}</p></td></tr>"
        "<tr><td>分管领导意见</td><td colspan='3'>"
        f"<p style='height:12mm'>{on(rng.choice(('同意。', '同意审核意见。', '按审定数拨付。')), 19)}"
        f"</p><p class='r'>{on(names[2], 21)}</p></td></tr>"
        f"<tr><td>主要领导审批</td><td colspan='3'><p style='height:12mm'>{on('同意拨付', 20)}"
        f"</p><p class='r'>{on(names[3], 22)}　{on(cn(when), 15)}</p></td></tr></table>"
        f"<p class='n' style='font-size:10pt'>注：本表一式三份，{office}财务股、"
        "业务股室、项目单位各一份。累计拨付不得超过批复总额的80%，余款验收后结清。</p>"
    )
    css = ".g td { padding: 5pt; } .g p { line-height: 1.9; } .g td:first-child { width: 28mm; text-align: center; }"
    pdf = tools.weasy(draw.sheet(body, css, face=rng.choice(("uming", "serif")), margin="18mm 20mm"))
    seals = [(draw.ring(unit), (0, 0.5, 0.4, 0.18)), (draw.ring(office), (0, 0.45, 0.63, 0.19))]
    data = draw.copied(rng, pdf, seals, rng.choice((170, 200, 220)))
    paid = later(rng, when, 2, 25)
    stranger = f"{place.county}{other(rng, head, ('财政局', '交通运输局', '卫生健康局', '发展和改革局'))}"
    return Paper(
        family="grant in stages",
        tool="weasyprint",
        form="scan",
        data=data,
        truth=Truth(
            kind="policy", payers=(office,), payees=(unit,), total=total, instalments=(granted,), words=granted, signed_on=when,
            numbers=(number,), purpose=name, also_amounts=(before, asked), also_purposes=("进度款",),
        ),
        bills=(
            bill(office, unit, granted, paid, item, used=before, remark=f"{name}进度款", note="the stage, after an earlier one"),
            bill(office, unit, asked, paid, item, "amount", "what was asked for, not what was checked", used=before),
            bill(stranger, unit, granted, paid, item, "payer", "another bureau", used=before),
        ),
    )  # fmt: skip


def final_payment(rng: Random) -> Paper:
    """A notice in Word: works accepted and audited, the rest is paid; it also tells what was paid before."""
    place = rng.choice(PLACES)
    head, tail, work, item = rng.choice(_WORKS)
    office, unit = place.county + head, place.county + tail
    name = f"{place.county}{rng.choice(place.towns)}{work}"
    granted = yuan(rng, 200000, 6000000, 10000)
    audited = granted - yuan(rng, 1000, 60000, 10) - Decimal("0.40")
    first = (granted * rng.choice((3, 4)) / 10).quantize(Decimal(100))
    second = (granted * 3 / 10).quantize(Decimal(100))
    rest = audited - first - second
    when, to = day(rng), account(rng)
    number = f"{place.short[0]}{head[0]}财〔{when.year}〕{rng.randint(2, 90)}号"
    cited = f"{place.short[0]}{head[0]}发〔{when.year - 1}〕{rng.randint(2, 90)}号"
    paper = Typist(rng.choice(("AR PL UMing CN", "Noto Serif CJK SC", "AR PL UKai CN")), 14, 27, 1.5)
    paper.say(f"{office}文件", "c", 30, True, colour="CC1111", face="Noto Serif CJK SC")
    paper.say(number, "c")
    paper.say("")
    paper.say(f"关于拨付{name}尾款的通知", "c", 19, True, face="Noto Serif CJK SC")
    paper.say(f"{unit}：", indent=False)
    paper.say(f"你单位实施的{name}（{cited}批复，补助{plain_more(granted / 10000)}万元）已于{cn(later(rng, when, -60, -20))}"
              f"通过我局组织的竣工验收，结算审核金额为{money(audited)}元。")  # fmt: skip
    paper.say(
        f"根据“先预拨、后清算”的规定，扣除前期已拨付资金，现拨付项目尾款{money(rest)}元（大写：{upper(rest)}）。资金结算情况如下："
    )
    paper.table(
        [["款项", "拨付时间", "金额（元）"], ["第一次（开工预付）", cn(later(rng, when, -300, -240)), money(first)],
         ["第二次（进度）", cn(later(rng, when, -200, -120)), money(second)], ["第三次（尾款）", "本次", money(rest)],
         ["合计（审定数）", "", money(audited)]], [60, 50, 46], 12,
    )  # fmt: skip
    paper.say(
        f"款项拨入你单位账户{to}（{place.county}{place.bank}营业部）。请及时入账，按规定办理资产移交，收款后三日内将财政票据送我局。"
    )
    paper.say("")
    paper.say(f"{office}　　", "r")
    paper.say(f"{cn(when)}　　", "r")
    data = paper.done()
    pages = len(tools.pictures(data, 20))
    data = draw.seal_pdf(data, [(draw.ring(office), (pages - 1, 0.72, 0.15 if pages > 1 else 0.85, 0.2))])
    paid, before = later(rng, when, 1, 20), first + second
    return Paper(
        family="grant in stages",
        tool="libreoffice",
        data=data,
        truth=Truth(
            kind="policy", payers=(office,), payees=(unit,), total=audited, instalments=(first, second, rest), words=rest, signed_on=when,
            numbers=(number,), accounts=(to,), purpose=name, also_amounts=(granted,),
                also_numbers=(cited,), also_purposes=("项目尾款", f"{name}尾款"),
        ),
        bills=(
            bill(office, unit, rest, paid, item, unit_account=to, used=before, note="the last stage"),
            bill(office, unit, granted - before, paid, item, "usage", "the granted sum's rest, more than the audit leaves",
                 unit_account=to, used=before),
            bill(office, unit, rest, paid, item, "account", "the notice names another account", unit_account=account(rng), used=before),
        ),
    )  # fmt: skip
