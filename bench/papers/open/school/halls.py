"""Beds, halls, shops and what was broken: papers about the school's property."""

from decimal import Decimal
from random import Random
from typing import Any

from bench.papers.open.school import base as b
from bench.papers.open.school import draw as d
from bench.papers.tools import chrome, weasy
from bench.papers.values import Paper, Truth


def dormitory(rng: Random) -> Paper:
    """Beds for a firm's interns: rooms, beds, months; a deposit and the electricity apart."""
    _, town = b.place(rng)
    school, firm = b.college(rng, town), b.company(rng, city=town)
    beds, rate, months = rng.randrange(12, 90), b.money(rng, 120, 260, 10), rng.choice((3, 4, 5, 6))
    total, deposit = beds * rate * months, Decimal(beds * 100)
    signed = b.day(rng)
    start = b.after(signed, rng.randrange(2, 15))
    end = b.after(start, months * 30 + rng.choice((0, 1, 2)))
    card, branch = b.account(rng), b.bank(rng, town)
    number = f"HQ{signed.year}-S{rng.randrange(10, 99)}"
    keeper, leader = b.people(rng, 2)
    block = rng.choice(("3号学生公寓", "北苑7栋", "竹园2号楼", "实训公寓B座"))
    sealed = rng.random() < 0.5
    purpose = rng.choice(("住宿费", "床位住宿费"))
    items = (
        f"乙方因实习员工食宿需要，租用甲方{block}床位<u>{beds}</u>个（房间号见双方交接清单），仅限居住使用。",
        f"租用期自<u>{b.cn(start)}</u>起至<u>{b.cn(end)}</u>止，按{months}个月计算。",
        f"{purpose}标准为每床每月{b.short(rate)}元，{months}个月合计人民币<u>{b.comma(total)}</u>元（大写<u>{b.words(total)}</u>）。"
        f"乙方应于入住前三日一次付清。",
        f"入住时乙方按每床100元交纳公物押金，计{b.comma(deposit)}元，退房验收无损坏后原额退还。",
        "水、电费按表计量，每月5日前按当地居民价格由乙方另行充值，不包含在上述费用内。",
        f"款项汇入：户名 {school}；开户行 {branch}；账号 {card}。甲方收款后开具财政票据。",
        "乙方人员须遵守甲方门禁和消防管理规定，不得使用大功率电器，不得留宿他人。违反三次以上的，甲方有权收回床位。",
        "提前退宿的，当月按整月计费；剩余整月费用无息退还。本协议一式三份，自签字盖章之日起生效。",
    )
    body = f"""
<p class='n small'>编号：{number}</p><h1>{rng.choice(("校外人员住宿协议", "学生公寓床位租用协议"))}</h1>
<p class='n'>甲　方：{school}（后勤管理处）</p><p class='n'>乙　方：{firm}</p><p class='n'>
乙方领队：{leader}　电话：{b.phone(rng, mobile=True)}</p>
<div style='margin-top:.6em'>{d.clauses(items, rng.choice(("comma", "dot")))}</div>
<table class='sign'><tr><td class='at'>{d.seal(rng, school, place="left:20mm;top:-8mm") if sealed else ""}
甲方（盖章）：{school}<br>经办人：{keeper}<br>{b.padded(signed)}</td>
<td class='at'>{d.seal(rng, firm, place="left:16mm;top:-6mm") if sealed else ""}
乙方（盖章）：{firm}<br>经办人：{leader}<br>{b.padded(signed)}</td></tr></table>"""
    issued = b.after(start, -rng.randrange(0, 2))
    usual: dict[str, Any] = {"payer": firm, "unit": school, "items": ("住宿费",)}
    wrong = b.bill(
        usual,
        total,
        b.after(signed, -rng.randrange(20, 60)),
        "issued weeks before the agreement was signed",
        "date",
    )
    return Paper(
        family="dormitory agreement",
        tool="weasyprint",
        data=weasy(d.sheet(rng.choice(d.STYLES), body)),
        truth=Truth(
            **b.said("contract", firm, school, total, signed, number=number, account=card, words=True),
            starts_on=start,
            ends_on=end,
            purpose=purpose,
            also_names=(keeper, leader, branch),
            also_amounts=(rate, deposit, Decimal(100), rate * beds),
            also_purposes=("公物押金", "水、电费", "校外人员住宿", "学生公寓床位租用"),
        ),
        bills=(
            b.bill(usual, total, issued, unit_account=card),
            wrong,
            b.bill(usual, deposit, issued, "the deposit, under the name of the fee", "amount"),
        ),
    )


