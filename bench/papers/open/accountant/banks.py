"""Bank e-receipts, online-banking prints and statements with a marked line."""

import io
from decimal import Decimal
from random import Random

from PIL import Image, ImageDraw

from bench.papers.open.accountant.base import (
    account,
    bill,
    cn,
    company,
    day,
    later,
    money,
    other_unit,
    person,
    sister,
    slash,
    swapped,
    unit,
    upper,
)  # fmt: skip
from bench.papers.open.accountant.draw import HEI, KAI, MING, SONG, inked, places, seal_at, seal_img, sign
from bench.papers.tools import as_pdf, chrome, font, scanned
from bench.papers.values import Bill, Paper, Truth

KINDS = (
    ("university", ("委托培训费", "横向课题经费", "人才培养合作款"), ("培训费", "科研项目经费", "技术服务费")),
    ("institute", ("检测费", "校准费", "型式试验费"), ("检验检测费", "计量校准费", "检验检测费")),
    ("centre", ("展位费", "场地租金", "会议室租金"), ("展位费", "场地租赁费", "房屋租金")),
    ("port", ("港务费", "引航费", "泊位使用费"), ("货物港务费", "引航费", "泊位使用费")),
    ("association", ("会费", "年会会务费", "团体标准编制费"), ("会费收入", "会议费", "标准编制费")),
)  # fmt: skip


def _deal(rng: Random) -> tuple[str, str, str]:
    kind, uses, items = rng.choice(KINDS)
    k = rng.randrange(3)
    return kind, uses[k], items[k]


def _some(rng: Random) -> Decimal:
    low, high = rng.choice(((40, 900), (1000, 60000), (60000, 2000000)))
    return Decimal(rng.randint(low, high)) + Decimal(rng.choice(("0", "0", "0.5", "0.28", "0.06")))


def _serial(rng: Random, length: int) -> str:
    return str(rng.randint(1, 9)) + "".join(str(rng.randint(0, 9)) for _ in range(length - 1))


def _wrong_amount(rng: Random, value: Decimal) -> Decimal:
    return value / 10000 if value % 10000 == 0 else swapped(rng, value)


