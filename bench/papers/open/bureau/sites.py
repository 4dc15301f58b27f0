"""Tenders and auctions: a bank's receipt for a deposit, a list of deposits, advertising sites knocked down."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from bench.papers import tools
from bench.papers.open.bureau import base
from bench.papers.values import Bill, Paper, Truth


def bid_deposit(rng: Random) -> Paper:
    """A bank's electronic receipt: a bidder's deposit goes to the trading centre."""
    where = base.place(rng)
    centre = where.body("公共资源交易中心")
    payer, near = base.company(rng, where, rng.choice(["建设工程", "园林绿化", "市政工程"]))
    paid = base.day(rng)
    total = Decimal(rng.choice([80_000, 120_000, 165_000, 240_000, 350_000, 508_000]))
    own, theirs = base.account(rng, 17), base.account(rng, 20)
    serial = f"{paid:%Y%m%d}{rng.randrange(10**9, 10**10)}"
    lot = f"{where.short}建招{paid.year}-{rng.randrange(20, 240):03d}"
    purpose = f"{lot}{rng.choice(['投标保证金', '标段投标保证金'])}"
    bank = rng.choice(base.BANKS)
    clock = f"{rng.randrange(9, 17):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    slip = str(rng.randrange(10**11, 10**12))
    rows = f"""
