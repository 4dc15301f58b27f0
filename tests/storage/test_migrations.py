"""Migrations on data of the release before."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from mingpiao.storage import migrate
from mingpiao.storage.database import engine_url
from mingpiao.storage.embedded import EmbeddedServer

_SCRIPTS = Path(migrate.__file__).parent / "migrations"


async def upgrade_to(url: str, revision: str) -> None:
    def run(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(_SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    engine = create_async_engine(engine_url(url), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


_BEFORE = """
SET session_replication_role = replica;
INSERT INTO units (unit_id, uscc, name, region_code, mode, unit_type, receiving_account, receiving_bank, address, phone)
    OVERRIDING SYSTEM VALUE
SELECT id, 'USCC' || id, name, region, mode, 'office', '', '', '', ''
FROM (VALUES (7, '演示医院', '150102', 'INTERFACE'), (8, '演示学校', '150100', 'ONLINE')) AS given(id, name, region, mode);
INSERT INTO stocks (unit_id, kind_code, locks) VALUES
    (7, '0601', '{ukey_lost}'), (7, '0602', '{ukey_lost,writeoff_overdue}'), (8, '0601', '{}');
INSERT INTO stock_limits (unit_id, valid_until) VALUES (7, '2027-01-31');
INSERT INTO evidence_documents (unit_id, digest, name, media_type, size, state, uploaded_by) VALUES
    (7, sha256('a'), '合同.pdf', 'application/pdf', 9, 'read', 'app:x'),
    (8, sha256('b'), '协议.pdf', 'application/pdf', 9, 'waiting', 'app:y');
"""


@pytest.fixture
def name(empty_database_url: str) -> str:
    return empty_database_url.partition("@/")[2].partition("?")[0]


async def test_lists_and_locks_come_to_data_that_is_there(
    cluster: EmbeddedServer, empty_database_url: str, name: str
) -> None:
    await upgrade_to(empty_database_url, "0004")
    cluster.run_sql(_BEFORE, database=name)
    await upgrade_to(empty_database_url, "head")
    assert cluster.run_sql(
        "SELECT unit_id, region_code, state, uploaded_by_name = '' FROM evidence_files ORDER BY unit_id",
        database=name,
    ).splitlines() == ["7|150102|read|t", "8|150100|waiting|t"]
    assert cluster.run_sql(
        "SELECT unit_id, valid_until, locks FROM stock_limits ORDER BY unit_id", database=name
    ).splitlines() == ["7|2027-01-31|{ukey_lost,writeoff_overdue}", "8||{}"]


_NAMED_BEFORE = """
SET session_replication_role = replica;
INSERT INTO qualifications (unit_id, region_code, paper_type, digest, file_name, media_type, state, reading, stated,
    differences, uploaded_by, uploaded_by_name)
VALUES (7, '150102', 'charity', sha256('c'), '证书.png', 'image/png', 'submitted',
    '{"fields": {"paper_type": {"value": "charity", "text": "慈善组织"}, "name": {"value": "甲", "text": "甲"}}}',
    '{"paper_type": "charity", "name": "甲"}',
    '[{"code": "a", "field": "name"}, {"code": "b", "field": "paper_type"}]', 'user:1', '王'),
    (8, '150102', '', sha256('d'), '证书.png', 'image/png', 'reading', NULL, NULL, '[]', 'user:1', '王');
"""


async def test_the_type_of_a_qualification_is_renamed_in_columns_and_json(
    cluster: EmbeddedServer, empty_database_url: str, name: str
) -> None:
    await upgrade_to(empty_database_url, "0005")
    cluster.run_sql(_NAMED_BEFORE, database=name)
    await upgrade_to(empty_database_url, "0006")
    rows = cluster.run_sql(
        "SELECT qualification_type, reading #>> '{fields,qualification_type,value}', "
        "reading #>> '{fields,name,value}', reading -> 'fields' ? 'paper_type', "
        "stated ->> 'qualification_type', stated ->> 'name', stated ? 'paper_type', "
        "differences #>> '{0,field}', differences #>> '{1,field}' FROM qualifications ORDER BY unit_id",
        database=name,
    )
    assert rows.splitlines() == ["charity|charity|甲|f|charity|甲|f|name|qualification_type", "||||||||"]


_WAITING = """
SET session_replication_role = replica;
INSERT INTO applications (unit_id, region_code, kind_code, business_no, payer_name, total, request, state,
                          submitted_by, submitted_by_name)
