"""佐证比对设置 of a department: how sure the comparison must be before it asks."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.evidence.service import Caution, CautionOf, caution_in_force, cautions_of, set_caution
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.evidence.rights import EVIDENCE_SETTINGS
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import FINANCE_VIEW, allowed
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.session import PageCall, redirect, require_right

ADDRESS = "/finance/evidence/settings"
_FORM = PageForm(
    address=ADDRESS,
    fields=(
        FormField(
            name="caution",
            label="判为不符的把握",
            kind="select",
            options=tuple((each.value, f"{each.label}：{each.meaning}") for each in Caution),
        ),
    ),
    button="保存",
    cancel="/finance/evidence",
)
_NO_REVISION = -1


@get("/evidence/settings", guards=[require_right(FINANCE_VIEW)])
async def settings_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The choice in force and the department's earlier ones; a head may change it."""
    return await _page(call, use_kept_members(call.request))


async def _page(
    call: PageCall, typed: Mapping[str, str] | None, problems: tuple[Problem, ...] = ()
) -> Response[str]:
    catalog = await call.services.catalog.get()
    region = call.session.account.region_code or f"{catalog.province}0000"
    async with call.reads() as connection:
        found = await caution_in_force(connection, catalog.regions_upwards(region))
        history = await cautions_of(connection, region)
    return form_page(
        call.request,
        _FORM,
        typed or _values(found, history),
        problems,
        template="evidence/settings.html",
        title="佐证比对设置",
        crumbs=[("佐证材料", "/finance/evidence")],
        found=found,
        history=history,
        is_own=found.region_code == region,
        region=catalog.regions[region].name,
        owner=catalog.regions[found.region_code].name if found.region_code in catalog.regions else "",
        may_change=allowed(call.session.account.role, EVIDENCE_SETTINGS),
    )


def _values(found: CautionOf, history: list[CautionOf]) -> dict[str, str]:
    return {"caution": found.caution.value, "revision": str(history[0].revision if history else 0)}


@post("/evidence/settings", guards=[require_right(EVIDENCE_SETTINGS)], status_code=200)
async def change_settings(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Choose for the department's area."""
    typed = await read_form(call.request)
    revision = read_whole(typed.get("revision", ""))
    try:
        caution = _caution(typed.get("caution", ""))
        async with call.services.database.system() as connection:  # system: a verb writes
            await set_caution(
                connection,
                caution,
                revision=_NO_REVISION if revision is None else revision,
                acting=call.acting,
            )
    except Refusal as refusal:
        return await _page(call, typed, refusal.problems)
    return redirect(call.request, ADDRESS)


def _caution(text: str) -> Caution:
    if text not in set(Caution):
        raise refuse("evidence.caution_unknown", "请选择宽松、标准或者从严。", field="caution", status=422)
    return Caution(text)


HANDLERS = [settings_page, change_settings]
