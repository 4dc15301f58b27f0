"""Courses: a notice with the filled-in enrolment form, a letter of acceptance, a notice on a wall."""

from datetime import timedelta
from random import Random
from typing import Any

from PIL import Image, ImageDraw

from bench.papers import tools
from bench.papers.open.hospital import money, paperwork, people
from bench.papers.open.hospital.word import HEI, KAI, SONG, Word
from bench.papers.values import Bill, Paper, Truth

_COURSES = [
    "基层医院感染管理骨干培训班",
    "超声引导下血管通路技术学习班",
    "安宁疗护专科护士培训班",
    "县域胸痛中心建设研修班",
    "病案首页质控与DRG编码培训班",
]


def training(rng: Random) -> Paper:
    """A notice of a course, and on the last page the form of one hospital: who comes and what it pays."""
    where, home = people.place(rng), people.place(rng)
    host = people.big_hospital(rng, where)
    guest = people.county_hospital(rng, home)
    near = guest.replace(home.county, home.county[:-1] + ("市" if home.county.endswith("县") else "县"))
    course = rng.choice(_COURSES)
    begins = money.later(rng, money.day(rng), 30, 60)
    ends = begins + timedelta(days=rng.choice((2, 3, 4)))
    noticed = money.later(rng, begins - timedelta(days=45), 0, 14)
    fee = money.cash(rng, 600, 2600, 50)
    early = fee - money.cash(rng, 100, 200, 50)
    room = money.cash(rng, 180, 420, 10)
    heads = rng.randint(2, 6)
    total = fee * heads
    number = f"{where.town[:1]}医{rng.choice(('教', '继教', '培'))}〔{noticed.year}〕{rng.randrange(4, 99)}号"
    bank = people.bank(rng, where)
    account = people.account(rng, bank)
    page = Word(rng.choice((SONG, KAI)), 14, 2.8, 1.45)
    page.line(
        host + "文件", align="c", size=min(34, 440 / len(host)), bold=True, colour=(214, 20, 30), font=HEI
    )
    page.line(number, align="c")
    page.line("━" * 26, align="c", colour=(214, 20, 30))
    page.line(f"关于举办“{course}”的通知", align="c", size=18, bold=True)
    page.line("")
    page.line("各医联体成员单位、有关医疗机构：", indent=False)
    days = f"{money.cn(begins)}至{ends.month}月{ends.day}日"
    for text in (
        f"为提升基层医疗机构服务能力，我院定于{days}在{where.city}举办{course}（省级继续医学教育项目，"
        f"授予Ⅰ类学分{rng.randint(3, 8)}分）。现将有关事项通知如下：",
        "一、培训对象",
        "各级医疗机构相关专业技术人员，每单位不超过8人。",
        "二、培训费用",
        f"（一）培训费{money.plain(fee)}元/人（含资料费、场地费、师资费），"
        f"{money.cn(noticed + timedelta(days=7))}前缴费的，按{money.plain(early)}元/人收取。",
        f"（二）食宿统一安排、费用自理，由宾馆收取并开具发票，标间{money.plain(room)}元/间·天。",
        "三、缴费方式",
        f"报到前由单位统一汇款或现场刷卡，不收现金。户名：{host}；开户行：{bank}；账号：{account}。"
        f"汇款请备注“单位简称+{course[-3:]}”，培训期间在报到处领取财政电子票据。",
        "四、其他事项",
        f"请于{money.cn(begins - timedelta(days=5))}前将报名回执（附件）"
        f"发至邮箱peixun@{rng.choice(('zxyy', 'fyjyk', 'yyjxb'))}.org.cn。联系人："
        f"{people.person(rng)}，{people.phone(rng, where)}，{people.mobile(rng)}。",
    ):
        page.line(text, font=HEI if text[1:2] == "、" and len(text) < 9 else "")
    page.line("附件：报名回执")
    page.line("")
    page.line(f"{host}　　　", align="e")
    page.line(f"{money.cn(noticed)}　　　　", align="e")
    page.leaf()
    page.line("附件", indent=False, font=HEI)
    page.line("报名回执", align="c", size=18, bold=True)
    page.line(f"单位名称（开票抬头，盖章）：{guest}", indent=False, size=12)
    code = people.credit_code(rng, "12", home)
    page.line(f"纳税人识别号（统一社会信用代码）：{code}", indent=False, size=12)
    lines = [["序号", "姓名", "性别", "科室", "职务/职称", "手机号码", "培训费（元）", "住宿"]]
    for at, name in enumerate(people.persons(rng, heads, 0.2)):
        lines.append(
            [
                str(at + 1),
                name,
                rng.choice("男女"),
                rng.choice(("院感科", "超声科", "护理部", "急诊科", "病案室", "内一科")),
                rng.choice(("主治医师", "主管护师", "护师", "副主任医师", "技师")),
                people.mobile(rng),
                money.plain(fee),
                rng.choice(("合住", "单住", "否")),
            ]
        )
    page.table(
        [*lines, ["", "合计", "", "", f"{heads}人", "", money.plain(total), ""]],
        widths=[1.2, 2.6, 1.2, 2.0, 2.4, 3.0, 2.2, 1.4],
        size=10,
    )
    page.line("缴费方式：☑单位转账　□现场刷卡", indent=False, size=12)
    page.line(f"缴费金额（大写）：{money.words(total)}", indent=False, size=12)
    filled = money.later(rng, begins - timedelta(days=14), 0, 6)
    page.line(f"经办人：{people.person(rng)}　　填表日期：{money.cn(filled)}", indent=False, size=12)
    data = paperwork.sealed(
        page.pdf(),
        [
            paperwork.Mark(f"{host}　　　", host, 22, 5),
            paperwork.Mark("单位名称（开票抬头", guest, 95, 2, 38),
        ],
    )
    within = begins + timedelta(days=rng.randint(0, (ends - begins).days))
    fair: dict[str, Any] = {
        "payer": guest,
        "unit": host,
        "items": (rng.choice(("培训费", "继续教育培训费", "短期培训费")),),
        "unit_account": account,
    }
    bills = (
        paperwork.bill(fair, total, within, "all who came, paid by their hospital", payer_code=code),
        paperwork.bill(
            fair, rng.choice((fee, early * heads)), within, "one head, or the early price", "amount"
        ),
        paperwork.bill(fair, total, within, "rooms are paid to the hotel", "purpose", items=("住宿费",))
        if rng.random() < 0.5
        else paperwork.bill(fair, total, within, "a near name", "payer", payer=near),
    )
    truth = Truth(
        **paperwork.said("policy", guest, host, total, noticed, number=number, account=account, words=True),
        starts_on=begins,
        ends_on=ends,
        purpose=course,
        also_names=tuple(line[1] for line in lines[1:]),
        also_amounts=(fee, early, room),
        also_numbers=(code,),
        also_purposes=("培训费", "培训", "资料费", "食宿"),
    )
    return Paper(
        family="training notice with enrolment",
        tool="libreoffice writer",
        data=data,
        truth=truth,
        bills=bills,
    )


