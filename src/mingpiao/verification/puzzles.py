"""A small question that tells a person from a program that guesses by the thousand.

It is a sum in a picture, or, for who does not see it, a sum in words that may be answered only after a while. Nothing
is kept until it is answered: what was asked stands in a token under a key that all processes derive from the master
key. A token holds for one network address, ten minutes and one answer; the right one opens one check.
"""

import asyncio
import hmac
import math
import secrets
from base64 import b64encode
from enum import StrEnum

import asyncpg
import msgspec

from mingpiao.crypto.sm3 import hmac_sm3
from mingpiao.kernel.clock import now
from mingpiao.kernel.grammar import read_whole
from mingpiao.verification.puzzle_pictures import draw_puzzle

HOLDS_SECONDS = 600
#: Seconds for which a sum in words may not be answered yet: a program reads it at once.
WORDS_WAIT_SECONDS = 15
_DIGITS = "零一二三四五六七八九"
_LONGEST = 200
_OF_PICTURE = "请算出图中算式的结果。"

_SPEND = """
INSERT INTO verification_failures (subject, day, failures) VALUES ($1, $2, 1)
ON CONFLICT DO NOTHING RETURNING true
"""


class PuzzleWay(StrEnum):
    """How a sum is asked: in a picture, or in words with a wait."""

    PICTURE = "picture"
    WORDS = "words"


class Puzzle(msgspec.Struct, frozen=True, kw_only=True):
    """A question for a person, and the token that goes with the answer.

    `picture` is the address of the sum's picture (`data:`), empty where it is asked in words; then `wait` tells
    in how many seconds it may be answered.
    """

    question: str
    token: str
    picture: str = ""
    wait: int = 0


class PuzzleReply(msgspec.Struct, frozen=True):
    """What somebody answered, and how the next question is to be asked; empty when nothing was asked."""

    token: str = ""
    answer: str = ""
    way: PuzzleWay = PuzzleWay.PICTURE


class Solved(msgspec.Struct, frozen=True):
    """Whether a reply was right. `early`: an answer to a question in words before its time, which may be given
    again then."""

    right: bool
    early: Puzzle | None = None


class Puzzles:
    """Asks, and knows what was asked."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", key: bytes) -> None:
        self._pool = pool
        self._key = key

    async def ask(self, address: str, way: PuzzleWay) -> Puzzle:
        """A fresh question for an address."""
        left, right = secrets.randbelow(80) + 11, secrets.randbelow(80) + 11
        opens, until = int(now().timestamp()), int(now().timestamp()) + HOLDS_SECONDS
        if way is PuzzleWay.WORDS:
            opens += WORDS_WAIT_SECONDS
            # Who was told the sum in words may find it in the token as well.
            stem = f"{opens}.{until}.{secrets.token_hex(12)}.{left}.{right}"
            token = self._token(stem, left + right, address)
            return Puzzle(question=_in_words(left, right), token=token, wait=WORDS_WAIT_SECONDS)
        stem = f"{opens}.{until}.{secrets.token_hex(12)}"
        token = self._token(stem, left + right, address)
        drawn = await asyncio.to_thread(draw_puzzle, f"{left}+{right}=")
        picture = f"data:image/png;base64,{b64encode(drawn).decode()}"
        return Puzzle(question=_OF_PICTURE, token=token, picture=picture)

    async def solve(self, reply: PuzzleReply, address: str) -> Solved:
        """Whether a reply answers a question that was asked of this address; each may be answered once, rightly or
        wrongly.
        """
        sealed, _, proof = reply.token[:_LONGEST].rpartition(".")
        stem, _, seal = sealed.rpartition(".")
        answer, members = read_whole(reply.answer.strip(), digits=4), stem.split(".")
        opens, until = (read_whole(member, digits=12) for member in (*members, "", "")[:2])
        moment = now().timestamp()
        if answer is None or opens is None or until is None or until < moment:
            return Solved(right=False)
        if not hmac.compare_digest(proof.encode(), self._proof(sealed, address).encode()):
            return Solved(right=False)
        right = hmac.compare_digest(seal.encode(), self._seal(stem, answer, address).encode())
        if right and moment < opens:
            first, second = (read_whole(member, digits=2) or 0 for member in members[-2:])
            asked = _in_words(first, second)
            wait = math.ceil(opens - moment)
            return Solved(right=False, early=Puzzle(question=asked, token=reply.token, wait=wait))
        spent = await self._pool.fetchval(_SPEND, f"puzzle:{stem}", now().date())
        return Solved(right=right and bool(spent))

    def _token(self, stem: str, answer: int, address: str) -> str:
        sealed = f"{stem}.{self._seal(stem, answer, address)}"
        return f"{sealed}.{self._proof(sealed, address)}"

    def _proof(self, sealed: str, address: str) -> str:
        """Shows that a token was given out, whatever is answered: made-up tokens leave no rows behind."""
        return hmac_sm3(self._key, f"token\n{sealed}\n{address}".encode()).hex()

    def _seal(self, stem: str, answer: int, address: str) -> str:
        return hmac_sm3(self._key, f"{stem}\n{answer}\n{address}".encode()).hex()


def _in_words(left: int, right: int) -> str:
    return f"{in_words(left)}加{in_words(right)}等于多少？"


def in_words(number: int) -> str:
    """A number of two digits in Chinese."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 1 else _DIGITS[tens]
    return f"{head}十{_DIGITS[ones] if ones else ''}"
