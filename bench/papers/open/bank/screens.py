"""What screens show: banks' apps and web pages, payment platforms; as screenshots, photographs and printed pages."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from PIL import Image

from bench.papers import tools
from bench.papers.open.bank import base, draw
from bench.papers.values import Bill, Paper, Truth


def _masked(number: str, rng: Random) -> str:
    if rng.random() < 0.5:
        return f"{number[:4]} **** **** {number[-4:]}"
    return f"尾号{number[-4:]}"


def _status_bar(rng: Random, dark: bool = False) -> str:
    colour = "#fff" if dark else "#111"
    return (
        f"<div style='display:flex;justify-content:space-between;padding:6px 16px;font:12px sans-bold;color:{colour}'>"
        f"<span>{rng.randrange(7, 23)}:{rng.randrange(60):02}</span>"
        f"<span>{rng.choice(('5G', '4G', 'HD 5G'))} ▮▮▮ {rng.randrange(11, 99)}%</span></div>"
    )


def app_screenshot(rng: Random) -> Paper:
    """A banking app after a transfer, as a screenshot in PNG; the payer's account is masked."""
    payer = base.private(rng)
    gift = rng.random() < 0.5
    payee = base.charity(rng) if gift else base.office(rng)
    phrase, items, other = base.purpose(rng, gift)
    total = base.money(rng, 38, 60_000)
    when, at, number = base.day(rng), base.clock(rng), base.serial(rng, 20)
    full = rng.random() < 0.6
    shown = (
        " ".join(payee.account[k : k + 4] for k in range(0, len(payee.account), 4))
        if full
        else _masked(payee.account, rng)
    )
    theme = rng.choice(("#c7000b", "#0a7d4f", "#1f5fbf", "#b8860b"))
    with_words = rng.random() < 0.5
    rows = [
        ("收款人", payee.name), ("收款账号", shown), ("收款银行", payee.bank),
        ("付款人", payer.name), ("付款卡", _masked(payer.account, rng)), ("手续费", "免费"),
        (rng.choice(("附言", "转账附言", "用途")), phrase), ("转账时间", f"{when:%Y.%m.%d} {at}"), ("交易流水号", number),
    ]  # fmt: skip
    if with_words:
        rows.insert(0, ("大写金额", base.words(total)))
    listed = "".join(f"<div class=r><span>{key}</span><b>{value}</b></div>" for key, value in rows)
    tip = rng.choice(("普通转账", "实时到账", "预计2小时内到账"))
    html = f"""
<style>body {{ margin: 0; background: #f4f5f7; font: 14px 'sans'; color: #222 }}
.h {{ background: {theme}; color: #fff; text-align: center; padding: 12px; font-size: 17px }}
.c {{ background: #fff; text-align: center; padding: 26px 10px 18px }} .c big {{ font: 32px 'sans-bold' }}
.ok {{ width: 46px; height: 46px; border-radius: 50%; background: {theme}; color: #fff; font: 28px/46px 'sans-bold'; margin: auto }}
.l {{ background: #fff; margin-top: 10px; padding: 4px 16px }} .r {{ display: flex; padding: 11px 0; border-bottom: 1px solid #eee }}
.r span {{ color: #888; width: 96px; flex: none }} .r b {{ font-weight: normal; text-align: right; flex: 1; word-break: break-all }}
.b {{ margin: 18px 16px; padding: 12px; text-align: center; border-radius: 22px; background: {theme}; color: #fff }}</style>
<div style="background:{theme}">{_status_bar(rng, True)}</div><div class=h>转账结果</div>
<div class=c><div class=ok>✓</div><p>转账成功（{tip}）</p><big>¥{base.comma(total)}</big></div><div class=l>{listed}</div>
<div class=b>完成</div><p style="text-align:center;color:{theme}">保存电子回单　　再转一笔</p>"""
    picture = tools.screen(html, rng.choice((375, 390, 412)))
    truth = Truth(
        kind="transfer",
        payers=(payer.name,),
        payees=(payee.name,),
        total=total,
        words=total if with_words else None,
        signed_on=when,
        numbers=(number,),
        accounts=(payee.account,) if full else (),
        purpose=phrase,
        also_names=(payee.bank,),
    )
    case = base.Case(payer.name, payee.name, total, when, items, payee.account if full else "", other)
    facts = [fact for fact in case.facts if full or fact != "account"]
    return Paper(
        family="mobile banking screen",
        tool="chromium screenshot",
        data=tools.as_picture(picture, "PNG"),
        truth=truth,
        bills=base.bills(rng, case, facts),
        media_type="image/png",
        form="scan",
    )


