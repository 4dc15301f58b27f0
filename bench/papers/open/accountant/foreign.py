"""Contracts in two languages and in English, with foreign money beside 元."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from random import Random

from bench.papers.open.accountant.base import (
    Party,
    bill,
    blank,
    cn,
    company,
    day,
    later,
    money,
    other_unit,
    spaced,
    swapped,
    unit,
    upper,
)  # fmt: skip
from bench.papers.open.accountant.draw import HEI, SONG, Word, overlaid, pen_at, seal_at
from bench.papers.tools import font
from bench.papers.values import Paper, Truth

MAKERS = (
    ("Halvorsen Marine Coatings", "哈沃森海洋涂料"), ("Brandtner Precision", "勃朗特纳精密机械"), ("Okamura Fine Yarn", "冈村精纺"),
    ("Delacourt Arômes", "德拉库尔香料"), ("Kestrel Polymers", "凯斯崔聚合物"), ("Vittorini Pompe", "维托里尼泵业"),
    ("Saarinen Forest Paper", "萨里宁纸业"), ("Haneul Battery Materials", "韩乌尔电池材料"),
)  # fmt: skip
MONEY = (
    ("USD", "美元", "7.1862"),
    ("EUR", "欧元", "7.8045"),
    ("JPY", "日元", "0.0487"),
    ("HKD", "港元", "0.9217"),
)
PINYIN = {
    "宁波": "Ningbo", "台州": "Taizhou", "嘉兴": "Jiaxing", "绍兴": "Shaoxing", "南通": "Nantong", "盐城": "Yancheng",
    "常州": "Changzhou", "镇江": "Zhenjiang", "泉州": "Quanzhou", "漳州": "Zhangzhou", "烟台": "Yantai", "日照": "Rizhao",
    "芜湖": "Wuhu", "滁州": "Chuzhou", "九江": "Jiujiang", "上海": "Shanghai", "昌吉": "Changji", "包头": "Baotou",
    "湛江": "Zhanjiang", "营口": "Yingkou",
}  # fmt: skip
ENGLISH = {
    "理工大学": "University of Technology", "海洋大学": "Ocean University", "工程学院": "Institute of Engineering",
    "师范大学": "Normal University", "科技学院": "College of Science and Technology", "国际会展中心": "International Convention Centre",
    "会展服务中心": "Exhibition Service Centre", "国际博览中心": "International Expo Centre",
    "文化会议中心": "Culture and Conference Centre",
}  # fmt: skip


def _foreign(rng: Random) -> tuple[Party, str]:
    """A firm of a foreign maker in China and its English name."""
    party = company(rng)
    english, chinese = rng.choice(MAKERS)
    party.name = f"{chinese}（{party.city}）有限公司"
    return party, f"{english} ({PINYIN[party.city]}) Co., Ltd."


def _english(rng: Random, party: Party) -> str:
    for tail, words in ENGLISH.items():
        if party.name.endswith(tail):
            return f"{PINYIN[party.city]} {words}"
    raise ValueError(party.name)


def _rated(rng: Random) -> tuple[str, str, Decimal, Decimal, Decimal]:
    """Code, name, foreign sum, rate, and the sum in yuan."""
    code, name, text = rng.choice(MONEY)
    rate = Decimal(text) + Decimal(rng.randint(-60, 60)) / 10000
    sum_ = Decimal(rng.choice((6500, 12000, 18500, 32000, 48000, 75000, 160000)))
    if code == "JPY":
        sum_ *= 100
    return code, name, sum_, rate, (sum_ * rate).quantize(Decimal("0.01"))


def _en(when: date) -> str:
    return f"{when.day} {when:%B %Y}"


def bilingual_contract(rng: Random) -> Paper:
    """Training or laboratory services of a university, Chinese and English side by side; Word text."""
    payer, english = _foreign(rng)
    school = unit(rng, "university")
    school_english = _english(rng, school)
    code, name, sum_, rate, total = _rated(rng)
    signed = day(rng)
    starts = later(signed, rng.randint(10, 30))
    ends = later(starts, rng.choice((89, 179, 364)))
    use, use_english, item = rng.choice((
        ("员工汉语培训", "Chinese language training for expatriate staff", "培训费"),
        ("实验室开放使用服务", "open access to laboratory facilities", "实验室使用费"),
        ("材料失效分析技术服务", "technical services for failure analysis of materials", "技术服务费"),
    ))  # fmt: skip
    number = f"{rng.choice(('HL', 'INT', 'CE'))}-{signed.year}-{rng.randint(10, 999):03d}"
    parent = f"{english.split(' (')[0]} {rng.choice(('AS', 'GmbH', 'S.p.A.', 'Holdings Ltd.'))}"
    paper = Word(rng.choice((SONG, HEI)), 10.5, (2.0, 2.0), 1.25)
    paper.put("服务合同", align="c", size=18, bold=True)
    paper.put("SERVICE CONTRACT", align="c", size=13, bold=True, after=4)
    paper.put(f"合同号 / Contract No.: {number}", align="r", after=4)
    shown = rng.choice((money, blank))
    clauses = (
        (f"委托方：{payer.name}\n地址：{payer.address}", f"Client: {english}\n(a subsidiary of {parent})"),
        (f"服务方：{school.name}\n地址：{school.address}", f"Provider: {school_english}\n(tel. {school.phone})"),
        (f"第一条　服务内容\n服务方为委托方提供{use}，地点为服务方校区，计划与名单见附件一。",
         f"Article 1  Scope\nThe Provider shall render {use_english} at its campus according to Annex 1."),
        (f"第二条　服务期限\n自{cn(starts)}至{cn(ends)}。", f"Article 2  Term\nFrom {_en(starts)} to {_en(ends)}."),
        (f"第三条　合同价款\n合同总价为{code} {shown(sum_)}（{name}）。经双方同意，以人民币结算，固定汇率1{name}兑{rate}元人民币，"
         f"应付人民币{shown(total)}元（大写：{upper(total)}）。汇率不再随市场调整。",
         f"Article 3  Price\nThe total price is {code} {shown(sum_)}. It is settled in Renminbi at the fixed rate of {rate}, that is "
         f"RMB {shown(total)}, whatever the market rate on the day of payment."),
        (f"第四条　支付\n委托方应在签约后30日内一次付清。收款账户：{school.name}，{school.bank}，{school.account}。境外母公司不代为支付。",
         f"Article 4  Payment\nIn one sum within 30 days of signature, to account {school.account}. The parent company does not pay on "
         "behalf of the Client."),
        ("第五条　违约责任\n任何一方逾期履行的，每逾期一日按应付款的0.05%支付违约金，上限为5%。",
         "Article 5  Default\nDelay is charged at 0.05% of the sum due a day, at most 5%."),
        ("第六条　文本与争议\n本合同以中英文书就，歧义时以中文为准。争议提交服务方所在地仲裁委员会仲裁。",
         "Article 6  Language and disputes\nThe Chinese text prevails. Disputes go to arbitration at the Provider's place."),
    )  # fmt: skip
    paper.grid(clauses, (8.5, 8.5), rules=rng.random() < 0.6, size=10, spacing=1.25)
    paper.put("", after=6)
    paper.grid(
        ((f"委托方 Client（盖章 Seal）：\n授权代表 Signature：\n日期 Date：{signed.isoformat()}",
          f"服务方 Provider（盖章 Seal）：\n授权代表 Signature：\n日期 Date：{cn(signed)}"),),
        (8.5, 8.5), rules=False, size=10, spacing=1.8,
    )  # fmt: skip
    pdf = paper.pdf()
    marks = seal_at(rng, pdf, "委托方 Client", payer.name) + seal_at(rng, pdf, "服务方 Provider", school.name)
    marks += pen_at(rng, pdf, "Signature", "R.Weiss", -2) + pen_at(rng, pdf, "Signature", school.head, -1)
    truth = Truth(
        kind="contract", payers=(payer.name,), payees=(school.name,), total=total, words=total, signed_on=signed,
        starts_on=starts, ends_on=ends, numbers=(number,), accounts=(school.account,), purpose=use,
        also_purposes=(use_english, "服务合同", "SERVICE CONTRACT", f"为委托方提供{use}"), also_amounts=(sum_,),
        also_names=(english, school_english, parent),
    )  # fmt: skip
    paid = later(signed, rng.randint(5, 28))
    bills = (
        bill(payer.name, school.name, total, paid, item, unit_account=school.account),
        bill(payer.name, school.name, sum_, paid, item, wrong="amount", note="foreign money taken as yuan"),
        rng.choice((
            bill(parent, school.name, total, paid, item, wrong="payer", note="the parent abroad"),
            bill(payer.name, other_unit(rng, "university", school.name), total, paid, item, wrong="payee"),
            bill(payer.name, school.name, total, later(signed, -30), item, wrong="date"),
            bill(payer.name, school.name, total, paid, item, used=total, wrong="usage"),
        )),
    )  # fmt: skip
    return Paper(
        family="bilingual contract",
        tool="LibreOffice DOCX",
        data=overlaid(pdf, marks),
        truth=truth,
        bills=bills,
    )


def english_agreement(rng: Random) -> Paper:
    """An order confirmation of a centre in English, Chinese names in brackets; drawn by reportlab."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    payer, english = _foreign(rng)
    centre = unit(rng, "centre")
    centre_english = _english(rng, centre)
    code, _, sum_, rate, total = _rated(rng)
    deposit = (total * rng.choice((20, 30)) / 100).quantize(Decimal("0.01"))
    rest = total - deposit
    signed = day(rng)
    opens = later(signed, rng.randint(60, 150))
    area = rng.choice((18, 36, 54, 72, 108))
    number = f"EX{signed:%y}/{rng.randint(100, 999)}-{rng.choice('ABDF')}{rng.randint(1, 60):02d}"
    event = f"{PINYIN[centre.city]} {rng.choice(('Coatings', 'Textile Machinery', 'Pump & Valve', 'Battery'))} Expo {opens.year}"
    face = rng.choice(("sans", "serif"))
    pdfmetrics.registerFont(TTFont("fo" + face, str(font(face))))
    pdfmetrics.registerFont(TTFont("fob" + face, str(font(face + "-bold"))))
    out = io.BytesIO()
    pen = Canvas(out, pagesize=A4, invariant=1)
    left, top = 24 * mm, A4[1] - 24 * mm

    def write(text: str, size: float = 10, gap: float = 15, bold: bool = False, at: float = left) -> None:
        nonlocal top
        pen.setFont(("fob" if bold else "fo") + face, size)
        pen.drawString(at, top, text)
        top -= gap

    def body(words: str) -> None:
        """A paragraph broken at the right margin; Chinese runs stay whole."""
        line = ""
        for word in words.split(" "):
            trial = f"{line} {word}".strip()
            if pdfmetrics.stringWidth(trial, "fo" + face, 10) > A4[0] - 2 * left:
                write(line)
                line = word
            else:
                line = trial
        write(line, gap=20)

    write(f"{centre_english}", 15, 17, True)
    write(f"{centre.name}　{centre.address}　{centre.phone}", 8.5, 8)
    pen.setLineWidth(1.2)
    pen.line(left, top, A4[0] - left, top)
    top -= 26
    write("EXHIBITION SPACE CONTRACT", 14, 24, True)
    write(f"Contract No. {number}", gap=15)
    write(f"Date of contract: {_en(signed)}", gap=22)
    write(f"Exhibitor: {english}", gap=14)
    write(f"（{payer.name}）", gap=14)
    write(f"Contact: {payer.contact}, {payer.mobile}", gap=22)
    body(
        f"The Exhibitor hereby books exhibition space at the {event}, {_en(opens)} to {_en(later(opens, 2))}, under the terms below."
    )
    rows: Sequence[tuple[str, str, str]] = (
        ("Item", code, "RMB (CNY)"), (f"Exhibition space, raw, {area} sqm", money(sum_), money(total)),
        ("Deposit, paid on booking", money((sum_ * deposit / total).quantize(Decimal("0.01"))), money(deposit)),
        ("Balance, due 45 days before opening", money(sum_ - (sum_ * deposit / total).quantize(Decimal("0.01"))), money(rest)),
    )  # fmt: skip
    for k, row in enumerate(rows):
        pen.setFont(("fob" if k in (0, 1) else "fo") + face, 10)
        pen.drawString(left + 4, top, row[0])
        pen.drawRightString(left + 112 * mm, top, row[1])
        pen.drawRightString(A4[0] - left - 4, top, row[2])
        pen.line(left, top - 6, A4[0] - left, top - 6)
        top -= 21
    top -= 4
    body(f"1. Prices were converted at {code} 1 = RMB {rate}. Only the RMB sums are payable; the total "
         f"contract price is RMB {money(total)} "
         f"({upper(total)}).")  # fmt: skip
    body("2. A shell scheme, furniture, power and Internet are ordered apart and are not part of this price.")
    body(
        f"3. Payment to: {centre.name}, {centre.bank}, A/C No. {spaced(centre.account)}. "
        "Bank charges outside China are borne by the remitter."
    )
    body(
        "4. Cancellation later than 60 days before opening forfeits the deposit. Space may not be shared or sublet."
    )
    body("5. This contract takes effect when signed by both sides. PRC law applies.")
    top -= 18
    write("For the Exhibitor", bold=True, gap=0)
    write("For the Organiser", bold=True, at=left + 86 * mm, gap=60)
    write(f"Signed on {_en(signed)}", gap=0)
    write(f"Signed on {_en(signed)}", at=left + 86 * mm)
    pen.save()
    pdf = out.getvalue()
    marks = pen_at(rng, pdf, "For the Exhibitor", "T.Moretti", shift=(0.07, 0.03))
    marks += pen_at(rng, pdf, "For the Organiser", centre.head, shift=(0.02, 0.03))
    marks += seal_at(rng, pdf, "For the Exhibitor", payer.name) + seal_at(
        rng, pdf, "For the Organiser", centre.name
    )
    other = tuple(
        Decimal(text.replace(",", ""))
        for row in rows[1:]
        for text in row[1:]
        if text not in (money(total), money(rest), money(deposit))
    )
    truth = Truth(
        kind="contract", payers=(payer.name,), payees=(centre.name,), total=total, words=total, instalments=(deposit, rest),
        signed_on=signed, starts_on=opens, ends_on=later(opens, 2), numbers=(number,), accounts=(centre.account,),
        purpose="exhibition space", also_purposes=("Exhibition space", event, "EXHIBITION SPACE CONTRACT", rows[1][0]),
        also_names=(english, centre_english, payer.contact), also_amounts=other,
    )  # fmt: skip
    item, paid = rng.choice(("展位费", "展览场地费")), later(signed, rng.randint(4, 12))
    bills = (
        bill(payer.name, centre.name, rest, later(opens, -44), item, used=deposit, unit_account=centre.account,
             note="the balance after the deposit was billed"),
        bill(payer.name, centre.name, total, paid, item, unit_account=payer.account, wrong="account"),
        rng.choice((
            bill(payer.name, centre.name, sum_, paid, item, wrong="amount", note="foreign money taken as yuan"),
            bill(payer.name, centre.name, swapped(rng, total), paid, item, wrong="amount"),
            bill(payer.name, centre.name, rest, later(opens, -44), item, used=rest + deposit // 2, wrong="usage"),
            bill(payer.name, centre.name, total, paid, "住院费", wrong="purpose"),
        )),
    )  # fmt: skip
    return Paper(
        family="foreign-language contract",
        tool="reportlab",
        data=overlaid(pdf, marks),
        truth=truth,
        bills=bills,
    )
