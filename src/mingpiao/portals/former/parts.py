"""What the pages of former bills share between the two portals."""

import msgspec

from mingpiao.former.model import FormerBill, FormerImportState, SealState, VerdictOutcome
from mingpiao.portals.list_columns import Badge

SEAL_COLOURS = {
    SealState.NONE: "secondary",
    SealState.UNKNOWN: "orange",
    SealState.VALID: "green",
    SealState.BROKEN: "red",
}
IMPORT_COLOURS = {
    FormerImportState.CHECKED: "orange",
    FormerImportState.IMPORTED: "green",
    FormerImportState.FAILED: "red",
}
OUTCOME_COLOURS = {
    VerdictOutcome.CREATED: "green",
    VerdictOutcome.UNCHANGED: "secondary",
    VerdictOutcome.REFUSED: "red",
}


class Portal(msgspec.Struct, frozen=True, kw_only=True):
    """Where the pages of a portal lie: its home, and the address of its former bills."""

    name: str
    home: tuple[str, str]

    @property
    def address(self) -> str:
        return f"/{self.name}/former"

    @property
    def imports(self) -> str:
        return f"{self.address}/imports"

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        return [self.home, ("历史票据", self.address)]

    def bill(self, bill: FormerBill) -> str:
        """The page of a bill."""
        return f"{self.address}/bills/{bill.identity.code}/{bill.identity.number}"


UNIT = Portal(name="unit", home=("首页", "/unit"))
FINANCE = Portal(name="finance", home=("概览", "/finance"))


def seal_badge(bill: FormerBill) -> Badge:
    """The state of a bill's seals."""
    return Badge(bill.seal.label, SEAL_COLOURS[bill.seal])
