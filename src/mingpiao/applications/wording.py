"""All refusals of applications, and the check of reasons that people give."""

from typing import Any

from mingpiao.applications.model import MAX_REASON, Application, ApplicationState
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.text import character_message, unprintable_place
from mingpiao.rules.service import thin_reason


def checked_reason(
    text: str, what: str, *, field: str = "reason", required: bool = True, substantial: bool = False
) -> str:
    """A reason without leading and trailing spaces; `what` names it in Chinese.

    With `substantial` it must say something (`thin_reason`). Raises `Refusal` (422):
    `application.reason_required`, `application.reason_invalid`, `application.reason_thin`.
    """
    reason = text.strip()
    if required and not reason:
        raise refuse("application.reason_required", f"请填写{what}。", field=field, status=422)
    if len(reason) > MAX_REASON:
        message = f"{what}不能超过{MAX_REASON}字，现有{len(reason)}字，请精简。"
        raise refuse("application.reason_invalid", message, field=field, status=422)
    # Lines may be broken, and then what is wrong is looked for between the breaks.
    place = unprintable_place(reason.replace("\r", " ").replace("\n", " "))
    if place is not None:
        message = character_message(what, reason, place)
        raise refuse("application.reason_invalid", message, field=field, status=422)
    thin = thin_reason(reason, what) if substantial and reason else ""
    if thin:
        raise refuse("application.reason_thin", thin, field=field, status=422)
    return reason


def in_progress(application: Application) -> Problem:
    """The business number belongs to an application with other content."""
    message = f"该业务流水号已有内容不同的开票申请（{application.state.label}），请等待处理结果，或撤回该申请后重新提交。"
    return Problem(
        code="application.in_progress",
        field="business_no",
        message=message,
        status=409,
        facts=_facts(application),
    )


def rejected(application: Application) -> Problem:
    """A department rejected the application under this business number."""
    message = (
        f"该业务的开票申请已被财政部门驳回，原因：{application.decision_reason}。"
        "不能再以同一业务流水号确认开具，请按驳回意见处理。"
    )
    return Problem(
        code="application.rejected",
        field="business_no",
        message=message,
        status=409,
        facts=_facts(application),
    )


def review_required(application: Application, rules: frozenset[str]) -> Problem:
    """The handler gives reasons for `rules`, for which a department has returned the application."""
    names = "、".join(sorted({hit.name for hit in application.asks if hit.rule in rules}) or sorted(rules))
    message = f"财政部门已就“{names}”退回更正，不能自行确认。请更正后重新提交，或再次申诉。"
    return Problem(
        code="application.review_required",
        field="confirmations",
        message=message,
        status=409,
        facts=_facts(application) | {"rules": sorted(rules)},
    )


def comes_back(application_id: int, likeness: str) -> Problem:
    """The same business as an application that a department returned, where no application can be made of it."""
    message = (
        f"与财政部门退回的申请{application_id}是同一业务（{likeness}），不能批量开具，"
        "请在开票页面单独填写，由平台送回复核。"
    )
    return Problem(code="application.review_required", message=message, status=409)


def nothing_to_appeal() -> Refusal:
    """No rule asks anything."""
    return refuse("application.nothing_to_appeal", "没有需要核实的事项，无需申诉，请直接开具。", status=409)


def not_appealable() -> Problem:
    """The request is refused; only questions of rules can be appealed."""
    message = "被拦截的内容不能申诉，请先更正下列问题；其余核实事项可在更正后申诉。"
    return Problem(code="application.not_appealable", message=message, status=409)


def wrong_state(application: Application, doing: str) -> Refusal:
    """The application's state does not allow the action that `doing` names in Chinese."""
    return refuse(
        "application.wrong_state",
        f"该申请现在的状态是“{application.state.label}”，不能{doing}，请刷新后查看。",
        status=409,
        **_facts(application),
    )


def already_decided(application: Application) -> Refusal:
    """Somebody else decided first; the refusal names who, and when."""
    if application.decided_at is None or application.state in (
        ApplicationState.WITHDRAWN,
        ApplicationState.NEEDS_CONFIRMATION,
        ApplicationState.CHECKING,
    ):
        return wrong_state(application, "再作决定")
    at = to_shanghai(application.decided_at).strftime("%Y-%m-%d %H:%M:%S")
    return refuse(
        "application.already_decided",
        f"该申请已由{application.decided_by_name}于{at}办理，现在的状态是“{application.state.label}”，请刷新查看。",
        status=409,
        **_facts(application),
        decided_by=application.decided_by_name,
    )


def already_checked(application: Application) -> Refusal:
    """Another second person decided first, or the handler withdrew it; the refusal names who, and when."""
    if application.checked_at is None:
        return wrong_state(application, "再复核")
    at = to_shanghai(application.checked_at).strftime("%Y-%m-%d %H:%M:%S")
    return refuse(
        "application.already_checked",
        f"该申请已由{application.checked_by_name}于{at}复核，现在的状态是“{application.state.label}”，请刷新查看。",
        status=409,
        **_facts(application),
        checked_by=application.checked_by_name,
    )


def checked_by_its_author() -> Refusal:
    """The second person would be the first one."""
    message = "复核人不能是提交该申请的人，也不能与票面上的开票人同名，请由另一位复核人办理。"
    return refuse("application.own_request", message, status=409)


def not_yours(department: str) -> Refusal:
    """Another department decides."""
    return refuse("application.not_yours", f"该申请由{department}复核，您可以查看，不能办理。", status=403)


def _facts(application: Application) -> dict[str, Any]:
    return {"application_id": application.application_id, "state": application.state.value}
