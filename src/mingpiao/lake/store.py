"""Back-tests as rows: a page requests one, a worker runs it, and any process reads it."""

from typing import Any

import msgspec
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.lake.model import MAX_MONTHS, BackTest, BackTestResult, BackTestState
from mingpiao.rules.model import Rule, RuleTrial, Stage, TrialKind
from mingpiao.rules.service import field_table, hit_alike, parse
from mingpiao.storage.locks import NamedLock
from mingpiao.storage.paging import KeyColumn, Keyset, Page

JOB = "backtest"
#: How many back-tests of one department may wait or run at a time.
MOST_AT_ONCE = 3
BACKTEST_PAGE = 20
_NEWEST_FIRST = Keyset(KeyColumn("backtest_id", int, True))
_NO_BOUND = 2**63 - 1

_INSERT = text(
    "INSERT INTO backtests (region_code, rule, version, months, asked_by) "
    "VALUES (:region_code, CAST(:rule AS jsonb), :version, :months, :asked_by) RETURNING backtest_id"
)
BACKTESTS = NamedLock("back-tests")

_LOCK_REGION = BACKTESTS.statement("SELECT pg_advisory_xact_lock(hashtext('backtests:' || :region_code))")
_OPEN = text(
    "SELECT count(*) FROM backtests WHERE region_code = :region_code AND state IN ('waiting', 'running')"
)
_GET = text("SELECT * FROM backtests WHERE backtest_id = :backtest_id")
_OF_RULE = text(
    "SELECT * FROM backtests WHERE region_code = :region_code AND rule ->> 'code' = :code "
    "AND backtest_id < :before ORDER BY backtest_id DESC LIMIT :limit"
)
_ASK_STOP = text(
    "UPDATE backtests SET stop_requested = true, "
    "state = CASE state WHEN 'waiting' THEN 'stopped' ELSE state END, "
    "finished_at = CASE state WHEN 'waiting' THEN now() ELSE finished_at END "
    "WHERE backtest_id = :backtest_id AND state IN ('waiting', 'running')"
)
_BEGIN = text(
    "UPDATE backtests SET state = 'running', progress = 0, started_at = now() "
    "WHERE backtest_id = :backtest_id AND state IN ('waiting', 'running') RETURNING *"
)
_ADVANCE = text(
    "UPDATE backtests SET progress = greatest(progress, CAST(:progress AS real)) "
    "WHERE backtest_id = :backtest_id AND state = 'running' RETURNING stop_requested"
)
_END = text(
    "UPDATE backtests SET state = :state, result = CAST(:result AS jsonb), failure = :failure, "
    "progress = CASE WHEN :state = 'done' THEN 1 ELSE progress END, finished_at = now() "
    "WHERE backtest_id = :backtest_id AND state = 'running'"
)


async def start_backtest(
    connection: AsyncConnection,
    catalog: Catalog,
    rule: Rule,
    months: int,
    *,
    region_code: str,
    acting: Acting,
    version: int | None = None,
) -> int:
    """Request a back-test of a rule in a department's area; returns its id. `version` is None for an unsaved rule.

    Raises `Refusal`: `rule.condition_…` for a wrong condition, `backtest.months` outside 1 to 36,
    `backtest.stage` for a rule that judges no bills,
    `backtest.too_many` (429) when three of the department wait or run already.
    """
    if not 1 <= months <= MAX_MONTHS:
        raise refuse("backtest.months", f"试算月数应为1至{MAX_MONTHS}，请修改。", field="months", status=422)
    if rule.stage is Stage.MONITORING:
        message = f"“{rule.stage.label}”的规则判断单位的一个小时，请在“预警规则”页面按过去的小时试算。"
        raise refuse("backtest.stage", message, field="stage", status=422)
    parse(rule.condition, field_table(catalog, rule.kinds, rule.stage))
    await connection.execute(_LOCK_REGION.clause, {"region_code": region_code})
    if (await connection.scalar(_OPEN, {"region_code": region_code}) or 0) >= MOST_AT_ONCE:
        message = f"本部门已有{MOST_AT_ONCE}个试算在进行，请等它们完成或停止后再试。"
        raise refuse("backtest.too_many", message, status=429)
    values = {
        "region_code": region_code,
        "rule": _encoded(rule),
        "version": version,
        "months": months,
        "asked_by": acting.actor,
    }
    backtest_id = int(await connection.scalar(_INSERT, values) or 0)
    await enqueue(connection, JOB, {"backtest_id": backtest_id})
    await _audit(
        connection, "backtest:start", backtest_id, {"rule": rule.code, "months": str(months)}, acting=acting
    )
    return backtest_id


async def get_backtest(connection: AsyncConnection, backtest_id: int, *, region_code: str) -> BackTest:
    """A department's back-test, with its progress and result; raises `Refusal` (`backtest.unknown`, 404)."""
    row = (await connection.execute(_GET, {"backtest_id": backtest_id})).mappings().one_or_none()
    if row is None or row["region_code"] != region_code:
        raise _unknown()
    return backtest_of_row(row)


