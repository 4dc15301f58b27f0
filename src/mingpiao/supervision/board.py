"""The board of 实时监控: what happened in this hour and today, beside what is usual, for any area.

A process has one board for all its viewers. It asks the database once a second at most, for the hours and minutes
that still change, of all regions; what is over it reads once a minute. What an area's page shows is reckoned from
that in memory, once for all who look at it. It has connections of its own and a limit for each statement, so that
neither issuing nor other pages ever wait for it.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError

from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.errors import refuse
from mingpiao.storage.database import DATABASE_AWAY, Database
from mingpiao.supervision.measures import MEASURES
from mingpiao.supervision.usual import WEEKS, Usual, usual_of

#: Connections of the board, and how long (seconds) a statement of it may take.
CONNECTIONS, STATEMENT_SECONDS = 2, 5
#: How old (seconds) a picture may be, and what is over in it.
FRESH_SECONDS, OVER_SECONDS = 1.0, 60.0
#: Minutes that are shown.
MINUTES = 60
_HOUR = timedelta(hours=1)
_AREAS_KEPT = 500
_logger = logging.getLogger(__name__)

_COLUMNS = tuple(each.name for each in MEASURES)
_AMOUNTS = ("amount", "red_amount")
_SUMS = ", ".join(
    f"sum({name}) AS {name}" if name in _AMOUNTS else f"sum({name})::bigint AS {name}" for name in _COLUMNS
)


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """All measures of some rows together; amounts in 元. The names are those of `MEASURES`."""

    bills: int = 0
    amount: Decimal = Decimal(0)
    reds: int = 0
    red_amount: Decimal = Decimal(0)
    quick_reds: int = 0
    refused: int = 0
    asked: int = 0
    appeals: int = 0
    exchanges: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(**{name: getattr(self, name) + getattr(other, name) for name in _COLUMNS})


class BoardGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a table: this hour, today until now, and what is usual of bills in this whole hour (None: unknown)."""

    key: str
    hour: Sums
    today: Sums
    usual_bills: int | None


class AreaPicture(msgspec.Struct, frozen=True, kw_only=True):
    """What the page of an area shows. `hours` are the bills of today by hour, `usual` what is usual of each hour.

    `minute` is the last whole minute; `minutes` are bills by minute of the last hour, the oldest first. `counted_at`
    is when the rows were read.
    """

    counted_at: datetime
    minute: Sums
    hour: Sums
    today: Sums
    usual_hour: Usual
    usual_today: Usual
    hours: tuple[int, ...]
    usual_hours: tuple[Usual, ...]
    minutes: tuple[int, ...]
    regions: tuple[BoardGroup, ...]
    kinds: tuple[BoardGroup, ...]
    unit_types: tuple[BoardGroup, ...]


_Key = tuple[str, str, str]
#: The rows that still change, of all regions: the hours from one on, and the minutes from one on.
_CHANGING = text(
    f"""
    SELECT true AS is_hour, hour AS at, region_code, unit_type, kind_code, {_SUMS}
    FROM region_hours WHERE hour >= :hour GROUP BY 2, 3, 4, 5
    UNION ALL
    SELECT false, minute, region_code, '', '', {_SUMS} FROM region_minutes WHERE minute >= :minute GROUP BY 2, 3
    """  # noqa: S608 -- columns of the list of measures
)
#: What is over of the day: sums by region, type and kind, and bills by region and hour.
_OVER = text(
    f"""
    SELECT region_code, unit_type, kind_code, hour, {_SUMS} FROM region_hours
    WHERE hour >= :midnight AND hour < :hour
    GROUP BY GROUPING SETS ((region_code, unit_type, kind_code), (region_code, hour))
    """  # noqa: S608 -- columns of the list of measures
)
_MINUTES_OVER = text(
    "SELECT minute AS at, region_code, sum(bills)::bigint AS bills FROM region_minutes "
    "WHERE minute >= :since AND minute < :minute GROUP BY 1, 2"
)
#: The hours of the same weekday in the weeks before, of an area and of each part of it.
_BEFORE = text(
    """
    SELECT hour, CASE GROUPING(kind_code, unit_type, child) WHEN 3 THEN 'kind' WHEN 5 THEN 'type' WHEN 6 THEN 'region'
                 ELSE '' END AS part,
           coalesce(kind_code, unit_type, child, '') AS key, sum(bills)::bigint AS bills
    FROM (
        SELECT hour, kind_code, unit_type, left(region_code, :digits) AS child, bills FROM region_hours
        WHERE hour = ANY (:hours) AND starts_with(region_code, :prefix)
    ) AS rows
    GROUP BY GROUPING SETS ((hour), (hour, kind_code), (hour, unit_type), (hour, child))
    """
)
_FIRST = text("SELECT min(hour) FROM region_hours WHERE starts_with(region_code, :prefix)")


