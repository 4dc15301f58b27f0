"""销毁: void sheets on a list that one person asks for and another approves; two sign when they are destroyed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, to_shanghai, today
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.text import unprintable
from mingpiao.messages.service import settle, tell_department, tell_unit
from mingpiao.paper.batches import department_of
from mingpiao.paper.levels import holder_of
from mingpiao.paper.model import (
    DestructionList,
    DestructionState,
    PaperHolder,
    PaperState,
    PaperWay,
    WantedDestruction,
)
from mingpiao.paper.moving import (
    PAPER_HOLDINGS,
    PLATFORM,
    WantedStep,
    checked,
    form_problems,
    move_sheets,
    problem,
)
from mingpiao.paper.ranges import parted, read_ranges, written
from mingpiao.paper.spoiling import named_holder
from mingpiao.units.service import get

MAX_PLACE, MAX_WITNESSES = 100, 10
_COLUMNS = """
SELECT list_id, step_id, region_code, unit_id, holder_name, sheet_firsts(sheets) AS firsts, sheet_ends(sheets) AS ends,
    reason, state, asked_by, asked_by_name, asked_at, decided_by, decided_by_name, decided_at, decision, destroyed_on,
    place, witnesses, signed_by, signed_by_name, signed_at, countersigned_by, countersigned_by_name, countersigned_at
FROM paper_destructions
"""
_LIST = text(f"{_COLUMNS} WHERE list_id = :list_id")
_LISTS = text(
    f"{_COLUMNS} WHERE (:before = 0 OR list_id < :before) AND (:state = '' OR state = :state) "
    "ORDER BY list_id DESC LIMIT :limit"
)
_BY_STEP = text(f"{_COLUMNS} WHERE step_id = :step_id")
_HOLD = PAPER_HOLDINGS.statement(f"{_COLUMNS} WHERE list_id = :list_id FOR UPDATE")
_ASK = text("""
INSERT INTO paper_destructions (step_id, region_code, unit_id, holder_name, sheets, reason, asked_by, asked_by_name,
    asked_at)
VALUES (:step_id, :region_code, :unit_id, :holder_name, CAST(CAST(:sheets AS text) AS int8multirange), :reason, :by,
    :by_name, :at)
RETURNING list_id
""")
_DECIDE = text("""
UPDATE paper_destructions SET state = :state, decided_by = :by, decided_by_name = :by_name, decided_at = :at,
    decision = :decision
WHERE list_id = :list_id
""")
_SIGN = text("""
UPDATE paper_destructions SET state = 'signed', signed_by = :by, signed_by_name = :by_name, signed_at = :at,
    destroyed_on = :destroyed_on, place = :place, witnesses = :witnesses
WHERE list_id = :list_id
""")
_COUNTERSIGN = text("""
UPDATE paper_destructions SET state = 'done', countersigned_by = :by, countersigned_by_name = :by_name,
    countersigned_at = :at
