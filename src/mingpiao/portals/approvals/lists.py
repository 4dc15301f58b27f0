"""The worklist of proposed changes."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from mingpiao.approvals.model import Proposal, ProposalFilter, ProposalState
from mingpiao.approvals.service import address_of, list_proposals, may_decide
from mingpiao.house.model import Circle
from mingpiao.house.rooms import proposal_kinds
from mingpiao.identity.model import Account, acting_for
from mingpiao.portals.approvals.rights import APPROVALS_DECIDE
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import ChoiceFilter, Here, Options
from mingpiao.portals.list_model import Batch, ExportFile, Listing
from mingpiao.storage.paging import Page
from mingpiao.storage.scope import SYSTEM

STATE_COLOURS = {
    ProposalState.OPEN: "orange",
    ProposalState.APPROVED: "green",
    ProposalState.RETURNED: "red",
    ProposalState.WITHDRAWN: "secondary",
}
_ALL = "all"


class ProposalRow(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal with the name of its author's department."""

    proposal: Proposal
    department: str


def kind_label(proposal: Proposal) -> str:
    """What kind of subject a proposal is about."""
    return proposal_kinds()[proposal.kind].label


def department_name(here: Here, proposal: Proposal) -> str:
    """The department whose people decide a proposal; empty among 安全管理员."""
    return here.catalog.departments[proposal.region_code].name if proposal.region_code else ""


def _usual(_account: Account, values: dict[str, str]) -> dict[str, str]:
    """What waits, unless something else is asked for."""
    return values | {"state": values["state"] or ProposalState.OPEN.value}


def _kinds(among: Circle) -> Callable[[Here], Awaitable[Options]]:
    async def options(_here: Here) -> Options:
        return sorted((kind.kind, kind.label) for kind in proposal_kinds().values() if kind.among == among)

    return options


def _fetch(
    among: Circle,
) -> Callable[[Here, Mapping[str, Any], str, int], Awaitable[Page[ProposalRow]]]:
    async def fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[ProposalRow]:
        state = None if wanted["state"] == _ALL else ProposalState(wanted["state"])
        asked = ProposalFilter(state=state, kind=wanted["kind"], among=among)
        found = await list_proposals(here.connection, asked, after=key, limit=limit)
        rows = tuple(
            ProposalRow(proposal=each, department=department_name(here, each)) for each in found.items
        )
        return Page(items=rows, next_key=found.next_key, total=found.total)

    return fetch


_STATE = ChoiceFilter(
    name="state",
    label="状态",
    options=[*((state.value, state.label) for state in ProposalState), (_ALL, "全部")],
    empty="",
)
PROPOSALS: Listing[ProposalRow] = Listing(
    name="finance_proposals",
    address="/finance/approvals",
    title="待审变更",
    filters=(
        _STATE,
        ChoiceFilter(name="kind", label="事项", options=_kinds("department")),
    ),
    usual=_usual,
    columns=(
        Column(
            name="title",
            label="变更内容",
            kind="wide",
            head=True,
            value=lambda row: Parts((row.proposal.title, Note(row.proposal.consequence))),
            link=lambda row: address_of(row.proposal.proposal_id),
        ),
        Column(name="kind", label="事项", kind="short", value=lambda row: kind_label(row.proposal)),
        Column(name="reason", label="原因", kind="long", phone=False, value=lambda row: row.proposal.reason),
        Column(name="author", label="提交人", phone=False, value=lambda row: row.proposal.author_name),
        Column(
            name="department", label="提交部门", phone=False, shown=False, value=lambda row: row.department
        ),
        Column(
            name="proposed",
            label="提交时间",
            kind="moment",
            phone=False,
            value=lambda row: row.proposal.proposed_at,
        ),
        Column(
            name="state",
            label="状态",
            value=lambda row: Badge(row.proposal.state.label, STATE_COLOURS[row.proposal.state]),
        ),
        Column(
            name="decided_by",
            label="办理人",
            phone=False,
            shown=False,
            value=lambda row: row.proposal.decided_by_name,
        ),
    ),
    fetch=_fetch("department"),
    empty=("没有待审的变更", "提交后须由另一人审核的变更会列在这里；办完的请选择其他状态查看。"),
    export=ExportFile(action="proposal:export", file="proposals", right=FINANCE_VIEW),
    template="approvals/approvals.html",
    batch=Batch(
        address="/finance/approvals/batch",
        template="approvals/_batch.html",
        right=APPROVALS_DECIDE,
        noun="变更",
        row_id=lambda row: str(row.proposal.proposal_id),
        offered=lambda row, account: may_decide(row.proposal, acting=acting_for(account)),
    ),
)
SECURITY_PROPOSALS: Listing[ProposalRow] = Listing(
    name="security_proposals",
    address="/admin/approvals",
    title="待确认变更",
    # No scope of administrators reads proposals; the verb restricts to theirs.
    scope=lambda _account: SYSTEM,
    filters=(_STATE, ChoiceFilter(name="kind", label="事项", options=_kinds("security"))),
    usual=_usual,
    columns=(
        Column(
            name="title",
            label="变更内容",
            kind="wide",
            head=True,
            value=lambda row: row.proposal.title,
            link=lambda row: address_of(row.proposal.proposal_id, "security"),
        ),
        Column(name="kind", label="事项", kind="short", value=lambda row: kind_label(row.proposal)),
        Column(name="reason", label="原因", kind="long", phone=False, value=lambda row: row.proposal.reason),
        Column(name="author", label="提交人", phone=False, value=lambda row: row.proposal.author_name),
        Column(
            name="proposed",
            label="提交时间",
            kind="moment",
            phone=False,
            value=lambda row: row.proposal.proposed_at,
        ),
        Column(
            name="state",
            label="状态",
            value=lambda row: Badge(row.proposal.state.label, STATE_COLOURS[row.proposal.state]),
        ),
        Column(
            name="decided_by", label="办理人", phone=False, value=lambda row: row.proposal.decided_by_name
        ),
    ),
    fetch=_fetch("security"),
    empty=(
        "没有待确认的变更",
        "一位安全管理员提交的授权和口令策略，由另一位在这里确认；办完的请选择其他状态查看。",
    ),
)
