"""A small question that tells a person from a program that guesses by the thousand.

It is a sum in words, so that it works without scripts and for who hears the page. Nothing is kept until it
is solved: what was asked stands in a token under a key that all processes derive from the master key. A
token holds for one network address and ten minutes, and opens one check.
"""

import hmac
import secrets

import asyncpg
import msgspec

from mingpiao.crypto.sm3 import hmac_sm3
from mingpiao.kernel.clock import now
from mingpiao.kernel.grammar import read_whole

HOLDS_SECONDS = 600
_DIGITS = "零一二三四五六七八九"
_LONGEST = 200

_SPEND = """
INSERT INTO verification_failures (subject, day, failures) VALUES ($1, $2, 1)
ON CONFLICT DO NOTHING RETURNING true
"""


class Puzzle(msgspec.Struct, frozen=True):
    """A question for a person, and the token that goes with the answer."""

    question: str
    token: str


class PuzzleReply(msgspec.Struct, frozen=True):
    """What somebody answered; both empty when nothing was asked."""

    token: str = ""
    answer: str = ""


class Puzzles:
    """Asks, and knows what was asked."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", key: bytes) -> None:
        self._pool = pool
        self._key = key

    def ask(self, address: str) -> Puzzle:
        """A fresh question for an address."""
        left, right = secrets.randbelow(80) + 11, secrets.randbelow(80) + 11
        stem = f"{int(now().timestamp()) + HOLDS_SECONDS}.{secrets.token_hex(12)}"
        question = f"{in_words(left)}加{in_words(right)}等于多少？"
        return Puzzle(question, f"{stem}.{self._seal(stem, left + right, address)}")

    async def is_solved(self, reply: PuzzleReply, address: str) -> bool:
        """Whether a reply answers a question that was asked of this address; each holds once."""
        stem, _, seal = reply.token[:_LONGEST].rpartition(".")
        answer, until = read_whole(reply.answer.strip(), digits=4), read_whole(stem.partition(".")[0])
        if answer is None or until is None or until < now().timestamp():
            return False
        if not hmac.compare_digest(seal.encode(), self._seal(stem, answer, address).encode()):
            return False
        return bool(await self._pool.fetchval(_SPEND, f"puzzle:{stem}", now().date()))

    def _seal(self, stem: str, answer: int, address: str) -> str:
        return hmac_sm3(self._key, f"{stem}\n{answer}\n{address}".encode()).hex()


def in_words(number: int) -> str:
    """A number of two digits in Chinese."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 1 else _DIGITS[tens]
    return f"{head}十{_DIGITS[ones] if ones else ''}"
