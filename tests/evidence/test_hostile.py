"""Files made to harm: each is refused or settles with its reason, and the next good one is read."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from tests.evidence import hostile
from tests.support.province import ACTING, Province
from tests.support.waiting import PATIENCE_SECONDS

from mingpiao.evidence.model import EvidenceState
from mingpiao.evidence.service import (
    READING_STEP,
    EvidenceReader,
    EvidenceStore,
    get_evidence_files,
    media_type_of,
)
from mingpiao.jobs.queue import run_jobs
from mingpiao.kernel.errors import Refusal
from mingpiao.reading.service import FileNeedsOcr, FileUnreadable, ReaderFailed, ReaderLimits, ReaderPool
from mingpiao.storage.database import Database

pytestmark = pytest.mark.whole

GOOD = hostile.plain_pdf("An agreement between two parties about 12345.00 yuan")
PDF = "application/pdf"

#: What reading must come to, of those that pass the door; the others are read or must be looked at.
REASONS = {
    "empty_file": {"evidence.empty"},
    "encrypted_pdf": {"evidence.encrypted"},
    "headless_pdf": {"evidence.damaged"},
    "not_a_pdf": {"evidence.not_a_pdf"},
    "web_page": {"evidence.not_a_pdf"},
    "animated_gif": {"evidence.not_a_pdf"},
    "looping_page_tree": {"evidence.too_many_pages", "evidence.damaged"},
    "many_pages": {"evidence.too_many_pages"},
    "no_pages": {"evidence.damaged", "evidence.empty"},
    "truncated_pdf": {"evidence.damaged"},
    "deep_page_tree": {"evidence.damaged"},
    "huge_page": {"evidence.too_large_page"},
    "zip_bomb_pdf": {"evidence.reader_crashed", "evidence.reader_timeout", "evidence.too_complex"},
    "self_drawing_form": {
        "evidence.reader_crashed",
        "evidence.reader_timeout",
        "evidence.too_complex",
        "look",
    },
    "text_flood": {"evidence.reader_timeout", "read"},
}
#: Pictures are no evidence; they are read as other files are.
PICTURES = {"png_bomb", "jpeg_bomb", "truncated_png", "blank_png", "noise_png", "png_pdf_polyglot"}
ALL = hostile.UNREADABLE | hostile.HARMFUL | hostile.SILENT


async def outcome_of(pool: ReaderPool, data: bytes) -> str:
    try:
        await pool.read_file(data, PDF, READING_STEP)
    except (FileUnreadable, ReaderFailed) as reason:
        return reason.code
    except FileNeedsOcr:
        return "look"
    return "read"


async def test_none_harms_the_readers_and_the_next_file_is_read() -> None:
    limits = ReaderLimits(text_seconds=2)
    outcomes: dict[str, str] = {}
    async with ReaderPool(1, limits) as pool:
        for name in ALL.keys() - PICTURES:
            data = ALL[name]()
            outcomes[name] = await outcome_of(pool, data)
            assert await outcome_of(pool, GOOD) == "read", name
    wrong = {
        name: outcome
        for name, outcome in outcomes.items()
        if outcome not in REASONS.get(name, {"read", "look"})
    }
    assert wrong == {}


async def test_pictures_that_are_bombs_are_not_unfolded() -> None:
    async with ReaderPool(1, ReaderLimits(look_seconds=15, look_seconds_a_page=1)) as pool:
        for name, code in (
            ("png_bomb", "evidence.too_large_page"),
            ("jpeg_bomb", "evidence.too_large_page"),
            ("truncated_png", "evidence.damaged"),
        ):
            data = ALL[name]()
            with pytest.raises(FileUnreadable) as caught:
                await pool.read_lines(data, media_type_of(data))
            assert caught.value.code == code
        assert await outcome_of(pool, GOOD) == "read"


async def test_pictures_of_their_pages_are_bounded_too() -> None:
    async with ReaderPool(1, ReaderLimits(picture_seconds=2)) as pool:
        for name in ("zip_bomb_pdf", "text_flood", "self_drawing_form"):
            with pytest.raises(ReaderFailed):
                await pool.picture(ALL[name](), PDF, 1, width=1000)
            assert (await pool.picture(GOOD, PDF, 1, width=100)).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", sorted(ALL))
async def test_the_door_lets_in_nothing_but_pdf(name: str, store: EvidenceStore, settled: Province) -> None:
    data = ALL[name]()
    unit = settled.charity.unit_id
    if media_type_of(data) == PDF and len(data) <= hostile.LARGEST_FILE:
        file = await store.add(unit, f"{name}.pdf", data, acting=ACTING)
        assert file.state is EvidenceState.WAITING
    else:
        with pytest.raises(Refusal) as caught:
            await store.add(unit, f"{name}.pdf", data, acting=ACTING)
        assert caught.value.problems[0].code in {
            "evidence.empty",
            "evidence.not_a_pdf",
            "evidence.too_large",
        }


@pytest.fixture
async def worker(database: Database, store: EvidenceStore) -> AsyncIterator[None]:
    """A worker with tight limits."""
    limits = ReaderLimits(text_seconds=2)
    stop = asyncio.Event()
    async with ReaderPool(2, limits) as pool:
        handlers = EvidenceReader(database, store, pool).handlers(at_once=2)
        task = asyncio.create_task(run_jobs(database.pool, handlers, stop))
        yield
        stop.set()
        await asyncio.wait_for(task, PATIENCE_SECONDS)


async def test_among_harmful_files_the_good_ones_are_read(
    database: Database, store: EvidenceStore, settled: Province, worker: None
) -> None:
    unit = settled.charity.unit_id
    names = ("zip_bomb_pdf", "text_flood", "encrypted_pdf", "many_pages", "picture_bomb_pdf", "huge_page")
    bad = {name: (await store.add(unit, f"{name}.pdf", ALL[name](), acting=ACTING)).digest for name in names}
    good = (await store.add(unit, "good.pdf", GOOD, acting=ACTING)).digest
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        async with database.system() as connection:
            found = await get_evidence_files(connection, unit, [good, *bad.values()])
        if all(file.state.settled for file in found.values()):
            break
        assert time.monotonic() < deadline, {d.name: d.state for d in found.values()}
        await asyncio.sleep(0.2)
    assert found[good].state is EvidenceState.READ
    reasons = {name: found[digest].failure_code for name, digest in bad.items()}
    assert reasons.pop("zip_bomb_pdf") in REASONS["zip_bomb_pdf"]
    # A fast machine reads it through.
    assert reasons.pop("text_flood") in {"evidence.reader_timeout", ""}
    assert reasons == {
        "encrypted_pdf": "evidence.encrypted",
        "many_pages": "evidence.too_many_pages",
        "picture_bomb_pdf": "evidence.nothing_to_read",
        "huge_page": "evidence.too_large_page",
    }
    assert all(found[digest].failure[-1:] in ("", "。") for digest in bad.values())
