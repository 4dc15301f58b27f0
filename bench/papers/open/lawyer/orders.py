"""Framework agreements with orders: only the order says what is due."""

import io
from decimal import Decimal
from random import Random

from bench.papers.open.lawyer import base as b
from bench.papers.open.lawyer import draw as d
from bench.papers.open.lawyer.draw import Break, Mark, P, Table
from bench.papers.tools import font
from bench.papers.values import Bill, Paper, Truth


def framework(rng: Random) -> Paper:
    """A framework with prices and a yearly estimate, and its first order on the last page."""
    at = b.place(rng)
    school, firm = b.college(rng, at), b.company(rng, "edu")
    signed = b.day(rng)
    end = b.in_year(signed, 2)
    what, unit = b.one(
        rng, ("普通话水平测试服务", "人次"), ("课程资源录制服务", "学时"), ("教师资格笔试考点服务", "考场")
    )
    price, count = b.money(rng.randrange(4, 60) * 10), rng.randrange(60, 900)
    total = price * count
    guess = b.money(rng.randrange(40, 200) * 10000)
    number = f"KJ-{signed.year}-{rng.randrange(1, 70):03d}"
    order = f"{number}-DD01"
    acct, clerk = b.account(rng), b.person(rng)
    done = b.later(signed, rng.randrange(30, 90))
    look = d.style(
        rng,
        web=True,
        header=b.one(rng, "", f"框架协议 {number}"),
        footer="第 # 页",
        accent=b.one(rng, "#000", "#223a5e"),
    )
    price_row = (what, f"{b.comma(price)}元/{unit}", "含税，协议期内不变")
    blocks: list[d.Block] = [
        P(f"{what}框架协议", "title"),
        P(f"协议编号：{number}", "flat"),
        P(f"采购人：{firm}", "flat"),
        P(f"供应人：{school}", "flat"),
        P(f"签署日：{b.said(signed)}", "flat"),
        P("1. 协议性质", "h"),
        P(f"本协议约定{b.said(signed)}至{b.said(end)}期间采购人向供应人购买{what}的一般条件，具体采购以订单为准；未下达订单的，"
          "双方均不负付款或供应义务。"),
        P("2. 价格", "h"),
        Table([("服务", "单价", "说明"), price_row, ("加急处理", "按单价上浮20%", "须在订单中注明")], (6, 4.5, 5)),
        P(f"双方预计协议期内采购总额约{b.wan(guess)}，该数字仅供安排预算，不构成承诺。"),
        P("3. 订单", "h"),
        P("采购人以书面订单（附件格式）提出需求，供应人三个工作日内盖章确认后成立。订单与本协议不一致的，以订单为准。"),
        P("4. 结算", "h"),
        P(f"采购人在订单确认后十日内按订单金额支付。供应人账户：{school}，{rng.choice(b.BANKS)}{at.short}支行，{b.grouped(acct)}。"),
        P("5. 一般条款", "h"),
        P("保密义务存续五年；单方终止须提前三十日通知；违约金以所涉订单金额的5%为限；争议由供应人所在地法院管辖。"),
        P("6. 首份订单（附件一）随本协议同日签署。"),
        Table([("采购人（盖章）", "供应人（盖章）"), ("签字：", "签字：")], (8, 8), ruled=False, head=False),
        Break(),
        P(f"附件一：订单　　　　　　　　订单号：{order}", "flat"),
        P("服 务 订 单", "title"),
        Table(
            [
                ("订单日期", b.said(signed, 4), "经办人", clerk),
                ("服务内容", what, "完成时限", b.said(done, 4)),
                ("数　　量", f"{count}{unit}", "单　　价", f"{b.comma(price)}元"),
                ("订单金额", f"￥{b.comma(total)}", "大　　写", b.words(total)),
                ("备　　注", "不加急；发票类型：财政电子票据", "电　　话", b.phone(rng)),
            ],
            (2.4, 6, 2.4, 5.5),
            head=False,
        ),
        P("本订单受框架协议约束，双方盖章后生效。", "small"),
        Table([("采购人盖章", "供应人盖章确认")], (8, 8), ruled=False, head=False),
    ]  # fmt: skip
    pdf = d.web(blocks, look)
    marks = [
        Mark(find="采购人（盖章）", seal=firm, dx=40, dy=-14),
        Mark(find="供应人（盖章）", seal=school, dx=40, dy=-14),
        Mark(find="采购人盖章", seal=firm, dx=40, dy=-14),
        Mark(find="供应人盖章确认", seal=school, dx=40, dy=-14),
        Mark(find="签字：", nth=0, hand=b.person(rng)),
        Mark(find="签字：", nth=1, hand=b.person(rng)),
    ]
    truth = Truth(
        kind="contract",
        payers=(firm,),
        payees=(school,),
        total=total,
        words=total,
        signed_on=signed,
        starts_on=signed,
        ends_on=end,
        numbers=(number, order),
        accounts=(acct,),
        purpose=what,
        also_names=(clerk,),
        also_amounts=(price, guess),
        also_purposes=(f"{what}框架协议",),
    )
    honest = Bill(
        payer=firm,
        unit=school,
        total=total,
        issued_on=b.later(signed, rng.randrange(1, 12)),
        items=(b.one(rng, "技术服务费", "测试服务费" if "测试" in what else "技术服务费"),),
        remark=f"订单{order}",
    )
    wrong = [
        b.bad(honest, "amount", "the yearly estimate, which nobody owes", total=guess),
        b.bad(honest, "amount", "two digits exchanged", total=b.swapped(total)),
        b.bad(honest, "payer", "a firm of a near name", payer=b.near(rng, firm)),
        b.bad(honest, "date", "before the agreement was signed", issued_on=b.later(signed, -33)),
        b.bad(honest, "account", "another account", unit_account=b.account(rng)),
    ]
    return Paper(
        family="framework with orders",
        tool="weasyprint",
        data=d.marked(rng, pdf, marks),
        truth=truth,
        bills=b.some(rng, (honest,), wrong),
    )


