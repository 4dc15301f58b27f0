"""Agreements, notices and sheets about training: order classes, examinations, joint training, settlements."""

from decimal import Decimal
from random import Random
from typing import Any

from bench.papers.open.school import base as b
from bench.papers.open.school import draw as d
from bench.papers.tools import typst, weasy
from bench.papers.values import Paper, Truth

_MAJORS = (
    "工业机器人技术",
    "新能源汽车技术",
    "数控技术",
    "护理",
    "酒店管理",
    "智慧物流",
    "烹调工艺",
    "城市轨道交通运营",
    "建筑装饰",
)


def order_class(rng: Random) -> Paper:
    """An agreement on an order class: so much a head, three stages, and a deposit that is no fee."""
    _, town = b.place(rng)
    school, firm = b.college(rng, town), b.company(rng)
    heads, each = rng.randrange(24, 61), b.money(rng, 2400, 9800, 200)
    total, deposit = heads * each, b.money(rng, 20000, 50000, 10000)
    first, second = (total * 4 / 10).quantize(Decimal("0.01")), (total * 3 / 10).quantize(Decimal("0.01"))
    third = total - first - second
    signed = b.day(rng, 2023, 2025)
    start = b.after(signed, rng.randrange(12, 40))
    end = b.years(start, rng.choice((1, 2, 3)))
    major, card = rng.choice(_MAJORS), b.account(rng)
    branch, code = b.bank(rng, town), b.uscc(rng, "12")
    number = f"XQ-{signed.year}-{rng.randrange(1, 140):03d}"
    boss, head, clerk = b.people(rng, 3)
    purpose = rng.choice(("订单班学生培养费", "定向培养费用"))
    stages = (
        f"签订本协议后十个工作日内支付总额的40%，计 {b.comma(first)} 元；",
        f"第二学期开学后一个月内支付总额的30%，计 {b.comma(second)} 元；",
        f"学生完成跟岗实习并经双方考核后十五日内付清余款30%，计 {b.comma(third)} 元。",
    )
    listed = "".join(f"+ {stage}\n" for stage in stages)
    face, size = rng.choice((("Noto Serif SC", 10.5), ("LXGW WenKai", 11), ("AR PL UMing CN", 11.5)))
    source = f"""
#set page(paper: "a4", margin: (x: {rng.choice((24, 28, 31))}mm, y: 25mm), numbering: "— 1 —")
#set text(font: "{face}", size: {size}pt, lang: "zh", region: "cn")
#set par(justify: true, leading: {rng.choice((0.85, 1.0))}em, first-line-indent: (amount: 2em, all: true))
#set enum(numbering: "（1）", indent: 2em)
#let no(body) = par(first-line-indent: 0em, body)
#align(right)[协议编号：{number}]
#v(1.2em)
#align(center)[#text(size: 18pt, font: "Noto Sans SC")[“{major}”专业订单班联合培养协议书]]
#v(.8em)
#no[甲方（企业）：*{firm}*]
#no[住所：{b.address(rng, b.place(rng)[1])}　　法定代表人：{boss}]
#no[乙方（学校）：*{school}*]
#no[住所：{b.address(rng, town)}　　统一社会信用代码：{code}]
#v(.4em)
为深化产教融合，发挥校企双方在技术技能人才培养中的主体作用，甲、乙双方经协商，就共同举办“{
        major
    }”专业订单班事宜达成如下协议。

*一、培养规模与学制*　　订单班拟招收 {heads} 人，从乙方{
        signed.year
    }级在校学生中按双向选择的原则选拔。合作期限自{b.cn(start)}起至{b.cn(end)}止。

*二、双方职责*　　甲方选派不少于 {
        rng.randrange(2, 6)
    } 名技术骨干承担企业课程，提供跟岗实习岗位并按月向学生发放实习补助（每人每月不低于{
        rng.choice((1200, 1500, 1800))
    }元，由甲方直接发给学生）。乙方负责日常教学、学籍管理与思想政治教育，落实专用教室。

*三、培养费用*　　甲方按每生 {b.comma(each)} 元的标准向乙方支付{purpose}，共计人民币（大写）{
        b.words(total)
    }（¥{b.comma(total)}）。
费用分三期支付：
{listed}
*四、合作保证金*　　为保证协议履行，甲方另行缴存合作保证金 {
        b.comma(deposit)
    } 元，合作期满无违约情形的，乙方在三十日内无息退还，该保证金不抵作培养费用。

*五、收款账户*　　乙方指定以下账户收取本协议项下款项，并向甲方开具财政票据：
#table(columns: (auto, 1fr), inset: 6pt, stroke: {rng.choice(("0.5pt", "none"))},
[户　　名], [{school}], [开户银行], [{branch}], [账　　号], [{b.grouped(card)}])

*六、违约责任*　　甲方逾期付款的，每逾期一日按应付未付金额的万分之三支付违约金。任何一方无故终止协议，应赔偿对方由此造成的损失。

*七、其他*　　未尽事宜由双方另订补充协议，补充协议与本协议具有同等效力。本协议一式肆份，双方各执贰份，自双方签字并加盖公章之日起生效。
#v(1.5em)
#grid(columns: (1fr, 1fr), column-gutter: 1.5em, row-gutter: 1em,
[甲方（盖章）：{firm}], [乙方（盖章）：{school}],
[授权代表：{boss}], [授权代表：{head}],
[联系人：{clerk}　{b.phone(rng)}], [联系电话：{b.phone(rng, mobile=False)}],
[签订日期：{b.cn(signed)}], [签订日期：{b.cn(signed)}])
"""
    usual: dict[str, Any] = {"payer": firm, "unit": school, "items": ("培训费",)}
    fair = b.bill(usual, first, b.after(signed, rng.randrange(3, 14)), "the first stage", unit_account=card)
    odd = b.bill(
        usual,
        total - first,
        b.after(start, 200),
        "the second and third stage at once, after an earlier bill",
        used=first,
        items=("委托培养费",),
    )
    wrong = rng.choice(
        (
            b.bill(
                usual,
                third,
                b.after(start, 300),
                "earlier bills and this one together are more than the agreement's sum",
                "usage",
                used=total - first + 1000,
            ),
            b.bill(
                usual,
                first,
                b.after(signed, 9),
                "the unit's registered account is not the one of the agreement",
                "account",
                unit_account=b.account(rng),
            ),
        )
    )
    near = b.bill(
        usual,
        first,
        b.after(signed, 8),
        "another firm of a like name",
        "payer",
        payer=b.near_company(rng, firm),
    )
    return Paper(
        family="order class agreement",
        tool="typst",
        data=typst(source),
        truth=Truth(
            **b.said("contract", firm, school, total, signed, number=number, account=card, words=True),
            instalments=(first, second, third),
            starts_on=start,
            ends_on=end,
            purpose=purpose,
            also_names=(boss, head, clerk, branch),
            also_amounts=(Decimal(each), deposit),
            also_numbers=(code,),
            also_purposes=("培养费用", f"“{major}”专业订单班", "合作保证金"),
        ),
        bills=(fair, odd, wrong, near),
    )


