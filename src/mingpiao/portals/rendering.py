"""Pages from Jinja templates, and refusals as pages.

Templates of a subject are in its folder's `templates` and have names like `<folder>/<file>`; shared ones are
in `portals/templates` and have plain names. If a template uses a value that it does not get, that is an
error.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from litestar import Response
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException
from litestar.response import Stream
from litestar.types import ExceptionHandlersMap
from markupsafe import Markup

from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.money import in_words, plain, plain_number
from mingpiao.portals.evidence.files import marked_pages
from mingpiao.portals.help.places import help_address
from mingpiao.portals.help.tours import tour_of
from mingpiao.portals.kept import CSRF_FIELD, Shown, address_of, shown_form
from mingpiao.portals.masks import masked
from mingpiao.portals.navigation import home_of, menu_of, messages_address, search_address
from mingpiao.portals.packing import asset, packed_page
from mingpiao.portals.proof import ProofNeeded
from mingpiao.portals.refilling import refill
from mingpiao.portals.session import (
    FACTOR_PAGE,
    PASSWORD_PAGE,
    SESSION_SECONDS,
    FactorRequired,
    FormKept,
    LoginRequired,
    PageRequest,
    PasswordChangeRequired,
    asks_for_part,
    known_visit,
    login_address,
    redirect,
    services_of,
    session_headers,
    stale_form,
)
from mingpiao.portals.subjects import folders
from mingpiao.web import problem_of_failure

_HERE = Path(__file__).parent


def money(amount: Decimal) -> str:
    """An amount in 元 with commas and two decimals: 1234.5 → 1,234.50."""
    return f"{Decimal(plain(amount)):,.2f}"


def day(value: date | datetime) -> str:
    """A date (Asia/Shanghai) as 2026-11-21."""
    return to_shanghai(value).date().isoformat() if isinstance(value, datetime) else value.isoformat()


def moment(value: datetime) -> str:
    """A time (Asia/Shanghai) as 2026-11-21 09:30:05."""
    return to_shanghai(value).strftime("%Y-%m-%d %H:%M:%S")


def field_id(path: str) -> str:
    """The id of the input that a problem's path names: items/0/amount → items-0-amount."""
    return path.replace("/", "-")


def problems_at(problems: Iterable[Problem], path: str) -> list[Problem]:
    """The problems of one field."""
    return [problem for problem in problems if problem.field == path]


def choice_pairs(values: Iterable[str]) -> list[tuple[str, str]]:
    """Options of a drop-down whose values are also their labels."""
    return [(value, value) for value in values]


def _environment() -> Environment:
    subjects = {name: FileSystemLoader(_HERE / name / "templates") for name in folders()}
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(_HERE / "templates"), PrefixLoader(subjects)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "money": money,
        "number": plain_number,
        "words": in_words,
        "day": day,
        "moment": moment,
    }
    environment.globals |= {
        "asset": asset,
        "choice_pairs": choice_pairs,
        "field_id": field_id,
        "marked_pages": marked_pages,
        "problems_at": problems_at,
    }
    return environment


ENVIRONMENT = _environment()


