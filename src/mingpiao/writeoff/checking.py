"""The worker's part: checks a month that is to be written off, and ends the request in one transaction.

A run may be cut off anywhere and repeated, also beside itself: what it finds is written once, by whoever
ends the request first.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, any_, cast, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.service import CatalogStore
from mingpiao.former.service import (
    end_former,
    former_by_id,
    former_cycles_of,
    former_disagreements,
    release_former,
)
from mingpiao.identity.model import platform
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal
from mingpiao.messages.service import tell_department, tell_unit
from mingpiao.numbering.service import hold_stocks, set_writeoff_from
from mingpiao.sealing.service import PartyStore
from mingpiao.storage.database import Database
from mingpiao.units.service import get as get_unit
from mingpiao.units.service import lock_unit
from mingpiao.writeoff.books import badly_sealed, disagreements, merged, suspicious_bills
from mingpiao.writeoff.campaign_progress import add_up_units
from mingpiao.writeoff.cycles import cycles_of, kinds_without_later
from mingpiao.writeoff.former_months import FormerCheck, check_former
from mingpiao.writeoff.judging import FailedBill, MonthJudge
from mingpiao.writeoff.limits import update_limits
from mingpiao.writeoff.model import BillOrigin, CaseState, WriteOff, WriteOffState
from mingpiao.writeoff.months import next_month
from mingpiao.writeoff.papers import parties_of
from mingpiao.writeoff.policies import load_policies
from mingpiao.writeoff.requests import end_writeoff, get_writeoff, name_of, page_of, record_writeoff
from mingpiao.writeoff.standing import unsettled_exceptions
from mingpiao.writeoff.tables import cycles, exception_cases

_logger = logging.getLogger(__name__)
_PLATFORM = platform("write_off", name="系统自动核销")
_FACES = text(
    "SELECT bill_id, kind_code, total FROM bills_of_months WHERE unit_id = :unit_id AND bill_id = ANY (:ids)"
)


class Checker:
    """Checks requests for write-off and ends them."""

    def __init__(
        self, database: Database, judge: MonthJudge, catalog: CatalogStore, parties: PartyStore
    ) -> None:
        self._database = database
        self._judge = judge
        self._catalog = catalog
        self._parties = parties

    async def handle(self, payload: Mapping[str, Any]) -> None:
        """The job of one request."""
        await self.check(payload["writeoff_id"])

    async def check(self, writeoff_id: int) -> None:
        """Check a request and end it; one that has ended stays as it is."""
        async with self._database.system() as connection:
            asked = await get_writeoff(connection, writeoff_id)
            if asked.state is not WriteOffState.CHECKING:
                return
        if asked.origin is BillOrigin.FORMER:
            await self._check_former(asked)
            return
        async with self._database.system() as connection:
            policy = (await load_policies(connection)).of(asked.region_code).policy
            wrong = (await disagreements(connection, [asked.unit_id], asked.month)).get(asked.unit_id, [])
            found = await suspicious_bills(connection, [asked.unit_id], asked.month, unpaid=asked.partial)
        if wrong:
            await self._fail(asked, wrong)
            return
        seals, unsealed = await badly_sealed(self._database, asked.unit_id, asked.month, policy.seal_share)
        version, judged = await self._judge.judge(
            asked.month,
            [asked.unit_id],
            merged([*found, *unsealed]),
            catching_up=policy.begins_on is None or asked.month < policy.begins_on,
        )
        async with self._database.system() as connection:
            await self._finish(connection, asked, judged, version=version, seals=seals)

    async def _check_former(self, asked: WriteOff) -> None:
        async with self._database.system() as connection:
            after = next_month(asked.month)
            wrong = await former_disagreements(connection, asked.unit_id, asked.month, after)
        if wrong:
            await self._fail(asked, [f"{kind}票据与月累计不一致" for kind in wrong])
            return
        catalog = await self._catalog.get()
        found = await check_former(self._database, self._judge, catalog, asked.unit_id, asked.month)
        async with self._database.system() as connection:
            await self._finish_former(connection, asked, found)

    async def _finish_former(self, connection: AsyncConnection, asked: WriteOff, found: FormerCheck) -> None:
        await lock_unit(connection, asked.unit_id)
        judged = await _without_cases(connection, asked, found.failed)
        # With what was decided before the month was opened again, and still stands.
        before = await unsettled_exceptions(connection, asked.unit_id, asked.month, asked.origin)
        held = len(judged) + before
        ended = await end_writeoff(
            connection,
            asked.writeoff_id,
            WriteOffState.DONE,
            ruleset_version=found.ruleset_version,
            seals_checked=found.seals_checked,
            exceptions=held,
            left_out=list(found.left_out),
            **await self._names(connection, asked),
        )
        if not ended:
            return
        bills = await former_by_id(connection, asked.unit_id, [each.bill_id for each in judged])
        await _open_cases(connection, asked, asked.region_code, bills, judged)
        await end_former(connection, asked.unit_id, asked.month)
        # What a campaign stops because of such a month is lifted with it.
        await hold_stocks(connection, [asked.unit_id])
        await update_limits(connection, [asked.unit_id], acting=_PLATFORM)
        await add_up_units(connection, [asked.unit_id])
        details = {"exceptions": str(held), "seals": str(found.seals_checked)}
        await record_writeoff(connection, "finish", asked, details, acting=_PLATFORM)
        closed = await former_cycles_of(connection, asked.unit_id, asked.month)
        count = sum(each.issued_count + each.reversed_count for each in closed)
        await _tell(connection, asked, asked.region_code, count, held, len(judged))

    async def _finish(
        self,
        connection: AsyncConnection,
        asked: WriteOff,
        judged: Sequence[FailedBill],
        *,
        version: int,
        seals: int,
    ) -> None:
        # The order of all locks: limits and stock rows, then cycles.
        await hold_stocks(connection, [asked.unit_id])
        closed = await cycles_of(connection, asked.unit_id, asked.month, lock=True)
        judged = await _without_cases(connection, asked, judged)
        # With what was decided before the month was opened again, and still stands.
        before = await unsettled_exceptions(connection, asked.unit_id, asked.month, asked.origin)
        held = len(judged) + before
        ended = await end_writeoff(
            connection,
            asked.writeoff_id,
            WriteOffState.DONE,
            ruleset_version=version,
            seals_checked=seals,
            exceptions=held,
            **await self._names(connection, asked),
        )
        if not ended:
            return
        if judged:
            given = {"unit_id": asked.unit_id, "ids": [each.bill_id for each in judged]}
            faces = {row.bill_id: row for row in await connection.execute(_FACES, given)}
            await _open_cases(connection, asked, closed[0].region_code, faces, judged)
        await connection.execute(
            update(cycles)
            .where(cycles.c.unit_id == asked.unit_id, cycles.c.month == asked.month)
            .values(writeoff_id=asked.writeoff_id, written_off_at=now())
        )
        # A month that was opened again may be older than those that are written off.
        kinds = await kinds_without_later(
            connection, asked.unit_id, asked.month, [each.kind_code for each in closed]
        )
        await update_limits(connection, [asked.unit_id], acting=_PLATFORM)
        await add_up_units(connection, [asked.unit_id])
        await set_writeoff_from(connection, [asked.unit_id] * len(kinds), kinds, next_month(asked.month))
        details = {"exceptions": str(held), "seals": str(seals)}
        await record_writeoff(connection, "finish", asked, details, acting=_PLATFORM)
        count = sum(each.issued_count + each.reversed_count for each in closed)
        await _tell(connection, asked, closed[0].region_code, count, held, len(judged))

    async def _names(self, connection: AsyncConnection, asked: WriteOff) -> dict[str, Any]:
        """What the certificate names, and who seals it: a unit that has no key now seals when it has one."""
        unit, catalog = await get_unit(connection, asked.unit_id), await self._catalog.get()
        named = {
            "unit_name": unit.name,
            "unit_code": unit.uscc,
            "department": catalog.departments[asked.region_code].name,
        }
        try:
            own, department = await parties_of(self._parties, catalog, unit.uscc, asked.region_code)
        except Refusal:
            return named
        return named | {"unit_key_id": own.key_id, "department_key_id": department.key_id}

    async def _fail(self, asked: WriteOff, wrong: Sequence[str]) -> None:
        words = "；".join(wrong)
        _logger.error("write-off %d of unit %d: books disagree: %s", asked.writeoff_id, asked.unit_id, words)
        former = asked.origin is BillOrigin.FORMER
        async with self._database.system() as connection:
            if former:
                await lock_unit(connection, asked.unit_id)
            if not await end_writeoff(connection, asked.writeoff_id, WriteOffState.FAILED, failure=words):
                return
            if former:
                await release_former(connection, asked.unit_id, asked.month)
            await record_writeoff(connection, "fail", asked, {"reason": words}, acting=_PLATFORM)
            topic = f"writeoff:failed:{asked.writeoff_id}"
            month = name_of(asked)
            await tell_unit(
                connection,
                asked.unit_id,
                f"{topic}:unit",
                f"{month}的核销没有完成",
                f"平台的账目不一致（{words}），已通知财政部门，不需要您处理。",
                link=page_of(asked),
                urgent=True,
            )
            await tell_department(
                connection,
                asked.region_code,
                f"{topic}:department",
                f"{month}的核销账目不一致",
                f"一家单位的账目不一致：{words}。请系统管理员用 mingpiao integrity check 查明原因后，请单位重新提交。",
                link=f"/finance/units/{asked.unit_id}",
                urgent=True,
            )


async def _without_cases(
    connection: AsyncConnection, asked: WriteOff, judged: Sequence[FailedBill]
) -> list[FailedBill]:
    """Bills that have no case yet: one whose breach was decided before its month was opened again keeps that."""
    query = select(exception_cases.c.bill_id).where(
        exception_cases.c.unit_id == asked.unit_id,
        exception_cases.c.origin == asked.origin.value,
        # An array: so many single values would be more than a statement takes.
        exception_cases.c.bill_id == any_(cast([each.bill_id for each in judged], ARRAY(BigInteger))),
        exception_cases.c.state != CaseState.CLEARED.value,
    )
    known = set((await connection.execute(query)).scalars())
    return [each for each in judged if each.bill_id not in known]


async def _open_cases(
    connection: AsyncConnection,
    asked: WriteOff,
    region: str,
    faces: Mapping[int, Any],
    judged: Sequence[FailedBill],
) -> None:
    """Put down a case for each bill that did not pass; `faces` have kind and total of each, by 票据编号."""
    if not judged:
        return
    await connection.execute(
        insert(exception_cases),
        [
            {
                "unit_id": asked.unit_id,
                "bill_id": each.bill_id,
                "month": asked.month,
                "kind_code": faces[each.bill_id].kind_code,
                "region_code": region,
                "total": faces[each.bill_id].total,
                "writeoff_id": asked.writeoff_id,
                "origin": asked.origin.value,
                "findings": [msgspec.to_builtins(finding) for finding in each.findings],
                "rules": [finding.rule for finding in each.findings],
                "opened_at": now(),
                "waits_since": now(),
            }
            for each in judged
        ],
    )


def _result(bills: str, month: str, count: int, exceptions: int) -> tuple[str, str]:
    """The title and the sentence that tell a unit what became of a month."""
    if not exceptions:
        return f"{bills}已核销", f"{month}共{count}份票据已核销。"
    if exceptions == count:
        told = f"{month}的{count}份票据全部列为异常票据，由财政部门审核，还没有票据核销。"
        return f"{bills}全部列为异常", told
    told = (
        f"{month}共{count}份票据，{count - exceptions}份已核销，{exceptions}份列为异常票据，由财政部门审核。"
    )
    return f"{bills}已核销，{exceptions}份列为异常", told


async def _tell(
    connection: AsyncConnection, asked: WriteOff, region: str, count: int, exceptions: int, fresh: int
) -> None:
    """Tell the unit what became of its month, and the department of the exceptions that are new to it."""
    month, bills = name_of(asked), "" if asked.origin is BillOrigin.FORMER else "的票据"
    title, told = _result(f"{month}{bills}", month, count, exceptions)
    await tell_unit(
        connection,
        asked.unit_id,
        f"writeoff:done:{asked.writeoff_id}",
        title,
        told,
        link=page_of(asked),
    )
    if fresh:
        await tell_department(
            connection,
            region,
            f"writeoff:exceptions:{asked.writeoff_id}",
            f"核销发现{fresh}份异常票据",
            f"{month}的核销发现{fresh}份异常票据，请审核。",
            link=f"/finance/exceptions?unit={asked.unit_id}",
        )
