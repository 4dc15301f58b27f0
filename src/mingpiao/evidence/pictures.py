"""Pictures of a file's pages, drawn upright in a reading process; places of facts refer to these pictures."""

import asyncio

from mingpiao.evidence.model import EvidenceFile
from mingpiao.evidence.store import EvidenceStore
from mingpiao.kernel.errors import refuse
from mingpiao.reading.service import FileUnreadable, ReaderFailed, ReaderPool

#: Width of a picture in pixels, enough to read it on a screen.
WIDTH = 1_200
#: How many seconds a caller waits for a reading process before it is asked to try again.
_PATIENCE_SECONDS = 25.0


async def page_picture(
    store: EvidenceStore, pool: ReaderPool, file: EvidenceFile, page: int, *, width: int = WIDTH
) -> bytes:
    """A page, from 1, of a file that was read, as a PNG `width` pixels wide.

    A file that could not be read is not drawn, since it may be crafted to attack the program. Raises
    `Refusal`: `evidence.page_unknown` (404), `evidence.picture_unavailable` (503), or what
    `EvidenceStore.open_file` raises.
    """
    if file.extraction is None or not 1 <= page <= file.pages:
        raise refuse("evidence.page_unknown", "该佐证材料没有这一页，或还没有识别完成。", status=404)
    data = await store.open_file(file.digest)
    rotation = _rotation(file, page)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await pool.picture(data, file.media_type, page, width=width, rotation=rotation)
    except FileUnreadable as reason:
        raise refuse("evidence.picture_unavailable", reason.message, status=503) from reason
    except (ReaderFailed, TimeoutError) as failure:
        raise refuse(
            "evidence.picture_unavailable", "这一页暂时无法显示，可以下载原文件查看。", status=503
        ) from failure


def _rotation(file: EvidenceFile, page: int) -> int:
    read = file.extraction.pages if file.extraction else ()
    return next((each.rotation for each in read if each.number == page), 0)
