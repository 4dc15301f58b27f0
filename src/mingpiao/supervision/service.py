"""What other rooms and pages may ask of supervision."""

from mingpiao.supervision.alerts import (
    MAX_BILLS,
    bills_of_alert,
    count_open_alerts,
    dismiss_alert,
    explain_alert,
    find_breach,
    get_alert,
    hour_words,
    hours_of_alert,
    list_alerts,
    mute_rule,
    muted_until,
    precision_of_rules,
    steps_of_alert,
    take_alert,
    unmute_rule,
)
from mingpiao.supervision.board import AreaPicture, Board, BoardGroup, Sums
from mingpiao.supervision.busiest import BusyUnit, busiest_units
from mingpiao.supervision.counting import SHARES, count_events
from mingpiao.supervision.details import look_closer
from mingpiao.supervision.judging import HourJudge
from mingpiao.supervision.measures import MEASURE_BY_NAME, MEASURES, QUICK_MINUTES, Grain, WatchedMeasure
from mingpiao.supervision.trials import MAX_DAYS, try_rule
from mingpiao.supervision.usual import FEWEST_WEEKS, WEEKS, Usual, usual_of

__all__ = [
    "FEWEST_WEEKS",
    "MAX_BILLS",
    "MAX_DAYS",
    "MEASURES",
    "MEASURE_BY_NAME",
    "QUICK_MINUTES",
    "SHARES",
    "WEEKS",
    "AreaPicture",
    "Board",
    "BoardGroup",
    "BusyUnit",
    "Grain",
    "HourJudge",
    "Sums",
    "Usual",
    "WatchedMeasure",
    "bills_of_alert",
    "busiest_units",
    "count_events",
    "count_open_alerts",
    "dismiss_alert",
    "explain_alert",
    "find_breach",
    "get_alert",
    "hour_words",
    "hours_of_alert",
    "list_alerts",
    "look_closer",
    "mute_rule",
    "muted_until",
    "precision_of_rules",
    "steps_of_alert",
    "take_alert",
    "try_rule",
    "unmute_rule",
    "usual_of",
]
