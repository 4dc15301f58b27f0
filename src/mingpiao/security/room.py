"""What the house needs of security."""

from mingpiao.house.model import Room
from mingpiao.security.policies import OLDER_PASSWORDS
from mingpiao.security.service import PASSWORD_POLICY, ROLE_CHANGE

ROOM = Room(proposals=(ROLE_CHANGE, PASSWORD_POLICY), affected=(OLDER_PASSWORDS,))
