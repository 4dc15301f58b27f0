"""E-mails that settle a price, debit notes, and requests for payment."""

import io
from datetime import timedelta
from decimal import Decimal
from random import Random

from bench.papers.open.society import people as of
from bench.papers.open.society.bills import change
from bench.papers.open.society.drawing import paragraphs, scan, seal_tag, sheet, table, with_layer
from bench.papers.tools import chrome, font, weasy
from bench.papers.values import Bill, Paper, Truth

D = Decimal


def mail_thread(rng: Random) -> Paper:
    """A printed thread of e-mails, newest first: two offers fall, the third is agreed."""
    unit, client = of.institute(rng), of.company(rng)
    last = of.day(rng, 2023, 2026)
    work = rng.choice(
        (
            "行业数据分析报告编制",
            "企业标准编写指导",
            "专利导航分析",
            "员工安全内训授课",
            "展厅文物复制件制作咨询",
        )
    )
    agreed = D(rng.choice((36000, 48500, 72800, 126000, 15800)))
    offer = agreed + D(rng.choice((8000, 9200, 14200)))
    bid = agreed - D(rng.choice((3000, 5800, 6500)))
    buyer, seller = of.person(rng, 0), of.person(rng, 0)
    box = rng.choice(("163.com", "qq.com", "126.com"))
    mails = (
        f"{rng.choice(('market', 'kefu', 'office'))}@{rng.choice(('kxy', 'yjs', 'jcy'))}.org.cn",
        f"cg_{rng.randrange(100, 999)}@{box}",
    )
    clock = [f"{rng.randint(8, 17):02d}:{rng.randint(0, 59):02d}" for _ in range(4)]
    days = [last, last - timedelta(days=1), last - timedelta(days=4), last - timedelta(days=6)]
    signed = f"<p class='g'>--<br>{buyer}　采购部<br>{client.name}<br>{client.address}<br>{client.phone}</p>"
    ours = f"<p class='g'>————————<br>{seller}　科技开发部<br>{unit.name}　{unit.phone}</p>"
    texts = (
        (
            buyer,
            mails[1],
            seller,
            mails[0],
            f"{seller}老师好：<br>领导已批，就按您昨天说的{of.plain(agreed)}元（含全部资料和一次现场答疑）办理，不再另签合同，"
            "以本邮件为准。我司一周内付款，票据抬头写我司全称即可。" + signed,
        ),
        (
            seller,
            mails[0],
            buyer,
            mails[1],
            f"{buyer}经理：<br>贵司提的{of.plain(bid)}元确实做不了，专家费就占大头。我和所里商量，最低{of.plain(agreed)}元，"
            f"这个价请不要外传。如同意请回复确认。账户信息：{unit.name}，{unit.bank}，{unit.account}。"
            + ours,
        ),
        (
            buyer,
            mails[1],
            seller,
            mails[0],
            f"老师您好，{of.plain(offer)}元超出我们的预算，能否按{of.plain(bid)}元？另外成果需要纸质版3份。"
            + signed,
        ),
        (
            seller,
            mails[0],
            buyer,
            mails[1],
            f"您好！关于“{work}”，经测算报价{of.wan(offer)}，工期25个工作日，交付电子版1份。请审阅。" + ours,
        ),
    )
    parts = []
    for place, (sender, source, taker, target, text) in enumerate(texts):
        subject = f"{'Re: ' * min(2, 3 - place)}关于{work}的报价"
        head = (
            f"<b>发件人：</b>{sender} &lt;{source}&gt;<br><b>发送时间：</b>{days[place]:%Y-%m-%d} {clock[place]}<br>"
            f"<b>收件人：</b>{taker} &lt;{target}&gt;<br><b>主题：</b>{subject}"
        )
        inner = (
            f"<div class='{'first' if not place else 'old'}'><div class='h'>{head}</div><p>{text}</p></div>"
        )
        parts.append(inner)
    body = (
        f"<p class='top'>{rng.choice(('网易邮箱', 'QQ邮箱', 'Foxmail'))} - 打印预览　　共4封</p>"
        + "".join(parts)
    )
    css = (
        ".top{color:#888;font-size:8.5pt;border-bottom:1px solid #bbb} .h{background:#f3f5f7;font-size:9.5pt;padding:4pt 6pt;"
        "margin:8pt 0} .old{border-left:2px solid #b5c7dd;padding-left:10pt;margin-left:6pt} .g{color:#777;font-size:9pt}"
    )
    data = chrome(sheet(body, css, face=rng.choice(("sans", "zenhei")), size="10.5pt", margin="14mm 16mm"))
    truth = Truth(
        kind="other",
        payers=(client.name,),
        payees=(unit.name,),
        total=agreed,
        signed_on=last,
        accounts=(unit.account,),
        purpose=work,
        also_names=(buyer, seller),
        also_amounts=(offer, bid),
        also_purposes=(f"关于{work}的报价",),
    )
    bill = Bill(
        payer=client.name,
        unit=unit.name,
        total=agreed,
        issued_on=of.later(rng, last, 2, 14),
        items=("培训费" if "授课" in work else rng.choice(("技术服务费", "技术咨询费")),),
        note="the sum that the last mail agrees to",
    )
    bills = (
        bill,
        change(bill, total=rng.choice((offer, bid)), wrong="amount", note="an offer that fell"),
        change(bill, items=("捐赠收入",), wrong="purpose", note="work for a price is no donation"),
    )
    return Paper(family="e-mail thread", tool="chromium", data=data, truth=truth, bills=bills)


