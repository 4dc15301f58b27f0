"""What the house needs of batches."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from mingpiao.applications.room import APPLICATIONS
from mingpiao.batches.desk import CHECK_JOB, ISSUE_JOB, BatchDesk, enqueue_moving
from mingpiao.batches.packing import PACK_JOB, PURGE_JOB, ask_for_pack_purge, purge_packs, write_pack
from mingpiao.catalog.room import CATALOG
from mingpiao.house.model import Duty, Handler, Job, Purge, Room
from mingpiao.house.opening import DATABASE, FILES, House, Service
from mingpiao.issuing.room import DESK
from mingpiao.layout.room import DOCUMENTS
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore
from mingpiao.units.room import UNITS

#: After so many days without a change the rows of a batch are deleted; its bills stay.
ROWS_KEPT_DAYS = 180
#: So long the platform knows a sheet again that was issued.
BATCHES_KEPT_DAYS = 3 * 366
_OLD = f"touched_at < CAST(:today AS date) - {ROWS_KEPT_DAYS}"
_VERY_OLD = f"touched_at < CAST(:today AS date) - {BATCHES_KEPT_DAYS}"


async def _open_desk(house: House) -> BatchDesk:
    return BatchDesk(
        await house.get(DATABASE),
        await house.get(CATALOG),
        await house.get(UNITS),
        await house.get(DESK),
        await house.get(APPLICATIONS),
    )


BATCH_DESK = Service(name="batch_desk", open=_open_desk)


async def _open_check(house: House) -> Handler:
    desk = await house.get(BATCH_DESK)

    async def check(payload: Mapping[str, Any]) -> None:
        await desk.check(payload["batch_id"])

    return Handler(name=CHECK_JOB, work=check, at_once=1)


async def _open_issue(house: House) -> Handler:
    desk = await house.get(BATCH_DESK)

    async def issue(payload: Mapping[str, Any]) -> None:
        await desk.run(payload["batch_id"], payload["run"])

    return Handler(name=ISSUE_JOB, work=issue, at_once=2)


async def _open_pack(house: House) -> Handler:
    database, files, documents = await house.get(DATABASE), await house.get(FILES), await house.get(DOCUMENTS)

    async def pack(payload: Mapping[str, Any]) -> None:
        await write_pack(database, files, documents, payload["batch_id"])

    return Handler(name=PACK_JOB, work=pack, at_once=1)


async def _purge(database: Database, files: FileStore, _payload: Mapping[str, Any]) -> None:
    await purge_packs(database, files)


async def _open_purge(house: House) -> Handler:
    work = partial(_purge, await house.get(DATABASE), await house.get(FILES))
    return Handler(name=PURGE_JOB, work=work, at_once=1)


ROOM = Room(
    duties=(
        Duty(name="go_on_with_batches", cron="* * * * *", label="继续未完成的批量开具", work=enqueue_moving),
        Duty(
            name="purge_batch_packs",
            cron="37 * * * *",
            label="清理过期的批量票据文件",
            work=ask_for_pack_purge,
        ),
    ),
    purges=(
        Purge(
            name="purge_batches",
            cron="53 18 * * *",
            label="清理过期的批次",
            tables={"batches": f"started_at IS NULL AND {_OLD} OR {_VERY_OLD}"},
            # Each takes its rows along.
            portion=20,
        ),
        Purge(
            name="purge_batch_rows",
            cron="56 18 * * *",
            label="清理半年前批次的明细",
            tables={"batch_rows": f"batch_id IN (SELECT batch_id FROM batches WHERE {_OLD})"},  # noqa: S608
        ),
    ),
    jobs=(
        Job(name=CHECK_JOB, label="核对批量开具的文件", open=_open_check),
        Job(name=ISSUE_JOB, label="批量开具票据", open=_open_issue),
        Job(name=PACK_JOB, label="打包批次的票据文件", open=_open_pack),
        Job(name=PURGE_JOB, label="清理过期的批量票据文件", open=_open_purge),
    ),
    actions={
        "batch:answer": "批量开具：填写核实说明",
        "batch:correct": "批量开具：更正",
        "batch:download": "批量开具：下载票据文件",
        "batch:drop": "批量开具：删除未开具的行",
        "batch:finish": "批量开具：完成",
        "batch:pack": "批量开具：打包票据文件",
        "batch:start": "批量开具：开始",
        "batch:stop": "批量开具：停止",
        "batch:upload": "批量开具：上传文件",
    },
    details={"file": "文件", "reason": "原因", "rows": "行数", "rule": "规则"},
    subjects={"batch": "批量开具"},
)
