"""What banks print: receipts, money from abroad, and statements in which one line counts."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from bench.papers.open.society import people as of
from bench.papers.open.society.bills import change
from bench.papers.open.society.drawing import scan, sheet, table, with_layer
from bench.papers.open.society.letters import ABROAD
from bench.papers.tools import chrome, weasy
from bench.papers.values import Bill, Paper, Truth

D = Decimal


def bank_slip(rng: Random) -> Paper:
    """A receipt of a company's online bank for one transfer to a society."""
    unit, _ = of.society(rng)
    payer = of.company(rng)
    paid = of.day(rng, 2023, 2027)
    total = D(rng.choice((rng.randrange(20, 400), rng.randrange(400, 3000))) * 100) + D(
        rng.choice(("0", "0", "37.5", "0.88"))
    )
    use = rng.choice(("年会会议费", "团体会员会费", "标准参编费", "科技成果评价费"))
    item = {
        "年会会议费": "会议费",
        "团体会员会费": "会费",
        "标准参编费": "标准编制费",
        "科技成果评价费": "成果评价费",
    }[use]
    bank = payer.bank.split("股份")[0]
    red = rng.choice(("#c8102e", "#00693c", "#0b3d91"))
    number = f"{paid:%Y%m%d}{rng.randrange(10**9, 10**10)}"
    stamp_no = f"{rng.randrange(10**15, 10**16):X}"
    pairs = [
        ["付款人", "户名", payer.name, "收款人", "户名", unit.name],
        ["", "账号", payer.account, "", "账号", unit.account],
        ["", "开户行", payer.bank, "", "开户行", unit.bank],
    ]
    clerk = rng.randrange(1000, 9999)
    body = (
        f"<div style='border-bottom:2pt solid {red};display:flex;justify-content:space-between;align-items:flex-end'>"
        f"<span style='font-size:15pt;color:{red}'>{bank}</span>"
        f"<span>{rng.choice(('网上银行电子回单', '电子回单（付款）', '客户专用回单'))}</span></div>"
        f"<p style='font-size:9pt'>电子回单号码：{number}　　币种：人民币　　第 {rng.randint(1, 2)} 次打印</p>"
        f"{table(pairs, head=False, widths=(7, 9, 34, 7, 9, 34))}"
        f"<table class='ruled' style='border-top:0'><tr><td style='width:16%'>金额（小写）</td>"
        f"<td style='width:34%'>￥{of.money(total)}</td>"
        f"<td style='width:16%'>交易时间</td><td>{paid:%Y-%m-%d} "
        f"{rng.randint(9, 17):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}</td></tr>"
        f"<tr><td>金额（大写）</td><td>人民币{of.upper(total)}</td><td>手续费</td><td>{rng.choice(('0.00', '5.50', '10.00'))}</td></tr>"
        f"<tr><td>用途</td><td>{use}</td><td>交易渠道</td><td>企业网银</td></tr>"
        f"<tr><td>备注</td><td>{rng.choice(('', '经办人' + of.person(rng, 0)))}</td><td>验证码</td><td>{stamp_no}</td></tr></table>"
        f"<p style='font-size:8.5pt;color:#666'>交易机构：{rng.randrange(10**4, 10**5)}　柜员：{clerk}　记账日期：{paid:%Y%m%d}<br>"
        "重要提示：本回单仅表明交易已受理成功，请勿重复记账；可登录本行网站凭验证码核验真伪。</p>"
        f"<div style='position:absolute;right:24mm;top:76mm;width:40mm;height:40mm;border:2pt solid #d33;border-radius:50%;color:#d33;"
        f"text-align:center;opacity:.75'><div style='margin-top:11mm;font-size:9pt'>{bank}<br>★<br>电子回单专用章</div></div>"
    )
    size = "@page { size: 210mm 140mm; margin: 12mm 14mm; } .ruled td { font-size: 9.5pt; }"
    data = weasy(
        sheet(body, size, face=rng.choice(("sans", "serif", "zenhei")), size="10pt", margin="12mm 14mm")
    )
    truth = Truth(
        kind="transfer",
        payers=(payer.name,),
        payees=(unit.name,),
        total=total,
        words=total,
        signed_on=paid,
        numbers=(number,),
        accounts=(unit.account, payer.account),
        purpose=use,
        also_amounts=(D("5.50"), D("10.00")),
        also_numbers=(stamp_no,),
    )
    bill = Bill(
        payer=payer.name,
        unit=unit.name,
        total=total,
        issued_on=of.later(rng, paid, 0, 12),
        items=(item,),
        unit_account=unit.account,
        note="paid and billed within days",
    )
    far, _ = of.society(rng)
    while far.name == unit.name:
        far, _ = of.society(rng)
    bills = (
        bill,
        change(bill, unit=far.name, unit_account="", wrong="payee", note="another society"),
        change(bill, used=total, wrong="usage", note="the slip was used up by an earlier bill"),
    )
    return Paper(family="bank receipt", tool="weasyprint", data=data, truth=truth, bills=bills)


