"""What pages may ask of inspections."""

from mingpiao.inspections.addresses import pairs_of, query_from, query_of
from mingpiao.inspections.checking import MAX_SAMPLE, PAY_MODES, query_problems, require_query
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
    "PAY_MODES",
    "Names",
    "Person",
    "QueryChip",
    "SavedQuestion",
    "WorkingPaper",
    "all_bills",
    "bills_of",
    "cancel_inspection",
    "chips_of",
    "estimate",
    "examine",
    "forget_question",
    "get_inspection",
    "get_own",
    "inspectors_of",
    "is_inspector",
    "list_inspections",
    "list_questions",
    "open_paper",
    "pairs_of",
    "people_for",
    "plan_inspection",
    "query_from",
    "query_of",
    "query_problems",
    "read_request",
    "redraw",
    "require_inspector",
    "require_query",
    "save_question",
    "sentence_of",
    "start_inspection",
    "steps_of_inspection",
    "strata_of",
    "typed_of",
    "typed_query",
    "unit_names",
    "vocabulary_for",
]
