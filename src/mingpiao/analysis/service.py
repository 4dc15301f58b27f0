"""What other rooms and pages may ask of the analysis."""

from mingpiao.analysis.measures import MEASURES, UnitMeasure
from mingpiao.analysis.patterns import BY_CODE, PATTERNS, Pattern
from mingpiao.analysis.running import Analyst, ask_for_analysis, last_closed_month
from mingpiao.analysis.store import (
    MAX_BILLS,
    bills_of_finding,
    get_finding,
    get_tie,
    list_findings,
    list_ties,
    months_analysed,
    precision_of_patterns,
    steps_of_finding,
)
from mingpiao.analysis.verdicts import decide_finding, find_breach
from mingpiao.rules.service import MAX_WORDS

__all__ = [
    "BY_CODE",
    "MAX_BILLS",
    "MAX_WORDS",
    "MEASURES",
    "PATTERNS",
    "Analyst",
    "Pattern",
    "UnitMeasure",
    "ask_for_analysis",
    "bills_of_finding",
    "decide_finding",
    "find_breach",
    "get_finding",
    "get_tie",
    "last_closed_month",
    "list_findings",
    "list_ties",
    "months_analysed",
    "precision_of_patterns",
    "steps_of_finding",
]
