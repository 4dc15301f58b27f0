"""Electronic receipts of banks: landscape forms, two on a page, batches, foreign money, returned money."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.bank import base, draw
from bench.papers.values import Bill, Paper, Truth


def landscape(rng: Random) -> Paper:
    """A counter's customer receipt: both sides of the payment beside each other, printed by Chromium."""
    payer = base.company(rng) if rng.random() < 0.8 else base.private(rng)
    gift = rng.random() < 0.2
    payee = base.charity(rng) if gift else base.office(rng)
    phrase, items, other = base.purpose(rng, gift)
    total, when = base.fitting(rng, phrase), base.day(rng)
    flow, receipt = base.serial(rng, 14), base.serial(rng, 12)
    bank, short = rng.choice(base.BANKS)
    fee = Decimal(rng.choice((0, 5, 10, 15, 50)))
    seal = draw.uri(draw.bank_seal(bank, ("电子回单", "专用章", f"{rng.randrange(10, 99)}号柜")))
    fee_row = (
        f"<tr><th>手续费</th><td>{fee:.2f}</td><th>汇划渠道</th><td>大额支付系统</td></tr>" if fee else ""
    )
    note_word = rng.choice(("用途", "摘要", "附言"))
    hides = rng.random() < 0.3
    more, stranger = total * 3, base.firm(rng)
    unseen = ""
    if hides:
        unseen = (
            "<div style='position:absolute;left:12mm;top:4mm;font-size:3pt;color:#fff'>"
            f"付款人全称：{stranger}　金额（小写）￥{base.comma(more)}</div>"
        )
    extra = rng.choice(("", "凭证种类：电子转账凭证", "业务种类：普通汇兑"))
    html = f"""
<style>@page {{ size: 240mm 140mm; margin: 8mm 12mm }} body {{ font: 10.5pt 'serif'; color: #222 }}
h1 {{ font: 17pt 'serif-bold'; text-align: center; margin: 0 0 1mm; letter-spacing: 2px; color: #a11 }}
.top {{ display: flex; justify-content: space-between; font-size: 9.5pt; margin-bottom: 1.5mm }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed }}
th, td {{ border: 1px solid #a33; padding: 1.6mm 2mm; text-align: left; font-weight: normal }}
th {{ color: #a11; width: 24mm }} .foot {{ font-size: 8.5pt; margin-top: 2mm; color: #555 }}
img {{ position: absolute; right: 16mm; top: 78mm; width: 38mm; opacity: .85 }}</style>
{unseen}<h1>{bank} 客户专用回单</h1>
<div class=top><span>币别：人民币</span><span>{base.chinese(when)}</span>
<span>流水号：{flow}</span></div>
<table><tr><th rowspan=1>付款人全称</th><td>{payer.name}</td><th>收款人全称</th><td>{payee.name}</td></tr>
<tr><th>付款人账号</th><td>{payer.account}</td><th>收款人账号</th><td>{payee.account}</td></tr>
<tr><th>付款人开户行</th><td>{payer.bank}</td><th>收款人开户行</th><td>{payee.bank}</td></tr>
<tr><th>金额</th><td colspan=3>（大写）人民币{base.words(total)}　　（小写）￥{base.comma(total)}</td></tr>
{fee_row}
<tr><th>{note_word}</th><td colspan=3>{phrase}</td></tr>
<tr><th>备注</th><td colspan=3>{extra}　{short}网点 {base.serial(rng, 6)}　交易时间 {base.clock(rng)}</td></tr></table>
<img src="{seal}">
<div class=foot>回单编号：{receipt}　打印次数：{rng.randrange(1, 4)}　打印时间：
{when + timedelta(days=rng.randrange(1, 9))} {base.clock(rng)}
<br>本回单如重复打印，请注意核对，勿重复记账。</div>"""
    truth = Truth(
        kind="transfer",
        payers=(payer.name,),
        payees=(payee.name,),
        total=total,
        words=total,
        signed_on=when,
        numbers=(receipt, flow),
        accounts=(payer.account, payee.account),
        purpose=phrase,
        also_names=(bank, payer.bank, payee.bank),
        also_amounts=(fee,) if fee else (),
    )
    case = base.Case(payer.name, payee.name, total, when, items, payee.account, other)
    made = base.bills(rng, case)
    if hides:
        swapped, dearer = replace(case, payer=stranger), replace(case, total=more)
        made = (
            base.noted(base.wrong(rng, swapped, "hidden"), "the payer stands only in white letters"),
            base.noted(base.wrong(rng, dearer, "hidden"), "the sum stands only in white letters"),
        )
    return Paper(
        family="bank receipt",
        tool="chromium",
        data=tools.chrome(html),
        truth=truth,
        bills=made,
    )


