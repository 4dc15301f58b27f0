"""A session by the UKey of a 开票点 is for that point: its bills, its requests, and what is issued later for its person."""

import msgspec
import pytest
from tests.batches.sheets import desk_of, rows_of, take_in
from tests.support.browser import ADDRESS
from tests.support.checking import demand_of
from tests.support.province import ACTING
from tests.support.waiting import until
from tests.support.world import World, a_world, codes_of
from tests.ukeys.keys import acting, applied, delivered, signed_in
from tests.writeoff.casework import person

from mingpiao.applications.model import ApplicationState, Pending
from mingpiao.applications.service import Checkers
from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.identity.model import Acting, Role, acting_as
from mingpiao.identity.service import session_of
from mingpiao.issuing.model import Issued, Outcome, Refused, ReversalRequest
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.units.model import IssuingPoint
from mingpiao.units.service import (
    add_point_person,
    choose_point,
    points_open_to,
    require_point,
    save_point,
    switch_point,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
site = a_world("peopled", demo=True, scope="module", public_url=ADDRESS)


async def points(site: World) -> None:
    async with site.database.system() as connection:
        for code, name in (("MZ", "门诊收费处"), ("ZY", "住院收费处")):
            point = IssuingPoint(unit_id=site.unit.unit_id, code=code, name=name)
            await save_point(connection, point, acting=ACTING)

    async def heard() -> bool:
        return {"MZ", "ZY"} <= set((await site.units.profile(site.unit.unit_id)).points.codes)

    await until(heard)


async def issue(site: World, acting: Acting, number: str, point: str = "") -> Outcome:
    request = site.unit.request(business_no=number, point=point)
    (outcome,) = await site.desk.issue(site.unit.unit_id, [request], acting=acting)
    return outcome


def point_of(outcome: Outcome) -> str:
    assert isinstance(outcome, Issued), outcome
    return outcome.bill.point


async def told(attempt: object) -> Problem:
    with pytest.raises(Refusal) as caught:
        await attempt  # type: ignore[misc]
    return caught.value.problems[0]


async def test_a_session_is_for_the_point_of_its_ukey(site: World) -> None:
    await points(site)
    unit_id = site.unit.unit_id
    async with site.database.system() as connection:
        await choose_point(connection, unit_id, "ZY", acting=acting(site, "handler"))
    key = PrivateKey.generate()
    made = await delivered(site, key, "handler", "MZ")
    browser = site.stranger()
    assert made.certificate is not None
    await signed_in(browser, key, made.certificate)
    session = await session_of(site.database, browser.cookies["mingpiao_session"])
    assert session is not None
    assert session.point == "MZ"
    by_key = acting_as(session, "192.0.2.7")
    blue = await issue(site, by_key, "K-1")
    assert point_of(blue) == "MZ"
    assert point_of(await issue(site, by_key, "K-2", "MZ")) == "MZ"
    other = await issue(site, by_key, "K-3", "ZY")
    assert codes_of(other) == [("point.bound_by_ukey", "point")]
    assert isinstance(other, Refused)
    assert "用开票点“MZ”的 UKey 登录" in other.problems[0].message
    # By a password the same person issues for the point that was chosen.
    assert point_of(await issue(site, acting(site, "handler"), "K-4")) == "ZY"
    blue_of_other = await issue(site, ACTING, "K-5", "ZY")
    assert isinstance(blue_of_other, Issued)
    bill = blue_of_other.bill
    wanted = ReversalRequest(code=bill.code, number=bill.number, reason="开错", handler="王芳")
    (red,) = await site.desk.reverse(unit_id, [wanted], acting=by_key)
    assert point_of(red) == "MZ"
    for code in ("ZY", ""):
        async with site.database.system() as connection:
            problem = await told(choose_point(connection, unit_id, code, acting=by_key))
            assert (problem.code, problem.status) == ("point.bound_by_ukey", 403)
            assert (
                await told(require_point(connection, unit_id, code, acting=by_key))
            ).code == "point.bound_by_ukey"
    async with site.database.system() as connection:
        assert await points_open_to(connection, unit_id, acting=by_key) == ({"MZ": "门诊收费处"}, False)
        assert await points_open_to(connection, unit_id, acting=acting(site, "handler")) == (
            {"MZ": "门诊收费处", "ZY": "住院收费处"},
            True,
        )
    shown = (await browser.get("/unit/supply/points")).text
    assert "正在为它开票（UKey）" in shown
    assert '/unit/supply/point"' not in shown
    assert "门诊收费处" in (await browser.get("/unit/issue", kind=site.unit.request().kind)).text
    refused = await browser.post(
        "/unit/supply/point", {"csrf_token": await browser.csrf_token(), "point": "ZY"}
    )
    assert (refused.status_code, "只能为它办理" in refused.text) == (403, True)


async def test_what_a_point_may_no_longer_do_its_ukey_does_not_do(site: World) -> None:
    """Neither the unit as a whole nor another point takes the place of a point that is closed, or whose list changed."""
    await points(site)
    unit_id = site.unit.unit_id
    checker = acting(site, "checker")
    by_key = msgspec.structs.replace(checker, point="ZY")
    assert point_of(await issue(site, by_key, "P-1")) == "ZY"
    async with site.database.system() as connection:
        account_id = site.accounts["checker"].account_id
        await add_point_person(connection, unit_id, "MZ", account_id, acting=acting(site, "manager"))

    async def bound() -> bool:
        return not (await site.units.profile(unit_id)).points.may_act(account_id, "ZY")

    await until(bound)
    assert codes_of(await issue(site, by_key, "P-2")) == [("point.not_yours", "point")]
    refused = await told(applied(site, PrivateKey.generate(), "checker", "ZY"))
    assert (refused.code, refused.field) == ("ukey.holder_of_other_points", "point_code")
    assert (await applied(site, PrivateKey.generate(), "checker", "MZ")).point_code == "MZ"
    stranger = await person(site, Role.UNIT_HANDLER, unit=site.unit)
    by_key = msgspec.structs.replace(stranger, point="ZY")
    async with site.database.system() as connection:
        await switch_point(connection, unit_id, "ZY", False, acting=ACTING)

    async def closed() -> bool:
        return "ZY" not in (await site.units.profile(unit_id)).points.codes

    await until(closed)
    assert codes_of(await issue(site, by_key, "P-3")) == [("point.not_of_unit", "point")]
    assert await site.value("SELECT count(*) FROM bills WHERE business_no LIKE 'P-%'") == 1


async def test_a_sheet_is_issued_in_the_name_of_the_point_of_who_started_it(site: World) -> None:
    """A worker issues it after the session is gone."""
    await points(site)
    batch = await take_in(site, *(await rows_of(site, 2)))
    desk = await desk_of(site)
    by_key = msgspec.structs.replace(acting(site, "handler"), point="MZ")
    started = await desk.start(batch.batch_id, acting=by_key)
    await desk.run(batch.batch_id, started.run)
    rows = await site.rows(
        "SELECT point_code FROM bills WHERE business_no LIKE $1", f"PL{batch.batch_id:08d}%"
    )
    assert [row["point_code"] for row in rows] == ["MZ", "MZ"]


async def test_what_a_second_person_agrees_to_is_in_the_name_of_the_senders_point(site: World) -> None:
    """Whatever point the sender has chosen, and whatever UKey the second person has."""
    await points(site)
    unit_id = site.unit.unit_id
    async with site.database.system() as connection:
        await choose_point(connection, unit_id, "ZY", acting=acting(site, "handler"))
    await demand_of(site, site.unit)
    applications = site.services.applications
    request = site.unit.request(business_no="S-1", checker="", handler="开票员甲")
    by_key = msgspec.structs.replace(acting(site, "handler"), point="MZ")
    answer = await applications.submit(unit_id, request, acting=by_key)
    assert isinstance(answer, Pending), answer
    second = msgspec.structs.replace(acting(site, "checker"), point="ZY")
    agreed = await Checkers(site.database, applications).agree(
        answer.application.application_id, acting=second
    )
    assert agreed.state is ApplicationState.ISSUED
    assert await site.value("SELECT point_code FROM bills WHERE business_no = 'S-1'") == "MZ"