VALUES (7, '150102', '0301', 'SQ-1', '演示缴款人', 9, '{}', 'checking', 'account:1', '演示员');
"""


async def test_attempts_come_to_applications_that_wait(
    cluster: EmbeddedServer, empty_database_url: str, name: str
) -> None:
    await upgrade_to(empty_database_url, "0006")
    cluster.run_sql(_WAITING, database=name)
    await upgrade_to(empty_database_url, "head")
    assert cluster.run_sql(
        "SELECT state, revision, attempt, attempt_until IS NULL FROM applications", database=name
    ).splitlines() == ["checking|1|0|t"]


_TRAITS_BEFORE = """
SET session_replication_role = replica;
INSERT INTO evidence_files (unit_id, digest, region_code, name, media_type, size, state, uploaded_by, traits) VALUES
    (7, sha256('a'), '150102', 'a', 'application/pdf', 9, 'read', 'app:x', '{9223372036854775807,-3,8}'),
    (8, sha256('b'), '150102', 'b', 'application/pdf', 9, 'read', 'app:x', '{-3,8}'),
    (8, sha256('c'), '150102', 'c', 'application/pdf', 9, 'waiting', 'app:x', '{}');
"""


async def test_traits_become_those_of_a_unit(
    cluster: EmbeddedServer, empty_database_url: str, name: str
) -> None:
    await upgrade_to(empty_database_url, "0064")
    cluster.run_sql(_TRAITS_BEFORE, database=name)
    await upgrade_to(empty_database_url, "head")
    found = cluster.run_sql("SELECT traits FROM evidence_files ORDER BY name", database=name).splitlines()
    now = [[trait ^ 7 for trait in (2**63 - 1, -3, 8)], [-3 ^ 8, 8 ^ 8], []]
    assert found == ["{" + ",".join(map(str, each)) + "}" for each in now]


_PAID_BEFORE = """
SET session_replication_role = replica;
SELECT open_bill_code('15060126', '0601');
INSERT INTO bills (unit_id, bill_id, kind_code, region_code, color, business_no, check_code, issued_at, payer_type,
    payer_code, payer_name, total, handler, extension, items, unit_key_id, supervisor_key_id, xml_sm3, xml)
SELECT 7, 150601260000000000 + number, '0601', '150102', 'blue', 'B' || number, 'abcdef', now(), '1', '', '甲', 1,
    '乙', '{}', '[]', 1, 1, '', xml
FROM (VALUES (1, convert_to('<Main><PayMode>微信 &lt;A&amp;lt;B&gt;</PayMode></Main>', 'UTF8')),
             (2, '<Main><PayMode></PayMode></Main>'), (3, '\\x3c5061794d6f64653eff3c2f5061794d6f64653e'),
             (4, 'spoilt'), (5, '</PayMode><PayMode>'))
    AS given(number, xml);
"""


async def test_bills_get_the_pay_mode_of_their_originals_and_stay_as_they_are_from_then_on(
    cluster: EmbeddedServer, empty_database_url: str, name: str
) -> None:
    await upgrade_to(empty_database_url, "0028")
    cluster.run_sql(_PAID_BEFORE, database=name)
    await upgrade_to(empty_database_url, "head")
    assert cluster.run_sql("SELECT pay_mode FROM bills ORDER BY bill_id", database=name).splitlines() == [
        "微信 <A&lt;B>",
        "",
        "",
        "",
        "",
    ]
    states = "SELECT relforcerowsecurity, tgenabled FROM pg_class JOIN pg_trigger ON tgrelid = pg_class.oid "
    states += "WHERE relname LIKE 'bills%' AND relkind IN ('r', 'p') AND tgname = 'keep' ORDER BY relname"
    assert cluster.run_sql(states, database=name).splitlines() == ["t|O", "f|O"]
