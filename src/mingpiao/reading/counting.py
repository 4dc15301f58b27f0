"""How much work it is to read a file: pages with text are quick, pages without need OCR."""

from mingpiao.reading import pdf
from mingpiao.reading.lines import PICTURES


def count_pages(data: bytes, media_type: str) -> tuple[int, int]:
    """The number of pages, and an upper bound of those without text. Raises `FileUnreadable`."""
    if media_type in PICTURES:
        return 1, 1
    with pdf.open_pdf(data) as document:
        count = len(document)
        for number in range(1, count + 1):
            with pdf.open_page(document, number) as page:
                if pdf.is_picture(page):
                    return count, count - number + 1
        return count, 0