def marked_statement(rng: Random) -> Paper:
    """The company's account statement drawn by reportlab; one line lies under a yellow bar."""
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    payer = company(rng)
    first = day(rng).replace(day=1)
    count = rng.randint(11, 22)
    marked = rng.randrange(3, count - 2)
    kind, use, item = _deal(rng)
    payee = unit(rng, kind)
    year = f"{first.year}" if rng.random() < 0.5 else ""
    use = year + use
    face = rng.choice(("sans", "zenhei", "serif"))
    pdfmetrics.registerFont(TTFont("acc" + face, str(font(face))))
    out = io.BytesIO()
    size = landscape(A4)
    pen = Canvas(out, pagesize=size, invariant=1)
    pen.setTitle("账户交易明细")
    pen.setFont("acc" + face, 15)
    pen.drawCentredString(size[0] / 2, size[1] - 40, f"{payer.bank.split('银行')[0]}银行账户交易明细")
    pen.setFont("acc" + face, 8.5)
    last = later(first, 27)
    pen.drawString(
        36,
        size[1] - 62,
        f"户名：{payer.name}　　账号：{payer.account}　　币种：人民币　　开户机构：{payer.bank}",
    )
    pen.drawString(
        36,
        size[1] - 76,
        f"起始日期：{first:%Y%m%d}　　截止日期：{last:%Y%m%d}　　"
        f"打印时间：{later(last, 2).isoformat()} 09:{rng.randint(10, 59)}:{rng.randint(10, 59)}",
    )
    columns = (36, 92, 182, 262, 342, 432, 616, 726)
    heads = ("交易日期", "流水号", "借方发生额", "贷方发生额", "余额", "对方户名", "对方账号", "摘要")
    y, step = size[1] - 98, rng.choice((17.5, 19))

    def draw(row: tuple[str, ...], height: float) -> None:
        for k, text in enumerate(row):
            if 2 <= k <= 4:
                pen.drawRightString(columns[k + 1] - 8, height, text)
            else:
                pen.drawString(columns[k] + 2, height, text)

    draw(heads, y)
    pen.line(34, y - 4, size[0] - 30, y - 4)
    balance = Decimal(rng.randint(3000000, 9000000)) + Decimal("0.37")
    when, others, names = first, [], []
    notes: list[str] = []
    total, paid, serial = _some(rng), first, ""
    for k in range(count):
        y -= step
        when = min(last, later(when, rng.choice((0, 1, 1, 2))))
        sum_ = _some(rng)
        income = k != marked and rng.random() < 0.35
        name, number, note = (
            company(rng).name,
            account(rng),
            rng.choice(("货款", "往来款", "工资", "加工费", "运费", "报销")),
        )
        near = k in (marked - 1, marked + 2) and rng.random() < 0.7
        if near:
            income, sum_, note = False, _some(rng), use[-3:]
            name = other_unit(rng, kind, payee.name)
        row_serial = _serial(rng, 12)
        if k != marked:
            notes.append(note)
        if k == marked:
            sum_, name, number, note, paid, serial = total, payee.name, payee.account, use, when, row_serial
            pen.setFillColorRGB(1, 0.95, 0.3)
            pen.rect(34, y - 5, size[0] - 66, step - 1, stroke=0, fill=1)
            pen.setFillColorRGB(0, 0, 0)
        else:
            others.append(sum_)
            names.append(name)
        balance += sum_ if income else -sum_
        balance += 0 if balance > 0 else 5000000
        draw(
            (
                f"{when:%Y%m%d}",
                row_serial,
                "" if income else money(sum_),
                money(sum_) if income else "",
                money(balance),
                name,
                number,
                note,
            ),
            y,
        )
        others.append(balance)
    pen.line(34, y - 6, size[0] - 30, y - 6)
    pen.drawString(
        36, y - 22, f"本页共{count}笔。本明细由企业网上银行打印，仅供对账使用。　　　　黄色标记行为本次付款"
    )
    pen.save()
    truth = Truth(
        kind="transfer", payers=(payer.name,), payees=(payee.name,), total=total, signed_on=paid, numbers=(serial,),
        accounts=(payer.account, payee.account), purpose=use, also_names=tuple(names), also_amounts=tuple(others),
        also_purposes=(*sorted(set(notes)), use.removeprefix(year)),
    )  # fmt: skip
    issued = later(paid, rng.randint(1, 20))
    bills = (
        bill(payer.name, payee.name, total, issued, item, unit_account=payee.account, note="some days after the payment"),
        bill(payer.name, payee.name, others[0], issued, item, wrong="amount", note="another line of the statement"),
        rng.choice((
            bill(sister(rng, payer.name), payee.name, total, issued, item, wrong="payer"),
            bill(payer.name, other_unit(rng, kind, payee.name), total, issued, item, wrong="payee"),
            bill(payer.name, payee.name, total, later(paid, -60), item, wrong="date"),
            bill(payer.name, payee.name, total, issued, item, unit_account=account(rng), wrong="account"),
        )),
    )  # fmt: skip
    return Paper(
        family="statement with a marked line", tool="reportlab", data=out.getvalue(), truth=truth, bills=bills
    )


def _circle(rng: Random, page: Image.Image, box: tuple[float, float, float, float]) -> None:
    """A hand-drawn ring, not quite closed."""
    pen = ImageDraw.Draw(page)
    for k in range(3):
        shift = rng.uniform(-3, 3)
        moved = (box[0] + shift, box[1] + k, box[2] + shift, box[3] + k)
        pen.arc(moved, rng.randint(0, 25), rng.randint(345, 380), (200, 30, 40), 4)


