"""挂失 reaches applications: who reported a UKey lost agrees to nothing, and the platform issues nothing for them."""

import pytest
from tests.applications.test_checking import STATE, code_of
from tests.applications.window import Window
from tests.support.locks import race, writing
from tests.support.province import ACTING

from mingpiao.applications.model import Application, Pending
from mingpiao.identity.model import Account, Role, acting_for
from mingpiao.identity.service import create_account
from mingpiao.kernel.errors import Refusal
from mingpiao.units.service import lift_loss, report_loss


async def person(window: Window, username: str, name: str, role: Role) -> Account:
    async with window.world.database.system() as connection:
        return await create_account(
            connection,
            username=username,
            display_name=name,
            role=role,
            password="Quiet-Harbour-57",
            unit_id=window.unit.unit_id,
            acting=ACTING,
        )


@pytest.fixture
async def handler(window: Window) -> Account:
    return await person(window, "kaipiao", "开票员乙", Role.UNIT_HANDLER)


@pytest.fixture
async def checker(window: Window) -> Account:
    return await person(window, "fuhe", "复核员乙", Role.UNIT_CHECKER)


async def lose(window: Window, account: Account) -> bool:
    async with window.world.database.system() as connection:
        return await report_loss(connection, account, "本人挂失", acting=ACTING)


async def find(window: Window, account: Account) -> None:
    async with window.world.database.system() as connection:
        await lift_loss(connection, account, "UKey已找到", acting=ACTING)


async def given(window: Window, handler: Account) -> Application:
    """A request of the handler that waits for a second person."""
    request = window.request("GS-1", checker="", handler=handler.display_name)
    answer = await window.applications.submit(window.unit.unit_id, request, acting=acting_for(handler))
    assert isinstance(answer, Pending), answer
    assert answer.application.state is STATE.AWAITS_CHECKER
    return answer.application


async def test_a_checker_whose_ukey_is_lost_agrees_to_nothing(
    window: Window, handler: Account, checker: Account
) -> None:
    await window.demand()
    waiting = await given(window, handler)
    await lose(window, checker)
    with pytest.raises(Refusal) as refused:
        await window.checkers.agree(waiting.application_id, acting=acting_for(checker))
    assert code_of(refused) == "application.checker_lost"
    assert (await window.now(waiting)).state is STATE.AWAITS_CHECKER
    await find(window, checker)
    issued = await window.checkers.agree(waiting.application_id, acting=acting_for(checker))
    assert issued.state is STATE.ISSUED


async def test_a_checker_whose_ukey_is_lost_may_still_send_back(
    window: Window, handler: Account, checker: Account
) -> None:
    await window.demand()
    waiting = await given(window, handler)
    await lose(window, checker)
    back = await window.checkers.send_back(
        waiting.application_id, "金额与合同不符，请核对", acting=acting_for(checker)
    )
    assert back.state is STATE.RETURNED


async def test_nothing_is_issued_for_a_handler_who_reported_a_loss(
    window: Window, handler: Account, checker: Account
) -> None:
    """The platform issues what waited, and it does so for a person."""
    await window.demand()
    waiting = await given(window, handler)
    await lose(window, handler)
    agreed = await window.checkers.agree(waiting.application_id, acting=acting_for(checker))
    assert agreed.state is STATE.AGREED
    assert [problem.code for problem in agreed.problems] == ["unit.issuing_locked"]
    assert await window.count("SELECT count(*) FROM bills") == 0
    await find(window, handler)
    assert (await window.applications.advance(waiting.application_id)).state is STATE.ISSUED


async def test_a_loss_and_an_agreement_at_the_same_moment(
    window: Window, handler: Account, checker: Account
) -> None:
    """Who agrees before the loss is committed waits in the train for its stock rows, and nothing is issued."""
    await window.demand()
    waiting = await given(window, handler)
    lost, agreed = await race(
        window.world.url,
        writing("accounts"),
        lose(window, checker),
        window.checkers.agree(waiting.application_id, acting=acting_for(checker)),
    )
    assert lost is True
    assert isinstance(agreed, Application), agreed
    assert agreed.state is STATE.AGREED
    assert [problem.code for problem in agreed.problems] == ["unit.issuing_locked"]
    assert await window.count("SELECT count(*) FROM bills") == 0
