"""Wrapping private keys under the master key, and finding the master key."""

from pathlib import Path

import pytest

from mingpiao.crypto.keystore import MasterKey
from mingpiao.kernel.errors import Refusal

HEX = "00112233445566778899aabbccddeeff"


def code(refusal: pytest.ExceptionInfo[Refusal]) -> str:
    return refusal.value.problems[0].code


def test_round_trip() -> None:
    master = MasterKey.generate()
    wrapped = master.wrap(b"private key", "label")
    assert b"private key" not in wrapped
    assert master.unwrap(wrapped, "label") == b"private key"
    assert MasterKey.from_hex(master.hex()).unwrap(wrapped, "label") == b"private key"


def test_wrong_master_key_is_named_as_such() -> None:
    wrapped = MasterKey.generate().wrap(b"private key", "label")
    with pytest.raises(Refusal, match="主密钥不对") as refusal:
        MasterKey.generate().unwrap(wrapped, "label")
    assert code(refusal) == "crypto.master_key_wrong"
    assert refusal.value.status == 503


def test_a_key_under_another_label_is_refused() -> None:
    master = MasterKey.generate()
    with pytest.raises(Refusal) as refusal:
        master.unwrap(master.wrap(b"private key", "label"), "other")
    assert code(refusal) == "crypto.key_damaged"


@pytest.mark.parametrize("cut", [0, 3, 5, 20])
def test_a_damaged_record_is_refused(cut: int) -> None:
    master = MasterKey.generate()
    with pytest.raises(Refusal) as refusal:
        master.unwrap(master.wrap(b"private key", "label")[:cut], "label")
    assert code(refusal) == "crypto.key_damaged"


def test_from_environment_variable() -> None:
    assert MasterKey.from_environment({"MINGPIAO_MASTER_KEY": HEX}).hex() == HEX


def test_from_file(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.write_text(HEX + "\n")
    assert MasterKey.from_environment({"MINGPIAO_MASTER_KEY_FILE": str(file)}).hex() == HEX


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "crypto.master_key_missing"),
        ({"MINGPIAO_MASTER_KEY": "zz"}, "crypto.master_key_malformed"),
        ({"MINGPIAO_MASTER_KEY": HEX[:-2]}, "crypto.master_key_malformed"),
        ({"MINGPIAO_MASTER_KEY_FILE": "/nonexistent/master.key"}, "crypto.master_key_unreadable"),
    ],
)
def test_a_missing_or_malformed_master_key_is_explained(environment: dict[str, str], expected: str) -> None:
    with pytest.raises(Refusal) as refusal:
        MasterKey.from_environment(environment)
    assert code(refusal) == expected


def test_it_shows_nothing_of_itself() -> None:
    assert HEX not in repr(MasterKey.from_hex(HEX))
