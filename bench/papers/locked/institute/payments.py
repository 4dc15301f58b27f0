"""What banks and payment platforms print: a receipt of a remittance, a statement of an account, a paid order."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.locked.institute.base import (
    Firm,
    bill,
    bound,
    changed,
    day,
    digits,
    firm,
    house,
    later,
    mix,
    money,
    near_person,
    person,
    seal,
    spaced,
    swapped,
    words,
)
from bench.papers.locked.institute.pages import grid, sheet
from bench.papers.values import Paper, Truth


def bank_receipt(rng: Random) -> Paper:
    """The electronic receipt of a firm's remittance to the institute."""
    body, client = house(rng), firm(rng)
    item, purpose = rng.choice(
        (
            ("技术服务费", f"{body.topic}技术服务费"),
            ("检测费", f"{rng.choice(('一季度', '年度', '5月'))}检测费"),
            ("技术开发费", f"{body.topic}合作研发首款"),
            ("专利许可费", "专利许可使用费"),
        )
    )
    cents = rng.choice((Decimal(0), Decimal(0), Decimal(rng.randrange(1, 99)) / 100))
    amount = Decimal(rng.randrange(86, 2900) * 100) + cents
    paid = day(rng)
    sent_bank = f"{rng.choice(('中国银行', '浦发银行', '农村商业银行'))}{rng.choice(('宁溪城东', '海澄开发区', '云浦北郊'))}支行"
    sender = digits(rng, 17)
    slip, flow = digits(rng, 14), f"{paid:%Y%m%d}{digits(rng, 10)}"
    fee = Decimal(rng.choice((0, 10, 15)))
    labels = rng.choice((("付款人", "收款人"), ("付方", "收方")))
    order = [("金额（小写）", f"CNY {money(amount)}"), ("金额（大写）", f"人民币{words(amount)}")]
    spelt = rng.random() < 0.75
    if not spelt:
        order.pop()
    elif rng.random() < 0.5:
        order.reverse()
    rows = "".join(f"<tr><td>{one}</td><td colspan=3><b>{two}</b></td></tr>" for one, two in order)
    html = f"""<style>@page {{ size: A4; margin: 16mm 14mm }} body {{ font: 12.5px/1.6 sans }} .h {{ display: flex;
 justify-content: space-between; border-bottom: 3px solid #a01c2c; padding-bottom: 6px }} h2 {{ margin: 0; font-size: 20px;
 color: #a01c2c }} table {{ border-collapse: collapse; width: 100%; margin-top: 8px }} td {{ border: 1px solid #c9a0a4;
 padding: 6px 8px }} td:nth-child(odd) {{ background: #fbf3f3; width: 17%; color: #555 }} .z {{ position: relative }}
 .z img {{ position: absolute; right: 30px; bottom: 4px; width: 120px; opacity: .75 }} small {{ color: #777 }}</style>
<div class=h><h2>网上银行电子回单</h2><span>回单编号 {slip}<br>第 {rng.choice((1, 1, 2))} 次打印</span></div><div class=z>
<table><tr><td>{labels[0]}户名</td><td>{client.name}</td><td>{labels[1]}户名</td><td>{body.institute}</td></tr>
<tr><td>{labels[0]}账号</td><td>{sender}</td><td>{labels[1]}账号</td><td>{body.account}</td></tr>
<tr><td>{labels[0]}开户行</td><td>{sent_bank}</td><td>{labels[1]}开户行</td><td>{body.bank}</td></tr>{rows}
<tr><td>用途</td><td>{purpose}</td><td>手续费</td><td>{money(fee)}</td></tr>
<tr><td>交易时间</td><td>{paid:%Y-%m-%d} 1{rng.randrange(0, 7)}:{rng.randrange(10, 59)}:{rng.randrange(10, 59)}</td>
<td>交易流水</td><td>{flow}</td></tr><tr><td>交易状态</td><td>交易成功</td><td>渠道</td><td>企业网银</td></tr></table>
<img src="{seal(sent_bank, "电子回单章")}"></div>
<p><small>本回单仅表示我行已按付款人指令办理，不作为收款人发货依据。请勿重复记账。</small></p>"""
    after = later(rng, paid, 1, 28)
    honest = (
        bill(client.name, body.institute, amount, after, item),
        bill(client.name, body.institute, amount, later(rng, paid, 40, 80), item, unit_account=body.account),
    )
    wrong = (
        bill(client.name, body.institute, amount * 10, after, item, wrong="amount", note="a place too many"),
        bill(client.name, body.institute, swapped(rng, amount), after, item, wrong="amount"),
        bill(client.parent, body.institute, amount, after, item, wrong="payer"),
        bill(client.name, body.centre, amount, after, item, wrong="payee"),
        bill(
            client.name, body.institute, amount, after, item, unit_account=changed(rng, body.account), wrong="account"
        ),
        bill(
            client.name,
            body.institute,
            amount,
            after,
            "捐赠收入",
            remark="公益捐赠",
            wrong="purpose",
            note="no gift",
        ),
        bill(client.name, body.institute, amount, after, item, used=amount, wrong="usage", note="billed again"),
    )  # fmt: skip
    truth = Truth(
        kind="transfer",
        payers=(client.name,),
        payees=(body.institute,),
        total=amount,
        words=amount if spelt else None,
        signed_on=paid,
        numbers=(slip, flow),
        accounts=(sender, body.account),
        purpose=purpose,
        also_names=(sent_bank, body.bank),
        also_amounts=(fee,),
        also_purposes=(item,),
    )
    return bound("bank receipt", "chrome", tools.chrome(html), truth, mix(rng, honest, wrong))


