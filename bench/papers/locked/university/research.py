"""Research contracts, their changes, grants that a leading unit passes on, arrivals, joint laboratories."""

import io
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
    cn0,
    comma,
    company,
    credit_code,
    day,
    gaps,
    han,
    later,
    people,
    person,
    phone,
    school,
    schools,
    slip,
    spaced,
    wan,
    words,
)
from .drawing import Word, boxed, flat, scan, sealed, sheet, with_seals

_THEMES = (
    ("高寒地区路面抗裂材料配比研究", "提出不少于3套适用于冬季负温施工的配合比，并完成试验段跟踪观测"),
    ("丘陵果园小型采运装备关键技术开发", "研制样机2台，完成不少于200小时的田间可靠性试验"),
    ("城市排水管网淤积监测算法开发", "形成一套可部署的监测软件，淤积识别准确率不低于92%"),
    ("中药渣资源化利用工艺优化", "完成中试规模工艺包，产品指标满足甲方企业标准"),
    ("近海养殖网箱结构安全评估", "提交结构计算书、现场检测报告及加固建议各一份"),
    ("羊绒纤维快速鉴别方法研究", "建立不少于1500份样品的光谱库并提交鉴别软件"),
    ("煤矿巷道围岩变形预警系统研制", "完成两处工作面的安装调试，预警提前量不少于4小时"),
    ("冷链物流能耗评价与优化", "提交评价指标体系及优化方案，示范线路能耗下降不低于8%"),
)
_TRADES = ("路桥建设", "装备制造", "环保科技", "药业", "新能源科技", "智能科技", "矿业", "水务")


