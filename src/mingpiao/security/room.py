"""What the house needs of security."""

from mingpiao.house.model import Room
from mingpiao.security.service import ROLE_CHANGE

ROOM = Room(proposals=(ROLE_CHANGE,))
