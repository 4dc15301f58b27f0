"""The worklist of proposed changes."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.approvals.model import Proposal, ProposalFilter, ProposalState
from mingpiao.approvals.service import address_of, list_proposals, may_decide
from mingpiao.house.rooms import proposal_kinds
from mingpiao.identity.model import Account, acting_for
from mingpiao.portals.approvals.rights import APPROVALS_DECIDE
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import ChoiceFilter, Here, Options
from mingpiao.portals.list_model import Batch, ExportFile, Listing
from mingpiao.storage.paging import Page

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
    """The department whose people decide a proposal."""
    return here.catalog.departments[proposal.region_code].name


def _usual(_account: Account, values: dict[str, str]) -> dict[str, str]:
    """What waits, unless something else is asked for."""
    return values | {"state": values["state"] or ProposalState.OPEN.value}


async def _kinds(_here: Here) -> Options:
    return sorted((kind.kind, kind.label) for kind in proposal_kinds().values())


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[ProposalRow]:
    state = None if wanted["state"] == _ALL else ProposalState(wanted["state"])
    found = await list_proposals(
        here.connection, ProposalFilter(state=state, kind=wanted["kind"]), after=key, limit=limit
    )
    rows = tuple(ProposalRow(proposal=each, department=department_name(here, each)) for each in found.items)
    return Page(items=rows, next_key=found.next_key, total=found.total)


PROPOSALS: Listing[ProposalRow] = Listing(
    name="finance_proposals",
    address="/finance/approvals",
    title="待审变更",
    filters=(
        ChoiceFilter(
            name="state",
            label="状态",
            options=[*((state.value, state.label) for state in ProposalState), (_ALL, "全部")],
            empty="",
        ),
        ChoiceFilter(name="kind", label="事项", options=_kinds),
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
    fetch=_fetch,
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
