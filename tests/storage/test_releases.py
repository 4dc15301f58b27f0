"""What a release left in its database is good after all migrations since; `scripts/release_data.py` writes it."""

import gzip
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.storage.test_migrations import upgrade_to
from tests.support.invariants import assert_invariants
from tests.support.province import ACTING
from tests.support.world import World, bill_of, codes_of, open_world, reversal_of

from mingpiao.applications.service import get as get_application
from mingpiao.evidence.service import get_evidence_files
from mingpiao.issuing.model import Bill, BillState, Color
from mingpiao.issuing.service import get_bill, get_document
from mingpiao.kernel.clock import set_to, to_shanghai
from mingpiao.qualifications.service import get as get_qualification
from mingpiao.rules.service import live_versions
from mingpiao.sealing.service import TrustStore, certificates, parse_sealed, verify_xml
from mingpiao.storage.embedded import EmbeddedServer

_RELEASES = sorted((Path(__file__).parent / "releases").glob("*.sql.gz"))


@pytest.fixture(params=_RELEASES, ids=lambda file: file.name.partition(".")[0])
async def world(
    request: pytest.FixtureRequest, cluster: EmbeddedServer, empty_database_url: str, tmp_path: Path
) -> AsyncIterator[World]:
    """The house on a database that a release filled and that was migrated since, a day after its last bill."""
    file: Path = request.param
    name = empty_database_url.partition("@/")[2].partition("?")[0]
    await upgrade_to(empty_database_url, file.name.partition(".")[0])
    cluster.run_sql(_script(file), database=name)
    await upgrade_to(empty_database_url, "head")
    async with open_world(empty_database_url, tmp_path) as opened:
        last = await opened.value("SELECT max(issued_at) FROM bills")
        with set_to(last + timedelta(days=1)):
            yield opened
    await assert_invariants(empty_database_url)


def _script(file: Path) -> str:
    return gzip.decompress(file.read_bytes()).decode()


async def test_books_balance_and_every_bill_verifies(world: World) -> None:
    assert await assert_invariants(world.url) > 100
    async with world.database.system() as connection:
        roots, known = await certificates(connection, "authority"), await certificates(connection)
    trust = TrustStore(roots, known)
    colors: Counter[str] = Counter()
    for row in await world.rows("SELECT xml, xml_sm3, color FROM bills"):
        report = verify_xml(row["xml"], trust)
        assert report.genuine, report
        assert report.sm3 == row["xml_sm3"].hex()
        colors[row["color"]] += 1
    assert min(colors[Color.BLUE], colors[Color.RED]) > 0


async def test_each_bill_has_the_pay_mode_that_was_signed(world: World) -> None:
    rows = await world.rows("SELECT pay_mode, xml FROM bills")
    assert {row["pay_mode"] for row in rows} > {"现金"}
    assert [row["pay_mode"] for row in rows] == [parse_sealed(row["xml"]).pay_mode for row in rows]


async def test_each_subject_reads_what_is_there(world: World) -> None:
    for (bill_id,) in await world.rows("SELECT bill_id FROM bills"):
        async with world.database.system() as connection:
            assert (await get_document(connection, bill_id)).bill == await get_bill(connection, bill_id)
    async with world.database.system() as connection:
        for (number,) in await world.rows("SELECT application_id FROM applications"):
            await get_application(connection, number)
        for (number,) in await world.rows("SELECT qualification_id FROM qualifications"):
            await get_qualification(connection, number)
        for unit_id, digest in await world.rows("SELECT unit_id, digest FROM evidence_files"):
            await get_evidence_files(connection, unit_id, [digest.hex()])
        _, members = await live_versions(connection)
    assert len((await world.services.rules.get()).rules) == len(members) > 0


async def test_work_goes_on(world: World) -> None:
    """A bill of then is reversed, and its business number is known."""
    blue = await _a_bill(world)
    (red,) = await world.desk.reverse(blue.unit_id, [reversal_of(blue)], acting=ACTING)
    assert bill_of(red).related == blue.identity
    (again,) = await world.desk.reverse(blue.unit_id, [reversal_of(blue)], acting=ACTING)
    assert codes_of(again) == [("bill.already_reversed", "")]
    assert to_shanghai(bill_of(red).issued_at).date() > to_shanghai(blue.issued_at).date()


async def _a_bill(world: World) -> Bill:
    bill_id = await world.value(
        "SELECT bill_id FROM bills JOIN stocks USING (unit_id, kind_code) WHERE color = $1 AND state = $2 "
        "AND locks = '{}' AND (valid_until IS NULL OR valid_until > current_date + 1) ORDER BY bill_id LIMIT 1",
        Color.BLUE,
        BillState.NORMAL,
    )
    async with world.database.system() as connection:
        return await get_bill(connection, bill_id)
