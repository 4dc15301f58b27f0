"""Halls, rooms and instruments that a university lends out."""

from datetime import date
from decimal import Decimal
from random import Random

from msgspec.structs import replace

from bench.papers import tools
from bench.papers.values import Bill, Paper, Truth

from .common import (
    account,
    bank,
    bare,
    cn,
    comma,
    company,
    day,
    dots,
    later,
    people,
    person,
    phone,
    school,
    words,
)
from .drawing import photo, scan, sealed, sheet

_HALLS = (
    ("体育馆主馆", ("行业职工羽毛球赛", "新品发布会", "职工趣味运动会")),
    ("大学生活动中心报告厅", ("年会文艺汇演", "少儿舞蹈展演", "客户答谢会")),
    ("图书馆学术报告厅", ("新品发布会", "客户答谢会", "行业年会")),
    ("田径运动场", ("职工趣味运动会", "少儿足球邀请赛")),
    ("音乐厅", ("年会文艺汇演", "少儿钢琴展演")),
    ("第二教学楼阶梯教室A201", ("股东大会", "业主大会")),
    ("游泳馆", ("行业职工游泳比赛", "少儿游泳邀请赛")),
)


def _ticks(rng: Random, labels: tuple[str, ...], chosen: str) -> str:
    """Boxes of which one is ticked by hand."""
    mark = rng.choice(("☑", "■"))
    return "　".join(
        f"<span style='font-family:zenhei'>{mark if each == chosen else '□'}</span>{each}" for each in labels
    )


def venue_form(rng: Random) -> Paper:
    uni, firm = school(rng), company(rng, "文化传媒", "体育发展", "教育咨询", "婚庆礼仪")
    hall, events = rng.choice(_HALLS)
    hours = rng.randrange(3, 10)
    unit_price = Decimal(rng.choice((380, 450, 600, 850, 1200)))
    rent = unit_price * hours
    deposit = Decimal(rng.choice((1000, 2000, 3000)))
    if deposit == rent:
        deposit += 500
    asked = day(rng)
    used = later(asked, rng.randrange(9, 30))
    agreed = later(asked, rng.randrange(1, 5))
    agent, keeper, head, dean = people(rng, 4)
    event = rng.choice(events)
    hand = "hand" if rng.random() < 0.7 else "hand zm"
    number = f"{used.year % 100}{rng.randrange(10, 900):04d}"

    def put(text: str) -> str:
        return f"<span class='{hand}'>{text}</span>"

    body = f"""<h1 style='font-family:sans-bold'>{uni.name}场地使用申请表（校外单位）</h1>
    <p class='n r' style='font-size:10pt'>编号：<span style='color:#b00'>No.{number}</span></p><table class='f'>
    <tr><td style='width:17%'>申请单位</td><td colspan='3'>{put(firm.name)}</td></tr>
    <tr><td>经办人</td><td>{put(agent)}</td><td style='width:15%'>联系电话</td><td>{put(phone(rng))}</td></tr>
    <tr><td>申请日期</td><td>{put(dots(asked))}</td><td>参加人数</td><td>{put(str(rng.randrange(60, 900)))}</td></tr>
    <tr><td>使用场地</td><td colspan='3'>{put(hall)}</td></tr><tr><td>活动内容</td><td colspan='3'>{put(event)}</td></tr>
    <tr><td>使用时间</td><td colspan='3'>{put(cn(used))}　{put(str(13 - hours if hours < 5 else 9))} 时起，
    共 {put(str(hours))} 小时</td></tr><tr><td>使用性质</td><td colspan='3'>
    {_ticks(rng, ("无偿使用", "有偿使用", "校内共办"), "有偿使用")}</td></tr>
    <tr><td>费用核定<br>（场馆中心填写）</td><td colspan='3'>场地使用费：{put(bare(unit_price))} 元/小时 × {put(str(hours))} 小时 ＝
    {put(bare(rent))} 元<br>押金：{put(bare(deposit))} 元（另收，活动后无损坏凭收据退还）<br>应收场地使用费合计（大写）：
    {put(words(rent))}</td></tr><tr><td>场馆中心意见</td><td colspan='3'>{put("情况属实，拟同意。")}<br>
    <div class='r'>签字：{put(keeper)}　{put(dots(asked))}</div></td></tr><tr><td>保卫处意见</td><td colspan='3'>
    {put("同意，落实安全责任人。")}<div class='r'>签字：{put(head)}　{put(dots(agreed))}</div></td></tr>
    <tr><td>资产管理处审批</td><td colspan='3'>{put("同意使用，先缴费后入场。")}<br><div class='r'>
    {sealed(rng, "（盖章）", f"{uni.name}资产管理处", left="-60pt", top="-50pt")} 签字：{put(dean)}　{put(dots(agreed))}</div>
    </td></tr></table><p class='n' style='font-size:9.5pt'>注：1. 本表一式三份；2. 申请单位持本表到{uni.name}财务处缴费；
    3. 租用单位不得转租；4. 灯光、音响自备，学校不提供培训、票务等服务。</p>"""
    more = ".f td { padding: 6pt 6pt; } .zm { font-family: 'zhimang'; font-size: 1.4em; }"
    data = scan(
        rng, tools.weasy(sheet(body, rng.choice(("uming", "serif")), 11.5, 1.55, "18mm 20mm", more=more)), 200
    )
    truth = Truth(
        kind="other", payers=(firm.name,), payees=(uni.name,), total=rent, words=rent, signed_on=agreed, starts_on=used, ends_on=used,
        numbers=(number,), purpose="场地使用费", also_names=(agent, keeper, head, dean, f"{uni.name}资产管理处"),
        also_amounts=(deposit, unit_price), also_purposes=(hall, event),
    )  # fmt: skip
    honest = Bill(
        payer=firm.name, unit=uni.name, total=rent, issued_on=later(agreed, rng.randrange(1, 6)),
        items=(rng.choice(("场地使用费", "房屋租金", "场地租金")),), note="the rent without the deposit",
    )  # fmt: skip
    return Paper(
        family="venue application", tool="weasyprint", data=data, truth=truth, form="scan",
        bills=(
            honest,
            replace(honest, total=deposit, wrong="amount", note="the deposit, taken for the rent"),
            replace(honest, items=("培训费",), wrong="purpose", note="a hall was let, nobody was taught"),
        ),
    )  # fmt: skip