def statement(rng: Random) -> Paper:
    """A month's statement of the training centre's account: money from firms and people, and money spent."""
    body = house(rng)
    firms: list[Firm] = []
    while len(firms) < 4:
        each = firm(rng)
        if each.brand not in {other.brand for other in firms}:
            firms.append(each)
    first = day(rng).replace(day=1)
    last = (first + timedelta(days=33)).replace(day=1) - timedelta(days=1)
    mine = firms[0]
    gains = [
        (each.name, Decimal(rng.randrange(12, 160) * 140), rng.choice(("培训费", "委托培训款", "参训费用")))
        for each in firms
    ]
    people_ = person(rng)
    gains.append((people_, Decimal(rng.choice((1680, 1980, 2380))), "个人培训费"))
    costs = [
        (f"{body.city}{rng.choice(('新华图书', '晨光文具'))}有限公司", "购教材"),
        (f"{body.city}国网供电公司", "电费"),
    ]
    rows: list[tuple[str, str, Decimal, bool]] = [(*gain[:1], gain[2], gain[1], True) for gain in gains]
    rows += [(name, what, Decimal(rng.randrange(3000, 90000)) / 10, False) for name, what in costs]
    rng.shuffle(rows)
    days = sorted(rng.sample(range(2, last.day - 1), len(rows)))
    left = Decimal(rng.randrange(90000, 400000))
    balances = [left]
    table: list[tuple[str, ...]] = [
        ("交易日期", "摘要", "对方户名", "支出", "收入", "余额"),
        ("", "上期余额", "", "", "", money(left)),
    ]
    dates: dict[str, date] = {}
    for number, (name, what, amount, gain) in zip(days, rows, strict=True):
        left += amount if gain else -amount
        balances.append(left)
        dates[name] = first.replace(day=number)
        table.append(
            (
                f"{dates[name]:%Y-%m-%d}",
                what,
                name,
                "" if gain else money(amount),
                money(amount) if gain else "",
                money(left),
            )
        )
    made = last + timedelta(days=rng.randrange(1, 6))
    html = sheet(
        """.g td, .g th { font-size: 9.5pt; text-align: left } .g td:nth-child(n+4) { text-align: right }
 .g tr:nth-child(even) td { background: #f4f7fb } .m { display: flex; justify-content: space-between; font-size: 10pt }
 @page { size: A4 landscape }""",
        f"""<h1>单位账户交易明细</h1><div class=m><span>户名：{body.centre}</span><span>账号：{spaced(body.account)}</span>
<span>{body.bank}</span></div><div class=m><span>起止日期：{first:%Y-%m-%d} 至 {last:%Y-%m-%d}</span><span>币种：人民币（元）</span>
<span>打印日期：{made:%Y-%m-%d}</span></div>{grid(table)}<p style="font-size:9pt">（本页结束，共{len(rows)}笔）</p>""",
        "sans",
        10.5,
    )
    amount = gains[0][1]
    came = dates[mine.name]
    after = later(rng, made, 1, 20)
    other, other_sum, _ = gains[rng.randrange(1, 4)]
    honest = (
        bill(mine.name, body.centre, amount, after, "培训费"),
        bill(
            people_,
            body.centre,
            gains[-1][1],
            dates[people_] + timedelta(days=2),
            "培训费",
            note="a person's row; billed before the statement was printed",
        ),
        bill(other, body.centre, other_sum, after, "培训收入", unit_account=body.account),
    )
    wrong = (
        bill(mine.name, body.centre, amount + 1000, after, "培训费", wrong="amount"),
        bill(mine.twin, body.centre, amount, after, "培训费", wrong="payer", note="no such row"),
        bill(mine.name, body.society, amount, after, "培训费", wrong="payee"),
        bill(
            mine.name,
            body.centre,
            amount,
            came - timedelta(days=rng.randrange(420, 600)),
            "培训费",
            wrong="date",
            note="more than a year before the money came",
        ),
        bill(near_person(rng, people_), body.centre, gains[-1][1], after, "培训费", wrong="payer"),
    )
    truth = Truth(
        kind="transfer",
        payers=tuple(name for name, _, _ in gains),
        payees=(body.centre,),
        instalments=tuple(each for _, each, _ in gains),
        signed_on=made,
        starts_on=first,
        ends_on=last,
        accounts=(body.account,),
        also_names=(body.bank, *(name for name, _ in costs)),
        also_amounts=(*(each for _, _, each, gain in rows if not gain), *balances),
        also_purposes=tuple({what for _, what, _, _ in rows}),
    )
    return bound("bank statement", "weasy", tools.weasy(html), truth, mix(rng, honest, wrong))


