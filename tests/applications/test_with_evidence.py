"""The real desk with real rules and files: what agrees issues itself, what does not is asked about."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from tests.applications.window import COUNTY, PERSON, confirmed, settle_officers
from tests.support.province import ACTING
from tests.support.rules import put_in_force, rule
from tests.support.world import World, bill_of

from mingpiao.applications.model import Application, ApplicationState, Pending
from mingpiao.applications.service import Applications, ReturnedCases, Reviews
from mingpiao.catalog.service import CatalogStore
from mingpiao.evidence.model import CLAIM_NAMES
from mingpiao.identity.model import Acting
from mingpiao.issuing.model import IssueRequest, NeedsConfirmation
from mingpiao.issuing.service import get_supervision
from mingpiao.rules.model import Severity, Stage
from mingpiao.units.service import UnitDirectory

STATE = ApplicationState
FILE = "ab" * 32
AMOUNT = rule("EV-AMOUNT", "evidence.amount = 'contradict'", Severity.ASK, stage=Stage.EVIDENCE)
USED_UP = rule("EV-USE", "evidence.usage = 'contradict'", Severity.ASK, stage=Stage.EVIDENCE)


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """Applications over the office's own desk."""

    world: World
    applications: Applications
    reviews: Reviews
    officer: Acting

    @property
    def unit_id(self) -> int:
        return self.world.province.charity.unit_id

    def request(self, business_no: str = "SQ-1") -> IssueRequest:
        return self.world.province.charity.request(kind="0301", business_no=business_no, evidence=(FILE,))

    async def upload(self) -> None:
        """A file that waits to be read."""
        await self._execute(
            "INSERT INTO evidence_files (unit_id, digest, region_code, name, media_type, size, pages, state, "
            "uploaded_by) SELECT unit_id, :digest, region_code, '合同.pdf', 'application/pdf', 1, 1, 'waiting', "
            "'account:1' FROM units WHERE unit_id = :unit_id"
        )

    async def read(self, total: object) -> None:
        """The file has been read: a transfer of an amount."""
        page = {"number": 1, "width": 595.0, "height": 842.0, "rotation": 0, "method": "text", "text": ""}
        place = {"page": 1, "left": 0.1, "top": 0.2, "right": 0.3, "bottom": 0.25}
        found = {"value": str(total), "text": f"{total}元", "places": [place]}
        amount = {"value": str(total), "role": "total", "words": False, "found": found}
        extraction = {"kind": "transfer", "pages": [page], "amounts": [amount]}
        await self._execute(
            "UPDATE evidence_files SET state = 'read', extraction = CAST(:extraction AS jsonb) "
            "WHERE unit_id = :unit_id AND digest = :digest",
            extraction=msgspec.json.encode(extraction).decode(),
        )

    async def _execute(self, query: str, **values: Any) -> None:
        async with self.world.database.system() as connection:
            given = values | {"unit_id": self.unit_id, "digest": bytes.fromhex(FILE)}
            await connection.execute(text(query), given)

    async def wait(self) -> Application:
        await self.upload()
        answer = await self.applications.submit(self.unit_id, self.request(), acting=PERSON)
        assert isinstance(answer, Pending)
        assert answer.application.state is STATE.CHECKING
        return answer.application


@pytest.fixture
async def bench(world: World) -> Bench:
    officers = await settle_officers(world)
    await put_in_force(world.database, AMOUNT, USED_UP)
    catalog = CatalogStore(world.database, world.notices)
    units = UnitDirectory(world.database, world.notices)
    applications = Applications(
        world.database,
        catalog,
        units,
        world.desk,
        returned=ReturnedCases(world.database, world.notices, days=90),
        review_working_days=3,
    )
    return Bench(
        world=world,
        applications=applications,
        reviews=Reviews(world.database, catalog, applications),
        officer=officers[COUNTY][0],
    )


async def test_a_file_that_agrees_issues_the_bill_by_itself(bench: Bench) -> None:
    waiting = await bench.wait()
    await bench.read(waiting.total)
    done = await bench.applications.advance(waiting.application_id)
    assert done.state is STATE.ISSUED
    used = await bench.world.database.pool.fetchrow("SELECT used_amount, used_bills FROM evidence_files")
    assert (used["used_amount"], used["used_bills"]) == (waiting.total, 1)


async def test_what_contradicts_is_approved_and_kept_with_the_bill(bench: Bench) -> None:
    waiting = await bench.wait()
    await bench.read(waiting.total + 1)
    asked = await bench.applications.advance(waiting.application_id)
    assert (asked.state, asked.rules) == (STATE.NEEDS_CONFIRMATION, {"EV-AMOUNT"})
    claims = {claim.name: claim for claim in asked.claims}
    assert claims["amount"].verdict.value == "contradict"
    assert [mark.digest for mark in claims["amount"].marks] == [FILE]
    brought = await bench.applications.appeal(
        bench.unit_id, asked.application_id, "合同金额含税", acting=PERSON
    )
    done = await bench.reviews.approve(brought.application_id, "协议已经备案", acting=bench.officer)
    assert done.state is STATE.ISSUED
    assert done.bill_id is not None
    async with bench.world.database.system() as connection:
        kept = await get_supervision(connection, bench.unit_id, done.bill_id)
    assert kept is not None
    assert kept.application_id == done.application_id
    assert [hit.rule for hit in kept.findings] == ["EV-AMOUNT"]
    assert tuple(claim.name for claim in kept.claims) == CLAIM_NAMES


async def test_its_handler_confirms_what_contradicts(bench: Bench) -> None:
    waiting = await bench.wait()
    await bench.read(waiting.total + 1)
    await bench.applications.advance(waiting.application_id)
    again = await bench.applications.submit(bench.unit_id, bench.request(), acting=PERSON)
    assert isinstance(again, NeedsConfirmation)
    bill = bill_of(
        await bench.applications.confirm(
            bench.unit_id, waiting.application_id, confirmed("EV-AMOUNT"), acting=PERSON
        )
    )
    async with bench.world.database.system() as connection:
        kept = await get_supervision(connection, bench.unit_id, bill.bill_id)
    assert kept is not None
    assert (kept.confirmations, kept.application_id) == (confirmed("EV-AMOUNT"), None)


async def test_a_file_used_up_meanwhile_goes_back_to_the_department(bench: Bench) -> None:
    """Between appeal and approval another bill takes all that the file states."""
    waiting = await bench.wait()
    await bench.read(waiting.total + 1)
    await bench.applications.advance(waiting.application_id)
    brought = await bench.applications.appeal(
        bench.unit_id, waiting.application_id, "合同金额含手续费", acting=PERSON
    )
    other = msgspec.structs.replace(bench.request("SQ-2"), confirmations=confirmed("EV-AMOUNT"))
    bill_of((await bench.world.desk.issue(bench.unit_id, [other], acting=ACTING))[0])
    again = await bench.reviews.approve(brought.application_id, "合同约定分期支付", acting=bench.officer)
    assert (again.state, again.rules) == (STATE.IN_REVIEW, {"EV-AMOUNT", "EV-USE"})
    done = await bench.reviews.approve(brought.application_id, "补充协议已备案", acting=bench.officer)
    assert done.state is STATE.ISSUED
