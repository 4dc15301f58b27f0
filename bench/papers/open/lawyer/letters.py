"""Letters of confirmation: who is greeted receives the money, who signs owes it."""

import io
from decimal import Decimal
from random import Random

from bench.papers.open.lawyer import base as b
from bench.papers.open.lawyer import draw as d
from bench.papers.open.lawyer.draw import Mark, P, Table
from bench.papers.tools import font
from bench.papers.values import Bill, Paper, Truth


def bureau(rng: Random) -> Paper:
    """An office's letter to a hospital or college that confirms what it will pay, with its number and copies."""
    at = b.place(rng)
    who, payee, purpose, item = b.one(
        rng,
        ("应急管理局", b.hospital(rng, at), "矿山应急救援医疗保障经费", "医疗保障服务费"),
        ("人力资源和社会保障局", b.college(rng, at), "脱贫劳动力职业技能培训补贴", "培训费"),
        ("民族宗教事务局", b.college(rng, at), "双语人才培训经费", "培训费"),
        ("公安局", b.hospital(rng, at), "在押人员健康检查费", "健康体检费"),
        ("卫生健康局", b.hospital(rng, at), "乡村医生规范化进修费", "进修费"),
    )
    office = at.county + who
    issued = b.day(rng)
    year = issued.year - b.one(rng, 0, 1)
    heads = rng.randrange(20, 400)
    rate = b.money(rng.randrange(12, 160) * 5)
    total = rate * heads
    paid = b.money(rng.randrange(2, 20) * 1000)
    number = f"{at.short[:1]}{who[:1]}函〔{issued.year}〕{rng.randrange(1, 90)}号"
    cited = f"{at.city[:1]}财社〔{year}〕{rng.randrange(10, 300)}号"
    contact = b.person(rng)
    greeting = b.one(rng, f"{payee}：", f"{payee}：")
    draft = rng.random() < 0.15
    blocks: list[d.Block] = [
        P(f"{office}{b.one(rng, '', '（函）')}", "red"),
        P("", "rule"),
        P(number if not draft else f"{number[: number.index('〕') + 1]}　　号", "right"),
        P(f"关于确认{year}年度{purpose}的函", "title"),
        P(greeting, "flat"),
        P(
            f"你{b.one(rng, '单位', '院' if '院' in payee else '校')}报来《关于申请结算{year}年度{purpose}的报告》收悉。现函复如下："
        ),
        P(
            f"一、{year}年度你单位实际完成{heads}人，按每人{b.plain(rate)}元标准，确认{purpose}{b.plain(total)}元"
            f"（大写：{b.words(total)}）。"
        ),
        P(
            f"二、上述款项由我局在{cited}文下达的资金中列支，待你单位开具财政票据后转账支付。{year - 1}年度{purpose}"
            f"{b.plain(paid)}元已结清，不在本次确认范围。"
        ),
        P("三、请你单位妥善保存签到册、花名册等原始资料，以备审计。"),
        P("特此函复。"),
        P(""),
        P(f"{office}　　　", "right"),
        P(b.said(issued) if not draft else f"{issued.year}年　月　日", "right"),
        P(f"（联系人：{contact}，电话：{b.phone(rng)}）", "flat"),
        P(f"抄送：{at.county}财政局，{at.county}审计局。", "small"),
    ]
    if draft:
        blocks.insert(0, P(b.one(rng, "送审稿", "代拟稿"), "flat"))
    pdf = d.word(blocks, d.style(rng, title_size=b.one(rng, 22, 24, 26)))
    if not draft:
        pdf = d.marked(rng, pdf, [Mark(find=f"{office}", seal=office, nth=-1, dx=10, dy=-8)])
    truth = Truth(
        kind="policy",
        payers=(office,),
        payees=(payee,),
        total=total,
        words=total,
        signed_on=None if draft else issued,
        numbers=() if draft else (number,),
        purpose=f"{year}年度{purpose}",
        status="draft" if draft else "",
        also_names=(contact, f"{at.county}财政局", f"{at.county}审计局"),
        also_amounts=(rate, paid),
        also_numbers=(cited,),
        also_purposes=(purpose,),
    )
    honest = Bill(
        payer=office, unit=payee, total=total, issued_on=b.later(issued, rng.randrange(1, 21)), items=(item,)
    )
    if draft:
        second = Bill(payer=office, unit=payee, total=total, issued_on=b.later(issued, 28), items=(item,))
        bills = b.all_bad("status", "a draft without number, day and seal", (honest, second))
    else:
        wrong = [
            b.bad(honest, "payer", "the office that gets a copy", payer=f"{at.county}财政局"),
            b.bad(honest, "amount", "with last year's sum, which was settled", total=total + paid),
            b.bad(honest, "amount", "the rate for one person", total=rate),
            b.bad(honest, "payee", "a unit of a near name", unit=b.near(rng, payee)),
            b.bad(honest, "purpose", "rent instead", items=("房屋租金",)),
            b.bad(honest, "date", "issued before the letter", issued_on=b.later(issued, -60)),
        ]
        bills = b.some(rng, (honest,), wrong)
    return Paper(family="letters of confirmation", tool="word", data=pdf, truth=truth, bills=bills)


