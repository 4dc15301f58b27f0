"""On whatever day the demonstration is built, its exceptions and notices come to the states that they should have."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, cast

from mingpiao.demo.casework import MONTHS, casework
from mingpiao.demo.history import MONTHS as MONTHS_OVER
from mingpiao.demo.history import history_begins
from mingpiao.kernel.clock import SHANGHAI, now, set_to
from mingpiao.writeoff.service import due_on, months_after

_FIRST, _DAYS = date(2026, 1, 1), 1_100


def planned(day: date) -> list[tuple[datetime, str, int, Any]]:
    """What is done when, by whom, if the demonstration is built on the first second of a day."""
    with set_to(datetime.combine(day, time(0, 0, 1), SHANGHAI)):
        begins = history_begins()
        months = [months_after(begins, number) for number in range(MONTHS_OVER)]
        nobody = cast("Any", None)
        both = {"association": ("society",), "court": ("court",)}
        steps = casework(nobody, nobody, cast("Any", both), cast("Any", both), months, due_on(begins, 2))
        assert all(moment < now() for moment, _ in steps)
        assert min(moment.date() for moment, _ in steps) > due_on(begins, 2)
    calls = [(moment, cast("partial[Any]", step)) for moment, step in steps]
    return sorted(
        (moment, call.func.__name__, call.args[1], call.args[0].member[0]) for moment, call in calls
    )


def verbs(steps: Sequence[tuple[datetime, str, int, Any]], unit: str, place: int) -> list[str]:
    return [name for _, name, of, whose in steps if (whose, of) == (unit, place)]


def test_every_day_leads_to_the_same_states() -> None:
    for number in range(_DAYS):
        day = _FIRST + timedelta(days=number)
        steps = planned(day)
        assert [verbs(steps, "society", place) for place in range(6)] == [
            ["_ask", "_answer", "_clear"],
            ["_ask"],
            ["_ask", "_answer"],
            ["_breach"],
            ["_notify", "_correct", "_report", "_accept"],
            ["_notify", "_correct", "_report"],
        ], day
        last_days = {
            place: months_after(moment.date(), MONTHS)
            for moment, name, place, unit in steps
            if (unit, name) == ("court", "_notify")
        }
        assert last_days[0] < day <= last_days[1] <= day + timedelta(days=7), day
