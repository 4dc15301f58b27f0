"""Who imports former bills, and who says which certificates of an old system count."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

FORMER_IMPORT = Right("former_import", frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER}))
#: Import for the units of the department.
FORMER_IMPORT_FOR_UNITS = Right("former_import_for_units", DEPARTMENT_ROLES)
FORMER_CERTIFICATES = Right("former_certificates", frozenset({Role.DEPARTMENT_HEAD}))
