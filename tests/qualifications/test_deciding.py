"""Persons decide on papers: for their region, one of two, never on what has changed or ended meanwhile."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.qualifications.desk import Bench, stated_as

from mingpiao.identity.model import Account, Role
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal
from mingpiao.qualifications.model import PaperState, PaperType, Qualification
from mingpiao.qualifications.service import (
    decide,
    get,
    retire,
    standing,
)


def _codes(refusal: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in refusal.value.problems]


def officer(region: str, name: str = "白春梅", account_id: int = 70) -> Account:
    return Account(
        account_id=account_id,
        username=f"officer{account_id}",
        display_name=name,
        role=Role.DEPARTMENT_OFFICER,
        region_code=region,
    )


async def _decide(
    bench: Bench, paper: Qualification, by: Account, *, accept: bool, reason: str = ""
) -> Qualification:
    async with bench.database.system() as connection:
        return await decide(
            connection,
            paper.qualification_id,
            accept=accept,
            reason=reason,
            revision=paper.revision,
            by=by,
            acting=by.actor,
        )


def _region(bench: Bench) -> str:
    return bench.province.charity.unit.region_code


async def _submitted(bench: Bench, **changes: object) -> Qualification:
    """A paper that a person has to look at: its representative was corrected."""
    facts = bench.facts(**changes)
    paper = await bench.upload(bench.lines(facts))
    return await bench.submit(paper, stated_as(facts, representative="巴特尔"))


async def test_a_person_accepts_and_the_unit_is_told(bench: Bench) -> None:
    paper = await _submitted(bench)
    by = officer(_region(bench))
    accepted = await _decide(bench, paper, by, accept=True)
    assert (accepted.state, accepted.decided_by_name) == (PaperState.ACCEPTED, "白春梅")
    assert await bench.valid_days() == {bench.facts().valid_until}
    assert (await bench.told())[-1] == (bench.unit_id, None, "慈善组织证书已通过")


async def test_a_rejection_needs_its_reason_and_leaves_all_as_it_was(bench: Bench) -> None:
    paper = await _submitted(bench)
    by = officer(_region(bench))
    for reason, code in (("  ", "reason_missing"), ("x" * 501, "reason_invalid"), ("好😀", "reason_invalid")):
        with pytest.raises(Refusal) as refusal:
            await _decide(bench, paper, by, accept=False, reason=reason)
        assert _codes(refusal) == [(f"qualification.{code}", "reason")]
    rejected = await _decide(bench, paper, by, accept=False, reason="法定代表人与登记不符")
    assert rejected.state is PaperState.REJECTED
    assert await bench.valid_days() == {None}
    assert (await bench.told())[-1] == (bench.unit_id, None, "慈善组织证书未通过审核")
    assert (await bench.audited())[-1] == "qualification:reject"


async def test_a_department_decides_for_its_region_only(bench: Bench) -> None:
    paper = await _submitted(bench)
    outside = "150200" if not _region(bench).startswith("1502") else "150300"
    for by in (
        officer(outside),
        Account(account_id=1, username="a", display_name="a", role=Role.ADMINISTRATOR),
    ):
        with pytest.raises(Refusal) as refusal:
            await _decide(bench, paper, by, accept=True)
        assert _codes(refusal) == [("qualification.unknown", "")]
    assert (await _decide(bench, paper, officer("150000"), accept=True)).state is PaperState.ACCEPTED


async def test_of_two_reviewers_one_wins_and_the_other_is_told(bench: Bench) -> None:
    paper = await _submitted(bench)
    region = _region(bench)
    outcomes = await asyncio.gather(
        _decide(bench, paper, officer(region, "白春梅", 70), accept=True),
        _decide(bench, paper, officer(region, "云志强", 71), accept=False, reason="看不清"),
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


async def test_without_the_lock_both_reviewers_would_have_won(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the test above guards against: both read before either writes."""
    paper = await _submitted(bench)
    both = asyncio.Barrier(2)

    async def read_only(connection: AsyncConnection, qualification_id: int) -> Qualification:
        found = await get(connection, qualification_id)
        await both.wait()
        return found

    monkeypatch.setattr("mingpiao.qualifications.store.lock", read_only)
    region = _region(bench)
    outcomes = await asyncio.gather(
        _decide(bench, paper, officer(region, "白春梅", 70), accept=True),
        _decide(bench, paper, officer(region, "云志强", 71), accept=False, reason="看不清"),
    )
    assert {outcome.state for outcome in outcomes} == {PaperState.ACCEPTED, PaperState.REJECTED}


async def test_two_papers_of_a_type_accepted_at_once_leave_one_current(bench: Bench) -> None:
    papers = [await _submitted(bench), await _submitted(bench, valid_until=today() + timedelta(days=500))]
    by = officer(_region(bench))
    outcomes = await asyncio.gather(*(_decide(bench, paper, by, accept=True) for paper in papers))
    assert {outcome.state for outcome in outcomes} == {PaperState.ACCEPTED}
    async with bench.database.system() as connection:
        stands = await standing(connection, bench.unit_id)
    assert len(stands.current) == 1
    assert await bench.valid_days() == {stands.current[0].valid_until}


async def test_a_paper_that_changed_since_the_page_was_opened_is_not_decided(bench: Bench) -> None:
    paper = await bench.upload(bench.lines(bench.facts()))
    stale = msgspec.structs.replace(paper, revision=paper.revision - 1)
    with pytest.raises(Refusal) as refusal:
        await bench.submit(stale, stated_as(bench.facts()))
    assert _codes(refusal) == [("qualification.changed", "")]


async def test_a_paper_that_expired_while_it_waited_is_not_accepted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = await _submitted(bench, valid_until=today() + timedelta(days=2))
    later = today() + timedelta(days=3)
    monkeypatch.setattr("mingpiao.qualifications.deciding.today", lambda: later)
    with pytest.raises(Refusal) as refusal:
        await _decide(bench, paper, officer(_region(bench)), accept=True)
    assert _codes(refusal) == [("qualification.expired", "valid_until")]
    assert (await bench.get(paper.qualification_id)).state is PaperState.SUBMITTED


async def test_a_paper_of_a_type_that_is_no_longer_used_is_retired(bench: Bench) -> None:
    first, second = today() + timedelta(days=5), today() + timedelta(days=400)
    by = officer(_region(bench))

    async def put_out(paper: Qualification, reason: str = "已变更登记类型") -> Qualification:
        async with bench.database.system() as connection:
            return await retire(
                connection,
                paper.qualification_id,
                reason=reason,
                revision=paper.revision,
                by=by,
                acting=by.actor,
            )

    old = await bench.accepted(paper_type=PaperType.ASSOCIATION, valid_until=first)
    with pytest.raises(Refusal) as refusal:
        await put_out(old)
    assert _codes(refusal) == [("qualification.only_paper", "")]
    new = await bench.accepted(valid_until=second)
    with pytest.raises(Refusal) as refusal:
        await put_out(old, reason=" ")
    assert _codes(refusal) == [("qualification.reason_missing", "reason")]
    outcomes = await asyncio.gather(put_out(old), put_out(new), return_exceptions=True)
    retired = [outcome for outcome in outcomes if isinstance(outcome, Qualification)]
    assert [paper.state for paper in retired] == [PaperState.RETIRED]
    left = second if retired[0].qualification_id == old.qualification_id else first
    assert await bench.valid_days() == {left}
    assert (await bench.told())[-1][2].endswith("已停用")
