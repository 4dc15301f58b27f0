"""Notices by which an office allots money to many units."""

from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.office import forms, people, sheets, tables
from bench.papers.open.office.sheets import Letter
from bench.papers.values import Bill, Paper, Truth

_TOPICS = [
    "高原特色作物抗旱品种选育与示范",
    "基于遥感的林草湿资源动态监测",
    "县域中药材规范化种植关键技术研究",
    "肉牛布鲁氏菌病快速检测试剂研制",
    "矿区废弃地土壤修复技术集成",
    "老年共病患者社区康复模式研究",
    "非遗数字化采集与展示平台建设",
    "小流域水文预报模型优化",
    "冷链果蔬保鲜包装材料开发",
    "智慧校园能耗管理系统研发",
    "城市内涝风险预警技术应用",
    "特色浆果加工副产物综合利用",
    "装配式农房抗震性能试验研究",
    "盐碱地饲草高产栽培技术推广",
    "儿童近视综合防控干预研究",
    "古树名木健康诊断与复壮",
]


def science_funds(rng: Random) -> Paper:
    """A bureau of science allots money to projects: a wide table over pages, ten thousands, two columns of sums."""
    where = people.place(rng)
    bureau = where.city + "科学技术局"
    when = forms.day(rng, 2023, 2026)
    number = forms.number(rng, where.sign + rng.choice(["科发", "科计", "科"]), when)
    units = people.institutes(rng, where, 9) + people.hospitals(rng, where, 3)
    units += [people.firm(rng, where) for _ in range(6)]
    rows, sums, used_sums = [], [], []
    for k in range(rng.randint(24, 38)):
        whole = forms.money(rng, 80000, 900000, "5000")
        now = whole * rng.choice([Decimal("0.5"), Decimal("0.6"), Decimal("0.7")])
        unit = units[k] if k < len(units) else rng.choice(units[12:])
        topic = rng.choice(_TOPICS) + rng.choice(["", "（重点研发）", "（面上）", "Ⅱ期"])
        label = f"{where.sign}KJ{when.year}{'ABC'[k % 3]}{k + 1:03d}"
        rows.append(
            [str(k + 1), label, topic, unit, people.person(rng), forms.wan(whole, 2), forms.wan(now, 2)]
        )
        sums.append(now)
        used_sums.append(whole)
    total = sum(sums, Decimal(0))
    rows.append(["", "", "合　计", "", "", forms.wan(sum(used_sums, Decimal(0)), 2), forms.wan(total, 2)])
    purpose = rng.choice(["市级科技计划项目经费", "科技创新专项资金", "科技计划项目补助经费"])
    heads = ["序号", "项目编号", "项目名称", "承担单位", "负责人", "核定总经费", "本次下达经费"]
    grid = sheets.table(heads, rows, left=(2, 3), right=(5, 6))
    tail = (
        f'<div class="wide"><p class="flat">附件</p><h3>{when.year}年度{purpose}安排表</h3>'
        f'<p class="right" style="font-size:10.5pt">单位：万元</p>{grid}</div>'
    )
    extra = "div.wide { page: wide; break-before: page; } .wide h3 { font: 16pt o-serif-bold; text-align: center; }"
    extra += f" .wide table {{ font-size: {rng.choice([9, 9.5, 10])}pt; }}"
    if rng.random() < 0.4:
        extra += " .wide td, .wide th { border-left: none; border-right: none; }"
    ratio = rng.choice(["余款待项目验收合格后拨付", "剩余经费在中期检查合格后另行下达"])
    letter = Letter(
        bureau + "文件",
        number,
        f"{bureau}关于下达{when.year}年度{purpose}的通知",
        "各项目承担单位",
        [
            f"根据年度预算安排，经专家评审、会议研究和网上公示，现将{when.year}年度{purpose}"
            f"{forms.wan(total)}万元下达给你们（具体项目和金额见附件），{ratio}。有关事项通知如下：",
            "一、项目承担单位收到经费后应单独核算，专款专用，任何单位和个人不得截留、挪用。",
            "二、请各单位于收到本通知之日起15个工作日内开具财政电子票据（企业开具往来收据）送我局规划与资金管理科，"
            "逾期未办理的视为放弃。",
            f"三、项目执行期为两年。联系人：{people.person(rng)}，联系电话：{people.telephone(rng)}。",
        ],
        [bureau],
        forms.cn(when),
        ["《" + f"{when.year}年度{purpose}安排表" + "》"],
        f"{where.city}财政局、{where.city}审计局",
        f"{bureau}办公室　　　　{forms.cn(forms.after(when, 0, 3, rng))}印发",
        tail,
    )
    pdf = sheets.sealed(
        rng, sheets.weasy(sheets.html(letter, sheets.look(rng), extra)), [(bureau, forms.cn(when))]
    )
    row = rng.randrange(12)
    issued = forms.after(when, 4, 20, rng)
    other = next(k for k in range(12) if sums[k] != sums[row] and used_sums[row] > sums[row])
    item = rng.choice(["科研项目经费", "科研课题经费", "科技项目经费"])
    part = (sums[other] * Decimal("0.4")).quantize(Decimal("0.01"))
    bills = (
        Bill(payer=bureau, unit=units[row], total=sums[row], issued_on=issued, items=(item,), note="its row"),
        Bill(
            payer=bureau,
            unit=units[other],
            total=sums[other] - part,
            used=part,
            issued_on=forms.after(issued, 5, 30, rng),
            items=(item,),
            note="the rest of its row after an earlier bill",
        ),
        Bill(
            payer=bureau,
            unit=units[row],
            total=used_sums[row],
            issued_on=issued,
            items=(item,),
            wrong="amount",
            note="the whole approved sum, not what this notice pays",
        ),
    )
    truth = Truth(
        kind="policy",
        payers=(bureau,),
        total=total,
        signed_on=when,
        numbers=(number,),
        purpose=purpose,
        also_names=(*units, where.city + "财政局"),
        also_amounts=(*sums, *used_sums, sum(used_sums, Decimal(0))),
        also_numbers=tuple(row[1] for row in rows[:-1]),
        also_purposes=tuple(row[2] for row in rows[:-1]),
    )
    return Paper(family="allocation notice", tool="weasyprint", data=pdf, truth=truth, bills=bills)


