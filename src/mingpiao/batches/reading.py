"""Reads a row of a sheet as a request to issue, and tells what the desk says of it at the sheet's columns. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, localcontext

import msgspec

from mingpiao.batches.columns import PAYER_TYPES, SLIP, SheetColumn, fixed_rate, item_label, with_places
from mingpiao.batches.model import BatchRow
from mingpiao.batches.slips import places_of
from mingpiao.catalog.model import BillKind, ChargeItem
from mingpiao.crypto.sm3 import sm3
from mingpiao.issuing.model import IssueRequest, Payer, RequestItem
from mingpiao.kernel.errors import Problem
from mingpiao.kernel.grammar import half_width, read_decimal, read_typed_decimal, read_whole
from mingpiao.kernel.money import MAX_AMOUNT, line_amount, plain, plain_number
from mingpiao.rules.model import Confirmation

#: The day from which a spreadsheet program counts days, as far as dates of this century are concerned.
_DAY_ZERO = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050  # the years 2000 to 2099
_NOT_A_NUMBER = Decimal("NaN")
#: What a spreadsheet program shows in a cell whose formula failed.
_FORMULA_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")
#: Columns that a problem of the desk is told at, where it names what the sheet has no column for.
_TOLD_AT = {"items": "items/0/code", "kind": "", "extension": "", "confirmations": "reason"}


class ReadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row as a request, with what is wrong with its cells; a row with problems is not judged further."""

    request: IssueRequest
    problems: tuple[Problem, ...]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What reading needs to know of a kind: its columns, and its items by every text that names one."""

    kind: BillKind
    columns: tuple[SheetColumn, ...]
    items: Mapping[str, ChargeItem]


def names_of_items(items: Sequence[ChargeItem]) -> dict[str, ChargeItem]:
    """Items by the texts that may stand in a sheet: code, label, and name where only one has it."""
    named = {item_label(item, items): item for item in items}
    named |= {f"{item.code} {item.name}": item for item in items}
    return named | {item.code: item for item in items}


def business_no_of(batch_id: int, row: BatchRow) -> str:
    """The business number of a row: its own, else one that batch and row number make, always the same."""
    return row.cells.get("business_no") or f"PL{batch_id:08d}-{row.row_no:05d}"


#: What of a row is not in its bill.
_NOT_ASKED_FOR = frozenset({"reason", "total", SLIP})


def content_of(wanted: Wanted, cells: Mapping[str, str]) -> bytes:
    """The digest (32 bytes) of what a row asks for, by which equal rows are found, however they are written."""
    counted = {name: text for name, text in cells.items() if text and name not in _NOT_ASKED_FOR}
    for place in range(places_of(cells)):
        item = wanted.items.get(cells.get(f"items/{place}/code", ""))
        if item is None:
            continue
        counted[f"items/{place}/code"] = item.code
        counted[f"items/{place}/quantity"] = cells.get(f"items/{place}/quantity") or "1"
        if fixed_rate(item):
            counted.pop(f"items/{place}/rate", None)
    return sm3(msgspec.json.encode([wanted.kind.code, counted], order="sorted"))


def complete(wanted: Wanted, cells: Mapping[str, str]) -> dict[str, str]:
    """The cells with what may be left out: quantities of one, and fixed rates as they are today.

    So a row that is sent again on a later day asks for the same bill.
    """
    filled = dict(cells)
    for place in range(places_of(cells)):
        item = wanted.items.get(cells.get(f"items/{place}/code", ""))
        if item is None:
            continue
        filled[f"items/{place}/quantity"] = cells.get(f"items/{place}/quantity") or "1"
        if fixed_rate(item):
            filled[f"items/{place}/rate"] = cells.get(f"items/{place}/rate") or plain_number(
                item.rate.minimum
            )
    return filled


def tidy_cells(columns: Iterable[SheetColumn], cells: Mapping[str, str]) -> dict[str, str]:
    """The cells in the form in which they are kept: dates as 2026-01-31, numbers without thousands."""
    return {column.name: _tidy(column, cells.get(column.name, "").strip()) for column in columns}


def _tidy(column: SheetColumn, text: str) -> str:
    if column.sort == "number" and text:
        number = read_typed_decimal(text.removeprefix("¥").removeprefix("￥").removesuffix("元"))
        return text if number is None else plain_number(number)
    if column.sort == "date" and text:
        return _day(text)
    if column.sort == "year" and text:
        year = read_typed_decimal(text.removesuffix("年"))
        return text if year is None else plain_number(year)
    return text


def _day(text: str) -> str:
    """A date that people or a spreadsheet program wrote, as 2026-01-31; any other text as it is."""
    serial = read_whole(text, digits=5)
    if serial is not None and _FIRST_SERIAL <= serial <= _LAST_SERIAL:
        return (_DAY_ZERO + timedelta(days=serial)).isoformat()
    plain_text = half_width(text).partition(" ")[0].partition("T")[0]
    for mark in "年月/.":
        plain_text = plain_text.replace(mark, "-")
    parts = plain_text.rstrip("日").split("-")
    numbers = [read_whole(part, digits=4) for part in parts]
    if len(parts) == 3 and len(parts[0]) == 4 and None not in numbers:
        return f"{parts[0]}-{parts[1]:0>2}-{parts[2]:0>2}"
    return text


def read_row(wanted: Wanted, row: BatchRow, handler: str) -> ReadRow:
    """The request of a row. Texts that are no numbers become NaN, which the desk's checks report."""
    cells = row.cells
    items = tuple(_items(wanted, cells))
    amounts = [item.amount for item in items if item.amount.is_finite()]
    total = sum(amounts, Decimal(0)) if len(amounts) == len(items) else _NOT_A_NUMBER
    is_unit = PAYER_TYPES.get(cells.get("payer/type", "")) == "2"
    request = IssueRequest(
        business_no=business_no_of(row.batch_id, row),
        kind=wanted.kind.code,
        payer=Payer(
            type="2" if is_unit else "1",
            name=cells.get("payer/name", ""),
            code=cells.get("payer/code", ""),
            account=cells.get("payer/account", "") if is_unit else "",
            bank=cells.get("payer/bank", "") if is_unit else "",
        ),
        items=items,
        total=total,
        handler=handler,
        checker=cells.get("checker", ""),
        pay_mode=cells.get("pay_mode", ""),
        remark=cells.get("remark", ""),
        extension={
            field.name: cells[name]
            for field in wanted.kind.extension_fields
            if cells.get(name := f"extension/{field.name}")
        },
        confirmations=tuple(
            Confirmation(rule=rule, reason=reason)
            for rule, reason in row.reasons.items()
            if reason and rule != SAME_ROW
        ),
    )
    return ReadRow(request=request, problems=tuple(_cell_problems(wanted, row, total)))


