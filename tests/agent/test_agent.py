"""The agent on a person's machine: who may ask it, its PIN, and what it signs."""

import asyncio
from base64 import b64decode
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from tests.ukeys.keys import OutsideCA

from mingpiao.agent.model import MAX_TRIES
from mingpiao.agent.server import create_agent
from mingpiao.agent.store import Costs, FileToken
from mingpiao.cli import main
from mingpiao.crypto import x509
from mingpiao.crypto.challenges import signed_text
from mingpiao.crypto.pkcs10 import read_request
from mingpiao.crypto.sm2 import PublicKey
from mingpiao.kernel.errors import Refusal

CHEAP = Costs(passes=1, memory_kib=8)
PIN, SITE, PORT = "Pin-4711", "https://pj.example.gov.cn", 17431
CHALLENGE = "A" * 75


@pytest.fixture
def token(tmp_path: Path) -> FileToken:
    return FileToken(tmp_path / "agent", CHEAP)


def _with_certificate(token: FileToken, name: str = "张三") -> tuple[str, PublicKey]:
    key_id, request = token.make_key(name, PIN)
    asked = read_request(request)
    assert asked.common_name == name
    ca, public = OutsideCA.named("某 CA"), PublicKey(asked.point)
    dates = ca._dates(100, 1)
    token.install(x509.make_identity(x509.DistinguishedName(common_name=name), public, **dates))
    return key_id, public


def _refused(code: str, token: FileToken, key_id: str, pin: str) -> Refusal:
    with pytest.raises(Refusal, match=code) as caught:
        token.sign(key_id, pin, b"text")
    return caught.value


def test_a_pin_blocks_after_five_wrong_tries_and_a_right_one_counts_anew(
    token: FileToken, tmp_path: Path
) -> None:
    key_id, public = _with_certificate(token)
    for left in range(MAX_TRIES - 1, 0, -1):
        assert _refused(r"agent\.pin_wrong", token, key_id, "wrong-pin").problems[0].facts == {
            "tries_left": str(left)
        }
    assert public.verify(b"text", token.sign(key_id, PIN, b"text"))
    assert token.held_keys()[0].tries_left == MAX_TRIES
    for _ in range(MAX_TRIES - 1):
        _refused(r"agent\.pin_wrong", token, key_id, "")
    _refused(r"agent\.pin_blocked", token, key_id, "wrong-pin")
    _refused(r"agent\.pin_blocked", token, key_id, PIN)
    # Another process on the same files knows it, too.
    _refused(r"agent\.pin_blocked", FileToken(tmp_path / "agent", CHEAP), key_id, PIN)
    with pytest.raises(Refusal, match=r"agent\.pin_blocked"):
        token.change_pin(key_id, PIN, "Other-4711")


def test_a_try_is_paid_before_it_is_made(token: FileToken, monkeypatch: pytest.MonkeyPatch) -> None:
    key_id, _public = _with_certificate(token)

    def killed(*_: Any) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("mingpiao.agent.store._key_of", killed)
    with pytest.raises(KeyboardInterrupt):
        token.sign(key_id, PIN, b"text")
    assert token.held_keys()[0].tries_left == MAX_TRIES - 1


def test_keys_are_private_files_that_another_pin_opens_after_a_change(
    token: FileToken, tmp_path: Path
) -> None:
    key_id, public = _with_certificate(token)
    token.change_pin(key_id, PIN, "Other-4711")
    _refused(r"agent\.pin_wrong", token, key_id, PIN)
    assert public.verify(b"text", token.sign(key_id, "Other-4711", b"text"))
    (file,) = (tmp_path / "agent").glob("*.key")
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    for pin in ("", "12345", "111111", "密码密码密码"):
        with pytest.raises(Refusal, match=r"agent\.pin_weak"):
            token.make_key("张三", pin)
    for key in ("../x", "0" * 16):
        _refused(r"agent\.key_unknown", token, key, PIN)
    with pytest.raises(Refusal, match=r"agent\.certificate_malformed"):
        token.install(b"x")
    with pytest.raises(Refusal, match=r"agent\.key_unknown"):
        token.install(OutsideCA.named("某 CA").certificate.der)
    file.write_text("{}")
    with pytest.raises(Refusal, match=r"agent\.file_damaged"):
        token.held_keys()


async def _ask(token: FileToken, method: str, path: str, **given: Any) -> httpx.Response:
    headers = {"Origin": SITE} | given.pop("headers", {})
    headers = {name: value for name, value in headers.items() if value is not None}
    transport = httpx.ASGITransport(app=create_agent(token, port=PORT, origins=[SITE]))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{PORT}") as client:
        return await client.request(method, path, headers=headers, **given)


