"""Rights of the pages about files of 佐证材料."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import Right

#: Store files: for bills, and for what a unit explains and puts right.
EVIDENCE_UPLOAD = Right("evidence_upload", frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER}))
#: Change 佐证比对设置 of a department.
EVIDENCE_SETTINGS = Right("evidence_settings", frozenset({Role.DEPARTMENT_HEAD}))
