"""What somebody decides about a new province, and how far its founding has come."""

from datetime import datetime

import msgspec

#: Where the tree of regions comes from: the national standard that the platform ships, or nowhere yet.
SHIPPED, NO_REGIONS = "shipped", "none"

#: Who the first administrators are (三员分立), in the order of `identity.model.ADMINISTRATORS`.
DUTIES = {"system": "系统管理员", "security": "安全管理员", "audit": "审计管理员"}


class DatabasePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url` is the platform's login; `owner_url` that of the owner, who alone migrates (empty: the same)."""

    url: str = ""
    owner_url: str = ""


class ProvincePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A province by GB/T 2260; an empty `department` is its name and 财政厅.

    `regions` is "shipped", "none", or the path of a table with code and name.
    """

    code: str
    name: str
    department: str = ""
    regions: str = SHIPPED

    def department_name(self) -> str:
        """The name of the province's finance department."""
        return self.department or f"{self.name}财政厅"


class KeyPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ceremony of the master key: who leads it, who watches, who holds a share, how many of these restore it.

    `file` is where the key lies for the platform; empty where it comes as a variable.
    """

    file: str = ""
    threshold: int = 2
    holders: tuple[str, ...]
    conductor: str
    witness: str


class SealPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The 财政票据监制章; `picture` is the path of a PNG (empty: it is drawn)."""

    picture: str = ""


class StarterPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The categories to begin with, by code (empty: none), and the year of their kinds' templates."""

    categories: tuple[str, ...] = ()
    template_year: int | None = None
    items: bool = True


class AdministratorPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the first three administrators; `duty` is a key of `DUTIES`."""

    duty: str
    username: str
    name: str


class FoundingPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is decided about a new province. `settings` are further settings of the platform by name."""

    database: DatabasePlan = DatabasePlan()
    province: ProvincePlan
    key: KeyPlan
    seal: SealPlan = SealPlan()
    starter: StarterPlan = StarterPlan()
    administrators: tuple[AdministratorPlan, ...]
    settings: dict[str, str | int | bool] = {}


class KeyCeremony(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution of the master key's shares as it is recorded: fingerprints and people, no secret."""

    key_fingerprint: str
    batch: str
    threshold: int
    conductor: str
    witness: str
    held_at: datetime
    holders: tuple["ShareHolder", ...] = ()


class ShareHolder(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds a share, its fingerprint, and when its holder confirmed to have it."""

    number: int
    holder: str
    fingerprint: str
    received_at: datetime


class FirstPassword(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time password of one of the first administrators; empty where one of their own was chosen already."""

    duty: str
    username: str
    name: str
    password: str = ""


class FoundingState(msgspec.Struct, frozen=True, kw_only=True):
    """What of a founding is there. A `province` without `begun` was built in another way."""

    begun: bool = False
    completed: bool = False
    province: str = ""
    ceremony: KeyCeremony | None = None
    has_seal: bool = False
    starter: tuple[str, ...] | None = None
    administrators: int = 0

    @property
    def founded(self) -> bool:
        """Whether this is a province at work, so that nobody may found it again."""
        return self.completed or bool(self.province and not self.begun)
