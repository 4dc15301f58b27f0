"""票据查验 for everybody: by the face, by the QR code, by the file."""

from typing import Any

from litestar import Response, get, head, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from markupsafe import Markup

from mingpiao.composition import Services
from mingpiao.intake import STRANGERS_FORM_BYTES
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.forms import read_form, read_query
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageRequest, redirect
from mingpiao.portals.verification.advice import advice_for, state_words, writeoff_words
from mingpiao.portals.verification.previews import is_preview
from mingpiao.verification.model import Depth, Means, VerificationResult, VerificationVerdict
from mingpiao.verification.service import (
    MAX_FILE_BYTES,
    PuzzleReply,
    PuzzleWay,
    Verifier,
    read_face_query,
    read_link,
)
from mingpiao.web import client_address

_WAYS = (("face", "输入查验"), ("scan", "扫描二维码"), ("file", "上传文件"))
_WAY_OF_MEANS = {Means.FACE: "face", Means.LINK: "scan", Means.FILE: "file"}
_FACE_FIELDS = ("code", "number", "check_code", "issued_on", "amount")
#: Bytes of a form around its file, with room to answer kindly if the file is too large.
_UPLOAD_ROOM = 32 * 1024 * 1024

_MEDIA_TYPES = {"ofd": "application/ofd", "pdf": "application/pdf"}

_PUZZLES = frozenset({"verification.puzzle_needed", "verification.puzzle_early"})
_NO_SUCH_BILL = Problem(
    code="verification.unknown",
    message="票据信息有误，或查无此票。请对照票面逐项核对后重新查验。连续输错后须先回答问题，再输错会被暂停查验。",
)


@get("/")
async def check_page(request: PageRequest) -> Response[str]:
    """The form of one of the three ways to check a bill."""
    query = read_query(request)
    way = query.get("way", "")
    values = {name: query.get(name, "") for name in ("code", "number")}
    return _form(request, way if way in dict(_WAYS) else "face", values)


@get("/verify")
async def verify_by_link(
    request: PageRequest, services: NamedDependency[Services], verifier: NamedDependency[Verifier]
) -> Response[str] | Response[bytes]:
    """The page that the QR code opens, with code, number and the document's hash. A preview is not counted."""
    query = read_query(request)
    if not query:
        return redirect(request, "/")
    try:
        result = await verifier.by_link(
            *read_link(query), address=client_address(request), counts=not is_preview(request), drawn=True
        )
    except Refusal as refusal:
        return _form(request, "scan", {}, refusal)
    return await _result(request, services, result, query)


@head("/verify")
async def peek(request: PageRequest) -> None:
    """What programs ask before they show a link: that there is a page. No bill is looked up."""


@post("/verify", status_code=200, request_max_body_size=STRANGERS_FORM_BYTES)
async def verify_by_face(
    request: PageRequest, services: NamedDependency[Services], verifier: NamedDependency[Verifier]
) -> Response[str]:
    """Check by the five values from the face, as typed."""
    form = await read_form(request)
    values, answer = {name: form.get(name, "") for name in _FACE_FIELDS}, ""
    try:
        query = read_face_query(**values)
        way = PuzzleWay.WORDS if form.get("puzzle_way") == PuzzleWay.WORDS else PuzzleWay.PICTURE
        answer = form.get("puzzle_answer", "")
        reply = PuzzleReply(form.get("puzzle_token", ""), answer, way)
        result = await verifier.by_face(query, address=client_address(request), reply=reply, drawn=True)
    except Refusal as refusal:
        return _form(request, "face", values | {"puzzle_answer": _early_answer(refusal, answer)}, refusal)
    if result.verdict is VerificationVerdict.UNKNOWN:
        return _form(request, "face", values, Refusal(_NO_SUCH_BILL), status=200)
    return await _result(request, services, result, form)


@post("/verify/file", status_code=200, request_max_body_size=_UPLOAD_ROOM)
async def verify_by_file(
    request: PageRequest, services: NamedDependency[Services], verifier: NamedDependency[Verifier]
) -> Response[str]:
    """Check an OFD, PDF or XML file."""
    form = await request.form()
    upload = form.get("file")
    data = await upload.read() if isinstance(upload, UploadFile) else b""
    try:
        result = await verifier.by_file(data, address=client_address(request), drawn=True)
    except Refusal as refusal:
        return _form(request, "file", {}, refusal)
    return await _result(request, services, result, {"depth": str(form.get("depth") or "")})


@get("/verify/document/{ending:str}")
async def download(
    request: PageRequest,
    services: NamedDependency[Services],
    verifier: NamedDependency[Verifier],
    ending: FromPath[str],
) -> Response[bytes]:
    """The bill as OFD or PDF, byte for byte as its unit downloads it, for who has the hash of its QR symbol."""
    if ending not in _MEDIA_TYPES:
        raise refuse("document.unknown", "没有这种文件格式，请选择 OFD 或 PDF。", status=404)
    document = await verifier.document(*read_link(read_query(request)), address=client_address(request))
    documents = services.documents
    data = await (documents.ofd(document) if ending == "ofd" else documents.pdf(document))
    name = f"{document.bill.code}-{document.bill.number}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex",
    }
    return Response(data, media_type=_MEDIA_TYPES[ending], headers=headers)


def _early_answer(refusal: Refusal, answer: str) -> str:
    """An answer that came too early is sent again as it is; to a fresh question it would be none."""
    return answer[:4] if refusal.problems[0].code == "verification.puzzle_early" else ""


def _form(
    request: PageRequest, way: str, values: dict[str, str], refusal: Refusal | None = None, *, status: int = 0
) -> Response[str]:
    problems = refusal.problems if refusal else ()
    wait = problems[0].facts.get("retry_after") if problems else None
    return page(
        request,
        "verification/check.html",
        status=status or (refusal.status if refusal else 200),
        headers={"Retry-After": str(wait)} if wait else None,
        title="票据查验",
        way=way,
        ways=_WAYS,
        values={name: values.get(name, "") for name in (*_FACE_FIELDS, "puzzle_answer")},
        max_megabytes=MAX_FILE_BYTES // (1024 * 1024),
        problems=problems,
        puzzle=problems[0].facts if problems and problems[0].code in _PUZZLES else None,
    )


async def _result(
    request: PageRequest, services: Services, result: VerificationResult, asked: dict[str, str]
) -> Response[str]:
    depth = asked.get("depth", "")
    return page(
        request,
        "verification/result.html",
        title="查验结果",
        result=result,
        advice=advice_for(result),
        state=state_words(result),
        writeoff=writeoff_words(result),
        picture=Markup(result.picture),  # noqa: S704 - our own drawing, texts escaped
        labels=await _extension_labels(services, result),
        depth=Depth(depth) if depth in set(Depth) else Depth.SIMPLE,
        way=_WAY_OF_MEANS[result.means],
    )


async def _extension_labels(services: Services, result: VerificationResult) -> dict[str, Any]:
    """The Chinese labels of the face's MainExt members, if its kind is known."""
    if result.face is None:
        return {}
    kind = (await services.catalog.get()).kinds.get(result.face.code[2:6])
    return {field.name: field.label for field in kind.extension_fields} if kind else {}
