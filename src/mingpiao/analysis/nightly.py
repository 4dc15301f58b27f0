"""The nightly analysis over files: each step leaves files in a folder of its month, and what is there is not redone.

A folder's name holds a digest of all that went into it, so that new bills, a changed question to rules or another
version of the steps make a new folder. It gets its name when it is whole: a worker that is killed leaves a folder
that nobody reads, and the next one goes on with the months that are missing.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import duckdb
import msgspec

from mingpiao.analysis.deriving import derive_month, earlier
from mingpiao.analysis.examples import examples_of
from mingpiao.analysis.extracting import LOOK_BACK_MONTHS, TABLES, Relations, before, extract_month
from mingpiao.analysis.inputs import BILLS, REVERSALS
from mingpiao.analysis.judging import MONTHS, Series, Standout, judge, load_series
from mingpiao.analysis.ties import Tie, find_ties

#: A change of what the steps reckon: folders of another version are not read.
VERSION = 2
MEMORY, THREADS = "700MB", 2


class MonthFiles(msgspec.Struct, frozen=True, kw_only=True):
    """The Parquet files of one month of the lake."""

    bills: tuple[Path, ...] = ()
    reversals: tuple[Path, ...] = ()


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What a run reads: files by month (its first day), and files of the relations `asks` and `units`."""

    months: Mapping[date, MonthFiles]
    asks: Path
    units: Path


class Nightly:
    """One run over a folder for its work. Nothing here knows PostgreSQL."""

    def __init__(self, work: Path, inputs: Inputs, *, memory: str = MEMORY, threads: int = THREADS) -> None:
        self._work = work
        self._inputs = inputs
        work.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._connection = duckdb.connect(
            config={"memory_limit": memory, "threads": threads, "temp_directory": str(work / "spill")}
        )
        self._connection.execute("SET enable_progress_bar = false")
        self._connection.execute("SET preserve_insertion_order = false")

    def close(self) -> None:
        """Free memory and delete temporary files."""
        self._connection.close()

    def prepare(
        self, newest: date, told: Callable[[date], None] = lambda _month: None
    ) -> Mapping[date, Path]:
        """Steps one and two of all months up to `newest` that a series needs; their folders by month."""
        wanted = [before(newest, back) for back in reversed(range(MONTHS))]
        begun = min((month for month, files in self._inputs.months.items() if files.bills), default=newest)
        folders: dict[date, Path] = {}
        for month in wanted:
            if month >= begun:
                folders[month] = self._month(month, folders)
                told(month)
        return folders

    def judge(
        self, folders: Mapping[date, Path], month: date, weights: Mapping[str, float]
    ) -> list[Standout]:
        """Steps three and four of one month that has a folder."""
        return judge(self.series(folders, month), weights) if month in folders else []

    def examples(
        self, folders: Mapping[date, Path], found: Sequence[Standout]
    ) -> dict[tuple[int, str], tuple[int, ...]]:
        """The bills of findings of one month, by unit and pattern."""
        return examples_of(self._connection, self._relations(found[0].month), folders, found) if found else {}

    def series(self, folders: Mapping[date, Path], month: date) -> Series:
        """The vectors of a month's units and kinds, over the months up to it."""
        return load_series(self._connection, _parquet([self._inputs.units]), folders, month)

    def ties(self, folders: Mapping[date, Path], month: date) -> list[Tie]:
        """Who is tied to whom in the months up to one."""
        return find_ties(self._connection, folders, month)

    def sweep(self, kept: Mapping[date, Path]) -> None:
        """Delete folders of months that `kept` replaced, and what killed runs left."""
        for each in self._work.glob("*-*-*"):
            if each.is_dir() and each not in kept.values():
                shutil.rmtree(each, ignore_errors=True)

    def _month(self, month: date, folders: Mapping[date, Path]) -> Path:
        folder = self._work / f"{month:%Y-%m}-{self._digest(month, folders)}"
        if folder.exists():
            return folder
        fresh = self._work / f"{month:%Y-%m}-part-{uuid4().hex}"
        fresh.mkdir(mode=0o700)
        try:
            extract_month(self._connection, self._relations(month), month, fresh)
            derive_month(
                self._connection, _parquet([self._inputs.units]), dict(folders) | {month: fresh}, month
            )
            fresh.rename(folder)
        except OSError:
            # Another run was quicker; what it made is the same.
            if not folder.exists():
                raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return folder

    def _digest(self, month: date, folders: Mapping[date, Path]) -> str:
        said = [str(VERSION), *TABLES, *BILLS, *REVERSALS]
        for each in _looked_at(month):
            files = self._inputs.months.get(each, MonthFiles())
            said += [path.name for path in (*files.bills, *files.reversals)]
        said += [folders[each].name for each in earlier(month) if each in folders]
        asked = self._connection.execute(
            f"SELECT * FROM {_parquet([self._inputs.asks])} WHERE month = DATE '{month}' ORDER BY ALL"
        ).fetchall()
        said += [repr(row) for row in asked]
        return sha256("\n".join(said).encode()).hexdigest()[:16]

    def _relations(self, month: date) -> Relations:
        files = [self._inputs.months.get(each, MonthFiles()) for each in _looked_at(month)]
        return Relations(
            bills=_typed([path for each in files for path in each.bills], BILLS),
            reversals=_typed([path for each in files for path in each.reversals], REVERSALS),
            asks=_parquet([self._inputs.asks]),
            units=_parquet([self._inputs.units]),
        )


def _looked_at(month: date) -> list[date]:
    return [before(month, back) for back in range(LOOK_BACK_MONTHS + 1)]


def _parquet(paths: Sequence[Path]) -> str:
    names = ", ".join("'" + path.as_posix().replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{names}], union_by_name = true)"


def _typed(paths: Sequence[Path], columns: Mapping[str, str]) -> str:
    """A relation with the columns of the contract; those that files lack are NULL."""
    empty = "SELECT " + ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items())
    if not paths:
        return f"({empty} WHERE FALSE)"
    return (
        f"(SELECT {', '.join(columns)} FROM (FROM {_parquet(paths)} UNION ALL BY NAME {empty} WHERE FALSE))"
    )
