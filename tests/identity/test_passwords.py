"""What passwords must be, and how much work a look at one is."""

from typing import Literal

import pytest
from argon2 import PasswordHasher

from mingpiao.identity import passwords
from mingpiao.identity.passwords import (
    ASVS,
    DENGBAO,
    PasswordPolicy,
    hash_password,
    password_fits,
    password_problems,
    random_password,
)


def _messages(policy: PasswordPolicy, password: str) -> list[str]:
    return [problem.message for problem in password_problems(policy, password, username="zhangsan")]


@pytest.mark.parametrize("password", ["xK9#mQ2v", "草原上的Rain1", ("aB3-quiet-harbour-" * 8)[:128]])
def test_dengbao_takes_eight_characters_of_three_kinds(password: str) -> None:
    assert _messages(DENGBAO, password) == []


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("Aa1-xyz", "密码至少需要8位，请加长。"),
        ("quietharbour57", "密码须包含大写字母、小写字母、数字、其他符号中的至少3种，请补充。"),
        ("aB3" + "x" * 126, "密码不能超过128位，请缩短。"),
        ("ZhangSan-57", "密码不能包含用户名，请更换。"),
        ("Quiet-57\x07", "密码不能含控制字符，请更换。"),
    ],
)
def test_dengbao_refuses(password: str, message: str) -> None:
    assert _messages(DENGBAO, password) == [message]


@pytest.mark.parametrize(
    "password", ["Aa111111", "Admin@123", "P@ssw0rd2026", "Qwer1234!", "1qaz@WSX", "Zhangsan1", "Summer2026!"]
)
def test_dengbao_refuses_what_is_soon_guessed(password: str) -> None:
    problems = password_problems(DENGBAO, password, username="lisi")
    assert [problem.message for problem in problems] == ["该密码过于常见，容易被猜中，请更换。"]


def test_a_part_of_the_username_is_named_as_the_reason() -> None:
    problems = password_problems(DENGBAO, "Swxh@123", username="swxh-guanli")
    assert [problem.message for problem in problems] == ["密码里有用户名的一部分，容易被猜中，请更换。"]


def test_asvs_asks_for_length_and_nothing_common_but_no_composition() -> None:
    assert _messages(ASVS, "quiet harbour lights") == []
    assert _messages(ASVS, "Short-1") == ["密码至少需要12位，请加长。"]
    assert _messages(ASVS, "quiet harbo") == ["密码至少需要12位，请加长。"]
    assert _messages(ASVS, "contortionist") == ["该密码过于常见，容易被猜中，请更换。"]


def test_random_passwords_fit_both_policies_and_differ() -> None:
    made = {random_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        assert len(password) == 16
        assert _messages(DENGBAO, password) == []
        assert _messages(ASVS, password) == []


async def test_a_hash_fits_its_own_password_only(slow_passwords: None) -> None:
    stored = await hash_password("Quiet-Harbour-57")
    assert stored.startswith("$argon2id$v=19$m=32768,t=2,p=1$")
    assert await password_fits(stored, "Quiet-Harbour-57")
    assert not await password_fits(stored, "Quiet-Harbour-58")
    assert not await password_fits(None, "Quiet-Harbour-57")
    assert not await password_fits("not a hash", "Quiet-Harbour-57")


async def test_an_unknown_user_takes_as_much_work_as_a_known_one(
    slow_passwords: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    class Watching(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            checked.append(str(hash))
            return super().verify(hash, password)

    stored = await hash_password("Quiet-Harbour-57")
    passwords._nobody.cache_clear()
    assert not await password_fits(None, "the first unknown one")
    monkeypatch.setattr(passwords, "_HASHER", Watching())
    assert not await password_fits(stored, "wrong")
    assert not await password_fits(None, "wrong")
    known, unknown = (each.split("$")[:4] for each in checked)
    assert known == unknown == ["", "argon2id", "v=19", "m=32768,t=2,p=1"]