def call_off(rng: Random) -> Paper:
    """An order form under a framework, drawn line by line and scanned; the framework's number is only cited."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    at = b.place(rng)
    clinic, firm = b.hospital(rng, at), b.company(rng, "med")
    issued = b.day(rng)
    frame = f"{at.short}医合{issued.year - 1}-{rng.randrange(10, 99)}"
    number = f"PO{issued:%y%m}{rng.randrange(1, 999):04d}"
    lines, total, small = [], Decimal(0), rng.random() < 0.3
    for name in rng.sample(
        ("血常规复检", "胸部CT阅片", "生化全套检测", "心电图远程判读", "病理切片会诊"),
        1 if small else rng.randrange(2, 5),
    ):
        price, count = (
            b.money(rng.choice(("37.50", "48", "65", "120", "186", "240"))),
            rng.randrange(1, 4) if small else rng.randrange(6, 320),
        )
        lines.append((name, price, count))
        total += price * count
    what = b.one(rng, "委托检验检查费", "远程诊断服务费")
    acct, clerk = b.account(rng), b.person(rng)
    revoked = rng.random() < 0.25
    name = rng.choice(("uming", "ukai", "zenhei"))
    pdfmetrics.registerFont(TTFont(f"lawyer-{name}", str(font(name)), subfontIndex=0))
    out = io.BytesIO()
    sheet = Canvas(out, pagesize=A4)

    def put(x: float, y: float, text: str, size: float = 10.5, centre: bool = False) -> None:
        sheet.setFont(f"lawyer-{name}", size)
        (sheet.drawCentredString if centre else sheet.drawString)(x, y, text)

    put(297, 775, b.one(rng, "委 托 服 务 订 单", "采 购 订 单"), 20, True)
    put(60, 742, f"订单编号：{number}")
    put(360, 742, f"下单日期：{b.said(issued, rng.choice((0, 4)))}")
    put(60, 722, f"依据框架协议：{frame}")
    put(60, 702, f"委 托 方：{firm}")
    put(60, 682, f"受 托 方：{clinic}")
    put(60, 662, f"服务事项：{what}")
    top, high = 640, 24
    edges = (60, 90, 270, 350, 420, 535)
    rows = [("序", "项目", "单价", "数量", "金额")]
    rows += [
        (str(k), n, b.comma(p), str(c), b.comma(p * c)) for k, (n, p, c) in enumerate(lines, 1)
    ] + [("", "合计", "", "", b.comma(total))]  # fmt: skip
    for k, row in enumerate(rows):
        y = top - (k + 1) * high
        for cell, left, right in zip(row, edges, edges[1:], strict=False):
            sheet.rect(left, y, right - left, high)
            put((left + right) / 2, y + 8, cell, 10, True)
    y = top - len(rows) * high - 26
    put(60, y, f"合计人民币（大写）：{b.words(total)}")
    put(60, y - 22, "结算：受托方确认后七日内一次付清；逾期按日万分之五计息。")
    put(60, y - 44, f"受托方账号：{acct}　开户行：{rng.choice(b.BANKS)}{at.short}支行")
    put(60, y - 66, f"联系人：{clerk}　{b.phone(rng)}")
    put(60, y - 110, "委托方盖章：")
    put(320, y - 110, "受托方确认盖章：")
    if revoked:
        sheet.saveState()
        sheet.translate(320, y + 70)
        sheet.rotate(18)
        sheet.setFillColorRGB(0.75, 0.1, 0.1)
        sheet.setStrokeColorRGB(0.75, 0.1, 0.1)
        sheet.setLineWidth(2.5)
        sheet.rect(-95, -14, 190, 48, stroke=1)
        put(0, 0, b.one(rng, "作　废", "已 撤 销"), 32, True)
        sheet.restoreState()
    sheet.save()
    marks = [
        Mark(find="委托方盖章：", seal=firm, dx=35, dy=-12),
        Mark(find="受托方确认盖章：", seal=clinic, dx=45, dy=-12),
    ]
    pdf = d.marked(rng, out.getvalue(), marks)
    truth = Truth(
        kind="contract",
        payers=(firm,),
        payees=(clinic,),
        total=total,
        words=total,
        signed_on=issued,
        numbers=(number,),
        accounts=(acct,),
        purpose=what,
        status="revoked" if revoked else "",
        also_names=(clerk,),
        also_amounts=tuple(sum_ for _, p, c in lines for sum_ in (p, p * c)),
        also_numbers=(frame,),
        also_purposes=tuple(n for n, _, _ in lines),
    )
    item = b.one(rng, "检验检查费", "医疗技术服务费")
    honest = Bill(
        payer=firm,
        unit=clinic,
        total=total,
        issued_on=b.later(issued, rng.randrange(2, 9)),
        items=(item,),
        unit_account=acct,
    )
    half = b.money((total / 2).quantize(Decimal(1)))
    part = Bill(
        payer=firm, unit=clinic, total=total - half, issued_on=b.later(issued, 8), items=(item,), used=half
    )
    if revoked:
        bills = b.all_bad("status", "the order is stamped void", (honest, part))
    else:
        wrong = [
            b.bad(honest, "amount", "the sum of the first line", total=lines[0][1] * lines[0][2]),
            b.bad(honest, "amount", "two digits exchanged", total=b.swapped(total)),
            b.bad(honest, "payer", "a firm of a near name", payer=b.near(rng, firm)),
            b.bad(part, "usage", "earlier bills took nearly all", used=total - 10),
            b.bad(honest, "account", "another account", unit_account=b.account(rng)),
        ]
        bills = b.some(rng, (honest,), wrong if len(lines) > 1 else wrong[1:])
    return Paper(
        family="framework with orders",
        tool="reportlab",
        data=d.scan(rng, pdf),
        truth=truth,
        bills=bills,
        form="scan",
    )
