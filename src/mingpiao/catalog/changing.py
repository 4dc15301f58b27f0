"""Changes of base data by people of the province: some take effect at once, some when a second person approves.

Items and kinds bind every bill that names them, so they change by two; see docs/decisions.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.approvals.service import propose, stale
from mingpiao.catalog.checking import problems_of
from mingpiao.catalog.data import DEPARTMENTS, ITEMS, KINDS, REGIONS, BaseData
from mingpiao.catalog.model import Catalog, Department
from mingpiao.catalog.store import BASE_DATA, current, load, save
from mingpiao.catalog.wording import MEMBERS, changed_rows, title_of
from mingpiao.house.model import ChangedRow, ProposalKind, Topic
from mingpiao.house.rooms import listeners
from mingpiao.identity.model import Acting, Role
from mingpiao.kernel.errors import Problem, Refusal, refuse

Value = TypeVar("Value", bound=msgspec.Struct)
#: Called in the transaction in which kinds changed: connection, the new catalog, and their codes.
OnKinds = Callable[[AsyncConnection, Catalog, Sequence[str]], Awaitable[None]]
KINDS_CHANGED: Topic[OnKinds] = Topic(name="catalog.kinds_changed")
MAX_REASON = 500
_EDITORS = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a change: the codes that it changes, and the proposal if a second person decides."""

    codes: tuple[str, ...] = ()
    proposal_id: int | None = None


class DataChange(msgspec.Struct, frozen=True, kw_only=True):
    """A content as it was when the change was proposed (None for a new one), and as it is to become."""

    before: dict[str, Any] | None
    after: dict[str, Any]


