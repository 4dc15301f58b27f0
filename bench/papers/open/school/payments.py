"""What banks and payment platforms show: a receipt, a list on a bank's page, and telephones' screens."""

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from PIL import Image

from bench.papers.open.school import base as b
from bench.papers.open.school import draw as d
from bench.papers.tools import as_picture, chrome, photographed, pictures, weasy
from bench.papers.values import Paper, Truth

_SITES = (
    ("中国工商银行", "#c7000b"),
    ("中国建设银行", "#0f4aa0"),
    ("中国农业银行", "#009882"),
    ("交通银行", "#1d3a77"),
)


def _clock(rng: Random) -> str:
    return f"{rng.randrange(8, 20):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"


def bank_receipt(rng: Random) -> Paper:
    """A bank's electronic receipt of a transfer from a firm to the school."""
    _, town = b.place(rng)
    school, firm = b.college(rng, town), b.company(rng)
    name, colour = rng.choice(_SITES)
    total = (
        rng.choice((b.money(rng, 1200, 98000, 10), b.money(rng, 100000, 3_000_000, 100)))
        + Decimal(rng.choice((0, 0, 50))) / 100
    )
    paid = b.day(rng)
    theirs, ours = b.account(rng), b.account(rng)
    their_branch, branch = b.bank(rng, b.place(rng)[1]), f"{name}{town}分行"
    serial, receipt = f"{rng.randrange(10**13):013d}", f"{paid:%y%m%d}{rng.randrange(10**8):08d}"
    purpose = rng.choice(("付第二期培训费", "校企合作实训费", "房屋租金", "员工技能鉴定费", "检测服务费"))
    items = {
        "付第二期培训费": "培训费",
        "校企合作实训费": "实训费",
        "员工技能鉴定费": "职业技能鉴定考试费",
        "检测服务费": "技术服务费",
    }
    item = items.get(purpose, purpose)
    printed = b.after(paid, rng.randrange(0, 20))
    border = rng.choice(("1px solid #444", "1px solid " + colour))
    body = f"""
<div class='top'><span style='color:{colour};font-family:sans-bold;font-size:15pt'>{name}</span>
<span style='font-size:14pt;margin-left:44mm'>{rng.choice(("电子回单", "网上银行电子回单", "客户专用回单"))}</span></div>
<div class='n small'>电子回单号码：{receipt}<span style='float:right'>打印日期：{b.padded(printed)}</span></div>
<table class='slip'><tr><td rowspan='3' class='v'>付<br>款<br>人</td><td class='k'>户　名</td><td>{firm}</td>
<td rowspan='3' class='v'>收<br>款<br>人</td>
<td class='k'>户　名</td><td>{school}</td></tr>
<tr><td class='k'>账　号</td><td>{theirs}</td><td class='k'>账　号</td><td>{ours}</td></tr>
<tr><td class='k'>开户银行</td><td>{their_branch}</td><td class='k'>开户银行</td><td>{branch}</td></tr>
<tr><td colspan='2' class='k'>金　额</td><td colspan='4'>人民币（大写）：{b.words(total)}　　　¥{b.comma(total)}</td></tr>
<tr><td colspan='2' class='k'>摘　要</td><td>{rng.choice(("网银转账", "电汇", "大额支付"))}</td>
<td colspan='2' class='k'>业务（产品）种类</td><td>跨行收款</td></tr>
<tr><td colspan='2' class='k'>用　途</td><td>{purpose}</td><td colspan='2' class='k'>手续费</td><td>
{rng.choice(("0.00", "10.50", "5.00"))}</td></tr>
<tr><td colspan='2' class='k'>交易流水号</td><td>{serial}</td><td colspan='2' class='k'>交易时间</td><td>
{paid:%Y-%m-%d} {_clock(rng)}</td></tr>
<tr><td colspan='2' class='k'>备　注</td><td colspan='4'>
附言：{purpose}；验证码：{rng.randrange(16**8):08X}；账户余额不在本回单显示</td></tr></table>
<div class='small' style='margin-top:4mm'>重要提示：本回单不作为收款方发货依据，请勿重复记账。您可以通过银行网站校验回单真伪。</div>
<div class='at'>{d.seal(rng, f"{name}电子回单专用章", place="right:8mm;top:-26mm", size=34)}</div>"""
    more = f""".slip td{{border:{border};font-size:9pt;height:7mm;padding:1mm 2mm}}.slip .k{{color:{colour};white-space:nowrap}}
.slip .v{{width:6mm;text-align:center;color:{colour}}}.small{{color:#555;margin:2mm 0}}"""
    style = f"@page{{size:A4;margin:18mm 15mm}}body{{font-family:{rng.choice(('Noto Sans CJK SC', 'uming', 'zenhei'))};font-size:10pt}}"
    fees = (Decimal(5), Decimal("10.50"))
    usual: dict[str, Any] = {"payer": firm, "unit": school, "items": (item,)}
    return Paper(
        family="bank receipt",
        tool="chromium",
        data=chrome(d.sheet(style, body, more)),
        truth=Truth(
            **b.said("transfer", firm, school, total, paid, number=receipt, words=True),
            accounts=(theirs, ours),
            purpose=purpose,
            also_names=(their_branch, branch, name),
            also_amounts=fees,
            also_numbers=(serial,),
        ),
        bills=(
            b.bill(
                usual,
                total,
                b.after(paid, rng.randrange(5, 40)),
                "issued days after the payment",
                unit_account=ours,
            ),
            b.bill(usual, b.swapped(total), b.after(paid, 3), "two digits changed places", "amount"),
            rng.choice(
                (
                    b.bill(
                        usual,
                        total,
                        b.after(paid, 3),
                        "another school got the money",
                        "payee",
                        unit=b.college(rng),
                    ),
                    b.bill(
                        usual,
                        total,
                        b.after(paid, 3),
                        "the money went to another account",
                        "account",
                        unit_account=b.account(rng),
                    ),
                    b.bill(
                        usual,
                        total,
                        b.after(paid, -rng.randrange(10, 40)),
                        "issued before it was paid",
                        "date",
                    ),
                )
            ),
        ),
    )


