"""Notices of trainings and competitions with lists of units, minutes, confirmations."""

from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.values import Bill, Paper, Truth

from . import common as c


def training(rng: Random) -> Paper:
    """A training notice: fee per head, lodging on one's own, a receipt list of units with heads and fees."""
    _, city, county = c.place(rng)
    office = f"{city}{rng.choice(('体育局', '文化和旅游局', '科学技术协会'))}"
    school = rng.choice((f"{city}文化体育干部培训中心", f"{city}农业广播电视学校", f"{city}教师进修学院"))
    towns = rng.sample(
        ("城关镇", "河口乡", "石桥镇", "新民镇", "大营镇", "柳林乡", "东坪镇", "红星镇", "白塔乡", "古渡镇"),
        5,
    )
    units = [f"{county}{town}{rng.choice(('综合文化站', '农业农村服务中心', '中心学校'))}" for town in towns]
    units += [
        f"{county}{x}"
        for x in rng.sample(("文化馆", "体育中心", "图书馆", "妇幼保健院", "档案馆"), rng.randrange(2, 5))
    ]
    rng.shuffle(units)
    heads = [rng.randrange(1, 7) for _ in units]
    fee = Decimal(rng.choice((480, 760, 980, 1280, 1680)))
    bed = Decimal(rng.choice((120, 150, 180)))
    sums = [fee * n for n in heads]
    total = sum(sums, Decimal(0))
    issued = c.day(rng)
    start = c.later(issued, 16)
    end = c.later(start, rng.randrange(2, 6))
    number = f"{rng.choice(('体办函', '办函', '培字'))}〔{issued.year}〕{rng.randrange(3, 80)}号"
    number_account = c.account(rng, 17)
    course = rng.choice(("社会体育指导员", "基层档案与财务", "乡村文化能人", "裁判员晋级"))
    css = f"""@page{{size:A4;margin:25mm 26mm;@bottom-center{{content:'- ' counter(page) ' -';font:10pt serif}}}}\
body{{font:12.5pt/1.75 {rng.choice(("serif", "uming", "sans"))}}}
    h1{{font:bold 25pt serif;color:#c9151e;text-align:center;margin:0;letter-spacing:3px}}h2{{font:bold 16pt sans;text-align:center;\
margin:5mm 0 3mm}}.no{{text-align:center;border-bottom:2pt solid #c9151e}}p{{text-indent:2em;margin:0}}
    table{{width:100%;border-collapse:collapse}}td,th{{border:.5pt solid #333;padding:.8mm 2mm;font-size:11pt}}\
.n{{text-align:right}}.r{{text-align:right;position:relative;margin:7mm 8mm 5mm}}.a{{break-before:page}}"""
    caps = rng.choice(
        (("序号", "参训单位", "人数", "培训费（元）"), ("编号", "学员所在单位", "参训人数", "应交培训费"))
    )
    rows = [
        (k + 1, unit, n, c.money(value))
        for k, (unit, n, value) in enumerate(zip(units, heads, sums, strict=True))
    ]
    rows.append(("", "合计", str(sum(heads)), c.money(total)))  # type: ignore[arg-type]
    html = f"""<style>{css}</style><h1>{office}</h1><div class=no>{number}</div><h2>关于举办{course}培训班的通知</h2><div>\
各有关单位：</div>
    <p>为提高{course}队伍业务水平，我局（会）定于{c.cn(start)}至{c.cn(end)}举办培训班，委托{school}承办。有关事项通知如下：</p>
    <p>一、地点：{city}{rng.choice(("迎宾路", "建设街", "文昌巷"))}{rng.randrange(2, 200)}号，{school}。</p>
    <p>二、参训单位及人数：见附件。</p><p>三、费用：培训费每人{c.plain(fee)}元（含教材、资料、午餐），由{school}收取并开具票据；\
住宿统一安排，每人每天{c.plain(bed)}元，费用自理，交通费回原单位报销。</p>
    <p>四、缴费：请于{c.cn(c.later(start, -3))}前汇入{school}账户，开户行：{c.bank(rng, city)}，账号：{number_account}，\
附言注明“单位＋培训费”。</p>
    <p>五、联系人：{c.person(rng)}，{c.phone(rng)}；{c.person(rng)}，{c.phone(rng)}。</p>
    <div class=r>{office}<br>{c.cn(issued)}{c.seal(office, style="position:absolute;right:2mm;top:-9mm")}</div>
    <div class=a>附件</div><h2>参训单位及培训费一览表</h2>{c.table(caps, rows)}"""
    k = rng.randrange(len(units))
    other = next(i for i in range(len(units)) if heads[i] != heads[k])
    base = {"payer": units[k], "unit": school, "items": ("培训费",), "issued_on": c.later(start, -1)}
    return Paper(
        family="training notice",
        tool="weasyprint",
        data=tools.weasy(html),
        truth=Truth(
            kind="policy",
            payers=tuple(units),
            payees=(school,),
            total=total,
            instalments=tuple(dict.fromkeys(sums)),
            signed_on=issued,
            starts_on=start,
            ends_on=end,
            numbers=(number,),
            accounts=(number_account,),
            purpose="培训费",
            also_names=(office,),
            also_amounts=(fee, bed),
            also_purposes=(f"{course}培训班",),
        ),
        bills=(
            Bill(total=sums[k], note="fee of its heads", **base),
            Bill(total=sums[other], wrong="amount", note="row of another unit", **base),
            Bill(
                total=sums[k],
                wrong="payee",
                note="the inviting office does not collect",
                **(base | {"unit": office}),
            ),
            Bill(
                total=sums[k],
                wrong="date",
                note="before the notice",
                **(base | {"issued_on": c.later(issued, -30)}),
            ),
        ),
    )