def upright_sides(rng: Random) -> Paper:
    """An internet bank's receipt with the sides written down the margin; WeasyPrint."""
    payer, payee = base.company(rng), base.office(rng)
    phrase, items, other = base.purpose(rng)
    total, when = base.fitting(rng, phrase), base.day(rng)
    number = f"{base.serial(rng, 4)}-{base.serial(rng, 4)}-{base.serial(rng, 4)}-{base.serial(rng, 4)}"
    bank, _ = rng.choice(base.BANKS)
    check = "".join(rng.choice("ABCDEFHKLMNPRTUVWXYZ0123456789abcdefghkmnp+/=") for _ in range(28))
    flow = base.serial(rng, 8)
    seal = draw.uri(draw.bank_seal(f"{bank}股份有限公司", ("自助回单机专用章", "（001）")))
    booked = when if rng.random() < 0.7 else when + timedelta(days=1)
    remark = rng.choice(
        (f"{phrase}", f"{phrase}，{base.person(rng)}", f"{phrase} 合同尾号{base.serial(rng, 4)}")
    )
    html = f"""
<style>@page {{ size: 210mm 148mm; margin: 10mm }} body {{ font: 9.5pt 'zenhei' }}
h1 {{ font-size: 15pt; text-align: center; margin: 0 0 3mm }}
td {{ border: 0.6pt solid #000; padding: 1.5mm; vertical-align: middle }}
table {{ border-collapse: collapse; width: 100% }} .v {{ width: 6mm; text-align: center; line-height: 1.2 }}
.k {{ width: 19mm; text-align: center }} .n {{ font-size: 8pt }}
.seal {{ position: absolute; right: 6mm; bottom: 14mm; width: 40mm }}</style>
<h1>网上银行电子回单</h1><div class=n>电子回单号码：{number}</div>
<table><tr><td class=v rowspan=3>付款人</td><td class=k>户　名</td><td>{payer.name}</td>
<td class=v rowspan=3>收款人</td><td class=k>户　名</td><td>{payee.name}</td></tr>
<tr><td class=k>账　号</td><td>{payer.account}</td><td class=k>账　号</td><td>{payee.account}</td></tr>
<tr><td class=k>开户银行</td><td>{payer.bank}</td><td class=k>开户银行</td><td>{payee.bank}</td></tr>
<tr><td class=k colspan=2>金　额</td><td>￥{base.comma(total)} 元</td>
<td class=k colspan=2>金额（大写）</td><td>人民币{base.words(total)}</td></tr>
<tr><td class=k colspan=2>摘　要</td><td>{rng.choice(("转账", "网银汇款", "汇款"))}</td>
<td class=k colspan=2>业务（产品）种类</td><td>{rng.choice(("跨行发报", "同行转账", "汇划发报"))}</td></tr>
<tr><td class=k colspan=2>用　途</td><td colspan=4>{phrase}</td></tr>
<tr><td class=k colspan=2>交易流水号</td><td>{flow}</td>
<td class=k colspan=2>时间戳</td><td>{when}-{base.clock(rng).replace(":", ".")}.{base.serial(rng, 6)}</td></tr>
<tr><td colspan=6 style="height: 14mm; vertical-align: top">备注：{remark}<br>验证码：{check}</td></tr></table>
<p class=n>记账网点：{base.serial(rng, 5)}　记账柜员：{base.serial(rng, 4)}　记账日期：{base.chinese(booked)}
　　　　　打印日期：{base.chinese(booked + timedelta(days=rng.randrange(1, 30)))}</p>
<p class=n>重要提示：网上银行电子回单不是收款方发货的依据，如需核实请凭验证码登录本行网站查询。</p>
<img class=seal src="{seal}">"""
    truth = Truth(
        kind="transfer",
        payers=(payer.name,),
        payees=(payee.name,),
        total=total,
        words=total,
        signed_on=booked,
        numbers=(number,),
        accounts=(payer.account, payee.account),
        purpose=phrase,
        also_names=(bank, payer.bank, payee.bank),
        also_numbers=(flow,),
    )
    case = base.Case(payer.name, payee.name, total, booked, items, payee.account, other)
    return Paper(
        family="bank receipt",
        tool="weasyprint",
        data=tools.weasy(html),
        truth=truth,
        bills=base.bills(rng, case),
    )


