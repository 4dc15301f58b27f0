"""How much work it is to read a file: pages with text are quick, pages without need OCR."""

from mingpiao.reading import ofd, pdf
from mingpiao.reading.lines import OFD, PICTURES
from mingpiao.reading.ofd_package import open_ofd


def count_pages(data: bytes, media_type: str) -> tuple[int, int]:
    """The number of pages, and an upper bound of those without text. Raises `FileUnreadable`."""
    if media_type in PICTURES:
        return 1, 1
    if media_type == OFD:
        return _count_sheets(data)
    with pdf.open_pdf(data) as document:
        count = len(document)
        for number in range(1, count + 1):
            with pdf.open_page(document, number) as page:
                if pdf.is_picture(page):
                    return count, count - number + 1
        return count, 0


def _count_sheets(data: bytes) -> tuple[int, int]:
    with open_ofd(data) as file:
        for number in range(1, len(file) + 1):
            if ofd.is_picture(ofd.open_page(file, number)):
                return len(file), len(file) - number + 1
        return len(file), 0