def acceptance(rng: Random) -> Paper:
    """A scanned letter of acceptance for further education with fees per month, a deposit, and clothes."""
    where, home = people.place(rng), people.place(rng)
    host, guest = people.big_hospital(rng, where), people.county_hospital(rng, home)
    begins = money.later(rng, money.day(rng, 2023, 2026), 10, 40).replace(day=1)
    months = rng.choice((3, 6, 6, 12))
    ends = (begins + timedelta(days=31 * months)).replace(day=1) - timedelta(days=1)
    written = money.later(rng, begins - timedelta(days=35), 0, 12)
    names = people.persons(rng, rng.choice((1, 2, 3)))
    monthly = money.cash(rng, 300, 1200, 50)
    total = monthly * months * len(names)
    deposit, clothes = money.cash(rng, 300, 1000, 100), money.cash(rng, 80, 200, 10)
    number = f"进修〔{written.year}〕第{rng.randrange(12, 480):03d}号"
    bank = people.bank(rng, where)
    account = people.account(rng, bank)
    ward = rng.choice(("心血管内科", "重症医学科", "麻醉科", "病理科", "新生儿科", "康复医学科"))
    void = rng.random() < 0.22
    listing = paperwork.rows(
        [["姓名", "进修科室", "进修期限", "进修费（元/月）", "小计（元）"]]
        + [
            [name, ward, f"{months}个月", money.plain(monthly), money.comma(monthly * months)]
            for name in names
        ]
        + [["合计", "", "", "", money.comma(total)]],
        right=(3, 4),
    )
    body = f"""<div class="c" style="font-family:serif-bold;font-size:19pt">{host}</div>
<h1 style="letter-spacing:6pt;font-family:sans-bold">\
{rng.choice(("进修人员接收函", "进修录取通知书"))}</h1>
<p class="n e">{number}</p>
<p class="n"><u>&nbsp;{guest}&nbsp;</u>：</p>
<p>贵院选派来我院进修的申请收悉。经审核，同意接收{"、".join(names)}\
{f"等{len(names)}名" if len(names) > 1 else ""}同志来我院{ward}进修学习，\
时间自{money.cn(begins)}起至{money.cn(ends)}止。</p>
<p>一、收费标准</p>
<table class="r" style="font-size:11pt;margin:1mm 0 3mm">{listing}</table>
<p>进修费共计人民币<u>&nbsp;{money.words(total)}&nbsp;</u>（¥{money.comma(total)}），\
由选派单位于报到时一次性缴清。</p>
<p>另：住宿押金{money.plain(deposit)}元/人，退宿时凭收据全额退还；白衣{money.plain(clothes)}元/人，\
由个人自愿购买，均不在上列费用之内。</p>
<p>二、报到须知</p>
<p>1. 报到时间：{begins.month}月{begins.day}日至{begins.day + 2}日 8:30—11:30；地点：\
行政楼{rng.randrange(2, 6)}楼继续教育科。</p>
<p>2. 请携带执业证书、资格证书原件及复印件、1寸照片4张、近期体检报告。</p>
<p>3. 汇款账户：{host}，{bank}，{people.grouped(account)}。用途栏请注明“姓名+进修费”。</p>
<p>4. 进修期间中途退学的，进修费不予退还。</p>
<p class="n" style="margin-top:4mm">联系电话：{people.phone(rng, where)}　　联系人：\
{people.person(rng)}</p>
<div class="c" style="width:78mm;margin:10mm 0 0 auto;page-break-inside:avoid">继续教育科<br>{host}（章）<br>\
{money.dated(rng, written)}</div>"""
    dpi = rng.choice((150, 200))
    pdf = tools.weasy(
        paperwork.page(body, font=rng.choice(("uming", "ukai", "sans")), size="12.5pt", margin="22mm")
    )
    pages = tools.pictures(paperwork.sealed(pdf, [paperwork.Mark(f"{host}（章）", host, 24, 3, 42)]), dpi)
    if void:
        pages[0] = paperwork.laid(
            pages[0], paperwork.oblong(rng, ["作　废"], size=110), (0.5, 0.4), 0.36, rng.uniform(12, 26)
        )
    fair: dict[str, Any] = {
        "payer": guest,
        "unit": host,
        "unit_account": account,
        "items": (rng.choice(("进修费", "进修培训费", "培训费")),),
    }
    soon = money.later(rng, begins, 0, 6)
    if void:
        bills: tuple[Bill, ...] = tuple(
            paperwork.bill(fair, sum_, soon, "the letter is void", "status")
            for sum_ in (total, total - monthly)
        )
    else:
        bills = (
            paperwork.bill(fair, total, soon, "paid on arrival"),
            paperwork.bill(
                fair, total + (deposit + clothes) * len(names), soon, "with deposit and clothes", "amount"
            ),
            paperwork.bill(
                fair, total, soon, "another account", "account", unit_account=people.account(rng, bank)
            )
            if rng.random() < 0.5
            else paperwork.bill(
                fair, total, soon, "a school of that name", "payee", unit=host + "附属卫生学校"
            ),
        )
    truth = Truth(
        **paperwork.said("policy", guest, host, total, written, number=number, account=account, words=True),
        starts_on=begins,
        ends_on=ends,
        purpose="进修费",
        status="revoked" if void else "",
        also_names=(*names, "继续教育科"),
        also_amounts=(monthly, monthly * months, deposit, clothes),
        also_purposes=("进修", "进修学习", f"{ward}进修学习", "住宿押金", "姓名+进修费"),
    )
    return paperwork.scan(rng, pages, dpi, "acceptance for further education", truth, bills)