def order_supplement(rng: Random) -> Paper:
    """A supplement to a training agreement: more heads, a new sum; the old one stands there too. Scanned."""
    _, town = b.place(rng)
    school, firm = b.college(rng, town), b.company(rng)
    old_heads, each = rng.randrange(20, 40), b.money(rng, 1200, 4800, 100)
    more = rng.randrange(5, 16)
    less = rng.random() < 0.3
    heads = old_heads - more if less else old_heads + more
    before, total = old_heads * each, heads * each
    first = b.after(b.day(rng, 2023, 2025), 3)
    signed = b.after(first, rng.randrange(60, 200))
    old_number = f"{first.year}培字第{rng.randrange(4, 90)}号"
    number = f"{old_number}—补1"
    theme = rng.choice(
        ("电工（高级）岗前技能培训", "焊工取证培训", "养老护理员职业技能培训", "新进员工军事化管理与安全培训")
    )
    chief, boss = b.people(rng, 2)
    lead = rng.choice(("由", "自"))
    body = f"""
<p class='n r small'>补充协议编号：{number}</p>
<h1>{rng.choice(("培训服务协议之补充协议", "委托培训补充协议（一）"))}</h1>
<p class='n'>委托方（以下称甲方）：<u>{firm}</u></p><p class='n'>受托方（以下称乙方）：<u>{school}</u></p>
<p style='margin-top:.6em'>甲、乙双方于{b.cn(first)}签订了《委托培训协议》（编号：{
        old_number
    }，以下称“原协议”），约定甲方委托乙方举办
“{theme}”班，参训{old_heads}人，费用{b.comma(Decimal(before))}元。现因甲方{
        "生产任务调整，减少" if less else "用工计划调整，增加"
    }参训人员{more}人，
双方协商一致，订立本补充协议：</p>
{
        d.clauses(
            (
                f"参训人数{lead}{old_heads}人调整为{heads}人，培训标准仍为{b.short(Decimal(each))}元/人，课时及教学安排不变。",
                f"原协议第四条约定的培训费总额{lead}{b.comma(Decimal(before))}元变更为<b>{b.comma(Decimal(total))}元"
                f"（大写：{b.words(Decimal(total))}）</b>，甲方于培训开班前一次性付至乙方账户。",
                "原协议与本补充协议不一致的，以本补充协议为准；本补充协议未涉及的内容，仍按原协议执行。",
                "本补充协议一式四份，双方各执两份，签字盖章后生效。",
            ),
            rng.choice(("comma", "article")),
        )
    }
<table class='sign'><tr>
<td class='at'>{
        d.seal(rng, firm, place="left:16mm;top:-4mm", size=42)
    }甲方（公章）：<br>法定代表人或<br>授权代表：{d.hand(rng, boss)}<br><br>日期：{
        d.hand(rng, b.dotted(signed))
    }</td>
<td class='at'>{
        d.seal(rng, school, place="left:14mm;top:-6mm", size=41)
    }乙方（公章）：<br>法定代表人或<br>授权代表：{d.hand(rng, chief)}<br><br>日期：{
        d.hand(rng, b.dotted(signed))
    }</td></tr></table>"""
    issued = b.after(signed, rng.randrange(2, 20))
    pdf = weasy(d.sheet(rng.choice(d.STYLES), body))
    usual: dict[str, Any] = {"payer": firm, "unit": school, "items": ("培训费",)}
    return Paper(
        family="training supplement",
        tool="weasyprint",
        form="scan",
        data=d.scan(rng, pdf),
        truth=Truth(
            **b.said("contract", firm, school, Decimal(total), signed, number=number, words=True),
            purpose="培训费",
            also_names=(boss, chief),
            also_amounts=(Decimal(before), Decimal(each)),
            also_numbers=(old_number,),
            also_purposes=(theme, f"{theme}班", f"“{theme}”班"),
        ),
        bills=(
            b.bill(usual, Decimal(total), issued, remark=theme),
            b.bill(usual, Decimal(before), issued, "the sum before the supplement", "amount"),
            b.bill(usual, Decimal(total), issued, "another school", "payee", unit=b.college(rng)),
        ),
    )


