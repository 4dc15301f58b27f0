"""The QR symbol of a face: the check address with the document's hash."""

from functools import lru_cache
from urllib.parse import urlencode

import segno

from mingpiao.layout.display import Symbol
from mingpiao.layout.model import Box

#: A fixed mask instead of the best of eight: a signed hash is random enough, and it is five times faster.
_MASK = 2


def check_address(base: str, *, code: str, number: str, sm3: str) -> str:
    """`{base}/verify?c=…&n=…&h=…`: code, number and SM3 (hex) of the sealed XML."""
    return f"{base.rstrip('/')}/verify?{urlencode({'c': code, 'n': number, 'h': sm3})}"


@lru_cache(maxsize=256)
def matrix_runs(content: str) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """Side length in modules without quiet zone, and dark runs as (column, row, length)."""
    matrix = segno.make_qr(content, error="l", mask=_MASK).matrix
    runs: list[tuple[int, int, int]] = []
    for row, line in enumerate(matrix):
        column = line.find(1)
        while column >= 0:
            end = line.find(0, column)
            if end < 0:
                end = len(line)
            runs.append((column, row, end - column))
            column = line.find(1, end)
    return len(matrix), tuple(runs)


def symbol(content: str, box: Box) -> Symbol:
    """The QR symbol of a text, laid into a square box."""
    modules, runs = matrix_runs(content)
    return Symbol(x=box.x, y=box.y, size=min(box.width, box.height), modules=modules, runs=runs)
