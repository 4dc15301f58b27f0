"""What the pages of units and departments share: one UKey with its history, and its certificate as a file."""

from collections.abc import Sequence

from asn1crypto import pem
from litestar import Response

from mingpiao.kernel.errors import Problem, refuse
from mingpiao.portals.consequences import Consequences
from mingpiao.portals.details import HistoryLine, PageAction
from mingpiao.portals.forms import FormField, PageForm
from mingpiao.portals.rendering import moment, page
from mingpiao.portals.session import PageCall
from mingpiao.portals.ukeys.lists import state_badge
from mingpiao.ukeys.model import UKey, UKeyStep
from mingpiao.ukeys.service import MAX_REASON, get_ukey, steps_of

REASON = FormField(name="reason", label="原因", required=True, attributes={"maxlength": MAX_REASON})
REQUEST = FormField(
    name="request",
    label="证书申请（PKCS#10）",
    kind="textarea",
    required=True,
    hint="在持有人的电脑上用 mingpiao agent new 生成，把显示的内容粘贴到这里。",
    attributes={"rows": 8, "spellcheck": "false"},
)


async def ukey_page(
    call: PageCall,
    ukey_id: int,
    *,
    base: str,
    actions: Sequence[PageAction],
    words: Sequence[tuple[str, str, str]] = (),
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    """The page of a UKey. `actions` are its buttons; `words` are decisions with a reason: address, label, button."""
    async with call.reads() as connection:
        key = await get_ukey(connection, ukey_id)
        steps = await steps_of(connection, ukey_id)
    return page(
        call.request,
        "ukeys/ukey.html",
        title=f"UKey：{key.holder_name}",
        crumbs=[("UKey 管理", base)],
        key=key,
        badge=state_badge(key),
        facts=_facts(key),
        lines=[
            HistoryLine(at=each.at, what=each.step.label, who=each.by_name, note=each.note) for each in steps
        ],
        actions=actions,
        words=words,
        file=f"{base}/{ukey_id}/certificate" if key.certificate else "",
        problems=problems,
    )


def _facts(key: UKey) -> list[tuple[str, str]]:
    found = [("持有人", key.holder_name), ("单位或部门", key.place_name)]
    found += [("开票点", key.point_code)] if key.point_code else []
    if key.certificate is not None and key.valid_from is not None and key.valid_to is not None:
        found += [
            ("证书序列号", key.serial or ""),
            ("颁发机构", key.issuer or ""),
            ("有效期", f"{moment(key.valid_from)} 至 {moment(key.valid_to)}"),
        ]
    return found


def certificate_file(key: UKey) -> Response[bytes]:
    """The certificate as a PEM file. Raises `Refusal` (404) while there is none."""
    if key.certificate is None:
        raise refuse("http.404", "该 UKey 还没有签发证书。", status=404)
    headers = {
        "Content-Disposition": f'attachment; filename="ukey-{key.ukey_id}.pem"',
        "Cache-Control": "no-store",
    }
    body = pem.armor("CERTIFICATE", key.certificate)
    return Response(body, media_type="application/x-pem-file", headers=headers)


def ending(key: UKey, step: UKeyStep, base: str) -> Consequences:
    """What follows when a certificate is put on hold or revoked."""
    verb = "冻结" if step is UKeyStep.HOLD else "吊销"
    again = "以后可以由财政部门解冻。" if step is UKeyStep.HOLD else "吊销后不能恢复，需要时重新申请 UKey。"
    return Consequences(
        title=f"{verb} UKey 证书",
        facts=[("持有人", key.holder_name), ("单位或部门", key.place_name), ("证书序列号", key.serial or "")],
        told=["该 UKey 立即不能登录，持有人正在使用的登录全部退出。", again],
        address=f"{base}/{key.ukey_id}/{step.value}",
        button=f"确认{verb}",
        back=f"{base}/{key.ukey_id}",
        fields=(REASON,),
    )


def application_form(address: str, fields: tuple[FormField, ...], cancel: str) -> PageForm:
    """The form of an application."""
    return PageForm(address=address, fields=(*fields, REQUEST), button="提交申请", cancel=cancel)
