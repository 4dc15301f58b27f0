"""What an account prefers: the columns that it wants to see in a list, and how many rows on a page."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

#: What the table allows.
PAGE_SIZES = (20, 50, 100)

_FIND = text("SELECT columns FROM list_columns WHERE account_id = :account_id AND list = :list")
_KEEP = text(
    "INSERT INTO list_columns (account_id, list, columns) VALUES (:account_id, :list, :columns) "
    "ON CONFLICT (account_id, list) DO UPDATE SET columns = excluded.columns"
)
_FIND_ROWS = text("SELECT rows FROM page_sizes WHERE account_id = :account_id")
_KEEP_ROWS = text(
    "INSERT INTO page_sizes (account_id, rows) VALUES (:account_id, :rows) "
    "ON CONFLICT (account_id) DO UPDATE SET rows = excluded.rows"
)
_FORGET = text("DELETE FROM list_columns WHERE account_id = :account_id AND list = :list")


async def chosen_columns(connection: AsyncConnection, account_id: int, list_name: str) -> frozenset[str]:
    """The names of the columns that an account chose for a list; empty if it chose none."""
    found = await connection.scalar(_FIND, {"account_id": account_id, "list": list_name})
    return frozenset(found or ())


async def choose_columns(
    connection: AsyncConnection, account_id: int, list_name: str, columns: Sequence[str]
) -> None:
    """Save an account's choice of columns for a list; without columns, the list's usual ones apply again."""
    whose = {"account_id": account_id, "list": list_name}
    if columns:
        await connection.execute(_KEEP, whose | {"columns": list(columns)})
    else:
        await connection.execute(_FORGET, whose)


#: A tour that an account has seen is kept beside its choices of columns, under a name that no list has.
_TOUR = "tour:{}"
_SEEN = "seen"


async def has_seen_tour(connection: AsyncConnection, account_id: int, tour: str) -> bool:
    """Whether an account has seen or closed a first-use tour."""
    return _SEEN in await chosen_columns(connection, account_id, _TOUR.format(tour))


async def note_tour_seen(connection: AsyncConnection, account_id: int, tour: str) -> None:
    """Remember that an account has seen or closed a first-use tour."""
    await choose_columns(connection, account_id, _TOUR.format(tour), (_SEEN,))


async def chosen_rows(connection: AsyncConnection, account_id: int) -> int | None:
    """The number of rows that an account wants on a page of any list; None if it chose none."""
    found: int | None = await connection.scalar(_FIND_ROWS, {"account_id": account_id})
    return found


async def choose_rows(connection: AsyncConnection, account_id: int, rows: int) -> None:
    """Save the number of rows that an account wants on a page of any list: one of `PAGE_SIZES`."""
    await connection.execute(_KEEP_ROWS, {"account_id": account_id, "rows": rows})
