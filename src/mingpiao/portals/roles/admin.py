"""/admin/roles: who may do what; one 安全管理员 proposes a change, another one confirms it."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.approvals.service import address_of, open_proposal
from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import ADMINISTRATORS, Account, Role
from mingpiao.identity.service import AccountState, RoleGrant, account_state, list_grants
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.accounts.departments import departments_now
from mingpiao.portals.accounts.lists import place_of, standing
from mingpiao.portals.details import HistoryLine
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import SECURE
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.roles.lists import STAFF
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.security.model import GIVEN_ROLES
from mingpiao.security.service import ROLE_CHANGE, propose_role

_GUARDS = [require_right(SECURE)]


@get("/roles/{account_id:int}", guards=_GUARDS)
async def role_page(call: NamedDependency[PageCall], account_id: FromPath[int]) -> Response[str]:
    """What an account may do, how it came to that, and the form that proposes a change."""
    return await _role_page(call, account_id)


@post("/roles/{account_id:int}", guards=_GUARDS, status_code=200, opt=sensitive(Sensitive.ROLES))
async def change_role(
    call: NamedDependency[PageCall], account_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Propose another role; another 安全管理员 confirms it."""
    given = await read_form(call.request)
    catalog = await call.services.catalog.get()
    try:
        role, region = _wanted(given, catalog)
        async with call.services.database.system() as connection:  # system: a verb writes
            proposal_id = await propose_role(
                connection, account_id, role, region, given.get("reason", ""), acting=call.acting
            )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return await _role_page(call, account_id, given, refusal.problems)
    return redirect(call.request, address_of(proposal_id, "security"))


def _wanted(given: Mapping[str, str], catalog: Catalog) -> tuple[Role, str | None]:
    chosen, region = given.get("role", ""), given.get("region_code", "")
    if chosen not in {role.value for role in GIVEN_ROLES}:
        raise refuse("role.not_given", "请选择要授予的角色。", field="role", status=422)
    if region and region not in dict(departments_now(catalog)):
        raise refuse("account.region_missing", "请选择财政部门。", field="region_code", status=422)
    return Role(chosen), region or None


async def _role_page(
    call: PageCall,
    account_id: int,
    given: Mapping[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    catalog = await call.services.catalog.get()
    async with call.services.database.system() as connection:  # system: no scope reads accounts and grants
        state = await account_state(connection, account_id)
        if state.account.unit_id is not None:
            raise refuse("account.unknown", "没有这个账户，请从账户列表中选择。", status=404)
        grants = await list_grants(connection, account_id)
        waiting = await open_proposal(connection, ROLE_CHANGE.kind, str(account_id))
    account = state.account
    return form_page(
        call.request,
        _form(account, catalog),
        given or _present(account, catalog),
        problems,
        template="roles/role.html",
        title=f"授权：{account.username}",
        crumbs=[(STAFF.title, STAFF.address)],
        facts_of=_facts(state, catalog),
        lines=[_line(each, catalog) for each in grants],
        own=account_id == call.session.account.account_id,
        waiting=address_of(waiting.proposal_id, "security") if waiting else "",
    )


def _facts(state: AccountState, catalog: Catalog) -> list[tuple[str, str]]:
    account = state.account
    return [
        ("用户名", account.username),
        ("姓名", account.display_name),
        ("角色", account.role.label),
        ("部门", place_of(account, catalog, {})),
        ("状态", standing(state).text),
    ]


def _line(grant: RoleGrant, catalog: Catalog) -> HistoryLine:
    department = catalog.departments[grant.region_code].name if grant.region_code else ""
    people = "，".join(
        each for each in (f"提交：{grant.proposer}" * bool(grant.proposer), grant.way.label) if each
    )
    return HistoryLine(
        at=grant.granted_at,
        what=f"{grant.role.label}{f'（{department}）' if department else ''}",
        who=grant.confirmer,
        note=people,
    )


def _present(account: Account, catalog: Catalog) -> dict[str, str]:
    """What stands in the form; for a department that has ended, the one that goes on for it."""
    region = catalog.regions.get(account.region_code or "")
    successor = region.successors[0] if region and region.successors else account.region_code or ""
    return {"role": account.role.value, "region_code": successor}


def _form(account: Account, catalog: Catalog) -> PageForm:
    address = f"{STAFF.address}/{account.account_id}"
    return PageForm(
        address=address,
        fields=(
            FormField(
                name="role",
                label="角色",
                kind="radios",
                required=True,
                options=tuple((role.value, _option(role)) for role in GIVEN_ROLES),
                hint="三类管理员互不兼任，也不办理业务；担任过其中一类的账户不能再改任其他角色。",
            ),
            FormField(
                name="region_code",
                label="财政部门",
                kind="select",
                options=departments_now(catalog),
                empty="不属于财政部门",
                hint="财政经办和财政负责人必须选择；管理员不选。",
            ),
            FormField(name="reason", label="原因", kind="textarea", required=True, hint="确认人据此判断。"),
        ),
        note="提交后由另一位安全管理员在“待确认变更”中确认，确认后立即生效，该账户现有登录退出。",
        button="提交确认",
        cancel=STAFF.address,
    )


def _option(role: Role) -> str:
    if role is Role.UNGRANTED:
        return "收回角色"
    return f"{role.label}（不办理业务）" if role in ADMINISTRATORS else role.label


HANDLERS = [*list_handlers(STAFF, guards=_GUARDS), role_page, change_role]
