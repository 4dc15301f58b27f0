"""Bills reach the lake once each, with the facts that judged them, however often and however hard it is tried."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from sqlalchemy import text
from tests.lake.lake_site import LakeSite, open_lake
from tests.support.province import Province

from mingpiao.issuing.service import facts_of
from mingpiao.lake.catalogue import list_files, sweep
from mingpiao.lake.compaction import compact
from mingpiao.lake.export import Exporter
from mingpiao.lake.model import Dataset
from mingpiao.lake.parquet import from_files
from mingpiao.lake.schema import columns
from mingpiao.storage.database import Database


@pytest.fixture
async def site(province_url: str, settled: Province, tmp_path: Path) -> AsyncIterator[LakeSite]:
    async with open_lake(province_url, settled, tmp_path) as opened:
        yield opened


async def _rows(site: LakeSite, dataset: Dataset = Dataset.BILLS) -> list[dict[str, Any]]:
    paths = (await site.lake.cache.sync(date(2000, 1, 1)))[dataset]
    if not paths:
        return []
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT * FROM {from_files(paths)} ORDER BY bill_id")
        names = [each[0] for each in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


async def test_a_bill_reaches_the_lake_with_the_facts_that_rules_saw(site: LakeSite) -> None:
    hospital = site.office.province.hospital
    request = msgspec.structs.replace(hospital.request(), remark="O'Neil 的备注", pay_mode="现金")
    [bill] = await site.issue(hospital.unit_id, [request])

    assert await site.lake.exporter.export() == 1

    [row] = await _rows(site)
    profile = await site.lake.exporter._units.profile(hospital.unit_id)
    facts = facts_of(request, profile, await site.catalog.get(), bill.issued_at)
    for name, value in facts.items():
        if name != "items":
            assert row[name] == value, name
    assert row["items"] == [{key: item[key] for key in row["items"][0]} for item in facts["items"]]
    assert (row["bill_id"], row["unit_id"]) == (bill.bill_id, hospital.unit_id)
    assert (row["evidence_count"], row["evidence_amount"]) == (0, None)
    assert set(row) == set(columns(Dataset.BILLS))


async def test_a_second_export_brings_only_what_is_new(site: LakeSite) -> None:
    hospital = site.office.province.hospital
    requests = hospital.requests(3)
    [first] = await site.issue(hospital.unit_id, requests[:1])
    await site.lake.exporter.export()

    assert await site.lake.exporter.export() == 0
    later = await site.issue(hospital.unit_id, requests[1:])
    assert await site.lake.exporter.export() == 1

    assert [row["bill_id"] for row in await _rows(site)] == sorted(bill.bill_id for bill in [first, *later])


async def test_reversals_name_the_blue_bill_and_find_its_like(site: LakeSite) -> None:
    charity = site.office.province.charity
    [blue] = await site.issue(charity.unit_id, charity.requests(1))
    red = await site.reverse(charity.unit_id, blue)
    await site.lake.exporter.export()

    [bill] = await _rows(site)
    [reversal] = await _rows(site, Dataset.REVERSALS)

    assert (reversal["bill_id"], reversal["blue_bill_id"]) == (red.bill_id, blue.bill_id)
    assert reversal["total"] == blue.total
    assert reversal["blue_date"] == blue.issued_at.date()
    for subject in ("payer_subject", "twin_subject", "content_subject"):
        assert reversal[subject] == bill[subject]


async def test_small_portions_leave_nothing_out(site: LakeSite) -> None:
    hospital = site.office.province.hospital
    for request in hospital.requests(5):
        await site.issue(hospital.unit_id, [request])

    assert await site.lake.exporter.export(most=2) == 3
    assert len(await _rows(site)) == 5


async def test_two_exports_at_once_bring_each_bill_once(site: LakeSite) -> None:
    hospital = site.office.province.hospital
    for request in hospital.requests(6):
        await site.issue(hospital.unit_id, [request])
    exporter = site.lake.exporter

    portions = await asyncio.gather(exporter.export(most=2), exporter.export(most=3), exporter.export())

    rows = await _rows(site)
    assert len(rows) == len({row["bill_id"] for row in rows}) == 6
    assert sum(portions) >= 1


async def test_an_export_cut_off_before_its_commit_is_done_again(
    site: LakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital = site.office.province.hospital
    await site.issue(hospital.unit_id, hospital.requests(2))

    async def die(*_: Any) -> int:
        raise ConnectionError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(Exporter, "_settle", die)
        with pytest.raises(ConnectionError):
            await site.lake.exporter.export()
    assert await _rows(site) == []
    assert len(await site.files.listing("lake")) == 1

    await site.lake.exporter.export()
    assert len(await _rows(site)) == 2


async def test_bills_of_a_running_transaction_come_later(site: LakeSite, province_url: str) -> None:
    hospital = site.office.province.hospital
    other = await Database.open(province_url)
    try:
        async with other.system() as connection:
            # A transaction that wrote something and has not ended: a train under way.
            await connection.execute(text("SELECT pg_current_xact_id()"))
            await site.issue(hospital.unit_id, hospital.requests(1))
            assert await site.lake.exporter.export() == 0
        assert await site.lake.exporter.export() == 1
    finally:
        await other.close()


async def test_files_are_merged_and_the_old_ones_swept(
    site: LakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital = site.office.province.hospital
    for request in hospital.requests(9):
        await site.issue(hospital.unit_id, [request])
        await site.lake.exporter.export()
    before = await _rows(site)

    await compact(site.office.database, site.files)

    async with site.office.database.system() as connection:
        [merged] = await list_files(connection)
    assert merged.rows == 9
    assert await _rows(site) == before
    assert len(await site.files.listing("lake")) == 10
    await sweep(site.office.database, site.files)
    assert len(await site.files.listing("lake")) == 10  # somebody may still be reading
    monkeypatch.setattr("mingpiao.lake.catalogue.LINGER_SECONDS", -1.0)
    await sweep(site.office.database, site.files)
    assert list(await site.files.listing("lake")) == [merged.key]
    assert await _rows(site) == before


async def test_merging_at_once_keeps_each_bill_once(site: LakeSite) -> None:
    hospital = site.office.province.hospital
    for request in hospital.requests(9):
        await site.issue(hospital.unit_id, [request])
        await site.lake.exporter.export()

    await asyncio.gather(*(compact(site.office.database, site.files) for _ in range(3)))

    assert len(await _rows(site)) == 9


async def test_a_missing_file_is_told(site: LakeSite) -> None:
    hospital = site.office.province.hospital
    await site.issue(hospital.unit_id, hospital.requests(1))
    await site.lake.exporter.export()
    for key in await site.files.listing("lake"):
        await site.files.delete(key)

    with pytest.raises(FileNotFoundError):
        await site.lake.cache.sync(date(2000, 1, 1))


async def test_amounts_keep_every_digit(site: LakeSite) -> None:
    hospital = site.office.province.hospital
    request = hospital.request()
    await site.issue(hospital.unit_id, [request])
    await site.lake.exporter.export()

    [row] = await _rows(site)

    assert isinstance(row["total"], Decimal)
    assert [item["rate"] for item in row["items"]] == [item.rate for item in request.items]