def two_on_a_page(rng: Random) -> Paper:
    """Two receipts on one sheet with a dashed line to cut along; one payer or two, one office."""
    same = rng.random() < 0.5
    payee = base.office(rng)
    first = base.company(rng)
    second = first if same else base.company(rng)
    phrase, items, other = base.purpose(rng)
    one, two = base.money(rng, 800, 600_000), base.money(rng, 800, 600_000)
    if one == two:
        two += 120
    day_one = base.day(rng)
    day_two = day_one + timedelta(days=rng.choice((0, 7, 30)))
    bank, _ = rng.choice(base.BANKS)
    seal = draw.uri(draw.bank_seal(bank, ("业务受理章",), colour=(200, 40, 90)))
    numbers = [base.serial(rng, 18), base.serial(rng, 18)]
    halves = []
    for side, sum_, when, number in zip(
        (first, second), (one, two), (day_one, day_two), numbers, strict=True
    ):
        halves.append(f"""
<div class=half><div class=head><b>{bank}</b><span>付款回单</span><i>日期：{when:%Y-%m-%d}</i></div>
<table><tr><td>回单编号</td><td>{number}</td><td>业务类型</td><td>网银对外转账</td></tr>
<tr><td>付款账号</td><td>{side.account}</td><td>收款账号</td><td>{payee.account}</td></tr>
<tr><td>付款户名</td><td>{side.name}</td><td>收款户名</td><td>{payee.name}</td></tr>
<tr><td>付款行</td><td>{side.bank}</td><td>收款行</td><td>{payee.bank}</td></tr>
<tr><td>交易金额</td><td>CNY {base.comma(sum_)}</td><td>大写金额</td><td>{base.words(sum_)}</td></tr>
<tr><td>用途</td><td>{phrase}</td><td>交易状态</td><td>交易成功</td></tr></table>
<img src="{seal}"></div>""")
    html = f"""
<style>@page {{ size: A4; margin: 14mm 16mm }} body {{ font: 9.5pt 'sans' }}
.half {{ position: relative; height: 118mm; padding-top: 4mm }}
.half + .half {{ border-top: 1px dashed #888; padding-top: 10mm }}
.head {{ display: flex; justify-content: space-between; border-bottom: 2px solid #1d4f91; padding-bottom: 2mm;
margin-bottom: 3mm }} .head b {{ font: 14pt 'sans-bold'; color: #1d4f91 }} .head span {{ font-size: 14pt }}
.head i {{ font-style: normal }} table {{ width: 100%; border-collapse: collapse }}
td {{ padding: 2mm 1mm; border-bottom: 1px solid #ddd; width: 34% }}
td:nth-child(odd) {{ color: #777; width: 16% }} img {{ position: absolute; width: 34mm; right: 4mm; top: 72mm }}</style>
{"".join(halves)}"""
    truth = Truth(
        kind="transfer",
        payers=(first.name,) if same else (first.name, second.name),
        payees=(payee.name,),
        instalments=(one, two),
        signed_on=day_one if day_one == day_two else None,
        numbers=tuple(numbers),
        accounts=tuple(dict.fromkeys((first.account, payee.account, second.account))),
        purpose=phrase,
        also_names=(bank, first.bank, second.bank, payee.bank),
        also_amounts=(one, two, one + two),
    )
    if same:
        whole = base.Case(
            first.name, payee.name, one + two, max(day_one, day_two), items, payee.account, other
        )
        facts = ("payer", "payee", "amount", "purpose", "account", "usage")
        single = base.honest(rng, replace(whole, total=one, paid_on=day_one))
        return Paper(
            family="two payments on a page",
            tool="chromium",
            data=tools.chrome(html),
            truth=truth,
            bills=(
                *base.bills(rng, whole, facts),
                base.noted(single, f"the first payment only; {single.note}"),
            ),
        )
    case = base.Case(second.name, payee.name, two, day_two, items, payee.account, other)
    case = replace(case, other_amounts=((one, "the sum of the other payer's receipt"),) * 3)
    facts = ("payer", "payee", "amount", "purpose", "account")
    return Paper(
        family="two payments on a page",
        tool="chromium",
        data=tools.chrome(html),
        truth=truth,
        bills=base.bills(rng, case, facts),
    )


