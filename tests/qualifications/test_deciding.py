"""Persons decide on qualifications: for their region, one of two, never on what has changed or ended meanwhile."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from tests.qualifications.desk import Bench, head, officer, stated_as

from mingpiao.approvals.service import approve
from mingpiao.identity.model import Account, Acting, Role, acting_for
from mingpiao.kernel.clock import now, set_to, today
from mingpiao.kernel.errors import Refusal
from mingpiao.qualifications.model import Qualification, QualificationState, QualificationType
from mingpiao.qualifications.service import (
    decide,
    retire,
    unit_qualifications,
)


def _codes(refusal: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in refusal.value.problems]


async def _decide(
    bench: Bench, qualification: Qualification, by: Acting, *, accept: bool, reason: str = ""
) -> Qualification:
    async with bench.database.system() as connection:
        return await decide(
            connection,
            qualification.qualification_id,
            accept=accept,
            reason=reason,
            revision=qualification.revision,
            acting=by,
        )


def _region(bench: Bench) -> str:
    return bench.province.charity.unit.region_code


async def _submitted(bench: Bench, **changes: object) -> Qualification:
    """A qualification that a person has to look at: its representative was corrected."""
    facts = bench.facts(**changes)
    qualification = await bench.upload(bench.lines(facts))
    return await bench.submit(qualification, stated_as(facts, representative="巴特尔"))


async def test_a_person_accepts_and_the_unit_is_told(bench: Bench) -> None:
    qualification = await _submitted(bench)
    by = officer(_region(bench))
    accepted = await _decide(bench, qualification, by, accept=True)
    assert (accepted.state, accepted.decided_by_name) == (QualificationState.ACCEPTED, "白春梅")
    assert await bench.valid_days() == {bench.facts().valid_until}
    assert (await bench.told())[-1] == (bench.unit_id, None, "慈善组织证书已通过")


async def test_a_rejection_needs_its_reason_and_leaves_all_as_it_was(bench: Bench) -> None:
    qualification = await _submitted(bench)
    by = officer(_region(bench))
    for reason, code in (("  ", "reason_missing"), ("x" * 501, "reason_invalid"), ("好😀", "reason_invalid")):
        with pytest.raises(Refusal) as refusal:
            await _decide(bench, qualification, by, accept=False, reason=reason)
        assert _codes(refusal) == [(f"qualification.{code}", "reason")]
    rejected = await _decide(bench, qualification, by, accept=False, reason="法定代表人与登记不符")
    assert rejected.state is QualificationState.REJECTED
    assert await bench.valid_days() == {None}
    assert (await bench.told())[-1] == (bench.unit_id, None, "慈善组织证书未通过审核")
    assert (await bench.audited())[-1] == "qualification:reject"


async def test_a_department_decides_for_its_region_only(bench: Bench) -> None:
    qualification = await _submitted(bench)
    outside = "150200" if not _region(bench).startswith("1502") else "150300"
    for by in (
        officer(outside),
        acting_for(Account(account_id=1, username="a", display_name="a", role=Role.ADMINISTRATOR)),
    ):
        with pytest.raises(Refusal) as refusal:
            await _decide(bench, qualification, by, accept=True)
        assert _codes(refusal) == [("qualification.unknown", "")]
    assert (
        await _decide(bench, qualification, officer("150000"), accept=True)
    ).state is QualificationState.ACCEPTED


async def test_of_two_reviewers_one_wins_and_the_other_is_told(bench: Bench) -> None:
    qualification = await _submitted(bench)
    region = _region(bench)
    outcomes = await asyncio.gather(
        _decide(bench, qualification, officer(region, "白春梅", 70), accept=True),
        _decide(bench, qualification, officer(region, "云志强", 71), accept=False, reason="看不清"),
        return_exceptions=True,
    )
    winners = [outcome for outcome in outcomes if isinstance(outcome, Qualification)]
    told = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert (len(winners), len(told)) == (1, 1)
    problem = told[0].problems[0]
    assert (problem.code, problem.status) == ("qualification.already_decided", 409)
    assert winners[0].decided_by_name in problem.message
    decisions = [
        each for each in await bench.audited() if each in ("qualification:accept", "qualification:reject")
    ]
    assert len(decisions) == 1


async def test_two_qualifications_of_a_type_accepted_at_once_leave_one_current(bench: Bench) -> None:
    qualifications = [
        await _submitted(bench),
        await _submitted(bench, valid_until=today() + timedelta(days=500)),
    ]
    by = officer(_region(bench))
    outcomes = await asyncio.gather(
        *(_decide(bench, qualification, by, accept=True) for qualification in qualifications)
    )
    assert {outcome.state for outcome in outcomes} == {QualificationState.ACCEPTED}
    async with bench.database.system() as connection:
        stands = await unit_qualifications(connection, bench.unit_id)
    assert len(stands.current) == 1
    assert await bench.valid_days() == {stands.current[0].valid_until}


async def test_a_qualification_that_changed_since_the_page_was_opened_is_not_decided(bench: Bench) -> None:
    qualification = await bench.upload(bench.lines(bench.facts()))
    stale = msgspec.structs.replace(qualification, revision=qualification.revision - 1)
    with pytest.raises(Refusal) as refusal:
        await bench.submit(stale, stated_as(bench.facts()))
    assert _codes(refusal) == [("qualification.changed", "")]


async def test_a_qualification_that_expired_while_it_waited_is_not_accepted(bench: Bench) -> None:
    qualification = await _submitted(bench, valid_until=today() + timedelta(days=2))
    with set_to(now() + timedelta(days=3)), pytest.raises(Refusal) as refusal:
        await _decide(bench, qualification, officer(_region(bench)), accept=True)
    assert _codes(refusal) == [("qualification.expired", "valid_until")]
    assert (await bench.get(qualification.qualification_id)).state is QualificationState.SUBMITTED


async def test_a_qualification_of_a_type_that_is_no_longer_used_is_retired(bench: Bench) -> None:
    first, second = today() + timedelta(days=5), today() + timedelta(days=400)
    by = officer(_region(bench))

    async def put_out(qualification: Qualification, reason: str = "已变更登记类型") -> Qualification:
        async with bench.database.system() as connection:
            return await retire(
                connection,
                qualification.qualification_id,
                reason=reason,
                revision=qualification.revision,
                acting=by,
            )

    old = await bench.accepted(qualification_type=QualificationType.ASSOCIATION, valid_until=first)
    with pytest.raises(Refusal) as refusal:
        await put_out(old)
    assert _codes(refusal) == [("qualification.only_qualification", "")]
    new = await bench.accepted(valid_until=second)
    with pytest.raises(Refusal) as refusal:
        await put_out(old, reason=" ")
    assert _codes(refusal) == [("qualification.reason_missing", "reason")]
    outcomes = await asyncio.gather(put_out(old), put_out(new), return_exceptions=True)
    retired = [outcome for outcome in outcomes if isinstance(outcome, Qualification)]
    assert [qualification.state for qualification in retired] == [QualificationState.RETIRED]
    left = second if retired[0].qualification_id == old.qualification_id else first
    assert await bench.valid_days() == {left}
    assert (await bench.told())[-1][2].endswith("已停用")


async def test_a_revocation_waits_for_a_second_person_and_then_locks_at_once(bench: Bench) -> None:
    qualification = await bench.accepted()
    by = officer(_region(bench))
    for reason, code in (("  ", "reason_missing"), ("x" * 501, "reason_invalid")):
        with pytest.raises(Refusal) as refusal:
            await bench.propose_revocation(qualification, reason, acting=by)
        assert _codes(refusal) == [(f"qualification.{code}", "reason")]
    proposal_id = await bench.propose_revocation(qualification, "发证机关已撤销登记", acting=by)
    assert (await bench.get(qualification.qualification_id)).state is QualificationState.ACCEPTED
    assert await bench.locks() == []
    assert "qualification:revoke" not in await bench.audited()
    for person, code in ((by, "own"), (officer("150000", account_id=71), "not_decider")):
        async with bench.database.system() as connection:
            with pytest.raises(Refusal) as refusal:
                await approve(connection, proposal_id, acting=person)
        assert _codes(refusal) == [(f"proposal.{code}", "")]
    assert await bench.locks() == []
    async with bench.database.system() as connection:
        done = await approve(connection, proposal_id, acting=head("150000"))
    assert [(each.before, each.after) for each in done.changes] == [
        ("有效", "已撤销认定"),
        ("以这份证书为准", "立即锁定，直到认定了新的证书"),
    ]
    revoked = await bench.get(qualification.qualification_id)
    assert (revoked.state, revoked.decided_by_name, revoked.decision_reason) == (
        QualificationState.REVOKED,
        "云志强",
        "发证机关已撤销登记",
    )
    assert await bench.locks() == ["qualification_revoked"]
    assert await bench.valid_days() == {None}
    assert (await bench.told())[-2] == (bench.unit_id, None, "慈善组织证书的认定已撤销，开票功能已锁定")
    assert (await bench.audited())[-2:] == ["qualification:revoke", "stock:valid_until"]
    reason = await bench.database.pool.fetchval(
        "SELECT details->>'reason' FROM audit_log WHERE action = 'qualification:revoke'"
    )
    assert reason == "发证机关已撤销登记"
    async with bench.database.system() as connection:
        stands = await unit_qualifications(connection, bench.unit_id)
    assert (stands.current, stands.revoked) == ((), revoked)


async def test_beside_another_qualification_a_revoked_one_locks_nothing(bench: Bench) -> None:
    first, second = today() + timedelta(days=5), today() + timedelta(days=400)
    old = await bench.accepted(qualification_type=QualificationType.ASSOCIATION, valid_until=first)
    await bench.accepted(valid_until=second)
    await bench.revoke(old)
    assert await bench.locks() == []
    assert await bench.valid_days() == {second}
    assert (await bench.told())[-2] == (bench.unit_id, None, "社会团体法人登记证书的认定已撤销")


async def test_another_region_does_not_revoke(bench: Bench) -> None:
    qualification = await bench.accepted()
    outside = "150200" if not _region(bench).startswith("1502") else "150300"
    for by in (
        officer(outside),
        acting_for(Account(account_id=1, username="a", display_name="a", role=Role.ADMINISTRATOR)),
    ):
        with pytest.raises(Refusal) as refusal:
            await bench.propose_revocation(qualification, "系伪造", acting=by)
        assert _codes(refusal) == [("qualification.unknown", "")]
    assert (await bench.get(qualification.qualification_id)).state is QualificationState.ACCEPTED
    assert await bench.locks() == []


async def test_only_what_is_current_is_revoked(bench: Bench) -> None:
    by = officer(_region(bench))
    waiting = await _submitted(bench)
    with pytest.raises(Refusal) as refusal:
        await bench.propose_revocation(waiting, "系伪造", acting=by)
    assert _codes(refusal) == [("qualification.already_decided", "")]
    qualification = await _decide(bench, waiting, by, accept=True)
    older = msgspec.structs.replace(qualification, revision=qualification.revision - 1)
    with pytest.raises(Refusal) as refusal:
        await bench.propose_revocation(older, "系伪造", acting=by)
    assert _codes(refusal) == [("qualification.changed", "")]
    assert await bench.locks() == []


async def test_of_two_who_propose_at_once_one_wins_and_the_other_is_told(bench: Bench) -> None:
    qualification = await bench.accepted()
    region = _region(bench)
    outcomes = await asyncio.gather(
        bench.propose_revocation(qualification, "系伪造", acting=officer(region, "白春梅", 70)),
        bench.propose_revocation(qualification, "已被撤销登记", acting=officer("150000", "云志强", 71)),
        return_exceptions=True,
    )
    assert len([outcome for outcome in outcomes if isinstance(outcome, int)]) == 1
    (told,) = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert [(each.code, each.status) for each in told.problems] == [("proposal.open_already", 409)]
    assert await bench.locks() == []


async def test_what_was_replaced_meanwhile_is_not_revoked(bench: Bench) -> None:
    old = await bench.accepted()
    proposal_id = await bench.propose_revocation(old, "系伪造", acting=officer(_region(bench)))
    fresh = await bench.accepted(valid_until=today() + timedelta(days=900))
    async with bench.database.system() as connection:
        with pytest.raises(Refusal) as refusal:
            await approve(connection, proposal_id, acting=head("150000"))
    assert _codes(refusal) == [("proposal.stale", "")]
    assert (await bench.get(old.qualification_id)).state is QualificationState.SUPERSEDED
    assert (await bench.get(fresh.qualification_id)).state is QualificationState.ACCEPTED
    assert await bench.locks() == []


async def test_a_qualification_accepted_while_another_is_revoked_leaves_issuing_open(bench: Bench) -> None:
    old = await bench.accepted(qualification_type=QualificationType.ASSOCIATION)
    fresh = await _submitted(bench)
    by = officer(_region(bench))
    await asyncio.gather(bench.revoke(old), _decide(bench, fresh, by, accept=True))
    assert await bench.locks() == []
    assert await bench.valid_days() == {fresh.valid_until}


async def test_a_revoked_qualification_does_not_come_back_by_itself(bench: Bench) -> None:
    """The same picture again, with nothing wrong to be read from it: a person has to accept it."""
    qualification = await bench.accepted()
    by = officer(_region(bench))
    await bench.revoke(qualification, "系伪造")
    again = await bench.upload(bench.lines(bench.facts()))
    assert [each.code for each in again.differences] == ["qualification.revoked_before"]
    submitted = await bench.submit(again, stated_as(bench.facts()))
    assert submitted.state is QualificationState.SUBMITTED
    assert [each.code for each in submitted.differences] == ["qualification.revoked_before"]
    assert await bench.locks() == ["qualification_revoked"]
    await _decide(bench, submitted, by, accept=True)
    assert await bench.locks() == []
    assert await bench.valid_days() == {bench.facts().valid_until}
