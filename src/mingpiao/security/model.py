"""Roles that 安全管理员 give, always two of them."""

from mingpiao.identity.model import ADMINISTRATORS, Role

#: The business of departments; who has it has a department.
DEPARTMENT_ROLES = (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)
#: What an account of departments or of the platform can be given, or taken away (`UNGRANTED`).
GIVEN_ROLES = (*DEPARTMENT_ROLES, *ADMINISTRATORS, Role.UNGRANTED)
