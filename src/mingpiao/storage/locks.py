"""Named locks: every statement that locks rows, or takes an advisory lock, names the lock that it takes.

Statements are built once, when their module is imported, so names cost nothing when statements run. Tests
remove one lock by its name, which shows what the lock is for. `docs/architecture.md` lists all locks.
"""

from typing import Any, TypeVar

from sqlalchemy import Select, TextClause, text

_Query = TypeVar("_Query", bound=Select[Any])


class LockingStatement:
    """A statement that takes a lock; `sql` is its text, `clause` the same for SQLAlchemy."""

    __slots__ = ("clause", "sql")

    sql: str
    clause: TextClause

    def __init__(self, sql: str) -> None:
        self.put(sql)

    def put(self, sql: str) -> None:
        """Replace the text of the statement."""
        self.sql = sql
        self.clause = text(sql)


class NamedLock:
    """A lock that a room declares and takes; `name` is unique. It is held until the transaction ends."""

    def __init__(self, name: str) -> None:
        if name in _LOCKS:
            raise ValueError(f"two locks are named {name}")
        self.name = name
        self.is_taken = True
        self.statements: list[LockingStatement] = []
        _LOCKS[name] = self

    def statement(self, sql: str) -> LockingStatement:
        """A statement that takes this lock: by FOR UPDATE or FOR SHARE, by an advisory lock, or because it
        reads and changes a row at once.
        """
        made = LockingStatement(sql)
        self.statements.append(made)
        return made

    def on(self, query: _Query, *, shared: bool = False) -> _Query:
        """The query with this lock on the rows that it finds."""
        return query.with_for_update(read=shared) if self.is_taken else query


_LOCKS: dict[str, NamedLock] = {}


def known_locks() -> dict[str, NamedLock]:
    """The locks of all rooms that were imported, by name."""
    return dict(_LOCKS)
