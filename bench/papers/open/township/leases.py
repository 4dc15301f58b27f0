"""Leases of stalls and land, and what households pay for water, sewage and rubbish."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.township import draw
from bench.papers.open.township.base import (
    PLACES,
    VILLAGES,
    account,
    bill,
    cn,
    dashed,
    day,
    dotted,
    firm,
    identity,
    later,
    money,
    near,
    people,
    person,
    phone,
    plain,
    slipped,
    upper,
    yuan,
)
from bench.papers.open.township.word import Typist
from bench.papers.values import Paper, Truth  # fmt: skip

_ITEM_LEASE = ("房屋租金", "国有资产出租收入", "场地租金")


def _years_on(start: date, years: int) -> date:
    return date(start.year + years, start.month, start.day) - timedelta(days=1)


def stall_lease(rng: Random) -> Paper:
    """A shop, a hall or a stall let by a public unit, typed in Word; sometimes it is still a draft for comment."""
    place = rng.choice(PLACES)
    town = rng.choice(place.towns)
    lessor = place.county + rng.choice(
        (
            "体育中心",
            "文化馆",
            "农贸市场管理服务中心",
            f"{town}中心幼儿园",
            f"{town}综合文化服务中心",
            "全民健身活动中心",
        )
    )
    what = rng.choice(("临街门面房", "一楼东侧商铺", "游泳馆更衣区旁小卖部", "地下车库", "综合楼二层"))
    name = person(rng, place.people) if rng.random() < 0.6 else firm(rng, place)
    draft = rng.random() < 0.3
    signed = day(rng)
    start = date(signed.year + signed.month // 12, signed.month % 12 + 1, 1)
    years = rng.choice((1, 2, 3, 5))
    half = yuan(rng, 3600, 96000, 50)
    year, deposit = half * 2, yuan(rng, 1000, 20000, 500)
    total = year * years
    number = f"{start.year}-{rng.choice(('ZL', 'CZ', '租'))}-{rng.randint(1, 88):03d}"
    to = account(rng)
    bank = f"{place.county}{place.bank}" + rng.choice(("营业部", f"{town}支行"))
    rate = rng.choice(("万分之五", "千分之一"))
    paper = Typist(
        rng.choice(("Noto Serif CJK SC", "AR PL UMing CN", "Noto Sans CJK SC")), 12, rng.choice((24, 28))
    )
    if draft:
        paper.header(rng.choice(("征求意见稿", "讨论稿（未签）", "草稿 请法律顾问审阅")))
    person_line = (
        f"（身份证号：{identity(rng)}）" if len(name) < 5 or "·" in name else f"，法定代表人：{person(rng)}"
    )
    blank = "　　年　　月　　日"
    paper.say(rng.choice(("房屋租赁合同", "国有资产出租合同", "门面租赁协议")), "c", 20, True)
    paper.say(f"合同编号：{number}", "r")
    paper.say(f"出租方（以下简称甲方）：{lessor}", indent=False)
    paper.say(f"承租方（以下简称乙方）：{name}{person_line}", indent=False)
    paper.say(
        "根据《中华人民共和国民法典》及国有资产管理的有关规定，经公开招租，甲、乙双方就房屋租赁事宜达成如下协议："
    )
    paper.say(f"**第一条　租赁标的**　甲方将位于{town}{rng.choice(('人民路', '建设街', '迎宾大道'))}{rng.randint(1, 320)}号"
              f"的{what}（建筑面积{rng.randint(18, 900)}.{rng.randint(1, 99):02d}平方米）出租给乙方使用。")  # fmt: skip
    paper.say(f"**第二条　租赁期限**　自{cn(start)}起至{cn(_years_on(start, years))}止，共{years}年。")
    paper.say(f"**第三条　租金及支付**　年租金为人民币{money(year)}元（大写：{upper(year)}），{years}年租金总额{money(total)}元。租金"
              f"每半年支付一次，每期{money(half)}元，乙方应于每期开始前十日内付至甲方指定账户。")  # fmt: skip
    paper.say(
        f"**第四条　履约保证金**　乙方于签订合同时交纳履约保证金{money(deposit)}元，租期届满无违约的，甲方无息退还。"
    )
    paper.say(f"**第五条　账户**　户名：{lessor}；开户行：{bank}；账号：{to}。甲方收款后开具财政票据。")
    paper.say(
        "**第六条　**租赁期间水、电、物业等费用由乙方自行承担。未经甲方书面同意，乙方不得转租、改变用途或改动房屋结构。"
    )
    paper.say(f"**第七条　违约责任**　乙方逾期支付租金的，每逾期一日按应付金额的{rate}支付违约金；逾期超过三十日的，"
              "甲方有权解除合同。")  # fmt: skip
    paper.say("**第八条　**本合同一式肆份，甲方执叁份，乙方执壹份，自双方签字盖章之日起生效。")
    paper.say("")
    rows = [["甲方（盖章）：" + ("" if draft else lessor), "乙方（签字）：" + ("" if draft else name)],
            [f"代表人：{'' if draft else person(rng)}", f"电话：{phone(rng)}"],
            [f"日期：{blank if draft else cn(signed)}", f"日期：{blank if draft else cn(signed)}"]]  # fmt: skip
    paper.table(rows, [80, 80], head=False)
    paper.numbers()
    data = paper.done()
    if not draft:
        pages = len(tools.pictures(data, 20))
        data = draw.seal_pdf(data, [(draw.ring(lessor), (pages - 1, 0.3, 0.3 if pages > 1 else 0.86, 0.19))])
    item = rng.choice(_ITEM_LEASE)
    state = "status" if draft else ""
    paid = later(rng, signed, 1, 9)
    bills = [
        bill(
            name,
            lessor,
            half,
            paid,
            item,
            state,
            "the contract is a draft" if draft else "one half-year's rent",
            unit_account=to,
        )
    ]
    if draft:
        bills.append(bill(name, lessor, year, paid, item, state, "the contract is a draft"))
    else:
        bills.append(
            bill(
                near(rng, name) if len(name) < 5 else firm(rng),
                lessor,
                half,
                paid,
                item,
                "payer",
                "someone else",
            )
        )
        bills.append(
            bill(
                name,
                lessor,
                half,
                later(rng, signed, -160, -50),
                item,
                "date",
                "months before the lease was signed",
            )
        )
    return Paper(
        family="lease",
        tool="libreoffice",
        data=data,
        truth=Truth(
            kind="contract", payers=(name,), payees=(lessor,), total=total, instalments=(half,), words=year,
            signed_on=None if draft else signed, starts_on=start, ends_on=_years_on(start, years), numbers=(number,), accounts=(to,),
            purpose=f"{what}", status="draft" if draft else "", also_amounts=(year,
                deposit), also_purposes=("房屋租赁", "租金", "履约保证金"),
        ),
        bills=tuple(bills),
    )  # fmt: skip


def land_lease(rng: Random) -> Paper:
    """Land or water let by a forest farm or a town; a printed form filled in by hand, with words that may differ."""
    place = rng.choice(PLACES)
    town = rng.choice(place.towns)
    lessor = rng.choice((f"{place.county}{town}人民政府".replace("街道人民政府",
        "街道办事处"), f"{place.county}国有{rng.choice(VILLAGES)}林场",
                         f"{place.county}{rng.choice(VILLAGES)}水库管理所"))  # fmt: skip
    kind = "水面养殖承包" if "水库" in lessor else rng.choice(("机动地承包", "荒山承包", "苗圃地租赁"))
    name = person(rng, place.people)
    area, price = rng.randint(6, 320), rng.choice((80, 120, 150, 260, 350, 480, 600))
    year = Decimal(area * price)
    years = rng.choice((3, 5, 10))
    deposit = yuan(rng, 500, 5000, 500)
    total = year * years
    signed = day(rng)
    start = date(signed.year, signed.month, 1) + timedelta(days=32)
    start = start.replace(day=1)
    false = rng.random() < 0.3
    said = slipped(year) if false else year
    face = rng.choice(("zhimang", "mashan", "wenkai"))
    ink = rng.choice(("#1b2a6b", "#111", "#20206a"))

    def on(text: str, width: str = "") -> str:
        return draw.hand(text, face, 17, ink, width)

    end = _years_on(start, years)
    number = f"{signed.year}第{rng.randint(1, 60)}号"
    body = (
        f"<h1>{kind}合同</h1><p class='r'>合同编号：{on(number)}</p>"
        f"<p class='n'>发包方（甲方）：{on(lessor, '60mm')}</p><p class='n'>承包方（乙方）：{on(name, '40mm')}"
        f"　身份证号：{on(identity(rng))}</p><p>为合理利用资源，经甲方集体研究同意，双方订立本合同，共同遵守。</p>"
        f"<p>一、标的：坐落于{on(rng.choice(VILLAGES) + '村' + rng.choice(('东沟', '南岗', '大坝内', '老河滩')))}，面积{on(str(area))}亩，"
        f"四至以附图为准。</p><p>二、期限：自{on(str(start.year))}年{on(str(start.month))}月{on(str(start.day))}日起至"
        f"{on(str(end.year))}年{on(str(end.month))}月{on(str(end.day))}日止，计{on(str(years))}年。</p>"
        f"<p>三、承包费：每亩每年{on(str(price))}元，年承包费￥{on(plain(year))}元（大写：{on(upper(said))}），"
        f"{on(str(years))}年合计{on(plain(total))}元，乙方应于每年{on(str(start.month))}月底前一次缴清当年承包费，甲方出具收费票据。</p>"
        f"<p>四、乙方签约时交押金{on(plain(deposit))}元，合同终止后退还。</p>"
        "<p>五、乙方不得改变用途，不得转包、抵押；不得从事污染水体、毁坏林木的活动；应做好防火、防汛和安全生产。</p>"
        "<p>六、因国家建设征用的，本合同自行终止，已缴未使用年份的承包费据实退还。</p>"
        "<p>七、逾期缴费的，按日加收千分之二滞纳金；逾期满三个月，甲方有权收回。</p>"
        "<p>八、本合同一式三份，双方各执一份，报县主管部门备案一份。</p><p>&nbsp;</p>"
        f"<table><tr><td>甲方（公章）：</td><td>乙方（签字按印）：{draw.ink(name, face, 20, ink)}</td></tr>"
        f"<tr><td>代表：{draw.ink(person(rng), face, 18, ink)}</td><td>电话：{draw.ink(phone(rng), face, 15, ink)}</td></tr></table>"
        f"<p class='r'>签订日期：{on(str(signed.year))}年{on(str(signed.month))}月{on(str(signed.day))}日</p>"
    )
    pdf = tools.weasy(
        draw.sheet(body, "body{font-size:13pt}", face=rng.choice(("uming", "ukai")), margin="22mm 22mm")
    )
    pages = len(tools.pictures(pdf, 20))
    data = draw.copied(
        rng,
        pdf,
        [(draw.ring(lessor), (pages - 1, 0.33, 0.2 if pages > 1 else 0.72, 0.19))],
        rng.choice((170, 200)),
    )
    item, paid, state = (
        rng.choice(("土地承包费", "资源承包费")),
        later(rng, signed, 0, 20),
        "words" if false else "",
    )
    note = "its words and its digits differ" if false else ""
    bills = [
        bill(name, lessor, year, paid, item, state, note or "the first year's rent"),
        bill(
            name,
            lessor,
            said if false else deposit,
            paid,
            item,
            state or "amount",
            note or "the deposit taken as the rent",
        ),
        bill(
            name,
            lessor,
            year,
            paid,
            rng.choice(("培训费", "住宿费", "体育场馆门票")),
            "purpose",
            "has nothing to do with the lease",
        ),
    ]
    return Paper(
        family="lease",
        tool="weasyprint",
        form="scan",
        data=data,
        truth=Truth(
            kind="contract", payers=(name,), payees=(lessor,), total=total, instalments=(year,), words=said, signed_on=signed,
            starts_on=start, ends_on=end, numbers=(number,), purpose=kind, also_amounts=(Decimal(price), deposit),
            also_purposes=("承包费", "年承包费"),
        ),
        bills=tuple(bills[:2] if false else bills),
    )  # fmt: skip


def fee_slip(rng: Random) -> Paper:
    """A slip on a shop's door: sewage and rubbish fees of a quarter with arrears; photographed."""
    place = rng.choice(PLACES)
    town = rng.choice(place.towns)
    office = rng.choice(
        (
            f"{place.county}城市管理局",
            f"{place.county}{town}环境卫生管理所",
            f"{place.county}排水管理服务中心",
        )
    )
    sewage = "排水" in office
    name = firm(rng, place) if rng.random() < 0.5 else person(rng, place.people) if rng.random() < 0.4 else rng.choice(
        (f"{town}{rng.choice(('老灶台', '一品鲜', '蓉香', '渔家'))}饭店", f"{town}{rng.choice(('康民', '济仁堂', '百姓'))}大药房")
    )  # fmt: skip
    when = day(rng)
    first, last = date(when.year, 1, 1), date(when.year, 6, 30)
    if when.month > 6:
        first, last = date(when.year, 7, 1), date(when.year, 12, 31)
    when = later(rng, last, 2, 14)
    cubic, price = (
        rng.randint(60, 4200),
        rng.choice((Decimal("0.85"), Decimal("0.95"), Decimal("1.20"), Decimal("1.40"))),
    )
    month = rng.choice((30, 60, 120, 150, 300))
    current = cubic * price if sewage else Decimal(month * 6)
    old = yuan(rng, 40, 900, 5) + rng.choice((Decimal("0.5"), Decimal(0)))
    total = current + old
    what = "污水处理费" if sewage else rng.choice(("城镇生活垃圾处理费", "生活垃圾清运处理费"))
    number = f"{rng.choice(('NO.', 'No '))}{rng.randrange(10**7):07d}"
    count = f"{cubic} m³" if sewage else "6个月"
    rate = f"{price}元/m³" if sewage else f"{month}元/月"
    body = (
        f"<div style='border:1.4pt solid #000;padding:4mm'><h1 style='margin:1mm;font-size:18pt'>{office}<br>{what}缴费通知单</h1>"
        "<p class='n' style='display:flex;justify-content:space-between'>"
        f"<span>户号：{rng.randrange(10**6, 10**7)}</span><span>{number}</span></p>"
        f"<table class='g'><tr><td>缴费单位（个人）</td><td colspan='3'>{name}</td></tr>"
        f"<tr><td>收费项目</td><td>{what}</td><td>计费期间</td><td>{dotted(first)}—{dotted(last)}</td></tr>"
        f"<tr><td>计费数量</td><td>{count}</td><td>收费标准</td><td>{rate}</td></tr>"
        f"<tr><td>本期应缴</td><td>{money(current)}</td><td>往期欠费</td><td>{money(old)}</td></tr>"
        f"<tr><td>应缴合计</td><td colspan='3'>（大写）{upper(total)}　　￥{money(total)}</td></tr></table>"
        f"<p style='font-size:11pt'>请于{cn(later(rng, when, 15, 15))}前到{town}便民服务中心窗口缴纳，"
        "逾期按日加收万分之五滞纳金。如已缴清，请忽略本通知。</p>"
        f"<p class='n' style='font-size:11pt'>通知人：{draw.ink(person(rng), 'zhimang', 16)}　咨询电话：{phone(rng)}　　{cn(when)}"
        "</p></div>"
    )
    face = rng.choice(("zenhei", "uming", "sans"))
    pdf = tools.weasy(draw.sheet(body, face=face, size="190mm 150mm", margin="8mm"))
    data = draw.snapped(rng, pdf, [(draw.ring(office), (0, 0.74, 0.66, 0.2))])
    paid = later(rng, when, 1, 12)
    return Paper(
        family="fee notice",
        tool="weasyprint",
        form="scan",
        media_type="image/jpeg",
        data=data,
        truth=Truth(
            kind="policy", payers=(name,), payees=(office,), total=total, words=total, signed_on=when, starts_on=first, ends_on=last,
            numbers=(number.removeprefix("NO.").removeprefix("No "),), purpose=what,
            also_amounts=(current, old, price, Decimal(month)), also_numbers=(number,),
        ),
        bills=(
            bill(name, office, total, paid, "污水处理费" if sewage else "生活垃圾处理费"),
            bill(name, office, rng.choice((total + old, slipped(total))), paid, "污水处理费" if sewage else "生活垃圾处理费", "amount",
                 "the arrears twice, or digits exchanged"),
            bill(person(rng) if len(name) > 4 else near(rng, name), office, total, paid, what, "payer", "not the one who owes"),
        ),
    )  # fmt: skip


