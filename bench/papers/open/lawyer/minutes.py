"""Minutes that decide a payment: of a county's government, and of a firm's managers."""

from random import Random

from bench.papers.open.lawyer import base as b
from bench.papers.open.lawyer import draw as d
from bench.papers.open.lawyer.draw import Mark, P, Table
from bench.papers.values import Bill, Paper, Truth


def county(rng: Random) -> Paper:
    """Minutes of a county government with several matters; one settles a sum below the one applied for."""
    at = b.place(rng)
    clinic, school = f"{at.county}{b.one(rng, '人民医院', '中医医院')}", b.college(rng, at)
    payer, payee, purpose, item = b.one(
        rng,
        (f"{at.county}城市建设投资有限公司", clinic, "体检中心用房占用补偿费", "房屋占用补偿费"),
        (f"{at.county}乡村振兴投资开发有限公司", school, "传统村落研学线路规划编制费", "技术服务费"),
        (f"{at.county}文化旅游投资集团有限公司", clinic, "景区医疗保障站运行经费", "医疗保障服务费"),
        (f"{at.county}工业园区管理委员会", school, "园区职工技能提升培训费", "培训费"),
    )
    asked = b.money(rng.randrange(40, 300) * 10000)
    total = asked - b.money(rng.randrange(5, 30) * 5000)
    else_, third = b.money(rng.randrange(10, 90) * 10000), b.money(rng.randrange(100, 900) * 10000)
    met = b.day(rng)
    issued = b.later(met, rng.randrange(2, 9))
    series = rng.randrange(2, 60)
    number = (
        f"{at.short[:1]}府专纪〔{issued.year}〕{series}号"
        if rng.random() < 0.6
        else f"〔{issued.year}〕第{series}期"
    )
    chair = b.person(rng)
    people = [b.person(rng) for _ in range(6)]
    cited = f"{at.short[:1]}府发〔{issued.year - 1}〕{rng.randrange(1, 40)}号"
    matters = [
        f"关于乡镇卫生院改造。会议原则同意《乡镇卫生院改造提升方案》，所需资金{b.wan(third)}由县发展和改革局积极争取上级预算内投资，"
        "不足部分列入下一年度预算。",
        f"关于{purpose}。会议听取了{payee}关于申请{b.wan(asked)}的汇报。会议认为，依据{cited}文件精神，该项费用应予解决，"
        f"但测算标准偏高。会议决定，由{payer}一次性支付{payee}{purpose}{b.wan(total)}，于本纪要印发之日起三十日内付清；"
        f"{payee}收款后按规定开具财政票据，资金实行专账核算。",
        f"关于县第一小学塑胶跑道返修。会议同意县第一小学使用结余资金{b.wan(else_)}进行返修，由县教育局负责质量监督。",
    ]
    order = [0, 1, 2]
    rng.shuffle(order)
    blocks: list[d.Block] = [
        P(f"{at.county}人民政府专题会议纪要", "red"),
        P(number, "centre"),
        P(
            f"{at.county}人民政府办公室　　　　　　　　　　　　{b.said_cn(issued) if rng.random() < 0.5 else b.said(issued)}",
            "flat",
        ),
        P("", "rule"),
        P(f"关于研究{b.one(rng, '卫生教育领域有关资金', '近期有关民生项目资金')}问题的会议纪要", "title"),
        P(
            f"{b.said(met)}，{b.one(rng, '县委常委、常务副县长', '副县长')}{chair}在县政府三楼会议室主持召开专题会议，研究有关资金问题。"
            "现将会议议定事项纪要如下："
        ),
        *(P(f"{b.cn(k)}、{matters[which]}") for k, which in enumerate(order, 1)),
        P("会议强调，各有关单位要严格执行财经纪律，县审计局适时开展专项审计。"),
        P(f"出席：{'　'.join(people[:4])}", "flat"),
        P(f"列席：{'　'.join(people[4:])}", "flat"),
        P("分送：县委办、县人大办、县政协办，县财政局、县审计局，各有关单位。", "small"),
        P(f"{at.county}人民政府办公室　　　　　　{b.said(issued)}印发", "small"),
    ]
    look = d.style(rng, footer="— # —", size=b.one(rng, 12, 14), title_size=b.one(rng, 20, 22, 24))
    pdf = d.word(blocks, look)
    if rng.random() < 0.6:
        pdf = d.marked(
            rng,
            pdf,
            [Mark(find=f"{at.county}人民政府办公室", seal=f"{at.county}人民政府办公室", dy=18, dx=60)],
        )
    truth = Truth(
        kind="policy",
        payers=(payer,),
        payees=(payee,),
        total=total,
        signed_on=issued,
        numbers=(number,),
        purpose=purpose,
        also_names=(
            chair,
            *people,
            f"{at.county}人民政府",
            f"{at.county}人民政府办公室",
            "县第一小学",
            "县发展和改革局",
        ),
        also_amounts=(asked, else_, third),
        also_numbers=(cited,),
        also_purposes=("乡镇卫生院改造", "塑胶跑道返修"),
    )
    honest = Bill(
        payer=payer,
        unit=payee,
        total=total,
        issued_on=b.later(issued, rng.randrange(3, 28)),
        items=(item,),
    )
    wrong = [
        b.bad(honest, "amount", "the sum applied for, not the one decided", total=asked),
        b.bad(honest, "amount", "the sum of another matter", total=else_ if else_ != total else third),
        b.bad(honest, "payee", "a unit of a near name", unit=b.near(rng, payee)),
        b.bad(honest, "payer", "an office that pays nothing here", payer=f"{at.county}审计局"),
        b.bad(honest, "date", "issued before the meeting", issued_on=b.later(met, -50)),
    ]
    return Paper(family="minutes", tool="word", data=pdf, truth=truth, bills=b.some(rng, (honest,), wrong))


