"""Banks' papers: a receipt, a statement, a telephone's picture, a sheet with three slips."""

import io
from datetime import date
from decimal import Decimal
from random import Random

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from bench.papers.open.registry import common as c
from bench.papers.tools import as_pdf, as_picture, chrome, font, pictures, scanned, stamp, stamped
from bench.papers.values import Bill, Paper, Truth


def receipt(rng: Random) -> Paper:
    """One electronic receipt as a bank's website prints it, in the colours of three banks."""
    place = c.city(rng)
    unit = c.unit(rng, place)
    home = c.city(rng)
    payer = c.firm(rng, home, "医疗科技 人力资源 建筑劳务 机械制造 供应链管理 农牧")
    amount = (
        Decimal(rng.randrange(3750, 60000000)) / 100
        if rng.random() < 0.5
        else c.money(rng, 2000, 900000, 100)
    )
    when = c.day(rng)
    school = "学" in unit.name
    use, items = rng.choice(
        (("员工技能提升班培训费", ("培训费",)), ("实训场地租用费", ("场地租赁费", "实训场地使用费")[:1]))
        if school
        else (("职工健康体检费", ("体检费",)), ("进修人员培训费", ("进修培训费",)))
    )
    bank_name, colour, title = rng.choice(
        (
            ("中国建设银行", "#0b4ea2", "中国建设银行网上银行电子回执"),
            ("中国农业银行", "#00796b", "中国农业银行电子回单"),
            ("招商银行", "#b5122b", "出 账 回 单"),
        )
    )
    flow = f"{when:%Y%m%d}{rng.randrange(10**9, 10**10)}"
    check = "".join(rng.choice("0123456789ABCDEF") for _ in range(12))
    clock = f"{rng.randrange(8, 18):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    fee = rng.choice((Decimal("0.00"), Decimal("5.50"), Decimal("10.00")))
    pair = [
        ("户名", payer.name, unit.name),
        ("账号", payer.account, unit.account),
        ("开户行", f"{bank_name}{home.name}{rng.choice(('分行营业部', '高新支行', '江北支行'))}", unit.bank),
    ]
    lines = "".join(
        f"<tr><th>付款人{a}</th><td>{b}</td><th>收款人{a}</th><td>{d}</td></tr>" for a, b, d in pair
    )
    if rng.random() < 0.5:
        lines = "".join(
            (f"<tr><th rowspan=3 style='width:5%'>{who}</th>" if k == 0 else "<tr>")
            + f"<th>{row[0]}</th><td colspan=2>{row[place_]}</td></tr>"
            for who, place_ in (("付款方", 1), ("收款方", 2))
            for k, row in enumerate(pair)
        )
    small = rng.choice((f"￥{c.comma(amount)}", f"{c.comma(amount)}元", f"CNY {c.comma(amount)}"))
    html = f"""<style>@page {{ size: A4; margin: 14mm }} body {{ font: 12px 'sans' }} h2 {{ color: {colour};
text-align:center; letter-spacing: 3px }}
.bar {{ border-bottom: 3px solid {colour}; display:flex; justify-content:space-between; font: 18px 'sans-bold';
color: {colour} }}
table {{ width:100%; border-collapse: collapse }} td, th {{ border: 1px solid {colour}; padding: 7px; text-align:left }}
th {{ font-weight: normal; color: {colour}; white-space: nowrap }}
.seal {{ position:absolute; right: 60px; top: 270px; border: 3px double #d22; color:#d22; padding: 8px 16px;
transform: rotate(-8deg); text-align:center; opacity:.75 }}</style>
<div class=bar><span>{bank_name}</span><span style='font-size:12px;align-self:end'>日期：{c.cn0(when)}</span></div>
<h2>{title}</h2>
<table><tr><th>凭证号 / 交易流水</th><td colspan=3>{flow}</td></tr>{lines}
<tr><th>金额（小写）</th><td>{small}</td><th>币种</th><td>人民币</td></tr>
<tr><th>金额（大写）</th><td colspan=3>{rng.choice(("人民币", ""))}{c.words(amount)}</td></tr>
<tr><th>用途</th><td>{use}</td><th>手续费</th><td>{fee}</td></tr>
<tr><th>交易时间</th><td>{when:%Y-%m-%d} {clock}</td><th>交易状态</th><td>交易成功</td></tr>
<tr><th>附言</th><td colspan=3>{rng.choice((use, f"{when.month}月{use}", "转账"))}</td></tr></table>
<div class=seal>{bank_name}<br>电子回单专用章<br><small>{when:%Y.%m.%d}</small></div>
<p>验证码：{check}　打印时间：{c.later(when, 1):%Y-%m-%d} 09:{rng.randrange(10, 59)}　打印次数：1</p>
<p style='color:#777;font-size:10px'>重要提示：本回单仅表明付款人账户发生支付，不作为收款人发货依据，请勿重复记账。
客户可登录本行网站以验证码核验真伪。</p>"""
    issued = c.later(when, rng.randrange(0, 25))
    wrong = rng.choice(("account", "date", "payee", "amount"))
    bad = {
        "account": (unit.name, amount, issued, c.account(rng, len(unit.account))),
        "date": (unit.name, amount, c.later(when, -rng.randrange(4, 20)), unit.account),
        "payee": (unit.near, amount, issued, ""),
        "amount": (unit.name, c.swapped(amount), issued, unit.account),
    }[wrong]
    bills = (
        Bill(payer=payer.name, unit=unit.name, total=amount, issued_on=issued, items=items, unit_account=unit.account,
             note="issued some days after the payment"),
        Bill(payer=payer.name, unit=bad[0], total=bad[1], issued_on=bad[2], items=items, unit_account=bad[3], wrong=wrong),
    )  # fmt: skip
    truth = Truth(
        kind="transfer", payers=(payer.name,), payees=(unit.name,), total=amount, words=amount, signed_on=when,
        numbers=(flow,), accounts=(payer.account, unit.account), purpose=use, also_amounts=(fee,),
        also_numbers=(check,), also_purposes=("转账", f"{when.month}月{use}"), also_names=(bank_name,),
    )  # fmt: skip
    return Paper(family="bank receipt", tool="chromium", data=chrome(c.tight(html)), truth=truth, bills=bills)