def remittance_advice(rng: Random) -> Paper:
    """An advice of money from abroad that was sold to the bank; the sum in renminbi after a fee is the unit's."""
    unit = of.foundation(rng)
    sender, address = rng.choice(ABROAD)
    paid = of.day(rng, 2023, 2026)
    money, rate = rng.choice((("USD", "7.1652"), ("EUR", "7.7438"), ("HKD", "0.9176"), ("GBP", "9.1120")))
    gross = D(rng.choice((5000, 12000, 20000, 35000, 80000, 150000)))
    fee = D(rng.choice((0, 15, 25)))
    net = gross - fee
    yuan = (net * D(rate)).quantize(D("0.01"))
    number = f"IR{rng.randrange(10, 99)}{paid:%y%m%d}{rng.randrange(1000, 9999)}"
    bank = unit.bank.split("股份")[0]
    use = rng.choice(("DONATION FOR RURAL SCHOOLS", "DONATION / FLOOD RELIEF", "CHARITABLE DONATION"))
    rows = [
        ["收款人 Beneficiary", unit.name, "业务编号 Ref.", number],
        ["收款人账号 A/C No.", unit.account, "起息日 Value Date", f"{paid:%Y/%m/%d}"],
        [
            "汇款人 Ordering Customer",
            f"{sender}<br>{address}",
            "汇款行 Sending Bank",
            f"{rng.choice(('DEUTDEFF', 'HSBCHKHH', 'CHASUS33', 'BARCGB22'))}XXX",
        ],
        ["汇入金额 Amount", f"{money} {of.money(gross)}", "国外扣费 Charges", f"{money} {of.money(fee)}"],
        ["入账金额 Net", f"{money} {of.money(net)}", "结汇牌价 Rate", rate],
        ["结汇金额", f"CNY {of.money(yuan)}", "人民币入账账号", unit.account],
        [
            "附言 Remittance Info",
            use,
            "申报号码",
            f"{rng.randrange(110000, 440000)} 0001 01 {paid:%y%m%d} N{rng.randrange(100, 999)}",
        ],
        [
            "交易编码",
            f"{rng.choice(('321030', '321020'))} 捐赠及无偿援助",
            "费用承担",
            rng.choice(("SHA", "OUR", "BEN")),
        ],
    ]
    body = (
        f"<p style='font-size:15pt'>{bank}</p><h1 style='font-size:17pt;margin:2mm 0'>境外汇入汇款通知书／结汇水单</h1>"
        f"<p class='c' style='font-size:9pt'>INWARD REMITTANCE ADVICE　　打印日期 {paid + timedelta(days=1):%Y-%m-%d}</p>"
        f"{table(rows, head=False, widths=(20, 34, 18, 28))}"
        f"<p style='margin-top:2mm'>上述款项已按当日现汇买入价结汇，折合人民币{of.upper(yuan)}，已贷记贵单位人民币账户。</p>"
        f"<p style='font-size:9pt'>客户须在五个工作日内办理国际收支申报。柜员：{rng.randrange(100, 999)}　"
        f"复核：{rng.randrange(100, 999)}　网点：{unit.bank}</p>"
    )
    css = ".ruled td { font-size: 9.5pt; }"
    pdf = weasy(sheet(body, css, face=rng.choice(("uming", "zenhei")), size="10.5pt", margin="20mm 16mm"))
    data = scan(rng, pdf, [(0, bank, "业务专用章", (0.74, 0.44))], 210)
    if rng.random() < 0.6:
        # The scanner's own layer, with the same facts as the picture.
        lines = [f"{a} {b.replace('<br>', ' ')} {c} {d}" for a, b, c, d in rows]
        data = with_layer(data, [(0.08, 0.16 + 0.026 * place, words) for place, words in enumerate(lines)])
    truth = Truth(
        kind="transfer",
        payers=(sender,),
        payees=(unit.name,),
        total=yuan,
        words=yuan,
        signed_on=paid,
        numbers=(number,),
        accounts=(unit.account,),
        purpose=use,
        also_amounts=(gross, fee, net),
        also_purposes=("捐赠及无偿援助",),
    )
    bill = Bill(
        payer=sender,
        unit=unit.name,
        total=yuan,
        issued_on=of.later(rng, paid, 2, 20),
        items=("捐赠收入",),
        note="the sum in renminbi after the bank's charge",
    )
    bills = (
        bill,
        change(bill, total=net, wrong="amount", note="foreign money taken as yuan"),
        change(
            bill,
            issued_on=paid - timedelta(days=rng.randint(20, 60)),
            wrong="date",
            note="before the money came",
        ),
    )
    return Paper(
        family="inward remittance", tool="weasyprint", data=data, form="scan", truth=truth, bills=bills
    )


