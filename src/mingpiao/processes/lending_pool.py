"""A pool of confined processes that start on demand, each lent for one request at a time.

A process that has answered is lent again; one that has not is killed. Each process is labelled with the kind
of work that it did, so that work that needs much memory goes to processes that are large already.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from mingpiao.processes.confined import (
    ConfinedProcess,
    ConfinedProcessFailed,
    ConfinedProcessLate,
    ConfinedProgram,
)


class Loan:
    """A process while it is lent. The borrower decides what happens to it afterwards.

    `kind` names the work that it is suited for now. It ends after the loan unless `keep` is set, or after
    `idle_seconds` without work. `uses` counts the requests that it answered before.
    """

    def __init__(self, process: ConfinedProcess) -> None:
        self.process = process
        self.uses = 0
        self.kind = ""
        self.keep = True
        self.idle_seconds: float | None = None
        self.ending: asyncio.TimerHandle | None = None


class LendingPool:
    """At most `processes` processes of a program. The pool belongs to the event loop that uses it.

    `wait_seconds` is how long a borrower waits at most while all processes are lent.
    """

    def __init__(self, program: ConfinedProgram, processes: int, *, wait_seconds: float) -> None:
        self._program = program
        self._wait_seconds = wait_seconds
        self._places = asyncio.Semaphore(processes)
        self._idle: list[Loan] = []
        self._busy: set[Loan] = set()
        self._endings: set[asyncio.Task[None]] = set()
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The processes that run now."""
        return tuple(loan.process.pid for loan in (*self._idle, *self._busy))

    @property
    def idle(self) -> int:
        """How many processes run and are not lent."""
        return sum(not loan.process.ended for loan in self._idle)

    async def close(self) -> None:
        """End all processes; borrowers get an error."""
        self._closed = True
        loans = [*self._idle, *self._busy]
        for loan in self._idle:
            _stop_clock(loan)
        self._idle.clear()
        await asyncio.gather(*(loan.process.end() for loan in loans), *self._endings)

    async def warm(self) -> None:
        """Start a process for the first request in advance. Raises ConfinedProcessFailed."""
        async with self._place():
            if not self._idle:
                self._idle.append(await self._start())

    @asynccontextmanager
    async def lend(self, seconds: float, kind: str = "") -> AsyncIterator[Loan]:
        """Lend a process for one request, if possible one of that kind; it is killed if it does not answer in
        time.

        It is also killed if the block raises anything. Raises ConfinedProcessFailed and ConfinedProcessLate.
        """
        async with self._place():
            loan = self._take(kind) or await self._start()
            self._busy.add(loan)
            try:
                async with loan.process.within(seconds):
                    yield loan
            finally:
                self._busy.discard(loan)
            loan.uses += 1
            self._take_back(loan)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._places.acquire()
        except TimeoutError as error:
            raise ConfinedProcessLate(f"all were busy for {self._wait_seconds:g} s") from error
        try:
            yield
        finally:
            self._places.release()

    async def _start(self) -> Loan:
        process = await ConfinedProcess.start(self._program)
        if self._closed:
            await process.end()
            raise ConfinedProcessFailed("the pool is closed")
        return Loan(process)

    def _take(self, kind: str) -> Loan | None:
        """A running process that is idle: one of the kind, else any."""
        for dead in [loan for loan in self._idle if loan.process.ended]:
            self._idle.remove(dead)
            self._end_later(dead)
        if not self._idle:
            return None
        found = next((loan for loan in self._idle if loan.kind == kind), self._idle[0])
        self._idle.remove(found)
        _stop_clock(found)
        return found

    def _take_back(self, loan: Loan) -> None:
        if self._closed or not loan.keep:
            self._end_later(loan)
            return
        self._idle.append(loan)
        if loan.idle_seconds is not None:
            loop = asyncio.get_running_loop()
            loan.ending = loop.call_later(loan.idle_seconds, self._end_idle, loan)

    def _end_idle(self, loan: Loan) -> None:
        self._idle.remove(loan)
        self._end_later(loan)

    def _end_later(self, loan: Loan) -> None:
        _stop_clock(loan)
        ending = asyncio.create_task(loan.process.end())
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)


def _stop_clock(loan: Loan) -> None:
    if loan.ending is not None:
        loan.ending.cancel()
        loan.ending = None