def tech_contract(rng: Random) -> Paper:
    uni, firm = school(rng), company(rng, *_TRADES)
    theme, goal = rng.choice(_THEMES)
    total = Decimal(rng.randrange(24, 360) * 5000)
    shares = rng.choice(((30, 40, 30), (40, 40, 20), (50, 30, 20)))
    stages = [total * share / 100 for share in shares]
    signed = day(rng, last=date(2025, 9, 30))
    start, end = later(signed, rng.randrange(1, 12)), later(signed, rng.randrange(420, 800))
    due = [later(signed, 30), later(signed, 200), later(end, -10)]
    number = f"{rng.choice(('HX', 'KJ', '横'))}{signed.year}{rng.randrange(10, 999):04d}"
    number_of = account(rng)
    town = uni.town
    leader, legal, hand = people(rng, 3)
    plans = [
        f"第{'一二三'[at]}期：{cn(due[at])}前支付合同经费的{shares[at]}%，即人民币{wan(stages[at])}元；"
        for at in range(3)
    ]
    show = rng.choice((comma, gaps))
    if rng.random() < 0.5:
        plan = "".join(f"<p>（{at + 1}）{text}</p>" for at, text in enumerate(plans))
    else:
        plan = (
            "<table class='c'><tr><th>期次</th><th>付款期限</th><th>比例</th><th>金额（元）</th></tr>"
            + "".join(
                f"<tr><td>第{'一二三'[at]}期</td><td>{due[at]}</td><td>{shares[at]}%</td><td>{show(stages[at])}</td></tr>"
                for at in range(3)
            )
        )
        plan += f"<tr><td colspan='3'>合计</td><td>{show(total)}</td></tr></table>"
    cover = f"""<div class='cover'><p class='n r'>合同编号：{number}</p><h1 style='margin-top:90pt'>技术开发（委托）合同</h1>
    <table class='x cv'><tr><td>项目名称：</td><td class='u'>{theme}</td></tr>
    <tr><td>委托方（甲方）：</td><td class='u'>{firm.name}</td></tr>
    <tr><td>受托方（乙方）：</td><td class='u'>{uni.name}</td></tr><tr><td>签订地点：</td><td class='u'>{town}市</td></tr>
    <tr><td>签订时间：</td><td class='u'>{cn(signed)}</td></tr>
    <tr><td>有效期限：</td><td class='u'>{cn(start)}至{cn(end)}</td></tr></table></div>"""
    body = f"""<p>依据《中华人民共和国民法典》的规定，合同双方就“{theme}”项目的技术开发，经协商一致，签订本合同。</p>
    <p class='h'>第一条 研究开发的内容与目标</p><p>乙方按甲方提供的工况资料开展研究，{goal}。</p>
    <p class='h'>第二条 研究开发计划</p><p>1. 合同生效后两个月内完成资料收集与方案论证；</p>
    <p>2. 中期完成主要试验，提交中期报告并由甲方组织评议；</p><p>3. 期满前提交全部成果，由甲方组织验收。</p>
    <p class='h'>第三条 甲方的协作事项</p><p>甲方应在合同生效后15日内向乙方提供有关图纸、运行数据和现场条件。
    逾期提供的，乙方的进度相应顺延。现场安全防护由甲方负责。</p>
    <p class='h'>第四条 研究开发经费和报酬及其支付</p><p>1. 研究开发经费和报酬总额为人民币（大写）{words(total)}
    （¥{comma(total)}）。其中设备使用与材料费由乙方包干使用，外协费不得超过总额的10%。</p><p>2. 经费由甲方分期支付乙方：</p>
    {plan}<p>3. 乙方开户银行及账号：</p><p>户名：{uni.name}</p><p>开户银行：{bank(rng, town)}</p><p>账号：{spaced(number_of)}</p>
    <p>4. 乙方收款后十个工作日内向甲方开具票据。任何以其他单位名义收款或开票的，均不视为乙方收款。</p>
    <p class='h'>第五条 违约责任</p><p>甲方迟延付款的，每逾期一日按应付未付金额的0.5‰支付违约金，累计不超过合同总额的5%。
    乙方未按期交付的，比照前款执行。</p><p class='h'>第六条 技术成果的归属</p>
    <p>因履行本合同所产生的专利申请权由双方共有，乙方享有署名发表论文的权利，但应事先取得甲方书面同意。</p>
    <p class='h'>第七条 联系人</p><p>甲方指定{hand}为项目联系人（电话{phone(rng)}），乙方指定{leader}为项目负责人。</p>
    <p class='h'>第八条 其他</p><p>本合同一式陆份，甲方贰份，乙方肆份，双方签字盖章后生效。
    争议由{town}仲裁委员会仲裁。</p><br>
    <table style='page-break-inside:avoid'><tr><td rowspan='3' style='width:8%'>甲方</td><td>单位名称</td>
    <td style='width:58%'>{sealed(rng, firm.name, firm.name, "合同专用章", top="-30pt")}</td></tr>
    <tr><td>法定代表人<br>（或委托代理人）</td><td><span class='hand'>{legal}</span></td></tr>
    <tr><td>日期</td><td>{cn(signed)}</td></tr><tr><td rowspan='3'>乙方</td><td>单位名称</td>
    <td>{sealed(rng, uni.name, uni.name, "科技合同专用章", top="-30pt", left="6em")}</td></tr>
    <tr><td>项目负责人</td><td><span class='hand'>{leader}</span></td></tr><tr><td>日期</td><td>{cn(signed)}</td></tr></table>"""
    more = ".cover { page-break-after: always; } .cv td { padding: 9pt 4pt; font-size: 14pt; } .cv td:first-child { width: 34%; }"
    more += " @page { @bottom-center { content: counter(page); font-size: 9pt; } }"
    data = tools.weasy(sheet(cover + body, rng.choice(("serif", "uming", "wenkai")), 11.5, 1.75, more=more))
    truth = Truth(
        kind="contract", payers=(firm.name,), payees=(uni.name,), total=total, instalments=tuple(stages),
        words=total, signed_on=signed, starts_on=start, ends_on=end, numbers=(number,), accounts=(number_of,),
        purpose=theme, also_names=(leader, legal, hand), also_purposes=("研究开发经费和报酬", "技术开发"),
    )  # fmt: skip
    at = rng.choice((0, 1))
    honest = Bill(
        payer=firm.name, unit=uni.name, total=stages[at], issued_on=later(due[at], -rng.randrange(2, 12)),
        items=(rng.choice(("技术开发费", "横向科研经费")),), used=sum(stages[:at], Decimal(0)),
        note=f"stage {at + 1} as the contract states it",
    )  # fmt: skip
    printed = (total, *stages)
    return Paper(
        family="research contract", tool="weasyprint", data=data, truth=truth,
        bills=(
            honest,
            replace(honest, unit=uni.fund, wrong="payee", note="the foundation is no party to the contract"),
            replace(honest, total=slip(rng, stages[at], printed), wrong="amount", note="digits of the stage changed over"),
        ),
    )  # fmt: skip


