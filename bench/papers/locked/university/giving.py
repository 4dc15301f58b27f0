"""Donations to the foundation of a university: agreements, letters, lists of alumni, thanks."""

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
    han,
    later,
    near_person,
    people,
    person,
    phone,
    place,
    school,
    wan,
    words,
)
from .drawing import photo, scan, sealed, sheet

_AIMS = (
    "设立“{}奖学金”，奖励品学兼优的全日制本科生",
    "设立“{}助学金”，资助家庭经济困难学生完成学业",
    "支持“{}”青年教师海外研修计划",
    "建设“{}”创新创业实践基地",
)


def donation_agreement(rng: Random) -> Paper:
    uni = school(rng)
    firm = company(rng, "实业", "置业", "物流", "医疗器械", "电力设备")
    aim = rng.choice(_AIMS).format(firm.brand)
    each = Decimal(rng.choice((60000, 100000, 150000, 200000, 350000, 500000, 1200000, 4000000)))
    total = each * 3
    signed = day(rng, last=date(2024, 12, 1))
    dues = [later(signed, 30), date(signed.year + 1, 9, 10), date(signed.year + 2, 9, 10)]
    number = f"{rng.choice(('JZ', '捐协'))}{signed.year}-{rng.randrange(1, 160):03d}"
    number_of = account(rng, 19)
    legal, head, contact = people(rng, 3)
    terms = "；".join(f"第{'一二三'[at]}笔人民币{wan(each)}元整，于{cn(dues[at])}前到账" for at in range(3))
    mark = rng.choice(("第{}条　", "{}、"))
    heads = ("捐赠财产", "捐赠用途", "交付方式", "双方权利义务", "票据", "其他")
    parts = (
        f"乙方自愿无偿向甲方捐赠人民币{words(total)}（¥{comma(total)}）。",
        f"上述捐款定向用于{uni.name}{aim}。未经乙方书面同意，甲方不得改变用途。",
        f"捐款分三笔汇入甲方账户：{terms}。户名：{uni.fund}；开户行：{bank(rng, uni.town)}；账号：{number_of}。",
        "甲方应按照有关法律法规和章程管理使用捐款，每年向乙方通报使用情况；乙方有权查询，甲方应如实答复。"
        "甲方可按不超过捐赠额10%的比例列支管理费用。",
        f"甲方每收到一笔捐款即向乙方开具公益事业捐赠统一票据。{uni.name}为受益单位，不收取捐款，也不开具票据。",
        "本协议未尽事宜由双方协商解决。本协议一式陆份，双方各执贰份，受益单位执贰份，自签字盖章之日起生效。",
    )
    text = "".join(
        f"<p class='h'>{mark.format('一二三四五六'[at])}{heads[at]}</p><p>{parts[at]}</p>"
        for at in range(len(parts))
    )
    body = f"""<h1 style='letter-spacing:.3em'>捐赠协议书</h1><p class='n r'>协议编号：{number}</p>
    <p class='n'>甲方（受赠方）：{uni.fund}</p>
    <p class='n'>地址：{uni.town}市{rng.choice(("学苑路", "崇德路"))}{rng.randrange(1, 300)}号</p>
    <p class='n'>乙方（捐赠方）：{firm.name}</p><p class='n'>受益单位：{uni.name}</p><br>
    <p>为支持{uni.name}教育事业发展，乙方向甲方捐赠，双方依据《中华人民共和国慈善法》等规定，达成如下协议：</p>{text}<br>
    <table class='x' style='page-break-inside:avoid'><tr><td>甲方：{sealed(rng, uni.fund, uni.fund, left="2em")}</td>
    <td>乙方：{sealed(rng, firm.name, firm.name, left="2em")}</td></tr><tr><td>代表签字：<span class='hand'>{head}</span></td>
    <td>代表签字：<span class='hand'>{legal}</span></td></tr><tr><td>{han(signed)}</td><td>{han(signed)}</td></tr></table>
    <p class='n' style='font-size:10pt'>乙方联系人：{contact}　{phone(rng)}</p>"""
    data = scan(rng, tools.weasy(sheet(body, rng.choice(("ukai", "wenkai", "serif")), 13, 1.75)), 180)
    truth = Truth(
        kind="donation", payers=(firm.name,), payees=(uni.fund,), total=total, instalments=(each,) * 3, words=total,
        signed_on=signed, numbers=(number,), accounts=(number_of,), purpose=aim,
        also_names=(uni.name, legal, head, contact), also_purposes=("支持" + uni.name + "教育事业发展",),
    )  # fmt: skip
    honest = Bill(
        payer=firm.name, unit=uni.fund, total=each, issued_on=later(dues[1], -rng.randrange(0, 20)), used=each,
        items=("捐赠收入",), unit_account=number_of, note="the second of three gifts as the agreement states it",
    )  # fmt: skip
    return Paper(
        family="donation agreement", tool="weasyprint", data=data, truth=truth, form="scan",
        bills=(
            honest,
            replace(honest, unit=uni.name, unit_account="", wrong="payee", note="the university only benefits"),
            replace(honest, used=total, wrong="usage", note="all three gifts have their bills already"),
        ),
    )  # fmt: skip


