"""The demonstration as one command: database, province, web site and worker, from start to stop.

A training site (演练) is the same beside a real site, with a directory, a database and keys of its own.
"""

import asyncio
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec
from rich.cells import cell_len
from rich.console import Console

from mingpiao.crypto.keystore import MasterKey
from mingpiao.delivery.settings import DeliverySettings
from mingpiao.demo.accounts import DemoAccount, read_accounts, write_accounts
from mingpiao.demo.progress import shown_progress
from mingpiao.founding.service import TrainingDesk, write_desks
from mingpiao.processes.supervise import (
    Child,
    ProcessError,
    endings_as_interrupts,
    fetch_status,
    require_free_port,
    wait_until_healthy,
    watch,
)
from mingpiao.settings import Settings
from mingpiao.storage.embedded import OWNER, PLATFORM, EmbeddedOptions, EmbeddedServer
from mingpiao.storage.private import write_private


class MadeSite(msgspec.Struct, frozen=True, kw_only=True):
    """A site of made data: what it is called, the command that starts it, and whether it is for training."""

    name: str
    label: str
    command: str
    training: bool = False


DEMO = MadeSite(name="demo", label="演示", command="make demo")
TRAINING = MadeSite(name="training", label="演练", command="mingpiao training", training=True)


def run(settings: Settings, console: Console | None = None, *, stage: MadeSite = DEMO) -> None:
    """Serve the demonstration or a training site until Ctrl-C, SIGTERM or the terminal's end.

    Raises PortError, EmbeddedServerError or ProcessError, whose messages say what to do.
    """
    console = console or Console()
    require_free_port(settings.host, settings.port)
    home = settings.data_dir / stage.name
    with (
        suppress(KeyboardInterrupt),
        endings_as_interrupts(),
        _sole_owner(settings, stage),
        ExitStack() as stack,
    ):
        stack.callback(_say, console, "已停止。数据保留在 " + str(home))
        server = EmbeddedServer(home / "postgres", EmbeddedOptions(pg_bin=settings.pg_bin))
        _say(console, "启动数据库…")
        stack.enter_context(server)
        # As on a server of one's own: the owner migrates, the programs' login owns nothing.
        own = _settings_of(stage, settings, home, server.url_of(OWNER, PLATFORM))
        accounts = _prepare(own, home, server, console)
        _say(console, "启动网站和后台任务…")
        children = [
            _child(stack, own, home, "worker", "后台任务"),
            _child(stack, own, home, "serve", "网站"),
        ]
        wait_until_healthy(own.local_url() + "/healthz", children[::-1])
        _welcome(console, own, home, stage, accounts)
        stack.callback(_say, console, "正在停止…")
        watch([server, *children])


def reset(settings: Settings, console: Console | None = None, *, stage: MadeSite = DEMO) -> None:
    """Delete all data of the demonstration or training site. Raises ProcessError while it runs."""
    with _sole_owner(settings, stage):
        shutil.rmtree(settings.data_dir / stage.name, ignore_errors=True)
    _say(console or Console(), f"{stage.label}数据已删除。运行 {stage.command} 重新建立。")


def show_ukey_way(settings: Settings, console: Console | None = None, *, demanded: bool = True) -> None:
    """Show how the demonstration that runs is used by UKey, or let passwords do again.

    Raises ProcessError where it does not run at this address.
    """
    from mingpiao.demo.ukey_way import end_ukey_way, show_ukey_way

    console, home = console or Console(), settings.data_dir / DEMO.name
    own = _running(settings, home)
    if not demanded:
        department = asyncio.run(end_ukey_way(own))
        _say(console, f"{department}已改回：在线开票单位用密码登录也可以开票。")
        return
    way = asyncio.run(show_ukey_way(own, home / "agent"))
    url = own.site_url()
    _say(
        console,
        f"{way.department}已设置：在线开票单位只能用 UKey 开票。演示 UKey 已制作：\n"
        + aligned([("持有人", "单位", "账号", "PIN"), (way.holder, way.unit, way.login, way.pin)])
        + f"\n\n1. 在另一个终端启动 UKey 助手：mingpiao agent --store {way.store} serve --origin {url}"
        f"\n2. 打开 {url}/login?next=/unit/issue ，点“UKey 登录”，输入 PIN。"
        "\n3. 填写并开具一张票据。用这个账号的密码登录的，不能打开开票页面。"
        "\n4. 改回用密码也可以开票：mingpiao demo-ukey --off",
    )


