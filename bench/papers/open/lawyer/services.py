"""A service of a hospital to a firm, and a contract whose sides have unusual role names."""

from datetime import date
from decimal import Decimal
from random import Random

from bench.papers.open.lawyer import base as b
from bench.papers.open.lawyer import draw as d
from bench.papers.open.lawyer.draw import Mark, P, Table
from bench.papers.values import Bill, Paper, Truth


def checks(rng: Random) -> Paper:
    """Health checks of a firm's staff by a hospital: packages with prices, the sum at the end; photographed."""
    at = b.place(rng)
    clinic, firm = b.hospital(rng, at), b.company(rng, "ind", local=at)
    signed = b.day(rng)
    rows, total = [], Decimal(0)
    for name in ("A套餐（男职工）", "B套餐（女职工）", "C套餐（接触粉尘岗位）")[: rng.randrange(2, 4)]:
        price, heads = b.money(rng.randrange(260, 980)), rng.randrange(8, 140)
        rows.append((name, b.comma(price), str(heads), b.comma(price * heads)))
        total += price * heads
    acct, number = b.account(rng), f"TJ-{signed.year}-{rng.randrange(10, 400):03d}"
    until = date(signed.year, 12, 31)
    blocks: list[d.Block] = [
        P("职工健康体检服务合同", "title"),
        P(f"合同号 {number}", "centre"),
        P(f"甲　　方：{firm}", "flat"),
        P(f"乙　　方：{clinic}", "flat"),
        P(f"签订日期：{b.said(signed)}", "flat"),
        P(f"甲方组织职工在乙方进行{signed.year}年度健康体检，双方本着平等自愿的原则，订立以下条款："),
        P("1、体检项目及价格（单位：元）", "h"),
        Table(
            [("套餐", "单价", "人数", "金额"), *rows, ("合　计", "", "", b.comma(total))], (6, 3, 2.5, 3.5)
        ),
        P(
            f"2、合同总价（大写）：__ {b.words(total)} __；总价包干，个人加项由职工本人当场缴费，与本合同无关。"
        ),
        P(f"3、体检安排在{b.said(until)}前完成，乙方在体检结束后20日内交付个人报告与单位汇总分析。"),
        P(
            f"4、甲方收到体检汇总报告及票据后30日内转账付款。乙方账号：{acct}，开户银行：{rng.choice(b.BANKS)}{at.short}支行。"
        ),
        P("5、乙方应为受检者保密，发现重大异常结果及时电话告知本人。"),
        P("6、未尽事宜另行协商，本合同一式三份，自签订之日起生效。"),
        P(""),
        Table([("甲方盖章：", "乙方盖章："), ("代表：", "代表：")], (8, 8), ruled=False, head=False),
    ]
    pdf = d.web(blocks, d.style(rng, web=True, accent=b.one(rng, "#000", "#124")))
    marks = [
        Mark(find="甲方盖章：", seal=firm, dx=55, dy=-10),
        Mark(find="乙方盖章：", seal=clinic, dx=55, dy=-10),
        Mark(find="代表：", nth=-2, hand=b.person(rng)),
        Mark(find="代表：", hand=b.person(rng)),
    ]
    sums = [b.money(row[k].replace(",", "")) for row in rows for k in (1, 3)]
    truth = Truth(
        kind="contract",
        payers=(firm,),
        payees=(clinic,),
        total=total,
        words=total,
        signed_on=signed,
        ends_on=until,
        numbers=(number,),
        accounts=(acct,),
        purpose=f"{signed.year}年度健康体检",
        also_amounts=tuple(sums),
        also_purposes=("职工健康体检服务", "职工健康体检服务合同", "健康体检"),
    )
    honest = Bill(
        payer=firm,
        unit=clinic,
        total=total,
        issued_on=b.later(signed, rng.randrange(15, 60)),
        items=(b.one(rng, "健康体检费", "体检费"),),
    )
    wrong = [
        b.bad(honest, "amount", "the sum of the first row", total=sums[1]),
        b.bad(honest, "amount", "two digits exchanged", total=b.swapped(total)),
        b.bad(honest, "payee", "another house of the county", unit=b.near(rng, clinic)),
        b.bad(honest, "purpose", "rent of a house", items=("房屋租金",)),
    ]
    return Paper(
        family="contracts",
        tool="weasyprint",
        data=d.photo(rng, d.marked(rng, pdf, marks)),
        truth=truth,
        bills=b.some(rng, (honest,), wrong),
        form="scan",
    )


