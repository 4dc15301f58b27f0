"""A person signs in by UKey: the page asks the agent on this machine, which asks for the PIN."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect
from tests.e2e.town import Town
from tests.e2e.visitor import Visitor
from tests.support.waiting import wait_until

from mingpiao.agent.store import FileToken
from mingpiao.crypto.pkcs10 import to_pem

pytestmark = pytest.mark.browser
_PIN = "Pin-4711"


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
