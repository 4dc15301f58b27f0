"""Pictures of pages: what they cannot be drawn of, and who waits too long."""

from io import BytesIO

import pytest
from PIL import Image
from tests.evidence import hostile
from tests.evidence.test_reading_jobs import document_of, payload
from tests.support.province import ACTING, Province

from mingpiao.evidence import pictures
from mingpiao.evidence.model import EvidenceFile
from mingpiao.evidence.service import EvidenceReader, EvidenceStore, page_picture
from mingpiao.kernel.errors import Refusal
from mingpiao.reading.service import ReaderLimits, ReaderPool
from mingpiao.storage.database import Database

FILE = hostile.plain_pdf("An agreement between two parties", pages=2)


async def _refused(store: EvidenceStore, pool: ReaderPool, file: EvidenceFile, page: int) -> tuple[str, int]:
    with pytest.raises(Refusal) as caught:
        await page_picture(store, pool, file, page)
    return caught.value.problems[0].code, caught.value.status


async def test_pages_of_a_file_that_was_read_are_drawn(
    database: Database, store: EvidenceStore, settled: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = await store.add(settled.charity.unit_id, "a.pdf", FILE, acting=ACTING)
    async with ReaderPool(1) as pool:
        assert await _refused(store, pool, waiting, 1) == ("evidence.page_unknown", 404)
        await EvidenceReader(database, store, pool).read(payload(waiting))
        read = await document_of(database, waiting.unit_id, waiting.digest)
        drawn = await page_picture(store, pool, read, 2, width=300)
        assert Image.open(BytesIO(drawn)).size == (300, 425)
        for page in (0, 3, -1):
            assert await _refused(store, pool, read, page) == ("evidence.page_unknown", 404)

        with monkeypatch.context() as short:
            short.setattr(pictures, "_PATIENCE_SECONDS", 0.2)
            # All places are taken by others.
            async with pool._processes.lend(60):
                assert await _refused(store, pool, read, 1) == ("evidence.picture_unavailable", 503)
        assert await page_picture(store, pool, read, 1, width=300)
    async with ReaderPool(1, ReaderLimits(picture_seconds=0)) as slow:
        assert await _refused(store, slow, read, 1) == ("evidence.picture_unavailable", 503)