def _telephone(rng: Random, shown: Image.Image) -> Image.Image:
    from PIL import ImageDraw

    edge, top = round(shown.width * 0.05), round(shown.width * 0.13)
    body = Image.new("RGB", (shown.width + 2 * edge, shown.height + 2 * top), "#15161a")
    body.paste(shown, (edge, top))
    pen = ImageDraw.Draw(body)
    pen.ellipse((body.width / 2 - 10, top / 2 - 10, body.width / 2 + 10, top / 2 + 10), fill="#30343c")
    return tools.photographed(rng, body, rng.choice(("#7b6a55", "#b9b4aa", "#3f4a44")))


def app_photograph(rng: Random) -> Paper:
    """Another telephone's picture of a banking app that shows one entry of a company's account."""
    payer, payee = base.company(rng), base.office(rng)
    phrase, items, other = base.purpose(rng)
    total, when = base.fitting(rng, phrase), base.day(rng)
    incoming = rng.random() < 0.5
    holder, opposite = (payee, payer) if incoming else (payer, payee)
    balance = base.money(rng, 20_000, 4_000_000)
    number = f"{base.serial(rng, 6)}{rng.choice('ABCX')}{base.serial(rng, 8)}"
    rows = [
        ("交易类型", "转入" if incoming else "转出"), ("本方户名", holder.name), ("本方账号", holder.account),
        ("对方户名", opposite.name), ("对方账号", opposite.account), ("对方开户行", opposite.bank),
        ("交易时间", f"{when.year}年{when.month:02}月{when.day:02}日 {base.clock(rng)}"), ("摘要", phrase),
        ("交易后余额", f"{base.comma(balance)} 元"), ("交易编号", number),
    ]  # fmt: skip
    listed = "".join(f"<tr><td>{key}</td><td>{value}</td></tr>" for key, value in rows)
    html = f"""
<style>body {{ margin: 0; background: #fff; font: 15px 'sans'; color: #333 }} .t {{ padding: 10px 16px; font: 18px 'sans-bold' }}
.a {{ padding: 18px 16px; background: linear-gradient(90deg, #27477e, #4c79bf); color: #fff }} .a big {{ font: 30px 'sans-bold' }}
table {{ width: 100%; border-spacing: 0 }} td {{ padding: 11px 8px 11px 16px; vertical-align: top; border-bottom: 1px solid #eee }}
td:first-child {{ color: #999; width: 92px }}</style>{_status_bar(rng)}<div class=t>‹　交易详情</div>
<div class=a>人民币 活期<br><big>{"+" if incoming else "-"}{base.comma(total)}</big></div><table>{listed}</table>"""
    picture = _telephone(rng, tools.screen(html, 390))
    truth = Truth(
        kind="transfer",
        payers=(payer.name,),
        payees=(payee.name,),
        total=total,
        signed_on=when,
        numbers=(number,),
        accounts=(holder.account, opposite.account),
        purpose=phrase,
        also_names=(opposite.bank,),
        also_amounts=(balance,),
    )
    case = base.Case(payer.name, payee.name, total, when, items, payee.account, other)
    case = replace(case, other_amounts=((balance, "the balance"),))
    return Paper(
        family="mobile banking screen",
        tool="chromium, photographed",
        data=tools.as_picture(picture),
        truth=truth,
        bills=base.bills(rng, case),
        media_type="image/jpeg",
        form="scan",
    )


