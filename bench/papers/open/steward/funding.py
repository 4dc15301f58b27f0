"""Letters that allot project money to several units."""

from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.values import Bill, Paper, Truth

from . import common as c


def allotment(rng: Random) -> Paper:
    """A bureau's notice with an annex: units, projects, sums decided, advanced, allotted now."""
    _, city, county = c.place(rng)
    bureau = rng.choice((f"{county}财政局", f"{city}科学技术局", f"{county}文化体育和旅游局"))
    units = rng.sample(
        [
            f"{county}文化体育中心",
            f"{county}非物质文化遗产保护中心",
            f"{county}图书馆",
            f"{city}农业科学研究院",
            f"{county}第二中学",
            f"{county}老年大学",
            f"{county}博物馆",
            f"{county}农业技术推广中心",
        ],
        rng.randrange(4, 7),
    )
    jobs = rng.sample(
        ("免费开放补助", "数字化采集", "科普巡展", "设施维护", "人才培训", "示范推广", "数据库建设"),
        len(units),
    )
    whole = [Decimal(rng.randrange(8, 120) * 5000) for _ in units]
    before = [
        (value * Decimal("0.4")).quantize(Decimal(1)) if rng.random() < 0.5 else Decimal(0) for value in whole
    ]
    now = [value - early for value, early in zip(whole, before, strict=True)]
    total = sum(now, Decimal(0))
    issued = c.day(rng)
    letters = {"财": "财教", "科": "市科发", "文": "文体旅字"}
    head = letters["财" if "财政" in bureau else "科" if "科学" in bureau else "文"]
    number = f"{head}〔{issued.year}〕{rng.randrange(3, 120)}号"
    cited = f"财教〔{issued.year - 1}〕{rng.randrange(121, 200)}号"
    what = rng.choice(("公共文化服务体系建设专项资金", "基层科普行动专项经费", "文化人才专项经费"))
    in_wan = rng.random() < 0.4
    show = c.wan if in_wan else c.money
    word = c.Word(rng.choice(("Noto Serif CJK SC", "AR PL UMing CN")), 14)
    word.say(f"{bureau}文件", "center", size=30, bold=True, colour="D00000", after=2)
    word.say(number, "center", after=0)
    word.say("━" * 29, "center", colour="D00000", size=13, lead=0.9)
    word.say(
        rng.choice((f"关于拨付{issued.year}年{what}的通知", f"关于下达{what}的通知")),
        "center",
        size=18,
        bold=True,
        face="Noto Sans CJK SC",
        after=8,
    )
    word.say("各有关单位：")
    word.say(
        f"根据《专项资金管理办法》和{cited}文件要求，经研究，现将{what}{c.wan(total)}万元拨付你们（具体见附件），专项用于相关项目支出。"
        "已预拨部分在本次拨付时扣除。",
        indent=True,
    )
    word.say(
        "请严格执行预算，专款专用，于年底前报送绩效自评报告。请各单位收款后按规定向我局开具资金往来票据。",
        indent=True,
    )
    word.say(f"附件：{what}分配表", indent=True, after=16)
    word.say(f"{bureau}　　", "right", after=0)
    word.say(f"{c.cn(issued)}　　", "right")
    word.say(f"（此件依申请公开　联系电话：{c.phone(rng)}）", size=11)
    word.document.add_page_break()
    word.say("附件", size=14)
    word.say(f"{what}分配表", "center", size=17, bold=True)
    word.say(f"单位：{'万元' if in_wan else '元'}", "right", size=11)
    caps = rng.choice(
        (
            ("序号", "单位名称", "项目", "核定数", "已预拨", "本次拨付"),
            ("序号", "承担单位", "支持内容", "安排金额", "提前下达", "此次下达"),
        )
    )
    rows = [caps]
    rows += [
        (str(k + 1), unit, job, show(a), show(b) if b else "", show(n))
        for k, (unit, job, a, b, n) in enumerate(zip(units, jobs, whole, before, now, strict=True))
    ]
    rows.append(
        (
            "",
            "合计",
            "",
            show(sum(whole, Decimal(0))),
            show(sum(before, Decimal(0))) if any(before) else "",
            show(total),
        )
    )
    word.grid(rows, (1.1, 4.4, 2.4, 2.8, 2.4, 2.8), size=9.5)
    k = next((i for i, b in enumerate(before) if b), 0)
    other = next(i for i in range(len(units)) if now[i] != now[k])
    item = rng.choice(("财政拨款", "专项资金", "项目经费"))
    base = {"payer": bureau, "items": (item,), "issued_on": c.later(issued, rng.randrange(3, 20))}
    bills = [
        Bill(unit=units[k], total=now[k], note="what is paid now to this unit", **base),
        Bill(unit=units[k], total=now[other], wrong="amount", note="row of another unit", **base),
        Bill(unit=f"{county}档案馆", total=now[k], wrong="payee", note="not among the units", **base),
    ]
    if before[k]:
        bills.append(
            Bill(
                unit=units[k],
                total=whole[k],
                wrong="amount",
                note="whole grant though part was advanced",
                **base,
            )
        )
    return Paper(
        family="funding letter",
        tool="docx/libreoffice",
        data=word.pdf(),
        truth=Truth(
            kind="policy",
            payers=(bureau,),
            payees=tuple(units),
            total=total,
            instalments=tuple(dict.fromkeys(now)),
            signed_on=issued,
            numbers=(number,),
            purpose=what,
            also_amounts=tuple(
                dict.fromkeys(
                    (
                        *whole,
                        *(b for b in before if b),
                        sum(whole, Decimal(0)),
                        sum(before, Decimal(0)) or total,
                    )
                )
            ),
            also_numbers=(cited,),
            also_purposes=tuple(jobs),
        ),
        bills=tuple(bills),
    )