def contest(rng: Random) -> Paper:
    """A competition's supplementary notice: teams by unit, entry fee, deposit, discount, sum to be paid."""
    _, _, county = c.place(rng)
    office = f"{county}{rng.choice(('文化体育和旅游局', '教育体育局', '总工会'))}"
    society = f"{county}{rng.choice(('篮球协会', '羽毛球协会', '广场舞协会', '登山协会'))}"
    clubs = rng.sample(
        [
            f"{county}{x}"
            for x in (
                "第一中学",
                "人民医院",
                "税务局",
                "公安局",
                "自来水公司",
                "民族小学",
                "供销合作社联合社",
                "气象局",
                "邮政分公司",
                "融媒体中心",
            )
        ],
        rng.randrange(5, 9),
    )
    teams = [rng.randrange(1, 4) for _ in clubs]
    fee, bail = Decimal(rng.choice((300, 400, 600))), Decimal(rng.choice((200, 500)))
    fees = [fee * n for n in teams]
    off = [Decimal(100) if n > 1 else Decimal(0) for n in teams]
    due = [a - b for a, b in zip(fees, off, strict=True)]
    total = sum(due, Decimal(0))
    issued = c.day(rng)
    start = c.later(issued, 12)
    end = c.later(start, 3)
    number_account = c.account(rng, 18)
    game = {
        "篮球": "职工篮球联赛",
        "羽毛": "“迎春杯”羽毛球混合团体赛",
        "广场": "广场舞展演",
        "登山": "重阳登山大会",
    }[society[len(county) :][:2]]
    word = c.Word(rng.choice(("Noto Sans CJK SC", "Noto Serif CJK SC", "AR PL UKai CN")), 11.5)
    word.say(rng.choice((f"{game}补充通知", f"{game}报名缴费通知")), "center", size=19, bold=True, after=8)
    word.say("各参赛单位：")
    word.say(
        f"由{office}主办、{society}承办的{game}定于{c.cn(start)}—{end.month}月{end.day}日在{county}"
        f"体育馆举行，现将报名情况和缴费事项通知如下。",
        indent=True,
    )
    word.say(
        f"1. 参赛报名费每队{c.plain(fee)}元；同一单位报两队以上的，合计减收100元。"
        f"纪律保证金每队{c.plain(bail)}元，赛前现场交、赛后退，不在下表内。",
        indent=True,
    )
    word.say(
        f"2. 报名费由{society}收取（{c.bank(rng, county)}，{number_account}），凭汇款凭证领取票据。",
        indent=True,
    )
    word.say(f"3. 各单位应缴金额（共{c.plain(total)}元）：", indent=True)
    caps = rng.choice(
        (
            ("参赛单位", "队数", "报名费", "减收", "应缴"),
            ("代表队所属单位", "参赛队", "标准金额", "优惠", "实缴金额"),
        )
    )
    rows = [
        caps,
        *(
            (club, str(n), c.plain(a), c.plain(b) if b else "/", c.plain(x))
            for club, n, a, b, x in zip(clubs, teams, fees, off, due, strict=True)
        ),
    ]
    word.grid(rows, (6.4, 2, 2.4, 2.2, 2.6), style=rng.choice(("Table Grid", "Light List", "Light Grid")))
    word.say(f"{society}　　", "right", after=0)
    word.say(f"{c.cn(issued)}　　", "right")
    word.say(f"主送：各参赛单位　　抄送：{office}　　联系人：{c.person(rng)}（{c.phone(rng)}）", size=9.5)
    k = max(range(len(clubs)), key=lambda i: off[i])
    others = [i for i in range(len(clubs)) if due[i] != due[k]]
    base = {
        "payer": clubs[k],
        "unit": society,
        "items": (rng.choice(("报名费", "参赛费")),),
        "issued_on": c.later(issued, rng.randrange(2, 10)),
    }
    bills = [
        Bill(total=due[k], note="own row, less what is waived", **base),
        Bill(
            total=due[k],
            wrong="payee",
            note="the organiser above does not collect",
            **(base | {"unit": office}),
        ),
    ]
    if others:
        bills.append(Bill(total=due[others[0]], wrong="amount", note="row of another unit", **base))
    return Paper(
        family="competition notice",
        tool="docx/libreoffice",
        data=word.pdf(),
        truth=Truth(
            kind="policy",
            payers=tuple(clubs),
            payees=(society,),
            total=total,
            instalments=tuple(dict.fromkeys(due)),
            signed_on=issued,
            starts_on=start,
            ends_on=end,
            accounts=(number_account,),
            purpose="参赛报名费",
            also_names=(office,),
            also_amounts=tuple(dict.fromkeys((fee, bail, Decimal(100), *fees))),
            also_purposes=("报名费", game),
        ),
        bills=tuple(bills),
    )