def supplement_in_file(rng: Random) -> Paper:
    uni, firm = school(rng), company(rng, *_TRADES)
    theme, goal = rng.choice(_THEMES)
    old = Decimal(rng.randrange(40, 160) * 10000)
    new = old - Decimal(rng.randrange(6, 30) * 5000)
    first = old * 2 // 5
    signed = day(rng, last=date(2024, 12, 20))
    changed = later(signed, rng.randrange(120, 260))
    due = later(changed, 60)
    number = f"{signed.year}-{rng.choice(('技服', '科合'))}-{rng.randrange(20, 400):03d}"
    number_of = account(rng, 19)
    legal, leader, agent = people(rng, 3)
    word = Word(rng.choice(("AR PL UMing CN", "Noto Serif CJK SC")), 12)
    word.line(f"合同编号：{number}", at="r")
    word.line("技术服务合同书", 20, "c", "Noto Sans CJK SC", True, space=2.4)
    for text in (f"甲方（委托人）：{firm.name}", f"乙方（受托人）：{uni.name}"):
        word.line(text, indent=False)
    word.line(f"甲方委托乙方就“{theme}”提供专项技术服务，并支付技术服务费。双方经平等协商，达成如下协议：")
    for text in (
        f"一、服务内容：乙方组成以{leader}为负责人的课题组，{goal}。",
        f"二、服务期限：自{cn(signed)}起至{cn(later(signed, 540))}止。",
        f"三、技术服务费总额为人民币{words(old)}（¥{comma(old)}），分两次支付：本合同签订后10日内支付{comma(first)}元；"
        f"乙方提交成果报告后10日内支付{comma(old - first)}元。",
        f"四、乙方收款账户：户名 {uni.name}，开户行 {bank(rng, uni.town)}，账号 {number_of}。",
        "五、双方对在履行本合同中知悉的对方商业秘密负有保密义务，保密期为合同终止后三年。",
        "六、本合同一式四份，双方各执两份，具有同等效力；未尽事宜由双方另行签订补充协议。",
    ):
        word.line(text)
    word.line("")
    ends = [
        ["甲方（盖章）：", "乙方（盖章）："],
        [f"代表：{legal}", f"代表：{leader}"],
        [f"日期：{cn(signed)}"] * 2,
    ]
    word.table(ends, (8, 8), ruled=False)
    word.new_page()
    word.line(f"《技术服务合同书》（{number}）之补充协议", 16, "c", "Noto Sans CJK SC", True, space=2.2)
    word.line(f"甲方：{firm.name}", indent=False)
    word.line(f"乙方：{uni.name}", indent=False)
    why = rng.choice(("因甲方试验段工程量核减", "鉴于部分现场测试改由甲方自行完成", "因项目范围调整"))
    for text in (
        f"双方于{cn(signed)}签订了《技术服务合同书》（以下简称原合同）。{why}，经协商一致，对原合同作如下变更：",
        f"1. 原合同第三条约定的技术服务费总额由{comma(old)}元调整为人民币{words(new)}（¥{comma(new)}）。",
        f"2. 甲方已按原合同支付的{comma(first)}元计入调整后的总额；余款{comma(new - first)}元由甲方于{cn(due)}前一次付清。",
        f"3. 原合同约定的尾款{comma(old - first)}元不再支付。原合同与本补充协议不一致的，以本补充协议为准。",
        "4. 原合同其他条款继续有效。本补充协议自双方盖章之日起生效，一式四份。",
    ):
        word.line(text)
    word.line("")
    ends = [
        ["甲方（盖章）：", "乙方（盖章）："],
        [f"经办人：{agent}", f"经办人：{leader}"],
        [cn0(changed)] * 2,
    ]
    word.table(ends, (8, 8), ruled=False)
    pages = with_seals(
        rng, word.pdf(),
        [("甲方（盖章）", tools.stamp(firm.name, "合同专用章"), 0.19), ("乙方（盖章）", tools.stamp(uni.name), 0.19)],
        dpi=180,
    )  # fmt: skip
    truth = Truth(
        kind="contract", payers=(firm.name,), payees=(uni.name,), total=new, instalments=(first, new - first), words=new,
        signed_on=changed, starts_on=signed, ends_on=later(signed, 540), numbers=(number,), accounts=(number_of,), purpose=theme,
        also_names=(legal, leader, agent), also_amounts=(old, old - first), also_purposes=("技术服务费", "专项技术服务"),
    )  # fmt: skip
    honest = Bill(
        payer=firm.name, unit=uni.name, total=new - first, issued_on=later(due, -rng.randrange(1, 20)), used=first,
        items=("技术服务费",), unit_account=number_of, note="the rest after the supplement lowered the total",
    )  # fmt: skip
    wrong = replace(
        honest, total=old, used=Decimal(0), wrong="amount", note="the total that the supplement superseded"
    )
    beyond = replace(
        honest,
        used=first + (new - first) // 2,
        wrong="usage",
        note="with the earlier bills beyond the new total",
    )
    return Paper(
        family="contract with supplement", tool="libreoffice-docx", data=scan(rng, pages, 180), truth=truth,
        bills=(honest, wrong, beyond), form="scan",
    )  # fmt: skip


