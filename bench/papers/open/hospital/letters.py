"""Minutes of a meeting, a printed e-mail, a letter that invites an expert for a fee."""

from datetime import date, timedelta
from random import Random
from typing import Any

from bench.papers import tools
from bench.papers.open.hospital import money, paperwork, people
from bench.papers.values import Paper, Truth


def minutes(rng: Random) -> Paper:
    """Scanned minutes: one topic of several lets a shop for a sum other than what was asked for first."""
    where = people.place(rng)
    hospital = people.county_hospital(rng, where)
    tenant = people.company(rng, rng.choice(("商贸", "便利连锁", "健康咨询", "鲜花礼品")), where.town)
    seller = people.company(rng, rng.choice(("医疗器械", "信息技术")))
    rent = money.cash(rng, 36000, 260000, 1000)
    asked = rent - money.cash(rng, 4000, 12000, 1000)
    price = money.cash(rng, 80000, 960000, 1000)
    subsidy = money.cash(rng, 3000, 30000, 500)
    met = money.day(rng, 2023, 2025)
    issued = money.later(rng, met, 1, 5)
    starts = date(met.year + (met.month == 12), met.month % 12 + 1, 1)
    years = rng.choice((1, 2, 3))
    ends = money.years_on(starts, years)
    number = rng.choice(
        (
            f"〔{met.year}〕第{rng.randrange(2, 30)}期",
            f"第{rng.randrange(2, 30)}期（总第{rng.randrange(60, 400)}期）",
        )
    )
    host = people.person(rng)
    there = people.persons(rng, 6)
    shop = rng.choice(("门诊楼一楼西侧商铺", "住院部一层便民超市用房", "临街门面房3间"))
    let = f"""会议听取了后勤保障科关于{shop}出租情况的汇报。\
{tenant}首次报价年租金{money.wan(asked)}元。会议议定：同意将{shop}（面积{rng.randrange(36, 180)}平方米）\
出租给{tenant}，年租金{money.wan(rent)}元（大写：{money.words(rent)}），租期{years}年，\
自{money.cn(starts)}至{money.cn(ends)}，租金按年于每年首月底前缴入医院账户，不再按首次报价执行；\
水电费据实另收。由后勤保障科、财务科负责落实。"""
    buy = (
        "会议听取了设备科关于采购便携式超声的汇报。会议议定："
        f"同意按中标价{money.plain(price)}元向{seller}采购，货款验收合格后支付95%，余款一年后付清。"
    )
    aid = f"会议议定：对{rng.randint(3, 9)}名困难职工发放慰问金共{money.plain(subsidy)}元，从工会经费列支。"
    topics = [("出租", let), ("设备采购", buy), ("困难职工慰问", aid)]
    rng.shuffle(topics)
    titles = {
        "出租": f"关于{shop}出租事宜",
        "设备采购": "关于医疗设备采购事宜",
        "困难职工慰问": "关于节日慰问事宜",
    }
    text = "".join(
        f"<p style='font-family:sans-bold'>{money.count(at + 1)}、{titles[name]}</p><p>{what}</p>"
        for at, (name, what) in enumerate(topics)
    )
    body = f"""<div class="c" style="color:#cc1420;font-family:serif-bold;font-size:29pt;\
letter-spacing:3pt;line-height:1.3">{rng.choice(("院长办公会议纪要", "院务会议纪要"))}</div>
<div class="c" style="margin:3mm 0">{number}</div>
<div style="display:flex;justify-content:space-between"><span>{hospital}办公室</span><span>\
{money.cn(issued)}</span></div>
<div style="border-top:1.8pt solid #cc1420;margin:1mm 0 6mm"></div>
<p>{money.cn(met)}{rng.choice(("上午", "下午"))}，{host}主持召开院长办公会议，研究{len(topics)}项议题。\
现将会议议定事项纪要如下：</p>
{text}
<p class="n" style="margin-top:6mm">出席：{"、".join([host, *there[:4]])}</p><p class="n">列席：\
{"、".join(there[4:])}　　记录：{people.person(rng)}</p>
<div style="border-top:.7pt solid #000;border-bottom:.7pt solid #000;margin-top:8mm;font-size:11pt;\
padding:1mm 3mm">发：院领导，各科室。{rng.choice(("", f"抄送：{tenant}。"))}</div>"""
    dpi = rng.choice((150, 200))
    pdf = tools.weasy(
        paperwork.page(
            body,
            font=rng.choice(("ukai", "serif", "uming")),
            size=rng.choice(("13pt", "14pt")),
            margin="22mm 25mm",
        )
    )
    pages = tools.pictures(
        paperwork.sealed(pdf, [paperwork.Mark(f"{hospital}办公室", hospital, 110, 8, 40)]), dpi
    )
    if rng.random() < 0.4:
        pages[0] = paperwork.pen_at(
            rng, pages[0], rng.choice(("请财务科按纪要收款", "已阅", "复印件与原件一致")), (0.62, 0.035), 0.03
        )
    fair: dict[str, Any] = {
        "payer": tenant,
        "unit": hospital,
        "items": (rng.choice(("房屋租金", "房屋出租收入", "国有资产出租收入")),),
    }
    soon = money.later(rng, starts, 2, 20)
    bills = (
        paperwork.bill(fair, rent, soon, "the first year's rent as decided"),
        paperwork.bill(fair, asked, soon, "what the tenant asked for first", "amount"),
        paperwork.bill(fair, rent, soon, "a seller of another topic", "payer", payer=seller)
        if rng.random() < 0.5
        else paperwork.bill(fair, rent, soon, "rent is no gift", "purpose", items=("捐赠收入",)),
    )
    truth = Truth(
        **paperwork.said("policy", tenant, hospital, rent, issued, number=number, words=True),
        starts_on=starts,
        ends_on=ends,
        purpose=f"{shop}出租",
        also_names=(seller, host, *there),
        also_amounts=(asked, price, subsidy, rent * years),
        also_purposes=("年租金", "租金", "水电费", "出租", *titles.values()),
    )
    return paperwork.scan(rng, pages, dpi, "minutes", truth, bills)