def venue_form(rng: Random) -> Paper:
    """A form for a hall, filled by hand, the sum in boxes; scanned."""
    _, town = b.place(rng)
    school = b.college(rng, town)
    guest = rng.choice(
        (
            b.company(rng, city=town),
            f"{town}市{rng.choice(('羽毛球协会', '舞蹈家协会', '老年大学', '青少年宫'))}",
        )
    )
    hall = rng.choice(("体育馆", "学术报告厅", "田径运动场", "大学生活动中心剧场", "多媒体阶梯教室A201"))
    event = rng.choice(("员工趣味运动会", "年度颁奖典礼", "青少年羽毛球邀请赛", "文艺汇演", "招聘宣讲会"))
    days, rate = rng.choice((1, 2, 3)), b.money(rng, 800, 6800, 100)
    total = days * rate
    asked = b.day(rng)
    start = b.after(asked, rng.randrange(9, 25))
    end = b.after(start, days - 1)
    approved = b.after(asked, rng.randrange(1, 4))
    number = f"{asked:%Y%m%d}{rng.randrange(1, 9):02d}"
    applicant, keeper, chief = b.people(rng, 3)
    face, ink = rng.choice(("mashan", "zhimang")), rng.choice(("#1a2b6b", "#1b1b1f", "#22326f"))

    def by_hand(text: str) -> str:
        return d.hand(rng, text, face, ink)

    digits = f"{total:.2f}".replace(".", "")
    heads = "".join(f"<td style='padding:1pt;font-size:.75em'>{each}</td>" for each in "百十万千百十元角分")
    filled = ["¥" if k == 9 - len(digits) - 1 else "" for k in range(9 - len(digits))] + list(digits)
    cells = "".join(f"<td style='padding:1pt'>{by_hand(each) if each else ''}</td>" for each in filled)
    boxed = f"<table class='grid' style='width:100%'><tr>{heads}</tr><tr>{cells}</tr></table>"
    body = f"""
<h1 style='letter-spacing:3pt'>{school}<br>校内场地使用审批表</h1>
<p class='n'>申请编号：{d.boxes(number, written=False)}<span style='float:right'>申请日期：{by_hand(b.cn(asked))}</span></p>
<table class='grid' style='margin-top:6pt'>
<col style='width:17%'><col style='width:33%'><col style='width:17%'><col style='width:33%'>
<tr><td>使用单位</td><td colspan='3' class='l'>{by_hand(guest)}</td></tr>
<tr><td>经办人</td><td>{by_hand(applicant)}</td><td>联系电话</td><td>{by_hand(b.phone(rng, mobile=True))}</td></tr>
<tr><td>使用场地</td><td>{by_hand(hall)}</td><td>用　途</td><td>{by_hand(event)}</td></tr>
<tr><td>使用时间</td><td colspan='3' class='l'>{by_hand(b.cn(start))} 至 {by_hand(b.cn(end))}，共 {by_hand(str(days))} 天</td></tr>
<tr><td>收费标准</td><td colspan='3' class='l'>场地使用费 {by_hand(b.short(rate))} 元/天　□免收　☑收费</td></tr>
<tr><td rowspan='2'>应收金额</td><td class='l' colspan='3'>人民币（大写）：{by_hand(b.words(total))}</td></tr>
<tr><td colspan='3' style='padding:0'>{boxed}</td></tr>
<tr><td>场地管理<br>部门意见</td><td colspan='3' class='l' style='height:2.6cm;vertical-align:top'>
{by_hand(rng.choice(("同意使用，请安排保洁。", "场地空闲，同意。")))}<br>
<span style='float:right'>签字：{by_hand(keeper)}　{by_hand(b.dotted(approved))}</span></td></tr>
<tr><td>分管校领导<br>审　　批</td><td colspan='3' class='l at' style='height:3cm;vertical-align:top'>
{d.seal(rng, school, place="left:58mm;top:2mm", size=38)}{by_hand("同意。")}<br>
<span style='float:right'>签字：{by_hand(chief)}　{by_hand(b.dotted(approved))}</span></td></tr>
</table>
<p class='n small'>注：1.场地使用费由使用单位在活动开始前缴至{school}财务处，凭审批表开票；2.使用单位应爱护设施，
损坏照价赔偿，赔偿标准最低200元；3.本表一式两份。</p>"""
    style = rng.choice((d.STYLES[0], d.STYLES[1], d.STYLES[3]))
    pdf = weasy(d.sheet(style, body, "td{height:1.9em}"))
    issued = b.after(approved, rng.randrange(0, 6))
    slip = "00" + f"{total:.2f}" if total < 100 else f"{total * 10:.2f}"
    usual: dict[str, Any] = {"payer": guest, "unit": school, "items": ("场地租赁费",)}
    return Paper(
        family="venue form",
        tool="weasyprint",
        form="scan",
        data=d.scan(rng, pdf, rng.choice((180, 200, 220))),
        truth=Truth(
            **b.said("other", guest, school, total, approved, number=number, words=True),
            starts_on=start,
            ends_on=end,
            purpose="场地使用费",
            also_names=(applicant, keeper, chief, f"{school}财务处"),
            also_amounts=(rate, Decimal(200)),
            also_purposes=(event, hall),
        ),
        bills=(
            b.bill(usual, total, issued, "the hall's fee under a price list's name"),
            b.bill(usual, Decimal(slip), issued, "the boxes were read one place too high", "amount"),
            b.bill(
                usual,
                total,
                issued,
                "a hall is not that",
                "purpose",
                items=(rng.choice(("学费", "考试费", "教材费")),),
            ),
        ),
    )


