"""The functions and classes of applications that other rooms use."""

from mingpiao.applications.asked import list_asked, rules_that_asked
from mingpiao.applications.checking import Checkers
from mingpiao.applications.figures import ReviewFigures, review_figures
from mingpiao.applications.intake import Applications
from mingpiao.applications.listing import (
    PAGE_SIZE,
    alike_count,
    checks_waiting,
    count_open,
    count_open_of_kind,
    list_applications,
    list_checks,
    list_reviews,
    open_applications,
    open_count,
    past_decisions,
    rules_waiting,
)
from mingpiao.applications.outcomes import IssuingDesk
from mingpiao.applications.reminders import remind
from mingpiao.applications.returned import ReturnedCases
from mingpiao.applications.reviews import Reviews, department_above
from mingpiao.applications.store import get, newest, steps_of
from mingpiao.applications.tasks import advancing, enqueue_waiting, wake

__all__ = [
    "PAGE_SIZE",
    "Applications",
    "Checkers",
    "IssuingDesk",
    "ReturnedCases",
    "ReviewFigures",
    "Reviews",
    "advancing",
    "alike_count",
    "checks_waiting",
    "count_open",
    "count_open_of_kind",
    "department_above",
    "enqueue_waiting",
    "get",
    "list_applications",
    "list_asked",
    "list_checks",
    "list_reviews",
    "newest",
    "open_applications",
    "open_count",
    "past_decisions",
    "remind",
    "review_figures",
    "rules_that_asked",
    "rules_waiting",
    "steps_of",
    "wake",
]