def mail(rng: Random) -> Paper:
    """A printed e-mail about what a hospital pays for a conference; the quoted one tells an older sum."""
    where, home = people.place(rng), people.place(rng)
    host, guest = people.big_hospital(rng, where), people.county_hospital(rng, home)
    each = money.cash(rng, 300, 1500, 50)
    before = rng.randint(6, 18)
    now = before - rng.randint(1, 4)
    total, old = each * now, each * before
    sent = money.day(rng)
    first = sent - timedelta(days=rng.randint(2, 9))
    pays = money.later(rng, sent, 0, 3)
    meeting = rng.choice(
        (
            "县域医共体高质量发展论坛",
            "全国基层麻醉学术年会",
            "区域影像诊断新进展学术会议",
            "医院感染管理学术研讨会",
        )
    )
    who, clerk = people.person(rng), people.person(rng)
    box = rng.choice(("163.com", "126.com", "qq.com", "sina.cn"))
    sender, target = (
        f"cwk{rng.randrange(1000, 9999)}@{box}",
        f"huiwu@{rng.choice(('zxyy', 'fsyy', 'dyyy'))}{rng.randrange(10, 99)}.com",
    )
    bank = people.bank(rng, where)
    account = people.account(rng, bank)
    code = people.credit_code(rng, "12", home)
    ask = rng.choice(
        (
            f"我院参会人员由{before}人调整为{now}人，会务费按{money.plain(each)}元/人，"
            f"合计{money.comma(total)}元，",
            f"因工作安排，{before - now}名同志不能参会，实际参会{now}人，"
            f"应缴会务费{money.plain(total)}元（{money.plain(each)}元×{now}人），",
        )
    )
    when = f"拟于{money.cn(pays)}从我院基本户汇出" if pays > sent else "今日已从我院基本户汇出"
    subject = f"回复：{meeting}参会回执及会务费"
    body = f"""<div style="font-size:8pt;color:#555;display:flex;justify-content:space-between"><span>\
{sent:%Y/%m/%d} {rng.randrange(14, 18)}:{rng.randrange(10, 59)}</span><span>\
{rng.choice(("网易邮箱", "邮箱 - 查看邮件", "Foxmail"))}</span></div>
<h2 style="font-size:14pt;font-family:sans-bold;margin:5mm 0 2mm">{subject}</h2>
<table style="font-size:9.5pt;background:#f1f4f7">
<tr><td style="width:18mm;color:#777">发件人：</td><td>{guest}财务科 &lt;{sender}&gt;</td></tr>
<tr><td style="color:#777">收件人：</td><td>{clerk} &lt;{target}&gt;</td></tr>
<tr><td style="color:#777">抄　送：</td><td>{who}</td></tr>
<tr><td style="color:#777">时　间：</td><td>{money.cn(sent)}（星期{"一二三四五六日"[sent.weekday()]}）\
{rng.choice(("下午 3:27", "16:05", "14:48"))}</td></tr>
<tr><td style="color:#777">附　件：</td><td>1 个（参会回执-{home.short}.xlsx）</td></tr></table>
<div style="margin-top:6mm"><p class="n">{clerk[0]}老师，您好：</p>
<p>{ask}{when}，收款户名{host}，账号{account}（{bank}），请查收。</p>
<p>票据抬头：{guest}，税号：{code}。收到款后烦请开具会务费票据，发至本邮箱。</p>
<p class="n" style="margin-top:4mm">{guest} {who}<br>{people.mobile(rng)}</p></div>
<div style="border-left:2pt solid #9bb0c4;padding-left:4mm;margin-top:8mm;color:#555;font-size:9.5pt">
<p class="n">------------------ 原始邮件 ------------------</p>
<p class="n">发件人：{clerk} &lt;{target}&gt;<br>发送时间：{money.cn(first)} 9:1{rng.randrange(10)}<br>\
主题：{meeting}参会回执及会务费</p>
<p class="n">{who[0]}老师：贵院报名{before}人，会务费合计{money.comma(old)}元，请于会前汇至我院账户。\
食宿费用由会议酒店收取（标间{money.plain(money.cash(rng, 280, 480, 20))}元/晚），与会务费无关。</p>
<p class="n">{host}科教部　{people.phone(rng, where)}</p></div>"""
    data = tools.chrome(
        paperwork.page(
            body, "body{line-height:1.6}td{padding:.6mm 2mm}", rng.choice(("sans", "zenhei")), "11pt", "14mm"
        )
    )
    fair: dict[str, Any] = {
        "payer": guest,
        "unit": host,
        "items": (rng.choice(("会务费", "会议费", "学术会议注册费")),),
        "unit_account": account,
    }
    soon = money.later(rng, pays, 1, 12)
    near = guest.replace(home.county, home.city) if rng.random() < 0.5 else guest + "医共体总院"
    bills = (
        paperwork.bill(fair, total, soon, "the new number of people", payer_code=code),
        paperwork.bill(fair, old, soon, "the sum of the quoted mail", "amount"),
        paperwork.bill(fair, total, soon, "a near name", "payer", payer=near)
        if rng.random() < 0.5
        else paperwork.bill(
            fair, total, soon, "another account", "account", unit_account=people.account(rng, bank)
        ),
    )
    truth = Truth(
        **paperwork.said("other", guest, host, total, sent, account=account),
        purpose="会务费",
        also_names=(who, clerk),
        also_amounts=(each, old),
        also_numbers=(code,),
        also_purposes=(meeting, f"{meeting}参会回执及会务费", "食宿费用", subject),
    )
    return Paper(family="printed e-mail", tool="chromium", data=data, truth=truth, bills=bills)


