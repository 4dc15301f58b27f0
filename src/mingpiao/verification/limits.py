"""Limits that make six characters of check code worth more than they are: counters a day, as rows.

Wrong answers count against the bill and against the address they came from. Right ones count against
nothing, so that an office behind one address may check as many bills as it likes.
"""

from datetime import datetime

import asyncpg
import msgspec

from mingpiao.verification.errors import too_many_files

_COUNT_FILE = """
INSERT INTO verification_failures (subject, day, failures) VALUES ($1, $2, 1)
ON CONFLICT (subject, day) DO UPDATE SET failures = verification_failures.failures + 1
RETURNING failures
"""


class VerificationLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Wrong answers a day (Asia/Shanghai) for one bill and from one address; files a minute from one."""

    wrong_per_bill: int = 10
    wrong_per_address: int = 30
    files_per_minute: int = 60


def bill_subject(bill_id: int) -> str:
    """The counter's name for a bill, whether or not it exists."""
    return f"bill:{bill_id}"


def address_subject(address: str) -> str:
    """The counter's name for a network address."""
    return f"address:{address}"


async def count_file(
    pool: "asyncpg.Pool[asyncpg.Record]", address: str, moment: datetime, limit: int
) -> None:
    """Count a file from an address in this minute; raises `Refusal` (429) above the limit."""
    subject = f"files:{moment:%H%M}:{address}"
    count = await pool.fetchval(_COUNT_FILE, subject, moment.date())
    if count > limit:
        raise too_many_files()
