"""Papers of the payee and of givers: a certificate, forms filled in by hand, a pledge, a school's fee slip."""

import re
from decimal import Decimal
from random import Random

from bench.papers.open.charity import base
from bench.papers.open.charity.base import DIGITS, bill, capital, cn, in_wan, money
from bench.papers.tools import as_picture, photographed, pictures, weasy
from bench.papers.values import Paper, Truth


def hand(text: str, face: str, size: str = "17pt", colour: str = "#16307c") -> str:
    """Text as a pen writes it: figures in a hand whose 4 and 9 differ."""
    inside = re.sub(
        r"[0-9][0-9.,]*", lambda found: f"<span style='font-family:liujian'>{found[0]}</span>", text
    )
    return f'<span style="font-family:{face},ukai;font-size:{size};color:{colour}">{inside}</span>'


def certificate(rng: Random) -> Paper:
    """A framed certificate of a gift, photographed."""
    where = base.place(rng)
    fund = base.foundation(rng, where)
    donor = rng.choice(
        (
            base.person(rng, 0.3),
            base.company(rng),
            f"{where[1]}市{rng.choice(base.BRANDS)}中学{rng.randint(1985, 2012)}届校友",
        )
    )
    total = Decimal(rng.choice((10000, 30000, 52000, 100000, 166600, 500000, 1000000, 2350000)))
    given = base.day(rng, 2023, 2026)
    purpose = rng.choice(
        ("“明眸”儿童眼健康公益项目", "高原牧区流动图书馆项目", "乡村振兴助学基金", "残疾人就业帮扶项目")
    )
    number = rng.choice(
        (f"证书编号：{given.year}{rng.randint(1, 999):05d}", f"NO.{rng.randint(100, 999)}-{given:%y%m}")
    )
    bare = number.split("：")[-1].removeprefix("NO.")
    sum_text = rng.choice(
        (f"人民币{capital(total)}（¥{money(total)}）", f"人民币 {total:,.0f} 元（大写：{capital(total)}）")
    )
    gold = rng.choice(("#b8912f", "#a8231d", "#8c6a1e"))
    head = rng.choice(("捐 赠 证 书", "荣 誉 证 书"))
    greeting = "感谢贵公司" if "公司" in donor else "感谢诸位校友" if "届" in donor else "感谢您"
    html = f"""<style>@page {{ size: A4 landscape; margin: 9mm; background: #fffaf0; }}
body {{ font: 17pt/2 wenkai; }} .out {{ border: 5pt solid {gold}; padding: 2.5mm;\
 }} .in {{ border: 1.2pt solid {gold}; padding: 10mm 26mm; height: 152mm; position: relative; }}
h1 {{ font: 40pt xiaowei; color: {gold}; text-align: center; margin: 0 0 6mm; letter-spacing: 6pt;\
 }} p {{ text-indent: 2em; margin: 0; }}
.no {{ position: absolute; right: 8mm; top: 5mm; font: 10pt sans; color: #777;\
 }} .end {{ position: absolute; right: 26mm; bottom: 12mm; text-align: right; line-height: 1.6; }}
.en {{ font: 10pt serif; text-align: center; color: #999; letter-spacing: 2pt; margin-top: -6mm;\
 text-indent: 0; }}</style>
<div class=out><div class=in><div class=no>{number}</div><h1>{head}</h1><p class=en>\
CERTIFICATE OF DONATION</p>
<p style="text-indent:0;margin-top:5mm"><b>{donor}</b>：</p><p>{greeting}向{fund}捐赠{sum_text}，\
用于{purpose}。善行如光，照亮前路。特颁此证，以资感谢。</p>
<div class=end>{fund}<br>{cn(given) if rng.random() < 0.5 else base.cn_formal(given)}\
{base.seal_tag(fund, width="40mm", style="right:4mm;bottom:-6mm")}</div></div></div>"""
    page = photographed(rng, pictures(weasy(html), 140)[0], rng.choice(("#6d5f50", "#3f4448", "#a39884")))
    truth = Truth(
        kind="donation", payers=(donor,), payees=(fund,), total=total, words=total, signed_on=given, numbers=(bare,), purpose=purpose,
    )  # fmt: skip
    when = base.after(given, rng.randint(0, 15))
    bills = (
        bill(donor, fund, total, when, "捐赠收入", note="as certified"),
        bill(
            donor,
            fund,
            base.swapped(total),
            when,
            "捐赠收入",
            wrong="amount",
            note="figures exchanged or lost",
        ),
        bill(base.company(rng), fund, total, when, "捐赠收入", wrong="payer", note="somebody else"),
        bill(
            donor,
            base.school(rng, where[1]),
            total,
            when,
            "捐赠收入",
            wrong="payee",
            note="a school, not the fund",
        ),
    )
    data = as_picture(page, "JPEG", 82)
    return Paper(
        family="donation certificate",
        tool="weasyprint",
        data=data,
        truth=truth,
        bills=bills,
        media_type="image/jpeg",
        form="scan",
    )


