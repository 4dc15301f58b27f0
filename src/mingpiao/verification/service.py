"""查验: is this bill real, and what state is it in?"""

import asyncio
import hmac
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import asyncpg
import msgspec
from sqlalchemy.exc import SQLAlchemyError

from mingpiao.catalog.service import CatalogStore
from mingpiao.crypto.sm3 import hmac_sm3
from mingpiao.issuing.model import BillDocument
from mingpiao.issuing.service import get_document, look_at_bill
from mingpiao.kernel.clock import now
from mingpiao.kernel.codes import BillIdentity, is_code, is_number, is_training_code
from mingpiao.kernel.errors import Refusal
from mingpiao.layout.service import LAYOUT_RELEASE
from mingpiao.storage.database import Database
from mingpiao.storage.notices import Notices
from mingpiao.verification import results
from mingpiao.verification.batches import MAX_LINES, CheckLine, LineAnswer
from mingpiao.verification.certificate_export import export_certificates
from mingpiao.verification.counts import checks_of
from mingpiao.verification.errors import (
    batches_busy,
    file_empty,
    file_too_large,
    link_malformed,
    no_such_document,
    person_needed,
    puzzle_early,
    puzzle_needed,
    unavailable,
)
from mingpiao.verification.examination import (
    MAX_FILE_BYTES,
    Examination,
    FileKind,
    Presented,
    examine,
    named_keys,
    open_file,
    with_pdf_compared,
)
from mingpiao.verification.inputs import problems_of_face, read_face_query, read_link
from mingpiao.verification.keys import KeyDirectory
from mingpiao.verification.limits import (
    VerificationLimits,
    count_download,
    count_file,
    count_lines,
    hesitation,
)
from mingpiao.verification.look_match import match_look
from mingpiao.verification.model import (
    Depth,
    FaceQuery,
    LegalState,
    Means,
    RegisterEntry,
    VerificationResult,
    VerificationVerdict,
)
from mingpiao.verification.puzzles import PuzzleReply, Puzzles, PuzzleWay
from mingpiao.verification.register import (
    FaceEvidence,
    Miss,
    PuzzleNeeded,
    Question,
    Register,
    question_of_face,
    question_of_hash,
)
from mingpiao.writeoff.service import standings_of

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_LINES",
    "CheckLine",
    "LineAnswer",
    "PuzzleReply",
    "PuzzleWay",
    "VerificationLimits",
    "Verifier",
    "checks_of",
    "export_certificates",
    "read_face_query",
    "read_link",
]

_HASH_DIGITS = 64
#: Verdicts on files whose look is not to be trusted: the platform's own picture of the face stands beside.
_SHOWN_BESIDE = frozenset({VerificationVerdict.CHANGED, VerificationVerdict.FOREIGN_LOOK})
#: Files examined at once in this process; each may take a core and some ten megabytes.
_FILES_AT_ONCE = 2
#: Batches under way at once in this process; each examines one file after the other.
_BATCHES_AT_ONCE = 2
#: Verdicts after which the asker holds a bill whose face the platform can vouch for.
_DRAWN = frozenset({VerificationVerdict.GENUINE, VerificationVerdict.TRAINING, *_SHOWN_BESIDE})
#: What lies across the shown face of a reversed bill.
_MARK_OF_REVERSED = LegalState.REVERSED.label


class Drawer(Protocol):
    """Draws a registered bill anew, to compare with a file that was presented, and to be shown beside it."""

    async def pdf_of_release(self, document: BillDocument, release: int) -> bytes:
        """The bill's PDF as a release of the platform made it."""

    async def kept_pdfs(self, document: BillDocument) -> list[bytes]:
        """The bill's PDFs that were handed out before, as far as they are kept."""

    async def faces(self, document: BillDocument, *, mark: str = "") -> str:
        """The bill's face as inline SVG, with a mark across each page."""


