"""The lists of 监管规则 and of one rule's back-tests."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.identity.service import display_names
from mingpiao.kernel.codes import region_prefix
from mingpiao.lake.model import BackTest, BackTestState
from mingpiao.lake.service import BACKTEST_PAGE, list_backtests
from mingpiao.portals.list_columns import Badge, Column, Parts
from mingpiao.portals.list_filters import ChoiceFilter, Here, RegionFilter, TextFilter
from mingpiao.portals.list_model import Button, Listing
from mingpiao.portals.regions import home_region
from mingpiao.portals.rules.rights import RULES_WRITE
from mingpiao.rules.model import Rule, RuleVersion, Severity, Stage, VersionState
from mingpiao.rules.service import RuleFilter, RuleSummary, ShadowHit, list_rules, list_shadow_hits
from mingpiao.storage.paging import Page
from mingpiao.storage.scope import SYSTEM
from mingpiao.units.service import names_of

#: The options of the state filter: the newest version's state, or whether the rule is in force.
_STATES: dict[str, tuple[str, RuleFilter]] = {
    "live": ("运行中", RuleFilter(live=True)),
    "suspended": ("已暂停", RuleFilter(suspended=True)),
    **{state.value: (f"最新版本{state.label}", RuleFilter(state=state)) for state in VersionState},
}
_SEVERITIES = {Severity.BLOCK: "red", Severity.ASK: "orange", Severity.WARN: "blue"}
_VERSIONS = {VersionState.APPROVED: "green", VersionState.RETURNED: "red", VersionState.SUBMITTED: "orange"}
_TRIALS = {BackTestState.DONE: "green", BackTestState.FAILED: "red", BackTestState.STOPPED: "orange"}


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule with the name of the department that owns it."""

    summary: RuleSummary
    owner: str

    @property
    def rule(self) -> Rule:
        return self.summary.newest.rule


class TrialRow(msgspec.Struct, frozen=True, kw_only=True):
    """A back-test with the name of the person who requested it."""

    trial: BackTest
    asked_by: str


def owner_name(catalog: Catalog, region_code: str) -> str:
    """The department that owns a rule, by the name of its region."""
    return catalog.region_path(region_code) or catalog.regions[region_code].name


def rule_filter(wanted: Mapping[str, Any]) -> RuleFilter:
    """The filter for the fetching verb, from the members of the address."""
    state = _STATES[wanted["state"]][1] if wanted["state"] else RuleFilter()
    return msgspec.structs.replace(
        state,
        stage=Stage(wanted["stage"]) if wanted["stage"] else None,
        severity=Severity(wanted["severity"]) if wanted["severity"] else None,
        region_prefix=region_prefix(wanted["region"]) if wanted["region"] else "",
        words=wanted["words"],
    )


