"""/finance/audit: what the people of a region's departments did, and what was done about its units."""

from mingpiao.portals.audit.lists import DEPARTMENT_AUDIT_LIST
from mingpiao.portals.audit.rights import DEPARTMENT_AUDIT
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.session import require_right

HANDLERS = list_handlers(DEPARTMENT_AUDIT_LIST, guards=[require_right(DEPARTMENT_AUDIT)])
