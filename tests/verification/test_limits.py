"""A check code of six characters must not be guessable, however many guess at once."""

import asyncio
import io
from base64 import b64decode
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from tests.support.puzzles import solved
from tests.verification.conftest import ADDRESS, Counter, new_verifier

from mingpiao.kernel.clock import now, set_to
from mingpiao.kernel.errors import Refusal
from mingpiao.verification import puzzles, register
from mingpiao.verification.limits import hesitation
from mingpiao.verification.model import VerificationResult, VerificationVerdict
from mingpiao.verification.puzzle_pictures import draw_puzzle
from mingpiao.verification.service import PuzzleReply, PuzzleWay, VerificationLimits, Verifier


async def _guess(
    verifier: Verifier,
    counter: Counter,
    guess: str,
    address: str = ADDRESS,
    reply: PuzzleReply | None = None,
) -> str:
    """What a guess at the check code brings: a verdict or a refusal's code."""
    try:
        query = counter.query(check_code=guess)
        result: VerificationResult = await verifier.by_face(query, address=address, reply=reply)
    except Refusal as refusal:
        return refusal.problems[0].code
    return result.verdict.value


def _wrong(place: int) -> str:
    return f"{place:06x}"


async def test_wrong_answers_about_a_bill_ask_a_puzzle_and_at_last_shut_out_their_own_address(
    counter: Counter,
) -> None:
    right = counter.bill.check_code
    guesses = [_guess(counter.verifier, counter, _wrong(place)) for place in range(11)]
    answers = await asyncio.gather(*guesses)
    assert answers == ["unknown"] * 10 + ["verification.puzzle_needed"]
    assert await _guess(counter.verifier, counter, right) == "verification.puzzle_needed"
    assert await _with_puzzle(counter, right, ADDRESS) == "genuine"
    assert await counter.checks() == {counter.bill.bill_id: 1}
    await counter.world.database.pool.execute(
        "UPDATE verification_failures SET failures = 29 WHERE subject = $1",
        f"bill:{counter.bill.bill_id}@{ADDRESS}",
    )
    assert await _with_puzzle(counter, _wrong(29), ADDRESS) == "unknown"
    with pytest.raises(Refusal) as refused:
        await counter.verifier.by_face(counter.query(), address=ADDRESS)
    problem = refused.value.problems[0]
    assert (problem.code, problem.status) == ("verification.limit_reached", 429)
    assert problem.message.startswith("超过当日限制查验次数，请明日再查")
    assert 0 < problem.facts["retry_after"] <= 24 * 3600 + 1
    # Who holds the bill elsewhere answers a sum, and is answered.
    assert await _with_puzzle(counter, counter.bill.check_code, "203.0.113.9") == "genuine"
    with set_to(now() + timedelta(days=1)):
        assert await _guess(counter.verifier, counter, counter.bill.check_code) == "genuine"


async def _asked(counter: Counter, address: str, way: PuzzleWay) -> dict[str, Any]:
    """What is asked before an answer."""
    with pytest.raises(Refusal) as asked:
        await counter.verifier.by_face(counter.query(), address=address, reply=PuzzleReply(way=way))
    problem = asked.value.problems[0]
    assert (problem.code, problem.status) == ("verification.puzzle_needed", 429)
    return problem.facts


async def _puzzle(counter: Counter, address: str) -> tuple[str, str]:
    """The token of a puzzle in words, and what it asks."""
    facts = await _asked(counter, address, PuzzleWay.WORDS)
    assert (facts["puzzle_picture"], facts["puzzle_wait"]) == ("", 15)
    return facts["puzzle_token"], facts["puzzle"]


async def _with_puzzle(counter: Counter, guess: str, address: str) -> str:
    token, question = await _puzzle(counter, address)
    with set_to(now() + timedelta(seconds=16)):
        return await _guess(counter.verifier, counter, guess, address, PuzzleReply(token, solved(question)))


async def test_a_puzzle_is_a_picture_whose_sum_stands_nowhere_else(counter: Counter) -> None:
    await _wrong_from_many(counter)
    first, second = [await _asked(counter, ADDRESS, PuzzleWay.PICTURE) for _ in range(2)]
    assert first["puzzle"] == "请算出图中算式的结果。"
    assert first["puzzle_wait"] == 0
    assert first["puzzle_picture"] != second["puzzle_picture"]
    kind, _, data = first["puzzle_picture"].partition(",")
    assert kind == "data:image/png;base64"
    with Image.open(io.BytesIO(b64decode(data))) as picture:
        assert picture.size == (300, 90)
        assert not picture.info
    # The token names the sum only under a seal: from and until when it holds, chance, and two seals.
    assert len(first["puzzle_token"].split(".")) == 5