def rent_steps(rng: Random) -> Paper:
    """A shop on the campus let for years, the rent rising by steps; a bill is for one of the years."""
    _, town = b.place(rng)
    school = b.college(rng, town)
    tenant = rng.choice(
        (b.company(rng, rng.choice(("餐饮管理", "商贸", "便利店连锁", "图文快印"))), b.person(rng, far=0.3))
    )
    person = len(tenant) < 5 or "·" in tenant
    length, area = rng.choice((3, 4, 5)), Decimal(rng.randrange(380, 3200)) / 10
    first = b.money(rng, 28000, 360000, 1000)
    rents = [first]
    for _ in range(length - 1):
        step = rents[-1] * (100 + rng.choice((3, 5, 6))) / 100
        rents.append((step / 100).quantize(Decimal(1)) * 100)
    total, deposit = sum(rents, Decimal(0)), (first / 4).quantize(Decimal("0.01"))
    signed = b.day(rng, 2023, 2024)
    start = b.after(signed, rng.randrange(5, 30)).replace(day=1)
    start = start if start > signed else b.after(signed, 5)
    end = b.after(b.years(start, length), -1)
    card, branch, code = b.account(rng), b.bank(rng, town), b.uscc(rng, "12")
    number = f"{rng.choice(('ZL', 'GZ', '国资租'))}{signed.year}{rng.randrange(1, 80):03d}"
    agent, broker = b.person(rng), f"{town}市公共资源交易中心"
    spot = rng.choice(
        ("学生食堂一楼东侧商铺", "校门西侧临街门面第6号", "综合服务楼102室", "实训楼一层快递服务站")
    )
    rows = []
    for k, rent in enumerate(rents):
        since = b.years(start, k) if k else start
        until = b.after(b.years(start, k + 1), -1)
        rows.append(
            (
                f"第{d.numeral(k + 1)}年",
                f"{b.dotted(since)}—{b.dotted(until)}",
                b.comma(rent),
                f"{b.dotted(since)}前",
            )
        )
    items = (
        f"甲方将位于{b.address(rng, town)}校园内的{spot}（建筑面积{area}平方米）出租给乙方经营使用，该资产出租已通过{broker}公开招租。",
        f"租赁期限{length}年，自{b.cn(start)}起至{b.cn(end)}止。",
        f"租金实行“先付后用、按年递增”，{length}年租金总额为人民币{b.words(total)}（¥{b.comma(total)}）。各年度租金及付款时间如下："
        f"{d.table(('租赁年度', '起止日期', '年租金（元）', '付款时间'), rows, rng.choice(('grid', 'grid', 'plain')))}",
        f"乙方于签约当日交纳履约保证金{b.comma(deposit)}元，租赁期满结清费用后无息退还，保证金不得抵作租金。",
        f"租金缴入甲方账户（户名：{school}；账号：{card}；开户行：{branch}），甲方收到后十日内开具票据。",
        "经营期间的水电、物业、税费由乙方自理。乙方不得擅自转租、改变用途；食品经营须证照齐全。",
        "乙方逾期三十日不缴租金的，甲方有权解除合同并没收履约保证金。因学校规划调整确需收回的，甲方提前三个月通知，并退还剩余租金。",
        "争议协商不成的，向甲方所在地人民法院起诉。合同一式五份，甲方三份，乙方两份，经双方签章后生效。",
    )
    body = f"""
<p class='r small'>合同编号：{number}</p><h1>{rng.choice(("房屋租赁合同", "国有资产（房屋）出租合同"))}</h1>
<p class='n'>出租方（甲方）：{school}</p><p class='n'>统一社会信用代码：{code}</p>
<p class='n'>承租方（乙方）：{tenant}</p><p class='n'>{
        "身份证号：（见附件复印件）" if person else "法定代表人：" + agent
    }</p>
{d.clauses(items, rng.choice(("article", "comma")))}
<table class='sign'><tr><td>甲方（公章）：{school}<br>代表人：{b.person(rng)}</td><td>乙方（签章）：{
        tenant
    }<br>代表人：{tenant if person else agent}</td></tr>
<tr><td colspan='2' class='r'>签订日期：{rng.choice((b.cn, b.han))(signed)}　签订地点：{
        town
    }</td></tr></table>"""
    plain = ".plain td,.plain th{border-bottom:.4pt dotted #666;text-align:left}"
    year = rng.randrange(1, length)
    second = b.after(b.years(start, year), -rng.randrange(3, 20))
    before = sum(rents[:year], Decimal(0))
    usual: dict[str, Any] = {"payer": tenant, "unit": school, "items": ("房屋租金",)}
    return Paper(
        family="rent by steps",
        tool="weasyprint",
        data=weasy(d.sheet(rng.choice(d.STYLES), body, plain)),
        truth=Truth(
            **b.said("contract", tenant, school, total, signed, number=number, account=card, words=True),
            instalments=tuple(rents),
            starts_on=start,
            ends_on=end,
            purpose="租金",
            also_names=(agent, broker, branch),
            also_amounts=(deposit,),
            also_numbers=(code,),
            also_purposes=("房屋租赁", spot, "年租金", "履约保证金"),
        ),
        bills=(
            b.bill(
                usual,
                rents[year],
                second,
                f"the rent of year {year + 1}; the years before have their bills",
                used=before,
                unit_account=card,
            ),
            b.bill(
                usual,
                rents[-1],
                b.after(end, rng.randrange(120, 300)),
                "for a time after the end of the contract",
                "date",
                remark="续租期租金",
            ),
            b.bill(
                usual,
                rents[0],
                b.after(signed, 2),
                "another tenant",
                "payer",
                payer=b.near_person(rng, tenant) if person else b.near_company(rng, tenant),
            ),
        ),
    )


