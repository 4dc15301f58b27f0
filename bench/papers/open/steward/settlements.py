"""Settlement sheets (结算单): items, deductions, net sums."""

from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.values import Bill, Paper, Truth

from . import common as c


def box_office(rng: Random) -> Paper:
    """A show's box office settled between promoter and theatre: the promoter owes the net sum."""
    _, city, county = c.place(rng)
    theatre = f"{county}{rng.choice(('大剧院管理中心', '文化艺术中心', '影剧院'))}"
    firm = c.company(rng, city, rng.choice(("演出经纪", "文化传媒", "演艺")))
    show = rng.choice(("儿童剧《小马过河》", "民乐专场《丝路回响》", "话剧《老街》", "相声专场《逢春》"))
    played = c.day(rng)
    issued = c.later(played, rng.randrange(4, 15))
    gross = Decimal(rng.randrange(3000, 24000) * 20)
    share = Decimal(rng.choice((25, 30, 35)))
    hire = c.cents(gross * share / 100)
    extra = [
        ("灯光音响使用费", Decimal(rng.randrange(20, 60) * 100)),
        ("加班服务费", Decimal(rng.randrange(6, 30) * 100)),
        ("海报栏使用费", Decimal(rng.randrange(3, 12) * 100)),
    ]
    less = [
        ("已付预订金", Decimal(rng.choice((2000, 3000, 5000)))),
        ("空调故障减免", Decimal(rng.randrange(2, 9) * 100)),
    ]
    owed = hire + sum((value for _, value in extra), Decimal(0))
    net = owed - sum((value for _, value in less), Decimal(0))
    number = f"JS{issued:%Y%m}-{rng.randrange(1, 60):02d}"
    number_account = c.account(rng, 19)
    a, b = rng.choice((("结算方（付款）", "场地方（收款）"), ("演出方", "剧场方"), ("付款单位", "收款单位")))
    style = rng.choice(
        (
            "td,th{border:.6pt solid #000}",
            "td,th{border-bottom:.5pt solid #999}th{border-top:1.5pt solid #000}",
        )
    )
    css = f"""@page{{size:A4;margin:20mm 22mm}}body{{font:11pt/1.6 {rng.choice(("sans", "serif", "wenkai"))}}}h1{{font:bold 18pt \
sans;text-align:center;margin:0}}
    table{{width:100%;border-collapse:collapse;margin:2mm 0}}td,th{{padding:1.3mm 2mm}}.n{{text-align:right}}{style}.k td{{border:0;\
padding:.5mm 0}}.r{{position:relative;margin-top:9mm}}"""
    rows = [("一", "票房总收入", "售票系统数据", c.money(gross))]
    rows.append(("二", "剧场分成", f"票房×{share}%", c.money(hire)))
    rows += [
        ("三" if k == 0 else "", name, "按价目表", c.money(value)) for k, (name, value) in enumerate(extra)
    ]
    rows.append(("四", "应付小计", "二＋三", c.money(owed)))
    rows += [
        ("五" if k == 0 else "", "减：" + name, "", c.money(value)) for k, (name, value) in enumerate(less)
    ]
    rows.append(
        (
            "六",
            "<b>" + (net_name := rng.choice(("本次实付净额", "实际应付", "应结净额"))) + "</b>",
            "四－五",
            f"<b>{c.money(net)}</b>",
        )
    )
    html = f"""<style>{css}</style><h1>演出场次费用结算单</h1><table class=k><tr><td>单号：{number}</td><td \
style="text-align:right">结算日期：{issued:%Y.%m.%d}</td></tr>
    <tr><td colspan=2>{a}：{firm}</td></tr><tr><td colspan=2>{b}：{theatre}</td></tr><tr><td>演出名称：{show}</td><td \
style="text-align:right">演出日期：{played:%Y.%m.%d}</td></tr></table>
    {c.table(("项", "内容", "计算依据", "金额（元）"), rows)}
    <p>{net_name}（大写）：{c.words(net)}</p><p>上述净额为剧场使用费，请于五个工作日内转入：{theatre}　{c.bank(rng, county)}\
　{c.spaced(number_account)}</p>
    <div class=r>双方核对无误：<br>{firm}　经办 {c.person(rng)}\
{c.seal(firm, width="33mm", style="position:absolute;left:10mm;top:-8mm")}<br>{theatre}　经办 {c.person(rng)}\
{c.seal(theatre, "结算专用章", width="34mm", style="position:absolute;left:98mm;top:-6mm")}</div>"""
    item = rng.choice(("场地使用费", "剧场使用费", "场租收入"))
    base = {"payer": firm, "unit": theatre, "items": (item,)}
    return Paper(
        family="settlement sheet",
        tool="weasyprint",
        data=tools.weasy(html),
        truth=Truth(
            kind="other",
            payers=(firm,),
            payees=(theatre,),
            total=net,
            words=net,
            signed_on=issued,
            numbers=(number,),
            accounts=(number_account,),
            purpose="剧场使用费",
            also_amounts=(gross, hire, owed, *(value for _, value in extra), *(value for _, value in less)),
            also_purposes=("剧场分成", "演出场次费用", show),
        ),
        bills=(
            Bill(total=net, issued_on=c.later(issued, 6), note="net sum", **base),
            Bill(total=gross, issued_on=c.later(issued, 6), wrong="amount", note="gross box office", **base),
            Bill(
                total=net,
                issued_on=c.later(issued, 5),
                unit_account=c.account(rng, 19),
                wrong="account",
                note="another account",
                **base,
            ),
        ),
    )


