"""What a department returned or rejected, and which later requests are the same business.

The same business of a unit is one with the same business number, with one of the same evidence files, or with
the same payer and the same total. It is looked for in memory, because every request of every unit is compared:
the few applications that count are read anew when one of them changes.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.machine import CHANNEL
from mingpiao.issuing.model import IssueRequest, Payer
from mingpiao.kernel.clock import now
from mingpiao.kernel.likeness import name_key, normal_code
from mingpiao.storage.database import Database
from mingpiao.storage.notices import Notices
from mingpiao.storage.remembered import Remembered


class ReturnedCase(msgspec.Struct, frozen=True, kw_only=True):
    """An application that a department returned or rejected, by what the same business is known by."""

    application_id: int
    business_no: str
    payer_name: str
    payer_code: str
    total: Decimal
    evidence: frozenset[str]
    rejected: bool
    held_rules: frozenset[str]

    def likeness(self, request: IssueRequest) -> str:
        """How a request is the same business, in Chinese; empty for another one."""
        if request.business_no == self.business_no:
            return "业务流水号相同"
        if self.evidence.intersection(request.evidence):
            return "佐证材料相同"
        if request.total == self.total and self._same_payer(request.payer):
            return "缴款人和金额相同"
        return ""

    def _same_payer(self, payer: Payer) -> bool:
        code = normal_code(payer.code)
        return name_key(payer.name) == self.payer_name or bool(code and code == self.payer_code)


# A case is settled when the first of those that repeat one another got its bill, or a later one did.
_CASES = text("""
SELECT application_id, unit_id, business_no, total, state, held_rules,
       returned_request -> 'payer' ->> 'name' AS payer_name,
       coalesce(returned_request -> 'payer' ->> 'code', '') AS payer_code,
       coalesce(returned_request -> 'evidence', '[]'::jsonb) AS evidence
FROM applications AS returned
WHERE returned_at IS NOT NULL AND state <> 'issued' AND returned_at > :since
  AND NOT EXISTS (SELECT FROM applications AS later
                  WHERE later.state = 'issued'
                    AND (later.earlier_id = coalesce(returned.earlier_id, returned.application_id)
                         OR later.application_id = returned.earlier_id))
ORDER BY application_id
""")


async def _load(connection: AsyncConnection, days: int) -> dict[int, tuple[ReturnedCase, ...]]:
    """The cases of all units that a department returned in the last `days` days."""
    found: dict[int, list[ReturnedCase]] = {}
    rows = await connection.execute(_CASES, {"since": now() - timedelta(days=days)})
    for row in rows:
        case = ReturnedCase(
            application_id=row.application_id,
            business_no=row.business_no,
            payer_name=name_key(row.payer_name),
            payer_code=normal_code(row.payer_code),
            total=row.total,
            evidence=frozenset(row.evidence),
            rejected=row.state == "rejected",
            held_rules=frozenset(row.held_rules),
        )
        found.setdefault(row.unit_id, []).append(case)
    return {unit_id: tuple(cases) for unit_id, cases in found.items()}


class ReturnedCases:
    """The returned cases of all units, in the memory of a process; each counts for `days` days."""

    def __init__(self, database: Database, notices: Notices, *, days: int) -> None:
        self._database = database
        self._days = days
        self._kept = Remembered[None, Mapping[int, tuple[ReturnedCase, ...]]](self._read)
        notices.subscribe(CHANNEL, lambda _payload: self._kept.forget())

    async def match(self, unit_id: int, request: IssueRequest, *, but: int = 0) -> ReturnedCase | None:
        """The returned case that a unit's request repeats, its own business number first; without `but`."""
        cases = (await self._kept.get(None)).get(unit_id, ())
        alike = [each for each in cases if each.application_id != but and each.likeness(request)]
        return min(alike, key=lambda each: each.business_no != request.business_no, default=None)

    def forget(self) -> None:
        """Read them anew at the next question: this process has just changed one."""
        self._kept.forget()

    async def _read(self, _key: None) -> Mapping[int, tuple[ReturnedCase, ...]]:
        async with self._database.system() as connection:
            return await _load(connection, self._days)