#: The question about a row whose content stands in another row that is or will be issued.
SAME_ROW = "BATCH-SAME-ROW"


def _items(wanted: Wanted, cells: Mapping[str, str]) -> Iterator[RequestItem]:
    for place in range(places_of(cells)):
        code, quantity, rate = (
            cells.get(f"items/{place}/{part}", "") for part in ("code", "quantity", "rate")
        )
        if not (code or quantity or rate) and place:
            continue
        item = wanted.items.get(code)
        count, price = _number(quantity), _number(rate)
        yield RequestItem(
            code=item.code if item else code,
            quantity=count,
            rate=price,
            amount=_amount(count, price),
        )


def _number(text: str) -> Decimal:
    number = read_decimal(text)
    return _NOT_A_NUMBER if number is None or len(text) > _LONGEST_NUMBER else number


_LONGEST_NUMBER = 31
_LONGEST_REASON = 200


def _amount(quantity: Decimal, rate: Decimal) -> Decimal:
    if not (quantity.is_finite() and rate.is_finite()):
        return _NOT_A_NUMBER
    with localcontext() as context:
        context.prec = 80  # The product of two numbers of 31 digits is exact.
        amount = line_amount(quantity, rate)
    return amount if 0 < amount <= MAX_AMOUNT else _NOT_A_NUMBER