def joint_schools(rng: Random) -> Paper:
    """Two offices allot money to a few schools; part was paid in advance before."""
    where = people.place(rng)
    finance, education = where.city + "财政局", where.city + "教育局"
    when = forms.day(rng, 2023, 2026)
    number = forms.number(rng, where.sign + "财教", when)
    names = people.schools(rng, where, rng.randint(4, 7))
    purpose = rng.choice(
        ["义务教育薄弱环节改善与能力提升补助资金", "校园安全设施改造补助资金", "教学仪器设备购置补助资金"]
    )
    whole = [forms.money(rng, 200000, 2400000, "10000") for _ in names]
    before = [forms.money(rng, 50000, int(each) // 2, "10000") for each in whole]
    now = [each - paid for each, paid in zip(whole, before, strict=True)]
    total = sum(now, Decimal(0))
    rows = [
        [
            str(k + 1),
            name,
            *(forms.wan(each) for each in (whole[k], before[k], now[k])),
            rng.choice(["", "", "含配套"]),
        ]
        for k, name in enumerate(names)
    ]
    rows.append(["", "合计", *(forms.wan(sum(each, Decimal(0))) for each in (whole, before, now)), ""])
    earlier = forms.number(rng, where.sign + "财教", when.replace(year=when.year - 1))
    grid = sheets.typst_table(
        "(auto, 1fr, auto, auto, auto, auto)",
        ["序号", "学校名称", "核定补助额", "已预拨", "本次实拨", "备注"],
        rows,
        rng.random() < 0.5,
    )
    letter = Letter(
        f"{finance} {education}",
        number,
        f"{finance} {education}关于拨付{when.year}年{purpose}的通知",
        "有关学校",
        [
            f"为支持学校改善办学条件，市财政已以{earlier}文件预拨部分资金。现按核定结果清算，"
            f"本次实际拨付{forms.wan(total)}万元，列{when.year}年“205教育支出”科目，分配情况如下：",
            "<#align(right, text(size: 11pt)[单位：万元])\n" + grid,
            "请各学校抓紧组织实施，严格执行政府采购和国库集中支付有关规定，并于年底前报送绩效自评报告。",
        ],
        [f"{finance}　　　{education}"],
        rng.choice([forms.cn, forms.han])(when),
        copies=f"{where.city}审计局",
        printed=f"{finance}办公室 {forms.cn(when)}印发",
    )
    pdf = tools.typst(sheets.typst_letter(letter, sheets.look(rng)))
    pdf = sheets.sealed(rng, pdf, [(finance, f"{finance}　　　{education}")])
    row = rng.randrange(len(names))
    last = (row + 1) % len(names)
    issued = forms.after(when, 3, 25, rng)
    item = rng.choice(["财政补助收入", "往来款", "专项补助资金", "教育专项补助"])
    half = (now[last] / 2).quantize(Decimal("0.01"))
    bills = (
        Bill(payer=finance, unit=names[row], total=now[row], issued_on=issued, items=(item,), note="its row"),
        Bill(
            payer=finance,
            unit=names[last],
            total=now[last],
            used=half,
            issued_on=issued,
            items=(item,),
            wrong="usage",
            note="half of its row was billed before, and the bill takes the whole again",
        ),
        Bill(
            payer=finance,
            unit=names[row],
            total=whole[row],
            issued_on=issued,
            items=(item,),
            wrong="amount",
            note="the approved sum, of which part was paid under an earlier notice",
        ),
    )
    truth = Truth(
        kind="policy",
        payers=(finance,),
        payees=tuple(names),
        total=total,
        signed_on=when,
        numbers=(number,),
        purpose=purpose,
        also_names=(education, where.city + "审计局"),
        also_amounts=(*now, *whole, *before, sum(whole, Decimal(0)), sum(before, Decimal(0))),
        also_numbers=(earlier,),
        also_purposes=(f"{when.year}年{purpose}",),
    )
    return Paper(family="allocation notice", tool="typst", data=pdf, truth=truth, bills=bills)


def student_aid(rng: Random) -> Paper:
    """A notice of two paragraphs; the schools and their sums in 元 are on a sheet made by a spreadsheet."""
    where = people.place(rng)
    bureau = where.county + "教育局" if rng.random() < 0.5 else where.city + "教育局"
    when = forms.day(rng, 2023, 2026)
    number = forms.number(rng, where.sign + "教助", when)
    names = people.schools(rng, where, rng.randint(13, 20))
    purpose = rng.choice(
        ["家庭经济困难学生生活补助资金", "普通高中国家助学金和免学费补助资金", "学生资助补助经费"]
    )
    parts = [
        (
            forms.money(rng, 2000, 90000, "125"),
            forms.money(rng, 1000, 60000, "500"),
            forms.money(rng, 0, 8000, "37.5"),
        )
        for _ in names
    ]
    sums = [sum(each, Decimal(0)) for each in parts]
    total = sum(sums, Decimal(0))
    sheet = tables.Sheet(
        f"{when.year}年{rng.choice(['春', '秋'])}季学期{purpose}分配表",
        "单位：人、元",
        ["序号", "学校", "人数", "生活补助", "免学费补助", "其他", "合计"],
        [[k + 1, name, rng.randint(8, 600), *parts[k], sums[k]] for k, name in enumerate(names)],
        f"填表人：{people.person(rng)}　　审核人：{people.person(rng)}　　单位负责人：{people.person(rng)}",
    )
    letter = Letter(
        bureau,
        number,
        rng.choice([f"关于下达{purpose}的通知", f"{bureau}关于拨付{purpose}的通知"]),
        "各有关学校",
        [
            f"经研究，现下达{purpose}共计{forms.comma(total)}元（{forms.words(total)}），各校额度见附表。",
            "该项资金由各校代为发放至学生本人社会保障卡，收款后请向我局开具票据。发放名册、银行回单须留存备查，"
            "严禁以任何理由抵扣学生应缴费用。",
            f"业务咨询：学生资助管理中心 {people.person(rng)} {people.telephone(rng)}",
        ],
        [bureau],
        rng.choice([forms.cn, forms.han])(when),
        [sheet.title],
    )
    style = sheets.look(rng)._replace(head=rng.choice(["letter", "none"]))
    first = sheets.sealed(rng, sheets.weasy(sheets.html(letter, style)), [(bureau, letter.when)])
    pdf = sheets.bound(first, tools.office(tables.xlsx(rng, sheet), "xlsx"))
    row = rng.randrange(len(names))
    near = (row + 1) % len(names)
    issued = forms.after(when, 2, 30, rng)
    bills = (
        Bill(
            payer=bureau,
            unit=names[row],
            total=sums[row],
            issued_on=issued,
            items=("代收代付款",),
            remark=purpose,
            note="the school passes the money on to pupils, so its item is money received for others",
        ),
        Bill(
            payer=bureau,
            unit=names[row],
            total=forms.slip(sums[row]),
            issued_on=issued,
            items=("学生资助资金",),
            wrong="amount",
            note="two digits changed about",
        ),
        Bill(
            payer=bureau,
            unit=names[near],
            total=sums[near],
            issued_on=issued,
            items=("房屋租金",),
            wrong="purpose",
            note="rent, where the notice gives aid to pupils",
        ),
    )
    truth = Truth(
        kind="policy",
        payers=(bureau,),
        total=total,
        words=total,
        signed_on=when,
        numbers=(number,),
        purpose=purpose,
        also_names=tuple(names),
        also_amounts=(*sums, *(each for part in parts for each in part)),
        also_purposes=(sheet.title,),
    )
    return Paper(family="allocation notice", tool="weasyprint+xlsx", data=pdf, truth=truth, bills=bills)


def health_scan(rng: Random) -> Paper:
    """A health commission gives sums to hospitals in running text; scanned with the registry's stamp and a note."""
    where = people.place(rng)
    office = where.city + "卫生健康委员会"
    when = forms.day(rng, 2023, 2026)
    number = forms.number(rng, where.sign + rng.choice(["卫财", "卫健", "卫规财"]), when)
    names = people.hospitals(rng, where, rng.randint(3, 5))
    sums = [forms.money(rng, 40000, 1800000, "2500") for _ in names]
    total = sum(sums, Decimal(0))
    purpose = rng.choice(
        ["重大传染病防控补助经费", "基层卫生人才能力提升培训补助资金", "住院医师规范化培训补助资金"]
    )
    share = "、".join(f"{name}{forms.wan(each)}万元" for name, each in zip(names, sums, strict=True))
    letter = Letter(
        office + "文件",
        number,
        f"{office}关于安排{purpose}的通知",
        "、".join(names) if len(names) < 4 else "各有关医疗卫生机构",
        [
            f"根据{when.year}年部门预算和工作任务，决定从我委专项经费中安排{purpose}{forms.wan(total)}万元，"
            f"其中：{share}。",
            "请严格按照规定的范围和标准使用经费，收到款项后及时向我委出具票据。年度终了，结余资金按规定上缴。",
            "特此通知。",
        ],
        [office],
        rng.choice([forms.han, forms.cn])(when),
        printed=f"{office}办公室　　{forms.cn(when)}印发　　（共印{rng.randint(10, 40)}份）",
    )
    source = sheets.typst_letter(letter, sheets.look(rng)._replace(head="red"))
    pdf = sheets.sealed(rng, tools.typst(source), [(office, letter.when)])
    row = rng.randrange(len(names))
    dpi = rng.choice([150, 180, 200, 240])
    pages = tools.pictures(pdf, dpi)
    came = forms.after(when, 2, 6, rng)
    lines = ["收　文　章", f"第{rng.randint(20, 900)}号", f"{came:%Y}年{came:%m}月{came:%d}日"]
    pages[0] = sheets.box(pages[0], lines, (rng.uniform(0.03, 0.06), 0.03))
    note = rng.choice(["请财务科办理。", "阅，转计财科。", "请按要求开票。"])
    pages[0] = sheets.pencil(pages[0], note, (rng.uniform(0.55, 0.66), 0.075))
    issued = forms.after(came, 1, 20, rng)
    item = rng.choice(["专项补助经费", "往来款", "业务补助经费"])
    bills = (
        Bill(
            payer=office, unit=names[row], total=sums[row], issued_on=issued, items=(item,), note="its share"
        ),
        Bill(
            payer=office,
            unit=names[row],
            total=sums[row] / 10000,
            issued_on=issued,
            items=(item,),
            wrong="amount",
            note="ten thousands taken as 元",
        ),
        Bill(
            payer=office,
            unit=names[row],
            total=sums[row],
            issued_on=forms.after(when, -45, -20, rng),
            items=(item,),
            wrong="date",
            note="issued weeks before the notice",
        ),
    )
    truth = Truth(
        kind="policy",
        payers=(office,),
        payees=tuple(names),
        total=total,
        signed_on=when,
        numbers=(number,),
        purpose=purpose,
        also_amounts=tuple(sums),
    )
    data = sheets.scan(rng, pages, dpi)
    return Paper(
        family="allocation notice", tool="typst+scan", data=data, truth=truth, bills=bills, form="scan"
    )
