"""What a superuser changes past the platform is found, and the sealed original decides what is answered."""

import asyncio
from typing import Any

import pytest
from click.testing import CliRunner
from tests.support.province import ACTING
from tests.support.world import World, a_world, bill_of, codes_of, reversal_of

from mingpiao.cli import main
from mingpiao.issuing.integrity import check_tonight
from mingpiao.issuing.model import Bill, BillState
from mingpiao.issuing.service import (
    UnitShare,
    check_share,
    find_by_business_no,
    find_by_hash,
    get_bill,
    get_document,
)
from mingpiao.kernel.clock import StoppedClock

world = a_world(checked=False)


async def settle(world: World) -> tuple[Bill, Bill, Bill]:
    """Two blue bills of the hospital, the second reversed by the third."""
    hospital = world.province.hospital
    first, second = await world.issue(hospital, *hospital.requests(2, kind="0601"))
    (outcome,) = await world.desk.reverse(hospital.unit_id, [reversal_of(second)], acting=ACTING)
    return first, second, bill_of(outcome)


async def found(world: World) -> set[str]:
    """What a check of everything finds."""
    report = await check_share(world.database, UnitShare())
    assert (report.units, report.bills) == (4, 3)
    return {each.difference for each in report.differences}


ALL_BLUE = "WHERE color = 'blue' AND state = 'normal'"
#: What is changed, and what a check says of it, among other things.
FORGERIES: dict[str, tuple[str, str]] = {
    "total": (f"UPDATE bills SET total = 99999 {ALL_BLUE}", "登记的金额与签名原件不一致"),
    "check code": (f"UPDATE bills SET check_code = 'ffffff' {ALL_BLUE}", "登记的校验码与签名原件不一致"),
    "time": (
        f"UPDATE bills SET issued_at = issued_at - interval '1 day' {ALL_BLUE}",
        "登记的开票时间与签名原件不一致",
    ),
    "payer": (f"UPDATE bills SET payer_name = '顶替者' {ALL_BLUE}", "登记的缴款人与签名原件不一致"),
    "pay mode": (f"UPDATE bills SET pay_mode = '现金' {ALL_BLUE}", "登记的交款方式与签名原件不一致"),
    "items": (f"UPDATE bills SET items = '[]' {ALL_BLUE}", "登记的收款项目与签名原件不一致"),
    "extension": (f"UPDATE bills SET extension = '{{}}' {ALL_BLUE}", "登记的其他信息与签名原件不一致"),
    "digest": (f"UPDATE bills SET xml_sm3 = '\\x00' {ALL_BLUE}", "登记的原件摘要与签名原件不一致"),
    "state": (
        "UPDATE bills SET state = 'normal', related_bill_id = NULL WHERE state = 'reversed'",
        "登记的票据状态与签名原件不一致",
    ),
    "original": (
        "UPDATE bills SET xml = convert_to(replace(convert_from(xml, 'UTF8'), '<TotalAmount>', '<TotalAmount>9'), "
        f"'UTF8') {ALL_BLUE}",
        "开票单位签名无效：签名与票面内容不符：内容被改动，或签名不是此证书所签",
    ),
    "signing key": (
        f"UPDATE bills SET unit_key_id = supervisor_key_id {ALL_BLUE}",
        "开票单位签名无效：签名证书不在受信任的证书之列",
    ),
    "event": ("UPDATE events SET body = replace(body, 'issued', 'printed')", "事件内容与其摘要不一致"),
    "event gone": ("DELETE FROM events WHERE type = 'reversed'", "事件与票据状态不一致：issued"),
    "audit gone": ("DELETE FROM audit_log WHERE action = 'bill:reversed'", "事件与操作日志不一致"),
    "audit added": (
        "INSERT INTO audit_log (actor, action, subject, unit_id, address, details) "
        "SELECT actor, action, subject, unit_id, address, details FROM audit_log WHERE action = 'bill:issued'",
        "事件与操作日志不一致",
    ),
    "business number": (
        "UPDATE business_numbers SET business_no = 'X' || business_no",
        "业务流水号与票据不一致",
    ),
    "totals": ("UPDATE daily_totals SET issued_amount = issued_amount + 1", "每日汇总与票据不一致"),
    "bill gone": ("DELETE FROM bills WHERE state = 'normal' AND color = 'blue'", "号段已用号码与票据不一致"),
    "stock": (
        "UPDATE stocks SET next_number = next_number + 1 WHERE next_number > 1",
        "号段已用号码与票据不一致",
    ),
    "reversal gone": ("DELETE FROM reversals", "红字票据与原票不对应"),
}