class _Over(msgspec.Struct, frozen=True, kw_only=True):
    """What is over of a day before the hour `until`."""

    until: datetime
    sums: Mapping[_Key, Sums]
    bills: Mapping[tuple[str, datetime], int]
    minutes: Mapping[tuple[str, datetime], int]


class _Picture(msgspec.Struct, frozen=True, kw_only=True):
    """All regions at one moment."""

    moment: datetime
    over: _Over
    hours: Mapping[datetime, Mapping[_Key, Sums]]
    minutes: Mapping[tuple[str, datetime], Sums]


class _Usuals(msgspec.Struct, frozen=True, kw_only=True):
    """What is usual of an area on a day: by hour (0 to 23), and of bills in one hour by part and key."""

    hours: tuple[Usual, ...]
    parts: Mapping[tuple[str, str, int], Usual]


class Board:
    """The board of a process, on connections of its own. Close it with `close`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._database: Database | None = None
        self._lock = asyncio.Lock()
        self._picture: _Picture | None = None
        self._read_at = self._over_read_at = float("-inf")
        self._areas: dict[str, tuple[_Picture, AreaPicture]] = {}
        self._usuals: dict[tuple[str, datetime], _Usuals] = {}
        #: Questions to the database so far.
        self.questions = 0

    async def close(self) -> None:
        """Give the connections back."""
        if self._database is not None:
            await self._database.close()

    async def area(self, region_code: str) -> AreaPicture:
        """The picture of a region and all below it, at most a second old.

        While the database does not answer in time it is the one before; without one, raises `Refusal`
        (`monitor.busy`, 503).
        """
        async with self._lock:
            try:
                picture, usuals = await self._newest(), await self._usual(region_code)
            except (DBAPIError, TimeoutError, *DATABASE_AWAY) as error:
                _logger.warning("the board waits for the database: %r", error)
                known = self._areas.get(region_code)
                if known is None:
                    message = "实时统计暂时没有响应，请稍后刷新。"
                    raise refuse("monitor.busy", message, status=503) from error
                return known[1]
        known = self._areas.get(region_code)
        if known is not None and known[0] is picture:
            return known[1]
        drawn = _draw(picture, region_code, usuals)
        if len(self._areas) >= _AREAS_KEPT:
            self._areas.clear()
        self._areas[region_code] = (picture, drawn)
        return drawn

    async def _newest(self) -> _Picture:
        present = asyncio.get_running_loop().time()
        if self._picture is None or present - self._read_at >= FRESH_SECONDS:
            self._picture = await self._read(self._picture, present)
            self._read_at = present
        return self._picture

    async def _read(self, before: _Picture | None, present: float) -> _Picture:
        moment = now()
        # The hour before still changes for a while: a train may commit late, and counting takes a moment.
        until = _midnight_or(moment, moment.replace(minute=0, second=0, microsecond=0) - _HOUR)
        over = before.over if before else None
        if over is None or over.until != until or present - self._over_read_at >= OVER_SECONDS:
            over = await self._read_over(moment, until)
            self._over_read_at = present
        minute = moment.replace(second=0, microsecond=0) - timedelta(minutes=2)
        rows = await self._ask(_CHANGING, {"hour": until, "minute": minute})
        hours: defaultdict[datetime, dict[_Key, Sums]] = defaultdict(dict)
        minutes: dict[tuple[str, datetime], Sums] = {}
        for row in rows:
            sums = _sums(row)
            if row["is_hour"]:
                hours[row["at"]][row["region_code"], row["unit_type"], row["kind_code"]] = sums
            else:
                minutes[row["region_code"], row["at"]] = sums
        return _Picture(moment=moment, over=over, hours=hours, minutes=minutes)

    async def _read_over(self, moment: datetime, until: datetime) -> _Over:
        midnight = _midnight(moment)
        sums: dict[_Key, Sums] = {}
        bills: dict[tuple[str, datetime], int] = {}
        for row in await self._ask(_OVER, {"midnight": midnight, "hour": until}):
            if row["hour"] is None:
                sums[row["region_code"], row["unit_type"], row["kind_code"]] = _sums(row)
            else:
                bills[row["region_code"], row["hour"]] = row["bills"]
        since = moment.replace(second=0, microsecond=0) - timedelta(minutes=MINUTES)
        rows = await self._ask(_MINUTES_OVER, {"since": since, "minute": moment})
        minutes = {(row["region_code"], row["at"]): row["bills"] for row in rows}
        return _Over(until=until, sums=sums, bills=bills, minutes=minutes)

    async def _usual(self, region_code: str) -> _Usuals:
        """What is usual of an area today; read once a day, as no hour of today is among them."""
        midnight = _midnight(now())
        key = region_code, midnight
        if key not in self._usuals:
            found = await self._read_usual(region_code, midnight)
            if len(self._usuals) >= _AREAS_KEPT:
                self._usuals.clear()
            self._usuals[key] = found
        return self._usuals[key]

    async def _read_usual(self, region_code: str, midnight: datetime) -> _Usuals:
        prefix = region_prefix(region_code)
        days = [midnight - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
        hours = [day + hour * _HOUR for day in days for hour in range(24)]
        (first,) = await self._ask(_FIRST, {"prefix": prefix})
        given = {"hours": hours, "prefix": prefix, "digits": min(6, len(prefix) + 2)}
        rows = await self._ask(_BEFORE, given)
        # Weeks before the area's first bill say nothing of what is usual.
        begun = [day for day in days if first["min"] is not None and first["min"] <= day]
        found: defaultdict[tuple[str, str, int], dict[datetime, int]] = defaultdict(dict)
        for row in rows:
            at = to_shanghai(row["hour"])
            found[row["part"], row["key"], at.hour][_midnight(at)] = row["bills"]
        parts = {
            key: usual_of([by_day.get(day, 0) for day in begun]) for key, by_day in found.items() if key[0]
        }
        of_area = [usual_of([found["", "", hour].get(day, 0) for day in begun]) for hour in range(24)]
        return _Usuals(hours=tuple(of_area), parts=parts)

    async def _ask(self, query: TextClause, values: Mapping[str, Any]) -> Sequence[Any]:
        if self._database is None:
            self._database = await Database.open(self._url, pool_size=CONNECTIONS)
        self.questions += 1
        async with self._database.system() as connection:
            await connection.execute(text(f"SET LOCAL statement_timeout = {STATEMENT_SECONDS * 1000}"))
            return (await connection.execute(query, values)).mappings().all()


def _midnight(moment: datetime) -> datetime:
    return to_shanghai(moment).replace(hour=0, minute=0, second=0, microsecond=0)


def _midnight_or(moment: datetime, hour: datetime) -> datetime:
    return max(_midnight(moment), hour)


def _sums(row: Mapping[str, Any]) -> Sums:
    return Sums(**{name: row[name] for name in _COLUMNS})


# -- drawing an area ------------------------------------------------------------------------------------


def _draw(picture: _Picture, region_code: str, usuals: _Usuals) -> AreaPicture:
    prefix = region_prefix(region_code)
    hour = picture.moment.replace(minute=0, second=0, microsecond=0)
    over = _within(picture.over.sums, prefix)
    open_hours = {at: _within(rows, prefix) for at, rows in picture.hours.items()}
    today = [*over.items(), *(each for rows in open_hours.values() for each in rows.items())]
    present = open_hours.get(hour, {})
    clock_hour = to_shanghai(hour).hour
    share = Decimal((picture.moment - hour).total_seconds()) / 3600
    digits = min(6, len(prefix) + 2)

    def grouped(part: str, key_of: Callable[[_Key], str]) -> tuple[BoardGroup, ...]:
        def usual(key: str) -> int | None:
            return usuals.parts.get((part, key, clock_hour), usual_of([])).middle

        return _groups(present.items(), today, key_of, usual)

    return AreaPicture(
        counted_at=picture.moment,
        minute=_minute(picture, prefix),
        hour=_total(present.values()),
        today=_total(sums for _, sums in today),
        usual_hour=usuals.hours[clock_hour],
        usual_today=_until_now(usuals.hours, clock_hour, share),
        hours=_bills_by_hour(picture, prefix, clock_hour, open_hours),
        usual_hours=usuals.hours,
        minutes=_bills_by_minute(picture, prefix),
        regions=grouped("region", lambda key: key[0][:digits]),
        kinds=grouped("kind", lambda key: key[2]),
        unit_types=grouped("type", lambda key: key[1]),
    )


def _within(rows: Mapping[_Key, Sums], prefix: str) -> dict[_Key, Sums]:
    return {key: sums for key, sums in rows.items() if key[0].startswith(prefix)}


def _total(sums: Iterable[Sums]) -> Sums:
    return sum(sums, Sums())


def _groups(
    present: Iterable[tuple[_Key, Sums]],
    today: Iterable[tuple[_Key, Sums]],
    key_of: Callable[[_Key], str],
    usual: Callable[[str], int | None],
) -> tuple[BoardGroup, ...]:
    hour: defaultdict[str, Sums] = defaultdict(Sums)
    day: defaultdict[str, Sums] = defaultdict(Sums)
    for key, sums in present:
        hour[key_of(key)] += sums
    for key, sums in today:
        day[key_of(key)] += sums
    return tuple(
        BoardGroup(key=key, hour=hour[key], today=day[key], usual_bills=usual(key))
        for key in sorted(day)
        if key
    )


def _until_now(hours: Sequence[Usual], clock_hour: int, share: Decimal) -> Usual:
    """What is usual of the day until now: its whole hours, and of the present one the part that has gone by."""
    if hours[clock_hour].middle is None:
        return hours[clock_hour]

    def added(pick: Callable[[Usual], int | None]) -> int:
        whole = sum(pick(each) or 0 for each in hours[:clock_hour])
        return whole + round((pick(hours[clock_hour]) or 0) * share)

    return Usual(
        low=added(lambda each: each.low),
        middle=added(lambda each: each.middle),
        high=added(lambda each: each.high),
    )


def _bills_by_hour(
    picture: _Picture, prefix: str, clock_hour: int, open_hours: Mapping[datetime, Mapping[_Key, Sums]]
) -> tuple[int, ...]:
    midnight = _midnight(picture.moment)
    bills = [0] * (clock_hour + 1)
    for (region, at), count in picture.over.bills.items():
        if region.startswith(prefix):
            bills[int((at - midnight) / _HOUR)] += count
    for at, rows in open_hours.items():
        place = int((at - midnight) / _HOUR)
        if place <= clock_hour:
            bills[place] += sum(sums.bills for sums in rows.values())
    return tuple(bills)


def _minute(picture: _Picture, prefix: str) -> Sums:
    last = picture.moment.replace(second=0, microsecond=0) - timedelta(minutes=1)
    return _total(
        sums for (region, at), sums in picture.minutes.items() if at == last and region.startswith(prefix)
    )


def _bills_by_minute(picture: _Picture, prefix: str) -> tuple[int, ...]:
    end = picture.moment.replace(second=0, microsecond=0)
    bills = {end - timedelta(minutes=back): 0 for back in range(MINUTES, 0, -1)}
    newest = {key: sums.bills for key, sums in picture.minutes.items()}
    for (region, at), count in {**picture.over.minutes, **newest}.items():
        if at in bills and region.startswith(prefix):
            bills[at] += count
    return tuple(bills.values())