def managers(rng: Random) -> Paper:
    """Minutes of a firm's managers as a ruled form, with signatures of those present; scanned, some unsigned."""
    at = b.place(rng)
    firm = b.company(rng, "ind", local=at)
    payee = b.one(rng, b.college(rng, at), b.hospital(rng, at))
    clinic = payee.startswith(at.county)
    purpose, item = (
        b.one(rng, ("职工工伤康复合作费用", "医疗服务费"), ("厂区急救员培训费", "培训费"))
        if clinic
        else b.one(rng, ("订单班学生培养费", "培训费"), ("实习实训基地共建经费", "实训基地建设费"))
    )
    total = b.money(rng.randrange(31, 990) * 200)
    other = b.money(rng.randrange(31, 990) * 300)
    met = b.day(rng)
    number = f"总办纪〔{met.year}〕{rng.randrange(1, 50)}号"
    unsigned = rng.random() < 0.2
    chair, clerk, *rest = (b.person(rng) for _ in range(6))
    topics = [
        f"审议办公楼防水维修：同意由{firm[:2]}永固防水工程部施工，费用{b.comma(other)}元，验收后支付。",
        f"审议与{payee}合作事项：同意向{payee}支付{purpose}，金额{b.comma(total)}元（人民币{b.words(total)}），"
        f"由财务部在{met.month % 12 + 1}月底前办理，凭财政票据入账。",
        "通报安全生产月活动安排，各部门自查自纠。",
    ]
    rng.shuffle(topics)
    body = "\n".join(f"{k}. {topic}" for k, topic in enumerate(topics, 1))
    present = "、".join((chair, *rest))
    blocks: list[d.Block] = [
        P(firm, "centre"),
        P(b.one(rng, "总经理办公会会议纪要", "经营班子会议纪要"), "title"),
        P(number, "right"),
        Table(
            [
                ("时间", f"{b.said(met, 2)}　{b.one(rng, '9:00', '14:30', '15:00')}", "地点", b.one(rng, "二楼会议室", "矿部小会议室")),
                ("主持", chair, "记录", clerk),
            ],
            (2, 7, 2, 5),
            head=False,
        ),
        Table([("出席", present), ("议定事项", body), ("表决", "应到5人，实到5人，一致同意。")], (2, 14), head=False),
        P("出席人员签字：" + ("（待签）" if unsigned else ""), "flat"),
        P("　"),
        P("　"),
        P("　"),
        P("（公司盖章）　　　　", "right"),
        P(b.said(met, 2), "right"),
    ]  # fmt: skip
    css = (
        "table { margin: 0 auto; } .ruled { width: 100%; } .ruled td { padding: 6pt 5pt; line-height: 1.7; }"
    )
    pdf = d.web(blocks, d.style(rng, web=True), css)
    if not unsigned:
        marks = [
            Mark(find="出席人员签字：", hand=chair),
            Mark(find="出席人员签字：", hand=rest[0], dx=110, dy=-4),
            Mark(find="出席人员签字：", hand=rest[1], dx=220),
            Mark(find="出席人员签字：", hand=rest[2], dx=30, dy=-24),
            Mark(find="出席人员签字：", hand=rest[3], dx=140, dy=-26),
            Mark(find="（公司盖章）", seal=firm, dx=-20, dy=-8),
        ]
        pdf = d.marked(rng, pdf, marks)
    truth = Truth(
        kind="other",
        payers=(firm,),
        payees=(payee,),
        total=total,
        words=total,
        signed_on=met,
        numbers=(number,),
        purpose=purpose,
        status="unsigned" if unsigned else "",
        also_names=(chair, clerk, *rest, f"{firm[:2]}永固防水工程部"),
        also_amounts=(other,),
        also_purposes=("办公楼防水维修",),
    )
    honest = Bill(
        payer=firm, unit=payee, total=total, issued_on=b.later(met, rng.randrange(3, 25)), items=(item,)
    )
    half = b.money(total / 2)
    part = Bill(
        payer=firm,
        unit=payee,
        total=total - half,
        issued_on=b.later(met, 26),
        items=(item,),
        used=half,
        note="the rest after an earlier bill",
    )
    if unsigned:
        bills = b.all_bad("status", "those present have not signed, no seal", (honest, part))
    else:
        wrong = [
            b.bad(
                honest, "amount", "the sum of another matter", total=other if other != total else other + 500
            ),
            b.bad(honest, "payee", "a unit of a near name", unit=b.near(rng, payee)),
            b.bad(honest, "payer", "a firm of a near name", payer=b.near(rng, firm)),
            b.bad(honest, "purpose", "rent instead", items=("房屋租金",)),
            b.bad(part, "usage", "nothing is left after earlier bills", used=total),
        ]
        bills = b.some(rng, (honest,), wrong)
    return Paper(
        family="minutes", tool="weasyprint", data=d.scan(rng, pdf), truth=truth, bills=bills, form="scan"
    )