def grant_slip(rng: Random) -> Paper:
    lead, ours, third = schools(rng, 3)
    theme, _ = rng.choice(_THEMES)
    project = f"{rng.randrange(2022, 2025)}YFD{rng.randrange(10**6, 10**7)}"
    mine, theirs = (Decimal(rng.randrange(80, 900) * 1000) for _ in range(2))
    signed = day(rng)
    number = f"拨〔{signed.year}〕{rng.randrange(10, 300)}号"
    number_of, manager = account(rng), person(rng)
    mark = rng.choice(("作 废", "已作废", "作废重开"))
    reason = rng.choice(("账号有误，另开", "预算调整，此单作废", "重复开具"))
    body = f"""<div style='position:relative'><h1>{lead.name}科研经费外拨通知单</h1><table class='x' style='font-size:10pt'>
    <tr><td>单号：{number}</td><td class='c'>开单日期：{signed}</td><td class='r'>金额单位：元</td></tr></table>
    <table><tr><td style='width:16%'>项目名称</td><td colspan='3'>{theme}</td></tr><tr><td>项目编号</td><td>{project}</td>
    <td style='width:14%'>项目负责人</td><td>{manager}</td></tr><tr><td>收款单位</td><td colspan='3'>{ours.name}</td></tr>
    <tr><td>开户银行</td><td>{bank(rng, ours.town)}</td><td>账号</td><td>{number_of}</td></tr>
    <tr><td>拨款事由</td><td colspan='3'>国家重点研发计划课题参与单位{signed.year}年度经费</td></tr>
    <tr><td>拨款金额</td><td colspan='3'>（大写）{words(mine)}　　¥ {comma(mine)}</td></tr>
    <tr><td>备注</td><td colspan='3'>同批另拨{third.name} {comma(theirs)} 元，单列通知。<span class='hand'>{reason}</span></td></tr></table>
    <table class='x' style='margin-top:16pt'><tr><td>项目负责人：<span class='hand'>{manager}</span></td><td>科研院审核：
    <span class='hand'>{person(rng)}</span></td><td>{sealed(rng, "财务处（章）", lead.name, "财务专用章")}</td></tr></table>
    {boxed(rng, [mark], "30%", "60pt", 190)}</div>"""
    data = scan(
        rng, tools.weasy(sheet(body, rng.choice(("uming", "sans")), 11, 1.9, size="A4 landscape")), 170
    )
    truth = Truth(
        kind="policy", payers=(lead.name,), payees=(ours.name,), total=mine, words=mine, signed_on=signed, numbers=(number,),
        accounts=(number_of,), purpose=theme, status="revoked", also_names=(manager, third.name), also_amounts=(theirs,),
        also_numbers=(project,), also_purposes=(f"国家重点研发计划课题参与单位{signed.year}年度经费",),
    )  # fmt: skip
    first = Bill(
        payer=lead.name, unit=ours.name, total=mine, issued_on=later(signed, 9), items=("科研项目经费",), wrong="status",
        note="the slip is stamped void",
    )  # fmt: skip
    second = replace(first, items=("代收代付款",), issued_on=later(signed, 26), unit_account=number_of)
    return Paper(
        family="grant slip", tool="weasyprint", data=data, truth=truth, bills=(first, second), form="scan"
    )


