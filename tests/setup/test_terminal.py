"""`mingpiao setup` at a terminal: by a file, by questions, repeated, cut off, with wrong values."""

import asyncio
import re
import stat
import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.setup.conftest import Table

from mingpiao.catalog.service import load as load_catalog
from mingpiao.crypto.shares import join_shares, read_share
from mingpiao.founding.model import FoundingPlan, FoundingState
from mingpiao.founding.service import founding_state
from mingpiao.identity.model import Rejected, SignedIn, acting_as
from mingpiao.identity.service import TrailQuestion, audit_trail, change_password, sign_in
from mingpiao.sealing.service import find_key, read_seal
from mingpiao.settings import SETTINGS_FILE, load
from mingpiao.setup import plans, running
from mingpiao.storage.database import Database


def within(table: Table, work: Callable[[Database], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        database = await Database.open(table.url, pool_size=2)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def state_of(table: Table) -> FoundingState:
    async def read(database: Database) -> FoundingState:
        async with database.system() as connection:
            return await founding_state(connection)

    return within(table, read)


def passwords(shown: str) -> dict[str, str]:
    return dict(re.findall(r"用户名 (\S+)  密码 (\S+)", shown))


def test_a_plan_makes_a_province_from_an_empty_database(table: Table) -> None:
    done = table.setup()
    assert done.exit_code == 0, done.output
    assert [line for line in done.output.splitlines() if "完成。" in line] == [
        "省份和地区：完成。",
        "主密钥分发：完成。",
        "监制章和证书：完成。",
        "起始数据：完成。",
        "首批管理员：完成。",
        "首次设置完成。",
    ]
    assert set(passwords(done.output)) == {"xitong", "anquan", "shenji"}

    async def look(database: Database) -> None:
        async with database.system() as connection:
            catalog = await load_catalog(connection)
            seal = await find_key(connection, ("department", "150000"))
            trail = (await audit_trail(connection, TrailQuestion())).items
        assert (catalog.province, len(catalog.regions), len(catalog.departments)) == ("15", 116, 116)
        assert catalog.departments["150100"].name == "呼和浩特市财政局"
        assert sorted(catalog.kinds) == ["0101", "0102", "0103", "0104", "0105", "0601", "0602"]
        assert catalog.kinds["0601"].name == "内蒙古自治区医疗门诊收费票据（电子）"
        assert catalog.bill_code(catalog.kinds["0601"]) == "15060126"
        assert {item.code[:2] for item in catalog.items.values()} == {"06"}
        assert seal is not None
        assert seal.mark.name == "内蒙古自治区财政厅财政票据监制章"
        assert "演示" not in repr(read_seal(seal.seal).name)
        told = {row.action: row.details for row in trail}
        assert told["founding:hand_out_shares"]["holders"] == "1 张三、2 李四、3 王五"
        assert told["founding:appoint"]["duty_audit"] == "吴十（shenji）"
        assert "founding:complete" in told
        assert not any(share[19:40] in str(row) for share in table.shares for row in trail)

    within(table, look)
    assert state_of(table).completed
    settings = load({"MINGPIAO_DATA_DIR": str(table.folder)})
    assert (settings.database_url, settings.master_key_file) == (table.url, table.key)
    assert stat.S_IMODE((table.folder / SETTINGS_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(table.key.stat().st_mode) == 0o600


def test_a_one_time_password_opens_once_and_must_be_changed(table: Table) -> None:
    given = passwords(table.setup().output)

    async def use(database: Database) -> None:
        for username, password in given.items():
            first = await sign_in(database, username, password, address="192.0.2.1")
            assert isinstance(first, SignedIn)
            assert first.session.account.must_change_password
        mine = f"Neu-{given['shenji']}"
        await change_password(
            database,
            first.session,
            first.token,
            old=given["shenji"],
            new=mine,
            acting=acting_as(first.session, "192.0.2.1"),
        )
        assert isinstance(await sign_in(database, "shenji", given["shenji"], address="192.0.2.1"), Rejected)
        again = await sign_in(database, "shenji", mine, address="192.0.2.1")
        assert isinstance(again, SignedIn)
        assert not again.session.account.must_change_password

    within(table, use)


def test_repeating_changes_nothing_and_says_so(table: Table) -> None:
    table.setup()
    before = table.key.read_text()
    again = table.setup()
    assert (again.exit_code, passwords(again.output)) == (0, {})
    assert "首次设置已经完成" in again.output
    assert (table.key.read_text(), len(table.shares)) == (before, 3)


@pytest.mark.parametrize(
    "step",
    [
        "lay_province",
        "hand_out",
        "record_ceremony",
        "make_seals",
        "lay_starter",
        "appoint_administrators",
        "complete",
    ],
)
def test_a_setup_that_is_cut_off_goes_on_where_it_was(
    table: Table, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(running, step)

    def cut(*arguments: Any, **named: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, step, cut)
    assert table.setup().exit_code == 1
    assert not state_of(table).completed
    key = table.key.read_text()
    monkeypatch.setattr(running, step, real)
    done = table.setup()
    assert done.exit_code == 0, done.output
    assert state_of(table).completed
    assert table.key.read_text() == key
    assert join_shares([read_share(line) for line in table.shares[-2:]]).hex() == key.strip()
    given = passwords(done.output)

    async def all_open(database: Database) -> list[bool]:
        return [
            isinstance(await sign_in(database, name, word, address="192.0.2.1"), SignedIn)
            for name, word in given.items()
        ]

    assert within(table, all_open) == [True, True, True]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            'code = "150000"\nname = "内蒙古自治区"',
            'code = "110000"\nname = "北京市"',
            "正在设置的省份是 150000",
        ),
        ('name = "内蒙古自治区"', 'name = "内蒙古自治区"\ndepartment = "另一个厅"', "财政部门已设为"),
        ('"王五"', '"陈五"', "主密钥已经分发"),
        ('categories = ["01", "06"]', 'categories = ["03"]', "起始数据已经选定"),
        ('username = "xitong"', 'username = "other"', "首批管理员已经设置"),
        ('name = "孙八"', 'name = "孙九"', "的姓名是“孙八”"),
        (
            'public_url = "http://127.0.0.1:8000"',
            'public_url = "http://127.0.0.2:8000"',
            "已有不同的 MINGPIAO_PUBLIC_URL",
        ),
    ],
)
def test_second_values_that_differ_are_refused(
    table: Table, before: str, after: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*arguments: Any, **named: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(running, "complete", cut)
        table.setup()
    stood = state_of(table)
    table.change(lambda text: text.replace(before, after))
    refused = table.setup()
    assert refused.exit_code == 1
    assert told in refused.stderr
    assert state_of(table) == stood


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('code = "150000"', 'code = "151000"', "后四位是 0000"),
        ('name = "内蒙古自治区"', 'name = "内蒙古"', "代码 150000 的名称是“内蒙古自治区”"),
        ('"王五"', '"张三"', "份额持有人不能重复"),
        ('witness = "钱七"', 'witness = "赵六"', "主持人和见证人应为两个人"),
        ('conductor = "赵六"', 'conductor = "赵六"\nthreshold = 4', "所需的份数应不少于 2"),
        ('categories = ["01", "06"]', 'categories = ["77"]', "没有票据分类 77"),
        ("template_year = 2026", "template_year = 1999", "模板年度应为"),
        ('duty = "audit"', 'duty = "system"', "首批管理员应为三人"),
        ('username = "xitong"', 'username = "x"', "用户名须为3至64位"),
        ("[settings]", "[settings]\nno_such = 1", "没有名为 no_such 的设置"),
        ("[settings]", "[settings]\nport = 70000", "端口应为"),
        ("[starter]", "[starter]\nmistyped = 1", "内容不完整或名称不对"),
        ("[province]", "[province", "不是正确的 TOML"),
        ('name = "内蒙古自治区"', 'name = "内蒙古自治区"\nregions = "/nowhere.csv"', "/nowhere.csv"),
    ],
)
def test_wrong_values_are_told_and_leave_no_finished_setup(
    table: Table, before: str, after: str, told: str
) -> None:
    table.change(lambda text: text.replace(before, after))
    refused = table.setup()
    assert refused.exit_code == 1
    assert told in refused.stderr, refused.output
    assert "Traceback" not in refused.output


def test_a_database_that_is_away_is_told(table: Table) -> None:
    table.change(lambda text: text.replace(table.url, "postgresql://a@127.0.0.1:1/b"))
    refused = table.setup()
    assert (refused.exit_code, refused.stderr.startswith("错误：连不上数据库")) == (1, True)
    assert not table.key.exists()


def test_regions_come_from_a_file(table: Table) -> None:
    file = table.folder / "regions.csv"
    file.write_text(
        "行政区划代码,名称\n150100,呼和浩特市\n150102,新城区\n110101,东城区\n159001,直管县\n", "utf-8"
    )
    table.change(
        lambda text: text.replace('name = "内蒙古自治区"', f'name = "内蒙古自治区"\nregions = "{file}"')
    )
    assert table.setup().exit_code == 0

    async def look(database: Database) -> dict[str, str]:
        async with database.system() as connection:
            return {each.code: each.parent for each in (await load_catalog(connection)).regions.values()}

    assert within(table, look) == {"150000": "", "150100": "150000", "150102": "150100", "159001": "150000"}


def test_a_given_picture_becomes_the_seal(table: Table, tmp_path: Path) -> None:
    from PIL import Image

    picture = tmp_path / "seal.png"
    Image.new("RGBA", (600, 400), (200, 0, 0, 90)).save(picture)
    table.change(lambda text: text.replace("[starter]", f'[seal]\npicture = "{picture}"\n[starter]'))
    assert table.setup().exit_code == 0

    async def look(database: Database) -> bytes:
        async with database.system() as connection:
            seal = await find_key(connection, ("department", "150000"))
        assert seal is not None
        return read_seal(seal.seal).image.data

    assert within(table, look) == picture.read_bytes()


@pytest.mark.parametrize("size", [(400, 400), (30, 20), (6000, 4000)])
def test_a_picture_of_another_shape_is_refused(table: Table, tmp_path: Path, size: tuple[int, int]) -> None:
    from PIL import Image

    picture = tmp_path / "seal.png"
    Image.new("L", size).save(picture)
    table.change(lambda text: text.replace("[starter]", f'[seal]\npicture = "{picture}"\n[starter]'))
    refused = table.setup()
    assert (refused.exit_code, "监制章图样应为 PNG" in refused.stderr) == (1, True)
    assert not state_of(table).has_seal


def test_questions_lead_through_the_same_steps(table: Table) -> None:
    answers = [
        table.url,
        "",
        str(table.key),
        "151111",
        "某省",
        "",
        "",
        "150000",
        "",
        "",
        "none",
        "张三 李四",
        "2",
        "赵六",
        "赵六",
        "张三 李四",
        "2",
        "赵六",
        "钱七",
        "",
        "06",
        "2026",
        *("xitong", "孙八", "anquan", "周九", "shenji", "吴十"),
    ]
    done = table.call("setup", typed="\n".join(answers) + "\n")
    assert done.exit_code == 0, done.output
    assert done.output.count("请更正：") == 2
    assert state_of(table).completed
    assert len(passwords(done.output)) == 3


def test_the_example_is_a_plan(table: Table) -> None:
    shown = table.call("setup", "--example").output
    plan = msgspec.convert(tomllib.loads(shown), FoundingPlan)
    assert plan.province.code == "150000"
    assert shown == plans.example()


def test_a_share_is_only_confirmed_by_its_own_end(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["0000", "", "份额"])
    real = table.show
    monkeypatch.setattr(table, "show", lambda distribution: next(typed, None) or real(distribution))
    assert table.setup().exit_code == 0
    assert len(table.complaints) >= 2
    ceremony = state_of(table).ceremony
    assert ceremony is not None
    assert [each.fingerprint for each in ceremony.holders] == [
        read_share(line).fingerprint() for line in table.shares
    ]


def test_the_key_is_restored_from_shares_and_checked(table: Table) -> None:
    table.setup()
    key = table.key.read_text().strip()
    checked = table.call("key", "check")
    assert checked.exit_code == 0
    assert checked.output.startswith("主密钥正确")
    table.key.unlink()
    assert table.call("key", "check").exit_code == 1
    wrong = table.shares[0][:-1] + ("0" if table.shares[0][-1] != "0" else "1")
    typed = "\n".join([wrong, table.shares[2], table.shares[2], table.shares[0]]) + "\n"
    done = table.call("key", "restore", str(table.key), typed=typed)
    assert done.exit_code == 0, done.output
    assert "抄写有误" in done.output
    assert "已经输入过" in done.output
    assert table.key.read_text().strip() == key
    assert table.call("key", "check").exit_code == 0
    again = table.call("key", "restore", str(table.key), typed="\n".join(table.shares[:2]) + "\n")
    assert (again.exit_code, "已是这个主密钥" in again.output) == (0, True)


def test_another_key_is_told_and_never_overwritten(table: Table) -> None:
    table.setup()
    table.key.write_text("00112233445566778899aabbccddeeff\n")
    wrong = table.call("key", "check")
    assert (wrong.exit_code, "不是已分发的那一个" in wrong.stderr) == (1, True)
    refused = table.call("key", "restore", str(table.key), typed="\n".join(table.shares[:2]) + "\n")
    assert (refused.exit_code, "中是另一个主密钥" in refused.stderr) == (1, True)
    assert table.key.read_text() == "00112233445566778899aabbccddeeff\n"


def test_a_founding_is_not_completed_by_halves(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*arguments: Any, **named: Any) -> bool:
        return True

    monkeypatch.setattr(running, "make_seals", nothing)
    refused = table.setup()
    assert (refused.exit_code, "还没有完成：监制章" in refused.stderr) == (1, True)
    assert not state_of(table).completed
