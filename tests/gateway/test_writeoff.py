"""核销 through the interface: where a bill stands, a unit's months, its own totals, what arrived, and submitting."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.gateway.conftest import Api
from tests.support.client import problem_of
from tests.writeoff.months import FIRST, SECOND, THIRD, begin, close, on, total_of, write_off

from mingpiao.issuing.model import Bill
from mingpiao.kernel.clock import StoppedClock
from mingpiao.kernel.money import plain
from mingpiao.writeoff.room import CHECKER
from mingpiao.writeoff.service import due_on, last_day


async def _found(api: Api, bill: dict[str, Any]) -> dict[str, Any]:
    answer = await api.hospital.get(f"/api/v1/bills/{bill['code']}/{bill['number']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_bill_tells_where_it_stands(api: Api, clock: StoppedClock) -> None:
    hospital = api.province.hospital
    clock.set(on(last_day(FIRST)))
    bill = (await api.hospital.issue(hospital.request(kind="0601", business_no="HIS-1"))).json()
    assert bill["writeoff"] is None
    assert await _found(api, bill) == bill
    await begin(api.world)
    told = {"state": "open", "name": "未核销", "written_off_on": None, "serial": ""}
    assert (await _found(api, bill))["writeoff"] == told
    clock.set(on(SECOND))
    await close(api.world)
    done = await write_off(api.world, hospital)
    told = {
        "state": "written_off",
        "name": "已核销",
        "written_off_on": SECOND.isoformat(),
        "serial": done.serial,
    }
    for target in ("by-business-no/HIS-1", f"by-hash/{bill['sm3']}", f"{bill['code']}/{bill['number']}"):
        assert (await api.hospital.get(f"/api/v1/bills/{target}")).json()["writeoff"] == told
    changes = (await api.hospital.get("/api/v1/bills/changes")).json()["bills"]
    assert [each["writeoff"] for each in changes] == [None]


MONTHS = "/api/v1/writeoff/months"
AT = f"{MONTHS}/{FIRST:%Y-%m}"
HALF = Decimal("0.01")


async def _october(api: Api, clock: StoppedClock, count: int = 3) -> list[Bill]:
    """Bills of the hospital of the first month's last day, which is over; 0601, from one to three."""
    hospital = api.province.hospital
    clock.set(on(last_day(FIRST)))
    await begin(api.world)
    requests = [hospital.request(kind="0601", business_no=f"OCT-{n}") for n in range(count)]
    bills = await api.world.issue(hospital, *requests)
    clock.set(on(SECOND))
    return bills


def _line(bills: Sequence[Bill], **changes: Any) -> dict[str, Any]:
    """The true total of blue bills of one day and kind, as a program sends it."""
    line = {
        "day": last_day(FIRST).isoformat(),
        "place": "MZ01",
        "kind": bills[0].kind,
        "blue_count": len(bills),
        "blue_amount": plain(total_of(*bills)),
    }
    return line | changes


