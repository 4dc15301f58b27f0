"""The command line. Each command passes the settings on to the module that does the work.

Heavy modules are imported inside the commands, so that `--help` answers at once.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from mingpiao import settings as settings_module
from mingpiao.agent.commands import agent
from mingpiao.kernel.errors import Refusal
from mingpiao.processes.supervise import PortError, ProcessError, fetch_status
from mingpiao.settings import Settings, SettingsError
from mingpiao.storage.embedded import EmbeddedServerError

Command = TypeVar("Command", bound=Callable[..., Any])
Made = TypeVar("Made")

_EXPECTED = (SettingsError, EmbeddedServerError, PortError, ProcessError)


class Trouble(click.ClickException):
    """An error that the person at the terminal can mend. It is shown as one paragraph; the exit code is 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"错误：{self.message}", file=file, err=file is None)


class _Commands(click.Group):
    """Commands that show their expected failures as `Trouble` instead of a stack trace."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except Refusal as refusal:
            raise Trouble("\n".join(p.message for p in refusal.problems)) from refusal
        except _EXPECTED as error:
            raise Trouble(str(error)) from error
        except OSError as error:
            if error.filename is None:
                raise
            raise Trouble(f"{error.filename}: {error.strerror}") from error


_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=_Commands, context_settings=_HELP)
@click.version_option(package_name="mingpiao", prog_name="mingpiao")
def main() -> None:
    """明票：财政电子票据的开具、签章、查验与监管。

    所有选项也可以用环境变量 MINGPIAO_名称 设置，例如 MINGPIAO_DATABASE_URL。
    """


main.add_command(agent)


def _database_option(command: Command) -> Command:
    text = "PostgreSQL 15 或更高版本的地址：postgresql://用户:密码@主机:端口/数据库。"
    return click.option("--database-url", metavar="URL", help=text)(command)


def _data_option(command: Command) -> Command:
    text = "数据目录（版式文件、日志、演示数据库），默认为当前目录下的 var。"
    return click.option("--data-dir", type=click.Path(path_type=Path), help=text)(command)


def _key_option(command: Command) -> Command:
    text = "主密钥文件（32 位十六进制）；也可以用环境变量 MINGPIAO_MASTER_KEY 直接给出主密钥。"
    return click.option("--master-key-file", type=click.Path(path_type=Path), help=text)(command)


def _address_options(command: Command) -> Command:
    command = click.option("--port", type=int, help="监听端口，默认 8000；也可以用环境变量 PORT。")(command)
    return click.option("--host", help="监听地址，默认 127.0.0.1。")(command)


@main.command()
@_address_options
@_data_option
def demo(**options: Any) -> None:
    """一条命令启动演示省份：数据库、网站和后台任务。

    首次启动会建立演示数据并开具第一天的票据；以后启动保留数据。按 Ctrl-C 停止全部进程。
    """
    from mingpiao.demo import site

    site.run(settings_module.load(**options))


@main.command("demo-reset")
@_data_option
def demo_reset(**options: Any) -> None:
    """删除演示数据，下次 mingpiao demo 重新建立。演示正在运行时拒绝执行。"""
    from mingpiao.demo import site

    site.reset(settings_module.load(**options))


@main.command("demo-ukey")
@click.option("--off", is_flag=True, help="改回用密码登录也可以开票。")
@_address_options
@_data_option
def demo_ukey(off: bool, **options: Any) -> None:
    """在运行的演示中改用 UKey 开票：为一名开票人制作 UKey，让所在城市要求用 UKey 开票，并说明以后的步骤。"""
    from mingpiao.demo import site

    site.show_ukey_way(settings_module.load(**options), demanded=not off)


@main.group(invoke_without_command=True)
@click.option("--host", help="监听地址，默认 127.0.0.1。")
@click.option("--port", type=int, default=8001, show_default=True, help="监听端口，应与正式平台不同。")
@click.option("--training-url", help="用户访问演练环境的网址，例如 https://lianxi.example.gov.cn。")
@_data_option
@click.pass_context
def training(context: click.Context, /, **options: Any) -> None:
    """启动演练环境：数据库、密钥和数据都与正式平台分开，票据无效，供工作人员练习。

    首次启动会建立演练省份；以后启动保留数据。按 Ctrl-C 停止全部进程。
    """
    from mingpiao.demo import site

    context.obj = settings_module.load(**options)
    if context.invoked_subcommand is None:
        site.run(context.obj, stage=site.TRAINING)


@training.command("reset")
@click.confirmation_option("--yes", prompt="演练环境的全部数据将被删除，不能恢复。确定吗？")
@click.pass_obj
def training_reset(settings: Settings) -> None:
    """删除演练环境的全部数据，下次启动重新建立。演练环境正在运行时拒绝执行。"""
    from mingpiao.demo import site

    site.reset(settings, stage=site.TRAINING)


@main.command()
@_database_option
@_address_options
@_data_option
@_key_option
@click.option("--public-url", help="用户访问的网址，印在票据二维码中，例如 https://pj.example.gov.cn。")
@click.option("--web-processes", type=int, help="网站进程数，默认 1。")
@click.option(
    "--signer-processes",
    type=int,
    help="每个网站进程的专用签名进程数，默认每个处理器核一个；0 为在网站进程内签名。",
)
@click.option("--run-worker/--no-run-worker", default=None, help="是否同时执行后台任务，默认否。")
def serve(**options: Any) -> None:
    """在自己的 PostgreSQL 上运行网站和接口。还没有设置过的系统先提供首次设置的网页。"""
    import uvicorn

    from mingpiao.listening import server_options

    _set_up_first(settings_module.load(**options))
    settings = _ready(**options)
    # Each web process builds the application again, from its environment.
    os.environ.update(settings.to_environment())
    uvicorn.run(
        "mingpiao.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.web_processes,
        log_level=settings.log_level,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        **server_options(settings.connections),
    )


@main.command()
@_database_option
@_data_option
@_key_option
def worker(**options: Any) -> None:
    """执行后台任务（识别佐证材料、办理开票申请、汇总和清理数据）；可以运行多个。"""
    from mingpiao import worker as worker_module
    from mingpiao.storage.logs import keep_values_out

    settings = _ready(**options)
    keep_values_out()
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    asyncio.run(worker_module.run(settings))


@main.command()
@_database_option
@_data_option
@click.option(
    "--retry", "job_ids", type=int, multiple=True, metavar="编号", help="把这一项重新放入队列；可以写多次。"
)
def jobs(job_ids: tuple[int, ...], **options: Any) -> None:
    """列出多次失败、已停止重试的后台任务和原因，或把它们重新放入队列。"""
    settings = _with_database(**options)
    for line in asyncio.run(_failed_jobs(settings.database_url, job_ids)):
        click.echo(line)


async def _failed_jobs(url: str, retry: tuple[int, ...]) -> list[str]:
    from mingpiao.house.rooms import jobs as known_jobs
    from mingpiao.jobs.queue import failed_jobs, retry_failed
    from mingpiao.kernel.clock import to_shanghai
    from mingpiao.storage.database import Database
    from mingpiao.storage.probe import require_ready

    await require_ready(url)
    database = await Database.open(url, pool_size=1)
    try:
        async with database.system() as connection:
            if retry:
                await retry_failed(connection, retry)
            failed = await failed_jobs(connection)
    finally:
        await database.close()
    labels = {job.name: f"{job.label}（{job.name}）" for job in known_jobs()}
    told = [
        f"{job.job_id}  {to_shanghai(job.failed_at):%Y-%m-%d %H:%M:%S}  "
        f"{labels.get(job.name, job.name)}  {job.payload}  {job.reason}"
        for job in failed
    ]
    return told or ["没有失败的后台任务。"]


@main.command()
@_database_option
@_data_option
def migrate(**options: Any) -> None:
    """把数据库升级到当前结构；可以重复执行。"""
    from mingpiao.storage.migrate import upgrade
    from mingpiao.storage.probe import require_reachable

    settings = _with_database(**options)
    asyncio.run(require_reachable(settings.database_url))
    upgrade(settings.database_url)
    click.echo("数据库结构已是最新。")


@main.command()
@click.option(
    "--file",
    "plan_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="用一个 TOML 文件给出全部内容，不再逐项询问。",
)
@click.option("--example", is_flag=True, help="打印带说明的 TOML 示例。")
@click.option("--owner-url", metavar="URL", help="数据库所有者的地址，只用于建表，不保存。")
@_database_option
@_data_option
@_key_option
@click.option("--public-url", help="用户访问的网址，印在票据二维码中，选定后不要更改。")
def setup(plan_file: Path | None, example: bool, owner_url: str | None, **options: Any) -> None:
    """首次设置：从空数据库到可以使用的省份。可以重复执行，中断后从断点继续。

    依次设置数据库、省份、主密钥分发、监制章、起始数据和首批管理员。也可以直接执行 mingpiao serve，在网页上设置。
    """
    from mingpiao.setup import plans, terminal

    if example:
        click.echo(plans.example(), nl=False)
    elif plan_file:
        terminal.set_up_by_plan(plans.read_plan(plan_file), options)
    else:
        terminal.set_up_by_questions(options, owner_url or "")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON，供程序读取。")
@_database_option
@_data_option
@_key_option
def doctor(as_json: bool, **options: Any) -> None:
    """检查系统缺什么、哪里不对，并说明怎么办。没有错误返回 0，有错误返回 1。"""
    from mingpiao.setup.doctor import examine, tell

    findings = asyncio.run(examine(settings_module.load(**options)))
    click.echo(tell(findings, as_json=as_json))
    if any(each.state == "bad" for each in findings):
        sys.exit(1)


@main.group()
def key() -> None:
    """主密钥：检查，或用份额恢复。"""


@key.command("check")
@_database_option
@_data_option
@_key_option
def key_check(**options: Any) -> None:
    """检查主密钥能不能打开数据库中的签章私钥。"""
    from mingpiao.setup import keys

    click.echo(asyncio.run(keys.check(_with_database(**options))))


@key.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def key_restore(file: Path) -> None:
    """用足够的份额恢复主密钥文件。逐份输入，不显示；不需要数据库。"""
    from mingpiao.setup import keys

    keys.restore(file)


@main.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--trust",
    "trust_dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="公开证书（PEM 或 DER）目录，其中的根证书受信任；默认为演示导出的证书。",
)
@click.option(
    "--template",
    "faces",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="从平台导出的票面样式文件（JSON），用于证书目录中没有的版本；可以重复。",
)
@click.option(
    "--crl",
    "lists",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="签发机构的证书吊销列表（DER 或 PEM），按签名时间核对证书；可以重复。证书目录中的 *.crl 自动使用。",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON，供程序读取。")
@_data_option
def verify(
    files: tuple[Path, ...],
    trust_dir: Path | None,
    faces: tuple[Path, ...],
    lists: tuple[Path, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """离线查验票据文件（OFD、PDF 或 XML），不需要数据库和网络。

    全部真实返回 0，有被篡改、无法信任的或演练票据返回 1，有无法读取的返回 2；票据原文真实，但文件有改动、
    版面不是平台生成的或没有核对的返回 3。
    """
    from mingpiao.verification import file_check

    directory = trust_dir or settings_module.load(**options).data_dir / "demo" / "certificates"
    sys.exit(file_check.main(list(files), directory, faces=faces, lists=lists, as_json=as_json))


@main.group()
def integrity() -> None:
    """核对数据库中互相印证的记录。"""


@integrity.command("check")
@click.option(
    "--share",
    metavar="第几份/共几份",
    default="1/1",
    show_default=True,
    help="只核对一部分单位，例如 1/30；每夜后台任务核对三十分之一。",
)
@_database_option
@_data_option
def integrity_check(share: str, **options: Any) -> None:
    """逐张核对登记数据、签名原件、事件、操作日志、汇总和号段。

    全部一致返回 0，有不一致返回 1 并逐项列出。
    """
    from mingpiao.issuing.service import UnitShare, check_share
    from mingpiao.storage.database import Database
    from mingpiao.storage.probe import require_ready

    try:
        wanted = UnitShare.read(share)
    except ValueError as error:
        raise click.BadParameter("应写成 1/30 的样子，第几份不大于共几份。", param_hint="--share") from error

    async def run(url: str) -> Any:
        await require_ready(url)
        database = await Database.open(url, pool_size=2)
        try:
            return await check_share(database, wanted)
        finally:
            await database.close()

    report = asyncio.run(run(_with_database(**options).database_url))
    for each in report.differences:
        click.echo(f"单位 {each.unit_id}  {each.subject}  {each.difference}")
    click.echo(f"已核对 {report.units} 个单位、{report.bills} 张票据，不一致 {len(report.differences)} 处。")
    if report.differences:
        sys.exit(1)


@main.group()
def administrators() -> None:
    """三员分立：任命第一批安全、审计管理员，只有一位安全管理员时确认授权，重置管理员密码。"""


@administrators.command("appoint")
@click.option(
    "--duty", type=click.Choice(["system", "security", "audit"]), required=True, help="哪一类管理员。"
)
@click.option("--username", required=True, help="用户名。")
@click.option("--name", required=True, help="本人姓名。")
@click.option("--by", required=True, help="办理人姓名，记入留痕。")
@_database_option
@_data_option
def administrators_appoint(duty: str, username: str, name: str, by: str, **options: Any) -> None:
    """建立一位管理员的账户，打印邀请码。同一类已有两位可以登录的，拒绝执行，改由安全管理员在网页上授权。"""
    from mingpiao.founding.model import DUTIES
    from mingpiao.identity.model import ADMINISTRATORS
    from mingpiao.security.service import appoint_at_console, at_console

    role = dict(zip(DUTIES, ADMINISTRATORS, strict=True))[duty]
    invitation = _in_transaction(
        options,
        lambda connection: appoint_at_console(connection, username, name, role, acting=at_console(by)),
    )
    click.echo(f"{role.label} {name}（{username}）的邀请码，7天内有效，请当面交给本人：")
    click.echo(invitation.code)
    click.echo("本人在网站的 /invitation 页面输入邀请码，自己设置密码。")


@administrators.command("confirm")
@click.argument("proposal", type=int)
@click.option("--by", required=True, help="确认人姓名，不能是提交的安全管理员本人，记入留痕。")
@_database_option
@_data_option
def administrators_confirm(proposal: int, by: str, **options: Any) -> None:
    """确认唯一的安全管理员提交的变更；PROPOSAL 是网页上的编号。有第二位安全管理员时拒绝执行。"""
    from mingpiao.security.service import at_console, confirm_at_console

    decided = _in_transaction(
        options, lambda connection: confirm_at_console(connection, proposal, acting=at_console(by))
    )
    click.echo(f"已生效：{decided.title}")


@administrators.command("reset")
@click.option("--username", required=True, help="管理员的用户名。")
@click.option("--factor", is_flag=True, help="手机丢失时，一并取消动态口令和恢复码。")
@click.option("--by", required=True, help="办理人姓名，记入留痕。")
@_database_option
@_data_option
def administrators_reset(username: str, factor: bool, by: str, **options: Any) -> None:
    """给一位管理员一次性密码；本人首次登录时必须修改。"""
    from mingpiao.security.service import at_console, reset_at_console

    account, password = _in_transaction(
        options,
        lambda connection: reset_at_console(connection, username, factor=factor, acting=at_console(by)),
    )
    click.echo(f"{account.role.label} {account.display_name}（{username}）的一次性密码，请当面交给本人：")
    click.echo(password)


def _in_transaction(options: dict[str, Any], work: Callable[[Any], Awaitable[Made]]) -> Made:
    """Do something in one transaction of system scope."""
    from mingpiao.storage.database import Database
    from mingpiao.storage.probe import require_ready

    async def run(url: str) -> Made:
        await require_ready(url)
        database = await Database.open(url, pool_size=1)
        try:
            async with database.system() as connection:
                return await work(connection)
        finally:
            await database.close()

    return asyncio.run(run(_with_database(**options).database_url))


@main.group()
def access() -> None:
    """谁也进不去时，在服务器上恢复登录。"""


@access.command("open")
@click.argument("place")
@_database_option
@_data_option
def access_open(place: str, **options: Any) -> None:
    """取消一处访问地址的限制，全部网络都可以登录。

    PLACE 是财政部门的区划代码，或 admin（系统管理员）。没有限制时返回 1。
    """
    from mingpiao.identity.service import open_address_list

    if not _in_transaction(options, lambda connection: open_address_list(connection, place)):
        raise click.ClickException("这里没有访问地址的限制。")
    click.echo("已取消限制，请尽快登录并重新设置访问地址。")


@main.group()
def numbers() -> None:
    """查看票据号码的来龙去脉。"""


@numbers.command("trace")
@click.argument("code")
@click.argument("number")
@_database_option
@_data_option
def numbers_trace(code: str, number: str, **options: Any) -> None:
    """一个号码从号码池、发放、开具到冲红或退回的全过程。

    CODE 是8位票据代码，NUMBER 是10位票据号码。没有这个号码时返回 1。
    """
    from mingpiao.catalog.service import load
    from mingpiao.storage.database import Database
    from mingpiao.storage.probe import require_ready
    from mingpiao.supply.service import trace_number

    async def run(url: str) -> Any:
        await require_ready(url)
        database = await Database.open(url, pool_size=1)
        try:
            async with database.system() as connection:
                return await trace_number(connection, code, number, await load(connection))
        finally:
            await database.close()

    trace = asyncio.run(run(_with_database(**options).database_url))
    click.echo(f"{trace.identity.code} {trace.identity.number}  {trace.kind}")
    for step in trace.steps:
        click.echo(f"{step.at:%Y-%m-%d %H:%M:%S}  {step.what}" if step.at else step.what)
    click.echo(f"现在：{trace.holder}{'（' + trace.unit + '）' if trace.unit else ''}")


@numbers.command("open-year")
@click.argument("year", type=int)
@click.option("--least", type=int, default=100, show_default=True, help="每种票据最少发放的个数。")
@_database_option
@_data_option
def numbers_open_year(year: int, least: int, **options: Any) -> None:
    """启用 YEAR 年的票据代码，并为接口开票单位发放第一段号码。

    中断以后再次运行，从中断的地方继续；正在发放时，由后台任务和本命令一起完成。
    """
    from mingpiao.catalog.service import load
    from mingpiao.identity.model import platform
    from mingpiao.kernel.errors import Refusal
    from mingpiao.storage.database import Database
    from mingpiao.storage.probe import require_ready
    from mingpiao.supply.service import YearOpening, do_portion, open_year, year_openings

    async def present(database: Database) -> YearOpening | None:
        async with database.system() as connection:
            return next((each for each in await year_openings(connection) if each.year == year), None)

    async def run(url: str) -> None:
        await require_ready(url)
        database = await Database.open(url, pool_size=1)
        try:
            found = await present(database)
            async with database.system() as connection:
                catalog = await load(connection)
                if found is None or not found.is_running:
                    acting = platform("cli", name="命令行")
                    found = await open_year(connection, year, least, catalog, acting=acting)
            while await do_portion(database, year, found.run, catalog):
                if shown := await present(database):
                    click.echo(f"{shown.units_done:,} / {shown.units_total:,} 家单位")
            done = await present(database)
        finally:
            await database.close()
        if done is not None:
            click.echo(f"完成：{done.units_given:,} 家单位得到 {done.numbers:,} 个号码。")

    try:
        asyncio.run(run(_with_database(**options).database_url))
    except Refusal as refusal:
        raise click.ClickException(refusal.problems[0].message) from None


@main.command("export-certificates")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@_database_option
@_data_option
def export_certificates(directory: Path, **options: Any) -> None:
    """导出全部公开证书、印章图样和票面样式到目录，供 mingpiao verify --trust 在别的机器上离线查验。"""
    from mingpiao.storage.database import Database
    from mingpiao.storage.probe import require_reachable
    from mingpiao.verification.service import export_certificates as export

    async def run(settings: Settings) -> int:
        await require_reachable(settings.database_url)
        database = await Database.open(settings.database_url, pool_size=1)
        try:
            async with database.system() as connection:
                return await export(connection, directory, settings.site_url())
        finally:
            await database.close()

    count = asyncio.run(run(_with_database(**options)))
    click.echo(f"已导出 {count} 张证书到 {directory}。")


@main.command("export-rules")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_rules(file: Path) -> None:
    """把随平台提供的监管规则库写成 YAML 文件，由财政部门在“监管规则”中导入、审核后使用。"""
    from mingpiao.rules.service import export_rules as written
    from mingpiao.rules.service import library_rules

    rules = library_rules()
    file.write_text(written(rules), "utf-8")
    click.echo(f"已写出 {len(rules)} 条规则到 {file}。")


@main.command()
@click.option("--url", help="健康检查地址，默认为本机网站的 /healthz。")
@_address_options
def healthcheck(url: str | None, **options: Any) -> None:
    """检查网站是否正常：正常返回 0，否则返回 1。"""
    target = url or settings_module.load(**options).local_url() + "/healthz"
    status = fetch_status(target)
    if status != 200:
        raise Trouble(f"{target} 不正常（{status or '没有回答'}）。")
    click.echo(f"{target} 正常。")


def _set_up_first(settings: Settings) -> None:
    """Serve the pages of the first setup until somebody has set the platform up; nothing if that was done."""
    from mingpiao.setup.first_start import is_unset

    if is_unset(settings):
        from mingpiao.setup.first_start import serve_setup

        serve_setup(settings)


def _with_database(**options: Any) -> Settings:
    settings = settings_module.load(**options)
    if not settings.database_url:
        raise SettingsError("没有指定数据库。请用 --database-url 或环境变量 MINGPIAO_DATABASE_URL 指定。")
    return settings


def _ready(**options: Any) -> Settings:
    """The settings of a server that can start: its database is migrated and of its kind (a training site's or
    not), and its master key is available.
    """
    from mingpiao.founding.service import require_purpose_at
    from mingpiao.storage.probe import require_ready

    settings = _with_database(**options)
    settings.master_key()
    asyncio.run(require_ready(settings.database_url))
    asyncio.run(require_purpose_at(settings.database_url, training=settings.training))
    return settings