def equipment_settlement(rng: Random) -> Paper:
    uni, firm = school(rng), company(rng, "生物医药", "新材料科技", "环境检测", "半导体科技")
    tools_of = (
        ("场发射扫描电镜", "小时", 320), ("X射线衍射仪", "样", 90), ("核磁共振波谱仪（400M）", "样", 150),
        ("高分辨质谱仪", "样", 260), ("激光共聚焦显微镜", "小时", 240), ("电感耦合等离子体质谱", "样", 180),
    )  # fmt: skip
    rows, total = "", Decimal(0)
    sums: list[Decimal] = []
    for at, (name, unit, price) in enumerate(rng.sample(tools_of, rng.randrange(2, 5)), 1):
        count = rng.randrange(2, 38)
        each = Decimal(price * count)
        sums.append(each)
        rows += f"<tr><td>{at}</td><td>{name}</td><td>{unit}</td><td>{price}.00</td><td>{count}</td><td>{comma(each)}</td></tr>"
        total += each
    discount = rng.choice((Decimal(1), Decimal("0.9"), Decimal("0.85")))
    due = (total * discount).quantize(Decimal("0.01"))
    # The words tell another sum: one digit is not what the figures say.
    told = due + rng.choice((Decimal(1000), Decimal(900), Decimal(-100), Decimal(300)))
    made = day(rng)
    begin, end = made.replace(day=1), later(made, -1) if made.day > 1 else made
    number = f"{rng.choice(('GX', 'SB-JS', '共享'))}{made:%Y%m}-{rng.randrange(1, 200):03d}"
    number_of, operator, client = account(rng, 17), person(rng), person(rng)
    off = (
        ""
        if discount == 1
        else f"<tr><td colspan='5'>优惠（按{bare(discount * 10)}折）后应付</td><td>{comma(due)}</td></tr>"
    )
    zebra = (
        "tr:nth-child(even) td { background: #f2f2f2; }"
        if rng.random() < 0.5
        else ".t td { border-width: .3pt 0; }"
    )
    body = f"""<h1>大型仪器设备开放共享费用结算单</h1><table class='x' style='font-size:10pt'><tr><td>结算单号：{number}</td>
    <td class='r'>结算日期：{made}</td></tr><tr><td>用户单位：{firm.name}</td><td class='r'>用户联系人：{client}</td></tr>
    <tr><td>服务单位：{uni.name}</td><td class='r'>服务期间：{begin}至{end}</td></tr></table><table class='c t'>
    <tr><th>序号</th><th>仪器名称</th><th>计费单位</th><th>单价（元）</th><th>数量</th><th>金额（元）</th></tr>{rows}
    <tr><td colspan='5'>小计</td><td>{comma(total)}</td></tr>{off}<tr><td colspan='6' style='text-align:left'>
    应付测试费（大写）：人民币{words(told, rng.choice(("元", "圆")))}　　　（小写）¥{comma(due)}</td></tr></table>
    <p class='n'>付款账户：{uni.name}，{bank(rng, uni.town)}，{number_of}</p><p class='n'>请于收到本单30日内付款，付款时注明结算单号。</p>
    <table class='x' style='margin-top:20pt'><tr><td>机组人员：{operator}</td><td>审核人：{person(rng)}</td>
    <td>{sealed(rng, "分析测试中心（章）", f"{uni.name}分析测试中心", left="2em")}</td></tr></table>"""
    data = tools.weasy(sheet(body, rng.choice(("sans", "serif")), 10.5, 1.8, more=zebra))
    truth = Truth(
        kind="other", payers=(firm.name,), payees=(uni.name,), total=due, words=told, signed_on=made, starts_on=begin,
        ends_on=end, numbers=(number,), accounts=(number_of,), purpose="测试费", also_names=(client, operator),
        also_amounts=(total, *sums), also_purposes=("大型仪器设备开放共享费用",),
    )  # fmt: skip
    first = Bill(
        payer=firm.name, unit=uni.name, total=due, issued_on=later(made, rng.randrange(1, 25)), items=("测试费",),
        wrong="words", note="words and digits of the settlement differ",
    )  # fmt: skip
    second = replace(first, total=told, note="after the words, which the digits contradict")
    return Paper(
        family="equipment settlement", tool="weasyprint", data=data, truth=truth, bills=(first, second)
    )