async def _put(api: Api, *lines: dict[str, Any], bills: Any = ...) -> dict[str, Any]:
    body = {"lines": lines} | ({} if bills is ... else {"bills": bills})
    answer = await api.hospital.put(f"{AT}/totals", body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_month_shows_its_sums_and_is_written_off_by_a_program(api: Api, clock: StoppedClock) -> None:
    bills = await _october(api, clock)
    net = plain(total_of(*bills))
    found = (await api.hospital.get(AT)).json()
    assert found["kinds"] == [
        {
            "kind": "0601",
            "name": (await api.services.catalog.get()).kinds["0601"].name,
            "blue_count": 3,
            "blue_amount": net,
            "red_count": 0,
            "red_amount": "0.00",
            "net_amount": net,
        }
    ]
    assert (found["received"], found["difference"], found["written_off"]) == ("0.00", net, False)
    assert (found["writeoff"], found["exceptions"], found["exceptions_total"]) == (None, [], 0)
    assert found["due_on"] == due_on(FIRST, 5).isoformat()
    refused = await api.hospital.post(AT, {})
    assert problem_of(refused) == (422, "writeoff.difference", "reasons")
    assert refused.json()["facts"] == {"difference": net}
    refused = await api.hospital.post(AT, {"reasons": [{"code": "arrears", "amount": "1.234"}]})
    assert problem_of(refused) == (422, "writeoff.reason_invalid", "reasons/0/amount")
    refused = await api.hospital.post(AT, {"reasons": [{"code": "arrears", "amount": "1e2"}]})
    assert problem_of(refused) == (422, "amount.not_finite", "reasons/0/amount")
    # Numbers that are larger than any sum of money, or than arithmetic bears.
    for large in ("1e30", "-1e30", "9e999999", "1" + "0" * 12):
        body = f'{{"reasons": [{{"code": "arrears", "amount": {large}}}, {{"code": "arrears", "amount": {large}}}]}}'
        refused = await api.hospital.send("POST", AT, body.encode())
        assert problem_of(refused) == (422, "writeoff.reason_invalid", "reasons/0/amount"), large
    for thin in ("", "医保未拨", "情况属实，予以确认"):
        refused = await api.hospital.post(
            AT, {"reasons": [{"code": "arrears", "amount": net, "words": thin}]}
        )
        assert problem_of(refused) == (422, "writeoff.reason_invalid", "reasons/0/words")
    reason = {"code": "arrears", "amount": net, "words": "医保局尚未拨付该月统筹款"}
    sent = await api.hospital.post(AT, {"reasons": [reason]})
    assert (sent.status_code, sent.headers["location"]) == (202, AT)
    assert (sent.json()["state"], sent.json()["reasons"]) == ("checking", [reason])
    again = await api.hospital.post(AT, {})
    assert (again.status_code, again.json()["id"]) == (202, sent.json()["id"])
    await (await api.world.house.get(CHECKER)).check(sent.json()["id"])
    found = (await api.hospital.get(AT)).json()
    assert (found["written_off"], found["writeoff"]["state"]) == (True, "done")
    assert found["writeoff"]["serial"].startswith(f"HX150000{FIRST:%Y%m}")
    assert (await api.hospital.post(AT, {})).status_code == 200
    (summary,) = (await api.hospital.get(MONTHS)).json()["months"]
    assert summary == {name: found[name] for name in summary}
    assert problem_of(await api.other.get(AT)) == (404, "writeoff.nothing", "")
    assert (await api.other.get(MONTHS)).json() == {"automatic": False, "months": []}


async def test_two_submissions_at_once_are_one(api: Api, clock: StoppedClock) -> None:
    bills = await _october(api, clock)
    body = {
        "reasons": [{"code": "fee", "amount": plain(total_of(*bills)), "words": "银行按合同扣收的手续费"}]
    }
    answers = await asyncio.gather(*(api.hospital.post(AT, body) for _ in range(4)))
    assert {each.status_code for each in answers} == {202}
    assert len({each.json()["id"] for each in answers}) == 1
    assert await api.world.value("SELECT count(*) FROM audit_log WHERE action = 'writeoff:submit'") == 1


async def test_a_partial_write_off_tells_its_exceptions(api: Api, clock: StoppedClock) -> None:
    (bill, *_) = await _october(api, clock, 1)
    sent = await api.hospital.post(AT, {"partial": True})
    await (await api.world.house.get(CHECKER)).check(sent.json()["id"])
    found = (await api.hospital.get(AT)).json()
    (exception,) = found["exceptions"]
    assert (exception["code"], exception["number"]) == (bill.code, bill.number)
    assert (exception["state"], exception["total"]) == ("open", plain(bill.total))
    assert [each["rule"] for each in exception["findings"]] == ["WRITEOFF-UNPAID"]
    assert (found["exceptions_total"], found["writeoff"]["exceptions"]) == (1, 1)
    assert (await _found(api, {"code": bill.code, "number": bill.number}))["writeoff"]["state"] == "exception"


async def test_totals_that_agree_have_no_difference_however_they_are_cut(
    api: Api, clock: StoppedClock
) -> None:
    bills = await _october(api, clock)
    assert (await api.hospital.get(f"{AT}/totals")).json() == {
        "month": f"{FIRST:%Y-%m}", "lines": None, "declared_at": None, "agrees": False,
        "differences": [], "bills": [], "bills_total": 0, "absent": [],
    }  # fmt: skip
    found = await _put(api, _line(bills[:1]), _line(bills[1:], place="MZ02"))
    assert (found["agrees"], found["lines"], found["differences"], found["bills"]) == (True, 2, [], [])
    by_item: dict[str, list[Decimal]] = {}
    for bill in bills:
        for item in bill.items:
            by_item.setdefault(item.code, []).append(item.amount)
    items = [
        _line(bills, item=code, blue_count=len(amounts), blue_amount=plain(sum(amounts, Decimal(0))))
        for code, amounts in by_item.items()
    ]
    found = await _put(api, *items)
    assert (found["agrees"], found["lines"]) == (True, len(items))
    assert await _put(api, *reversed(items)) == found
    assert await api.world.value("SELECT count(*) FROM declared_totals") == len(items)
    assert await api.world.value("SELECT count(*) FROM audit_log WHERE action = 'totals:declare'") == 2


async def test_differences_are_told_line_by_line_and_bill_by_bill(api: Api, clock: StoppedClock) -> None:
    bills = await _october(api, clock)
    net = plain(total_of(*bills))
    mine = _line(bills[:2], blue_amount=plain(total_of(*bills) - HALF))
    foreign = {"code": bills[0].code, "number": "0000009999"}
    known = [{"code": each.code, "number": each.number} for each in bills[:2]]
    found = await _put(api, mine, bills=[*known, foreign])
    (difference,) = found["differences"]
    zero = {"red_count": 0, "red_amount": "0.00"}
    assert difference == {
        "day": last_day(FIRST).isoformat(),
        "kind": "0601",
        "item": "",
        "declared": {"blue_count": 2, "blue_amount": mine["blue_amount"], **zero},
        "issued": {"blue_count": 3, "blue_amount": net, **zero},
    }
    assert [(each["number"], each["listed"]) for each in found["bills"]] == [
        (bills[0].number, True),
        (bills[1].number, True),
        (bills[2].number, False),
    ]
    assert (found["bills_total"], found["absent"], found["agrees"]) == (3, [foreign], False)
    assert [each["listed"] for each in (await api.hospital.get(f"{AT}/totals")).json()["bills"]] == [None] * 3
    # Whoever sends nothing of a day is told what the platform has.
    found = await _put(api)
    assert [each["declared"]["blue_count"] for each in found["differences"]] == [0]
    assert (found["lines"], found["bills_total"]) == (0, 3)


async def test_red_bills_stand_apart(api: Api, clock: StoppedClock) -> None:
    hospital = api.province.hospital
    clock.set(on(last_day(FIRST)))
    await begin(api.world)
    (bill,) = await api.world.issue(hospital, hospital.request(kind="0601"))
    red = await api.world.reverse(hospital, bill)
    clock.set(on(SECOND))
    amount = plain(bill.total)
    assert (await _put(api, _line([bill], red_count=1, red_amount=amount)))["agrees"] is True
    found = await _put(api, _line([bill]))
    assert found["differences"][0]["issued"] == {
        "blue_count": 1, "blue_amount": amount, "red_count": 1, "red_amount": amount,
    }  # fmt: skip
    assert [each["color"] for each in found["bills"]] == ["blue", "red"]
    assert found["bills"][1]["number"] == red.number


async def test_a_wrong_line_is_refused_with_its_field(api: Api, clock: StoppedClock) -> None:
    bills = await _october(api, clock, 1)
    wrong: tuple[tuple[str, object], ...] = (
        ("day", SECOND.isoformat()),
        ("day", "2027/1/31"),
        ("day", "明天"),
        ("kind", "9999"),
        ("kind", ""),
        ("item", "999999"),
        ("place", "Z" * 51),
        ("place", "\x00"),
        ("blue_amount", "-1.00"),
        ("blue_amount", "1.001"),
        ("red_amount", 10**13),
        ("blue_count", 10**10),
    )
    for member, value in wrong:
        answer = await api.hospital.put(f"{AT}/totals", {"lines": [_line(bills, **{member: value})]})
        assert problem_of(answer) == (422, "writeoff.totals_invalid", f"lines/0/{member}"), value
    assert await api.world.value("SELECT count(*) FROM declared_months") == 0


async def test_lines_that_repeat_or_mix_and_too_many_are_refused(api: Api, clock: StoppedClock) -> None:
    (bill, *_) = await _october(api, clock, 1)
    line = _line([bill])
    for lines, expected in (
        ([line, line], (422, "writeoff.totals_invalid", "lines/1")),
        ([line, line | {"item": bill.items[0].code}], (422, "writeoff.totals_invalid", "lines/1/item")),
        ([line | {"place": f"P{n}"} for n in range(10_001)], (400, "request.value_invalid", "lines")),
    ):
        answer = await api.hospital.put(f"{AT}/totals", {"lines": lines})
        assert problem_of(answer) == expected
    answer = await api.hospital.put(f"{AT}/totals", {"lines": [line | {"blue_amount": "1e1"}]})
    assert problem_of(answer) == (422, "amount.not_finite", "lines/0/blue_amount")
    answer = await api.hospital.put(f"{AT}/totals", {"lines": [], "bills": [{"code": "1", "number": "2"}]})
    assert problem_of(answer) == (422, "writeoff.totals_invalid", "bills/0")
    assert await api.world.value("SELECT count(*) FROM declared_months") == 0


async def test_ten_thousand_lines_are_one_call(api: Api, clock: StoppedClock) -> None:
    bills = await _october(api, clock)
    lines = [_line(bills, place=f"P{n}", blue_count=0, blue_amount="0.00") for n in range(9_999)]
    found = await _put(api, _line(bills), *lines)
    assert (found["lines"], found["agrees"]) == (10_000, True)


async def test_months_that_are_not_over_or_not_the_units_are_refused(api: Api, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(api.world, begins_on=SECOND)
    body: dict[str, Any] = {"lines": []}
    past = f"{FIRST - timedelta(days=400):%Y-%m}"
    clock.set(on(THIRD))
    for month, expected in (
        (f"{THIRD:%Y-%m}", (409, "writeoff.month_open", "")),
        ("2099-12", (409, "writeoff.month_open", "")),
        (past, (409, "writeoff.before_unit", "")),
        (f"{FIRST:%Y-%m}", (409, "writeoff.not_in_force", "")),
        ("2027-13", (400, "request.parameter_invalid", "month")),
        ("2027-1", (400, "request.parameter_invalid", "month")),
        ("0001-01", (400, "request.parameter_invalid", "month")),
    ):
        for answer in (
            await api.hospital.get(f"{MONTHS}/{month}"),
            await api.hospital.post(f"{MONTHS}/{month}", {}),
            await api.hospital.put(f"{MONTHS}/{month}/totals", body),
            await api.hospital.get(f"{MONTHS}/{month}/totals"),
        ):
            assert problem_of(answer) == expected
    assert problem_of(await api.hospital.post(f"{MONTHS}/{SECOND:%Y-%m}", {})) == (
        404,
        "writeoff.nothing",
        "",
    )
    assert await api.world.value("SELECT count(*) FROM cycles") == 0


async def test_an_older_month_goes_first_and_a_settled_one_stays(api: Api, clock: StoppedClock) -> None:
    hospital = api.province.hospital
    bills = await _october(api, clock, 1)
    await _put(api, _line(bills))
    await api.world.issue(hospital, hospital.request(kind="0601", business_no="NOV-1"))
    clock.set(on(THIRD))
    later = f"{MONTHS}/{SECOND:%Y-%m}"
    refused = await api.hospital.post(later, {})
    assert problem_of(refused) == (409, "writeoff.earlier_open", "")
    assert refused.json()["facts"] == {"month": f"{FIRST:%Y-%m}"}
    await write_off(api.world, hospital)
    assert (await _put(api, _line(bills)))["agrees"] is True
    answer = await api.hospital.put(f"{AT}/totals", {"lines": []})
    assert problem_of(answer) == (409, "writeoff.month_settled", "")
    assert (await api.hospital.get(f"{AT}/totals")).json()["lines"] == 1


async def test_totals_that_arrive_at_once_are_one_of_them_whole(api: Api, clock: StoppedClock) -> None:
    bills = await _october(api, clock)
    wanted = [[_line(bills, place=f"{n}-{m}") for m in range(50)] for n in range(4)]
    await asyncio.gather(*(_put(api, *lines) for lines in wanted))
    rows = await api.world.rows("SELECT place FROM declared_totals")
    assert len(rows) == 50
    assert len({row["place"].partition("-")[0] for row in rows}) == 1


def _receipt(key: str, amount: str, **changes: Any) -> dict[str, Any]:
    return {"entry_key": key, "received_on": last_day(FIRST).isoformat(), "amount": amount} | changes


async def test_receipts_are_put_down_once_each(api: Api, clock: StoppedClock) -> None:
    bills = await _october(api, clock)
    net = total_of(*bills)
    first, back = _receipt("R1", plain(net + 5), channel="银行转账"), _receipt("R2", "-5.00", memo="退款")
    answers = await asyncio.gather(
        *(api.hospital.post(f"{AT}/receipts", {"receipts": [first, back]}) for _ in range(3))
    )
    assert {each.status_code for each in answers} == {200}
    assert sorted(each.json()["added"] for each in answers) == [0, 0, 2]
    answer = (await api.hospital.post(f"{AT}/receipts", {"receipts": [first, _receipt("R3", "1.00")]})).json()
    assert answer == {"month": f"{FIRST:%Y-%m}", "added": 1, "known": 1, "received": plain(net + 1)}
    rows = await api.world.rows("SELECT source, count(*) FROM receipts GROUP BY 1")
    assert [tuple(row) for row in rows] == [("interface", 3)]
    changed = await api.hospital.post(
        f"{AT}/receipts", {"receipts": [_receipt("R9", "1.00"), first | {"amount": "1.00"}]}
    )
    assert problem_of(changed) == (409, "writeoff.receipt_conflict", "receipts/1")
    assert await api.world.value("SELECT count(*) FROM receipts") == 3
    await api.hospital.post(f"{AT}/receipts", {"receipts": [_receipt("R4", "-1.00")]})
    sent = await api.hospital.post(AT, {})
    assert sent.status_code == 202, sent.text
    refused = await api.hospital.post(f"{AT}/receipts", {"receipts": [_receipt("R5", "1.00")]})
    assert problem_of(refused) == (409, "writeoff.month_settled", "")
    again = await api.hospital.post(f"{AT}/receipts", {"receipts": [first]})
    assert (again.status_code, again.json()["known"]) == (200, 1)


async def test_a_wrong_receipt_is_refused_with_its_field(api: Api, clock: StoppedClock) -> None:
    await _october(api, clock, 1)
    wrong: tuple[tuple[str, str, str], ...] = (
        ("amount", "0", "writeoff.receipt_invalid"),
        ("amount", "1.001", "writeoff.receipt_invalid"),
        ("amount", "1,000.00", "amount.not_finite"),
        ("amount", "+1", "amount.not_finite"),
        ("received_on", "20270131", "writeoff.receipt_invalid"),
        ("received_on", THIRD.isoformat(), "writeoff.receipt_invalid"),
        ("entry_key", "K" * 101, "writeoff.receipt_invalid"),
        ("memo", "\x00", "writeoff.receipt_invalid"),
    )
    for member, value, code in wrong:
        body = {"receipts": [_receipt("R1", "1.00") | {member: value}, _receipt("R2", "1.00")]}
        told = problem_of(await api.hospital.post(f"{AT}/receipts", body))
        assert told == (422, code, f"receipts/0/{member}"), value
    assert await api.world.value("SELECT count(*) FROM receipts") == 0


async def test_receipts_count_from_the_begin_of_their_month_on(api: Api, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(api.world)
    body = {"receipts": [_receipt("R1", "1.00")]}
    assert (await api.hospital.post(f"{AT}/receipts", body)).status_code == 200
    for month, expected in (
        (f"{SECOND:%Y-%m}", (422, "writeoff.month_ahead", "")),
        (f"{FIRST - timedelta(days=400):%Y-%m}", (409, "writeoff.before_unit", "")),
        ("2027-00", (400, "request.parameter_invalid", "month")),
    ):
        assert problem_of(await api.hospital.post(f"{MONTHS}/{month}/receipts", body)) == expected
    repeated = {"receipts": [_receipt("R1", "1.00")] * 2}
    assert problem_of(await api.hospital.post(f"{AT}/receipts", repeated)) == (
        422,
        "writeoff.receipt_invalid",
        "receipts/1/entry_key",
    )
