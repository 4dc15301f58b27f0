"""The recipe "add a room" of CONTRIBUTING.md works: its blocks are built into a room, and the room is tried."""

import importlib
import re
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.support.province import ACTING, Province
from tests.test_rooms import imports_of, rooms_of, wrong_doors
from tests.test_tables import foreign, relations_of, touches, without_room, written_wrong

import mingpiao
from mingpiao.house import finding
from mingpiao.house import rooms as discovery
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.audit.wording import action_label, details_text
from mingpiao.storage.database import Database
from mingpiao.storage.metadata import METADATA

TEXT = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = TEXT.split("## Add a room", 1)[1].split("\n## ", 1)[0]
BLOCKS = dict(
    re.findall(r"^`src/mingpiao/(\S+)`\n\n```(?:python|sql)\n(.*?)```", SECTION, re.MULTILINE | re.DOTALL)
)
MIGRATION = "storage/migrations/versions/NNNN_memos.sql"


def _forget() -> None:
    for found in (
        discovery.rooms,
        discovery.duties,
        discovery.jobs,
        discovery.locks,
        discovery.room_of_action,
        finding.room_settings,
    ):
        found.cache_clear()


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory beside the house's own in which the recipe's room was built."""
    for name, code in BLOCKS.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code, encoding="utf-8")
    (tmp_path / "memos" / "__init__.py").write_text('"""备忘."""\n', encoding="utf-8")
    monkeypatch.setattr(mingpiao, "__path__", [*mingpiao.__path__, str(tmp_path)])
    _forget()
    yield tmp_path
    _forget()
    for name in [name for name in sys.modules if name.startswith("mingpiao.memos")]:
        del sys.modules[name]
    if "memos" in METADATA.tables:
        METADATA.remove(METADATA.tables["memos"])


@pytest.fixture
async def database(province_url: str, house: Path) -> AsyncIterator[Database]:
    """The small province with the recipe's migration."""
    owner = await asyncpg.connect(province_url)
    try:
        await owner.execute(BLOCKS[MIGRATION])
    finally:
        await owner.close()
    opened = await Database.open(province_url, pool_size=2)
    yield opened
    await opened.close()


def test_the_recipe_has_all_its_files() -> None:
    assert set(BLOCKS) == {
        MIGRATION,
        *(f"memos/{name}.py" for name in ("model", "tables", "service", "room")),
    }


async def test_its_verbs_work_and_are_recorded(database: Database, settled: Province) -> None:
    service = importlib.import_module("mingpiao.memos.service")
    unit_id = settled.hospital.unit_id
    async with database.system() as connection:
        memo_id = await service.write_memo(connection, unit_id, "周五前换证", acting=ACTING)
        with pytest.raises(Refusal, match=r"memo\.empty"):
            await service.write_memo(connection, unit_id, " ", acting=ACTING)
        found = await service.list_memos(connection, unit_id)
        row = (await connection.execute(text("SELECT * FROM audit_log WHERE action = 'memo:write'"))).one()
    assert [(memo.memo_id, memo.unit_id, memo.words) for memo in found] == [(memo_id, unit_id, "周五前换证")]
    assert row.subject == f"memo:{memo_id}"
    assert (action_label(row.action), details_text(row.action, row.details)) == ("写备忘", "内容：周五前换证")


async def test_the_house_finds_its_duty_which_forgets_what_is_old(
    database: Database, settled: Province
) -> None:
    duty = next(each for each in discovery.duties() if each.name == "purge_memos")
    assert duty.label == "清理一年前的备忘"
    async with database.system() as connection:
        await connection.execute(
            text(
                "INSERT INTO memos (unit_id, words, written_at) SELECT :unit, age || ' days', "
                "now() - make_interval(days => age) FROM unnest(ARRAY[1, 364, 367, 400]) AS age"
            ),
            {"unit": settled.hospital.unit_id},
        )
    await duty.work(database)
    async with database.system() as connection:
        assert await _left(connection) == ["1 days", "364 days"]


async def _left(connection: AsyncConnection) -> list[str]:
    return list((await connection.execute(text("SELECT words FROM memos ORDER BY memo_id"))).scalars())


async def test_it_keeps_the_rules_of_the_house(database: Database, house: Path, province_url: str) -> None:
    importlib.import_module("mingpiao.memos.tables")
    relations = await relations_of(province_url)
    assert without_room(relations, {"memos"}) == {}
    assert foreign(touches(house), relations) == []
    assert await written_wrong(province_url, ["memos"]) == {}
    own = {"memos", *rooms_of(Path(mingpiao.__file__).parent)}
    assert wrong_doors(imports_of(house), own) == []