def statement_marked(rng: Random) -> Paper:
    """A statement of a unit's account in which one line is marked with colour and an arrow."""
    unit = of.foundation(rng) if rng.random() < 0.5 else of.society(rng)[0]
    month = of.date(rng.randint(2023, 2026), rng.randint(1, 12), 1)
    many = rng.randint(18, 32)
    mark = rng.randint(5, many - 4)
    balance = D(rng.randrange(2 * 10**5, 4 * 10**6))
    rows = [["日期", "摘要", "借方", "贷方", "余额", "对方户名", "流水号"]]
    seen: list[tuple[str, Decimal]] = []
    days = sorted(rng.randint(1, 27) for _ in range(many))
    fact: tuple[str, Decimal, str, str] = ("", D(0), "", "")
    uses = ("捐赠款", "会费", "会议费", "评价费")
    for place in range(many):
        when = month + timedelta(days=days[place])
        inward = place == mark or rng.random() < 0.65
        sum_ = D(rng.randrange(20, 3000) * 100) + D(rng.choice(("0", "0", "0.50")))
        name = (
            rng.choice((of.company_name(rng), of.person(rng)))
            if inward
            else rng.choice(("代发工资户", of.company_name(rng)))
        )
        use = rng.choice(uses) if inward else rng.choice(("工资", "办公费", "物业费"))
        balance += sum_ if inward else -min(sum_, balance / 2)
        serial = f"{when:%m%d}{rng.randrange(10**7, 10**8)}"
        seen.append((name, sum_))
        cells = [
            f"{when:%Y%m%d}",
            use,
            "" if inward else of.money(sum_),
            of.money(sum_) if inward else "",
            of.money(balance),
            name,
            serial,
        ]
        if place == mark:
            fact = (name, sum_, use, serial)
            cells = [f"<span class='m'>{each}</span>" for each in cells]
            cells[-1] += " <span style='color:#c00'>◀ 本笔</span>"
        rows.append(cells)
    payer, total, use, serial = fact
    paid = month + timedelta(days=days[mark])
    near = next(
        each
        for each in (seen[mark - 1], seen[mark + 1], seen[mark + 2])
        if each[0] not in (payer, "代发工资户")
    )
    body = (
        f"<h1 style='font-size:15pt;margin:0'>账户交易明细</h1><p>户名：{unit.name}　账号：{unit.account}<br>开户行：{unit.bank}　"
        f"查询区间：{month:%Y.%m.01}—{month:%Y.%m.28}　币种：CNY　共{many}笔</p>"
        + table(rows, kind=rng.choice(("ruled", "thin")), widths=(9, 8, 11, 11, 13, 29, 19))
        + "<p style='font-size:8pt;color:#777'>本明细由网银导出，仅供对账参考；“借方”为支出，“贷方”为收入。</p>"
    )
    css = (
        "@page { size: A4 landscape; margin: 12mm; } td, th { font-size: 8.5pt !important; padding: 1.5pt 3pt; }"
        ".m { background: #ffef7a; } .thin td { border-bottom: .5pt solid #ccc; } th { background: #e8edf3; text-align: left; }"
    )
    data = chrome(sheet(body, css, face=rng.choice(("sans", "zenhei")), size="9pt", margin="12mm"))
    item = {"捐赠款": "捐赠收入", "会费": "会费", "会议费": "会议费", "评价费": "成果评价费"}[use]
    truth = Truth(
        kind="transfer",
        payers=(payer,),
        payees=(unit.name,),
        total=total,
        signed_on=paid,
        numbers=(serial,),
        accounts=(unit.account,),
        purpose=use,
        also_names=tuple(each[0] for each in seen),
        also_amounts=tuple(each[1] for each in seen),
        also_purposes=uses,
    )
    bill = Bill(
        payer=payer,
        unit=unit.name,
        total=total,
        issued_on=of.later(rng, paid, 1, 20),
        items=(item,),
        note="the line that is marked",
    )
    bills = (
        bill,
        change(bill, payer=near[0], wrong="payer", note="who stands in a neighbouring line"),
        change(
            bill,
            issued_on=paid - timedelta(days=rng.randint(40, 80)),
            wrong="date",
            note="before the money came",
        ),
    )
    return Paper(family="bank statement", tool="chromium", data=data, truth=truth, bills=bills)
