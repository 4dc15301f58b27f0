"""Letters by which an office asks its addressee to pay."""

from decimal import Decimal
from html import escape
from random import Random

from bench.papers import tools
from bench.papers.open.office import forms, people, sheets
from bench.papers.open.office.sheets import Letter
from bench.papers.values import Bill, Paper, Truth


def fee_notice(rng: Random) -> Paper:
    """A notice to pay a building fee: area by price, a reduction, what is to be paid, and the office's account."""
    where = people.place(rng)
    office = where.city + rng.choice(["住房和城乡建设局", "自然资源局", "水务局"])
    purpose = {
        "局": "城市基础设施配套费",
        "源": "耕地开垦费",
        "务": "水土保持补偿费",
    }["务" if "水务" in office else "源" if "资源" in office else "局"]
    firm = people.firm(rng, where)
    when = forms.day(rng, 2023, 2027 if rng.random() < 0.2 else 2026)
    area = forms.money(rng, 4000, 96000, "0.01")
    price = Decimal(rng.choice([18, 26, 35, 48, 65, 80]))
    due = (area * price).quantize(Decimal("0.01"))
    less = (due * Decimal(rng.choice(["0.1", "0.2", "0.3"]))).quantize(Decimal("0.01"))
    total = due - less
    number = forms.number(rng, where.sign + rng.choice(["缴通", "费缴字", "建费"]), when, 3)
    bank, account = people.bank(rng, where), people.account(rng)
    project = rng.choice(["云锦", "和煦", "东澜", "金穗", "启航"]) + rng.choice(
        ["标准厂房一期", "冷链物流园", "住宅小区二期", "综合楼"]
    )
    until = forms.after(when, 10, 30, rng)
    rows = [
        ("缴款单位", escape(firm), "统一社会信用代码", people.code(rng)),
        (
            "项目名称",
            escape(project),
            "项目地点",
            where.county + rng.choice(["工业园区", "城北新区", "中心镇"]),
        ),
        ("计费面积", f"{area:,.2f} 平方米", "征收标准", f"{price} 元/平方米"),
        ("应缴金额", f"{forms.comma(due)} 元", "减免金额", f"{forms.comma(less)} 元"),
    ]
    grid = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    grid += (
        f'<tr><td>实缴金额</td><td colspan="3" class="l">（小写）¥{forms.comma(total)}<br>'
        f"（大写）人民币{forms.words(total)}</td></tr>"
        f'<tr><td>收款账户</td><td colspan="3" class="l">户　名：{office}<br>开户行：{bank}<br>'
        f"账　号：{people.spaced(account) if rng.random() < 0.5 else account}</td></tr>"
    )
    letter = Letter(
        office,
        f"编号：{number}",
        f"{purpose}{rng.choice(['缴款通知书', '缴费通知书'])}",
        firm,
        [
            f"你单位申报的{project}已经核定。根据本省现行收费政策，应缴纳{purpose}，核算结果如下：",
            f"<table>{grid}</table>",
            f"请于{forms.cn(until)}前将款项足额缴入上述账户，并在付款附言中注明“{project}”。"
            "逾期未缴的，自滞纳之日起按日加收万分之五的滞纳金。",
            f"如对核算结果有异议，可在收到本通知后5个工作日内向我局提出。经办人：{people.person(rng)}　"
            f"电话：{people.telephone(rng)}　地址：{where.city}人民路{rng.randint(3, 300)}号政务服务大厅",
        ],
        [office],
        rng.choice([forms.cn, forms.han])(when),
    )
    style = sheets.look(rng, small=True)._replace(head=rng.choice(["none", "letter"]))
    extra = " table td { font-size: 12pt; padding: 2.2mm; } table td:nth-child(odd) { white-space: nowrap; }"
    pdf = sheets.sealed(
        rng, sheets.weasy(sheets.html(letter, style, extra)), [(office, letter.when)], "收费专用章"
    )
    issued = forms.after(when, 3, 20, rng)
    item = purpose if rng.random() < 0.7 else purpose + "收入"
    bills = (
        Bill(
            payer=firm,
            unit=office,
            total=total,
            issued_on=issued,
            items=(item,),
            unit_account=account,
            note="as the notice asks",
        ),
        Bill(
            payer=people.near_firm(firm),
            unit=office,
            total=total,
            issued_on=issued,
            items=(item,),
            unit_account=account,
            wrong="payer",
            note="another firm of the same group",
        ),
        Bill(
            payer=firm,
            unit=office,
            total=total,
            issued_on=issued,
            items=(item,),
            unit_account=people.account(rng),
            wrong="account",
            note="the unit's registered account is another than that of the notice",
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
        accounts=(account,),
        purpose=purpose,
        also_names=(bank,),
        also_amounts=(due, less, price),
        also_purposes=(project, letter.title),
    )
    return Paper(family="demand for payment", tool="weasyprint", data=pdf, truth=truth, bills=bills)


def arrears(rng: Random) -> Paper:
    """A public landlord presses a tenant: rent due, paid so far, a late fee; an earlier letter is cited. Scanned."""
    where = people.place(rng)
    unit = rng.choice(
        [*people.institutes(rng, where, 2), where.city + "机关事务服务中心", *people.schools(rng, where, 1)]
    )
    firm = people.firm(rng, where)
    when = forms.day(rng, 2024, 2026)
    rent = forms.money(rng, 24000, 460000, "1200")
    paid = forms.money(rng, 3000, int(rent) // 2, "1000")
    late = ((rent - paid) * Decimal(rng.choice(["0.008", "0.0125", "0.03"]))).quantize(Decimal("0.01"))
    total = rent - paid + late
    before = forms.after(when, -60, -40, rng)
    year = when.year - 1
    contract = f"{where.sign}ZL-{year}-{rng.randint(1, 99):03d}"
    bank, account = people.bank(rng, where), people.account(rng)
    number = rng.choice(["", forms.number(rng, rng.choice(["函催", "资产函", "国资催"]), when)])
    grid = sheets.typst_table(
        "(1fr, auto, auto, auto)",
        ["费用期间", "应缴", "已缴", "欠缴"],
        [
            [f"{year}年度租金", forms.comma(rent), forms.comma(paid), forms.comma(rent - paid)],
            [f"截至{when.month}月底违约金", forms.comma(late), "—", forms.comma(late)],
            ["合计", forms.comma(rent + late), forms.comma(paid), forms.comma(total)],
        ],
        rng.random() < 0.6,
    )
    letter = Letter(
        unit,
        number,
        rng.choice(["催缴函", "关于催缴房屋租金的函", "欠款催缴通知"]),
        firm,
        [
            f"贵公司承租我单位位于{where.county}解放街{rng.randint(2, 180)}号的临街房屋（合同编号：{contract}）。"
            f"我单位曾于{forms.cn(before)}发出催缴通知，要求缴清当时所欠{forms.comma(rent - paid)}元，至今未付。现将欠费函告如下：",
            "<#align(right, text(size: 11pt)[单位：元])\n" + grid,
            f"请贵公司自收到本函之日起十日内，将所欠房屋租金及违约金合计{forms.comma(total)}元（大写：人民币{forms.words(total)}）"
            "汇入以下账户：",
            f"账户名称：{unit}",
            f"开户银行：{bank}",
            f"银行账号：{people.spaced(account)}",
            "逾期仍不缴纳的，我单位将依据合同约定收回房屋，并通过诉讼途径追索。",
        ],
        [unit],
        rng.choice([forms.cn(when), forms.han(when), f"{when:%Y年%m月%d日}"]),
        copies=rng.choice(["", f"{where.city}财政局资产管理科"]),
    )
    style = sheets.look(rng)._replace(head=rng.choice(["none", "letter"]), size=14)
    pdf = sheets.sealed(rng, tools.typst(sheets.typst_letter(letter, style)), [(unit, letter.when)])
    dpi = rng.choice([150, 180, 200])
    pages = [sheets.punched(page) for page in tools.pictures(pdf, dpi)]
    if rng.random() < 0.5:
        mark = f"已收到 {people.person(rng)} {when.month}.{min(28, when.day + 1)}"
        pages[-1] = sheets.pencil(pages[-1], mark, (0.14, 0.93))
    issued = forms.after(when, 3, 12, rng)
    bills = (
        Bill(
            payer=firm,
            unit=unit,
            total=total,
            issued_on=issued,
            items=(rng.choice(["房屋租金", "国有资产出租收入", "房屋出租收入"]),),
            unit_account=account,
            note="rent and late fee together",
        ),
        Bill(
            payer=firm,
            unit=unit,
            total=rent + late,
            issued_on=issued,
            items=("房屋租金",),
            wrong="amount",
            note="what was due before the part that is paid already",
        ),
        Bill(
            payer=firm,
            unit=unit,
            total=total,
            issued_on=issued,
            items=(rng.choice(["培训费", "捐赠收入", "考试费"]),),
            wrong="purpose",
            note="not what the letter presses for",
        ),
    )
    truth = Truth(
        kind="policy",
        payers=(firm,),
        payees=(unit,),
        total=total,
        words=total,
        signed_on=when,
        numbers=(number,) if number else (),
        accounts=(account,),
        purpose="房屋租金及违约金",
        also_names=(bank,),
        also_amounts=(rent, paid, late, rent - paid, rent + late),
        also_numbers=(contract,),
        also_purposes=("房屋租金", f"{year}年度租金", "租金"),
    )
    data = sheets.scan(rng, pages, dpi)
    return Paper(
        family="demand for payment", tool="typst+scan", data=data, truth=truth, bills=bills, form="scan"
    )


def boxed_slip(rng: Random) -> Paper:
    """A half page: a person shall pay for a course; the sum stands in boxes, filled in by hand; a photograph."""
    where = people.place(rng)
    unit = rng.choice(
        [where.city + "人力资源考试中心", where.city + "职业技术学院", *people.institutes(rng, where, 1)]
    )
    payer = people.person(rng)
    when = forms.day(rng, 2023, 2026)
    tuition, book = forms.money(rng, 300, 6800, "20"), forms.money(rng, 37, 260, "0.5")
    total = tuition + book
    purpose = rng.choice(["特种作业人员培训费", "继续教育培训费", "职业技能等级认定考试费", "农机驾驶培训费"])
    number = f"NO.{rng.randint(10000, 9999999):07d}"
    heads = "".join(f"<th>{name}</th>" for name in "十万千百十元角分")

    def boxes(value: Decimal, mark: bool = False) -> str:
        digits = str(int(value * 100))
        text = (("¥" if mark else "") + digits).rjust(8)
        return "".join(f'<td class="hand">{sign.strip()}</td>' for sign in text)

    hand = rng.choice(["o-wenkai", "o-mashan", "o-zhimang"])
    page = f"""<style>@page {{ size: 210mm 118mm; margin: 9mm 12mm; }}
body {{ font-family: {sheets.family(rng.choice(["serif", "uming", "sans"]))}; font-size: 11pt; color: #1b2a4a; }}
h2 {{ text-align: center; font: 18pt o-serif-bold; letter-spacing: 6pt; margin: 1mm; color: #1b2a4a; }}
table {{ border-collapse: collapse; width: 100%; margin-top: 2mm; }}
td, th {{ border: 0.8pt solid #1b2a4a; text-align: center; height: 8.5mm; font-weight: normal; padding: 0 1mm; }}
th {{ width: 6.5mm; font-size: 9pt; }} .hand, i {{ font-family: {hand}; font-style: normal; font-size: 14pt;
  color: #14140f; }} .l {{ text-align: left; }} .b {{ color: #b3202c; font-size: 13pt; }}
p {{ margin: 1.5mm 0; }} .o {{ display: flex; justify-content: space-between; }}</style>
<h2>缴费通知单</h2><div class="o"><span>开单日期：<i>{when.year}</i> 年 <i>{when.month}</i> 月 <i>{when.day}</i> 日</span>
<span class="b">{number}</span></div>
<table><tr><td rowspan="2" style="width:18mm">缴费人</td><td rowspan="2" class="hand">{payer}</td>
<td rowspan="2">收费项目</td><td colspan="8">金　额</td></tr><tr>{heads}</tr>
<tr><td colspan="2">身份证后四位 <i>{rng.randint(1000, 9999)}</i></td><td class="hand">{purpose}</td>{boxes(tuition)}</tr>
<tr><td colspan="2">班次 <i>第{rng.randint(2, 40)}期</i></td><td class="hand">教材资料费</td>{boxes(book)}</tr>
<tr><td colspan="2"></td><td>合　计</td>{boxes(total, True)}</tr>
<tr><td>大写</td><td colspan="10" class="l">人民币 <i>{forms.words(total)}</i></td></tr></table>
<p>收费单位（章）：{unit}</p><div class="o"><span>经办人：<i>{people.person(rng)}</i></span><span>复核：</span>
<span>第二联 缴费人留存</span></div><p style="font-size:9pt">注：请持本单于7日内到财务窗口或扫码缴费，凭缴费记录领取票据。</p>"""
    pdf = sheets.sealed(rng, sheets.weasy(page), [(unit, f"收费单位（章）：{unit}")])
    seen = tools.photographed(rng, tools.pictures(pdf, 190)[0], rng.choice(["#6d5f50", "#8a8f94", "#3f4a44"]))
    issued = forms.after(when, 1, 6, rng)
    item = "考试费" if "考试" in purpose else "培训费"
    bills = (
        Bill(
            payer=payer,
            unit=unit,
            total=total,
            issued_on=issued,
            items=(item, "资料费"),
            note="course and books together under shortened names",
        ),
        Bill(
            payer=payer,
            unit=unit,
            total=forms.slip(total),
            issued_on=issued,
            items=(item,),
            wrong="amount",
            note="two digits changed about, or ten times",
        ),
        Bill(
            payer=people.firm(rng, where),
            unit=unit,
            total=total,
            issued_on=issued,
            items=(item,),
            wrong="payer",
            note="a firm, where the slip names a person",
        ),
    )
    truth = Truth(
        kind="policy",
        payers=(payer,),
        payees=(unit,),
        total=total,
        words=total,
        signed_on=when,
        numbers=(number.removeprefix("NO."),),
        purpose=purpose,
        also_amounts=(tuition, book),
        also_numbers=(number,),
        also_purposes=("教材资料费",),
    )
    return Paper(
        family="demand for payment",
        tool="weasyprint+photo",
        data=tools.as_picture(seen, quality=rng.randrange(70, 92)),
        media_type="image/jpeg",
        truth=truth,
        bills=bills,
        form="scan",
    )
