"""Texts made to harm or to mislead the reader: they are read all the same, and in a time that grows with their size.

Reading happens in a child with a limit of processor time, many times what it needs: without end is told from slow.
"""

import multiprocessing
import resource
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from tests.evidence.lines import page_of, read

from mingpiao.evidence.comparison import compare
from mingpiao.evidence.extraction import extract
from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.model import BillFacts, ClaimVerdict, Extraction, Usage
from mingpiao.evidence.weighing.directions import directions
from mingpiao.evidence.weighing.mentions import mentions_of
from mingpiao.reading.model import PageLines

_PROCESSOR_SECONDS = 40
_ROWS_A_PAGE = 40
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")


def _pages(title: str, rows: list[str]) -> list[PageLines]:
    return [
        page_of(
            "续表" if first else title,
            *rows[first : first + _ROWS_A_PAGE],
            number=1 + first // _ROWS_A_PAGE,
        )
        for first in range(0, len(rows), _ROWS_A_PAGE)
    ]


def list_of_schools(rows: int) -> list[PageLines]:
    """A notice with a list: each row another school."""
    made = [
        f"{row}\t赛罕区{str(row).translate(_DIGITS)}小学\t{1000 + row}.00\t教学设备"
        for row in range(1, rows + 1)
    ]
    return _pages("关于下达补助资金的通知", ["序号\t单位\t金额\t用途", *made])


def list_of_one_school(rows: int) -> list[PageLines]:
    """A list in which every row is of the same school."""
    return _pages(
        "关于下达补助资金的通知",
        ["单位\t金额", "玉泉区小学\t5.00", *(f"赛罕区小学\t{1000 + row}.00" for row in range(rows))],
    )


def names_of_accounts_that_never_come() -> list[PageLines]:
    """A name before words that can be read in two ways each, and no account behind them."""
    return [page_of("协议", "甲方：内蒙古大学", "内蒙古大学" + "指定的" * 60 + "约定")]


def cell_without_end() -> list[PageLines]:
    """Numbers in one cell between signs of money and colons."""
    return [page_of("协议", "金额：" + "¥(¥(1,000.00元：" * 1_500)]


def cell_of_brackets() -> list[PageLines]:
    """A cell that is nothing but signs of money up to its number."""
    return [page_of("协议", "金额：" + "¥(" * 12_000 + "1,000.00元")] * 3


def aliases_without_end() -> list[PageLines]:
    """Thousands of names, each with a label that the text may use for it."""
    numbers = (str(row).translate(_DIGITS) for row in range(10_000, 12_000))
    return _pages("协议", [f"{number}方：赛罕区{number}公司" for number in numbers])


def definitions_without_a_mark() -> list[PageLines]:
    """Definitions of parties, one behind the other, without any mark between."""
    return [page_of("协议", "（以下简称“甲方”）" * 8_000)]


def numbers_without_end() -> list[PageLines]:
    """Numbers of papers without end."""
    return _pages("通知", [f"编号：AB{row:06d}\t内财教〔2026〕{row}号" for row in range(2_500)])


_LONG = (
    names_of_accounts_that_never_come,
    cell_without_end,
    cell_of_brackets,
    aliases_without_end,
    definitions_without_a_mark,
    numbers_without_end,
)


@pytest.mark.parametrize("make", _LONG, ids=lambda make: make.__name__)
def test_no_text_keeps_the_reader_without_end(make: Callable[[], list[PageLines]]) -> None:
    assert _ends(_read, make)


def test_a_list_of_four_thousand_rows_is_read_and_compared() -> None:
    assert _ends(_read_and_compare, 4_000)


def test_a_list_of_one_school_alone_is_compared() -> None:
    assert _ends(_compare_one_school, 2_000)


def _ends(work: Callable[..., None], *given: object) -> bool:
    """Whether a child does this within its processor time and without an error."""
    child = multiprocessing.get_context("spawn").Process(target=_limited, args=(work, *given))
    child.start()
    child.join()
    return child.exitcode == 0


def _limited(work: Callable[..., None], *given: object) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS))
    work(*given)


def _read(make: Callable[[], list[PageLines]]) -> None:
    extract(make())


def _read_and_compare(rows: int) -> None:
    found = extract(list_of_schools(rows))
    # Each row has one amount, and none of them is left out.
    assert len({one.owner for one in found.amounts}) == rows
    verdict = _amount(found, "赛罕区三九九九小学", Decimal(4_999))
    assert verdict is not ClaimVerdict.CONTRADICT


def _compare_one_school(rows: int) -> None:
    found = extract(list_of_one_school(rows))
    for _ in range(20):
        _amount(found, "赛罕区小学", Decimal(2_000))


def _amount(found: Extraction, unit: str, total: Decimal) -> ClaimVerdict:
    bill = BillFacts(
        kind="",
        payer_name="赛罕区财政局",
        payer_code="",
        unit_name=unit,
        unit_code="",
        unit_account="",
        total=total,
        issued_on=date(2026, 11, 2),
        item_names=("教学设备",),
        remark="",
        extension={},
    )
    claims = compare(bill, {"list": found}, {"list": Usage(amount=Decimal(1), bills=1)})
    return next(claim.verdict for claim in claims if claim.name == "amount")


@pytest.mark.parametrize("row", ["尊敬的____：", "编号\t尊敬的", "尊敬的：", "收件人：尊敬的"])
def test_an_address_without_a_name_names_nobody(row: str) -> None:
    assert mentions_of(Flow([page_of("感谢信", row)])) == []
    assert read("感谢信", row, "捐赠人：张三").parties is not None


@pytest.mark.parametrize("bullet", ["\uf0b7", "\ue000", "\ue001"])
def test_bullets_of_a_symbol_font_are_no_names(bullet: str) -> None:
    """Wingdings' bullets are private characters, as are the signs that stand for names within the reader."""
    rows = ["协议", "甲方：内蒙古大学", "乙方：呼和浩特市图书馆"]
    sentence = "向乙方支付服务费。"
    with_bullet = Flow([page_of(*rows, bullet + sentence, bullet + "应当缴纳保证金。")])
    without = Flow([page_of(*rows, "·" + sentence, "·应当缴纳保证金。")])
    found = directions(with_bullet.text, mentions_of(with_bullet))
    assert found == directions(without.text, mentions_of(without))
    assert "内蒙古大学" not in found
