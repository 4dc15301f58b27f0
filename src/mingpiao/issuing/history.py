"""The history that rules ask about. It comes from counters that the train keeps, never from a scan of bills.

A window of `days` is that many calendar days (Asia/Shanghai) up to and including today, without the
bill in question. `unit_count`, `unit_sum` and `unit_reversals` count blue bills as issued and
reversals as made. `payer_count`, `payer_sum` and `twin_count` leave out bills that were reversed
since. `recast_count` counts bills of the same items and total that were reversed in the window and
bore another payer. Days that are over are read once in ten minutes; today's rows within the train.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Protocol

import asyncpg
import msgspec

from mingpiao.issuing.medians import median
from mingpiao.kernel.clock import today
from mingpiao.kernel.likeness import name_key, normal_code
from mingpiao.kernel.naming import RESIDENT_ID, USCC, classify_code
from mingpiao.rules.model import History
from mingpiao.storage.database import Database
from mingpiao.storage.locks import NamedLock

LONGEST_WINDOW = 366
_FRESH_SECONDS = 600.0
#: Units whose past a process remembers; beyond it the oldest are forgotten.
_MOST_UNITS = 20_000

Subject = bytes


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """How one payer is counted, by name and by code, so that a bill without a code meets those with one.

    `code` counts bills with this code, whatever their name; `bare` those of this name without a code, and
    `named` those of this name with any code. A code counts only where its check digit is right.
    """

    bare: Subject
    named: Subject
    code: Subject | None

    @property
    def written(self) -> tuple[Subject, ...]:
        """The counters to which a bill of this payer is added."""
        return (self.bare,) if self.code is None else (self.code, self.named)

    @property
    def asked(self) -> tuple[Subject, Subject]:
        """The counters whose sum is what this payer has: bills with the code or, without one, with the name."""
        return (self.bare, self.named if self.code is None else self.code)


class Subjects(msgspec.Struct, frozen=True):
    """The counters that one bill concerns, each a letter and a hash: see the table history_counters."""

    payer: Who
    twin: Who
    content: Subject
    recast: Who

    def all(self) -> tuple[Subject, ...]:
        """The counters that rules about this bill may ask for."""
        return (*self.payer.asked, *self.twin.asked, self.content, *self.recast.asked)


class CountedLine(Protocol):
    """The part of a bill's line by which two bills are compared."""

    @property
    def code(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...


def subjects_of(payer: Any, kind: str, items: Iterable[CountedLine], total: Decimal) -> Subjects:
    """Counters of a bill by its payer, items, amounts and total in 元.

    Names are compared as they look (`name_key`). Amounts count without their sign, so that a red bill leads
    to its blue one's counters.
    """
    name, code = name_key(payer.name), _sure_code(payer.code)
    lines = ";".join(sorted(f"{item.code}={abs(item.amount):.2f}" for item in items))
    content = f"{kind}|{abs(total):.2f}|{lines}"
    return Subjects(
        payer=_who(b"P", name, code, ""),
        twin=_who(b"T", name, code, f"|{content}"),
        content=_subject(b"C", content),
        recast=_who(b"R", name, code, f"|{content}"),
    )


def _sure_code(written: str) -> str:
    """The code in its normal form, or nothing where it may be made up."""
    code = normal_code(written)
    return code.upper() if code and classify_code(code) in (RESIDENT_ID, USCC) else ""


#: The letter under which bills with a code are counted by name, for each by which a payer is counted.
_NAMED = {b"P": b"N", b"T": b"U", b"R": b"S"}


def _who(letter: bytes, name: str, code: str, what: str) -> Who:
    # A plain name and a right code hash as they did before names were folded, so that older counters go on.
    return Who(
        bare=_subject(letter, name + what),
        named=_subject(_NAMED[letter], name + what),
        code=_subject(letter, code + what) if code else None,
    )


def _subject(letter: bytes, text: str) -> Subject:
    return letter + blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


# -- days that are over --------------------------------------------------------------------------


class UnitPast(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's days that are over: sums by column, and medians by item and column. Amounts in 元."""

    day: date
    needs: frozenset[History]
    item_needs: frozenset[History]
    read_at: float
    sums: dict[str, Decimal]
    medians: dict[str, dict[str, Decimal | None]]

    def median(self, item_code: str, need: History) -> Decimal | None:
        """The median line amount of an item; None where there are too few lines."""
        return self.medians.get(item_code, {}).get(need.column)

    def serves(self, day: date, needs: frozenset[History], item_needs: frozenset[History]) -> bool:
        """Whether it may still be used."""
        return (
            self.day == day
            and time.monotonic() - self.read_at < _FRESH_SECONDS
            and needs <= self.needs
            and item_needs <= self.item_needs
        )


_NOTHING: frozenset[History] = frozenset()
_UNIT_DAYS = """
SELECT day, sum(issued_count) AS bills, sum(issued_amount) AS amount, sum(reversed_count) AS reversals
FROM daily_totals WHERE unit_id = $1 AND day >= $2 AND day < $3 GROUP BY day
"""
_UNIT_CLASSES = """
SELECT item_code, bucket, sum(lines)::bigint AS lines
FROM item_history WHERE unit_id = $1 AND day > $2 GROUP BY 1, 2
"""
_PEER_CLASSES = """
SELECT item_code, bucket, sum(lines)::bigint AS lines
FROM peer_item_history WHERE unit_type = $1 AND day > $2 GROUP BY 1, 2
"""


class PastStore:
    """The process's memory of units' past days; each is read when first asked for and after ten minutes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._units: dict[int, UnitPast] = {}
        self._peers: dict[tuple[str, History, date], tuple[float, dict[str, Decimal | None]]] = {}

    async def past(
        self, unit_id: int, unit_type: str, needs: frozenset[History], item_needs: frozenset[History]
    ) -> UnitPast:
        """A unit's past days with what is needed of them. Raises what the database raises."""
        day = today()
        known = self._units.get(unit_id)
        if known is not None and known.serves(day, needs, item_needs):
            return known
        async with self._database.pool.acquire() as connection:
            past = UnitPast(
                day=day,
                needs=needs,
                item_needs=item_needs,
                read_at=time.monotonic(),
                sums=await _unit_sums(connection, unit_id, day, needs),
                medians=await self._medians(connection, unit_id, unit_type, day, item_needs),
            )
        if len(self._units) >= _MOST_UNITS:
            del self._units[next(iter(self._units))]
        self._units.pop(unit_id, None)
        self._units[unit_id] = past
        return past

    async def _medians(
        self,
        connection: asyncpg.Connection,
        unit_id: int,
        unit_type: str,
        day: date,
        needs: frozenset[History],
    ) -> dict[str, dict[str, Decimal | None]]:
        found: dict[str, dict[str, Decimal | None]] = {}
        for need in needs:
            if need.name == "peer_median":
                medians = await self._peer_medians(connection, unit_type, day, need)
            else:
                medians = await _medians_of(connection, _UNIT_CLASSES, unit_id, day, need.days)
            for code, value in medians.items():
                found.setdefault(code, {})[need.column] = value
        return found

    async def _peer_medians(
        self, connection: asyncpg.Connection, unit_type: str, day: date, need: History
    ) -> dict[str, Decimal | None]:
        key = (unit_type, need, day)
        known = self._peers.get(key)
        if known is not None and time.monotonic() - known[0] < _FRESH_SECONDS:
            return known[1]
        medians = await _medians_of(connection, _PEER_CLASSES, unit_type, day, need.days)
        self._peers = {other: value for other, value in self._peers.items() if other[2] == day}
        self._peers[key] = (time.monotonic(), medians)
        return medians


async def _unit_sums(
    connection: asyncpg.Connection, unit_id: int, day: date, needs: frozenset[History]
) -> dict[str, Decimal]:
    wanted = [need for need in needs if need.name in _UNIT_COLUMNS]
    if not wanted:
        return {}
    first = day - timedelta(days=max(need.days for need in wanted) - 1)
    rows = await connection.fetch(_UNIT_DAYS, unit_id, first, day)
    return {
        need.column: sum(
            (
                Decimal(row[_UNIT_COLUMNS[need.name]])
                for row in rows
                if row["day"] > day - timedelta(days=need.days)
            ),
            Decimal(0),
        )
        for need in wanted
    }


async def _medians_of(
    connection: asyncpg.Connection, query: str, owner: int | str, day: date, days: int
) -> dict[str, Decimal | None]:
    classes: dict[str, dict[int, int]] = {}
    for row in await connection.fetch(query, owner, day - timedelta(days=days)):
        classes.setdefault(row["item_code"], {})[row["bucket"]] = row["lines"]
    return {code: median(lines) for code, lines in classes.items()}


# -- today ---------------------------------------------------------------------------------------

_UNIT_COLUMNS = {"unit_count": "bills", "unit_sum": "amount", "unit_reversals": "reversals"}
_SUBJECT_COLUMNS = {"payer_count", "payer_sum", "twin_count", "recast_count"}

_TODAY = """
SELECT unit_id, sum(issued_count) AS bills, sum(issued_amount) AS amount, sum(reversed_count) AS reversals
FROM daily_totals WHERE unit_id = ANY ($1::bigint[]) AND day = $2 GROUP BY unit_id
"""
_COUNTERS = """
SELECT history_counters.unit_id, history_counters.subject, day, bills, amount
FROM unnest($1::bigint[], $2::bytea[]) AS asked(unit_id, subject)
JOIN history_counters USING (unit_id, subject)
WHERE day > $3
"""
HISTORY_COUNTERS = NamedLock("history counters")

_COUNT = HISTORY_COUNTERS.statement("""
INSERT INTO history_counters AS known (unit_id, subject, day, bills, amount)
SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::date[], $4::integer[], $5::numeric[])
ON CONFLICT (unit_id, subject, day) DO UPDATE SET
    bills = known.bills + excluded.bills, amount = known.amount + excluded.amount
""")


class _UnitDay:
    """A unit's bills of today, with those that passed earlier in this train."""

    __slots__ = ("amount", "bills", "reversals")

    def __init__(self, bills: int = 0, amount: Decimal = Decimal(0), reversals: int = 0) -> None:
        self.bills = bills
        self.amount = amount
        self.reversals = reversals


class _Day:
    """A counter on one day."""

    __slots__ = ("amount", "bills")

    def __init__(self, bills: int = 0, amount: Decimal = Decimal(0)) -> None:
        self.bills = bills
        self.amount = amount


class Present(msgspec.Struct, frozen=True):
    """Counters as one transaction reads them; `add` counts bills of the same train on top."""

    day: date
    units: dict[int, _UnitDay]
    counters: dict[tuple[int, Subject], dict[date, _Day]]

    def columns(
        self, unit_id: int, subjects: Subjects, past: UnitPast, needs: frozenset[History]
    ) -> dict[str, Decimal]:
        """The aggregates that are needed, by column."""
        unit = self.units.get(unit_id) or _UnitDay()
        found: dict[str, Decimal] = {}
        for need in needs:
            name = need.name
            if name == "unit_sum":
                found[need.column] = past.sums.get(need.column, Decimal(0)) + unit.amount
            elif name == "unit_count":
                found[need.column] = past.sums.get(need.column, Decimal(0)) + unit.bills
            elif name == "unit_reversals":
                found[need.column] = past.sums.get(need.column, Decimal(0)) + unit.reversals
            else:
                found[need.column] = self._subject_column(unit_id, subjects, need)
        return found

    def _subject_column(self, unit_id: int, subjects: Subjects, need: History) -> Decimal:
        if need.name == "payer_count":
            return Decimal(self._bills(unit_id, subjects.payer.asked, need.days))
        if need.name == "twin_count":
            return Decimal(self._bills(unit_id, subjects.twin.asked, need.days))
        if need.name == "payer_sum":
            return self._amount(unit_id, subjects.payer.asked, need.days)
        if need.name == "recast_count":
            alike = self._bills(unit_id, (subjects.content,), need.days)
            return Decimal(max(0, alike - self._bills(unit_id, subjects.recast.asked, need.days)))
        raise KeyError(need.name)

    def _bills(self, unit_id: int, asked: Iterable[Subject], days: int) -> int:
        # Reversing a bill from before there were counters takes away what was never added.
        return max(0, sum(counter.bills for counter in self._counted(unit_id, asked, days)))

    def _amount(self, unit_id: int, asked: Iterable[Subject], days: int) -> Decimal:
        amounts = (counter.amount for counter in self._counted(unit_id, asked, days))
        return max(Decimal(0), sum(amounts, Decimal(0)))

    def _counted(self, unit_id: int, asked: Iterable[Subject], days: int) -> Iterator[_Day]:
        start = self.day - timedelta(days=days)
        for subject in asked:
            found = self.counters.get((unit_id, subject))
            if found is not None:
                yield from (counter for day, counter in found.items() if day > start)

    def add(self, unit_id: int, subjects: Subjects, total: Decimal) -> None:
        """Count a blue bill that passed, for the requests behind it in the same train."""
        unit = self.units.setdefault(unit_id, _UnitDay())
        unit.bills += 1
        unit.amount += total
        for subject in (*subjects.payer.written, *subjects.twin.written):
            counter = self.counters.setdefault((unit_id, subject), {}).setdefault(self.day, _Day())
            counter.bills += 1
            counter.amount += total


async def read_present(
    connection: asyncpg.Connection,
    day: date,
    concerned: Sequence[tuple[int, Subjects]],
    needs: frozenset[History],
) -> Present:
    """Counters of units and subjects as this transaction sees them, for the windows that are needed."""
    present = Present(day=day, units={}, counters={})
    if any(need.name in _UNIT_COLUMNS for need in needs):
        for row in await connection.fetch(_TODAY, sorted({unit_id for unit_id, _ in concerned}), day):
            present.units[row["unit_id"]] = _UnitDay(int(row["bills"]), row["amount"], int(row["reversals"]))
    windows = [need.days for need in needs if need.name in _SUBJECT_COLUMNS]
    if windows:
        asked = [(unit_id, subject) for unit_id, subjects in concerned for subject in subjects.all()]
        rows = await connection.fetch(
            _COUNTERS,
            [unit_id for unit_id, _ in asked],
            [subject for _, subject in asked],
            day - timedelta(days=max(windows)),
        )
        for row in rows:
            days = present.counters.setdefault((row["unit_id"], row["subject"]), {})
            days[row["day"]] = _Day(row["bills"], row["amount"])
    return present


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a counter."""

    unit_id: int
    subject: Subject
    day: date
    bills: int
    amount: Decimal


def counts_of_issue(unit_id: int, subjects: Subjects, day: date, total: Decimal) -> list[Count]:
    """The changes of counters by a blue bill; `total` in 元."""
    return [
        Count(unit_id=unit_id, subject=subject, day=day, bills=1, amount=total)
        for subject in (*subjects.payer.written, *subjects.twin.written)
    ]


def counts_of_reversal(
    unit_id: int, subjects: Subjects, issued_on: date, day: date, total: Decimal
) -> list[Count]:
    """The changes of counters by a reversal on `day`; `total` is positive, in 元.

    It takes the blue bill off the day on which that was issued, and counts its content as reversed on `day`.
    """
    taken = [
        Count(unit_id=unit_id, subject=subject, day=issued_on, bills=-1, amount=-total)
        for subject in (*subjects.payer.written, *subjects.twin.written)
    ]
    remembered = [
        Count(unit_id=unit_id, subject=subject, day=day, bills=1, amount=total)
        for subject in (subjects.content, *subjects.recast.written)
    ]
    return taken + remembered


async def count(connection: asyncpg.Connection, counts: Iterable[Count]) -> None:
    """Apply changes of counters, in one order in every transaction."""
    sums: dict[tuple[int, Subject, date], list[Any]] = {}
    for each in counts:
        row = sums.setdefault((each.unit_id, each.subject, each.day), [0, Decimal(0)])
        row[0] += each.bills
        row[1] += each.amount
    if not sums:
        return
    keys = sorted(sums)
    await connection.execute(
        _COUNT.sql,
        [key[0] for key in keys],
        [key[1] for key in keys],
        [key[2] for key in keys],
        [sums[key][0] for key in keys],
        [sums[key][1] for key in keys],
    )
