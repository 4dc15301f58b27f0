"""History goes one way: what the platform's login tries is refused, and most of it to the owner as well."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from tests.support.province import ACTING
from tests.support.rules import put_in_force, rule
from tests.support.world import World, a_world, reversal_of

from mingpiao.storage.embedded import OWNER, PLATFORM, EmbeddedServer
from mingpiao.storage.probe import require_ready

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: What is refused changes nothing, so that one world does for all.
world = a_world(scope="module")

REFUSED = (asyncpg.InsufficientPrivilegeError, asyncpg.IntegrityConstraintViolationError)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def attacked(cluster: EmbeddedServer, world: World) -> World:
    """Two bills, of which one is reversed, and a rule in force; the platform's login is admitted."""
    cluster.admit_platform()
    hospital = world.province.hospital
    blue, _ = await world.issue(hospital, *hospital.requests(2, kind="0601"))
    await world.desk.reverse(hospital.unit_id, [reversal_of(blue)], acting=ACTING)
    await put_in_force(world.database, rule("R-1", "total > 1000000"))
    return world


@pytest_asyncio.fixture(loop_scope="module")
async def platform(attacked: World) -> AsyncIterator[asyncpg.Connection]:
    """A session as the web site has it: the platform's login, which became the system's role."""
    connection = await asyncpg.connect(attacked.url.replace(f"//{OWNER}@", f"//{PLATFORM}@"))
    await connection.execute("SET ROLE mingpiao_system")
    yield connection
    await connection.close()


@pytest_asyncio.fixture(loop_scope="module")
async def owner(attacked: World) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(attacked.url)
    yield connection
    await connection.close()


_COPY_OF_RED = """
INSERT INTO bills (unit_id, bill_id, kind_code, region_code, color, business_no, check_code, issued_at, payer_type,
                   payer_code, payer_name, total, handler, extension, items, related_bill_id, reason, unit_key_id,
                   supervisor_key_id, xml_sm3, xml)
SELECT unit_id, bill_id + 1000, kind_code, region_code, color, business_no, check_code, issued_at, payer_type,
       payer_code, payer_name, {total}, handler, extension, items, {blue}, reason, unit_key_id,
       supervisor_key_id, xml_sm3, xml
FROM bills WHERE color = 'red'
"""

