"""Reads files of former bills: XML as an old system sealed it, archives of such files, and rows of a table. Pure."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal

import msgspec

from mingpiao.crypto.sm3 import sm3
from mingpiao.former.model import FormerItem
from mingpiao.kernel.codes import BillIdentity, is_code, is_number
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import half_width, read_date, read_decimal, read_typed_decimal, read_whole
from mingpiao.kernel.money import MAX_AMOUNT, fits_places, plain_number
from mingpiao.kernel.text import unprintable
from mingpiao.sealing.model import Face
from mingpiao.sealing.service import SealedDocument, read_sealed

#: Bills of one file, and rows of one table.
MOST_ENTRIES = 100_000
#: Bytes of one file of an archive, and of all of them unpacked.
MOST_BYTES, MOST_UNPACKED = 4 * 1024 * 1024, 1024 * 1024 * 1024
MOST_ITEMS = 200
_LONGEST_TEXT, _LONGEST_CHECK_CODE, _LONGEST_CODE = 200, 20, 50
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_COLORS = {"": "", "蓝票": "blue", "蓝": "blue", "红票": "red", "红": "red"}
#: The columns of a table of former bills, by name: its headings.
FORMER_COLUMNS = {
    "unit_code": "开票单位代码",
    "code": "票据代码",
    "number": "票据号码",
    "check_code": "校验码",
    "kind": "票据种类",
    "color": "红蓝标志",
    "issued_on": "开票日期",
    "payer": "缴款人",
    "item_code": "项目编码",
    "item_name": "项目名称",
    "quantity": "数量",
    "rate": "标准",
    "amount": "金额",
    "total": "合计金额",
    "handler": "开票人",
    "related_code": "原蓝票代码",
    "related_number": "原蓝票号码",
}
#: A bill's columns of a table; the others are its items'.
_OF_BILL = (
    "unit_code", "color", "check_code", "kind", "issued_on", "payer", "handler", "total",
    "related_code", "related_number",
)  # fmt: skip


class ReadBill(msgspec.Struct, frozen=True, kw_only=True):
    """A former bill as its file says, with its XML if there is one."""

    unit_code: str
    unit_name: str
    identity: BillIdentity
    kind_code: str
    check_code: str
    issued_on: date
    payer_name: str
    handler: str
    total: Decimal
    items: tuple[FormerItem, ...]
    related: BillIdentity | None
    xml: bytes | None = None
    document: SealedDocument | None = None

    @property
    def color(self) -> str:
        return "blue" if self.total > 0 else "red"

    @property
    def digest(self) -> bytes:
        """The SM3 of what the face says: two files with the same bill have the same, whatever their form."""
        items = [
            [each.code, each.name, *(plain_number(n) for n in (each.quantity, each.rate, each.amount))]
            for each in self.items
        ]
        related = None if self.related is None else self.related.bill_id
        facts = [self.check_code, self.issued_on, self.payer_name, self.handler, f"{self.total:.2f}"]
        return sm3(msgspec.json.encode([self.identity.bill_id, *facts, items, related]))


class ReadEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One bill of a file: its place and name there, and the bill or what is wrong with it."""

    place: int
    name: str
    bill: ReadBill | None = None
    problem: Problem | None = None
    identity: BillIdentity | None = None


def wrong(code: str, message: str, field: str = "") -> Problem:
    """What is wrong with one bill of a file."""
    return Problem(code=f"former.{code}", field=field, message=message, status=422)


# -- XML ---------------------------------------------------------------------------------------------