def _faces(*names: str) -> None:
    for name in names:
        pdfmetrics.registerFont(TTFont(f"registry-{name}", str(font(name))))


def statement(rng: Random) -> Paper:
    """A firm's account list, filtered for what went to one unit: three or four payments with their sum."""
    place = c.city(rng)
    unit = c.unit(rng, place)
    payer = c.firm(rng, place, "医药 劳务派遣 出租汽车 茶业 陶瓷 环保科技")
    first = c.day(rng, 2023, 2025)
    use = "委托培训费" if "学" in unit.name else "体检费"
    rows: list[tuple[date, Decimal]] = []
    when = first
    for _ in range(rng.choice((3, 4))):
        rows.append((when, Decimal(rng.randrange(90000, 7000000)) / 100))
        when = c.later(when, rng.randrange(20, 45))
    total = sum((each for _, each in rows), Decimal(0))
    last = rows[-1][0]
    since, until = first.replace(day=1), c.later(last, 6)
    balance = c.money(rng, 900000, 5000000, 1) + Decimal("0.37")
    _faces("sans", "zenhei")
    face = "registry-sans"
    out = io.BytesIO()
    pen = Canvas(out, pagesize=(297 * mm, 210 * mm))
    pen.setFont(face, 16)
    pen.drawCentredString(148 * mm, 190 * mm, rng.choice(("账户交易明细清单", "对公账户历史交易明细")))
    pen.setFont(face, 9)
    pen.drawString(15 * mm, 181 * mm, f"户名：{payer.name}    账号：{payer.account}    币种：人民币")
    pen.drawString(
        15 * mm,
        175 * mm,
        f"开户机构：{payer.bank}    起止日期：{since:%Y%m%d}-{until:%Y%m%d}    查询条件：对方户名={unit.name}",
    )
    pen.drawRightString(282 * mm, 175 * mm, "第1页/共1页")
    columns = ((15, "序号"), (26, "交易日期"), (48, "借方发生额"), (78, "贷方发生额"), (104, "余额"),
               (134, "对方户名"), (190, "对方账号"), (235, "摘要/用途"))  # fmt: skip
    y = 166.0
    pen.line(15 * mm, (y + 5) * mm, 282 * mm, (y + 5) * mm)
    for x, text in columns:
        pen.drawString(x * mm, y * mm, text)
    pen.line(15 * mm, (y - 2) * mm, 282 * mm, (y - 2) * mm)
    for k, (paid, amount) in enumerate(rows, 1):
        y -= 8
        balance -= amount
        values = (str(k), f"{paid:%Y%m%d}", c.comma(amount), "", c.comma(balance), unit.name, unit.account,
                  f"{paid.month}月{use}")  # fmt: skip
        for (x, _), text in zip(columns, values, strict=True):
            pen.drawString(x * mm, y * mm, text)
    y -= 10
    pen.line(15 * mm, (y + 6) * mm, 282 * mm, (y + 6) * mm)
    pen.drawString(
        26 * mm,
        y * mm,
        f"合计    借方笔数：{len(rows)}    借方金额：{c.comma(total)}    贷方笔数：0    贷方金额：0.00",
    )
    pen.drawString(
        15 * mm,
        22 * mm,
        f"打印柜员：{rng.randrange(10000, 99999)}    打印时间：{until:%Y-%m-%d} 15:{rng.randrange(10, 59)}:08"
        "    本清单仅供对账使用，以银行账务记录为准。",
    )
    pen.setStrokeColor("#cc2222")
    pen.setFillColor("#cc2222")
    pen.roundRect(225 * mm, 28 * mm, 48 * mm, 18 * mm, 2 * mm)
    pen.drawCentredString(249 * mm, 39 * mm, payer.bank)
    pen.drawCentredString(249 * mm, 33 * mm, f"业务专用章 {until:%Y.%m.%d}")
    pen.save()
    parts = tuple(amount for _, amount in rows)
    item = "培训费" if use == "委托培训费" else "体检费"
    bills = (
        Bill(payer=payer.name, unit=unit.name, total=parts[1], issued_on=c.later(rows[1][0], 4), items=(item,),
             note="one row of the list"),
        Bill(payer=payer.name, unit=unit.name, total=total, issued_on=c.later(last, 12), items=(item,),
             unit_account=unit.account, note="all rows together"),
        rng.choice((
            Bill(payer=payer.near, unit=unit.name, total=total, issued_on=c.later(last, 9), items=(item,), wrong="payer"),
            Bill(payer=payer.name, unit=unit.name, total=balance, issued_on=c.later(last, 9), items=(item,),
                 wrong="amount", note="the balance"),
            Bill(payer=payer.name, unit=unit.name, total=parts[0], issued_on=c.later(last, 9), items=(item,),
                 used=total, wrong="usage", note="all rows were billed before"),
        )),
    )  # fmt: skip
    truth = Truth(
        kind="transfer", payers=(payer.name,), payees=(unit.name,), total=total, instalments=parts, starts_on=since,
        ends_on=until, accounts=(payer.account, unit.account), purpose=use, also_amounts=(balance,),
        also_purposes=tuple(f"{paid.month}月{use}" for paid, _ in rows),
    )  # fmt: skip
    return Paper(family="bank statement", tool="reportlab", data=out.getvalue(), truth=truth, bills=bills)