def exam_notice(rng: Random) -> Paper:
    """A centre's notice to one school: fees of an examination by trade and grade, with a table of classes."""
    province, town = b.place(rng)
    school = b.college(rng, town)
    centre = f"{town}市{rng.choice(('职业技能鉴定指导中心', '人力资源考试院', '职业技能等级认定中心'))}"
    trades = rng.sample(
        ("电工", "车工", "汽车维修工", "中式烹调师", "育婴员", "保育师", "焊工", "美发师", "钳工"), 4
    )
    rows: list[tuple[str, ...]] = []
    parts: list[Decimal] = []
    prices: list[Decimal] = []
    for k, trade in enumerate(trades, 1):
        heads = rng.randrange(18, 96)
        theory, practice = Decimal(rng.choice((60, 70, 80))), Decimal(rng.choice((120, 150, 180, 210)))
        parts.append(heads * (theory + practice))
        prices += [theory, practice]
        grade = rng.choice(("四级/中级工", "三级/高级工", "五级/初级工"))
        group = f"{rng.randrange(22, 27)}{trade[0]}{rng.randrange(1, 5)}班"
        rows.append(
            (
                str(k),
                group,
                trade,
                grade,
                str(heads),
                b.short(theory),
                b.short(practice),
                "|" + b.comma(parts[-1]),
            )
        )
    total = sum(parts, Decimal(0))
    signed = b.day(rng)
    end = b.after(signed, rng.randrange(10, 22))
    short = rng.choice(("鉴", "考", "技"))
    number = f"{town}{short}〔{signed.year}〕{rng.randrange(3, 88)}号"
    cited = f"{b.short_province(province)}发改价格〔{signed.year - rng.randrange(2, 6)}〕{rng.randrange(100, 999)}号"
    card, branch = b.account(rng), b.bank(rng, town)
    contact = b.person(rng)
    rows.append(("合计", "", "", "", "", "", "", "|" + b.comma(total)))
    body = f"""
<div class='c red' style='font-size:30pt;font-family:serif-bold;letter-spacing:3pt'>{centre}</div>
<p class='c' style='border-bottom:2pt solid #c8161d;padding:8pt 0 6pt;font-family:ukai'>{number}</p>
<h1 style='margin-top:1em'>关于缴纳{signed.year}年第{
        rng.choice("一二三四")
    }批次职业技能等级认定<br>考试费的通知</h1>
<p class='n'>{school}：</p>
<p>你校申报的{signed.year}年职业技能等级认定考生名单已审核通过。根据{cited}文件规定的收费标准，
你校本批次应缴职业技能考试费共计人民币{b.comma(total)}元，分班明细见附表。现将有关事项通知如下：</p>
<p>一、请于{b.cn(end)}前将考试费以转账方式缴至以下账户，逾期视为放弃本批次考试。</p>
<p>账户名称：{centre}</p><p>开户银行：{branch}</p><p>账　　号：{card}</p>
<p>二、转账时请注明“{school}考试费”。款项到账后，凭回单到我中心财务室换取财政票据。</p>
<p>三、考生因个人原因缺考的，所缴费用不予退还。补考另行按标准收费。</p>
<p>联系人：{contact}　　电话：{b.phone(rng, mobile=False)}</p>
<p>附件：考试费分班明细表</p>
<div class='at' style='margin-top:2.2em'>{
        d.seal(rng, centre, place="right:6mm;top:-13mm", size=42) if rng.random() < 0.6 else ""
    }<p class='r' style='padding-right:1em'>{centre}</p>
<p class='r' style='padding-right:2em'>{b.cn(signed)}</p></div>
<div style='page-break-before:always;font-size:11.5pt'><p class='n'>附件</p>
<h1 style='font-size:15pt'>考试费分班明细表</h1><p class='n r small'>单位：元</p>
{d.table(("序号", "班级", "职业（工种）", "等级", "人数", "理论费/人", "实操费/人", "小计"), rows)}</div>"""
    issued = b.after(signed, rng.randrange(2, 10))
    usual: dict[str, Any] = {"payer": school, "unit": centre, "items": ("职业技能考试费",)}
    slip = b.bill(
        usual,
        parts[0],
        issued,
        "the sum of the first class alone, though the bill says it is for all classes",
        "amount",
        remark=f"{len(rows) - 1}个班全部考生",
    )
    return Paper(
        family="examination fee notice",
        tool="weasyprint",
        data=weasy(d.sheet(d.OFFICIAL, body)),
        truth=Truth(
            **b.said("policy", school, centre, total, signed, number=number, account=card),
            purpose="职业技能考试费",
            also_names=(contact, branch),
            also_amounts=(*parts, *prices),
            also_numbers=(cited,),
            also_purposes=("考试费", "职业技能等级认定考试费"),
        ),
        bills=(
            b.bill(usual, total, issued, items=("考试考务费",), unit_account=card),
            rng.choice(
                (
                    slip,
                    b.bill(usual, b.swapped(total), issued, "two digits changed places", "amount"),
                )
            ),
            b.bill(
                usual,
                total,
                issued,
                "the item is something else",
                "purpose",
                items=(rng.choice(("捐赠收入", "房屋租金", "罚没收入")),),
            ),
        ),
    )


