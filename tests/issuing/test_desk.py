"""The desk through its public face: what is issued, what is refused, what asking again gives."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import text
from tests.support.province import ACTING
from tests.support.world import World, bill_of, codes_of

from mingpiao.issuing.model import (
    BillFilter,
    BillState,
    Color,
    Issued,
    RequestAuxItem,
    ReversalRequest,
)
from mingpiao.issuing.service import (
    find_by_business_no,
    find_by_hash,
    get_bill,
    get_document,
    list_bills,
    list_changes,
)
from mingpiao.issuing.train import ONLINE_BLOCK
from mingpiao.journal.service import leaf_hash
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering import service as numbering
from mingpiao.sealing.service import TrustStore, parse_sealed, verify_xml
from mingpiao.storage.paging import every_item
from mingpiao.storage.scope import UnitScope


def reversal(code: str, number: str, reason: str = "金额有误") -> ReversalRequest:
    return ReversalRequest(code=code, number=number, reason=reason, handler="演示员")


async def issue_one(world: World, **changes: object) -> Issued:
    hospital = world.province.hospital
    outcome = (
        await world.desk.issue(hospital.unit_id, [hospital.request(kind="0601", **changes)], acting=ACTING)
    )[0]
    assert isinstance(outcome, Issued), outcome
    return outcome


async def count_bills(world: World) -> int:
    return int(await world.database.pool.fetchval("SELECT count(*) FROM bills"))


async def test_first_bill_takes_the_first_number_of_the_stock(world: World) -> None:
    issued = await issue_one(world)
    bill = issued.bill
    assert (bill.code, bill.number) == ("15060125", "0000000001")
    assert (bill.color, bill.state, issued.repeated) == (Color.BLUE, BillState.NORMAL, False)
    assert bill.issued_at.utcoffset() == timedelta(hours=8)
    async with world.database.scoped(UnitScope(bill.unit_id)) as connection:
        stored = await get_bill(connection, bill.bill_id)
        assert stored == msgspec.structs.replace(bill, payer=stored.payer)
        assert await find_by_business_no(connection, bill.unit_id, bill.business_no) == stored
        assert await find_by_hash(connection, bill.sm3) == stored


async def test_sealed_xml_verifies_with_public_certificates_alone(world: World) -> None:
    bill = (await issue_one(world)).bill
    async with world.database.scoped(UnitScope(bill.unit_id)) as connection:
        document = await get_document(connection, bill.bill_id)
    certificates = await world.database.pool.fetch("SELECT certificate FROM signing_keys ORDER BY key_id")
    trust = TrustStore([world.province.authority.root.certificate], [row[0] for row in certificates[1:]])
    report = verify_xml(document.xml, trust)
    assert report.genuine, report
    assert report.sm3 == bill.sm3
    assert report.face is not None
    assert (report.face.number, report.face.check_code, report.face.total) == (
        bill.number,
        bill.check_code,
        bill.total,
    )


async def test_same_request_again_gives_the_same_bill(world: World) -> None:
    first = await issue_one(world)
    again = await issue_one(world)
    assert again.repeated
    assert again.bill.bill_id == first.bill.bill_id
    assert again.bill.sm3 == first.bill.sm3
    assert await count_bills(world) == 1


async def test_other_content_under_the_same_business_number_names_the_original(world: World) -> None:
    bill = (await issue_one(world)).bill
    hospital = world.province.hospital
    other = hospital.request(kind="0601", remark="另一张")
    outcome = (await world.desk.issue(hospital.unit_id, [other], acting=ACTING))[0]
    assert codes_of(outcome) == [("bill.business_no_conflict", "business_no")]
    assert outcome.problems[0].facts == {"code": bill.code, "number": bill.number}  # type: ignore[union-attr]
    assert await count_bills(world) == 1


async def test_a_batch_may_repeat_itself(world: World) -> None:
    hospital = world.province.hospital
    request = hospital.request(kind="0601")
    outcomes = await world.desk.issue(hospital.unit_id, [request, request, request], acting=ACTING)
    assert [bill_of(outcome).number for outcome in outcomes] == ["0000000001"] * 3
    assert sorted(outcome.repeated for outcome in outcomes) == [False, True, True]  # type: ignore[union-attr]


async def test_one_bad_request_never_spoils_its_neighbours(world: World) -> None:
    hospital = world.province.hospital
    requests = hospital.requests(5, kind="0601")
    requests[2] = msgspec.structs.replace(requests[2], total=requests[2].total + 1)
    outcomes = await world.desk.issue(hospital.unit_id, requests, acting=ACTING)
    assert codes_of(outcomes[2])[0] == ("bill.total_mismatch", "total")
    numbers = [bill_of(outcome).number for place, outcome in enumerate(outcomes) if place != 2]
    assert numbers == ["0000000001", "0000000002", "0000000003", "0000000004"]


async def test_fifty_clients_with_one_business_number_get_one_bill(world: World) -> None:
    hospital = world.province.hospital
    request = hospital.request(kind="0601")
    answers = await asyncio.gather(
        *(world.desk.issue(hospital.unit_id, [request], acting=ACTING) for _ in range(50))
    )
    assert {bill_of(outcome).bill_id for (outcome,) in answers} == {150601250000000001}
    assert [outcome.repeated for (outcome,) in answers].count(False) == 1  # type: ignore[union-attr]
    assert await count_bills(world) == 1


async def test_reversal_makes_a_linked_negative_bill(world: World) -> None:
    blue = (await issue_one(world)).bill
    hospital = world.province.hospital
    outcome = (await world.desk.reverse(hospital.unit_id, [reversal(blue.code, blue.number)], acting=ACTING))[
        0
    ]
    red = bill_of(outcome)
    assert (red.color, red.total, red.reason) == (Color.RED, -blue.total, "金额有误")
    assert red.related == blue.identity
    assert [item.amount for item in red.items] == [-item.amount for item in blue.items]
    async with world.database.scoped(UnitScope(blue.unit_id)) as connection:
        now_blue = await get_bill(connection, blue.bill_id)
        document = await get_document(connection, red.bill_id)
    assert (now_blue.state, now_blue.related) == (BillState.REVERSED, red.identity)
    assert f"<RelatedInvoiceNumber>{blue.number}</RelatedInvoiceNumber>".encode() in document.xml


async def test_reversing_twice_or_a_red_bill_is_refused(world: World) -> None:
    blue = (await issue_one(world)).bill
    unit_id = world.province.hospital.unit_id
    red = bill_of((await world.desk.reverse(unit_id, [reversal(blue.code, blue.number)], acting=ACTING))[0])
    twice = (await world.desk.reverse(unit_id, [reversal(blue.code, blue.number)], acting=ACTING))[0]
    assert codes_of(twice) == [("bill.already_reversed", "")]
    assert twice.problems[0].facts == {  # type: ignore[union-attr]
        "code": red.code,
        "number": red.number,
        "check_code": red.check_code,
        "issued_at": red.issued_at.isoformat(),
    }
    of_red = (await world.desk.reverse(unit_id, [reversal(red.code, red.number)], acting=ACTING))[0]
    assert codes_of(of_red) == [("bill.red_not_reversible", "")]
    assert await count_bills(world) == 2


async def test_ten_reversals_at_the_same_moment_reverse_once(world: World) -> None:
    blue = (await issue_one(world)).bill
    unit_id = world.province.hospital.unit_id
    answers = await asyncio.gather(
        *(world.desk.reverse(unit_id, [reversal(blue.code, blue.number)], acting=ACTING) for _ in range(10))
    )
    assert sum(isinstance(outcome, Issued) for (outcome,) in answers) == 1
    assert await count_bills(world) == 2


async def test_another_units_bill_is_unknown(world: World) -> None:
    blue = (await issue_one(world)).bill
    stranger = world.province.other_hospital.unit_id
    outcome = (await world.desk.reverse(stranger, [reversal(blue.code, blue.number)], acting=ACTING))[0]
    assert codes_of(outcome) == [("bill.unknown", "")]
    async with world.database.scoped(UnitScope(stranger)) as connection:
        with pytest.raises(Refusal) as refusal:
            await get_bill(connection, blue.bill_id)
    assert refusal.value.problems[0].code == "bill.unknown"


async def test_an_online_unit_gets_numbers_at_issue(world: World) -> None:
    charity = world.province.charity
    outcomes = await world.desk.issue(charity.unit_id, charity.requests(ONLINE_BLOCK + 5), acting=ACTING)
    assert len({bill_of(outcome).bill_id for outcome in outcomes}) == ONLINE_BLOCK + 5


async def test_an_interface_unit_without_stock_is_refused_and_takes_no_number(world: World) -> None:
    hospital = world.province.hospital
    await world.tamper(
        "UPDATE segments SET last_number = first_number + 2 WHERE unit_id = $1 AND kind_code = '0601'",
        hospital.unit_id,
    )
    outcomes = await world.desk.issue(hospital.unit_id, hospital.requests(5, kind="0601"), acting=ACTING)
    assert [isinstance(outcome, Issued) for outcome in outcomes] == [True, True, True, False, False]
    assert codes_of(outcomes[4]) == [("numbering.out_of_stock", "")]


async def test_two_segments_are_used_one_after_the_other(world: World) -> None:
    hospital = world.province.hospital
    await world.tamper(
        "UPDATE segments SET last_number = first_number + 2 WHERE unit_id = $1 AND kind_code = '0601'",
        hospital.unit_id,
    )
    async with world.database.system() as connection:
        segment = await numbering.allot(connection, hospital.unit_id, "0601", "15060125", 10, acting=ACTING)
    outcomes = await world.desk.issue(hospital.unit_id, hospital.requests(5, kind="0601"), acting=ACTING)
    numbers = [int(bill_of(outcome).number) for outcome in outcomes]
    assert numbers == [1, 2, 3, segment.first, segment.first + 1]
    async with world.database.scoped(UnitScope(hospital.unit_id)) as connection:
        level = next(
            each
            for each in await numbering.stock_levels(connection, hospital.unit_id)
            if each.kind_code == "0601"
        )
    assert (level.free, level.used) == (8, 5)


async def test_a_lock_works_from_its_commit_on_and_until_it_is_taken_away(world: World) -> None:
    hospital = world.province.hospital
    async with world.database.system() as connection:
        await numbering.lock_issuing(connection, hospital.unit_id, "writeoff_overdue", acting=ACTING)
    refused = (await world.desk.issue(hospital.unit_id, [hospital.request()], acting=ACTING))[0]
    assert codes_of(refused) == [("unit.issuing_locked", "")]
    assert await count_bills(world) == 0
    async with world.database.system() as connection:
        await numbering.unlock_issuing(connection, hospital.unit_id, "writeoff_overdue", acting=ACTING)
    bill_of((await world.desk.issue(hospital.unit_id, [hospital.request()], acting=ACTING))[0])


@pytest.mark.parametrize(("days", "issued"), [(0, True), (-1, False)])
async def test_the_last_day_of_a_qualification_is_the_last_day_of_issuing(
    world: World, days: int, issued: bool
) -> None:
    hospital = world.province.hospital
    await world.database.pool.execute(
        "UPDATE stocks SET valid_until = $1 WHERE unit_id = $2",
        today() + timedelta(days=days),
        hospital.unit_id,
    )
    outcome = (await world.desk.issue(hospital.unit_id, [hospital.request()], acting=ACTING))[0]
    assert isinstance(outcome, Issued) is issued


async def test_history_tells_each_change_once_with_its_leaf(world: World) -> None:
    blue = (await issue_one(world)).bill
    await world.desk.reverse(blue.unit_id, [reversal(blue.code, blue.number)], acting=ACTING)
    rows = await world.database.pool.fetch(
        "SELECT type, body, leaf_hash FROM events WHERE bill_id = $1 ORDER BY event_id", blue.bill_id
    )
    assert [row["type"] for row in rows] == ["issued", "reversed"]
    assert blue.sm3 in rows[0]["body"]
    assert all(row["leaf_hash"] == leaf_hash(row["body"]) for row in rows)


async def test_lists_filter_and_turn_pages(world: World) -> None:
    hospital = world.province.hospital
    outcomes = await world.desk.issue(hospital.unit_id, hospital.requests(25, kind="0601"), acting=ACTING)
    bills = [bill_of(outcome) for outcome in outcomes]
    async with world.database.scoped(UnitScope(hospital.unit_id)) as connection:
        everything = await every_item(lambda key: list_bills(connection, BillFilter(), after=key, limit=10))
        seen = [bill.bill_id for bill in everything]
        assert seen == sorted((bill.bill_id for bill in bills), reverse=True)
        wanted = bills[7]
        by_payer = await list_bills(connection, BillFilter(payer=wanted.payer.name))
        assert wanted.bill_id in {bill.bill_id for bill in by_payer.items}
        assert {bill.payer.name for bill in by_payer.items} == {wanted.payer.name}
        by_number = await list_bills(connection, BillFilter(number=wanted.number))
        assert [bill.bill_id for bill in by_number.items] == [wanted.bill_id]
        dear = await list_bills(connection, BillFilter(amount_from=Decimal(100)), limit=100)
        assert {b.bill_id for b in dear.items} == {b.bill_id for b in bills if b.total >= 100}
        none = await list_bills(connection, BillFilter(issued_to=today() - timedelta(days=1)))
        assert none.items == ()
        with pytest.raises(Refusal):
            await list_bills(connection, BillFilter(), after="nonsense")


async def test_changes_hold_back_what_an_open_transaction_might_still_add(world: World) -> None:
    hospital = world.province.hospital
    await world.desk.issue(hospital.unit_id, hospital.requests(3, kind="0601"), acting=ACTING)
    scope = UnitScope(hospital.unit_id)
    async with world.database.pool.acquire() as blocker, blocker.transaction():
        await blocker.execute("SELECT pg_current_xact_id()")
        await world.desk.issue(hospital.unit_id, hospital.requests(5, kind="0601"), acting=ACTING)
        async with world.database.scoped(scope) as connection:
            early = await list_changes(connection, hospital.unit_id)
        assert len(early.bills) == 3
    async with world.database.scoped(scope) as connection:
        late = await list_changes(connection, hospital.unit_id, after=early.mark)
        assert [bill.number for bill in late.bills] == ["0000000004", "0000000005"]
        rest = await list_changes(connection, hospital.unit_id, after=late.mark)
    assert (rest.bills, rest.mark, rest.complete) == ((), late.mark, True)


async def test_nothing_recorded_can_be_edited_or_deleted(world: World) -> None:
    bill = (await issue_one(world)).bill
    for statement in (
        "UPDATE bills SET total = 1",
        "UPDATE bills SET xml = ''",
        "DELETE FROM bills",
        "UPDATE events SET body = ''",
        "DELETE FROM events",
        "UPDATE audit_log SET actor = ''",
        "DELETE FROM audit_log",
        "DELETE FROM business_numbers",
    ):
        async with world.database.engine.connect() as connection:
            with pytest.raises(Exception, match="permission denied"):
                await connection.execute(text(statement))
    async with world.database.system() as connection:
        assert (await get_bill(connection, bill.bill_id)).total == bill.total


async def test_a_detailed_line_names_the_item_it_belongs_to(world: World) -> None:
    hospital = world.province.hospital
    request = hospital.request(kind="0601")
    line = RequestAuxItem(
        related_code=request.items[0].code, name="阿莫西林胶囊", quantity=Decimal(1), amount=Decimal("0.01")
    )
    issued = await issue_one(world, aux_items=(line,))
    async with world.database.scoped(UnitScope(issued.bill.unit_id)) as connection:
        face = parse_sealed((await get_document(connection, issued.bill.bill_id)).xml)
    assert [aux.related_name for aux in face.aux_items] == [face.items[0].name]
    assert face.aux_items[0].related_code == face.items[0].code


async def test_names_in_any_script_of_the_country_are_issued(world: World) -> None:
    hospital = world.province.hospital
    names = (
        "王䶮",
        "李𫞡",
        "张𡌒",
        "𫝊峪村",
        "ᠪᠠᠲᠤ",
        "ᠬᠠᠷ\u180eᠠ\u202fᠶᠢᠨ",
        "김철수",
        "محمد علي",
        "Şahin Öz",
        "བསོད་ནམས",
    )
    for place, name in enumerate(names):
        payer = msgspec.structs.replace(hospital.request(kind="0601").payer, name=name)
        issued = await issue_one(world, business_no=f"NAME-{place}", payer=payer)
        assert issued.bill.payer.name == name