def telephone(rng: Random) -> Paper:
    """What a payer's telephone shows of a payment; some were paid back."""
    place = c.city(rng)
    unit = c.unit(rng, place, "school")
    payer = c.person(rng, 0.15)
    when = c.day(rng)
    amount = c.money(rng, 180, 6800, 10)
    if rng.random() < 0.4:
        amount = Decimal(rng.randrange(5000, 300000)) / 100
    what, item = rng.choice(
        (("成人高考考前辅导班学费", "培训费"), ("学生公寓住宿费", "住宿费"), ("茶艺师短训班报名费", "报名费"))
    )
    if rng.random() < 0.2:
        amount, what, item = Decimal("37.50"), "毕业证明书补办工本费", "工本费"
    back = rng.random() < 0.3
    flow = f"{rng.randrange(4200000000, 4300000000)}{when:%Y%m%d}{rng.randrange(10**9, 10**10)}"
    order = f"JF{when:%y%m%d}{rng.randrange(10**5, 10**6)}"
    clock = f"{rng.randrange(7, 23):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    state = f"已全额退款（￥{amount:.2f}）" if back else "支付成功"
    dark = rng.random() < 0.4
    ground, ink, grey = ("#191919", "#e8e8e8", "#8c8c8c") if dark else ("#f4f4f4", "#1a1a1a", "#8a8a8a")
    rows = [
        ("当前状态", state),
        ("付款人", payer),
        ("收款方全称", unit.name),
        ("商品", what),
        ("支付时间", f"{cn_clock(when)} {clock}"),
        ("支付方式", f"{rng.choice(('零钱', '工商银行储蓄卡(3316)', '农商银行借记卡(0482)'))}"),
        ("交易单号", flow),
        ("商户单号", order),
    ]
    if rng.random() < 0.5:
        rows[1], rows[2] = rows[2], rows[1]
    lines = "".join(f"<tr><td class=g>{a}</td><td>{b}</td></tr>" for a, b in rows)
    html = f"""<style>@page {{ size: 100mm 205mm; margin: 0 }} body {{ margin:0; background:{ground}; color:{ink};
font: 13px 'sans'; height: 204mm }}
td {{ padding: 7px 4px; vertical-align: top; word-break: break-all }} .g {{ color:{grey}; width: 27%;
white-space: nowrap }}</style>
<div style='padding:8px 18px;font-size:11px;display:flex;justify-content:space-between'><span>{clock[:5]}</span>
<span>5G　{rng.randrange(11, 99)}%</span></div>
<div style='padding:6px 16px'>‹　　　　　　账单详情</div>
<div style='text-align:center;padding:22px 0 18px'>
<div style='width:46px;height:46px;border-radius:23px;background:#3a7bd5;color:#fff;line-height:46px;margin:auto'>校</div>
<p>{unit.name}</p><div style="font:31px 'sans-bold'">-{amount:.2f}</div></div>
<hr style='border:0;border-top:1px solid {grey};opacity:.4;margin:0 16px'>
<table style='margin:8px 14px;width:92%'>{lines}</table>
<hr style='border:0;border-top:1px solid {grey};opacity:.4;margin:0 16px'><p style='padding:4px 18px'>账单服务<br>
<span style='color:#5b7fb5'>对订单有疑惑　　申请电子凭证　　查看往来转账</span></p>"""
    page = pictures(chrome(c.tight(html)), rng.choice((190, 220)))[0]
    data = as_picture(page, "PNG") if rng.random() < 0.5 else as_picture(page, "JPEG", 78)
    media = "image/png" if data[:4] == b"\x89PNG" else "image/jpeg"
    issued = c.later(when, rng.randrange(0, 6))
    wrong = "status" if back else ""
    bills = [Bill(payer=payer, unit=unit.name, total=amount, issued_on=issued, items=(item,), wrong=wrong)]
    if back:
        bills.append(
            Bill(
                payer=payer,
                unit=unit.name,
                total=amount,
                issued_on=c.later(when, 30),
                items=(what,),
                wrong=wrong,
            )
        )
    else:
        bills.append(
            Bill(payer=c.near_person(rng, payer), unit=unit.name, total=amount, issued_on=issued, items=(item,),
                 wrong="payer")
        )  # fmt: skip
        bills.append(
            Bill(payer=payer, unit=unit.near, total=amount, issued_on=issued, items=(item,), wrong="payee")
        )
    truth = Truth(
        kind="transfer", payers=(payer,), payees=(unit.name,), total=amount, signed_on=when, numbers=(flow,),
        purpose=what, status="revoked" if back else "", also_numbers=(order,),
    )  # fmt: skip
    return Paper(family="payment platform", tool="chromium", data=data, truth=truth, bills=tuple(bills),
                 media_type=media, form="scan")  # fmt: skip


