"""The state machine of applications: a table of possible events, and one function that carries them out.

The table gives the new state for an event and a state, or nothing where the event is not possible.
`carry_out` is the only code that changes an application's state; the change, its step in the history and
its audit row share one transaction.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications import wording
from mingpiao.applications.model import PASSED_STATES, Application, ApplicationState, StepKind
from mingpiao.applications.notices import ApplicationNotice, send, settle_before
from mingpiao.applications.store import from_row, to_columns
from mingpiao.applications.tables import application_steps, applications
from mingpiao.identity.model import Acting, AuditEntry, platform
from mingpiao.identity.service import differences, record
from mingpiao.issuing.model import IssueRequest
from mingpiao.kernel.clock import now
from mingpiao.storage.notices import notify

#: The channel of the notice that an application changed which a department has returned; its unit's id.
CHANNEL = "returned_application_changed"
_MAX_NOTE = 1_000


class Side(StrEnum):
    """Who causes an event of an application.

    UNIT is the unit that submitted it, CHECKER its second person (复核人), DEPARTMENT the department that must decide, DEPARTMENT_ABOVE one
    above that; PLATFORM is the worker, which acts by itself.
    """

    UNIT = "unit"
    CHECKER = "checker"
    DEPARTMENT = "department"
    DEPARTMENT_ABOVE = "department_above"
    PLATFORM = "platform"


class ApplicationEvent(StrEnum):
    """What can happen to an application."""

    #: A request becomes an application, because its evidence is not read yet, or because it is appealed.
    SUBMITTED = "submitted"
    SUBMITTED_FOR_APPEAL = "submitted_for_appeal"
    #: The evidence was read, and the bill was not issued: a rule asks, or something refuses it.
    QUESTIONED = "questioned"
    REFUSED = "refused"
    #: The bill is refused, and a department returned the application before: it stays open for correction.
    GIVEN_BACK = "given_back"
    #: The handler tried again with reasons or other content: the bill passes, rules ask, or evidence is unread.
    RETRY_PASSED = "retry_passed"
    RETRY_QUESTIONED = "retry_questioned"
    RETRY_WAITS = "retry_waits"
    APPEALED = "appealed"
    #: What a department returned passes now; the department sees it again before it is issued.
    RESUBMITTED = "resubmitted"
    #: The same, after the platform has read its evidence.
    SENT_ON = "sent_on"
    WITHDRAWN = "withdrawn"
    ASSIGNED = "assigned"
    PASSED_UP = "passed_up"
    TAKEN_OVER = "taken_over"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    #: It is approved, and something refuses the bill, or rules ask what nobody has decided about.
    HELD_UP = "held_up"
    REOPENED = "reopened"
    #: The bill passes everything else, and its unit demands that a second person agrees: at once, after the
    #: platform has read its evidence or a department has approved it, and after the handler tried again.
    SUBMITTED_FOR_CHECK = "submitted_for_check"
    TO_CHECKER = "to_checker"
    RETRY_TO_CHECKER = "retry_to_checker"
    AGREED = "agreed"
    SENT_BACK = "sent_back"
    ISSUED = "issued"


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the table: who may cause it, which steps may record it, and the states it leads to.

    `targets` maps each state in which the event may happen to the state after it; None is "no application
    yet". With `held_up_only`, an application that passed qualifies only while its bill cannot be issued.
    """

    by: frozenset[Side]
    steps: tuple[StepKind, ...]
    targets: Mapping[ApplicationState | None, ApplicationState]
    held_up_only: bool = False


def _move(
    by: Side | Sequence[Side],
    steps: StepKind | tuple[StepKind, ...],
    before: Sequence[ApplicationState | None],
    after: ApplicationState | None,
    *,
    held_up_only: bool = False,
) -> Move:
    """A move from any of the states `before` to the state `after`; without `after` the state stays."""
    targets = {state: after or state for state in before}
    return Move(
        by=frozenset([by] if isinstance(by, Side) else by),
        steps=(steps,) if isinstance(steps, StepKind) else steps,
        targets={state: target for state, target in targets.items() if target is not None},
        held_up_only=held_up_only,
    )


