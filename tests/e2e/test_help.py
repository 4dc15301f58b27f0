"""Help in place: tours that one can leave, question marks, and the handbook."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.e2e.visitor import Visitor

from mingpiao.portals.help.tours import TOURS

pytestmark = pytest.mark.browser

_LOGINS = {"unit": "gongan-kaipiao", "finance": "czt-jingban"}


@pytest.mark.parametrize("tour", TOURS, ids=lambda tour: tour.name)
def test_each_step_of_a_tour_is_about_a_part_of_its_page(visit: Callable[..., Visitor], tour: object) -> None:
    visitor = visit(_LOGINS[tour.address.split("/")[1]])
    page = visitor.open(tour.address + "?tour=again")
    if tour.name == "issue_form" and not page.locator("#payer-name").count():
        # The form stands behind the choice of a kind, at the same address.
        page.locator("main .card a").first.click()
        page.locator("#payer-name").wait_for()
        page.goto(page.url + "&tour=again")
    card = page.get_by_role("region", name="使用导览")
    for step in tour.steps:
        expect(card).to_contain_text(step.title)
        expect(page.locator(".tour-part")).to_have_count(1)
        visitor.look_closely()
        card.get_by_role("button", name=re.compile("下一步|知道了")).click()
    expect(card).to_have_count(0)


def test_escape_ends_a_tour_for_good(visit: Callable[..., Visitor]) -> None:
    visitor = visit("hhht-jingban")
    visitor.context.add_init_script("localStorage.removeItem('mingpiao-tours')")
    page = visitor.open("/finance")
    card = page.get_by_role("region", name="使用导览")
    expect(card).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith("/tours/finance_home")) as told:
        page.keyboard.press("Escape")
    assert told.value.status == 204
    expect(card).to_have_count(0)
    # Another browser of the same account hears of it from the server.
    page.evaluate("localStorage.clear()")
    with page.expect_response(lambda answer: answer.url.endswith("/tours/finance_home")) as asked:
        page.reload()
    assert asked.value.json() == []
    expect(card).to_have_count(0)


def test_a_question_mark_opens_the_section_of_its_page(visit: Callable[..., Visitor]) -> None:
    visitor = visit("gongan-kaipiao")
    page = visitor.open("/unit/bills")
    page.get_by_role("link", name="本页帮助").click()
    expect(page.locator(":target")).to_have_text("查找票据")
    page.fill("#words", "冲红")
    page.keyboard.press("Enter")
    page.locator(".handbook-found a").first.click()
    expect(page.locator(":target")).to_have_text("冲红")
    visitor.look_closely()


def test_the_public_handbook_needs_no_script(visit: Callable[..., Visitor]) -> None:
    visitor = visit(java_script_enabled=False)
    page = visitor.open("/")
    page.get_by_role("link", name="使用帮助").click()
    expect(page.locator("#三种办法-任选一种")).to_be_visible()
    page.fill("#words", "校验码")
    page.keyboard.press("Enter")
    expect(page.locator(".handbook-found li").first).to_be_visible()
