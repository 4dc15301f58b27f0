"""Notices that change, take back or hand on earlier ones, and papers that are not in force."""

from decimal import Decimal
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFont

from bench.papers import tools
from bench.papers.open.office import forms, people, sheets
from bench.papers.open.office.sheets import Letter
from bench.papers.values import Bill, Paper, Truth


def amended(rng: Random) -> Paper:
    """A notice that changes the shares of an earlier one: before, change, after."""
    where = people.place(rng)
    office = where.city + rng.choice(["财政局", "农业农村局", "乡村振兴局"])
    when = forms.day(rng, 2023, 2026)
    first_day = forms.after(when, -130, -60, rng)
    sign = where.sign + {"财政": "财农", "农业": "农财", "乡村": "振发"}[office.removeprefix(where.city)[:2]]
    number, earlier = forms.number(rng, sign, when), forms.number(rng, sign, first_day)
    names = people.institutes(rng, where, rng.randint(3, 6))
    old = [forms.money(rng, 150000, 1900000, "5000") for _ in names]
    moves = [forms.money(rng, 10000, int(each) // 3, "5000") * rng.choice([1, -1]) for each in old]
    moves[0] = abs(moves[0])
    moves[1] = -abs(moves[1])
    new = [each + move for each, move in zip(old, moves, strict=True)]
    total = sum(new, Decimal(0))
    purpose = rng.choice(["高标准农田建设技术支撑经费", "良种繁育基地补助资金", "农业防灾减灾资金"])
    minus = rng.choice(["-", "－", "△"])
    rows = [
        [
            str(k + 1),
            name,
            forms.wan(old[k]),
            ("+" if moves[k] > 0 else minus) + forms.wan(abs(moves[k])),
            forms.wan(new[k]),
        ]
        for k, name in enumerate(names)
    ]
    moved = sum(moves, Decimal(0))
    rows.append(
        [
            "",
            "合计",
            forms.wan(sum(old, Decimal(0))),
            ("" if moved >= 0 else minus) + forms.wan(abs(moved)),
            forms.wan(total),
        ]
    )
    grid = sheets.typst_table(
        "(auto, 1fr, auto, auto, auto)",
        ["序号", "单位", "原下达数", "调整数", "调整后"],
        rows,
        rng.random() < 0.7,
    )
    letter = Letter(
        office,
        number,
        rng.choice([f"关于调整{first_day.year}年{purpose}安排的通知", f"{office}关于调整{purpose}的通知"]),
        "各有关单位",
        [
            f"{forms.cn(first_day)}，我局以《关于下达{purpose}的通知》（{earlier}）下达你们{purpose}"
            f"{forms.wan(sum(old, Decimal(0)))}万元。因部分任务变更，经研究对各单位额度作如下调整，"
            f"调整后共{forms.wan(total)}万元：",
            "<#align(right, text(size: 11pt)[金额单位：万元])\n" + grid,
            f"请按调整后的额度办理收款和开票手续。{earlier}与本通知不一致的，以本通知为准；已按原额度拨付的，多退少补。",
        ],
        [office],
        rng.choice([forms.cn, forms.han])(when),
        printed=f"{office}办公室 {forms.cn(when)}印发",
    )
    pdf = sheets.sealed(
        rng, tools.typst(sheets.typst_letter(letter, sheets.look(rng))), [(office, letter.when)]
    )
    issued = forms.after(when, 3, 25, rng)
    item = rng.choice(["专项补助经费", "项目补助资金", "往来款"])
    part = (old[0] / 2).quantize(Decimal("0.01"))
    bills = (
        Bill(
            payer=office,
            unit=names[1],
            total=new[1],
            issued_on=issued,
            items=(item,),
            note="its changed share",
        ),
        Bill(
            payer=office,
            unit=names[0],
            total=new[0] - part,
            used=part,
            issued_on=issued,
            items=(item,),
            note="the rest of its changed share after an earlier bill",
        ),
        Bill(
            payer=office,
            unit=names[1],
            total=old[1],
            issued_on=issued,
            items=(item,),
            wrong="amount",
            note="the superseded share",
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
        also_amounts=(*new, *old, *(abs(move) for move in moves), sum(old, Decimal(0)), abs(moved)),
        also_numbers=(earlier,),
    )
    return Paper(family="amending notice", tool="typst", data=pdf, truth=truth, bills=bills)


def recalled(rng: Random) -> Paper:
    """An office takes back what was left of a grant: the addressee pays; in half of them words and digits differ."""
    where = people.place(rng)
    office = where.city + rng.choice(["科学技术局", "工业和信息化局", "商务局"])
    payer = rng.choice([people.firm(rng, where), *people.institutes(rng, where, 2)])
    when = forms.day(rng, 2023, 2026)
    given = forms.money(rng, 200000, 1500000, "10000")
    spent = forms.money(rng, int(given) // 3, int(given) - 20000, "0.01")
    total = given - spent
    differ = rng.random() < 0.5
    told = forms.slip(total // 1) + total % 1 if differ else total
    number = forms.number(
        rng,
        where.sign + {"科学": "科函", "工业": "工信财", "商务": "商财"}[office.removeprefix(where.city)[:2]],
        when,
    )
    earlier = forms.number(rng, where.sign + "财建", when.replace(year=when.year - 2, day=min(when.day, 28)))
    bank, account = people.bank(rng, where), people.account(rng)
    audit = f"{rng.choice(['正信', '中和', '天平'])}审字〔{when.year}〕第{rng.randint(10, 999):04d}号"
    purpose = "项目结余资金"
    until = forms.after(when, 15, 30, rng)
    letter = Letter(
        office,
        number,
        rng.choice(["关于收回项目结余资金的通知", f"{office}关于收缴项目结余资金的函"]),
        payer,
        [
            f"你单位承担的市级专项（立项文件：{earlier}）已到期。经第三方审计（{audit}），该项目共拨付资金"
            f"{forms.comma(given)}元，核定支出{forms.comma(spent)}元。",
            f"按照专项资金管理规定，现收回你单位{purpose}{forms.comma(total)}元（大写：人民币{forms.words(told)}）。"
            f"请于{forms.cn(until)}前汇至：",
            f"收款单位：{office}",
            f"开 户 行：{bank}",
            f"账　　号：{account}",
            "汇款时请注明“退回结余”。我局收款后为你单位开具票据。逾期未退的，将列入信用记录，三年内不再受理申报。",
        ],
        [office],
        f"{when.year}年{when.month:02d}月{when.day:02d}日",
    )
    style = sheets.look(rng)
    pdf = sheets.sealed(rng, sheets.weasy(sheets.html(letter, style)), [(office, letter.when)])
    issued = forms.after(when, 3, 14, rng)
    item = rng.choice(["收回结余资金", "项目结余资金", "退回项目资金"])
    wrong = "words" if differ else ""
    right = Bill(
        payer=payer,
        unit=office,
        total=total,
        issued_on=issued,
        items=(item,),
        unit_account=account,
        wrong=wrong,
        note="words and digits of the notice differ" if differ else "the addressee pays, the office receives",
    )
    second = Bill(
        payer=payer,
        unit=office,
        total=told if differ else given,
        issued_on=issued,
        items=(item,),
        unit_account=account,
        wrong=wrong or "amount",
        note="the sum that the words say" if differ else "the whole grant, not what was left",
    )
    third = Bill(
        payer=payer,
        unit=office,
        total=total,
        issued_on=forms.after(when, -60, -30, rng),
        items=(item,),
        unit_account=account,
        wrong="date",
        note="issued a month before the notice",
    )
    truth = Truth(
        kind="policy",
        payers=(payer,),
        payees=(office,),
        total=total,
        words=told,
        signed_on=when,
        numbers=(number,),
        accounts=(account,),
        purpose=purpose,
        also_names=(bank,),
        also_amounts=(given, spent, told),
        also_numbers=(earlier, audit),
        also_purposes=("退回结余",),
    )
    bills = (right, second) if differ else (right, second, third)
    return Paper(family="recalling notice", tool="weasyprint", data=pdf, truth=truth, bills=bills)


def _void(page: Image.Image, text: str, rng: Random) -> Image.Image:
    """A page with a slanted red stamp in a frame across its upper half."""
    tile = Image.new("RGBA", (round(page.width * 0.42), round(page.width * 0.13)))
    pen = ImageDraw.Draw(tile)
    colour = (200, 24, 36, 225)
    pen.rounded_rectangle((4, 4, tile.width - 5, tile.height - 5), 14, outline=colour, width=8)
    size = min(round(tile.height * 0.55), round(tile.width * 0.88 / len(text)))
    letter = ImageFont.truetype(str(tools.font("sans-bold")), size)
    pen.text((tile.width / 2, tile.height / 2), text, colour, letter, anchor="mm")
    tile = tile.rotate(rng.uniform(8, 22), Image.Resampling.BICUBIC, expand=True)
    ink = Image.new("RGB", page.size, "white")
    ink.paste(
        tile, (round(page.width * rng.uniform(0.36, 0.5)), round(page.height * rng.uniform(0.1, 0.18))), tile
    )
    return ImageChops.multiply(page, ink)  # black letters stay black under the red


def revoked(rng: Random) -> Paper:
    """A notice of a course with its fee that was repealed later: a red stamp over it, or a printed line. Scanned."""
    where = people.place(rng)
    office = where.city + rng.choice(["人力资源和社会保障局", "住房和城乡建设局", "教育局"])
    centre = where.city + rng.choice(["职业技术学院", "干部培训中心", "教师进修学校", "广播电视大学"])
    when = forms.day(rng, 2023, 2025)
    short = {"人力": "人社", "住房": "建", "教育": "教"}[office.removeprefix(where.city)[:2]]
    fee = forms.money(rng, 380, 3600, "20")
    number = forms.number(rng, where.sign + short + rng.choice(["培", "函", "办"]), when)
    later = forms.after(when, 15, 30, rng)
    by = forms.number(rng, where.sign + short + "发", later)
    starts = forms.after(when, 35, 50, rng)
    topic = rng.choice(["财务人员继续教育", "安全生产管理人员", "骨干教师能力提升", "基层统计人员"])
    printed = rng.random() < 0.5
    note = f"~（此件已被{by}文件废止，自{forms.cn(later)}起停止执行）"
    letter = Letter(
        office + "文件",
        number,
        f"关于举办{topic}培训班的通知",
        "各县（市、区）有关部门，市直各单位",
        [
            *([note] if printed else []),
            f"经研究，定于{forms.cn(starts)}起举办{topic}培训班，委托{centre}承办。有关事项如下：",
            "一、培训内容：相关政策解读、业务实务和案例教学，共计40学时。",
            f"二、培训费每人{forms.plain(fee)}元（含教材费、场地费），食宿费用自理，由{centre}收取并开具票据。",
            f"三、报名截止时间为{forms.cn(forms.after(when, 18, 25, rng))}，请将回执发送至承办单位，"
            f"联系人：{people.person(rng)}，电话：{people.telephone(rng)}。",
        ],
        [office],
        rng.choice([forms.cn, forms.han])(when),
        printed=f"{office}办公室 {forms.cn(when)}印发",
    )
    source = sheets.typst_letter(letter, sheets.look(rng)._replace(head="red"))
    pdf = sheets.sealed(rng, tools.typst(source), [(office, letter.when)])
    dpi = rng.choice([150, 180, 200])
    pages = [sheets.punched(page) for page in tools.pictures(pdf, dpi)]
    if not printed:
        pages[0] = _void(pages[0], rng.choice(["已废止", "本文件已废止", "此件作废"]), rng)
    firm = people.firm(rng, where)
    heads = rng.randint(2, 9)
    bills = (
        Bill(
            payer=people.person(rng),
            unit=centre,
            total=fee,
            issued_on=forms.after(starts, 0, 5, rng),
            items=("培训费",),
            wrong="status",
            note="the notice was repealed",
        ),
        Bill(
            payer=firm,
            unit=centre,
            total=fee * heads,
            issued_on=forms.after(starts, 0, 9, rng),
            items=("培训费",),
            remark=f"{heads}人",
            wrong="status",
            note="the notice was repealed",
        ),
    )
    truth = Truth(
        kind="policy",
        payees=(centre,),
        signed_on=when,
        numbers=(number,),
        purpose="培训费",
        status="revoked",
        also_names=(office,),
        also_amounts=(fee,),
        also_numbers=(by,) if printed else (),
        also_purposes=(f"{topic}培训班",),
    )
    data = sheets.scan(rng, pages, dpi)
    return Paper(
        family="repealed notice", tool="typst+scan", data=data, truth=truth, bills=bills, form="scan"
    )


def draft(rng: Random) -> Paper:
    """A notice for comment: no number, no day, no seal, a mark across the page."""
    where = people.place(rng)
    office = where.city + rng.choice(["财政局", "体育局", "文化和旅游局"])
    names = people.institutes(rng, where, 3)
    year = rng.randint(2024, 2027)
    sums = [forms.money(rng, 60000, 700000, "5000") for _ in names]
    total = sum(sums, Decimal(0))
    purpose = rng.choice(["公共文化设施免费开放补助资金", "全民阅读推广活动经费", "科普基地运行补助经费"])
    mark = rng.choice(["征求意见稿", "讨论稿", "送审稿"])
    sign = (
        where.sign + {"财政": "财文", "体育": "体发", "文化": "文旅发"}[office.removeprefix(where.city)[:2]]
    )
    rows = [[str(k + 1), name, forms.wan(sums[k], 2)] for k, name in enumerate(names)]
    letter = Letter(
        office,
        f"{sign}〔{year}〕　　号",
        f"关于下达{year}年{purpose}的通知<br><span style='font-size:0.8em'>（{mark}）</span>",
        "各有关单位",
        [
            f"为保障工作顺利开展，拟下达{year}年{purpose}{forms.wan(total)}万元，具体安排如下（单位：万元）：",
            sheets.table(["序号", "单位名称", "拟安排金额"], rows, left=(1,), right=(2,)),
            "请各单位严格按照预算执行，加强绩效管理，并于收到资金后及时开具票据。",
            f"（{rng.choice(['意见反馈', '修改意见'])}请于{rng.randint(3, 10)}日内报预算科，联系人：{people.person(rng)}，"
            f"电话：{people.telephone(rng)}）",
        ],
        [office],
        f"{year}年　　月　　日",
    )
    extra = ""
    if rng.random() < 0.6:
        extra = (
            ".mark { position: fixed; top: 95mm; left: 20mm; font: 60pt o-sans; color: #e4e4e4; "
            "transform: rotate(-35deg); z-index: -1; }"
        )
        letter = letter._replace(tail=f'<div class="mark">{mark}</div>')
    pdf = sheets.weasy(sheets.html(letter, sheets.look(rng), extra))
    issued = forms.day(rng, year, year)
    item = rng.choice(["专项补助经费", "财政补助收入", "往来款"])
    bills = tuple(
        Bill(
            payer=office,
            unit=names[k],
            total=sums[k],
            issued_on=forms.after(issued, 0, 20, rng),
            items=(item,),
            wrong="status",
            note="its row, but the paper is a draft",
        )
        for k in (0, 2)
    )
    truth = Truth(
        kind="policy",
        payers=(office,),
        payees=tuple(names),
        total=total,
        purpose=purpose,
        status="draft",
        also_amounts=tuple(sums),
    )
    return Paper(family="draft for comment", tool="weasyprint", data=pdf, truth=truth, bills=bills)


def handed_on(rng: Random) -> Paper:
    """A notice that hands money of the province on, full of cited numbers; accounts stand in the rows."""
    where = people.place(rng)
    office = where.city + rng.choice(["林业和草原局", "水利局", "生态环境局"])
    region = where.province + "财政厅"
    when = forms.day(rng, 2023, 2026)
    own = forms.number(
        rng,
        where.sign + {"林业": "林规", "水利": "水财", "生态": "环财"}[office.removeprefix(where.city)[:2]],
        when,
    )
    head = where.province[0]
    cited = [
        f"财资环〔{when.year - 1}〕{rng.randint(60, 160)}号",
        f"{head}财资环〔{when.year}〕{rng.randint(2, 60)}号",
        f"{where.sign}财预〔{when.year}〕{rng.randint(1, 9)}号",
        f"{where.sign}政办发〔{when.year - 2}〕{rng.randint(10, 50)}号",
    ]
    names = people.institutes(rng, where, rng.randint(5, 9))
    sums = [forms.money(rng, 52000, 2600000, "0.5") for _ in names]
    total = sum(sums, Decimal(0))
    accounts = [people.account(rng) for _ in names]
    purpose = rng.choice(["生态保护修复监测经费", "水土流失动态监测补助资金", "有害生物防治补助经费"])
    shape = rng.choice([forms.gaps, forms.comma])
    rows = [
        [str(k + 1), name, people.bank(rng, where), people.spaced(accounts[k]), shape(sums[k])]
        for k, name in enumerate(names)
    ]
    rows.append(["", "合计", "", "", shape(total)])
    grid = sheets.typst_table(
        "(auto, 1fr, 1fr, auto, auto)",
        ["序号", "收款单位", "开户银行", "银行账号", "金额（元）"],
        rows,
        rng.random() < 0.7,
    )
    tail = (
        '#pagebreak()\n#par(first-line-indent: 0em)[附件]\n#v(2mm)\n#align(center, text(font: "Noto Serif SC", '
        f"size: 16pt)[{sheets.typ(purpose)}分配明细表])\n#v(3mm)\n{grid}"
    )
    letter = Letter(
        office,
        own,
        f"转发{region}关于下达{purpose}的通知",
        "局属及有关单位",
        [
            f"根据{region}《关于下达{when.year}年{purpose}的通知》（{cited[1]}，以下简称省级文件，对应中央文件为{cited[0]}），"
            f"以及{where.city}财政局{cited[2]}批复的预算，现将{purpose}转下达你们，共计{shape(total)}元，由我局从零余额账户直接支付。",
            f"一、资金使用和管理按照{cited[3]}执行，政府采购事项应按程序报批。",
            "二、收款账户以附件所列为准，账户信息有变动的请在3日内书面告知，未告知造成的损失自行承担。",
            "三、收到资金后5个工作日内开具财政电子票据。",
        ],
        [office],
        rng.choice([forms.cn, forms.han])(when),
        [f"{purpose}分配明细表"],
    )
    style = sheets.look(rng)
    pdf = sheets.sealed(rng, tools.typst(sheets.typst_letter(letter, style, tail)), [(office, letter.when)])
    row = rng.randrange(len(names))
    next_row = (row + 1) % len(names)
    issued = forms.after(when, 3, 18, rng)
    item = rng.choice(
        ["监测经费", "专项补助经费", "往来款"]
        if "监测" in purpose
        else ["防治经费", "专项补助经费", "往来款"]
    )
    bills = (
        Bill(
            payer=office,
            unit=names[row],
            total=sums[row],
            issued_on=issued,
            items=(item,),
            unit_account=accounts[row],
            note="its row and its account",
        ),
        Bill(
            payer=office,
            unit=names[row],
            total=sums[row],
            issued_on=issued,
            items=(item,),
            unit_account=people.account(rng),
            wrong="account",
            note="the unit's registered account does not stand in its row",
        ),
        Bill(
            payer=office,
            unit=names[row],
            total=sums[next_row],
            issued_on=issued,
            items=(item,),
            unit_account=accounts[row],
            wrong="amount",
            note="the sum of the next row",
        ),
        Bill(
            payer=people.firm(rng, where),
            unit=names[row],
            total=sums[row],
            issued_on=issued,
            items=(item,),
            unit_account=accounts[row],
            wrong="payer",
            note="a firm of which the notice knows nothing",
        ),
    )
    truth = Truth(
        kind="policy",
        payers=(office,),
        payees=tuple(names),
        total=total,
        signed_on=when,
        numbers=(own,),
        accounts=tuple(accounts),
        purpose=purpose,
        also_names=(region, where.city + "财政局"),
        also_amounts=tuple(sums),
        also_numbers=tuple(cited),
    )
    return Paper(family="notice with cited numbers", tool="typst", data=pdf, truth=truth, bills=bills)
