"""Passwords at their real price, for tests that are about it."""

import pytest

from mingpiao.identity import passwords

#: As it is before tests make it quick.
_HASHER = passwords._HASHER


@pytest.fixture
def slow_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", _HASHER)