async def _rules(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[RuleRow]:
    found = await list_rules(here.connection, rule_filter(wanted), after=key, limit=limit)
    rows = tuple(
        RuleRow(summary=each, owner=owner_name(here.catalog, each.newest.region_code)) for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


async def fetch_trials(here: Here, _wanted: Mapping[str, Any], key: str, limit: int) -> Page[TrialRow]:
    """A department's back-tests of the rule whose code is in the page's path."""
    region = home_region(here.account, here.catalog)
    code = str(here.path["code"])
    found = await list_backtests(here.connection, code, region_code=region, after=key, limit=limit)
    names = await display_names(here.connection, {trial.asked_by for trial in found.items})
    rows = tuple(TrialRow(trial=trial, asked_by=names.get(trial.asked_by, "")) for trial in found.items)
    return Page(items=rows, next_key=found.next_key)


def _running(row: RuleRow) -> Badge | str:
    if row.summary.suspended:
        return Badge("已暂停", "orange")
    live, tried = row.summary.live_version, row.summary.shadow_version
    if tried is not None:
        return Badge(f"第{tried}版试运行" + (f"，第{live}版运行" if live else ""), "blue")
    return f"第{live}版" if live else "未运行"


def _newest(row: RuleRow) -> Parts:
    newest: RuleVersion = row.summary.newest
    badge = Badge(newest.state.label, _VERSIONS.get(newest.state, "secondary"))
    return Parts((f"第{newest.version}版", badge))


TRIAL_COLUMNS: tuple[Column[TrialRow], ...] = (
    Column(
        name="asked",
        label="试算时间",
        kind="moment",
        head=True,
        value=lambda row: row.trial.asked_at,
        link=lambda row: f"/finance/rules/backtests/{row.trial.backtest_id}",
    ),
    Column(
        name="version",
        label="版本",
        value=lambda row: f"第{row.trial.version}版" if row.trial.version else "未保存的内容",
    ),
    Column(name="months", label="范围", phone=False, value=lambda row: f"最近{row.trial.months}个月"),
    Column(
        name="state",
        label="状态",
        value=lambda row: Badge(row.trial.state.label, _TRIALS.get(row.trial.state, "blue")),
    ),
    Column(
        name="hits",
        label="命中票据（份）",
        kind="count",
        value=lambda row: row.trial.result.hits if row.trial.result else None,
    ),
    Column(
        name="units",
        label="涉及单位（个）",
        kind="count",
        phone=False,
        value=lambda row: row.trial.result.units if row.trial.result else None,
    ),
    Column(
        name="money",
        label="涉及金额（元）",
        kind="money",
        value=lambda row: row.trial.result.money if row.trial.result else None,
    ),
    Column(name="by", label="试算人", phone=False, value=lambda row: row.asked_by),
)
RULES: Listing[RuleRow] = Listing(
    name="finance_rules",
    address="/finance/rules",
    title="监管规则",
    filters=(
        TextFilter(name="words", label="编码、名称或依据", width="col-12 col-md-4"),
        ChoiceFilter(
            name="state",
            label="状态",
            width="col-6 col-md-2",
            options=[(name, label) for name, (label, _) in _STATES.items()],
        ),
        ChoiceFilter(
            name="stage",
            label="环节",
            width="col-6 col-md-2",
            options=[(stage.value, stage.label) for stage in Stage],
        ),
        ChoiceFilter(
            name="severity",
            label="处置",
            width="col-6 col-md-2",
            options=[(severity.value, severity.label) for severity in Severity],
        ),
        # Rules of the regions above apply too, so by default none is left out.
        RegionFilter(label="制定地区", width="col-6 col-md-2", own=False),
    ),
    columns=(
        Column(
            name="code",
            label="编码",
            kind="code",
            head=True,
            value=lambda row: row.summary.code,
            link=lambda row: f"/finance/rules/{row.summary.code}",
        ),
        Column(name="name", label="名称", kind="wide", value=lambda row: row.rule.name),
        Column(name="stage", label="环节", phone=False, value=lambda row: row.rule.stage.label),
        Column(
            name="severity",
            label="处置",
            value=lambda row: Badge(row.rule.severity.label, _SEVERITIES[row.rule.severity]),
        ),
        Column(name="owner", label="制定地区", phone=False, value=lambda row: row.owner),
        Column(name="running", label="运行", kind="short", value=_running),
        Column(name="newest", label="最新版本", kind="short", phone=False, value=_newest),
    ),
    fetch=_rules,
    empty=("没有符合条件的监管规则", "请修改条件后重新查询，或新建、导入规则。"),
    buttons=(
        Button(label="运行情况", address="/finance/rules/running"),
        Button(label="规则库", address="/finance/rules/library"),
        Button(label="导入", address="/finance/rules/import", right=RULES_WRITE),
        Button(label="新建规则", address="/finance/rules/new", right=RULES_WRITE, primary=True),
    ),
    files=(("YAML", "yaml"),),
)


class ShadowRow(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that a rule on trial hit, with the name of its unit."""

    hit: ShadowHit
    unit: str


async def _shadows(here: Here, _wanted: Mapping[str, Any], key: str, limit: int) -> Page[ShadowRow]:
    found = await list_shadow_hits(here.connection, str(here.path["code"]), after=key, limit=limit)
    names = await names_of(here.connection, {each.unit_id for each in found.items})
    rows = tuple(ShadowRow(hit=each, unit=names.get(each.unit_id, "")) for each in found.items)
    return Page(items=rows, next_key=found.next_key)


SHADOWS: Listing[ShadowRow] = Listing(
    name="finance_shadow_hits",
    address="/finance/rules/{code}/shadow",
    title="试运行命中的票据",
    columns=(
        Column(name="at", label="开票时间", kind="moment", phone=False, value=lambda row: row.hit.hit_at),
        Column(
            name="number",
            label="票据号码",
            kind="code",
            head=True,
            value=lambda row: row.hit.identity.number,
            link=lambda row: f"/finance/bills/{row.hit.identity.code}/{row.hit.identity.number}",
        ),
        Column(
            name="unit",
            label="用票单位",
            kind="wide",
            value=lambda row: row.unit,
            link=lambda row: f"/finance/units/{row.hit.unit_id}",
        ),
        Column(name="version", label="版本", phone=False, value=lambda row: f"第{row.hit.version}版"),
        Column(
            name="would",
            label="正式运行时",
            value=lambda row: Badge(row.hit.severity.label, _SEVERITIES[row.hit.severity]),
        ),
        Column(name="message", label="提示语", kind="long", phone=False, value=lambda row: row.hit.message),
    ),
    fetch=_shadows,
    empty=("还没有命中", "试运行的规则命中的票据会出现在这里，照常开具，单位看不到。"),
)
TRIALS: Listing[TrialRow] = Listing(
    name="finance_trials",
    address="/finance/rules/{code}/backtests",
    title="历次试算",
    key="before",
    page_size=BACKTEST_PAGE,
    # The portals' scopes do not include back-tests; the verb restricts to the department.
    scope=lambda _account: SYSTEM,
    columns=TRIAL_COLUMNS,
    fetch=fetch_trials,
    empty=("没有试算", "试算不影响任何票据。"),
    template="rules/trials.html",
)