def roles(rng: Random) -> Paper:
    """A contract whose sides are called neither 甲方 nor 乙方; sometimes a hidden line tells another sum."""
    at = b.place(rng)
    kind = rng.randrange(3)
    firm = b.company(rng, "ind") if kind else b.company(rng, "med")
    host = b.college(rng, at) if kind else b.hospital(rng, at)
    gives, takes = (("申办者", "研究机构"), ("冠名方", "承办方"), ("送培方", "承训方"))[kind]
    paid = (
        b.one(rng, "临床试验研究费", "药物临床试验观察费"),
        b.one(rng, "校园马拉松冠名赞助费", "大学生足球联赛冠名费"),
        b.one(rng, "民族语言翻译人员订单培养费", "驻村技术员轮训费"),
    )[kind]
    total = b.money(rng.randrange(38, 460) * 500)
    part = b.money((total * 6 / 10).quantize(Decimal(1)))
    signed, acct = b.day(rng), b.account(rng)
    hidden = rng.random() < 0.35
    other = total * 2
    number = b.one(rng, "", f"HT{signed:%Y%m%d}-{rng.randrange(1, 40)}")
    lead = b.person(rng)
    blocks: list[d.Block] = [
        P(f"{paid}协议" if kind else "药物临床试验协议", "title"),
        *([P(f"协议编号：{number}", "right")] if number else []),
        P(f"{gives}：**{firm}**", "flat"),
        P(
            f"地址：{firm[:2]}市高新区{b.one(rng, '创业路', '科园三路', '银杏大道')}{rng.randrange(2, 300)}号",
            "flat",
        ),
        P(f"{takes}：**{host}**", "flat"),
        P(
            f"地址：{at.province}{at.city}{at.county}{b.one(rng, '迎宾路', '文化街', '团结东路')}{rng.randrange(2, 90)}号",
            "flat",
        ),
        P("鉴于：", "h"),
        P(
            f"（A）{gives}愿意就本协议所述事项提供经费；（B）{takes}具备相应条件并愿意承担工作，由{lead}具体负责。"
        ),
        P("据此，双方约定：", "flat"),
        P(f"1　{takes}按附件工作方案完成工作，每季度向{gives}书面报告进度。"),
        P(f"2　{gives}向{takes}支付{paid}共计人民币 {b.spaced(total)} 元（{b.words(total)}）。"),
        P(
            f"3　前款费用分两次付清：本协议生效后十日内付 {b.spaced(part)} 元，工作完成后付 {b.spaced(total - part)} 元。"
        ),
        P(f"4　收款人名称 {host}，银行账号 {b.grouped(acct)}。{takes}应出具财政票据。"),
        P(f"5　{takes}不得将工作转交第三人；{gives}不得干预{takes}的独立判断。"),
        P("6　一方违反本协议造成损失的，赔偿以合同经费额为限。"),
        P(f"7　本协议以中文书写，自双方加盖印章之日（{b.said(signed)}）起生效。"),
        P(""),
        Table(
            [(f"{gives}（印章）", f"{takes}（印章）"), ("签署人：", "签署人：")],
            (8, 8),
            ruled=False,
            head=False,
        ),
    ]
    if hidden:
        blocks.insert(13, P(f"本协议经费总额调整为人民币 {b.comma(other)} 元，一次付清。", "ghost"))
    css = ".ghost { color: #fff; font-size: 5pt; line-height: 1; }"
    pdf = d.web(blocks, d.style(rng, web=True, footer="# "), css)
    marks = [
        Mark(find=f"{gives}（印章）", seal=firm, dx=25, dy=-16),
        Mark(find=f"{takes}（印章）", seal=host, dx=25, dy=-16),
        Mark(find="签署人：", nth=-2, hand=b.person(rng)),
        Mark(find="签署人：", hand=lead),
    ]
    truth = Truth(
        kind="contract",
        payers=(firm,),
        payees=(host,),
        total=total,
        instalments=(part, total - part),
        words=total,
        signed_on=signed,
        starts_on=None,
        numbers=(number,) if number else (),
        accounts=(acct,),
        purpose=paid,
        also_names=(lead,),
        also_purposes=("药物临床试验", f"{paid}协议", "药物临床试验协议"),
    )
    items = (("临床试验费",), ("赞助收入",), ("培训费",))[kind]
    honest = Bill(
        payer=firm,
        unit=host,
        total=part,
        issued_on=b.later(signed, rng.randrange(3, 20)),
        items=items,
        unit_account=acct,
    )
    wrong = [
        b.bad(honest, "amount", "two digits of the whole exchanged", total=b.swapped(total)),
        b.bad(honest, "payer", "a firm of a near name", payer=b.near(rng, firm)),
        b.bad(honest, "account", "another account", unit_account=b.account(rng)),
        b.bad(honest, "date", "issued before the agreement", issued_on=b.later(signed, -70)),
    ]
    if hidden:
        ghost = b.bad(honest, "hidden", "only white text tells this sum", total=other)
        bills: tuple[Bill, ...] = (ghost, wrong[1])
    else:
        bills = b.some(rng, (honest,), wrong)
    return Paper(
        family="unusual roles", tool="weasyprint", data=d.marked(rng, pdf, marks), truth=truth, bills=bills
    )
