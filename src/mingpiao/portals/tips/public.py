"""线索举报 for everybody: fill in, check, send, and look what became of it with a 查询码.

Nothing is kept until it is sent: what was typed travels sealed with the form. The 查询码 is never part of an
address, which others may see.
"""

from urllib.parse import parse_qsl, urlsplit

import msgspec
from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency

from mingpiao.evidence.service import MAX_BYTES
from mingpiao.intake import STRANGERS_FORM_BYTES
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.forms import read_form, read_query
from mingpiao.portals.rendering import EXCEPTION_HANDLERS, page
from mingpiao.portals.session import PageRequest
from mingpiao.tips.model import SeenTip, TipFile, TipKind, TipWish
from mingpiao.tips.service import MAX_FILES, MAX_WORDS, TipDesk, checked_wish, too_many_files
from mingpiao.verification.service import read_link
from mingpiao.web import client_address

#: Bytes of all files of a form together; docs/operations.md sets the same limit for the proxy.
_UPLOAD = 2 * MAX_BYTES
_KINDS = tuple((each.value, each.label) for each in TipKind)
#: A field that people do not see, and programs fill in.
_TRAP = "website"


@get("/tips")
async def tip_form(request: PageRequest) -> Response[str]:
    """The empty form; a check's result page leads here with the bill's code and number."""
    query = read_query(request)
    return _form(request, TipWish(code=query.get("code", "")[:20], number=query.get("number", "")[:20]))


@post("/tips", status_code=200, request_max_body_size=_UPLOAD)
async def check_tip(request: PageRequest, tip_desk: NamedDependency[TipDesk]) -> Response[str]:
    """Check what was typed and uploaded, and show it once more before it is sent."""
    given = await read_form(request)
    wish = await _wish_of(request)
    files, lookup = await _kept(request, tip_desk)
    problems: list[Problem] = []
    try:
        _refuse_programs(given)
        wish = _with_link(wish, given.get("link", ""))
        wish = checked_wish(wish)
    except Refusal as refusal:
        problems += refusal.problems
    dropped = (await request.form()).getall("drop", [])
    files = [each for each in files if each.digest not in dropped]
    files, refused = await _with_uploads(request, tip_desk, files)
    problems += refused
    sealed = tip_desk.seal_draft(wish, files, lookup=lookup)
    if problems:
        return _form(request, wish, files, sealed, tuple(problems), link=given.get("link", ""))
    return page(
        request,
        "tips/check.html",
        title="核对后提交",
        wish=wish,
        kinds=[TipKind(each).label for each in wish.kinds],
        files=files,
        draft=sealed,
    )


@post("/tips/edit", status_code=200, request_max_body_size=STRANGERS_FORM_BYTES)
async def edit_tip(request: PageRequest, tip_desk: NamedDependency[TipDesk]) -> Response[str]:
    """The form once more, with what was typed and the files that were uploaded."""
    sealed = await _draft_text(request)
    try:
        draft = tip_desk.open_draft(sealed)
    except Refusal as refusal:
        return _form(request, TipWish(), problems=refusal.problems)
    return _form(request, draft.wish, list(draft.files), sealed)


@post("/tips/send", status_code=200, request_max_body_size=STRANGERS_FORM_BYTES)
async def send_tip(request: PageRequest, tip_desk: NamedDependency[TipDesk]) -> Response[str]:
    """Take the tip, and show its 查询码; the same form sent twice shows the same one."""
    sealed = await _draft_text(request)
    try:
        lookup = await tip_desk.submit(sealed, address=client_address(request))
    except Refusal as refusal:
        return _refused(request, tip_desk, sealed, refusal.problems)
    return page(request, "tips/done.html", title="线索已提交", lookup=lookup)


def _refused(
    request: PageRequest, tip_desk: TipDesk, sealed: str, problems: tuple[Problem, ...]
) -> Response[str]:
    """The form with what was typed, as far as it can still be read."""
    try:
        draft = tip_desk.open_draft(sealed)
    except Refusal:
        return _form(request, TipWish(), problems=problems)
    return _form(request, draft.wish, list(draft.files), sealed, problems)


@get("/tips/look")
async def look_form(request: PageRequest) -> Response[str]:
    """The form for the 查询码."""
    return _look_page(request, "")


@post("/tips/look", status_code=200, request_max_body_size=STRANGERS_FORM_BYTES)
async def look(request: PageRequest, tip_desk: NamedDependency[TipDesk]) -> Response[str]:
    """Where the tip of a 查询码 stands."""
    lookup = (await read_form(request)).get("lookup", "")
    try:
        seen = await tip_desk.look(lookup, address=client_address(request))
    except Refusal as refusal:
        return _look_page(request, lookup, refusal.problems)
    return _seen_page(request, lookup, seen)


