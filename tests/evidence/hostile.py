"""Files made to harm or to mislead a reader. Each function returns the bytes of one file.

All are small to make (milliseconds), whatever they unfold to.
"""

import io
import random
import struct
import zlib
from collections.abc import Callable, Mapping

import pikepdf
from PIL import Image

_MEGABYTE = 1024 * 1024
LARGEST_FILE = 20 * _MEGABYTE
MOST_PAGES = 200


def empty_file() -> bytes:
    """Nothing at all."""
    return b""


def plain_pdf(text: str = "Agreement 12345.00", *, pages: int = 1) -> bytes:
    """A harmless PDF with one line of Latin text on each page; the others are made from its like."""
    content = _stream(f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode())
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>", 3: _FONT, 4: content}
    numbers = range(5, 5 + pages)
    objects |= {number: _page(2, content=4) for number in numbers}
    return _pdf(objects | {2: _tree(numbers, pages)})


def encrypted_pdf() -> bytes:
    """A PDF that opens with a password only."""
    return _encrypted(user="open sesame", owner="owner")


def restricted_pdf() -> bytes:
    """A PDF that opens without a password though its owner forbade copying; honest files come so."""
    return _encrypted(user="", owner="owner")


def truncated_pdf() -> bytes:
    """A PDF of which the second half was lost: no cross-reference table, a page cut through."""
    whole = plain_pdf(pages=20)
    return whole[: len(whole) // 2]


def headless_pdf() -> bytes:
    """Only the first line of a PDF."""
    return b"%PDF-1.7\n"


def not_a_pdf() -> bytes:
    """A Windows program that calls itself contract.pdf."""
    return b"MZ\x90\x00" + random.Random(1).randbytes(4096)


def web_page() -> bytes:
    """A web page with a script."""
    return b"<!DOCTYPE html><html><script>alert(1)</script><p>%PDF</p></html>"


def zip_bomb_pdf(unfolded: int = 4 * 1024 * _MEGABYTE) -> bytes:
    """A page whose content, packed twice, unfolds to gigabytes."""
    packed = zlib.compress(_packed_zeros(unfolded))
    head = b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>" % len(packed)
    return _single_page(head + b"\nstream\n" + packed + b"\nendstream")


def picture_bomb_pdf(side: int = 60_000) -> bytes:
    """A page with a picture of `side` × `side` grey points that unfolds to gigabytes."""
    packed = zlib.compress(_packed_zeros(side * side))
    picture = (
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
        b"/Filter[/FlateDecode/FlateDecode]/Length %d>>\nstream\n" % (side, side, len(packed))
    )
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 6 0 R>>>>>>"
    )
    return _pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: _tree([5], 1),
            4: _stream(b"q 595 0 0 842 0 0 cm /I Do Q"),
            5: page,
            6: picture + packed + b"\nendstream",
        }
    )


def deep_page_tree(depth: int = 10_000) -> bytes:
    """One page below `depth` nested nodes of the page tree."""
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    for number in range(2, depth + 2):
        parent = b"" if number == 2 else b"/Parent %d 0 R" % (number - 1)
        objects[number] = b"<</Type/Pages%s/Count 1/Kids[%d 0 R]>>" % (parent, number + 1)
    objects[depth + 2] = _page(depth + 1)
    return _pdf(objects)


def looping_page_tree() -> bytes:
    """A page tree that contains itself."""
    return _pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 1000/Kids[2 0 R 2 0 R]>>"})


def deep_arrays(depth: int = 200_000) -> bytes:
    """A page whose content and whose dictionary hold `depth` nested arrays."""
    nested = b"[" * depth + b"]" * depth
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Deep %s>>" % nested
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: _tree([5], 1), 4: _stream(nested + b" TJ"), 5: page}
    return _pdf(objects)


