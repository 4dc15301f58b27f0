"""The rules in force, as a process holds them in memory: loaded once, dropped when a notice says that they
changed.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import BillKind, Catalog
from mingpiao.catalog.service import CHANNEL as CATALOG_CHANNEL
from mingpiao.catalog.service import load as load_catalog
from mingpiao.messages.service import tell_department
from mingpiao.rules.checking import retired_scope
from mingpiao.rules.compiling import Compiled, compile_version
from mingpiao.rules.judging import history_needs
from mingpiao.rules.model import History, LoadedRule, RuleMode, RuleVersion, Severity, Stage
from mingpiao.rules.store import as_version
from mingpiao.rules.trials import TRIAL_DAYS
from mingpiao.storage.database import DATABASE_AWAY, Database
from mingpiao.storage.notices import Notices
from mingpiao.storage.remembered import Remembered

#: The channel of the notice that rules were published.
CHANNEL = "rules_changed"
#: For at most so many combinations of kind, unit type and region the matching rules are kept.
_MAX_REMEMBERED = 5_000
_ORDER = {Severity.BLOCK: 0, Severity.ASK: 1, Severity.WARN: 2}

_logger = logging.getLogger(__name__)


class BillRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules that judge a bill, and what they need. `ruleset_version` names the rule set that they belong
    to.

    `rules` holds blocks first, then asks, then warnings, each ordered by code. `history` and `item_history`
    are the aggregates that the facts of the bill and of its items must contain. `face_blocks` are the blocks
    that need no aggregates and no evidence. `shadows` are the rules on trial, whose hits do not act.
    """

    ruleset_version: int
    rules: tuple[LoadedRule, ...]
    history: frozenset[History]
    item_history: frozenset[History]
    face_blocks: tuple[LoadedRule, ...]
    shadows: tuple[LoadedRule, ...] = ()


class RuleSet:
    """规则集: all rules that were live or on trial when it was published; `version` is 0 before the first one.

    `failures` maps the code of each rule that cannot run any more to the reason, in Chinese.
    """

    def __init__(self, version: int, rules: Sequence[LoadedRule], failures: dict[str, str]) -> None:
        self.version = version
        self.rules = tuple(sorted(rules, key=lambda each: (_ORDER[each.rule.severity], each.rule.code)))
        self.failures = failures
        self._remembered: dict[tuple[Any, ...], BillRules] = {}

    def usual_reasons(self, code: str) -> tuple[str, ...]:
        """The usual reasons that the author of a rule wrote down; none for a rule that is no longer in force."""
        acting = (each.rule for each in self.rules if each.rule.mode is RuleMode.ACTING)
        return next((rule.reasons for rule in acting if rule.code == code), ())

    def for_bill(
        self, kind: str, unit_type: str, regions_upwards: Sequence[str], stages: frozenset[Stage], on: date
    ) -> BillRules:
        """The rules that judge a bill. Equal arguments return the very same object.

        `regions_upwards` are the unit's region and those above it. A local rule judges only bills of its
        owner's region and below, and within that area only bills of its `regions`. Both dates of a rule are
        inclusive.
        """
        key = (kind, unit_type, tuple(regions_upwards), stages, on)
        found = self._remembered.get(key)
        if found is None:
            if len(self._remembered) >= _MAX_REMEMBERED:
                self._remembered.clear()
            found = _bill_rules(self.version, tuple(each for each in self.rules if _concerns(each, *key)))
            self._remembered[key] = found
        return found


def _bill_rules(version: int, rules: tuple[LoadedRule, ...]) -> BillRules:
    history, item_history = history_needs(rules)
    acting = tuple(each for each in rules if each.rule.mode is RuleMode.ACTING)
    return BillRules(
        ruleset_version=version,
        rules=acting,
        history=history,
        item_history=item_history,
        face_blocks=tuple(each for each in acting if _is_face_block(each)),
        shadows=tuple(each for each in rules if each.rule.mode is RuleMode.SHADOW),
    )


def _is_face_block(loaded: LoadedRule) -> bool:
    rule = loaded.rule
    asks_more = loaded.history or loaded.item_history or rule.stage is not Stage.FACE
    return rule.severity is Severity.BLOCK and not asks_more


def _concerns(
    loaded: LoadedRule,
    kind: str,
    unit_type: str,
    regions_upwards: tuple[str, ...],
    stages: frozenset[Stage],
    on: date,
) -> bool:
    rule = loaded.rule
    return (
        rule.stage in stages
        and (not rule.kinds or kind in rule.kinds or kind[:2] in rule.kinds)
        and (not rule.unit_types or unit_type in rule.unit_types)
        and loaded.region_code in regions_upwards
        and (not rule.regions or not set(rule.regions).isdisjoint(regions_upwards))
        and rule.effective_from <= on
        and (rule.effective_to is None or on <= rule.effective_to)
    )


