"""试算: back-tests of a rule, requested here and run by a worker: which bills the rule would have hit."""

import json
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting
from mingpiao.issuing.model import Bill
from mingpiao.issuing.service import get_bill
from mingpiao.kernel.errors import Refusal
from mingpiao.lake.model import BackTestResult
from mingpiao.lake.service import get_backtest, start_backtest, stop_backtest
from mingpiao.portals.forms import read_form, read_id
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.lists import list_helpers, show_list
from mingpiao.portals.regions import home_region
from mingpiao.portals.rendering import page
from mingpiao.portals.rules.finance import CRUMBS, LIST, show_rule
from mingpiao.portals.rules.form import read_rule_form
from mingpiao.portals.rules.lists import TRIALS as TRIAL_LIST
from mingpiao.portals.rules.rights import RULES_WRITE
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.rules.model import Rule
from mingpiao.rules.service import condition_words, described, get_rule, versions_of
from mingpiao.units.service import names_of

TRIALS = f"{LIST}/backtests"
_GUARDS = [require_right(RULES_WRITE)]
_USUAL_MONTHS = 12


@post("/rules/backtests", guards=_GUARDS, status_code=200)
async def try_form(call: NamedDependency[PageCall]) -> Response[bytes]:
    """Back-test the content of the editor's form, saved or not."""
    form = await read_rule_form(call.request)
    given = await read_form(call.request)
    return await _start(call, form.rule(), given.get("months", ""), acting=call.acting)


@post("/rules/{code:str}/backtests", guards=_GUARDS, status_code=200)
async def try_version(
    call: NamedDependency[PageCall], code: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Back-test a version of a rule."""
    given = await read_form(call.request)
    async with call.reads() as connection:
        versions = await versions_of(connection, code)
    chosen = next((each for each in versions if str(each.version) == given.get("version")), versions[0])
    try:
        months = given.get("months", "")
        return await _start(call, chosen.rule, months, chosen.version, acting=call.acting)
    except Refusal as refusal:
        return await show_rule(call.request, call.session, call.services, code, refusal.problems)


async def _start(
    call: PageCall,
    rule: Rule,
    months: str,
    version: int | None = None,
    *,
    acting: Acting,
) -> Response[bytes]:
    catalog = await call.services.catalog.get()
    asked = read_id(months, 3)
    async with call.services.database.system() as connection:  # system: the trial is written
        backtest_id = await start_backtest(
            connection,
            catalog,
            rule,
            _USUAL_MONTHS if asked is None else asked,
            region_code=home_region(call.session.account, catalog),
            acting=acting,
            version=version,
        )
    return redirect(call.request, f"{TRIALS}/{backtest_id}")


@get("/rules/{code:str}/backtests", guards=_GUARDS)
async def trial_list(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[str]:
    """The department's back-tests of a rule, newest first."""
    async with call.reads() as connection:
        rule = (await get_rule(connection, code)).newest.rule
    crumbs = [*CRUMBS, (code, f"{LIST}/{code}")]
    return await show_list(
        call.request, call.session, call.services, TRIAL_LIST, crumbs=crumbs, code=code, rule=rule
    )


@get("/rules/backtests/{backtest_id:int}", guards=_GUARDS)
async def trial_page(call: NamedDependency[PageCall], backtest_id: FromPath[int]) -> Response[str]:
    """The progress of a back-test, and its result when it is done."""
    catalog = await call.services.catalog.get()
    region = home_region(call.session.account, catalog)
    async with call.reads() as connection:
        trial = await get_backtest(connection, _key(backtest_id), region_code=region)
        result = trial.result
        bills = await _sample(connection, result) if result else []
        names = await names_of(connection, {bill.unit_id for bill in bills})
    return page(
        call.request,
        "rules/trial.html",
        title=f"试算 {trial.rule.code}",
        crumbs=CRUMBS if trial.version is None else [*CRUMBS, (trial.rule.code, f"{LIST}/{trial.rule.code}")],
        trial=trial,
        described=described(trial.rule, catalog),
        condition_words=condition_words(trial.rule, catalog),
        address=f"{TRIALS}/{trial.backtest_id}",
        chart=_chart(result) if result else "",
        bills=bills,
        unit_names=names,
        kind_name=lambda code: kind_name(catalog, code),
    )


@get("/rules/backtests/{backtest_id:int}/state", guards=_GUARDS)
async def trial_state(
    call: NamedDependency[PageCall], backtest_id: FromPath[int]
) -> Response[dict[str, Any]]:
    """For the page's script: `progress` in per cent, the state's name, whether it has ended."""
    region = home_region(call.session.account, await call.services.catalog.get())
    async with call.reads() as connection:
        trial = await get_backtest(connection, _key(backtest_id), region_code=region)
    told = {
        "progress": round(trial.progress * 100),
        "label": trial.state.label,
        "finished": trial.state.finished,
    }
    return Response(told, headers={"Cache-Control": "no-store"})


@post("/rules/backtests/{backtest_id:int}/stop", guards=_GUARDS, status_code=200)
async def stop_trial(call: NamedDependency[PageCall], backtest_id: FromPath[int]) -> Response[bytes]:
    """Cancel a back-test."""
    region = home_region(call.session.account, await call.services.catalog.get())
    key = _key(backtest_id)
    async with call.services.database.system() as connection:  # system: a verb writes
        await stop_backtest(connection, key, region_code=region, acting=call.acting)
    return redirect(call.request, f"{TRIALS}/{key}")


def _key(backtest_id: int) -> int:
    """An id within the database's range; any other belongs to nothing."""
    return backtest_id if 0 <= backtest_id < 2**63 else 0


async def _sample(connection: AsyncConnection, result: BackTestResult) -> list[Bill]:
    """The sample's bills that are within the connection's scope."""
    found = []
    for bill_id in result.sample:
        try:
            found.append(await get_bill(connection, bill_id))
        except Refusal:
            continue
    return found


def _chart(result: BackTestResult) -> str:
    """Hits by month, for finance.js."""
    return json.dumps(
        {
            "type": "columns",
            "name": "命中",
            "unit": "份",
            "labels": [f"{each.month:%Y-%m}" for each in result.months],
            "values": [each.hits for each in result.months],
        }
    )


HANDLERS = [
    try_form,
    try_version,
    trial_list,
    *list_helpers(TRIAL_LIST, guards=_GUARDS),
    trial_page,
    trial_state,
    stop_trial,
]