class Verifier:
    """Checks bills for anyone, and tells about a bill only to who proves to hold it.

    Bills of training sites are never genuine. A site at work knows them by their code; `training` says that this
    is a training site, which looks its own ones up first.
    """

    def __init__(
        self,
        database: Database,
        notices: Notices,
        catalog: CatalogStore,
        drawer: Drawer,
        *,
        puzzle_key: bytes,
        limits: VerificationLimits | None = None,
        training: bool = False,
    ) -> None:
        self._training = training
        self._database = database
        self._catalog = catalog
        self._limits = limits or VerificationLimits()
        self._drawer = drawer
        self._puzzles = Puzzles(database.pool, puzzle_key)
        self._register = Register(database.pool, self._limits)
        self._keys = KeyDirectory(database.pool, notices)
        self._files = asyncio.Semaphore(_FILES_AT_ONCE)
        self._batches = asyncio.Semaphore(_BATCHES_AT_ONCE)
        self._own_key = puzzle_key

    async def by_face(
        self,
        query: FaceQuery,
        *,
        address: str,
        depth: Depth = Depth.DIAGNOSTIC,
        reply: PuzzleReply | None = None,
        drawn: bool = False,
    ) -> VerificationResult:
        """Check by the five facts of the face; all must fit, and nothing tells which did not.

        `drawn`: the result has the picture of the face; it needs more than the simple depth.
        Raises `Refusal`: a malformed input with its field, `verification.puzzle_needed` or `…puzzle_early`
        (429) where a puzzle comes first, a limit (429), or 503 without an answer. Who is wrong about a bill again
        and again hears so later and later.
        """
        if problems := problems_of_face(query):
            raise Refusal(*problems)
        if self._is_of_training(query.code):
            return results.of_training(Means.FACE, BillIdentity(query.code, query.number))
        reply = reply or PuzzleReply()
        evidence = FaceEvidence(query.check_code.lower(), query.issued_on, query.amount)
        solved = await self._is_solved(reply, address)
        question = question_of_face(BillIdentity(query.code, query.number), evidence, address, solved=solved)
        found = await self._asked_by_face(question)
        if isinstance(found, PuzzleNeeded):
            raise puzzle_needed(await self._puzzles.ask(address, reply.way))
        return await self._answer(found, Means.FACE, depth, drawn=drawn)

    async def _asked_by_face(self, question: Question) -> RegisterEntry | Miss | PuzzleNeeded:
        found = await self._register.ask(question)
        if isinstance(found, Miss):
            await asyncio.sleep(hesitation(self._limits, found.wrong))
        return found

    async def admit_batch(self, lines: int, *, address: str) -> None:
        """Count a batch before it is checked. Raises `Refusal`: too many lines an hour from one address (429), too
        many batches at once (503), or 503 without a database.
        """
        if self._batches.locked():
            raise batches_busy()
        with _no_answer_without_database():
            await count_lines(self._database.pool, address, now(), lines, self._limits.batch_lines_per_hour)

    async def by_many(self, lines: Sequence[CheckLine], *, address: str) -> AsyncIterator[LineAnswer]:
        """Check an admitted batch, line after line, each by the rules and limits of a single check.

        What a single check refuses is the problem of its line. Where a puzzle would come first, a line is not
        checked: there is nobody to solve it.
        """
        async with self._batches:
            for line in lines:
                if line.problems:
                    yield LineAnswer(line=line, problems=line.problems)
                    continue
                try:
                    yield LineAnswer(line=line, result=await self._by_line(line, address))
                except Refusal as refusal:
                    yield LineAnswer(line=line, problems=refusal.problems)

    async def _by_line(self, line: CheckLine, address: str) -> VerificationResult:
        if line.query is None:
            return await self._by_file(line.data or b"", address, drawn=False)
        query = line.query
        if self._is_of_training(query.code):
            return results.of_training(Means.FACE, BillIdentity(query.code, query.number))
        evidence = FaceEvidence(query.check_code.lower(), query.issued_on, query.amount)
        question = question_of_face(BillIdentity(query.code, query.number), evidence, address)
        found = await self._asked_by_face(question)
        if isinstance(found, PuzzleNeeded):
            raise person_needed()
        result = await self._answer(found, Means.FACE, Depth.SIMPLE)
        if isinstance(found, Miss):
            return result
        with _no_answer_without_database():
            return await self._with_standing(result, found)

    def seal(self, words: str) -> str:
        """A proof for later that this platform wrote a text; it keeps nothing."""
        return hmac_sm3(self._own_key, f"results\n{words}".encode()).hex()

    def is_sealed(self, words: str, seal: str) -> bool:
        """Whether this platform wrote a text."""
        return hmac.compare_digest(self.seal(words).encode(), seal.encode())

    async def _is_solved(self, reply: PuzzleReply, address: str) -> bool:
        if not reply.token:
            return False
        with _no_answer_without_database():
            solved = await self._puzzles.solve(reply, address)
        if solved.early is not None:
            raise puzzle_early(solved.early)
        return solved.right

    async def by_link(
        self,
        code: str,
        number: str,
        sm3_hex: str,
        *,
        address: str,
        depth: Depth = Depth.DIAGNOSTIC,
        counts: bool = True,
        drawn: bool = False,
    ) -> VerificationResult:
        """Check by the address in the QR symbol: the document's hash proves that the asker holds it.

        `counts` is false for a program that only previews the link: that is no check of the bill.
        Raises `Refusal` as `by_face` does, and `verification.link_malformed` for no such address.
        """
        question = _question_of_link(code, number, sm3_hex, address, counts=counts)
        if self._is_of_training(code):
            return results.of_training(Means.LINK, BillIdentity(code, number))
        return await self._answer(await self._asked_by_hash(question), Means.LINK, depth, drawn=drawn)

    async def document(self, code: str, number: str, sm3_hex: str, *, address: str) -> BillDocument:
        """The bill itself, to be downloaded by who has its hash; that is no check of it.

        Raises `Refusal` as `by_link` does, `verification.no_document` (404) for another hash, and 429 for too
        many a minute.
        """
        question = _question_of_link(code, number, sm3_hex, address, counts=False)
        with _no_answer_without_database():
            await count_download(self._database.pool, address, now(), self._limits.files_per_minute)
            found = await self._asked_by_hash(question)
            if isinstance(found, Miss) or found.original_sm3 != found.sm3:
                raise no_such_document()
            return await self._document(found)

    async def _asked_by_hash(self, question: Question) -> RegisterEntry | Miss:
        found = await self._register.ask(question)
        if isinstance(found, PuzzleNeeded):
            raise AssertionError("a question without counters needs no puzzle")
        return found

    async def by_file(self, data: bytes, *, address: str, drawn: bool = False) -> VerificationResult:
        """Check an OFD, PDF or XML: its signatures and seals, and its hash against the register.

        Where the file's look is not to be trusted, the picture of the face comes without being asked for.
        Raises `Refusal` for a file that is empty, too large or holds no bill, for too many files a
        minute (429), and 503 without an answer.
        """
        _refuse_unfit(data)
        with _no_answer_without_database():
            await count_file(self._database.pool, address, now(), self._limits.files_per_minute)
        return await self._by_file(data, address, drawn=drawn)

    async def _by_file(self, data: bytes, address: str, *, drawn: bool) -> VerificationResult:
        _refuse_unfit(data)
        with _no_answer_without_database():
            presented, examination = await self._examine(data)
            return await self._compare(presented, examination, data, address, drawn=drawn)

    async def _examine(self, data: bytes) -> tuple[Presented, Examination]:
        roots = await self._keys.roots()
        async with self._files:
            presented = await asyncio.to_thread(open_file, data, roots)
            trust, departments = await self._keys.trust_for(named_keys(presented))
            return presented, await asyncio.to_thread(examine, presented, trust, departments)

    async def _compare(
        self, presented: Presented, examination: Examination, data: bytes, address: str, *, drawn: bool
    ) -> VerificationResult:
        if examination.face is None:
            return results.unreadable(examination)
        identity = BillIdentity(examination.face.code, examination.face.number)
        if self._is_of_training(identity.code):
            return results.of_training(Means.FILE, identity, examination)
        question = question_of_hash(identity, bytes.fromhex(examination.sm3), address)
        reply = await self._asked_by_hash(question)
        if isinstance(reply, Miss):
            return results.differing(examination, identity, registered=reply.registered)
        await self._alarm(reply)
        document = await self._document(reply)
        if presented.pdf is not None:
            own = await self._own_pdfs(document, data)
            match = await asyncio.to_thread(match_look, data, presented.pdf, own)
            examination = with_pdf_compared(examination, match)
        result = results.examined(reply, await self._kind_name(reply), Means.FILE, examination)
        result = await self._with_standing(result, reply)
        if drawn or result.verdict in _SHOWN_BESIDE:
            return await self._with_picture(result, document)
        return result

    def _is_of_training(self, code: str) -> bool:
        """Whether a bill is of a training site, of which this one, being at work, has none."""
        return is_training_code(code) and not self._training

    async def _with_picture(self, result: VerificationResult, document: BillDocument) -> VerificationResult:
        """A result with the face as the platform draws it, and the day of the related bill."""
        if result.verdict not in _DRAWN:
            return result
        mark = _MARK_OF_REVERSED if result.legal_state is LegalState.REVERSED else ""
        related_at = None
        if result.related is not None:
            async with self._database.system() as connection:
                related_at = (await get_document(connection, result.related.bill_id)).bill.issued_at
        picture = await self._drawer.faces(document, mark=mark)
        return msgspec.structs.replace(result, picture=picture, related_at=related_at)

    async def _with_standing(self, result: VerificationResult, entry: RegisterEntry) -> VerificationResult:
        """A result with where the bill stands in write-off: who is to enter it in books must hear of doubts."""
        if result.verdict not in _DRAWN:
            return result
        bill_id = entry.identity.bill_id
        async with self._database.system() as connection:
            told = await standings_of(
                connection, [(entry.unit_id, bill_id, entry.kind_code, entry.issued_at)]
            )
        standing = told[bill_id]
        if not standing.is_told:
            return result
        done = standing.written_off_at if standing.is_written_off else None
        return msgspec.structs.replace(
            result, writeoff=standing.standing, written_off_on=None if done is None else done.date()
        )

    async def _own_pdfs(self, document: BillDocument, data: bytes) -> list[bytes]:
        """The PDFs of a bill that the platform made or makes, up to the first that is the presented one."""
        own: list[bytes] = []
        for release in range(LAYOUT_RELEASE, 0, -1):
            own.append(await self._drawer.pdf_of_release(document, release))
            if own[-1] == data:
                return own
        return [*own, *await self._drawer.kept_pdfs(document)]

    async def _answer(
        self, reply: RegisterEntry | Miss, means: Means, depth: Depth, *, drawn: bool = False
    ) -> VerificationResult:
        if isinstance(reply, Miss):
            return results.unknown(means)
        with _no_answer_without_database():
            await self._alarm(reply)
            kind_name = await self._kind_name(reply)
            if depth is Depth.SIMPLE:
                certificates = await self._keys.by_id((reply.unit_key_id, reply.supervisor_key_id))
                return results.registered(reply, kind_name, means, certificates)
            document = await self._document(reply)
            presented = Presented(kind=FileKind.XML, xml=document.xml)
            trust, departments = await self._keys.trust_for(named_keys(presented))
            examination = await asyncio.to_thread(examine, presented, trust, departments)
            result = await self._with_standing(results.examined(reply, kind_name, means, examination), reply)
            return await self._with_picture(result, document) if drawn else result

    async def _alarm(self, entry: RegisterEntry) -> None:
        """Have it written down and told that the register and the sealed original differ."""
        if not entry.agrees:
            async with self._database.system() as connection:
                await look_at_bill(connection, entry.identity.bill_id)

    async def _document(self, entry: RegisterEntry) -> BillDocument:
        async with self._database.system() as connection:
            return await get_document(connection, entry.identity.bill_id)

    async def _kind_name(self, entry: RegisterEntry) -> str:
        kind = (await self._catalog.get()).kinds.get(entry.kind_code)
        return kind.name if kind else ""


def _refuse_unfit(data: bytes) -> None:
    if not data:
        raise file_empty()
    if len(data) > MAX_FILE_BYTES:
        raise file_too_large(MAX_FILE_BYTES)


def _question_of_link(code: str, number: str, sm3_hex: str, address: str, *, counts: bool) -> Question:
    if not is_code(code) or not is_number(number):
        raise link_malformed()
    return question_of_hash(BillIdentity(code, number), _digest(sm3_hex), address, counts=counts)


def _digest(sm3_hex: str) -> bytes:
    if len(sm3_hex) != _HASH_DIGITS:
        raise link_malformed()
    try:
        return bytes.fromhex(sm3_hex)
    except ValueError as error:
        raise link_malformed() from error


@contextmanager
def _no_answer_without_database() -> Iterator[None]:
    """What the database cannot say is no answer: neither that a bill is genuine nor that it is not."""
    try:
        yield
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError) as error:
        raise unavailable() from error