def paid_order(rng: Random) -> Paper:
    """A person's telephone shows a paid order of the centre's platform; the picture was sent as it is."""
    body = house(rng)
    payer = person(rng)
    course = rng.choice(("化学检验员（高级）", "无损检测Ⅱ级", "实验室内审员", "标准化工程师"))
    item = f"{course}{rng.choice(('培训费', '考前辅导费'))}"
    amount = Decimal(rng.choice((1280, 1680, 1950, 2380, 860)))
    listed = amount + rng.choice((0, 100, 200))
    paid = day(rng)
    order = f"{paid:%Y%m%d}{digits(rng, 12)}"
    near = near_person(rng, payer)
    cut = f"<div><span>优惠</span><b>-¥{money(listed - amount)}</b></div>" if listed != amount else ""
    rows = [
        ("收款单位", body.centre),
        ("缴费项目", item),
        ("缴费人", payer),
        ("支付方式", rng.choice(("零钱", "储蓄卡（尾号" + digits(rng, 4) + "）", "信用卡"))),
        (
            "支付时间",
            f"{paid:%Y-%m-%d} 2{rng.randrange(0, 3)}:{rng.randrange(10, 59)}:{rng.randrange(10, 59)}",
        ),
        ("订单编号", order),
    ]
    lines = "".join(f"<div><span>{one}</span><b>{two}</b></div>" for one, two in rows)
    html = f"""<style>body {{ margin: 0; width: 430px; background: #f5f6f8; font: 15px/1.6 sans }} .t {{ background: #1677c8;
 color: white; padding: 12px 16px; display: flex; justify-content: space-between }} .k {{ text-align: center; padding: 26px 0 14px;
 background: white }} .k b {{ font-size: 34px; display: block }} .k i {{ color: #17a34a; font-style: normal }} .l {{ background: white;
 margin-top: 10px; padding: 6px 18px }} .l div {{ display: flex; justify-content: space-between; padding: 9px 0;
 border-bottom: 1px solid #eee; gap: 20px }} .l span {{ color: #888; flex: none }} .l b {{ font-weight: 400; text-align: right;
 word-break: break-all }} .f {{ text-align: center; color: #999; padding: 20px; font-size: 13px }}</style>
<div class=t><span>‹ 订单详情</span><span>9:{rng.randrange(10, 59)}　电量{rng.randrange(20, 99)}%</span></div>
<div class=k><i>✔ {rng.choice(("支付成功", "缴费成功"))}</i><b>¥{money(amount)}</b></div>
<div class=l><div><span>原价</span><b>¥{money(listed)}</b></div>{cut}{lines}</div>
<div class=f>票据将在3个工作日内发送至预留手机<br>客服 {body.phone}</div>"""
    picture = tools.screen(html, 430, 2.2)
    after = later(rng, paid, 1, 12)
    honest = (
        bill(payer, body.centre, amount, after, "培训费", remark=item),
        bill(payer, body.centre, amount, later(rng, paid, 30, 70), item, note="later"),
    )
    wrong = [
        bill(near, body.centre, amount, after, "培训费", wrong="payer"),
        bill(payer, body.institute, amount, after, "培训费", wrong="payee"),
        bill(payer, body.centre, swapped(rng, amount), after, "培训费", wrong="amount"),
        bill(payer, body.centre, amount, after, "图书赔偿款", remark="遗失图书赔偿", wrong="purpose"),
    ]
    if listed != amount:
        note = "the price without what was let off"
        wrong.append(bill(payer, body.centre, listed, after, "培训费", wrong="amount", note=note))
    truth = Truth(
        kind="transfer",
        payers=(payer,),
        payees=(body.centre,),
        total=amount,
        signed_on=paid,
        numbers=(order,),
        purpose=item,
        also_amounts=(listed, listed - amount),
        also_purposes=(course,),
    )
    return Paper(
        family="platform receipt",
        tool="chrome",
        data=tools.as_picture(picture, "PNG"),
        truth=truth,
        bills=mix(rng, honest, wrong),
        media_type="image/png",
        form="scan",
    )
