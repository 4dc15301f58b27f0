"""How sure the comparison must be before it says that a bill contradicts its files: a department's setting.

A false alarm costs a unit ten minutes, a miss costs the department the case. So each department chooses for its area; where
it has chosen nothing, the department above has, and else the bounds that come with the weights hold. Every choice is kept.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import refuse


class Caution(StrEnum):
    """宽松, 标准 or 从严: of doubts that are not sure, few, the usual ones or most become contradictions."""

    LENIENT = "lenient"
    USUAL = "usual"
    STRICT = "strict"

    @property
    def label(self) -> str:
        return {"lenient": "宽松", "usual": "标准", "strict": "从严"}[self.value]

    @property
    def meaning(self) -> str:
        """What follows from it, for people."""
        return _MEANINGS[self]


_MEANINGS = {
    Caution.LENIENT: "有很大把握才判为不符，要求核实的少，漏过的可能多一些",
    Caution.USUAL: "按平台测定的把握判断",
    Caution.STRICT: "把握不大的也判为不符，漏过的少，请单位核实的多一些",
}


class CautionOf(msgspec.Struct, frozen=True, kw_only=True):
    """A department's choice. `region_code` is whose it is, "" for the platform's own, which has `revision` 0."""

    caution: Caution
    region_code: str = ""
    revision: int = 0
    changed_at: datetime | None = None
    changed_by_name: str = ""


_IN_FORCE = text(
    """
SELECT DISTINCT ON (region_code) region_code, revision, caution, changed_at, changed_by_name FROM evidence_cautions
WHERE region_code = ANY(:regions) ORDER BY region_code, revision DESC
"""
)
_HISTORY = text(
    "SELECT region_code, revision, caution, changed_at, changed_by_name FROM evidence_cautions "
    "WHERE region_code = :region ORDER BY revision DESC LIMIT :most"
)
_ADD = text(
    """
INSERT INTO evidence_cautions (region_code, revision, caution, changed_at, changed_by, changed_by_name)
SELECT :region, :revision, :caution, :changed_at, :changed_by, :changed_by_name
WHERE :revision = 1 + (SELECT coalesce(max(revision), 0) FROM evidence_cautions WHERE region_code = :region)
ON CONFLICT DO NOTHING
"""
)
_MOST_LISTED = 20


async def caution_in_force(connection: AsyncConnection, upwards: Sequence[str]) -> CautionOf:
    """The choice that holds in a region: of it and those above it, nearest first, the first that has one."""
    rows = (await connection.execute(_IN_FORCE, {"regions": list(upwards)})).mappings()
    own = {row["region_code"]: msgspec.convert(dict(row), CautionOf) for row in rows}
    return next((own[code] for code in upwards if code in own), CautionOf(caution=Caution.USUAL))


async def cautions_of(connection: AsyncConnection, region_code: str) -> list[CautionOf]:
    """The choices of a department, the newest first."""
    rows = (await connection.execute(_HISTORY, {"region": region_code, "most": _MOST_LISTED})).mappings()
    return [msgspec.convert(dict(row), CautionOf) for row in rows]


async def set_caution(
    connection: AsyncConnection, caution: Caution, *, revision: int, acting: Acting
) -> None:
    """Set the choice of the acting head's region, from now on; bills that were issued stay as they were judged.

    Raises `Refusal`: `access.denied` (403), `evidence.caution_changed` (409) if `revision` is not that of the
    region's own newest choice (0: it has none).
    """
    region = acting.region_code
    if acting.role is not Role.DEPARTMENT_HEAD or region is None:
        raise refuse("access.denied", "佐证比对设置由财政部门负责人修改。", status=403)
    values = {
        "region": region,
        "revision": revision + 1,
        "caution": caution.value,
        "changed_at": now(),
        "changed_by": acting.actor,
        "changed_by_name": acting.name,
    }
    if (await connection.execute(_ADD, values)).rowcount == 0:
        raise refuse("evidence.caution_changed", "设置已被他人修改，请刷新后重新选择。", status=409)
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="evidence_caution:set",
            subject=f"region:{region}",
            details={"caution": caution.value},
        ),
    )