def minutes(rng: Random) -> Paper:
    """Minutes of a joint meeting: who bears what of an event; in some drawings only a draft."""
    _, city, county = c.place(rng)
    centre = f"{county}{rng.choice(('文化体育中心', '文学艺术界联合会', '体育总会'))}"
    a = f"{county}{rng.choice(('妇女联合会', '融媒体中心', '科学技术协会'))}"
    b = c.company(rng, city, rng.choice(("旅游开发", "酒业", "农牧科技")))
    d = rng.choice((f"{county}书画院", f"{county}音乐家协会"))
    draft = rng.random() < 0.35
    x, y = (Decimal(v * 500) for v in rng.sample(range(10, 120), 2))
    own = Decimal(rng.randrange(20, 90) * 500)
    total = x + y
    held = c.day(rng)
    number = f"〔{held.year}〕第{rng.randrange(2, 30)}期"
    event = rng.choice(("元宵灯会", "乡村文化周", "丰收节文艺汇演", "健步走活动"))
    limit = c.later(held, 15)
    css = f"""@page{{size:A4;margin:24mm 27mm}}body{{font:13pt/1.8 {rng.choice(("serif", "ukai", "wenkai"))};margin:0}}\
h1{{color:#c00;font:bold 28pt serif;text-align:center;letter-spacing:14px;margin:0}}
    .k{{display:flex;justify-content:space-between;border-bottom:2pt solid #c00}}h2{{font:bold 15pt sans;text-align:center}}\
p{{text-indent:2em;margin:0}}.d{{font:bold 13pt sans}}.z{{border-top:1pt solid #000;\
border-bottom:1pt solid #000;font-size:11pt;margin-top:9mm}}"""
    head = f"会议纪要（{rng.choice(('征求意见稿', '讨论稿'))}）" if draft else "会议纪要"
    told = rng.choice(
        (
            f"会议议定，活动经费由各方分担：{a}承担{c.plain(x)}元，{b}承担{c.plain(y)}元，"
            f"二者合计{c.plain(total)}元，于{c.cn(limit)}前交{centre}统一支出；不足部分{c.plain(own)}元由{centre}自筹。",
            f"关于活动经费。{a}出资{c.wan(x)}万元，{b}出资{c.wan(y)}万元，共{c.wan(total)}万元，"
            f"{c.cn(limit)}前汇入{centre}账户，由其统筹使用；{centre}另自筹{c.wan(own)}万元。",
        )
    )
    html = f"""<style>{css}</style>{"<div class=d>内部讨论　不作依据</div>" if draft else ""}<h1 \
style="{"letter-spacing:2px;font-size:22pt" if draft else ""}">{head}</h1>
    <div class=k><span>{number}</span><span>{centre}办公室</span><span>{c.cn(held)}</span></div><h2>{event}筹备工作协调会纪要</h2>
    <p>{c.cn(held)}{rng.choice(("上午", "下午"))}，{c.person(rng)}同志在{centre}三楼会议室主持召开{event}筹备工作协调会。{a}、{b}、\
{d}负责同志参加。现纪要如下：</p>
    <p>一、关于时间和地点。活动定于下月举行，舞台搭建须提前三日完成。</p><p>二、{told}</p>
    <p>三、关于节目。{d}负责节目编排，演职人员餐费按每人每餐25元掌握。</p><p>四、关于安全。各方按“谁主办、谁负责”落实预案，\
预计人数不超过{rng.randrange(8, 40) * 100}人。</p>
    <p style="margin-top:5mm">参会人员：{"、".join(c.people(rng, 5))}</p><div class=z>发：{a}、{b}、{d}\
　　　　　　记录：{c.person(rng)}　审签：{"" if draft else c.person(rng)}</div>"""
    item = rng.choice(("活动经费", "活动分担款", "往来款"))
    base = {"unit": centre, "issued_on": c.later(held, 9), "items": (item,)}
    if draft:
        bills = (
            Bill(payer=a, total=x, wrong="status", note="only a draft for comment", **base),
            Bill(payer=b, total=y, wrong="status", note="only a draft for comment", **base),
        )
    else:
        bills = (
            Bill(payer=a, total=x, note="its part", **base),
            Bill(payer=b, total=y, note="its part", **base),
            Bill(payer=b, total=x, wrong="amount", note="the part of the other", **base),
            Bill(payer=d, total=x, wrong="payer", note="took part in the meeting but pays nothing", **base),
        )
    return Paper(
        family="minutes",
        tool="chromium",
        data=tools.chrome(html),
        truth=Truth(
            kind="other",
            payers=(a, b),
            payees=(centre,),
            total=total,
            instalments=(x, y),
            signed_on=held,
            numbers=(number,),
            purpose="活动经费",
            status="draft" if draft else "",
            also_names=(d,),
            also_amounts=(own, Decimal(25)),
            also_purposes=(event,),
        ),
        bills=bills,
    )