def firm_letter(rng: Random) -> Paper:
    """A firm's letter with letterhead, another firm pays for it; the head of the bill stays the writer. Scanned."""
    from reportlab.lib.enums import TA_RIGHT
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    at = b.place(rng)
    firm = b.company(rng, b.one(rng, "ind", "edu"))
    sister = b.near(rng, firm)
    payee = b.one(rng, b.college(rng, at), b.hospital(rng, at))
    clinic = payee.startswith(at.county)
    purpose, item = (
        b.one(rng, ("援外项目人员体检及疫苗接种费", "体检费"), ("员工心理援助服务费", "医疗服务费"))
        if clinic
        else b.one(rng, ("新员工岗前培训费", "培训费"), ("科技特派员技术咨询费", "技术咨询费"))
    )
    issued = b.day(rng)
    total = b.money(rng.randrange(375, 90000) * 10) + b.one(rng, b.money("0"), b.money("7.50"), b.money("0"))
    clash = rng.random() < 0.2
    told = total + b.one(rng, 90, 900, 3000) if clash else total
    number = f"确认函{issued:%Y%m%d}-{rng.randrange(1, 9)}"
    contract = f"XY{issued.year}{rng.randrange(1000):03d}"
    contact, acct = b.person(rng), b.account(rng)
    name = rng.choice(("uming", "ukai", "wenkai", "sans"))
    face = f"lawyer-{name}"
    pdfmetrics.registerFont(TTFont(face, str(font(name)), subfontIndex=0))
    size = rng.choice((11, 12))
    body = ParagraphStyle(
        "b", fontName=face, fontSize=size, leading=size * 1.9, firstLineIndent=2 * size, wordWrap="CJK"
    )
    flat = ParagraphStyle("f", parent=body, firstLineIndent=0)
    right = ParagraphStyle("r", parent=flat, alignment=TA_RIGHT)
    head = ParagraphStyle("h", parent=flat, fontSize=19, leading=34, alignment=1, spaceAfter=10)
    small = ParagraphStyle("s", parent=flat, fontSize=9, leading=13, textColor="#555555")
    your = "贵院" if clinic or payee.endswith("学院") else "贵校"
    story = [
        Paragraph(f"{firm}", ParagraphStyle("l", parent=flat, fontSize=15, textColor="#1a3c7a")),
        Paragraph(f"地址：{firm[:2]}市滨河大道{rng.randrange(2, 999)}号　电话：{b.phone(rng)}", small),
        Spacer(1, 14),
        Paragraph(b.one(rng, "付款确认函", "费用确认及付款安排函"), head),
        Paragraph(f"编号：{number}", right),
        Paragraph(b.one(rng, f"致：{payee}", f"尊敬的{payee}："), flat),
        Paragraph(
            f"感谢{your}一直以来的支持。依据双方合同（{contract}），我公司确认应付{your}{purpose}共计人民币"
            f"{b.comma(total)}元（大写：{b.words(told)}），对数量和单价均无异议。",
            body,
        ),
        Paragraph(
            f"因公司资金统一调度，上述款项委托{sister}代为转账支付，付款附言将注明“代{firm}付”。由此产生的法律后果由我公司承担，"
            f"请{your}将财政票据的交款人开具为我公司，勿开具给代付单位。",
            body,
        ),
        Paragraph(
            f"请确认收款账户为：{payee}，{acct}。如有变动，请于三日内书面通知我公司财务部（{contact}）。",
            body,
        ),
        Paragraph("此致", body),
        Paragraph("敬礼！", flat),
        Spacer(1, 18),
        Paragraph(f"{firm}", right),
        Paragraph(b.said(issued), right),
    ]
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4, leftMargin=70, rightMargin=70, topMargin=60).build(story)
    pdf = d.marked(
        rng, out.getvalue(), [Mark(find=firm, nth=-1, seal=firm, dy=-10, under=b.one(rng, "", "财务专用章"))]
    )
    truth = Truth(
        kind="other",
        payers=(firm,),
        payees=(payee,),
        total=total,
        words=told,
        signed_on=issued,
        numbers=(number,),
        accounts=(acct,),
        purpose=purpose,
        also_names=(sister, contact),
        also_numbers=(contract,),
    )
    honest = Bill(
        payer=firm,
        unit=payee,
        total=total,
        issued_on=b.later(issued, rng.randrange(1, 20)),
        items=(item,),
        unit_account=acct,
        note="another firm paid, the letter asks for a bill in the writer's name",
    )
    wrong = [
        b.bad(honest, "payer", "the firm that only transferred the money", payer=sister),
        b.bad(honest, "amount", "two digits exchanged", total=b.swapped(total)),
        b.bad(honest, "account", "another account", unit_account=b.account(rng)),
        b.bad(honest, "payee", "a unit of a near name", unit=b.near(rng, payee)),
        b.bad(honest, "date", "issued before the letter", issued_on=b.later(issued, -40)),
    ]
    bills = b.some(rng, (honest,), wrong)
    if clash:
        late = b.bad(honest, "", "", issued_on=b.later(issued, 30), total=b.money(told), unit_account="")
        bills = b.all_bad("words", "words and digits of the paper differ", (honest, late))
    return Paper(
        family="letters of confirmation",
        tool="reportlab",
        data=d.scan(rng, pdf),
        truth=truth,
        bills=bills,
        form="scan",
    )