def ledger_statement(rng: Random) -> Paper:
    """A public unit's statement of open accounts; red pen rings the line that is paid now; scanned."""
    payer = company(rng)
    kind = rng.choice(("port", "centre", "institute"))
    house = unit(rng, kind)
    made = day(rng)
    word, items = {
        "port": ("泊位使用费", ("泊位使用费", "港口服务费")), "centre": ("场地使用费", ("场地租赁费", "场地使用费")),
        "institute": ("委托检验费", ("检验检测费", "委托检测费")),
    }[kind]  # fmt: skip
    count = rng.randint(4, 7)
    lines = [
        (
            later(made, -25 * (count - k) - rng.randint(2, 9)),
            f"{made.year % 100}{rng.randint(1000, 9999)}",
            _some(rng),
        )
        for k in range(count)
    ]
    chosen = rng.randrange(count)
    owed = sum((line[2] for line in lines), Decimal(0))
    total = lines[chosen][2]
    number = f"DZ-{made:%Y%m}-{rng.randint(1, 80):02d}"
    rule = rng.choice(("border:1px solid #000", "border-bottom:1px dotted #555"))
    rows = "".join(
        f"<tr><td>{k}<td>{line[0].isoformat()}<td>{line[1]}<td>{word}<td class=r>{money(line[2])}<td>{rng.choice(('未付', '未付', '逾期'))}"
        for k, line in enumerate(lines, 1)
    )
    html = f"""<style>@page{{size:A4;margin:22mm}} body{{font:11.5pt/1.7 '{rng.choice((SONG, KAI, MING))}'}}
    h1{{font:bold 19pt '{HEI}';text-align:center}}
    table{{width:100%;border-collapse:collapse}} .t td,.t th{{{rule};padding:2.6mm 1mm;text-align:center}} .t .r{{text-align:right}}
    p{{text-indent:2em;margin:2mm 0}}</style><h1>往来款项对账单</h1><div style="text-align:right">编号：{number}</div>
    <div>{payer.name}：</div><p>截至{cn(made)}，贵单位尚欠我单位{word}明细如下，请核对并安排付款。</p>
    <table class=t><tr><th>序号<th>业务日期<th>业务单号<th>费用名称<th>金额（元）<th>状态{rows}
    <tr><td colspan=4>合　计<td class=r>{money(owed)}<td></table>
    <p>户名：{house.name}，开户行：{house.bank}，账号：{house.account}。付款时请注明业务单号，以便核销。</p>
    <p>联系人：{house.contact}，电话：{house.phone}。</p><br><br>
    <div style="text-align:right">{house.name}（财务章）<br>{cn(made)}</div>"""
    pdf = chrome(html)
    marks = seal_at(rng, pdf, "（财务章）", house.name, "财务专用章", share=0.19)
    pages = inked(pdf, [(n, x - 0.07, y, p, s) for n, x, y, p, s in marks])
    page = pages[0]
    _, _, y = places(pdf, lines[chosen][1])[0]
    wide, tall = page.size
    _circle(rng, page, (0.1 * wide, y * tall - 38, 0.905 * wide, y * tall + 38))
    words = sign(rng, rng.choice(("付此笔", "先付此笔", "本次付")), (195, 30, 40))
    ink = words.resize((round(words.width * 0.4), round(words.height * 0.4)))
    page.paste(ink, (round(0.9 * wide), round(y * tall - 62)), ink)
    data = scanned(rng, as_pdf(pages, 200, 90), 200)
    truth = Truth(
        kind="other", payers=(payer.name,), payees=(house.name,), total=total, signed_on=made, numbers=(number,),
        also_numbers=tuple(line[1] for line in lines), accounts=(house.account,), purpose=word,
        also_purposes=("往来款项对账单", "往来款项"), also_names=(house.contact,),
        also_amounts=(owed, *(line[2] for line in lines if line[2] != total)),
    )  # fmt: skip
    item, paid = rng.choice(items), later(made, rng.randint(3, 15))
    other = lines[(chosen + 1) % count][2]
    bills = (
        bill(payer.name, house.name, total, paid, item, unit_account=house.account),
        bill(payer.name, house.name, other, paid, item, wrong="amount", note="a line without the ring"),
        rng.choice((
            bill(payer.name, other_unit(rng, kind, house.name), total, paid, item, wrong="payee"),
            bill(payer.name, house.name, total, paid, "学费", wrong="purpose"),
            bill(sister(rng, payer.name), house.name, total, paid, item, wrong="payer"),
        )),
    )  # fmt: skip
    return Paper(
        family="statement with a marked line",
        tool="Chromium",
        data=data,
        truth=truth,
        bills=bills,
        form="scan",
    )


