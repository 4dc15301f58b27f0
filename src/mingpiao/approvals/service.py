"""Propose a change, decide it, withdraw it; look proposals up.

The room that owns the subject declares a `ProposalKind` in its `room.py`. It offers a verb of its own that
checks the change and calls `propose`; on approval its `apply` runs in the same transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import RowMapping, Select, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.approvals.model import Preview, Proposal, ProposalFilter, ProposalState
from mingpiao.approvals.tables import proposals
from mingpiao.house.model import ChangedRow, Circle, ProposalKind
from mingpiao.house.rooms import affected_by, proposal_kinds
from mingpiao.identity.model import Account, Acting, AuditEntry, Role
from mingpiao.identity.service import administrators_of, record
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.messages.service import settle, tell_department, tell_person
from mingpiao.storage.locks import NamedLock
from mingpiao.storage.paging import KeyColumn, Keyset, Page

PAGE_SIZE = 50
#: Reasons and opinions are at most this long.
MAX_WORDS = 500
_AUTHORS = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
_NEWEST_FIRST = Keyset(KeyColumn("proposal_id", int, True))

#: Who decides among 安全管理员 from the server's own terminal, where the platform has only one of them.
CONSOLE = "system:console"

PROPOSALS = NamedLock("proposals")


async def propose(
    connection: AsyncConnection,
    kind: ProposalKind,
    key: str,
    payload: Mapping[str, Any],
    *,
    title: str,
    reason: str,
    affects: Sequence[str] = (),
    acting: Acting,
) -> int:
    """Put a change down for a second person and return its id; tells the author's department.

    `affects` are the keys of what the change touches, by default `key` alone. Only people of the kind's circle
    propose (`proposal.not_author`, 403), with a reason (`proposal.reason_missing`); a second open proposal for
    the same subject is refused (`proposal.open_already`, 409), and so is one that changes nothing
    (`proposal.no_change`). Raises what the kind's `describe` raises.
    """
    _require_author(kind, acting=acting)
    words = _words(reason, "reason", "请填写变更原因，便于审核人判断。")
    changes = await kind.describe(connection, payload)
    if not changes:
        raise refuse("proposal.no_change", "内容没有变化，无需提交。", status=422)
    subjects = list(affects) or [key]
    row = {
        "kind": kind.kind,
        "key": key,
        "title": title,
        "payload": dict(payload),
        "affects": subjects,
        "changes": msgspec.to_builtins(list(changes)),
        "consequence": await consequence(connection, kind.kind, subjects),
        "among": kind.among,
        "region_code": acting.region_code,
        "reason": words,
        "author": acting.actor,
        "author_name": acting.name,
    }
    statement = insert(proposals).values(row)
    once = statement.on_conflict_do_nothing(
        index_elements=["kind", "key"], index_where=text("state = 'open'")
    )
    proposal_id: int | None = await connection.scalar(once.returning(proposals.c.proposal_id))
    if proposal_id is None:
        message = f"该{kind.label}已有一项变更待审，请等待审核，或先撤回。"
        raise refuse("proposal.open_already", message, status=409)
    await _record(connection, "proposal:open", proposal_id, kind, title, words, acting=acting)
    if acting.region_code is not None:
        await tell_department(
            connection,
            acting.region_code,
            f"proposal:open:{proposal_id}",
            f"{kind.label}变更待审：{title}",
            f"{acting.name}提交，原因：{words}",
            link=address_of(proposal_id),
            by=acting.actor,
        )
    else:
        await _tell_security(connection, proposal_id, kind, title, words, acting=acting)
    return proposal_id


async def _tell_security(
    connection: AsyncConnection,
    proposal_id: int,
    kind: ProposalKind,
    title: str,
    words: str,
    *,
    acting: Acting,
) -> None:
    """Tell each 安全管理员 who may confirm it; they have no department that could be told."""
    for account in await administrators_of(connection, Role.SECURITY_ADMINISTRATOR):
        if account.actor != acting.actor:
            await tell_person(
                connection,
                account.account_id,
                _topic_of(proposal_id, account),
                f"{kind.label}变更待确认：{title}",
                f"{acting.name}提交，原因：{words}",
                link=address_of(proposal_id, "security"),
            )


def _topic_of(proposal_id: int, account: Account) -> str:
    return f"proposal:open:{proposal_id}:{account.account_id}"


def _require_author(kind: ProposalKind, *, acting: Acting) -> None:
    if kind.among == "security":
        if acting.role is not Role.SECURITY_ADMINISTRATOR:
            raise refuse("proposal.not_author", "只有安全管理员可以提交这项变更。", status=403)
    elif acting.role not in _AUTHORS or acting.region_code is None:
        raise refuse("proposal.not_author", "只有财政部门的经办人和负责人可以提交变更。", status=403)


async def approve(
    connection: AsyncConnection, proposal_id: int, *, acting: Acting, opinion: str = ""
) -> Proposal:
    """Carry out an open proposal. It takes effect when the transaction commits.

    The deciding person is a head of the proposal's department or of one above it, or a 安全管理员
    (`proposal.not_decider`, 403), and not the author (`proposal.own`, 403). Raises `proposal.decided` (409), and
    what the kind's `apply` raises, with nothing changed.
    """
    present, kind = await _lock_open(connection, proposal_id, acting=acting)
    changes = await kind.describe(connection, present.payload)
    told = {
        "changes": msgspec.to_builtins(list(changes)),
        "consequence": await consequence(connection, present.kind, present.affects),
    }
    await kind.apply(connection, present.payload, acting=acting)
    return await _decide(
        connection, present, ProposalState.APPROVED, opinion[:MAX_WORDS].strip(), told, acting=acting
    )


async def reject(connection: AsyncConnection, proposal_id: int, *, acting: Acting, opinion: str) -> Proposal:
    """Return an open proposal to its author, with an opinion (`proposal.opinion_missing`). Else as `approve`."""
    words = _words(opinion, "opinion", "请填写退回意见，便于提交人修改。")
    present, _ = await _lock_open(connection, proposal_id, acting=acting)
    return await _decide(connection, present, ProposalState.RETURNED, words, {}, acting=acting)


async def withdraw(connection: AsyncConnection, proposal_id: int, *, acting: Acting) -> Proposal:
    """Take an own open proposal back. Raises `Refusal` (`proposal.not_own`, 403; `proposal.decided`, 409)."""
    present = await _lock(connection, proposal_id)
    if present.author != acting.actor:
        raise refuse("proposal.not_own", "只能撤回自己提交的变更，请由提交人办理。", status=403)
    _require_open(present)
    return await _decide(connection, present, ProposalState.WITHDRAWN, "", {}, acting=acting)


async def get_proposal(connection: AsyncConnection, proposal_id: int) -> Proposal:
    """A proposal within the connection's scope; raises `Refusal` (`proposal.unknown`, 404) outside it."""
    return await _one(connection, select(proposals).where(proposals.c.proposal_id == proposal_id))