def bank_screen(rng: Random) -> Paper:
    """The list of an account's movements printed from a bank's page; the bill's payer is one line of it."""
    _, town = b.place(rng)
    school = b.college(rng, town)
    name, colour = rng.choice(_SITES)
    ours = b.account(rng)
    start = b.day(rng).replace(day=1)
    end = b.after(start, rng.choice((27, 29)))
    count = rng.randrange(6, 10)
    days = sorted(b.after(start, rng.randrange(0, 26)) for _ in range(count))
    names = b.companies(rng, count - 2) + b.people(rng, 2, far=0.5)
    rng.shuffle(names)
    uses = ("培训费", "考试费", "场地费", "住宿费", "技术服务费", "投标保证金")
    lines: list[tuple[date, str, Decimal, str]] = []
    for moment, each in zip(days, names, strict=True):
        firm = len(each) > 7 and "·" not in each
        value = b.money(rng, 1500, 260000, 50) if firm else b.money(rng, 400, 3800, 20)
        lines.append((moment, each, value, rng.choice(uses if firm else uses[:2])))
    balance = b.money(rng, 1_000_000, 9_000_000, 1) + Decimal(rng.randrange(100)) / 100
    rows = []
    for moment, each, value, use in lines:
        balance += value
        rows.append(
            (
                f"{moment:%Y-%m-%d}<br>{_clock(rng)}",
                "|" + b.comma(value),
                "|",
                "|" + b.comma(balance),
                "<<" + each,
                use,
            )
        )
    spent = b.money(rng, 5000, 90000, 1)
    balance -= spent
    rows.append(
        (
            f"{end:%Y-%m-%d}<br>{_clock(rng)}",
            "|",
            "|" + b.comma(spent),
            "|" + b.comma(balance),
            "<<" + f"{town}供电公司",
            "电费",
        )
    )
    total = sum((value for *_, value, _ in lines), Decimal(0))
    head = ("交易时间", "收入", "支出", "余额", "对方户名", "摘要")
    body = f"""
<div style='background:{colour};color:#fff;padding:5pt 10pt;font-size:12pt'>
{name} 企业网上银行<span style='float:right;font-size:8pt'>欢迎您，{school}</span></div>
<div class='n' style='padding:6pt 0;color:#666;font-size:8.5pt'>首页 &gt; 账户管理 &gt; 交易明细查询</div>
<div class='query'>户名：{school}　账号：{ours}　币种：人民币<br>
查询区间：{start:%Y-%m-%d} 至 {end:%Y-%m-%d}　收入笔数：{count}　收入合计：{b.comma(total)}</div>
{d.table(head, rows, "rows", "15% 13% 13% 16% 31% 12%")}
<div style='text-align:right;color:#777;font-size:8pt;padding-top:4pt'>第1页/共1页　每页20条　[打印] [下载]</div>"""
    more = """.rows th{background:#eef1f5;font-size:8.5pt;border-bottom:1px solid #ccd}
.rows td{font-size:8.5pt;border-bottom:1px solid #e2e5ea;
text-align:center}.rows td.m{text-align:right}.rows td.l{text-align:left}.rows tr:nth-child(odd) td{background:#fafbfc}
.query{border:1px solid #dde;padding:5pt 8pt;margin-bottom:6pt;font-size:9pt}"""
    pdf = chrome(
        d.sheet(
            "@page{size:A4;margin:12mm}body{font-family:Noto Sans CJK SC,sans;font-size:9pt;line-height:1.5;color:#222}",
            body,
            more,
        )
    )
    moment, mine, value, use = lines[rng.randrange(count)]
    issued = b.after(moment, rng.randrange(1, 15))
    other = next(each for each in lines if each[2] != value)
    usual: dict[str, Any] = {"payer": mine, "unit": school, "items": (use,)}
    return Paper(
        family="bank's page",
        tool="chromium",
        data=pdf,
        truth=Truth(
            kind="transfer",
            payers=tuple(dict.fromkeys(each for _, each, *_ in lines)),
            payees=(school,),
            total=total,
            starts_on=start,
            ends_on=end,
            accounts=(ours,),
            also_names=(name, f"{town}供电公司"),
            also_amounts=(*(each[2] for each in lines), spent),
            also_purposes=(*uses, "电费"),
        ),
        bills=(
            b.bill(usual, value, issued, "one line of the list", unit_account=ours),
            b.bill(usual, other[2], issued, "the sum of another line", "amount"),
            b.bill(usual, value, issued, "stands on no line", "payer", payer=b.company(rng)),
        ),
    )