def _cell_problems(wanted: Wanted, row: BatchRow, total: Decimal) -> Iterator[Problem]:
    for column in with_places(wanted.columns, places_of(row.cells)):
        message = row.faults.get(column.name) or _cell_problem(column, row.cells.get(column.name, ""), wanted)
        if message:
            yield _problem("batch.cell", column.name, message)
    given = read_decimal(row.cells.get("total", ""))
    if given is not None and total.is_finite() and given != total:
        message = f"合计金额应为各项金额之和{plain(total)}元，请核对。"
        yield _problem("batch.total_differs", "total", message)


def _cell_problem(column: SheetColumn, text: str, wanted: Wanted) -> str:
    if not text:
        return f"请填写{column.label}。" if column.required else ""
    if text in _FORMULA_ERRORS:
        return f"{column.label}是公式错误“{text}”，请改为具体内容。"
    if column.name == "payer/code" and "e+" in text.casefold():
        return "缴款人代码被表格软件变成了科学计数，请把单元格设为文本后重新填写。"
    if column.name == "reason" and len(text) > _LONGEST_REASON:
        return f"核实说明最多{_LONGEST_REASON}个字，现有{len(text)}个，请缩短。"
    if column.sort == "number" and read_decimal(text) is None:
        return f"{column.label}应为数字，现为“{text[:20]}”，请修改。"
    if column.name.startswith("items/") and column.name.endswith("/code"):
        return "" if text in wanted.items else f"没有名为“{text[:30]}”的收款项目，请从列表中选择。"
    if column.choices and not column.free and text not in column.choices:
        return f"{column.label}应为{'、'.join(column.choices)}之一，现为“{text[:20]}”，请修改。"
    return ""


def _problem(code: str, field: str, message: str) -> Problem:
    return Problem(code=code, field=field, message=message, status=422)


def at_columns(
    of_cells: Sequence[Problem], of_desk: Iterable[Problem], columns: Sequence[SheetColumn]
) -> tuple[Problem, ...]:
    """All problems of a row at columns of its sheet: those of its cells, and what the desk says of other columns.

    The desk computes nothing itself, so it speaks of amounts and of the total also where a cell of the item is
    wrong; then only that cell is told.
    """
    labels = {column.name: column.label for column in columns}
    desk = list(of_desk)
    troubled = {_item_of(problem.field) for problem in (*of_cells, *desk) if not _is_sum(problem.field)}
    told = [
        _told(problem, labels)
        for problem in desk
        if not (_is_sum(problem.field) and (_item_of(problem.field) or _any_item(troubled)) in troubled)
    ]
    taken = {problem.field for problem in of_cells}
    kept = {
        (problem.field, problem.message): problem
        for problem in told
        if not (problem.field and problem.field in taken)
    }
    return (*(_told(problem, labels) for problem in of_cells), *kept.values())


def _is_sum(field: str) -> bool:
    return field == "total" or field.endswith("/amount")


def _item_of(field: str) -> str:
    """The item that a field belongs to, `items/0`; an empty text for others."""
    return "/".join(field.split("/")[:2]) if field.startswith("items/") else ""


def _any_item(troubled: set[str]) -> str:
    return next((item for item in sorted(troubled) if item), "none")


def _told(problem: Problem, labels: Mapping[str, str]) -> Problem:
    """The problem at a column of the sheet, whose heading is among its facts."""
    basis = problem.facts.get("basis")
    message = f"{problem.message}（依据：{basis}）" if basis else problem.message
    field = _column_of(problem.field, labels)
    facts = {"column": labels.get(field, "")}
    return msgspec.structs.replace(problem, field=field, message=message, facts=facts)


def _column_of(field: str, known: Mapping[str, str]) -> str:
    if field in known:
        return field
    if field.endswith("/amount") and (rate := field.removesuffix("amount") + "rate") in known:
        return rate
    return _TOLD_AT.get(field.partition("/")[0], "")