def lottery(rng: Random) -> Paper:
    """A reply that grants sports lottery money in sentences, two rounds; stamped and scanned."""
    _, city, county = c.place(rng)
    bureau = rng.choice((f"{city}体育局", f"{city}体育总会"))
    units = rng.sample(
        [
            f"{county}体育中心",
            f"{county}体育总会",
            f"{county}青少年业余体校",
            f"{county}游泳协会",
            f"{county}老年人体育协会",
        ],
        3,
    )
    sums = [Decimal(value * 1000) for value in rng.sample(range(15, 260), 3)]
    total = sum(sums, Decimal(0))
    issued = c.day(rng)
    number = f"{rng.choice(('体经', '体群函', '体字'))}〔{issued.year}〕{rng.randrange(2, 75)}号"
    what = rng.choice(("体彩公益金", "全民健身活动补助经费", "体育后备人才培养资金"))
    css = f"""@page{{size:A4;margin:28mm 26mm}}body{{font:14pt/1.95 {rng.choice(("ukai", "uming", "serif"))}}}h1{{font:bold 30pt \
serif;color:#d00;text-align:center;letter-spacing:8px;margin:0}}
    .no{{text-align:center;border-bottom:2.5pt solid #d00;padding-bottom:1mm}}h2{{font:bold 18pt sans;text-align:center;margin:8mm \
0 5mm}}p{{text-indent:2em;margin:0}}.r{{text-align:right;padding-right:14mm;margin-top:15mm}}"""
    first = (
        f"其中{units[0]}{c.wan(sums[0])}万元，{units[1]}{c.wan(sums[1])}万元，{units[2]}{c.wan(sums[2])}万元"
    )
    if rng.random() < 0.5:
        first = f"安排如下：{units[0]}{c.plain(sums[0])}元；{units[1]}{c.plain(sums[1])}元；{units[2]}{c.plain(sums[2])}元"
    asked = total + Decimal(rng.randrange(5, 30) * 1000)
    html = f"""<style>{css}</style><h1>{bureau}</h1><div class=no>{number}</div><h2>关于拨付{issued.year}年{what}的批复</h2><div>\
{"、".join(units)}：</div>
    <p>你单位报来的经费申请收悉（申请共计{c.wan(asked)}万元）。经局务会议研究，同意从{what}中安排{c.wan(total)}万元，{first}。</p>
    <p>款项由我局直接拨入各单位基本账户，用于{issued.year}年度群众体育活动开展、器材购置及场地维护，不得用于发放人员津补贴。</p>
    <p>请于{issued.year}年12月底前报送使用情况。</p><p>此复。</p><div class=r>{bureau}<br>{c.cn(issued)}</div>"""
    base = {"payer": bureau, "issued_on": c.later(issued, 8)}
    item = rng.choice(("专项补助收入", "公益金补助", "财政补助收入"))
    return Paper(
        family="funding letter",
        tool="weasyprint",
        form="scan",
        data=c.scan(
            rng, tools.weasy(html), ((0, bureau, "", 0.74, 0.68, 0.21),), dpi=rng.choice((150, 200, 220))
        ),
        truth=Truth(
            kind="policy",
            payers=(bureau,),
            payees=tuple(units),
            total=total,
            instalments=tuple(sums),
            signed_on=issued,
            numbers=(number,),
            purpose=what,
            also_amounts=(asked,),
            also_purposes=(f"{issued.year}年{what}", "群众体育活动开展、器材购置及场地维护"),
        ),
        bills=(
            Bill(unit=units[1], total=sums[1], items=(item,), note="its share", **base),
            Bill(
                unit=units[2], total=sums[0], items=(item,), wrong="amount", note="share of another", **base
            ),
            Bill(
                unit=units[0],
                total=sums[0],
                items=(item,),
                wrong="date",
                note="before the reply",
                **(base | {"issued_on": c.later(issued, -25)}),
            ),
        ),
    )


LAYOUTS = {"allotment": allotment, "lottery": lottery}
