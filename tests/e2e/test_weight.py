"""What pages weigh on their first visit: text is compressed, and nothing is fetched that is not looked at."""

from collections.abc import Callable

import pytest
from bench.pages import KILOBYTE, PAGES, weigh
from playwright.sync_api import expect
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("path", "login", "most"), PAGES)
def test_a_first_visit_is_light(visit: Callable[..., Visitor], path: str, login: str, most: int) -> None:
    weight = weigh(visit(login).page, path)
    assert any("mingpiao.css" in address for address in weight.bytes_of)
    assert 5 * KILOBYTE < weight.total <= most * KILOBYTE, weight.bytes_of


def test_charts_are_fetched_when_they_come_into_sight(visit: Callable[..., Visitor]) -> None:
    visitor = visit("czt-jingban")
    page = visitor.page
    page.set_viewport_size({"width": 1280, "height": 60})
    before = weigh(page, "/finance", to_the_end=False)
    assert not any("echarts" in address for address in before.bytes_of)
    with page.expect_response(lambda answer: "echarts" in answer.url):
        page.locator("[data-chart]").last.scroll_into_view_if_needed()
    expect(page.locator("[data-chart] canvas").last).to_be_visible()


def test_the_reader_of_symbols_is_fetched_when_it_is_needed(visit: Callable[..., Visitor]) -> None:
    weight = weigh(visit().page, "/?way=scan")
    assert not any("jsQR" in address for address in weight.bytes_of)