def directed_letter(rng: Random) -> Paper:
    uni = school(rng)
    donor, agent, teacher = people(rng, 3)
    amount = Decimal(rng.choice((2000, 5000, 8000, 12000, 20000, 30000, 66600, 88888)))
    wrote = day(rng)
    left = rng.randrange(1983, 2012)
    aim = rng.choice(
        (
            f"{uni.kind}学院贫困新生的路费和生活补助",
            "校图书馆购置地方文献",
            f"设立纪念{teacher}老师的励学金",
            "修缮老校区的读书亭",
        )
    )
    show = rng.choice((f"{words(amount)}（{bare(amount)}元）", f"人民币{words(amount)}，¥{bare(amount)}"))
    ways = (
        f"款项我已托同学{agent}代为办理转账，捐赠人仍以我本人名义登记，票据请开给我。",
        f"因我在外地，由{agent}同志经手汇款，他只是代办，捐赠人是我本人，请勿写错。",
    )
    face = rng.choice(("mashan", "zhimang", "wenkai"))
    points = 21 if face == "zhimang" else 16
    body = f"""<h1 style='font-size:1.5em'>定向捐赠函</h1><p class='n'>{uni.fund}：</p>
    <p>我是{uni.name}{left}届毕业生。离校{wrote.year - left}年，常念{teacher}老师教诲之恩。今自愿向贵会捐赠{show}，
    专项用于{aim}。</p><p>{rng.choice(ways)}</p><p>如有结余，由贵会商学院用于同类事项，不必退还。请将使用情况简要告知即可，不必宣传。</p>
    <p>此致</p><p class='n'>敬礼！</p><br><p class='r'>捐赠人：{donor}</p><p class='r'>{cn(wrote)}</p>
    <p class='n' style='font-size:.8em'>电话：{phone(rng)}　住址：{place(rng)}市{rng.choice(("建设", "青年", "和平"))}路
    {rng.randrange(3, 400)}号</p>"""
    lines = "body { color: #1d2440; } p { border-bottom: .4pt solid #c9a9a9; text-align: left; line-height: 1.9; }"
    pdf = tools.weasy(sheet(body, face, points, 1.9, "30mm 24mm", more=lines if rng.random() < 0.6 else ""))
    truth = Truth(
        kind="donation", payers=(donor,), payees=(uni.fund,), total=amount, words=amount, signed_on=wrote, purpose=aim,
        also_names=(agent, teacher, uni.name),
    )  # fmt: skip
    honest = Bill(
        payer=donor, unit=uni.fund, total=amount, issued_on=later(wrote, rng.randrange(2, 25)), items=("捐赠收入",),
        note="issued to the donor, whoever carried the money",
    )  # fmt: skip
    return Paper(
        family="directed gift", tool="weasyprint", data=photo(rng, pdf, 160), truth=truth, form="scan",
        bills=(
            honest,
            replace(honest, payer=agent, wrong="payer", note="he only carried the money, as the letter says"),
            replace(honest, items=("场地使用费",), wrong="purpose", note="a gift pays no rent"),
        ),
    )  # fmt: skip


