"""Deposits beside a price: a supplier's security for its contract, a lodger's deposit for a room."""

from decimal import Decimal
from random import Random

from bench.papers.open.lawyer import base as b
from bench.papers.open.lawyer import draw as d
from bench.papers.open.lawyer.draw import Mark, P, Table
from bench.papers.values import Bill, Paper, Truth


def security(rng: Random) -> Paper:
    """A supplier's deposit for a contract whose far larger price is only told as its ground."""
    at = b.place(rng)
    house = b.one(rng, b.hospital(rng, at), b.college(rng, at))
    firm = b.company(rng, "med" if house.startswith(at.county) else "edu")
    goods = b.one(rng, "数字化X射线机", "全自动生化分析仪", "彩色超声诊断系统") if house.startswith(at.county) else b.one(
        rng, "智慧教室设备", "微格教学录播系统", "学生公寓家具"
    )  # fmt: skip
    price = b.money(rng.randrange(80, 2400) * 5000)
    share = b.one(rng, 3, 5, 10)
    deposit = b.money(price * share / 100)
    signed = b.day(rng)
    start, end = signed, b.in_year(signed, b.one(rng, 1, 2))
    tender, main = (
        f"{at.province[:1]}政采{signed.year}-{rng.randrange(100, 9999)}",
        f"CG{signed.year}{rng.randrange(1000):03d}",
    )
    number = f"{main}-BZ"
    acct, agent = b.account(rng), b.person(rng)
    agency = f"{at.province[:2]}{rng.choice(b.BRANDS)}招标代理有限公司"
    purpose = f"{goods}采购项目履约保证金"
    fine = b.money(rng.randrange(1, 6) * 1000)
    asks = b.one(rng, "交付", "缴纳")
    blocks: list[d.Block] = [
        P(b.one(rng, "履约保证金协议", "履约担保金缴存协议书"), "title"),
        P(f"协议编号：{number}", "right"),
        P(f"收取方（甲方）：{house}", "flat"),
        P(f"缴纳方（乙方）：{firm}", "flat"),
        P(
            f"{goods}采购项目（项目编号{tender}）经{agency}组织公开招标，乙方中标，中标价{b.comma(price)}元，双方另行签订采购合同"
            f"（编号{main}，以下称主合同）。为保证主合同的履行，双方就保证金订立本协议。"
        ),
        P("一、保证金数额", "h"),
        P(
            f"乙方应向甲方{asks}{purpose}，数额为中标价的{share}%，计人民币{b.words(deposit)}（小写{b.plain(deposit)}元）。"
            "投标保证金20000元不转作履约保证金，由代理机构另行退还。"
        ),
        P("二、缴存方式", "h"),
        P(
            f"乙方应于本协议签订后五个工作日内，自其基本账户转账至甲方往来资金账户：{acct}（{rng.choice(b.BANKS)}{at.city}分行），"
            f"摘要注明“{main}履约保证金”。不接受现金及个人账户代缴。甲方收款后开具资金往来结算票据。"
        ),
        P("三、保证期间", "h"),
        P(f"自{b.said(start)}至{b.said(end)}。期满且质量验收合格的，甲方在二十八日内无息退还。"),
        P("四、扣除", "h"),
        P(
            f"乙方逾期供货的，每逾期一日甲方可自保证金中扣除{b.plain(fine)}元；拒不履行主合同的，保证金不予退还。"
        ),
        P("五、其他", "h"),
        P("保证金不是价款的一部分，甲方不得以其抵付货款。本协议随主合同终止而终止，一式两份。"),
        Table(
            [
                (f"甲方：{house}（盖章）", f"乙方：{firm}（盖章）"),
                ("经办人：", "委托代理人："),
                (b.said(signed), b.said(signed)),
            ],
            (8, 8),
            ruled=False,
            head=False,
        ),
    ]
    replaced = rng.random() < 0.15
    if replaced:
        since = b.said(b.later(signed, 120))
        blocks.insert(
            1, P(f"**（存档：本协议已由双方{since}另行签订的协议替代，自该日起不再执行）**", "small")
        )
    pdf = d.word(blocks, d.style(rng, header=b.one(rng, "", house)))
    marks = [
        Mark(find="（盖章）", nth=0, seal=house, under="财务专用章", dy=-18),
        Mark(find="（盖章）", nth=1, seal=firm, dy=-18),
        Mark(find="经办人：", hand=b.person(rng)),
        Mark(find="委托代理人：", hand=agent),
    ]
    truth = Truth(
        kind="contract",
        payers=(firm,),
        payees=(house,),
        total=deposit,
        words=deposit,
        signed_on=signed,
        starts_on=start,
        ends_on=end,
        numbers=(number,),
        accounts=(acct,),
        purpose=purpose,
        status="replaced" if replaced else "",
        also_names=(agency, agent),
        also_amounts=(price, fine, b.money(20000)),
        also_numbers=(tender, main),
        also_purposes=("履约保证金", f"{main}履约保证金", f"{goods}采购项目"),
    )
    honest = Bill(
        payer=firm,
        unit=house,
        total=deposit,
        issued_on=b.later(signed, rng.randrange(1, 8)),
        items=(b.one(rng, "履约保证金", "保证金", "暂收款（履约保证金）"),),
        unit_account=acct,
    )
    wrong = [
        b.bad(honest, "amount", "the price of the goods instead of the deposit", total=price),
        b.bad(honest, "amount", "a zero too many", total=deposit * 10),
        b.bad(honest, "payer", "the tender agency did not pay", payer=agency),
        b.bad(honest, "purpose", "a deposit billed as a gift", items=("捐赠收入",)),
        b.bad(honest, "account", "another account", unit_account=b.account(rng)),
    ]
    bills = b.some(rng, (honest,), wrong)
    if replaced:
        late = b.bad(honest, "", "", issued_on=b.later(signed, 150), unit_account="")
        honest = b.bad(honest, "", "", issued_on=b.later(signed, 125))
        bills = b.all_bad("status", "another agreement took its place", (honest, late))
    return Paper(
        family="deeds of deposit",
        tool="word",
        data=d.marked(rng, pdf, marks),
        truth=truth,
        bills=bills,
    )


