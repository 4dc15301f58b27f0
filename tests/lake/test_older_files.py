"""Files of a lake that were written before a column of bills was added."""

from datetime import datetime
from pathlib import Path

import duckdb
from tests.lake.synthetic import bill_row

from mingpiao.kernel.clock import SHANGHAI
from mingpiao.lake.model import Dataset
from mingpiao.lake.parquet import from_bills, merge_files, write_rows


def _files(folder: Path) -> tuple[Path, Path]:
    """A file of today, and one that lacks the column."""
    at = datetime(2026, 11, 2, 10, tzinfo=SHANGHAI)
    new, old = folder / "new.parquet", folder / "old.parquet"
    new.write_bytes(write_rows(Dataset.BILLS, [bill_row(1, 1, at, unit_watched=True)]))
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * EXCLUDE (unit_watched) FROM '{new}') TO '{old}' (FORMAT parquet)")
    return new, old


def test_units_were_watched_by_nobody_then(tmp_path: Path) -> None:
    new, old = _files(tmp_path)
    merged = tmp_path / "merged.parquet"
    merged.write_bytes(merge_files([old, new]))
    with duckdb.connect() as connection:
        for paths, expected in (([old], [False]), ([old, new], [False, True]), ([merged], [False, True])):
            query = f"SELECT unit_watched FROM {from_bills(paths)} ORDER BY 1"
            assert [row[0] for row in connection.execute(query).fetchall()] == expected
