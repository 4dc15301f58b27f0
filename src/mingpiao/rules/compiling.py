"""Compiles an approved version to a rule that a process can run."""

from typing import Never

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.errors import Refusal
from mingpiao.rules.language import compile_condition, field_table, parse
from mingpiao.rules.language.placeholders import placeholders
from mingpiao.rules.library import overlap_of
from mingpiao.rules.model import Facts, History, LoadedRule, Predicate, RuleVersion


class Compiled(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled rule. `failure` says in Chinese why it cannot run any more; it is empty if the rule can."""

    loaded: LoadedRule
    failure: str = ""


class RuleBroken(Exception):
    """A rule was valid when it was approved, but does not compile against the present base data."""


def compile_version(version: RuleVersion, catalog: Catalog) -> Compiled:
    """Compile a version's condition. If it does not compile any more, the rule fails for every bill that it
    judges.
    """
    rule = version.rule
    told = _history_in_message(rule.message)
    try:
        condition = parse(rule.condition, field_table(catalog, rule.kinds, rule.stage))
        predicate = compile_condition(condition)
    except Refusal as refusal:
        failure = refusal.problems[0].message
        nothing: frozenset[History] = frozenset()
        return Compiled(loaded=_loaded(version, _broken(failure), told, nothing), failure=failure)
    return Compiled(loaded=_loaded(version, predicate, condition.history | told, condition.item_history))


def _loaded(
    version: RuleVersion, predicate: Predicate, history: frozenset[History], item_history: frozenset[History]
) -> LoadedRule:
    return LoadedRule(
        rule=version.rule,
        region_code=version.region_code,
        version=version.version,
        predicate=predicate,
        history=history,
        item_history=item_history,
        overlap=overlap_of(version.rule),
    )


def _history_in_message(message: str) -> frozenset[History]:
    return frozenset(each.history for each in placeholders(message) if each.history is not None)


def _broken(failure: str) -> Predicate:
    def predicate(_facts: Facts) -> Never:
        raise RuleBroken(failure)

    return predicate
