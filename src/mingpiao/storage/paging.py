"""Pages of a list by key: a page begins after the last row of the page before. No OFFSET is used, and no row
is skipped.

A `Keyset` names the columns that order a list. It writes the position of a page's last row as an opaque text
for the address, reads such a text back, and refuses every other text.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import ColumnElement, and_, or_, tuple_
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from mingpiao.kernel.errors import Refusal, refuse

KEY_MALFORMED = "list.key_malformed"
KeyValue = int | str | bytes | date | datetime
Item = TypeVar("Item")
_Columns = ReadOnlyColumnCollection[str, Any]

#: A longer text is no key: the longest column of a key is a code or a name.
_LONGEST_KEY = 600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: No row has a year outside these; within, every time fits the database in every time zone.
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


class Page(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """Some rows of a list in its order. `next_key` continues after the last of them; it is empty at the end.

    `total` is the number of rows on all pages, if it is cheap to count them.
    """

    items: tuple[Item, ...] = ()
    next_key: str = ""
    total: int | None = None


class KeyColumn(msgspec.Struct, frozen=True):
    """A column that orders a list: its name, the type of its values, and whether the largest comes first.

    `kind` is int, str, bytes, date or datetime; the column has no empty values.
    """

    name: str
    kind: type[KeyValue]
    descending: bool = False


class Keyset:
    """The columns that order a list, the most important first; no two rows are equal in all of them."""

    def __init__(self, *columns: KeyColumn) -> None:
        if not columns:
            raise ValueError("a list is ordered by one column at least")
        self.columns = columns

    def order(self, rows: _Columns) -> tuple[ColumnElement[Any], ...]:
        """The ORDER BY of the list, over a table's or a subquery's columns."""
        return tuple(
            rows[column.name].desc() if column.descending else rows[column.name].asc()
            for column in self.columns
        )

    def beyond(self, rows: _Columns, key: str) -> ColumnElement[bool]:
        """The condition of the rows after a key. Raises `Refusal` (`list.key_malformed`)."""
        values = self.read(key)
        if len({column.descending for column in self.columns}) == 1:
            # A single comparison of rows, for which an index over the columns can be used.
            place = tuple_(*(rows[column.name] for column in self.columns))
            return place < tuple_(*values) if self.columns[0].descending else place > tuple_(*values)
        return or_(*(self._beyond_at(rows, values, depth) for depth in range(len(values))))

    def _beyond_at(self, rows: _Columns, values: Sequence[KeyValue], depth: int) -> ColumnElement[bool]:
        """The rows that are equal to the key in the first columns and come after it in the next one."""
        same = [
            rows[column.name] == value for column, value in zip(self.columns[:depth], values, strict=False)
        ]
        column = rows[self.columns[depth].name]
        after = column < values[depth] if self.columns[depth].descending else column > values[depth]
        return and_(*same, after)

    def write(self, *values: KeyValue) -> str:
        """The key of a row by the values of its columns. Raises ValueError for a value of another type."""
        parts = [_pack(column.kind, value) for column, value in zip(self.columns, values, strict=True)]
        return base64.urlsafe_b64encode(b"".join(parts)).rstrip(b"=").decode()

    def read(self, key: str) -> tuple[KeyValue, ...]:
        """The values from which a key was written. Raises `Refusal` (`list.key_malformed`, 400) for any other
        text.
        """
        try:
            values = self._unpack(key)
            if self.write(*values) == key:
                return values
        except (ValueError, OverflowError):
            pass
        raise key_refusal()

    def _unpack(self, key: str) -> tuple[KeyValue, ...]:
        if not key.isascii() or len(key) > _LONGEST_KEY:
            raise ValueError("no key")
        try:
            rest = base64.b64decode(key + "=" * (-len(key) % 4), altchars=b"-_", validate=True)
        except binascii.Error as error:
            raise ValueError("no key") from error
        values: list[KeyValue] = []
        for column in self.columns:
            value, rest = _unpack(column.kind, rest)
            values.append(value)
        if rest:
            raise ValueError("more than a key")
        return tuple(values)

    def page(
        self,
        found: Sequence[Item],
        limit: int,
        place: Callable[[Item], tuple[KeyValue, ...]] | None = None,
        *,
        total: int | None = None,
    ) -> Page[Item]:
        """The first `limit` of the given rows; the caller fetched one row more, which shows whether another
        page follows.

        `place` returns a row's values of the key's columns; by default, its attributes of these names.
        """
        shown = tuple(found[:limit])
        if len(found) <= limit:
            return Page(items=shown, total=total)
        last = shown[-1]
        values = place(last) if place else tuple(getattr(last, column.name) for column in self.columns)
        return Page(items=shown, next_key=self.write(*values), total=total)


async def every_item(fetch: Callable[[str], Awaitable[Page[Item]]]) -> list[Item]:
    """The rows of all pages of a list that fits in memory; `fetch` takes a key."""
    page = await fetch("")
    found = list(page.items)
    while page.next_key:
        page = await fetch(page.next_key)
        found += page.items
    return found


def key_refusal() -> Refusal:
    """The refusal of a key that no page returned."""
    return refuse(KEY_MALFORMED, "翻页标记不正确，请从第一页重新查询。", field="after")


def _pack(kind: type[KeyValue], value: KeyValue) -> bytes:
    # A datetime is also a date, and a bool an int, so exactly this type is required.
    if type(value) is not kind and not (kind is str and isinstance(value, str)):
        raise ValueError(f"{kind.__name__} expected")
    if isinstance(value, datetime):
        return _integer((_sane(value).astimezone(UTC) - _EPOCH) // _MICROSECOND)
    if isinstance(value, date):
        return _sane(value).toordinal().to_bytes(4, "big")
    if isinstance(value, int):
        return _integer(value)
    raw = value.encode() if isinstance(value, str) else value
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("no text of the database")
    return len(raw).to_bytes(2, "big") + raw


def _integer(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


_Day = TypeVar("_Day", bound=date)


def _sane(value: _Day) -> _Day:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError("a year of no row")
    return value


def _unpack(kind: type[KeyValue], raw: bytes) -> tuple[KeyValue, bytes]:
    if kind in (str, bytes):
        head, rest = _cut(raw, 2)
        content, rest = _cut(rest, int.from_bytes(head, "big"))
        return (content.decode() if kind is str else content), rest
    head, rest = _cut(raw, 4 if kind is date else 8)
    if kind is date:
        return date.fromordinal(int.from_bytes(head, "big")), rest
    number = int.from_bytes(head, "big", signed=True)
    return (_EPOCH + number * _MICROSECOND if kind is datetime else number), rest


def _cut(raw: bytes, length: int) -> tuple[bytes, bytes]:
    if len(raw) < length:
        raise ValueError("too short")
    return raw[:length], raw[length:]
