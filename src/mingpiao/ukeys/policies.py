"""What a department chooses for its area: whether people of online units issue by UKey alone, and how many days ahead
people are told that their UKeys end.

Where a department has chosen nothing, the choice of the one above holds, and else passwords do. Every choice is kept.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import refuse
from mingpiao.ukeys.store import is_keyless
from mingpiao.units.model import Unit, UnitMode

#: So many days before a UKey ends its person is told, where no department chose others.
TOLD_BEFORE = (30, 7, 1)
MAX_TIMES, MAX_DAYS = 5, 180


class UKeyPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """A department's choice; `told_before` has the most days first. `region_code` is whose it is, "" for the platform's
    own, which has `revision` 0.
    """

    issuing_needs_ukey: bool = False
    told_before: tuple[int, ...] = TOLD_BEFORE
    region_code: str = ""
    revision: int = 0
    changed_at: datetime | None = None
    changed_by_name: str = ""


_IN_FORCE = text(
    """
SELECT DISTINCT ON (region_code) region_code, revision, issuing_needs_ukey, told_before, changed_at, changed_by_name
FROM ukey_policies WHERE CAST(:regions AS text[]) IS NULL OR region_code = ANY(:regions) ORDER BY region_code, revision DESC
"""
)
_ADD = text(
    """
INSERT INTO ukey_policies
    (region_code, revision, issuing_needs_ukey, told_before, changed_at, changed_by, changed_by_name)
SELECT :region, :revision, :needed, CAST(:told_before AS integer[]), :changed_at, :changed_by, :changed_by_name
WHERE :revision = 1 + (SELECT coalesce(max(revision), 0) FROM ukey_policies WHERE region_code = :region)
ON CONFLICT DO NOTHING
"""
)


async def ukey_policies(connection: AsyncConnection, upwards: Sequence[str]) -> dict[str, UKeyPolicy]:
    """The newest choices of these departments; who has none is left out."""
    return await _newest(connection, list(upwards))


async def newest_policies(connection: AsyncConnection) -> dict[str, UKeyPolicy]:
    """The newest choice of every department that has one."""
    return await _newest(connection, None)


async def _newest(connection: AsyncConnection, regions: list[str] | None) -> dict[str, UKeyPolicy]:
    rows = (await connection.execute(_IN_FORCE, {"regions": regions})).mappings()
    return {row["region_code"]: msgspec.convert(dict(row), UKeyPolicy) for row in rows}


async def ukey_policy_in_force(connection: AsyncConnection, upwards: Sequence[str]) -> UKeyPolicy:
    """The choice that holds in a region: of it and those above it, nearest first, the first that has one."""
    own = await ukey_policies(connection, upwards)
    return next((own[code] for code in upwards if code in own), UKeyPolicy())


async def lacks_needed_key(connection: AsyncConnection, unit: Unit, account_id: int) -> bool:
    """Whether people of a unit issue by UKey alone, and those of an account were put on hold or revoked without one in
    use. Connection must be of system scope.
    """
    if unit.mode is not UnitMode.ONLINE or not await is_keyless(connection, account_id):
        return False
    # The nearest region first: codes of those below are higher.
    upwards = sorted(
        {unit.region_code, unit.region_code[:4] + "00", unit.region_code[:2] + "0000"}, reverse=True
    )
    return (await ukey_policy_in_force(connection, upwards)).issuing_needs_ukey


async def set_ukey_policy(
    connection: AsyncConnection,
    needed: bool,
    *,
    told_before: Sequence[int] = TOLD_BEFORE,
    revision: int,
    acting: Acting,
) -> None:
    """Choose for the acting head's region, from now on.

    Raises `Refusal`: `access.denied` (403), `ukey.days_invalid` (422), `ukey.policy_changed` (409) if `revision` is not
    that of the region's own newest choice (0: it has none).
    """
    region = acting.region_code
    if acting.role is not Role.DEPARTMENT_HEAD or region is None:
        raise refuse("access.denied", "UKey 设置由财政部门负责人修改。", status=403)
    days = sorted(set(told_before), reverse=True)
    if not 1 <= len(days) <= MAX_TIMES or not all(1 <= each <= MAX_DAYS for each in days):
        message = f"请填写1至{MAX_TIMES}个天数，每个在1至{MAX_DAYS}之间，用顿号分开，例如：30、7、1。"
        raise refuse("ukey.days_invalid", message, field="told_before", status=422)
    values = {
        "told_before": days,
        "region": region,
        "revision": revision + 1,
        "needed": needed,
        "changed_at": now(),
        "changed_by": acting.actor,
        "changed_by_name": acting.name,
    }
    if (await connection.execute(_ADD, values)).rowcount == 0:
        raise refuse("ukey.policy_changed", "设置已被他人修改，请刷新后重新选择。", status=409)
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="ukey_policy:set",
            subject=f"region:{region}",
            details={
                "issuing_needs_ukey": "yes" if needed else "no",
                "told_before": "、".join(str(each) for each in days),
            },
        ),
    )
