"""历史票据 of the charity: two months that an old system issued, one of them written off, and a file to try more."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from mingpiao.demo.services import DemoServices
from mingpiao.demo.staff import Member, handler_of
from mingpiao.former.service import (
    FORMER_COLUMNS,
    add_former_file,
    end_former_import,
    get_former_import,
    import_key,
    read_rows,
    start_former_import,
    work_through,
)
from mingpiao.storage.files import FileStore
from mingpiao.units.model import Unit
from mingpiao.writeoff.model import BillOrigin
from mingpiao.writeoff.service import submit

SAMPLE = "历史票据.csv"
_PROFILE = "charity"
_DONE = date(2023, 3, 1)
_Row = dict[str, str]


async def bring_former(services: DemoServices, folder: Path, members: Sequence[Member]) -> None:
    """Import the bills of two months, write the first off, and write the sample file, unless there is no charity."""
    member = next((each for each in members if each[1].profile == _PROFILE), None)
    if member is None:
        return
    unit, _ = member
    await _import(services, member, _rows(unit))
    async with services.database.system() as connection:
        asked = await submit(
            connection, unit.unit_id, _DONE, origin=BillOrigin.FORMER, acting=handler_of(member)
        )
    await services.checker.check(asked.writeoff_id)
    _write(folder, _table(_sample(unit)))


def _write(folder: Path, table: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # With the mark by which Excel knows UTF-8.
    (folder / SAMPLE).write_text(table, encoding="utf-8-sig")


async def _import(services: DemoServices, member: Member, rows: Sequence[_Row]) -> None:
    data = _table(rows).encode("utf-8-sig")
    files, acting = FileStore.open(services.settings.files_address()), handler_of(member)
    async with services.database.system() as connection:
        found, _ = await add_former_file(connection, "原系统2023年.csv", data, acting=acting)
        await files.put(import_key(found.import_id), data)
    for _ in ("judged", "taken in"):
        entries = read_rows((number, row) for number, row in enumerate(rows, start=2))
        await work_through(services.database, services.catalog, found, iter(entries), len(entries))
        await end_former_import(services.database, found)
        async with services.database.system() as connection:
            await start_former_import(connection, found.import_id, acting=acting)
            found = await get_former_import(connection, found.import_id)


def _rows(unit: Unit) -> list[_Row]:
    """Eight donations, one of them reversed, and one with a number missing before it."""
    payers = ("苏和", "萨仁", "巴图", "乌云", "其其格", "那仁", "哈斯", "斯琴")
    rows = [
        _row(unit, n, f"2023-0{3 + n // 5}-{4 + 3 * (n % 5):02d}", payer, f"{200 * (n + 1)}.00")
        for n, payer in enumerate(payers, start=1)
    ]
    red = _row(unit, 9, "2023-04-28", payers[5], "-1400.00")
    code = rows[5]["code"]
    return [
        *rows,
        red | {"related_code": code, "related_number": rows[5]["number"]},
        _row(unit, 12, "2023-04-29", "高娃", "80.00"),
    ]


def _sample(unit: Unit) -> list[_Row]:
    """What a visitor imports: the two missing numbers, a bill that is known, and two that are refused."""
    return [
        _row(unit, 10, "2023-04-28", "格日勒", "500.00"),
        _row(unit, 11, "2023-04-28", "塔娜", "60.00"),
        _row(unit, 12, "2023-04-29", "高娃", "80.00"),
        _row(unit, 13, "2020-12-30", "阿古拉", "90.00"),
        _row(unit, 14, "2023-05-08", "牧仁", "一百元"),
    ]


def _row(unit: Unit, number: int, day: str, payer: str, amount: str) -> _Row:
    given = {
        "unit_code": unit.uscc,
        "code": f"{unit.region_code[:2]}030122",
        "number": f"{number:010d}",
        "check_code": f"{number:06x}",
        "issued_on": day,
        "payer": payer,
        "item_name": "货币捐赠",
        "amount": amount,
        "total": amount,
        "handler": "王秀英",
    }
    return dict.fromkeys(FORMER_COLUMNS, "") | given


def _table(rows: Sequence[_Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(FORMER_COLUMNS.values())
    writer.writerows([row[name] for name in FORMER_COLUMNS] for row in rows)
    return text.getvalue()
