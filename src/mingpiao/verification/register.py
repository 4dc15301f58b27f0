"""Ask the register: is there a bill like this one, and may this asker be told?

Questions that wait at the same moment share one transaction. In it they are judged one after the
other, each seeing the wrong answers of those before it, and it holds the locks of the bills and
addresses concerned until these are on disk. So no number of guesses at the same moment gets more
tries than the limit: a right guess after the last allowed wrong one is refused like any other.
"""

import asyncio
import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec

from mingpiao.crypto.sm3 import sm3
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Refusal
from mingpiao.sealing.service import glance
from mingpiao.storage.batching import Batcher
from mingpiao.storage.locks import NamedLock
from mingpiao.verification.errors import limit_reached, unavailable
from mingpiao.verification.limits import (
    Standing,
    VerificationLimits,
    address_subject,
    bill_subject,
    both_subject,
    standing,
)
from mingpiao.verification.model import LegalState, RegisterEntry
from mingpiao.writeoff.model import BillStanding

MAX_BATCH = 128
#: Seconds after which a batch gives up and its askers get no answer.
PATIENCE = 5.0

VERIFICATION_SUBJECTS = NamedLock("verification subjects")

# Sorted, so that two batches never wait for each other. They end with the transaction.
_LOCK = VERIFICATION_SUBJECTS.statement("""
SELECT pg_advisory_xact_lock(lock_key) FROM (
    SELECT DISTINCT hashtextextended(subject, 0) AS lock_key FROM unnest($1::text[]) AS subject
    ORDER BY lock_key
) AS ordered
""")
# The number tells the segment and so the unit, with which the key of bills begins. The LIMITs keep the
# planner from turning few look-ups by key into joins of whole tables.
_LOOK_UP = """
SELECT bill.*, counted.checks, counted.last_at, questioned.standing AS doubt,
       coalesce((SELECT failures FROM verification_failures
                 WHERE subject = 'bill:' || asked.bill_id AND day = $5), 0) AS wrong_on_bill,
       coalesce((SELECT failures FROM verification_failures
                 WHERE subject = 'address:' || asked.address AND day = $5), 0) AS wrong_from_address,
       coalesce((SELECT failures FROM verification_failures
                 WHERE subject = 'bill:' || asked.bill_id || '@' || asked.address AND day = $5), 0)
           AS wrong_on_bill_from_address
FROM unnest($1::bpchar[], $2::bigint[], $3::bigint[], $4::text[])
    WITH ORDINALITY AS asked(code, number, bill_id, address, place)
LEFT JOIN LATERAL (
    SELECT unit_id FROM number_ranges
    WHERE number_ranges.code = asked.code AND first_number <= asked.number
    ORDER BY first_number DESC LIMIT 1
) AS segment ON true
LEFT JOIN LATERAL (
    SELECT registered.unit_id, registered.kind_code, registered.color, registered.state, registered.check_code,
           registered.issued_at, registered.total, registered.related_bill_id, registered.unit_key_id,
           registered.supervisor_key_id, registered.xml_sm3, registered.xml, registered.red_id
    FROM registered_bills AS registered
    WHERE registered.unit_id = segment.unit_id AND registered.bill_id = asked.bill_id LIMIT 1
) AS bill ON true
LEFT JOIN LATERAL (
    SELECT checks, last_at FROM verification_counts AS counts
    WHERE counts.unit_id = bill.unit_id AND counts.bill_id = asked.bill_id LIMIT 1
) AS counted ON true
LEFT JOIN LATERAL (
    SELECT standing FROM questioned_bills
    WHERE questioned_bills.unit_id = bill.unit_id AND questioned_bills.bill_id = asked.bill_id LIMIT 1
) AS questioned ON true
ORDER BY asked.place
"""
# Runs for every batch, even when nobody was wrong: where wrong answers cannot be counted, the
# statement fails and right ones are not given either.
_COUNT = """
WITH wrong AS (
    INSERT INTO verification_failures (subject, day, failures)
    SELECT subject, $1, failures FROM unnest($2::text[], $3::integer[]) AS fresh(subject, failures)
    ORDER BY subject
    ON CONFLICT (subject, day) DO UPDATE SET failures = verification_failures.failures + excluded.failures
)
INSERT INTO verification_counts AS counts (unit_id, bill_id, checks, last_at)
SELECT unit_id, bill_id, checks, now()
FROM unnest($4::bigint[], $5::bigint[], $6::bigint[]) AS fresh(unit_id, bill_id, checks)
ORDER BY unit_id, bill_id
ON CONFLICT (unit_id, bill_id) DO UPDATE SET checks = counts.checks + excluded.checks, last_at = now()
RETURNING bill_id, checks
"""


class FaceEvidence(msgspec.Struct, frozen=True):
    """Check code, date and amount as somebody read or guessed them."""

    check_code: str
    issued_on: date
    amount: Decimal

    def fits(self, sealed: "SealedFacts") -> bool:
        known = hmac.compare_digest(self.check_code.encode(), sealed.check_code.encode())
        return known and self.issued_on == sealed.issued_at.date() and self.amount == sealed.total