def alumni_list(rng: Random) -> Paper:
    uni = school(rng)
    names = people(rng, rng.randrange(36, 58))
    sums = [
        Decimal(rng.choice((100, 200, 300, 500, 520, 666, 800, 1000, 1200, 1888, 2000, 3000, 5000, 10000)))
        for _ in names
    ]
    closed = day(rng)
    age = rng.choice((60, 70, 80, 100))
    years = [rng.randrange(1978, 2020) for _ in names]
    aim = rng.choice((f"{age}周年校庆“一砖一瓦”校友林建设", "校友爱心互助专项", f"{age}周年校庆校史馆布展"))
    cells = [
        f"<td>{at + 1}</td><td>{name}</td><td>{year}级</td><td class='r'>{comma(each)}</td>"
        for at, (name, year, each) in enumerate(zip(names, years, sums, strict=True))
    ]
    half = (len(cells) + 1) // 2
    cells += ["<td></td>" * 4] * (2 * half - len(cells))
    rows = "".join(f"<tr>{cells[at]}<td class='gap'></td>{cells[at + half]}</tr>" for at in range(half))
    head = "<th>序号</th><th>姓名</th><th>年级</th><th>金额（元）</th>"
    total = sum(sums, Decimal(0))
    ruled = "" if rng.random() < 0.5 else "td, th { border: none; border-bottom: .4pt dotted #888; }"
    lead = rng.choice(("（排名不分先后）", "（按到账时间排序）"))
    body = f"""<h1 style='font-family:serif-bold;color:#a01818'>{uni.name}校友捐款名单</h1><p class='c n' style='font-size:10pt'>{lead}
    　截至{cn(closed)}</p><p class='n'>受赠单位：{uni.fund}　　捐赠项目：{aim}</p>
    <table class='l'><tr>{head}<th class='gap'></th>{head}</tr>{rows}</table>
    <p class='n' style='margin-top:6pt'>本期共{len(names)}人次，合计人民币{words(total)}（¥{comma(total)}）。</p>
    <p class='n' style='font-size:9pt'>票据由{uni.fund}按每位捐赠人分别开具。名单如有错漏，
    请联系校友总会秘书处{person(rng)}：{phone(rng)}。</p>
    <p class='r'>{sealed(rng, uni.fund, uni.fund, left="2em", top="-30pt", wide=90)}</p><p class='r'>{cn(closed)}</p>"""
    more = f".l td, .l th {{ font-size: 9.5pt; padding: 1.5pt 4pt; }} .gap {{ border: none; width: 8pt; }} {ruled}"
    more += " .l tr > .gap { border: none; }"
    data = tools.weasy(sheet(body, rng.choice(("serif", "sans", "ukai")), 11, 1.55, "16mm 18mm", more=more))
    at = rng.randrange(len(names))
    others = [each for each in sums if each != sums[at]]
    truth = Truth(
        kind="donation", payers=tuple(names), payees=(uni.fund,), total=total, words=total, signed_on=closed, purpose=aim,
        also_amounts=tuple(sorted(set(sums))), also_names=(uni.name,),
    )  # fmt: skip
    honest = Bill(
        payer=names[at], unit=uni.fund, total=sums[at], issued_on=later(closed, rng.randrange(1, 15)), items=("捐赠收入",),
        note="one donor of the list",
    )  # fmt: skip
    stranger = near_person(rng, names[at], tuple(names))
    return Paper(
        family="alumni list", tool="weasyprint", data=data, truth=truth,
        bills=(
            honest,
            replace(honest, total=rng.choice(others), wrong="amount", note="the sum of another row"),
            replace(honest, payer=stranger, wrong="payer", note="a name near one of the list, but not on it"),
        ),
    )  # fmt: skip


def thank_letter(rng: Random) -> Paper:
    uni, firm = school(rng), company(rng, "建设工程", "餐饮管理", "电子", "乳业", "能源投资")
    amount = Decimal(rng.choice((30000, 50000, 80000, 120000, 200000, 300000, 680000)))
    other = rng.choice((amount * 10, amount + 10000, amount + 3000))
    former = Decimal(rng.choice((150000, 250000, 400000)))
    wrote = day(rng)
    gave = later(wrote, -rng.randrange(3, 20))
    aim = rng.choice(("校运动会志愿者保障", "特教专业无障碍教室改造", "暑期支教团", "教职工子女阅览室建设"))
    number = f"{wrote.year}{rng.randrange(1, 600):04d}"
    frame = rng.choice(("#b8860b", "#8b1a1a", "#1f5f4a"))
    body = f"""<div class='frame'><h1 style='font:32pt ukai;color:{frame};letter-spacing:.3em'>感谢函</h1>
    <p class='n r' style='font-size:10pt'>证书编号：{number}</p><p class='n'>{firm.name}：</p>
    <p>春风化雨，善行致远。承蒙贵公司长期关心和支持{uni.name}的建设与发展。{cn(gave)}，贵公司向我会捐赠人民币
    <b>{words(amount)}</b>（￥{comma(other)}），用于{aim}，善款已如数到账。</p>
    <p>此前，贵公司曾于{wrote.year - 2}年捐资{wan(former)}元支持学生宿舍空调改造，师生至今受益。贵公司情系教育、回馈社会的义举，
    令我们深受感动。我们将管好用好每一分善款，并及时反馈使用情况。</p><p>谨此致谢！祝贵公司事业兴旺。</p><br><br>
    <p class='r'>{sealed(rng, uni.fund, uni.fund, left="1em")}</p><p class='r'>{han(wrote)}</p></div>"""
    more = f".frame {{ border: 5pt double {frame}; padding: 26pt 34pt; }} b {{ font-weight: normal; }}"
    size = rng.choice(("A4", "A4 landscape"))
    pdf = tools.weasy(sheet(body, rng.choice(("ukai", "wenkai", "serif")), 15, 1.85, "16mm", size, more))
    data = scan(rng, pdf, 150)
    truth = Truth(
        kind="donation", payers=(firm.name,), payees=(uni.fund,), total=other, words=amount, signed_on=wrote,
        numbers=(number,), purpose=aim, also_names=(uni.name,), also_amounts=(former, amount),
    )  # fmt: skip
    first = Bill(
        payer=firm.name, unit=uni.fund, total=other, issued_on=later(wrote, rng.randrange(1, 9)), items=("捐赠收入",),
        wrong="words", note="the letter's words and digits differ",
    )  # fmt: skip
    second = replace(first, total=amount, note="after the words, which the digits contradict")
    return Paper(
        family="letter of thanks",
        tool="weasyprint",
        data=data,
        truth=truth,
        bills=(first, second),
        form="scan",
    )


LAYOUTS = {
    "donation_agreement": donation_agreement,
    "directed_letter": directed_letter,
    "alumni_list": alumni_list,
    "thank_letter": thank_letter,
}