#: Each must be refused to the owner of the tables too: a trigger or a constraint holds it.
ATTACKS = {
    "a reversed bill becomes normal": (
        "UPDATE bills SET state = 'normal', related_bill_id = NULL WHERE state = 'reversed'"
    ),
    "a reversed bill gets another red one": "UPDATE bills SET related_bill_id = 1 WHERE state = 'reversed'",
    "a bill is reversed without a red one": (
        "UPDATE bills SET state = 'reversed', related_bill_id = 1 WHERE state = 'normal' AND color = 'blue'"
    ),
    "a bill is reversed by the red one of another": (
        "UPDATE bills SET state = 'reversed', related_bill_id = red.bill_id FROM bills AS red "
        "WHERE bills.state = 'normal' AND bills.color = 'blue' AND red.color = 'red'"
    ),
    "a second red bill of one blue": _COPY_OF_RED.format(total="total", blue="related_bill_id"),
    "a red bill of another amount": _COPY_OF_RED.format(
        total="total - 1", blue="(SELECT bill_id FROM bills WHERE state = 'normal' AND color = 'blue')"
    ),
    "another certificate for a key": "UPDATE signing_keys SET certificate = 'x'",
    "another owner for a key": "UPDATE signing_keys SET owner = 'x' WHERE owner_kind = 'unit'",
    "another rule under an approved version": "UPDATE rule_versions SET content = '{}'",
    "an approved version withdrawn": "UPDATE rule_versions SET state = 'withdrawn'",
    "another approver": "UPDATE rule_versions SET decided_by = 'account:9'",
    "a number used again": "UPDATE stocks SET next_number = next_number - 1 WHERE next_number > 1",
    "a longer segment": "UPDATE stocks SET last_number = last_number + 10 WHERE segment_id IS NOT NULL",
    "a time taken back": (
        "UPDATE stocks SET last_issued_at = last_issued_at - interval '1 s' WHERE last_issued_at IS NOT NULL"
    ),
    "a time forgotten": "UPDATE stocks SET last_issued_at = NULL WHERE last_issued_at IS NOT NULL",
    "another segment while one is in use": (
        "UPDATE stocks SET segment_id = segments.segment_id, code = segments.code, next_number = first_number, "
        "last_number = segments.last_number FROM segments WHERE segments.state = 'in_stock' "
        "AND stocks.segment_id IS NOT NULL AND stocks.segment_id <> segments.segment_id"
    ),
    "a segment back in stock": "UPDATE segments SET state = 'in_stock' WHERE state = 'in_use'",
    "a segment of another unit": "UPDATE segments SET unit_id = unit_id + 1",
    "a pool drawn back": "UPDATE number_pools SET next_number = 1 WHERE next_number > 1",
    "an event edited": "UPDATE events SET body = ''",
    "an event deleted": "DELETE FROM events",
    "an audit row edited": "UPDATE audit_log SET actor = 'account:9'",
    "an audit row deleted": "DELETE FROM audit_log",
    "a business number freed": "DELETE FROM business_numbers",
    "a reversal forgotten": "DELETE FROM reversals",
    "a bill deleted": "DELETE FROM bills",
    "bills emptied": "TRUNCATE bills",
    "the audit trail emptied": "TRUNCATE audit_log",
}
#: The platform's login has no right to these; the owner is bound by its own word alone.
ATTACKS_BY_RIGHT = {
    "an audit row of another time": (
        "INSERT INTO audit_log (at, actor, action, subject, address, details) "
        "VALUES ('2020-01-01', 'account:1', 'bill:issued', 'bill:1', '', '{}')"
    ),
    "an audit row of another login": (
        "INSERT INTO audit_log (login, actor, action, subject, address, details) "
        "VALUES ('postgres', 'account:1', 'bill:issued', 'bill:1', '', '{}')"
    ),
    "an event of another transaction": (
        "INSERT INTO events (unit_id, bill_id, type, occurred_at, txid, body, leaf_hash) "
        "VALUES (1, 1, 'issued', now(), 1, '', '')"
    ),
    "a reversal without its red bill": "INSERT INTO reversals VALUES (1, 1, 1)",
    "a pool of its own": "INSERT INTO number_pools (code, kind_code) VALUES ('15060199', '0601')",
    "a trigger taken away": "ALTER TABLE bills DISABLE TRIGGER keep",
    "triggers passed over": "SET session_replication_role = replica",
    "the owner's role": f"SET ROLE {OWNER}",
}


@pytest.mark.parametrize("attack", [*ATTACKS, *ATTACKS_BY_RIGHT])
async def test_the_platforms_login_cannot_undo_history(platform: asyncpg.Connection, attack: str) -> None:
    with pytest.raises(REFUSED):
        await platform.execute((ATTACKS | ATTACKS_BY_RIGHT)[attack])


@pytest.mark.parametrize("attack", ATTACKS)
async def test_the_owner_is_bound_as_well(owner: asyncpg.Connection, attack: str) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await owner.execute(ATTACKS[attack])


async def test_the_database_says_who_wrote_an_audit_row_and_when(
    owner: asyncpg.Connection, attacked: World
) -> None:
    await owner.execute(
        "INSERT INTO audit_log (at, login, actor, action, subject, address, details) "
        "VALUES ('2020-01-01', 'nobody', 'system:test', 'bill:export', 'bill:1', '', '{}')"
    )
    login, recent = await owner.fetchrow(
        "SELECT login, at > now() - interval '1 hour' FROM audit_log ORDER BY audit_id DESC LIMIT 1"
    )
    assert (login, recent) == (OWNER, True)


async def test_the_platforms_login_is_enough_to_start(platform: asyncpg.Connection, attacked: World) -> None:
    await require_ready(attacked.url.replace(f"//{OWNER}@", f"//{PLATFORM}@"))
    assert await platform.fetchval("SELECT count(*) FROM bills") == 3
