"""docs/operations.md says what the program does: its settings, its logins, its way back from a dump."""

import asyncio
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.province import ACTING, Province, settle
from tests.support.world import bill_of, open_world

from mingpiao.house.rooms import duties, jobs
from mingpiao.issuing.service import list_changes
from mingpiao.settings import PREFIX, variables
from mingpiao.storage.database import Database
from mingpiao.storage.embedded import SUPERUSER, EmbeddedOptions, EmbeddedServer, _identity, find_binaries
from mingpiao.storage.migrate import upgrade
from mingpiao.storage.probe import require_ready

pytestmark = pytest.mark.whole

TEXT = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
DATABASE = "guide"


def _rows(first_heading: str) -> list[list[str]]:
    """The cells of the table whose first heading it is."""
    lines = TEXT.split(f"| {first_heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _found(pattern: str) -> str:
    match = re.search(pattern, TEXT, re.DOTALL)
    assert match, pattern
    return match[1]


def test_every_setting_is_in_the_table_with_its_default() -> None:
    table = {name.strip("` "): cells[1] for cells in _rows("variable") for name in cells[0].split(",")}
    fields = {PREFIX + name.upper(): variable for name, variable in variables().items()}
    assert set(table) - set(fields) == {"PORT", "MINGPIAO_MASTER_KEY"}
    assert set(fields) <= set(table)
    # How many signers there are depends on the machine.
    del fields["MINGPIAO_SIGNER_PROCESSES"]
    plain = {name: field.default for name, field in fields.items() if isinstance(field.default, bool | int)}
    assert {name: table[name] for name in plain} == {
        name: f"`{str(default).lower()}`" for name, default in plain.items()
    }


def test_every_duty_of_the_worker_is_told() -> None:
    assert [cells[0].strip("`") for cells in _rows("round")] == [duty.name for duty in duties()]


def test_every_job_of_the_worker_is_told() -> None:
    told = [name for cells in _rows("job") for name in re.findall(r"`(\w+)`", cells[0])]
    assert sorted(told) == sorted(job.name for job in jobs())


class Cluster:
    """A PostgreSQL that was set up as the guide says: two logins, one of which owns nothing."""

    def __init__(self, directory: Path) -> None:
        self.server = EmbeddedServer(directory, EmbeddedOptions(durable=False))
        self.server.start()
        # The embedded server has a database of the guide's name already.
        first_steps = _found(r"```sql\n(CREATE ROLE mingpiao_system.*?)```")
        self.server.run_sql(first_steps.replace("DATABASE mingpiao ", f"DATABASE {DATABASE} "))
        self.owner, self.app = (self.server.url_of(DATABASE, f"mingpiao_{name}") for name in ("owner", "app"))
        self.superuser = self.server.url_of(DATABASE, SUPERUSER)

    async def changes(self, unit_id: int) -> list[str]:
        """Numbers of the unit's bills as its program would copy them."""
        database = await Database.open(self.app, pool_size=1)
        try:
            async with database.system() as connection:
                return [bill.number for bill in (await list_changes(connection, unit_id)).bills]
        finally:
            await database.close()

    def reset_wal(self, epoch: str, next_xid: str) -> None:
        self.server.stop()
        program = [*_identity().prefix, str(find_binaries(None) / "pg_resetwal")]
        subprocess.run(
            [*program, "-e", epoch, "-x", next_xid, "-D", str(self.server.data_dir / "cluster")],
            check=True,
            capture_output=True,
            **_identity().popen_arguments(),
        )
        self.server.start()


@pytest.fixture
def clusters() -> Iterator[tuple[Cluster, Cluster]]:
    # The system's temporary directory keeps the sockets' paths short.
    home = Path(tempfile.mkdtemp(prefix="mingpiao-guide-"))
    opened: list[Cluster] = []
    try:
        opened += [Cluster(home / "old"), Cluster(home / "new")]
        yield opened[0], opened[1]
    finally:
        for cluster in opened:
            cluster.server.stop(immediate=True)
        shutil.rmtree(home, ignore_errors=True)


def test_the_two_logins_work_and_a_restored_dump_shows_its_bills(
    clusters: tuple[Cluster, Cluster], tmp_path: Path
) -> None:
    old, new = clusters
    upgrade(old.owner)
    asyncio.run(require_ready(old.app))
    # A cluster of some age: its transaction ids are beyond those of a fresh one.
    old.server.run_sql(
        "DO $$ BEGIN FOR i IN 1..5000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"
    )
    province, numbers = asyncio.run(_issue(old, tmp_path))

    dump = tmp_path / "mingpiao.dump"
    refused = _run("pg_dump", "-Fc", "-d", old.owner, "-f", str(dump))
    assert _found(r"stops with \*(.*?)\*") in refused.stderr
    assert _run("pg_dump", "-Fc", "-d", old.superuser, "-f", str(dump)).returncode == 0
    assert _run("pg_restore", "--exit-on-error", "-d", new.superuser, str(dump)).stderr == ""
    asyncio.run(require_ready(new.app))
    unit_id = province.charity.unit_id
    assert asyncio.run(new.changes(unit_id)) == []

    query = _found(r'-At -c "\n(.*?)"\n')
    epoch, next_xid = new.server.run_sql(query, database=DATABASE).strip().split("|")
    new.reset_wal(epoch, next_xid)
    assert asyncio.run(new.changes(unit_id)) == numbers == asyncio.run(old.changes(unit_id))


async def _issue(cluster: Cluster, folder: Path) -> tuple[Province, list[str]]:
    database = await Database.open(cluster.app, pool_size=2)
    try:
        province = await settle(database)
    finally:
        await database.close()
    async with open_world(cluster.app, folder, settled=province) as world:
        charity = province.charity
        outcomes = await world.desk.issue(charity.unit_id, charity.requests(3), acting=ACTING)
    return province, [bill_of(outcome).number for outcome in outcomes]


def _run(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(find_binaries(None) / program), *arguments], capture_output=True, text=True)
