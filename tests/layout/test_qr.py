"""The quick QR symbols are those that segno draws."""

import random

import segno

from mingpiao.layout.display import Symbol
from mingpiao.layout.model import FaceBox
from mingpiao.layout.qr import check_address, symbol

BOX = FaceBox(x=10, y=5, width=20, height=20)


def matrix(drawn: Symbol) -> tuple[bytearray, ...]:
    rows = [bytearray(drawn.modules) for _ in range(drawn.modules)]
    for column, row, length in drawn.runs:
        rows[row][column : column + length] = b"\x01" * length
    return tuple(rows)


def reference(text: str) -> tuple[bytearray, ...]:
    return tuple(segno.make_qr(text.encode(), error="l", mask=2, boost_error=False).matrix)


def address(source: random.Random, base: str = "https://bill.example.gov.cn") -> str:
    return check_address(
        base,
        code=f"{source.randrange(10**8):08d}",
        number=f"{source.randrange(10**10):010d}",
        sm3=source.randbytes(32).hex(),
    )


def test_the_address_carries_code_number_and_hash() -> None:
    text = check_address("https://a.cn/", code="15060125", number="0000000001", sm3="ab" * 32)
    assert text == f"https://a.cn/verify?c=15060125&n=0000000001&h={'ab' * 32}"


def test_symbols_equal_segno_before_and_after_all_bits_are_known() -> None:
    source = random.Random(20261121)
    for _ in range(160):
        text = address(source)
        assert matrix(symbol(text, BOX)) == reference(text)


def test_other_lengths_and_other_bases_of_one_length() -> None:
    source = random.Random(7)
    for length in range(1, 14):
        text = address(source, "https://" + "x" * length)
        assert matrix(symbol(text, BOX)) == reference(text)
    for base in ("https://aaaa.cn", "https://zzzz.cn"):
        text = address(source, base)
        assert matrix(symbol(text, BOX)) == reference(text)


def test_place_and_size() -> None:
    drawn = symbol("https://a.cn/verify", BOX)
    assert (drawn.x, drawn.y, drawn.size) == (10, 5, 20)
