"""复核: decisions of a unit's second person (复核人) about bills that its unit wants checked.

Who decides is never who sent the content: the verb refuses it, and so does a CHECK of the table.
"""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications import store, wording
from mingpiao.applications.attempts import open_application
from mingpiao.applications.intake import Applications
from mingpiao.applications.machine import ApplicationEvent, Doer, carry_out, check_possible
from mingpiao.applications.model import MAX_BATCH, Application, CheckDecision, Decided
from mingpiao.applications.notices import to_unit
from mingpiao.identity.model import Acting, Role
from mingpiao.identity.service import account_by_id
from mingpiao.issuing.service import check_text
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.storage.database import Database
from mingpiao.ukeys.service import lacks_needed_key
from mingpiao.units.service import get as get_unit

_EVENTS = {
    CheckDecision.AGREED: ApplicationEvent.AGREED,
    CheckDecision.SENT_BACK: ApplicationEvent.SENT_BACK,
}
#: The longest name that a face shows as 复核人.
_LONGEST_NAME = 30


class Checkers:
    """Decisions of 复核人. If two decide at once, one succeeds; the refusal of the other names them."""

    def __init__(self, database: Database, applications: Applications) -> None:
        self._database = database
        self._applications = applications

    async def agree(self, application_id: int, *, acting: Acting) -> Application:
        """Agree to a bill; the platform issues it at once, with the person's name as 复核人.

        If it cannot be issued now, the application keeps the problems and is tried again. Raises `Refusal`:
        `application.unknown` (404), `access.denied` (403), `application.own_request`,
        `application.already_checked`, `application.wrong_state`, `application.checker_lost` (409) while their UKey is
        reported lost, `application.checker_keyless` (409) while it is on hold where issuing needs one, `text.…` (422)
        for a name that no face can show.
        """
        await self._decide(application_id, CheckDecision.AGREED, "", acting=acting)
        return await self._applications.advance(application_id)

    async def send_back(self, application_id: int, reason: str, *, acting: Acting) -> Application:
        """Return a bill to its handler, who corrects it or withdraws it. Raises `Refusal` as `agree`, and
        `application.reason_required`, `application.reason_thin` (422).
        """
        return await self._decide(application_id, CheckDecision.SENT_BACK, reason, acting=acting)

    async def decide_batch(
        self, application_ids: Sequence[int], decision: CheckDecision, reason: str, *, acting: Acting
    ) -> list[Decided]:
        """Decide several applications, each on its own; a failure affects no other.

        Raises `Refusal`: `application.batch_size`, `application.reason_required`,
        `application.reason_thin` (422).
        """
        _checked_reason(decision, reason)
        chosen = list(dict.fromkeys(application_ids))
        if not 1 <= len(chosen) <= MAX_BATCH:
            message = f"请选择1至{MAX_BATCH}件申请，现选择了{len(chosen)}件。"
            raise refuse("application.batch_size", message, field="chosen", status=422)
        return [await self._decide_one(each, decision, reason, acting=acting) for each in chosen]

    async def _decide_one(
        self, application_id: int, decision: CheckDecision, reason: str, *, acting: Acting
    ) -> Decided:
        try:
            done = await self._decide(application_id, decision, reason, acting=acting)
        except Refusal as refusal:
            return Decided(application_id=application_id, application=None, problem=refusal.problems[0])
        if decision is CheckDecision.AGREED:
            done = await self._applications.advance(application_id)
        return Decided(
            application_id=application_id,
            application=done,
            problem=done.problems[0] if done.held_up else None,
        )

    async def _decide(
        self, application_id: int, decision: CheckDecision, reason: str, *, acting: Acting
    ) -> Application:
        reason = _checked_reason(decision, reason)
        opening = open_application(self._database, application_id, superseding=True)
        async with opening as (connection, application):
            _check_own(application, acting=acting)
            check_possible(_EVENTS[decision], application)
            _check_second(application, decision, acting=acting)
            if decision is CheckDecision.AGREED:
                await _check_not_lost(connection, acting=acting)
                await _check_key(connection, application, acting=acting)
            sent_back = decision is CheckDecision.SENT_BACK
            return await carry_out(
                connection,
                application,
                _EVENTS[decision],
                Doer.checker(acting),
                note=reason,
                notices=[to_unit("复核人退回了开票申请", f"原因：{reason}", urgent=True)]
                if sent_back
                else [],
                checked_by=acting.actor,
                checked_by_name=acting.name,
                checked_at=now(),
                check_reason=reason,
                problems=(),
            )


def _checked_reason(decision: CheckDecision, reason: str) -> str:
    """The reason of a return, which must say something; agreeing needs none."""
    if decision is CheckDecision.AGREED:
        return ""
    return wording.checked_reason(reason, "退回原因", substantial=True)


def _check_own(application: Application, *, acting: Acting) -> None:
    if acting.unit_id != application.unit_id:
        raise store.unknown()
    if acting.account is None or acting.role is not Role.UNIT_CHECKER:
        raise refuse("access.denied", "只有本单位的复核人可以复核。", status=403)


async def _check_not_lost(connection: AsyncConnection, *, acting: Acting) -> None:
    """Raise while the person's UKey is reported lost. A loss that comes at the same moment stops the bill in its train."""
    account = await account_by_id(connection, acting.account_id or 0)
    if account is not None and account.lost_at is not None:
        message = "您的 UKey 已挂失，不能同意开票。请用新 UKey 登录，或由票据管理员解除挂失后再办理。"
        raise refuse("application.checker_lost", message, status=409)


async def _check_key(connection: AsyncConnection, application: Application, *, acting: Acting) -> None:
    """Raise where agreeing needs a UKey, and the person's was put on hold or revoked. A hold that comes at the same
    moment stops the bill in its train.
    """
    unit = await get_unit(connection, application.unit_id)
    if acting.account_id is not None and await lacks_needed_key(connection, unit, acting.account_id):
        message = "您的 UKey 已冻结或吊销，本地区要求用 UKey 开票，不能同意。请由财政部门解冻，或换发新 UKey 后再办理。"
        raise refuse("application.checker_keyless", message, status=409)


def _check_second(application: Application, decision: CheckDecision, *, acting: Acting) -> None:
    """Raise unless this is another person than whoever made the bill, and one whom the face can name."""
    if acting.actor in (application.submitted_by, application.sent_by):
        raise wording.checked_by_its_author()
    if decision is CheckDecision.AGREED:
        if acting.name == application.request.handler:
            raise wording.checked_by_its_author()
        if problems := check_text("checker", "复核人姓名", acting.name, _LONGEST_NAME, required=True):
            raise Refusal(*problems)
