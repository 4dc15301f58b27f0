"""Papers written in Word: an amendment, a draft, a thank-you letter, a sponsorship confirmation."""

import io
from decimal import Decimal
from random import Random

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from bench.papers.open.charity import base
from bench.papers.open.charity.base import bill, capital, cn, in_wan, money
from bench.papers.tools import office, pictures, stamp, stamped
from bench.papers.values import Bill, Paper, Truth

SONG, KAI, SANS = "AR PL UMing CN", "AR PL UKai CN", "WenQuanYi Zen Hei"
PLACE = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "centre": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


class Sheet:
    """A Word document in the making."""

    def __init__(self, font: str, size: float = 12, margin: float = 2.7) -> None:
        self.document = Document()
        self.font, self.size = font, size
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(margin)
        section.top_margin = section.bottom_margin = Cm(2.4)

    def say(
        self, text: str, *, size: float = 0, bold: bool = False, at: str = "left", font: str = "",
        indent: bool = True, gap: float = 4, colour: str = "",
    ) -> None:  # fmt: skip
        """One paragraph."""
        paragraph = self.document.add_paragraph()
        paragraph.alignment = PLACE[at]
        paragraph.paragraph_format.space_after = Pt(gap)
        paragraph.paragraph_format.line_spacing = 1.45
        if indent and at == "left":
            paragraph.paragraph_format.first_line_indent = Pt(2 * (size or self.size))
        self._write(paragraph, text, size or self.size, bold, font or self.font, colour)

    def _write(
        self, paragraph: object, text: str, size: float, bold: bool, font: str, colour: str = ""
    ) -> None:
        run = paragraph.add_run(text)  # type: ignore[attr-defined]
        run.font.size, run.bold, run.font.name = Pt(size), bold, font
        if colour:
            run.font.color.rgb = RGBColor.from_string(colour)
        run._element.rPr.rFonts.set(qn("w:eastAsia"), font)

    def grid(
        self, rows: list[list[str]], widths: list[float], size: float = 10.5, rules: bool = True
    ) -> None:
        """A table; the first row is its head."""
        table = self.document.add_table(rows=len(rows), cols=len(rows[0]))
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        if rules:
            table.style = "Table Grid"
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text, width in zip(row.cells, texts, widths, strict=True):
                cell.width = Cm(width)
                self._write(cell.paragraphs[0], text, size, False, self.font)
        self.say("", gap=2)

    def header(self, text: str) -> None:
        """A line at the head of every page."""
        self._write(self.document.sections[0].header.paragraphs[0], text, 9, False, self.font, "777777")

    def pdf(self) -> bytes:
        """The document as LibreOffice prints it."""
        out = io.BytesIO()
        self.document.save(out)
        return office(out.getvalue(), "docx")


