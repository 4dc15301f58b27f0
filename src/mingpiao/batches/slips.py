"""Bills that a file tells in several rows: rows of one 单据序号 become one row with all their items. Pure."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from mingpiao.batches.columns import ITEM_PLACES, SLIP
from mingpiao.batches.model import SheetRow
from mingpiao.issuing.model import MAX_ITEMS
from mingpiao.kernel.errors import refuse
from mingpiao.kernel.grammar import read_whole

_PARTS = ("code", "quantity", "rate")


def places_of(cells: Mapping[str, str]) -> int:
    """How many items a row has place for: those of the sheet, or more where its bill was told in several rows."""
    taken = [read_whole(name.split("/")[1]) or 0 for name in cells if name.startswith("items/")]
    return max(ITEM_PLACES - 1, *taken, 0) + 1


def gather(rows: Iterable[SheetRow], *, correcting: bool = False) -> list[SheetRow]:
    """The rows of a file as bills, each at the place and with the number of its first row.

    Rows without a 单据序号 stay alone. With `correcting` only rows of the same number, too, are one bill: whoever
    copies a row of a file for correction must not double a bill's items. Raises `Refusal` (`batch.slip_items`, 422)
    for a bill with more items than any bill may have.
    """
    bills: dict[tuple[str, int], list[SheetRow]] = {}
    for place, row in enumerate(rows):
        slip = row.cells.get(SLIP, "")
        number = row.row_no if correcting else 0
        bills.setdefault((slip, number) if slip else ("", -place - 1), []).append(row)
    return [_bill(told) for told in bills.values()]


def spread(cells: Mapping[str, str], row_no: int) -> list[dict[str, str]]:
    """The cells of a bill as rows of a file: the first has all but the items that have no place in it."""
    count = places_of(cells)
    if count == ITEM_PLACES:
        return [dict(cells)]
    slip = cells.get(SLIP) or str(row_no)
    first = {name: text for name, text in cells.items() if not name.startswith("items/")} | {SLIP: slip}
    return [
        (first if start == 0 else {SLIP: slip})
        | {
            _item(place, part): cells.get(_item(start + place, part), "")
            for place in range(ITEM_PLACES)
            for part in _PARTS
        }
        for start in range(0, count, ITEM_PLACES)
    ]


def _item(place: int, part: str) -> str:
    return f"items/{place}/{part}"


def _bill(rows: Sequence[SheetRow]) -> SheetRow:
    first, *more = rows
    if not more:
        return first
    cells = {name: text for name, text in first.cells.items() if not name.startswith("items/")}
    faults = {name: told for name, told in first.faults.items() if not name.startswith("items/")}
    at = 0
    for number, row in enumerate(rows):
        for place in _used(row):
            for part in _PARTS:
                cells[_item(at, part)] = row.cells.get(_item(place, part), "")
                if told := row.faults.get(_item(place, part)):
                    faults[_item(at, part)] = told
            at += 1
        if at > MAX_ITEMS:
            told = f"单据序号{first.cells[SLIP][:20]}的收款项目超过{MAX_ITEMS}个"
            message = f"{told}，一张票据最多{MAX_ITEMS}个，请分成几张票据，填写不同的序号。"
            raise refuse("batch.slip_items", message, field="file", status=422)
        faults |= {name: told for name, told in _others(first, row, number).items() if name not in faults}
    return msgspec.structs.replace(first, cells=cells, faults=faults)


def _used(row: SheetRow) -> list[int]:
    """The places of a row that have anything of an item."""
    return [
        place
        for place in range(ITEM_PLACES)
        if any(row.cells.get(_item(place, part)) or row.faults.get(_item(place, part)) for part in _PARTS)
    ]


def _others(first: SheetRow, row: SheetRow, number: int) -> dict[str, str]:
    """What is wrong with a further row of a bill, by column: it repeats the first one or leaves cells empty."""
    if number == 0:
        return {}
    at = f"同一单据序号的第{number + 1}行"
    if row.cells == first.cells:
        return {SLIP: f"{at}与首行完全相同，请删除一行；同一项目有几份的，改为填写数量。"}
    own = {name: told for name, told in row.faults.items() if not name.startswith("items/")}
    return own | {
        name: f"{at}与首行不同，首行是“{first.cells.get(name, '')[:20]}”，请改为一致，或只在首行填写。"
        for name, text in row.cells.items()
        if text and not name.startswith("items/") and text != first.cells.get(name, "")
    }
