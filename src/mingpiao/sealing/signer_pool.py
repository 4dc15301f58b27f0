"""The signer that production uses: a few processes, the only ones that hold open private keys.

Work goes to them in chunks. If a process dies or hangs, the callers whose chunks it had get
`SignerUnavailable`. Sealing changes nothing, so they may simply try again.
"""

import asyncio
import os
from collections.abc import Coroutine, Sequence
from typing import Any, Self, TypeVar

import msgspec

from mingpiao.crypto.keystore import MasterKey
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.processes.confined import ConfinedProcessFailed, ConfinedProgram
from mingpiao.processes.standing_pool import StandingPool
from mingpiao.sealing import xml
from mingpiao.sealing.errors import SignerUnavailable
from mingpiao.sealing.model import SealedXml, SealOutcome, SealTask, StampTask
from mingpiao.sealing.signer import PartyKey, party_key, write_text
from mingpiao.sealing.signer_process import (
    MAX_MESSAGE,
    BillToSeal,
    Greeting,
    SealChunk,
    SignatureToStamp,
    SignerAnswer,
    StampChunk,
    encode,
)

#: Bills in a chunk: about 20 ms of work, so a small train never waits long behind a large one.
CHUNK = 32

_PROGRAM = ConfinedProgram(
    module="mingpiao.sealing.signer_process",
    most_request=MAX_MESSAGE,
    most_answer=MAX_MESSAGE,
    # The signing library, and how it is set up.
    passed_on=("MINGPIAO_LIBCRYPTO", "OPENSSL_CONF", "OPENSSL_MODULES"),
    shows_errors=True,
)

T = TypeVar("T")

_answers = msgspec.msgpack.Decoder(list[SignerAnswer])


class ProcessSigner:
    """A `Signer` that uses a pool of signer processes. It belongs to the event loop that starts it.

    `patience` is how many seconds a caller waits at most, also while processes are being replaced.
    `call_seconds` is how long a process may work on one chunk before it is killed and replaced.
    """

    def __init__(
        self,
        master: MasterKey,
        processes: int | None = None,
        *,
        patience: float = 12.0,
        call_seconds: float = 5.0,
    ) -> None:
        self._count = processes or os.cpu_count() or 1
        self._patience = patience
        self._processes = StandingPool(
            _PROGRAM,
            self._count,
            greeting=encode(Greeting(master.hex())),
            call_seconds=call_seconds,
            wait_seconds=patience,
        )

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The processes that are ready to sign now."""
        return self._processes.process_ids

    async def start(self) -> None:
        """Start the processes and wait until one is ready. Raises SignerUnavailable if none is in time."""
        try:
            await self._processes.start()
        except ConfinedProcessFailed as error:
            raise SignerUnavailable from error

    async def close(self) -> None:
        """See `Signer.close`."""
        await self._processes.close()

    async def check(self) -> None:
        """See `Signer.check`: a process answers a chunk of nothing."""
        await self._patiently(self._answer_nothing())

    async def seal(self, tasks: Sequence[SealTask]) -> list[SealOutcome]:
        """See `Signer.seal`."""
        if not tasks:
            return []
        return await self._patiently(self._seal_chunks(tasks))

    async def stamp(self, tasks: Sequence[StampTask]) -> list[bytes]:
        """See `Signer.stamp`."""
        if not tasks:
            return []
        return await self._patiently(self._stamp_chunks(tasks))

    async def _seal_chunks(self, tasks: Sequence[SealTask]) -> list[SealOutcome]:
        await self._processes.start()
        outcomes: list[SealOutcome | None] = [None] * len(tasks)
        chunks: list[tuple[list[int], asyncio.Future[bytes]]] = []
        size = self._chunk_size(len(tasks))
        for start in range(0, len(tasks), size):
            places, chunk = _seal_chunk(tasks, range(start, min(start + size, len(tasks))), outcomes)
            if places:
                chunks.append((places, self._processes.submit(encode(chunk))))
            if start + size < len(tasks):
                # Writing thousands of texts must not block the event loop for long.
                await asyncio.sleep(0)
        for places, answers in await _all_answers(chunks):
            for place, answer in zip(places, answers, strict=True):
                outcomes[place] = answer.problem or SealedXml(answer.first, answer.sm3)
        return [outcome for outcome in outcomes if outcome is not None]

    async def _answer_nothing(self) -> None:
        await self._processes.start()
        await self._processes.submit(encode(SealChunk([], [])))

    async def _stamp_chunks(self, tasks: Sequence[StampTask]) -> list[bytes]:
        await self._processes.start()
        size = self._chunk_size(len(tasks))
        chunks = [
            (start, self._processes.submit(encode(_stamp_chunk(tasks[start : start + size]))))
            for start in range(0, len(tasks), size)
        ]
        answers = [answer for _, part in await _all_answers(chunks) for answer in part]
        problems = [answer.problem for answer in answers if answer.problem]
        if problems:
            raise Refusal(*problems)
        return [answer.first for answer in answers]

    def _chunk_size(self, tasks: int) -> int:
        return min(CHUNK, -(-tasks // self._count))

    async def _patiently(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            async with asyncio.timeout(self._patience):
                return await work
        except (TimeoutError, ConfinedProcessFailed) as error:
            raise SignerUnavailable from error


def _seal_chunk(
    tasks: Sequence[SealTask], part: range, outcomes: list[SealOutcome | None]
) -> tuple[list[int], SealChunk]:
    """A chunk of the tasks at some places, and the places that are in it. A task that cannot be written gets
    its outcome here.
    """
    parties: dict[PartyKey, int] = {}
    places: list[int] = []
    bills: list[BillToSeal] = []
    for place in part:
        task = tasks[place]
        text = write_text(task.face)
        if isinstance(text, Problem):
            outcomes[place] = text
            continue
        unit = parties.setdefault(party_key(task.unit), len(parties))
        supervisor = parties.setdefault(party_key(task.supervisor), len(parties))
        bills.append(BillToSeal(text, xml.signature_time(task.face.issued_at), unit, supervisor))
        places.append(place)
    return places, SealChunk(list(parties), bills)


def _stamp_chunk(tasks: Sequence[StampTask]) -> StampChunk:
    return StampChunk(
        [
            SignatureToStamp(task.signature_xml, task.path, party_key(task.party), task.party.seal, task.at)
            for task in tasks
        ]
    )


async def _all_answers(
    chunks: Sequence[tuple[T, asyncio.Future[bytes]]],
) -> list[tuple[T, list[SignerAnswer]]]:
    """Each chunk's answers, with the chunk's places. If one chunk fails, all fail, after all have ended."""
    answered = await asyncio.gather(*(answer for _, answer in chunks), return_exceptions=True)
    for answer in answered:
        if isinstance(answer, BaseException):
            raise answer
    return [(name, _answers.decode(answer.result())) for name, answer in chunks]