def e_receipt(rng: Random) -> Paper:
    """A bank's electronic receipt, on the same page at times the receipt of the fee."""
    payer = company(rng)
    kind, use, item = _deal(rng)
    payee = unit(rng, kind)
    total, paid = _some(rng), day(rng)
    house = payer.bank.split("银行")[0] + "银行"
    number, check = _serial(rng, 20), "".join(rng.choice("ABCDEFGHJKMNPQRSTUVWX23456789") for _ in range(12))
    fee = Decimal(rng.choice(("0.50", "5.50", "10.00", "15.50")))
    with_fee = rng.random() < 0.5
    colour = rng.choice(("#b00020", "#0b4ea2", "#00695c", "#333"))
    prefix = rng.choice(("支付", "付", ""))
    swap = rng.random() < 0.4
    sides = (
        ("付款人", payer.name, payer.account, payer.bank), ("收款人", payee.name, payee.account, payee.bank),
    )  # fmt: skip
    left, right = (sides[1], sides[0]) if swap else sides
    rows = "".join(
        f"<tr>{f'<td rowspan=3 class=v>{left[0]}' if k == 1 else ''}<td class=k>{label}<td>{left[k]}"
        f"{f'<td rowspan=3 class=v>{right[0]}' if k == 1 else ''}<td class=k>{label}<td>{right[k]}"
        for k, label in ((1, "户名"), (2, "账号"), (3, "开户银行"))
    )
    second = (
        f"""<hr style="border:0;border-top:1px dashed #888;margin:9mm 0"><h1>{house}　收费回单</h1>
    <table><tr><td class=k>付费账号<td>{payer.account}<td class=k>费用名称<td>对公转账汇款手续费<tr><td class=k>金额<td>CNY {fee}
    <td class=k>
    交易日期<td>{paid.isoformat()}<tr><td class=k>凭证号<td>{_serial(rng, 16)}<td class=k>备注<td>关联流水 {number[-8:]}</table>"""
        if with_fee
        else ""
    )
    html = f"""<style>@page{{size:A4;margin:16mm 15mm}} body{{font:10pt/1.5 '{rng.choice((HEI, SONG))}';color:#111}}
    h1{{font:bold 15pt '{HEI}';color:{colour};text-align:center;margin:0 0 3mm}} table{{border-collapse:collapse;width:100%}}
    td{{border:1px solid {colour};padding:1.5mm}} .k{{width:13%;color:{colour}}} .v{{width:5%;text-align:center;color:{colour}}}</style>
    <div style="position:relative"><h1>{house}　{rng.choice(("电子回单", "客户专用回单", "业务回单（付款）"))}</h1>
    <div style="display:flex;justify-content:space-between"><span>电子回单号码：{number}</span>
    <span>第{rng.randint(1, 3)}次打印</span></div>
    <table>{rows}
    <tr><td colspan=2 class=k>金额（小写）<td style="font-size:12pt">{rng.choice(("￥", "CNY ", "人民币"))}{money(total)}
    <td colspan=2 class=k>金额（大写）<td>{rng.choice(("", "人民币"))}{upper(total)}
    <tr><td colspan=2 class=k>用途/附言<td>{prefix}{use}<td colspan=2 class=k>业务种类
    <td>{rng.choice(("网银转账", "跨行汇款", "普通汇兑"))}
    <tr><td colspan=2 class=k>交易日期<td>{paid.isoformat()}<td colspan=2 class=k>交易流水号<td>{_serial(rng, 14)}
    <tr><td colspan=2 class=k>验证码<td>{check}<td colspan=2 class=k>记账柜员<td>{rng.randint(10000, 99999)}</table>
    {seal_img(rng, house + "电子回单", "专用章", "right:12mm;bottom:-6mm", "34mm")}
    <div style="font-size:8.5pt;margin-top:2mm">重要提示：本回单不作为收款方发货依据，请勿重复记账。
    打印时间：{slash(later(paid, 1))} 10:{rng.randint(10, 59)}</div></div>{second}"""
    truth = Truth(
        kind="transfer", payers=(payer.name,), payees=(payee.name,), total=total, words=total, signed_on=paid,
        numbers=(number,), accounts=(payer.account, payee.account), purpose=prefix + use,
        also_purposes=(use, "对公转账汇款手续费") if with_fee else (use,), also_amounts=(fee,) if with_fee else (), also_names=(house,),
    )  # fmt: skip
    issued = later(paid, rng.randint(0, 25))
    bills = (
        bill(payer.name, payee.name, total, issued, item, unit_account=payee.account, unit_code=payee.code),
        rng.choice((
            bill(payer.name, payee.name, _wrong_amount(rng, total), issued, item, wrong="amount"),
            bill(payer.name, payee.name, total, issued, item, unit_account=account(rng), wrong="account"),
        )),
        rng.choice((
            bill(person(rng), payee.name, total, issued, item, wrong="payer"),
            bill(sister(rng, payer.name), payee.name, total, issued, item, wrong="payer"),
            bill(payer.name, other_unit(rng, kind, payee.name), total, issued, item, wrong="payee"),
            bill(payer.name, payee.name, total, later(paid, -9), item, wrong="date", note="before the payment"),
        )),
    )  # fmt: skip
    return Paper(family="bank e-receipt", tool="Chromium", data=chrome(html), truth=truth, bills=bills)


