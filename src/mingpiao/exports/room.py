"""What the house needs of exports. The job that writes one belongs to the pages, which know the lists."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from mingpiao.exports.service import PURGE_JOB, ExportSettings, ExportTurns, ask_for_purge, purge_exports
from mingpiao.house.model import Duty, Handler, Job, Room
from mingpiao.house.opening import DATABASE, FILES, House, Service
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore


async def _purge(database: Database, files: FileStore, _payload: Mapping[str, Any]) -> None:
    await purge_exports(database, files)


async def _open_purge(house: House) -> Handler:
    work = partial(_purge, await house.get(DATABASE), await house.get(FILES))
    return Handler(name=PURGE_JOB, work=work, at_once=1)


async def _open_turns(house: House) -> ExportTurns:
    settings = house.settings(ExportSettings)
    return ExportTurns(settings.exports_of_person, settings.exports_at_once)


EXPORT_TURNS = Service(name="export_turns", open=_open_turns)

ROOM = Room(
    duties=(Duty(name="purge_exports", cron="27 * * * *", label="清理过期的导出文件", work=ask_for_purge),),
    jobs=(Job(name=PURGE_JOB, label="清理过期的导出文件", open=_open_purge),),
    actions={"export:download": "下载导出文件"},
    details={"file": "文件"},
    subjects={"export": "导出"},
)
