"""Records of money: deposits of bidders and what becomes of them, bank receipts, statements, card slips."""

import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from msgspec.structs import replace
from PIL import Image, ImageDraw, ImageFont

from bench.papers import tools
from bench.papers.values import Bill, Paper, Truth

from .common import (
    account,
    bank,
    cn,
    cn0,
    comma,
    company,
    credit_code,
    day,
    later,
    people,
    person,
    phone,
    school,
    slip,
    spaced,
    words,
)
from .drawing import box_seal, boxed, digit_boxes, scan, sealed, sheet

_BUYS = (
    "学生公寓床具采购项目",
    "图书馆空调维修改造工程",
    "校园安防系统升级项目",
    "食堂大宗食材配送服务项目",
    "虚拟仿真实训室建设项目",
)


def tender_deposit(rng: Random) -> Paper:
    from reportlab.lib.enums import TA_CENTER, TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    uni, bidder = school(rng), company(rng, "家具", "暖通工程", "安防科技", "食品贸易", "教学设备")
    agency = company(rng, "招标代理", "工程咨询", "项目管理咨询").name
    buy = rng.choice(_BUYS)
    amount = Decimal(rng.randrange(4, 160) * 1000)
    paid = day(rng)
    wrote = later(paid, 1)
    opened = later(paid, rng.randrange(3, 9))
    number = f"{rng.choice(('ZB', 'CG', 'HZC'))}-{paid.year}-{rng.randrange(10, 500):04d}"
    ours, theirs = account(rng, 19), account(rng, 17)
    legal, agent = people(rng, 2)
    face = rng.choice(("sans", "uming", "wenkai"))
    pdfmetrics.registerFont(TTFont(f"uni-{face}", str(tools.font(face))))
    size = rng.choice((11.5, 12))
    plain = ParagraphStyle("p", fontName=f"uni-{face}", fontSize=size, leading=size * 1.8, wordWrap="CJK")
    body = ParagraphStyle("b", plain, firstLineIndent=size * 2)
    head = ParagraphStyle("h", plain, fontSize=18, leading=34, alignment=TA_CENTER)
    right = ParagraphStyle("r", plain, alignment=TA_RIGHT)
    rows = [
        ["付款人", bidder.name], ["付款账号", theirs], ["付款银行", bank(rng, bidder.place) + "（基本存款账户）"],
        ["收款人", uni.name], ["收款账号", ours], ["收款银行", bank(rng, uni.town)], ["汇款日期", str(paid)],
        ["汇款金额", f"{comma(amount)} 元（大写：{words(amount)}）"], ["款项性质", "投标保证金"],
    ]  # fmt: skip
    cells = [[Paragraph(text, plain) for text in row] for row in rows]
    table = Table(
        cells,
        colWidths=[90, 350],
        style=[("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
    )
    opening = rng.choice(
        (
            f"我公司参加贵校组织的{buy}（招标编号：{number}）的投标，已按招标文件要求以电汇方式递交投标保证金，具体如下：",
            f"根据{buy}（招标编号：{number}）招标文件第二章“投标人须知”的规定，我公司已于截止时间前缴纳投标保证金，情况如下：",
        )
    )
    story = [
        Paragraph("投标保证金递交说明", head), Paragraph(f"致：{uni.name}（招标人）", plain),
        Paragraph(f"　　{agency}（招标代理机构）", plain), Paragraph(opening, body), Spacer(1, 8), table, Spacer(1, 8),
        Paragraph(f"开标时间：{cn(opened)}上午9:30。保证金有效期与投标有效期一致，为90日历天。", body),
        Paragraph("如我公司未中标，请将上述保证金无息退回原付款账户；招标代理机构仅协助登记，不收取、不代管保证金。", body),
        Paragraph(f"联系人：{agent}　电话：{phone(rng)}　统一社会信用代码：{credit_code(rng)}", body), Spacer(1, 24),
        Paragraph(f"投标人：{bidder.name}（电子签章）", right), Paragraph(f"法定代表人：{legal}（签章）", right),
        Paragraph(cn(wrote), right),
    ]  # fmt: skip
    out = io.BytesIO()
    edge = rng.choice((62, 72))
    SimpleDocTemplate(out, leftMargin=edge, rightMargin=edge, topMargin=64, bottomMargin=56).build(story)
    truth = Truth(
        kind="other", payers=(bidder.name,), payees=(uni.name,), total=amount, words=amount, signed_on=wrote,
        numbers=(number,), accounts=(ours, theirs), purpose="投标保证金", also_names=(agency, legal, agent),
        also_purposes=(buy,),
    )  # fmt: skip
    honest = Bill(
        payer=bidder.name, unit=uni.name, total=amount, issued_on=later(wrote, rng.randrange(0, 6)),
        items=(rng.choice(("投标保证金", "保证金")),), unit_account=ours, note="a deposit that was received",
    )  # fmt: skip
    return Paper(
        family="tender deposit", tool="reportlab", data=out.getvalue(), truth=truth,
        bills=(
            honest,
            replace(honest, payer=agency, wrong="payer", note="the tender agent pays nothing"),
            replace(honest, items=("技术服务费",), wrong="purpose", note="a deposit pays for no service"),
        ),
    )  # fmt: skip


def deposit_refund(rng: Random) -> Paper:
    uni, bidder = school(rng), company(rng, "家具", "暖通工程", "安防科技", "食品贸易", "教学设备")
    agency = company(rng, "招标代理", "工程咨询").name
    buy = rng.choice(_BUYS)
    kept = Decimal(rng.randrange(20, 240) * 500)
    back = Decimal(rng.randrange(4, 60) * 500)
    whole = kept + back
    asked = day(rng)
    agreed = later(asked, rng.randrange(2, 9))
    number = f"BZJ{asked:%Y%m}{rng.randrange(1, 99):03d}"
    tender = f"{uni.region}招{asked.year}{rng.randrange(100, 999)}"
    agent, officer, chief = people(rng, 3)
    theirs = account(rng, 19)
    head, digits = digit_boxes(kept)
    hand = "<span class='hand'>{}</span>".format
    body = f"""<div style='position:relative'><h1>投标保证金退还（转履约保证金）申请审批表</h1>
    <p class='n r' style='font-size:10pt'>编号：{number}　　申请日期：{cn0(asked)}</p><table class='f'>
    <tr><td style='width:17%'>申请单位</td><td colspan='3'>{bidder.name}</td></tr>
    <tr><td>项目名称</td><td>{buy}</td><td style='width:14%'>招标编号</td><td>{tender}</td></tr>
    <tr><td>代理机构</td><td colspan='3'>{agency}</td></tr><tr><td>原缴投标保证金</td><td colspan='3'>¥{comma(whole)}
    （{words(whole)}），缴入{uni.name}账户</td></tr><tr><td>申请事项</td><td colspan='3'>
    <span style='font-family:zenhei'>☑</span> 中标，部分转为履约保证金，余额退还　<span style='font-family:zenhei'>□</span>
    未中标，全额退还</td></tr><tr><td>转履约保证金</td><td colspan='3'>大写：{words(kept)}
    <table class='c d' style='width:auto;margin-top:4pt'><tr>{head}</tr><tr>{digits}</tr></table></td></tr>
    <tr><td>应退余额</td><td colspan='3'>¥{comma(back)}，退至申请单位账号 {spaced(theirs)}（{bank(rng, bidder.place)}）</td></tr>
    <tr><td>采购办意见</td><td colspan='3'>{hand("合同已签，情况属实。")}
    <div class='r'>{hand(officer)}　{hand(str(later(asked, 1)))}</div></td></tr>
    <tr><td>财务处意见</td><td colspan='3'>{hand("同意。履约保证金由学校收取并开票，余额原路退回。")}
    <div class='r'>{sealed(rng, hand(chief), uni.name, "财务专用章", left="-90pt", top="-40pt")}
    　{hand(str(agreed))}</div></td></tr></table>
    <p class='n' style='font-size:9.5pt'>附：1. 中标通知书复印件；2. 合同首页；3. 原缴款回单。经办人：{agent}　{phone(rng)}</p>
    {boxed(rng, ["已审核"], "76%", "20pt", 62, (40, 60, 160)) if rng.random() < 0.5 else ""}</div>"""
    more = ".b { font-size: 9pt; width: 15pt; padding: 1pt 0; } .f > tr > td, .f td { padding: 6pt; } .f .b { padding: 1pt 2pt; }"
    data = scan(
        rng,
        tools.weasy(sheet(body, rng.choice(("uming", "serif", "sans")), 11, 1.6, "18mm 20mm", more=more)),
        220,
    )
    truth = Truth(
        kind="other", payers=(bidder.name,), payees=(uni.name,), total=kept, words=kept, signed_on=agreed,
        numbers=(number,), accounts=(theirs,), purpose="履约保证金", also_names=(agency, agent, officer, chief),
        also_amounts=(whole, back), also_numbers=(tender,), also_purposes=(buy, "投标保证金"),
    )  # fmt: skip
    honest = Bill(
        payer=bidder.name, unit=uni.name, total=kept, issued_on=later(agreed, rng.randrange(1, 8)), items=("履约保证金",),
        note="the part of the deposit that the school keeps",
    )  # fmt: skip
    return Paper(
        family="deposit refund", tool="weasyprint", data=data, truth=truth, form="scan",
        bills=(
            honest,
            replace(honest, unit=agency, wrong="payee", note="the school keeps the deposit, not the tender agent"),
            replace(honest, used=kept, wrong="usage", note="the part that is kept has its bill already"),
        ),
    )  # fmt: skip


def bank_receipt(rng: Random) -> Paper:
    uni, firm = school(rng), company(rng, "勘察设计", "种业", "汽车零部件", "轨道装备", "数据科技")
    unit = rng.choice((uni.name, uni.college))
    other = uni.college if unit == uni.name else uni.name
    memo = rng.choice(("委托培训费", "技术咨询费", "场地使用费", "实验材料测试费"))
    amount = Decimal(rng.randrange(60000, 90000000)) / 100
    paid = day(rng)
    mine, theirs = account(rng), account(rng)
    serial = "".join(str(rng.randrange(10)) for _ in range(18))
    code = "".join(rng.choice("0123456789ABCDEF") for _ in range(12))
    branch = bank(rng, uni.town)
    house = branch.split("银行")[0] + "银行"
    tint = rng.choice(("#b01e23", "#0a4ea2", "#00735c", "#5b3a8c"))
    swap, twice = rng.random() < 0.5, rng.random() < 0.5
    cost = Decimal(rng.choice((5, 10, 15, 20)))
    left = f"<tr><td class='k' rowspan='3'>付款人</td><td>户名</td><td>{firm.name}</td>"
    right = f"<td class='k' rowspan='3'>收款人</td><td>户名</td><td>{unit}</td></tr>"
    rest = f"""<tr><td>账号</td><td>{theirs}</td><td>账号</td><td>{mine}</td></tr><tr><td>开户行</td>
    <td>{bank(rng, firm.place)}</td><td>开户行</td><td>{branch}</td></tr>"""
    sums = f"""<tr><td class='k'>金额</td><td colspan='3'>人民币（大写）{words(amount)}</td><td>小写</td><td>¥{comma(amount)}</td></tr>"""
    when = f"{paid} {rng.randrange(9, 17):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    tail = f"""<tr><td class='k'>摘要</td><td colspan='2'>{rng.choice(("转账存入", "网银跨行汇款", "大额支付"))}</td><td class='k'>附言</td>
    <td colspan='2'>{memo}</td></tr><tr><td class='k'>流水号</td><td colspan='2'>{serial}</td><td class='k'>交易时间</td>
    <td colspan='2'>{when}</td></tr>"""
    empty = f"""<div class='box two'><p class='n c t'>{house}　手续费回单</p><table><tr><td class='k'>付款人</td><td>{unit}</td>
    <td class='k'>金额</td><td>¥{comma(cost)}</td></tr><tr><td class='k'>摘要</td><td colspan='3'>
    单位结算账户服务费　{later(paid, 1)}</td></tr></table></div>"""
    body = f"""<div class='box'><p class='n c t'>{house}　{rng.choice(("电子回单（收款）", "客户收款入账通知", "网上银行电子回执"))}</p>
    <table class='x s'><tr><td>回单编号：{serial[:12]}</td><td class='r'>币种：人民币　第 1 次打印</td></tr></table><table>
    {left}{right}{rest}{sums + tail if swap else tail + sums}</table><p class='n s'>验证码：{code}
    　重要提示：本回单不作为收款方发货依据，请勿重复记账；可登录网银核验真伪。</p>
    {boxed(rng, [house, "电子回单专用章", str(paid)], "70%", "96pt", 104)}</div>{empty if twice else ""}"""
    more = f""".box {{ border: .8pt solid {tint}; padding: 8pt 10pt; position: relative; }} .two {{ margin-top: 30pt; }}
    .t {{ color: {tint}; font-size: 15pt; }} .k {{ color: {tint}; white-space: nowrap; }} .s td, .s {{ font-size: 8pt; }}
    td {{ border-color: {tint}; font-size: 9pt; }}"""
    data = tools.weasy(sheet(body, rng.choice(("sans", "serif", "zenhei")), 10, 1.5, "16mm 15mm", more=more))
    truth = Truth(
        kind="transfer", payers=(firm.name,), payees=(unit,), total=amount, words=amount, signed_on=paid,
        numbers=(serial,), accounts=(theirs, mine), purpose=memo, also_numbers=(serial[:12], code),
        also_amounts=(cost,) if twice else (),
    )  # fmt: skip
    item = {"委托培训费": "培训费", "实验材料测试费": "测试费"}.get(memo, memo)
    honest = Bill(
        payer=firm.name, unit=unit, total=amount, issued_on=later(paid, rng.randrange(0, 30)), items=(item,),
        unit_account=mine, note="issued after the money came",
    )  # fmt: skip
    return Paper(
        family="bank receipt", tool="weasyprint", data=data, truth=truth,
        bills=(
            honest,
            replace(honest, unit=other, unit_account="", wrong="payee", note="the sister school did not receive it"),
            replace(honest, payer=firm.near(rng), wrong="payer", note="a firm whose name looks much the same"),
        ),
    )  # fmt: skip


def merchant_statement(rng: Random) -> Paper:
    uni = school(rng)
    unit = rng.choice((uni.name, uni.college))
    item = rng.choice(("驾驶培训费", "补考费", "住宿费", "报名费", "短期培训费"))
    names = people(rng, rng.randrange(9, 17))
    begin = day(rng).replace(day=1)
    end = later(begin, 27)
    brand, tint, rate = rng.choice(
        (("支付宝", "#1677ff", "0.006"), ("微信支付", "#07a35a", "0.006"), ("支付宝", "#1677ff", "0.0038"))
    )
    rows, sums, nets, when = "", [], [], []
    moment = datetime(begin.year, begin.month, 8, 9, 3, 11)  # noqa: DTZ001 - the time of a statement
    for name in names:
        moment += timedelta(minutes=rng.randrange(40, 1500), seconds=rng.randrange(60))
        each = Decimal(rng.choice((120, 260, 380, 480, 600, 950, 1450, 2680))) + rng.choice(
            (Decimal(0), Decimal("0.50"))
        )
        fee = (each * Decimal(rate)).quantize(Decimal("0.01"))
        sums.append(each)
        nets.append(each - fee)
        when.append(moment.date())
        order = f"{moment:%Y%m%d%H%M%S}{rng.randrange(10**6):06d}"
        rows += f"""<tr><td>{moment:%Y-%m-%d %H:%M:%S}</td><td>{order}</td><td>{item}（{name}）</td>
        <td class='r'>{comma(each)}</td><td class='r'>-{fee}</td><td class='r'>{comma(each - fee)}</td><td>交易成功</td></tr>"""
    total, net = sum(sums, Decimal(0)), sum(nets, Decimal(0))
    merchant = f"2088{rng.randrange(10**12):012d}" if brand == "支付宝" else f"16{rng.randrange(10**8):08d}"
    body = f"""<div class='top'>{brand}商家平台 <span>交易账单</span></div><p class='n'>商户名称：{unit}　　商户号：{merchant}</p>
    <p class='n'>起始日期：{begin}　　终止日期：{end}　　下载时间：{later(end, 1)} 08:{rng.randrange(10, 59)}:27</p>
    <table><tr class='hd'><th>入账时间</th><th>商户订单号</th><th>商品名称（备注）</th><th>订单金额（元）</th><th>服务费</th>
    <th>入账净额</th><th>状态</th></tr>{rows}<tr class='hd'><td colspan='3'>合计 {len(names)} 笔</td><td class='r'>{comma(total)}</td>
    <td class='r'>-{total - net}</td><td class='r'>{comma(net)}</td><td></td></tr></table>
    <p class='n s'>说明：订单金额为付款人实付金额；服务费由商户承担，票据请按订单金额开具。本账单不含退款交易。</p>"""
    more = f""".top {{ color: {tint}; font-size: 16pt; border-bottom: 2pt solid {tint}; margin-bottom: 8pt; }} .top span
    {{ color: #333; font-size: 12pt; }} .hd th, .hd td {{ background: #f5f6f8; }} td, th {{ border-color: #ddd; padding: 2.5pt 4pt;
    font-size: 8pt; }} .s {{ color: #777; font-size: 8pt; margin-top: 6pt; }}"""
    data = tools.chrome(sheet(body, rng.choice(("sans", "zenhei")), 9.5, 1.6, "12mm", "A4 landscape", more))
    at = rng.randrange(len(names))
    truth = Truth(
        kind="transfer", payers=tuple(names), payees=(unit,), total=total, starts_on=begin, ends_on=end, purpose=item,
        also_amounts=(*sorted(set(sums + nets)), net), also_numbers=(merchant,),
    )  # fmt: skip
    honest = Bill(
        payer=names[at], unit=unit, total=sums[at], issued_on=later(end, rng.randrange(1, 12)), items=(item,),
        note="one row of the statement, before the platform's fee",
    )  # fmt: skip
    early = later(begin, -rng.randrange(20, 60))
    return Paper(
        family="merchant statement", tool="chromium", data=data, truth=truth,
        bills=(
            honest,
            replace(honest, total=nets[at], wrong="amount", note="what was left after the platform's fee"),
            replace(honest, issued_on=early, wrong="date", note=f"before the payment of {when[at]}"),
        ),
    )  # fmt: skip


def pos_slip(rng: Random) -> Paper:
    uni = school(rng)
    unit, payer = uni.college, person(rng)
    amount = Decimal(rng.randrange(300, 9800)) + rng.choice((Decimal(0), Decimal("0.50"), Decimal("0.80")))
    paid = day(rng, first=date(2023, 9, 1))
    item = rng.choice(("培训费", "住宿费", "考务费", "教材费"))
    number = "".join(str(rng.randrange(10)) for _ in range(12))
    card = f"62{rng.randrange(1000, 9999)}******{rng.randrange(1000, 9999)}"
    merchant = "".join(str(rng.randrange(10)) for _ in range(15))
    lines = [
        ("POS签购单", 46), ("- " * 26, 24), (f"商户名称(MERCHANT NAME)：\n{unit}", 30), (f"商户编号：{merchant}", 26),
        (f"终端编号：{rng.randrange(10**7, 10**8)}　操作员：{rng.randrange(1, 9):02d}", 26), ("- " * 26, 24),
        (f"卡号：{card} /C", 30), (f"发卡行：{rng.choice(('工商银行', '建设银行', '农商银行', '邮储银行'))}　有效期：**/**", 26),
        (f"交易类型：{rng.choice(('消费(SALE)', '消费/SALE'))}", 30),
        (f"批次号：{rng.randrange(999):06d}　凭证号：{rng.randrange(9999):06d}", 26),
        (f"参考号：{number}", 26),
        (f"日期/时间：{paid:%Y/%m/%d} {rng.randrange(8, 18):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}", 28),
        (f"金额：RMB {rng.choice((f'{amount:.2f}', comma(amount)))}", 42), ("- " * 26, 24), ("备注：", 26),
        ("持卡人签名：", 28), ("", 60), ("本人确认以上交易，同意将其记入本卡账户", 21), ("商户存根　请妥善保管", 22),
    ]  # fmt: skip
    wide = 640
    page = Image.new("RGB", (wide, 1500), (250, 249, 244))
    pen = ImageDraw.Draw(page)
    grey = rng.randrange(30, 95)
    down, marks = 40, {}
    for text, size in lines:
        letter = ImageFont.truetype(str(tools.font("zenhei" if size != 46 else "sans-bold")), size)
        for part in text.split("\n"):
            across = (wide - letter.getlength(part)) / 2 if size in (46, 22) else 36
            pen.text((across, down), part, (grey,) * 3, letter)
            marks[part[:2]] = down
            down += round(size * 1.55)
    ink = ImageFont.truetype(str(tools.font(rng.choice(("mashan", "zhimang")))), 58)
    pen.text((210, marks["持卡"] + rng.randrange(-8, 14)), payer, (30, 36, 70), ink)
    pen.text((120, marks["备注"] - 22), item, (30, 36, 70), ink)
    seal = box_seal([f"{unit}", "收讫"], size=26).rotate(rng.uniform(-9, 9), expand=True)
    page.paste(
        seal,
        (wide - seal.width - 10, marks["卡号"] - 70),
        seal.getchannel("A").point(lambda value: value // 2),
    )
    page = page.crop((0, 0, wide, down + 60)).resize(
        (wide * 3 // 2, (down + 60) * 3 // 2), Image.Resampling.LANCZOS
    )
    taken = tools.photographed(rng, page, rng.choice(("#5a4a3c", "#7d8790", "#b39b7c")))
    truth = Truth(
        kind="transfer", payers=(payer,), payees=(unit,), total=amount, signed_on=paid, numbers=(number,), purpose=item,
        also_numbers=(merchant,),
    )  # fmt: skip
    honest = Bill(
        payer=payer, unit=unit, total=amount, issued_on=later(paid, rng.randrange(0, 8)), items=(item,),
        note="the card holder signed the slip",
    )  # fmt: skip
    return Paper(
        family="card slip", tool="pillow", data=tools.as_picture(taken, "JPEG", rng.randrange(70, 90)), truth=truth,
        media_type="image/jpeg", form="scan",
        bills=(
            honest,
            replace(honest, unit=uni.name, wrong="payee", note="the college's till took the money"),
            replace(honest, total=slip(rng, amount), wrong="amount", note="digits changed over"),
        ),
    )  # fmt: skip


LAYOUTS = {
    "tender_deposit": tender_deposit,
    "deposit_refund": deposit_refund,
    "bank_receipt": bank_receipt,
    "merchant_statement": merchant_statement,
    "pos_slip": pos_slip,
}
