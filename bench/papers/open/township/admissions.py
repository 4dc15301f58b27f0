"""Agreements of a public kindergarten and of homes for the old, and their slips of a month."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.township import draw
from bench.papers.open.township.base import (
    PLACES,
    account,
    bill,
    cn,
    dashed,
    day,
    identity,
    later,
    money,
    near,
    other,
    person,
    phone,
    plain,
    slipped,
    upper,
    yuan,
)
from bench.papers.open.township.word import Typist
from bench.papers.values import Paper, Truth  # fmt: skip


def kindergarten(rng: Random) -> Paper:
    """A printed agreement of admission filled in by the parents; some forms lack the signatures."""
    place = rng.choice(PLACES)
    school = place.county + rng.choice(
        (
            "机关幼儿园",
            "第二幼儿园",
            f"{rng.choice(place.towns)}中心幼儿园",
            f"{rng.choice(place.towns)}公办幼儿园",
        )
    )
    parent = person(rng, place.people)
    child = person(rng, place.people, child=True)
    child = (
        parent[0] + child[1:] if "·" not in child and place.people == "han" and "·" not in parent else child
    )
    unsigned = rng.random() < 0.2
    month, meals, bed = yuan(rng, 180, 680, 10), yuan(rng, 160, 360, 5), yuan(rng, 100, 300, 50)
    months = rng.choice((4, 5))
    care, food = month * months, meals * months
    total = care + food
    year = rng.randint(2023, 2026)
    when = date(year, rng.choice((2, 8)), rng.randint(15, 28))
    term = f"{year}年{'春' if when.month == 2 else '秋'}季学期"
    face, colour = rng.choice(("mashan", "zhimang")), rng.choice(("#111", "#1b2a6b"))

    def on(text: str, width: str = "", size: float = 17) -> str:
        return draw.hand(text, face, size, colour, width)

    style = rng.random() < 0.5
    fees = (
        f"<table class='g'><tr><th>项目</th><th>标准（元/月）</th><th>月数</th><th>金额（元）</th></tr>"
        f"<tr><td>保教费</td><td class='c'>{draw.ink(plain(month), face, 16, colour)}</td>"
        f"<td class='c'>{months}</td><td class='c'>{draw.ink(plain(care), face, 16, colour)}</td></tr>"
        f"<tr><td>伙食费（代收）</td><td class='c'>{draw.ink(plain(meals), face, 16, colour)}</td>"
        f"<td class='c'>{months}</td><td class='c'>{draw.ink(plain(food), face, 16, colour)}</td></tr>"
        f"<tr><td>合计</td><td colspan='3'>{draw.ink('￥' + plain(total) + '　' + upper(total), face, 16, colour)}</td></tr></table>"
        if style
        else f"<p>保教费每月{on(plain(month))}元，伙食费（代收）每月{on(plain(meals))}元，{term}按{months}个月计，合计"
        f"{on(plain(total))}元，大写：{on(upper(total))}。</p>"
    )
    body = (
        f"<h1>{school}<br>幼儿入园协议书</h1><p class='n'>甲方：{school}</p>"
        f"<p class='n'>乙方（家长）：{on(parent, '30mm')}　与幼儿关系："
        f"{on(rng.choice(('父亲', '母亲', '父', '母')))}　电话：{on(phone(rng), '', 14)}"
        "</p>"
        f"<p class='n'>幼儿姓名：{on(child, '30mm')}　性别：{on(rng.choice('男女'))}　"
        f"班级：{on(rng.choice(('小一班', '中二班', '大一班', '托班')))}"
        "</p>"
        "<p>为明确双方在幼儿保育、教育中的责任，经协商订立如下协议：</p>"
        f"<p>一、收费。乙方于每学期报到时一次缴清{term}费用：</p>{fees}"
        f"<p>二、新生另交床品押金{on(plain(bed))}元，离园时凭条退还。</p>"
        "<p>三、幼儿当月连续请假十日以上的，保教费减半；伙食费按实际天数在学期末结算退还。</p>"
        "<p>四、乙方应按时接送，幼儿患传染病应及时告知并居家隔离。</p><p>五、甲方应落实食品安全、校车安全和消防安全各项制度。</p>"
        "<p>六、本协议一式两份，自签字盖章之日起生效，至幼儿离园终止。</p><p>&nbsp;</p>"
        f"<table><tr><td>甲方（盖章）</td><td>家长签字：{'' if unsigned else draw.ink(parent, face, 22, colour)}</td></tr>"
        f"<tr><td>{'　　年　月　日' if unsigned else ''}</td>"
        f"<td>{'　　年　月　日' if unsigned else draw.ink(cn(when), face, 16, colour)}</td></tr></table>"
    )
    pdf = tools.weasy(
        draw.sheet(
            body, "body{font-size:13pt}", face=rng.choice(("ukai", "uming", "sans")), margin="22mm 22mm"
        )
    )
    pages = len(tools.pictures(pdf, 20))
    seals = [] if unsigned else [(draw.ring(school), (pages - 1, 0.3, 0.2 if pages > 1 else 0.66, 0.19))]
    data = draw.copied(rng, pdf, seals, rng.choice((160, 200)))
    state, note = ("status", "neither side has signed") if unsigned else ("", "")
    paid, both = later(rng, when, 0, 10), ("保教费", "代收伙食费")
    who = rng.choice((parent, child))
    bills = [
        bill(who, school, total, paid, both, state, note or ("the bill names the child" if who == child else "")),
        bill(parent, school, care if unsigned else rng.choice((slipped(total), total * 10)), paid, both[0] if unsigned else both,
             state or "amount", note or "digits exchanged, or a nought too many"),
        bill(near(rng, parent), school, total, paid, both, "payer", "another family"),
    ]  # fmt: skip
    return Paper(
        family="admission agreement",
        tool="weasyprint",
        form="scan",
        data=data,
        truth=Truth(
            kind="contract", payers=(parent,), payees=(school,), total=total, words=total, signed_on=None if unsigned else when,
            purpose="保教费", status=state and "unsigned", also_names=(child,), also_amounts=(month, meals, care, food, bed),
            also_purposes=("伙食费（代收）", "伙食费", "床品押金", "幼儿入园协议书"),
        ),
        bills=tuple(bills[:2] if unsigned else bills),
    )  # fmt: skip


def care_agreement(rng: Random) -> Paper:
    """An agreement of a home with a family or a village that pays each quarter; typed in Word."""
    place = rng.choice(PLACES)
    home = place.county + rng.choice(
        ("社会福利中心", f"{rng.choice(place.towns)}中心敬老院", "残疾人托养服务中心", "失能人员集中照护中心")
    )
    payer = (
        person(rng, place.people)
        if rng.random() < 0.7
        else f"{place.county}{rng.choice(place.towns)}人民政府"
    )
    old = person(rng, place.people)
    bed, care, food = yuan(rng, 300, 900, 50), yuan(rng, 400, 2400, 50), yuan(rng, 450, 800, 10)
    month = bed + care + food
    quarter, reserve = month * 3, yuan(rng, 2000, 8000, 1000)
    signed = day(rng, 2023, 2025)
    start = (signed.replace(day=1) + timedelta(days=32)).replace(day=1)
    end = date(start.year + 1, start.month, 1) - timedelta(days=1)
    number = f"{rng.choice(('TY', '托养', 'YL'))}{signed.year}{rng.randint(1, 240):03d}"
    to = account(rng)
    numbers = rng.choice(
        (("一、", "二、", "三、", "四、", "五、", "六、"), ("1. ", "2. ", "3. ", "4. ", "5. ", "6. "))
    )
    paper = Typist(
        rng.choice(("AR PL UMing CN", "LXGW WenKai", "Noto Serif CJK SC")), 12, 26, rng.choice((1.3, 1.5))
    )
    paper.say(rng.choice(("机构托养服务协议", "养老服务协议书", "入住托养协议")), "c", 20, True)
    paper.say(f"协议编号：{number}", "r", 10.5)
    role = "付款义务人、监护人" if len(payer) < 12 and "政府" not in payer else "送养单位"
    for line in (
        f"甲方（服务机构）：{home}",
        f"乙方（{role}）：{payer}",
        f"丙方（入住人）：{old}　　身份证号码：{identity(rng, 74)}",
    ):
        paper.say(line, indent=False)
    paper.say("经三方平等协商，就丙方入住甲方接受托养服务事项达成以下协议。")
    paper.say(f"{numbers[0]}服务内容：甲方为丙方提供住宿、膳食、{rng.choice(('半护理', '全护理', '一级护理'))}等服务，"
              f"安排{rng.choice('ABC')}区{rng.randint(101, 420)}室{rng.randint(1, 3)}床。")  # fmt: skip
    paper.say(f"{numbers[1]}服务期限：{cn(start)}至{cn(end)}。期满前三十日可续签。")
    paper.say(f"{numbers[2]}收费标准（每月）：")
    paper.table(
        [["床位费", "护理费", "伙食费", "合计"], [f"{plain(each)}元" for each in (bed, care, food, month)]],
        [40, 40, 40, 38],
    )
    paper.say(f"{numbers[3]}缴费方式：托养服务费按季预缴，每季度{money(quarter)}元（人民币{upper(quarter)}），乙方于每季度首月5日前汇入甲方账户"
              f"（开户行：{place.county}{place.bank}，账号{to}）。")  # fmt: skip
    paper.say(
        f"{numbers[4]}乙方另交医疗应急备用金{plain(reserve)}元，由甲方专户保管，退住时余额退还，不计利息。"
    )
    paper.say(
        f"{numbers[5]}丙方请假外出连续满七日的，伙食费按日退减。丙方突发疾病的，甲方应及时送医并通知乙方，医疗费由乙方承担。"
    )
    paper.say("本协议一式三份，三方各执一份。")
    paper.say("")
    paper.say(f"甲方：{home}（章）　　　　乙方：{payer}", indent=False)
    paper.say(f"签订日期：{cn(signed)}", "r")
    data = paper.done()
    pages = len(tools.pictures(data, 20))
    data = draw.seal_pdf(data, [(draw.ring(home), (pages - 1, 0.33, 0.15 if pages > 1 else 0.68, 0.19))])
    paid = later(rng, start, 0, 6)
    item = rng.choice(("托养服务费", "养老服务费"))
    return Paper(
        family="care agreement",
        tool="libreoffice",
        data=data,
        truth=Truth(
            kind="contract", payers=(payer,), payees=(home,), instalments=(quarter,), words=quarter, signed_on=signed, starts_on=start,
            ends_on=end, numbers=(number,), accounts=(to,), purpose="托养服务费", also_names=(old,),
            also_amounts=(bed, care, food, month, reserve), also_purposes=("托养服务", "住宿、膳食、护理等服务"),
        ),
        bills=(
            bill(payer, home, quarter, paid, item, unit_account=to, note="one quarter's fee"),
            bill(payer, home, quarter, rng.choice((later(rng, end, 200, 400), later(rng, signed, -300, -120))), item, "date",
                 "long outside its period"),
            bill(payer, home, quarter, paid, other(rng, "", ("会议室租金", "培训费", "报名考试费", "水费")), "purpose", "no care"),
        ),
    )  # fmt: skip


def care_slip(rng: Random) -> Paper:
    """A home's slip of a month, printed by its program; what is due is less than the sum of its lines."""
    place = rng.choice(PLACES)
    home = place.county + rng.choice(("社会福利院", "颐养中心", f"{rng.choice(place.towns)}区域养老服务中心"))
    old, stranger = person(rng, place.people), person(rng, place.people)
    year, month = rng.randint(2023, 2026), rng.randint(1, 12)
    first = date(year, month, 1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    when = later(rng, last, 1, 4)
    days, rest = last.day, rng.randint(0, 6)
    food_day = rng.choice((Decimal(18), Decimal("21.5"), Decimal(25)))
    lines = [("床位费", "双人间", yuan(rng, 300, 1200, 50)), ("护理费", "半失能", yuan(rng, 300, 2200, 50)),
             ("伙食费", f"{days - rest}天×{plain(food_day)}元", food_day * (days - rest)), ("水电及取暖费", "", yuan(rng, 20, 160)),
             ("代购药品及护理用品", "见明细", yuan(rng, 12, 400) + Decimal("0.60"))]  # fmt: skip
    gross = sum((each[2] for each in lines), Decimal(0))
    help_sum = yuan(rng, 100, 500, 50)
    total = gross - help_sum
    number = f"{rng.choice(('JS', 'YY', ''))}{year}{month:02d}{rng.randint(1, 400):04d}"
    trick = rng.random() < 0.4
    fake = total * 10
    unseen = f"<span style='color:#fff;font-size:2px'>本月应缴金额：{money(fake)}元</span>" if trick else ""
    rows = "".join(f"<tr><td>{a}</td><td>{b}</td><td class='num'>{money(c)}</td></tr>" for a, b, c in lines)
    accent = rng.choice(("#2b6cb0", "#2f855a", "#444", "#97266d"))
    body = (
        f"<style>@page{{size:A5 landscape;margin:9mm}}body{{font-family:{rng.choice(('sans', 'zenhei'))};font-size:10.5pt;margin:0}}"
        f"table{{width:100%;border-collapse:collapse}}td,th{{padding:3pt 6pt;border-bottom:0.5pt solid #bbb;text-align:left}}"
        f".num{{text-align:right}}h2{{color:{accent};margin:0 0 2mm;"
        f"font-size:15pt}}.top{{display:grid;grid-template-columns:1fr 1fr 1fr;gap:2pt}}"
        f"th{{background:{accent};color:#fff;font-weight:normal}}</style>"
        f"<h2>{home}　费用月度结算单</h2><div class='top'><span>入住老人：{old}"
        f"</span><span>结算单号：{number}</span><span>打印日期：{dashed(when)}</span>"
        f"<span>结算期间：{dashed(first)} 至 {dashed(last)}</span><span>在院天数：{days - rest}　请假：{rest}"
        f"</span><span>床号：{rng.randint(1, 5)}-{rng.randint(101, 130)}</span></div>"
        f"<table style='margin-top:3mm'><tr><th>收费项目</th><th>说明</th><th class='num'>金额（元）</th></tr>{rows}"
        f"<tr><td>费用小计</td><td></td><td class='num'>{money(gross)}</td></tr><tr>"
        f"<td>减：政府养老服务补贴</td><td>{'民政发放'}</td><td class='num'>-{money(help_sum)}</td></tr>"
        f"<tr><td><b>本月应缴金额</b></td><td>{upper(total)}</td><td class='num'><b>¥{money(total)}</b></td></tr></table>{unseen}"
        f"<p>经办：{person(rng)}　　复核：{person(rng)}　　缴费后可凭本单到财务室领取票据，咨询电话 {phone(rng)}</p>"
    )
    data = tools.chrome(body)
    paid = later(rng, when, 0, 9)
    last_bill = (
        bill(old, home, fake, paid, "养老服务费", "hidden", "only a white line says so")
        if trick
        else bill(stranger, home, total, paid, "养老服务费", "payer", "another resident")
    )
    return Paper(
        family="monthly slip",
        tool="chromium",
        data=data,
        truth=Truth(
            kind="other", payers=(old,), payees=(home,), total=total, words=total, signed_on=when, starts_on=first, ends_on=last,
            numbers=(number,), purpose="费用月度结算单", also_amounts=(gross, help_sum, food_day, *(each[2] for each in lines)),
            also_purposes=tuple(each[0] for each in lines),
        ),
        bills=(
            bill(old, home, total, paid, rng.choice(("养老服务费", "托养服务费"))),
            bill(old, home, gross, paid, "养老服务费", "amount", "before the subsidy is taken off"),
            last_bill,
        ),
    )  # fmt: skip
