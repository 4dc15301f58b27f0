"""What the worker does by the clock: sums of days that are over, and forgetting what has served.

Each duty is safe to repeat and safe to break off.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import text

from mingpiao.applications.service import enqueue_waiting, remind
from mingpiao.evidence.service import enqueue_lost
from mingpiao.exports.service import ask_for_purge
from mingpiao.identity.tasks import purge_sessions
from mingpiao.issuing.history import LONGEST_WINDOW
from mingpiao.issuing.medians import count_items
from mingpiao.issuing.totals import roll_up, waiting_days
from mingpiao.kernel.clock import now
from mingpiao.lake.service import ask_for_export, ask_for_tidying
from mingpiao.qualifications.service import enqueue_unread
from mingpiao.qualifications.service import remind as remind_of_expiry
from mingpiao.storage.database import Database

#: After midnight, for trains that began before it.
_SETTLING = timedelta(minutes=5)
#: A purge takes rows in portions, so that no lock is held for long.
_PORTION = 5_000


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of upkeep, and when it is due (a cron line in UTC)."""

    name: str
    cron: str
    work: Callable[[Database], Awaitable[None]]


async def add_up_closed_days(database: Database, moment: datetime | None = None) -> None:
    """Bring `region_totals` up to yesterday (Asia/Shanghai), a transaction a day, oldest first."""
    today = ((moment or now()) - _SETTLING).date()
    async with database.system() as connection:
        days = await waiting_days(connection, today)
    for day in days:
        async with database.system() as connection:
            await roll_up(connection, day)


async def purge_nonces(database: Database) -> None:
    """Forget nonces of interface calls after ten minutes: by then their timestamps are refused."""
    await _purge(database, "interface_nonces", "seen_at < now() - interval '10 minutes'")


async def purge_verification_failures(database: Database) -> None:
    """Forget failed verifications after thirty days."""
    await _purge(database, "verification_failures", "day < current_date - 30")


async def purge_history(database: Database) -> None:
    """Forget counters that no rule's window reaches any more."""
    for table in ("history_counters", "item_history", "peer_item_history"):
        await _purge(database, table, f"day < current_date - {LONGEST_WINDOW + 1}")


async def purge_heartbeats(database: Database) -> None:
    """Forget workers that were killed more than a day ago."""
    await _purge(database, "worker_heartbeats", "beat_at < now() - interval '1 day'")


async def purge_job_log(database: Database) -> None:
    """Forget what was noted about jobs after thirty days; jobs that were given up stay in the queue."""
    await _purge(database, "pgqueuer_log", "created < now() - interval '30 days'")
    await _purge(database, "pgqueuer_statistics", "created < now() - interval '30 days'")


async def _purge(database: Database, table: str, condition: str) -> None:
    # Both texts are this module's own constants.
    portion = text(
        f"DELETE FROM {table} WHERE ctid = ANY (ARRAY("  # noqa: S608
        f"SELECT ctid FROM {table} WHERE {condition} LIMIT {_PORTION}))"
    )
    while True:
        async with database.system() as connection:
            removed = (await connection.execute(portion)).rowcount
        if removed < _PORTION:
            return


DUTIES = (
    Duty(name="add_up_closed_days", cron="*/10 * * * *", work=add_up_closed_days),
    Duty(name="purge_nonces", cron="* * * * *", work=purge_nonces),
    Duty(name="purge_sessions", cron="*/5 * * * *", work=purge_sessions),
    Duty(name="purge_verification_failures", cron="17 * * * *", work=purge_verification_failures),
    Duty(name="purge_heartbeats", cron="47 * * * *", work=purge_heartbeats),
    Duty(name="count_items", cron="* * * * *", work=count_items),
    Duty(name="purge_history", cron="7 19 * * *", work=purge_history),
    Duty(name="purge_job_log", cron="37 18 * * *", work=purge_job_log),
    Duty(name="read_lost_evidence", cron="* * * * *", work=enqueue_lost),
    Duty(name="advance_applications", cron="* * * * *", work=enqueue_waiting),
    Duty(name="read_lost_qualifications", cron="* * * * *", work=enqueue_unread),
    # Every hour, so that a lock is told soon after midnight and downtime is made up for; each is told once.
    Duty(name="remind_of_expiry", cron="1 * * * *", work=remind_of_expiry),
    Duty(name="remind_reviewers", cron="*/10 * * * *", work=remind),
    Duty(name="export_facts", cron="* * * * *", work=ask_for_export),
    Duty(name="purge_exports", cron="27 * * * *", work=ask_for_purge),
    Duty(name="tidy_lake", cron="23 18 * * *", work=ask_for_tidying),
)