def amendment(rng: Random) -> Paper:
    """A supplement lowers the sum of an older agreement; a part has been paid already."""
    where = base.place(rng)
    donor, fund = base.company(rng), base.foundation(rng, where)
    boss, head = base.person(rng), base.person(rng)
    first_day = base.day(rng, 2023, 2024)
    signed = base.after(first_day, rng.randint(150, 420))
    unit = Decimal(rng.choice((20000, 50000, 100000, 150000)))
    old, new, paid = unit * 12, unit * 10, unit * 3
    rest_day = base.after(signed, rng.choice((30, 45, 60)))
    old_number = f"{fund[:2]}捐字第{first_day.year}{rng.randint(10, 99):03d}号"
    number = f"{old_number}-补{rng.choice((1, 2))}"
    purpose = rng.choice(
        ("农村留守儿童关爱项目", "职业教育奖学金", "特殊教育学校康复设备", "优秀青年教师奖励")
    )
    sheet = Sheet(rng.choice((SONG, KAI)), 12.5)
    sheet.say("捐赠协议补充协议", size=20, bold=True, at="centre", gap=10)
    sheet.say(f"编号：{number}", at="right", size=11)
    sheet.say(f"捐赠方（以下简称甲方）：{donor}", indent=False)
    sheet.say(f"受赠方（以下简称乙方）：{fund}", indent=False)
    sheet.say(
        f"甲乙双方于{cn(first_day)}签订《捐赠协议》（编号：{old_number}，以下简称原协议），约定甲方向乙方捐赠人民币{in_wan(old)}。"
        f"原协议签订后，甲方已支付首期款{money(paid)}元，乙方已出具票据。"
        f"因甲方{rng.choice(('经营计划调整', '所处行业市场变化'))}，双方协商一致，达成如下补充条款："
    )
    sheet.say("1．捐赠金额调整", bold=True)
    sheet.say(
        f"原协议第一条约定的捐赠总额由{money(old)}元变更为{money(new)}元（大写：人民币{capital(new)}）。已支付的款项计入变更后的总额。"
    )
    sheet.say("2．剩余款项的支付", bold=True)
    sheet.grid(
        [["项目", "原协议", "变更后"], ["捐赠总额（元）", money(old), money(new)], ["已支付（元）", money(paid), money(paid)],
         ["尚未支付（元）", money(old - paid), money(new - paid)], ["付清日期", cn(base.after(first_day, 365)), cn(rest_day)]],
        [4.5, 5, 5],
    )  # fmt: skip
    sheet.say("3．捐赠用途", bold=True)
    sheet.say(
        f"捐赠资金仍用于{purpose}，乙方可按调整后的规模相应缩减受助人数，并于三十日内将新的实施方案书面告知甲方。"
    )
    sheet.say("4．效力", bold=True)
    sheet.say(
        "本补充协议为原协议不可分割的组成部分，与原协议不一致的，以本补充协议为准；未涉及的条款继续履行。本补充协议一式四份，自双方盖章之日起生效。"
    )
    sheet.say(f"甲方：{donor}　　　　授权代表：{boss}", indent=False, gap=26)
    sheet.say(f"乙方：{fund}　　　　授权代表：{head}", indent=False, gap=26)
    sheet.say(f"签订日期：{cn(signed)}　　签订地点：{where[1]}市", indent=False)
    pages = pictures(sheet.pdf(), 170)
    last = len(pages) - 1
    low = rng.uniform(0.77, 0.79) if last == 0 else 0.2
    pages[last] = stamped(pages[last], stamp(donor), (rng.uniform(0.25, 0.33), low - 0.06), 0.19)
    pages[last] = stamped(pages[last], stamp(fund), (rng.uniform(0.5, 0.58), low), 0.19)
    truth = Truth(
        kind="donation", payers=(donor,), payees=(fund,), total=new, instalments=(new - paid,), words=new, signed_on=signed,
        numbers=(number,), purpose=purpose, also_names=(boss, head), also_amounts=(old, paid, old - paid), also_numbers=(old_number,),
    )  # fmt: skip
    when = base.after(signed, rng.randint(12, 29))
    bills = (
        bill(donor, fund, new - paid, when, "捐赠收入", used=paid, note="the rest after the first part"),
        bill(donor, fund, old, when, "捐赠收入", wrong="amount", note="the superseded sum"),
        bill(
            base.near(rng, donor),
            fund,
            new - paid,
            when,
            "捐赠收入",
            used=paid,
            wrong="payer",
            note="near name",
        ),
    )
    data = base.worn(rng, pages, 170)
    return Paper(
        family="supplementary agreement", tool="libreoffice", data=data, truth=truth, bills=bills, form="scan"
    )


def draft(rng: Random) -> Paper:
    """A draft with remarks of a lawyer and blanks for the signatures: nobody has agreed to anything yet."""
    where = base.place(rng)
    donor, fund = base.company(rng), base.foundation(rng, where)
    total = Decimal(rng.choice((80000, 150000, 320000, 450000, 900000)))
    made = base.day(rng, 2024, 2026)
    purpose = rng.choice(
        ("高原地区先心病患儿手术救助", "社区长者食堂运营", "村级卫生室药品购置", "科普大篷车巡展")
    )
    sheet = Sheet(SONG, 12)
    sheet.header(
        rng.choice(
            (
                f"讨论稿 第三版（{made.month}.{made.day}）——仅供双方磋商，不具法律效力",
                "征求意见稿，未经双方签署不生效",
            )
        )
    )
    sheet.say("公益捐赠协议", size=19, font=SANS, at="centre", gap=4)
    sheet.say(rng.choice(("（讨论稿）", "（征求意见稿）")), at="centre", size=13, gap=12)
    sheet.say("协议编号：__________", at="right", size=10.5)
    sheet.say(f"甲方（捐赠人）：{donor}", indent=False)
    sheet.say(f"乙方（受赠人）：{fund}", indent=False)
    sheet.say(
        f"第一条　甲方拟向乙方捐赠人民币{money(total)}元（大写：{capital(total)}），【财务：是否分两期？待总经理定】用于{purpose}。"
    )
    sheet.say(
        "第二条　甲方于____年____月____日前将款项汇至乙方账户（户名、开户行及账号由乙方另行书面提供）。"
    )
    sheet.say("第三条　乙方收款后十日内开具捐赠票据。")
    sheet.say(
        "【法务：建议增加捐赠财产合法性保证条款；违约责任过轻，请乙方确认。】", colour="C00000", font=KAI
    )
    sheet.say(
        "第四条　乙方每季度提交项目简报，项目结束后九十日内提交总结报告和审计报告，审计费用由____方承担。"
    )
    sheet.say("第五条　甲方享有在项目宣传材料中署名的权利，署名方式由双方另行商定。")
    sheet.say("第六条　本协议自双方法定代表人签字并加盖公章之日起生效。", gap=24)
    sheet.grid(
        [["甲方（盖章）：", "乙方（盖章）："], ["法定代表人：", "法定代表人："],
         ["日期：　　　年　　月　　日", "日期：　　　年　　月　　日"]],
        [7.5, 7.5], 12, rules=False,
    )  # fmt: skip
    truth = Truth(
        kind="donation", payers=(donor,), payees=(fund,), total=total, words=total, purpose=purpose, status="draft",
    )  # fmt: skip
    bills: tuple[Bill, ...] = (
        bill(
            donor,
            fund,
            total,
            base.after(made, 20),
            "捐赠收入",
            wrong="status",
            note="a draft without signatures",
        ),
        bill(
            donor,
            fund,
            total / 2,
            base.after(made, 35),
            "捐赠收入",
            wrong="status",
            note="a draft, and half of it",
        ),
    )
    return Paper(family="draft agreement", tool="libreoffice", data=sheet.pdf(), truth=truth, bills=bills)