@post("/tips/add", status_code=200, request_max_body_size=_UPLOAD)
async def add_to_tip(request: PageRequest, tip_desk: NamedDependency[TipDesk]) -> Response[str]:
    """Add what the department asked for, with files."""
    given = await read_form(request)
    lookup, words, address = given.get("lookup", ""), given.get("words", ""), client_address(request)
    try:
        seen = await tip_desk.look(lookup, address=address)
    except Refusal as refusal:
        return _look_page(request, lookup, refusal.problems)
    problems: tuple[Problem, ...] = ()
    if seen.may_add:
        # Files are stored for those alone who were asked.
        files, refused = await _with_uploads(request, tip_desk, [])
        problems = tuple(refused)
        if not problems:
            try:
                await tip_desk.add(lookup, words, files, address=address)
                seen = await tip_desk.look(lookup, address=address)
            except Refusal as refusal:
                problems = refusal.problems
    return _seen_page(request, lookup, seen, words, problems, added=not problems)


def _seen_page(
    request: PageRequest,
    lookup: str,
    seen: SeenTip,
    words: str = "",
    problems: tuple[Problem, ...] = (),
    *,
    added: bool = False,
) -> Response[str]:
    return page(
        request,
        "tips/seen.html",
        title="线索办理情况",
        lookup=lookup,
        seen=seen,
        kinds="、".join(each.label for each in seen.kinds),
        words=words,
        added=added,
        max_files=MAX_FILES,
        max_words=MAX_WORDS,
        max_megabytes=MAX_BYTES // 1024 // 1024,
        problems=problems,
    )


def _look_page(request: PageRequest, lookup: str, problems: tuple[Problem, ...] = ()) -> Response[str]:
    return page(request, "tips/look.html", title="查询线索办理情况", lookup=lookup[:40], problems=problems)


def _form(
    request: PageRequest,
    wish: TipWish,
    files: list[TipFile] | None = None,
    draft: str = "",
    problems: tuple[Problem, ...] = (),
    *,
    link: str = "",
) -> Response[str]:
    return page(
        request,
        "tips/form.html",
        title="线索举报",
        wish=wish,
        files=files or [],
        draft=draft,
        link=link,
        kinds=_KINDS,
        trap=_TRAP,
        max_files=MAX_FILES,
        max_words=MAX_WORDS,
        max_megabytes=MAX_BYTES // 1024 // 1024,
        problems=problems,
    )


async def _wish_of(request: PageRequest) -> TipWish:
    given = await read_form(request)
    kinds = [str(each) for each in (await request.form()).getall("kinds", []) if isinstance(each, str)]
    return TipWish(
        code=given.get("code", ""),
        number=given.get("number", ""),
        unit_name=given.get("unit_name", ""),
        kinds=tuple(each[:20] for each in kinds[: len(_KINDS)]),
        words=given.get("words", ""),
        contact=given.get("contact", ""),
    )


async def _draft_text(request: PageRequest) -> str:
    """The sealed draft of a form, which is longer than texts that people type."""
    return str((await request.form()).get("draft") or "")


def _refuse_programs(given: dict[str, str]) -> None:
    """Raise `Refusal` (`tip.trap`, 422) where the field was filled in that people do not see."""
    if given.get(_TRAP):
        message = "请清空“请勿填写”一栏，再重新提交。"
        raise refuse("tip.trap", message, field=_TRAP, status=422)


def _with_link(wish: TipWish, link: str) -> TipWish:
    """The bill of a QR symbol's text, where none was typed. Raises `Refusal` (`tip.link_invalid`, 422)."""
    if not link or wish.code or wish.number:
        return wish
    try:
        query = dict(parse_qsl(urlsplit(link).query))
    except ValueError:
        query = {}
    code, number, _ = read_link(query)
    if not code or not number:
        message = "这不是票据二维码的内容，请重新粘贴，或改填票据代码和票据号码。"
        raise refuse("tip.link_invalid", message, field="link", status=422)
    return msgspec.structs.replace(wish, code=code, number=number)


async def _kept(request: PageRequest, tip_desk: TipDesk) -> tuple[list[TipFile], str]:
    """Files that were uploaded with an earlier showing of the form, and its 查询码: a changed draft stays one tip."""
    try:
        draft = tip_desk.open_draft(await _draft_text(request))
    except Refusal:
        return [], ""
    return list(draft.files), draft.lookup


async def _with_uploads(
    request: PageRequest, tip_desk: TipDesk, kept: list[TipFile]
) -> tuple[list[TipFile], list[Problem]]:
    """The files of a form beside those that were kept, and what is wrong with others."""
    sent = [
        each
        for each in (await request.form()).getall("files", [])
        if isinstance(each, UploadFile) and each.filename
    ]
    if len(kept) + len(sent) > MAX_FILES:
        return kept, list(too_many_files().problems)
    files, problems = {each.digest: each for each in kept}, []
    for each in sent:
        try:
            file = await tip_desk.keep_file(each.filename, await each.read(), address=client_address(request))
            files[file.digest] = file
        except Refusal as refusal:
            (problem,) = refusal.problems[:1]
            name = each.filename[:60]
            problems.append(
                msgspec.structs.replace(problem, field="files", message=f"“{name}”：{problem.message}")
            )
    return list(files.values()), problems


def create_router() -> Router:
    """/tips, for people who are not signed in."""
    return Router(
        path="/",
        route_handlers=[tip_form, check_tip, edit_tip, send_tip, look_form, look, add_to_tip],
        exception_handlers=EXCEPTION_HANDLERS,
        include_in_schema=False,
    )
