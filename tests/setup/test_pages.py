"""The pages of the first start: who may see them, the steps in their order, and what they refuse."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest
from litestar import Litestar

from mingpiao.crypto.shares import join_shares, read_share
from mingpiao.founding.model import FoundingState
from mingpiao.identity.model import SignedIn
from mingpiao.identity.service import sign_in
from mingpiao.settings import SETTINGS_FILE, Settings, load
from mingpiao.setup.first_start import new_token
from mingpiao.setup.pages import SetupDesk, create_setup_app
from mingpiao.storage.database import Database

KEY = {
    "key-conductor": "赵六",
    "key-witness": "钱七",
    "holder-1": "张三",
    "holder-2": "李四",
    "holder-3": "王五",
    "key-threshold": "2",
}
PEOPLE = {
    "system-name": "孙八",
    "system-username": "xitong",
    "security-name": "周九",
    "security-username": "anquan",
    "audit-name": "吴十",
    "audit-username": "shenji",
}


class FirstVisitor:
    """A browser at a first start."""

    def __init__(self, app: Litestar, desk: SetupDesk, url: str, folder: Path) -> None:
        self.desk = desk
        self.url = url
        self.folder = folder
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, client=("192.0.2.7", 1)), base_url="http://first.test"
        )
        self.csrf = ""

    async def get(self, address: str = "/setup") -> str:
        return self._seen(await self.http.get(address, follow_redirects=True))

    async def post(self, step: str, form: dict[str, str] | None = None, **files: bytes) -> str:
        return self._seen(await self.send(step, form, **files))

    async def send(self, step: str, form: dict[str, str] | None = None, **files: bytes) -> httpx.Response:
        data = {"csrf_token": self.csrf} | (form or {})
        sent = {name: (f"{name}.csv", content) for name, content in files.items()} or None
        return await self.http.post(f"/setup/{step}", data=data, files=sent, follow_redirects=True)

    def _seen(self, answer: httpx.Response) -> str:
        if found := re.search(r'name="csrf_token" value="([^"]+)"', answer.text):
            self.csrf = found[1]
        return answer.text

    async def database_step(self) -> str:
        await self.post("token", {"token": self.desk.token})
        form = {"database_url": self.url, "key_file": str(self.folder / "k" / "master.key")}
        return await self.post("database", form | {"public_url": "http://first.test"})

    async def shares(self) -> list[str]:
        lines: list[str] = []
        for _ in range(3):
            page = await self.post("share", {"deed": "show"})
            found = re.search(r'id="share">([^<]+)<', page)
            assert found, page
            lines.append(found[1])
            await self.post("share", {"deed": "confirm", "typed": found[1][-4:]})
        return lines


@pytest.fixture
async def visitor(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FirstVisitor]:
    monkeypatch.delenv("MINGPIAO_MASTER_KEY", raising=False)
    finished: list[bool] = []
    desk = SetupDesk(
        settings=Settings(data_dir=tmp_path), token=new_token(), finished=lambda: finished.append(True)
    )
    app = create_setup_app(desk)
    made = FirstVisitor(app, desk, empty_database_url, tmp_path)
    try:
        yield made
    finally:
        await made.http.aclose()
        await desk.close()


def heading(page: str) -> str:
    found = re.search(r'card-title">([^<]+)<', page)
    return found[1] if found else ""


async def test_every_address_leads_to_the_first_setup_and_programs_hear_503(visitor: FirstVisitor) -> None:
    for address in ("/", "/login", "/unit/bills", "/setup"):
        assert "一次性令牌" in await visitor.get(address)
    for address in ("/healthz", "/api/v1/bills"):
        answer = await visitor.http.get(address)
        assert (answer.status_code, answer.json()["code"]) == (503, "service.unset")


async def test_without_the_token_nothing_is_done(visitor: FirstVisitor) -> None:
    assert "令牌不正确" in await visitor.post("token", {"token": "2222-2222-2222-2222-2222"})
    for step in ("database", "province", "key", "share", "seal", "starter", "administrators", "finish"):
        answer = await visitor.send(step, {"database_url": visitor.url})
        assert "一次性令牌" in answer.text
    assert not (visitor.folder / SETTINGS_FILE).exists()


async def test_a_token_opens_one_browser(visitor: FirstVisitor) -> None:
    assert (
        heading(await visitor.post("token", {"token": f" {visitor.desk.token.upper()} "})) == "数据库和设置"
    )
    visitor.http.cookies.clear()
    assert "令牌已在另一个浏览器中使用" in await visitor.post("token", {"token": visitor.desk.token})


async def test_a_form_of_another_site_is_refused(visitor: FirstVisitor) -> None:
    await visitor.post("token", {"token": visitor.desk.token})
    answer = await visitor.send("database", {"csrf_token": "stranger", "database_url": visitor.url})
    assert (answer.status_code, "页面已失效" in answer.text) == (403, True)
    assert visitor.desk.database is None


async def test_the_pages_lead_to_a_province(visitor: FirstVisitor) -> None:
    assert heading(await visitor.database_step()) == "省份和地区"
    settings = load({"MINGPIAO_DATA_DIR": str(visitor.folder)})
    assert (settings.database_url, settings.public_url) == (visitor.url, "http://first.test")
    assert (
        heading(await visitor.post("province", {"province-code": "150000", "regions": "shipped"}))
        == "主密钥分发"
    )
    assert heading(await visitor.post("key", KEY)) == "第 1 份，共 3 份：张三"
    shares = await visitor.shares()
    assert join_shares([read_share(line) for line in shares[1:]]).hex() == settings.master_key().hex()
    assert heading(await visitor.get()) == "财政票据监制章"
    assert heading(await visitor.post("seal")) == "起始数据"
    chosen = {"category": "06", "items": "yes", "starter-template_year": "2026"}
    assert heading(await visitor.post("starter", chosen)) == "首批管理员"
    page = await visitor.post("administrators", PEOPLE)
    words = re.findall(r'user-select-all">([^<]+)<', page)
    assert len(words) == 3
    assert not visitor.desk.completed
    done = await visitor.post("finish")
    assert "首次设置完成" in done
    assert visitor.desk.completed
    database = await Database.open(visitor.url, pool_size=1)
    try:
        signed_in = await sign_in(database, "shenji", words[2], address="192.0.2.7")
        assert isinstance(signed_in, SignedIn)
        assert signed_in.session.account.must_change_password
        async with database.system() as connection:
            from mingpiao.founding.service import founding_state

            state = await founding_state(connection)
    finally:
        await database.close()
    assert (state.completed, state.starter) == (True, ("06",))
    assert state.ceremony is not None
    assert [each.fingerprint for each in state.ceremony.holders] == [
        read_share(line).fingerprint() for line in shares
    ]


async def test_a_first_start_that_was_stopped_goes_on_at_its_step(visitor: FirstVisitor) -> None:
    await visitor.database_step()
    await visitor.post("province", {"province-code": "150000", "regions": "none"})
    await visitor.post("key", KEY)
    await visitor.post("share", {"deed": "show"})
    state = await visitor.desk.state()
    assert (state.begun, state.ceremony) == (True, None)
    again = SetupDesk(
        settings=load({"MINGPIAO_DATA_DIR": str(visitor.folder)}), token=new_token(), finished=lambda: None
    )
    other = FirstVisitor(create_setup_app(again), again, visitor.url, visitor.folder)
    try:
        page = await other.post("token", {"token": again.token})
        assert "数据库地址已由设置给出" in page
        page = await other.post("database", {"public_url": "http://first.test"})
        assert heading(page) == "主密钥分发"
        assert again.master is not None
        assert again.master.hex() == (visitor.folder / "k" / "master.key").read_text().strip()
    finally:
        await other.http.aclose()
        await again.close()


async def test_a_share_is_shown_to_who_asks_and_not_on_reload(visitor: FirstVisitor) -> None:
    await visitor.database_step()
    await visitor.post("province", {"province-code": "150000", "regions": "none"})
    await visitor.post("key", KEY)
    assert 'id="share"' not in await visitor.get()
    shown = await visitor.post("share", {"deed": "show"})
    assert 'id="share"' in shown
    wrong = await visitor.post("share", {"deed": "confirm", "typed": "zzzz"})
    assert "与份额的最后 4 位不符" in wrong
    assert heading(wrong) == "第 1 份，共 3 份：张三"
    assert 'id="share"' not in await visitor.get()
    assert heading(await visitor.post("share", {"deed": "again"})) == "主密钥分发"
    assert (await visitor.desk.state()) == FoundingState(
        begun=True, province="150000", starter=None, administrators=0
    )


@pytest.mark.parametrize(
    ("step", "form", "told"),
    [
        ("database", {"database_url": ""}, "请填写数据库地址"),
        ("database", {"database_url": "mysql://x"}, "postgresql://"),
        ("database", {"database_url": "postgresql://a@127.0.0.1:1/b"}, "连不上数据库"),
        ("province", {"province-code": ""}, "省级行政区划代码应为六位"),
        ("province", {"province-code": "150000", "regions": "file"}, "请选择行政区划文件"),
        ("key", {**KEY, "key-witness": "赵六"}, "主持人和见证人应为两个人"),
        ("key", {**KEY, "key-threshold": "x"}, "恢复主密钥所需的份数"),
        ("key", {**KEY, "holder-2": "", "holder-3": ""}, "份额持有人应为 2 至"),
        ("starter", {"category": "55", "starter-template_year": "2026"}, "没有票据分类 55"),
        ("starter", {"starter-template_year": "0"}, "模板年度应为"),
        ("administrators", {**PEOPLE, "audit-username": "xitong"}, "用户名各不相同"),
        ("administrators", {**PEOPLE, "audit-name": ""}, "请填写姓名"),
        ("finish", {}, "还没有完成"),
    ],
)
async def test_wrong_answers_are_told_at_their_step(
    visitor: FirstVisitor, step: str, form: dict[str, str], told: str
) -> None:
    if step == "database":
        await visitor.post("token", {"token": visitor.desk.token})
    else:
        await visitor.database_step()
    if step not in {"database", "province"}:
        await visitor.post("province", {"province-code": "150000", "regions": "none"})
    before = await visitor.desk.state()
    answer = await visitor.send(step, form)
    assert 400 <= answer.status_code < 500 or answer.status_code == 503
    assert told in answer.text
    assert msgspec.to_builtins(await visitor.desk.state()) == msgspec.to_builtins(before)


async def test_regions_are_uploaded_as_a_file(visitor: FirstVisitor) -> None:
    await visitor.database_step()
    table = "代码,名称\n150100,呼和浩特市\n".encode()
    form = {"province-code": "150000", "regions": "file"}
    assert "第一行应有" in await visitor.post("province", form, file=b"a,b\n1,2\n")
    assert heading(await visitor.post("province", form, file=table)) == "主密钥分发"
