"""Rights of the pages of 数据查询."""

from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

CUBE_ASK = Right("cube_ask", DEPARTMENT_ROLES)
