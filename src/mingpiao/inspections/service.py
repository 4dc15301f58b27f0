"""What pages may ask of inspections."""

from mingpiao.inspections.addresses import pairs_of, query_from, query_of
from mingpiao.inspections.checking import MAX_SAMPLE, PAY_MODES, query_problems, require_query
from mingpiao.inspections.concluding import conclude, find_breach
from mingpiao.inspections.drawing import estimate
from mingpiao.inspections.examining import MAX_NOTE, WorkingPaper, examine, open_paper
from mingpiao.inspections.planning import (
    MAX_INSPECTORS,
    cancel_inspection,
    plan_inspection,
    redraw,
    start_inspection,
)
from mingpiao.inspections.questions import (
    MAX_NAME,
    SavedQuestion,
    forget_question,
    list_questions,
    require_inspector,
    save_question,
    unit_names,
    vocabulary_for,
)
from mingpiao.inspections.reading import read_request
from mingpiao.inspections.reporting import (
    Findings,
    ReportParts,
    findings_of,
    report_of,
    told_amount,
    told_share,
)
from mingpiao.inspections.statements import (
    MAX_WORDS,
    UnitStatement,
    answer_statement,
    ask_statement,
    get_statement,
    list_statements,
    statements_of,
)
from mingpiao.inspections.store import (
    Person,
    all_bills,
    bills_of,
    get_inspection,
    get_own,
    inspectors_of,
    is_inspector,
    list_inspections,
    people_for,
    steps_of_inspection,
    strata_of,
)
from mingpiao.inspections.texts import Names, QueryChip, chips_of, sentence_of
from mingpiao.inspections.typed import typed_of, typed_query

__all__ = [
    "MAX_INSPECTORS",
    "MAX_NAME",
    "MAX_NOTE",
    "MAX_SAMPLE",
    "MAX_WORDS",
    "PAY_MODES",
    "Findings",
    "Names",
    "Person",
    "QueryChip",
    "ReportParts",
    "SavedQuestion",
    "UnitStatement",
    "WorkingPaper",
    "all_bills",
    "answer_statement",
    "ask_statement",
    "bills_of",
    "cancel_inspection",
    "chips_of",
    "conclude",
    "estimate",
    "examine",
    "find_breach",
    "findings_of",
    "forget_question",
    "get_inspection",
    "get_own",
    "get_statement",
    "inspectors_of",
    "is_inspector",
    "list_inspections",
    "list_questions",
    "list_statements",
    "open_paper",
    "pairs_of",
    "people_for",
    "plan_inspection",
    "query_from",
    "query_of",
    "query_problems",
    "read_request",
    "redraw",
    "report_of",
    "require_inspector",
    "require_query",
    "save_question",
    "sentence_of",
    "start_inspection",
    "statements_of",
    "steps_of_inspection",
    "strata_of",
    "told_amount",
    "told_share",
    "typed_of",
    "typed_query",
    "unit_names",
    "vocabulary_for",
]
