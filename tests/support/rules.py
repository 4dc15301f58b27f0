"""Rules for tests: made in a line, live at once."""

from datetime import date
from typing import Any

from tests.support.province import ACTING

from mingpiao.catalog.service import load
from mingpiao.rules.model import Rule, Severity
from mingpiao.rules.service import install_library
from mingpiao.storage.database import Database


def rule(code: str, condition: str, severity: Severity = Severity.BLOCK, **members: Any) -> Rule:
    """A rule with everything that a test does not care about filled in."""
    values: dict[str, Any] = {
        "name": f"规则{code}",
        "basis": "《财政票据管理办法》",
        "message": f"触发{code}",
        "effective_from": date(2026, 1, 1),
    }
    return Rule(code=code, condition=condition, severity=severity, **(values | members))


async def put_in_force(database: Database, *rules: Rule) -> None:
    """Make rules the province's; they are in force when this returns, in processes that heard of it."""
    async with database.system() as connection:
        catalog = await load(connection)
        assert await install_library(connection, catalog, rules, acting=ACTING) == [
            each.code for each in rules
        ]