FORM_CSS = """
@page { size: A4; margin: 18mm 17mm; } body { font: 11pt/1.5 uming; }
h1 { font: 19pt serif-bold; text-align: center; margin: 0 0 3mm; } .top \
{ display: flex; justify-content: space-between; }
table { width: 100%; border-collapse: collapse; margin-top: 2mm; } td \
{ border: 0.7pt solid #222; padding: 1.2mm 2mm; height: 10.5mm; }
.k { width: 27mm; text-align: center; background: #f4f4f4; } .box \
{ text-align: center; padding: 0; width: 9.5mm; }
.note { font-size: 9.5pt; } .sign { position: relative; height: 38mm; line-height: 2.2; } p { margin: 1mm 0; }
"""


def _boxes(amount: Decimal, face: str) -> str:
    heads = list("佰拾万仟佰拾元角分")
    figures = f"{int(amount * 100):d}".rjust(len(heads))
    start = len(heads) - len(figures.strip())
    cells = "".join(
        f"<td class=box>{hand(DIGITS[int(each)], face) if each != ' ' else ('⊗' if at == start - 1 else '')}{head}</td>"
        for at, (each, head) in enumerate(zip(figures, heads, strict=True))
    )
    return f"<tr><td class=k rowspan=2>捐款金额</td><td class=k>大写</td>{cells}</tr>"


