"""The command line explains itself, and refuses in words."""

import os
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mingpiao.cli import main
from mingpiao.rules.service import library_rules, read_rules
from mingpiao.settings import Settings
from mingpiao.setup import first_start
from mingpiao.storage.embedded import EmbeddedServer

COMMANDS = (
    "demo",
    "demo-reset",
    "demo-ukey",
    "setup",
    "doctor",
    "serve",
    "worker",
    "jobs",
    "migrate",
    "verify",
    "export-rules",
    "healthcheck",
)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("MINGPIAO_") or name == "PORT":
            monkeypatch.delenv(name)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_help_lists_every_command_with_a_sentence() -> None:
    shown = call("--help").output
    for command in COMMANDS:
        line = next(line for line in shown.splitlines() if line.strip().startswith(command + " "))
        assert any("\u4e00" <= character <= "\u9fff" for character in line), line


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    shown = call(command, "--help")
    assert shown.exit_code == 0
    assert "。" in shown.output


@pytest.mark.parametrize("command", ["worker", "migrate"])
def test_a_missing_database_is_told(command: str) -> None:
    refused = call(command)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("错误：没有指定数据库。请用 --database-url")


def test_a_database_that_does_not_answer_is_told_without_a_stack_trace() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        refused = call("migrate", "--database-url", f"postgresql://a@127.0.0.1:{closed.getsockname()[1]}/b")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("错误：连不上数据库")
    assert "Traceback" not in refused.stderr


def test_the_library_of_rules_is_written_as_a_file_that_can_be_imported(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    shown = call("export-rules", str(file))
    assert shown.output == f"已写出 {len(library_rules())} 条规则到 {file}。\n"
    assert [entry.rule for entry in read_rules(file.read_bytes())] == list(library_rules())
    refused = call("export-rules", str(tmp_path / "nowhere" / "rules.yaml"))
    assert refused.exit_code == 1
    assert refused.stderr.startswith("错误：")


def test_migrate_brings_an_empty_database_up_and_can_be_repeated(
    cluster: EmbeddedServer, empty_database_url: str
) -> None:
    for _ in range(2):
        done = call("migrate", "--database-url", empty_database_url)
        assert (done.exit_code, done.stdout) == (0, "数据库结构已是最新。\n")
    name = empty_database_url.split("?")[0].rsplit("/", 1)[1]
    assert cluster.run_sql("SELECT count(*) FROM alembic_version", database=name) == "1\n"


class _Offered(Exception):
    """The pages of the first setup would be served now."""


def test_serve_offers_the_first_setup_where_nobody_did_it(
    empty_database_url: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offer(settings: Settings) -> None:
        raise _Offered(settings.database_url)

    monkeypatch.setattr(first_start, "serve_setup", offer)
    for arguments in ([], ["--database-url", empty_database_url], ["--database-url", database_url]):
        offered = call("serve", "--data-dir", str(tmp_path), *arguments)
        assert isinstance(offered.exception, _Offered), arguments


@pytest.mark.parametrize("command", ["worker"])
def test_a_server_does_not_start_on_a_foreign_schema_or_without_master_key(
    command: str, empty_database_url: str, tmp_path: Path
) -> None:
    keyless = call(command, "--database-url", empty_database_url)
    assert (keyless.exit_code, "主密钥" in keyless.stderr) == (1, True)
    key = tmp_path / "master.key"
    key.write_text("00112233445566778899aabbccddeeff")
    refused = call(command, "--database-url", empty_database_url, "--master-key-file", str(key))
    assert refused.exit_code == 1
    assert "请先运行 mingpiao migrate" in refused.stderr


def test_jobs_that_were_given_up_are_told_and_put_back(cluster: EmbeddedServer, database_url: str) -> None:
    option = ["--database-url", database_url]
    assert call("jobs", *option).output == "没有失败的后台任务。\n"
    database = database_url.split("@/")[1].split("?")[0]
    cluster.run_sql(
        "INSERT INTO pgqueuer (id, priority, status, entrypoint, payload) "
        "VALUES (77, 0, 'failed', 'read_evidence', convert_to('{\"unit_id\": 1}', 'utf8')); "
        "INSERT INTO pgqueuer_log (job_id, status, priority, entrypoint, traceback) "
        "VALUES (77, 'failed', 0, 'read_evidence', '{\"exception_message\": \"no disk\"}')",
        database=database,
    )
    told = call("jobs", *option)
    assert told.exit_code == 0
    assert "77 " in told.output
    assert told.output.endswith("识别佐证材料的文字（read_evidence）  {'unit_id': 1}  no disk\n")
    assert call("jobs", *option, "--retry", "77").output == "没有失败的后台任务。\n"


def test_wrong_settings_are_told() -> None:
    refused = call("serve", "--port", "70000")
    assert refused.exit_code == 1
    assert "MINGPIAO_PORT=70000 无效：端口应为 1 至 65535 之间的整数。" in refused.stderr


def test_healthcheck_of_nothing_fails() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        failed = call("healthcheck", "--port", str(closed.getsockname()[1]))
    assert failed.exit_code == 1
    assert "没有回答" in failed.stderr


def test_a_data_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    failed = call("demo-reset", "--data-dir", str(tmp_path / "file" / "var"))
    assert failed.exit_code == 1
    assert failed.stderr.startswith(f"错误：{tmp_path}/file/var")