def _telephone(html: str, dpi: int) -> Image.Image:
    return pictures(weasy(html), dpi)[0]


def campus_pay(rng: Random) -> Paper:
    """A page of the school's payments within WeChat, photographed from another telephone or kept as a picture."""
    _, town = b.place(rng)
    school = b.college(rng, town)
    student = b.person(rng, far=0.3)
    theme, item, prices = rng.choice(
        (
            ("住宿费", "住宿费", ("800", "1000", "1200")),
            ("学费", "学费", ("4650", "6800", "5200.00")),
            ("普通话水平测试费", "考试费", ("25", "50")),
            ("补办学生证工本费", "工本费", ("10", "37.50")),
            ("英语等级考试报名费", "考试费", ("37.50", "55")),
            ("校园一卡通押金", "押金", ("20", "120")),
        )
    )
    total = Decimal(rng.choice(prices))
    paid = b.day(rng)
    order = f"{paid:%Y%m%d}{rng.randrange(10**14):014d}"
    trade = f"42000{rng.randrange(10**23):023d}"
    clerk = f"{rng.randrange(2021, 2027)}{rng.randrange(10**6):06d}"
    green = rng.choice(("#07c160", "#2aae67"))
    rows = (
        (
            "缴费项目",
            f"{paid.year}{rng.choice(('春季', '秋季', '学年'))}{theme}"
            if theme in ("住宿费", "学费")
            else theme,
        ),
        ("姓名", student),
        ("学号", clerk),
        ("收款单位", school),
        ("支付时间", f"{paid:%Y-%m-%d} {_clock(rng)}"),
        ("支付方式", rng.choice(("微信支付-零钱", "微信支付-农业银行(3321)"))),
        ("商户单号", order),
        ("交易单号", trade),
    )
    lines = "".join(f"<tr><td class='k'>{key}</td><td>{value}</td></tr>" for key, value in rows)
    body = f"""
<div style='font-size:9pt;padding:2mm 5mm;color:#333'>
{rng.randrange(7, 23):02d}:{rng.randrange(60):02d}<span style='float:right'>5G　{rng.randrange(12, 99)}%</span></div>
<div style='text-align:center;font-size:12.5pt;padding:2mm 0 4mm'>缴费详情</div>
<div style='background:#fff;padding:8mm 5mm'><div style='text-align:center;color:{green};font-size:13pt'>✓ 支付成功</div>
<div style='text-align:center;font-size:25pt;font-family:sans-bold;padding:3mm 0 5mm'>￥{b.comma(total)}</div>
<table>{lines}</table></div>
<div style='text-align:center;color:#576b95;padding:7mm;font-size:10pt'>申请电子票据　|　对订单有疑问</div>"""
    more = """body{margin:0;background:#ededed}.k{color:#888;width:27%;white-space:nowrap}
td{font-size:10.5pt;padding:2.2mm 0;vertical-align:top;word-break:break-all}"""
    style = "@page{size:92mm 190mm;margin:0;background:#ededed}body{font-family:Noto Sans CJK SC,sans;font-size:10.5pt;line-height:1.45}"
    screen = _telephone(d.sheet(style, body, more), 210)
    taken = photographed(rng, screen, "#1d1f22") if rng.random() < 0.7 else screen
    issued = b.after(paid, rng.randrange(0, 12))
    purpose = rows[0][1]
    usual: dict[str, Any] = {"payer": student, "unit": school, "items": (item,)}
    return Paper(
        family="WeChat screen",
        tool="weasyprint",
        form="scan",
        media_type="image/jpeg",
        data=as_picture(taken, "JPEG", rng.randrange(70, 90)),
        truth=Truth(
            **b.said("transfer", student, school, total, paid),
            numbers=(order, trade),
            purpose=purpose,
            also_numbers=(clerk,),
            also_purposes=(theme,),
        ),
        bills=(
            b.bill(usual, total, issued),
            b.bill(usual, total, issued, "another student", "payer", payer=b.near_person(rng, student)),
            b.bill(usual, total, b.after(paid, -rng.randrange(3, 30)), "issued before it was paid", "date"),
        ),
    )


