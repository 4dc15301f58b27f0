"""The setup at a terminal: questions, shares that are shown once, one-time passwords."""

import asyncio
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from mingpiao.crypto.keystore import ENVIRONMENT_KEY, MasterKey
from mingpiao.founding.model import (
    DUTIES,
    AdministratorPlan,
    FirstPassword,
    FoundingPlan,
    KeyPlan,
    ProvincePlan,
    StarterPlan,
)
from mingpiao.founding.service import TYPED_BACK, Distribution, bring_key, province_names, starter
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal
from mingpiao.settings import Settings, load, settings_file
from mingpiao.setup.database import examine_database, prepare_database
from mingpiao.setup.running import Answers, found
from mingpiao.setup.settings_text import write_settings
from mingpiao.storage.database import Database


class PlannedAnswers:
    """Answers of a file: each is given, so that one that differs from what is there is refused."""

    def __init__(self, plan: FoundingPlan) -> None:
        self._plan = plan

    def province(self, done: bool) -> ProvincePlan | None:
        return self._plan.province

    def key(self, done: bool) -> KeyPlan | None:
        return self._plan.key

    def picture(self, done: bool) -> bytes | None:
        named = self._plan.seal.picture
        return Path(named).read_bytes() if named else b""

    def starter(self, done: bool) -> StarterPlan | None:
        return self._plan.starter

    def administrators(self, done: bool) -> tuple[AdministratorPlan, ...] | None:
        return self._plan.administrators

    def complain(self, refusal: Refusal) -> bool:
        return False


class AskedAnswers:
    """Answers of a person at the terminal; what is there already is not asked for."""

    def province(self, done: bool) -> ProvincePlan | None:
        if done:
            return None
        click.echo("\n一、省份")
        names = province_names()
        code = click.prompt("省级行政区划代码（GB/T 2260，例如 150000）")
        name = click.prompt("名称", default=names.get(code, ""), show_default=code in names)
        department = click.prompt("财政部门名称", default=f"{name}财政厅")
        regions = click.prompt(
            "地区：shipped 国家标准，none 以后导入，或 CSV、XLSX 文件的路径", default="shipped"
        )
        return ProvincePlan(code=code, name=name, department=department, regions=regions)

    def key(self, done: bool) -> KeyPlan | None:
        if done:
            return None
        click.echo("\n二、主密钥分发\n主密钥分成若干份，每人一份；少数几份就能恢复，单独一份没有用处。")
        holders = click.prompt("份额持有人姓名，用空格分隔").replace("、", " ").split()
        threshold = click.prompt("恢复需要几份", type=int, default=min(2, len(holders)))
        conductor = click.prompt("主持人姓名")
        witness = click.prompt("见证人姓名（不能与主持人相同）")
        return KeyPlan(threshold=threshold, holders=tuple(holders), conductor=conductor, witness=witness)

    def picture(self, done: bool) -> bytes | None:
        if done:
            return None
        click.echo("\n三、财政票据监制章")
        named = click.prompt(
            "图样文件（PNG，宽高比 3:2）；直接按回车由平台绘制", default="", show_default=False
        )
        return Path(named).read_bytes() if named else b""

    def starter(self, done: bool) -> StarterPlan | None:
        if done:
            return None
        click.echo("\n四、起始数据")
        for category in starter().categories:
            click.echo(f"  {category.code}  {category.name}")
        chosen = click.prompt(
            "要哪些票据分类，用空格分隔；直接按回车都不要", default="", show_default=False
        ).split()
        year = click.prompt("票据模板年度", type=int, default=today().year)
        return StarterPlan(categories=tuple(chosen), template_year=year)

    def administrators(self, done: bool) -> tuple[AdministratorPlan, ...] | None:
        click.echo("\n五、首批管理员（三人）")
        return tuple(
            AdministratorPlan(
                duty=duty,
                username=click.prompt(f"{label}的用户名（3 至 64 位字母或数字）"),
                name=click.prompt(f"{label}的姓名"),
            )
            for duty, label in DUTIES.items()
        )

    def complain(self, refusal: Refusal) -> bool:
        for problem in refusal.problems:
            click.echo(f"请更正：{problem.message}", err=True)
        return True


