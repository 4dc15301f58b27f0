"""规则库: the rules that come with the platform, and installing them."""

from collections import Counter

from litestar import Response, get, post
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.composition import Services
from mingpiao.identity.model import Account
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.consequences import Consequences, consequences_page, is_confirmed
from mingpiao.portals.forms import read_form
from mingpiao.portals.gates import allowed
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.rendering import page
from mingpiao.portals.rules.finance import CRUMBS, LIST
from mingpiao.portals.rules.rights import RULES_APPROVE, RULES_VIEW
from mingpiao.portals.session import PageCall, PageRequest, redirect, require_right, scoped_reads
from mingpiao.rules.model import Severity
from mingpiao.rules.service import (
    LIBRARY_THEMES,
    VIOLATIONS,
    RuleFilter,
    adopt_library,
    is_province,
    library,
    list_rules,
    require_province_head,
)
from mingpiao.storage.paging import every_item
from mingpiao.units.service import count_units_in_scope


@get("/rules/library", guards=[require_right(RULES_VIEW)])
async def library_page(call: NamedDependency[PageCall]) -> Response[str]:
    """All rules of the library by theme, and which of them exist already."""
    return await _show(call.request, call.session.account, call.services)


@post(
    "/rules/library", guards=[require_right(RULES_APPROVE)], status_code=200, opt=sensitive(Sensitive.RULES)
)
async def adopt(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Approve all rules of the library that do not exist yet, after the page that says what follows."""
    catalog = await call.services.catalog.get()
    if not is_confirmed(await read_form(call.request)):
        return await _ask(call, catalog)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await adopt_library(connection, catalog, acting=call.acting)
    except Refusal as refusal:
        return await _show(call.request, call.session.account, call.services, refusal.problems)
    return redirect(call.request, LIST)


async def _ask(call: PageCall, catalog: Catalog) -> Response[str]:
    require_province_head(catalog, "启用", acting=call.acting)
    async with call.reads() as connection:
        standing = await _standing(connection)
        units = await count_units_in_scope(connection, [f"{catalog.province}0000"], ())
    missing = [entry.rule for entry in library() if entry.rule.code not in standing]
    counts = Counter(rule.severity for rule in missing)
    shown = Consequences(
        title="启用规则库",
        facts=[
            ("规则", f"{len(missing)} 条"),
            *((severity.label, f"{counts[severity]} 条") for severity in Severity),
            ("用票单位", f"{units:,} 家"),
        ],
        told=[
            "立即对全省适用的票据生效：拦截的不能开具，核实的须说明理由，提示的只作提示。",
            "规则库的每一条都有例子和演示省份的命中比例，不必逐条试算。",
            "任何一条都可以随时暂停，或另起新版本修改。",
        ],
        lead="启用后：",
        address=f"{LIST}/library",
        button=f"启用{len(missing)}条规则",
        back=f"{LIST}/library",
        danger=False,
    )
    return consequences_page(call.request, shown, crumbs=[*CRUMBS, ("规则库", f"{LIST}/library")])


async def _standing(connection: AsyncConnection) -> set[str]:
    found = await every_item(lambda key: list_rules(connection, RuleFilter(), after=key))
    return {each.code for each in found}


async def _show(
    request: PageRequest, account: Account, services: Services, problems: tuple[Problem, ...] = ()
) -> Response[str]:
    catalog = await services.catalog.get()
    async with scoped_reads(services, account) as connection:
        standing = await _standing(connection)
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
