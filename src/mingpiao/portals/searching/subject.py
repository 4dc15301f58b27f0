"""The search box of units and of departments."""

from mingpiao.portals.searching import pages
from mingpiao.portals.subjects import Subject

SUBJECT = Subject(unit=[pages.search_of_unit], finance=[pages.search_of_department])
