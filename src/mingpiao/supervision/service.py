"""What other rooms and pages may ask of supervision."""

from mingpiao.supervision.board import AreaPicture, Board, BoardGroup, Sums
from mingpiao.supervision.busiest import BusyUnit, busiest_units
from mingpiao.supervision.measures import MEASURE_BY_NAME, MEASURES, QUICK_MINUTES, Grain, WatchedMeasure
from mingpiao.supervision.usual import FEWEST_WEEKS, WEEKS, Usual, usual_of

__all__ = [
    "FEWEST_WEEKS",
    "MEASURES",
    "MEASURE_BY_NAME",
    "QUICK_MINUTES",
    "WEEKS",
    "AreaPicture",
    "Board",
    "BoardGroup",
    "BusyUnit",
    "Grain",
    "Sums",
    "Usual",
    "WatchedMeasure",
    "busiest_units",
    "usual_of",
]
