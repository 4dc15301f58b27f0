"""规则库: the rules that come with the platform, and installing them."""

from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.composition import Services
from mingpiao.identity.model import Account
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.gates import allowed
from mingpiao.portals.rendering import page
from mingpiao.portals.rules.finance import CRUMBS, LIST
from mingpiao.portals.rules.rights import RULES_APPROVE, RULES_VIEW
from mingpiao.portals.session import PageCall, PageRequest, redirect, require_right, scoped_reads
from mingpiao.rules.service import (
    LIBRARY_THEMES,
    VIOLATIONS,
    RuleFilter,
    adopt_library,
    is_province,
    library,
    list_rules,
)
from mingpiao.storage.paging import every_item


@get("/rules/library", guards=[require_right(RULES_VIEW)])
async def library_page(call: NamedDependency[PageCall]) -> Response[str]:
    """All rules of the library by theme, and which of them exist already."""
    return await _show(call.request, call.session.account, call.services)


@post("/rules/library", guards=[require_right(RULES_APPROVE)], status_code=200)
async def adopt(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Approve all rules of the library that do not exist yet."""
    catalog = await call.services.catalog.get()
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await adopt_library(connection, catalog, acting=call.acting)
    except Refusal as refusal:
        return await _show(call.request, call.session.account, call.services, refusal.problems)
    return redirect(call.request, LIST)


async def _show(
    request: PageRequest, account: Account, services: Services, problems: tuple[Problem, ...] = ()
) -> Response[str]:
    catalog = await services.catalog.get()
    async with scoped_reads(services, account) as connection:
        found = await every_item(lambda key: list_rules(connection, RuleFilter(), after=key))
    standing = {each.code for each in found}
    missing = sum(entry.rule.code not in standing for entry in library())
    region = account.region_code
    return page(
        request,
        "rules/library.html",
        title="规则库",
        crumbs=CRUMBS,
        themes=[
            (title, [entry for entry in library() if entry.theme == theme])
            for theme, title in LIBRARY_THEMES.items()
        ],
        violations=VIOLATIONS,
        standing=standing,
        missing=missing,
        may_adopt=allowed(account.role, RULES_APPROVE)
        and region is not None
        and is_province(region, catalog),
        problems=problems,
    )


HANDLERS = [library_page, adopt]
