"""/admin/audit: the audit trail, newest first."""

from mingpiao.portals.audit.lists import ALL_AUDIT
from mingpiao.portals.gates import AUDIT
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.session import require_right

HANDLERS = list_handlers(ALL_AUDIT, guards=[require_right(AUDIT)])
