"""The locks of a train, in their order: what happens with each, and what happens without it."""

import asyncpg
import msgspec
from tests.support.invariants import assert_invariants
from tests.support.locks import (
    LIMITS_AS_A_LOOK,
    WITH_AND_WITHOUT,
    key_taken_away,
    lock_taken_away,
    race,
    writing,
)
from tests.support.province import ACTING, Resident
from tests.support.rules import put_in_force, rule
from tests.support.waiting import until
from tests.support.world import World, bill_of, codes_of, reversal_of

from mingpiao.evidence.model import Extraction
from mingpiao.evidence.papers import link_paper
from mingpiao.identity.model import Role, acting_for
from mingpiao.identity.service import create_account
from mingpiao.issuing.model import Issued, IssueRequest, NeedsConfirmation, Outcome
from mingpiao.numbering.model import Segment
from mingpiao.numbering.service import allot, open_stock, set_valid_until
from mingpiao.rules.model import Rule, Severity, Stage
from mingpiao.units.service import report_loss, withdraw_kind

#: What a caller hears whose train hit a constraint of the database: a number or a key was taken.
_COLLIDED = [("service.internal", "")]
_DIGEST = "ab" * 32
_COPY = "cd" * 32
_PAGE = {
    "number": 1,
    "width": 595.0,
    "height": 842.0,
    "rotation": 0,
    "method": "text",
    "text": "甲方委托乙方对甲方建设的实验楼通风系统进行检测，检测费用由甲方于收到检测报告之后支付给乙方，乙方开具财政票据。",
}


async def issue(world: World, resident: Resident, request: IssueRequest) -> Outcome:
    (outcome,) = await world.desk.issue(resident.unit_id, [request], acting=ACTING)
    return outcome


async def in_force(rules: tuple[Rule, ...], *worlds: World) -> None:
    """Put rules in force and wait until all processes have heard of them."""
    await put_in_force(worlds[0].database, *rules)

    async def heard() -> bool:
        return all([len((await world.services.rules.get()).rules) == len(rules) for world in worlds])

    await until(heard)


@WITH_AND_WITHOUT
async def test_a_number_is_given_once(world: World, other: World, locked: bool) -> None:
    hospital = world.province.hospital
    first, second = hospital.requests(2, kind="0601")
    with lock_taken_away("stock rows", unless=locked):
        outcomes = await race(
            world.url, writing("bills"), issue(world, hospital, first), issue(other, hospital, second)
        )
    assert bill_of(outcomes[0]).number == "0000000001"
    if locked:
        assert bill_of(outcomes[1]).number == "0000000002"
        await assert_invariants(world.url)
    else:
        # The second was given the same number; only the primary key of bills kept it from being issued.
        assert codes_of(outcomes[1]) == _COLLIDED


@WITH_AND_WITHOUT
async def test_a_file_is_not_used_beyond_its_amount(world: World, other: World, locked: bool) -> None:
    """Two kinds, so that the two trains hold different stock rows."""
    office = world.province.office
    one, two = (office.request(kind=kind, evidence=(_DIGEST,)) for kind in ("0101", "0102"))
    first, second = (msgspec.structs.replace(each, business_no=f"B-{each.kind}") for each in (one, two))
    await put_contract(world, office, str(max(first.total, second.total)))
    used_up = rule("USED-UP", "evidence.usage = 'contradict'", Severity.ASK, stage=Stage.EVIDENCE)
    await in_force((used_up,), world, other)
    with lock_taken_away("evidence files", unless=locked):
        outcomes = await race(
            world.url, writing("bills"), issue(world, office, first), issue(other, office, second)
        )
    assert isinstance(outcomes[0], Issued)
    assert isinstance(outcomes[1], NeedsConfirmation if locked else Issued)
    used = await world.value("SELECT used_bills FROM evidence_files")
    assert used == (1 if locked else 2)