def venue_deposit(rng: Random) -> Paper:
    """A hire of sports grounds settled against its deposit; printed form, pen and stamp, scanned."""
    _, _, county = c.place(rng)
    centre = f"{county}{rng.choice(('全民健身中心', '体育中心', '游泳馆'))}"
    user = rng.choice(
        (f"{county}总工会", f"{county}供电公司工会委员会", f"{county}第三中学", f"{county}烟草专卖局")
    )
    issued = c.day(rng)
    hours, price = rng.randrange(6, 40), Decimal(rng.choice((120, 180, 240, 300)))
    hire = price * hours
    staff = Decimal(rng.randrange(2, 9) * 150)
    harm = Decimal(rng.choice((0, 260, 480)))
    deposit = Decimal(rng.choice((500, 600)))
    sum_ = hire + staff + harm
    net = sum_ - deposit
    number = f"{rng.randrange(1000, 9999):07d}"
    word = c.Word(rng.choice(("AR PL UMing CN", "Noto Sans CJK SC")), 11)
    word.say(centre, "center", size=16, bold=True, after=0)
    word.say("场 地 使 用 结 算 单", "center", size=18, bold=True)
    word.say(f"№ {number}", "right", colour="C00000", size=13)
    word.say(f"使用单位：{user}　　　　　结算时间：{c.padded(issued)}")
    rows = [
        ("项目", "数量", "单价", "金额"),
        ("标准场地", f"{hours}小时", c.money(price), c.money(hire)),
        ("裁判及救护人员劳务", "1项", "", c.money(staff)),
    ]
    if harm:
        rows.append(("器材损坏赔偿", "1项", "", c.money(harm)))
    rows += [
        ("合计", "", "", c.money(sum_)),
        ("抵扣押金", "", "", f"-{c.money(deposit)}"),
        ("应补交", "", "", c.money(net)),
    ]
    word.grid(rows, (6.2, 3, 3, 3.6), size=12)
    word.say(f"应补交金额人民币（大写）{c.words(net)}", size=12)
    word.say(f"备注：押金{c.money(deposit)}元已于预订时另开收据，本次按补交数收取场地费。", size=10)
    signer = c.person(rng)
    p = word.say("使用单位代表签字：")
    word.run(p, f" {signer} ", face="LXGW WenKai", size=16, underline=True, colour="1B2A6B")
    word.run(p, f"　　　收款人：{c.person(rng)}")
    base = {
        "payer": user,
        "unit": centre,
        "issued_on": c.later(issued, 1),
        "items": (rng.choice(("场地使用费", "场馆租赁费", "场地费")),),
    }
    return Paper(
        family="settlement sheet",
        tool="docx/libreoffice",
        form="scan",
        data=c.scan(
            rng, word.pdf(), ((0, centre, "收费专用章", 0.7, 0.48, 0.21),), dpi=rng.choice((160, 200))
        ),
        truth=Truth(
            kind="other",
            payers=(user,),
            payees=(centre,),
            total=net,
            words=net,
            signed_on=issued,
            numbers=(number,),
            purpose="场地费",
            also_names=(signer,),
            also_amounts=tuple(x for x in (hire, staff, harm, price, deposit, sum_) if x),
            also_purposes=("场地使用", "标准场地"),
        ),
        bills=(
            Bill(total=net, note="the rest after the deposit, which had its own receipt", **base),
            Bill(total=sum_, wrong="amount", note="the deposit not deducted", **base),
            Bill(total=net, wrong="purpose", note="something else", **(base | {"items": ("学费",)})),
        ),
    )


