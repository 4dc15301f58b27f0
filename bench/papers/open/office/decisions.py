"""Decisions: a penalty, compensation for expropriated buildings, prices of a public unit."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.office import forms, people, sheets
from bench.papers.open.office.sheets import Letter
from bench.papers.values import Bill, Paper, Truth


def penalty(rng: Random) -> Paper:
    """A fine and confiscated gains, told at length with other sums and days; scanned."""
    where = people.place(rng)
    office = where.county + rng.choice(["市场监督管理局", "农业农村局", "应急管理局"])
    firm, head = people.firm(rng, where), people.person(rng)
    when = forms.day(rng, 2023, 2026)
    seen, told = forms.after(when, -70, -50, rng), forms.after(when, -20, -10, rng)
    goods = forms.money(rng, 60000, 400000, "10")
    gain = forms.money(rng, 2000, 36000, "0.5")
    fine = forms.money(rng, 10000, 180000, "5000")
    total = gain + fine
    sign = short = where.county[0]
    number = f"{sign}{'市监' if '市场' in office else '农' if '农业' in office else '应急'}罚字〔{when.year}〕{rng.randint(2, 160)}号"
    inspect = f"{short}检〔{seen.year}〕{rng.randint(2, 90)}号"
    matter = {
        "市场": rng.choice(["销售不符合产品质量标准的商品", "使用未经检定的计量器具从事经营"]),
        "农业": rng.choice(["未按规定建立并保存购销台账", "经营标签标注不全的肥料"]),
        "应急": rng.choice(["使用超过检验有效期的设备从事生产", "未如实记录从业人员安全培训情况"]),
    }[office.removeprefix(where.county)[:2]]
    law = rng.choice(["第三十二条第一款", "第四十九条第二项", "第六十条"])
    letter = Letter(
        office,
        number,
        "行政处罚决定书",
        "",
        [
            f"~当事人：{firm}",
            f"~统一社会信用代码：{people.code(rng)}",
            f"~住所：{where.city}{where.county}{rng.choice(['兴业路', '园区大道', '东环路'])}{rng.randint(1, 200)}号",
            f"~法定代表人：{head}　　联系电话：{people.telephone(rng)}",
            f"{forms.cn(seen)}，我局执法人员依法对当事人经营场所进行检查（检查通知书文号：{inspect}），发现当事人涉嫌"
            f"{matter}，遂于次日立案。经查，涉案商品货值金额{forms.comma(goods)}元，已售出部分获利{forms.comma(gain)}元。",
            "以上事实有现场笔录、询问笔录、进货单据复印件和当事人提供的财务账册为证。",
            f"{forms.cn(told)}，我局向当事人送达处罚告知书，拟罚款{forms.wan(fine + 20000)}万元。当事人提出陈述申辩，"
            "鉴于其主动召回剩余商品、配合调查，经局案件审理委员会讨论，对其申辩部分采纳，予以从轻处罚。",
            f"当事人的行为违反了相关法规{law}的规定，现责令当事人改正，并决定处罚如下：",
            f"1．没收违法所得{forms.comma(gain)}元；",
            f"2．处以罚款{forms.wan(fine)}万元。",
            f"以上罚没款合计{forms.comma(total)}元（{forms.words(total)}）。",
            f"当事人应自收到本决定书之日起十五日内，持本决定书到{people.bank(rng, where)}缴纳罚没款。到期不缴纳的，"
            "每日按罚款数额的百分之三加处罚款。",
            "如不服本决定，可在收到之日起六十日内申请行政复议，也可以在六个月内向人民法院提起诉讼。",
        ],
        [office],
        rng.choice([forms.cn, forms.han])(when),
        tail='<p class="flat" style="font-size:0.8em">（本决定书一式三份，一份送达，一份归档，一份交收款银行）</p>',
    )
    style = sheets.look(rng)._replace(head=rng.choice(["none", "letter"]))
    pdf = sheets.sealed(rng, sheets.weasy(sheets.html(letter, style)), [(office, letter.when)])
    dpi = rng.choice([150, 170, 200])
    pages = [sheets.punched(page) for page in tools.pictures(pdf, dpi)]
    issued = forms.after(when, 4, 14, rng)
    bills = (
        Bill(
            payer=firm,
            unit=office,
            total=total,
            issued_on=issued,
            items=(rng.choice(["罚没收入", "罚没款", "行政处罚罚没收入"]),),
            note="fine and confiscated gains",
        ),
        Bill(
            payer=head,
            unit=office,
            total=total,
            issued_on=issued,
            items=("罚没收入",),
            wrong="payer",
            note="the legal representative, where the firm is punished",
        ),
        Bill(
            payer=firm,
            unit=office,
            total=goods,
            issued_on=issued,
            items=("罚没收入",),
            wrong="amount",
            note="the value of the goods",
        ),
    )
    truth = Truth(
        kind="policy",
        payers=(firm,),
        payees=(office,),
        total=total,
        words=total,
        signed_on=when,
        numbers=(number,),
        purpose="罚没款",
        also_names=(head,),
        also_amounts=(goods, gain, fine, fine + 20000),
        also_numbers=(inspect,),
        also_purposes=("罚款", "没收违法所得", "处以罚款"),
    )
    data = sheets.scan(rng, pages, dpi)
    return Paper(
        family="penalty decision", tool="weasyprint+scan", data=data, truth=truth, bills=bills, form="scan"
    )


def expropriation(rng: Random) -> Paper:
    """A county's office pays a public unit for buildings it takes, in two stages."""
    where = people.place(rng)
    office = where.county + rng.choice(["住房和城乡建设局", "房屋征收管理中心", "自然资源局"])
    owner, near = (people.schools if rng.random() < 0.6 else people.hospitals)(rng, where, 2)
    when = forms.day(rng, 2023, 2026)
    number = f"{where.county[0]}征补决〔{when.year}〕{rng.randint(1, 60)}号"
    value = forms.money(rng, 480000, 8600000, "100")
    parts = [
        ("房屋及附属设施价值补偿", value),
        ("搬迁费", forms.money(rng, 6000, 60000, "50")),
        ("临时安置费", forms.money(rng, 12000, 180000, "100")),
        ("停业停课损失", forms.money(rng, 0, 90000, "1000")),
    ]
    total = sum((each for _, each in parts), Decimal(0))
    first = (total * Decimal(rng.choice(["0.6", "0.7", "0.5"]))).quantize(Decimal(1))
    rest = total - first
    area = forms.money(rng, 300, 9000, "0.01")
    rows = [[str(k + 1), name, forms.gaps(each), ""] for k, (name, each) in enumerate(parts)]
    rows.append(["", "补偿总额", forms.gaps(total), "大写见正文"])
    purpose = rng.choice(["国有土地上房屋征收补偿款", "房屋征收补偿费用"])
    report = f"{people.short(where.city)}估字（{when.year - 1}）第{rng.randint(10, 400)}号"
    letter = Letter(
        office,
        number,
        rng.choice(["房屋征收补偿决定书", "关于征收补偿的决定"]),
        "",
        [
            f"~征收部门：{office}",
            f"~被征收人：{owner}",
            f"因{rng.choice(['旧城区改建', '城区道路拓宽', '防洪堤提升'])}工程建设需要，征收范围内被征收人所有的房屋"
            f"（建筑面积{area}平方米）须予征收。{people.firm(rng, where)[:4]}房地产评估机构出具的评估报告（{report}）"
            "已送达并公示，双方在规定期限内未对评估结果提出异议。",
            f"现决定由征收部门向被征收人支付{purpose}，明细如下（金额单位：元）：",
            "<" + sheets.typst_table("(auto, 1fr, auto, auto)", ["序号", "补偿项目", "金额", "说明"], rows),
            f"补偿总额为人民币{forms.words(total)}。",
            f"补偿款分两期支付：本决定送达后15日内支付第一期{forms.gaps(first)}元；被征收人腾空房屋并移交钥匙后"
            f"10日内支付第二期{forms.gaps(rest)}元。被征收人收款时应出具合法票据。",
            "被征收人应当在第一期补偿款到账之日起60日内完成搬迁。",
        ],
        [office],
        rng.choice([forms.cn, forms.han])(when),
        copies=where.county + "人民政府",
    )
    style = sheets.look(rng)._replace(size=rng.choice([13, 14, 15]))
    pdf = sheets.sealed(rng, tools.typst(sheets.typst_letter(letter, style)), [(office, letter.when)])
    issued = forms.after(when, 5, 25, rng)
    later = forms.after(issued, 60, 80, rng)
    item = rng.choice(["征收补偿款", "资产处置收入", "房屋征收补偿收入"])
    bills = (
        Bill(payer=office, unit=owner, total=first, issued_on=issued, items=(item,), note="the first stage"),
        Bill(
            payer=office,
            unit=owner,
            total=rest,
            used=first,
            issued_on=later,
            items=(item,),
            note="the second stage",
        ),
        Bill(
            payer=office,
            unit=owner,
            total=first,
            used=total - first + 10000,
            issued_on=later,
            items=(item,),
            wrong="usage",
            note="with the earlier bills more than the whole compensation",
        ),
        Bill(
            payer=office,
            unit=near,
            total=first,
            issued_on=issued,
            items=(item,),
            wrong="payee",
            note="a unit that the decision does not name",
        ),
    )
    truth = Truth(
        kind="policy",
        payers=(office,),
        payees=(owner,),
        total=total,
        instalments=(first, rest),
        words=total,
        signed_on=when,
        numbers=(number,),
        purpose=purpose,
        also_names=(where.county + "人民政府",),
        also_amounts=tuple(each for _, each in parts),
        also_numbers=(report,),
        also_purposes=tuple(name for name, _ in parts),
    )
    return Paper(family="expropriation decision", tool="typst", data=pdf, truth=truth, bills=bills)


