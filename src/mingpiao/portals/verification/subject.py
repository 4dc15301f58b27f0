"""查验 for everybody: pages at the root of the site, and the same check for programs."""

from mingpiao.portals.subjects import Subject
from mingpiao.portals.verification.router import create_router
from mingpiao.verification.room import VERIFIER

SUBJECT = Subject(
    anybody=[create_router()],
    services={"verifier": VERIFIER},
    help={"/": "public#三种办法-任选一种", "/verify": "public#看懂结果", "/verify/batch": "public#批量查验"},
)