def project_closing(rng: Random) -> Paper:
    """A research institute's closing account with a client: contract, changes, deductions, earlier payments."""
    import io

    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

    for name in ("sans", "serif", "sans-bold", "wenkai"):
        pdfmetrics.registerFont(TTFont(name, str(tools.font(name))))
    face = rng.choice(("serif", "sans", "wenkai"))
    _, city, county = c.place(rng)
    institute = rng.choice((f"{city}水利勘测设计院", f"{city}环境科学研究所", f"{city}测绘地理信息院"))
    client = rng.choice((f"{county}水务局", f"{county}住房和城乡建设局", f"{county}工业园区管理委员会"))
    contract = Decimal(rng.randrange(30, 400) * 10000)
    more = Decimal(rng.randrange(10, 60) * 1000)
    cut = Decimal(rng.randrange(5, 40) * 500)
    late = Decimal(rng.randrange(2, 20) * 250)
    final = contract + more - cut - late
    paid = (contract * Decimal("0.7")).quantize(Decimal(1))
    due = final - paid
    issued = c.day(rng)
    number = f"{issued.year}-结-{rng.randrange(1, 99):03d}"
    job = rng.choice(("城区排水管网普查", "地下水监测", "不动产权籍调查", "环境影响后评价"))
    base_style = ParagraphStyle("b", fontName=face, fontSize=11, leading=18)
    title = ParagraphStyle("t", parent=base_style, fontName="sans-bold", fontSize=18, leading=26, alignment=1)
    right = ParagraphStyle("r", parent=base_style, alignment=2)
    rows = [
        ["行次", "项目", "金额（元）", "说明"],
        ["1", "合同价款", c.money(contract), "含税"],
        ["2", "加：增补工作量", c.money(more), "签证单2份"],
        ["3", "减：未实施部分", c.money(cut), ""],
        ["4", "减：逾期违约金", c.money(late), "双方确认"],
        ["5", "审定价款（1+2-3-4）", c.money(final), ""],
        ["6", "减：已付进度款", c.money(paid), "已开票"],
        ["7", rng.choice(("本次结算应付", "尾款（本次支付）", "应付未付款")), c.money(due), "5-6"],
    ]
    grid = Table(rows, colWidths=[38, 170, 110, 130], rowHeights=23)
    looks: list[tuple] = [
        ("FONT", (0, 0), (-1, -1), face, 10.5),
        ("ALIGN", (2, 1), (2, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
    looks += rng.choice(
        (
            [("GRID", (0, 0), (-1, -1), 0.5, colors.black)],
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
            ],
        )
    )
    grid.setStyle(TableStyle(looks))
    out = io.BytesIO()
    number_account = c.account(rng, 19)
    SimpleDocTemplate(out, pagesize=A4, leftMargin=70, rightMargin=70, topMargin=64).build(
        [
            Paragraph(f"{job}项目结算单", title),
            Paragraph(f"编号：{number}", right),
            Paragraph(f"发包单位：{client}", base_style),
            Paragraph(f"承担单位：{institute}", base_style),
            Spacer(1, 6),
            grid,
            Spacer(1, 8),
            Paragraph(
                f"经双方审核，{job}技术服务费审定为人民币{c.words(final)}。扣除已付款后，"
                f"发包单位应于本单签认后三十日内向承担单位支付{c.money(due)}元。",
                base_style,
            ),
            Paragraph(f"承担单位账户：{c.bank(rng, city)}　{number_account}", base_style),
            Spacer(1, 26),
            Paragraph(f"发包单位签认：{c.person(rng)}　　　　　承担单位签认：{c.person(rng)}", base_style),
            Paragraph(f"{c.cn(issued)}", right),
        ]
    )
    base = {
        "unit": institute,
        "issued_on": c.later(issued, rng.randrange(2, 25)),
        "items": (rng.choice(("技术服务费", "勘测设计费")) if "管网" in job else "技术服务费",),
    }
    return Paper(
        family="settlement sheet",
        tool="reportlab",
        data=out.getvalue(),
        truth=Truth(
            kind="other",
            payers=(client,),
            payees=(institute,),
            total=final,
            instalments=(paid, due),
            words=final,
            signed_on=issued,
            numbers=(number,),
            accounts=(number_account,),
            purpose=f"{job}技术服务费",
            also_amounts=(contract, more, cut, late),
            also_purposes=(f"{job}项目", "技术服务费"),
        ),
        bills=(
            Bill(payer=client, total=due, used=paid, note="the rest after earlier bills", **base),
            Bill(
                payer=client,
                total=final,
                used=paid,
                wrong="usage",
                note="whole price again after the progress bills",
                **base,
            ),
            Bill(
                payer=client,
                total=contract - paid,
                used=paid,
                wrong="amount",
                note="rest reckoned from the contract's price",
                **base,
            ),
        ),
    )


LAYOUTS = {"box_office": box_office, "venue_deposit": venue_deposit, "project_closing": project_closing}