def web_page(rng: Random) -> Paper:
    """A company's internet bank, printed from the browser: a search of entries, one of them ticked."""
    payer = base.company(rng)
    when = base.day(rng)
    rows = []
    while len(rows) < 8:
        side = base.office(rng) if rng.random() < 0.5 else base.company(rng)
        rows.append(
            (side, base.fitting(rng, "租"), base.purpose(rng), when - timedelta(days=rng.randrange(0, 25)))
        )
    rows.sort(key=lambda row: row[3])
    mark = rng.randrange(len(rows))
    _, total, (phrase, items, other), day = rows[mark]
    payee = base.office(rng)
    rows[mark] = (payee, total, rows[mark][2], day)
    balance = base.money(rng, 7_000_000, 9_900_000)
    lines, balances = [], []
    for k, (side, value, text, date_) in enumerate(rows):
        balance -= value
        balances.append(balance)
        ticked = "checked" if k == mark else ""
        lines.append(
            f"<tr class={'on' if ticked else ''}><td><input type=checkbox {ticked}></td><td nowrap>{date_:%Y-%m-%d}</td>"
            f"<td>{side.name}<br><i>{side.account}</i></td><td class=r>{base.comma(value)}</td><td class=r>-</td>"
            f"<td class=r>{base.comma(balance)}</td><td>{text[0]}</td></tr>"
        )
    first, last = rows[0][3], when
    shut = last + timedelta(days=1)
    number = f"{rows[mark][3]:%Y%m%d}{base.serial(rng, 8)}"
    host = rng.choice(
        ("https://corp.ebank.example.cn/query/detail", "https://b2b.netbank.example.com.cn/acct/list?tab=3")
    )
    html = f"""
<style>@page {{ size: A4; margin: 9mm 11mm }} body {{ font: 11px 'sans'; color: #333 }}
.u, .f {{ display: flex; justify-content: space-between; font: 9px 'serif'; color: #444 }}
.n {{ background: #0d5aa7; color: #fff; padding: 8px 12px; margin: 8px 0; display: flex; gap: 22px }}
.q {{ background: #f0f4f9; padding: 8px 12px; margin: 8px 0; line-height: 2 }}
.q span {{ border: 1px solid #bbb; background: #fff; padding: 2px 8px }}
table {{ width: 100%; border-collapse: collapse; font: 11px 'sans' }} th {{ background: #e5edf7; padding: 6px; text-align: left }}
td {{ padding: 6px; border-bottom: 1px solid #e6e6e6; vertical-align: top }} .r {{ text-align: right }}
i {{ font-style: normal; color: #888 }}
.on td {{ background: #fff7da }} .d {{ border: 1px solid #d9b44a; padding: 8px 12px; margin-top: 12px; line-height: 1.9 }}</style>
<div class=u><span>{shut:%Y/%m/%d} 09:{rng.randrange(60):02}</span><span>企业网上银行</span></div>
<div class=n><b>企业网银</b><span>首页</span><span>账户管理</span><span>转账汇款</span><span>代发业务</span><span>投资理财</span></div>
<div>当前位置：账户管理 &gt; 明细查询</div>
<div class=q>账户 <span>{payer.account}　{payer.name}　▾</span>
起止日期 <span>{first:%Y-%m-%d}</span> 至 <span>{last:%Y-%m-%d}</span>
收支 <span>支出 ▾</span></div>
<table>
<tr><th></th><th>交易日期</th><th>对方户名/账号</th><th>支出</th><th nowrap>收入</th><th>余额</th><th>用途</th></tr>{"".join(lines)}</table>
<div class=d><b>已选 1 笔</b>　合计支出 {base.comma(total)} 元　交易流水 {number}　<u>下载回单</u>　<u>发送邮箱</u></div>
<p>共 8 条　每页 20 条　第 1/1 页</p><div class=f><span>{host}</span><span>1/1</span></div>"""
    truth = Truth(
        kind="transfer",
        payers=(payer.name,),
        payees=(payee.name,),
        total=total,
        signed_on=day,
        numbers=(number,),
        accounts=(payer.account, payee.account),
        purpose=phrase,
        also_names=tuple(row[0].name for row in rows),
        also_amounts=(*(row[1] for row in rows), *balances),
        also_numbers=tuple(row[0].account for row in rows),
        also_purposes=tuple(row[2][0] for row in rows),
    )
    other_sums = [row[1] for k, row in enumerate(rows) if k != mark and row[1] != total]
    case = base.Case(payer.name, payee.name, total, day, items, payee.account, other)
    case = replace(
        case,
        other_amounts=(
            (rng.choice(other_sums), "the sum of another row"),
            (balances[mark], "the balance of its row"),
        ),
    )
    facts = ("payer", "payee", "amount", "amount", "date", "account", "usage")
    return Paper(
        family="online banking screen",
        tool="chromium",
        data=tools.chrome(html),
        truth=truth,
        bills=base.bills(rng, case, facts),
    )