class TerminalHall:
    """A ceremony at a terminal: the screen is wiped before the next holder steps up."""

    def show(self, distribution: Distribution) -> str:
        share, holder = distribution.next_share, distribution.next_holder
        if share is None:
            return ""
        number, count = len(distribution.received) + 1, len(distribution.shares)
        click.prompt(
            f"\n请 {holder} 独自来到屏幕前，按回车显示第 {number} 份（共 {count} 份）",
            default="",
            show_default=False,
            prompt_suffix="",
        )
        click.echo(f"持有人 {holder}，请完整抄写，此后不再显示：\n\n    {share.line()}\n")
        typed: str = click.prompt(f"抄写后请输入最后 {TYPED_BACK} 位确认")
        if sys.stdout.isatty():
            click.clear()
        return typed

    def complain(self, message: str) -> None:
        click.echo(message, err=True)


def tell_passwords(passwords: Sequence[FirstPassword], address: str) -> None:
    """Print the one-time passwords; they are shown this once."""
    if not passwords:
        return
    click.echo("\n一次性密码（只显示这一次，首次登录时必须修改）：")
    for each in passwords:
        shown = each.password or "已由本人修改"
        click.echo(f"  {DUTIES[each.duty]}  {each.name}  用户名 {each.username}  密码 {shown}")
    click.echo(f"登录网址 {address}/login")


def set_up_by_plan(plan: FoundingPlan, options: Mapping[str, Any]) -> None:
    """Set a province up as a plan says; options and variables win over it for database and key."""
    settings = load(**options)
    values = {name: _text(value) for name, value in plan.settings.items()}
    values["database_url"] = settings.database_url or plan.database.url
    if key_file := settings.master_key_file or plan.key.file:
        values["master_key_file"] = str(Path(key_file).expanduser().absolute())
    _set_up(values, options, plan.database.owner_url, PlannedAnswers(plan))


def set_up_by_questions(options: Mapping[str, Any], owner_url: str) -> None:
    """Set a province up with a person at the terminal."""
    settings = load(**options)
    click.echo("首次设置：可以随时按 Ctrl-C 中断，再次执行时从断点继续。")
    values = {"database_url": settings.database_url}
    if not settings.database_url:
        values["database_url"] = click.prompt("数据库地址（postgresql://用户:密码@主机:端口/数据库）")
    values["public_url"] = settings.public_url or click.prompt(
        "用户访问的网址（印在二维码中，选定后不要更改）", default=settings.site_url()
    )
    if not _has_key(settings):
        default = str((settings.data_dir / "master.key").absolute())
        named = click.prompt("主密钥文件（不存在时新建，须与数据库备份分开存放）", default=default)
        values["master_key_file"] = str(Path(named).expanduser().absolute())
    _set_up(values, options, owner_url, AskedAnswers())


def _has_key(settings: Settings) -> bool:
    return settings.master_key_file is not None or bool(os.environ.get(ENVIRONMENT_KEY))


def _set_up(values: dict[str, str], options: Mapping[str, Any], owner_url: str, answers: Answers) -> None:
    prepare_database(values["database_url"], owner_url)
    asyncio.run(examine_database(values["database_url"]))
    click.echo("数据库：可以连接，结构已是最新。")
    file = settings_file(data_dir=options.get("data_dir"))
    key_file = values.get("master_key_file", "")
    master = bring_key(Path(key_file)) if key_file else MasterKey.from_environment()
    fresh = write_settings(file, values)
    click.echo(f"设置文件 {file}：{'已写入' if fresh else '已有'}。")
    passwords = asyncio.run(_found(values["database_url"], master, answers))
    settings = load(**options)
    tell_passwords(passwords, settings.site_url())
    if passwords:
        where = f"--data-dir {shlex.quote(str(file.parent))}"
        click.echo(
            f"\n接下来启动网站和后台任务：\n  mingpiao serve {where}\n  mingpiao worker {where}\n设置从 {file} 读取。"
        )
        click.echo("然后由系统管理员登录，在“全部账户”中邀请省级财政部门的负责人和经办人。")


async def _found(url: str, master: MasterKey, answers: Answers) -> list[FirstPassword]:
    database = await Database.open(url, pool_size=1)
    try:
        return await found(database, master, answers, TerminalHall(), click.echo)
    finally:
        await database.close()


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
