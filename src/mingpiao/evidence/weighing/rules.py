"""What the rules of writing say of a file: the first opinion, which weights trust as far as it proved right."""

from typing import NamedTuple

from mingpiao.evidence.extraction.amounts import amounts_of, spot_amounts
from mingpiao.evidence.extraction.dates import dates_of
from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.extraction.names import plain_name
from mingpiao.evidence.extraction.particulars import purpose_of
from mingpiao.evidence.extraction.parties import parties_of
from mingpiao.evidence.weighing.features import Features


class Opinion(NamedTuple):
    """Roles by rule: of names (in plain form), of amounts by where they begin, of days; and the purpose."""

    names: dict[str, str]
    amounts: dict[int, str]
    days: dict[str, str]
    purpose: str


def opinion_of(flow: Flow, kind: str) -> Opinion:
    """What the rules say of a file."""
    dates = dates_of(flow)
    days = {"signed": dates.signed_on, "starts": dates.starts_on, "ends": dates.ends_on}
    purpose = purpose_of(flow)
    return Opinion(
        names={plain_name(party.name.value): party.role or "party" for party in parties_of(flow, kind)},
        amounts={
            one.start: amount.role or "amount"
            for one, amount in zip(spot_amounts(flow), amounts_of(flow), strict=True)
        },
        days={fact: found.value for fact, found in days.items() if found},
        purpose=purpose.value if purpose else "",
    )


def named(opinion: Opinion, name: str, kind: str) -> Features:
    """The rules' opinion of a name, and whether they give its role to another."""
    plain = plain_name(name)
    within = next((f"in {role}" for other, role in opinion.names.items() if plain in other), "none")
    role = opinion.names.get(plain, within)
    found = {f"opinion:{role}": 1.0, f"opinion:{role}&{kind}": 1.0}
    told = set(opinion.names.values())
    for other in ("payer", "payee"):
        if other in told and role != other:
            found[f"opinion:{other} is another"] = 1.0
            found[f"opinion:{role}, {other} is another"] = 1.0
        if other not in told:
            found[f"opinion:{role}, no {other}"] = 1.0
    return found


def weighed(opinion: Opinion, start: int, kind: str) -> Features:
    """The rules' opinion of an amount."""
    role = opinion.amounts.get(start, "none")
    return {f"opinion:{role}": 1.0, f"opinion:{role}&{kind}": 1.0}


def dated(opinion: Opinion, value: str, kind: str) -> Features:
    """The rules' opinion of a day."""
    return {
        f"opinion:{fact}{'' if day == value else ' is another'}{extra}": 1.0
        for fact, day in opinion.days.items()
        for extra in ("", f"&{kind}")
    }


def purposed(opinion: Opinion, phrase: str) -> Features:
    """The rules' opinion of a phrase."""
    told = opinion.purpose
    fits = {
        "is": phrase == told,
        "within": phrase != told and (phrase in told or told in phrase),
        "another": phrase not in told and told not in phrase,
    }
    return {f"opinion:{name}": float(bool(told) and fit) for name, fit in fits.items()}