def thanks(rng: Random) -> Paper:
    """A letter of thanks that tells of this year's gift, of earlier ones and of both together."""
    province, city, area = base.place(rng)
    taker = f"{base.school(rng, city)}{rng.choice(('教育基金会', '校友会'))}"
    donor = rng.choice((base.company(rng), base.person(rng, 0.4)))
    title = "贵公司" if "公司" in donor else "您"
    now = Decimal(rng.choice((36800, 58000, 120000, 200000, 88888)))
    past = Decimal(rng.choice((20000, 50000, 75000)))
    paid = base.day(rng, 2023, 2026)
    written = base.after(paid, rng.randint(2, 9))
    purpose = rng.choice(
        ("贫困优秀学生奖学金", "校史馆展陈更新", "女子足球队训练和参赛", "校园无障碍设施改造")
    )
    number = f"感谢〔{written.year}〕{rng.randint(3, 70)}号"
    secretary = base.person(rng)
    sheet = Sheet(rng.choice((KAI, "LXGW WenKai")), 14, 3)
    sheet.say(taker, size=22, at="centre", colour="B22222", font=SONG, bold=True, gap=2)
    sheet.say(
        f"地址：{province}{city}市书院路{rng.randint(1, 99)}号　电话：{base.phone(rng, area)}",
        size=9,
        at="centre",
        font=SANS,
        gap=10,
    )
    sheet.say(number, size=11, at="right")
    sheet.say("感 谢 信", size=24, bold=True, at="centre", gap=12)
    sheet.say(f"{'尊敬的' if title == '您' else ''}{donor}{'校友' if title == '您' else ''}：", indent=False)
    sheet.say("金秋送爽，情暖校园。" if paid.month in (8, 9, 10) else "山高水长，惠泽桃李。")
    sheet.say(
        f"继{paid.year - 1}年捐资{in_wan(past)}之后，{title}再次慷慨解囊，{cn(paid)}，我会账户收到{title}捐赠的善款{in_wan(now)}"
        f"（人民币{capital(now)}）。按照{title}的意愿，此笔款项将全部用于{purpose}。截至目前，{title}累计捐赠已达{in_wan(now + past)}。"
    )
    sheet.say(
        rng.choice((
            f"我会将设立专门科目，公开透明地管理好每一分钱，并按年度向{title}报告。受助师生特委托我会转达敬意，欢迎{title}常回校园看看。",
            f"涓涓细流，汇成江海。{title}的善举不仅解了燃眉之急，更让孩子们懂得了感恩与担当。我会定不负重托，使善款发挥最大效益。",
        ))
    )  # fmt: skip
    sheet.say(
        f"谨此致谢，并祝{'事业兴旺' if title != '您' else '阖家安康'}！捐赠票据随后寄上，请注意查收。", gap=22
    )
    sheet.say(taker, at="right")
    sheet.say(f"秘书长　{secretary}", at="right")
    sheet.say(base.cn_formal(written), at="right")
    truth = Truth(
        kind="donation", payers=(donor,), payees=(taker,), total=now, words=now, signed_on=written, numbers=(number,),
        purpose=purpose, also_names=(secretary,), also_amounts=(past, now + past),
    )  # fmt: skip
    when = base.after(written, rng.randint(1, 12))
    bills = (
        bill(donor, taker, now, when, "捐赠收入", remark=purpose, note="the gift of this year"),
        bill(donor, taker, now + past, when, "捐赠收入", wrong="amount", note="earlier gifts counted in"),
        bill(base.near(rng, donor), taker, now, when, "捐赠收入", wrong="payer", note="near name"),
    )
    return Paper(family="thank-you letter", tool="libreoffice", data=sheet.pdf(), truth=truth, bills=bills)