class RuleBook:
    """The newest rule set in the memory of a process. Each rule version is compiled once, after which `get`
    is fast. `trial_days` is the setting for `approval.approve`.
    """

    def __init__(self, database: Database, notices: Notices, *, trial_days: int = TRIAL_DAYS) -> None:
        self.trial_days = trial_days
        self._database = database
        self._loading = asyncio.Lock()
        self._kept = Remembered[None, RuleSet](self._load)
        self._kinds: dict[str, BillKind] = {}
        self._compiled: dict[tuple[str, int], Compiled] = {}
        for channel in (CHANNEL, CATALOG_CHANNEL):
            notices.subscribe(channel, lambda _payload: self._kept.forget())

    async def get(self) -> RuleSet:
        """The rules in force. Raises the database's errors, and `Refusal` before a province exists."""
        return await self._kept.get(None)

    async def _load(self, _key: None) -> RuleSet:
        # One after the other: each takes what the one before has compiled.
        async with self._loading:
            async with self._database.system() as connection:
                catalog = await load_catalog(connection)
                version, members = await live_versions(connection)
            compiled = await asyncio.to_thread(self._compile, members, catalog)
            failures = {each.loaded.rule.code: each.failure for each in compiled if each.failure}
            loaded = RuleSet(version, [each.loaded for each in compiled], failures)
        await self._tell(members, catalog, failures)
        return loaded

    def _compile(self, members: list[RuleVersion], catalog: Catalog) -> list[Compiled]:
        """Compiled conditions depend on the fields of bill kinds; they are kept as long as these do not
        change.
        """
        known = self._compiled if catalog.kinds == self._kinds else {}
        keys = [(member.rule.code, member.version) for member in members]
        fresh = {
            key: known[key] if key in known else compile_version(member, catalog)
            for key, member in zip(keys, members, strict=True)
        }
        self._kinds, self._compiled = catalog.kinds, fresh
        return list(fresh.values())

    async def _tell(self, members: list[RuleVersion], catalog: Catalog, failures: dict[str, str]) -> None:
        """Alert the owners of live rules that fail, or whose scope names retired kinds or items; once for
        each version.
        """
        alerts = _alerts(members, catalog, failures)
        if not alerts:
            return
        try:
            async with self._database.system() as connection:
                for alert in alerts:
                    await tell_department(
                        connection,
                        alert.region_code,
                        alert.topic,
                        alert.title,
                        alert.body,
                        link=alert.link,
                        urgent=True,
                    )
        except DATABASE_AWAY as error:
            _logger.warning("alerts about rules wait for the next loading: %s", error)


class _Alert(msgspec.Struct, frozen=True, kw_only=True):
    region_code: str
    topic: str
    title: str
    body: str
    link: str


def _alerts(members: list[RuleVersion], catalog: Catalog, failures: dict[str, str]) -> list[_Alert]:
    alerts = []
    for member in members:
        rule = member.rule
        gone = [problem.message for problem in retired_scope(rule, catalog)]
        failure = failures.get(rule.code, "")
        for sort, body in (("failing", failure), ("retired", "".join(gone))):
            if body:
                alerts.append(
                    _Alert(
                        region_code=member.region_code,
                        topic=f"rule:{sort}:{rule.code}:{member.version}",
                        title=f"监管规则“{rule.name}”需要修订",
                        body=body,
                        link=f"/finance/rules/{rule.code}",
                    )
                )
    return alerts


_NEWEST_SET = "SELECT ruleset_version, members, shadows FROM rule_sets ORDER BY ruleset_version DESC LIMIT 1"
_MEMBERS = """
SELECT rule_versions.*, rules.region_code
FROM jsonb_each_text(CAST(:members AS jsonb)) AS member(code, version)
JOIN rule_versions ON rule_versions.code = member.code AND rule_versions.version = member.version::integer
JOIN rules ON rules.code = rule_versions.code
ORDER BY rule_versions.code
"""


async def live_versions(connection: AsyncConnection) -> tuple[int, list[RuleVersion]]:
    """The version and the members of the newest rule set, those on trial last; 0 and none before the first one
    was published.
    """
    newest = (await connection.execute(text(_NEWEST_SET))).one_or_none()
    if newest is None:
        return 0, []
    found: list[RuleVersion] = []
    for named in (newest.members, newest.shadows):
        members = msgspec.json.encode(named).decode()
        rows = (await connection.execute(text(_MEMBERS), {"members": members})).mappings()
        found += [as_version(row) for row in rows]
    return newest.ruleset_version, found