def page(
    request: PageRequest,
    template: str,
    *,
    status: int | None = None,
    cookies: Iterable[Cookie] = (),
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response[Any]:
    """A page from a template. `context` replaces the values that every page gets: see `templates/base.html`.

    By default the status is that of the first of its `problems`, and 200 without problems.
    """
    html = ENVIRONMENT.get_template(template).render(_shared_context(request) | context)
    shown = shown_form(request)
    if shown is not None:
        html = _with_kept(html, shown)
    content, packing = packed_page(request, html)
    headers = dict(headers or {})
    varies = ", ".join(filter(None, ("Accept-Encoding", headers.pop("Vary", ""))))
    return Response(
        content,
        media_type="text/html",
        status_code=_status(context.get("problems", ())) if status is None else status,
        cookies=list(cookies),
        # No cache keeps pages that a person sees after signing in.
        headers={"Cache-Control": "no-store", "Vary": varies} | session_headers(request) | packing | headers,
    )


#: The place in a page whose content follows piece by piece.
_PIECES_PLACE = "<!--pieces-->"


def streamed_page(request: PageRequest, template: str, pieces: AsyncIterator[str], **context: Any) -> Stream:
    """A page that is sent while it is made: `pieces` of HTML follow at the place that the template marks with
    `<!--pieces-->`. It is not compressed, so that each piece is seen at once.
    """
    html = ENVIRONMENT.get_template(template).render(_shared_context(request) | context)
    before, _, after = html.partition(_PIECES_PLACE)

    async def whole() -> AsyncIterator[bytes]:
        yield before.encode()
        async for piece in pieces:
            yield piece.encode()
        yield after.encode()

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(whole(), media_type="text/html; charset=utf-8", headers=headers)


def _status(problems: Sequence[Problem]) -> int:
    return problems[0].status if problems else 200


#: The place where a page mentions a kept form: below its title.
_KEPT_PLACE = "<!--kept-->"


def _with_kept(html: str, shown: Shown) -> str:
    """The page with the kept form filled in, and with a note about it at the top."""
    form = shown.form
    filled = refill(html, form.address, form.members, form_id=form.form_id, built=shown.used)
    notice = ENVIRONMENT.get_template("kept.html").render(
        filled=filled, files=form.files, others=[address_of(each) for each in shown.others]
    )
    return filled.html.replace(_KEPT_PLACE, notice, 1)


def _shared_context(request: PageRequest) -> dict[str, Any]:
    visit, settings = known_visit(request), services_of(request).settings
    session = visit.session if visit else None
    token = masked(session.csrf_token) if session else ""
    return {
        "session": session,
        "session_seconds": session_headers(request).get(SESSION_SECONDS, ""),
        "menu": menu_of(session, request.url.path) if session else [],
        "home": home_of(session),
        "place_name": visit.place_name if visit else "",
        "unread": visit.unread if visit else 0,
        "tour": tour_of(request.url.path) if session else "",
        "help_address": help_address(request.url.path),
        "messages_address": messages_address(session) if session else "",
        "search_address": search_address(session),
        "demo": settings.demo,
        "training": settings.training,
        "training_url": "" if settings.training else settings.training_url,
        "csrf_token": token,
        "csrf_field": partial(csrf_field, token),
        "title": "",
        "crumbs": (),
        "problems": (),
    }


def csrf_field(token: str) -> Markup:
    """The hidden input of a form that changes something."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, token)


_TITLES = {403: "没有权限", 404: "页面不存在", 405: "请求方式不对", 413: "内容过大", 429: "请稍后再试"}
_MESSAGES = {
    404: "您要找的页面不存在，请核对网址，或返回首页。",
    405: "该页面不接受这种请求，请返回首页重新进入。",
    413: "提交的内容过大，请减少后重新提交。",
}


def message_page(request: PageRequest, *problems: Problem) -> Response[str]:
    """Problems as a page of their own, with the status of the first."""
    status = _status(problems)
    title = _TITLES.get(status, "暂时无法完成" if status >= 500 else "未能完成")
    return page(request, "message.html", title=title, problems=problems)


def problem_of_http(error: HTTPException) -> Problem:
    """The framework's own refusals (unknown page, wrong method, malformed form) as a problem."""
    status = error.status_code
    message = _MESSAGES.get(status, "提交的内容有误，请检查后重新提交。")
    return Problem(code=f"http.{status}", message=message, status=status)


def _refusal_page(request: PageRequest, error: Refusal) -> Response[str]:
    return message_page(request, *error.problems)


def error_page(request: PageRequest, error: HTTPException) -> Response[str]:
    """The framework's own refusals as a page."""
    return message_page(request, problem_of_http(error))


def _failure_page(request: PageRequest, error: Exception) -> Response[str]:
    """A page about an unforeseen error; the log has the error itself."""
    return message_page(request, problem_of_failure(request, error))


def _to_login(request: PageRequest, error: LoginRequired) -> Response[bytes]:
    if asks_for_part(request):
        # The page stays, with all that was typed in it; a script says what to do (`session.js`).
        return Response(b"", status_code=401, headers={"HX-Reswap": "none", "Cache-Control": "no-store"})
    cookies = [error.kept] if error.kept else []
    return redirect(request, login_address(request, kept=bool(cookies)), cookies=cookies)


def _show_again(request: PageRequest, error: FormKept) -> Response[Any]:
    """The form again, with a token of the present session; another account only learns that the form is out
    of date.
    """
    if error.address:
        return redirect(request, error.address, cookies=[error.kept])
    answer = message_page(request, *stale_form().problems)
    answer.set_cookie(error.kept)
    return answer


def _to_password(request: PageRequest, _error: PasswordChangeRequired) -> Response[bytes]:
    return redirect(request, PASSWORD_PAGE)


def _to_factor(request: PageRequest, _error: FactorRequired) -> Response[bytes]:
    return redirect(request, FACTOR_PAGE)


def proof_page(request: PageRequest, error: ProofNeeded) -> Response[str]:
    """The page that asks who the person is before something sensitive, and carries along what was typed."""
    return page(
        request,
        "security/proof.html",
        status=_status(error.problems),
        title="请再次验证身份",
        what=error.what.value,
        by_code=error.by_code,
        address="/account/proof" if error.follow else request.url.path,
        members=error.members,
        files=error.files,
        follow=error.follow,
        back=error.back,
        problems=error.problems,
    )


#: For every router of pages.
EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    Refusal: _refusal_page,
    HTTPException: error_page,
    LoginRequired: _to_login,
    FormKept: _show_again,
    PasswordChangeRequired: _to_password,
    FactorRequired: _to_factor,
    ProofNeeded: proof_page,
    Exception: _failure_page,
}
