"""/finance/ukeys/authorities: CAs that are trusted, files to and from a CA outside, and revocation lists."""

from collections.abc import Mapping

from asn1crypto import pem
from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency

from mingpiao.composition import Services
from mingpiao.crypto.keystore import MasterKey
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.forms import FormField, PageForm, read_form
from mingpiao.portals.gates import FINANCE_VIEW, allowed
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.rendering import EXCEPTION_HANDLERS, page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.ukeys.finance import CRUMBS
from mingpiao.portals.ukeys.rights import UKEY_AUTHORITIES, UKEYS_DECIDE
from mingpiao.sealing.service import MAX_LIST, import_list, imported_lists
from mingpiao.ukeys.service import (
    MAX_CERTIFICATE,
    accept_certificate,
    list_authorities,
    published_list,
    trust_authority,
    waiting_requests,
)

ADDRESS = "/finance/ukeys/authorities"
LIST_ADDRESS = "/crl/ukeys.crl"
_PEM_ROWS: dict[str, str | int] = {"rows": 6, "spellcheck": "false"}
_ACCEPT = PageForm(
    address=f"{ADDRESS}/accept",
    fields=(
        FormField(
            name="certificate",
            label="签发的证书（PEM）",
            kind="textarea",
            required=True,
            hint="一次一张；密钥、持有人、颁发机构、有效期和用途都要与申请相符。",
            attributes=_PEM_ROWS,
        ),
    ),
    button="导入证书",
    cancel="/finance/ukeys",
)
_TRUST = PageForm(
    address=f"{ADDRESS}/trust",
    fields=(
        FormField(name="name", label="CA 名称", required=True),
        FormField(
            name="authority", label="CA 证书（PEM）", kind="textarea", required=True, attributes=_PEM_ROWS
        ),
    ),
    button="登记 CA",
    cancel="/finance/ukeys",
)


@get("/ukeys/authorities", guards=[require_right(FINANCE_VIEW)])
async def authorities_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The CAs and lists, and the forms."""
    return await _page(call, {})


async def _page(
    call: PageCall, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    account = call.session.account
    async with call.services.database.system() as connection:  # system: no scope reads CAs
        authorities = await list_authorities(connection)
        lists = await imported_lists(connection)
    is_province = account.region_code is not None and account.region_code.endswith("0000")
    return page(
        call.request,
        "ukeys/authorities.html",
        title="证书颁发机构",
        crumbs=CRUMBS,
        authorities=authorities,
        lists=lists,
        own_list=f"{call.services.settings.site_url()}{LIST_ADDRESS}",
        accept=_ACCEPT,
        trust=_TRUST,
        address=ADDRESS,
        may_decide=allowed(account.role, UKEYS_DECIDE),
        may_trust=is_province and allowed(account.role, UKEY_AUTHORITIES),
        values=values,
        problems=problems,
    )


@get("/ukeys/authorities/requests.pem", guards=[require_right(UKEYS_DECIDE)])
async def requests_file(call: NamedDependency[PageCall]) -> Response[str]:
    """The requests that wait, for a CA outside."""
    async with call.reads() as connection:
        text = await waiting_requests(connection)
    headers = {"Content-Disposition": 'attachment; filename="requests.pem"', "Cache-Control": "no-store"}
    return Response(text, media_type="application/x-pem-file", headers=headers)


@post(
    "/ukeys/authorities/accept",
    guards=[require_right(UKEYS_DECIDE)],
    status_code=200,
    opt=sensitive(Sensitive.KEYS),
)
async def accept(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Take a certificate in that a CA outside issued."""
    text = await _long_text(call, "certificate")
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            key = await accept_certificate(connection, text.encode(), acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(call, {"certificate": text}, refusal.problems)
    return redirect(call.request, f"/finance/ukeys/{key.ukey_id}")


@post(
    "/ukeys/authorities/trust",
    guards=[require_right(UKEY_AUTHORITIES)],
    status_code=200,
    opt=sensitive(Sensitive.KEYS),
)
async def trust(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Trust a CA outside."""
    typed = await read_form(call.request) | {"authority": await _long_text(call, "authority")}
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await trust_authority(connection, typed.get("name", ""), typed["authority"], acting=call.acting)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return await _page(call, typed, refusal.problems)
    return redirect(call.request, ADDRESS)


async def _long_text(call: PageCall, name: str) -> str:
    """A certificate as text, which is longer than other fields are."""
    given = (await call.request.form()).get(name)
    text = given if isinstance(given, str) else ""
    return text.replace("\x00", "").strip()[: MAX_CERTIFICATE + 1]


@post(
    "/ukeys/authorities/crl",
    guards=[require_right(UKEY_AUTHORITIES)],
    status_code=200,
    request_max_body_size=MAX_LIST + 65_536,
)
async def take_list(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Import the revocation list of a CA outside."""
    file = (await call.request.form()).get("crl")
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            raise refuse("crl.missing", "请选择吊销列表文件（.crl）。", field="crl", status=422)
        data = await file.read(MAX_LIST + 1)
        async with call.services.database.system() as connection:  # system: a verb writes
            trusted = [each.certificate for each in await list_authorities(connection) if not each.is_own]
            await import_list(connection, data, trusted, acting=call.acting)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return await _page(call, {}, refusal.problems)
    return redirect(call.request, ADDRESS)


@get(LIST_ADDRESS)
async def own_list(
    services: NamedDependency[Services], master_key: NamedDependency[MasterKey]
) -> Response[bytes]:
    """The platform's own revocation list, for everybody."""
    async with services.database.system() as connection:  # system: nobody is signed in
        found = await published_list(connection, master_key)
    if found is None:
        raise refuse("http.404", "平台还没有签发过人员证书。", status=404)
    return Response(found, media_type="application/pkix-crl", headers={"Cache-Control": "max-age=300"})


@get("/crl/ukeys.pem")
async def own_certificate(services: NamedDependency[Services]) -> Response[bytes]:
    """The certificate of the platform's own CA for persons, for everybody."""
    async with services.database.system() as connection:  # system: nobody is signed in
        own = next((each for each in await list_authorities(connection) if each.is_own), None)
    if own is None:
        raise refuse("http.404", "平台还没有签发过人员证书。", status=404)
    return Response(pem.armor("CERTIFICATE", own.certificate), media_type="application/x-pem-file")


def create_router() -> Router:
    """What is published."""
    return Router(
        path="/",
        route_handlers=[own_list, own_certificate],
        exception_handlers=EXCEPTION_HANDLERS,
        include_in_schema=False,
    )


HANDLERS = [authorities_page, requests_file, accept, trust, take_list]