def platform_screen(rng: Random) -> Paper:
    """A payment platform's entry on a telephone: order, merchant, channel; now and then given back."""
    payee = base.fund(rng) if rng.random() < 0.4 else base.unit(rng)
    gift = "会" in payee[-4:] and "中学" not in payee
    phrase, items, other = base.purpose(rng, gift)
    total, when = base.money(rng, 20, 9_000), base.day(rng)
    bank = rng.choice(base.BANKS)[0]
    deal, order = (
        f"42000{base.serial(rng, 5)}{when:%Y%m%d}{base.serial(rng, 10)}",
        f"{when:%Y%m%d}{base.serial(rng, 12)}",
    )
    back = rng.random() < 0.22
    payer = base.short_person(rng)
    named = rng.random() < 0.5
    rows = [
        ("当前状态", "已全额退款" if back else "支付成功"), ("商品", phrase), ("商户全称", payee),
        ("收单机构", rng.choice(("财付通支付科技有限公司", "银联商务股份有限公司", "拉卡拉支付股份有限公司"))),
        ("支付时间", f"{base.chinese(when)} {base.clock(rng)}"), ("支付方式", f"{bank}储蓄卡({base.serial(rng, 4)})"),
        ("交易单号", deal), ("商户单号", order),
    ]  # fmt: skip
    agency = rows[3][1]
    if named:
        rows.insert(4, ("付款人", payer))
    if back:
        rows.insert(1, ("退款总计", f"¥{total:.2f}"))
    listed = "".join(f"<div class=r><span>{key}</span><b>{value}</b></div>" for key, value in rows)
    html = f"""
<style>body {{ margin: 0; background: #fff; font: 15px 'sans'; color: #222 }}
.t {{ text-align: center; padding: 10px; font-size: 17px }}
.c {{ text-align: center; padding: 24px 20px }} .c i {{ display: block; width: 50px; height: 50px; border-radius: 10px; margin: auto;
background: {rng.choice(("#2aae67", "#1677ff", "#e04d3d"))}; color: #fff; font: 26px/50px 'sans-bold' }}
big {{ font: 36px 'sans-bold' }}
.r {{ display: flex; padding: 9px 18px }} .r span {{ color: #999; width: 88px; flex: none }}
.r b {{ font-weight: normal; word-break: break-all }}
hr {{ border: 0; border-top: 1px solid #eee; margin: 8px 18px }}</style>{_status_bar(rng)}<div class=t>账单详情</div>
<div class=c><i>{payee[0]}</i><p>{payee}</p><big>-{total:.2f}</big></div><hr>{listed}<hr>
<div class=r><span>账单服务</span><b>对订单有疑惑　|　申请转账电子凭证</b></div>"""
    shot = tools.screen(html, 390)
    picture = _telephone(rng, shot) if rng.random() < 0.4 else shot
    truth = Truth(
        kind="transfer",
        payers=(payer,) if named else (),
        payees=(payee,),
        total=total,
        signed_on=when,
        numbers=(deal, order),
        purpose=phrase,
        status="revoked" if back else "",
        also_names=(agency, bank),
    )
    case = base.Case(payer, payee, total, when, items, "", other)
    facts = ["payee", "amount", "amount", "date", "purpose"] + (["payer"] if named else [])
    made: tuple[Bill, ...] = base.bills(rng, case, facts)
    if back:
        made = tuple(
            base.noted(bill, "the money was given back") for bill in base.all_wrong(rng, case, "status")
        )
    return Paper(
        family="payment platform screen",
        tool="chromium screenshot",
        data=tools.as_picture(picture),
        truth=truth,
        bills=made,
        media_type="image/jpeg",
        form="scan",
    )


