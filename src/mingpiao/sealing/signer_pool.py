"""The signer that production uses: a few processes that alone hold open private keys.

Work goes to them in chunks over socket pairs, two chunks at a time, so that a process finds the next one
waiting when it has answered the last. A process that dies is replaced; the callers whose chunks it held
get `SignerUnavailable`, and as sealing changes nothing they may simply ask again.
"""

import asyncio
import contextlib
import os
import socket
import sys
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Coroutine, Sequence
from typing import Any, Self, TypeVar

import msgspec

from mingpiao.crypto.keystore import ENVIRONMENT_FILE, ENVIRONMENT_KEY, MasterKey
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.sealing import xml
from mingpiao.sealing.errors import SignerUnavailable
from mingpiao.sealing.model import SealedXml, SealOutcome, SealTask, StampTask
from mingpiao.sealing.signer import PartyKey, party_key, write_text
from mingpiao.sealing.signer_process import (
    LENGTH_BYTES,
    BillToSeal,
    Greeting,
    SealChunk,
    SealTime,
    SignerAnswer,
    StampChunk,
    frame,
)

#: Bills a chunk: about 20 ms of work, so that a small train never waits long behind a large one.
CHUNK = 32
_CHUNKS_IN_FLIGHT = 2
_START_SECONDS = 20.0
_STOP_SECONDS = 3.0
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 5.0

T = TypeVar("T")

_answers = msgspec.msgpack.Decoder(list[SignerAnswer])


class _Job:
    """A framed chunk and the future that its answers will fill."""

    def __init__(self, framed: bytes) -> None:
        self.framed = framed
        self.answers: asyncio.Future[list[SignerAnswer]] = asyncio.get_running_loop().create_future()

    def fail(self) -> None:
        if not self.answers.done():
            self.answers.set_exception(SignerUnavailable())
            # Whoever waited may be gone already; asyncio would then complain that nobody looked.
            self.answers.exception()