def self_drawing_form() -> bytes:
    """A page with a form that draws itself ten times over."""
    form = _stream(
        b"/X Do " * 10, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>"
    )
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</X 6 0 R>>>>>>"
    )
    return _pdf(
        {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: _tree([5], 1), 4: _stream(b"/X Do"), 5: page, 6: form}
    )


def huge_page(side: int = 1_000_000) -> bytes:
    """A page of a million points each way: a picture of it at 200 dpi would need terabytes."""
    return _single_page(_stream(b"BT /F1 12 Tf 72 720 Td (Far away) Tj ET"), side=side)


def text_flood(repeats: int = 400_000) -> bytes:
    """One page that writes twelve million characters over each other."""
    line = b"BT /F1 12 Tf 72 720 Td (12345.00 yuan for the purpose) Tj ET\n"
    return _single_page(_stream(line * repeats))


def javascript_pdf() -> bytes:
    """A PDF with a script and a program to launch when it is opened."""
    script = b"<</S/JavaScript/JS(app.launchURL\\('http://127.0.0.1:1/'\\);while\\(true\\){})>>"
    launch = b"<</S/Launch/F(/bin/sh)>>"
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/OpenAction 7 0 R/AA<</WC 8 0 R>>>>",
        2: _tree([5], 1),
        3: _FONT,
        4: _stream(b"BT /F1 12 Tf 72 720 Td (Agreement) Tj ET"),
        5: _page(2, content=4),
        7: script,
        8: launch,
    }
    return _pdf(objects)


def many_objects(count: int = 10_000) -> bytes:
    """One page among `count` objects that nobody needs."""
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: _tree([5], 1), 3: _FONT, 4: _stream(b""), 5: _page(2)}
    objects |= {number: b"<</Filler[%d 0 R]>>" % (number - 1) for number in range(6, 6 + count)}
    return _pdf(objects)


def many_pages(count: int = MOST_PAGES + 1) -> bytes:
    """One page more than a file may have."""
    return plain_pdf(pages=count)


def claimed_pages(count: int = 2_000_000_000) -> bytes:
    """A page tree that says it has two thousand million pages and has one."""
    return _pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: _tree([5], count), 4: _stream(b""), 5: _page(2)})


def no_pages() -> bytes:
    """A well-formed PDF without a page."""
    return _pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: _tree([], 0)})


def oversized_pdf() -> bytes:
    """A sound PDF that is one byte larger than a file may be."""
    whole = plain_pdf()
    return whole + b"%" + b" " * (LARGEST_FILE - len(whole) - 1) + b"\n"


def largest_pdf() -> bytes:
    """A sound PDF that is just as large as a file may be."""
    return oversized_pdf()[:-1]


def blank_png() -> bytes:
    """A white picture."""
    return _png(Image.new("RGB", (1240, 1754), "white"))


def noise_png() -> bytes:
    """A picture of nothing but noise."""
    noise = random.Random(2).randbytes(620 * 877)
    return _png(Image.frombytes("L", (620, 877), noise))


def blank_scan_pdf(pages: int = 2) -> bytes:
    """A scan of white sheets."""
    sheets = [Image.new("L", (827, 1169), "white") for _ in range(pages)]
    buffer = io.BytesIO()
    sheets[0].save(buffer, "PDF", save_all=True, append_images=sheets[1:], resolution=100)
    return buffer.getvalue()


def png_bomb(side: int = 65_000) -> bytes:
    """A PNG of half a megabyte whose picture has four thousand million points, one bit each."""
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = side * (1 + (side + 7) // 8)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", _packed_zeros(rows))
        + _chunk(b"IEND", b"")
    )


def jpeg_bomb(side: int = 65_000) -> bytes:
    """A small JPEG that says it is `side` × `side` points large."""
    buffer = io.BytesIO()
    Image.new("L", (16, 16), "white").save(buffer, "JPEG")
    data = bytearray(buffer.getvalue())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", side, side)
    return bytes(data)


