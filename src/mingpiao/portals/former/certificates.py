"""Certificates of the old system, as departments register them."""

from collections.abc import Mapping
from datetime import date

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.former.service import list_former_certificates, register_certificate, retire_certificate
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_date
from mingpiao.portals.former.parts import FINANCE
from mingpiao.portals.former.rights import FORMER_CERTIFICATES
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import FINANCE_VIEW, allowed
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.session import PageCall, redirect, require_right

ADDRESS = f"{FINANCE.address}/certificates"
_GUARDS = [require_right(FORMER_CERTIFICATES)]
_FORM = PageForm(
    address=ADDRESS,
    button="登记",
    cancel=FINANCE.address,
    fields=(
        FormField(
            name="name",
            label="名称",
            required=True,
            hint="谁在原系统中用它签章，例如“某市财政局监制章（原系统）”。",
            attributes={"maxlength": 60},
        ),
        FormField(
            name="used_from",
            label="启用日期",
            kind="date",
            required=True,
            hint="自该日起开具的票据，其签名由它验证。",
        ),
        FormField(name="used_to", label="停用日期", kind="date", required=True, hint="含当日。"),
        FormField(
            name="pem",
            label="证书（PEM）",
            kind="textarea",
            required=True,
            hint="以“-----BEGIN CERTIFICATE-----”开头的文本，只含公开的证书，不含私钥。",
        ),
    ),
)


async def _page(
    call: PageCall, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    async with call.reads() as connection:
        found = await list_former_certificates(connection)
    account = call.session.account
    return form_page(
        call.request,
        _FORM,
        values,
        problems,
        template="former/certificates.html",
        title="原系统证书",
        crumbs=FINANCE.crumbs,
        certificates=found,
        may_register=allowed(account.role, FORMER_CERTIFICATES),
        own_region=account.region_code,
        address=ADDRESS,
    )


@get("/former/certificates", guards=[require_right(FINANCE_VIEW)])
async def certificates(call: NamedDependency[PageCall]) -> Response[str]:
    """The certificates of the area; a head registers more."""
    return await _page(call, use_kept_members(call.request) or {})


@post("/former/certificates", guards=_GUARDS, status_code=200, opt=sensitive(Sensitive.KEYS))
async def register(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Register a certificate."""
    members = await read_form(call.request)
    # A certificate may be longer than the texts that people type.
    pem = str((await call.request.form()).get("pem") or "").strip()
    try:
        used_from, used_to = _days(members)
        async with call.services.database.system() as connection:  # system: a verb writes
            await register_certificate(
                connection, members.get("name", ""), used_from, used_to, pem, acting=call.acting
            )
    except Refusal as refusal:
        return await _page(call, members | {"pem": pem}, refusal.problems)
    return redirect(call.request, ADDRESS)


def _days(members: Mapping[str, str]) -> tuple[date, date]:
    labels = {"used_from": "启用日期", "used_to": "停用日期"}
    days = [read_date(members.get(name, "")) for name in labels]
    problems = [
        Problem(code="former.certificate_invalid", field=name, message=f"请填写{label}。", status=422)
        for (name, label), day in zip(labels.items(), days, strict=True)
        if day is None
    ]
    first, last = days
    if first is None or last is None:
        raise Refusal(*problems)
    return first, last


@post(
    "/former/certificates/{certificate_id:int}/retire",
    guards=_GUARDS,
    status_code=200,
    opt=sensitive(Sensitive.KEYS),
)
async def retire(call: NamedDependency[PageCall], certificate_id: FromPath[int]) -> Response[bytes]:
    """Take a certificate out of use."""
    async with call.services.database.system() as connection:  # system: a verb writes
        await retire_certificate(connection, certificate_id, acting=call.acting)
    return redirect(call.request, ADDRESS)


HANDLERS = [certificates, register, retire]
