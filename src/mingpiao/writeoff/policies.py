"""核销设置: what a department sets for its area; where it has set nothing, the department above decides."""

from datetime import date

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.codes import region_covers, region_prefix
from mingpiao.writeoff.model import Policy, PolicyOf
from mingpiao.writeoff.tables import writeoff_policies

#: The names of all settings.
MEMBERS = Policy.__struct_fields__


class Policies(msgspec.Struct, frozen=True):
    """All policies that departments have set, by region."""

    own: dict[str, PolicyOf]

    def of(self, region_code: str) -> PolicyOf:
        """The policy that holds in a region: its own, else that of the nearest region above that has one.

        When write-off begins, the province alone says.
        """
        covering = sorted((code for code in self.own if region_covers(code, region_code)), key=_depth)
        if not covering:
            return PolicyOf(policy=Policy())
        nearest = self.own[covering[-1]]
        begins_on = self.own[covering[0]].policy.begins_on
        return msgspec.structs.replace(
            nearest, policy=msgspec.structs.replace(nearest.policy, begins_on=begins_on)
        )


def _depth(region_code: str) -> int:
    return len(region_prefix(region_code))


async def load_policies(connection: AsyncConnection) -> Policies:
    """All policies as they are now."""
    rows = (await connection.execute(select(writeoff_policies))).mappings()
    return Policies(
        {
            row["region_code"]: PolicyOf(
                policy=Policy(**{name: row[name] for name in MEMBERS}),
                region_code=row["region_code"],
                revision=row["revision"],
            )
            for row in rows
        }
    )


async def months_in_force(connection: AsyncConnection) -> date | None:
    """The first month that must be written off; None while write-off is not in force. The province alone sets it."""
    begins_on: date | None = await connection.scalar(select(func.min(writeoff_policies.c.begins_on)))
    return begins_on