def training_notice(rng: Random) -> Paper:
    """A centre's call for courses at several fees a head; who comes and pays stays open, and no sum is stated."""
    province, town = b.place(rng)
    area = b.short_province(province)
    centre = f"{area}{rng.choice(('职业院校师资培训中心', '职业技术教育学会', '中等职业学校教师发展中心'))}"
    hotel = f"{town}{rng.choice(('金桥', '云水', '学府'))}{rng.choice(('酒店', '宾馆'))}"
    signed = b.day(rng)
    first = b.after(signed, rng.randrange(20, 40))
    themes = rng.sample(
        (
            "课程思政骨干教师",
            "“双师型”教师专业能力",
            "班主任工作能力",
            "教学能力大赛备赛",
            "财务人员业务",
            "信息化教学设计",
        ),
        3,
    )
    fees = [b.money(rng, 680, 2980, 20) for _ in themes]
    while len(set(fees)) < 3:
        fees = [b.money(rng, 680, 2980, 20) for _ in themes]
    spans = [(b.after(first, 9 * k), b.after(first, 9 * k + rng.choice((2, 3, 4)))) for k in range(3)]
    nightly = Decimal(rng.choice((160, 180, 220, 260)))
    number = f"{area[0]}职师培〔{signed.year}〕{rng.randrange(2, 60)}号"
    card, branch, contact = b.account(rng), b.bank(rng, town), b.person(rng)
    unit = rng.choice(("元/人", "（元／人）"))
    rows = [
        (
            f"第{d.numeral(k)}期",
            f"<<{theme}提升培训班",
            f"{since.month}月{since.day}日—{until.month}月{until.day}日",
            b.short(fee),
        )
        for k, (theme, (since, until), fee) in enumerate(zip(themes, spans, fees, strict=True), 1)
    ]
    body = f"""
<h1>{centre}<br>关于举办{signed.year}年职业院校教师系列培训班的通知</h1><p class='c n' style='margin-bottom:.6em'>{number}</p>
<p class='n'>各职业院校：</p><p>为提升职业院校教师队伍素质，经研究，决定举办{signed.year}年职业院校教师系列培训班。
现将有关事项通知如下：</p><h2>一、班次安排</h2>
{d.table(("期次", "培训班名称", "培训时间", f"培训费{unit}"), rows, widths="12% 44% 26% 18%")}
<h2>二、地点</h2><p>{hotel}（{b.address(rng, town)}，总台电话{b.phone(rng, mobile=False)}）。</p><h2>三、费用</h2>
<p>培训费含师资费、资料费和培训期间午餐费。住宿统一安排、费用自理，标准间{b.short(nightly)}元/天，由酒店收取并开具发票。</p>
<p>培训费请于开班前汇入以下账户，并注明“学校名称＋期次”，由{centre}开具财政票据：</p>
<p>户　名：{centre}</p><p>开户行：{branch}</p><p>账　号：{card}</p>
<h2>四、报名</h2><p>请于{b.cn(b.after(first, -5))}前将报名回执发送至 peixun@example.org.cn，联系人：{contact}，电话：{b.phone(rng)}。</p>
<p class='r' style='margin-top:1.4em'>{centre}　</p><p class='r'>{b.cn(signed)}　　</p>"""
    pick = rng.randrange(3)
    guest = b.college(rng)
    issued = b.after(spans[pick][0], -rng.randrange(0, 4))
    heads = rng.choice((1, 2, 3))
    remark = f"第{d.numeral(pick + 1)}期培训{heads}人"
    usual: dict[str, Any] = {"payer": guest, "unit": centre, "items": ("培训费",)}
    return Paper(
        family="training notice",
        tool="weasyprint",
        data=weasy(d.sheet(rng.choice(d.STYLES), body)),
        truth=Truth(
            kind="policy",
            payees=(centre,),
            signed_on=signed,
            numbers=(number,),
            accounts=(card,),
            purpose="培训费",
            also_names=(contact, hotel, branch),
            also_amounts=(*fees, nightly),
            also_purposes=tuple(f"{theme}提升培训班" for theme in themes),
        ),
        bills=(
            b.bill(
                usual,
                fees[pick] * heads,
                issued,
                "any school may come; so many heads at the fee of that course",
                remark=remark,
                unit_account=card,
            ),
            b.bill(
                usual,
                fees[pick] * heads,
                issued,
                "the hotel takes no training fees",
                "payee",
                unit=hotel,
                remark=remark,
            ),
            b.bill(usual, fees[pick] * heads, issued, "nobody was fined", "purpose", items=("罚没收入",)),
        ),
    )