def is_xml(data: bytes) -> bool:
    """Whether a file looks like XML."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read_xml(place: int, name: str, data: bytes) -> ReadEntry:
    """The bill of one XML."""
    try:
        document = read_sealed(data)
    except Refusal as refusal:
        return ReadEntry(place=place, name=name, problem=wrong("unreadable", refusal.problems[0].message))
    face = document.face
    identity = BillIdentity(code=face.code, number=face.number)
    problem = next(iter(_face_problems(face)), None)
    if problem is not None:
        return ReadEntry(place=place, name=name, problem=problem, identity=identity)
    code, number = _related_of(face)
    bill = ReadBill(
        unit_code=face.invoicing.code.strip(),
        unit_name=face.invoicing.name.strip(),
        identity=identity,
        kind_code=face.code[2:6],
        check_code=face.check_code,
        issued_on=face.issued_at.date(),
        payer_name=face.payer.name,
        handler=face.handler,
        total=face.total,
        items=tuple(
            FormerItem(
                code=each.code,
                name=each.name,
                quantity=each.quantity,
                rate=_rate_of(each.standard, each.quantity, each.amount),
                amount=each.amount,
            )
            for each in face.items
        ),
        related=BillIdentity(code=code, number=number) if code and number else None,
        xml=data,
        document=document,
    )
    return ReadEntry(place=place, name=name, bill=bill, identity=identity)


def _related_of(face: Face) -> tuple[str, str]:
    return face.extension.get("RelatedInvoiceCode", ""), face.extension.get("RelatedInvoiceNumber", "")


def _rate_of(standard: str, quantity: Decimal, amount: Decimal) -> Decimal:
    """The rate as printed; where that is no number, what one of the quantity cost. The quantity is sane (`_is_sane`)."""
    printed = read_decimal(standard)
    if printed is not None:
        return printed
    return (amount / quantity).quantize(Decimal("0.000001")) if quantity else amount


def _face_problems(face: Face) -> Iterator[Problem]:
    texts = {
        "payer": (face.payer.name, _LONGEST_TEXT),
        "handler": (face.handler, _LONGEST_TEXT),
        "check_code": (face.check_code, _LONGEST_CHECK_CODE),
    }
    for place, item in enumerate(face.items):
        texts[f"items/{place}/name"] = (item.name, _LONGEST_TEXT)
        texts[f"items/{place}/code"] = (item.code, _LONGEST_CODE)
    for field, (text, most) in texts.items():
        yield from _text_problems(field, text, most)
    code, number = _related_of(face)
    yield from _related_problems(face.total, code, number)
    if not face.items or len(face.items) > MOST_ITEMS:
        yield wrong("items_invalid", f"一张票据应有1至{MOST_ITEMS}个收款项目，请核对文件。", "items")
    for amount in (face.total, *(each.amount for each in face.items)):
        if abs(amount) > MAX_AMOUNT:
            yield wrong("amount_invalid", "金额超出平台能记的范围，请核对文件。", "total")
    for item in face.items:
        if not _is_sane(item.quantity):
            yield _unfit()
        else:
            yield from _line_problems(item.quantity, _rate_of(item.standard, item.quantity, item.amount))


def _is_sane(number: Decimal) -> bool:
    """Whether rules can reckon with a number of a bill, as with those of bills that are issued here."""
    return abs(number) <= MAX_AMOUNT and fits_places(number, 6)


def _line_problems(quantity: Decimal, rate: Decimal) -> Iterator[Problem]:
    if not _is_sane(rate) or abs(quantity * rate) > MAX_AMOUNT:
        yield _unfit()


def _unfit() -> Problem:
    message = "数量、标准或二者的乘积超出平台能记的范围（小数最多六位），请核对。"
    return wrong("amount_invalid", message, "quantity")


def _text_problems(field: str, text: str, most: int) -> Iterator[Problem]:
    if len(text) > most:
        yield wrong("text_invalid", f"{_label(field)}有{len(text)}个字，超过{most}个，请核对文件。", field)
    elif unprintable(text):
        yield wrong("text_invalid", f"{_label(field)}含有不能显示的字符，请核对文件。", field)


def _label(field: str) -> str:
    labels = {"payer": "缴款人", "handler": "开票人", "check_code": "校验码"}
    return labels.get(field, "项目编码" if field.endswith("code") else "项目名称")


def _related_problems(total: Decimal, code: str, number: str) -> Iterator[Problem]:
    if total == 0:
        yield wrong("amount_invalid", "合计金额不能为零，请核对。", "total")
    elif total < 0 and not (is_code(code) and is_number(number)):
        yield wrong("blue_missing", "红票应写明所冲蓝票的8位代码和10位号码，请补充。", "related_number")
    elif total > 0 and (code or number):
        yield wrong("blue_missing", "只有红票写明所冲的蓝票；红票的金额为负数，请核对。", "related_number")


# -- archives ----------------------------------------------------------------------------------------


class Archive:
    """The files of a ZIP, one after another; nothing that it states of itself is believed."""

    def __init__(self, data: bytes) -> None:
        """Raises `Refusal` (`former.unreadable`, `former.too_large`, field `file`) for a ZIP that is none, is
        encrypted, or has more in it than is read.
        """
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise _unreadable() from error
        self._parts = [
            each
            for each in self._zip.infolist()
            if not each.is_dir() and not any(mark in each.filename for mark in _LITTER)
        ]
        if len(self._parts) > MOST_ENTRIES:
            raise _too_large(f"压缩包内的文件不能超过{MOST_ENTRIES}个")
        if sum(each.file_size for each in self._parts) > MOST_UNPACKED:
            raise _too_large("压缩包解压后过大")
        if any(each.flag_bits & 1 for each in self._parts):
            message = "压缩包设有密码，请去掉密码后重新上传。"
            raise refuse("former.unreadable", message, field="file", status=422)

    @property
    def holds_table(self) -> bool:
        """Whether it is a workbook."""
        return any(each.filename.startswith("xl/") for each in self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def entries(self) -> Iterator[ReadEntry]:
        """The bills in the order of their files. Raises `Refusal` (`former.too_large`) once too much came out."""
        unpacked = 0
        for place, part in enumerate(self._parts, start=1):
            name = _readable(part.filename)
            data = self._bytes_of(part)
            unpacked += len(data or b"")
            if unpacked > MOST_UNPACKED:
                raise _too_large("压缩包解压后过大")
            if data is None:
                message = f"文件损坏，或超过{MOST_BYTES // 1024 // 1024} MB，请核对。"
                yield ReadEntry(place=place, name=name, problem=wrong("unreadable", message))
            elif not is_xml(data):
                message = "不是 XML 文件，压缩包内只放票据的 XML。"
                yield ReadEntry(place=place, name=name, problem=wrong("unreadable", message))
            else:
                yield read_xml(place, name, data)

    def _bytes_of(self, part: zipfile.ZipInfo) -> bytes | None:
        if part.file_size > MOST_BYTES:
            return None
        try:
            with self._zip.open(part) as opened:
                data = opened.read(MOST_BYTES + 1)
        # What zipfile and the decompressors raise for broken bytes has no common base.
        except (
            zipfile.BadZipFile,
            zlib.error,
            lzma.LZMAError,
            OSError,
            EOFError,
            RuntimeError,
            NotImplementedError,
            ValueError,
        ):
            return None
        return data if len(data) <= MOST_BYTES else None


def _readable(name: str) -> str:
    """A name as it was typed: Chinese Windows writes GBK, which readers of ZIP take for code page 437."""
    with suppress(UnicodeError):
        name = name.encode("cp437").decode("gb18030")
    shown = "".join(letter for letter in name.rpartition("/")[2] if letter.isprintable())
    return shown[:100]


def _unreadable() -> Refusal:
    return refuse("former.unreadable", "压缩包打不开，请重新压缩后上传。", field="file", status=422)


def _too_large(what: str) -> Refusal:
    return refuse("former.too_large", f"{what}，请分开上传。", field="file", status=413)


# -- tables ------------------------------------------------------------------------------------------


def read_rows(rows: Iterable[tuple[int, Mapping[str, str]]]) -> list[ReadEntry]:
    """The bills of a table's rows (number of the row, texts by column), in the order of their first rows.

    A bill of several items has a row for each; rows after its first repeat what is the bill's, or leave it empty.
    """
    grouped: dict[tuple[str, str], list[tuple[int, Mapping[str, str]]]] = {}
    for number, row in rows:
        key = (_digits(row["code"]), _digits(row["number"], 10))
        # Rows without code or number are no bill together.
        grouped.setdefault(key if all(key) else (f"{number}", ""), []).append((number, row))
    return [_row_entry(group) for group in grouped.values()]


def _digits(text: str, count: int = 0) -> str:
    """A code of digits, with the zeros in front that spreadsheets take away from numbers."""
    plain = half_width(text).strip()
    return plain.zfill(count) if plain.isascii() and plain.isdigit() else plain


def _row_entry(group: Sequence[tuple[int, Mapping[str, str]]]) -> ReadEntry:
    number, first = group[0]
    name = f"第{number}行"
    code, bill_number = _digits(first["code"]), _digits(first["number"], 10)
    shaped = is_code(code) and is_number(bill_number)
    identity = BillIdentity(code=code, number=bill_number) if shaped else None
    problem = next(iter(_row_problems(group, identity)), None)
    if problem is not None or identity is None:
        return ReadEntry(place=number, name=name, problem=problem, identity=identity)
    try:
        bill = _bill_of(group, identity)
    except Refusal as refusal:
        return ReadEntry(place=number, name=name, problem=refusal.problems[0], identity=identity)
    problem = next(iter(_bill_problems(bill, first)), None)
    return ReadEntry(
        place=number, name=name, bill=None if problem else bill, problem=problem, identity=identity
    )


def _row_problems(
    group: Sequence[tuple[int, Mapping[str, str]]], identity: BillIdentity | None
) -> Iterator[Problem]:
    _, first = group[0]
    if identity is None:
        yield wrong("number_invalid", "票据代码应为8位数字，票据号码应为10位数字，请修改。", "number")
        return
    for place, row in group[1:]:
        for name in _OF_BILL:
            if row[name] and row[name] != first[name]:
                message = f"第{place}行与第{group[0][0]}行是同一张票据，内容却不同，请改为相同或留空。"
                yield wrong("rows_differ", message, name)
                return
    if len(group) > MOST_ITEMS:
        yield wrong("items_invalid", f"一张票据不能超过{MOST_ITEMS}个收款项目，请核对。", "item_name")
    if first["kind"] and first["kind"].partition(" ")[0] != identity.code[2:6]:
        yield wrong("kind_invalid", "票据种类与票据代码的第3至6位不一致，请修改。", "kind")
    if first["color"].strip() not in _COLORS:
        yield wrong("color_invalid", "红蓝标志只能填写“蓝票”或“红票”。", "color")


def _bill_of(group: Sequence[tuple[int, Mapping[str, str]]], identity: BillIdentity) -> ReadBill:
    _, first = group[0]
    code, number = _digits(first["related_code"]), _digits(first["related_number"], 10)
    shaped = is_code(code) and is_number(number)
    return ReadBill(
        unit_code=half_width(first["unit_code"]).strip().upper(),
        unit_name="",
        identity=identity,
        kind_code=identity.code[2:6],
        check_code=half_width(first["check_code"]).strip(),
        issued_on=_day(first["issued_on"]),
        payer_name=first["payer"].strip(),
        handler=first["handler"].strip(),
        total=_money(first["total"], "total", "合计金额"),
        items=tuple(_item_of(row) for _, row in group),
        related=BillIdentity(code=code, number=number) if shaped else None,
    )


def _item_of(row: Mapping[str, str]) -> FormerItem:
    amount = _money(row["amount"], "amount", "金额")
    quantity = _number(row["quantity"], "quantity", "数量") if row["quantity"] else Decimal(1)
    if quantity == 0:
        raise Refusal(wrong("amount_invalid", "数量不能为零，请修改。", "quantity"))
    rate = _number(row["rate"], "rate", "标准") if row["rate"] else _rate_of("", quantity, amount)
    return FormerItem(
        code=half_width(row["item_code"]).strip(),
        name=row["item_name"].strip(),
        quantity=quantity,
        rate=rate,
        amount=amount,
    )


def _bill_problems(bill: ReadBill, first: Mapping[str, str]) -> Iterator[Problem]:
    named = {"payer": bill.payer_name, "handler": bill.handler, "check_code": bill.check_code}
    for field, text in named.items():
        if not text:
            yield wrong("text_invalid", f"请填写{_label(field)}。", field)
        yield from _text_problems(
            field, text, _LONGEST_CHECK_CODE if field == "check_code" else _LONGEST_TEXT
        )
    for item in bill.items:
        if not item.name:
            yield wrong("text_invalid", "请填写项目名称。", "item_name")
        yield from _text_problems("item_name", item.name, _LONGEST_TEXT)
        yield from _text_problems("item_code", item.code, _LONGEST_CODE)
        yield from _line_problems(item.quantity, item.rate)
    whole = [each for each in bill.items if each.amount == bill.total]
    if len(whole) > 1 and sum(each.amount for each in bill.items) != bill.total:
        message = (
            f"同一号码有{len(whole)}行，每行的金额都等于合计金额，像是几张票据用了同一号码，请核对号码；"
            "一张票据有几个项目的，合计金额是各行之和。"
        )
        yield wrong("number_twice", message, "number")
    yield from _related_problems(bill.total, first["related_code"], first["related_number"])
    said = _COLORS[first["color"].strip()]
    if said and said != bill.color:
        yield wrong(
            "color_invalid", "红票的合计金额应为负数，蓝票的应为正数，请核对红蓝标志和金额。", "color"
        )


#: The day from which a spreadsheet program counts days, for dates of this century.
_DAY_ZERO = date(1899, 12, 30).toordinal()
_SERIALS = range(36_526, 73_051)


def _day(text: str) -> date:
    plain = half_width(text).strip().partition(" ")[0].partition("T")[0]
    serial = read_whole(plain, digits=8)
    if serial is not None and serial in _SERIALS:
        return date.fromordinal(_DAY_ZERO + serial)
    if serial is not None and len(plain) == 8:
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    for mark in "年月/.":
        plain = plain.replace(mark, "-")
    parts = plain.rstrip("日").split("-")
    found = read_date("-".join(part.zfill(2) for part in parts))
    if found is None:
        raise Refusal(wrong("day_invalid", "开票日期请写成“2023-05-01”，请修改。", "issued_on"))
    return found


def _money(text: str, field: str, label: str) -> Decimal:
    amount = _number(text, field, label)
    if not fits_places(amount, 2):
        message = f"{label}应为数字，单位为元，最多两位小数，请修改。"
        raise Refusal(wrong("amount_invalid", message, field))
    return amount.quantize(Decimal("0.01"))


def _number(text: str, field: str, label: str) -> Decimal:
    plain = text.strip().removeprefix("¥").removeprefix("￥").removesuffix("元")
    number = read_typed_decimal(plain)
    if number is None or not _is_sane(number):
        message = f"{label}应为数字，最多六位小数，请修改。"
        raise Refusal(wrong("amount_invalid", message, field))
    return number
