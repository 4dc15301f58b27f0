"""What a paper of another hand is: its bytes, what it truly says, and bills that are held against it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random

import msgspec

#: Facts in which a bill may contradict its paper. `status` is about the paper itself (a draft, revoked,
#: unsigned where a signature is due), `hidden` about text that nobody sees.
FACTS = ("payer", "payee", "amount", "words", "date", "purpose", "usage", "account", "status", "hidden")


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on a paper, as a careful person reads it; amounts in 元, empty where it says nothing.

    - `kind`: contract, policy (an office's notice, reply or letter), donation, transfer (a bank's or
      payment platform's voucher, statement or receipt), or other.
    - `payers`, `payees`: full names of who pays and who receives *under this paper*, as printed, without a
      shortened or former name. Empty where the paper does not tell a role.
    - `total`: the sum that counts now (after amendments); None when it states none.
    - `instalments`: amounts of single stages.
    - `words`: the value of the amount in words (大写), as the words say it.
    - `signed_on`: the day of signing, issue or payment; `starts_on`, `ends_on`: the period, only if stated as days.
    - `numbers`: the paper's own number(s) (文号, contract or form number), not cited ones.
    - `accounts`: bank accounts, digits only.
    - `purpose`: the phrase that tells what the money is for, letter for letter as on the paper.
    - `status`: "" in force; draft, unsigned, revoked, expired, replaced, copy.
    - `also_*`: what stands there too and need not be found, and is not wrong when found.
    """

    kind: str
    payers: tuple[str, ...] = ()
    payees: tuple[str, ...] = ()
    total: Decimal | None = None
    instalments: tuple[Decimal, ...] = ()
    words: Decimal | None = None
    signed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    numbers: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    purpose: str = ""
    status: str = ""
    also_names: tuple[str, ...] = ()
    also_amounts: tuple[Decimal, ...] = ()
    also_numbers: tuple[str, ...] = ()
    also_purposes: tuple[str, ...] = ()


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill held against a paper; amounts in 元, `unit` is who issues it and received the money.

    `wrong` names the one fact (of `FACTS`) in which the bill and its paper do not fit, "" for an honest bill.
    `used` is what earlier bills used of this paper. `note` says what makes it wrong, or honest though odd.
    """

    payer: str
    unit: str
    total: Decimal
    issued_on: date
    items: tuple[str, ...]
    payer_code: str = ""
    unit_code: str = ""
    unit_account: str = ""
    remark: str = ""
    used: Decimal = Decimal(0)
    wrong: str = ""
    note: str = ""


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """One paper. `family` names what papers of its sort are called ("bank receipt", "minutes"), `tool` its maker."""

    family: str
    tool: str
    data: bytes
    truth: Truth
    bills: tuple[Bill, ...]
    media_type: str = "application/pdf"
    form: str = "text"


#: A layout draws the same paper for the same random numbers.
Layout = Callable[[Random], Paper]
