"""Replies of an office to what a unit asked: to let a house, to accept a gift, to pay a grant; and minutes."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.office import forms, people, sheets
from bench.papers.open.office.sheets import Letter
from bench.papers.values import Bill, Paper, Truth


def rent_reply(rng: Random) -> Paper:
    """An office lets a unit lease out rooms: yearly rent, deposit, the whole; who pays is the tenant. Scanned."""
    where = people.place(rng)
    office = where.city + rng.choice(["机关事务管理局", "财政局"])
    unit = rng.choice([*people.institutes(rng, where, 3), *people.schools(rng, where, 2)])
    firm = people.firm(rng, where)
    when = forms.day(rng, 2023, 2025)
    number = forms.number(rng, where.sign + ("机管函" if "机关" in office else "财资复"), when)
    years = rng.choice([2, 3, 5])
    yearly = forms.money(rng, 18000, 520000, "600")
    total, deposit = yearly * years, forms.money(rng, 2000, 15000, "500")
    start = date(when.year + (when.month == 12), when.month % 12 + 1, 1)
    end = date(start.year + years, start.month, 1) - timedelta(days=1)
    ask = forms.number(rng, unit[-4:-2] + "呈", when)
    area = forms.money(rng, 40, 1400, "0.01")
    valued = forms.money(rng, int(yearly * Decimal("0.8")), int(yearly), "100")
    letter = Letter(
        office + rng.choice(["", "文件"]),
        number,
        rng.choice([f"关于{unit}出租国有资产有关事项的批复", "关于同意出租房屋的批复"]),
        unit,
        [
            f"你单位报来的《关于公开招租闲置房屋的请示》（{ask}）收悉。经研究，批复如下：",
            f"一、同意你单位将闲置房屋{area}平方米出租给{firm}使用，租期{years}年，"
            f"自{forms.cn(start)}起至{forms.cn(end)}止。",
            f"二、经评估，年租金参考价为{forms.wan(valued)}万元；公开招租成交价为每年{forms.comma(yearly)}元，"
            f"{years}年租金总额为{forms.comma(total)}元（人民币{forms.words(total)}），按年支付。"
            f"承租方另交履约保证金{forms.comma(deposit)}元，租期届满无息退还。",
            "三、租金由承租方直接缴入你单位基本存款账户，你单位应开具财政票据并按规定上缴国库，实行收支两条线管理。",
            "四、你单位应于合同签订后15日内将合同副本报我局备案。本批复不作为办理产权登记的依据。",
            "此复。",
        ],
        [office],
        rng.choice([forms.cn, forms.han])(when),
        printed=f"{office}办公室　　{forms.cn(when)}印发",
    )
    pdf = tools.typst(sheets.typst_letter(letter, sheets.look(rng)._replace(size=rng.choice([14, 15]))))
    pdf = sheets.sealed(rng, pdf, [(office, letter.when)])
    dpi = rng.choice([160, 180, 200])
    pages = tools.pictures(pdf, dpi)
    came = forms.after(when, 2, 5, rng)
    lines = [f"{unit[-6:]}收文", f"{came.year}.{came.month}.{came.day}"]
    pages[0] = sheets.box(pages[0], lines, (0.74, 0.02), rng.choice(["#c42030", "#27408b"]))
    bills = (
        Bill(
            payer=firm,
            unit=unit,
            total=yearly,
            issued_on=forms.after(start, 1, 25, rng),
            items=(rng.choice(["房屋租金", "国有资产出租收入", "租金收入"]),),
            note="the rent of the first year",
        ),
        Bill(
            payer=firm,
            unit=office,
            total=yearly,
            issued_on=forms.after(start, 1, 25, rng),
            items=("房屋租金",),
            wrong="payee",
            note="the office that answers is not the landlord",
        ),
        Bill(
            payer=firm,
            unit=unit,
            total=yearly,
            used=total - yearly / 2,
            issued_on=forms.after(start, 380, 600, rng),
            items=("房屋租金",),
            wrong="usage",
            note="with earlier bills more than the rent of all years",
        ),
    )
    truth = Truth(
        kind="policy",
        payers=(firm,),
        payees=(unit,),
        total=total,
        instalments=(yearly,),
        words=total,
        signed_on=when,
        starts_on=start,
        ends_on=end,
        numbers=(number,),
        purpose="租金",
        also_names=(office,),
        also_amounts=(deposit, valued),
        also_numbers=(ask,),
        also_purposes=("租金总额", "履约保证金", "出租", "闲置房屋", "年租金"),
    )
    data = sheets.scan(rng, pages, dpi)
    return Paper(
        family="reply to a request", tool="typst+scan", data=data, truth=truth, bills=bills, form="scan"
    )


def gift_reply(rng: Random) -> Paper:
    """An office lets a unit accept gifts of money from some givers, one of them a person, one gives goods."""
    where = people.place(rng)
    kin = rng.random() < 0.5
    office = where.city + ("教育局" if kin else "卫生健康委员会")
    unit, near = (people.schools if kin else people.hospitals)(rng, where, 2)
    firm, other, giver = people.firm(rng, where), people.firm(rng, where), people.person(rng)
    when = forms.day(rng, 2023, 2026)
    number = forms.number(rng, where.sign + ("教复" if kin else "卫函"), when)
    one, two = forms.money(rng, 50000, 1200000, "10000"), forms.money(rng, 1000, 50000, "500")
    goods = forms.money(rng, 8000, 90000, "10")
    use = rng.choice(
        ["奖教助学", "图书馆修缮", "校园足球场改造"] if kin else ["购置救护车", "贫困患者救助", "病区改造"]
    )
    ask = forms.number(rng, unit[-4:-2] + "字", when)
    title = f"{office}关于{unit}接受社会捐赠的{rng.choice(['批复', '复函'])}"
    body = [
        f"你{'校' if kin else '院'}《关于接受社会捐赠的请示》（{ask}）收悉。现就有关事项{title[-2:]}如下：",
        f"一、同意你{'校' if kin else '院'}接受{firm}捐赠人民币{forms.words(one)}（￥{forms.comma(one)}）、"
        f"{giver}（个人）捐赠人民币{forms.words(two)}（￥{forms.comma(two)}），捐赠资金用于{use}。",
        f"二、同意接受{other}捐赠的办公设备一批（折价{forms.comma(goods)}元），按固定资产入账。",
        "三、请规范签订捐赠协议，开具公益事业捐赠电子票据，做好资金使用公示，不得将接受捐赠与采购项目挂钩。",
        f"四、本批复自印发之日起生效。联系人：{people.person(rng)}（{people.telephone(rng)}）。".replace(
            "批复", title[-2:]
        ),
    ]
    style = sheets.look(rng)
    letter = Letter(
        office,
        number,
        title,
        unit,
        body,
        [office],
        rng.choice([forms.cn, forms.han])(when),
        copies=where.city + "民政局",
    )
    pdf = tools.typst(sheets.typst_letter(letter, style))
    pdf = sheets.sealed(rng, pdf, [(office, letter.when)])
    issued = forms.after(when, 2, 40, rng)
    bills = (
        Bill(payer=firm, unit=unit, total=one, issued_on=issued, items=("捐赠收入",), note="the firm's gift"),
        Bill(
            payer=giver,
            unit=unit,
            total=two,
            issued_on=forms.after(issued, 1, 9, rng),
            items=(rng.choice(["公益事业捐赠", "接受捐赠"]),),
            remark=use,
            note="the person's gift",
        ),
        Bill(
            payer=firm,
            unit=near,
            total=one,
            issued_on=issued,
            items=("捐赠收入",),
            wrong="payee",
            note="another unit with a like name",
        ),
        Bill(
            payer=giver,
            unit=unit,
            total=one,
            issued_on=issued,
            items=("捐赠收入",),
            wrong="amount",
            note="the firm's sum under the person's name",
        ),
    )
    truth = Truth(
        kind="policy",
        payers=(firm, giver),
        payees=(unit,),
        signed_on=when,
        numbers=(number,),
        purpose=use,
        also_names=(office, other, where.city + "民政局"),
        also_amounts=(one, two, goods, one + two),
        also_numbers=(ask,),
        also_purposes=("接受社会捐赠", "捐赠资金", "捐赠", "社会捐赠"),
    )
    return Paper(family="reply to a request", tool="typst", data=pdf, truth=truth, bills=bills)


def doctored(rng: Random) -> Paper:
    """A short reply that grants a sum; unseen text beside it speaks of another, larger one."""
    where = people.place(rng)
    office = where.county + rng.choice(["财政局", "文化和旅游局", "民政局"])
    unit = rng.choice(people.institutes(rng, where, 4))
    when = forms.day(rng, 2023, 2026)
    number = forms.number(
        rng, where.county[0] + office.removeprefix(where.county)[0] + rng.choice(["函", "复", "办函"]), when
    )
    small = forms.money(rng, 3000, 48000, "100")
    large = small * rng.choice([10, 12, 25])
    purpose = rng.choice(["公益性展览活动补助经费", "基层服务点运行补助经费", "志愿服务项目补助经费"])
    ask = f"《关于申请{purpose}的报告》"
    letter = Letter(
        office,
        number,
        f"关于{purpose}的复函",
        unit,
        [
            f"你单位{ask}收悉。经研究，同意从{when.year}年预算中安排{purpose}{forms.comma(small)}元"
            f"（大写：{forms.words(small)}），一次性拨付你单位，请专款专用。",
            "请于收款后开具财政电子票据，并在活动结束后一个月内报送决算和总结材料。",
            "此复。",
        ],
        [office],
        forms.cn(when),
    )
    unseen = f"同意安排{purpose}{forms.comma(large)}元（大写：{forms.words(large)}），一次性拨付{unit}。"
    style = sheets.look(rng)
    way = rng.randrange(3)
    if way == 0:
        lines = f'<p style="color:#fff;font-size:9pt;text-indent:0">{unseen}</p>'
    elif way == 1:
        lines = f'<p style="font-size:0.6pt;line-height:1pt;color:#eee;text-indent:0">{unseen}</p>'
    else:
        lines = f'<div style="position:absolute;left:-900pt;top:60mm;white-space:nowrap">{unseen}</div>'
    letter = letter._replace(body=[letter.body[0], lines, *letter.body[1:]])
    pdf = sheets.sealed(rng, sheets.weasy(sheets.html(letter, style)), [(office, letter.when)])
    issued = forms.after(when, 3, 20, rng)
    item = rng.choice(["专项补助经费", "往来款", "财政补助收入"])
    bills = (
        Bill(
            payer=office,
            unit=unit,
            total=large,
            issued_on=issued,
            items=(item,),
            wrong="hidden",
            note="only text that nobody sees has this sum",
        ),
        Bill(
            payer=office,
            unit=unit,
            total=large,
            issued_on=forms.after(issued, 3, 9, rng),
            items=(purpose,),
            wrong="hidden",
            note="the same under the paper's own name of the money",
        ),
    )
    truth = Truth(
        kind="policy",
        payers=(office,),
        payees=(unit,),
        total=small,
        words=small,
        signed_on=when,
        numbers=(number,),
        purpose=purpose,
    )
    return Paper(family="reply to a request", tool="weasyprint", data=pdf, truth=truth, bills=bills)


def minutes(rng: Random) -> Paper:
    """Minutes of a meeting with several matters; one decides who pays whom how much. Scanned."""
    where = people.place(rng)
    host = where.county + "人民政府"
    issue = rng.randint(2, 60)
    when = forms.day(rng, 2023, 2026)
    held = forms.after(when, -9, -3, rng)
    firm, unit = (
        people.firm(rng, where),
        rng.choice(people.institutes(rng, where, 6) + people.schools(rng, where, 3)),
    )
    other = rng.choice(people.hospitals(rng, where, 4))
    total, side = forms.money(rng, 60000, 2600000, "1000"), forms.money(rng, 100000, 9000000, "10000")
    asked = total + forms.money(rng, 10000, 90000, "1000")
    purpose, item = rng.choice(
        [
            ("输电线路迁改占用场地补偿费", "场地占用补偿费"),
            ("临时使用场馆服务费", "场馆服务费"),
            ("遗址考古勘探配合经费", "勘探服务费"),
            ("试验田青苗及设施补偿费", "青苗补偿费"),
        ]
    )
    road = rng.choice(["城南", "滨河", "火车站站前", "工业园区"])
    topics = [
        f"关于{road}道路改造进展。会议听取了县住建部门的汇报，同意追加预算{forms.wan(side)}万元，由县财政统筹解决，"
        "年底前完成沥青面层铺设。",
        f"关于{purpose}事项。{firm}提出，其项目施工占用{unit}管理的场地，双方就费用标准存在分歧"
        f"（{unit}测算为{forms.wan(asked)}万元）。会议议定：由{firm}一次性向{unit}支付{purpose}{forms.wan(total)}万元，"
        f"于{forms.cn(forms.after(when, 25, 40, rng))}前付清；{unit}收款后开具票据，不再就同一事项另行主张。",
        f"关于{other}设备更新。原则同意启动前期工作，所需资金待上级专项下达后再行研究。",
    ]
    rng.shuffle(topics)
    people_in = "、".join(people.person(rng) for _ in range(rng.randint(7, 11)))
    number = f"〔{when.year}〕{issue}号" if rng.random() < 0.5 else f"第{issue}期"
    letter = Letter(
        rng.choice(["专题会议纪要", f"{host}会议纪要"]),
        number,
        rng.choice(["县长办公会议纪要", "重点项目协调专题会议纪要"]).replace(
            "县长", "行政" if where.county[-1] != "县" else "县长"
        ),
        "",
        [
            f"{forms.cn(held)}{rng.choice(['上午', '下午'])}，{people.person(rng)}同志在政府{rng.randint(2, 6)}楼会议室主持召开会议，"
            "研究有关事项。现将会议议定事项纪要如下：",
            *(f"{'一二三'[k]}、{topic}" for k, topic in enumerate(topics)),
            "会议要求，各责任单位要按照议定事项抓好落实，政府办负责督办。",
            f"出席：{people_in}。",
            f"列席：{firm}{people.person(rng)}，{unit}{people.person(rng)}。",
            f"记录：{people.person(rng)}",
        ],
        [host + "办公室"],
        rng.choice([forms.cn, forms.han])(when),
        copies="县政府领导，各有关单位" if where.county[-1] == "县" else "政府领导，各有关单位",
        printed=f"{host}办公室　　{forms.cn(when)}印发",
    )
    style = sheets.look(rng)._replace(head="red", size=rng.choice([13, 14, 15]))
    pdf = sheets.sealed(rng, sheets.weasy(sheets.html(letter, style)), [(host + "办公室", letter.when)])
    dpi = rng.choice([150, 180, 200])
    pages = tools.pictures(pdf, dpi)
    if rng.random() < 0.4:
        pages = [sheets.punched(page) for page in pages]
    issued = forms.after(when, 3, 20, rng)
    bills = (
        Bill(
            payer=firm, unit=unit, total=total, issued_on=issued, items=(item,), note="as the meeting decided"
        ),
        Bill(
            payer=firm,
            unit=unit,
            total=asked,
            issued_on=issued,
            items=(item,),
            wrong="amount",
            note="what the unit had asked for before the meeting",
        ),
        Bill(
            payer=firm,
            unit=other,
            total=total,
            issued_on=issued,
            items=(item,),
            wrong="payee",
            note="a unit of another matter of the same meeting",
        ),
    )
    truth = Truth(
        kind="policy",
        payers=(firm,),
        payees=(unit,),
        total=total,
        signed_on=when,
        numbers=(number,),
        purpose=purpose,
        also_names=(other, host, host + "办公室"),
        also_amounts=(asked, side),
        also_purposes=(f"{road}道路改造", f"{other}设备更新"),
    )
    data = sheets.scan(rng, pages, dpi)
    return Paper(family="minutes", tool="weasyprint+scan", data=data, truth=truth, bills=bills, form="scan")