def room(rng: Random) -> Paper:
    """A form for a visiting doctor's or student's room: fee and deposit, filled in by hand, taken with a telephone."""
    at = b.place(rng)
    house = b.one(rng, b.hospital(rng, at), b.college(rng, at))
    guest = b.person(rng)
    months, monthly = rng.randrange(2, 11), b.money(rng.randrange(18, 70) * 10)
    fee, deposit = monthly * months, b.money(rng.choice((200, 300, 500, 1000)))
    total = fee + deposit
    signed = b.day(rng)
    start = b.later(signed, rng.randrange(0, 4))
    end = b.later(start, 30 * months)
    number = f"{rng.randrange(1, 9999):07d}"
    born = f"19{rng.randrange(70, 99)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    card = f"{rng.randrange(110000, 659999)}{born}{rng.randrange(1000, 9999)}"
    purpose = b.one(rng, "进修人员公寓住宿费", "周转房住宿费", "学员公寓住宿费")
    gap = "　" * 9
    blocks: list[d.Block] = [
        P(house, "centre"),
        P("公寓入住及押金协议", "title"),
        P(f"№ {number}", "right"),
        P(f"甲方（管理单位）：{house}", "flat"),
        P(f"乙方（入住人）：__{gap}__　证件号：{card}", "flat"),
        P(
            f"一、甲方将{rng.randrange(1, 6)}号楼{rng.randrange(101, 699)}室床位一个安排给乙方居住，"
            f"期限自{b.said(start)}起至{b.said(end)}止。"
        ),
        P("二、乙方入住当日一次交清下列款项："),
        Table(
            [
                ("款项", "标准", "金额（元）"),
                (purpose, f"{b.plain(monthly)}元/月 × {months}个月", b.comma(fee)),
                ("住宿押金", "退房验收后凭票退还", b.comma(deposit)),
                ("合计", f"大写：{b.words(total)}", b.comma(total)),
            ],
            (5, 6.5, 4),
        ),
        P("三、水电费按表计量，由乙方每月在自助机缴纳，不在上列款项之内。钥匙遗失赔偿15元。"),
        P("四、乙方提前退房的，剩余整月住宿费退还，押金扣除损坏赔偿后退还。"),
        P("五、禁止留宿他人、使用大功率电器；违反的甲方可收回床位。"),
        P("六、本协议双方签字盖章后生效，第一联甲方留存，第二联交乙方。"),
        Table([("甲方（盖章）：", "乙方（签字）："), ("日期：", "日期：")], (8, 8), ruled=False, head=False),
    ]
    pdf = d.web(blocks, d.style(rng, web=True, margin=b.one(rng, 2.2, 2.8)))
    inked = b.said(signed, rng.choice((0, 3)))
    marks = [
        Mark(find="乙方（入住人）：", hand=guest, dx=10, dy=2),
        Mark(find="甲方（盖章）：", seal=house, under=b.one(rng, "公寓管理科", "后勤保障部"), dx=45, dy=-8),
        Mark(find="乙方（签字）：", hand=guest),
        Mark(find="日期：", nth=-2, hand=inked, size=20),
        Mark(find="日期：", nth=-1, hand=inked, size=20),
    ]
    truth = Truth(
        kind="contract",
        payers=(guest,),
        payees=(house,),
        total=total,
        instalments=(fee, deposit),
        words=total,
        signed_on=signed,
        starts_on=start,
        ends_on=end,
        numbers=(number,),
        purpose=purpose,
        also_amounts=(monthly, b.money(15)),
        also_numbers=(card,),
        also_purposes=("住宿押金", "公寓入住", "公寓入住及押金"),
    )
    honest = Bill(
        payer=guest,
        unit=house,
        total=total,
        issued_on=start,
        items=("住宿费", b.one(rng, "押金", "住宿押金")),
    )
    only = Bill(
        payer=guest,
        unit=house,
        total=fee,
        issued_on=start,
        items=("住宿费",),
        note="the fee without the deposit",
    )
    wrong = [
        b.bad(honest, "amount", "the deposit counted twice", total=total + deposit),
        b.bad(honest, "payer", "a person of a near name", payer=b.near(rng, guest)),
        b.bad(only, "purpose", "room money billed as a donation", items=("捐赠收入",)),
        b.bad(only, "date", "a month before it was signed", issued_on=b.later(signed, -35)),
        b.bad(only, "usage", "the whole was billed before", used=total - Decimal(50)),
    ]
    return Paper(
        family="deeds of deposit",
        tool="weasyprint",
        data=d.photo(rng, d.marked(rng, pdf, marks), 190),
        truth=truth,
        bills=b.some(rng, (b.one(rng, honest, only),), wrong),
        form="scan",
    )
