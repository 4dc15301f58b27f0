"""/admin/accounts: every account; unlock, disable, enable, a new password."""

from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.catalog.model import Catalog
from mingpiao.composition import Services
from mingpiao.identity.model import Account, Acting, Role, Session
from mingpiao.identity.service import (
    ACCOUNT_PAGE,
    account_state,
    reset_password,
    search_accounts,
    set_active,
    unlock,
)
from mingpiao.kernel.errors import refuse
from mingpiao.portals.bills.filters import clean_text
from mingpiao.portals.forms import read_form, read_query
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageRequest, redirect, scoped_reads
from mingpiao.units.service import names_of

LIST = "/admin/accounts"


@get("/accounts")
async def account_list(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Response[str]:
    """Accounts by name and role, in the order in which they were made."""
    given = read_query(request)
    values = {name: clean_text(given.get(name, "")) for name in ("words", "role")}
    if values["role"] not in Role.__members__.values():
        values["role"] = ""
    catalog = await services.catalog.get()
    async with scoped_reads(services, session.account) as connection:
        found = await search_accounts(connection, **values, after=read_key(given.get("after", "")))
        shown = found[:ACCOUNT_PAGE]
        names = await names_of(connection, [each.account.unit_id for each in shown if each.account.unit_id])
    more = {"after": str(shown[-1].account.account_id)} if len(found) > ACCOUNT_PAGE else {}
    return page(
        request,
        "accounts/admin_accounts.html",
        title="全部账户",
        values=values,
        states=shown,
        roles=[(role.value, role.label) for role in Role],
        place_of=lambda account: place_of(account, catalog, names),
        next_address=list_address(LIST, values | more) if more else "",
        first_address=list_address(LIST, values) if given.get("after") else "",
    )


@get("/accounts/{account_id:int}")
async def account_page(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    account_id: FromPath[int],
) -> Response[str]:
    """One account, and what may be done with it."""
    return await _account_page(request, session, services, account_id)


@post("/accounts/{account_id:int}", status_code=200)
async def change_account(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    acting: NamedDependency[Acting],
    account_id: FromPath[int],
) -> Response[str] | Response[bytes]:
    """Do what the form's `verb` says: unlock, enable, disable, or password."""
    verb = (await read_form(request)).get("verb", "")
    password = ""
    async with services.database.system() as connection:  # system: a verb writes
        account = (await account_state(connection, account_id)).account
        if verb == "unlock":
            await unlock(connection, account, acting=acting)
        elif verb in ("enable", "disable"):
            await set_active(connection, account, verb == "enable", acting=acting)
        elif verb == "password":
            password = await reset_password(connection, account, acting=acting)
        else:
            raise refuse("account.verb_unknown", "没有这项操作，请返回账户页面重新选择。")
    if password:
        return await _account_page(request, session, services, account_id, password=password)
    return redirect(request, f"{LIST}/{account_id}")


async def _account_page(
    request: PageRequest, session: Session, services: Services, account_id: int, *, password: str = ""
) -> Response[str]:
    catalog = await services.catalog.get()
    async with scoped_reads(services, session.account) as connection:
        state = await account_state(connection, account_id)
        names = await names_of(connection, [state.account.unit_id] if state.account.unit_id else [])
    return page(
        request,
        "accounts/admin_account.html",
        title=f"账户 {state.account.username}",
        crumbs=[("全部账户", LIST)],
        state=state,
        place=place_of(state.account, catalog, names),
        own=account_id == session.account.account_id,
        password=password,
    )


def place_of(account: Account, catalog: Catalog, unit_names: dict[int, str]) -> str:
    """The name of the unit or department for which an account works."""
    if account.unit_id is not None:
        return unit_names.get(account.unit_id, "")
    if account.region_code is not None:
        return catalog.departments[account.region_code].name
    return "系统管理"


def read_key(text: str) -> int:
    """A keyset page's key; 0 (the beginning) for what no page gave."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def list_address(path: str, values: dict[str, str]) -> str:
    """The address of a list with its filter; empty values are left out."""
    given = {name: value for name, value in values.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


HANDLERS = [account_list, account_page, change_account]