def horizontal_arrival(rng: Random) -> Paper:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side

    uni = school(rng)
    firms = [company(rng, *_TRADES) for _ in range(3)]
    theme, _ = rng.choice(_THEMES)
    amount = Decimal(rng.randrange(1200, 48000)) * 10 + Decimal(rng.choice(("0", "0", "0.50")))
    came = day(rng)
    sent = later(came, 2)
    number = f"到款{came:%Y%m}{rng.randrange(1, 90):03d}"
    leader, clerk = people(rng, 2)
    serial = "".join(str(rng.randrange(10)) for _ in range(14))
    book = Workbook()
    page = book.active
    assert page is not None  # noqa: S101 - a new workbook has a sheet
    page.page_setup.orientation, page.page_setup.fitToWidth, page.page_setup.fitToHeight = "landscape", 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    rows = [
        [f"{uni.name}横向经费到账通知单"],
        [f"通知单号：{number}", "", "", f"填报：财务处科研经费科　{cn(sent)}"],
        ["付款单位", firms[0].name, "到账日期", f"{came:%Y/%m/%d}"],
        ["收款单位", uni.name, "银行流水号", serial],
        ["到账金额（元）", comma(amount), "大写", words(amount)],
        ["银行附言", rng.choice(("技术服务费", "技术咨询费")), "项目负责人", f"{leader}（请认领）"],
        ["拟入项目", theme, "所属学院", rng.choice(("土木工程学院", "机械学院", "信息学院", "生命学院"))],
        ["说明", f"请于{cn(later(sent, 15))}前凭合同到财务处办理入账及开票；逾期转入暂存款。同日另有{firms[1].name}来款，"
         f"由{firms[2].name}代付，不在本单之内。", "", ""],
        [f"经办：{clerk}", "", "复核：", person(rng)],
    ]  # fmt: skip
    thin = Side(style="thin")
    face = rng.choice(("AR PL UMing CN", "WenQuanYi Zen Hei"))
    for at, row in enumerate(rows, 1):
        page.row_dimensions[at].height = 60 if at == 8 else 30
        for column, text in enumerate(row, 1):
            cell = page.cell(at, column, text)
            cell.font = Font(name=face, size=12)
            cell.alignment = Alignment(vertical="center", wrap_text=True, horizontal="left")
            if 3 <= at <= 8:
                cell.border = Border(thin, thin, thin, thin)
    page["A1"].font, page["A1"].alignment = (
        Font(name="Noto Sans CJK SC", size=18),
        Alignment(horizontal="center"),
    )
    for name, wide in zip("ABCD", (16, 44, 16, 44), strict=True):
        page.column_dimensions[name].width = wide
    for place_of in ("A1:D1", "A2:C2", "B8:D8"):
        page.merge_cells(place_of)
    out = io.BytesIO()
    book.save(out)
    memo = str(rows[5][1])
    truth = Truth(
        kind="policy", payers=(firms[0].name,), payees=(uni.name,), total=amount, words=amount, signed_on=sent,
        numbers=(number,), purpose=memo, also_names=(firms[1].name, firms[2].name, leader, clerk),
        also_numbers=(serial,), also_purposes=(theme,),
    )  # fmt: skip
    honest = Bill(
        payer=firms[0].name, unit=uni.name, total=amount, issued_on=later(sent, rng.randrange(1, 12)), items=(memo,),
        note="issued when the leader had claimed the money",
    )  # fmt: skip
    return Paper(
        family="notice of arrival", tool="libreoffice-xlsx", data=tools.office(out.getvalue(), "xlsx"), truth=truth,
        bills=(
            honest,
            replace(honest, payer=firms[2].name, wrong="payer", note="that firm paid for another one"),
            replace(honest, items=("捐赠收入",), wrong="purpose", note="money for a service is no donation"),
        ),
    )  # fmt: skip


