"""Rights of the pages of 制样. That designers work for the province's department, the verbs check."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

FACES_VIEW = Right("faces_view", DEPARTMENT_ROLES | {Role.ADMINISTRATOR})
FACES_DESIGN = Right("faces_design", DEPARTMENT_ROLES)