def confirmation(rng: Random) -> Paper:
    """A letter that confirms what was received and what is still owed; in some drawings with unseen text."""
    _, city, county = c.place(rng)
    house = rng.choice((f"{city}林业科学研究所", f"{county}公共体育场馆服务中心", f"{city}食品药品检验所"))
    firm = c.company(rng, city, rng.choice(("木业", "赛事运营", "生物制药", "乳业")))
    total = Decimal(rng.randrange(40, 600) * 1000)
    paid = Decimal(int(total * rng.choice((3, 4, 6)) / 10 / 100) * 100)
    owed = total - paid
    issued = c.day(rng)
    until = issued.replace(day=1)
    until = c.later(until, -1)
    number = f"{rng.choice(('财确', '往来函'))}{issued.year}{rng.randrange(1, 200):03d}"
    cited = f"HT{issued.year - 1}{rng.randrange(1000, 9999)}"
    hidden = rng.random() < 0.4
    false = c.swapped(rng, owed, (total, paid))
    what = {"林": "木材检测费", "公": "赛事场地费", "食": "委托检验费"}[
        house.removeprefix(city).removeprefix(county)[0]
    ]
    ghost = (
        f'<div style="color:#fff;font-size:3pt;position:absolute;bottom:2mm">截至{c.cn(until)}'
        f"尚欠{what}人民币{c.money(false)}元，本次应付{c.money(false)}元</div>"
    )
    css = f"""@page{{size:A4;margin:27mm 28mm}}body{{font:12.5pt/1.9 {rng.choice(("serif", "sans", "zenhei", "uming"))}}}\
h1{{font:bold 20pt sans;text-align:center;letter-spacing:4px}}p{{text-indent:2em;margin:1mm 0}}
    table{{width:100%;border-collapse:collapse;margin:3mm 0}}td,th{{border:.6pt solid #444;padding:1mm 2mm}}.n{{text-align:right}}\
.r{{text-align:right;position:relative;margin-top:8mm}}.e{{border-top:1px dashed #666;margin-top:14mm;padding-top:3mm}}"""
    caps = rng.choice(
        (
            ("截止日期", "款项", "合同额", "贵方已付", "贵方尚欠"),
            ("对账日", "内容", "应收总额", "已收", "本次请付"),
        )
    )
    html = f"""<style>{css}</style><h1>{rng.choice(("往来款项确认函", "应收款项核对函"))}</h1><div style="text-align:right">\
编号：{number}</div><div>{firm}：</div>
    <p>根据双方合同（{cited}），截至{c.cn(until)}，我单位与贵公司{what}往来情况如下（单位：元）：</p>
    {c.table(caps, [(f"{until:%Y-%m-%d}", what, c.money(total), c.money(paid), c.money(owed))])}
    <p>请核对后于十日内将余款人民币{c.words(owed)}汇至我单位原合同账户。款到后开具相应票据。本函仅为核对账目及付款之用。</p>
    <div class=r>{house}<br>{c.cn(issued)}{c.seal(house, "财务专用章", style="position:absolute;right:0;top:-10mm")}</div>
    <div class=e>回执：经核对，上述金额 ☑ 相符　☐ 不符。　　{firm}{c.seal(firm, width="32mm", style="vertical-align:middle")}<br>\
核对人：{c.person(rng)}　　{c.cn(c.later(issued, 4))}</div>{ghost if hidden else ""}"""
    item = {"木材检测费": "检测费", "赛事场地费": "场地使用费", "委托检验费": "检验费"}[what]
    base = {"payer": firm, "unit": house, "used": paid, "items": (item,), "issued_on": c.later(issued, 9)}
    bills = [Bill(total=total, wrong="usage", note="the whole sum though part was paid and billed", **base)]
    if hidden:
        bills = [Bill(total=false, wrong="hidden", note="only unseen text names this sum", **base)]
        bills.append(
            Bill(
                total=false,
                wrong="hidden",
                note="the same, issued later",
                **(base | {"issued_on": c.later(issued, 20)}),
            )
        )
    else:
        bills.insert(0, Bill(total=owed, note="what is still owed, after earlier bills", **base))
        bills.append(Bill(total=false, wrong="amount", note="digits exchanged", **base))
    return Paper(
        family="confirmation",
        tool="weasyprint",
        data=tools.weasy(html),
        truth=Truth(
            kind="other",
            payers=(firm,),
            payees=(house,),
            total=owed,
            instalments=(paid, owed),
            words=owed,
            signed_on=issued,
            numbers=(number,),
            purpose=what,
            also_amounts=(total,),
            also_numbers=(cited,),
        ),
        bills=tuple(bills),
    )


LAYOUTS = {"training": training, "contest": contest, "minutes": minutes, "confirmation": confirmation}
