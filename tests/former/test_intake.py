"""What becomes of each bill of a file, and that nothing comes in twice or by halves."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from asn1crypto import pem
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.former.files import (
    CODE,
    MONTH,
    archive,
    handler,
    put,
    row,
    sealed,
    seals,
    table,
    take,
    totals,
    verdicts,
    work,
)
from tests.support.sealing import FACE
from tests.support.world import World
from tests.writeoff.months import begin, head

from mingpiao.former import imports
from mingpiao.former.model import FormerImportState
from mingpiao.former.service import (
    list_former_certificates,
    register_certificate,
    retire_certificate,
    start_former_import,
    verdict_sums,
)
from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal
from mingpiao.writeoff import former_removal
from mingpiao.writeoff.model import BillOrigin, WriteOffState
from mingpiao.writeoff.room import CHECKER
from mingpiao.writeoff.service import delete_former_bill, delete_former_import, get_writeoff, submit


async def _tried(world: World, data: bytes, acting: Acting, name: str = "原系统.csv") -> Any:
    import_id = await put(world, data, acting, name)
    found = await work(world, import_id)
    return found, await verdicts(world, import_id)


async def _actions(world: World, import_id: int) -> list[str]:
    query = "SELECT action FROM audit_log WHERE subject = $1 ORDER BY audit_id"
    return [each["action"] for each in await world.rows(query, f"former_import:{import_id}")]


async def test_every_row_has_its_verdict(world: World) -> None:
    charity = world.province.charity
    acting = await handler(world, charity)
    own = await world.issue(charity, charity.request(kind="0301"))
    late = today().replace(year=today().year + 1)
    rows = [
        row(1),
        row(2, code="1503012"),
        row(3) | {"number": "12345678901"},
        row(4, issued_on=late.isoformat()),
        row(5, issued_on="2020-12-31"),
        row(6, code="15999922"),
        row(7, unit_code="91110000000000000A"),
        row(8, total="0", amount="0"),
        row(9, total="-10", amount="-10"),
        row(10, total="-10", amount="-10", related_code=CODE, related_number="0000000001", color="蓝票"),
        row(11, payer="张" * 10_000),
        row(12, payer="张\u202e三"),
        row(13, issued_on="2023-02-30"),
        row(14, total="1e5"),
        row(15, amount="1.234", total="1.234"),
        row(16) | {"code": own[0].code, "number": own[0].number},
        row(17, check_code=""),
        row(18, kind="0601"),
        row(1, payer="李四"),
        row(1),
        row(19, issued_on="20230506", total="10.00", amount="3.00"),
        row(
            19,
            item_name="非货币捐赠",
            total="",
            payer="",
            check_code="",
            issued_on="",
            handler="",
            amount="7",
        ),
        row(20),
        row(20, payer="王五"),
        row(21, code="99030122"),
        row(22, item_name=""),
        row(23, color="紫票"),
    ]
    found, told = await _tried(world, table(*rows), acting)
    assert found.state is FormerImportState.CHECKED
    assert told == [
        (2, "refused", "former.rows_differ"),
        (3, "refused", "former.number_invalid"),
        (4, "refused", "former.number_invalid"),
        (5, "refused", "former.day_invalid"),
        (6, "refused", "former.too_old"),
        (7, "refused", "former.kind_unknown"),
        (8, "refused", "former.other_unit"),
        (9, "refused", "former.amount_invalid"),
        (10, "refused", "former.blue_missing"),
        (11, "refused", "former.color_invalid"),
        (12, "refused", "former.text_invalid"),
        (13, "refused", "former.text_invalid"),
        (14, "refused", "former.day_invalid"),
        (15, "refused", "former.amount_invalid"),
        (16, "refused", "former.amount_invalid"),
        (17, "refused", "former.own_bill"),
        (18, "refused", "former.text_invalid"),
        (19, "refused", "former.kind_invalid"),
        (22, "created", ""),
        (24, "refused", "former.rows_differ"),
        (26, "refused", "former.own_bill"),
        (27, "refused", "former.text_invalid"),
        (28, "refused", "former.color_invalid"),
    ]
    messages = await world.rows("SELECT message FROM former_verdicts WHERE outcome = 'refused'")
    assert all(each["message"].endswith("。") for each in messages)
    assert await world.value("SELECT count(*) FROM former_bills") == 0


async def test_what_comes_again_adds_nothing(world: World) -> None:
    charity, office = world.province.charity, world.province.office
    acting = await handler(world, charity)
    await take(world, table(row(1), row(2)), acting)
    once = [(MONTH, "0301", 2, Decimal("20.00"), 0, Decimal("0.00"))]
    assert await totals(world, charity) == once
    # The same file is the same import; another one that overlaps adds what is new, whatever its encoding.
    again = await put(world, table(row(1), row(2)), acting)
    found = await work(world, again)
    assert [each[1] for each in await verdicts(world, again)] == ["unchanged", "unchanged"]
    # Nothing is left to confirm; that somebody sent it once more is put down.
    assert found.state is FormerImportState.IMPORTED
    assert await _actions(world, again) == ["former:upload", "former:import", "former:judge_again"]
    changed = row(1, payer="李四")
    found = await take(world, table(changed, row(2), row(3), encoding="gb18030"), acting, "另一个.csv")
    assert [each[1:] for each in await verdicts(world, found.import_id)] == [
        ("refused", "former.content_differs"),
        ("unchanged", ""),
        ("created", ""),
    ]
    assert await totals(world, charity) == [(MONTH, "0301", 3, Decimal("30.00"), 0, Decimal("0.00"))]
    # One that waits to be confirmed is judged by what is there now.
    waiting = await put(world, table(row(2), row(4)), acting)
    await work(world, waiting)
    assert [each[1] for each in await verdicts(world, waiting)] == ["unchanged", "created"]
    await take(world, table(row(4)), acting)
    assert await put(world, table(row(2), row(4)), acting) == waiting
    found = await work(world, waiting)
    assert found.state is FormerImportState.CHECKED
    assert [each[1] for each in await verdicts(world, waiting)] == ["unchanged", "unchanged"]
    other = await handler(world, office)
    _, told = await _tried(world, table(row(3)), other)
    assert told == [(2, "refused", "former.number_taken")]


async def test_a_department_imports_for_its_units_alone(world: World) -> None:
    charity = world.province.charity
    acting = await head(world)
    found = await take(
        world, table(row(1, unit_code=charity.unit.uscc), row(2), row(3, unit_code="1" * 18)), acting
    )
    assert found.region_code == "150000"
    assert [each[1:] for each in await verdicts(world, found.import_id)] == [
        ("created", ""),
        ("refused", "former.other_unit"),
        ("refused", "former.other_unit"),
    ]
    # Nobody else presses the button.
    tried = await put(world, table(row(4, unit_code=charity.unit.uscc)), acting)
    await work(world, tried)
    stranger = await handler(world, charity)
    async with world.database.system() as connection:
        with pytest.raises(Refusal) as refused:
            await start_former_import(connection, tried, acting=stranger)
    assert refused.value.problems[0].code == "access.denied"


async def test_nobody_imports_for_a_unit_that_closed(world: World) -> None:
    charity = world.province.charity
    acting = await head(world)
    await world.tamper("UPDATE units SET state = 'closed' WHERE unit_id = $1", charity.unit_id)
    found = await put(world, table(row(1, unit_code=charity.unit.uscc)), acting)
    await work(world, found)
    assert await verdicts(world, found) == [(2, "refused", "former.unit_closed")]


async def test_an_import_that_began_and_ended_anew_meanwhile_is_not_deleted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    acting = await handler(world, world.province.charity)
    found = await take(world, table(row(1)), acting)
    lock = former_removal.lock_unit

    async def imported_anew(connection: AsyncConnection, unit_id: int) -> None:
        await world.tamper("UPDATE former_imports SET run = run + 1")
        await lock(connection, unit_id)

    monkeypatch.setattr(former_removal, "lock_unit", imported_anew)
    (bill,) = await world.rows("SELECT bill_id FROM former_bills")
    for verb, key in ((delete_former_bill, bill["bill_id"]), (delete_former_import, found.import_id)):
        with pytest.raises(Refusal) as refused:
            async with world.database.system() as connection:
                await verb(connection, key, acting=acting)
        assert [each.code for each in refused.value.problems] == ["former.import_busy"]
    assert await world.value("SELECT count(*) FROM former_bills") == 1


async def test_what_a_department_deletes_is_told_to_its_units(world: World) -> None:
    charity, office = world.province.charity, world.province.office
    acting = await head(world)
    rows = [
        row(1, unit_code=charity.unit.uscc),
        row(2, unit_code=charity.unit.uscc),
        row(3, unit_code=office.unit.uscc),
    ]
    found = await take(world, table(*rows), acting)
    (first, *_) = await world.rows("SELECT bill_id FROM former_bills ORDER BY bill_id")
    async with world.database.system() as connection:
        await delete_former_bill(connection, first["bill_id"], acting=acting)
        await delete_former_import(connection, found.import_id, acting=acting)
    told = await world.rows(
        "SELECT action, unit_id, details - 'file' AS details FROM audit_log WHERE action LIKE 'former:delete%' "
        "ORDER BY audit_id"
    )
    assert [(each["action"], each["unit_id"], each["details"]) for each in told] == [
        ("former:delete", charity.unit_id, {"bill": str(first["bill_id"]), "amount": "10.00"}),
        ("former:delete_import", charity.unit_id, {"bills": "1", "amount": "10.00"}),
        ("former:delete_import", office.unit_id, {"bills": "1", "amount": "10.00"}),
    ]
    messages = await world.rows(
        "SELECT unit_id, title FROM messages WHERE topic LIKE 'former:deleted:%' ORDER BY message_id"
    )
    assert [tuple(each) for each in messages] == [
        (charity.unit_id, "财政部门删除了1份历史票据"),
        (charity.unit_id, "财政部门删除了1份历史票据"),
        (office.unit_id, "财政部门删除了1份历史票据"),
    ]


async def test_files_that_are_none(world: World) -> None:
    charity = world.province.charity
    acting = await handler(world, charity)
    good = await sealed(charity, 1)
    entity = good.replace(
        b"<EInvoice>", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><EInvoice>', 1
    )
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.xml", b"<" + b" " * (5 * 1024 * 1024))
        made.writestr("b.txt", b"hello")
        made.writestr("c.xml", entity)
        made.writestr("d.xml", good.decode().encode("utf-16"))
        made.writestr("__MACOSX/e.xml", b"")
        made.writestr("f.xml", good)
        made.writestr("g.xml", (await sealed(charity, 2, handler="张" * 10_000)))
    found, told = await _tried(world, bomb.getvalue(), acting, "票据.zip")
    assert found.state is FormerImportState.CHECKED
    assert told == [
        (1, "refused", "former.unreadable"),
        (2, "refused", "former.unreadable"),
        (3, "refused", "former.unreadable"),
        (4, "refused", "former.unreadable"),
        (5, "created", ""),
        (6, "refused", "former.text_invalid"),
    ]
    for data, words in (
        (b"PK\x03\x04 broken", "压缩包打不开"),
        (b"\x00\x01\x02", "文件"),
        (b"a,b\n1,2\n", "缺少"),
        (table(), "只有表头"),
    ):
        failed, told = await _tried(world, data, acting)
        assert failed.state is FormerImportState.FAILED
        assert words in failed.failure
        assert told == []
    single, told = await _tried(world, good, acting, "一份.xml")
    assert (single.entries, told) == (1, [(1, "created", "")])


async def test_damaged_parts_of_an_archive_are_told_one_by_one(world: World) -> None:
    charity = world.province.charity
    acting = await handler(world, charity)
    data = io.BytesIO()
    methods = (zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_STORED)
    with zipfile.ZipFile(data, "w") as made:
        for place, method in enumerate(methods, start=1):
            made.writestr(f"{place}.xml", await sealed(charity, place), method)
        parts = list(made.infolist())
        made.writestr("5.xml", await sealed(charity, 5))
    broken = bytearray(data.getvalue())
    for part in parts:
        begin_of_data = part.header_offset + 30 + len(part.filename)
        for place in range(begin_of_data + 9, begin_of_data + 60):
            broken[place] ^= 0xFF
    found, told = await _tried(world, bytes(broken), acting, "票据.zip")
    assert found.state is FormerImportState.CHECKED
    assert told == [(place, "refused", "former.unreadable") for place in range(1, 5)] + [(5, "created", "")]


async def test_numbers_that_no_rule_could_reckon_with_are_refused(world: World) -> None:
    charity = world.province.charity
    acting = await handler(world, charity)
    rows = [
        row(1, quantity="999999999999", rate="2"),
        row(2, quantity="0.000001", amount="1000000.01", total="1000000.01"),
        row(3, quantity="1000000000000", rate="1"),
        row(4, quantity="4", rate="2.5"),
        row(5, quantity="0.000001", amount="999999.99", total="999999.99"),
    ]
    _, told = await _tried(world, table(*rows), acting)
    assert told == [
        (2, "refused", "former.amount_invalid"),
        (3, "refused", "former.amount_invalid"),
        (4, "refused", "former.amount_invalid"),
        (5, "created", ""),
        (6, "created", ""),
    ]
    item = msgspec.structs.replace(FACE.items[0], quantity=Decimal(1), standard="123.00", amount=FACE.total)
    good = (await sealed(charity, 1, items=(item,))).decode()
    quantity, rate = "<ItemQuantity>1</ItemQuantity>", "<ItemStd>123.00</ItemStd>"
    huge = "9" * 40
    changed = [
        good.replace(quantity, f"<ItemQuantity>{huge[:20]}</ItemQuantity>"),
        good.replace(quantity, f"<ItemQuantity>0.{huge[:12]}</ItemQuantity>"),
        good.replace(quantity, "<ItemQuantity>0.00000001</ItemQuantity>").replace(
            rate, "<ItemStd></ItemStd>"
        ),
        good.replace(rate, f"<ItemStd>{huge}</ItemStd>"),
        good.replace(rate, f"<ItemStd>0.{huge}</ItemStd>"),
        good.replace(quantity, "<ItemQuantity>99999999</ItemQuantity>").replace(
            rate, "<ItemStd>99999</ItemStd>"
        ),
    ]
    data = archive(**{f"b{place}": each.encode() for place, each in enumerate(changed)})
    _, told = await _tried(world, data, acting, "票据.zip")
    assert told == [(place, "refused", "former.amount_invalid") for place in range(1, 7)]


async def test_a_bomb_of_many_parts_is_not_unpacked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingpiao.former.reading.MOST_UNPACKED", 1024 * 1024)
    acting = await handler(world, world.province.charity)
    parts = {f"p{n}": b"<" + b" " * (200 * 1024) for n in range(6)}
    failed, told = await _tried(world, archive(**parts), acting, "票据.zip")
    assert failed.state is FormerImportState.FAILED
    assert "压缩包解压后过大" in failed.failure
    assert told == []


async def test_a_run_that_is_killed_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "PORTION", 2)
    charity = world.province.charity
    acting = await handler(world, charity)
    import_id = await put(world, table(*[row(n) for n in range(1, 8)]), acting)
    whole = imports.take_portion
    portions = 0

    async def killed(*arguments: Any) -> Any:
        nonlocal portions
        portions += 1
        result = await whole(*arguments)
        if portions in (2, 4):
            raise KeyboardInterrupt
        return result

    await work(world, import_id)
    async with world.database.system() as connection:
        await start_former_import(connection, import_id, acting=acting)
    monkeypatch.setattr(imports, "take_portion", killed)
    for done in (2, 4):
        with pytest.raises(KeyboardInterrupt):
            await work(world, import_id)
        assert await world.value("SELECT done FROM former_imports") == done
        assert await world.value("SELECT count(*) FROM former_bills") == done
    found = await work(world, import_id)
    assert (found.state, found.done, found.entries) == (FormerImportState.IMPORTED, 7, 7)
    assert [each[1] for each in await verdicts(world, import_id)] == ["created"] * 7
    assert await totals(world, charity) == [(MONTH, "0301", 7, Decimal("70.00"), 0, Decimal("0.00"))]


async def test_a_trial_that_is_killed_knows_what_stands_in_front(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "PORTION", 2)
    charity = world.province.charity
    acting = await handler(world, charity)
    good = await sealed(charity, 1)
    stranger = good.replace(charity.unit.uscc.encode(), b"1" * 18)
    data = archive(a=stranger, b=good, c=good, d=await sealed(charity, 1, handler="王五"))
    import_id = await put(world, data, acting, "票据.zip")
    whole = imports.judge_portion
    portions = 0

    async def killed(*arguments: Any) -> Any:
        nonlocal portions
        portions += 1
        if portions == 2:
            raise KeyboardInterrupt
        return await whole(*arguments)

    monkeypatch.setattr(imports, "judge_portion", killed)
    with pytest.raises(KeyboardInterrupt):
        await work(world, import_id)
    await work(world, import_id)
    assert await verdicts(world, import_id) == [
        (1, "refused", "former.other_unit"),
        (2, "created", ""),
        (3, "unchanged", ""),
        (4, "refused", "former.content_differs"),
    ]


async def test_what_old_bills_can_answer_is_checked(world: World) -> None:
    charity = world.province.charity
    acting = await handler(world, charity)
    await begin(world)
    red = {"total": "-10.00", "amount": "-10.00", "related_code": CODE}
    rows = [
        row(1),
        row(2, related_number="0000000001", **red),
        row(3, related_number="0000000099", **red),
        row(4, amount="9.00"),
        row(7),
        row(8, item_name="没有这个项目"),
        row(1_000),
        row(1, code="15030123", issued_on="2023-06-01"),
    ]
    await take(world, table(*rows), acting)
    # One of the two numbers that are missing before the seventh belongs to somebody else.
    await take(world, table(row(6)), await handler(world, world.province.office))
    async with world.database.system() as connection:
        asked = await submit(connection, charity.unit_id, MONTH, origin=BillOrigin.FORMER, acting=acting)
        again = await submit(connection, charity.unit_id, MONTH, origin=BillOrigin.FORMER, acting=acting)
    assert again.writeoff_id == asked.writeoff_id
    # From now on the month takes no bill.
    _, told = await _tried(world, table(row(9), row(2, code="15030123", issued_on="2023-06-02")), acting)
    assert [each[1:] for each in told] == [("refused", "former.month_settled"), ("created", "")]
    await (await world.house.get(CHECKER)).check(asked.writeoff_id)
    async with world.database.system() as connection:
        done = await get_writeoff(connection, asked.writeoff_id)
    assert (done.state, done.exceptions, done.received) == (WriteOffState.DONE, 4, Decimal("0.00"))
    found = await world.rows(
        "SELECT bill_id % 10000000000 AS number, rules, origin, total FROM exception_cases ORDER BY bill_id"
    )
    assert [tuple(each) for each in found] == [
        (3, ["writeoff_unpaired"], "former", Decimal("-10.00")),
        (4, ["former_sum"], "former", Decimal("10.00")),
        (7, ["former_gap"], "former", Decimal("10.00")),
        (8, ["WRITEOFF-ITEM"], "former", Decimal("10.00")),
    ]
    told_of_gap = await world.value(
        "SELECT findings->0->>'message' FROM exception_cases WHERE rules = '{former_gap}'"
    )
    assert "缺少1个号码（0000000005至0000000006，其中1个由其他单位导入）" in told_of_gap
    months = await world.rows(
        "SELECT month, written_off_at IS NOT NULL AS done FROM former_cycles WHERE unit_id = $1 ORDER BY month",
        charity.unit_id,
    )
    assert [tuple(each) for each in months] == [(MONTH, True), (MONTH.replace(month=6), False)]
    # Nothing of it stops the unit, or is a month of its own.
    assert await world.value("SELECT count(*) FROM cycles") == 0
    assert await world.value("SELECT count(*) FROM stock_limits WHERE supply_until IS NOT NULL") == 0


async def test_a_certificate_that_was_retired_verifies_nothing_any_more(world: World) -> None:
    charity = world.province.charity
    await begin(world)
    boss = await head(world)
    for party in (seals().unit, seals().supervisor):
        text = pem.armor("CERTIFICATE", party.certificate).decode()
        async with world.database.system() as connection:
            await register_certificate(
                connection, "原系统", date(2023, 1, 1), date(2023, 12, 31), text, acting=boss
            )
    acting = await handler(world, charity)
    broken = (await sealed(charity, 2)).replace(b"<TotalAmount>123.00<", b"<TotalAmount>124.00<")
    await take(world, archive(a=await sealed(charity, 1), b=broken), acting, "票据.zip")
    assert await _seals(world) == ["valid", "broken"]
    async with world.database.system() as connection:
        for each in await list_former_certificates(connection):
            await retire_certificate(connection, each.certificate_id, acting=boss)
        asked = await submit(connection, charity.unit_id, MONTH, origin=BillOrigin.FORMER, acting=acting)
    # What came in stays as it was judged, until its month is written off.
    assert await _seals(world) == ["valid", "broken"]
    await (await world.house.get(CHECKER)).check(asked.writeoff_id)
    assert await _seals(world) == ["unknown", "unknown"]
    async with world.database.system() as connection:
        assert (await get_writeoff(connection, asked.writeoff_id)).seals_checked == 0
    assert await world.value("SELECT count(*) FROM exception_cases WHERE 'WRITEOFF-SEAL' = ANY (rules)") == 0


async def _seals(world: World) -> list[str]:
    return [each["seal"] for each in await world.rows("SELECT seal FROM former_bills ORDER BY bill_id")]


async def test_what_cannot_be_submitted(world: World) -> None:
    charity, office = world.province.charity, world.province.office
    acting, stranger = await handler(world, charity), await handler(world, office)
    await take(world, table(row(1), row(2, issued_on=today().isoformat())), acting)
    for month, who, code in (
        (MONTH, stranger, "access.denied"),
        (today().replace(day=1), acting, "writeoff.month_open"),
        (MONTH.replace(month=4), acting, "writeoff.nothing"),
    ):
        async with world.database.system() as connection:
            with pytest.raises(Refusal) as refused:
                await submit(connection, charity.unit_id, month, origin=BillOrigin.FORMER, acting=who)
        assert refused.value.problems[0].code == code


async def test_a_trial_warns_of_what_would_become_an_exception(world: World) -> None:
    await begin(world)
    acting = await handler(world, world.province.charity)
    rows = [
        row(1),
        row(2, total="15.00", amount="12.00"),
        row(3, item_name="没有的项目"),
        # Two items of one bill, and two bills under one number.
        row(4, total="15.00", amount="10.00"),
        row(4, total="15.00", amount="5.00"),
        row(5, total="12.00", amount="12.00"),
        row(5, total="12.00", amount="12.00", item_name="没有的项目"),
    ]
    found, told = await _tried(world, table(*rows), acting)
    assert told == [
        (2, "created", ""),
        (3, "created", ""),
        (4, "created", ""),
        (5, "created", ""),
        (7, "refused", "former.number_twice"),
    ]
    notices = await world.rows("SELECT notice FROM former_verdicts ORDER BY place")
    assert [each["notice"] for each in notices] == [
        "",
        "各项目金额合计12.00元，与合计金额15.00元不一致，请核对，否则核销时列为异常票据。",
        "平台在该种类下没有项目“没有的项目”，请核对项目编码和名称，否则核销时可能列为异常票据。",
        "",
        "",
    ]
    async with world.database.system() as connection:
        assert (await verdict_sums(connection, found.import_id)).noticed == 2