class DataChanges(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of a proposal: what changes together, why, and who says so."""

    changes: tuple[DataChange, ...]
    reason: str
    author: str


async def submit(
    connection: AsyncConnection,
    data: BaseData[Value],
    values: Sequence[Value],
    *,
    reason: str,
    valid_from: date | None = None,
    acting: Acting,
) -> Submitted:
    """Change base data, or propose the change if a second person decides about this data.

    Contents that are there already are left out; without any change the outcome has no codes. Raises `Refusal`
    for anybody but people of the province's department (`catalog.not_province`, 403), without a reason
    (`catalog.reason_missing`), with all problems of the contents (`catalog.*`, fields as members are named), and
    what `approvals.service.propose` raises.
    """
    if not data.by_two:
        # What is saved at once must still fit what stands then. An approval takes this lock after that of its
        # proposal, so a proposal does without.
        await connection.execute(BASE_DATA.clause)
    catalog = await load(connection)
    require_province(catalog, acting=acting)
    words = reason.strip()[:MAX_REASON]
    if not words:
        raise refuse("catalog.reason_missing", "请填写变更原因。", field="reason", status=422)
    plain = sorted((data.plain(value) for value in values), key=data.code)
    present = await current(connection, data, [data.code(value) for value in plain])
    changed = [value for value in plain if present.get(data.code(value)) != value]
    problems: list[Problem] = []
    for value in changed:
        problems += problems_of(data, value, present.get(data.code(value)), catalog)
        # The next one may refer to this one: a county to its city.
        catalog = data.added(catalog, value)
    if problems:
        raise Refusal(*problems)
    if not changed:
        return Submitted()
    codes = tuple(sorted(data.code(value) for value in changed))
    if not data.by_two:
        await save(connection, data, changed, reason=words, valid_from=valid_from, acting=acting)
        if data.word == REGIONS.word:
            await open_departments(connection, catalog, codes, reason=words, acting=acting)
        return Submitted(codes=codes)
    return Submitted(
        codes=codes, proposal_id=await _propose(connection, data, changed, present, words, acting=acting)
    )


async def open_departments(
    connection: AsyncConnection, catalog: Catalog, codes: Sequence[str], *, reason: str, acting: Acting
) -> None:
    """Give each of these regions a department if it has none; `catalog` has the regions."""
    new = [
        Department(region_code=code, name=f"{catalog.regions[code].name}财政局")
        for code in codes
        if code not in catalog.departments
    ]
    await save(connection, DEPARTMENTS, new, reason=reason, acting=acting)


async def _propose(
    connection: AsyncConnection,
    data: BaseData[Value],
    changed: Sequence[Value],
    present: Mapping[str, Value],
    reason: str,
    *,
    acting: Acting,
) -> int:
    ordered = sorted(changed, key=data.code)
    codes = [data.code(value) for value in ordered]
    changes = [
        DataChange(
            before=msgspec.to_builtins(present[data.code(value)]) if data.code(value) in present else None,
            after=msgspec.to_builtins(value),
        )
        for value in ordered
    ]
    title = title_of(data, ordered[0])
    return await propose(
        connection,
        PROPOSALS[data.word],
        codes[0] if len(codes) == 1 else f"{codes[0]}+{len(codes) - 1}",
        msgspec.to_builtins(DataChanges(changes=tuple(changes), reason=reason, author=acting.name)),
        title=title if len(codes) == 1 else f"{title}等{len(codes)}项",
        reason=reason,
        affects=codes,
        acting=acting,
    )


def require_province(catalog: Catalog, *, acting: Acting) -> None:
    """Raise `Refusal` (`catalog.not_province`, 403) unless a person of the province's department acts."""
    if not may_edit(catalog, acting=acting):
        raise refuse("catalog.not_province", "基础数据由省级财政部门维护，您只能查看。", status=403)


def may_edit(catalog: Catalog, *, acting: Acting) -> bool:
    """Whether a person may change base data."""
    return acting.role in _EDITORS and acting.region_code == f"{catalog.province}0000"


def _proposal_kind(data: BaseData[Value], address: str) -> ProposalKind:
    async def fitting(
        connection: AsyncConnection, payload: Mapping[str, Any]
    ) -> list[tuple[Value | None, Value]]:
        """The contents before and after, if each is still what it was."""
        changes = [
            (
                msgspec.convert(each.before, data.kind) if each.before else None,
                msgspec.convert(each.after, data.kind),
            )
            for each in msgspec.convert(payload, DataChanges).changes
        ]
        present = await current(connection, data, [data.code(after) for _, after in changes])
        for before, after in changes:
            if present.get(data.code(after)) != before:
                raise stale(f"{data.label}{data.code(after)}")
        return changes

    async def describe(connection: AsyncConnection, payload: Mapping[str, Any]) -> Sequence[ChangedRow]:
        catalog = await load(connection)
        members = MEMBERS[data.word]
        return [
            row
            for before, after in await fitting(connection, payload)
            for row in changed_rows(
                members(before, catalog) if before else (), members(after, catalog), title_of(data, after)
            )
        ]

    async def apply(connection: AsyncConnection, payload: Mapping[str, Any], *, acting: Acting) -> None:
        await connection.execute(BASE_DATA.clause)
        catalog = await load(connection)
        changes = await fitting(connection, payload)
        problems = [each for before, after in changes for each in problems_of(data, after, before, catalog)]
        if problems:
            raise Refusal(*problems)
        told = msgspec.convert(payload, DataChanges)
        reason = f"{told.reason}（{told.author}提交，{acting.name}审核）"
        saved = await save(connection, data, [after for _, after in changes], reason=reason, acting=acting)
        if data.word == KINDS.word:
            grown = await load(connection)
            for tell in listeners(KINDS_CHANGED):
                await tell(connection, grown, saved)

    async def exists(connection: AsyncConnection, key: str) -> bool:
        return bool(await current(connection, data, [key]))

    return ProposalKind(
        kind=data.word,
        label=data.label,
        describe=describe,
        apply=apply,
        page=lambda key: "" if "+" in key else f"{address}/{key}",
        exists=exists,
    )


PROPOSALS = {
    ITEMS.word: _proposal_kind(ITEMS, "/finance/items"),
    KINDS.word: _proposal_kind(KINDS, "/finance/kinds"),
}