class ProcessSigner:
    """A `Signer` on a pool of signer processes. Bound to the event loop that starts it.

    `patience` is how many seconds a caller waits at most, also while processes are being replaced.
    """

    def __init__(self, master: MasterKey, processes: int | None = None, *, patience: float = 30.0) -> None:
        self._master = master
        self._count = processes or os.cpu_count() or 1
        self._patience = patience
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue()
        self._keepers: list[asyncio.Task[None]] = []
        self._living: dict[int, Process] = {}
        self._ready = asyncio.Event()
        self._closed = False

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The processes that are ready to sign now."""
        return tuple(process.pid for process in self._living.values())

    async def start(self) -> None:
        """Start the processes and wait until one is ready; SignerUnavailable when none gets ready."""
        if self._closed:
            raise SignerUnavailable
        if self._ready.is_set():
            return
        if not self._keepers:
            self._keepers = [asyncio.create_task(self._keep(place)) for place in range(self._count)]
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._ready.wait()
        except TimeoutError as error:
            raise SignerUnavailable from error

    async def close(self) -> None:
        """See `Signer.close`."""
        self._closed = True
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        self._keepers = []
        while not self._jobs.empty():
            self._jobs.get_nowait().fail()

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
        await self.start()
        outcomes: list[SealOutcome | None] = [None] * len(tasks)
        chunks: list[tuple[list[int], _Job]] = []
        size = self._chunk_size(len(tasks))
        for start in range(0, len(tasks), size):
            places, job = self._seal_job(tasks, range(start, min(start + size, len(tasks))), outcomes)
            if job is not None:
                chunks.append((places, job))
            if start + size < len(tasks):
                # Writing thousands of texts must not keep the event loop from others.
                await asyncio.sleep(0)
        for places, answers in await _all_answers(chunks):
            for place, answer in zip(places, answers, strict=True):
                outcomes[place] = answer.problem or SealedXml(answer.first, answer.sm3)
        return [outcome for outcome in outcomes if outcome is not None]

    def _seal_job(
        self, tasks: Sequence[SealTask], part: range, outcomes: list[SealOutcome | None]
    ) -> tuple[list[int], _Job | None]:
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
        return places, self._submit(frame(SealChunk(list(parties), bills))) if bills else None

    async def _stamp_chunks(self, tasks: Sequence[StampTask]) -> list[bytes]:
        await self.start()
        size = self._chunk_size(len(tasks))
        chunks = [
            (start, self._submit(frame(StampChunk([_stamp(task) for task in tasks[start : start + size]]))))
            for start in range(0, len(tasks), size)
        ]
        answers = [answer for _, part in await _all_answers(chunks) for answer in part]
        problems = [answer.problem for answer in answers if answer.problem]
        if problems:
            raise Refusal(*problems)
        return [answer.first for answer in answers]

    def _chunk_size(self, tasks: int) -> int:
        return min(CHUNK, -(-tasks // self._count))

    def _submit(self, framed: bytes) -> _Job:
        if self._closed:
            raise SignerUnavailable
        job = _Job(framed)
        self._jobs.put_nowait(job)
        return job

    async def _patiently(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            async with asyncio.timeout(self._patience):
                return await work
        except TimeoutError as error:
            raise SignerUnavailable from error

    async def _keep(self, place: int) -> None:
        """Keep one process running until the pool is closed."""
        pause = _FIRST_PAUSE_SECONDS
        while not self._closed:
            try:
                await self._run_one(place)
                pause = _FIRST_PAUSE_SECONDS
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                # It never got ready: a broken installation must not spin.
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)

    async def _run_one(self, place: int) -> None:
        """Start a process and feed it until it dies. Raises OSError and the like when it never got ready."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                process = await _spawn(theirs)
        except BaseException:
            ours.close()
            raise
        try:
            await self._attend(place, process, ours)
        finally:
            self._living.pop(place, None)
            if not self._living:
                self._ready.clear()
            await asyncio.shield(_reap(process))

    async def _attend(self, place: int, process: Process, channel: socket.socket) -> None:
        try:
            reader, writer = await asyncio.open_unix_connection(sock=channel)
        except BaseException:
            channel.close()
            raise
        try:
            # Not wait_for: it may swallow the cancellation by which close() ends us.
            async with asyncio.timeout(_START_SECONDS):
                writer.write(frame(Greeting(self._master.hex())))
                await _read_answers(reader)
            self._living[place] = process
            self._ready.set()
            await self._feed(reader, writer)
        finally:
            # Closing would first wait for a frozen process to read what is left.
            writer.transport.abort()

    async def _feed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        in_flight: deque[_Job] = deque()
        slots = asyncio.Semaphore(_CHUNKS_IN_FLIGHT)

        async def send() -> None:
            while True:
                await slots.acquire()
                job = await self._jobs.get()
                if job.answers.done():
                    slots.release()
                    continue
                in_flight.append(job)
                writer.write(job.framed)
                await writer.drain()

        async def receive() -> None:
            while True:
                answers = await _read_answers(reader)
                job = in_flight.popleft()
                slots.release()
                if not job.answers.done():
                    job.answers.set_result(answers)

        both = [asyncio.create_task(send()), asyncio.create_task(receive())]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            for job in in_flight:
                job.fail()


async def _all_answers(chunks: Sequence[tuple[T, _Job]]) -> list[tuple[T, list[SignerAnswer]]]:
    """Each chunk's answers beside what names it. One chunk that failed fails all, once all have ended."""
    answered = await asyncio.gather(*(job.answers for _, job in chunks), return_exceptions=True)
    for answers in answered:
        if isinstance(answers, BaseException):
            raise answers
    return [(name, job.answers.result()) for name, job in chunks]


async def _read_answers(reader: asyncio.StreamReader) -> list[SignerAnswer]:
    head = await reader.readexactly(LENGTH_BYTES)
    return _answers.decode(await reader.readexactly(int.from_bytes(head, "big")))


async def _spawn(channel: socket.socket) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "mingpiao.sealing.signer_process",
        stdin=channel.fileno(),
        stdout=asyncio.subprocess.DEVNULL,
        env=_environment(),
    )


async def _reap(process: Process) -> None:
    """Wait until the process has ended by itself, as its socket is closed; else kill it."""
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _stamp(task: StampTask) -> SealTime:
    return SealTime(task.signature_xml, task.path, party_key(task.party), task.party.seal, task.at)


def _environment() -> dict[str, str]:
    """The environment without the master key, which a process's environment would show to others."""
    return {
        name: value for name, value in os.environ.items() if name not in (ENVIRONMENT_KEY, ENVIRONMENT_FILE)
    }