WHERE list_id = :list_id
""")


async def ask_destruction(
    connection: AsyncConnection, sheets: str, catalog: Catalog, *, request_no: str, note: str, acting: Acting
) -> int:
    """Put void sheets of one's own department or unit on a list that waits for approval; the list's id.

    Raises `Refusal`: `access.denied` (403), `paper.not_held` (409) for sheets that are not void, such as those in stock
    or used, `paper.request_no_used` (409), and what is wrong with the form (422).
    """
    holder = holder_of(acting=acting)
    checked(form_problems(request_no, note, needs_note="请写明销毁的原因。"))
    ranges = read_ranges(sheets)
    wanted = WantedStep(
        way=PaperWay.LIST,
        ranges=ranges,
        giver=holder,
        taker=holder,
        out_of=frozenset({PaperState.VOID}),
        into=PaperState.LISTED,
        owner=holder.owner,
        request_no=request_no,
        note=note.strip(),
    )
    step_id, is_new = await move_sheets(connection, wanted, acting=acting)
    if not is_new:
        return (await _only(connection, _BY_STEP, {"step_id": step_id})).list_id
    name, region = await named_holder(connection, holder, catalog)
    given = {
        "step_id": step_id,
        "region_code": holder.region_code,
        "unit_id": holder.unit_id,
        "holder_name": name,
        "sheets": written(ranges),
        "reason": note.strip(),
    }
    list_id: int = (await connection.execute(_ASK, given | _stamp(acting=acting))).scalar_one()
    count = sum(each.count for each in ranges)
    await tell_department(
        connection,
        region,
        f"paper_destruction:{list_id}",
        f"{name}申请销毁纸质票据{count:,}张",
        note.strip(),
        link=f"/finance/paper/destructions/{list_id}",
        by=acting.actor,
    )
    return list_id


def _stamp(*, acting: Acting) -> dict[str, Any]:
    return {"by": acting.actor, "by_name": acting.name, "at": now()}


async def _only(connection: AsyncConnection, query: Any, given: Mapping[str, Any]) -> DestructionList:
    row = (await connection.execute(query, given)).one_or_none()
    if row is None:
        raise _unknown()
    return _list(row)


def _unknown() -> Refusal:
    return refuse("paper.list_unknown", "没有这份销毁清册，请从列表中选择。", status=404)


async def _held(
    connection: AsyncConnection, list_id: int, state: DestructionState
) -> tuple[DestructionList, str]:
    """The list, locked, and the region that answers for its holder. Raises `Refusal` (409) in another state."""
    found = await _only(connection, _HOLD.clause, {"list_id": list_id})
    if found.state is not state:
        message = f"这份清册现在是{found.state.label}，请刷新页面。"
        raise refuse("paper.list_moved_on", message, status=409)
    unit_id = found.holder.unit_id
    region = (await get(connection, unit_id)).region_code if unit_id is not None else found.holder.region_code
    return found, region or ""


def _supervisor(region: str, *, acting: Acting) -> None:
    """Raise `Refusal` (404) unless the person works for the department of a region or one above it."""
    if not region_covers(department_of(acting=acting), region):
        raise _unknown()


async def decide_destruction(
    connection: AsyncConnection, list_id: int, *, approve: bool, note: str = "", acting: Acting
) -> None:
    """Approve a list, or refuse it with a reason: then its sheets are void as before.

    For officers of the holder's department or of one above, never for who asked. Raises `Refusal`: `access.denied`
    (403), `paper.list_unknown` (404), `paper.same_person` and `paper.list_moved_on` (409), `paper.form_invalid` (422).
    """
    checked(form_problems("decide", note, needs_note="" if approve else "请写明不批准的原因。"))
    found, region = await _held(connection, list_id, DestructionState.ASKED)
    _supervisor(region, acting=acting)
    _other(found.asked_by, "销毁由申请人以外的人批准。", acting=acting)
    state = DestructionState.APPROVED if approve else DestructionState.REFUSED
    given = {"list_id": list_id, "state": state.value, "decision": note.strip()}
    await connection.execute(_DECIDE, given | _stamp(acting=acting))
    if approve:
        await _record(connection, found, "approve", note, acting=acting)
    else:
        await _move(connection, found, PaperWay.UNLIST, PaperState.VOID, note, acting=acting)
    await settle(connection, f"paper_destruction:{list_id}")
    if found.holder.unit_id is not None:
        await tell_unit(
            connection,
            found.holder.unit_id,
            f"paper_destruction:{list_id}:{state.value}",
            f"销毁清册{state.label}",
            note.strip() or "请在销毁时登记日期、地点和监销人。",
            link=f"/unit/paper/destructions/{list_id}",
        )


def _other(first: str | None, message: str, *, acting: Acting) -> None:
    if first == acting.actor:
        raise refuse("paper.same_person", message, status=409)


async def sign_destruction(
    connection: AsyncConnection, list_id: int, wanted: WantedDestruction, *, acting: Acting
) -> None:
    """Say that the sheets of an approved list were destroyed, when, where and before whom: the first signature.

    For people of the holder. Raises `Refusal`: `paper.list_unknown` (404), `paper.list_moved_on` (409), and every
    problem of the values (422, `paper.form_invalid`).
    """
    found, _ = await _held(connection, list_id, DestructionState.APPROVED)
    if holder_of(acting=acting) != found.holder:
        raise _unknown()
    names = _names(wanted.witnesses)
    checked(_problems(wanted, names, found))
    given = {
        "list_id": list_id,
        "destroyed_on": wanted.destroyed_on,
        "place": wanted.place.strip(),
        "witnesses": "、".join(names),
    }
    await connection.execute(_SIGN, given | _stamp(acting=acting))
    await _record(connection, found, "sign", f"监销人{'、'.join(names)}", acting=acting)


def _names(witnesses: str) -> list[str]:
    parts = witnesses.replace("，", "、").replace(",", "、").replace("\n", "、").split("、")
    return list(dict.fromkeys(each.strip() for each in parts if each.strip()))


def _problems(wanted: WantedDestruction, names: list[str], found: DestructionList) -> list[Problem]:
    problems = []
    approved = found.decided_at.date() if found.decided_at else today()
    day = wanted.destroyed_on
    if day is None or not approved <= day <= today():
        problems.append(
            problem("destroyed_on", f"请填写销毁日期，在批准日{approved:%Y年%-m月%-d日}和今天之间。")
        )
    place = wanted.place.strip()
    if not 2 <= len(place) <= MAX_PLACE or unprintable(place):
        problems.append(problem("place", f"请填写销毁地点和方式，2至{MAX_PLACE}字，不含特殊符号。"))
    sound = all(2 <= len(each) <= 20 and unprintable(each) is None for each in names)
    if not 2 <= len(names) <= MAX_WITNESSES or not sound:
        message = f"请填写监销人姓名，至少两人、最多{MAX_WITNESSES}人，用顿号分开。"
        problems.append(problem("witnesses", message))
    return problems


async def countersign_destruction(connection: AsyncConnection, list_id: int, *, acting: Acting) -> None:
    """The second signature, of the holder's department or one above; from now on the sheets are destroyed.

    Raises `Refusal`: `access.denied` (403), `paper.list_unknown` (404), `paper.same_person` (409) for who signed first,
    `paper.list_moved_on` (409).
    """
    found, region = await _held(connection, list_id, DestructionState.SIGNED)
    _supervisor(region, acting=acting)
    _other(found.signed_by, "会签由登记销毁的人以外的人办理。", acting=acting)
    await connection.execute(_COUNTERSIGN, {"list_id": list_id} | _stamp(acting=acting))
    await _move(connection, found, PaperWay.DESTROY, PaperState.DESTROYED, "", acting=acting)


async def _move(
    connection: AsyncConnection,
    found: DestructionList,
    way: PaperWay,
    into: PaperState,
    note: str,
    *,
    acting: Acting,
) -> None:
    wanted = WantedStep(
        way=way,
        ranges=found.ranges,
        giver=found.holder,
        taker=found.holder,
        out_of=frozenset({PaperState.LISTED}),
        into=into,
        owner=found.holder.owner,
        request_no=f"{PLATFORM}{way.value}-{found.list_id}",
        note=note.strip(),
        reference=f"list:{found.list_id}",
    )
    await move_sheets(connection, wanted, acting=acting)


async def _record(
    connection: AsyncConnection, found: DestructionList, what: str, note: str, *, acting: Acting
) -> None:
    entry = AuditEntry(
        acting=acting,
        action=f"paper_destruction:{what}",
        subject=f"paper_destruction:{found.list_id}",
        unit_id=found.holder.unit_id,
        region_code=found.holder.region_code,
        details={"quantity": str(found.count)} | ({"note": note.strip()} if note.strip() else {}),
    )
    await record(connection, entry)


async def get_destruction(connection: AsyncConnection, list_id: int) -> DestructionList:
    """A list within the scope. Raises `Refusal` (`paper.list_unknown`, 404)."""
    return await _only(connection, _LIST, {"list_id": list_id})


async def list_destructions(
    connection: AsyncConnection, *, state: str = "", before: int = 0, limit: int = 50
) -> list[DestructionList]:
    """Lists within the scope, newest first; `before` is the id of the last one that is known."""
    given = {"state": state, "before": before, "limit": limit}
    return [_list(row) for row in await connection.execute(_LISTS, given)]


def _list(row: Row[Any]) -> DestructionList:
    values = dict(row._mapping)
    moments = {
        name: to_shanghai(values[name]) if values[name] else None
        for name in ("decided_at", "signed_at", "countersigned_at")
    }
    holder = PaperHolder(values.pop("region_code"), values.pop("unit_id"))
    firsts, ends = values.pop("firsts"), values.pop("ends")
    state, asked_at = DestructionState(values.pop("state")), to_shanghai(values.pop("asked_at"))
    del values["step_id"]
    return DestructionList(
        **values | moments, holder=holder, ranges=parted(firsts, ends), state=state, asked_at=asked_at
    )
