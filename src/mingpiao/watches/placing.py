"""列入、延长、接手、解除: what a department does with a watch.

Each step names the revision that its author saw: of two people at once the second learns that the watch has changed.
The unit is told nothing, and no row of the audit trail that it can read names a watch.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, Role, platform
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.money import MAX_AMOUNT, fits_places
from mingpiao.kernel.text import character_message, unprintable_place
from mingpiao.messages.service import tell_person
from mingpiao.rules.service import thin_reason
from mingpiao.storage.database import Database
from mingpiao.units.model import Unit
from mingpiao.units.service import get as get_unit
from mingpiao.units.service import names_of, set_watch_days
from mingpiao.watches.model import Watch, WatchStepKind, WatchWish
from mingpiao.watches.store import get_watch, unknown, watch_of
from mingpiao.watches.tables import watch_steps, watches

MAX_REASON = 500
#: A watch, and what it is extended by, is no longer than this.
LONGEST = timedelta(days=366)
_ROLES = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
_ENDING = platform("end_watches", name="系统")
# What rules did with the unit's bills so far is nothing that happened under the watch.
_COUNT_FROM_HERE = text("""
INSERT INTO watch_counts (watch_id, day, refused, confirmed)
SELECT :watch_id, day, sum(blocked), sum(confirmed) FROM counted_hits
WHERE unit_id = :unit_id AND day BETWEEN CAST(:today AS date) - 1 AND :today GROUP BY day
""")


async def place_watch(connection: AsyncConnection, wish: WatchWish, *, acting: Acting) -> Watch:
    """列入重点监控: from now on until the end of `last_day`.

    Raises `Refusal`: `access.denied` (403) for anybody but people of departments, `unit.unknown` (404) for a unit
    outside their area, every problem of the wish (`watch.invalid`, 422, by field), `watch.placed` (409) where their
    department watches the unit already.
    """
    region = _region_of(acting=acting)
    unit = await get_unit(connection, wish.unit_id)
    if not region_covers(region, unit.region_code):
        raise refuse("unit.unknown", "没有找到该用票单位，或您无权查看。", status=404)
    reason = wish.reason.strip()
    problems = [
        *_reason_problems(reason),
        *_day_problems(wish.last_day, today()),
        *_bound_problems(wish.bound),
    ]
    if problems:
        raise Refusal(*problems)
    await _end_expired(connection, wish.unit_id, region)
    row = {
        "unit_id": wish.unit_id,
        "region_code": region,
        "source": wish.source.value,
        "source_id": wish.source_id,
        "reason": reason,
        "first_day": today(),
        "last_day": wish.last_day,
        "bound": wish.bound,
        "watcher_id": acting.account_id,
        "watcher_name": acting.name,
        "placed_at": now(),
        "revision": 1,
    }
    made = insert(watches).values(row).on_conflict_do_nothing().returning(watches)
    found = (await connection.execute(made)).mappings().one_or_none()
    if found is None:
        message = "本部门已把该单位列入重点监控，请在“重点监控”里查看，需要时延长。"
        raise refuse("watch.placed", message, status=409)
    watch = watch_of(found)
    await connection.execute(
        _COUNT_FROM_HERE, {"watch_id": watch.watch_id, "unit_id": watch.unit_id, "today": today()}
    )
    await _hold(connection, watch)
    words = f"至{watch.last_day:%Y年%-m月%-d日}，{watch.bound:,.2f}元以上的票据即时告知。{reason}"
    await _put_down(connection, watch, WatchStepKind.PLACED, words, acting=acting)
    return watch


async def extend_watch(
    connection: AsyncConnection, watch_id: int, last_day: date, reason: str, *, revision: int, acting: Acting
) -> Watch:
    """延长, once: until the end of a later day.

    Raises `Refusal`: `watch.unknown` (404), `access.denied` (403), every problem (`watch.invalid`, 422, by field),
    `watch.extended`, `watch.ended` or `watch.changed` (409).
    """
    watch = await _of_department(connection, watch_id, acting=acting)
    _require_active(watch)
    if watch.extended:
        raise refuse("watch.extended", "只能延长一次。期满后仍需监控的，请重新列入。", status=409)
    words = reason.strip()
    problems = [*_reason_problems(words), *_day_problems(last_day, watch.last_day + timedelta(days=1))]
    if problems:
        raise Refusal(*problems)
    changed = await _change(connection, watch_id, {"last_day": last_day, "extended": True}, revision=revision)
    await _hold(connection, changed)
    told = f"延长至{last_day:%Y年%-m月%-d日}。{words}"
    await _put_down(connection, changed, WatchStepKind.EXTENDED, told, acting=acting)
    return changed


async def take_watch(connection: AsyncConnection, watch_id: int, *, revision: int, acting: Acting) -> Watch:
    """接手: from now on the acting person is told. Raises as `extend_watch`, and `watch.own` (409)."""
    watch = await _of_department(connection, watch_id, acting=acting)
    _require_active(watch)
    if watch.watcher_id == acting.account_id:
        raise refuse("watch.own", "您已经是监控人，不需要接手。", status=409)
    values = {"watcher_id": acting.account_id, "watcher_name": acting.name}
    changed = await _change(connection, watch_id, values, revision=revision)
    words = f"监控人由{watch.watcher_name}变为{acting.name}。"
    await _put_down(connection, changed, WatchStepKind.TAKEN, words, acting=acting)
    return changed


async def end_watch(
    connection: AsyncConnection, watch_id: int, reason: str, *, revision: int, acting: Acting
) -> Watch:
    """解除 before its last day; rules read the unit as watched until the end of this day.

    Raises `Refusal` as `extend_watch`.
    """
    watch = await _of_department(connection, watch_id, acting=acting)
    _require_active(watch)
    words = reason.strip()
    problems = _reason_problems(words)
    if problems:
        raise Refusal(*problems)
    return await _end(connection, watch, words, revision=revision, acting=acting)


async def _end(
    connection: AsyncConnection, watch: Watch, reason: str, *, revision: int, acting: Acting
) -> Watch:
    values = {"ended_at": now(), "ended_by_name": acting.name, "end_reason": reason}
    ended = await _change(connection, watch.watch_id, values, revision=revision)
    days = min(watch.last_day, today())
    await set_watch_days(connection, watch.watch_id, watch.unit_id, watch.first_day, days)
    await _put_down(connection, ended, WatchStepKind.ENDED, reason, acting=acting)
    return ended


async def _end_expired(connection: AsyncConnection, unit_id: int, region: str) -> None:
    query = select(watches).where(
        watches.c.unit_id == unit_id,
        watches.c.region_code == region,
        watches.c.ended_at.is_(None),
        watches.c.last_day < today(),
    )
    for row in (await connection.execute(query)).mappings().all():
        await _end_over(connection, watch_of(row))


async def _end_over(connection: AsyncConnection, watch: Watch) -> None:
    """End a watch whose last day is over, and tell its watcher; nothing where another one has done it."""
    try:
        await _end(connection, watch, "监控期满", revision=watch.revision, acting=_ENDING)
    except Refusal:
        return
    name = (await names_of(connection, [watch.unit_id]))[watch.unit_id]
    await tell_person(
        connection,
        watch.watcher_id,
        f"watch:over:{watch.watch_id}",
        f"{name}的重点监控已期满",
        "仍需监控的，请重新列入。",
        link=f"/finance/watches/{watch.watch_id}",
    )


async def end_watches(database: Database) -> None:
    """End the watches whose last day is over; each watcher is told once."""
    query = select(watches).where(watches.c.ended_at.is_(None), watches.c.last_day < today())
    async with database.system() as connection:
        over = [watch_of(row) for row in (await connection.execute(query)).mappings()]
    for watch in over:
        async with database.system() as connection:
            await _end_over(connection, watch)


async def follow_moved_unit(connection: AsyncConnection, unit_id: int, region_code: str) -> None:
    """A unit moved: departments that have nothing to do with its new region do not watch it any more."""
    query = select(watches).where(watches.c.unit_id == unit_id, watches.c.ended_at.is_(None))
    for row in (await connection.execute(query)).mappings().all():
        watch = watch_of(row)
        if not region_covers(watch.region_code, region_code):
            await _end(connection, watch, "单位已迁出本地区", revision=watch.revision, acting=_ENDING)


async def follow_ended_region(connection: AsyncConnection, region: str, into: str, *, acting: Acting) -> None:
    """A region ended: its watches belong to the department that took its place, or end where that has its own."""
    query = select(watches).where(watches.c.region_code == region, watches.c.ended_at.is_(None))
    for row in (await connection.execute(query)).mappings().all():
        watch = watch_of(row)
        own = select(watches.c.watch_id).where(
            watches.c.unit_id == watch.unit_id,
            watches.c.region_code == into,
            watches.c.ended_at.is_(None),
        )
        if (await connection.execute(own)).first() is not None:
            reason = "区划调整，由承接的部门继续监控"
            await _end(connection, watch, reason, revision=watch.revision, acting=acting)
    moved = update(watches).where(watches.c.region_code == region).values(region_code=into)
    await connection.execute(moved)


# -- shared ------------------------------------------------------------------------------------------------


def _region_of(*, acting: Acting) -> str:
    if acting.role not in _ROLES or acting.region_code is None:
        raise refuse("access.denied", "重点监控由财政部门的经办人和负责人办理。", status=403)
    return acting.region_code


async def _of_department(connection: AsyncConnection, watch_id: int, *, acting: Acting) -> Watch:
    region = _region_of(acting=acting)
    watch = await get_watch(connection, watch_id)
    if not region_covers(region, watch.region_code):
        raise unknown()
    return watch


def _require_active(watch: Watch) -> None:
    if not watch.is_active(today()):
        raise refuse("watch.ended", "该监控已经结束，请刷新页面查看；需要时请重新列入。", status=409)


def _reason_problems(reason: str) -> list[Problem]:
    if len(reason) > MAX_REASON:
        return [_wrong("reason", f"原因不能超过{MAX_REASON}字，现有{len(reason)}字，请精简。")]
    place = unprintable_place(reason.replace("\r", " ").replace("\n", " "))
    if place is not None:
        return [_wrong("reason", character_message("原因", reason, place))]
    thin = "请填写原因。" if not reason else thin_reason(reason, "原因")
    return [_wrong("reason", thin)] if thin else []


def _day_problems(last_day: date, least: date) -> list[Problem]:
    if least <= last_day <= today() + LONGEST:
        return []
    most = today() + LONGEST
    return [_wrong("last_day", f"结束日期应在{least:%Y-%m-%d}至{most:%Y-%m-%d}之间，请修改。")]


def _bound_problems(bound: Decimal) -> list[Problem]:
    if fits_places(bound, 2) and Decimal(0) < bound <= MAX_AMOUNT:
        return []
    return [_wrong("bound", "请填写大额界限，单位为元，大于0，最多两位小数。")]


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="watch.invalid", field=field, message=message, status=422)


async def _change(
    connection: AsyncConnection, watch_id: int, values: dict[str, Any], *, revision: int
) -> Watch:
    changed = (
        update(watches)
        .where(watches.c.watch_id == watch_id, watches.c.revision == revision, watches.c.ended_at.is_(None))
        .values(revision=revision + 1, **values)
        .returning(watches)
    )
    row = (await connection.execute(changed)).mappings().one_or_none()
    if row is None:
        raise refuse("watch.changed", "该监控刚才已由他人办理，请刷新页面，按最新情况再办。", status=409)
    return watch_of(row)


async def _hold(connection: AsyncConnection, watch: Watch) -> None:
    await set_watch_days(connection, watch.watch_id, watch.unit_id, watch.first_day, watch.last_day)


async def _put_down(
    connection: AsyncConnection, watch: Watch, kind: WatchStepKind, words: str, *, acting: Acting
) -> None:
    await connection.execute(
        insert(watch_steps).values(
            watch_id=watch.watch_id,
            revision=watch.revision,
            kind=kind.value,
            at=now(),
            actor_name=acting.name,
            words=words,
        )
    )
    unit: Unit = await get_unit(connection, watch.unit_id)
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=f"watch:{_ACTIONS[kind]}",
            subject=f"watch:{watch.watch_id}",
            region_code=watch.region_code,
            details={"unit": unit.name, "words": words},
        ),
    )


_ACTIONS = {
    WatchStepKind.PLACED: "place",
    WatchStepKind.EXTENDED: "extend",
    WatchStepKind.TAKEN: "take",
    WatchStepKind.ENDED: "end",
}