class HashEvidence(msgspec.Struct, frozen=True):
    """The SM3 of the sealed XML: 256 bits that nobody guesses, known to who holds the document."""

    sm3: bytes

    def fits(self, sealed: "SealedFacts") -> bool:
        return hmac.compare_digest(self.sm3, sealed.sm3)


class SealedFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the sealed original of a registered bill says, and whether the register's columns say the same.

    The original decides: whoever can write to the database past the platform can change a column.
    """

    check_code: str
    total: Decimal
    issued_at: datetime
    sm3: bytes
    agrees: bool


def sealed_facts(identity: BillIdentity, row: Mapping[str, Any]) -> SealedFacts:
    """The facts of a row's sealed original; those of its columns, which then agree with nothing, if that is unreadable."""
    digest = sm3(row["xml"])
    columns = (row["check_code"], row["total"], to_shanghai(row["issued_at"]))
    try:
        seen = glance(row["xml"])
    except Refusal:
        return SealedFacts(
            check_code=columns[0], total=columns[1], issued_at=columns[2], sm3=digest, agrees=False
        )
    agrees = (
        columns == (seen.check_code, seen.total, seen.issued_at)
        and (seen.code, seen.number, seen.code[2:6]) == (identity.code, identity.number, row["kind_code"])
        and (row["color"] == "red") == (seen.total < 0)
        and (row["color"] == "red" or row["related_bill_id"] == row["red_id"])
        and (row["state"] == "reversed") == (row["red_id"] is not None)
        and digest == row["xml_sm3"]
    )
    return SealedFacts(
        check_code=seen.check_code, total=seen.total, issued_at=seen.issued_at, sm3=digest, agrees=agrees
    )


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One bill, what proves that the asker holds it, and the counters that a wrong answer adds to.

    One without subjects is always answered. `counts`: a right answer is a check of the bill, to be counted; a
    preview is none. `solved`: the asker has solved a puzzle.
    """

    identity: BillIdentity
    evidence: FaceEvidence | HashEvidence
    address: str
    subjects: tuple[str, ...]
    counts: bool = True
    solved: bool = False


class Miss(msgspec.Struct, frozen=True):
    """No bill like this. `registered`: one of this code and number exists, with other evidence.

    Whether one exists must not be told to an asker whose evidence can be guessed. `wrong`: how often its address
    was wrong about it today, this time included; 0 where nothing is counted.
    """

    registered: bool
    wrong: int = 0


class PuzzleNeeded(msgspec.Struct, frozen=True):
    """No answer before the asker has solved a puzzle."""


Reply = RegisterEntry | Miss | PuzzleNeeded | Refusal


def question_of_face(
    identity: BillIdentity, evidence: FaceEvidence, address: str, *, solved: bool = False
) -> Question:
    """Wrong answers count against bill and address, and both together."""
    bill_id = identity.bill_id
    subjects = (bill_subject(bill_id), address_subject(address), both_subject(bill_id, address))
    return Question(identity=identity, evidence=evidence, address=address, subjects=subjects, solved=solved)


def question_of_hash(identity: BillIdentity, sm3: bytes, address: str, *, counts: bool = True) -> Question:
    """A QR symbol's address or a file. Nobody guesses a hash, so that wrong ones count against nothing: a right
    one is answered however many wrong answers there were.
    """
    return Question(
        identity=identity, evidence=HashEvidence(sm3), address=address, subjects=(), counts=counts
    )


class Register:
    """Answers questions about bills; `workers` batches at most are under way at once."""

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", limits: VerificationLimits, *, workers: int = 1
    ) -> None:
        self._pool = pool
        self._limits = limits
        self._batcher = Batcher[Question, Reply](self._run, max_size=MAX_BATCH, workers=workers)

    async def ask(self, question: Question) -> RegisterEntry | Miss | PuzzleNeeded:
        """The entry of a bill whose evidence fits, else a `Miss`; or that a puzzle comes first.

        Raises `Refusal`: `verification.limit_reached` (429), or `verification.unavailable` (503) when
        the database or its counters cannot be reached.
        """
        try:
            reply = await self._batcher.submit(question)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise unavailable() from error
        if isinstance(reply, Refusal):
            raise reply
        return reply

    async def _run(self, questions: Sequence[Question]) -> list[Reply]:
        async with asyncio.timeout(PATIENCE), self._pool.acquire() as connection:
            async with connection.transaction():
                await connection.execute(_LOCK.sql, _subjects(questions))
                moment = now()
                rows = await connection.fetch(
                    _LOOK_UP,
                    [question.identity.code for question in questions],
                    [int(question.identity.number) for question in questions],
                    [question.identity.bill_id for question in questions],
                    [question.address for question in questions],
                    moment.date(),
                )
                judgement = judge(questions, rows, self._limits)
                counts = await self._count(connection, judgement, moment.date())
            return [
                _reply(question, outcome, counts, moment)
                for question, outcome in zip(questions, judgement.outcomes, strict=True)
            ]

    async def _count(
        self, connection: asyncpg.Connection, judgement: "Judgement", day: date
    ) -> dict[int, int]:
        """Write down wrong and right answers; how many checks each bill had before this batch."""
        wrong, right = judgement.wrong, judgement.right
        rows = await connection.fetch(
            _COUNT,
            day,
            list(wrong),
            list(wrong.values()),
            [unit_id for unit_id, _ in right],
            [bill_id for _, bill_id in right],
            list(right.values()),
        )
        added = {bill_id: count for (_, bill_id), count in right.items()}
        return {row["bill_id"]: row["checks"] - added[row["bill_id"]] for row in rows}


class Judgement(msgspec.Struct):
    """What came of a batch: for each question an entry (its place among the bill's checks still to be
    shifted by those before the batch), a miss, that a puzzle is needed, or None where a limit was reached;
    and what to count.
    """

    outcomes: list[RegisterEntry | Miss | PuzzleNeeded | None]
    wrong: Counter[str]
    right: Counter[tuple[int, int]]


def judge(
    questions: Sequence[Question], rows: Sequence[Mapping[str, Any]], limits: VerificationLimits
) -> Judgement:
    """Judge questions in their order; `rows` hold what was found for each, and the counters before."""
    found = Judgement(outcomes=[], wrong=Counter(), right=Counter())
    for question, row in zip(questions, rows, strict=True):
        found.outcomes.append(_judge_one(question, row, limits, found))
    return found


def _judge_one(
    question: Question, row: Mapping[str, Any], limits: VerificationLimits, found: Judgement
) -> RegisterEntry | Miss | PuzzleNeeded | None:
    stands = _standing(question, row, limits, found.wrong) if question.subjects else Standing.FREE
    if stands is Standing.REFUSED:
        return None
    if stands is Standing.PUZZLE and not question.solved:
        return PuzzleNeeded()
    sealed = None if row["unit_id"] is None else sealed_facts(question.identity, row)
    if sealed is None or not question.evidence.fits(sealed):
        found.wrong.update(question.subjects)
        return Miss(sealed is not None, _wrong_on_bill_from_address(question, row, found.wrong))
    key = (row["unit_id"], question.identity.bill_id)
    if not question.counts:
        place = (row["checks"] or 0) + found.right.get(key, 0)
        return _entry(question.identity, row, sealed, place)
    found.right[key] += 1
    return _entry(question.identity, row, sealed, found.right[key])


def _standing(
    question: Question, row: Mapping[str, Any], limits: VerificationLimits, wrong: Counter[str]
) -> Standing:
    bill_id, address = question.identity.bill_id, question.address
    return standing(
        limits,
        on_bill=row["wrong_on_bill"] + wrong[bill_subject(bill_id)],
        from_address=row["wrong_from_address"] + wrong[address_subject(address)],
        on_bill_from_address=_wrong_on_bill_from_address(question, row, wrong),
    )


def _wrong_on_bill_from_address(question: Question, row: Mapping[str, Any], wrong: Counter[str]) -> int:
    if not question.subjects:
        return 0
    subject = both_subject(question.identity.bill_id, question.address)
    return int(row["wrong_on_bill_from_address"]) + wrong[subject]


def _entry(identity: BillIdentity, row: Mapping[str, Any], sealed: SealedFacts, place: int) -> RegisterEntry:
    related = row["red_id"] or row["related_bill_id"]
    return RegisterEntry(
        identity=identity,
        unit_id=row["unit_id"],
        kind_code=identity.code[2:6],
        legal_state=_legal_state(row, sealed),
        related=None if related is None else BillIdentity.from_bill_id(related),
        total=sealed.total,
        issued_at=sealed.issued_at,
        sm3=row["xml_sm3"],
        original_sm3=sealed.sm3,
        agrees=sealed.agrees,
        unit_key_id=row["unit_key_id"],
        supervisor_key_id=row["supervisor_key_id"],
        checks=place,
        last_checked_at=None if row["last_at"] is None else to_shanghai(row["last_at"]),
        doubt=None if row["doubt"] is None else BillStanding(row["doubt"]),
    )


def _legal_state(row: Mapping[str, Any], sealed: SealedFacts) -> LegalState:
    if sealed.total < 0:
        return LegalState.RED
    reversed_by = row["red_id"] is not None or row["state"] == "reversed"
    return LegalState.REVERSED if reversed_by else LegalState.NORMAL


def _reply(
    question: Question,
    outcome: RegisterEntry | Miss | PuzzleNeeded | None,
    before: Mapping[int, int],
    moment: datetime,
) -> Reply:
    if outcome is None:
        return limit_reached(moment)
    if isinstance(outcome, (Miss, PuzzleNeeded)) or not question.counts:
        return outcome
    return msgspec.structs.replace(outcome, checks=outcome.checks + before[outcome.identity.bill_id])


def _subjects(questions: Sequence[Question]) -> list[str]:
    return [subject for question in questions for subject in question.subjects]
