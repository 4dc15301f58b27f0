"""演练: a site of its own beside the real one, with made data, where nothing counts.

A row in the database says that it is a training site's. It is written before the first base data and stays; the
database itself lets regions of the training province, and no others, into such a database.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.founding.tables import trainings
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.errors import refuse
from mingpiao.storage.database import Database
from mingpiao.storage.private import write_private

_DESKS_FILE = "desks.json"


class TrainingDesk(msgspec.Struct, frozen=True, kw_only=True):
    """An account that everybody may practise with: role and place in Chinese, user name, password."""

    role: str
    place: str
    login: str
    password: str


async def begin_training(connection: AsyncConnection, *, acting: Acting) -> None:
    """Say for ever that a migrated database without base data is a training site's.

    Raises the database's error for one that has base data or was marked before.
    """
    await connection.execute(insert(trainings).values(training_id=1))
    await record(connection, AuditEntry(acting=acting, action="training:begin", subject="training:1"))


async def require_purpose(connection: AsyncConnection, *, training: bool) -> None:
    """Raise `Refusal` (`training.mixed`) unless a migrated database is of the kind that the process is for."""
    marked = (await connection.execute(select(trainings))).first() is not None
    if marked and not training:
        raise refuse(
            "training.mixed",
            "这个数据库是演练环境的，正式平台不能打开。请检查 MINGPIAO_DATABASE_URL。",
            status=503,
        )
    if training and not marked:
        raise refuse(
            "training.mixed",
            "这个数据库不是演练环境的，演练进程不能打开。请用 mingpiao training 建立和启动演练环境。",
            status=503,
        )


async def require_purpose_at(url: str, *, training: bool) -> None:
    """`require_purpose` of the migrated database at an address."""
    database = await Database.open(url, pool_size=1)
    try:
        async with database.system() as connection:
            await require_purpose(connection, training=training)
    finally:
        await database.close()


def write_desks(data_dir: Path, desks: Sequence[TrainingDesk]) -> None:
    """Keep the accounts that the sign-in page of a training site offers, in its data directory."""
    write_private(data_dir / _DESKS_FILE, msgspec.json.encode(desks).decode())


def read_desks(data_dir: Path) -> list[TrainingDesk]:
    """The accounts that the sign-in page of a training site offers; none where none are kept."""
    file = data_dir / _DESKS_FILE
    return msgspec.json.decode(file.read_bytes(), type=list[TrainingDesk]) if file.is_file() else []