@WITH_AND_WITHOUT
async def test_two_copies_of_a_paper_are_not_used_beyond_its_amount(
    world: World, other: World, locked: bool
) -> None:
    """Each bill stands on a file of its own; their paper's row keeps them apart."""
    office = world.province.office
    one = office.request(kind="0101", evidence=(_DIGEST,))
    two = office.request(kind="0102", evidence=(_COPY,))
    first, second = (msgspec.structs.replace(each, business_no=f"C-{each.kind}") for each in (one, two))
    for digest in (_DIGEST, _COPY):
        await put_contract(world, office, str(max(first.total, second.total)), digest)
    await world.database.pool.execute(
        "UPDATE evidence_files SET paper = $1 WHERE digest = $2", bytes.fromhex(_DIGEST), bytes.fromhex(_COPY)
    )
    used_up = rule("USED-UP", "evidence.usage = 'contradict'", Severity.ASK, stage=Stage.EVIDENCE)
    await in_force((used_up,), world, other)
    with lock_taken_away("evidence files", unless=locked):
        outcomes = await race(
            world.url, writing("bills"), issue(world, office, first), issue(other, office, second)
        )
    assert isinstance(outcomes[0], Issued)
    assert isinstance(outcomes[1], NeedsConfirmation if locked else Issued)
    used = await world.value("SELECT sum(used_bills) FROM evidence_files")
    assert used == (1 if locked else 2)


@WITH_AND_WITHOUT
async def test_two_copies_that_are_read_at_once_are_one_paper(
    world: World, other: World, locked: bool
) -> None:
    office = world.province.office
    for digest in (_DIGEST, _COPY):
        await put_contract(world, office, "800.00", digest)
    says = msgspec.convert({"kind": "contract", "pages": [_PAGE]}, Extraction)

    async def settle(there: World, digest: str) -> None:
        async with there.database.system() as connection:
            await link_paper(connection, office.unit_id, digest, says)

    await world.database.pool.execute(
        "UPDATE evidence_files SET extraction = $1", {"kind": "contract", "pages": [_PAGE]}
    )
    with lock_taken_away("papers", unless=locked):
        await race(world.url, writing("evidence_files"), settle(world, _DIGEST), settle(other, _COPY))
    linked = await world.value("SELECT count(*) FROM evidence_files WHERE paper IS NOT NULL")
    assert linked == (1 if locked else 0)


async def put_contract(world: World, resident: Resident, total: str, digest: str = _DIGEST) -> None:
    """A file that was read as a contract over a total."""
    found = {"value": total, "text": f"{total}元"}
    page = {"number": 1, "width": 595.0, "height": 842.0, "rotation": 0, "method": "text", "text": ""}
    amount = {"value": total, "role": "total", "words": False, "found": found}
    await world.database.pool.execute(
        "INSERT INTO evidence_files (unit_id, digest, region_code, name, media_type, size, pages, state, "
        "extraction, uploaded_by) SELECT unit_id, $2, region_code, '合同.pdf', 'application/pdf', 1, 1, 'read', "
        "$3, 'account:1' FROM units WHERE unit_id = $1",
        resident.unit_id,
        bytes.fromhex(digest),
        {"kind": "contract", "pages": [page], "amounts": [amount]},
    )


@WITH_AND_WITHOUT
async def test_whoever_reverses_a_bill_that_was_just_reversed_is_told(
    world: World, other: World, locked: bool
) -> None:
    """A bill's stock row keeps two reversals apart before its own row does: that lock is away in both cases."""
    hospital = world.province.hospital
    (blue,) = await world.issue(hospital, hospital.request())

    async def reverse(there: World) -> Outcome:
        (outcome,) = await there.desk.reverse(hospital.unit_id, [reversal_of(blue)], acting=ACTING)
        return outcome

    with lock_taken_away("stock rows"), lock_taken_away("blue bills", unless=locked):
        outcomes = await race(world.url, writing("bills"), reverse(world), reverse(other))
    assert isinstance(outcomes[0], Issued)
    assert codes_of(outcomes[1]) == ([("bill.already_reversed", "")] if locked else _COLLIDED)
    await assert_invariants(world.url)