def parties(rng: Random) -> Paper:
    """Four or three parties: one gives, one receives, the others coordinate, supply or witness."""
    at = b.place(rng)
    house = b.one(rng, b.hospital(rng, at), b.college(rng, at))
    giver = b.company(rng, b.one(rng, "ind", "med"))
    clinic = house.startswith(at.county)
    agent = b.company(rng, "med" if clinic else "edu")
    watch = at.county + b.one(rng, "乡村振兴局", "卫生健康局" if clinic else "教育局")
    trial = clinic and rng.random() < 0.5
    signed = b.day(rng)
    end = b.in_year(signed, b.one(rng, 1, 2, 3))
    total = b.money(rng.randrange(12, 600) * 1000 * b.one(rng, 1, 1, 4))
    fee = b.money(rng.randrange(5, 60) * 1000)
    number, acct = f"{signed.year}DF{rng.randrange(1, 999):03d}", b.account(rng)
    purpose, item = (
        ("医疗器械临床试验研究费", "临床试验费")
        if trial
        else b.one(rng, ("互联网远程会诊平台运维服务费", "技术服务费"), ("基层护士跟岗研修费", "培训费"))
        if clinic
        else b.one(rng, ("智慧校园平台运维服务费", "技术服务费"), ("骨干教师跟岗研修费", "培训费"))
    )
    # In a trial the third party pays in its own name, else the first one does.
    payer = agent if trial else giver
    first = b.money((total * 4 / 10).quantize(Decimal(1)))
    flows = (
        f"{purpose}总额{b.comma(total)}元（{b.words(total)}），由丙方以自己名义向乙方支付，乙方票据的付款单位填写丙方；甲方与丙方"
        f"之间的管理费{b.comma(fee)}元另按双方合同结算，与乙方无关。"
        if trial
        else f"甲方向乙方支付{purpose}总额{b.comma(total)}元（{b.words(total)}）。丙方的组织协调费用{b.comma(fee)}元由甲方另行支付给丙方，"
        "不计入前述总额，乙方不为其开具票据。"
    )
    roles = [
        ("甲方", "申办单位" if trial else "出资单位", giver),
        ("乙方", "实施单位", house),
        ("丙方", "受托管理单位" if trial else "协调单位", agent),
        ("丁方", "见证单位", watch),
    ][: b.one(rng, 3, 4)]
    count = b.cn(len(roles))
    tail = "丁方对各方履约情况进行见证，不承担付款义务。" if len(roles) == 4 else "各方应指定专人联络。"
    tabled = rng.random() < 0.5
    blocks: list[d.Block] = [
        P(b.one(rng, f"{'三四'[len(roles) - 3]}方合作协议", f"{purpose[:-3]}项目协议书"), "title"),
        P(f"编号：{number}", "centre"),
    ]
    if tabled:
        blocks.append(Table([("当事人", "地位", "名称"), *roles], (2.5, 3.5, 10)))
    else:
        blocks += [P(f"{side}（{role}）：{name}", "flat") for side, role, name in roles]
    blocks += [
        P(f"以上{count}方就{at.county}有关合作事宜，经充分协商，达成如下协议，共同遵守。"),
        P("一、合作内容", "h"),
        P(f"乙方按照方案承担具体工作，甲方提供经费及必要资料，丙方负责日常协调。{tail}"),
        P("二、合作期限", "h"),
        P(f"{b.said(signed)}起，至{b.said(end)}止。"),
        P("三、费用与支付", "h"),
        P(flows),
        P(
            f"付款分两笔：协议签订后十五日内付40%（{b.comma(first)}元），中期检查合格后付60%（{b.comma(total - first)}元）。"
        ),
        P(f"乙方账户信息：{house}，{b.grouped(acct)}，{rng.choice(b.BANKS)}{at.short}支行。"),
        P("四、责任", "h"),
        P("任何一方不履行义务的，应向受损方赔偿直接损失。各方之间不构成合伙或代理关系，另有约定的除外。"),
        P("五、附则", "h"),
        P(f"本协议一式{b.one(rng, '六', '八')}份，各方盖章后生效，签订日期：{b.said(signed)}。"),
    ]
    cells = [f"{side}（盖章）：\n　\n代表：\n　" for side, _, _ in roles] + [""] * (len(roles) % 2)
    blocks.append(Table([cells[k : k + 2] for k in range(0, len(cells), 2)], (8, 8), ruled=False, head=False))
    pdf = d.word(blocks, d.style(rng, footer=b.one(rng, "", "第 # 页")))
    marks = [Mark(find=f"{side}（盖章）", seal=name, dx=40, dy=-14, size=92) for side, _, name in roles]
    marks += [Mark(find="代表：", nth=k, hand=b.person(rng)) for k in range(len(roles))]
    truth = Truth(
        kind="contract",
        payers=(payer,),
        payees=(house,),
        total=total,
        instalments=(first, total - first),
        words=total,
        signed_on=signed,
        starts_on=signed,
        ends_on=end,
        numbers=(number,),
        accounts=(acct,),
        purpose=purpose,
        also_names=tuple(name for _, _, name in roles if name not in (payer, house)),
        also_amounts=(fee,),
    )
    honest = Bill(
        payer=payer,
        unit=house,
        total=first,
        issued_on=b.later(signed, rng.randrange(2, 15)),
        items=(item,),
        unit_account=acct,
    )
    rest = Bill(
        payer=payer,
        unit=house,
        total=total - first,
        issued_on=b.later(signed, rng.randrange(100, 300)),
        items=(item,),
        used=first,
        note="the second payment",
    )
    wrong = [
        b.bad(honest, "payer", "a party that does not pay the unit", payer=giver if trial else agent),
        b.bad(honest, "amount", "the fee between two other parties", total=fee if fee != first else fee + 1),
        b.bad(
            rest, "usage", "more than half was used before", used=total - first + Decimal(1000) + first / 2
        ),
        b.bad(honest, "purpose", "a gift instead", items=("捐赠收入",)),
        b.bad(honest, "account", "another account", unit_account=b.account(rng)),
        b.bad(rest, "payee", "a unit of a near name", unit=b.near(rng, house)),
    ]
    return Paper(
        family="more than two parties",
        tool="word",
        data=d.marked(rng, pdf, marks),
        truth=truth,
        bills=b.some(rng, (rng.choice((honest, rest)),), wrong),
    )