<tr><th rowspan=3>付<br>款<br>人<td>户名<td>{payer}<th rowspan=3>收<br>款<br>人<td>户名<td>{centre}
<tr><td>账号<td>{own}<td>账号<td>{theirs}
<tr><td>开户行<td>{bank}{where.city}分行营业部<td>开户行<td>{rng.choice(base.BANKS)}{where.district}支行
<tr><td colspan=2>币种/金额<td colspan=4>人民币 <b>{base.money(total)}</b>（大写：{base.words(total)}）
<tr><td colspan=2>用途<td colspan=4>{purpose}
<tr><td colspan=2>业务种类<td>网银跨行汇款<td colspan=2>手续费<td>0.00
<tr><td colspan=2>交易流水号<td>{serial}<td colspan=2>交易时间<td>{paid} {clock}
"""
    body = f"""<style>@page {{size:A4; margin:18mm 14mm}} body {{font:10.5pt/1.6 'sans'}} h2 {{text-align:center; margin:2mm; color:#a11}}
table {{border-collapse:collapse; width:100%}}
td,th {{border:1px solid #955; padding:4px 7px; font-weight:normal}} th {{width:1.5em; background:#faf1f1}}
.x {{display:flex; justify-content:space-between; font-size:9pt}} .q
{{width:34mm;height:34mm;border:2px solid #c33;border-radius:50%;
color:#c33;
text-align:center; padding-top:11mm; box-sizing:border-box; font-size:8.5pt; margin:4mm 12mm 0 auto}}</style>
<h2>{bank}　网上银行电子回单</h2><div class=x><span>回单编号：{slip}</span>
<span>打印次数：{rng.choice([1, 1, 2])}</span></div>
<table>{rows}</table><div class=q>{bank}<br>电子回单专用章</div>
<p style='font-size:8.5pt'>温馨提示：本回单不作为收款方发货依据，如已通过银行网点取得相应纸质回单，请注意核对，勿重复记账。</p>"""
    bill = Bill(
        payer=payer,
        unit=centre,
        total=total,
        issued_on=base.later(paid, rng.randrange(0, 6)),
        items=(rng.choice(["投标保证金", "暂收投标保证金", "其他往来款项"]),),
        unit_account=theirs,
        remark=rng.choice([purpose, "", lot]),
    )
    bills = base.some(
        rng,
        [
            base.honest(bill),
            base.honest(bill, "a general name", items=("暂收款",), remark=purpose),
            base.honest(bill, "issued at the month's end", issued_on=base.later(paid, 20)),
        ],
        [
            base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
            base.wrong(bill, "payee", "the bureau itself", unit=where.body("住房和城乡建设局")),
            base.wrong(bill, "amount", "a digit lost", total=total / 10),
            base.wrong(bill, "account", "another account of the centre", unit_account=base.account(rng, 20)),
            base.wrong(
                bill, "purpose", "a bidder's deposit becomes a fee", items=("城市道路占用费",), remark=""
            ),
            base.wrong(bill, "date", "issued a year before it was paid", issued_on=base.later(paid, -370)),
        ],
    )
    truth = Truth(
        kind="transfer",
        payers=(payer,),
        payees=(centre,),
        total=total,
        words=total,
        signed_on=paid,
        numbers=(slip,),
        accounts=(own, theirs),
        purpose=purpose,
        also_numbers=(serial, lot),
        also_purposes=("投标保证金",),
    )
    return Paper(
        family="bank receipt", tool="chrome", data=tools.chrome(base.joined(body)), truth=truth, bills=bills
    )


def deposit_list(rng: Random) -> Paper:
    """An Excel list of who paid which deposit for the right to run the district's public toilets' shops."""
    where = base.place(rng)
    office = where.body("城市管理局")
    made = base.day(rng)
    names: list[str] = []
    while len(names) < 5:
        name, _ = base.company(rng, where, rng.choice(["商贸", "物业服务", "文化传媒", "餐饮管理"]))
        if name not in names:
            names.append(name)
    amounts = rng.sample([Decimal(20_000 + 2_500 * k) for k in range(14)], 5)
    total = sum(amounts, base.ZERO)
    days = [made - timedelta(days=rng.randrange(2, 12)) for _ in names]
    thing = rng.choice(["公共自行车亭经营权", "便民早餐亭经营权", "城市书报亭经营权"])
    purpose = f"{thing}竞标保证金"
    sheet = base.Sheet([6, 34, 14, 14, 14, 14])
    sheet.title(f"{made.year}年度{thing}竞标保证金缴纳明细表", 15)
    sheet.title(f"收取单位：{office}          制表日期：{base.dashes(made)}          单位：元", 10, "left")
    sheet.row(["序号", "竞标单位", "标的", "缴纳日期", "保证金金额", "备注"], bold=True)
    lots = rng.sample(range(1, 20), 5)
    for k, (name, amount, when) in enumerate(zip(names, amounts, days, strict=True), 1):
        sheet.row(
            [k, name, f"{lots[k - 1]}号亭", base.dots(when), float(amount), rng.choice(["", "", "转账"])]
        )
    sheet.row(["", "合计", "", "", float(total), ""], bold=True)
    sheet.title(f"合计人民币（大写）：{base.words(total)}", 10, "left")
    sheet.title(
        f"制表：{base.person(rng)}      复核：{base.person(rng)}      分管领导：{base.person(rng)}",
        10,
        "left",
    )
    chosen = rng.randrange(5)
    bill = Bill(
        payer=names[chosen],
        unit=office,
        total=amounts[chosen],
        issued_on=base.later(made, rng.randrange(0, 9)),
        items=(rng.choice(["保证金", "竞标保证金", "暂收保证金"]),),
        remark=rng.choice(["", f"{lots[chosen]}号亭保证金", purpose]),
    )
    other = amounts[(chosen + 2) % 5]
    bills = base.some(
        rng,
        [
            base.honest(bill, "one row of the list"),
            base.honest(bill, "another row", payer=names[chosen - 1], total=amounts[chosen - 1], remark=""),
        ],
        [
            base.wrong(bill, "amount", "the amount of another row", total=other),
            base.wrong(bill, "amount", "a nought too many", total=amounts[chosen] * 10),
            base.wrong(bill, "payer", "who bids for nothing here", payer=_stranger(rng, where, names)),
            base.wrong(bill, "payee", "another body of the district", unit=where.body("市场监督管理局")),
            base.wrong(bill, "purpose", "a fine", items=("城市管理罚没收入",), remark=""),
        ],
    )
    truth = Truth(
        kind="other",
        payers=tuple(names),
        payees=(office,),
        total=total,
        words=total,
        signed_on=made,
        purpose=purpose,
        also_amounts=tuple(amounts),
        also_purposes=("保证金", "竞标保证金", thing),
    )
    return Paper(family="list of deposits", tool="office xlsx", data=sheet.pdf(), truth=truth, bills=bills)


def _stranger(rng: Random, where: base.Place, names: list[str]) -> str:
    while (name := base.company(rng, where, "装饰工程")[0]) in names:
        pass
    return name


class _Site(msgspec.Struct, frozen=True):
    """Advertising sites: what is sold, to whom, for how much and how long."""

    office: str
    house: str
    buyer: str
    sold: date
    yearly: tuple[Decimal, ...]
    starts: date
    ends: date
    number: str
    account: str

    @property
    def total(self) -> Decimal:
        return sum(self.yearly, base.ZERO)


def advertising_sites(rng: Random) -> Paper:
    """The bureau tells who bought advertising sites what to pay in each of three years."""
    where = base.place(rng)
    sold = base.day(rng, last=date(2025, 7, 31))
    buyer, near = base.company(rng, where, rng.choice(["广告传媒", "文化传播"]))
    first = Decimal(rng.randrange(180, 760)) * 1_000
    starts = date(sold.year + (sold.month == 12), sold.month % 12 + 1, 1)
    it = _Site(
        where.body("城市管理局"),
        f"{where.city}{base.brand(rng)}拍卖有限公司",
        buyer,
        sold,
        (first, first * Decimal("1.05"), first * Decimal("1.1")),
        starts,
        date(starts.year + 3, starts.month, 1) - timedelta(days=1),
        f"{where.short}城管广告〔{sold.year}〕{rng.randrange(1, 30)}号",
        base.account(rng, 16),
    )
    purpose = rng.choice(["户外广告设施设置位使用权出让费", "户外广告位使用权拍卖款"])
    commission = base.cents(it.total * Decimal("0.03"))
    data = tools.weasy(base.joined(_sites_page(rng, it, purpose, commission)))
    bill = Bill(
        payer=buyer,
        unit=it.office,
        total=first,
        issued_on=base.later(sold, rng.randrange(2, 10)),
        items=(rng.choice(["户外广告位出让收入", "国有资源（资产）有偿使用收入", "广告设置位使用权出让费"]),),
        unit_account=it.account,
        remark=rng.choice(["第一年度", f"{starts.year}年度广告位使用费", it.number]),
    )
    second: dict[str, Any] = {
        "total": it.yearly[1],
        "issued_on": base.later(sold, 372),
        "remark": "第二年度",
        "used": first,
    }
    bills = base.some(
        rng,
        [
            base.honest(bill, "the first year"),
            base.honest(bill, "the second year, after the first", **second),
        ],
        [
            base.wrong(bill, "amount", "the first year with the commission", total=first + commission),
            base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
            base.wrong(bill, "date", "two years before the sale", issued_on=base.later(sold, -750)),
            base.wrong(bill, "account", "another account", unit_account=base.account(rng, 16)),
            base.wrong(bill, "usage", "all three years were billed", **{**second, "used": it.total}),
        ],
    )
    truth = Truth(
        kind="policy",
        payers=(buyer,),
        payees=(it.office,),
        total=it.total,
        instalments=it.yearly,
        words=it.total,
        signed_on=sold,
        starts_on=it.starts,
        ends_on=it.ends,
        numbers=(it.number,),
        accounts=(it.account,),
        purpose=purpose,
        also_names=(it.house,),
        also_amounts=(commission,),
        also_purposes=("户外广告设施设置位使用权", "户外广告位使用权"),
    )
    return Paper(family="auction notice", tool="weasy", data=data, truth=truth, bills=bills)


def _sites_page(rng: Random, it: _Site, purpose: str, commission: Decimal) -> str:
    rows = [[f"第{'一二三'[k]}年度", base.money(each)] for k, each in enumerate(it.yearly)]
    rows.append(["三年合计", base.money(it.total)])
    duties = [
        f"成交总价为人民币{base.words(it.total)}（¥{base.money(it.total)}），按年度缴纳，第一年度款项须于本通知送达后10日内缴清，"
        f"以后各年度款项于上一年度期满前30日内缴清。",
        f"使用期限自{base.long(it.starts)}起至{base.long(it.ends)}止，期满自行拆除。",
        f"拍卖佣金{base.money(commission)}元由你单位另行支付给{it.house}，不列入上述款项。",
    ]
    if rng.random() < 0.5:
        duties[0], duties[1] = duties[1], duties[0]
    said = "".join(f"<p>{'一二三'[k]}、{each}</p>" for k, each in enumerate(duties))
    return f"""<style>@page {{size:A4; margin:26mm 26mm}} body {{font:13pt/1.85 'ukai'}}
.h {{text-align:center; color:#d00; font:25pt 'serif-bold'; border-bottom:2pt solid #d00; padding-bottom:3mm}}
h1 {{text-align:center; font:18pt 'zenhei'; margin:6mm 0}} p {{text-indent:2em; margin:2pt 0}} .r {{text-align:right}}
table {{border-collapse:collapse; margin:3mm auto; width:70%}} td,th {{border:0.7pt solid #333; padding:3pt; text-align:center}}</style>
<div class=h>{it.office}</div><div style='text-align:center'>{it.number}</div>
<h1>户外广告设置位使用权成交通知书</h1><div>{it.buyer}：</div>
<p>{base.long(it.sold)}，
我局委托{it.house}公开拍卖
{rng.choice(["迎宾大道跨线桥", "中央公园西侧", "客运总站广场"])}等
{rng.randrange(3, 12)}处户外广告设施设置位使用权，
你单位竞买成功。现将{purpose}缴纳等事项通知如下：</p>{said}
{base.table(["年度", "应缴金额（元）"], rows)}
<p>收款账户：{it.office}；开户行：{rng.choice(base.BANKS)}城东支行；账号：{it.account}。</p><br>
<div class=r>{it.office}（印章）<br>{base.characters(it.sold)}</div>"""
