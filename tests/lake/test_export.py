"""Bills reach the lake once each, with the facts that judged them, however often and however hard it is tried."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import msgspec
import pytest
from sqlalchemy import text
from tests.support.world import World

from mingpiao.issuing.service import facts_of
from mingpiao.lake.catalogue import list_files, sweep
from mingpiao.lake.compaction import compact
from mingpiao.lake.export import Exporter
from mingpiao.lake.model import Dataset
from mingpiao.lake.parquet import from_files
from mingpiao.lake.schema import columns
from mingpiao.storage.database import Database


async def _rows(world: World, dataset: Dataset = Dataset.BILLS) -> list[dict[str, Any]]:
    paths = (await world.lake.cache.sync(date(2000, 1, 1)))[dataset]
    if not paths:
        return []
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT * FROM {from_files(paths)} ORDER BY bill_id")
        names = [each[0] for each in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


async def test_a_bill_reaches_the_lake_with_the_facts_that_rules_saw(world: World) -> None:
    hospital = world.province.hospital
    request = msgspec.structs.replace(hospital.request(), remark="O'Neil 的备注", pay_mode="现金")
    [bill] = await world.issue(hospital, request)

    assert await world.lake.exporter.export() == 1

    [row] = await _rows(world)
    profile = await world.lake.exporter._units.profile(hospital.unit_id)
    facts = facts_of(request, profile, await world.catalog.get(), bill.issued_at)
    for name, value in facts.items():
        if name != "items":
            assert row[name] == value, name
    assert row["items"] == [{key: item[key] for key in row["items"][0]} for item in facts["items"]]
    assert (row["bill_id"], row["unit_id"]) == (bill.bill_id, hospital.unit_id)
    assert (row["evidence_count"], row["evidence_amount"]) == (0, None)
    assert set(row) == set(columns(Dataset.BILLS))


async def test_a_second_export_brings_only_what_is_new(world: World) -> None:
    hospital = world.province.hospital
    requests = hospital.requests(3)
    [first] = await world.issue(hospital, *requests[:1])
    await world.lake.exporter.export()

    assert await world.lake.exporter.export() == 0
    later = await world.issue(hospital, *requests[1:])
    assert await world.lake.exporter.export() == 1

    assert [row["bill_id"] for row in await _rows(world)] == sorted(bill.bill_id for bill in [first, *later])


async def test_reversals_name_the_blue_bill_and_find_its_like(world: World) -> None:
    charity = world.province.charity
    [blue] = await world.issue(charity, *charity.requests(1))
    red = await world.reverse(charity, blue)
    await world.lake.exporter.export()

    [bill] = await _rows(world)
    [reversal] = await _rows(world, Dataset.REVERSALS)

    assert (reversal["bill_id"], reversal["blue_bill_id"]) == (red.bill_id, blue.bill_id)
    assert reversal["total"] == blue.total
    assert reversal["blue_date"] == blue.issued_at.date()
    for subject in ("payer_subject", "twin_subject", "content_subject"):
        assert reversal[subject] == bill[subject]


async def test_small_portions_leave_nothing_out(world: World) -> None:
    hospital = world.province.hospital
    for request in hospital.requests(5):
        await world.issue(hospital, request)

    assert await world.lake.exporter.export(most=2) == 3
    assert len(await _rows(world)) == 5


async def test_two_exports_at_once_bring_each_bill_once(world: World) -> None:
    hospital = world.province.hospital
    for request in hospital.requests(6):
        await world.issue(hospital, request)
    exporter = world.lake.exporter

    portions = await asyncio.gather(exporter.export(most=2), exporter.export(most=3), exporter.export())

    rows = await _rows(world)
    assert len(rows) == len({row["bill_id"] for row in rows}) == 6
    assert sum(portions) >= 1


async def test_an_export_cut_off_before_its_commit_is_done_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital = world.province.hospital
    await world.issue(hospital, *hospital.requests(2))

    async def die(*_: Any) -> int:
        raise ConnectionError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(Exporter, "_settle", die)
        with pytest.raises(ConnectionError):
            await world.lake.exporter.export()
    assert await _rows(world) == []
    assert len(await world.files.listing("lake")) == 1

    await world.lake.exporter.export()
    assert len(await _rows(world)) == 2


async def test_bills_of_a_running_transaction_come_later(world: World, province_url: str) -> None:
    hospital = world.province.hospital
    other = await Database.open(province_url)
    try:
        async with other.system() as connection:
            # A transaction that wrote something and has not ended: a train under way.
            await connection.execute(text("SELECT pg_current_xact_id()"))
            await world.issue(hospital, *hospital.requests(1))
            assert await world.lake.exporter.export() == 0
        assert await world.lake.exporter.export() == 1
    finally:
        await other.close()


async def test_files_are_merged_and_the_old_ones_swept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hospital = world.province.hospital
    for request in hospital.requests(9):
        await world.issue(hospital, request)
        await world.lake.exporter.export()
    before = await _rows(world)

    await compact(world.database, world.files)

    async with world.database.system() as connection:
        [merged] = await list_files(connection)
    assert merged.rows == 9
    assert await _rows(world) == before
    assert len(await world.files.listing("lake")) == 10
    await sweep(world.database, world.files)
    assert len(await world.files.listing("lake")) == 10  # somebody may still be reading
    monkeypatch.setattr("mingpiao.lake.catalogue.LINGER_SECONDS", -1.0)
    await sweep(world.database, world.files)
    assert list(await world.files.listing("lake")) == [merged.key]
    assert await _rows(world) == before


async def test_merging_at_once_keeps_each_bill_once(world: World) -> None:
    hospital = world.province.hospital
    for request in hospital.requests(9):
        await world.issue(hospital, request)
        await world.lake.exporter.export()

    await asyncio.gather(*(compact(world.database, world.files) for _ in range(3)))

    assert len(await _rows(world)) == 9


async def test_a_missing_file_is_told(world: World) -> None:
    hospital = world.province.hospital
    await world.issue(hospital, *hospital.requests(1))
    await world.lake.exporter.export()
    for key in await world.files.listing("lake"):
        await world.files.delete(key)

    with pytest.raises(FileNotFoundError):
        await world.lake.cache.sync(date(2000, 1, 1))


async def test_amounts_keep_every_digit(world: World) -> None:
    hospital = world.province.hospital
    request = hospital.request()
    await world.issue(hospital, request)
    await world.lake.exporter.export()

    [row] = await _rows(world)

    assert isinstance(row["total"], Decimal)
    assert [item["rate"] for item in row["items"]] == [item.rate for item in request.items]
