"""A person signs in by UKey: the page asks the agent on this machine, which asks for the PIN."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from playwright.sync_api import expect
from tests.e2e.steps import issue_bill
from tests.e2e.town import Town
from tests.e2e.visitor import Visitor
from tests.support.waiting import wait_until

from mingpiao.agent.store import FileToken
from mingpiao.crypto.pkcs10 import to_pem
from mingpiao.demo.ukey_way import HOLDER, end_ukey_way, show_ukey_way
from mingpiao.settings import Settings

pytestmark = pytest.mark.browser
_PIN = "Pin-4711"
Made = TypeVar("Made")


@pytest.fixture
def store(tmp_path: Path, town: Town) -> Iterator[Path]:
    """The agent runs with its keys in this directory; the town's sign-in page looks for it."""
    directory = tmp_path / "agent"
    command = [sys.executable, "-m", "mingpiao", "agent", "--store", str(directory), "serve"]
    options = ["--origin", town.site.address, "--port", str(town.agent_port)]
    running = subprocess.Popen([*command, *options])
    try:
        wait_until(lambda: _answers(town.agent_port), "the agent does not answer")
        yield directory
    finally:
        running.terminate()
        running.wait()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/v1/keys").status_code == 403
    except httpx.TransportError:
        return False


def test_from_the_application_to_a_session(
    visit: Callable[..., Visitor], town: Town, store: Path, tmp_path: Path
) -> None:
    token = FileToken(store)
    _key_id, request = token.make_key("开票员", _PIN)
    manager = visit("cishan-guanli").open("/unit/ukeys")
    manager.get_by_role("link", name="申请 UKey").click()
    holder = manager.get_by_label("持有人")
    holder.select_option(value=holder.locator("option", has_text="cishan-kaipiao").get_attribute("value"))
    manager.get_by_label("证书申请（PKCS#10）").fill(to_pem(request))
    manager.get_by_role("button", name="提交申请").click()
    manager.wait_for_url("**/unit/ukeys/*")
    own = manager.url
    officer = visit("czt-jingban").open("/finance/ukeys/" + own.rsplit("/", 1)[1])
    officer.get_by_role("button", name="签发证书").click()
    expect(officer.get_by_text("待领取")).to_be_visible()
    manager.reload()
    manager.get_by_role("button", name="领取证书").click()
    with manager.expect_download() as started:
        manager.get_by_role("link", name="下载证书").click()
    token.install(started.value.path().read_bytes())

    person = visit()
    person.expect(403)
    page = person.open("/login?next=/unit/bills")
    page.get_by_role("button", name="UKey 登录").click()
    pin = page.get_by_label("PIN")
    expect(pin).to_be_focused()
    pin.fill("wrong-pin")
    page.keyboard.press("Enter")
    expect(page.get_by_text("PIN 不正确，还可以试4次")).to_be_visible()
    pin.fill(_PIN)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{person.address}/unit/bills")
    manager.reload()
    expect(manager.get_by_text("在用")).to_be_visible()


def _run(work: Coroutine[object, object, Made]) -> Made:
    """In a thread of its own, as Playwright has the loop of this one."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, work).result()


def test_the_demonstration_shows_issuing_by_ukey(
    visit: Callable[..., Visitor], town: Town, store: Path
) -> None:
    settings = Settings(
        database_url=town.site.url,
        data_dir=town.site.directory,
        master_key_file=town.site.directory / "master.key",
        demo=True,
        port=town.site.port,
    )
    way = _run(show_ukey_way(settings, store))
    try:
        assert _run(show_ukey_way(settings, store)) == way
        assert (way.login, way.department) == (HOLDER, "呼和浩特市财政局")
        by_password = visit(HOLDER)
        by_password.expect(403)
        expect(by_password.open("/unit/issue").locator("main")).to_contain_text("本地区要求用 UKey 开票")

        page = visit().open("/login?next=/unit/issue")
        page.get_by_role("button", name="UKey 登录").click()
        expect(page.get_by_label("PIN")).to_be_focused()
        page.keyboard.type(way.pin)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        code, number = issue_bill(page, payer="阿拉坦")
        assert (len(code), len(number)) == (8, 10)
    finally:
        assert _run(end_ukey_way(settings)) == way.department
    expect(by_password.open("/unit/issue?kind=0101").locator("#payer-name")).to_be_visible()
