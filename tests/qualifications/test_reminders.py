"""Reminders before the end of a qualification: each once, the nearest alone, made up for after downtime."""

import asyncio
from datetime import date, datetime, time, timedelta

import pytest
from tests.qualifications.desk import Bench

from mingpiao.kernel.clock import SHANGHAI, today
from mingpiao.qualifications.service import remind

_NONE = "请上传本单位的资质证书"


def _at(day: date) -> datetime:
    return datetime.combine(day, time(0, 1), SHANGHAI)


async def _told(bench: Bench, day: date) -> list[str]:
    """What the charity is told by the duty of a day, beside what it knew."""
    before = len(await bench.told())
    await remind(bench.database, _at(day))
    return [title for unit, _, title in (await bench.told())[before:] if unit == bench.unit_id]


async def test_sixty_thirty_seven_one_and_the_lock(bench: Bench) -> None:
    last = today() + timedelta(days=100)
    await bench.accepted(valid_until=last)
    heard = {}
    for left in range(70, -5, -1):
        for title in await _told(bench, last - timedelta(days=left)):
            heard.setdefault(left, []).append(title)
    assert heard == {
        60: ["慈善组织证书还有60天到期"],
        30: ["慈善组织证书还有30天到期"],
        7: ["慈善组织证书还有7天到期"],
        1: ["慈善组织证书还有1天到期"],
        -1: ["慈善组织证书已到期，开票功能已锁定"],
    }
    unit = bench.province.charity.unit
    assert [(region, title) for _, region, title in await bench.told() if region] == [
        (unit.region_code, f"{unit.name}的资质证书已到期，开票功能已锁定")
    ]


async def test_after_downtime_only_the_nearest_is_told(bench: Bench) -> None:
    last = today() + timedelta(days=100)
    await bench.accepted(valid_until=last)
    assert await _told(bench, last - timedelta(days=5)) == ["慈善组织证书还有5天到期"]
    assert await _told(bench, last - timedelta(days=4)) == []
    assert await _told(bench, last) == ["慈善组织证书今天到期"]
    assert await _told(bench, last + timedelta(days=40)) == ["慈善组织证书已到期，开票功能已锁定"]


async def test_two_workers_at_once_tell_it_once(bench: Bench) -> None:
    last = today() + timedelta(days=7)
    await bench.accepted(valid_until=last)
    await asyncio.gather(*(remind(bench.database, _at(today())) for _ in range(4)))
    titles = [title for unit, _, title in await bench.told() if unit == bench.unit_id]
    assert titles.count("慈善组织证书还有7天到期") == 1


async def test_a_renewed_qualification_ends_the_reminders_of_the_old(bench: Bench) -> None:
    last = today() + timedelta(days=10)
    await bench.accepted(valid_until=last)
    await bench.accepted(valid_until=last + timedelta(days=700))
    assert await _told(bench, last + timedelta(days=1)) == []


async def test_a_qualification_without_end_is_never_reminded_of(bench: Bench) -> None:
    await bench.accepted(valid_until=None, unlimited=True)
    assert await _told(bench, today() + timedelta(days=20_000)) == []


async def test_units_without_any_qualification_are_told_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingpiao.qualifications.reminders._BATCH", 2)
    await bench.accepted()
    for _ in range(2):
        await remind(bench.database, _at(today()))
    without = {resident.unit_id for resident in bench.province.residents} - {bench.unit_id}
    assert {unit for unit, _, title in await bench.told() if title == _NONE} == without
    assert sum(title == _NONE for _, _, title in await bench.told()) == len(without)


async def test_a_unit_whose_qualification_was_revoked_is_not_told_that_it_may_issue(bench: Bench) -> None:
    qualification = await bench.accepted()
    await bench.revoke(qualification, "系伪造")
    assert await _told(bench, today()) == []