def alipay_gift(rng: Random) -> Paper:
    """An Alipay screen of a gift to the foundation; photographed. Who pays is only half shown."""
    _, town = b.place(rng)
    fund = b.college(rng, town) + "教育发展基金会"
    giver = b.person(rng, far=0.0)
    total = Decimal(rng.choice((66, 200, 365, 520, 1000, 2000, 5000, 10000)))
    paid = b.day(rng)
    goal = rng.choice(("爱心助学专项基金", "校友林认养", "图书角捐建", "大病学生救助"))
    order = f"{paid:%Y%m%d}2200{rng.randrange(10**16):016d}"
    merchant = f"JZ{paid:%y%m%d}{rng.randrange(10**6):06d}"
    rows = (
        ("付款方式", rng.choice(("余额宝", "中国建设银行储蓄卡(6017)", "账户余额"))),
        ("商品说明", f"{goal}捐赠"),
        ("收款方全称", fund),
        ("付款人", f"*{giver[1:]}"),
        ("创建时间", f"{paid:%Y-%m-%d} {_clock(rng)}"),
        ("订单号", order),
        ("商家订单号", merchant),
        ("账单分类", "公益捐赠"),
    )
    lines = "".join(f"<tr><td class='k'>{key}</td><td>{value}</td></tr>" for key, value in rows)
    dark = rng.random() < 0.35
    ground, ink = ("#111111", "#e8e8e8") if dark else ("#ffffff", "#222222")
    body = f"""
<div style='font-size:9pt;padding:2mm 5mm'>
{rng.randrange(7, 23):02d}:{rng.randrange(60):02d}<span style='float:right'>4G　{rng.randrange(12, 99)}%</span></div>
<div style='font-size:12.5pt;padding:2mm 5mm 6mm'>&lt;　账单详情</div>
<div style='text-align:center'>{fund}</div>
<div style='text-align:center;font-size:26pt;padding:2mm 0'>-{b.comma(total)}</div>
<div style='text-align:center;color:#888;padding-bottom:6mm'>交易成功</div>
<div style='padding:0 5mm'><table>{lines}</table></div>
<div style='padding:6mm 5mm;color:#1677ff'>查看往来记录　　　　申请电子回单</div>"""
    more = (
        f"body{{margin:0;color:{ink}}}.k{{color:#8a8a8a;width:30%;white-space:nowrap}}"
        "td{padding:2.2mm 0;vertical-align:top;word-break:break-all;text-align:right}td.k{text-align:left}"
    )
    page = f"@page{{size:90mm 185mm;margin:0;background:{ground}}}"
    style = page + "body{font-family:Noto Sans CJK SC,sans;font-size:10.5pt;line-height:1.45}"
    screen = _telephone(d.sheet(style, body, more), 215)
    taken = photographed(rng, screen, rng.choice(("#25272b", "#a08c6f", "#5d646b")))
    issued = b.after(paid, rng.randrange(0, 30))
    kind = rng.choice(("PNG", "JPEG", "JPEG"))
    usual: dict[str, Any] = {"payer": giver, "unit": fund, "items": ("捐赠收入",)}
    return Paper(
        family="Alipay screen",
        tool="weasyprint",
        form="scan",
        media_type=f"image/{kind.lower()}",
        data=as_picture(taken, kind, rng.randrange(70, 90)),
        truth=Truth(
            kind="transfer",
            payees=(fund,),
            total=total,
            signed_on=paid,
            numbers=(order, merchant),
            purpose=f"{goal}捐赠",
            also_purposes=(goal, "公益捐赠"),
        ),
        bills=(
            b.bill(usual, total, issued, "the giver's family name is masked"),
            b.bill(usual, total * 10, issued, "ten times what was paid", "amount"),
            b.bill(
                usual, total, issued, "another foundation", "payee", unit=b.college(rng) + "教育发展基金会"
            ),
        ),
    )