@WITH_AND_WITHOUT
async def test_two_units_draw_different_numbers_from_a_pool(world: World, other: World, locked: bool) -> None:
    province, catalog = world.province, await world.catalog.get()
    code = catalog.bill_code(catalog.kinds["0601"])

    async def draw(there: World, resident: Resident) -> Segment:
        async with there.database.system() as connection:
            return await allot(connection, resident.unit_id, "0601", code, 10, acting=ACTING)

    # As a statement that first reads where the pool stands and then writes where it goes.
    apart = (
        "SET next_number = next_number",
        "SET next_number = (SELECT next_number FROM number_pools WHERE code = $1)",
    )
    with lock_taken_away("number pools", apart, unless=locked):
        outcomes = await race(
            world.url,
            writing("segments"),
            draw(world, province.hospital),
            draw(other, province.other_hospital),
        )
    if locked:
        assert outcomes[1].first == outcomes[0].last + 1
    else:
        assert isinstance(outcomes[1], asyncpg.IntegrityConstraintViolationError)


@WITH_AND_WITHOUT
async def test_a_business_number_is_used_once(world: World, other: World, locked: bool) -> None:
    """Two kinds, so that the two trains hold different stock rows."""
    hospital = world.province.hospital
    requests = [hospital.request(kind=kind, business_no="ONE") for kind in ("0601", "0602")]
    if not locked:
        await key_taken_away(world.url, "business numbers")
    outcomes = await race(
        world.url,
        writing("bills"),
        *(issue(there, hospital, each) for there, each in zip((world, other), requests, strict=True)),
    )
    # Both have looked for the number before either has written it, and either may be first then.
    late = [
        request
        for request, outcome in zip(requests, outcomes, strict=True)
        if not isinstance(outcome, Issued)
    ]
    assert len(late) == (1 if locked else 0)
    if locked:
        # The loser's train goes again, now finds the winner's bill and says so.
        (refused,) = [outcome for outcome in outcomes if not isinstance(outcome, Issued)]
        assert codes_of(refused) == [("bill.business_no_conflict", "business_no")]
        again = await issue(other, hospital, late[0])
        assert codes_of(again) == [("bill.business_no_conflict", "business_no")]
        await assert_invariants(world.url)


async def test_companions_of_one_who_lost_a_business_number_are_issued(world: World, other: World) -> None:
    """The loser travels with others; none of them is refused for its sake, and each has its own answer."""
    hospital = world.province.hospital
    first = hospital.request(kind="0601", business_no="ONE")
    late = [hospital.request(kind="0602", business_no=number) for number in ("ONE", "TWO", "THREE")]
    outcomes = await race(
        world.url,
        writing("bills"),
        issue(world, hospital, first),
        other.desk.issue(hospital.unit_id, late, acting=ACTING),
    )
    issued = [outcomes[0], *outcomes[1]]
    refused = [outcome for outcome in issued if not isinstance(outcome, Issued)]
    assert [codes_of(outcome) for outcome in refused] == [[("bill.business_no_conflict", "business_no")]]
    assert sorted(bill_of(each).business_no for each in issued if isinstance(each, Issued)) == [
        "ONE", "THREE", "TWO",
    ]  # fmt: skip
    await assert_invariants(world.url)


@WITH_AND_WITHOUT
async def test_both_of_two_bills_to_one_payer_count(world: World, other: World, locked: bool) -> None:
    hospital = world.province.hospital
    first = hospital.request(kind="0601", business_no="ONE")
    second = hospital.request(kind="0602", business_no="TWO", payer=first.payer)
    # A rule that warns of all, so that a train writes something after it has counted.
    await in_force((rule("WARN", "total > 0", Severity.WARN),), world, other)
    seen = (
        "coalesce((SELECT seen.{0} FROM history_counters AS seen WHERE seen.unit_id = excluded.unit_id "
        "AND seen.subject = excluded.subject AND seen.day = excluded.day), 0)"
    )
    apart = [
        (f"known.{column} + excluded", f"{seen.format(column)} + excluded") for column in ("bills", "amount")
    ]
    with lock_taken_away("history counters", *apart, unless=locked):
        outcomes = await race(
            world.url,
            writing("bill_supervision"),
            issue(world, hospital, first),
            issue(other, hospital, second),
        )
    assert [type(outcome) for outcome in outcomes] == [Issued, Issued]
    counted = await world.value(
        "SELECT max(bills) FROM history_counters WHERE subject >= 'P' AND subject < 'Q'"
    )
    assert counted == (2 if locked else 1)
    if locked:
        await assert_invariants(world.url)