def handwritten(rng: Random) -> Paper:
    """A form of a foundation filled in with a pen, the sum in boxes; now and then words and figures differ."""
    where = base.place(rng)
    _, city, area = where
    fund = base.foundation(rng, where)
    donor = base.person(rng, 0.1)
    total = Decimal(rng.choice((37, 128, 500, 1350, 2680, 6400, 18200, 35000))) + rng.choice(
        (Decimal(0), Decimal("0.5"))
    )
    differ = rng.random() < 0.4
    words = base.swapped(total) if differ else total
    given = base.day(rng, 2023, 2026)
    face = rng.choice(("mashan", "zhimang"))
    number = f"{rng.randint(1, 99999):06d}"
    purposes = rng.sample(("助学", "助医", "助残", "扶老", "救灾", "环境保护"), 5)
    chosen = rng.choice(purposes)
    ticks = "　".join(f"{'☑' if each == chosen else '□'}{each}" for each in purposes).replace("☑", "<b>☑</b>")
    clerk = base.person(rng)
    html = f"""<style>{FORM_CSS}</style><h1>{fund}{rng.choice(("捐赠登记表", "个人捐款登记单"))}</h1>
<div class=top><span>No. {number}</span><span>填表日期：\
{hand(f"{given.year}", face)} 年 {hand(f"{given.month}", face)} 月 {hand(f"{given.day}", face)} 日</span>\
</div>
<table><tr><td class=k colspan=2>捐赠人（单位）</td><td colspan=5>{hand(donor, face, "20pt")}</td>\
<td class=box colspan=2>电话</td><td colspan=2>{hand(base.phone(rng), face, "13pt")}</td></tr>
<tr><td class=k colspan=2>通讯地址</td><td colspan=9>\
{hand(f"{city}市建设路{rng.randint(3, 400)}号{rng.randint(2, 18)}栋", face)}</td></tr>
{_boxes(words, face)}<tr><td class=k>小写</td><td colspan=9>￥ {hand(f"{total:,.2f}", face, "20pt")}</td></tr>
<tr><td class=k colspan=2>捐款方式</td><td colspan=9>\
{"<b>☑</b>" if rng.random() < 0.9 else "□"}现金　□银行转账　□邮局汇款　□二维码</td></tr>
<tr><td class=k colspan=2>捐款意向</td><td colspan=9>{ticks}　□非定向</td></tr>
<tr><td class=k colspan=2>票据</td><td colspan=9><b>☑</b>需要，抬头同捐赠人　□不需要</td></tr></table>
<p class=note>说明：1. 本表一式两联，第一联交财务，第二联交捐赠人；2. 捐赠款由本会统一接收，\
工作人员不得以个人名义收款；3. 捐赠人享有查询善款使用情况的权利；4. 咨询电话 {base.phone(rng, area)}。</p>
<div class=sign>捐赠人签名：{hand(donor, "zhimang", "24pt")}　　　　　　经手人：\
{hand(clerk, "mashan", "18pt")}<br>接收单位（盖章）：\
{fund}{base.seal_tag(fund, "财务专用章", style="left:62mm;top:6mm")}</div>"""
    truth = Truth(
        kind="donation", payers=(donor,), payees=(fund,), total=total, words=words, signed_on=given, numbers=(number,), purpose=chosen,
        also_names=(clerk,), also_amounts=(words,),
    )  # fmt: skip
    when = base.after(given, rng.randint(0, 9))
    if differ:
        bills = (
            bill(
                donor,
                fund,
                total,
                when,
                "捐赠收入",
                wrong="words",
                note="as the figures say, the words differ",
            ),
            bill(
                donor,
                fund,
                words,
                when,
                "捐赠收入",
                wrong="words",
                note="as the words say, the figures differ",
            ),
        )
    else:
        bills = (
            bill(donor, fund, total, when, "捐赠收入", remark=chosen, note="as filled in"),
            bill(
                donor,
                fund,
                base.swapped(total),
                when,
                "捐赠收入",
                wrong="amount",
                note="figures exchanged or lost",
            ),
            bill(base.near(rng, donor), fund, total, when, "捐赠收入", wrong="payer", note="near name"),
        )
    data = base.scan(rng, weasy(html), rng.choice((170, 190)))
    return Paper(
        family="handwritten form", tool="weasyprint", data=data, truth=truth, bills=bills, form="scan"
    )


