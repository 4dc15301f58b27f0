"""By thumb: rows as cards, things to press that a thumb hits, a menu that opens."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser

_PHONE = {"viewport": ViewportSize(width=390, height=844), "has_touch": True, "is_mobile": True}
_THUMB = 44
#: What one presses or types into, as far as it is to be seen; boxes to tick have a label to press.
_SMALL = """(least) => [...document.querySelectorAll(
  "button, .btn, summary.btn, select, textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), nav a"
)].filter((each) => each.checkVisibility() && !each.closest(".breadcrumb, .visually-hidden"))
  .filter((each) => !each.classList.contains("visually-hidden"))
  .map((each) => [each.outerHTML.slice(0, 120), each.getBoundingClientRect().height])
  .filter(([, height]) => height > 0 && height < least - 0.5)"""


@pytest.mark.parametrize(
    ("login", "path"),
    [
        ("", "/"),
        ("", "/?way=scan"),
        ("", "/?way=file"),
        ("", "/login"),
        ("gongan-kaipiao", "/unit"),
        ("gongan-kaipiao", "/unit/issue"),
        ("gongan-kaipiao", "/unit/bills"),
        ("gongan-kaipiao", "/unit/help"),
        ("czt-jingban", "/finance"),
        ("czt-jingban", "/finance/reviews"),
    ],
)
def test_a_thumb_hits_everything(visit: Callable[..., Visitor], login: str, path: str) -> None:
    page = visit(login, **_PHONE).open(path)
    assert page.evaluate(_SMALL, _THUMB) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def _top(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"]


def test_rows_are_cards_with_payer_and_amount_on_top(visit: Callable[..., Visitor]) -> None:
    visitor = visit("gongan-kaipiao", **_PHONE)
    page = visitor.open("/unit/bills")
    row = "tbody tr:first-child"
    expect(page.locator(f"{row} .card-name")).to_be_visible()
    assert _top(page, f"{row} .card-name") == _top(page, f"{row} .card-sum")
    assert _top(page, f"{row} .card-name") < _top(page, f"{row} th")
    name, amount = (page.locator(f"{row} .{each}").bounding_box() for each in ("card-name", "card-sum"))
    assert name is not None
    assert amount is not None
    assert name["x"] + name["width"] <= amount["x"]
    # It is a table still for those who hear it.
    assert page.get_by_role("row").count() > 1
    assert page.get_by_role("columnheader", name="缴款人").count() == 1
    visitor.look_closely()


def test_the_menu_opens_and_closes(visit: Callable[..., Visitor]) -> None:
    page = visit("gongan-kaipiao", **_PHONE).open("/unit")
    menu = page.get_by_role("button", name="菜单")
    expect(page.get_by_role("link", name="已开票据", exact=True)).to_be_hidden()
    menu.tap()
    expect(menu).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("link", name="已开票据", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_have_attribute("aria-expanded", "false")
    expect(menu).to_be_focused()


def test_without_scripts_the_menu_is_open(visit: Callable[..., Visitor]) -> None:
    page = visit("gongan-kaipiao", java_script_enabled=False, **_PHONE).open("/unit")
    page.get_by_role("link", name="已开票据", exact=True).click()
    expect(page.locator("h1")).to_have_text("已开票据")


def _width(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["width"]


@pytest.mark.parametrize("scripts", [True, False], ids=["by a tap", "by the button alone"])
def test_a_face_fits_and_is_enlarged(visit: Callable[..., Visitor], scripts: bool) -> None:
    visitor = visit("gongan-kaipiao", java_script_enabled=scripts, **_PHONE)
    page = visitor.open("/unit/bills")
    page.locator("tbody tr").first.get_by_role("link").first.click()
    face, drawing = page.locator(".face"), ".face svg"
    expect(face).to_be_visible()
    assert _width(page, drawing) <= _width(page, ".face") <= 390
    if scripts:
        face.click()
    else:
        page.get_by_text("放大票面").click()
    expect(page.get_by_label("放大票面")).to_be_checked()
    assert _width(page, drawing) >= 800
    page.get_by_text("放大票面").click()
    assert _width(page, drawing) <= 390
    if scripts:
        visitor.look_closely()


#: A camera with a light: a canvas that is filmed, whose track tells what it was asked for.
_CAMERA = """navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas"), ink = canvas.getContext("2d");
  setInterval(() => { ink.fillStyle = `rgb(${Date.now() %% 200} 0 0)`; ink.fillRect(0, 0, 300, 150); }, 50);
  const stream = canvas.captureStream(10);
  const [track] = stream.getVideoTracks();
  track.getCapabilities = () => ({ torch: %s });
  track.applyConstraints = async ({ advanced }) => { window.asked = [...(window.asked || []), advanced[0].torch]; };
  return stream;
};"""


@pytest.mark.parametrize("light", [True, False], ids=["with a light", "without"])
def test_the_light_of_the_camera(visit: Callable[..., Visitor], light: bool) -> None:
    visitor = visit(**_PHONE)
    visitor.page.add_init_script(_CAMERA % str(light).lower())
    page = visitor.open("/?way=scan")
    torch = page.locator("[data-scanner-torch]")
    expect(torch).to_be_hidden()
    page.get_by_role("button", name="打开摄像头扫描").tap()
    expect(page.locator("video")).to_be_visible()
    if not light:
        expect(torch).to_be_hidden()
        return
    torch.tap()
    expect(torch).to_have_attribute("aria-pressed", "true")
    torch.tap()
    expect(torch).to_have_text("打开补光灯")
    assert page.evaluate("window.asked") == [True, False]
    visitor.look_closely()