def platform_voucher(rng: Random) -> Paper:
    """A payment platform's certificate on a sheet: a sentence or a table, with fee and settled sum beside the order's."""
    payer = base.private(rng) if rng.random() < 0.5 else base.company(rng)
    gift = rng.random() < 0.5
    payee = base.fund(rng) if gift else base.unit(rng)
    phrase, items, other = base.purpose(rng, gift)
    total, when = base.money(rng, 50, 200_000), base.day(rng)
    cents = Decimal("0.01")
    fee = max(cents, (total * Decimal("0.006")).quantize(cents))
    deal, order, cert = (
        base.serial(rng, 28),
        f"M{base.serial(rng, 17)}",
        f"DZPZ{when:%Y}{base.serial(rng, 10)}",
    )
    brand = rng.choice(("支付平台", "移动支付", "聚合支付"))
    channel = rng.choice(("扫码支付", "公众号支付", "APP支付", "快捷支付"))
    issued = when + timedelta(days=rng.randrange(1, 20))
    seal = draw.uri(
        tools.stamp(rng.choice(("云桥支付科技有限公司", "聚通网络支付有限公司")), "电子凭证专用章", 380)
    )
    if rng.random() < 0.5:
        body = f"""<p class=s>兹证明：<b>{payer.name}</b>于 {base.chinese(when)} {base.clock(rng)} 通过本平台向商户
<b>{payee}</b>支付人民币 <b>{base.comma(total)} 元</b>（大写：{base.words(total)}），商品说明为“{phrase}”，
订单号 {order}，支付渠道为{channel}，交易单号 {deal}，该笔交易状态为支付成功。</p>
<p class=s>上述交易平台向商户收取服务费 {base.comma(fee)} 元，商户实际结算金额 {base.comma(total - fee)} 元。</p>"""
    else:
        cells = (
            ("付款方", payer.name), ("收款商户", payee), ("商品说明", phrase), ("订单号", order), ("交易单号", deal),
            ("支付渠道", channel), ("支付时间", f"{when:%Y-%m-%d} {base.clock(rng)}"),
            ("订单金额", f"￥{base.comma(total)}　{base.words(total)}"), ("商户手续费", f"￥{base.comma(fee)}"),
            ("结算金额", f"￥{base.comma(total - fee)}"), ("交易状态", "支付成功"),
        )  # fmt: skip
        body = (
            "<table>"
            + "".join(f"<tr><td>{key}</td><td>{value}</td></tr>" for key, value in cells)
            + "</table>"
        )
    html = f"""
<style>@page {{ size: A4; margin: 24mm 26mm }} body {{ font: 11pt 'wenkai'; line-height: 1.9 }}
h1 {{ font: 18pt 'sans-bold'; text-align: center }}
table {{ width: 100%; border-collapse: collapse }} td {{ border: .5pt solid #6b8cc4; padding: 1.6mm 3mm }}
td:first-child {{ width: 30mm; background: #eef3fb }}
.s {{ text-indent: 2em; line-height: 2.1 }} .n {{ font-size: 9pt; color: #555; line-height: 1.6 }}
img {{ position: absolute; right: 8mm; top: -18mm; width: 40mm }}
.e {{ position: relative; text-align: right; margin-top: 18mm }}</style>
<h1>{brand}电子交易凭证</h1><p class=n>凭证编号：{cert}</p>{body}
<p class=e>出具日期：{base.chinese(issued)}<img src="{seal}"></p>
<p class=n>声明：1. 本凭证仅证明该笔交易在本平台的支付情况，不作为完税凭证。2. 用户可在平台“账单—凭证核验”中输入凭证编号核验真伪。
3. 如发生退款，以退款记录为准。</p>"""
    truth = Truth(
        kind="transfer",
        payers=(payer.name,),
        payees=(payee,),
        total=total,
        words=total,
        signed_on=when,
        numbers=(cert, order, deal),
        purpose=phrase,
        also_amounts=(fee, total - fee),
        also_names=("云桥支付科技有限公司", "聚通网络支付有限公司"),
    )
    case = base.Case(payer.name, payee, total, when, items, "", other)
    case = replace(case, other_amounts=((total - fee, "the sum after the fee"), (fee, "the fee")))
    facts = ("payer", "payee", "amount", "amount", "date", "purpose", "usage")
    return Paper(
        family="payment platform receipt",
        tool="weasyprint",
        data=tools.weasy(html),
        truth=truth,
        bills=base.bills(rng, case, facts),
    )
