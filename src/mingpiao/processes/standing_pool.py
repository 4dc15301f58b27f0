"""A pool of confined processes that run all the time and share one queue of requests.

Each process holds a few requests at a time, so that the next one is there when it has answered the last. A
process that dies or takes too long is replaced; its callers get an error, and may try again.
"""

import asyncio
import logging
from collections import deque
from typing import Self

from mingpiao.processes.confined import ConfinedProcess, ConfinedProcessFailed, ConfinedProgram
from mingpiao.processes.frames import checked_size

_logger = logging.getLogger(__name__)

_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 5.0


class _Job:
    """A request, and the future that its answer completes; the future fails after `seconds`."""

    def __init__(self, request: bytes, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self.request = request
        self.answer: asyncio.Future[bytes] = loop.create_future()
        limit = loop.call_later(seconds, self.fail, f"no process had time for it in {seconds:g} s")
        self.answer.add_done_callback(lambda _: limit.cancel())

    def fail(self, reason: str) -> None:
        if not self.answer.done():
            self.answer.set_exception(ConfinedProcessFailed(reason))
            # The caller may be gone already, and asyncio would complain about an exception that nobody
            # retrieved.
            self.answer.exception()


class StandingPool:
    """`processes` processes of a program. The pool belongs to the event loop that starts it.

    `greeting` is the first request to each process; the process is ready once it has answered it.
    `call_seconds` is how long it may work on one request before it is killed and replaced. `wait_seconds` is
    how long a request waits before it fails, also while processes are being replaced.
    """

    def __init__(
        self,
        program: ConfinedProgram,
        processes: int,
        *,
        greeting: bytes,
        call_seconds: float,
        wait_seconds: float,
        in_flight: int = 2,
    ) -> None:
        self._program = program
        self._count = processes
        self._greeting = greeting
        self._call_seconds = call_seconds
        self._wait_seconds = wait_seconds
        self._in_flight = in_flight
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue()
        self._keepers: list[asyncio.Task[None]] = []
        self._living: dict[int, ConfinedProcess] = {}
        self._ready = asyncio.Event()
        self._closed = False

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The processes that are ready now."""
        return tuple(process.pid for process in self._living.values())

    async def start(self) -> None:
        """Start the processes and wait until one is ready.

        Raises ConfinedProcessFailed if none is ready in time, or the pool is closed.
        """
        if self._closed:
            raise ConfinedProcessFailed("the pool is closed")
        if self._ready.is_set():
            return
        if not self._keepers:
            self._keepers = [asyncio.create_task(self._keep(place)) for place in range(self._count)]
        try:
            async with asyncio.timeout(self._program.start_seconds):
                await self._ready.wait()
        except TimeoutError as error:
            raise ConfinedProcessFailed(f"no process of {self._program.module} got ready") from error

    async def close(self) -> None:
        """End all processes. Callers that wait for an answer get an error."""
        self._closed = True
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        self._keepers = []
        while not self._jobs.empty():
            self._jobs.get_nowait().fail("the pool is closed")

    def submit(self, request: bytes) -> asyncio.Future[bytes]:
        """Put a request into the queue. Returns a future of its answer, or of ConfinedProcessFailed.

        A caller that needs the answer no more cancels the future. Raises ConfinedProcessFailed if the pool is
        closed, FrameTooLarge before anything is sent.
        """
        if self._closed:
            raise ConfinedProcessFailed("the pool is closed")
        checked_size(len(request), self._program.most_request)
        job = _Job(request, self._wait_seconds)
        self._jobs.put_nowait(job)
        return job.answer

    async def _keep(self, place: int) -> None:
        """Keep one process running until the pool is closed."""
        pause = _FIRST_PAUSE_SECONDS
        while not self._closed:
            try:
                await self._run_one(place)
                pause = _FIRST_PAUSE_SECONDS
            except ConfinedProcessFailed as error:
                # It was never ready, so the installation is broken: pause, or this loop would use up a
                # processor.
                _logger.error("no process: %s", error)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)

    async def _run_one(self, place: int) -> None:
        """Start a process and give it requests until it ends. Raises ConfinedProcessFailed if it was never
        ready.
        """
        process = await ConfinedProcess.start(self._program)
        async with process.within(self._program.start_seconds):
            await process.send(self._greeting)
            await process.receive()
        self._living[place] = process
        self._ready.set()
        try:
            await _Feeding(process, self._jobs, self._call_seconds, self._in_flight).run()
        finally:
            del self._living[place]
            if not self._living:
                self._ready.clear()
            await asyncio.shield(process.end())


class _Feeding:
    """Send requests to one process and receive its answers, until it ends."""

    def __init__(
        self, process: ConfinedProcess, jobs: asyncio.Queue[_Job], seconds: float, in_flight: int
    ) -> None:
        self._process = process
        self._jobs = jobs
        self._seconds = seconds
        self._slots = asyncio.Semaphore(in_flight)
        self._sent: deque[_Job] = deque()
        self._limit: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        both = [asyncio.create_task(self._send()), asyncio.create_task(self._receive())]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            ends = await asyncio.gather(*both, return_exceptions=True)
            self._stop_clock()
            reason = next((repr(end) for end in ends if isinstance(end, Exception)), "the pool is closed")
            for job in self._sent:
                job.fail(reason)

    async def _send(self) -> None:
        while True:
            await self._slots.acquire()
            job = await self._jobs.get()
            if job.answer.done():
                self._slots.release()
                continue
            self._sent.append(job)
            if len(self._sent) == 1:
                self._start_clock()
            await self._process.send(job.request)

    async def _receive(self) -> None:
        while True:
            answer = await self._process.receive()
            job = self._sent.popleft()
            self._stop_clock()
            if self._sent:
                self._start_clock()
            self._slots.release()
            if not job.answer.done():
                job.answer.set_result(answer)

    def _start_clock(self) -> None:
        """Start the time limit of `seconds` for the request that the process works on now."""
        loop = asyncio.get_running_loop()
        self._limit = loop.call_later(self._seconds, self._process.kill)

    def _stop_clock(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
