"""Contracts about services on the hospital's ground: canteen or car park,\
 and health examinations for staff."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers import tools
from bench.papers.open.hospital import money, paperwork, people
from bench.papers.open.hospital.word import HEI, KAI, SONG, WENKAI, Word
from bench.papers.values import Bill, Paper, Truth


def concession(rng: Random) -> Paper:
    """A scanned contract for a canteen or a car park; some copies are drafts that nobody signed."""
    where = people.place(rng)
    hospital = people.county_hospital(rng, where)
    canteen = rng.random() < 0.5
    trade = rng.choice(("餐饮管理", "膳食服务")) if canteen else rng.choice(("停车管理", "物业服务"))
    company = people.company(rng, trade, where.town)
    yearly = money.cash(rng, 60000, 560000, 2000)
    half = yearly / 2
    years = rng.choice((1, 2, 3))
    deposit = money.cash(rng, 20000, 100000, 10000)
    total = yearly * years
    signed = money.day(rng, 2023, 2025)
    starts = date(signed.year + (signed.month == 12), signed.month % 12 + 1, 1)
    ends = money.years_on(starts, years)
    draft = rng.random() < 0.3
    number = f"{where.short[0]}医后勤{signed.year}{rng.randrange(1, 60):03d}"
    what, fee = ("职工及病员食堂", "食堂承包费") if canteen else ("院区机动车停车场", "停车场经营权使用费")
    a, b = rng.choice((("甲方", "乙方"), ("发包方", "承包方")))
    page = Word(rng.choice((SONG, KAI, WENKAI)), rng.choice((12, 14)), 2.5, 1.55)
    if draft:
        page.line(rng.choice(("（征求意见稿）", "（草案，供院务会讨论）")), indent=False, font=HEI)
    page.line(f"{'食堂承包经营' if canteen else '停车场委托经营'}合同", align="c", size=22, bold=True)
    page.line("合同编号：" + ("____________" if draft else number), align="e", size=10.5)
    page.line(f"{a}：{hospital}", indent=False)
    page.line(f"{b}：{company}", indent=False)
    bank = people.bank(rng, where)
    account = people.account(rng, bank)
    clauses = [
        f"经公开招标（招标编号：{where.short[0]}采{signed.year}-{rng.randrange(10, 99)}），"
        f"{b}取得{a}{what}的经营权。双方依法订立合同如下：",
        f"第一条　经营范围：{what}"
        + (
            f"（建筑面积{rng.randrange(280, 960)}平方米，含厨房设备）。"
            if canteen
            else f"（地面及地下车位{rng.randrange(120, 520)}个）。"
        ),
        f"第二条　承包期限{years}年，从{money.cn(starts)}到{money.cn(ends)}。",
        f"第三条　_{fee}每年人民币{money.plain(yearly)}元_，"
        f"合同期内合计{money.comma(total)}元（大写{money.words(total)}）。",
        f"第四条　付款办法：每半年一付，每次{money.comma(half)}元，先交后用；首期款在签约后10日内交清。",
        f"第五条　{b}另交履约保证金{money.plain(deposit)}元，合同期满无违约的，一个月内退还，不计利息。",
        f"第六条　水、电、燃气费由{b}按表计量，按月结算（水{rng.choice(('3.85', '4.20', '5.10'))}元/吨"
        f"，电{rng.choice(('0.72', '0.85', '0.93'))}元/度），不含在承包费内。",
        f"第七条　{a}收款账户：{hospital}，{bank}，{account}。",
        (
            f"第八条　{b}须办理食品经营许可证，从业人员持健康证上岗；发生食品安全事故的，"
            f"{a}有权立即解除合同，保证金不予退还。"
            if canteen
            else f"第八条　{b}应执行物价部门核定的停车收费标准，急救车辆、前30分钟停放免费。"
        ),
        f"第九条　未经{a}书面同意，{b}不得转包。拖欠承包费超过30日的，{a}可解除合同。",
        "第十条　本合同一式六份，双方各三份，经法定代表人或授权代表签字并加盖公章后生效。",
    ]
    for text in clauses:
        page.line(text, under="_" if text.startswith("第三条") else "")
    page.line("")
    rep = ["", ""] if draft else [people.person(rng), people.person(rng)]
    when = "　　年　　月　　日" if draft else money.cn(signed)
    page.table(
        [
            [f"{a}（公章）", f"{b}（公章）"],
            ["代表签字：" + rep[0], "代表签字：" + rep[1]],
            [f"签订日期：{when}", f"签订日期：{when}"],
        ],
        widths=[8, 8],
        ruled=False,
    )
    pdf = page.pdf()
    if not draft:
        pdf = paperwork.sealed(
            pdf,
            [
                paperwork.Mark(f"{a}（公章）", hospital, 25, 12),
                paperwork.Mark(f"{b}（公章）", company, 25, 12),
            ],
        )
    dpi = rng.choice((150, 180))
    pages = tools.pictures(pdf, dpi)
    if draft and rng.random() < 0.5:
        pages[0] = paperwork.pen_at(rng, pages[0], "第五条金额再核 财务", (0.5, 0.05), 0.03)
    fair: dict[str, Any] = {
        "payer": company,
        "unit": hospital,
        "unit_account": account,
        "items": (rng.choice((fee, "国有资产出租出借收入", "场地经营承包费")),),
    }
    soon = money.later(rng, starts, 0, 9)
    if draft:
        bills: tuple[Bill, ...] = tuple(
            paperwork.bill(fair, sum_, soon, "a draft without signatures", "status")
            for sum_ in (half, yearly)
        )
    else:
        second = money.later(rng, starts + timedelta(days=184), 0, 8)
        bills = (
            paperwork.bill(fair, half, soon, "the first half year"),
            paperwork.bill(fair, half, second, "the second half year", used=half),
            paperwork.bill(fair, money.swapped(rng, half), soon, "digits exchanged", "amount")
            if rng.random() < 0.4
            else paperwork.bill(fair, half + deposit, soon, "with the deposit", "amount", items=(fee,)),
            paperwork.bill(
                fair, half, signed - timedelta(days=rng.randint(20, 90)), "before the contract", "date"
            ),
        )
    truth = Truth(
        **paperwork.said(
            "contract", company, hospital, total, None if draft else signed, account=account, words=True
        ),
        instalments=(half,),
        starts_on=starts,
        ends_on=ends,
        numbers=() if draft else (number,),
        purpose=fee,
        status="draft" if draft else "",
        also_amounts=(yearly, deposit),
        also_purposes=(
            what,
            "承包费",
            "履约保证金",
            f"{what}的经营权",
            "首期款",
            "食堂承包经营",
            "停车场委托经营",
            "经营权",
        ),
    )
    family = "canteen concession" if canteen else "car park concession"
    return Paper(
        family=family,
        tool="libreoffice writer",
        form="scan",
        data=paperwork.scanned(rng, pages, dpi),
        truth=truth,
        bills=paperwork.three(rng, bills),
    )


def examination(rng: Random) -> Paper:
    """A contract on health examinations: prices by group, head counts, a discount, half in advance."""
    where = people.place(rng)
    hospital = people.county_hospital(rng, where)
    client = rng.choice(
        (
            people.company(rng, rng.choice(("新能源", "化工", "食品", "电力工程", "纺织")), where.town),
            f"{where.county}第{rng.choice('一二三')}中学",
            f"{where.county}税务局",
            f"中国邮政集团有限公司{where.county}分公司",
        )
    )
    groups = rng.choice(
        (
            ["男职工", "女职工（未婚）", "女职工（已婚）", "退休职工"],
            ["A套餐（40岁以下）", "B套餐（40岁以上男性）", "C套餐（40岁以上女性）"],
            ["在岗一线（职业健康检查）", "管理人员", "高管（含胸部CT）"],
        )
    )
    prices = [money.cash(rng, 260, 1280, 10) for _ in groups]
    heads = [rng.randrange(8, 190) for _ in groups]
    sums = [price * number for price, number in zip(prices, heads, strict=True)]
    gross = sum(sums, Decimal(0))
    rate = rng.choice((85, 90, 95))
    total = (gross * rate / 100).quantize(Decimal("0.01"))
    advance = (total * Decimal(rng.choice((30, 50))) / 100).quantize(Decimal("0.01"))
    rest = total - advance
    signed = money.day(rng)
    starts = money.later(rng, signed, 8, 20)
    ends = money.later(rng, starts, 20, 75)
    number = f"TJ{signed:%Y%m%d}{rng.randrange(1, 9):02d}"
    bank = people.bank(rng, where)
    account = people.account(rng, bank)
    rows = paperwork.rows(
        [["组别", "单价（元/人）", "人数", "金额（元）"]]
        + [
            [name, money.plain(price), str(each), money.comma(sum_)]
            for name, price, each, sum_ in zip(groups, prices, heads, sums, strict=True)
        ]
        + [
            ["小计", "", str(sum(heads)), money.comma(gross)],
            [f"团体优惠（{rate / 10:g}折）", "", "", f"-{money.comma(gross - total)}"],
            ["应付合计", "", "", money.comma(total)],
        ],
        right=(1, 2, 3),
    )
    grid = rng.choice(
        (
            "table.g td,table.g th{border:.5pt solid #666;padding:1.5mm 2mm}",
            "table.g th{border-bottom:1pt solid #000;border-top:1.4pt solid #000}table.g td,"
            "table.g th{padding:1.3mm 2mm}table.g{border-bottom:1.4pt solid #000}",
        )
    )
    body = f"""<h1 style="font-family:sans-bold">\
{rng.choice(("团体健康体检服务合同", "职工健康体检协议书"))}</h1>
<p class="n">合同号：{number}</p>
<p class="n">委托方（甲方）：{client}</p><p class="n">受托方（乙方）：{hospital}</p>
<p>甲方委托乙方为其职工提供健康体检服务，双方约定如下：</p>
<h3>第一条　体检项目、价格及人数</h3>
<table class="g" style="font-size:11pt;margin:2mm 0">{rows}</table>
<p>体检费合计人民币{money.words(total)}（{money.comma(total)}元）。\
个人自愿加项的费用由个人在乙方收费窗口自付，不在本合同结算范围。</p>
<h3>第二条　体检时间</h3>
<p>{money.cn(starts)}至{money.cn(ends)}，工作日上午7:30—10:30，空腹。每日不超过60人。</p>
<h3>第三条　付款</h3>
<p>1. 合同签订后5个工作日内，甲方预付体检费{money.comma(advance)}元；</p>
<p>2. 体检结束并出具团检报告后15日内付清余款{money.comma(rest)}元。上述人数为包干人数，\
未到检人员可延期两个月补检，不退费。</p>
<p>3. 乙方账户：{hospital}，{bank}，{people.grouped(account)}。</p>
<h3>第四条　双方义务</h3>
<p>乙方对个人体检结果保密，发现重大阳性结果于24小时内电话通知本人。甲方在体检前3日提供人员名单。</p>
<h3>第五条　其他</h3>
<p>本合同一式两份，双方各执一份，盖章生效。</p>
<table style="margin-top:8mm;page-break-inside:avoid"><tr><td style="height:30mm;vertical-align:top;\
width:50%">甲方（盖章）：{client}<br>经办人：{paperwork.hand(rng, people.person(rng, 0))}<br>电话：\
{people.mobile(rng)}<br>{money.dated(rng, signed)}</td>
<td style="vertical-align:top">乙方（盖章）：{hospital}<br>经办人：\
{paperwork.hand(rng, people.person(rng, 0))}<br>电话：{people.phone(rng, where)}<br>\
{money.dated(rng, signed)}</td></tr></table>"""
    style = grid + "h3{font-size:12pt;font-weight:normal;font-family:sans-bold;margin:1.5mm 0 .5mm}"
    html = paperwork.page(
        body, style, rng.choice(("sans", "serif", "wenkai")), rng.choice(("11pt", "12pt")), "20mm 22mm"
    )
    pdf = (tools.weasy if rng.random() < 0.6 else tools.chrome)(html)
    data = paperwork.sealed(
        pdf,
        [paperwork.Mark("甲方（盖章）", client, 34, 13), paperwork.Mark("乙方（盖章）", hospital, 34, 13)],
    )
    fair: dict[str, Any] = {
        "payer": client,
        "unit": hospital,
        "unit_account": account,
        "items": (rng.choice(("体检费", "健康体检费", "医疗服务收入（体检）")),),
    }
    soon, done = money.later(rng, signed, 2, 6), money.later(rng, ends, 5, 24)
    row = rng.randrange(len(sums))
    bills = (
        paperwork.bill(fair, advance, soon, "the advance"),
        paperwork.bill(fair, rest, done, "the rest, days after the examinations", used=advance),
        paperwork.bill(fair, gross, done, "before the discount", "amount")
        if rng.random() < 0.5 or sums[row] in (advance, rest)
        else paperwork.bill(fair, sums[row], soon, "one group's sum before the discount", "amount"),
        paperwork.bill(
            fair, total, done, "the whole sum although the advance was billed", "usage", used=advance
        ),
    )
    truth = Truth(
        **paperwork.said(
            "contract", client, hospital, total, signed, number=number, account=account, words=True
        ),
        instalments=(advance, rest),
        starts_on=starts,
        ends_on=ends,
        purpose="体检费",
        also_amounts=(gross, gross - total, *prices, *sums),
        also_purposes=("健康体检服务", "健康体检", "团体健康体检服务", "职工健康体检", "体检", "余款"),
    )
    return Paper(
        family="health examination contract",
        tool="weasyprint or chromium",
        data=data,
        truth=truth,
        bills=paperwork.three(rng, bills),
    )
