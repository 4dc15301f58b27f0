"""`mingpiao doctor`: looks at a machine and its province, and says what is missing or wrong and what to do."""

import shutil
import stat
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import asyncpg
import msgspec
from sqlalchemy.exc import SQLAlchemyError

from mingpiao.crypto.keystore import MasterKey
from mingpiao.founding.service import Finding, look_at_province
from mingpiao.kernel.clock import machine_time
from mingpiao.kernel.errors import Refusal
from mingpiao.letters.service import FONT_PATH
from mingpiao.portals.service import STATIC_DIR
from mingpiao.settings import Settings, settings_file
from mingpiao.setup.database import examine_database
from mingpiao.storage.database import Database, plain_url
from mingpiao.storage.probe import require_reachable

_FREE_MEGABYTES = 500
_CLOCK_SECONDS = 2.0
_CONNECT_SECONDS = 10.0
#: Without these a bill that was answered may be lost in a power cut.
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


async def examine(settings: Settings) -> list[Finding]:
    """All findings; later ones are left out where an earlier one makes them impossible."""
    master = _master_key(settings)
    found = [_fonts(), _assets(), _disk(settings.data_dir), *_permissions(settings)]
    if not settings.database_url:
        return [
            *found,
            Finding(
                name="database",
                label="数据库",
                state="bad",
                message="没有指定数据库。",
                advice="请执行 mingpiao setup，或设置 MINGPIAO_DATABASE_URL。",
            ),
        ]
    reachable = await _tried("database", "数据库", require_reachable, settings.database_url, "可以连接。")
    if reachable.state != "ok":
        return [*found, reachable]
    ready = await _tried(
        "schema", "数据库结构", examine_database, settings.database_url, "已是最新，平台角色可用。"
    )
    found += [reachable, *await _server(settings.database_url), ready]
    return found if ready.state != "ok" else [*found, *await _province(settings.database_url, master)]


_STATES = {"ok": "正常", "warn": "警告", "bad": "错误"}


def tell(findings: Sequence[Finding], *, as_json: bool) -> str:
    """The findings as lines for people, or as a JSON document for programs."""
    sound = all(each.state != "bad" for each in findings)
    if as_json:
        report = {"ok": sound, "findings": [msgspec.to_builtins(each) for each in findings]}
        return msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    lines = [f"{_STATES[each.state]}  {each.label}  {each.message}{each.advice}" for each in findings]
    warnings = sum(each.state == "warn" for each in findings)
    errors = sum(each.state == "bad" for each in findings)
    return "\n".join([*lines, f"共检查 {len(findings)} 项：错误 {errors} 项，警告 {warnings} 项。"])


def _master_key(settings: Settings) -> MasterKey | None:
    try:
        return settings.master_key()
    except Refusal:
        return None


async def _tried(
    name: str, label: str, check: Callable[[str], Awaitable[None]], url: str, fine: str
) -> Finding:
    try:
        await check(url)
    except Refusal as refusal:
        return Finding(name=name, label=label, state="bad", message=refusal.problems[0].message)
    return Finding(name=name, label=label, message=fine)


async def _province(url: str, master: MasterKey | None) -> list[Finding]:
    database = await Database.open(url, pool_size=1)
    try:
        async with database.system() as connection:
            return await look_at_province(connection, master)
    except (SQLAlchemyError, asyncpg.PostgresError, OSError) as error:
        message = f"读取数据库时出错：{error}。"
        return [Finding(name="province", label="省份", state="bad", message=message, advice="请稍后重试。")]
    finally:
        await database.close()


async def _server(url: str) -> list[Finding]:
    connection = await asyncpg.connect(plain_url(url), timeout=_CONNECT_SECONDS)
    try:
        version = await connection.fetchval("SHOW server_version")
        before = machine_time()
        theirs = await connection.fetchval("SELECT clock_timestamp()")
        offset = (before + (machine_time() - before) / 2 - theirs).total_seconds()
        off = [name for name in _DURABLE if await connection.fetchval(f"SHOW {name}") == "off"]
        archives = await connection.fetchval("SHOW archive_mode") != "off"
    finally:
        await connection.close()
    apart = abs(offset) > _CLOCK_SECONDS
    return [
        Finding(name="server", label="数据库版本", message=f"PostgreSQL {version}。"),
        Finding(
            name="clock",
            label="时钟",
            state="bad" if apart else "ok",
            message=f"本机与数据库相差 {offset:.1f} 秒。",
            advice="请校准两台机器的时钟（NTP）。" if apart else "",
        ),
        Finding(
            name="durability",
            label="数据落盘",
            state="bad" if off else "ok",
            message=f"数据库关闭了 {'、'.join(off)}，断电会丢失已答复的票据。"
            if off
            else "已答复的票据断电不丢失。",
            advice="请在 postgresql.conf 中恢复为 on。" if off else "",
        ),
        Finding(
            name="backup",
            label="备份",
            state="ok" if archives else "warn",
            message="数据库归档已开启。" if archives else "数据库没有开启归档，只能恢复到最近一次备份。",
            advice=""
            if archives
            else "请按 docs/operations.md 的备份一节开启 archive_mode 并定期做基础备份。",
        ),
    ]


def _fonts() -> Finding:
    there = FONT_PATH.is_file()
    return Finding(
        name="fonts",
        label="字体",
        state="ok" if there else "bad",
        message="票面字体齐全。" if there else f"缺少票面字体 {FONT_PATH.name}。",
        advice="" if there else "请在安装目录执行 make setup。",
    )


def _assets() -> Finding:
    wanted = ("tabler.min.css", "htmx.min.js", "icons.svg")
    missing = [name for name in wanted if not (STATIC_DIR / "vendor" / name).is_file()]
    return Finding(
        name="assets",
        label="网页资源",
        state="bad" if missing else "ok",
        message=f"缺少 {'、'.join(missing)}。" if missing else "齐全。",
        advice="请在安装目录执行 make setup。" if missing else "",
    )


def _disk(directory: Path) -> Finding:
    label = "数据目录"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        trial = directory / ".doctor"
        trial.write_bytes(b"")
        trial.unlink()
        free = shutil.disk_usage(directory).free // 2**20
    except OSError as error:
        message = f"{directory} 不能写入：{error.strerror}。"
        return Finding(
            name="disk", label=label, state="bad", message=message, advice="请更正目录的所有者和权限。"
        )
    enough = free >= _FREE_MEGABYTES
    return Finding(
        name="disk",
        label=label,
        state="ok" if enough else "bad",
        message=f"{directory} 可用 {free:,} MB。",
        advice="" if enough else f"请腾出空间，至少 {_FREE_MEGABYTES} MB。",
    )


def _permissions(settings: Settings) -> list[Finding]:
    """Secrets that others of this machine can read."""
    secrets = (settings.master_key_file, settings_file(data_dir=settings.data_dir))
    return [
        Finding(
            name="permissions",
            label="文件权限",
            state="bad",
            message=f"{file} 可以被其他用户读取。",
            advice=f"请执行 chmod 600 {file}",
        )
        for file in secrets
        if file is not None and file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077
    ] or [Finding(name="permissions", label="文件权限", message="主密钥和设置文件只有本用户可以读取。")]
