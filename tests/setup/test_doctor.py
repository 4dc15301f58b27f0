"""`mingpiao doctor` says what is missing, and what to do."""

import json
from typing import Any

import pytest
from tests.setup.conftest import Table

from mingpiao.founding import doctor as province_doctor
from mingpiao.setup import doctor
from mingpiao.storage.embedded import EmbeddedServer


def findings(table: Table) -> tuple[int, dict[str, dict[str, Any]]]:
    told = table.call("doctor", "--json")
    report = json.loads(told.stdout)
    assert report["ok"] is (told.exit_code == 0)
    return told.exit_code, {each["name"]: each for each in report["findings"]}


def test_nothing_is_set_up(table: Table) -> None:
    code, found = findings(table)
    assert code == 1
    assert found["database"]["message"] == "没有指定数据库。"
    assert "mingpiao setup" in found["database"]["advice"]


def test_a_finished_setup_is_sound_and_tells_what_comes_next(table: Table, cluster: EmbeddedServer) -> None:
    assert table.setup().exit_code == 0
    code, found = findings(table)
    bad = {name for name, each in found.items() if each["state"] == "bad"}
    # The cluster of the tests does not wait for the disk.
    assert (code, bad) == (1, {"durability"})
    warned = {name for name, each in found.items() if each["state"] == "warn"}
    assert warned == {"administrators", "departments", "units", "worker", "backup"}
    assert found["master_key"]["message"] == (
        "可以打开 3 个签章私钥；份额由 张三、李四、王五 保管，2 份可恢复。"
    )
    assert found["regions"]["message"] == "115 个。"
    assert found["departments"]["message"] == "负责人 0 人，经办人 0 人。"
    assert "全部账户" in found["departments"]["advice"]
    shown = table.call("doctor")
    assert "警告  用票单位  0 个。请由财政部门登记用票单位。" in shown.output


def test_a_database_that_is_away_or_empty_is_told(table: Table, empty_database_url: str) -> None:
    away = ("doctor", "--json", "--database-url", "postgresql://a@127.0.0.1:1/b")
    found = {each["name"]: each for each in json.loads(table.call(*away).stdout)["findings"]}
    assert found["database"]["message"].startswith("连不上数据库")
    assert "schema" not in found
    empty = table.call("doctor", "--json", "--database-url", empty_database_url)
    found = {each["name"]: each for each in json.loads(empty.stdout)["findings"]}
    assert "请先运行 mingpiao migrate" in found["schema"]["message"]


@pytest.mark.parametrize("wrong", ["gone", "other"])
def test_a_key_that_is_gone_or_another_one_is_told(table: Table, wrong: str) -> None:
    table.setup()
    if wrong == "gone":
        table.key.unlink()
    else:
        table.key.write_text("00112233445566778899aabbccddeeff")
        table.key.chmod(0o644)
    code, found = findings(table)
    assert (code, found["master_key"]["state"]) == (1, "bad")
    assert "mingpiao key restore" in found["master_key"]["advice"]
    assert found["permissions"]["state"] == ("ok" if wrong == "gone" else "bad")


def test_missing_parts_of_the_machine_are_told(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "STATIC_DIR", table.folder)
    monkeypatch.setattr(doctor, "FONT_PATH", table.folder / "none.ttf")
    monkeypatch.setattr(doctor, "_FREE_MEGABYTES", 2**50)
    _, found = findings(table)
    assert {name for name, each in found.items() if each["state"] == "bad"} >= {"assets", "fonts", "disk"}


def test_certificates_that_end_soon_are_told(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    table.setup()
    from datetime import timedelta

    monkeypatch.setattr(province_doctor, "_ENDS_SOON", timedelta(days=365 * 11))
    _, found = findings(table)
    assert found["certificates"]["state"] == "warn"
    assert "请在到期前" in found["certificates"]["advice"]