def prices(rng: Random) -> Paper:
    """A price office allows a unit its prices from one day to another; there is no total."""
    where = people.place(rng)
    office = where.county + rng.choice(["发展和改革局", "发展和改革委员会"])
    unit = where.county + rng.choice(["机关幼儿园", "第二幼儿园", "实验幼儿园", "城关镇中心幼儿园"])
    when = forms.day(rng, 2023, 2025)
    starts = date(when.year, 9, 1) if when.month < 9 else date(when.year + 1, 3, 1)
    ends = date(starts.year + rng.choice([1, 2, 3]), starts.month, 1) - timedelta(days=1)
    number = f"{where.county[0]}发改价费〔{when.year}〕{rng.randint(5, 90)}号"
    ask = f"{where.county[0]}幼〔{when.year}〕{rng.randint(1, 9)}号"
    month, board = forms.money(rng, 240, 980, "10"), forms.money(rng, 220, 460, "5")
    bed, half = forms.money(rng, 40, 160, "10"), forms.money(rng, 100, 230, "10")
    rows = [
        ["1", "保教费（全日制）", "元/生·月", forms.plain(month), "按月收取，不足半月减半"],
        ["2", "保教费（半日制）", "元/生·月", forms.plain(half), ""],
        ["3", "住宿费", "元/生·月", forms.plain(bed), "寄宿幼儿"],
        ["4", "伙食费", "元/生·月", forms.plain(board), "服务性收费，据实结算"],
    ]
    letter = Letter(
        office + "文件",
        number,
        rng.choice([f"关于{unit}收费标准的批复", f"{office}关于核定{unit}保教费收费标准的批复"]),
        unit,
        [
            f"你园《关于申请核定收费标准的请示》（{ask}）收悉。经成本调查、征求家长意见并报县人民政府同意，现批复如下：",
            f"一、核定你园{rng.choice(['省级示范园', '一级园', '普惠园'])}收费标准如下：",
            sheets.table(["序号", "收费项目", "计费单位", "标准", "备注"], rows, left=(1, 4)),
            "二、除上述项目外，不得以开办兴趣班、实验班等名义另行收费。退园退费按实际在园天数结算。",
            f"三、上述标准自{forms.cn(starts)}起执行，有效期至{forms.cn(ends)}。此前规定与本批复不一致的，以本批复为准。",
            "四、请严格执行收费公示制度，按规定使用财政电子票据。",
        ],
        [office],
        rng.choice([forms.cn, forms.han])(when),
        copies=f"{where.county}教育局、{where.county}市场监督管理局",
        printed=f"{office}办公室　　　{forms.cn(when)}印发",
    )
    pdf = sheets.sealed(rng, sheets.weasy(sheets.html(letter, sheets.look(rng))), [(office, letter.when)])
    months = rng.choice([3, 4, 5])
    inside = forms.after(starts, 5, 120, rng)
    child, other = people.person(rng), people.person(rng)
    bills = (
        Bill(
            payer=child,
            unit=unit,
            total=month,
            issued_on=inside,
            items=("保教费",),
            remark="全日制1个月",
            note="one month",
        ),
        Bill(
            payer=other,
            unit=unit,
            total=month * months,
            issued_on=inside,
            items=("保教费",),
            remark=f"全日制{months}个月，每月{forms.plain(month)}元",
            note="some months together",
        ),
        Bill(
            payer=child,
            unit=unit,
            total=month,
            issued_on=forms.after(ends, 20, 90, rng),
            items=("保教费",),
            remark="全日制1个月",
            wrong="date",
            note="after the last day of the allowed prices",
        ),
        Bill(
            payer=child,
            unit=unit,
            total=month,
            issued_on=inside,
            items=("捐赠收入",),
            wrong="purpose",
            note="a donation, which the approval does not know",
        ),
    )
    truth = Truth(
        kind="policy",
        payees=(unit,),
        signed_on=when,
        starts_on=starts,
        ends_on=ends,
        numbers=(number,),
        purpose="保教费",
        also_names=(office, where.county + "教育局", where.county + "市场监督管理局"),
        also_amounts=(month, board, bed, half),
        also_numbers=(ask,),
        also_purposes=(
            "住宿费",
            "伙食费",
            "保教费（全日制）",
            "保教费（半日制）",
            "收费标准",
        ),
    )
    return Paper(family="price approval", tool="weasyprint", data=pdf, truth=truth, bills=bills)