def compensation(rng: Random) -> Paper:
    """An agreement on damage to the school's property, drawn up by hand on a form or typed; scanned."""
    _, town = b.place(rng)
    school = b.college(rng, town)
    culprit = rng.choice((b.company(rng, "建设工程", town), b.company(rng, "市政工程", town)))
    insurer = f"{rng.choice(('中国平安', '中华联合', '太平洋'))}财产保险股份有限公司{town}中心支公司"
    happened = b.day(rng)
    signed = b.after(happened, rng.randrange(6, 40))
    thing = rng.choice(
        ("校区主干供水管道", "弱电管沟内光缆", "围墙及电动伸缩门", "配电房高压电缆", "塑胶跑道")
    )
    parts = [b.money(rng, 900, 38000, 50) + Decimal(rng.choice((0, 0, 25))) / 100 * 2 for _ in range(3)]
    named = ("材料费", "人工及机械费", "停水停电期间应急保障费")
    rated = sum(parts, Decimal(0))
    total = rated - Decimal(rng.choice((0, 200, 500, 800)))
    firmest = b.after(signed, 15)
    one, two = b.people(rng, 2)
    rows = [
        (str(k), name, "|" + b.comma(each))
        for k, (name, each) in enumerate(zip(named, parts, strict=True), 1)
    ]
    rows.append(("", "评估合计", "|" + b.comma(rated)))
    face = rng.choice(("mashan", "zhimang"))
    purpose = rng.choice(("损坏公物赔偿款", "财产损失赔偿金"))
    agreed = (
        f"<u>{d.hand(rng, b.comma(total), face)}</u>元（大写：<u>{d.hand(rng, b.words(total), face)}</u>）"
    )
    body = f"""
<h1>{rng.choice(("财产损失赔偿协议书", "校园设施损坏赔偿协议"))}</h1>
<p class='n'>甲方（受损方）：{school}</p><p class='n'>乙方（责任方）：{culprit}</p>
<p>{b.cn(happened)}，乙方在{b.address(rng, town)}甲方校门外施工作业时，因操作不当致甲方{
        thing
    }损坏。经双方现场勘验并委托评估，
甲方损失评估如下（单位：元）：</p>{d.table(("序号", "项目", "金额"), rows, widths="15% 55% 30%")}
<p style='margin-top:.5em'>为妥善解决上述事宜，双方自愿达成如下协议：</p>
{
        d.clauses(
            (
                f"经协商，双方确认乙方一次性向甲方支付{purpose}{agreed}，除此之外双方再无其他争议。",
                f"乙方应于{b.cn(firmest)}前将款项汇入甲方账户，甲方开具收款票据。",
                f"乙方投保的{insurer}如何理赔，由乙方自行办理，与甲方无关；乙方不得以保险未赔付为由拖延支付。",
                "本协议一式两份，双方签字盖章后生效。",
            ),
            "comma",
        )
    }
<table class='sign'><tr><td class='at'>{
        d.seal(rng, school, place="left:20mm;top:-6mm", size=41)
    }甲方（盖章）<br>
经办人：{d.hand(rng, one, face)}<br><br>{d.hand(rng, b.cn(signed), face)}</td>
<td class='at'>{d.seal(rng, culprit, place="left:13mm;top:-3mm", size=42)}乙方（盖章）<br>经办人：{
        d.hand(rng, two, face)
    }<br><br>
{d.hand(rng, b.cn(signed), face)}</td></tr></table>"""
    pdf = chrome(d.sheet(rng.choice(d.STYLES), body))
    issued = b.after(signed, rng.randrange(2, 14))
    different = total != rated
    usual: dict[str, Any] = {"payer": culprit, "unit": school, "items": ("赔偿收入",)}
    return Paper(
        family="property compensation",
        tool="chromium",
        form="scan",
        data=d.photo(rng, pdf) if rng.random() < 0.4 else d.scan(rng, pdf),
        truth=Truth(
            **b.said("contract", culprit, school, total, signed, words=True),
            purpose=purpose,
            also_names=(insurer, one, two),
            also_amounts=(*parts, rated),
            also_purposes=("财产损失赔偿", "校园设施损坏赔偿", thing),
        ),
        bills=(
            b.bill(usual, total, issued, remark=f"{thing}损坏"),
            b.bill(usual, total, issued, "the insurer is named, but the firm pays", "payer", payer=insurer),
            b.bill(
                usual,
                rated if different else parts[0] + parts[1],
                issued,
                "the rated damage, or a part, not what was agreed",
                "amount",
            ),
        ),
    )