async def test_a_page_of_an_allowed_site_gets_a_signature_that_names_the_site(token: FileToken) -> None:
    key_id, public = _with_certificate(token)
    token.make_key("没有证书的", PIN)
    listed = await _ask(token, "GET", "/v1/keys")
    assert listed.headers["access-control-allow-origin"] == SITE
    assert [(key["key_id"], key["name"], key["tries_left"]) for key in listed.json()] == [(key_id, "张三", 5)]
    order = {"key_id": key_id, "pin": PIN, "challenge": CHALLENGE}
    signed = (await _ask(token, "POST", "/v1/sign", json=order)).json()
    assert (signed["origin"], signed["certificate"]) == (SITE, listed.json()[0]["certificate"])
    for origin, fits in ((SITE, True), ("https://other.example", False)):
        wanted = signed_text(origin, CHALLENGE)
        assert wanted is not None
        assert public.verify(wanted, b64decode(signed["signature"])) is fits
    wrong = await _ask(token, "POST", "/v1/sign", json=order | {"pin": "wrong-pin"})
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["tries_left"]) == (
        403,
        "agent.pin_wrong",
        "4",
    )
    for change, code in (
        ({"challenge": "short"}, "agent.challenge_malformed"),
        ({"challenge": "A" * 30 + "\nmore"}, "agent.challenge_malformed"),
        ({"key_id": "0" * 16}, "agent.key_unknown"),
    ):
        assert (await _ask(token, "POST", "/v1/sign", json=order | change)).json()["code"] == code
    assert token.held_keys()[0].tries_left == MAX_TRIES - 1


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": None}, "agent.origin_missing"),
        ({"Origin": "null"}, "agent.origin_unknown"),
        ({"Origin": "https://evil.example"}, "agent.origin_unknown"),
        ({"Origin": SITE + ".evil.example"}, "agent.origin_unknown"),
        ({"Origin": SITE.replace("https", "http")}, "agent.origin_unknown"),
        # A name that an attacker lets point to 127.0.0.1, also with an allowed origin.
        ({"Host": f"rebound.example:{PORT}"}, "agent.host_unknown"),
        ({"Host": "127.0.0.1:80"}, "agent.host_unknown"),
        ({"Host": ""}, "agent.host_unknown"),
    ],
)
async def test_other_pages_get_nothing(token: FileToken, headers: dict[str, str | None], code: str) -> None:
    key_id, _public = _with_certificate(token)
    order = {"key_id": key_id, "pin": "wrong-pin", "challenge": CHALLENGE}
    for method, path, given in (
        ("GET", "/v1/keys", {}),
        ("POST", "/v1/sign", {"json": order}),
        ("OPTIONS", "/v1/sign", {}),
    ):
        answer = await _ask(token, method, path, headers=headers, **given)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert token.held_keys()[0].tries_left == MAX_TRIES


async def test_browsers_that_ask_first_are_answered(token: FileToken) -> None:
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    private = {"Access-Control-Request-Private-Network": "true"}
    plain, local = await asyncio.gather(
        _ask(token, "OPTIONS", "/v1/sign", headers=asking),
        _ask(token, "OPTIONS", "/v1/sign", headers=asking | private),
    )
    assert (plain.status_code, plain.headers["access-control-allow-origin"]) == (204, SITE)
    assert plain.headers["access-control-allow-headers"] == "content-type"
    assert "access-control-allow-private-network" not in plain.headers
    assert local.headers["access-control-allow-private-network"] == "true"
    # What needs no preflight is no JSON and signs nothing.
    for content in ("text/plain", "application/x-www-form-urlencoded"):
        answer = await _ask(token, "POST", "/v1/sign", content=b"{}", headers={"Content-Type": content})
        assert answer.status_code in (400, 415)
    large = await _ask(token, "POST", "/v1/sign", json={"key_id": "x" * 5_000, "pin": "", "challenge": ""})
    assert large.status_code == 413


def test_the_commands_make_install_and_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingpiao.agent.store.Costs", lambda: CHEAP)
    runner, store = CliRunner(), ["agent", "--store", str(tmp_path / "keys")]
    made = runner.invoke(main, [*store, "new", "张三", "--pin", PIN, "--out", str(tmp_path / "request.pem")])
    assert (made.exit_code, "证书申请已写入" in made.output) == (0, True)
    asked = read_request((tmp_path / "request.pem").read_bytes())
    dates = OutsideCA.named("某 CA")._dates(100, 1)
    name = x509.DistinguishedName(common_name="张三")
    (tmp_path / "c.der").write_bytes(x509.make_identity(name, PublicKey(asked.point), **dates))
    assert "张三的证书已安装" in runner.invoke(main, [*store, "install", str(tmp_path / "c.der")]).output
    (key,) = FileToken(tmp_path / "keys").held_keys()
    assert f"{key.key_id}  张三  已安装证书  PIN 还可以试5次" in runner.invoke(main, [*store, "list"]).output
    changed = runner.invoke(main, [*store, "pin", key.key_id, "--pin", PIN, "--new-pin", "Other-4711"])
    assert (changed.exit_code, changed.output) == (0, "PIN 已修改。\n")
    refused = runner.invoke(main, [*store, "serve", "--origin", "https://x/y"])
    assert (refused.exit_code, "网址 https://x/y 不对" in refused.output) == (1, True)
