"""What a file offers for a bill that is being filled in: the payer, the amount, the purpose, the day."""

import msgspec

from mingpiao.evidence.comparing.money import stated_for
from mingpiao.evidence.extraction.names import same_name
from mingpiao.evidence.masking import personal_names
from mingpiao.evidence.model import Extraction, Party
from mingpiao.kernel.codes import is_uscc
from mingpiao.kernel.money import MAX_AMOUNT, plain
from mingpiao.reading.model import Found, PagePlace


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A value that a file states. `name` is payer, code, account, bank, amount (元, two places), purpose or date.

    `payer` is the name of the party that a code, an account or a bank belongs to, else "". `person` says of a payer that
    its name is that of a person.
    """

    name: str
    value: str
    places: tuple[PagePlace, ...]
    payer: str = ""
    person: bool = False


def offers_of(says: Extraction, unit_name: str, unit_code: str) -> tuple[Offer, ...]:
    """What a file offers to the unit that takes the money, at most one value of each name.

    The unit itself is never the payer. Among several payers the first one counts, and of a list of recipients
    the unit's own rows.
    """
    read_by_ocr = says.read_by_ocr
    others = [
        party
        for party in says.parties
        if not same_name(party.name.value, unit_name, read_by_ocr=read_by_ocr)
        and not (party.code and party.code.value == unit_code)
    ]
    payer = next((party for party in others if party.role == "payer"), None)
    offers = _of_payer(payer, says) if payer else ()
    return (*offers, *_amount(says, unit_name, read_by_ocr=read_by_ocr), *_rest(says))


def _of_payer(payer: Party, says: Extraction) -> tuple[Offer, ...]:
    name = payer.name.value
    person = payer.code is None and name in personal_names(says)
    offers = [Offer(name="payer", value=name, places=payer.name.places, person=person)]
    if payer.code is not None and is_uscc(payer.code.value):
        offers.append(Offer(name="code", value=payer.code.value, places=payer.code.places, payer=name))
    own = {} if person else {"account": payer.account, "bank": payer.bank}
    offers += [
        Offer(name=which, value=found.value, places=found.places, payer=name)
        for which, found in own.items()
        if found is not None
    ]
    return tuple(offers)


def _amount(says: Extraction, unit_name: str, *, read_by_ocr: bool) -> tuple[Offer, ...]:
    value = stated_for(unit_name, says, read_by_ocr=read_by_ocr)
    if value is None or not 0 < value <= MAX_AMOUNT:
        return ()
    own = [
        place
        for party in says.parties
        if party.amount is not None and same_name(party.name.value, unit_name, read_by_ocr=read_by_ocr)
        for place in party.name.places
    ]
    places = tuple(own) or says.totals[0].found.places
    return (Offer(name="amount", value=plain(value), places=places),)


def _rest(says: Extraction) -> tuple[Offer, ...]:
    facts: dict[str, Found | None] = {"purpose": says.purpose, "date": says.signed_on}
    return tuple(
        Offer(name=name, value=found.value, places=found.places)
        for name, found in facts.items()
        if found is not None
    )
