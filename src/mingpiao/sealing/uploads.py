"""Checks the picture of a seal that somebody uploads, and writes it anew.

Only what shows is kept: pixels, without the file's other chunks, what follows its end, and colours under full
transparency, where data could hide. The structure is checked before a library sees the picture: a plain PNG
of bounded size, so that only its compressed pixels are decoded. Who uploads is a person of a department.
"""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.sealing.model import SealImage
from mingpiao.sealing.pictures import DPI, UNIT_SEAL_MM

MAX_PICTURE = 200 * 1024
MIN_PIXELS, MAX_PIXELS = 200, 1000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Chunks that a picture may have; all but the first, the pixels and the end are dropped.
_KNOWN = frozenset({b"IHDR", b"IDAT", b"IEND", b"pHYs", b"sRGB", b"gAMA", b"cHRM", b"sBIT", b"bKGD", b"tIME"})
#: 8 bits a sample, red, green, blue and alpha, not interlaced.
_FORM = b"\x08\x06\x00\x00\x00"
#: Below this share of clear pixels the picture covers the face; above the other one it shows nothing.
_CLEAR_SHARE = (0.2, 0.99)


def seal_picture(data: bytes) -> SealImage:
    """A unit's round seal from an uploaded PNG, 40 × 40 mm.

    Raises `Refusal` with a code `seal.*` at the field `picture`: not a PNG of the wanted form, too large, not
    square, not transparent, or with something beside the picture.
    """
    if len(data) > MAX_PICTURE:
        raise _wrong("picture_large", f"图片超过{MAX_PICTURE // 1024} kB，请压缩后重新选择。")
    chunks = list(_chunks(data))
    header = chunks[0][1]
    width, height = struct.unpack(">II", header[:8])
    if header[8:] != _FORM:
        raise _wrong("picture_form", "请使用8位RGBA（带透明通道）、非隔行的PNG图片。")
    if width != height or not MIN_PIXELS <= width <= MAX_PIXELS:
        raise _wrong(
            "picture_size", f"图片应为正方形，边长{MIN_PIXELS}至{MAX_PIXELS}像素；现在是{width}×{height}。"
        )
    packed = b"".join(body for kind, body in chunks if kind == b"IDAT")
    if len(_unpacked(packed, width)) != width * (width * 4 + 1):
        raise _wrong("picture_broken", "图片不完整，请重新导出后选择。")
    return _written(_plain(header, packed), width)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG, checked: the header first, nothing unknown, nothing behind the end."""
    if not data.startswith(_SIGNATURE):
        raise _wrong("picture_form", "请选择PNG格式的图片。")
    place, kind = len(_SIGNATURE), b""
    while kind != b"IEND":
        if place + 12 > len(data):
            raise _wrong("picture_broken", "图片不完整，请重新导出后选择。")
        (length,) = struct.unpack_from(">I", data, place)
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += 12 + length
        if place > len(data) or (kind == b"IHDR") != (place == len(_SIGNATURE) + 25) or length > MAX_PICTURE:
            raise _wrong("picture_broken", "图片不完整，请重新导出后选择。")
        if kind not in _KNOWN:
            raise _wrong(
                "picture_hidden",
                "图片里夹带了文字或其他附加内容，请用画图等软件另存为只有图像的 PNG 后重新选择。",
            )
        yield kind, body
    if place != len(data):
        raise _wrong("picture_hidden", "图片末尾夹带了其他内容，请重新导出后选择。")


def _unpacked(packed: bytes, width: int) -> bytes:
    """The rows of pixels, never more than the picture has."""
    unpacking = zlib.decompressobj()
    try:
        rows = unpacking.decompress(packed, width * (width * 4 + 1) + 1)
    except zlib.error:
        return b""
    return rows if unpacking.eof and not unpacking.unused_data else b""


def _plain(header: bytes, packed: bytes) -> bytes:
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    )


def _written(plain: bytes, width: int) -> SealImage:
    picture = Image.open(io.BytesIO(plain), formats=("PNG",))
    alpha = picture.getchannel("A")
    clear = alpha.histogram()[0] / (width * width)
    least, most = _CLEAR_SHARE
    if not least <= clear <= most:
        raise _wrong(
            "picture_opaque",
            "印章图片的背景应透明：请去除白色背景后重新选择。"
            if clear < least
            else "图片是空白的，请重新选择。",
        )
    shown = Image.new("RGBA", picture.size)
    shown.paste(picture, mask=alpha.point([0] + [255] * 255))
    file = io.BytesIO()
    shown.save(file, format="PNG", dpi=(DPI, DPI), compress_level=9)
    return SealImage(format="png", data=file.getvalue(), width_mm=UNIT_SEAL_MM, height_mm=UNIT_SEAL_MM)


def _wrong(reason: str, message: str) -> Refusal:
    return refuse(f"seal.{reason}", message, field="picture", status=422)
