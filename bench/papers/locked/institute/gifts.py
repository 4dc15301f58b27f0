"""What foundations and firms give: a staged grant, instruments handed over, a list of donors for the library."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.locked.institute.base import (
    Firm,
    Seal,
    bill,
    bound,
    cn,
    day,
    digits,
    firm,
    han,
    house,
    later,
    mix,
    money,
    near_person,
    people,
    person,
    plain,
    scan,
    wan,
    words,
    years_on,
)
from bench.papers.locked.institute.pages import grid, sheet
from bench.papers.locked.institute.word import Letter
from bench.papers.values import Paper, Truth

_FUNDS = (
    ("{p}省科教振兴基金会", "{p}省科教发展基金会"),
    ("{c}市菁禾公益基金会", "{c}市青禾公益基金会"),
    ("{p}省郑守成教育科研基金会", "{p}省郑守诚教育科研基金会"),
    ("{p}省绿川环境基金会", "{p}省绿洲环境基金会"),
)
_GOODS = (
    ("气相色谱仪", "GC-2030", 168000),
    ("台式扫描电镜", "EM-30", 392000),
    ("差示扫描量热仪", "DSC-214", 215000),
    ("原子吸收光谱仪", "AA-7020", 146000),
    ("三坐标测量机", "CM-564", 283000),
    ("超纯水机", "UPW-20", 23600),
    ("高速离心机", "HC-3018", 41800),
)


def foundation_grant(rng: Random) -> Paper:
    """A foundation's grant for young researchers, in stages by year; part of a larger programme."""
    body = house(rng)
    name, near = (each.format(p=body.province, c=body.city) for each in rng.choice(_FUNDS))
    years = rng.choice((2, 3))
    stage = [Decimal(rng.randrange(12, 40) * 10000) for _ in range(years)]
    total = sum(stage, Decimal(0))
    whole = total * rng.randrange(4, 7)
    signed = day(rng, 2023, 2024)
    start = (signed.replace(day=1) + timedelta(days=33)).replace(day=1)
    end = years_on(start, years)
    number = f"JZ-{signed.year}-{rng.randrange(3, 60):03d}"
    topic = rng.choice(("青年科研人员启航计划", "西部县域技术骨干研修项目", f"{body.topic}公益研究项目"))
    rows = "".join(
        f"[第{'一二三'[at]}年度], [{wan(each)}], [{['协议生效后一个月内', '年度报告通过评审后', '年度报告通过评审后'][at]}],"
        for at, each in enumerate(stage)
    )
    in_words = rng.random() < 0.7
    told = f"{wan(total)}万元" + (f"（大写：{words(total)}）" if in_words else "")
    source = f"""
#set page(paper: "a4", margin: (x: 2.6cm, y: 2.4cm), numbering: "— 1 —")
#set text(font: "{rng.choice(("LXGW WenKai", "Noto Serif SC"))}", size: 12pt, lang: "zh")
#set par(leading: 0.95em, first-line-indent: (amount: 2em, all: true))
#align(center)[#text(21pt, weight: "bold")[公益资助（捐赠）协议书]]
#align(right)[#text(10.5pt)[协议编号 {number}]]

资助人：{name}

受助人：{body.institute}

经资助人{signed.year}年第{rng.randrange(1, 4)}次理事会批准，资助人在其总规模{wan(whole)}万元的“科研扶持专项”中安排部分资金，
无偿资助受助人实施{topic}（以下称项目）。双方依据《慈善法》《公益事业捐赠法》订立本协议。

*第一条　资助金额。* 资助人向受助人资助人民币{told}，分{years}个年度拨付：

#align(center)[#table(columns: (3.2cm, 4cm, 6.4cm), align: center, inset: 6pt,
[年　度], [金额（万元）], [拨付条件], {rows})]

*第二条　期限。* 项目执行期为{cn(start)}至{cn(end)}。

*第三条　用途。* 资助款专项用于{topic}，人员费不超过三成，管理费不超过{plain(total / 20)}元；不得用于基本建设。

*第四条　票据。* 受助人收到每笔资助款后十个工作日内，向资助人开具公益事业捐赠票据。

*第五条　账户。* 受助人账户：{body.bank}，{body.account}，户名与受助人名称一致。

*第六条　冠名与宣传。* 项目成果注明“由资助人资助”，不得用于商业广告。

*第七条　* 本协议自双方签字盖章之日生效。
#v(1.2em)
#grid(columns: (1fr, 1fr), row-gutter: 0.9em, [资助人：{name}], [受助人：{body.institute}],
[授权代表：{person(rng)}], [授权代表：{person(rng)}], [{cn(signed)}], [{cn(signed)}])
"""
    soon, next_ = later(rng, signed, 8, 34), later(rng, signed, 370, 450)
    honest = (
        bill(name, body.institute, stage[0], soon, "捐赠收入", remark=topic),
        bill(name, body.institute, stage[1], next_, "公益事业捐赠", used=stage[0], note="the second year"),
    )
    wrong = (
        bill(near, body.institute, stage[0], soon, "捐赠收入", wrong="payer"),
        bill(
            name,
            body.institute,
            stage[0] / 10000,
            soon,
            "捐赠收入",
            remark="首年度资助款",
            wrong="amount",
            note="万元 as 元",
        ),
        bill(name, body.society, stage[0], soon, "捐赠收入", wrong="payee"),
        bill(
            name,
            body.institute,
            stage[0],
            soon,
            "捐赠收入",
            remark="科技文献馆新馆建设捐款",
            wrong="purpose",
            note="for a building, which the agreement forbids",
        ),
        bill(
            name,
            body.institute,
            stage[1],
            next_,
            "捐赠收入",
            used=total,
            wrong="usage",
            note="all was billed",
        ),
    )
    truth = Truth(
        kind="donation",
        payers=(name,),
        payees=(body.institute,),
        total=total,
        instalments=tuple(stage),
        words=total if in_words else None,
        signed_on=signed,
        starts_on=start,
        ends_on=end,
        numbers=(number,),
        accounts=(body.account,),
        purpose=topic,
        also_names=(body.bank,),
        also_amounts=(whole, total / 20),
        also_purposes=("科研扶持专项", f"实施{topic}", f"专项用于{topic}"),
    )
    return bound("grant agreement", "typst", tools.typst(source), truth, mix(rng, honest, wrong))