def _running(settings: Settings, home: Path) -> Settings:
    """The settings of the demonstration's processes, which run."""
    if fetch_status(settings.local_url() + "/healthz") != 200:
        message = f"演示没有在 {settings.local_url()} 运行。请先运行 {DEMO.command}；换了端口的，这里用 --port 写同一个端口。"
        raise ProcessError(message)
    return _settings_of(DEMO, settings, home, EmbeddedServer(home / "postgres").url_of(OWNER, PLATFORM))


@contextmanager
def _sole_owner(settings: Settings, stage: MadeSite) -> Iterator[None]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    lock = os.open(settings.data_dir / f"{stage.name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise ProcessError(f"{stage.label}正在运行。请先在它的窗口按 Ctrl-C 停止。") from None
    try:
        yield
    finally:
        os.close(lock)


def _settings_of(stage: MadeSite, settings: Settings, home: Path, database_url: str) -> Settings:
    """The settings of the site's processes. A training site takes no database, key, file store, address or settings
    file of the real site beside it: its data directory is its own home.
    """
    files, key = str(home / "files"), _made_master_key(home / "secrets" / "master.key")
    if not stage.training:
        sms = settings.of(DeliverySettings)
        if sms.sms_way == DeliverySettings().sms_way:
            settings = settings.with_room(msgspec.structs.replace(sms, sms_way="phone"))
        return msgspec.structs.replace(
            settings,
            database_url=database_url,
            file_store=settings.file_store or files,
            master_key_file=settings.master_key_file or key,
            demo=True,
        )
    return msgspec.structs.replace(
        settings,
        database_url=database_url,
        data_dir=home,
        file_store=files,
        master_key_file=key,
        public_url=settings.training_url,
        demo=False,
        training=True,
    )


def _made_master_key(file: Path) -> Path:
    """The site's own master key, made at its first start; a real site provides its own."""
    if not file.exists():
        write_private(file, MasterKey.generate().hex() + "\n")
    return file


def _prepare(settings: Settings, home: Path, server: EmbeddedServer, console: Console) -> list[DemoAccount]:
    """Migrate the database and build the province once; an interrupted build starts again from the beginning."""
    from mingpiao.storage.migrate import upgrade

    file = home / "accounts.txt"
    if file.exists():
        upgrade(server.url)
        server.admit_platform()
        return read_accounts(file)
    server.recreate_database()
    shutil.rmtree(home / "files", ignore_errors=True)
    upgrade(server.url)
    server.admit_platform()
    accounts = _build(settings, console)
    if settings.training:
        write_desks(home, [_desk_of(account) for account in accounts if account.is_desk])
    # This file is written last: while it is missing, the province is incomplete.
    write_accounts(file, accounts)
    return accounts


def _build(settings: Settings, console: Console) -> list[DemoAccount]:
    from mingpiao.demo import province

    _say(console, "首次启动：建立省份并开具第一天的票据…")
    with shown_progress(console) as progress:
        return asyncio.run(province.build(settings, progress))


def _desk_of(account: DemoAccount) -> TrainingDesk:
    return TrainingDesk(
        role=account.role, place=account.place, login=account.login, password=account.password
    )


def _child(stack: ExitStack, settings: Settings, home: Path, command: str, name: str) -> Child:
    environment = os.environ | settings.to_environment() | {"PYTHONUNBUFFERED": "1"}
    log = home / "logs" / f"{command}.log"
    child = Child(name, _command(command), environment, log)
    stack.callback(child.stop)
    return child


def _command(command: str) -> list[str]:
    return [sys.executable, "-m", "mingpiao", command]


def _welcome(
    console: Console, settings: Settings, home: Path, stage: MadeSite, accounts: Sequence[DemoAccount]
) -> None:
    url = settings.site_url()
    _say(
        console,
        f"\n{stage.label}账号（密码在首次启动时随机生成，保存在 " + str(home / "accounts.txt") + "）",
    )
    rows = [("角色", "单位", "首页", "账号", "密码")]
    rows += [(a.role, a.place, a.page, a.login, a.password) for a in accounts]
    _say(console, aligned(rows))
    by_ukey = "" if stage.training else f"\nUKey 开票 mingpiao demo-ukey --port {settings.port}"
    _say(
        console,
        f"\n网站      {url}/\n接口文档  {url}/api/v1/docs\n运行状态  {url}/healthz"
        f"\n示例材料  {home / 'evidence'}{by_ukey}\n按 Ctrl-C 停止。",
    )


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows as lines with aligned columns; a Chinese character is two columns wide."""
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def _say(console: Console, what: str) -> None:
    """Print the text unchanged; ignore a closed terminal, which must not disturb the orderly stop."""
    with suppress(OSError):
        console.print(what, highlight=False, markup=False, soft_wrap=True)