def meter_sheet(rng: Random) -> Paper:
    """A month's meter readings of many users, from Excel; the bill is of one row."""
    place = rng.choice(PLACES)
    town = rng.choice(place.towns)
    office = f"{place.county}{town}" + rng.choice(("水务所", "供水站", "水管站"))
    when = day(rng)
    price = rng.choice((Decimal("2.10"), Decimal("2.65"), Decimal("3.00"), Decimal("1.85")))
    count = rng.randint(14, 32)
    users = people(rng, count - 3, place.people)
    users += [f"{town}卫生院", f"{town}中心小学", firm(rng, place)]
    rng.shuffle(users)
    rows, sums = [], []
    for place_no, user in enumerate(users, 1):
        before, used = rng.randint(20, 5200), rng.randint(3, 40) if len(user) < 5 else rng.randint(60, 900)
        sums.append((used * price).quantize(Decimal("0.01")))
        rows.append([str(place_no), f"{rng.randint(101, 988)}-{place_no:03d}", user, str(before), str(before + used), str(used),
                     f"{price}", money(sums[-1]), ""])  # fmt: skip
    total = sum(sums, Decimal(0))
    face = rng.choice(("Noto Sans CJK SC", "AR PL UMing CN", "WenQuanYi Zen Hei"))
    month = f"{when.year}年{when.month}月"
    book, page = draw.workbook(f"{office}{month}抄表收费清单", face=face)
    page["A2"] = f"抄表员：{person(rng)}　　抄表日期：{dashed(when)}"
    heads = ["序号", "户号", "户名", "上月表底", "本月表底", "用量(吨)", "单价(元)", "水费(元)", "签名"]
    draw.fill(
        page,
        3,
        [heads, *rows, ["合计", "", "", "", "", "", "", money(total), ""]],
        [6, 11, 28, 11, 11, 10, 10, 13, 10],
        face,
        (0,),
    )
    page.cell(
        len(rows) + 6, 1, f"收款单位：{office}　　复核：{person(rng)}　　收款方式：微信/现金，当月25日前缴清"
    )
    data = draw.bound(book)
    mine = rng.randrange(count)
    strange = next(k for k in range(count) if sums[k] != sums[mine] and k != mine)
    paid = later(rng, when, 1, 20)
    neighbour = f"{place.county}{rng.choice([each for each in place.towns if each != town])}{office[-3:]}"
    return Paper(
        family="meter list",
        tool="libreoffice",
        data=data,
        truth=Truth(
            kind="other", payers=(users[mine],), payees=(office,), total=total, signed_on=when, purpose="水费",
            also_names=tuple(each for each in users if each != users[mine]), also_amounts=(*sums, price),
            also_purposes=(f"{month}抄表收费清单",),
        ),
        bills=(
            bill(users[mine], office, sums[mine], paid, rng.choice(("水费", "自来水费"))),
            bill(users[mine], office, sums[strange], paid, "水费", "amount", "the sum of another user's row"),
            bill(users[mine], neighbour, sums[mine], paid, "水费", "payee", "the waterworks of another town"),
        ),
    )  # fmt: skip
