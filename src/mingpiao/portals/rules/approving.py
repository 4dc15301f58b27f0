"""Before a version acts: how it was tried, in sentences, and the page that names what follows."""

from litestar import Response

from mingpiao.catalog.model import Catalog
from mingpiao.composition import Services
from mingpiao.identity.model import Account
from mingpiao.kernel.codes import region_covers
from mingpiao.portals.consequences import Consequences, consequences_page
from mingpiao.portals.rules.history import suspension_of
from mingpiao.portals.rules.lists import RULES, owner_name
from mingpiao.portals.session import PageCall, PageRequest
from mingpiao.rules import service as rules
from mingpiao.rules.model import RuleMode, RuleTrial, RuleVersion, Severity, TrialKind, VersionState
from mingpiao.rules.service import RuleSummary
from mingpiao.units.service import count_units_in_scope

_EFFECTS = {
    Severity.BLOCK: "命中的票据不能开具",
    Severity.ASK: "命中的票据须由开票人说明理由，或提请财政部门复核，才能开具",
    Severity.WARN: "命中的票据照常开具，开票人看到提示",
}
_OPEN = frozenset({VersionState.DRAFT, VersionState.SUBMITTED, VersionState.RETURNED})


async def tried_so_far(services: Services, account: Account, version: RuleVersion) -> list[RuleTrial] | None:
    """How a version that is to act was tried; None where nobody needs to know: it is decided, or only a trial.

    Its figures are of the owner's whole region, so departments below that one are not told.
    """
    region = account.region_code
    if version.rule.mode is RuleMode.SHADOW or version.state not in _OPEN:
        return None
    if region is None or not region_covers(region, version.region_code):
        return None
    # system: a back-test of the department above counts as well, which the one below does not see
    async with services.database.system() as connection:
        return await rules.trials_of_version(connection, version)


def trial_words(trial: RuleTrial, trial_days: int) -> str:
    """A trial in one sentence with its figures."""
    match trial.kind:
        case TrialKind.ACTED:
            return f"第{trial.version}版以同样的条件和范围正式运行过。"
        case TrialKind.SHADOW:
            short = "" if rules.is_enough(trial, trial_days) else f"，不满{trial_days}天"
            hits = f"会命中 {trial.hits:,} 份票据，涉及 {trial.units:,} 家单位"
            return f"第{trial.version}版试运行 {trial.days} 天{short}：{hits}。"
        case TrialKind.BACKTEST:
            return _backtest_words(trial)


def _backtest_words(trial: RuleTrial) -> str:
    looked = f"试算最近{trial.months}个月范围内的 {trial.bills:,} 份票据："
    if not trial.bills:
        return looked + "".join(trial.warnings)
    hits = f"会命中 {trial.hits:,} 份（{trial.hits / trial.bills:.1%}），涉及 {trial.units:,} 家单位"
    return f"{looked}{hits}；其中最近一个月 {trial.newest_hits:,} 份。" + "".join(trial.warnings)


async def approval_page(
    call: PageCall, version: RuleVersion, live_version: int | None, reason: str
) -> Response[str]:
    """The page before a version acts for all bills in its scope."""
    catalog = await call.services.catalog.get()
    rule, trial_days = version.rule, call.services.rules.trial_days
    tried = await tried_so_far(call.services, call.session.account, version) or []
    async with call.reads() as connection:
        units = await count_units_in_scope(
            connection, rule.regions or (version.region_code,), rule.unit_types
        )
    enough = any(rules.is_enough(each, trial_days) for each in tried)
    address = f"{RULES.address}/{rule.code}"
    shown = Consequences(
        title=f"通过规则：{rule.code}第{version.version}版",
        facts=_facts(version, catalog, reason),
        told=[
            f"立即对全部适用票据生效：{_EFFECTS[rule.severity]}。",
            *([f"第{live_version}版同时停止运行。"] if live_version else []),
            f"适用地区和类型的用票单位现有 {units:,} 家。",
            *(trial_words(each, trial_days) for each in tried),
            "发现误伤时可以立即暂停，已开的票据不受影响。",
        ],
        lead="通过后：",
        hindered=[] if enough else [rules.untried(trial_days).problems[0].message],
        address=f"{address}/versions/{version.version}/approve",
        button="确认通过",
        back=f"{address}?version={version.version}",
        instead=None
        if enough
        else ("到规则页面开始试算", f"{address}?version={version.version}#trial-title"),
        members={"revision": str(version.revision), "reason": reason},
        danger=False,
        revises=True,
    )
    return consequences_page(
        call.request, shown, crumbs=[(RULES.title, RULES.address), (rule.code, shown.back)]
    )