def wall(rng: Random) -> Paper:
    """A telephone's picture of a notice that is taped to a wall: a course that anybody may take for a fee."""
    where = people.place(rng)
    hospital = people.county_hospital(rng, where)
    fee, book = money.cash(rng, 380, 1980, 20), money.cash(rng, 36, 90, 2)
    total, again = fee + book, money.cash(rng, 200, 360, 20)
    posted = money.day(rng)
    begins = money.later(rng, posted, 20, 30)
    closes = begins - timedelta(days=3)
    course = rng.choice(
        ("医疗护理员培训班", "母婴护理（月嫂）技能培训班", "康复治疗辅助人员培训班", "急救员持证培训班")
    )
    paid = rng.choice(("门诊一楼收费窗口", "财务科（住院楼二楼）", "微信“掌上医院—培训缴费”"))
    style = rng.choice(("sans", "ukai", "huangyou"))
    body = f"""<h1 style="font-family:{rng.choice(("sans-bold", "huangyou"))};font-size:34pt;\
margin:0 0 6mm">{rng.choice(("通　知", "招生通知"))}</h1>
<p>我院第{rng.randrange(3, 19)}期{course}现开始报名，有关事项如下：</p>
<p>1、报名时间：{money.cn(posted)}—{closes.month}月{closes.day}日</p>
<p>2、开班时间：{money.cn(begins)}，共{rng.choice((7, 10, 12))}天</p>
<p>3、收费：培训费{money.plain(fee)}元/人，教材费{money.plain(book)}元/人，\
每人合计<b style="font-family:sans-bold">{money.plain(total)}元</b>。复训（原学员换证）\
只收{money.plain(again)}元/人，另行通知开课时间。</p>
<p>4、缴费地点：{paid}，缴费后由医院开具电子票据。</p>
<p>5、本院未委托任何中介机构代收费用。</p>
<p>咨询电话：{people.phone(rng, where)}　{people.person(rng)}</p>
<div class="e" style="margin:16mm 8mm 0 0;page-break-inside:avoid">{hospital}<br>{money.cn(posted)}</div>"""
    pdf = tools.weasy(
        paperwork.page(body, font=style, size="20pt", margin="20mm 18mm", style="p{line-height:1.6}")
    )
    sheet = tools.pictures(paperwork.sealed(pdf, [paperwork.Mark(hospital, hospital, 30, 5, 46)]), 150)[0]
    data = tools.as_picture(_taped(rng, sheet), quality=rng.randrange(68, 88))
    who = people.person(rng)
    fair: dict[str, Any] = {"payer": who, "unit": hospital, "items": (rng.choice(("培训费", "短期培训费")),)}
    soon = money.later(rng, posted, 1, 14)
    bills = (
        paperwork.bill(fair, total, soon, "the notice names no payer: anybody may come"),
        paperwork.bill(
            fair,
            money.swapped(rng, total) if rng.random() < 0.6 else fee + again,
            soon,
            "digits exchanged, or the fee for those who renew on top",
            "amount",
        ),
        paperwork.bill(
            fair,
            total,
            soon,
            "no school collects for the hospital",
            "payee",
            unit=f"{where.county}{people.brand(rng)}职业培训学校",
        ),
    )
    truth = Truth(
        kind="policy",
        payees=(hospital,),
        total=total,
        signed_on=posted,
        starts_on=None,
        purpose=course,
        also_amounts=(fee, book, again),
        also_purposes=("培训费", "教材费", "复训", "培训费、教材费", "招生"),
    )
    return Paper(
        family="photograph of a notice",
        tool="weasyprint",
        form="scan",
        media_type="image/jpeg",
        data=data,
        truth=truth,
        bills=bills,
    )


def _taped(rng: Random, sheet: Image.Image) -> Image.Image:
    """A sheet on a painted wall with tape at its corners, as seen from a little aside."""
    wall_colour = rng.choice(("#cfd6cf", "#d8d2c4", "#b9c3ca", "#c9b8a6"))
    wide, high = sheet.size
    ground = Image.new("RGB", (wide + 260, high + 300), wall_colour)
    pen = ImageDraw.Draw(ground, "RGBA")
    pen.rectangle((0, high + 180, wide + 260, high + 300), fill=(90, 110, 95))
    pen.rectangle((138, 112, 138 + wide, 112 + high), fill=(0, 0, 0, 60))
    ground.paste(sheet, (130, 100))
    for x, y in ((130, 100), (130 + wide, 100), (130, 100 + high), (130 + wide, 100 + high)):
        dx = rng.randrange(50, 80)
        pen.polygon(
            [(x - dx, y - 10), (x - 10, y - dx), (x + dx, y + 10), (x + 10, y + dx)],
            fill=(225, 215, 170, 150),
        )
    return tools.photographed(rng, ground, wall_colour)