async def test_a_picture_is_answered_at_once(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def draw(text: str) -> bytes:
        drawn.append(text)
        return draw_puzzle(text)

    monkeypatch.setattr(puzzles, "draw_puzzle", draw)
    await _wrong_from_many(counter)
    facts = await _asked(counter, ADDRESS, PuzzleWay.PICTURE)
    left, _, right = drawn[0].removesuffix("=").partition("+")
    reply = PuzzleReply(facts["puzzle_token"], str(int(left) + int(right)))
    assert await _guess(counter.verifier, counter, counter.bill.check_code, ADDRESS, reply) == "genuine"


async def test_words_are_answered_after_a_wait_by_the_same_answer(counter: Counter) -> None:
    await _wrong_from_many(counter)
    token, question = await _puzzle(counter, ADDRESS)
    reply = PuzzleReply(token, solved(question), PuzzleWay.WORDS)
    with pytest.raises(Refusal) as early:
        await counter.verifier.by_face(counter.query(), address=ADDRESS, reply=reply)
    problem = early.value.problems[0]
    assert (problem.code, problem.status) == ("verification.puzzle_early", 429)
    assert (problem.facts["puzzle"], problem.facts["puzzle_token"]) == (question, token)
    assert 0 < problem.facts["retry_after"] <= 15
    assert await counter.checks() == {}
    with set_to(now() + timedelta(seconds=16)):
        right = counter.bill.check_code
        assert await _guess(counter.verifier, counter, right, ADDRESS, reply) == "genuine"


def test_who_errs_again_and_again_hears_so_later() -> None:
    waits = [hesitation(VerificationLimits(wrong_per_bill=10), wrong) for wrong in range(13)]
    assert waits == [0, 0, 0, 0, 0, 0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.0]
    assert hesitation(VerificationLimits(wrong_per_bill=1), 0) == 0


async def _wrong_from_many(counter: Counter) -> None:
    for place in range(10):
        assert await _guess(counter.verifier, counter, _wrong(place), f"203.0.113.{place}") == "unknown"


async def test_guesses_from_many_addresses_lead_to_a_puzzle_and_shut_nobody_out(counter: Counter) -> None:
    await _wrong_from_many(counter)
    token, question = await _puzzle(counter, ADDRESS)
    right, reply = counter.bill.check_code, PuzzleReply(token, solved(question))
    needed = "verification.puzzle_needed"
    with set_to(now() + timedelta(seconds=16)):
        assert await _guess(counter.verifier, counter, right, "203.0.113.77", reply) == needed
        assert await _guess(counter.verifier, counter, right, ADDRESS, reply) == "genuine"
        assert await _guess(counter.verifier, counter, right, ADDRESS, reply) == needed
    with set_to(now() + timedelta(minutes=11)):
        assert await _guess(counter.verifier, counter, right, ADDRESS, PuzzleReply(token, "1")) == needed


async def test_a_puzzle_may_be_answered_once_also_wrongly(counter: Counter) -> None:
    await _wrong_from_many(counter)
    right, needed = counter.bill.check_code, "verification.puzzle_needed"
    token, question = await _puzzle(counter, ADDRESS)
    wrong_sum = PuzzleReply(token, str(int(solved(question)) + 1))
    made_up = PuzzleReply(f"{token[:-1]}{'1' if token[-1] == '0' else '0'}", solved(question))
    before = len(await counter.failures())
    with set_to(now() + timedelta(seconds=16)):
        assert await _guess(counter.verifier, counter, right, ADDRESS, made_up) == needed
        assert len(await counter.failures()) == before
        assert await _guess(counter.verifier, counter, right, ADDRESS, wrong_sum) == needed
        assert len(await counter.failures()) == before + 1
        reply = PuzzleReply(token, solved(question))
        assert await _guess(counter.verifier, counter, right, ADDRESS, reply) == needed
    assert await _with_puzzle(counter, right, ADDRESS) == "genuine"


async def test_puzzles_do_not_help_for_ever(counter: Counter) -> None:
    verifier = new_verifier(counter.world, VerificationLimits(wrong_per_bill=1, wrong_per_address=10))
    await counter.world.database.pool.execute(
        "INSERT INTO verification_failures (subject, day, failures) VALUES ($1, $2, 100)",
        f"bill:{counter.bill.bill_id}",
        now().date(),
    )
    assert await _guess(verifier, counter, counter.bill.check_code) == "verification.limit_reached"


async def test_an_address_may_be_wrong_thirty_times_over_all_bills_before_it_is_asked(
    counter: Counter,
) -> None:
    async def ask(number: int) -> str:
        try:
            query = counter.query(number=f"{number:010d}")
            return (await counter.verifier.by_face(query, address=ADDRESS)).verdict.value
        except Refusal as refusal:
            return refusal.problems[0].code

    answers = [await ask(9_000_000_000 + place) for place in range(32)]
    assert answers == ["unknown"] * 30 + ["verification.puzzle_needed"] * 2
    assert await _with_puzzle(counter, counter.bill.check_code, ADDRESS) == "genuine"
    assert await _guess(counter.verifier, counter, counter.bill.check_code, "203.0.113.9") == "genuine"


async def test_a_right_hash_is_answered_whatever_was_wrong_before(counter: Counter) -> None:
    """Of a bill that is guessed at, from an address that is refused itself."""
    bill, right = counter.bill, counter.bill.check_code
    await _guess(counter.verifier, counter, _wrong(0))
    await counter.world.database.pool.execute("UPDATE verification_failures SET failures = 300")
    assert (await counter.failures())[f"address:{ADDRESS}"] == 300
    assert await _guess(counter.verifier, counter, right) == "verification.limit_reached"
    for _ in range(3):
        shown = await counter.verifier.by_link(bill.code, bill.number, bill.sm3, address=ADDRESS)
        assert shown.verdict is VerificationVerdict.GENUINE


async def test_right_answers_count_against_nothing(counter: Counter) -> None:
    right = counter.bill.check_code
    answers = await asyncio.gather(*(_guess(counter.verifier, counter, right) for _ in range(100)))
    assert answers == ["genuine"] * 100
    assert await counter.failures() == {}
    assert await counter.checks() == {counter.bill.bill_id: 100}


async def test_each_of_many_checks_at_once_gets_its_own_place(counter: Counter) -> None:
    results = await asyncio.gather(
        *(counter.verifier.by_face(counter.query(), address=ADDRESS) for _ in range(20))
    )
    assert sorted(result.times_checked for result in results) == list(range(1, 21))


async def _storm(counter: Counter, verifiers: list[Verifier]) -> list[str]:
    """A hundred wrong guesses at once from a hundred addresses, through several processes' verifiers."""
    return await asyncio.gather(
        *(
            _guess(verifiers[place % len(verifiers)], counter, _wrong(place), f"203.0.{place}.1")
            for place in range(100)
        )
    )


async def test_with_the_lock_a_hundred_guesses_at_once_get_exactly_ten_tries(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "MAX_BATCH", 5)
    answers = await _storm(counter, [new_verifier(counter.world) for _ in range(5)])
    assert answers.count("unknown") == 10
    assert answers.count("verification.puzzle_needed") == 90
    assert (await counter.failures())[f"bill:{counter.bill.bill_id}"] == 10
    assert await _guess(counter.verifier, counter, counter.bill.check_code) == "verification.puzzle_needed"


async def test_a_right_guess_among_wrong_ones_waits_its_turn(counter: Counter) -> None:
    guesses = [_wrong(place) for place in range(50)]
    guesses.insert(20, counter.bill.check_code)
    answers = await asyncio.gather(
        *(
            _guess(counter.verifier, counter, guess, f"203.0.113.{place}")
            for place, guess in enumerate(guesses)
        )
    )
    assert answers[20] == "verification.puzzle_needed"
    assert answers.count("genuine") == 0
    assert await counter.checks() == {}


@pytest.mark.parametrize("table", ["verification_failures", "verification_counts"])
async def test_no_answer_at_all_when_a_counter_cannot_be_written(counter: Counter, table: str) -> None:
    owner = await counter.owner()
    await owner.execute(f"REVOKE INSERT, UPDATE ON {table} FROM mingpiao_system")
    try:
        right, wrong = counter.bill.check_code, _wrong(0)
        for guess in (right, wrong, right):
            assert await _guess(counter.verifier, counter, guess) == "verification.unavailable"
    finally:
        await owner.execute(f"GRANT INSERT, UPDATE ON {table} TO mingpiao_system")
        await owner.close()
    assert await _guess(counter.verifier, counter, counter.bill.check_code) == "genuine"
    assert await counter.failures() == {}


async def test_no_answer_without_a_database(counter: Counter) -> None:
    await counter.world.database.pool.close()
    with pytest.raises(Refusal) as refused:
        await counter.verifier.by_face(counter.query(), address=ADDRESS)
    assert refused.value.problems[0].code == "verification.unavailable"
    assert refused.value.status == 503


async def test_no_answer_while_the_counters_are_locked(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "PATIENCE", 0.3)
    owner = await counter.owner()
    try:
        async with owner.transaction():
            await owner.execute("LOCK TABLE verification_failures")
            assert (
                await _guess(counter.verifier, counter, counter.bill.check_code) == "verification.unavailable"
            )
    finally:
        await owner.close()
    assert await _guess(counter.verifier, counter, counter.bill.check_code) == "genuine"


async def test_files_from_one_address_are_limited_by_the_minute(counter: Counter) -> None:
    verifier = new_verifier(counter.world, VerificationLimits(files_per_minute=3))
    xml = await counter.xml()
    answers = []
    for _ in range(4):
        try:
            answers.append((await verifier.by_file(xml, address=ADDRESS)).verdict.value)
        except Refusal as refusal:
            answers.append(refusal.problems[0].code)
    # The minute may turn once on the way.
    assert answers in (["genuine"] * 3 + ["verification.too_many_files"], ["genuine"] * 4)
    assert (await verifier.by_file(xml, address="203.0.113.5")).verdict is VerificationVerdict.GENUINE
