"""How a person proves who they are: the names of factors, and which of them together are enough.

Every gate that wants more than a password asks `has_two_factors`; nothing else decides it.
"""

from collections.abc import Iterable

from mingpiao.identity.model import Role
from mingpiao.identity.settings import IdentitySettings

PASSWORD = "password"  # noqa: S105 - the name of a factor
#: A code of the app on the person's phone.
TOTP = "totp"
#: One of the codes on paper, in the place of the app.
RECOVERY = "recovery"
#: A signature by the person's UKey, which the PIN opens: possession and knowledge at once.
UKEY = "ukey"

_SECOND = frozenset({TOTP, RECOVERY})

#: What the audit trail says of the factors of a sign-in.
FACTOR_LABELS = {
    PASSWORD: "密码",
    TOTP: "动态口令",
    RECOVERY: "恢复码",
    f"{PASSWORD}+{TOTP}": "密码和动态口令",
    f"{PASSWORD}+{RECOVERY}": "密码和恢复码",
    UKEY: "UKey签名",
    f"{UKEY}+{TOTP}": "UKey和动态口令",
}


def has_two_factors(factors: Iterable[str]) -> bool:
    """Whether a person was proved by two factors of which one is cryptographic."""
    given = frozenset(factors)
    return UKEY in given or (PASSWORD in given and not given.isdisjoint(_SECOND))


def side_of(role: Role) -> str:
    """The side that a role works on: `unit`, `finance` or `admin`."""
    begins = {"unit": "unit", "department": "finance"}
    return begins.get(role.value.partition("_")[0], "admin")


def demanded_of(role: Role, settings: IdentitySettings, *, relaxed: bool) -> bool:
    """Whether people of a role need two factors.

    `relaxed` says that the site is a demonstration or for training, which demand none unless the setting names sides.
    """
    if settings.second_factor == "auto":
        return not relaxed and side_of(role) in {"finance", "admin"}
    return side_of(role) in settings.second_factor.split(",")
