"""Who proposes campaigns, and what becomes of them."""

from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

CAMPAIGN_PROPOSE = Right("campaign_propose", DEPARTMENT_ROLES)
