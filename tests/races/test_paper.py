"""Two who want the same sheet of paper, or say different things of it."""

from collections.abc import Coroutine
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from tests.paper.sheets import CODE, KIND, answer, down, given, held, lines, officer, stocked, tried
from tests.support.locks import WITH_AND_WITHOUT, lock_taken_away, race, writing
from tests.support.world import World

from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Refusal
from mingpiao.paper.model import PaperHolder, PaperState
from mingpiao.paper.service import report_loss, return_paper, take_next_sheet, take_sheet, void_sheets

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


STOCK, USED, VOID, LOST = PaperState.STOCK, PaperState.USED, PaperState.VOID, PaperState.LOST
TRANSIT = PaperState.TRANSIT


@pytest.mark.parametrize("first", [0, 1], ids=["use first", "void first"])
@WITH_AND_WITHOUT
async def test_a_sheet_is_used_or_spoilt_and_never_both(
    world: World, other: World, locked: bool, first: int
) -> None:
    hospital = world.province.other_hospital
    province, city = await stocked(world), await officer(world, CITY)
    await answer(world, city, await down(world, province, CITY, 1, 10))
    manager = await given(world, city, hospital, 1, 10, point="A")
    sheet = BillIdentity(CODE, "0000000001")
    use = attempt(tried(world, take_sheet, hospital.unit_id, "A", sheet, reference="bill-1", acting=manager))
    void = attempt(tried(other, void_sheets, lines(1, 1), request_no="V", note="污损", acting=manager))
    rivals = {"void": void, "use": use} if first else {"use": use, "void": void}
    with lock_taken_away("paper holdings", unless=locked):
        answers = await race(world.url, writing("paper_holdings"), *rivals.values())
    is_used = list(rivals)[_winner(answers, locked)] == "use"
    left = await held(world, PaperHolder(unit_id=hospital.unit_id))
    assert left[("A", STOCK)] == ((2, 10),)
    expected = (((1, 1),), None) if is_used else (None, ((1, 1),))
    assert (left.get(("A", USED)), left.get(("", VOID))) == expected


def _winner(answers: list[str], locked: bool) -> int:
    """The place of the rival that won: the first one with the lock; without it, the database lets one of them through."""
    lost = "paper.not_held" if locked else "two holders"
    assert answers.count(lost) == 1
    winner = 1 - answers.index(lost)
    assert not (locked and winner)
    return winner


@pytest.mark.parametrize("first", [0, 1], ids=["loss first", "return first"])
@WITH_AND_WITHOUT
async def test_a_sheet_is_lost_or_given_back_and_never_both(
    world: World, other: World, locked: bool, first: int
) -> None:
    hospital, catalog = world.province.other_hospital, await world.catalog.get()
    province, city = await stocked(world), await officer(world, CITY)
    await answer(world, city, await down(world, province, CITY, 1, 10))
    manager = await given(world, city, hospital, 1, 10)
    notice = "本单位不慎遗失下列纸质票据，声明作废。"
    lose = attempt(
        tried(
            world,
            report_loss,
            lines(3, 4),
            today(),
            notice,
            catalog,
            request_no="L",
            note="搬家",
            acting=manager,
        )
    )
    back = attempt(
        tried(other, return_paper, lines(4, 6), catalog, request_no="B", note="用不完", acting=manager)
    )
    rivals = {"back": back, "lose": lose} if first else {"lose": lose, "back": back}
    with lock_taken_away("paper holdings", unless=locked):
        answers = await race(world.url, writing("paper_holdings"), *rivals.values())
    is_lost = list(rivals)[_winner(answers, locked)] == "lose"
    left = await held(world, PaperHolder(unit_id=hospital.unit_id))
    sent = await held(world, PaperHolder(CITY))
    expected = (((3, 4),), None) if is_lost else (None, ((4, 6),))
    assert (left.get(("", LOST)), sent.get(("", TRANSIT))) == expected
    assert await world.value("SELECT count(*) FROM paper_losses") == int(is_lost)
