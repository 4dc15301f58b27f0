"""The QR symbol of a face: the check address with the document's hash.

A QR symbol of fixed version, level, mask and length is affine over GF(2) in the bits of its text: data
are copied, Reed-Solomon is linear, placement is fixed, the mask is an exclusive or. So the symbol of
one text and, for each bit that ever differed, the modules which that bit flips, give the symbol of any
other text of the same length: fifteen times faster than encoding it, with segno as the only encoder.
"""

import re

import segno

from mingpiao.layout.display import Symbol
from mingpiao.layout.model import FaceBox

#: A fixed mask instead of the best of eight: a signed hash is random enough, and a mask must not vary.
_MASK = 2
_LEVEL = "l"
#: How many bits one call may learn (an encoding each), so that no single bill waits for all of them.
_LESSONS = 4
#: A platform has one check address, hence one length of text; more are kept for tests and migrations.
_MAX_FAMILIES = 8

_DARK = re.compile("1+")
_AS_DIGITS = bytes.maketrans(b"\x00\x01", b"01")


def check_address(base: str, *, code: str, number: str, sm3: str) -> str:
    """`{base}/verify?c=…&n=…&h=…`: code, number and SM3 (hex) of the sealed XML."""
    return f"{base.rstrip('/')}/verify?c={code}&n={number}&h={sm3}"


def check_picture(address: str) -> str:
    """The QR of a check address as inline SVG, to be read from a sheet of paper or a screen."""
    picture: str = segno.make_qr(address, error="m").svg_inline(
        scale=4, border=4, svgclass="qr", lineclass=None
    )
    return picture


def symbol(content: str, box: FaceBox) -> Symbol:
    """The QR symbol of an ASCII text, laid into a square box."""
    data = content.encode("ascii")
    family = _families.get(len(data))
    if family is None:
        if len(_families) >= _MAX_FAMILIES:
            _families.clear()
        family = _families[len(data)] = _Family(data)
    side = family.side
    digits = f"{family.modules_of(data):0{side * side}b}"
    rows = "\n".join(digits[start : start + side] for start in range(0, side * side, side))
    runs: list[tuple[int, int, int]] = []
    for match in _DARK.finditer(rows):
        row, column = divmod(match.start(), side + 1)
        runs.append((column, row, match.end() - match.start()))
    return Symbol(x=box.x, y=box.y, size=min(box.width, box.height), modules=side, runs=tuple(runs))


class _Family:
    """All texts of one length: a first one, and what each bit of difference to it changes."""

    def __init__(self, first: bytes) -> None:
        self._first = int.from_bytes(first, "big")
        self._length = len(first)
        symbol = segno.make_qr(first, error=_LEVEL, mask=_MASK, mode="byte", boost_error=False)
        self._version = symbol.version
        self.side = len(symbol.matrix)
        self._modules = _as_integer(symbol)
        self._flips: dict[int, int] = {}

    def modules_of(self, data: bytes) -> int:
        """All modules of a text's symbol, row by row, as one integer: 1 is dark."""
        difference = self._first ^ int.from_bytes(data, "big")
        bits = [bit for bit in range(difference.bit_length()) if difference >> bit & 1]
        unknown = [bit for bit in bits if bit not in self._flips]
        for bit in unknown[:_LESSONS]:
            self._flips[bit] = self._encoded(self._first ^ 1 << bit) ^ self._modules
        if len(unknown) > _LESSONS:
            return self._encoded(int.from_bytes(data, "big"))
        modules = self._modules
        for bit in bits:
            modules ^= self._flips[bit]
        return modules

    def _encoded(self, text: int) -> int:
        data = text.to_bytes(self._length, "big")
        return _as_integer(
            segno.make_qr(
                data, version=self._version, error=_LEVEL, mask=_MASK, mode="byte", boost_error=False
            )
        )


_families: dict[int, _Family] = {}


def _as_integer(symbol: segno.QRCode) -> int:
    return int(b"".join(symbol.matrix).translate(_AS_DIGITS), 2)
