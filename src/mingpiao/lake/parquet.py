"""Writing Parquet files, with DuckDB."""

import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from mingpiao.lake.model import Dataset
from mingpiao.lake.schema import columns

#: Rows that are read or skipped as a group; bills are stored in the order of their issue.
_GROUP = 100_000
#: Columns of bills that are true or false, and that older files of a lake lack.
_ADDED = ("unit_watched",)
_WRITE = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group})"


def quoted(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def write_rows(dataset: Dataset, rows: Iterable[dict[str, Any]]) -> bytes:
    """A Parquet file of rows that have all columns of a dataset."""
    with tempfile.TemporaryDirectory(prefix="mingpiao-lake-") as folder:
        source, target = Path(folder) / "rows.json", Path(folder) / "rows.parquet"
        with source.open("wb") as file:
            for row in rows:
                file.write(_encoder.encode(row) + b"\n")
        shape = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in columns(dataset).items())
        # A bill with thousands of lines is one JSON object, larger than the reader's default limit of 16 MB.
        _copy(
            f"SELECT * FROM read_json({quoted(str(source))}, format = 'newline_delimited', "
            f"columns = {{{shape}}})",
            target,
        )
        return target.read_bytes()


def merge_files(sources: Sequence[Path]) -> bytes:
    """One Parquet file of the rows of several, in the order of their issue."""
    with tempfile.TemporaryDirectory(prefix="mingpiao-lake-") as folder:
        target = Path(folder) / "merged.parquet"
        # Older files may lack a column.
        merged = f"read_parquet([{_names(sources)}], union_by_name = true)"
        _copy(f"SELECT * FROM {merged} ORDER BY issued_at, bill_id", target)
        return target.read_bytes()


def from_files(paths: Sequence[Path]) -> str:
    """SQL for a relation that reads the files. Their names come from the lake, so they need no escaping."""
    return f"read_parquet([{_names(paths)}])"


def from_bills(paths: Sequence[Path]) -> str:
    """SQL for a relation that reads files of bills, also such as were written before a column was added: what the
    column tells was true of no bill then.
    """
    typed = ", ".join(f"CAST(NULL AS {columns(Dataset.BILLS)[name]}) AS {name}" for name in _ADDED)
    known = ", ".join(f"coalesce({name}, FALSE) AS {name}" for name in _ADDED)
    return (
        f"(SELECT * REPLACE ({known}) FROM (SELECT * FROM read_parquet([{_names(paths)}], union_by_name = true) "
        f"UNION ALL BY NAME SELECT {typed} WHERE FALSE))"
    )


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(quoted(str(path)) for path in paths)


def _copy(query: str, target: Path) -> None:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"COPY ({query}) TO {quoted(str(target))} {_WRITE.format(group=_GROUP)}")


def _as_json(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(type(value))


class _Encoder:
    """Writes JSON lines that DuckDB reads without loss: moments in UTC without a zone, numbers as text."""

    def __init__(self) -> None:
        self._encoder = msgspec.json.Encoder(enc_hook=_as_json, decimal_format="string")

    def encode(self, row: dict[str, Any]) -> bytes:
        return self._encoder.encode({name: _plain(value) for name, value in row.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return value


_encoder = _Encoder()
