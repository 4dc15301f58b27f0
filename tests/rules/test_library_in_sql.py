"""The library's rules mean the same set-based as on one bill, and the form builder loses nothing of them."""

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
from tests.rules.test_library import EXAMPLES, kind_of
from tests.rules.wellformed import catalog, condition_of, facts_of

from mingpiao.rules.service import field_table, from_builder, library_rules, parse, to_builder, to_sql

_TYPES = {bool: "BOOLEAN", str: "VARCHAR", Decimal: "DECIMAL(18, 6)", date: "DATE"}
_MAPS = {
    "extension": "MAP(VARCHAR, VARCHAR)",
    "extension_numbers": "MAP(VARCHAR, DECIMAL(18, 6))",
    "extension_dates": "MAP(VARCHAR, DATE)",
}


def columns_of(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Every column of the rows with its type; medians that no row knows are numbers."""
    values: dict[str, Any] = {}
    for row in rows:
        values |= {name: value for name, value in row.items() if value is not None}
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: _TYPES.get(type(values.get(name)), "DECIMAL(18, 6)") for name in names}


def table_of(rows: list[dict[str, Any]]) -> str:
    items = columns_of([item for row in rows for item in row["items"]])
    for row in rows:
        row["items"] = [dict.fromkeys(items) | item for item in row["items"]]
    struct = ", ".join(f'"{name}" {kind}' for name, kind in items.items())
    columns = columns_of(rows) | _MAPS | {"items": f"STRUCT({struct})[]"}
    written = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    return f"CREATE TABLE facts ({written})"


def test_duckdb_gives_every_example_the_same_verdict() -> None:
    cases = [case.values for case in EXAMPLES]
    rows = [
        facts_of(kind_of(entry.rule, example), example, condition_of(entry.rule))
        for entry, example, _ in cases
    ]
    with duckdb.connect() as connection:
        connection.execute(table_of(rows))
        names = list(dict.fromkeys(name for row in rows for name in row))
        written = ", ".join(f'"{name}"' for name in names)
        places = ", ".join("?" for _ in names)
        connection.executemany(
            f"INSERT INTO facts ({written}) VALUES ({places})",
            [[row.get(name) for name in names] for row in rows],
        )
        rules = {entry.rule.code: entry.rule for entry, _, _ in cases}
        verdicts = ", ".join(
            f'({to_sql(condition_of(rule), "duckdb")}) IS TRUE AS "{code}"' for code, rule in rules.items()
        )
        found = connection.execute(f"SELECT {verdicts} FROM facts ORDER BY rowid").fetchall()
    order = {code: place for place, code in enumerate(rules)}
    for (entry, example, hits), verdict in zip(cases, found, strict=True):
        assert verdict[order[entry.rule.code]] is hits, (entry.rule.code, example)


def test_every_rule_can_be_edited_in_the_form() -> None:
    for rule in library_rules():
        table = field_table(catalog(), rule.kinds, rule.stage)
        condition = condition_of(rule)
        again = parse(from_builder(to_builder(condition), table), table)
        assert again.text == condition.text