ABROAD = (
    ("Helvex Instruments GmbH", "Lindenstr. 48, 70563 Stuttgart"),
    ("Northgate Coatings Pte. Ltd.", "21 Tuas Avenue 8, Singapore 639228"),
    ("Aoyama Ceramics Co., Ltd.", "3-14-2 Minami, Nagoya, Japan"),
    ("Delmar Water Technologies Inc.", "1180 Harbor Way, Tacoma, WA 98402"),
    ("Kestrel & Rowe Ltd.", "7 Albion Yard, Leeds LS1 4DT"),
    ("Hanbit Optics Co., Ltd.", "55 Techno 2-ro, Daejeon, Korea"),
)


def debit_note(rng: Random) -> Paper:
    """A debit note in English with Chinese, of a society to a member abroad; what is due is in renminbi."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    unit, field = of.society(rng, ("行业协会", "学会"))
    guest, address = rng.choice(ABROAD)
    far = rng.choice([each[0] for each in ABROAD if each[0] != guest])
    made = of.day(rng, 2023, 2026)
    many, price = rng.choice((1, 2, 3)), D(rng.choice((6800, 9600, 12500, 24000)))
    extra = D(rng.choice((1500, 2400, 3200)))
    total = many * price + extra
    dollars = (total / D("7.18")).quantize(D("0.01"))
    number = f"DN{made:%y%m}-{rng.randint(1, 240):03d}"
    for name in ("sans", "sans-bold"):
        pdfmetrics.registerFont(TTFont(f"society-{name}", str(font(name))))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    blue = rng.choice(((0.05, 0.25, 0.45), (0.3, 0.1, 0.1), (0.1, 0.35, 0.2)))

    def put(
        x: float, y: float, words: str, size: float = 9.5, bold: bool = False, right: bool = False
    ) -> None:
        canvas.setFont("society-sans-bold" if bold else "society-sans", size)
        (canvas.drawRightString if right else canvas.drawString)(x, y, words)

    canvas.setFillColorRGB(*blue)
    put(50, 785, unit.name, 15, True)
    put(50, 770, f"{unit.address}  Tel: {unit.phone}", 8)
    put(545, 785, "DEBIT NOTE 付款通知", 15, True, True)
    canvas.setLineWidth(1.2)
    canvas.line(50, 760, 545, 760)
    canvas.setFillColorRGB(0, 0, 0)
    left = (("To 致", guest), ("Address", address), ("Attn", "Accounts Payable"))
    right = (("No. 编号", number), ("Date 日期", f"{made:%d %b %Y}"), ("Terms", "30 days net"))
    for place, ((a, b), (c, d)) in enumerate(zip(left, right, strict=True)):
        y = 738 - 17 * place
        put(50, y, a, 9, True)
        put(110, y, b)
        put(380, y, c, 9, True)
        put(545, y, d, right=True)
    canvas.setFillColorRGB(*blue)
    canvas.rect(50, 655, 495, 20, fill=1, stroke=0)
    canvas.setFillColorRGB(1, 1, 1)
    for x, words in ((56, "Description 摘要"), (322, "Qty 数量"), (412, "Unit 单价")):
        put(x, 661, words, 9, True)
    put(540, 661, "Amount (CNY)", 9, True, True)
    canvas.setFillColorRGB(0, 0, 0)
    year = made.year
    booth = rng.random() < 0.5
    name = f"{year}年国际会议注册费" if booth else f"{year}年度境外团体会员会费"
    lines = (
        (name, str(many), of.money(price), of.money(many * price)),
        ("论文集及资料邮寄费 Proceedings & courier", "1", of.money(extra), of.money(extra)),
    )
    for place, (a, b, c, d) in enumerate(lines):
        y = 636 - 20 * place
        put(56, y, a)
        put(345, y, b)
        put(455, y, c, right=True)
        put(540, y, d, right=True)
        canvas.line(50, y - 6, 545, y - 6)
    put(430, 590, "Total due 应付合计", 10, True, True)
    put(540, 590, f"CNY {of.money(total)}", 10, True, True)
    put(540, 574, f"(equivalent to USD {dollars:,.2f} for reference, 仅供参考)", 8.5, right=True)
    put(540, 558, f"人民币大写：{of.upper(total)}", 9.5, right=True)
    notes = (
        "Bank details 收款账户信息",
        f"Beneficiary 户名：{unit.name}",
        f"Bank 开户行：{unit.bank}",
        f"Account No. 账号：{unit.account}",
        f"Please quote {number} on your remittance. All bank charges are for the remitter's account (OUR).",
        "请以人民币或等值外币汇款，汇款人名称须与本通知一致；款到后开具电子票据。",
    )
    for place, words in enumerate(notes):
        put(50, 520 - 16 * place, words, 9.5 if place else 10.5, not place)
    put(50, 390, f"Issued by 经办：{of.person(rng, 0)}    Approved 批准：{of.person(rng, 0)}")
    put(
        50,
        60,
        "This is a computer-generated document; no signature is required. 本单由系统生成，无需签章。",
        8,
    )
    canvas.save()
    truth = Truth(
        kind="other",
        payers=(guest,),
        payees=(unit.name,),
        total=total,
        words=total,
        signed_on=made,
        numbers=(number,),
        accounts=(unit.account,),
        purpose=name,
        also_amounts=(price, many * price, extra, dollars),
        also_purposes=("论文集及资料邮寄费", "会费", field),
    )
    bill = Bill(
        payer=guest,
        unit=unit.name,
        total=total,
        issued_on=of.later(rng, made, 10, 28),
        items=("会议费",) if booth else ("会费",),
        unit_account=unit.account,
        note="due in renminbi, paid from abroad",
    )
    other = of.party(rng, unit.name)
    bills = (
        bill,
        change(bill, unit_account=other.account, wrong="account", note="another account than the note's"),
        change(bill, payer=far, wrong="payer", note="another company abroad"),
    )
    return Paper(family="debit note", tool="reportlab", data=out.getvalue(), truth=truth, bills=bills)


def payment_notice(rng: Random) -> Paper:
    """A scanned request for payment of a publisher, whose invisible text layer tells another sum."""
    province = rng.choice(of.CITIES)[0]
    unit = of.party(
        rng,
        f"{province}{rng.choice(('地图', '古籍', '科技期刊', '教育考试'))}{rng.choice(('出版中心', '编辑出版社'))}",
        "12",
    )
    payer = rng.choice((of.hospital(rng), of.university(rng).name, of.company_name(rng)))
    far = of.party(rng, f"{rng.choice(of.CITIES)[0]}图书期刊发行服务中心", "12")
    while far.name[:2] == unit.name[:2]:
        far = of.party(rng, f"{rng.choice(of.CITIES)[0]}图书期刊发行服务中心", "12")
    stranger = of.company_name(rng)
    made = of.day(rng, 2023, 2026)
    number = f"FK-{made.year}-{rng.randint(20, 900):04d}"
    kind = rng.choice(("版面费", "审稿费", "图书出版资助费"))
    fee = D(rng.choice((2400, 3600, 4800, 26000, 58000)))
    lie = fee + D(rng.choice((10000, 20000)))
    rows = [
        ["费用名称", "摘要", "金额（元）"],
        [kind, f"稿件编号 {rng.randrange(10**6, 10**7)}", of.money(fee)],
        ["合计", "", of.money(fee)],
    ]
    body = (
        f"<p class='c' style='font-size:17pt'>{unit.name}</p><h1 style='font-size:22pt;letter-spacing:6pt;margin:2mm 0 6mm'>付款通知书</h1>"
        f"<table><tr><td>No. {number}</td><td class='r'>{of.spaced(made)}</td></tr></table>"
        f"<p style='margin-top:4mm'>{payer}：</p>"
        + paragraphs(
            f"贵单位应向我{rng.choice(('社', '中心'))}支付下列费用，请在收到本通知后{rng.choice((10, 15, 30))}日内付清。"
        )
        + table(rows, widths=(28, 46, 26))
        + f"<p style='margin-top:2mm'>人民币（大写）：{of.upper(fee)}</p>"
        f"<p>户名：{unit.name}</p><p>开户行：{unit.bank}</p><p>账号：{unit.account}</p>"
        f"<p>注：邮购图书、刊物请联系{far.name}，与本通知无关。</p>"
        f"<p class='r' style='position:relative;margin-top:18mm'>收款单位（财务章）"
        f"{seal_tag(unit.name, '财务专用章', 'right:8mm;top:-14mm')}　　　　</p>"
        f"<p>经手人：<span style='font-family:mashan;font-size:16pt'>{of.person(rng, 0)}</span>　电话：{unit.phone}</p>"
    )
    pdf = weasy(sheet(body, face=rng.choice(("uming", "ukai")), size="13pt", margin="30mm 26mm"))
    layer = [
        (0.1, 0.12, unit.name),
        (0.1, 0.16, "付款通知书"),
        (0.1, 0.2, f"No. {number}　{of.spaced(made)}"),
        (0.1, 0.24, f"{payer}："),
        (0.1, 0.28, f"{kind}　{of.money(lie)}"),
        (0.1, 0.32, f"合计　{of.money(lie)}"),
        (0.1, 0.36, f"人民币（大写）：{of.upper(lie)}"),
        (0.1, 0.4, f"户名：{unit.name}　账号：{unit.account}"),
    ]
    data = with_layer(scan(rng, pdf, [], 200), layer)
    truth = Truth(
        kind="other",
        payers=(payer,),
        payees=(unit.name,),
        total=fee,
        words=fee,
        signed_on=made,
        numbers=(number,),
        accounts=(unit.account,),
        purpose=kind,
        also_names=(far.name,),
    )
    bill = Bill(
        payer=payer,
        unit=unit.name,
        total=lie,
        issued_on=of.later(rng, made, 2, 20),
        items=(kind,),
        wrong="hidden",
        note="the picture says less; only the invisible layer says this sum",
    )
    bills = (
        bill,
        change(bill, unit=far.name, total=fee, wrong="payee", note="the unit that sells books"),
        change(bill, payer=stranger, total=fee, wrong="payer", note="another company"),
    )
    return Paper(
        family="request for payment", tool="weasyprint", data=data, form="scan", truth=truth, bills=bills
    )