async def preview(connection: AsyncConnection, present: Proposal) -> Preview:
    """What an open proposal would change now; of a decided one, what is put down about it.

    The connection must have system scope.
    """
    told = Preview(changes=present.changes, consequence=present.consequence)
    if present.state is not ProposalState.OPEN:
        return told
    try:
        changes = await proposal_kinds()[present.kind].describe(connection, present.payload)
    except Refusal as refusal:
        return msgspec.structs.replace(told, problem=refusal.problems[0].message)
    counted = await consequence(connection, present.kind, present.affects)
    return Preview(changes=tuple(changes), consequence=counted)


async def list_proposals(
    connection: AsyncConnection, wanted: ProposalFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[Proposal]:
    """A page of the proposals within the connection's scope, newest first, with their total number."""
    query = select(proposals)
    for name, value in msgspec.structs.asdict(wanted).items():
        if value:
            query = query.where(proposals.c[name] == str(value))
    total = await connection.scalar(select(func.count()).select_from(query.subquery()))
    query = query.where(_NEWEST_FIRST.beyond(proposals.c, after)) if after else query
    found = await connection.execute(query.order_by(*_NEWEST_FIRST.order(proposals.c)).limit(limit + 1))
    return _NEWEST_FIRST.page([_proposal(row) for row in found.mappings()], limit, total=total)


async def open_proposal(connection: AsyncConnection, kind: str, key: str) -> Proposal | None:
    """The open proposal of a subject within the connection's scope, if there is one."""
    known = proposal_kinds().get(kind)
    if known is None:
        return None
    wanted = ProposalFilter(state=ProposalState.OPEN, kind=kind, key=key, among=known.among)
    found = await list_proposals(connection, wanted, limit=1)
    return found.items[0] if found.items else None


async def consequence(connection: AsyncConnection, subject: str, keys: Sequence[str]) -> str:
    """How much a change of some subjects touches: 涉及3份草稿、12家用票单位.

    Empty when it touches nothing. The connection must have system scope.
    """
    counts = [(await each.count(connection, keys), each.words) for each in affected_by(subject)]
    told = [f"{count:,}{words}" for count, words in counts if count]
    return f"涉及{'、'.join(told)}" if told else ""


def stale(what: str) -> Refusal:
    """The refusal of a change whose subject changed after it was proposed (`proposal.stale`, 409)."""
    message = f"{what}在提交之后已被修改，此项变更不能再通过。请退回，由提交人按最新内容重新提交。"
    return refuse("proposal.stale", message, status=409)


def may_decide(present: Proposal, *, acting: Acting) -> bool:
    """Whether a person may approve or return an open proposal."""
    return (
        present.state is ProposalState.OPEN
        and acting.actor != present.author
        and _is_decider(present, acting=acting)
    )


def _is_decider(present: Proposal, *, acting: Acting) -> bool:
    if present.region_code is None:
        return acting.role is Role.SECURITY_ADMINISTRATOR or acting.actor == CONSOLE
    return (
        acting.role is Role.DEPARTMENT_HEAD
        and acting.region_code is not None
        and region_covers(acting.region_code, present.region_code)
    )


def address_of(proposal_id: int, among: Circle = "department") -> str:
    """The page of a proposal."""
    return f"/{'finance' if among == 'department' else 'admin'}/approvals/{proposal_id}"


async def _lock(connection: AsyncConnection, proposal_id: int) -> Proposal:
    return await _one(
        connection, PROPOSALS.on(select(proposals).where(proposals.c.proposal_id == proposal_id))
    )


async def _lock_open(
    connection: AsyncConnection, proposal_id: int, *, acting: Acting
) -> tuple[Proposal, ProposalKind]:
    """Lock an open proposal that the person may decide."""
    present = await _lock(connection, proposal_id)
    if present.author == acting.actor:
        raise refuse("proposal.own", "不能审核自己提交的变更，请由另一人办理。", status=403)
    _require_open(present)
    if not may_decide(present, acting=acting):
        message = "变更由本部门或上级财政部门的负责人审核，请联系负责人办理。"
        if present.region_code is None:
            message = "这项变更由另一位安全管理员确认，请联系其办理。"
        raise refuse("proposal.not_decider", message, status=403)
    return present, proposal_kinds()[present.kind]


def _require_open(present: Proposal) -> None:
    if present.state is not ProposalState.OPEN:
        message = f"这项变更{present.state.label}，请刷新页面查看结果。"
        raise refuse("proposal.decided", message, status=409, state=present.state.value)


async def _decide(
    connection: AsyncConnection,
    present: Proposal,
    state: ProposalState,
    opinion: str,
    told: Mapping[str, Any],
    *,
    acting: Acting,
) -> Proposal:
    values = {
        "state": state.value,
        "decided_by": acting.actor,
        "decided_by_name": acting.name,
        "decided_at": func.now(),
        "opinion": opinion,
        **told,
    }
    changed = update(proposals).where(proposals.c.proposal_id == present.proposal_id).values(values)
    await connection.execute(changed)
    kind = proposal_kinds()[present.kind]
    verb = _ACTIONS[state]
    await _record(connection, verb, present.proposal_id, kind, present.title, opinion, acting=acting)
    await _settle(connection, present)
    if state is not ProposalState.WITHDRAWN:
        await _tell_decision(connection, present, state, opinion, acting=acting)
    return await get_proposal(connection, present.proposal_id)


async def _settle(connection: AsyncConnection, present: Proposal) -> None:
    """Nobody needs to read any more that it waits."""
    topics = [f"proposal:open:{present.proposal_id}"]
    if present.region_code is None:
        asked = await administrators_of(connection, Role.SECURITY_ADMINISTRATOR)
        topics += [_topic_of(present.proposal_id, account) for account in asked]
    await settle(connection, *topics)


async def _tell_decision(
    connection: AsyncConnection, present: Proposal, state: ProposalState, opinion: str, *, acting: Acting
) -> None:
    """Tell the author's department, or the author where people of the platform propose."""
    topic = f"{_ACTIONS[state]}:{present.proposal_id}"
    title = f"{proposal_kinds()[present.kind].label}变更{state.label}：{present.title}"
    body = f"{acting.name}办理。" + (f"意见：{opinion}" if opinion else "")
    link = address_of(present.proposal_id, present.among)
    if present.region_code is not None:
        await tell_department(connection, present.region_code, topic, title, body, link=link, by=acting.actor)
    else:
        author = read_whole(present.author.removeprefix("account:")) or 0
        await tell_person(connection, author, topic, title, body, link=link)


_ACTIONS = {
    ProposalState.APPROVED: "proposal:approve",
    ProposalState.RETURNED: "proposal:return",
    ProposalState.WITHDRAWN: "proposal:withdraw",
}


async def _record(
    connection: AsyncConnection,
    action: str,
    proposal_id: int,
    kind: ProposalKind,
    title: str,
    words: str,
    *,
    acting: Acting,
) -> None:
    entry = AuditEntry(
        acting=acting,
        action=action,
        subject=f"proposal:{proposal_id}",
        details={"kind": kind.label, "title": title, "words": words},
    )
    await record(connection, entry)


def _words(text: str, name: str, missing: str) -> str:
    """A reason or an opinion without outer spaces, which must not be empty."""
    words = text.strip()[:MAX_WORDS]
    if not words:
        raise refuse(f"proposal.{name}_missing", missing, field=name, status=422)
    return words


async def _one(connection: AsyncConnection, query: Select[Any]) -> Proposal:
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise refuse("proposal.unknown", "没有找到这项变更，或您无权查看。", status=404)
    return _proposal(row)


def _proposal(row: RowMapping) -> Proposal:
    values = {str(name): value for name, value in row.items()}
    values["changes"] = [ChangedRow(**each) for each in values["changes"]]
    return msgspec.convert(values, Proposal)
