"""Judges one bill: finds the rules that hit it. Pure, and fast enough to run for every bill before it gets
its number.
"""

import logging
from collections.abc import Iterable, Sequence

from mingpiao.rules.language.placeholders import fill
from mingpiao.rules.model import Facts, History, Hit, LoadedRule, Severity

_logger = logging.getLogger(__name__)
_LONGEST_ERROR = 200
_TREATMENT = {
    Severity.BLOCK: "拦截",
    Severity.ASK: "需要核实",
    Severity.WARN: "提示",
}


def judge(rules: Sequence[LoadedRule], facts: Facts) -> tuple[Hit, ...]:
    """The hits of these rules on the facts of a bill, in the rules' order. A rule that fails never makes it
    raise.

    A rule hits when its condition is TRUE, not when it is FALSE or NULL (unknown). A rule with `items` judges
    only bills with at least one of these items. A rule that cannot be evaluated hits with `failed` set and
    keeps its severity: a block blocks, an ask asks, a warning warns. The caller passes failed hits to
    `record_failures`, which makes them an alert.
    """
    hits: list[Hit] = []
    carried: frozenset[str] | None = None
    for loaded in rules:
        try:
            items = loaded.rule.items
            if items:
                if carried is None:
                    carried = frozenset([item["code"] for item in facts["items"]])
                if carried.isdisjoint(items):
                    continue
            if loaded.predicate(facts) is True:
                hits.append(_hit(loaded, fill(loaded.rule.message, facts)))
        except Exception as error:
            hits.append(_failure(loaded, error))
    return tuple(hits)


def _hit(loaded: LoadedRule, message: str, error: str = "") -> Hit:
    rule = loaded.rule
    return Hit(
        rule=rule.code,
        version=loaded.version,
        name=rule.name,
        severity=rule.severity,
        message=message,
        field=rule.field,
        basis=rule.basis,
        failed=bool(error),
        error=error,
    )


def _failure(loaded: LoadedRule, error: Exception) -> Hit:
    rule = loaded.rule
    told = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
    _logger.error("rule %s version %d cannot be evaluated: %s", rule.code, loaded.version, told)
    treatment = _TREATMENT[rule.severity]
    message = f"监管规则“{rule.name}”暂时无法运行，已按{treatment}处理，请联系财政部门。"
    return _hit(loaded, message, told)


def history_needs(rules: Iterable[LoadedRule]) -> tuple[frozenset[History], frozenset[History]]:
    """The history aggregates that the facts must contain for these rules: of the bill, and of its items."""
    needed = list(rules)
    bill: frozenset[History] = frozenset().union(*(loaded.history for loaded in needed))
    items: frozenset[History] = frozenset().union(*(loaded.item_history for loaded in needed))
    return bill, items
