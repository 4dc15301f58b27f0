"""Rights of the pages about base data. Who has them edits it if the account is one of the province's department."""

from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

CATALOG_EDIT = Right("catalog_edit", DEPARTMENT_ROLES)