def pledge(rng: Random) -> Paper:
    """A page from a writing pad: a giver declares in handwriting what he gives and for what; photographed."""
    _, city, _ = base.place(rng)
    taker = f"{base.school(rng, city)}{rng.choice(('', '校友会'))}"
    donor = base.person(rng, 0.35)
    total = Decimal(rng.choice((2000, 5000, 10000, 36000, 80000, 200000)))
    given = base.day(rng, 2023, 2026)
    face = rng.choice(("mashan", "mashan", "wenkai"))
    purpose = rng.choice(("学校图书角建设", "贫困学生生活补助", "操场照明改造", "校园乐队购置乐器"))
    child = base.person(rng, 0)
    figures = in_wan(total) if total >= 10000 and rng.random() < 0.5 else f"{total}元"
    amount = f"{figures}（{rng.choice(('', '大写：'))}{capital(total)}）"
    text = rng.choice(
        (f"本人{donor}，为感谢母校多年培养，自愿向{taker}捐款人民币{amount}，用于{purpose}。款项已于{cn(given)}转账交清。本人声明：该款系个人合法收入，捐赠出于自愿，与孙女{child}入学、分班等事项无任何关系。",
         f"我叫{donor}，是本校退休职工。经与家人{child}商量，决定将积蓄{amount}捐给{taker}，用于{purpose}，于{cn(given)}当面交付。此捐款不求回报，不可撤回，请学校开具票据并公布使用情况。")
    )  # fmt: skip
    colour = rng.choice(("#1a2f80", "#222222"))
    size = "21pt" if len(text) < 125 else "19.5pt"
    rules = "".join(f'<div class=rule style="top:{14 * at}mm"></div>' for at in range(1, 18))
    html = f"""<style>@page {{ size: A4; margin: 22mm 20mm; background: #fdfcf6; }}
.pad {{ line-height: 14mm; position: relative; }} .rule {{ position: absolute; left: 0; right: 0;\
 border-top: 0.25mm solid #d09090; }}
.pad p {{ margin: 0; text-indent: 2em; }} .head {{ text-align: center; height: 14mm;\
 }} .r {{ text-align: right; }}</style>
<div class=pad>{rules}<div class=head>\
{hand(rng.choice(("自愿捐赠声明", "捐款说明", "捐赠承诺书")), face, "27pt", colour)}</div>
<p>{hand(text, face, size, colour)}</p><p>{hand("特此声明。", face, size, colour)}</p><div class=r>\
{hand("捐款人：" + donor, face, size, colour)}</div><div class=r>\
{hand(cn(given), face, size, colour)}</div></div>"""
    page = photographed(rng, pictures(weasy(html), 130)[0], rng.choice(("#6d5f50", "#45525c", "#8a7a66")))
    truth = Truth(
        kind="donation", payers=(donor,), payees=(taker,), total=total, words=total, signed_on=given, purpose=purpose, also_names=(child,),
    )  # fmt: skip
    when = base.after(given, rng.randint(1, 20))
    bills = (
        bill(donor, taker, total, when, "捐赠收入", note="as declared"),
        bill(child, taker, total, when, "捐赠收入", wrong="payer", note="the relative named in the text"),
        bill(
            donor,
            taker,
            total,
            when,
            "择校费" if "入学" in text else "教材费",
            wrong="purpose",
            note="a fee instead of a gift",
        ),
    )
    data = as_picture(page, "JPEG", 80)
    return Paper(
        family="handwritten pledge",
        tool="weasyprint",
        data=data,
        truth=truth,
        bills=bills,
        media_type="image/jpeg",
        form="scan",
    )


SLIP_CSS = """
@page { size: A4; margin: 12mm 15mm; } body { font: 10pt/1.4 uming; } .copy \
{ height: 128mm; position: relative; }
h1 { font: 15pt sans-bold; text-align: center; margin: 1mm 0; } .top \
{ display: flex; justify-content: space-between; }
table { width: 100%; border-collapse: collapse; margin: 1.5mm 0; } td, th \
{ border: 0.6pt solid #111; padding: 1mm 1.6mm; text-align: center; font-weight: normal; }
.m { text-align: right; } .l { text-align: left; } .cut \
{ border-top: 1pt dashed #777; margin: 3mm 0; text-align: center; font-size: 8pt; color: #777; }
"""


