"""Keys of pages: written and read in one way, and every other text refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import column, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.errors import Refusal
from mingpiao.storage.database import Database
from mingpiao.storage.paging import KeyColumn, Keyset, Page

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS: dict[type, st.SearchStrategy[Any]] = {
    int: st.integers(-(2**63), 2**63 - 1),
    str: st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=40),
    bytes: st.binary(max_size=40),
    date: st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    datetime: st.integers(-(2**50), 2**52).map(
        lambda microseconds: _EPOCH + timedelta(microseconds=microseconds)
    ),
}


@st.composite
def _keys(draw: st.DrawFn) -> tuple[Keyset, tuple[Any, ...]]:
    kinds = draw(st.lists(st.sampled_from(list(_KINDS)), min_size=1, max_size=4))
    columns = [KeyColumn(f"c{place}", kind, draw(st.booleans())) for place, kind in enumerate(kinds)]
    return Keyset(*columns), tuple(draw(_KINDS[kind]) for kind in kinds)


@given(_keys())
def test_what_is_written_is_read_again(drawn: tuple[Keyset, tuple[Any, ...]]) -> None:
    keys, values = drawn
    key = keys.write(*values)
    assert keys.read(key) == values
    assert key.isascii()
    assert not set(key) & set("+/= &?#")


@given(_keys(), st.text(max_size=60))
def test_another_text_is_refused_in_one_way(drawn: tuple[Keyset, tuple[Any, ...]], odd: str) -> None:
    keys, values = drawn
    try:
        read = keys.read(odd)
    except Refusal as refusal:
        (problem,) = refusal.problems
        assert (problem.code, problem.field) == ("list.key_malformed", "after")
        assert problem.message == "翻页标记不正确，请从第一页重新查询。"
    else:
        assert keys.write(*read) == odd
    for wrong in (keys.write(*values) + "A", keys.write(*values) + "=", "9" * 700):
        with pytest.raises(Refusal):
            keys.read(wrong)


def test_keys_of_the_change_feed_stay_what_they_were() -> None:
    """Interface units keep their marks: two integers of eight bytes each."""
    keys = Keyset(KeyColumn("txid", int), KeyColumn("bill_id", int))
    assert keys.write(744, 150301250000000001) == "AAAAAAAAAugCFfowx4wUAQ"
    assert keys.read("AAAAAAAAAugCFfowx4wUAQ") == (744, 150301250000000001)


@pytest.mark.parametrize(
    ("kind", "value"), [(int, True), (int, "1"), (date, datetime(2026, 1, 1, tzinfo=UTC)), (str, "\x00")]
)
def test_a_value_of_another_type_is_an_error(kind: type, value: Any) -> None:
    with pytest.raises(ValueError, match=r"expected|no text"):
        Keyset(KeyColumn("c", kind)).write(value)


def test_a_page_continues_only_where_there_is_more() -> None:
    keys = Keyset(KeyColumn("real", int))
    assert keys.page([1, 2, 3], 3) == Page(items=(1, 2, 3))
    page = keys.page([1, 2, 3], 2)
    assert (page.items, keys.read(page.next_key)) == ((1, 2), (2,))


_rows = table("drawn_rows", column("a"), column("b"))


async def _walk(connection: AsyncConnection, keys: Keyset, limit: int) -> list[tuple[int, str]]:
    seen: list[tuple[int, str]] = []
    key = ""
    while True:
        query = select(_rows).order_by(*keys.order(_rows.c)).limit(limit + 1)
        query = query.where(keys.beyond(_rows.c, key)) if key else query
        page = keys.page([(row.a, row.b) for row in await connection.execute(query)], limit, lambda row: row)
        seen += page.items
        key = page.next_key
        if not key:
            return seen


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("second", [False, True])
async def test_pages_follow_one_another_in_every_direction(
    database_url: str, first: bool, second: bool
) -> None:
    keys = Keyset(KeyColumn("a", int, first), KeyColumn("b", str, second))
    database = await Database.open(database_url, pool_size=1)
    try:
        async with database.system() as connection:
            await connection.execute(
                text('CREATE TEMPORARY TABLE drawn_rows (a bigint, b text COLLATE "C") ON COMMIT DROP')
            )
            await connection.execute(
                text("INSERT INTO drawn_rows SELECT n % 4, chr(65 + n) FROM generate_series(1, 20) AS n")
            )
            expected = sorted(
                [(n % 4, chr(65 + n)) for n in range(1, 21)],
                key=lambda row: (-row[0] if first else row[0], -ord(row[1]) if second else ord(row[1])),
            )
            for limit in (1, 3, 20):
                assert await _walk(connection, keys, limit) == expected
    finally:
        await database.close()
