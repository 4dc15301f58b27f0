"""Tickets: requests that may board a train, with all that the train needs to know of them."""

import msgspec

from mingpiao.catalog.model import BillKind, Catalog
from mingpiao.evidence.model import Extraction
from mingpiao.evidence.service import Caution, EvidenceKey
from mingpiao.identity.model import Acting
from mingpiao.issuing.checks import BillDraft
from mingpiao.issuing.history import Subjects, UnitPast
from mingpiao.issuing.model import Approval, Proviso, ReversalRequest, SecondPerson
from mingpiao.kernel.codes import BillIdentity
from mingpiao.numbering.service import StockKey
from mingpiao.rules.service import BillRules
from mingpiao.sealing.model import SealingParty
from mingpiao.units.model import Unit, UnitMode, UnitProfile


class Oversight(msgspec.Struct, frozen=True, kw_only=True):
    """What judges a request: the rules for it, the unit's past, its evidence, a person's approval.

    `past` is None when no rule asks about history; `extractions` are what was read from the files of the
    evidence, by their SM3 in hex; `caution` is how sure a contradiction of them must be.
    """

    profile: UnitProfile
    catalog: Catalog
    rules: BillRules
    past: UnitPast | None
    subjects: Subjects
    extractions: dict[str, Extraction]
    approval: Approval | None
    caution: Caution = Caution.USUAL


class IssueTicket(msgspec.Struct, frozen=True, kw_only=True):
    """A checked request of a unit that asks for a blue bill, which it gets only while the `proviso` holds.

    `agreed` is who agreed to it as 复核人; without anybody, a bill that its unit wants checked is not issued. `point` is
    the 开票点 in whose name it is issued.
    """

    draft: BillDraft
    unit: Unit
    bill_code: str
    parties: tuple[SealingParty, SealingParty]
    acting: Acting
    oversight: Oversight
    proviso: Proviso | None = None
    agreed: SecondPerson | None = None
    point: str = ""

    @property
    def stock_key(self) -> StockKey:
        return (self.unit.unit_id, self.kind.code)

    @property
    def kind(self) -> BillKind:
        return self.draft.kind

    @property
    def business_key(self) -> tuple[int, str]:
        """The (unit, business number) under which the bill will stand."""
        return (self.unit.unit_id, self.draft.request.business_no)

    @property
    def evidence_keys(self) -> list[EvidenceKey]:
        """The files of evidence that back the bill, by (unit, SM3 in hex)."""
        return [(self.unit.unit_id, digest) for digest in self.oversight.extractions]

    @property
    def rival_key(self) -> tuple[int, str]:
        """Two tickets with the same rival key ask for the same thing; only one may ride in a train."""
        return (self.unit.unit_id, f"issue:{self.draft.request.business_no}")


class ReversalTicket(msgspec.Struct, frozen=True, kw_only=True):
    """A request of a unit to reverse one of its bills, in the name of a person's `point`; without one, of the bill's."""

    request: ReversalRequest
    blue: BillIdentity
    unit: Unit
    kind: BillKind
    bill_code: str
    parties: tuple[SealingParty, SealingParty]
    acting: Acting
    point: str = ""

    @property
    def stock_key(self) -> StockKey:
        return (self.unit.unit_id, self.kind.code)

    @property
    def blue_key(self) -> tuple[int, int]:
        """The bill that is to be reversed, by (unit, 票据编号)."""
        return (self.unit.unit_id, self.blue.bill_id)

    @property
    def rival_key(self) -> tuple[int, str]:
        """See `IssueTicket.rival_key`."""
        return (self.unit.unit_id, f"reverse:{self.blue.bill_id}")


Ticket = IssueTicket | ReversalTicket


def serves_itself(ticket: Ticket) -> bool:
    """Whether the unit gets its numbers at issue (即领即开) instead of from a requisition."""
    return ticket.unit.mode is UnitMode.ONLINE
