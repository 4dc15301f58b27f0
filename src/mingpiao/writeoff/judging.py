"""The rules of stage 核销 that judge a month, and the findings that they make of its bills."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import CatalogStore
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal
from mingpiao.lake.model import FoundBill, MonthHit, MonthRule
from mingpiao.lake.service import Lake
from mingpiao.rules.model import LoadedRule, RuleMode, Severity, Stage
from mingpiao.rules.service import RuleBook, field_table, parse
from mingpiao.writeoff.model import CaseFinding
from mingpiao.writeoff.months import last_day

#: What the platform itself holds a bill up for, whether a rule names it or not: name and message by column.
_OWN_FINDINGS = {
    "writeoff_unrecorded": ("日志没有记录", "登记的票据在日志中没有对应的记录。"),
    "writeoff_unpaired": ("红蓝票据不对应", "红字票据与所冲蓝票不能对应。"),
    "writeoff_unsealed": ("签名或原件不一致", "票据的签名或原件不一致。"),
    "writeoff_unpaid": ("没有对应的到账", "按到账逐笔核对，这张票据没有对应的到账。"),
}


class FailedBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that did not pass, with what was found of it."""

    unit_id: int
    bill_id: int
    findings: tuple[CaseFinding, ...]


class KnownFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that bills have, of themselves and of their items, by column."""

    columns: frozenset[str]
    item_columns: frozenset[str]

    def answer(self, judging: MonthRule) -> bool:
        """Whether a rule asks nothing else."""
        condition = judging.condition
        past = condition.history or condition.item_history
        return not past and condition.columns <= self.columns and condition.item_columns <= self.item_columns


class MonthJudge:
    """Judges months by the rules of stage 核销 that are in force."""

    def __init__(self, lake: Lake, rules: RuleBook, catalog: CatalogStore) -> None:
        self._lake = lake
        self._rules = rules
        self._catalog = catalog

    async def judge(
        self, month: date, unit_ids: Sequence[int], found: Sequence[FoundBill], *, catching_up: bool = False
    ) -> tuple[int, list[FailedBill]]:
        """The version of the rule set, and the bills of these units that did not pass, by unit and number.

        A rule is in force for a month if it was on the month's last day. Hits of rules that only inform
        (提示) do not hold a bill up, nor do those of rules on trial.

        With `catching_up` the month is older than write-off: there were no such rules then, so those of today
        judge it. Rules that ask history are left out, as bills of the system before are not in it.
        """
        ruleset = await self._rules.get()
        catalog = await self._catalog.get()
        day = today() if catching_up else last_day(month)
        acting = [each for each in ruleset.rules if _acts(each, day)]
        judging = [rule for each in acting if (rule := _month_rule(each, catalog))]
        if catching_up:
            judging = [each for each in judging if not _asks_history(each)]
        hits = await self._lake.judge_month(month, judging, found, unit_ids=unit_ids)
        return ruleset.version, _with_own(hits, {each.rule.code: each for each in acting}, found)

    async def judge_former(
        self, month: date, rows: Sequence[Mapping[str, Any]], found: Sequence[FoundBill], known: KnownFacts
    ) -> tuple[int, list[FailedBill], tuple[str, ...]]:
        """The same of former bills by their facts, and the names of the rules that ask what old bills do not say.

        A rule in force on the day of the check judges them: on their own days there were none of this stage.
        """
        ruleset = await self._rules.get()
        catalog = await self._catalog.get()
        acting = [each for each in ruleset.rules if _acts(each, today())]
        judged = [(each, rule) for each in acting if (rule := _month_rule(each, catalog))]
        usable = [rule for _, rule in judged if known.answer(rule)]
        left_out = sorted(loaded.rule.name for loaded, rule in judged if not known.answer(rule))
        hits = await self._lake.judge_rows(month, usable, rows, found) if rows else []
        by_code = {each.rule.code: each for each in acting}
        return ruleset.version, _with_own(hits, by_code, found), tuple(left_out)


def _acts(loaded: LoadedRule, day: date) -> bool:
    rule = loaded.rule
    return (
        rule.stage is Stage.WRITEOFF
        and rule.mode is RuleMode.ACTING
        and rule.severity is not Severity.WARN
        and rule.effective_from <= day
        and (rule.effective_to is None or day <= rule.effective_to)
    )


def _month_rule(loaded: LoadedRule, catalog: Catalog) -> MonthRule | None:
    """None for a rule that no longer compiles: the rule book has told its owner."""
    rule = loaded.rule
    try:
        condition = parse(rule.condition, field_table(catalog, rule.kinds, rule.stage))
    except Refusal:
        return None
    return MonthRule(rule=rule, region_code=loaded.region_code, condition=condition)


def _asks_history(rule: MonthRule) -> bool:
    return bool(rule.condition.history or rule.condition.item_history)


def _with_own(
    hits: Sequence[MonthHit], rules: Mapping[str, LoadedRule], found: Sequence[FoundBill]
) -> list[FailedBill]:
    judged = {(hit.unit_id, hit.bill_id): tuple(_finding(rules[code]) for code in hit.rules) for hit in hits}
    for each in found:
        key = (each.unit_id, each.bill_id)
        own = tuple(_own_finding(name) for name in each.columns if name in _OWN_FINDINGS)
        # A blue bill that rules hit has the rules' words for it.
        if own and key not in judged:
            judged[key] = own
    return [
        FailedBill(unit_id=unit_id, bill_id=bill_id, findings=findings)
        for (unit_id, bill_id), findings in sorted(judged.items())
    ]


def _finding(loaded: LoadedRule) -> CaseFinding:
    rule = loaded.rule
    return CaseFinding(
        rule=rule.code,
        version=loaded.version,
        name=rule.name,
        # Placeholders have their values at issue alone.
        message=rule.name if "{" in rule.message else rule.message,
        basis=rule.basis,
    )


def _own_finding(column: str) -> CaseFinding:
    name, message = _OWN_FINDINGS[column]
    return CaseFinding(rule=column, version=0, name=name, message=message)
