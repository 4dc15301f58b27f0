"""The rules of monitoring in force, compiled, for a process that judges hours; read again after ten seconds."""

import logging
from collections.abc import Mapping, Sequence
from datetime import date
from time import monotonic
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.service import load as load_catalog
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Refusal
from mingpiao.rules.model import Predicate, Rule, RuleMode, RuleVersion, Stage
from mingpiao.rules.service import compile_condition, field_table, fill, live_versions, parse

KEPT_SECONDS = 10.0
_logger = logging.getLogger(__name__)


class Watcher(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of monitoring that can run, and the department that owns it."""

    rule: Rule
    version: int
    region_code: str
    predicate: Predicate

    def concerns(self, facts: Mapping[str, Any], day: date) -> bool:
        """Whether the rule judges a unit on a day."""
        rule, region = self.rule, facts["unit_region"]
        return (
            region_covers(self.region_code, region)
            and (not rule.regions or any(region_covers(each, region) for each in rule.regions))
            and (not rule.unit_types or facts["unit_type"] in rule.unit_types)
            and rule.effective_from <= day
            and (rule.effective_to is None or day <= rule.effective_to)
        )

    def sentence(self, facts: Mapping[str, Any]) -> str:
        """Why the rule hits, with the numbers."""
        return fill(self.rule.message, facts)

    def hits(self, facts: Mapping[str, Any]) -> bool:
        """Whether the condition is true; one that cannot be evaluated is logged and hits nothing."""
        try:
            return self.predicate(facts) is True
        except Exception:
            _logger.exception("rule %s version %d cannot be evaluated", self.rule.code, self.version)
            return False


class Watchers:
    """The watchers of a process, remembered for a while."""

    def __init__(self) -> None:
        self._found: Sequence[Watcher] = ()
        self._read_at = float("-inf")

    async def get(self, connection: AsyncConnection) -> Sequence[Watcher]:
        """The acting rules of monitoring that are in the rule set in force."""
        if monotonic() - self._read_at >= KEPT_SECONDS:
            self._found = await read_watchers(connection)
            self._read_at = monotonic()
        return self._found


async def read_watchers(connection: AsyncConnection) -> list[Watcher]:
    """The same, read now. Rules that do not compile any more are left out: the rule book tells their owners."""
    _, members = await live_versions(connection)
    watching = [each for each in members if each.rule.stage is Stage.MONITORING]
    acting = [each for each in watching if each.rule.mode is RuleMode.ACTING]
    found = [await watcher_of(connection, each) for each in acting]
    return [each for each in found if each is not None]


async def watcher_of(connection: AsyncConnection, version: RuleVersion) -> Watcher | None:
    """A version as a watcher; None if its condition does not compile."""
    rule = version.rule
    try:
        condition = parse(rule.condition, field_table(await load_catalog(connection), (), rule.stage))
    except Refusal:
        return None
    return Watcher(
        rule=rule,
        version=version.version,
        region_code=version.region_code,
        predicate=compile_condition(condition),
    )
