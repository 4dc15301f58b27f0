"""Which past bills a rule would have hit: its condition, run once over the lake's files in DuckDB.

It takes files and returns a result, and does not use PostgreSQL. Another thread may read its progress and
stop it.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from mingpiao.kernel.clock import SHANGHAI
from mingpiao.lake.history import bucket_amounts
from mingpiao.lake.model import MAX_SAMPLE, BackTestResult, Dataset, MonthFigure
from mingpiao.lake.queries import MONTH, PastBills, Queries
from mingpiao.rules.model import Rule
from mingpiao.rules.service import Condition

#: A rule that hits more than this share of bills is probably wrong.
MANY = Decimal("0.2")
#: How much memory DuckDB may use; beyond that it uses temporary files.
MEMORY = "1GB"


class BackTestRun:
    """One run. `progress` and `stop` may be called from any thread while `run` is at work."""

    def __init__(self, folder: Path, *, threads: int = 2) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._connection = duckdb.connect(
            config={"threads": threads, "memory_limit": MEMORY, "temp_directory": str(folder)}
        )
        # DuckDB computes the progress of a query only with its progress bar enabled; it is not printed.
        self._connection.execute("SET enable_progress_bar_print = false")
        self._connection.execute("SET enable_progress_bar = true")
        self._connection.execute("SET progress_bar_time = 0")
        self._stopped = False

    def close(self) -> None:
        """Free memory and delete temporary files."""
        self._connection.close()

    def progress(self) -> float:
        """The progress of the run, 0 to 1."""
        return max(0.0, min(1.0, self._connection.query_progress() / 100))

    def stop(self) -> None:
        """Stop the run; `run` then raises `duckdb.InterruptException`."""
        self._stopped = True
        self._connection.interrupt()

    def run(
        self, rule: Rule, condition: Condition, files: Mapping[Dataset, Sequence[Path]], past: PastBills
    ) -> BackTestResult:
        """Judge the past bills. Raises `duckdb.Error` on failure, and its InterruptException when stopped."""
        if not files[Dataset.BILLS]:
            return BackTestResult(
                bills=0,
                hits=0,
                units=0,
                money=Decimal(0),
                months=(),
                sample=(),
                warnings=("还没有可以试算的历史票据，请稍后再试。",),
            )
        queries = Queries(rule=rule, condition=condition, files=files, past=past)
        if condition.item_history:
            self._execute("CREATE TEMP TABLE amount_of_bucket (bucket INTEGER, amount DECIMAL(16, 2))")
            values = ", ".join(f"({bucket}, {amount})" for bucket, amount in bucket_amounts())
            self._execute(f"INSERT INTO amount_of_bucket VALUES {values}")
        self._execute(f"CREATE TEMP TABLE hits AS {queries.hits()}")
        return self._result(queries)

    def _execute(self, query: str) -> list[tuple[Any, ...]]:
        if self._stopped:
            raise duckdb.InterruptException("stopped")
        return self._connection.execute(query).fetchall()

    def _result(self, queries: Queries) -> BackTestResult:
        judged = self._execute(queries.counts())
        [(units,)] = self._execute("SELECT count(DISTINCT unit_id) FROM hits")
        by_month = {
            month: (hits, money)
            for month, hits, money in self._execute(
                f"SELECT {MONTH}, count(*), CAST(sum(total) AS DECIMAL(38, 2)) FROM hits GROUP BY 1"
            )
        }
        months = []
        for month, bills, _ in judged:
            hits, money = by_month.get(month, (0, Decimal(0)))
            months.append(MonthFigure(month=month, bills=bills, hits=hits, money=money))
        sample = self._execute(
            f"SELECT bill_id FROM hits ORDER BY issued_at DESC, bill_id DESC LIMIT {MAX_SAMPLE}"
        )
        bills, hits = sum(each.bills for each in months), sum(each.hits for each in months)
        newest = max((newest for _, _, newest in judged), default=None)
        return BackTestResult(
            bills=bills,
            hits=hits,
            units=units,
            money=sum((each.money for each in months), Decimal(0)),
            months=tuple(months),
            sample=tuple(bill_id for (bill_id,) in sample),
            warnings=warnings_of(bills, hits),
            covered_until=None if newest is None else newest.replace(tzinfo=UTC).astimezone(SHANGHAI),
        )


def warnings_of(bills: int, hits: int) -> tuple[str, ...]:
    """What the author of a rule should consider before it comes into force: Chinese sentences."""
    if bills == 0:
        return ("规则适用范围内没有历史票据，试算结果不能说明问题，请检查适用范围。",)
    if hits == bills:
        return ("这条规则会命中适用范围内的每一张票据，请检查条件是否写反或过宽。",)
    if Decimal(hits) / bills > MANY:
        return (f"这条规则会命中适用范围内{Decimal(hits) / bills:.0%}的票据，请检查条件是否过宽。",)
    return ()
