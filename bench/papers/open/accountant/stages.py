"""Plans of instalments with paid stages, and the request for the next one."""

from decimal import Decimal
from random import Random

from bench.papers.open.accountant.base import (
    bill,
    cn,
    company,
    day,
    dots,
    later,
    money,
    other_unit,
    person,
    sister,
    swapped,
    unit,
    upper,
    wan,
)  # fmt: skip
from bench.papers.open.accountant.draw import HEI, KAI, SONG, overlaid, scan, seal_at, sheet_pdf, sign, uri
from bench.papers.open.accountant.sheets import Grid
from bench.papers.tools import chrome
from bench.papers.values import Bill, Paper, Truth

PROJECTS = (
    ("university", "职工学历提升与技能培训合作项目", "培训费"), ("university", "产线数字孪生联合实验室共建项目", "科研项目经费"),
    ("institute", "厂区压力容器三年检验服务项目", "检验检测费"), ("institute", "出口产品标准比对研究项目", "技术服务费"),
    ("port", "自备码头航道维护项目", "航道维护费"), ("centre", "年度新品发布会场地使用项目", "场地租赁费"),
)  # fmt: skip


def payment_plan(rng: Random) -> Paper:
    """An Excel schedule of a contract with paid, due and later stages, confirmed by both sides."""
    payer = company(rng)
    kind, project, item = rng.choice(PROJECTS)
    payee = unit(rng, kind)
    signed = day(rng, 2023, 2026)
    count = rng.randint(3, 6)
    base = Decimal(rng.choice((40000, 125000, 260000, 18000, 2400000)))
    stages = [(base * rng.choice((10, 15, 20, 25, 30, 45)) / 10).quantize(Decimal(1)) for _ in range(count)]
    total = sum(stages, Decimal(0))
    now = rng.randrange(1, count)
    days = [later(signed, 15 + 75 * k + rng.randint(0, 12)) for k in range(count)]
    made = later(days[now], -rng.randint(4, 9))
    number = f"{rng.choice(('HT', 'FW', 'CG'))}{signed:%Y%m%d}-{rng.randint(1, 50):02d}"
    in_wan = rng.random() < 0.35
    grid = Grid((8, 30, 16, 18, 15, 22), rng.choice((HEI, SONG)))
    grid.line("合同分期付款计划及执行情况表", 34, "center", size=17, bold=True)
    grid.line(f"项目名称：{project}")
    grid.line(f"合同编号：{number}　　　　签订日期：{cn(signed)}")
    grid.line(f"付款方：{payer.name}　　　　收款方：{payee.name}")
    grid.line(
        f"合同总价：{wan(total) + '万元' if in_wan else money(total) + '元'}（大写：人民币{upper(total)}）　　　　制表日期：{dots(made)}"
    )
    grid.row(
        ("期次", "付款条件", "应付金额（元）", "约定付款日", "状态", "凭证/备注"),
        22,
        bold=True,
        fill="DDDDDD",
    )
    names = ["合同签订生效", "提交方案并确认", "中期成果验收", "现场实施完成", "提交报告", "终验合格"][
        : count - 1
    ]
    names.append("质保期满")
    labels = rng.choice(
        (("已付", "本期应付", "未到期"), ("√ 已支付", "★本次支付", "——"), ("已结清", "待付（本期）", "待付"))
    )
    for k in range(count):
        state = labels[0] if k < now else labels[1] if k == now else labels[2]
        note = f"付款凭证{days[k]:%m}-{rng.randint(10, 99)}#，票据已收" if k < now else ""
        grid.row(
            (f"第{'一二三四五六'[k]}期", names[k], stages[k], days[k].isoformat(), state, note), 21,
            fill="FFF2A8" if k == now else "", bold=k == now,
        )  # fmt: skip
    paid_so_far = sum(stages[:now], Decimal(0))
    grid.row(("", "合计", total, "", "", f"累计已付{money(paid_so_far)}元"), 21, bold=True)
    grid.line(f"收款账户：{payee.name}；{payee.bank}；{payee.account}")
    grid.line("说明：本表为合同附件之执行台账，每期付款前由双方财务核对确认；逾期按合同约定计收违约金。")
    grid.line("", 52)
    grid.line(f"付款方财务：{person(rng)}　　　　　　收款方财务：{person(rng)}　　　　　　双方核对章：", 26)
    pdf = sheet_pdf(grid.book)
    marks = seal_at(rng, pdf, "双方核对章", payee.name, "财务专用章", share=0.17)
    truth = Truth(
        kind="contract", payers=(payer.name,), payees=(payee.name,), total=total, words=total, instalments=tuple(stages),
        signed_on=signed, numbers=(number,), accounts=(payee.account,), purpose=project,
        also_purposes=("合同分期付款计划及执行情况表", *names), also_amounts=(paid_so_far,),
    )  # fmt: skip
    issued = later(days[now], rng.randint(0, 6))
    bills = (
        bill(payer.name, payee.name, stages[now], issued, item, used=paid_so_far, unit_account=payee.account,
             note="the stage that is due; earlier stages were billed"),
        bill(payer.name, payee.name, stages[now], issued, item, used=total - stages[now] // 2, wrong="usage"),
        rng.choice((
            bill(payer.name, payee.name, swapped(rng, stages[now]), issued, item, used=paid_so_far, wrong="amount"),
            bill(sister(rng, payer.name), payee.name, stages[now], issued, item, used=paid_so_far, wrong="payer"),
            bill(payer.name, other_unit(rng, kind, payee.name), stages[now], issued, item, used=paid_so_far, wrong="payee"),
            bill(payer.name, payee.name, stages[now], later(signed, -50), item, wrong="date", note="before the contract"),
        )),
    )  # fmt: skip
    return Paper(
        family="instalment schedule",
        tool="LibreOffice XLSX",
        data=overlaid(pdf, marks),
        truth=truth,
        bills=bills,
    )


def payment_request(rng: Random) -> Paper:
    """The company's own payment request for one stage, approved by hand; scanned. Sometimes refused."""
    payer = company(rng)
    kind, project, item = rng.choice(PROJECTS)
    payee = unit(rng, kind)
    made = day(rng)
    whole = Decimal(rng.choice((84000, 156000, 320000, 975000, 4200000)))
    parts = rng.choice(((30, 40, 30), (20, 30, 50), (50, 30, 20)))
    stage = rng.randrange(1, 3)
    total = whole * parts[stage] / 100
    before = whole * sum(parts[:stage]) / 100
    rest = whole - before - total
    refused = rng.random() < 0.22
    differs = not refused and rng.random() < 0.2
    words = total + (30 if total % 1000 else 3000) if differs else total
    number = f"FK{made:%y%m}{rng.randint(1, 199):03d}"
    contract = f"{rng.choice(('HT', 'FW', 'CG'))}{made.year - 1}{rng.randint(100, 999)}"
    steps = ["经办人", "部门负责人", "财务审核", "总经理"]
    hands = [person(rng).replace("·", "") for _ in steps]
    notes = ["情况属实", "同意", "已核合同及验收单", "同意付款"]
    if refused:
        notes[3] = "不同意，退回重报"
    sign_cells = "".join(
        f"<td class=s><div>{step}</div><img src='{uri(sign(rng, note))}' style='height:8mm'><br>"
        f"<img src='{uri(sign(rng, hand))}' style='height:9mm'><div>{dots(later(made, min(k, 3)))}</div></td>"
        for k, (step, note, hand) in enumerate(zip(steps, notes, hands, strict=True))
    )
    html = f"""<style>@page{{size:A4;margin:18mm 17mm}} body{{font:11pt/1.5 '{rng.choice((SONG, KAI, HEI))}'}}
    h1{{font:bold 19pt '{HEI}';text-align:center;margin:0}}
    table{{width:100%;border-collapse:collapse;margin-top:-1px}} td{{border:1px solid #000;padding:2.4mm}}
    .k{{width:17%;text-align:center}}
    .s{{width:25%;vertical-align:top;height:36mm;font-size:10pt}}</style><div style="text-align:center">{payer.name}</div>
    <h1>付款申请单</h1>
    <div style="display:flex;justify-content:space-between"><span>申请日期：{cn(made)}</span><span>编号：{number}</span></div>
    <table><tr><td class=k>申请部门<td>{rng.choice(("技术中心", "安环部", "市场部", "设备部"))}<td class=k>付款方式
    <td>☑ 电汇　□ 支票　□ 现金
    <tr><td class=k>收款单位<td colspan=3>{payee.name}<tr><td class=k>开户银行<td>{payee.bank}<td class=k>账　号<td>{payee.account}
    <tr><td class=k>付款事由<td colspan=3>{project}第{"一二三"[stage]}期款<tr><td class=k>合同编号<td>{contract}<td class=k>合同总额
    <td>{money(whole)}元
    <tr><td class=k>累计已付<td>{money(before)}元<td class=k>尚余未付<td>{money(rest)}元（付本期后）
    <tr><td class=k><b>本次付款</b><td colspan=3><b>￥{money(total)}</b>　　大写：{upper(words)}
    <tr><td class=k>附　件<td colspan=3>合同复印件 1 份，验收单 1 份</table><table><tr>{sign_cells}</table>
    <div style="font-size:9pt">注：金额在5万元以上的须经总经理批准后方可付款；票据应于付款后15日内交财务部。</div>"""
    pdf = chrome(html)
    marks = (
        seal_at(rng, pdf, "合同复印件", payer.name, "财务审核章", share=0.17)
        if not refused and rng.random() < 0.6
        else []
    )
    truth = Truth(
        kind="other", payers=(payer.name,), payees=(payee.name,), total=total, words=words, signed_on=made, numbers=(number,),
        also_numbers=(contract,), accounts=(payee.account,), purpose=f"{project}第{'一二三'[stage]}期款",
        also_purposes=(project, "付款申请单"), also_amounts=(whole, before, rest, Decimal(50000)), also_names=tuple(hands),
        status="revoked" if refused else "",
    )  # fmt: skip
    issued = later(made, rng.randint(5, 16))
    bills: tuple[Bill, ...]
    if refused or differs:
        fact = "status" if refused else "words"
        bills = (
            bill(
                payer.name,
                payee.name,
                total,
                issued,
                item,
                wrong=fact,
                note="refused" if refused else "words differ",
            ),
            bill(payer.name, payee.name, words if differs else total, later(issued, 3), item, wrong=fact),
        )
    else:
        bills = (
            bill(payer.name, payee.name, total, issued, item, unit_account=payee.account),
            bill(payer.name, payee.name, whole, issued, item, wrong="amount", note="the whole contract, not the stage"),
            rng.choice((
                bill(payer.name, payee.name, total, issued, item, unit_account=payer.account, wrong="account"),
                bill(payer.name, other_unit(rng, kind, payee.name), total, issued, item, wrong="payee"),
                bill(payer.name, payee.name, total, issued, "停车费", wrong="purpose"),
                bill(person(rng), payee.name, total, issued, item, wrong="payer"),
            )),
        )  # fmt: skip
    return Paper(
        family="instalment request",
        tool="Chromium",
        data=scan(rng, pdf, marks),
        truth=truth,
        bills=bills,
        form="scan",
    )
