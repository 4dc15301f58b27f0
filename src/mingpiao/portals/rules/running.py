"""规则运行情况: the results of rules, and the rules that could not run."""

from datetime import date, timedelta

from litestar import Response, get
from litestar.di import NamedDependency

from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem
from mingpiao.portals.forms import read_day, read_query
from mingpiao.portals.rendering import page
from mingpiao.portals.rules.finance import CRUMBS
from mingpiao.portals.rules.rights import RULES_VIEW
from mingpiao.portals.session import PageCall, require_right
from mingpiao.rules.service import RuleFilter, failure_figures, hit_figures, list_rules, shadow_figures
from mingpiao.storage.paging import every_item

_DAYS = 30


@get("/rules/running", guards=[require_right(RULES_VIEW)])
async def running(call: NamedDependency[PageCall]) -> Response[str]:
    """Hits by rule of the region's units, and failures, between two days: by default the last thirty days."""
    given = read_query(call.request)
    last = _day(given.get("to", ""), today())
    first = _day(given.get("from", ""), (last or today()) - timedelta(days=_DAYS - 1))
    problems: tuple[Problem, ...] = ()
    if first is None or last is None or first > last:
        message = "日期不正确，已显示最近30天，请重新选择。"
        problems = (Problem(code="filter.dates", field="from", message=message, status=422),)
        first, last = today() - timedelta(days=_DAYS - 1), today()
    async with call.reads() as connection:
        hits = await hit_figures(connection, first, last)
        failures = await failure_figures(connection, first, last)
        shadows = await shadow_figures(connection, first, last)
        found = await every_item(lambda key: list_rules(connection, RuleFilter(), after=key))
    only = given.get("show") == "overridden"
    names = {each.code: each.newest.rule.name for each in found}
    book = await call.services.rules.get()
    return page(
        call.request,
        "rules/running.html",
        status=422 if problems else 200,
        title="规则运行情况",
        crumbs=CRUMBS,
        values={"from": first.isoformat(), "to": last.isoformat()},
        hits=[each for each in hits if each.overridden] if only else hits,
        only=only,
        failures=failures,
        shadows=shadows,
        broken={code: why for code, why in book.failures.items() if code in names},
        names=names,
        ruleset=book.version,
        problems=problems,
    )


def _day(text: str, otherwise: date) -> date | None:
    """The day of an address, a default if it is empty, None if it is no day."""
    if not text:
        return otherwise
    try:
        return read_day(text)
    except ValueError:
        return None


HANDLERS = [running]