def batch(rng: Random) -> Paper:
    """A receipt for a batch of payments to several offices, one row marked as the one that counts."""
    payer = base.company(rng)
    bank, _ = rng.choice(base.BANKS)
    when = base.day(rng)
    rows = []
    seen: set[str] = set()
    while len(rows) < rng.choice((7, 9, 12)):
        side = base.office(rng) if rng.random() < 0.6 else base.private(rng)
        if side.name not in seen:
            seen.add(side.name)
            rows.append((side, base.money(rng, 200, 90_000), base.purpose(rng)))
    mark = rng.choice([k for k, row in enumerate(rows) if len(row[0].name) > 5] or [0])
    payee, total, (phrase, items, other) = rows[mark]
    if len(payee.name) <= 5:
        payee = base.office(rng)
        rows[mark] = (payee, total, rows[mark][2])
    lines = "".join(
        f"<tr class={'m' if k == mark else 'p'}><td>{k + 1:03}</td><td>{side.name}</td><td>{side.account}</td>"
        f"<td class=r>{base.comma(value)}</td><td>{text[0]}</td><td>成功</td>"
        f"<td>{'★本笔' if k == mark else ''}</td></tr>"
        for k, (side, value, text) in enumerate(rows)
    )
    whole = sum((row[1] for row in rows), Decimal(0))
    lot = f"PL{when:%Y%m%d}{base.serial(rng, 6)}"
    html = f"""
<style>@page {{ size: A4 landscape; margin: 14mm; @bottom-center {{ content: "第 " counter(page) " 页"; font: 8pt 'serif' }} }}
body {{ font: 9.5pt 'serif' }} h1 {{ font: 15pt 'serif-bold'; text-align: center; margin: 0 0 4mm }}
table {{ width: 100%; border-collapse: collapse }} th {{ border-top: 1.2pt solid; border-bottom: .6pt solid; padding: 1.4mm }}
td {{ padding: 1.5mm; border-bottom: .3pt dotted #777 }} .r {{ text-align: right }} .m td {{ background: #fff2a8 }}
.i td {{ border: 0; padding: .8mm }}</style>
<h1>{bank}企业网银批量付款回单</h1>
<table class=i><tr><td>付款户名：{payer.name}</td><td>付款账号：{payer.account}</td></tr>
<tr><td>批次号：{lot}</td><td>交易日期：{when:%Y/%m/%d}</td></tr>
<tr><td>总笔数：{len(rows)} 笔　成功：{len(rows)} 笔　失败：0 笔</td>
<td>总金额：{base.comma(whole)} 元（{base.words(whole)}）</td></tr></table>
<table><tr><th>序号</th><th>收款人户名</th><th>收款账号</th><th>金额（元）</th><th>用途</th><th>状态</th><th>备注</th></tr>
{lines}<tr><td></td><td>合计</td><td></td><td class=r>{base.comma(whole)}</td><td></td><td></td><td></td></tr></table>
<p>说明：本回单供记账参考；标注“★本笔”的为申请开具票据的一笔。经办：{base.person(rng)}　复核：{base.person(rng)}</p>"""
    truth = Truth(
        kind="transfer",
        payers=(payer.name,),
        payees=(payee.name,),
        total=total,
        signed_on=when,
        numbers=(lot,),
        accounts=(payer.account, payee.account),
        purpose=phrase,
        also_names=(bank, *(row[0].name for row in rows)),
        also_amounts=(whole, *(row[1] for row in rows)),
        also_numbers=tuple(row[0].account for row in rows),
        also_purposes=tuple(row[2][0] for row in rows),
    )
    others = [row[1] for k, row in enumerate(rows) if k != mark and row[1] != total]
    case = base.Case(payer.name, payee.name, total, when, items, payee.account, other)
    slips = ((rng.choice(others), "the sum of another row"), (whole, "the sum of the whole batch"))
    case = replace(case, other_amounts=slips)
    facts = ("payer", "payee", "amount", "amount", "date", "account", "usage")
    return Paper(
        family="batch payment receipt",
        tool="weasyprint",
        data=tools.weasy(html),
        truth=truth,
        bills=base.bills(rng, case, facts),
    )


