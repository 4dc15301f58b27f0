"""Rights of the pages of the analysis."""

from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

ANALYSIS_DECIDE = Right("analysis_decide", DEPARTMENT_ROLES)
