"""/unit/audit: what was done in and about a unit, for its manager."""

from mingpiao.portals.audit.lists import UNIT_AUDIT_LIST
from mingpiao.portals.audit.rights import UNIT_AUDIT
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.session import require_right

HANDLERS = list_handlers(UNIT_AUDIT_LIST, guards=[require_right(UNIT_AUDIT)])
