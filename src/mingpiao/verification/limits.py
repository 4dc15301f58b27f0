"""Limits that make six characters of check code worth more than they are: counters a day, as rows.

Wrong answers count against the bill, against the address they came from, and against both together. Right
ones count against nothing, so that an office behind one address may check as many bills as it likes. Who
errs is first told so more slowly, then asked to solve a puzzle, and refused only at the end: per bill first, per
address late. Who holds a bill must not be shut out by others' guesses: these lead to a puzzle, and only an address
that was itself wrong too often about a bill is refused.
"""

from datetime import datetime
from enum import IntEnum

import asyncpg
import msgspec

from mingpiao.verification.errors import too_many_downloads, too_many_files, too_many_lines

_COUNT_USE = """
INSERT INTO verification_failures (subject, day, failures) VALUES ($1, $2, $3)
ON CONFLICT (subject, day) DO UPDATE SET failures = verification_failures.failures + excluded.failures
RETURNING failures
"""


#: Puzzles do not help any more after so many times as many wrong answers about a bill, or from an address.
_BILL_PATIENCE = 100
_ADDRESS_PATIENCE = 10
#: The same about a bill from one address.
_OWN_PATIENCE = 3
#: Seconds by which each further wrong answer is told later, and the longest wait.
_HESITATION, _LONGEST_HESITATION = 0.5, 3.0


class Standing(IntEnum):
    """Whether one may be answered: at once, after a puzzle, or not before tomorrow."""

    FREE = 0
    PUZZLE = 1
    REFUSED = 2


class VerificationLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Wrong answers a day (Asia/Shanghai); files a minute and lines of batches an hour from one address.

    `wrong_per_bill` about one bill: a puzzle is asked of everybody then; after three times as many from one
    address it is refused, and after a hundred times as many all are. `wrong_per_address` over all bills: a
    puzzle is asked then, and after ten times as many the address is refused.
    """

    wrong_per_bill: int = 10
    wrong_per_address: int = 30
    files_per_minute: int = 60
    batch_lines_per_hour: int = 1000


def standing(
    limits: VerificationLimits, *, on_bill: int, from_address: int, on_bill_from_address: int
) -> Standing:
    """How one stands after so many wrong answers today."""
    if (
        on_bill_from_address >= limits.wrong_per_bill * _OWN_PATIENCE
        or on_bill >= limits.wrong_per_bill * _BILL_PATIENCE
        or from_address >= limits.wrong_per_address * _ADDRESS_PATIENCE
    ):
        return Standing.REFUSED
    if on_bill >= limits.wrong_per_bill or from_address >= limits.wrong_per_address:
        return Standing.PUZZLE
    return Standing.FREE


def hesitation(limits: VerificationLimits, on_bill_from_address: int) -> float:
    """Seconds after which an address hears that it was wrong about a bill, the present answer being counted: none
    for the first half of `wrong_per_bill`, for people mistype."""
    beyond = on_bill_from_address - max(1, limits.wrong_per_bill // 2)
    return min(max(0, beyond) * _HESITATION, _LONGEST_HESITATION)


def both_subject(bill_id: int, address: str) -> str:
    """The counter's name for a bill and a network address together."""
    return f"bill:{bill_id}@{address}"


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
    if await _uses(pool, f"files:{moment:%H%M}:{address}", moment) > limit:
        raise too_many_files()


async def count_download(
    pool: "asyncpg.Pool[asyncpg.Record]", address: str, moment: datetime, limit: int
) -> None:
    """Count a document that an address takes along in this minute; raises `Refusal` (429) above the limit."""
    if await _uses(pool, f"documents:{moment:%H%M}:{address}", moment) > limit:
        raise too_many_downloads()


async def count_lines(
    pool: "asyncpg.Pool[asyncpg.Record]", address: str, moment: datetime, lines: int, limit: int
) -> None:
    """Count the lines of a batch from an address in this hour; raises `Refusal` (429) above the limit."""
    if await _uses(pool, f"lines:{moment:%H}:{address}", moment, lines) > limit:
        raise too_many_lines(moment)


async def _uses(pool: "asyncpg.Pool[asyncpg.Record]", subject: str, moment: datetime, times: int = 1) -> int:
    return int(await pool.fetchval(_COUNT_USE, subject, moment.date(), times))
