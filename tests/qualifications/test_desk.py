"""Qualifications come in, are read, stated and decided: what is taken, what is refused, what a person must look at."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from tests.qualifications.desk import ACTING, PICTURE, Bench, stated_as

from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import uscc_check_digit
from mingpiao.kernel.errors import Refusal
from mingpiao.qualifications.model import (
    Qualification,
    QualificationFilter,
    QualificationState,
    QualificationType,
)
from mingpiao.qualifications.service import (
    READ_JOB,
    enqueue_unread,
    list_qualifications,
    submit,
    unit_qualifications,
    withdraw,
)
from mingpiao.reading.service import FileUnreadable, ReaderFailed
from mingpiao.storage.paging import Page, every_item
from mingpiao.storage.scope import DepartmentScope, UnitScope


def _codes(refusal: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in refusal.value.problems]


def _flags(qualification: Qualification) -> set[tuple[str, str]]:
    return {(each.code.removeprefix("qualification."), each.field) for each in qualification.differences}


async def test_a_qualification_in_order_is_accepted_at_once_and_limits_issuing(bench: Bench) -> None:
    facts = bench.facts()
    qualification = await bench.upload(bench.lines(facts))
    assert qualification.state is QualificationState.READ
    assert {name: found.value for name, found in qualification.reading.fields.items()} == facts.truth()
    assert qualification.differences == ()
    assert await bench.valid_days() == {None}
    accepted = await bench.submit(qualification, stated_as(facts))
    assert (accepted.state, accepted.decided_by_name) == (QualificationState.ACCEPTED, "系统自动认定")
    assert await bench.valid_days() == {facts.valid_until}
    assert [title for _, _, title in await bench.told()] == ["慈善组织证书已通过"]
    assert await bench.audited() == [
        "qualification:upload",
        "qualification:read",
        "qualification:submit",
        "qualification:accept",
        "stock:valid_until",
    ]
    assert await bench.submit(qualification, stated_as(facts)) == accepted
    assert len(await bench.audited()) == 5


async def test_every_read_field_has_its_place(bench: Bench) -> None:
    qualification = await bench.upload(bench.lines(bench.facts()))
    for name, found in qualification.reading.fields.items():
        assert found.places, name
        for place in found.places:
            assert 0 <= place.left < place.right <= 1
            assert 0 <= place.top < place.bottom <= 1


async def test_the_earliest_end_of_all_current_qualifications_counts(bench: Bench) -> None:
    first, second = today() + timedelta(days=50), today() + timedelta(days=400)
    await bench.accepted(valid_until=second)
    await bench.accepted(qualification_type=QualificationType.ASSOCIATION, valid_until=first)
    assert await bench.valid_days() == {first}
    renewed = today() + timedelta(days=900)
    await bench.accepted(qualification_type=QualificationType.ASSOCIATION, valid_until=renewed)
    assert await bench.valid_days() == {second}
    async with bench.database.scoped(UnitScope(bench.unit_id)) as connection:
        stands = await unit_qualifications(connection, bench.unit_id)
        found = await list_qualifications(connection, QualificationFilter(unit_id=bench.unit_id))
        qualifications = found.items
    assert [qualification.valid_until for qualification in stands.current] == [renewed, second]
    assert sorted(qualification.state for qualification in qualifications) == [
        "accepted",
        "accepted",
        "superseded",
    ]


async def test_a_qualification_without_end_does_not_limit(bench: Bench) -> None:
    accepted = await bench.accepted(valid_until=None, unlimited=True)
    assert accepted.state is QualificationState.ACCEPTED
    assert await bench.valid_days() == {None}


async def test_a_credit_code_qualification_that_names_no_end_has_none(bench: Bench) -> None:
    facts = bench.facts(qualification_type=QualificationType.CREDIT_CODE, valid_from=None, valid_until=None)
    qualification = await bench.upload(bench.lines(facts))
    assert "valid_until" not in qualification.reading.fields
    accepted = await bench.submit(qualification, stated_as(facts, unlimited=True))
    assert accepted.state is QualificationState.ACCEPTED


async def test_a_foundation_brings_the_certificate_that_foundations_have(bench: Bench) -> None:
    facts = bench.facts(
        qualification_type=QualificationType.FOUNDATION, purpose="扶贫济困、助学助医、公益援助。"
    )
    qualification = await bench.upload(bench.lines(facts))
    assert {name: found.value for name, found in qualification.reading.fields.items()} == facts.truth()
    accepted = await bench.submit(qualification, stated_as(facts))
    assert (accepted.state, accepted.type_label) == (QualificationState.ACCEPTED, "基金会法人登记证书")
    assert await bench.valid_days() == {facts.valid_until}


async def test_another_units_qualification_is_refused(bench: Bench) -> None:
    other = bench.province.office.unit
    facts = bench.facts(name=other.name, code=other.uscc)
    qualification = await bench.upload(bench.lines(facts))
    assert _flags(qualification) == {("other_unit", "code"), ("name_differs", "name")}
    with pytest.raises(Refusal) as refusal:
        await bench.submit(qualification, stated_as(facts))
    assert _codes(refusal) == [("qualification.other_unit", "code")]
    assert (await bench.get(qualification.qualification_id)).state is QualificationState.READ
    own = bench.facts()
    submitted = await bench.submit(qualification, stated_as(own))
    assert submitted.state is QualificationState.SUBMITTED
    assert {("other_unit", "code"), ("corrected", "code"), ("corrected", "name")} <= _flags(submitted)
    assert await bench.valid_days() == {None}


async def test_a_wrong_check_digit_is_refused(bench: Bench) -> None:
    right = bench.province.charity.unit.uscc
    wrong = right[:17] + ("0" if uscc_check_digit(right[:17]) != "0" else "1")
    facts = bench.facts(code=wrong)
    qualification = await bench.upload(bench.lines(facts))
    assert _flags(qualification) == {("code_wrong", "code")}
    with pytest.raises(Refusal) as refusal:
        await bench.submit(qualification, stated_as(facts))
    assert _codes(refusal) == [("qualification.code_wrong", "code")]


async def test_an_expired_qualification_is_refused(bench: Bench) -> None:
    facts = bench.facts(valid_until=today() - timedelta(days=1))
    qualification = await bench.upload(bench.lines(facts))
    assert _flags(qualification) == {("expired", "valid_until")}
    with pytest.raises(Refusal) as refusal:
        await bench.submit(qualification, stated_as(facts))
    assert _codes(refusal) == [("qualification.expired", "valid_until")]
    assert await bench.valid_days() == {None}


async def test_what_is_wrong_with_the_period_is_told_before_it_is_submitted(bench: Bench) -> None:
    reversed_ = await bench.upload(bench.lines(bench.facts(valid_from=today() + timedelta(days=9000))))
    assert _flags(reversed_) == {("period_reversed", "valid_until")}
    early = await bench.upload(bench.lines(bench.facts(valid_from=today() + timedelta(days=3))))
    assert _flags(early) == {("not_yet_valid", "valid_from")}


async def test_a_qualification_of_its_last_day_is_taken(bench: Bench) -> None:
    accepted = await bench.accepted(valid_until=today())
    assert accepted.state is QualificationState.ACCEPTED
    assert await bench.valid_days() == {today()}


async def test_all_that_is_wrong_is_told_at_once(bench: Bench) -> None:
    qualification = await bench.upload(bench.lines(bench.facts()))
    wrong = stated_as(bench.facts(), name="", representative="王\u202e五", issuer="", valid_until=None)
    with pytest.raises(Refusal) as refusal:
        await bench.submit(qualification, wrong)
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
        ({"qualification_type": QualificationType.INSTITUTION}, ("type_unfit", "qualification_type")),
        ({"valid_from": today() + timedelta(days=3)}, ("not_yet_valid", "valid_from")),
    ],
)
async def test_what_does_not_fit_the_unit_goes_to_a_person(
    bench: Bench, changes: dict[str, object], flag: tuple[str, str]
) -> None:
    facts = bench.facts(**changes)
    submitted = await bench.submit(await bench.upload(bench.lines(facts)), stated_as(facts))
    assert submitted.state is QualificationState.SUBMITTED
    assert _flags(submitted) == {flag}
    assert await bench.valid_days() == {None}
    unit = bench.province.charity.unit
    assert [(region, title) for _, region, title in await bench.told()] == [
        (unit.region_code, f"{unit.name}的{facts.qualification_type.label}等待审核")
    ]


async def test_an_older_qualification_than_the_current_one_goes_to_a_person(bench: Bench) -> None:
    await bench.accepted()
    facts = bench.facts(valid_until=today() + timedelta(days=30))
    submitted = await bench.submit(await bench.upload(bench.lines(facts)), stated_as(facts))
    assert _flags(submitted) == {("older", "valid_until")}


async def test_spaces_brackets_and_a_full_stop_make_no_difference(bench: Bench) -> None:
    facts = bench.facts(
        qualification_type=QualificationType.ASSOCIATION,
        purpose="扶贫济困、公益援助。",
        issuer="民政厅（演示）",
    )
    stated = stated_as(facts, purpose="扶贫济困、 公益援助", issuer="民政厅(演示)")
    accepted = await bench.submit(await bench.upload(bench.lines(facts)), stated)
    assert accepted.differences == ()
    assert accepted.state is QualificationState.ACCEPTED


async def test_what_was_read_unsurely_goes_to_a_person(bench: Bench) -> None:
    facts = bench.facts()
    qualification = await bench.upload(bench.lines(facts, confidence=0.7))
    submitted = await bench.submit(qualification, stated_as(facts))
    assert submitted.state is QualificationState.SUBMITTED
    assert {code for code, _ in _flags(submitted)} == {"low_confidence"}


async def test_a_picture_of_nothing_may_be_filled_in_by_hand(bench: Bench) -> None:
    qualification = await bench.upload([])
    assert (qualification.state, qualification.failure_code) == (
        QualificationState.UNREADABLE,
        "qualification.nothing_read",
    )
    submitted = await bench.submit(qualification, stated_as(bench.facts()))
    assert submitted.state is QualificationState.SUBMITTED
    assert ("unreadable", "") in _flags(submitted)
    assert ("not_read", "code") in _flags(submitted)


async def test_a_qualification_of_no_known_type_is_flagged(bench: Bench) -> None:
    facts = bench.facts()
    pages = bench.lines(facts)
    lines = tuple(line for line in pages[0].lines if "慈善组织" not in line.text and len(line.text) > 1)
    qualification = await bench.upload([msgspec.structs.replace(pages[0], lines=lines)])
    assert qualification.qualification_type is None
    assert ("type_unknown", "qualification_type") in _flags(qualification)


async def test_an_encrypted_file_is_told_apart(bench: Bench) -> None:
    qualification = await bench.upload(
        FileUnreadable("evidence.encrypted", "文件设有打开密码，请去除密码后重新上传。")
    )
    assert (qualification.state, qualification.failure_code) == (
        QualificationState.UNREADABLE,
        "qualification.encrypted",
    )
    assert "打开密码" in qualification.failure
    with pytest.raises(Refusal) as refusal:
        await bench.submit(qualification, stated_as(bench.facts()))
    assert _codes(refusal) == [("qualification.not_open", "")]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "evidence.empty"), (b"GIF89a", "evidence.type_unknown"), (b"MZ\x90", "evidence.type_unknown")],
)
async def test_what_is_no_picture_is_refused(bench: Bench, data: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        await bench.desk.upload(bench.unit_id, "证书.png", data, acting=ACTING)
    assert _codes(refusal) == [(code, "file")]
    assert await bench.audited() == []


async def test_the_same_file_is_one_qualification_until_it_fell_through(bench: Bench) -> None:
    data = PICTURE + b"the same"
    bench.reader.answers[data] = bench.lines(bench.facts())
    qualifications = await asyncio.gather(
        *(bench.desk.upload(bench.unit_id, "a.png", data, acting=ACTING) for _ in range(5))
    )
    assert len({qualification.qualification_id for qualification, _ in qualifications}) == 1
    assert sorted(fresh for _, fresh in qualifications) == [False] * 4 + [True]
    elsewhere, fresh = await bench.desk.upload(bench.province.office.unit_id, "a.png", data, acting=ACTING)
    assert fresh
    assert elsewhere.unit_id == bench.province.office.unit_id
    async with bench.database.system() as connection:
        await withdraw(connection, bench.unit_id, qualifications[0][0].qualification_id, acting=ACTING)
    _, fresh = await bench.desk.upload(bench.unit_id, "a.png", data, acting=ACTING)
    assert fresh


async def test_a_reader_that_dies_is_asked_again_and_then_given_up(bench: Bench) -> None:
    data = PICTURE + b"deadly"
    bench.reader.answers[data] = ReaderFailed("evidence.reader_crashed", "killed")
    qualification, _ = await bench.desk.upload(bench.unit_id, "a.png", data, acting=ACTING)
    for _ in range(3):
        with pytest.raises(ReaderFailed):
            await bench.read(qualification)
    qualification = await bench.read(qualification)
    assert (qualification.state, qualification.failure_code) == (
        QualificationState.UNREADABLE,
        "qualification.reader_crashed",
    )
    assert bench.reader.asked == 3
    bench.reader.answers[data] = bench.lines(bench.facts())
    again, fresh = await bench.desk.upload(bench.unit_id, "a.png", data, acting=ACTING)
    assert (again.qualification_id, again.state, fresh) == (
        qualification.qualification_id,
        QualificationState.READING,
        False,
    )
    assert (await bench.read(again)).state is QualificationState.READ


async def test_reading_twice_at_once_changes_it_once(bench: Bench) -> None:
    data = PICTURE + b"twice"
    bench.reader.answers[data] = bench.lines(bench.facts())
    qualification, _ = await bench.desk.upload(bench.unit_id, "a.png", data, acting=ACTING)
    job = {"qualification_id": qualification.qualification_id}
    await asyncio.gather(*(bench.desk.read(job) for _ in range(4)))
    await bench.desk.read({"qualification_id": 999_999})
    assert await bench.audited() == ["qualification:upload", "qualification:read"]


async def test_a_withdrawn_qualification_stays_withdrawn(bench: Bench) -> None:
    qualification = await bench.upload(bench.lines(bench.facts()))
    async with bench.database.system() as connection:
        taken_back = await withdraw(connection, bench.unit_id, qualification.qualification_id, acting=ACTING)
        assert (
            await withdraw(connection, bench.unit_id, qualification.qualification_id, acting=ACTING)
            == taken_back
        )
    with pytest.raises(Refusal) as refusal:
        await bench.submit(taken_back, stated_as(bench.facts()))
    assert _codes(refusal) == [("qualification.not_open", "")]
    accepted = await bench.accepted()
    async with bench.database.system() as connection:
        with pytest.raises(Refusal) as refusal:
            await withdraw(connection, bench.unit_id, accepted.qualification_id, acting=ACTING)
    assert _codes(refusal) == [("qualification.not_open", "")]


async def test_another_units_qualification_is_not_there(bench: Bench) -> None:
    qualification = await bench.upload(bench.lines(bench.facts()))
    other = bench.province.office.unit_id
    async with bench.database.system() as connection:
        for verb in (
            submit(
                connection,
                other,
                qualification.qualification_id,
                stated_as(bench.facts()),
                revision=qualification.revision,
                acting=ACTING,
            ),
            withdraw(connection, other, qualification.qualification_id, acting=ACTING),
        ):
            with pytest.raises(Refusal) as refusal:
                await verb
            assert _codes(refusal) == [("qualification.unknown", "")]
    async with bench.database.scoped(UnitScope(other)) as connection:
        assert await list_qualifications(connection, QualificationFilter()) == Page()
    async with bench.database.scoped(DepartmentScope("150200")) as connection:
        assert await list_qualifications(connection, QualificationFilter()) == Page()


async def test_a_unit_cannot_fill_the_queue(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingpiao.qualifications.desk.MAX_OPEN", 2)
    for _ in range(2):
        await bench.upload(bench.lines(bench.facts()))
    with pytest.raises(Refusal) as refusal:
        await bench.upload([])
    assert _codes(refusal) == [("qualification.too_many_open", "file")]


async def test_lists_are_filtered_and_paged_without_gap(bench: Bench) -> None:
    qualifications = [await bench.upload(bench.lines(bench.facts())) for _ in range(5)]
    current = await bench.accepted(valid_until=today() + timedelta(days=20))
    async with bench.database.scoped(DepartmentScope("150000")) as connection:

        async def found(**wanted: object) -> list[int]:
            filtered = QualificationFilter(**wanted)
            listed = await every_item(
                lambda key: list_qualifications(connection, filtered, after=key, limit=2)
            )
            return [qualification.qualification_id for qualification in listed]

        newest_first = [
            qualification.qualification_id for qualification in (current, *reversed(qualifications))
        ]
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
                await list_qualifications(connection, QualificationFilter(), after=after)


async def test_a_qualification_whose_job_was_lost_is_read_after_all(bench: Bench) -> None:
    data = PICTURE + b"lost"
    bench.reader.answers[data] = bench.lines(bench.facts())
    await bench.desk.upload(bench.unit_id, "a.png", data, acting=ACTING)
    pool = bench.database.pool
    await pool.execute("DELETE FROM pgqueuer")
    await enqueue_unread(bench.database)
    assert await pool.fetchval("SELECT count(*) FROM pgqueuer") == 0
    await pool.execute("UPDATE qualifications SET uploaded_at = now() - interval '2 minutes'")
    for _ in range(2):
        await enqueue_unread(bench.database)
    assert await pool.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = $1", READ_JOB) == 1
