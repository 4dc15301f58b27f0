"""Values of recovery: what somebody wants who is not signed in, and for whom."""

from enum import StrEnum

import msgspec

from mingpiao.identity.model import Account


class RecoveryPurpose(StrEnum):
    """What a code is for; it is good for nothing else."""

    PASSWORD = "password"  # noqa: S105 - a stored word
    LOSS = "loss"

    @property
    def label(self) -> str:
        return "找回密码" if self is RecoveryPurpose.PASSWORD else "挂失"


class AskedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a code is asked for, as typed: a user name, or unit or department with the name of a person."""

    username: str = ""
    place: str = ""
    person: str = ""


class RecoveryTicket(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever asked for a code holds to use it; it tells nothing of whether there is an account."""

    token: str
    purpose: RecoveryPurpose


class FoundPerson(msgspec.Struct, frozen=True, kw_only=True):
    """The account that was asked for, the name of its unit or department, and where its codes go."""

    account: Account
    place: str
    mobile: str
