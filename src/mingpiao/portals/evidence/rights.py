"""Rights of the pages about files of 佐证材料."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import Right

#: Store files: for bills, and for what a unit explains and puts right.
EVIDENCE_UPLOAD = Right("evidence_upload", frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER}))
