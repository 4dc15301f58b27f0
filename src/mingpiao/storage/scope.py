"""Scopes: which rows a transaction may see. PostgreSQL's row-level security enforces them."""

import msgspec

from mingpiao.kernel.codes import region_prefix


class UnitScope(msgspec.Struct, frozen=True, tag=True):
    """Sees the rows of one unit."""

    unit_id: int


class DepartmentScope(msgspec.Struct, frozen=True, tag=True):
    """Sees the rows of a region and all regions below it."""

    region_code: str


class SystemScope(msgspec.Struct, frozen=True, tag=True):
    """Sees all rows: the issuing desk, verification by number, the worker, administration."""


class NoScope(msgspec.Struct, frozen=True, tag=True):
    """Sees no row of a unit or department, and what everybody may read: base data."""


Scope = UnitScope | DepartmentScope | SystemScope | NoScope

SYSTEM = SystemScope()
NOTHING = NoScope()


def scope_settings(scope: Scope) -> dict[str, str]:
    """The PostgreSQL settings, among them the role, that put a scope into effect."""
    match scope:
        case UnitScope(unit_id=unit_id):
            return {"role": "mingpiao_unit", "mingpiao.unit_id": str(unit_id)}
        case DepartmentScope(region_code=region_code):
            prefix = region_prefix(region_code)
            return {
                "role": "mingpiao_department",
                "mingpiao.region_low": prefix.ljust(6, "0"),
                "mingpiao.region_high": prefix.ljust(6, "9"),
            }
        case NoScope():
            # Units begin with 1.
            return {"role": "mingpiao_unit", "mingpiao.unit_id": "0"}
        case SystemScope():
            return {"role": "mingpiao_system"}
