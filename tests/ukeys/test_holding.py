"""Where issuing needs a UKey, nothing is issued for people whose UKeys were put on hold, whichever way it comes."""

import pytest
from tests.support.browser import ADDRESS
from tests.support.checking import demand_of
from tests.support.locks import race, writing
from tests.support.province import ACTING
from tests.support.world import World, a_world, codes_of
from tests.ukeys.keys import acting, delivered, signed_in

from mingpiao.applications.model import Application, ApplicationState, CheckDecision, Pending
from mingpiao.applications.service import Checkers
from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.issuing.model import Issued, Outcome, Refused, ReversalRequest
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.service import open_stock
from mingpiao.ukeys.model import UKey
from mingpiao.ukeys.service import hold_ukey, release_ukey, revoke_ukey, set_ukey_policy, ukey_policies
from mingpiao.units.model import IssuingPoint
from mingpiao.units.service import save_point

site = a_world("peopled", demo=True, public_url=ADDRESS)


async def need(site: World, needed: bool) -> None:
    """The province says whether people of its online units issue by UKey alone."""
    head = acting(site, "head")
    assert head.region_code is not None
    async with site.database.system() as connection:
        own = (await ukey_policies(connection, [head.region_code])).get(head.region_code)
        await set_ukey_policy(connection, needed, revision=own.revision if own else 0, acting=head)


async def in_use(site: World, holder: str, point: str = "") -> UKey:
    key = PrivateKey.generate()
    made = await delivered(site, key, holder, point)
    assert made.certificate is not None
    await signed_in(site.stranger(), key, made.certificate)
    return made


async def hold(site: World, made: UKey) -> UKey:
    async with site.database.system() as connection:
        return await hold_ukey(connection, made.ukey_id, "停职检查", acting=acting(site, "officer"))


async def issue(site: World, who: str, number: str) -> Outcome:
    request = site.unit.request(business_no=number, checker="")
    (outcome,) = await site.desk.issue(site.unit.unit_id, [request], acting=acting(site, who))
    return outcome


def is_stopped(outcome: Outcome) -> bool:
    if isinstance(outcome, Issued):
        return False
    assert isinstance(outcome, Refused), outcome
    assert codes_of(outcome) == [("unit.issuing_locked", "")]
    assert outcome.problems[0].facts == {"locks": ["ukey_held"]}
    assert "UKey已冻结或吊销" in outcome.problems[0].message
    return True


async def waiting_for(site: World, number: str) -> Application:
    """A request of the handler that waits for a second person."""
    request = site.unit.request(business_no=number, checker="", handler="开票员甲")
    answer = await site.services.applications.submit(
        site.unit.unit_id, request, acting=acting(site, "handler")
    )
    assert isinstance(answer, Pending), answer
    assert answer.application.state is ApplicationState.AWAITS_CHECKER
    return answer.application


@pytest.fixture
async def checkers(site: World) -> Checkers:
    await demand_of(site, site.unit)
    return Checkers(site.database, site.services.applications)


async def test_a_hold_stops_its_person_where_issuing_needs_a_ukey(site: World) -> None:
    made = await in_use(site, "handler")
    blue = await issue(site, "handler", "H-1")
    assert isinstance(blue, Issued)
    await hold(site, made)
    # Where nothing is chosen, passwords do.
    assert not is_stopped(await issue(site, "handler", "H-2"))
    await need(site, True)
    assert is_stopped(await issue(site, "handler", "H-3"))
    assert not is_stopped(await issue(site, "checker", "H-4"))
    (by_program,) = await site.desk.issue(
        site.unit.unit_id, [site.unit.request(business_no="H-5")], acting=ACTING
    )
    assert not is_stopped(by_program)
    bill = blue.bill
    wanted = ReversalRequest(code=bill.code, number=bill.number, reason="开错", handler="王芳")
    (red,) = await site.desk.reverse(site.unit.unit_id, [wanted], acting=acting(site, "handler"))
    assert is_stopped(red)
    async with site.database.system() as connection:
        await open_stock(connection, site.unit.unit_id, "0601", acting=ACTING)
    rows = await site.rows(
        "SELECT DISTINCT keyless_accounts FROM stocks WHERE unit_id = $1", site.unit.unit_id
    )
    assert [row["keyless_accounts"] for row in rows] == [[site.accounts["handler"].account_id]]
    async with site.database.system() as connection:
        await release_ukey(connection, made.ukey_id, "检查结束", acting=acting(site, "officer"))
    assert not is_stopped(await issue(site, "handler", "H-6"))
    async with site.database.system() as connection:
        await revoke_ukey(connection, made.ukey_id, "人员调离", acting=acting(site, "officer"))
    assert is_stopped(await issue(site, "handler", "H-7"))
    await in_use(site, "handler")
    assert not is_stopped(await issue(site, "handler", "H-8"))
    trail = [
        row["action"]
        for row in await site.rows(
            "SELECT action FROM audit_log WHERE action LIKE 'stock:%key_in_use' ORDER BY audit_id"
        )
    ]
    assert trail == ["stock:no_key_in_use", "stock:key_in_use"] * 2


async def test_another_ukey_in_use_is_enough(site: World) -> None:
    await need(site, True)
    made = await in_use(site, "handler")
    async with site.database.system() as connection:
        point = IssuingPoint(unit_id=site.unit.unit_id, code="MZ", name="门诊收费处")
        await save_point(connection, point, acting=ACTING)
    other = await in_use(site, "handler", "MZ")
    await hold(site, made)
    assert not is_stopped(await issue(site, "handler", "A-1"))
    await hold(site, other)
    assert is_stopped(await issue(site, "handler", "A-2"))


async def test_a_checker_on_hold_agrees_to_nothing(site: World, checkers: Checkers) -> None:
    made = await in_use(site, "checker")
    await need(site, True)
    waiting = await waiting_for(site, "C-1")
    await hold(site, made)
    checker = acting(site, "checker")
    with pytest.raises(Refusal) as refused:
        await checkers.agree(waiting.application_id, acting=checker)
    (problem,) = refused.value.problems
    assert (problem.code, problem.status) == ("application.checker_keyless", 409)
    (decided,) = await checkers.decide_batch(
        [waiting.application_id], CheckDecision.AGREED, "", acting=checker
    )
    assert decided.problem is not None
    assert decided.problem.code == "application.checker_keyless"
    assert await site.value("SELECT count(*) FROM bills") == 0
    await need(site, False)
    assert (await checkers.agree(waiting.application_id, acting=checker)).state is ApplicationState.ISSUED


async def test_nothing_that_waited_is_issued_for_a_handler_on_hold(site: World, checkers: Checkers) -> None:
    made = await in_use(site, "handler")
    await need(site, True)
    waiting = await waiting_for(site, "W-1")
    await hold(site, made)
    agreed = await checkers.agree(waiting.application_id, acting=acting(site, "checker"))
    assert agreed.state is ApplicationState.AGREED
    assert [problem.code for problem in agreed.problems] == ["unit.issuing_locked"]
    async with site.database.system() as connection:
        await release_ukey(connection, made.ukey_id, "检查结束", acting=acting(site, "officer"))
    done = await site.services.applications.advance(waiting.application_id)
    assert done.state is ApplicationState.ISSUED


async def test_a_hold_and_a_bill_at_the_same_moment(site: World) -> None:
    """A bill that comes while a hold is being written waits for it, and is refused."""
    made = await in_use(site, "handler")
    await need(site, True)
    held, outcome = await race(site.url, writing("ukeys"), hold(site, made), issue(site, "handler", "R-1"))
    assert held.ukey_id == made.ukey_id
    assert is_stopped(outcome)
