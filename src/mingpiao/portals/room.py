"""What the house needs of the pages: the jobs that write exports of their lists, and read
uploaded statements and former bills."""

from collections.abc import Mapping
from typing import Any

from mingpiao.catalog.room import CATALOG
from mingpiao.exports.service import WRITE_JOB
from mingpiao.former.service import READ_FORMER_JOB
from mingpiao.house.model import Handler, Job, Room
from mingpiao.house.opening import DATABASE, FILES, SITE, House
from mingpiao.layout.room import DOCUMENTS
from mingpiao.portals.former.jobs import FormerReader
from mingpiao.portals.list_exports import write_export
from mingpiao.portals.list_filters import Sources, export_mark
from mingpiao.portals.writeoff.statement_jobs import StatementReader
from mingpiao.units.room import UNITS
from mingpiao.writeoff.service import READ_JOB


async def _open_write(house: House) -> Handler:
    sources = Sources(
        database=await house.get(DATABASE),
        catalog=await house.get(CATALOG),
        units=await house.get(UNITS),
        documents=await house.get(DOCUMENTS),
        mark=export_mark(training=(await house.get(SITE)).training),
    )
    files = await house.get(FILES)

    async def write(payload: Mapping[str, Any]) -> None:
        await write_export(sources, files, int(payload["export_id"]))

    # One at a time, because an export keeps a worker and the database busy while it runs.
    return Handler(name=WRITE_JOB, work=write, at_once=1)


async def _open_read_former(house: House) -> Handler:
    reader = FormerReader(await house.get(DATABASE), await house.get(FILES), await house.get(CATALOG))
    return Handler(name=READ_FORMER_JOB, work=reader.handle, at_once=1)


async def _open_read(house: House) -> Handler:
    reader = StatementReader(await house.get(DATABASE), await house.get(FILES))
    return Handler(name=READ_JOB, work=reader.handle, at_once=1)


ROOM = Room(
    jobs=(
        Job(name=WRITE_JOB, label="导出列表", open=_open_write),
        Job(name=READ_JOB, label="读取银行流水", open=_open_read),
        Job(name=READ_FORMER_JOB, label="读取历史票据", open=_open_read_former),
    )
)