def fee_slip(rng: Random) -> Paper:
    """A private school's slip in two copies: a parent has paid for a pupil, with a rebate and a deposit taken off."""
    province, city, area = base.place(rng)
    unit = base.school(rng, city)
    parent = base.person(rng, 0.15)
    pupil = (parent[0] if "·" not in parent else rng.choice(SURE)) + "".join(rng.sample(base.GIVEN, 2))
    paid = base.day(rng, 2023, 2026)
    tuition = Decimal(rng.choice((9800, 12600, 16800, 21500)))
    living, books = Decimal(rng.choice((1200, 1600, 2400))), Decimal(rng.choice((386, 412, 598)))
    uniform = Decimal(rng.choice((480, 650, 720)))
    rebate, deposit = Decimal(rng.choice((500, 1000))), Decimal(rng.choice((2000, 3000)))
    due = tuition + living + books + uniform - rebate - deposit
    number = f"{paid:%Y%m}{rng.randint(10, 9999):05d}"
    year = paid.year if paid.month >= 7 else paid.year - 1
    purpose = rng.choice(
        (
            f"{year}—{year + 1}学年第{'一' if paid.month >= 7 else '二'}学期学杂费",
            f"{paid.year}年{'秋' if paid.month >= 7 else '春'}季学期学费及代收费",
        )
    )
    cashier = base.person(rng)
    lines = (("学费", tuition, "按学期"), ("住宿费", living, "四人间"),
             ("教材费（代收）", books, "多退少补"), ("校服费（代收）", uniform, "四季各一套"),
             ("减：教职工子女/二孩优惠", -rebate, "校务会批准"),
             ("减：已交学位定金", -deposit, f"{cn(base.after(paid, -70))}收"))  # fmt: skip
    rows = "".join(
        f"<tr><td>{at + 1}</td><td class=l>{what}</td><td class=m>{money(sum_)}</td><td>{note}</td></tr>"
        for at, (what, sum_, note) in enumerate(lines)
    )
    way = rng.choice(("POS刷卡", "微信支付", "银行转账"))
    copy = f"""<h1>{unit}学生缴费单</h1><div class=top><span>单号：{number}</span><span>{purpose}</span>\
<span>缴费日期：{paid:%Y-%m-%d}</span></div>
<table><tr><td>学生姓名</td><td>{pupil}</td><td>年级班级</td><td>\
{rng.choice(("小一", "小四", "初一", "初三", "高一"))}（{rng.randint(1, 9)}）班</td><td>学号</td><td>\
{rng.randint(20230001, 20269999)}</td></tr>
<tr><td>缴费人（家长）</td><td>{parent}</td><td>与学生关系</td><td>{rng.choice(("父亲", "母亲"))}</td>\
<td>联系电话</td><td>{base.phone(rng)}</td></tr></table>
<table><tr><th>序号<th>收费项目<th>金额（元）<th>说明</tr>{rows}<tr><td colspan=2>本次实缴合计</td>\
<td class=m><b>{money(due)}</b></td><td>{way}</td></tr>
<tr><td colspan=4 class=l>人民币（大写）：{capital(due)}</td></tr></table><div>票据抬头：\
{parent}　　收费员：{cashier}　　学校财务室：{base.phone(rng, area)}</div>
<div style="font-size:8.5pt;color:#444">退费按{province}民办学校收费管理规定办理，请妥善保存本单，\
凭本单换取正式票据。</div>"""
    seal = base.seal_tag(unit, "收费专用章", width="36mm", style="right:14mm;bottom:10mm")
    html = f"""<style>{SLIP_CSS}</style><div class=copy>{copy}<p>第一联：存根</p>{seal}</div>
<div class=cut>- - - 裁 切 线 - - -</div><div class=copy>{copy}<p>第二联：家长</p>{seal}</div>"""
    truth = Truth(
        kind="other", payers=(parent,), payees=(unit,), total=due, words=due, signed_on=paid, numbers=(number,), purpose=purpose,
        also_names=(pupil, cashier), also_amounts=(tuition, living, books, uniform, rebate, deposit, -rebate, -deposit),
        also_purposes=tuple(what for what, _, _ in lines[:4]),
    )  # fmt: skip
    when = base.after(paid, rng.randint(0, 7))
    other = next(each for each in (base.near(rng, parent) for _ in range(99)) if each != pupil)
    bills = (
        bill(
            parent,
            unit,
            due,
            when,
            "学费",
            "住宿费",
            "代收代付款",
            remark=f"学生：{pupil}",
            note="the parent pays, the pupil is named",
        ),
        bill(
            parent,
            unit,
            due + deposit,
            when,
            "学费",
            "住宿费",
            "代收代付款",
            wrong="amount",
            note="the deposit counted again",
        ),
        bill(other, unit, due, when, "学费", "住宿费", wrong="payer", note="another parent of a near name"),
        bill(parent, unit, due, when, "场地租赁费", wrong="purpose", note="a hire instead of school fees"),
    )
    data = base.scan(rng, weasy(html), 180)
    return Paper(family="fee slip", tool="weasyprint", data=data, truth=truth, bills=bills, form="scan")


SURE = "阿艾巴"
