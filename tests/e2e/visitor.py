"""A person at a browser, watched for everything that goes wrong on the way."""

from base64 import b64encode
from pathlib import Path
from time import monotonic
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, TimeoutError, ViewportSize
from tests.support.waiting import PATIENCE_SECONDS

from mingpiao.demo.accounts import DemoAccount

_VENDOR = Path(__file__).parents[2] / "src/mingpiao/portals/static/vendor"
_DESK = ViewportSize(width=1280, height=800)
_CHARTS_FOLLOW_WITHIN = 30_000
_PHONE = ViewportSize(width=390, height=844)
#: What lies over the middle of the focused element, if anything does.
_COVER_OF_FOCUS = """() => {
  const focused = document.activeElement, box = focused.getBoundingClientRect();
  if (focused === document.body) return "";
  // Of a text of several lines a browser brings the line into view that is written on.
  const middle = focused.matches("textarea") ? Math.min(16, box.height / 2) : box.height / 2;
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + middle);
  const related = top && (focused.contains(top) || top.contains(focused));
  return related ? "" : `${focused.outerHTML.slice(0, 150)} is under ${top?.outerHTML.slice(0, 150)}`;
}"""
#: The outermost elements that stick out on the right, if the page must be scrolled sideways.
_WIDEST = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= edge) return "";
  const out = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > edge + 1);
  return out.slice(0, 3).map((e) => e.outerHTML.slice(0, 150)).join(" | ") || "unknown";
}"""
#: A session kept for so many seconds may still do what is sensitive, for as long as a story takes.
_STILL_FRESH = 240.0
#: What the console says of answers, which are watched themselves.
_OF_AN_ANSWER = "Failed to load resource"
#: A download breaks off the navigation that asked for it.
_DOWNLOADED = "net::ERR_ABORTED"


class Visitor:
    """One browser context with one page. `expect(status)` beforehand what would else be a complaint."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.address = address
        usual: dict[str, Any] = {
            "viewport": _DESK,
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "reduced_motion": "reduce",
        }
        self.context = browser.new_context(base_url=address, **(usual | options))
        self.context.set_default_timeout(PATIENCE_SECONDS * 1000)
        # Tours have a story of their own; elsewhere they would lie over what others look at.
        self.context.add_init_script("localStorage.setItem('mingpiao-tours', 'off')")
        if "viewport" not in options:
            # This person likes to see what can be asked of a list.
            self.context.add_init_script("localStorage['mingpiao-folded'] ??= 'no'")
        self.page = self.context.new_page()
        self._expected: set[int] = set()
        self._complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._complaints.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def expect(self, *statuses: int) -> None:
        """Answers with these statuses are meant to come."""
        self._expected |= set(statuses)

    def complaints(self) -> list[str]:
        """What went wrong so far and was not expected."""
        return self._complaints

    def leave(self) -> None:
        self.context.close()

    def open(self, path: str) -> Page:
        """Go to a page of the site."""
        self.page.goto(path)
        return self.page

    def sign_in(self, account: DemoAccount) -> None:
        """By the login form."""
        self.open("/login")
        self.page.fill("#username", account.login)
        self.page.fill("#password", account.password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def sign_in_once(self, account: DemoAccount, sessions: dict[str, tuple[float, list[Any]]]) -> None:
        """By the form the first time, later with the cookie from then: hashing passwords is slow on purpose.

        After some minutes by the form again, since what is sensitive asks for a fresh proof.
        """
        made, cookies = sessions.get(account.login, (-_STILL_FRESH, []))
        if monotonic() - made < _STILL_FRESH:
            self.context.add_cookies(cookies)
            return
        # From the same browser, as it were: only the session is another one.
        self.context.add_cookies([each for each in cookies if each["name"] != "mingpiao_session"])
        self.sign_in(account)
        sessions[account.login] = (monotonic(), self.context.cookies())

    def tab_to(self, selector: str) -> None:
        """Press Tab until an element has the focus. Fails after a hundred, or when something lies over the focus."""
        for _ in range(100):
            self.page.keyboard.press("Tab")
            cover: str = self.page.evaluate(_COVER_OF_FOCUS)
            assert not cover, cover
            if self.page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                return
        raise AssertionError(f"Tab does not lead to {selector}")

    def has_focus(self, selector: str) -> None:
        """Wait until an element has the focus."""
        self.page.wait_for_function("(wanted) => document.activeElement?.matches(wanted)", arg=selector)

    def look_closely(self) -> None:
        """Complain of the page as it stands: all that axe finds, and scrolling sideways on a phone."""
        for fault in Axe().run(self.page).response["violations"]:
            where = fault["nodes"][0]
            self._complaints.append(
                f"{self.page.url} {fault['id']}: {where['html'][:300]} {where['failureSummary']}"
            )
        self.page.set_viewport_size(_PHONE)
        try:
            # Charts follow the window a moment later.
            self.page.wait_for_function(f"() => !({_WIDEST})()", timeout=_CHARTS_FOLLOW_WITHIN)
        except TimeoutError:
            wide = self.page.evaluate(_WIDEST)
            self._complaints.append(f"{self.page.url} is wider than a phone: {wide}")
        self.page.set_viewport_size(_DESK)

    def read_qr(self, picture: bytes) -> str:
        """The text of the QR symbol in a PNG, as the site's own reader decodes it; empty without one."""
        scratch = self.context.new_page()
        try:
            scratch.evaluate((_VENDOR / "jsQR.js").read_text(encoding="utf-8"))
            text: str = scratch.evaluate(
                """async (picture) => {
                  const answer = await fetch(`data:image/png;base64,${picture}`);
                  const bitmap = await createImageBitmap(await answer.blob());
                  const canvas = document.createElement("canvas");
                  canvas.width = bitmap.width; canvas.height = bitmap.height;
                  const context = canvas.getContext("2d");
                  context.drawImage(bitmap, 0, 0);
                  const image = context.getImageData(0, 0, canvas.width, canvas.height);
                  const found = jsQR(image.data, image.width, image.height);
                  return found ? found.data : "";
                }""",
                b64encode(picture).decode(),
            )
            return text
        finally:
            scratch.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and _OF_AN_ANSWER not in message.text:
            self._complaints.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != _DOWNLOADED:
            self._complaints.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self._complaints.append(f"{response.status}: {response.url}")
