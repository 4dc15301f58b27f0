"""kill -9 of the web process or the database at random moments under load.

What was acknowledged stands; what was not is told truthfully when it is asked again; and every
invariant holds over every bill. `make crash N=200` goes on for longer; the seed is printed.
"""

import asyncio
import itertools
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from tests.support.client import ApiClient, wire
from tests.support.invariants import assert_invariants
from tests.support.province import Resident
from tests.support.site import Site
from tests.support.waiting import PATIENCE_SECONDS

from mingpiao.issuing.model import IssueRequest

pytestmark = pytest.mark.whole

ROUNDS = int(os.environ.get("MINGPIAO_CRASHES", "12"))
SEED = int(os.environ.get("MINGPIAO_CRASH_SEED", "0")) or random.SystemRandom().randrange(10**9)
CLIENTS = 8


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    opened = Site(tmp_path)
    yield opened
    opened.close()


class Load:
    """Clients that issue, in ones and in batches, and reverse, and remember every answer."""

    def __init__(self, client: ApiClient, hospital: Resident, luck: random.Random) -> None:
        self.client = client
        self.luck = luck
        self.templates = hospital.requests(50)
        self.serial = 0
        self.sent: dict[str, IssueRequest] = {}
        #: What the site said: business number → (code, number, sm3).
        self.acknowledged: dict[str, tuple[str, str, str]] = {}
        #: Blue bill (code, number) → red bill, as acknowledged.
        self.reversed: dict[tuple[str, str], tuple[str, str]] = {}

    def fresh(self) -> IssueRequest:
        self.serial += 1
        request = msgspec.structs.replace(
            self.luck.choice(self.templates), business_no=f"CRASH-{self.serial:06d}"
        )
        self.sent[request.business_no] = request
        return request

    async def run(self, stop: asyncio.Event) -> None:
        await asyncio.gather(*(self._client(stop) for _ in range(CLIENTS)))

    async def _client(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.luck.choice([self._issue, self._issue, self._batch, self._reverse])()
            except httpx.TransportError:
                # The site is dead or dying: exactly what this is about. It is asked again later.
                await asyncio.sleep(0.02)

    async def _issue(self) -> None:
        request = self.fresh()
        self._note(await self.client.issue(request))

    def _note(self, answer: httpx.Response) -> None:
        if answer.status_code in (200, 201):
            self._keep(answer.json())
        else:
            assert answer.status_code == 503, answer.text

    async def _batch(self) -> None:
        requests = [self.fresh() for _ in range(20)]
        answer = await self.client.post(
            "/api/v1/bills/batch", {"bills": [wire(request) for request in requests]}
        )
        if answer.status_code != 200:
            assert answer.status_code == 503, answer.text
            return
        for result in answer.json()["results"]:
            if "bill" in result:
                self._keep(result["bill"])

    def _keep(self, bill: dict[str, Any]) -> None:
        told = (bill["code"], bill["number"], bill["sm3"])
        # An answer never contradicts an earlier one.
        assert self.acknowledged.setdefault(bill["business_no"], told) == told

    async def _reverse(self) -> None:
        blues = [bill[:2] for bill in self.acknowledged.values() if bill[:2] not in self.reversed]
        if not blues:
            return
        code, number = self.luck.choice(blues)
        answer = await self.client.reverse({"code": code, "number": number})
        if answer.status_code in (200, 201):
            red = answer.json()
            self.reversed[code, number] = (red["code"], red["number"])

    async def settle_the_unknown(self) -> None:
        """Ask again for everything that got no answer: each is issued now, or was and is told so."""
        unknown = sorted(self.sent.keys() - self.acknowledged.keys())
        for business_no in unknown[:3]:
            answer = await self.client.issue(self.sent[business_no])
            assert answer.status_code in (200, 201), answer.text
            self._keep(answer.json())
        if unknown[3:]:
            bills = [wire(self.sent[business_no]) for business_no in unknown[3:]]
            answer = await self.client.post("/api/v1/bills/batch", {"bills": bills})
            assert answer.status_code == 200, answer.text
            for result in answer.json()["results"]:
                self._keep(result["bill"])

    async def check_what_was_told(self, sample: int) -> None:
        """A bill that was acknowledged is there, byte for byte the same."""
        for business_no in self.luck.sample(sorted(self.acknowledged), min(sample, len(self.acknowledged))):
            answer = await self.client.get(f"/api/v1/bills/by-business-no/{business_no}")
            assert answer.status_code == 200, answer.text
            bill = answer.json()
            assert (bill["code"], bill["number"], bill["sm3"]) == self.acknowledged[business_no]
            red = self.reversed.get((bill["code"], bill["number"]))
            assert red is None or (bill["related"]["code"], bill["related"]["number"]) == red


@pytest.mark.crash
@pytest.mark.timeout(120 + 45 * ROUNDS)
async def test_nothing_acknowledged_is_lost_and_nothing_is_half_done(site: Site) -> None:
    print(f"MINGPIAO_CRASH_SEED={SEED} MINGPIAO_CRASHES={ROUNDS}")
    luck = random.Random(SEED)
    province, credential = await site.build()
    limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=site.address, limits=limits, timeout=PATIENCE_SECONDS) as http:
        load = Load(site.client(http, credential), province.hospital, luck)
        # A web process takes longer to come back: it dies every third time, so that more deaths fit in.
        kills = itertools.cycle((site.kill_database, site.kill_web, site.kill_database))
        for kill in itertools.islice(kills, ROUNDS):
            stop = asyncio.Event()
            running = asyncio.create_task(load.run(stop))
            await asyncio.sleep(luck.uniform(0.05, 0.6))
            await asyncio.to_thread(kill)
            await asyncio.sleep(0.05)
            stop.set()
            await running
            await site.revive()
            await load.settle_the_unknown()
            await load.check_what_was_told(10)
        await load.check_what_was_told(len(load.acknowledged))
    count = await assert_invariants(site.url)
    assert count == len(load.acknowledged) + await _reds(site.url)
    print(f"{count} bills after {ROUNDS} kills")


async def _reds(url: str) -> int:

    connection = await asyncpg.connect(url)
    try:
        count: int = await connection.fetchval("SELECT count(*) FROM bills WHERE color = 'red'")
    finally:
        await connection.close()
    return count