def sponsorship(rng: Random) -> Paper:
    """A confirmation of a sponsor's package: cash and goods, of which only the cash is billed."""
    _, city, area = base.place(rng)
    host = f"{base.school(rng, city)}校友会"
    sponsor = base.company(rng, city)
    agency = f"{city}{rng.choice(base.BRANDS)}会展服务有限公司"
    cash = Decimal(rng.choice((30000, 50000, 80000, 150000)))
    goods = Decimal(rng.choice((6800, 12600, 18500, 24000)))
    signed = base.day(rng, 2023, 2026)
    event_day = base.after(signed, rng.randint(25, 60))
    years = rng.choice((20, 30, 40, 60, 90))
    event = rng.choice((f"建校{years}周年校友大会", "校友企业家年度论坛", "“母校杯”校友足球邀请赛"))
    purpose = f"{event}赞助费"
    level = rng.choice(("金牌赞助", "首席合作伙伴", "银牌赞助"))
    to, branch = base.account(rng), base.bank(rng, city)
    contact, clerk = base.person(rng), base.person(rng)
    number = f"ZZ{signed:%Y%m%d}{rng.randint(1, 20):02d}"
    sheet = Sheet(SANS, 11, 2.3)
    sheet.say(
        f"赞助确认函　　　　　　　　　　　　No. {number}", size=16, indent=False, colour="1F3864", gap=8
    )
    sheet.say(f"致：{sponsor}", indent=False)
    sheet.say(
        f"感谢贵司支持本会主办的{event}（{cn(event_day)}，{city}市国际会议中心，由{agency}承办）。现将赞助事宜确认如下，请盖章回传："
    )
    sheet.grid(
        [["项目", "内容"], ["赞助单位", sponsor], ["主办单位（收款）", host], ["赞助等级", level],
         ["现金赞助", f"人民币 {money(cash)} 元（{capital(cash)}）"],
         ["实物赞助", f"饮用水、纪念品等，折合 {money(goods)} 元，现场交付，不开票据"],
         ["赞助总价值", f"{money(cash + goods)} 元"], ["款项名称", purpose],
         ["回报权益", "主背景板标识、会刊彩页一版、贵宾席4个、展位1个（3m×2m）"],
         ["付款期限", f"{cn(base.after(signed, 15))}前"], ["收款账户", f"{host}\n{branch}\n{base.spaced(to)}"]],
        [4, 12],
    )  # fmt: skip
    sheet.say("备注：", bold=True, indent=False)
    sheet.say(
        "① 现金部分由主办单位向赞助单位出具票据；② 活动延期举办的，本确认函继续有效；③ 承办单位无权收取赞助款。",
        indent=False,
    )
    sheet.say(f"联系人：{contact}　{base.phone(rng)}　{base.phone(rng, area)}", indent=False, gap=20)
    sheet.grid(
        [["主办单位（章）", "赞助单位确认（章）"], [cn(signed), f"经办人：{clerk}"]], [8, 8], 11, rules=False
    )
    pages = pictures(sheet.pdf(), 160)
    pages[0] = stamped(pages[0], stamp(host), (0.24, rng.uniform(0.65, 0.68)), 0.2)
    pages[0] = stamped(
        pages[0], stamp(sponsor, rng.choice(("", "业务专用章"))), (0.66, rng.uniform(0.65, 0.68)), 0.2
    )
    truth = Truth(
        kind="contract", payers=(sponsor,), payees=(host,), total=cash, words=cash, signed_on=signed, numbers=(number,),
        accounts=(to,), purpose=purpose, also_names=(agency, contact, clerk), also_amounts=(goods, cash + goods),
        also_purposes=("现金赞助", level, event),
    )  # fmt: skip
    when = base.after(signed, rng.randint(5, 14))
    bills = (
        bill(
            sponsor,
            host,
            cash,
            when,
            rng.choice(("赞助收入", "活动赞助费")),
            unit_account=to,
            note="the cash part",
        ),
        bill(sponsor, agency, cash, when, "赞助收入", wrong="payee", note="the agency may not receive it"),
        bill(sponsor, host, cash + goods, when, "赞助收入", wrong="amount", note="with the goods"),
    )
    data = base.worn(rng, pages[:1] if len(pages) == 1 else pages, 160)
    return Paper(
        family="sponsorship confirmation",
        tool="libreoffice",
        data=data,
        truth=truth,
        bills=bills,
        form="scan",
    )
