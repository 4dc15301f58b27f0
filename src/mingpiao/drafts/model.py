"""Values of drafts: a bill's form as it was typed so far, and what an account filled in last."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

#: Drafts that one account may have; the oldest ones are forgotten beyond that.
MAX_DRAFTS = 500
#: A form with 200 rows of long texts stays below this many bytes as JSON.
MAX_MEMBERS = 256 * 1024

#: Templates that one account may have.
MAX_SAVED_FORMS = 100
#: Payers that a search shows.
MAX_FOUND = 8


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one bill as typed so far. `business_no` names it, and will be the bill's.

    `version` counts the savings; it is 0 before the first. `members` are the form's own. `payer`, `total` (元) and
    `items` (codes) tell it from others in a list.
    """

    business_no: str
    kind: str
    members: dict[str, str]
    version: int = 0
    payer: str = ""
    total: Decimal = Decimal(0)
    items: tuple[str, ...] = ()
    saved_at: datetime | None = None


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """What an account filled in on its last bill; empty before the first."""

    kind: str = ""
    pay_mode: str = ""
    checker: str = ""


class KnownPayer(msgspec.Struct, frozen=True, kw_only=True):
    """A payer in a unit's book. `type` is "1" for a person, "2" for a unit; a hidden one is not offered.

    `uses` counts bills since the book knows the payer.
    """

    payer_id: int
    type: Literal["1", "2"]
    name: str
    code: str = ""
    account: str = ""
    bank: str = ""
    mobile: str = ""
    uses: int = 0
    hidden: bool = False


class SavedForm(msgspec.Struct, frozen=True, kw_only=True):
    """常用模板: a form under a name, for its account or (`shared`) for the whole unit. `own` says whose it is."""

    name: str
    kind: str
    members: dict[str, str]
    shared: bool = False
    form_id: int = 0
    own: bool = True


class Favourite(msgspec.Struct, frozen=True, kw_only=True):
    """How often an account has used a kind or an item, and whether it is pinned."""

    uses: int = 0
    pinned: bool = False

    @property
    def rank(self) -> tuple[bool, int]:
        """Sorts what is pinned first, then what is used most."""
        return (not self.pinned, -self.uses)