async def list_backtests(
    connection: AsyncConnection, code: str, *, region_code: str, after: str = "", limit: int = BACKTEST_PAGE
) -> Page[BackTest]:
    """A page of a department's back-tests of a rule, newest first. Served by the index backtests_rule.

    `after` is the `next_key` of an earlier page; any other text raises `Refusal` (`list.key_malformed`).
    """
    before = _NEWEST_FIRST.read(after)[0] if after else _NO_BOUND
    values = {"region_code": region_code, "code": code, "before": before, "limit": limit + 1}
    found = [backtest_of_row(row) for row in (await connection.execute(_OF_RULE, values)).mappings()]
    return _NEWEST_FIRST.page(found, limit)


_LAST_DONE = text(
    "SELECT * FROM backtests WHERE region_code = ANY(CAST(:regions AS text[])) AND rule ->> 'code' = :code "
    "AND state = 'done' ORDER BY backtest_id DESC LIMIT :limit"
)
#: So many of the last back-tests of a rule are compared with the content that is asked about.
_COMPARED = 100


async def last_trial(connection: AsyncConnection, rule: Rule, region_code: str) -> RuleTrial | None:
    """The last finished back-test of what a rule hits, over at least the whole of a region; None without one."""
    above = {f"{region_code[:2]}0000", f"{region_code[:4]}00", region_code}
    values = {"regions": sorted(above), "code": rule.code, "limit": _COMPARED}
    for row in (await connection.execute(_LAST_DONE, values)).mappings():
        test = backtest_of_row(row)
        if test.result is not None and hit_alike(test.rule, rule):
            return _trial(test, test.result)
    return None


def _trial(test: BackTest, result: BackTestResult) -> RuleTrial:
    return RuleTrial(
        kind=TrialKind.BACKTEST,
        version=test.version,
        hits=result.hits,
        units=result.units,
        bills=result.bills,
        months=test.months,
        newest_hits=max(result.months, key=lambda each: each.month).hits if result.months else 0,
        warnings=result.warnings,
        ended_at=test.finished_at,
        address=f"/finance/rules/backtests/{test.backtest_id}",
    )


async def stop_backtest(
    connection: AsyncConnection, backtest_id: int, *, region_code: str, acting: Acting
) -> None:
    """Stop a back-test, unless it has ended. Raises `Refusal` (`backtest.unknown`, 404)."""
    await get_backtest(connection, backtest_id, region_code=region_code)
    if (await connection.execute(_ASK_STOP, {"backtest_id": backtest_id})).rowcount:
        await _audit(connection, "backtest:stop", backtest_id, {}, acting=acting)


async def _audit(
    connection: AsyncConnection, action: str, backtest_id: int, details: dict[str, str], *, acting: Acting
) -> None:
    entry = AuditEntry(acting=acting, action=action, subject=f"backtest:{backtest_id}", details=details)
    await record(connection, entry)


def _unknown() -> Refusal:
    return refuse("backtest.unknown", "没有找到该试算，或您无权查看，请重新试算。", status=404)


# -- the worker's side ---------------------------------------------------------------------------


async def begin(connection: AsyncConnection, backtest_id: int) -> BackTest | None:
    """Mark a back-test as running, also again after a worker was killed; None when it has ended already."""
    row = (await connection.execute(_BEGIN, {"backtest_id": backtest_id})).mappings().one_or_none()
    return None if row is None else backtest_of_row(row)


async def advance(connection: AsyncConnection, backtest_id: int, progress: float) -> bool:
    """Store the progress (0 to 1) of a back-test; False when somebody stopped it."""
    wanted = (
        await connection.execute(_ADVANCE, {"backtest_id": backtest_id, "progress": progress})
    ).one_or_none()
    return wanted is not None and not wanted.stop_requested


async def end(
    connection: AsyncConnection,
    backtest_id: int,
    state: BackTestState,
    *,
    result: BackTestResult | None = None,
    failure: str = "",
) -> None:
    """Store the end of a back-test: its state, with a result or a failure (Chinese)."""
    values = {
        "backtest_id": backtest_id,
        "state": state.value,
        "result": None if result is None else _encoded(result),
        "failure": failure,
    }
    await connection.execute(_END, values)


def backtest_of_row(row: RowMapping) -> BackTest:
    """A back-test from its row."""
    finished = row["finished_at"]
    return BackTest(
        backtest_id=row["backtest_id"],
        region_code=row["region_code"],
        rule=msgspec.convert(row["rule"], Rule),
        version=row["version"],
        months=row["months"],
        state=BackTestState(row["state"]),
        progress=row["progress"],
        asked_by=row["asked_by"],
        asked_at=row["asked_at"].astimezone(SHANGHAI),
        finished_at=None if finished is None else finished.astimezone(SHANGHAI),
        result=None if row["result"] is None else msgspec.convert(row["result"], BackTestResult),
        failure=row["failure"],
    )


def _encoded(value: Any) -> str:
    return msgspec.json.encode(value).decode()
