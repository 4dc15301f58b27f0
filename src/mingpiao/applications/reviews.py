"""人工复核: decisions of a department about applications."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications import store, wording
from mingpiao.applications.attempts import open_application
from mingpiao.applications.intake import Applications
from mingpiao.applications.machine import ApplicationEvent, Doer, carry_out, check_possible
from mingpiao.applications.model import (
    MAX_BATCH,
    Application,
    Decided,
    Decision,
)
from mingpiao.applications.notices import to_department, to_unit
from mingpiao.applications.tables import review_decisions
from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import CatalogStore
from mingpiao.identity.model import Acting
from mingpiao.identity.service import officers_of
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.rules.model import Fate, HitCount
from mingpiao.rules.service import record_hits
from mingpiao.storage.database import Database, driver_of

_EVENTS = {
    Decision.APPROVED: ApplicationEvent.APPROVED,
    Decision.RETURNED: ApplicationEvent.RETURNED,
    Decision.REJECTED: ApplicationEvent.REJECTED,
}
_REASONS = {
    Decision.APPROVED: "复核意见",
    Decision.RETURNED: "退回原因",
    Decision.REJECTED: "驳回原因",
}
#: Titles of messages to the unit. After an approval the unit gets a message when the bill is issued or held up.
_TITLES = {
    Decision.RETURNED: "开票申请被退回更正",
    Decision.REJECTED: "开票申请被驳回",
}


class Reviews:
    """Decisions of departments. If two people decide at once, one succeeds; the refusal of the other names them."""

    def __init__(self, database: Database, catalog: CatalogStore, applications: Applications) -> None:
        self._database = database
        self._catalog = catalog
        self._applications = applications

    async def approve(self, application_id: int, reason: str = "", *, acting: Acting) -> Application:
        """Approve, which answers the questions of the rules; the platform then issues the bill at once.

        If the bill cannot be issued now, the application stays approved, keeps the problems, and is tried
        again. An opinion is required where rules ask. Raises `Refusal`: `application.unknown` (404),
        `application.not_yours` (403), `application.already_decided`, `application.wrong_state` (409),
        `application.reason_required`, `application.reason_thin` (422).
        """
        await self._decide(application_id, Decision.APPROVED, reason, acting=acting)
        return await self._applications.advance(application_id)

    async def return_for_correction(self, application_id: int, reason: str, *, acting: Acting) -> Application:
        """Return an application to its handler; raises as `approve`, and `application.reason_required` (422)."""
        return await self._decide(application_id, Decision.RETURNED, reason, acting=acting)

    async def reject(self, application_id: int, reason: str, *, acting: Acting) -> Application:
        """End an application for good; its business number gets no bill. Raises as `return_for_correction`."""
        return await self._decide(application_id, Decision.REJECTED, reason, acting=acting)

    async def retry(self, application_id: int, *, acting: Acting) -> Application:
        """Try at once to issue an approved application that is held up; raises as `approve`."""
        catalog = await self._catalog.get()
        async with self._database.system() as connection:
            application = await store.get(connection, application_id)
        self._check_own(application, catalog, acting=acting)
        return await self._applications.advance(application_id)

    async def decide_batch(
        self, application_ids: Sequence[int], decision: Decision, reason: str, *, acting: Acting
    ) -> list[Decided]:
        """Decide several applications with one reason. Each is decided on its own; a failure affects no other.

        Raises `Refusal`: `application.batch_size`, or `application.not_alike` (422) when no rule asks about
        all of them.
        """
        wording.checked_reason(reason, _REASONS[decision], substantial=decision is Decision.APPROVED)
        chosen = list(dict.fromkeys(application_ids))
        if not 1 <= len(chosen) <= MAX_BATCH:
            message = f"请选择1至{MAX_BATCH}件申请，现选择了{len(chosen)}件。"
            raise refuse("application.batch_size", message, field="chosen", status=422)
        await self._check_alike(chosen)
        return [await self._decide_one(each, decision, reason, acting=acting) for each in chosen]

    async def _check_alike(self, application_ids: Sequence[int]) -> None:
        async with self._database.system() as connection:
            found = [await store.get(connection, each) for each in application_ids]
        if not frozenset.intersection(*(each.rules for each in found)):
            message = "所选申请不是同类情形（没有共同的核实事项），请按核实事项筛选后再批量办理。"
            raise refuse("application.not_alike", message, field="chosen", status=422)

    async def _decide_one(
        self, application_id: int, decision: Decision, reason: str, *, acting: Acting
    ) -> Decided:
        try:
            done = await self._decide(application_id, decision, reason, acting=acting)
        except Refusal as refusal:
            return Decided(application_id=application_id, application=None, problem=refusal.problems[0])
        if decision is Decision.APPROVED:
            done = await self._applications.advance(application_id)
        problem = done.problems[0] if done.held_up else None
        return Decided(application_id=application_id, application=done, problem=problem)

    async def _decide(
        self, application_id: int, decision: Decision, reason: str, *, acting: Acting
    ) -> Application:
        catalog = await self._catalog.get()
        opening = open_application(self._database, application_id, superseding=True)
        async with opening as (connection, application):
            self._check_own(application, catalog, acting=acting)
            check_possible(_EVENTS[decision], application)
            # Whoever approves what a rule asked overrides the rule, and says why.
            approves = decision is Decision.APPROVED
            reason = wording.checked_reason(
                reason,
                _REASONS[decision],
                required=not approves or bool(application.asks),
                substantial=approves,
            )
            decided = await self._write(connection, application, decision, reason, acting=acting)
        self._applications.forget_returned()
        return decided

    async def _write(
        self,
        connection: AsyncConnection,
        application: Application,
        decision: Decision,
        reason: str,
        *,
        acting: Acting,
    ) -> Application:
        moment = now()
        rules = sorted(application.rules)
        title = _TITLES.get(decision)
        held = application.held_rules | application.rules
        sent_back = {} if decision is Decision.APPROVED else _as_sent_back(application, moment)
        decided = await carry_out(
            connection,
            application,
            _EVENTS[decision],
            Doer.department(acting),
            note=reason,
            notices=[to_unit(title, f"原因：{reason}", urgent=True)] if title else [],
            reviewer_id=acting.account_id,
            decided_by=acting.actor,
            decided_by_name=acting.name,
            decided_at=moment,
            decision_reason=reason,
            problems=(),
            held_rules=held if decision is Decision.RETURNED else application.held_rules,
            **sent_back,
        )
        await connection.execute(
            insert(review_decisions).values(
                application_id=application.application_id,
                unit_id=application.unit_id,
                region_code=application.region_code,
                reviewer_region=application.reviewer_region,
                decision=decision.value,
                rules=rules,
                appealed_at=application.appealed_at,
                due_at=application.due_at,
                decided_at=moment,
                decided_by=acting.actor,
            )
        )
        if decision is Decision.APPROVED:
            await _count_overturned(connection, application.unit_id, rules)
        return decided

    def _check_own(self, application: Application, catalog: Catalog, *, acting: Acting) -> None:
        """Raise unless the reviewer's department decides about the application."""
        region = _region_of(acting=acting)
        if not region_covers(region, application.region_code):
            raise store.unknown()
        if application.reviewer_region != region:
            own = catalog.departments.get(application.reviewer_region or "")
            raise wording.not_yours(own.name if own else "其他财政部门")

    # -- whose task it is --------------------------------------------------------------------------

    async def assign(self, application_id: int, account_id: int, *, acting: Acting) -> Application:
        """Assign an application to an officer of the same department, who may be oneself.

        Raises `Refusal` as `approve`, and `application.officer_unknown` (422).
        """
        catalog = await self._catalog.get()
        async with open_application(self._database, application_id) as (connection, application):
            self._check_own(application, catalog, acting=acting)
            check_possible(ApplicationEvent.ASSIGNED, application)
            officers = await officers_of(connection, _region_of(acting=acting))
            chosen = next((each for each in officers if each.account_id == account_id), None)
            if chosen is None:
                message = "请从本部门在岗人员中选择复核人员。"
                raise refuse("application.officer_unknown", message, field="officer", status=422)
            return await carry_out(
                connection,
                application,
                ApplicationEvent.ASSIGNED,
                Doer.department(acting),
                note=f"交由{chosen.display_name}办理",
                reviewer_id=chosen.account_id,
            )

    async def pass_up(self, application_id: int, reason: str, *, acting: Acting) -> Application:
        """Hand an application to the department above, which gets a message. Raises `Refusal` as
        `return_for_correction`, and `application.no_department_above` (409)."""
        reason = wording.checked_reason(reason, "上报原因")
        catalog = await self._catalog.get()
        async with open_application(self._database, application_id) as (connection, application):
            self._check_own(application, catalog, acting=acting)
            check_possible(ApplicationEvent.PASSED_UP, application)
            above = department_above(catalog, _region_of(acting=acting))
            if above is None:
                message = "本部门是最高一级，没有上级财政部门可以上报。"
                raise refuse("application.no_department_above", message, status=409)
            name = catalog.departments[above].name
            return await carry_out(
                connection,
                application,
                ApplicationEvent.PASSED_UP,
                Doer.department(acting),
                note=f"上报由{name}办理：{reason}",
                notices=[to_department(f"复核申请改由{name}办理", reason)],
                reviewer_region=above,
                reviewer_id=None,
            )

    async def take_over(self, application_id: int, reason: str, *, acting: Acting) -> Application:
        """提级办理: a department above takes over an application. Raises `Refusal` as `pass_up`."""
        reason = wording.checked_reason(reason, "提级原因")
        region = _region_of(acting=acting)
        catalog = await self._catalog.get()
        async with open_application(self._database, application_id) as (connection, application):
            if not region_covers(region, application.region_code):
                raise store.unknown()
            check_possible(ApplicationEvent.TAKEN_OVER, application)
            present = application.reviewer_region or ""
            if present == region or not region_covers(region, present):
                message = "该申请由本部门或上级部门办理，不能提级。"
                raise refuse("application.not_below", message, status=409)
            name = catalog.departments[region].name
            return await carry_out(
                connection,
                application,
                ApplicationEvent.TAKEN_OVER,
                Doer.department(acting, above=True),
                note=f"提级由{name}办理：{reason}",
                notices=[to_department(f"复核申请改由{name}办理", reason, region_code=present)],
                reviewer_region=region,
                reviewer_id=acting.account_id,
            )


def _as_sent_back(application: Application, moment: datetime) -> dict[str, Any]:
    """The members that keep what a department did not accept, so that the same business is known again."""
    return {"returned_at": moment, "returned_request": application.request}


def _region_of(*, acting: Acting) -> str:
    """The region of the department that acts; raises `Refusal` (`access.denied`, 403) for anybody else."""
    if acting.region_code is None:
        raise refuse("access.denied", "只有财政部门的人员可以办理复核。", status=403)
    return acting.region_code


def department_above(catalog: Catalog, region_code: str) -> str | None:
    """The region of the nearest department above a region's; None for the province."""
    above = catalog.regions_upwards(region_code)[1:]
    return next((code for code in above if code in catalog.departments), None)


async def _count_overturned(connection: AsyncConnection, unit_id: int, rules: Sequence[str]) -> None:
    """Count the findings that a department overturned, in the connection's transaction."""
    counts = [HitCount(unit_id=unit_id, rule=rule, fate=Fate.OVERTURNED) for rule in rules]
    await record_hits(await driver_of(connection), today(), counts)
