"""The first step of a setup: a database that can be reached, is new enough, migrated, and open to the platform."""

import asyncio

import asyncpg

from mingpiao.kernel.clock import machine_time
from mingpiao.kernel.errors import refuse
from mingpiao.setup.settings_text import check_settings
from mingpiao.storage.database import plain_url
from mingpiao.storage.migrate import upgrade
from mingpiao.storage.probe import require_reachable, require_ready

_CONNECT_SECONDS = 10.0
#: Beyond this the setup stops: every bill would bear a wrong time.
_CLOCK_SECONDS = 60.0


def prepare_database(url: str, owner_url: str = "") -> None:
    """Migrate a database with its owner's login, and see that the platform's own can work there. May be repeated.

    Blocks, and must not be called within an event loop. Raises `Refusal`: `setting.wrong`, `database.…`.
    """
    for each in filter(None, (url, owner_url)):
        check_settings({"database_url": each})
    asyncio.run(require_reachable(owner_url or url))
    upgrade(owner_url or url)


async def examine_database(url: str) -> None:
    """Raise `Refusal` unless the platform's login can work in a migrated database whose clock is right.

    The codes are those of `require_ready`, `database.role_missing` and `database.clock_wrong`.
    """
    await require_ready(url)
    connection = await asyncpg.connect(plain_url(url), timeout=_CONNECT_SECONDS)
    try:
        try:
            await connection.execute("SET ROLE mingpiao_system")
        except asyncpg.PostgresError as error:
            login = await connection.fetchval("SELECT session_user")
            raise refuse(
                "database.role_missing",
                f"登录角色 {login} 不能以平台角色工作。请由数据库管理员执行："
                f"GRANT mingpiao_system, mingpiao_unit, mingpiao_department TO {login};",
                field="database/url",
                status=503,
            ) from error
        theirs = await connection.fetchval("SELECT clock_timestamp()")
        offset = (machine_time() - theirs).total_seconds()
    finally:
        await connection.close()
    if abs(offset) > _CLOCK_SECONDS:
        raise refuse(
            "database.clock_wrong",
            f"本机时钟与数据库相差 {offset:.0f} 秒。票据的时间取自数据库，请先校准两台机器的时钟（NTP）。",
            field="database/url",
            status=503,
        )