def dorm_agreement(rng: Random) -> Paper:
    uni = school(rng)
    tenant, spouse, clerk = people(rng, 3)
    month = Decimal(rng.choice((480, 560, 735, 820, 960, 1150)))
    quarter = month * 3
    year = rng.choice((2023, 2024, 2025))
    start, end = date(year, 9, 1), date(year + 1, 8, 31)
    signed = date(year, 8, rng.randrange(12, 30))
    dues = [date(year, 9, 10), date(year, 12, 10), date(year + 1, 3, 10), date(year + 1, 6, 10)]
    number = f"周转{year}-{rng.randrange(20, 400):03d}"
    house = f"{rng.choice(('东苑', '南区', '翠园', '学府'))}教师公寓{rng.randrange(1, 19)}幢{rng.randrange(101, 1808)}室"
    lines = "".join(
        f"<tr><td>第{'一二三四'[at]}期</td><td>{cn(dues[at])}前</td><td>{comma(quarter)}</td></tr>"
        for at in range(4)
    )
    number_of = account(rng, 20)
    face = rng.choice(("uming", "ukai", "serif"))
    body = f"""<h1>教职工周转住房租住协议</h1><p class='n r'>协议编号：{number}</p><p class='n'>出租方（甲方）：{uni.name}</p>
    <p class='n'>承租方（乙方）：<span class='hand'>{tenant}</span>　　工号：{year}{rng.randrange(1000, 9999)}</p>
    <p>为规范周转住房管理，根据《{uni.name}周转房管理办法》，双方订立如下协议：</p>
    <p>一、甲方将位于校内{house}（建筑面积{rng.randrange(35, 92)}平方米）租给乙方居住，同住人：{spouse}（配偶）。</p>
    <p>二、租期自{cn(start)}起至{cn(end)}止，期满须腾退或重新申请。</p>
    <p>三、住房租金每月{bare(month)}元，按季缴纳，各期租金及缴纳期限如下：</p>
    <table class='c' style='margin:5pt 0'><tr><th>期次</th><th>缴纳期限</th><th>租金（元）</th></tr>{lines}</table>
    <p>四、租金缴入甲方账户：{uni.name}，{bank(rng, uni.town)}，账号{number_of}。物业费、水电费由{uni.services}按表另收，
    不包含在租金之内，{uni.services}无权收取租金。</p><p>五、乙方不得转租、转借或改变用途，不得私拉电线。违反者甲方有权收回住房。</p>
    <p>六、乙方逾期不缴的，自逾期之日起按日加收0.3‰滞纳金；离职的应在一个月内腾退。</p>
    <p>七、本协议一式三份，甲方、乙方、{uni.services}各持一份，自签字盖章之日起生效。</p><br><table class='x'><tr>
    <td>{sealed(rng, "甲方（章）：", f"{uni.name}", "房产管理专用章", left="3em")}</td>
    <td>乙方（签字）：<span class='hand'>{tenant}</span></td>
    </tr><tr><td>经办人：<span class='hand'>{clerk}</span></td><td>{cn(signed)}</td></tr></table>"""
    pdf = tools.weasy(sheet(body, face, 12, 1.7, "20mm 24mm"))
    truth = Truth(
        kind="contract", payers=(tenant,), payees=(uni.name,), instalments=(quarter,) * 4, signed_on=signed,
        starts_on=start, ends_on=end, numbers=(number,), accounts=(number_of,), purpose="住房租金",
        also_names=(spouse, clerk, uni.services), also_amounts=(month, quarter * 4), also_purposes=("教职工周转住房租住", house),
    )  # fmt: skip
    at = rng.choice((1, 2))
    honest = Bill(
        payer=tenant, unit=uni.name, total=quarter, issued_on=later(dues[at], -rng.randrange(0, 6)),
        items=(rng.choice(("房屋租金", "周转房租金")),), used=quarter * at, note=f"quarter {at + 1} as the agreement states it",
    )  # fmt: skip
    early = replace(
        honest, issued_on=later(signed, -rng.randrange(60, 200)), used=Decimal(0), wrong="date",
        note="months before the agreement was signed",
    )  # fmt: skip
    return Paper(
        family="dormitory agreement", tool="weasyprint", data=photo(rng, pdf), truth=truth, form="scan",
        bills=(
            honest,
            replace(honest, unit=uni.services, wrong="payee", note="the services firm may not take the rent"),
            early,
        ),
    )  # fmt: skip


LAYOUTS = {
    "venue_form": venue_form,
    "equipment_settlement": equipment_settlement,
    "dorm_agreement": dorm_agreement,
}