async def test_an_honest_register_has_no_contradiction(world: World) -> None:
    await settle(world)
    assert await found(world) == set()
    assert (await world.services.health.examine()).integrity.findings == 0


@pytest.mark.parametrize("forgery", [each for each in FORGERIES if each != "bill gone"])
async def test_a_forgery_is_found(world: World, forgery: str) -> None:
    statement, words = FORGERIES[forgery]
    await settle(world)
    await world.tamper(statement)
    assert words in await found(world)
    assert not (await world.services.health.examine()).integrity.ok


async def test_what_is_mended_is_forgotten(world: World) -> None:
    await settle(world)
    await world.tamper("UPDATE daily_totals SET issued_amount = issued_amount + 1")
    assert await found(world) == {"每日汇总与票据不一致"}
    await world.tamper("UPDATE daily_totals SET issued_amount = issued_amount - 1")
    assert await found(world) == set()
    assert (await world.services.health.examine()).integrity.findings == 0


async def test_a_bill_that_is_gone_leaves_its_number_and_its_event(world: World) -> None:
    await settle(world)
    await world.tamper(FORGERIES["bill gone"][0])
    report = await check_share(world.database, UnitShare())
    words = {each.difference for each in report.differences}
    assert {
        "号段已用号码与票据不一致",
        "有事件而没有票据",
        "业务流水号与票据不一致",
        "每日汇总与票据不一致",
    } <= words
    assert report.bills == 2


async def test_each_reader_gets_what_was_signed(world: World) -> None:
    first, second, red = await settle(world)
    hospital = world.province.hospital
    await world.tamper(
        "UPDATE bills SET total = total + 1, payer_name = '顶替者', check_code = 'ffffff', items = '[]'"
    )
    await world.tamper(FORGERIES["state"][0])
    for known in (first, second, red):
        async with world.database.system() as connection:
            read = [
                await get_bill(connection, known.bill_id),
                (await get_document(connection, known.bill_id)).bill,
                await find_by_hash(connection, known.sm3),
            ]
            if known.related is None:
                read.append(await find_by_business_no(connection, known.unit_id, known.business_no))
        for bill in read:
            assert (bill.total, bill.payer.name, bill.check_code) == (
                known.total,
                known.payer.name,
                known.check_code,
            )
            assert bill.items == known.items
            assert {"total", "payer", "check_code", "items"} <= set(bill.differs)
    async with world.database.system() as connection:
        again = await get_bill(connection, second.bill_id)
    assert (again.state, again.related) == (BillState.REVERSED, red.identity)
    # A request that comes again is answered by the original too.
    requests = hospital.requests(2, kind="0601")
    same, dead = await world.desk.issue(hospital.unit_id, requests, acting=ACTING)
    assert bill_of(same).total == first.total
    assert codes_of(dead) == [("bill.business_no_reversed", "business_no")]


async def test_thirty_nights_see_every_unit_and_tell_the_province_once(
    world: World, clock: StoppedClock
) -> None:
    first, _, _ = await settle(world)
    await world.tamper(FORGERIES["total"][0])
    for _ in range(30):
        await check_tonight(world.database)
        clock.move(days=1)
    findings = await world.rows("SELECT subject, difference FROM integrity_findings")
    assert (f"{first.code} {first.number}", "登记的金额与签名原件不一致") in [tuple(row) for row in findings]
    assert await world.value("SELECT count(*) FROM messages WHERE topic LIKE 'integrity:%'") == 1


async def test_the_command_says_what_differs(world: World) -> None:
    first, _, _ = await settle(world)

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["integrity", "check", "--database-url", world.url, *arguments])

    fine = await asyncio.to_thread(run)
    assert (fine.exit_code, fine.output) == (0, "已核对 4 个单位、3 张票据，不一致 0 处。\n")
    await world.tamper(FORGERIES["total"][0])
    told = await asyncio.to_thread(run)
    assert told.exit_code == 1
    assert f"{first.code} {first.number}  登记的金额与签名原件不一致" in told.output
    shares = [await asyncio.to_thread(run, "--share", f"{part}/2") for part in (1, 2)]
    assert sorted(share.exit_code for share in shares) == [0, 1]
    wrong = await asyncio.to_thread(run, "--share", "3/2")
    assert wrong.exit_code == 2
