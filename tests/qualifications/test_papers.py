"""Papers come in, are read, stated and decided: what is taken, what is refused, what a person must look at."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from tests.qualifications.desk import ACTING, MANAGER, PICTURE, Bench, stated_as

from mingpiao.evidence.service import PaperUnreadable, ReaderFailed
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import uscc_check_digit
from mingpiao.kernel.errors import Refusal
from mingpiao.qualifications.model import PaperState, PaperType, Qualification, QualificationFilter
from mingpiao.qualifications.service import (
    READ_JOB,
    enqueue_unread,
    list_papers,
    standing,
    submit,
    withdraw,
)
from mingpiao.storage.scope import DepartmentScope, UnitScope


def _codes(refusal: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in refusal.value.problems]


def _flags(paper: Qualification) -> set[tuple[str, str]]:
    return {(each.code.removeprefix("qualification."), each.field) for each in paper.differences}


async def test_a_paper_in_order_is_accepted_at_once_and_limits_issuing(bench: Bench) -> None:
    facts = bench.facts()
    paper = await bench.upload(bench.lines(facts))
    assert paper.state is PaperState.READ
    assert {name: found.value for name, found in paper.reading.fields.items()} == facts.truth()
    assert paper.differences == ()
    assert await bench.valid_days() == {None}
    accepted = await bench.submit(paper, stated_as(facts))
    assert (accepted.state, accepted.decided_by_name) == (PaperState.ACCEPTED, "系统自动认定")
    assert await bench.valid_days() == {facts.valid_until}
    assert [title for _, _, title in await bench.told()] == ["慈善组织证书已通过"]
    assert await bench.audited() == [
        "qualification:upload",
        "qualification:read",
        "qualification:submit",
        "qualification:accept",
        "stock:valid_until",
    ]
    assert await bench.submit(paper, stated_as(facts)) == accepted
    assert len(await bench.audited()) == 5


async def test_every_read_field_has_its_place(bench: Bench) -> None:
    paper = await bench.upload(bench.lines(bench.facts()))
    for name, found in paper.reading.fields.items():
        assert found.places, name
        for place in found.places:
            assert 0 <= place.left < place.right <= 1
            assert 0 <= place.top < place.bottom <= 1


async def test_the_earliest_end_of_all_current_papers_counts(bench: Bench) -> None:
    first, second = today() + timedelta(days=50), today() + timedelta(days=400)
    await bench.accepted(valid_until=second)
    await bench.accepted(paper_type=PaperType.ASSOCIATION, valid_until=first)
    assert await bench.valid_days() == {first}
    renewed = today() + timedelta(days=900)
    await bench.accepted(paper_type=PaperType.ASSOCIATION, valid_until=renewed)
    assert await bench.valid_days() == {second}
    async with bench.database.scoped(UnitScope(bench.unit_id)) as connection:
        stands = await standing(connection, bench.unit_id)
        papers, _ = await list_papers(connection, QualificationFilter(unit_id=bench.unit_id))
    assert [paper.valid_until for paper in stands.current] == [renewed, second]
    assert sorted(paper.state for paper in papers) == ["accepted", "accepted", "superseded"]


async def test_a_paper_without_end_does_not_limit(bench: Bench) -> None:
    accepted = await bench.accepted(valid_until=None, unlimited=True)
    assert accepted.state is PaperState.ACCEPTED
    assert await bench.valid_days() == {None}


async def test_a_credit_code_paper_that_names_no_end_has_none(bench: Bench) -> None:
    facts = bench.facts(paper_type=PaperType.CREDIT_CODE, valid_from=None, valid_until=None)
    paper = await bench.upload(bench.lines(facts))
    assert "valid_until" not in paper.reading.fields
    accepted = await bench.submit(paper, stated_as(facts, unlimited=True))
    assert accepted.state is PaperState.ACCEPTED


async def test_a_foundation_brings_the_certificate_that_foundations_have(bench: Bench) -> None:
    facts = bench.facts(paper_type=PaperType.FOUNDATION, purpose="扶贫济困、助学助医、公益援助。")
    paper = await bench.upload(bench.lines(facts))
    assert {name: found.value for name, found in paper.reading.fields.items()} == facts.truth()
    accepted = await bench.submit(paper, stated_as(facts))
    assert (accepted.state, accepted.type_label) == (PaperState.ACCEPTED, "基金会法人登记证书")
    assert await bench.valid_days() == {facts.valid_until}


async def test_another_units_paper_is_refused(bench: Bench) -> None:
    other = bench.province.office.unit
    facts = bench.facts(name=other.name, code=other.uscc)
    paper = await bench.upload(bench.lines(facts))
    assert _flags(paper) == {("other_unit", "code"), ("name_differs", "name")}
    with pytest.raises(Refusal) as refusal:
        await bench.submit(paper, stated_as(facts))
    assert _codes(refusal) == [("qualification.other_unit", "code")]
    assert (await bench.get(paper.qualification_id)).state is PaperState.READ
    own = bench.facts()
    submitted = await bench.submit(paper, stated_as(own))
    assert submitted.state is PaperState.SUBMITTED
    assert {("other_unit", "code"), ("corrected", "code"), ("corrected", "name")} <= _flags(submitted)
    assert await bench.valid_days() == {None}


async def test_a_wrong_check_digit_is_refused(bench: Bench) -> None:
    right = bench.province.charity.unit.uscc
    wrong = right[:17] + ("0" if uscc_check_digit(right[:17]) != "0" else "1")
    facts = bench.facts(code=wrong)
    paper = await bench.upload(bench.lines(facts))
    assert _flags(paper) == {("code_wrong", "code")}
    with pytest.raises(Refusal) as refusal:
        await bench.submit(paper, stated_as(facts))
    assert _codes(refusal) == [("qualification.code_wrong", "code")]


async def test_an_expired_paper_is_refused(bench: Bench) -> None:
    facts = bench.facts(valid_until=today() - timedelta(days=1))
    paper = await bench.upload(bench.lines(facts))
    assert _flags(paper) == {("expired", "valid_until")}
    with pytest.raises(Refusal) as refusal:
        await bench.submit(paper, stated_as(facts))
    assert _codes(refusal) == [("qualification.expired", "valid_until")]
    assert await bench.valid_days() == {None}


async def test_what_is_wrong_with_the_period_is_told_before_it_is_submitted(bench: Bench) -> None:
    reversed_ = await bench.upload(bench.lines(bench.facts(valid_from=today() + timedelta(days=9000))))
    assert _flags(reversed_) == {("period_reversed", "valid_until")}
    early = await bench.upload(bench.lines(bench.facts(valid_from=today() + timedelta(days=3))))
    assert _flags(early) == {("not_yet_valid", "valid_from")}


async def test_a_paper_of_its_last_day_is_taken(bench: Bench) -> None:
    accepted = await bench.accepted(valid_until=today())
    assert accepted.state is PaperState.ACCEPTED
    assert await bench.valid_days() == {today()}


async def test_all_that_is_wrong_is_told_at_once(bench: Bench) -> None:
    paper = await bench.upload(bench.lines(bench.facts()))
    wrong = stated_as(bench.facts(), name="", representative="王\u202e五", issuer="", valid_until=None)
    with pytest.raises(Refusal) as refusal:
        await bench.submit(paper, wrong)
    assert _codes(refusal) == [
        ("qualification.field_missing", "name"),
        ("qualification.field_missing", "issuer"),
        ("qualification.field_invalid", "representative"),
        ("qualification.period_missing", "valid_until"),
    ]


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"name": "另一个慈善会"}, ("name_differs", "name")),
        ({"paper_type": PaperType.INSTITUTION}, ("type_unfit", "paper_type")),
        ({"valid_from": today() + timedelta(days=3)}, ("not_yet_valid", "valid_from")),
    ],
)
async def test_what_does_not_fit_the_unit_goes_to_a_person(
    bench: Bench, changes: dict[str, object], flag: tuple[str, str]
) -> None:
    facts = bench.facts(**changes)
    submitted = await bench.submit(await bench.upload(bench.lines(facts)), stated_as(facts))
    assert submitted.state is PaperState.SUBMITTED
    assert _flags(submitted) == {flag}
    assert await bench.valid_days() == {None}
    unit = bench.province.charity.unit
    assert [(region, title) for _, region, title in await bench.told()] == [
        (unit.region_code, f"{unit.name}的{facts.paper_type.label}等待审核")
    ]


async def test_an_older_paper_than_the_current_one_goes_to_a_person(bench: Bench) -> None:
    await bench.accepted()
    facts = bench.facts(valid_until=today() + timedelta(days=30))
    submitted = await bench.submit(await bench.upload(bench.lines(facts)), stated_as(facts))
    assert _flags(submitted) == {("older", "valid_until")}


async def test_spaces_brackets_and_a_full_stop_make_no_difference(bench: Bench) -> None:
    facts = bench.facts(
        paper_type=PaperType.ASSOCIATION, purpose="扶贫济困、公益援助。", issuer="民政厅（演示）"
    )
    stated = stated_as(facts, purpose="扶贫济困、 公益援助", issuer="民政厅(演示)")
    accepted = await bench.submit(await bench.upload(bench.lines(facts)), stated)
    assert accepted.differences == ()
    assert accepted.state is PaperState.ACCEPTED


async def test_what_was_read_unsurely_goes_to_a_person(bench: Bench) -> None:
    facts = bench.facts()
    paper = await bench.upload(bench.lines(facts, confidence=0.7))
    submitted = await bench.submit(paper, stated_as(facts))
    assert submitted.state is PaperState.SUBMITTED
    assert {code for code, _ in _flags(submitted)} == {"low_confidence"}


async def test_a_picture_of_nothing_may_be_filled_in_by_hand(bench: Bench) -> None:
    paper = await bench.upload([])
    assert (paper.state, paper.failure_code) == (PaperState.UNREADABLE, "qualification.nothing_read")
    submitted = await bench.submit(paper, stated_as(bench.facts()))
    assert submitted.state is PaperState.SUBMITTED
    assert ("unreadable", "") in _flags(submitted)
    assert ("not_read", "code") in _flags(submitted)


async def test_a_paper_of_no_known_type_is_flagged(bench: Bench) -> None:
    facts = bench.facts()
    pages = bench.lines(facts)
    lines = tuple(line for line in pages[0].lines if "慈善组织" not in line.text and len(line.text) > 1)
    paper = await bench.upload([msgspec.structs.replace(pages[0], lines=lines)])
    assert paper.paper_type is None
    assert ("type_unknown", "paper_type") in _flags(paper)


async def test_an_encrypted_file_is_told_apart(bench: Bench) -> None:
    paper = await bench.upload(
        PaperUnreadable("evidence.encrypted", "文件设有打开密码，请去除密码后重新上传。")
    )
    assert (paper.state, paper.failure_code) == (PaperState.UNREADABLE, "qualification.encrypted")
    assert "打开密码" in paper.failure
    with pytest.raises(Refusal) as refusal:
        await bench.submit(paper, stated_as(bench.facts()))
    assert _codes(refusal) == [("qualification.not_open", "")]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "evidence.empty"), (b"GIF89a", "evidence.type_unknown"), (b"MZ\x90", "evidence.type_unknown")],
)
async def test_what_is_no_picture_is_refused(bench: Bench, data: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        await bench.desk.upload(bench.unit_id, "证书.png", data, by=MANAGER, acting=ACTING)
    assert _codes(refusal) == [(code, "file")]
    assert await bench.audited() == []


async def test_the_same_file_is_one_paper_until_it_fell_through(bench: Bench) -> None:
    data = PICTURE + b"the same"
    bench.reader.answers[data] = bench.lines(bench.facts())
    papers = await asyncio.gather(
        *(bench.desk.upload(bench.unit_id, "a.png", data, by=MANAGER, acting=ACTING) for _ in range(5))
    )
    assert len({paper.qualification_id for paper, _ in papers}) == 1
    assert sorted(fresh for _, fresh in papers) == [False] * 4 + [True]
    elsewhere, fresh = await bench.desk.upload(
        bench.province.office.unit_id, "a.png", data, by=MANAGER, acting=ACTING
    )
    assert fresh
    assert elsewhere.unit_id == bench.province.office.unit_id
    async with bench.database.system() as connection:
        await withdraw(connection, bench.unit_id, papers[0][0].qualification_id, acting=ACTING)
    _, fresh = await bench.desk.upload(bench.unit_id, "a.png", data, by=MANAGER, acting=ACTING)
    assert fresh


async def test_a_reader_that_dies_is_asked_again_and_then_given_up(bench: Bench) -> None:
    data = PICTURE + b"deadly"
    bench.reader.answers[data] = ReaderFailed("evidence.reader_crashed", "killed")
    paper, _ = await bench.desk.upload(bench.unit_id, "a.png", data, by=MANAGER, acting=ACTING)
    for _ in range(3):
        with pytest.raises(ReaderFailed):
            await bench.read(paper)
    paper = await bench.read(paper)
    assert (paper.state, paper.failure_code) == (PaperState.UNREADABLE, "qualification.reader_crashed")
    assert bench.reader.asked == 3
    bench.reader.answers[data] = bench.lines(bench.facts())
    again, fresh = await bench.desk.upload(bench.unit_id, "a.png", data, by=MANAGER, acting=ACTING)
    assert (again.qualification_id, again.state, fresh) == (
        paper.qualification_id,
        PaperState.READING,
        False,
    )
    assert (await bench.read(again)).state is PaperState.READ


async def test_reading_twice_at_once_changes_it_once(bench: Bench) -> None:
    data = PICTURE + b"twice"
    bench.reader.answers[data] = bench.lines(bench.facts())
    paper, _ = await bench.desk.upload(bench.unit_id, "a.png", data, by=MANAGER, acting=ACTING)
    job = {"qualification_id": paper.qualification_id}
    await asyncio.gather(*(bench.desk.read(job) for _ in range(4)))
    await bench.desk.read({"qualification_id": 999_999})
    assert await bench.audited() == ["qualification:upload", "qualification:read"]


async def test_a_withdrawn_paper_stays_withdrawn(bench: Bench) -> None:
    paper = await bench.upload(bench.lines(bench.facts()))
    async with bench.database.system() as connection:
        taken_back = await withdraw(connection, bench.unit_id, paper.qualification_id, acting=ACTING)
        assert await withdraw(connection, bench.unit_id, paper.qualification_id, acting=ACTING) == taken_back
    with pytest.raises(Refusal) as refusal:
        await bench.submit(taken_back, stated_as(bench.facts()))
    assert _codes(refusal) == [("qualification.not_open", "")]
    accepted = await bench.accepted()
    async with bench.database.system() as connection:
        with pytest.raises(Refusal) as refusal:
            await withdraw(connection, bench.unit_id, accepted.qualification_id, acting=ACTING)
    assert _codes(refusal) == [("qualification.not_open", "")]


async def test_another_units_paper_is_not_there(bench: Bench) -> None:
    paper = await bench.upload(bench.lines(bench.facts()))
    other = bench.province.office.unit_id
    async with bench.database.system() as connection:
        for verb in (
            submit(
                connection,
                other,
                paper.qualification_id,
                stated_as(bench.facts()),
                revision=paper.revision,
                acting=ACTING,
            ),
            withdraw(connection, other, paper.qualification_id, acting=ACTING),
        ):
            with pytest.raises(Refusal) as refusal:
                await verb
            assert _codes(refusal) == [("qualification.unknown", "")]
    async with bench.database.scoped(UnitScope(other)) as connection:
        assert await list_papers(connection, QualificationFilter()) == ([], "")
    async with bench.database.scoped(DepartmentScope("150200")) as connection:
        assert await list_papers(connection, QualificationFilter()) == ([], "")


async def test_a_unit_cannot_fill_the_queue(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingpiao.qualifications.papers.MAX_OPEN", 2)
    for _ in range(2):
        await bench.upload(bench.lines(bench.facts()))
    with pytest.raises(Refusal) as refusal:
        await bench.upload([])
    assert _codes(refusal) == [("qualification.too_many_open", "file")]


async def test_lists_are_filtered_and_paged_without_gap(bench: Bench) -> None:
    papers = [await bench.upload(bench.lines(bench.facts())) for _ in range(5)]
    current = await bench.accepted(valid_until=today() + timedelta(days=20))
    async with bench.database.scoped(DepartmentScope("150000")) as connection:

        async def found(**wanted: object) -> list[int]:
            filtered = QualificationFilter(**wanted)
            ids: list[int] = []
            after = ""
            while True:
                page, after = await list_papers(connection, filtered, after=after, limit=2)
                ids += [paper.qualification_id for paper in page]
                if not after:
                    return ids

        newest_first = [paper.qualification_id for paper in (current, *reversed(papers))]
        assert await found() == newest_first
        assert await found(state="read") == newest_first[1:]
        assert await found(expires_until=today() + timedelta(days=20)) == [current.qualification_id]
        assert await found(expires_until=today() + timedelta(days=19)) == []
        assert await found(region_prefix=bench.province.charity.unit.region_code[:2]) == newest_first
        assert await found(region_prefix="1599") == []
        assert await found(words=bench.province.charity.unit.name[2:6]) == newest_first
        assert await found(words=bench.province.charity.unit.uscc.lower()) == newest_first
        assert await found(words="%_\\") == []
        for after in ("x", "2026-01-01_x", "9" * 30):
            with pytest.raises(Refusal):
                await list_papers(connection, QualificationFilter(), after=after)


async def test_a_paper_whose_job_was_lost_is_read_after_all(bench: Bench) -> None:
    data = PICTURE + b"lost"
    bench.reader.answers[data] = bench.lines(bench.facts())
    await bench.desk.upload(bench.unit_id, "a.png", data, by=MANAGER, acting=ACTING)
    pool = bench.database.pool
    await pool.execute("DELETE FROM pgqueuer")
    await enqueue_unread(bench.database)
    assert await pool.fetchval("SELECT count(*) FROM pgqueuer") == 0
    await pool.execute("UPDATE qualifications SET uploaded_at = now() - interval '2 minutes'")
    for _ in range(2):
        await enqueue_unread(bench.database)
    assert await pool.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = $1", READ_JOB) == 1