_State, _Event = ApplicationState, ApplicationEvent
_OPEN = tuple(state for state in ApplicationState if state.open)
_RETRIED = (_State.NEEDS_CONFIRMATION, _State.RETURNED)
_DECIDABLE = (_State.IN_REVIEW, _State.APPROVED)
_RETRY_STEPS = (StepKind.CONFIRMED, StepKind.CORRECTED)

MOVES: Mapping[ApplicationEvent, Move] = {
    _Event.SUBMITTED: _move(Side.UNIT, StepKind.SUBMITTED, [None], _State.CHECKING),
    _Event.SUBMITTED_FOR_APPEAL: _move(Side.UNIT, StepKind.SUBMITTED, [None], _State.NEEDS_CONFIRMATION),
    _Event.QUESTIONED: _move(
        Side.PLATFORM, StepKind.ASKED, [_State.CHECKING, _State.AGREED], _State.NEEDS_CONFIRMATION
    ),
    _Event.REFUSED: _move(Side.PLATFORM, StepKind.REFUSED, [_State.CHECKING], _State.REFUSED),
    _Event.GIVEN_BACK: _move(Side.PLATFORM, StepKind.REFUSED, [_State.CHECKING], _State.RETURNED),
    _Event.RETRY_PASSED: _move(Side.UNIT, _RETRY_STEPS, _RETRIED, None),
    _Event.RETRY_QUESTIONED: _move(Side.UNIT, _RETRY_STEPS, _RETRIED, _State.NEEDS_CONFIRMATION),
    _Event.RETRY_WAITS: _move(Side.UNIT, _RETRY_STEPS, _RETRIED, _State.CHECKING),
    _Event.APPEALED: _move(Side.UNIT, StepKind.APPEALED, [_State.NEEDS_CONFIRMATION], _State.IN_REVIEW),
    _Event.RESUBMITTED: _move(Side.UNIT, StepKind.RESUBMITTED, _RETRIED, _State.IN_REVIEW),
    _Event.SENT_ON: _move(Side.PLATFORM, StepKind.RESUBMITTED, [_State.CHECKING], _State.IN_REVIEW),
    _Event.WITHDRAWN: _move(Side.UNIT, StepKind.WITHDRAWN, _OPEN, _State.WITHDRAWN, held_up_only=True),
    _Event.ASSIGNED: _move(Side.DEPARTMENT, StepKind.ASSIGNED, [_State.IN_REVIEW], None),
    _Event.PASSED_UP: _move(Side.DEPARTMENT, StepKind.ASSIGNED, [_State.IN_REVIEW], None),
    _Event.TAKEN_OVER: _move(Side.DEPARTMENT_ABOVE, StepKind.ASSIGNED, [_State.IN_REVIEW], None),
    _Event.APPROVED: _move(Side.DEPARTMENT, StepKind.APPROVED, [_State.IN_REVIEW], _State.APPROVED),
    _Event.RETURNED: _move(
        Side.DEPARTMENT, StepKind.RETURNED, _DECIDABLE, _State.RETURNED, held_up_only=True
    ),
    _Event.REJECTED: _move(
        Side.DEPARTMENT, StepKind.REJECTED, _DECIDABLE, _State.REJECTED, held_up_only=True
    ),
    _Event.HELD_UP: _move(Side.PLATFORM, StepKind.HELD_UP, [_State.APPROVED, _State.AGREED], None),
    _Event.REOPENED: _move(
        Side.PLATFORM, StepKind.REOPENED, [_State.APPROVED, _State.AGREED], _State.IN_REVIEW
    ),
    _Event.SUBMITTED_FOR_CHECK: _move(Side.UNIT, StepKind.SUBMITTED, [None], _State.AWAITS_CHECKER),
    _Event.TO_CHECKER: _move(
        Side.PLATFORM, StepKind.TO_CHECKER, [_State.CHECKING, _State.APPROVED], _State.AWAITS_CHECKER
    ),
    _Event.RETRY_TO_CHECKER: _move(Side.UNIT, _RETRY_STEPS, _RETRIED, _State.AWAITS_CHECKER),
    _Event.AGREED: _move(Side.CHECKER, StepKind.AGREED, [_State.AWAITS_CHECKER], _State.AGREED),
    _Event.SENT_BACK: _move(
        Side.CHECKER,
        StepKind.SENT_BACK,
        [_State.AWAITS_CHECKER, _State.AGREED],
        _State.RETURNED,
        held_up_only=True,
    ),
    _Event.ISSUED: _move([Side.UNIT, Side.PLATFORM], StepKind.ISSUED, _OPEN, _State.ISSUED),
}

