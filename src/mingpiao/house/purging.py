"""The one way in which old rows are deleted: in portions, one transaction each, until none is left."""

from sqlalchemy import text

from mingpiao.house.model import Duty, Purge
from mingpiao.kernel.clock import today
from mingpiao.storage.database import Database


def duty_of(purge: Purge) -> Duty:
    """The duty that does a purge, table by table."""

    async def work(database: Database) -> None:
        for table, condition in purge.tables.items():
            await _forget(database, table, condition, purge.portion)

    return Duty(name=purge.name, cron=purge.cron, label=purge.label, work=work)


async def _forget(database: Database, table: str, condition: str, portion: int) -> None:
    # Table and condition are constants of a room's `room.py`.
    statement = text(
        f"DELETE FROM {table} WHERE ctid = ANY (ARRAY("  # noqa: S608
        f"SELECT ctid FROM {table} WHERE {condition} LIMIT {portion}))"
    )
    while True:
        async with database.system() as connection:
            removed = (await connection.execute(statement, {"today": today()})).rowcount
        if removed < portion:
            return