def cn_clock(when: date) -> str:
    return f"{when.year}年{when.month}月{when.day}日"


def sheet(rng: Random) -> Paper:
    """Three slips on one page: two payments to the unit and one of the same payer to somebody else; scanned."""
    place = c.city(rng)
    unit = c.unit(rng, place)
    payer = c.firm(rng, place, "机电设备 殡葬服务 客运 酒店管理 种业 印务")
    other = c.firm(rng, place, "燃气 自来水 广告传媒")
    first = c.day(rng)
    days = [first, c.later(first, rng.randrange(1, 20)), c.later(first, rng.randrange(21, 40))]
    sums = [c.money(rng, 1200, 86000, 10) + Decimal(k) / 4 for k in (0, 1, 3)]
    use, item = ("技能鉴定考试费", "考试费") if "学" in unit.name else ("门诊部场地租金", "房屋租金")
    alien = rng.randrange(3)
    brand = payer.bank[: payer.bank.index("银行") + 2]
    _faces("zenhei", "sans")
    out = io.BytesIO()
    pen = Canvas(out, pagesize=(210 * mm, 297 * mm))
    numbers = []
    for k, (when, amount) in enumerate(zip(days, sums, strict=True)):
        base = 297 - 97 * (k + 1)
        to, text = (other, rng.choice(("燃气费", "水费", "广告制作费"))) if k == alien else (unit, use)
        number = f"{rng.randrange(10**10, 10**11)}"
        numbers.append(number)
        pen.setFont("registry-sans", 13)
        pen.drawCentredString(105 * mm, (base + 84) * mm, f"{brand}　业务回单（付款）")
        pen.setFont("registry-zenhei", 9)
        pen.drawString(18 * mm, (base + 76) * mm, f"入账日期：{c.cn0(when)}")
        pen.drawRightString(192 * mm, (base + 76) * mm, f"回单编号：{number}")
        pen.rect(18 * mm, (base + 22) * mm, 174 * mm, 51 * mm)
        rows = (
            ("付款人户名", payer.name), ("付款人账号", payer.account), ("收款人户名", to.name),
            ("收款人账号", to.account), ("收款人开户行", to.bank),
            ("金额", f"{c.words(amount)}　　￥{c.comma(amount)}"), ("用途", text),
        )  # fmt: skip
        for n, (label, value) in enumerate(rows):
            y = base + 67 - 7 * n
            pen.drawString(20 * mm, y * mm, label)
            pen.drawString(52 * mm, y * mm, value)
            if n:
                pen.setLineWidth(0.3)
                pen.line(18 * mm, (y + 4.7) * mm, 192 * mm, (y + 4.7) * mm)
        pen.line(50 * mm, (base + 22) * mm, 50 * mm, (base + 73) * mm)
        pen.drawString(
            18 * mm,
            (base + 16) * mm,
            f"交易机构：{rng.randrange(10**9, 10**10)}　渠道：网上银行　记账柜员：{rng.randrange(100, 999)}　请勿重复记账",
        )
        pen.setDash(2, 2)
        pen.line(8 * mm, base * mm, 202 * mm, base * mm)
        pen.setDash()
    pen.save()
    page = pictures(out.getvalue(), 180)[0]
    mark = stamp(brand, "电子回单")
    for k in range(3):
        page = stamped(page, mark, (rng.uniform(0.76, 0.84), (40 + 97 * k + rng.uniform(-8, 8)) / 297), 0.17)
    own = [k for k in range(3) if k != alien]
    parts = tuple(sums[k] for k in own)
    last = days[own[1]]
    bills = (
        Bill(payer=payer.name, unit=unit.name, total=parts[1], issued_on=c.later(last, 3), items=(item,),
             note="one of three slips"),
        Bill(payer=payer.name, unit=unit.name, total=parts[0] + parts[1], issued_on=c.later(last, 6), items=(item,),
             note="both slips to this unit together"),
        Bill(payer=payer.name, unit=unit.name, total=sums[alien], issued_on=c.later(max(days), 6), items=(item,),
             wrong="amount", note="the sum that went to somebody else"),
    )  # fmt: skip
    truth = Truth(
        kind="transfer", payers=(payer.name,), payees=(unit.name,), instalments=parts, numbers=tuple(numbers),
        accounts=(payer.account, unit.account, other.account), purpose=use, also_names=(other.name,),
        also_amounts=(sums[alien], sum(parts, Decimal(0)), sum(sums, Decimal(0))),
        also_purposes=("燃气费", "水费", "广告制作费"),
    )  # fmt: skip
    data = scanned(rng, as_pdf([page], 180, 92), 180)
    return Paper(
        family="receipts several to a page",
        tool="reportlab",
        data=data,
        truth=truth,
        bills=bills,
        form="scan",
    )