_WITH_CHECKER = (ApplicationState.AWAITS_CHECKER, ApplicationState.AGREED)
#: Names of events in the sentence which says that one is not possible any more.
_DOING = {ApplicationEvent.WITHDRAWN: "撤回", ApplicationEvent.APPEALED: "申诉"}
#: Members that are empty while an application waits for a decision.
_UNDECIDED: Mapping[str, Any] = {
    "decided_by": None,
    "decided_by_name": "",
    "decided_at": None,
    "decision_reason": "",
}
_UNCHECKED: Mapping[str, Any] = {
    "checked_by": None,
    "checked_by_name": "",
    "checked_at": None,
    "check_reason": "",
}


def next_state(
    event: ApplicationEvent, state: ApplicationState | None, *, held_up: bool = False
) -> ApplicationState | None:
    """The state after an event; None where the event may not happen. A `state` of None: no application yet."""
    move = MOVES[event]
    if move.held_up_only and state in PASSED_STATES and not held_up:
        return None
    return move.targets.get(state)


def check_possible(event: ApplicationEvent, application: Application) -> ApplicationState:
    """The state after an event. Raises `Refusal` (409) where the present state does not allow the event:
    `application.already_decided`, `application.already_checked` or `application.wrong_state`."""
    target = next_state(event, application.state, held_up=application.held_up)
    if target is not None:
        return target
    if MOVES[event].by <= {Side.DEPARTMENT, Side.DEPARTMENT_ABOVE}:
        raise wording.already_decided(application)
    if MOVES[event].by == {Side.CHECKER}:
        raise wording.already_checked(application)
    raise wording.wrong_state(application, _DOING.get(event, "这样办理"))


class Doer(msgspec.Struct, frozen=True, kw_only=True):
    """Who causes an event, and on which side. Callers determine the side; `carry_out` checks it by the table."""

    side: Side
    acting: Acting

    @classmethod
    def unit(cls, acting: Acting) -> "Doer":
        """Somebody of the unit that submitted the application, or a program of it."""
        return cls(side=Side.UNIT, acting=acting)

    @classmethod
    def checker(cls, acting: Acting) -> "Doer":
        """The second person of the unit (复核人)."""
        return cls(side=Side.CHECKER, acting=acting)

    @classmethod
    def department(cls, acting: Acting, *, above: bool = False) -> "Doer":
        """Somebody of the department in charge, or of one `above` it."""
        return cls(side=Side.DEPARTMENT_ABOVE if above else Side.DEPARTMENT, acting=acting)


PLATFORM = Doer(side=Side.PLATFORM, acting=platform("applications"))


def _check_side(event: ApplicationEvent, doer: Doer) -> None:
    if doer.side not in MOVES[event].by:
        raise PermissionError(f"{doer.side} may not cause {event}")


async def start(
    connection: AsyncConnection,
    event: ApplicationEvent,
    doer: Doer,
    *,
    unit_id: int,
    region_code: str,
    request: IssueRequest,
    **members: Any,
) -> Application | None:
    """Store a request as a new application, with its first step.

    None when its business number has an application that is open, issued or rejected. Raises
    PermissionError as `carry_out`.
    """
    _check_side(event, doer)
    values = {
        "unit_id": unit_id,
        "region_code": region_code,
        "business_no": request.business_no,
        "state": MOVES[event].targets[None],
        "submitted_by": doer.acting.actor,
        "submitted_by_name": doer.acting.name,
        "sent_by": doer.acting.actor,
        "sent_at_point": doer.acting.point,
        "request": request,
    }
    statement = insert(applications).values(to_columns(members | values))
    stored = await connection.execute(statement.on_conflict_do_nothing().returning(applications))
    row = stored.mappings().one_or_none()
    if row is None:
        return None
    application = from_row(row)
    await _write_step(connection, application, MOVES[event].steps[0], "", acting=doer.acting)
    return application