def instruments(rng: Random) -> Paper:
    """A deed of delivery: instruments given to the institute, new ones by invoice and used ones by their estimate."""
    body, client = house(rng), firm(rng)
    chosen = rng.sample(_GOODS, rng.choice((2, 3)))
    rows = [("名称", "型号", "出厂编号", "台", "原值（元）", "评估值（元）")]
    total, first, serials = Decimal(0), Decimal(0), []
    parts = []
    for name, model, price in chosen:
        share = rng.choice((45, 58, 72, 80))
        now = (Decimal(price) * share / 100).quantize(Decimal(1))
        total += now
        first += price
        parts += [Decimal(price), now]
        serials.append(f"SN{digits(rng, 7)}")
        rows.append((name, model, serials[-1], "1", money(price)[:-3], money(now)[:-3]))
    rows.append(("合计", "", "", str(len(chosen)), money(first)[:-3], money(total)[:-3]))
    handed = day(rng)
    moved = rng.randrange(2, 9)
    number = f"ZJ{handed:%Y%m%d}"
    report = f"{body.province[0]}评报字〔{handed.year}〕第{rng.randrange(100, 420)}号"
    lab = rng.choice(("公共测试平台", "青年创新实验室", "研究生实训室"))
    topic = f"{lab}建设"
    paper = Letter(rng.choice(("AR PL UKai CN", "Noto Serif CJK SC")), 11)
    paper.line("仪器设备捐赠交接书", 20, True, "middle")
    paper.line(f"交接书号：{number}", at="right")
    paper.line(
        f"为支持{body.institute}{topic}，{client.name}自愿将下列自有仪器设备无偿捐赠。"
        f"双方于{cn(handed)}在{body.street}当面清点、通电试机，交接如下：",
        at="text",
    )
    paper.table(rows, (3.3, 2.4, 2.9, 1.1, 3, 3.2), 9.5)
    paper.line(
        f"捐赠设备价值按评估值确定，为人民币{words(total)}（{plain(total)}元），依据《资产评估报告》{report}。"
        "受赠人据此入账并开具公益事业捐赠票据，原值仅供参考。",
        at="text",
    )
    paper.line(
        f"设备的运输、安装费用{moved}200元由捐赠人自行承担，不计入捐赠额。捐赠人保证设备权属清楚，未设抵押。",
        at="text",
    )
    paper.line("上述设备自交接之日起归受赠人所有，受赠人不得转卖牟利。", at="text")
    paper.line()
    one, two = person(rng), person(rng)
    paper.line(f"捐赠人（盖章）：{client.name}")
    paper.line(f"移交人：{one}")
    paper.line()
    paper.line(f"受赠人（盖章）：{body.institute}")
    paper.line(f"接收人：{two}　　　监交人：{person(rng)}")
    paper.line()
    paper.line(rng.choice((cn(handed), han(handed))), at="right")
    after = later(rng, handed, 2, 25)
    honest = (
        bill(client.name, body.institute, total, after, "捐赠收入（实物）", remark=topic),
        bill(client.name, body.institute, total, later(rng, handed, 35, 70), "接受捐赠设备", note="later"),
    )
    wrong = (
        bill(
            client.name, body.institute, first, after, "捐赠收入（实物）", wrong="amount", note="what it cost"
        ),
        bill(client.parent, body.institute, total, after, "捐赠收入（实物）", wrong="payer"),
        bill(client.name, body.library, total, after, "捐赠收入（实物）", wrong="payee"),
        bill(
            client.name,
            body.institute,
            total,
            handed - timedelta(days=rng.randrange(400, 560)),
            "捐赠收入（实物）",
            wrong="date",
            note="more than a year before",
        ),
        bill(client.name, body.institute, total, after, "技术开发费", remark="合作研发经费", wrong="purpose"),
    )
    truth = Truth(
        kind="donation",
        payers=(client.name,),
        payees=(body.institute,),
        total=total,
        words=total,
        signed_on=handed,
        numbers=(number,),
        purpose=topic,
        also_names=(one, two),
        also_amounts=(first, *parts, Decimal(moved * 1000 + 200)),
        also_numbers=(report, *serials),
        also_purposes=(f"支持{body.institute}{topic}", "仪器设备捐赠", "捐赠设备"),
    )
    seals = (Seal(client.name, (0.42, 0.455)), Seal(body.institute, (0.6, 0.535)))
    return scan(rng, "deed of delivery", "office", paper.pdf(), truth, mix(rng, honest, wrong), seals)


