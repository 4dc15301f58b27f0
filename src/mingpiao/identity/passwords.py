"""Passwords: which are allowed, and how they are stored.

Argon2id takes tens of milliseconds and megabytes on purpose. Hashing runs in a few threads of its own, so
many sign-ins at once wait in line instead of taking processor and memory away from issuing.
"""

import asyncio
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from functools import cache

import msgspec
import unicodedata2 as unicodedata
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mingpiao.identity.waiting_line import WaitingLine
from mingpiao.kernel.errors import Problem

MAXIMUM_LENGTH = 128
#: Stands in the place of a hash while an invited person has chosen no password.
NO_PASSWORD = ""
_AT_ONCE = 2
#: A password must stand so many guesses (as a power of ten); eight random characters stand 8.
_GUESSES_LOG10 = 7.75
_LOOKED_AT = 40
#: What somebody tries here first.
_OUR_WORDS = ("mingpiao", "piaoju", "caizheng", "yiyuan", "kaipiao", "admin", "zhangsan", "lisi", "wangwu")
# OWASP's second choice (19 MiB, two passes) with more memory; one lane, as each hash runs in one thread.
_HASHER = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)
_THREADS = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="password")
_LINE = WaitingLine(_AT_ONCE, most_waiting=32)
# Without characters that look alike in print.
_RANDOM_LENGTH = 16
_ALPHABETS = ("abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "@#%+=?-")


#: Shorter parts of a username stand in many passwords by chance.
_WORD = 4


class PasswordProfile(StrEnum):
    """The two ways to keep passwords: mixed and changed regularly, or long and changed only for a reason."""

    DENGBAO = "dengbao"
    ASVS = "asvs"

    @property
    def label(self) -> str:
        return {"dengbao": "等保三级", "asvs": "OWASP ASVS"}[self.value]


class PasswordPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The rules for a new password. `classes` is how many kinds of characters it needs (lower, upper, digits,
    others), `history` of how many of the account's last passwords, the present one among them, it must be none.

    `maximum_age_days` is None where passwords need no regular change.
    """

    profile: PasswordProfile
    minimum_length: int
    classes: int = 1
    history: int = 0
    maximum_age_days: int | None = None

    @property
    def hint(self) -> str:
        """The rules in a sentence, for who chooses a password."""
        parts = [f"至少{self.minimum_length}位"]
        if self.classes > 1:
            parts.append(f"含大写字母、小写字母、数字、其他符号中的{self.classes}种")
        parts += ["不含用户名", "不能是常见密码"]
        if self.history:
            parts.append(f"不能与最近{self.history}个密码相同")
        return "，".join(parts) + "。"

    def falls_short(self, password: str) -> bool:
        """Whether a password of before is too short, or has too few kinds of characters."""
        return len(password) < self.minimum_length or _classes(password) < self.classes


#: 等保三级 (GB/T 22239 8.1.4.1 a): complex enough, and changed regularly.
DENGBAO = PasswordPolicy(
    profile=PasswordProfile.DENGBAO, minimum_length=8, classes=3, history=5, maximum_age_days=90
)
#: OWASP ASVS 5.0 V6.2: long, not a common one, no rules of composition and no regular change.
ASVS = PasswordPolicy(profile=PasswordProfile.ASVS, minimum_length=12)


def password_problems(
    policy: PasswordPolicy, password: str, *, username: str, field: str = "password"
) -> tuple[Problem, ...]:
    """All reasons why a password is not allowed; empty if it is. How soon it is guessed is asked last."""
    checks = (
        (len(password) < policy.minimum_length, f"密码至少需要{policy.minimum_length}位，请加长。"),
        (len(password) > MAXIMUM_LENGTH, f"密码不能超过{MAXIMUM_LENGTH}位，请缩短。"),
        (
            _classes(password) < policy.classes,
            f"密码须包含大写字母、小写字母、数字、其他符号中的至少{policy.classes}种，请补充。",
        ),
        (username.casefold() in password.casefold(), "密码不能包含用户名，请更换。"),
        (
            any(unicodedata.category(character) == "Cc" for character in password),
            "密码不能含控制字符，请更换。",
        ),
    )
    messages = [message for wrong, message in checks if wrong]
    if not messages and _is_guessed(password, username):
        messages = [
            "密码里有用户名的一部分，容易被猜中，请更换。"
            if _has_part(password, username)
            else "该密码过于常见，容易被猜中，请更换。"
        ]
    return tuple(Problem(code="account.password_weak", field=field, message=message) for message in messages)


def _has_part(password: str, username: str) -> bool:
    """Whether a password has a part of the username in it: a word, or the letters before its digits."""
    parts = [part for part in re.split(r"[^a-z]+", username.casefold()) if len(part) >= _WORD]
    return any(part in password.casefold() for part in parts)


def _is_guessed(password: str, username: str) -> bool:
    """Whether somebody who tries words, dates, rows of keys and their usual disguises is soon there."""
    # Ten megabytes that only a process needs in which somebody chooses a password.
    from zxcvbn import zxcvbn

    # Its time grows with the square of the length, and what begins well is good.
    looked_at = password[:_LOOKED_AT] or "-"
    return float(zxcvbn(looked_at, user_inputs=[username, *_OUR_WORDS])["guesses_log10"]) < _GUESSES_LOG10


def _classes(password: str) -> int:
    kinds: tuple[Callable[[str], bool], ...] = (str.islower, str.isupper, str.isdecimal)
    found = {next((index for index, is_kind in enumerate(kinds) if is_kind(c)), len(kinds)) for c in password}
    return len(found)


def random_password(policy: PasswordPolicy = DENGBAO) -> str:
    """A random password of at least 16 characters of all kinds, as long as a policy wants it, for handing out."""
    letters = [secrets.choice(alphabet) for alphabet in _ALPHABETS]
    more = max(_RANDOM_LENGTH, policy.minimum_length) - len(letters)
    letters += [secrets.choice("".join(_ALPHABETS)) for _ in range(more)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


async def hash_password(password: str) -> str:
    """The Argon2id hash of a password, in PHC format."""
    async with _LINE.turn(known=True):
        return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, password)


async def password_fits(stored: str | None, password: str, *, known: bool = False) -> bool:
    """Whether a password matches a stored hash. Without a hash the check takes as long as with one.

    A `known` person is served first. Raises `Refusal` (`session.busy`, 503) when too many others wait.
    """
    async with _LINE.turn(known=known):
        return await asyncio.get_running_loop().run_in_executor(_THREADS, _fits, stored, password)


@cache
def _nobody() -> str:
    """A hash that no password matches. It is checked for unknown users, so that their sign-in takes as long
    as any.
    """
    return _HASHER.hash(secrets.token_urlsafe(32))


def _fits(stored: str | None, password: str) -> bool:
    nobody = _nobody()  # Computed in advance, so that the first unknown user waits no longer than others.
    try:
        _HASHER.verify(stored or nobody, password[: MAXIMUM_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