async def carry_out(
    connection: AsyncConnection,
    application: Application,
    event: ApplicationEvent,
    doer: Doer,
    *,
    note: str = "",
    step: StepKind | None = None,
    notices: Sequence[ApplicationNotice] = (),
    **members: Any,
) -> Application:
    """Carry out an event of an application whose row the transaction has locked.

    Writes its state and `members`, one step with the `note`, one audit row, and the `notices`. `step`
    chooses among the steps that the table allows for the event. An attempt at issuing its bill that is
    under way is superseded: its train no longer issues the bill, and its outcome is not recorded.

    Raises `Refusal` as `check_possible`; PermissionError when the doer's side may not cause the event,
    LookupError when the application was changed since it was read: both are faults of the program.
    """
    _check_side(event, doer)
    target = check_possible(event, application)
    told = step or MOVES[event].steps[0]
    if told not in MOVES[event].steps:
        raise ValueError(f"{told} does not tell of {event}")
    statement = (
        update(applications)
        .where(
            applications.c.application_id == application.application_id,
            applications.c.revision == application.revision,
        )
        .values(
            _entering(application.state, target)
            | to_columns(_sender(doer, members) | members | {"state": target})
            | {
                "revision": applications.c.revision + 1,
                "attempt": applications.c.attempt + 1,
                "attempt_until": None,
            }
        )
        .returning(applications)
    )
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise LookupError(f"application {application.application_id} was changed by somebody else")
    changed = from_row(row)
    await _write_step(connection, changed, told, note[:_MAX_NOTE], application.state, acting=doer.acting)
    if changed.state is not application.state or changed.reviewer_region != application.reviewer_region:
        await settle_before(connection, application)
    for notice in notices:
        await send(connection, changed, notice)
    if changed.came_back:
        await notify(connection, CHANNEL, str(changed.unit_id))
    return changed


def _sender(doer: Doer, members: Mapping[str, Any]) -> dict[str, Any]:
    """Who sent the content, where somebody of the unit sends it anew: nobody has agreed to that yet."""
    fresh = "request" in members and doer.side is Side.UNIT
    if not fresh:
        return {}
    return {"sent_by": doer.acting.actor, "sent_at_point": doer.acting.point, **_UNCHECKED}


def _entering(state: ApplicationState, target: ApplicationState) -> dict[str, Any]:
    """The members that change when an application enters another state."""
    if target is state:
        return {}
    if target in (ApplicationState.IN_REVIEW, ApplicationState.NEEDS_CONFIRMATION, ApplicationState.CHECKING):
        return {**_UNCHECKED, **(_UNDECIDED if target is ApplicationState.IN_REVIEW else {})}
    if target is ApplicationState.AWAITS_CHECKER:
        # What a department approved stays approved while the unit's own second person looks at it.
        return {**_UNCHECKED, **({} if state is ApplicationState.APPROVED else _UNDECIDED)}
    if target is ApplicationState.RETURNED and state in _WITH_CHECKER:
        return dict(_UNDECIDED)
    return {} if target.open else {"finished_at": now()}


async def _write_step(
    connection: AsyncConnection,
    application: Application,
    step: StepKind,
    note: str,
    before: ApplicationState | None = None,
    *,
    acting: Acting,
) -> None:
    await connection.execute(
        insert(application_steps).values(
            application_id=application.application_id,
            unit_id=application.unit_id,
            actor=acting.actor,
            actor_name=acting.name,
            step=step.value,
            note=note,
        )
    )
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=f"application:{step.value}",
            subject=f"application:{application.application_id}",
            unit_id=application.unit_id,
            details={"business_no": application.business_no, "state": application.state.value}
            | ({"note": note} if note else {}),
            changed=differences({"state": before.value}, {"state": application.state.value})
            if before
            else (),
        ),
    )