async def resumption_page(call: PageCall, summary: RuleSummary, reason: str) -> Response[str]:
    """The page before a rule that was suspended judges bills again."""
    catalog, code = await call.services.catalog.get(), summary.newest.rule.code
    suspension = await suspension_of(call.services, code)
    async with call.reads() as connection:
        live, trial = rules.standing_versions(await rules.versions_of(connection, code))
        units = (
            await count_units_in_scope(
                connection, live.rule.regions or (live.region_code,), live.rule.unit_types
            )
            if live
            else 0
        )
    address = f"{RULES.address}/{code}"
    stopped = (
        [("暂停", f"{suspension.at:%Y-%m-%d %H:%M} {suspension.by}：{suspension.reason}")]
        if suspension
        else []
    )
    shown = Consequences(
        title=f"恢复运行：{code}",
        facts=[*_scope_facts(live or summary.newest, catalog), *stopped, ("恢复的原因", reason)],
        told=_resumed(live, trial, units),
        address=f"{address}/resume",
        button="确认恢复运行",
        back=address,
        members={"reason": reason},
        danger=False,
        revises=True,
    )
    return consequences_page(call.request, shown, crumbs=[(RULES.title, RULES.address), (code, address)])


def roll_back_page(
    request: PageRequest, shown: RuleVersion, summary: RuleSummary, catalog: Catalog
) -> Response[str]:
    """The page before the content of an older version is submitted as a new one."""
    code, live = summary.code, summary.live_version
    told = [
        f"第{shown.version}版的内容成为第{summary.newest.version + 1}版，提交审核。",
        "由省级财政部门负责人审核通过后才生效；提交的人不能自己审核。",
    ]
    if live is not None:
        told.append(f"在那以前，第{live}版照常运行。")
    return _version_page(
        request, shown, f"恢复第{shown.version}版：{code}", "roll_back", "确认恢复，提交审核", told, catalog
    )


def end_of_trial_page(
    request: PageRequest, shown: RuleVersion, summary: RuleSummary, catalog: Catalog
) -> Response[str]:
    """The page before a trial ends without a version that acts."""
    live = summary.live_version
    told = [
        f"立即不再记录第{shown.version}版会命中的票据，不需要他人审核；已有的记录保留。",
        f"第{live}版照常运行。" if live else "这条规则没有正式运行的版本，此后不判断任何票据。",
        "以后还想再试的，请另起新版本，经审核后重新试运行。",
    ]
    title = f"结束试运行：{summary.code}第{shown.version}版"
    return _version_page(request, shown, title, "end_trial", "确认结束试运行", told, catalog)


def _version_page(
    request: PageRequest,
    shown: RuleVersion,
    title: str,
    verb: str,
    button: str,
    told: list[str],
    catalog: Catalog,
) -> Response[str]:
    address = f"{RULES.address}/{shown.rule.code}"
    back = f"{address}?version={shown.version}"
    asked = Consequences(
        title=title,
        facts=_scope_facts(shown, catalog),
        told=told,
        address=f"{address}/versions/{shown.version}/{verb}",
        button=button,
        back=back,
        members={"revision": str(shown.revision)},
        danger=False,
    )
    return consequences_page(request, asked, crumbs=[(RULES.title, RULES.address), (shown.rule.code, back)])


def _resumed(live: RuleVersion | None, trial: RuleVersion | None, units: int) -> list[str]:
    """What follows for the version that acts, and for the one on trial."""
    acting = (
        [
            f"第{live.version}版立即对全部适用票据重新生效：{_EFFECTS[live.rule.severity]}。",
            f"适用地区和类型的用票单位现有 {units:,} 家。",
            "暂停期间开具的票据没有经过这条规则，不会补查；可以用试算查看其中会命中多少。",
        ]
        if live
        else []
    )
    tried = [f"第{trial.version}版继续试运行，只记录，不影响开票。"] if trial else []
    return [*acting, *tried, "规则所属的财政部门会收到消息。发现误伤时可以再次立即暂停。"]


def _facts(version: RuleVersion, catalog: Catalog, reason: str) -> list[tuple[str, str]]:
    return [*_scope_facts(version, catalog), ("起草", version.author_name), ("审核意见", reason)]


def _scope_facts(version: RuleVersion, catalog: Catalog) -> list[tuple[str, str]]:
    rule, described = version.rule, rules.described(version.rule, catalog)
    owner = owner_name(catalog, version.region_code)
    return [
        ("规则", f"{rule.code} {rule.name}"),
        ("条件", rules.condition_words(rule, catalog) or rule.condition),
        ("处置", rule.severity.label),
        ("适用地区", described["regions"] if rule.regions else f"{owner}全部"),
        ("适用票据", described["kinds"]),
        ("单位类型", described["unit_types"]),
    ]
