"""The first start: a site that nobody set up answers with the pages of the first setup, and with nothing else.

They are open to whoever has the token that is printed at the terminal; it opens one browser. When the setup is
complete this server ends, the real one takes its place, and these addresses are unknown to it.
"""

import asyncio
import secrets

import click
import uvicorn

from mingpiao.founding.service import founding_state
from mingpiao.listening import server_options
from mingpiao.settings import Settings
from mingpiao.setup.pages import SetupDesk, create_setup_app
from mingpiao.storage.database import Database
from mingpiao.storage.probe import present_revision, schema_revision

#: Letters and digits that nobody mistakes for one another.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_TOKEN_GROUPS = 5


def is_unset(settings: Settings) -> bool:
    """Whether nobody has set the platform up: no database is named, or the named one has no province at work.

    Raises `Refusal` (`database.unreachable`): a database that is away says nothing.
    """
    if not settings.database_url:
        return True
    return asyncio.run(_has_no_province(settings.database_url))


async def _has_no_province(url: str) -> bool:
    revision = await schema_revision(url)
    if revision != present_revision():
        return revision is None
    database = await Database.open(url, pool_size=1)
    try:
        async with database.system() as connection:
            return not (await founding_state(connection)).founded
    finally:
        await database.close()


def new_token() -> str:
    """A one-time token that a person can type: about 99 bits in five groups."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(_TOKEN_GROUPS))
    return "-".join(groups)


def serve_setup(settings: Settings) -> None:
    """Serve the pages of the first setup until it is complete; a signal ends it as it ends any server."""
    token = new_token()
    server: uvicorn.Server | None = None

    def finished() -> None:
        if server is not None:
            server.should_exit = True

    desk = SetupDesk(settings=settings, token=token, finished=finished)
    config = uvicorn.Config(
        create_setup_app(desk),
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        **server_options(settings.connections),
    )
    server = uvicorn.Server(config)
    click.echo(f"首次设置：请打开 {settings.site_url()}/setup\n一次性令牌：{token}", err=True)
    server.run()
    if not desk.completed:
        raise SystemExit(1)