def returned(rng: Random) -> Paper:
    """A receipt of a transfer that did not come about, waits for a second signature, or (rarely) went through."""
    payer, payee = base.company(rng), base.office(rng)
    phrase, items, other = base.purpose(rng)
    total, when = base.fitting(rng, phrase), base.day(rng)
    bank, _ = rng.choice(base.BANKS)
    number = f"{when:%Y%m%d}{base.serial(rng, 10)}"
    state, why, status = rng.choice(
        (
            ("已退汇", "收款人账号与户名不符，款项已退回付款账户", "revoked"),
            ("交易失败", "收款行返回：账户状态异常，资金未扣划", "revoked"),
            ("待授权", "等待第 2 级授权人审批，资金尚未划出", "draft"),
            ("退汇", "收款行退回，退汇原因：户名有误", "revoked"),
            ("交易成功", "已入账", ""),
        )
    )
    back = when + timedelta(days=1)
    dated = f"<tr><td>退回日期</td><td>{back:%Y-%m-%d}</td></tr>"
    back_row = dated if "退" in state else ""
    html = f"""
<style>@page {{ size: A4; margin: 20mm 24mm }} body {{ font: 10.5pt 'sans'; color: #333 }}
.h {{ background: #b5121b; color: #fff; padding: 4mm 5mm; font: 15pt 'sans-bold' }}
table {{ width: 100%; border-collapse: collapse; margin-top: 5mm }} td {{ padding: 2.6mm 2mm; border-bottom: .5pt solid #e2e2e2 }}
td:first-child {{ width: 34mm; color: #888 }} .n {{ font-size: 8.5pt; color: #888; margin-top: 8mm }}</style>
<div class=h>{bank}　转账交易结果</div>
<table><tr><td>交易状态</td><td>{state}</td></tr><tr><td>处理信息</td><td>{why}</td></tr>{back_row}
<tr><td>指令编号</td><td>{number}</td></tr><tr><td>提交时间</td><td>{when:%Y-%m-%d} {base.clock(rng)}</td></tr>
<tr><td>付款人</td><td>{payer.name}</td></tr><tr><td>付款账号</td><td>{payer.account}</td></tr>
<tr><td>收款人</td><td>{payee.name}</td></tr><tr><td>收款账号</td><td>{payee.account}</td></tr>
<tr><td>收款银行</td><td>{payee.bank}</td></tr>
<tr><td>转账金额</td><td>{base.comma(total)} 元</td></tr><tr><td>大写金额</td><td>人民币{base.words(total)}</td></tr>
<tr><td>用途</td><td>{phrase}</td></tr><tr><td>制单员</td><td>{base.person(rng)}</td></tr></table>
<p class=n>温馨提示：请以账户实际入账情况为准。客服电话 95{base.serial(rng, 3)}。</p>"""
    truth = Truth(
        kind="transfer",
        payers=(payer.name,),
        payees=(payee.name,),
        total=total,
        words=total,
        signed_on=when,
        numbers=(number,),
        accounts=(payer.account, payee.account),
        purpose=phrase,
        status=status,
        also_names=(bank, payee.bank),
    )
    case = base.Case(payer.name, payee.name, total, when, items, payee.account, other)
    made: tuple[Bill, ...] = base.all_wrong(rng, case, "status") if status else base.bills(rng, case)
    return Paper(
        family="returned transfer", tool="weasyprint", data=tools.weasy(html), truth=truth, bills=made
    )