def expert(rng: Random) -> Paper:
    """A letter that asks a big hospital for an expert; the fee goes to that hospital, travel does not."""
    where, home = people.place(rng), people.place(rng)
    host, guest = people.big_hospital(rng, where), people.county_hospital(rng, home)
    doctor = people.person(rng)
    ward = rng.choice(("肝胆外科", "神经外科", "心血管内科", "关节外科", "呼吸与危重症医学科"))
    times = rng.choice((1, 1, 2, 3, 4))
    each = money.cash(rng, 800, 6000, 100)
    total, travel = each * times, money.cash(rng, 400, 2600, 10)
    written = money.day(rng)
    goes = money.later(rng, written, 3, 12)
    number = f"{home.short[0]}医邀〔{written.year}〕{rng.randrange(2, 140)}号"
    bank = people.bank(rng, where)
    account = people.account(rng, bank)
    teach = rng.random() < 0.4
    fee, task = (
        ("专家授课费", f"“{ward}新技术基层行”授课及教学查房")
        if teach
        else ("专家会诊费", f"疑难病例会诊{'及手术指导' if '外科' in ward else ''}")
    )
    form = rng.choice(("table", "text"))
    money_text = (
        f"{fee}按{money.plain(each)}元/次计，共{times}次，合计人民币{money.comma(total)}元（大写："
        f"{money.words(total)}）"
        if times > 1
        else f"{fee}人民币{money.comma(total)}元（大写：{money.words(total)}）"
    )
    terms = (
        f"#table(columns: (4cm, 1fr), inset: 7pt, [邀请专家],[{doctor}（{ward}）],[邀请事由],[{task}],"
        f"[时　　间],[{money.cn(goes)}起，共{times}次],"
        f"[费　　用],[{money_text}],[支付方式],[由我院于专家到院后10日内转账至贵院账户：{bank}，{account}])"
        if form == "table"
        else f"一、邀请专家：{ward}{doctor}教授；\n\n二、事由：{task}；\n\n三、时间："
        f"{money.cn(goes)}起，共{times}次，具体时间由双方科室商定；\n\n"
        f"四、费用：{money_text}，由我院于专家到院后10日内转账至贵院账户（{bank}，账号{account}），"
        "不向专家个人支付；"
    )
    source = f"""
#set page(paper: "a4", margin: (x: 2.8cm, top: 3cm, bottom: 2.5cm))
#set text(font: {rng.choice(('"LXGW WenKai"', '"Noto Serif SC"', '"AR PL UKai CN"'))},\
 size: {rng.choice((13, 14))}pt, lang: "zh")
#set par(justify: true, leading: 1.05em, first-line-indent: (amount: 2em, all: true))
#align(center)[#text({min(26, 340 // len(guest))}pt, fill: rgb("#c9151e"), font: "Noto Serif SC",\
 weight: "bold")[{guest}]]
#v(-4mm) #line(length: 100%, stroke: 1.5pt + rgb("#c9151e"))
#align(right)[{number}]
#align(center)[#text(19pt, font: "Noto Sans SC")[\
{rng.choice(("关于邀请专家来院指导的函", "专家邀请函"))}]]
#v(3mm)
#par(first-line-indent: 0em)[{host}：]
{rng.choice(("为提高我院疑难危重症诊疗水平，", "根据双方专科联盟协议，"))}拟邀请贵院专家来我院指导，\
请予支持。有关事项如下：

{terms}

{"五、" if form == "text" else "另："}专家往返交通及食宿由我院据实承担（预计{money.plain(travel)}元），\
直接与承运方、酒店结算，不经贵院。

请贵院收款后开具票据，票据抬头：{guest}。专此函达，盼复。

（联系人：医务科{people.person(rng)}，{people.phone(rng, home)}）
#v(1.2cm)
#align(right)[#box(width: 7.5cm)[#align(center)[{guest}（章）\\ {money.dated(rng, written)}]]]
"""
    data = paperwork.sealed(tools.typst(source), [paperwork.Mark(f"{guest}（章）", guest, 26, 4, 42)])
    fair: dict[str, Any] = {
        "payer": guest,
        "unit": host,
        "unit_account": account,
        "items": ("授课费" if teach else rng.choice(("会诊费", "院外会诊费")),),
    }
    soon = money.later(rng, goes, 4, 20)
    bills = (
        paperwork.bill(fair, total, soon, "all times together"),
        paperwork.bill(fair, total + travel, soon, "with travel", "amount")
        if times == 1 or rng.random() < 0.5
        else paperwork.bill(fair, money.swapped(rng, total), soon, "digits exchanged", "amount"),
        paperwork.bill(
            fair,
            total,
            soon,
            "a society receives nothing under this letter",
            "payee",
            unit=f"{where.city}医学会",
            unit_account="",
        )
        if rng.random() < 0.5
        else paperwork.bill(
            fair,
            total,
            soon,
            "the fee is for an expert",
            "purpose",
            items=(rng.choice(("房屋租金", "设备租金", "住宿费")),),
        ),
    )
    truth = Truth(
        **paperwork.said("policy", guest, host, total, written, number=number, account=account, words=True),
        purpose=fee,
        also_names=(doctor,),
        also_amounts=(each, travel),
        also_purposes=(task, "邀请专家来院指导", "来院指导", "专家往返交通及食宿", "会诊费", "授课费"),
    )
    return Paper(family="expert fee letter", tool="typst", data=data, truth=truth, bills=bills)