@WITH_AND_WITHOUT
async def test_a_kind_that_is_opened_now_ends_with_the_day_that_is_set_now(
    world: World, other: World, locked: bool
) -> None:
    """The hold is a stock row of the test's own: the one that is opened waits for what becomes of it."""
    unit_id, day = world.province.charity.unit_id, (await world.value("SELECT current_date"))
    async with world.database.system() as connection:
        await set_valid_until(connection, unit_id, None, acting=ACTING)

    async def open_kind() -> None:
        async with world.database.system() as connection:
            await open_stock(connection, unit_id, "0601", acting=ACTING)

    async def end() -> None:
        async with other.database.system() as connection:
            await set_valid_until(connection, unit_id, day, acting=ACTING)

    hold = f"INSERT INTO stocks (unit_id, kind_code) VALUES ({unit_id}, '0601')"
    with lock_taken_away("stock limits", *LIMITS_AS_A_LOOK, unless=locked):
        assert await race(world.url, hold, open_kind(), end()) == [None, None]
    days = await world.rows("SELECT DISTINCT valid_until FROM stocks WHERE unit_id = $1", unit_id)
    assert {row["valid_until"] for row in days} == ({day} if locked else {day, None})


@WITH_AND_WITHOUT
async def test_a_kind_that_is_taken_away_now_is_not_issued_now(
    world: World, other: World, locked: bool
) -> None:
    hospital, catalog = world.province.hospital, await world.catalog.get()
    request = hospital.request(kind="0601")

    async def withdraw() -> int:
        async with world.database.system() as connection:
            return await withdraw_kind(connection, hospital.unit_id, "0601", "划转", catalog, acting=ACTING)

    with lock_taken_away("stock rows", unless=locked):
        returned, outcome = await race(
            world.url, writing("returned_numbers"), withdraw(), issue(other, hospital, request)
        )
    assert returned > 0
    if locked:
        assert codes_of(outcome) == [("bill.kind_not_allowed", "kind")]
        await assert_invariants(world.url)
    else:
        # It read the stock as it was; only a constraint on the emptied stock kept the number from being used.
        assert codes_of(outcome) == _COLLIDED


@WITH_AND_WITHOUT
async def test_who_reported_a_loss_issues_nothing_after_it(world: World, other: World, locked: bool) -> None:
    """A bill that comes while a loss is being reported waits for it, and is refused."""
    charity = world.province.charity
    async with world.database.system() as connection:
        account = await create_account(
            connection,
            username="kaipiao",
            display_name="开票员",
            role=Role.UNIT_HANDLER,
            password="Quiet-Harbour-57",
            unit_id=charity.unit_id,
            acting=ACTING,
        )

    async def issue_own(number: str) -> Outcome:
        request = charity.request(business_no=number)
        (outcome,) = await world.desk.issue(charity.unit_id, [request], acting=acting_for(account))
        return outcome

    async def lose() -> bool:
        async with other.database.system() as connection:
            return await report_loss(connection, account, "本人挂失", acting=ACTING)

    with lock_taken_away("stock rows", unless=locked):
        # The loss has stopped the account on the stock rows, and waits to write the account's own row.
        lost, outcome = await race(world.url, writing("accounts"), lose(), issue_own("L-1"))
    assert lost is True
    if locked:
        assert codes_of(outcome) == [("unit.issuing_locked", "")]
    else:
        # The train read who may issue before the loss was committed, and issued after it.
        assert isinstance(outcome, Issued)
    assert codes_of(await issue_own("L-2")) == [("unit.issuing_locked", "")]
