"""/admin/audit: the audit trail, newest first."""

from mingpiao.portals.audit.lists import AUDIT
from mingpiao.portals.lists import list_handlers

HANDLERS = list_handlers(AUDIT)
