"""情况问询: the unit of a tip is asked, and learns nothing of the tip."""

import httpx
import pytest
from tests.support.browser import PASSWORD, Browser, members_of
from tests.support.province import ACTING
from tests.support.world import World, a_world
from tests.tips.reporters import WORDS, act, look, report

from mingpiao.identity.model import Role
from mingpiao.identity.service import create_account
from mingpiao.kernel.clock import StoppedClock, today

world = a_world()
QUESTION = "请说明十一月收费后开具票据的情况。"
ANSWER = "当月票据已全部开具，个别缴款人未及时领取。"


async def asked(world: World) -> tuple[Browser, str, int]:
    """An officer who has asked the office, the reporter's 查询码, and the tip."""
    lookup, tip_id = await report(world, unit_name=world.province.office.unit.name)
    officer = await world.browser(region="150000")
    early = await act(
        officer, tip_id, "inquire", inquire__question=QUESTION, inquire__due_on=today().isoformat()
    )
    assert "请先受理" in early.text
    await act(officer, tip_id, "accept")
    await act(officer, tip_id, "inquire", inquire__question=QUESTION, inquire__due_on=today().isoformat())
    return officer, lookup, tip_id


async def say(browser: Browser, inquiry_id: int, answer: str) -> httpx.Response:
    shown = await browser.get(f"/unit/inquiries/{inquiry_id}")
    return await browser.post(f"/unit/inquiries/{inquiry_id}", members_of(shown.text) | {"answer": answer})


async def test_the_unit_reads_the_question_and_answers_once(world: World, clock: StoppedClock) -> None:
    officer, lookup, tip_id = await asked(world)
    again = await act(
        officer, tip_id, "inquire", inquire__question=QUESTION, inquire__due_on=today().isoformat()
    )
    assert again.status_code == 409
    assert "上一个问题单位还没有说明" in again.text
    manager = await world.browser(Role.UNIT_MANAGER)
    listed = await manager.get("/unit/inquiries")
    assert QUESTION in listed.text
    for address in ("/unit/inquiries", "/unit/inquiries/1", "/unit/messages", "/unit/audit"):
        shown = await manager.get(address)
        assert shown.status_code == 200
        assert "线索" not in shown.text
        assert WORDS not in shown.text
    assert "请填写情况说明" in (await say(manager, 1, "")).text
    assert "不能超过1000字" in (await say(manager, 1, "长" * 10_000)).text
    await say(manager, 1, ANSWER)
    late = await manager.post(
        "/unit/inquiries/1", {"csrf_token": await manager.csrf_token(), "answer": ANSWER}
    )
    assert late.status_code == 409
    assert "线索" not in (await manager.get("/unit/audit")).text
    page = await officer.get(f"/finance/tips/{tip_id}")
    assert ANSWER in page.text
    seen = await look(world, lookup)
    assert QUESTION not in seen.text
    assert ANSWER not in seen.text
    assert await world.value("SELECT settled_at IS NOT NULL FROM messages WHERE topic = 'inquiry:1'")


@pytest.mark.parametrize(
    ("question", "due_on", "message"),
    [
        ("", "2099-01-01", "请填写请单位说明的问题"),
        (QUESTION, "2099-01-01", "说明期限应在今天至三个月内"),
        (QUESTION, "明天", "请按“年-月-日”填写说明期限"),
    ],
)
async def test_a_question_that_is_none(world: World, question: str, due_on: str, message: str) -> None:
    _, tip_id = await report(world, unit_name=world.province.office.unit.name)
    officer = await world.browser(region="150000")
    await act(officer, tip_id, "accept")
    refused = await act(officer, tip_id, "inquire", inquire__question=question, inquire__due_on=due_on)
    assert refused.status_code == 422
    assert message in refused.text


async def test_another_unit_sees_nothing(world: World) -> None:
    await asked(world)
    async with world.database.system() as connection:
        await create_account(
            connection,
            username="cishan",
            display_name="慈善管理员",
            role=Role.UNIT_MANAGER,
            password=PASSWORD,
            unit_id=world.province.charity.unit_id,
            acting=ACTING,
        )
    other = world.stranger()
    await other.sign_in("cishan")
    assert QUESTION not in (await other.get("/unit/inquiries")).text
    assert (await other.get("/unit/inquiries/1")).status_code == 404
    assert (await other.get(f"/unit/inquiries/{2**70}")).status_code == 404
    foreign = await other.post(
        "/unit/inquiries/1", {"csrf_token": await other.csrf_token(), "answer": ANSWER}
    )
    assert foreign.status_code == 404
    assert await world.value("SELECT answer FROM tip_inquiries") == ""
