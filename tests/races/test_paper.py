"""Two who want the same sheet of paper."""

from collections.abc import Coroutine
from typing import Any

from sqlalchemy.exc import DBAPIError
from tests.paper.sheets import KIND, answer, down, given, held, officer, stocked, tried
from tests.support.locks import WITH_AND_WITHOUT, lock_taken_away, race, writing
from tests.support.world import World

from mingpiao.kernel.errors import Refusal
from mingpiao.paper.model import PaperHolder, PaperState
from mingpiao.paper.service import take_next_sheet

CITY = "150100"


async def attempt(move: Coroutine[Any, Any, Any]) -> str:
    """How a move ended."""
    try:
        made = await move
    except Refusal as refusal:
        return refusal.problems[0].code
    except DBAPIError:
        return "two holders"
    return str(made.number) if hasattr(made, "number") else "moved"


@WITH_AND_WITHOUT
async def test_two_bills_do_not_get_one_sheet(world: World, other: World, locked: bool) -> None:
    hospital = world.province.other_hospital
    province, city = await stocked(world), await officer(world, CITY)
    await answer(world, city, await down(world, province, CITY, 1, 10))
    manager = await given(world, city, hospital, 1, 10, point="A")

    def take(place: World, reference: str) -> Coroutine[Any, Any, str]:
        return attempt(
            tried(place, take_next_sheet, hospital.unit_id, "A", KIND, reference=reference, acting=manager)
        )

    with lock_taken_away("paper holdings", unless=locked):
        answers = await race(
            world.url, writing("paper_holdings"), take(world, "bill-1"), take(other, "bill-2")
        )
    second = "0000000002" if locked else "paper.taken_meanwhile"
    assert sorted(answers) == ["0000000001", second]
    left = await held(world, PaperHolder(unit_id=hospital.unit_id))
    assert left[("A", PaperState.USED)] == (((1, 2),) if locked else ((1, 1),))
