"""Who works on rules in these tests, and a rule to work on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from mingpiao.identity.model import Account, Acting, Role, acting_for
from mingpiao.kernel.errors import Refusal
from mingpiao.lake.model import BackTestResult
from mingpiao.rules.model import Rule, Severity
from mingpiao.storage.database import Database
from mingpiao.storage.notices import Notices

PROVINCE, HOHHOT, XINCHENG, BAOTOU = "150000", "150100", "150102", "150200"


def person(number: int, role: Role = Role.DEPARTMENT_OFFICER, region: str | None = PROVINCE) -> Acting:
    account = Account(
        account_id=number, username=f"p{number}", display_name=f"人员{number}", role=role, region_code=region
    )
    return acting_for(account)


OFFICER = person(1)
COLLEAGUE = person(2)
HEAD = person(3, Role.DEPARTMENT_HEAD)
OTHER_HEAD = person(4, Role.DEPARTMENT_HEAD)
CITY_OFFICER = person(5, region=HOHHOT)
CITY_HEAD = person(6, Role.DEPARTMENT_HEAD, HOHHOT)
ELSEWHERE = person(7, region=BAOTOU)
COUNTY_OFFICER = person(8, region=XINCHENG)


def rule(code: str = "P-001", **changes: Any) -> Rule:
    plain = Rule(
        code=code,
        name="单笔金额过大",
        basis="《财政票据管理办法》",
        severity=Severity.BLOCK,
        condition="total > 100000",
        message="合计{total}元超过限额。",
        field="total",
        effective_from=date(2026, 1, 1),
    )
    return msgspec.structs.replace(plain, **changes)


def local_rule(region: str = HOHHOT, number: str = "001", **changes: Any) -> Rule:
    return rule(f"L{region}-{number}", **changes)


def codes(refusal: Refusal) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in refusal.problems]


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[tuple[Database, Notices]]:
    """A process of its own as far as the database can tell; start the notices when all have subscribed."""
    database, notices = await Database.open(url, pool_size=2), Notices(url)
    try:
        yield database, notices
    finally:
        await notices.close()
        await database.close()


_TRIED = """
INSERT INTO backtests (region_code, rule, months, asked_by, state, progress, result, finished_at)
VALUES (:region, CAST(:rule AS jsonb), 12, 'account:1', 'done', 1, CAST(:result AS jsonb), now())
"""


async def was_tried(
    database: Database, content: Rule, *, region: str = PROVINCE, result: BackTestResult | None = None
) -> None:
    """As if a worker had finished a back-test of a rule."""
    found = result or BackTestResult(bills=0, hits=0, units=0, money=Decimal(0), months=(), sample=())
    values = {
        "region": region,
        "rule": msgspec.json.encode(content).decode(),
        "result": msgspec.json.encode(found).decode(),
    }
    async with database.system() as connection:
        await connection.execute(text(_TRIED), values)


async def refused(attempt: object) -> list[tuple[str, str]]:
    with pytest.raises(Refusal) as caught:
        await attempt  # type: ignore[misc]
    return codes(caught.value)