def donor_board(rng: Random) -> Paper:
    """A public list of who gave for the library's new house; some gave books, which are not counted."""
    body = house(rng)
    singles = people(rng, rng.randrange(6, 9))
    firms: list[Firm] = []
    while len(firms) < 3:
        each = firm(rng)
        if each.brand not in {other.brand for other in firms}:
            firms.append(each)
    givers = [(each, Decimal(rng.choice((200, 500, 1000, 2000, 3600, 5000)))) for each in singles]
    givers += [(each.name, Decimal(rng.choice((20000, 30000, 50000, 88000)))) for each in firms]
    givers.sort(key=lambda pair: -pair[1])
    total = sum((each for _, each in givers), Decimal(0))
    start = day(rng)
    end = start + timedelta(days=rng.randrange(30, 60))
    shown = later(rng, end, 3, 12)
    topic = rng.choice(("古籍修复室建设", "新馆阅览设施添置", "少儿科普角建设"))
    half = (len(givers) + 1) // 2
    cells = [(name, f"{amount:,.0f}") for name, amount in givers]
    left, right = cells[:half], [*cells[half:], ("", "")][:half]
    rows = [("捐赠人", "金额（元）", "捐赠人", "金额（元）")]
    rows += [(*one, *two) for one, two in zip(left, right, strict=True)]
    books, worth = person(rng), rng.randrange(6, 18)
    html = sheet(
        """h1 { color: #7a1f1f; font: 22pt/1.5 xiaowei } .g td, .g th { border-color: #a67 } .g th { background: #f7ece6 }
 .q { border: 3pt double #7a1f1f; padding: 12pt 16pt } .e { text-align: right; margin-top: 16pt }""",
        f"""<div class=q><h1>{topic}爱心捐款公示</h1>
<p class=i>{cn(start)}至{cn(end)}募捐期间，社会各界踊跃捐款支持我馆{topic}，共收到捐款{len(givers)}笔，
计{total:,.0f}元（{words(total)}）。现将名单公示如下（按金额排列，不分先后）：</p>
{grid(rows)}
<p class=i>另有{books}先生捐赠图书{rng.randrange(120, 900)}册（估值{worth}000元），不计入上列捐款总额。</p>
<p class=i>所有捐款均由我馆接收，全部用于{topic}，捐赠票据凭本人证件到馆办公室领取。监督电话：{body.phone}。</p>
<p class=e>{body.library}<br>{cn(shown)}</p></div>""",
        rng.choice(("ukai", "wenkai")),
        12,
    )
    at = rng.randrange(len(givers))
    name, amount = givers[at]
    after = later(rng, shown, 1, 25)
    item = rng.choice(("捐赠收入", "公益捐赠"))
    other = next((each for _, each in givers if each != amount), amount * 2)
    near = (
        near_person(rng, name, singles) if len(name) < 5 else {each.name: each.twin for each in firms}[name]
    )
    second, gift = givers[at - 1]
    honest = (
        bill(name, body.library, amount, after, item, remark=topic),
        bill(second, body.library, gift, later(rng, end, -10, 2), item, note="billed before the list"),
    )
    wrong = (
        bill(name, body.library, other, after, item, wrong="amount", note="what another gave"),
        bill(near, body.library, amount, after, item, wrong="payer", note="not on the list"),
        bill(name, body.institute, amount, after, item, wrong="payee"),
        bill(
            name, body.library, amount, after, item, remark="抗洪救灾捐款", wrong="purpose", note="other fund"
        ),
    )
    truth = Truth(
        kind="donation",
        payers=tuple(each for each, _ in givers),
        payees=(body.library,),
        total=total,
        instalments=tuple(each for _, each in givers),
        words=total,
        signed_on=shown,
        starts_on=start,
        ends_on=end,
        purpose=topic,
        also_names=(books,),
        also_amounts=(Decimal(worth * 1000),),
        also_purposes=(f"{topic}爱心捐款", f"支持我馆{topic}"),
    )
    seals = (Seal(body.library, (0.76, 0.56), share=0.18),)
    return scan(rng, "list of donors", "weasy", tools.weasy(html), truth, mix(rng, honest, wrong), seals)
