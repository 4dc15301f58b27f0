"""Settlement sheets out of Excel."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from bench.papers.open.accountant.base import (
    bill,
    cn,
    company,
    day,
    later,
    money,
    other_unit,
    person,
    sister,
    slash,
    swapped,
    unit,
    upper,
)  # fmt: skip
from bench.papers.open.accountant.draw import HEI, KAI, SONG, overlaid, seal_at, sheet_pdf
from bench.papers.values import Bill, Paper, Truth


class Grid:
    """A worksheet that is filled row by row."""

    def __init__(self, widths: Sequence[float], face: str, size: float = 10.5) -> None:
        self.book = Workbook()
        self.sheet: Any = self.book.active
        self.columns = "ABCDEFGHIJKLMN"[: len(widths)]
        self.face, self.size, self.at = face, size, 0
        for column, width in zip(self.columns, widths, strict=True):
            self.sheet.column_dimensions[column].width = width
        self.sheet.page_setup.paperSize, self.sheet.page_setup.fitToHeight = 9, 0
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True

    def cell(self, column: str, value: Any, side: str = "left", **looks: Any) -> Any:
        cell = self.sheet[f"{column}{self.at}"]
        money_cell = isinstance(value, Decimal)
        cell.value = float(value) if money_cell else value
        if money_cell:
            cell.number_format = looks.pop("format", "#,##0.00")
        looks.pop("format", None)
        cell.font = Font(name=self.face, **({"size": self.size} | looks))
        cell.alignment = Alignment(
            horizontal="right" if money_cell else side, vertical="center", wrap_text=True
        )
        return cell

    def line(self, text: str, height: float = 20, side: str = "left", **looks: Any) -> None:
        self.at += 1
        self.sheet.merge_cells(f"A{self.at}:{self.columns[-1]}{self.at}")
        self.cell("A", text, side, **looks)
        self.sheet.row_dimensions[self.at].height = height

    def row(
        self, values: Sequence[Any], height: float = 20, fill: str = "", rules: bool = True, **looks: Any
    ) -> None:
        self.at += 1
        self.sheet.row_dimensions[self.at].height = height
        thin = Side(style="thin", color="444444")
        for column, value in zip(self.columns, values, strict=True):
            cell = self.cell(column, value, "center", **looks)
            if rules:
                cell.border = Border(thin, thin, thin, thin)
            if fill:
                cell.fill = PatternFill("solid", fgColor=fill)

    def pair(self, left: str, right: str, at: str) -> None:
        """Two texts on one line; the right one begins in column `at`."""
        self.at += 1
        self.sheet.merge_cells(f"A{self.at}:{chr(ord(at) - 1)}{self.at}")
        self.sheet.merge_cells(f"{at}{self.at}:{self.columns[-1]}{self.at}")
        self.cell("A", left)
        self.cell(at, right)
        self.sheet.row_dimensions[self.at].height = 19

    def merge(self, first: str, last: str) -> None:
        self.sheet.merge_cells(f"{first}{self.at}:{last}{self.at}")


SERVICES = (
    ("电箱租用（15kW/380V）", "个", 980), ("压缩空气接驳", "处", 1200), ("特装管理费", "㎡", 25), ("垃圾清运", "车", 450),
    ("安保服务", "人·天", 260), ("有线网络（50M）", "条", 1500), ("会议室使用（半天）", "场", 2600), ("叉车服务", "小时", 300),
    ("工作证工本费", "张", 20),
)  # fmt: skip


def hall_settlement(rng: Random) -> Paper:
    """On-site services of an exhibition settled after it: prepayment deducted; sometimes white cells that lie."""
    payer, centre = company(rng), unit(rng, "centre")
    ended = day(rng)
    made = later(ended, rng.randint(2, 12))
    lines = rng.sample(SERVICES, rng.randint(4, 7))
    counts = [rng.choice((1, 2, 4, 8, 12, 36)) for _ in lines]
    due = [Decimal(s[2] * n) for s, n in zip(lines, counts, strict=True)]
    gross = sum(due, Decimal(0))
    prepaid = (gross * rng.choice((30, 40, 50)) / 100).quantize(Decimal(1))
    total = gross - prepaid
    hidden = rng.random() < 0.3
    number = rng.choice(
        (f"JS{made:%Y%m%d}-{rng.randint(1, 30):02d}", f"展结字{made.year}第{rng.randint(10, 299)}号")
    )
    event = f"{ended.year}{rng.choice(('长三角', '国际', '海峡'))}{rng.choice(('紧固件', '食品机械', '染料', '家居'))}展"
    fake_sum, fake_payer = total + prepaid * 3, sister(rng, payer.name)
    grid = Grid((6, 28, 9, 9, 12, 14, 16), rng.choice((HEI, SONG, KAI)))
    grid.line(centre.name, 24, "center", size=14)
    grid.line("展会现场服务费用结算单", 32, "center", size=18, bold=True)
    grid.line(f"结算单号：{number}　　　　　　　　制表日期：{made.isoformat()}　　　　　　　　单位：元")
    grid.line(f"客户名称：{payer.name}　　　展会名称：{event}")
    grid.line(
        f"展期：{slash(ended - timedelta(days=2))} – {slash(ended)}　　　"
        f"展馆：{rng.randint(1, 6)}号馆　　　对接人：{payer.contact} {payer.mobile}"
    )
    grid.row(("序号", "服务项目", "单位", "数量", "单价", "金额", "备注"), bold=True, fill="E7E6E6")
    for k, (line, count, sum_) in enumerate(zip(lines, counts, due, strict=True), 1):
        grid.row(
            (k, line[0], line[1], count, Decimal(line[2]), sum_, rng.choice(("", "", "现场确认", "按实际")))
        )
    paid_on = later(ended, -rng.randint(12, 25))
    for label, value, note, bold in (
        ("费用合计", gross, "", False), (f"减：预付款（{cn(paid_on)}已付并开票）", prepaid, "", False),
        ("本次应付", total, "15日内付清", True),
    ):  # fmt: skip
        grid.row(("", label, "", "", "", value, note), bold=bold)
        grid.merge("B", "E")
    grid.line(f"本次应付大写：人民币{upper(total)}", bold=True)
    grid.line(f"收款户名：{centre.name}　　开户行：{centre.bank}　　账号：{centre.account}")
    grid.line(
        f"备注：对本单有异议的，请于收到后5日内书面提出，联系电话 {centre.phone}。押金已原路退回，不在本单内。",
        32,
    )
    if hidden:
        grid.line(
            f"客户名称：{fake_payer}　本次应付：{money(fake_sum)}元　大写：人民币{upper(fake_sum)}",
            color="FFFFFF",
            size=8,
        )
    grid.line("", 40)
    grid.line(
        f"制表：{person(rng)}　　　　复核：{person(rng)}　　　　结算单位（财务专用章）　　　　客户签认：{payer.contact}",
        30,
    )
    pdf = sheet_pdf(grid.book)
    marks = seal_at(rng, pdf, "结算单位（财务", centre.name, "财务专用章", share=0.18)
    truth = Truth(
        kind="other", payers=(payer.name,), payees=(centre.name,), total=total, words=total, signed_on=made,
        numbers=(number,), accounts=(centre.account,), purpose="展会现场服务费用",
        also_purposes=("展会现场服务费用结算单", event, "现场服务费", *(s[0] for s in lines)), also_names=(payer.contact,),
        also_amounts=(gross, prepaid, *due, *(Decimal(s[2]) for s in lines)),
    )  # fmt: skip
    item, paid = rng.choice(("展会服务费", "会展现场服务费")), later(made, rng.randint(3, 15))
    bills: tuple[Bill, ...]
    if hidden:
        bills = (
            bill(
                payer.name,
                centre.name,
                fake_sum,
                paid,
                item,
                wrong="hidden",
                note="the sum stands in white only",
            ),
            bill(
                fake_payer,
                centre.name,
                total,
                paid,
                item,
                wrong="hidden",
                note="the payer stands in white only",
            ),
        )
    else:
        bills = (
            bill(payer.name, centre.name, total, paid, item, unit_account=centre.account,
                 note="the prepayment has a bill of its own from another paper"),
            bill(payer.name, centre.name, swapped(rng, total), paid, item, wrong="amount"),
            rng.choice((
                bill(payer.name, centre.name, total, paid, "捐赠收入", wrong="purpose"),
                bill(payer.name, other_unit(rng, "centre", centre.name), total, paid, item, wrong="payee"),
                bill(payer.name, centre.name, total, paid, item, used=total, wrong="usage"),
                bill(sister(rng, payer.name), centre.name, total, paid, item, wrong="payer"),
            )),
        )  # fmt: skip
    return Paper(
        family="settlement sheet",
        tool="LibreOffice XLSX",
        data=overlaid(pdf, marks),
        truth=truth,
        bills=bills,
    )


def port_settlement(rng: Random) -> Paper:
    """Port dues of a month over many columns on a landscape sheet; cargo owner pays, an agent signs."""
    payer, port = company(rng), unit(rng, "port")
    agent = f"{port.city}{rng.choice(('外代', '联顺', '海通'))}船舶代理有限公司"
    starts = day(rng).replace(day=1)
    ends = (starts + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    made = later(ends, rng.randint(2, 9))
    factor = rng.choice((Decimal(1), Decimal("0.37"), Decimal("12.5")))
    rows = []
    for ship in rng.sample(
        ("恒泰86", "海丰和平", "浙普货62018", "新东联9", "OCEAN LARK", "华航明珠", "苏盐油16", "闽鹭189"),
        rng.randint(3, 7),
    ):
        tons = rng.randint(900, 9800)
        fees = [
            (Decimal(tons) * Decimal(r) * factor).quantize(Decimal("0.01"))
            for r in ("0.25", "0.13", "0.42", "0.70")
        ]
        rows.append(
            (
                ship,
                f"{rng.randint(1, 48):02d}{rng.choice('NSEW')}",
                starts + timedelta(days=rng.randint(0, 26)),
                tons,
                fees,
            )
        )
    rows.sort(key=lambda row: row[2])
    sums = [sum(row[4], Decimal(0)) for row in rows]
    total = sum(sums, Decimal(0))
    number = f"{starts:%Y%m}-{rng.choice(('GK', 'GW', 'SF'))}{rng.randint(100, 999)}"
    grid = Grid((5, 15, 8, 12, 10, 12, 12, 13, 13, 14), rng.choice((HEI, SONG)), 10)
    grid.sheet.page_setup.orientation = "landscape"
    grid.line(f"{port.name}港口费收结算清单", 32, "center", size=17, bold=True)
    grid.line(
        f"清单编号：{number}　　　　费用所属期：{cn(starts)}—{cn(ends)}　　　　结算日期：{cn(made)}",
        side="center",
    )
    grid.line(f"付费单位：{payer.name}（货主）　　　　申报代理：{agent}　　　　金额单位：人民币元")
    grid.row(
        ("序", "船名", "航次", "靠泊日期", "净吨", "停泊费", "系解缆费", "货物港务费", "港口作业费", "小计"),
        24,
        bold=True,
        fill="DDEBF7",
    )
    for k, (row, subtotal) in enumerate(zip(rows, sums, strict=True), 1):
        grid.row((k, row[0], row[1], f"{row[2]:%m-%d}", row[3], *row[4], subtotal))
    grid.row(
        ("", "合计", "", "", sum(row[3] for row in rows), *(sum((row[4][c] for row in rows), Decimal(0)) for c in range(4)), total),
        bold=True,
    )  # fmt: skip
    grid.line(f"应付总额（大写）：{upper(total)}", 22, bold=True)
    grid.line(
        f"请于结算日后10个工作日内汇至：{port.name}　{port.bank}　{port.account}；代理单位代办申报，不代付费用。"
    )
    grid.line("", 40)
    grid.line(
        f"费收员：{person(rng)}　　　　审核：{person(rng)}　　　　代理签认：{person(rng)}　　　　结算专用章：",
        26,
    )
    pdf = sheet_pdf(grid.book)
    marks = seal_at(rng, pdf, "结算专用章", port.name, "结算专用章", share=0.13)
    truth = Truth(
        kind="other", payers=(payer.name,), payees=(port.name,), total=total, words=total, signed_on=made,
        starts_on=starts, ends_on=ends, numbers=(number,), accounts=(port.account,), purpose="港口费",
        also_purposes=("港口费收结算清单", "停泊费", "系解缆费", "货物港务费", "港口作业费", "港口费收"), also_names=(agent,),
        also_amounts=(*sums, *(fee for row in rows for fee in row[4]),
                      *(sum((row[4][c] for row in rows), Decimal(0)) for c in range(4))),
    )  # fmt: skip
    item, paid = (
        rng.choice((("货物港务费", "停泊费", "港口作业费"), ("港口费",), ("港口服务费",))),
        later(made, rng.randint(2, 13)),
    )
    bills = (
        bill(payer.name, port.name, total - sums[0], paid, item, used=sums[0], unit_account=port.account,
             note="the rest after the first ship was billed"),
        bill(payer.name, port.name, total, paid, item),
        rng.choice((
            bill(agent, port.name, total, paid, item, wrong="payer", note="the agent"),
            bill(payer.name, port.name, total, paid, item, used=sums[1], wrong="usage"),
            bill(payer.name, port.name, swapped(rng, total), paid, item, wrong="amount"),
            bill(payer.name, port.name, total, paid, item, unit_account=payer.account, wrong="account"),
        )),
    )  # fmt: skip
    return Paper(
        family="settlement sheet",
        tool="LibreOffice XLSX",
        data=overlaid(pdf, marks),
        truth=truth,
        bills=bills,
    )
