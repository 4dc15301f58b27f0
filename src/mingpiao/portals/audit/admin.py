"""/admin/audit: the audit trail, newest first."""

from mingpiao.portals.audit.lists import ALL_AUDIT
from mingpiao.portals.lists import list_handlers

HANDLERS = list_handlers(ALL_AUDIT)
