"""Names and numbers of people do not reach the log, whoever writes it."""

import logging
from collections.abc import Iterator

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from mingpiao.storage.database import Database
from mingpiao.storage.logs import keep_values_out

_logger = logging.getLogger("test_logs")
SECRET = "张三110101"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    keep_values_out()
    yield
    logging.setLogRecordFactory(before)


async def test_values_of_statements_stay_out_of_the_log(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    twice = "INSERT INTO verification_failures (subject, day, failures) VALUES (%s, current_date, 1)"
    await database.pool.execute(twice % "$1", SECRET)

    async def again() -> None:
        async with database.system() as connection:
            await connection.execute(text(twice % ":secret"), {"secret": SECRET})

    with pytest.raises(DBAPIError) as wrapped:
        await again()
    with pytest.raises(asyncpg.UniqueViolationError) as bare:
        await database.pool.execute(twice % "$1", SECRET)
    assert SECRET in str(bare.value)
    for error in (wrapped.value, bare.value):
        _logger.error("failed", exc_info=error)
        _logger.error("failed: %s", error)
    assert SECRET not in caplog.text
    assert caplog.text.count("(not logged)") >= 3
    assert "verification_failures_pkey" in caplog.text


async def test_no_table_is_empty_after_a_crash(database: Database) -> None:
    """An unlogged table of nonces would let the calls of the last minutes be sent again."""
    unlogged = await database.pool.fetch("SELECT relname FROM pg_class WHERE relpersistence = 'u'")
    assert [row["relname"] for row in unlogged] == []
