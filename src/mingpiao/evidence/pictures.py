"""Pictures of a document's pages, drawn upright in a reading process: the frame in which places are told."""

from mingpiao.evidence.model import Document
from mingpiao.evidence.reader_pool import ReaderFailed, ReaderPool
from mingpiao.evidence.reading.errors import PaperUnreadable
from mingpiao.evidence.store import EvidenceStore
from mingpiao.kernel.errors import refuse

#: Wide enough to be read on a screen.
WIDTH = 1_200


async def page_picture(
    store: EvidenceStore, pool: ReaderPool, document: Document, page: int, *, width: int = WIDTH
) -> bytes:
    """A page, from 1, as a PNG `width` pixels wide.

    Raises `Refusal`: `evidence.page_unknown` (404), `evidence.picture_unavailable` (503), or what
    `EvidenceStore.open_file` raises.
    """
    if not 1 <= page <= max(document.pages, 1):
        raise refuse("evidence.page_unknown", "该佐证材料没有这一页。", status=404)
    data = await store.open_file(document.digest)
    try:
        return await pool.picture(
            data, document.media_type, page, width=width, rotation=_rotation(document, page)
        )
    except PaperUnreadable as reason:
        raise refuse("evidence.picture_unavailable", reason.message, status=503) from reason
    except ReaderFailed as failure:
        raise refuse(
            "evidence.picture_unavailable", "这一页暂时无法显示，可以下载原文件查看。", status=503
        ) from failure


def _rotation(document: Document, page: int) -> int:
    read = document.extraction.pages if document.extraction else ()
    return next((each.rotation for each in read if each.number == page), 0)