def truncated_png() -> bytes:
    """A picture of which the second half was lost."""
    whole = noise_png()
    return whole[: len(whole) // 2]


def animated_gif() -> bytes:
    """A picture of a type that is not taken."""
    buffer = io.BytesIO()
    frames = [Image.new("L", (32, 32), shade) for shade in (0, 255)]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def html_pdf_polyglot() -> bytes:
    """A PDF that a browser which guesses types would run as a web page."""
    return b"<html><script>alert(file.domain)</script><!--\n" + plain_pdf() + b"\n--></html>"


def png_pdf_polyglot() -> bytes:
    """A PNG with a PDF behind it: two files in one file, one for each reader."""
    return blank_png() + plain_pdf("Agreement 99999.00")


def zip_pdf_polyglot() -> bytes:
    """A PDF that is an archive too: the end of an empty ZIP follows it."""
    return plain_pdf() + b"PK\x05\x06" + bytes(18)


#: Files that cannot be read as files: whoever reads them must say so, soon, and live on.
UNREADABLE: dict[str, Callable[[], bytes]] = {
    maker.__name__: maker
    for maker in (
        empty_file, encrypted_pdf, headless_pdf, not_a_pdf, web_page, looping_page_tree, no_pages, many_pages,
        oversized_pdf, png_bomb, jpeg_bomb, truncated_png, animated_gif,
    )
}  # fmt: skip

#: Files that may be read or refused, but must do no harm.
HARMFUL: dict[str, Callable[[], bytes]] = {
    maker.__name__: maker
    for maker in (
        truncated_pdf, zip_bomb_pdf, picture_bomb_pdf, deep_page_tree, deep_arrays, self_drawing_form, huge_page,
        text_flood, javascript_pdf, many_objects, claimed_pages, html_pdf_polyglot, png_pdf_polyglot,
        zip_pdf_polyglot,
    )
}  # fmt: skip

#: Files that are sound and say nothing.
SILENT: dict[str, Callable[[], bytes]] = {
    maker.__name__: maker for maker in (blank_png, noise_png, blank_scan_pdf)
}

_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def _single_page(content: bytes, *, side: int | None = None) -> bytes:
    box = b"[0 0 595 842]" if side is None else b"[0 0 %d %d]" % (side, side)
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: _tree([5], 1), 3: _FONT, 4: content}
    return _pdf(objects | {5: _page(2, box=box)})


def _page(parent: int, *, content: int = 4, box: bytes = b"[0 0 595 842]") -> bytes:
    resources = b"<</Font<</F1 3 0 R>>>>"
    return b"<</Type/Page/Parent %d 0 R/MediaBox%s/Contents %d 0 R/Resources%s>>" % (
        parent,
        box,
        content,
        resources,
    )


def _tree(pages: "range | list[int]", count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    return b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids)


def _stream(content: bytes, entries: bytes = b"") -> bytes:
    packed = zlib.compress(content)
    head = b"<<%s/Filter/FlateDecode/Length %d>>" % (entries, len(packed))
    return head + b"\nstream\n" + packed + b"\nendstream"


def _pdf(objects: Mapping[int, bytes]) -> bytes:
    """A file with these objects, object 1 being the catalogue, and a cross-reference table."""
    body = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places: dict[int, int] = {}
    for number, content in objects.items():
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size = max(objects) + 1
    table = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        body += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00000 f \n"
    body += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, table)
    return bytes(body)


def _packed_zeros(count: int) -> bytes:
    """`count` zero bytes as a zlib stream, made without ever holding them: a full flush repeats exactly."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(_MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    last = rest.compress(bytes(count % _MEGABYTE)) + rest.flush()
    # Adler-32 of zeros: the first sum stays 1, the second counts them.
    adler = (count % 65521) << 16 | 1
    return b"\x78\xda" + block * (count // _MEGABYTE) + last + struct.pack(">I", adler)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _encrypted(*, user: str, owner: str) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain_pdf())) as pdf:
        pdf.save(buffer, encryption=pikepdf.Encryption(user=user, owner=owner, R=6))
    return buffer.getvalue()
