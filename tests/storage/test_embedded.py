"""The embedded PostgreSQL: starts, keeps its data, survives crashes, leaves nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from tests.support.waiting import wait_until

from mingpiao.storage import embedded
from mingpiao.storage.embedded import EmbeddedOptions, EmbeddedServer, EmbeddedServerError, find_binaries
from mingpiao.storage.embedded_tuning import server_settings

pytestmark = pytest.mark.whole

OPTIONS = EmbeddedOptions(durable=False, max_connections=20)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path / "pg", OPTIONS)
    yield server
    server.stop(immediate=True)


def servers_of(data_dir: Path) -> set[int]:
    return embedded._processes_in((data_dir / "cluster").resolve())


async def test_serves_chinese_text_to_an_owner_who_is_no_superuser(server: EmbeddedServer) -> None:
    server.start()
    connection = await asyncpg.connect(server.url)
    try:
        await connection.execute("CREATE EXTENSION pg_trgm; CREATE TABLE payer (name text)")
        await connection.execute("INSERT INTO payer VALUES ($1)", "内蒙古自治区演示医院")
        assert (
            await connection.fetchval("SELECT name FROM payer WHERE name LIKE '%演示%'")
            == "内蒙古自治区演示医院"
        )
        assert await connection.fetchval("SHOW server_encoding") == "UTF8"
        assert await connection.fetchval("SHOW timezone") == "UTC"
        facts = "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        assert tuple(await connection.fetchrow(facts)) == (False, True)
    finally:
        await connection.close()


def test_listens_on_a_private_socket_only(server: EmbeddedServer) -> None:
    server.start()
    assert server.run_sql("SHOW listen_addresses").strip() == ""
    assert (server.socket_dir.stat().st_mode & 0o777, server.data_dir.stat().st_mode & 0o777) == (
        0o700,
        0o700,
    )


def test_keeps_data_over_stop_and_start_and_start_twice_is_once(server: EmbeddedServer) -> None:
    server.start()
    first = server.pid
    server.start()
    assert server.pid == first
    server.run_sql("CREATE TABLE kept AS SELECT 42 AS answer", database="mingpiao")
    server.stop()
    assert server.pid is None
    assert servers_of(server.data_dir) == set()
    server.start()
    assert server.run_sql("SELECT answer FROM kept", database="mingpiao") == "42\n"


def test_recovers_after_its_own_kill_9(server: EmbeddedServer) -> None:
    server.start()
    server.run_sql("CREATE TABLE kept AS SELECT 7 AS answer", database="mingpiao")
    server.kill()
    assert server.pid is None
    server.start()
    assert server.run_sql("SELECT answer FROM kept", database="mingpiao") == "7\n"


def test_a_stale_pid_file_naming_a_living_stranger_does_not_stop_it(server: EmbeddedServer) -> None:
    server.start()
    server.stop()
    (server.data_dir / "cluster" / "postmaster.pid").write_text(f"{os.getpid()}\n/elsewhere\n")
    server.start()
    assert server.run_sql("SELECT 1") == "1\n"


def start_in_a_process_of_its_own(data_dir: Path) -> "subprocess.Popen[str]":
    program = (
        "import sys, time; from pathlib import Path\n"
        "from mingpiao.storage.embedded import EmbeddedOptions, EmbeddedServer\n"
        "server = EmbeddedServer(Path(sys.argv[1]), EmbeddedOptions(durable=False)); server.start()\n"
        "print(server.pid, flush=True); time.sleep(600)\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program, str(data_dir)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert owner.stdout is not None
    assert owner.stdout.readline().strip().isdigit()
    return owner


def end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


def test_ends_with_an_owner_that_was_killed(tmp_path: Path) -> None:
    owner = start_in_a_process_of_its_own(tmp_path / "pg")
    assert servers_of(tmp_path / "pg") != set()
    end(owner)
    wait_until(lambda: servers_of(tmp_path / "pg") == set())


def test_a_second_owner_is_refused_and_an_orphan_is_taken_over(tmp_path: Path) -> None:
    owner = start_in_a_process_of_its_own(tmp_path / "pg")
    server = EmbeddedServer(tmp_path / "pg", OPTIONS)
    try:
        with pytest.raises(EmbeddedServerError, match="另一个进程正在使用"):
            server.start()
        assert servers_of(tmp_path / "pg") != set(), "the refused one must not harm the running server"
        orphan = embedded._first_number(tmp_path / "pg" / "cluster" / "postmaster.pid")
        os.kill(orphan, signal.SIGSTOP)  # so that its guard cannot end it quickly
        end(owner)
        os.kill(orphan, signal.SIGCONT)
        server.start()
        assert server.pid != orphan
        assert server.run_sql("SELECT 1") == "1\n"
    finally:
        end(owner)
        server.stop(immediate=True)
    assert servers_of(tmp_path / "pg") == set()


def test_a_deep_directory_gets_a_short_socket_path(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / ("d" * 60) / ("e" * 60), OPTIONS)
    assert len(os.fsencode(server.socket_dir / ".s.PGSQL.5432")) <= 107
    try:
        server.start()
        assert server.run_sql("SELECT 1") == "1\n"
        assert server.socket_dir.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop(immediate=True)


def test_an_interrupted_initdb_leaves_no_half_cluster(server: EmbeddedServer) -> None:
    half = server.data_dir / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server.start()
    assert server.run_sql("SELECT 1") == "1\n"
    assert not half.exists()


def test_a_cluster_of_another_version_is_named(server: EmbeddedServer) -> None:
    cluster = server.data_dir / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedServerError, match="由 PostgreSQL 9 建立"):
        server.start()
    assert server.pid is None


def test_recreate_database_leaves_it_empty(server: EmbeddedServer) -> None:
    server.start()
    server.run_sql("CREATE TABLE old (n int)", database="mingpiao")
    server.recreate_database()
    assert (
        server.run_sql("SELECT count(*) FROM pg_tables WHERE tablename = 'old'", database="mingpiao") == "0\n"
    )


def test_a_failing_statement_is_an_error_with_the_servers_words(server: EmbeddedServer) -> None:
    server.start()
    with pytest.raises(EmbeddedServerError, match="division by zero"):
        server.run_sql("SELECT 1/0")


def nobody_can_enter(directory: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in (directory, *directory.parents))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("way", ["with the capability to walk", "plain"])
def test_root_runs_it_as_nobody_where_namespaces_are_forbidden(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = EmbeddedServer(tmp_path / "pg", OPTIONS)
    before = embedded._identity()
    nobody = embedded._Identity(owner=65534, drop=True)
    if way != "plain":
        nobody = embedded._Identity(owner=65534, prefix=embedded._WALKING_NOBODY)
    elif not (nobody_can_enter(find_binaries()) and nobody_can_enter(tmp_path)):
        pytest.skip("the programs or the data lie where nobody cannot go")
    try:
        for identity, owner in ((before, before.owner), (nobody, 65534), (before, before.owner)):
            monkeypatch.setattr(embedded, "_identity", lambda identity=identity: identity)
            server.start()
            assert (server.data_dir / "cluster").stat().st_uid == owner
            server.run_sql("CREATE TABLE IF NOT EXISTS starts (n int); INSERT INTO starts VALUES (1)")
            server.stop()
        server.start()
        assert server.run_sql("SELECT count(*) FROM starts") == "3\n"
    finally:
        server.stop(immediate=True)


def test_finding_the_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_binaries()
    assert (found / "postgres").exists()
    assert find_binaries(found) == found
    with pytest.raises(EmbeddedServerError, match="MINGPIAO_PG_BIN"):
        find_binaries(tmp_path)
    monkeypatch.setattr(embedded, "_wheel_binaries", list)
    monkeypatch.setattr(embedded, "_system_binaries", list)
    with pytest.raises(EmbeddedServerError, match="make setup"):
        find_binaries()


def test_a_durable_server_waits_for_the_disk_and_a_test_one_does_not() -> None:
    durable = server_settings(durable=True, max_connections=10)
    assert "fsync" not in durable
    assert "synchronous_commit" not in durable
    assert server_settings(durable=False, max_connections=10)["fsync"] == "off"
    assert durable["listen_addresses"] == ""