def online_print(rng: Random) -> Paper:
    """An online-banking page printed from the browser; not every transfer on it was carried out."""
    payer = company(rng)
    kind, use, item = _deal(rng)
    payee = unit(rng, kind)
    total, made = _some(rng), day(rng)
    state, status = rng.choice(
        (("交易成功", ""), ("银行处理成功", ""), ("待授权（1/2）", "draft"), ("已退汇", "revoked"))
    )
    house = payer.bank.split("银行")[0] + "银行"
    number = f"{made:%Y%m%d}{_serial(rng, 10)}"
    clock = f"{rng.randint(8, 17):02d}:{rng.randint(10, 59)}:{rng.randint(10, 59)}"
    facts = [
        ("指令序号", number), ("付款账户名称", payer.name), ("付款账号", payer.account), ("收款账户名称", payee.name),
        ("收款账号", payee.account), ("收款银行", payee.bank), ("转账金额", f"{money(total)} 元"), ("金额大写", upper(total)),
        ("汇款用途", use), ("提交时间", f"{made.isoformat()} {clock}"), ("指令状态", state), ("经办员", f"{payer.contact}（操作员03）"),
        ("授权员", payer.head if not status or status == "revoked" else "——"),
    ]  # fmt: skip
    if status == "revoked":
        facts.append(("退汇原因", "收款账号户名不符"))
    two = rng.random() < 0.5
    cells = [f"<div class=f><label>{k}</label><b>{v}</b></div>" for k, v in facts]
    html = f"""<style>@page{{size:A4;margin:9mm 12mm}} body{{font:10.5pt '{HEI}';color:#333;margin:0}}
    .top{{display:flex;justify-content:space-between;font-size:8pt;margin-bottom:8mm}}
    .bar{{background:{rng.choice(("#c7000b", "#0a5cad", "#0b8a5f"))};
    color:#fff;padding:4mm;font-size:14pt}} .nav{{background:#f2f2f2;padding:2mm 4mm;font-size:9pt;color:#777}}
    .g{{display:grid;grid-template-columns:{"1fr 1fr" if two else "1fr"};gap:0 6mm;padding:5mm}}
    .f{{display:flex;border-bottom:1px solid #e4e4e4;padding:2.6mm 0}}
    label{{width:30mm;color:#888;flex:none}} b{{font-weight:500}}
    .btn{{display:inline-block;border:1px solid #bbb;border-radius:2mm;padding:1mm 6mm;margin:3mm}}</style>
    <div class=top><span>{slash(later(made, 1))} 09:{rng.randint(10, 59)}</span><span>{house}企业网上银行</span></div>
    <div class=bar>{house}　企业网上银行</div>
    <div class=nav>首页 &gt; 付款业务 &gt; 指令查询 &gt; 指令详情　　　欢迎您，{payer.contact}　|　退出</div>
    <div class=g>{"".join(cells)}</div><div style="text-align:center"><span class=btn>打印</span><span class=btn>返回</span></div>
    <div style="font-size:8.5pt;color:#999;padding:4mm">温馨提示：单笔限额5,000,000.00元，日累计限额20,000,000.00元。
    指令状态以银行最终处理结果为准。客服热线：95{rng.randint(500, 599)}</div>
    <div style="position:absolute;bottom:0;font-size:8pt;color:#666">
    https://corp.ebank.example.cn/payment/order/detail?id={number[-8:]}
    　　　　1/1</div>"""
    truth = Truth(
        kind="transfer", payers=(payer.name,), payees=(payee.name,), total=total, words=total, signed_on=made,
        numbers=(number,), accounts=(payer.account, payee.account), purpose=use, status=status,
        also_names=(payer.contact, house, *(() if status == "draft" else (payer.head,))),
        also_amounts=(Decimal(5000000), Decimal(20000000)),
    )  # fmt: skip
    issued = later(made, rng.randint(1, 12))
    bills: tuple[Bill, ...]
    if status:
        bills = (
            bill(payer.name, payee.name, total, issued, item, wrong="status", note="the money never arrived"),
            bill(payer.name, payee.name, total, later(issued, 20), item, wrong="status"),
        )
    else:
        bills = (
            bill(payer.name, payee.name, total, issued, item, payer_code=payer.code),
            bill(payer.name, payee.name, total, issued, "考古勘探费", wrong="purpose"),
            rng.choice((
                bill(payer.name, payee.name, _wrong_amount(rng, total), issued, item, wrong="amount"),
                bill(payer.head, payee.name, total, issued, item, wrong="payer", note="the person who authorised"),
                bill(payer.name, payee.name, total, issued, item, used=total, wrong="usage", note="billed before"),
            )),
        )  # fmt: skip
    return Paper(family="online-banking print", tool="Chromium", data=chrome(html), truth=truth, bills=bills)