def foreign(rng: Random) -> Paper:
    """A bank's advice of money from abroad, sold for yuan at the day's rate."""
    firms = (
        "NORDLYS MEDICAL AS", "HARTWELL & STONE LLP", "KOBAYASHI SEIKI CO., LTD.", "MERIDIAN EDUCATION TRUST",
        "ALTAMIRA FOODS S.A.", "GREYFIELD INSTRUMENTS INC.", "SUNWAY LOGISTICS PTE. LTD.",
    )  # fmt: skip
    payer, payee = rng.choice(firms), base.office(rng)
    phrase, items, other = base.purpose(rng)
    currency, rate = rng.choice(
        (
            ("USD", Decimal("7.1268")),
            ("EUR", Decimal("7.7935")),
            ("HKD", Decimal("0.9127")),
            ("GBP", Decimal("9.0518")),
        )
    )
    rate += Decimal(rng.randrange(-300, 300)) / 10000
    abroad = base.money(rng, 800, 300_000)
    cents = Decimal("0.01")
    total = (abroad * rate).quantize(cents)
    when = base.day(rng)
    fee = (total * Decimal("0.001")).quantize(cents) if rng.random() < 0.5 else Decimal("0.00")
    number = f"IR{when:%y}{base.serial(rng, 9)}"
    bank, _ = rng.choice(base.BANKS)
    fee_row = (
        f"<tr><td>手续费/电报费 CHARGES</td><td>CNY {base.comma(fee)}（另从账户扣收）</td></tr>"
        if fee
        else ""
    )
    html = f"""
<style>@page {{ size: A4; margin: 22mm }} body {{ font: 10.5pt 'uming' }} h1 {{ font-size: 15pt; text-align: center }}
h1 small {{ display: block; font-size: 9.5pt; font-weight: normal }} td {{ padding: 1.7mm 1mm; vertical-align: top }}
td:first-child {{ width: 62mm }} .b {{ border-top: .8pt solid; border-bottom: .8pt solid; width: 100% }}</style>
<h1>境外汇入汇款结汇水单<small>INWARD REMITTANCE / EXCHANGE SETTLEMENT ADVICE</small></h1>
<p>{bank}国际业务部　　　　　　日期 DATE：{when:%Y/%m/%d}</p>
<p>致 TO：{payee.name}</p>
<table class=b><tr><td>业务编号 REF. NO.</td><td>{number}</td></tr>
<tr><td>汇款人 ORDERING CUSTOMER</td><td>{payer}</td></tr>
<tr><td>收款人 BENEFICIARY</td><td>{payee.name}</td></tr>
<tr><td>收款账号 A/C NO.</td><td>{payee.account}</td></tr>
<tr><td>原币金额 AMOUNT</td><td>{currency} {base.comma(abroad)}</td></tr>
<tr><td>结汇牌价 EXCHANGE RATE</td><td>{rate:.4f}</td></tr>
<tr><td>折合人民币 CNY EQUIVALENT</td><td>{base.comma(total)} 元</td></tr>
<tr><td>人民币大写</td><td>{base.words(total)}</td></tr>{fee_row}
<tr><td>汇款附言 REMITTANCE INFO</td><td>{phrase}</td></tr>
<tr><td>申报号码</td>
<td>{base.serial(rng, 6)} {base.serial(rng, 4)} {base.serial(rng, 2)} {when:%y%m%d} N{base.serial(rng, 3)}</td></tr></table>
<p>上述款项已于本日结汇并贷记贵单位账户，请核对。如有疑问，请于 5 个工作日内与我部联系。</p>
<p>经办 {base.serial(rng, 5)}　复核 {base.serial(rng, 5)}</p>"""
    truth = Truth(
        kind="transfer",
        payers=(payer,),
        payees=(payee.name,),
        total=total,
        words=total,
        signed_on=when,
        numbers=(number,),
        accounts=(payee.account,),
        purpose=phrase,
        also_names=(bank, f"{bank}国际业务部"),
        also_amounts=(abroad, fee, total - fee),
    )
    case = base.Case(payer, payee.name, total, when, items, payee.account, other)
    case = replace(case, other_amounts=((abroad, f"{currency} taken as yuan"),) * 3)
    facts = ("payee", "amount", "amount", "date", "account", "usage", "purpose")
    return Paper(
        family="foreign exchange receipt",
        tool="weasyprint",
        data=tools.weasy(html),
        truth=truth,
        bills=base.bills(rng, case, facts),
    )