def joint_lab(rng: Random) -> Paper:
    uni, firm = school(rng), company(rng, "生物科技", "智能装备", "光电科技", "新材料科技")
    lab = f"{uni.region}{firm.brand}{rng.choice(('智慧感知', '绿色制造', '先进材料', '精准检测'))}联合实验室"
    years = [Decimal(rng.randrange(20, 120) * 5000) for _ in range(3)]
    goods = Decimal(rng.randrange(60, 400) * 10000) + Decimal(rng.randrange(1, 9) * 1000)
    signed = day(rng, last=date(2024, 11, 30))
    end = date(signed.year + 3, signed.month, min(signed.day, 28))
    dues = [date(signed.year + (signed.month > 6), 6, 30), date(signed.year + 1 + (signed.month > 6), 6, 30)]
    dues.append(date(dues[1].year + 1, 6, 30))
    number_of = account(rng, 17)
    legal, dean, contact = people(rng, 3)
    face = rng.choice(("AR PL UKai CN", "Noto Serif SC", "LXGW WenKai"))
    list_of = "".join(
        f"+ 第{'一二三'[at]}年度：现金{bare(years[at] / 10000)}万元，于{cn(dues[at])}前到账；\n"
        for at in range(3)
    )
    source = f"""#set page(paper: "a4", margin: (x: 2.7cm, y: 2.5cm), numbering: "— 1 —")
#set text(font: "{face}", size: 12pt, lang: "zh")
#set par(first-line-indent: (amount: 2em, all: true), leading: 0.95em, justify: true)
#set enum(numbering: "（1）", indent: 2em)
#align(center, text(20pt)[共建“{lab}”协议书])
#v(1em)
甲方：{firm.name}（统一社会信用代码：{credit_code(rng)}）

乙方：{uni.name}（统一社会信用代码：{credit_code(rng, "12")}）

为促进产学研深度融合，甲乙双方本着“优势互补、互利共赢”的原则，就共建“{lab}”（以下简称实验室）达成以下协议。

*一、建设内容*

实验室设在乙方{rng.choice(("工程训练中心", "理科楼", "科技园"))}{rng.randrange(2, 9)}层，使用面积{rng.randrange(120, 460)}平方米，
由乙方管理，双方共同成立管理委员会，主任由甲方委派，执行主任由乙方{dean}教授担任。

*二、合作期限*

三年，自{han(signed)}起至{han(end)}止。期满前三个月协商续签。

*三、甲方投入*

甲方向乙方投入实验室建设与运行经费，按年度支付：
{list_of}
另以设备形式投入，评估价值{bare(goods / 10000)}万元，产权归甲方所有，不计入上述现金经费，乙方不就设备开具票据。

*四、经费使用*

经费汇入乙方账户（户名：{uni.name}；开户行：{bank(rng, uni.town)}；账号：{number_of}），由乙方按学校制度单独核算，专款专用。
甲方可委托其控股股东{firm.group}派员查阅使用情况，{firm.group}不承担付款义务。

*五、知识产权*

实验室存续期间双方共同完成的成果归双方共有；各自独立完成的归完成方所有，另一方在同等条件下有优先受让权。

*六、保密与违约*

任何一方不得擅自披露对方未公开的技术资料。甲方逾期三十日未付款的，乙方有权暂停实验室的运行。

*七、附则*

本协议一式六份，自双方代表签字并加盖公章之日起生效。联系人：{contact}，电话{phone(rng)}。
#v(1.5em)
#grid(columns: (1fr, 1fr), row-gutter: 1.4em, [甲方（公章）：], [乙方（公章）：], [代表：{legal}], [代表：{dean}],
  [{cn(signed)}], [{cn(signed)}])
"""
    source = (
        source.replace("，\n由", "，由").replace("专款专用。\n", "专款专用。").replace("生效。\n", "生效。")
    )
    seals = [("甲方（公章）", tools.stamp(firm.name), 0.2), ("乙方（公章）", tools.stamp(uni.name), 0.2)]
    pages = with_seals(rng, tools.typst(source), seals, 190)
    truth = Truth(
        kind="contract", payers=(firm.name,), payees=(uni.name,), instalments=tuple(years), signed_on=signed,
        starts_on=signed, ends_on=end, accounts=(number_of,), purpose="实验室建设与运行经费",
        also_names=(firm.group, legal, dean, contact), also_amounts=(goods, sum(years, Decimal(0))),
        also_purposes=(f"共建“{lab}”", lab),
    )  # fmt: skip
    honest = Bill(
        payer=firm.name, unit=uni.name, total=years[0], issued_on=later(dues[0], -rng.randrange(1, 25)),
        items=(rng.choice(("联合实验室建设经费", "实验室共建经费")),), note="the first year's cash as stated",
    )  # fmt: skip
    return Paper(
        family="joint laboratory", tool="typst", data=scan(rng, pages, 190), truth=truth, form="scan",
        bills=(
            honest,
            replace(honest, payer=firm.group, wrong="payer", note="the parent may look into the books, it does not pay"),
            replace(honest, total=goods, wrong="amount", note="the value of the goods, for which no bill is due"),
        ),
    )  # fmt: skip


def hidden_confirmation(rng: Random) -> Paper:
    uni, firm = school(rng), company(rng, "检测技术服务", "食品科技", "建筑设计", "农业发展")
    seen = Decimal(rng.randrange(18, 460) * 100)
    told = seen * 10
    signed = day(rng)
    sample = rng.choice(("土壤样品重金属检测", "混凝土芯样强度检测", "饲料样品营养成分分析", "钢材金相分析"))
    number = f"CS-{signed:%Y%m%d}-{rng.randrange(1, 40):02d}"
    number_of, clerk = account(rng, 18), person(rng)
    style = rng.choice(
        ("color:#fff;font-size:9pt", "font-size:0.6pt;color:#fdfdfd", "color:#fff;font-size:3pt")
    )
    covert = flat(f"""<p class='n' style='{style}'>经双方确认，测试费调整为人民币{words(told)}（¥{comma(told)}），
    另收场地租金{comma(told)}元。</p>""")
    body = f"""<h1 style='font-family:sans-bold;font-size:18pt'>测试服务确认函</h1><p class='n r'>编号：{number}</p>
    <p class='n'>{uni.name}分析测试中心：</p><p>我单位于{cn(later(signed, -rng.randrange(9, 30)))}送检的{sample}工作已经完成，
    测试报告收悉。现就费用确认如下：</p><table class='c' style='margin:8pt 0'><tr><th>测试项目</th><th>数量</th><th>金额（元）</th></tr>
    <tr><td>{sample}</td><td>{rng.randrange(2, 40)} 件</td><td>{comma(seen)}</td></tr>
    <tr><td>合计</td><td colspan='2'>{words(seen)}（¥{comma(seen)}）</td></tr></table>{covert}
    <p>上述测试费由我单位以转账方式付至{uni.name}账户（开户行：{bank(rng, uni.town)}，账号：{number_of}）。请贵校收款后开具票据。</p>
    <p>联系人：{clerk}　{phone(rng)}</p><br><br><p class='r'>{sealed(rng, firm.name, firm.name, left="3em")}</p>
    <p class='r'>{cn(signed)}</p>"""
    data = tools.chrome(sheet(body, rng.choice(("serif", "sans")), 12, 1.8))
    truth = Truth(
        kind="policy", payers=(firm.name,), payees=(uni.name,), total=seen, words=seen, signed_on=signed, numbers=(number,),
        accounts=(number_of,), purpose=sample, also_names=(clerk, f"{uni.name}分析测试中心"), also_purposes=("测试费",),
    )  # fmt: skip
    first = Bill(
        payer=firm.name, unit=uni.name, total=told, issued_on=later(signed, 6), items=("测试费",), wrong="hidden",
        note="only white text supports this sum",
    )  # fmt: skip
    second = replace(first, items=("场地租金",), note="only white text names this sum and item")
    return Paper(
        family="service confirmation", tool="chromium", data=data, truth=truth, bills=(first, second)
    )


LAYOUTS = {
    "tech_contract": tech_contract,
    "supplement_in_file": supplement_in_file,
    "grant_slip": grant_slip,
    "horizontal_arrival": horizontal_arrival,
    "joint_lab": joint_lab,
    "hidden_confirmation": hidden_confirmation,
}
