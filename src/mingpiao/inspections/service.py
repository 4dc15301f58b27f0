"""What pages may ask of inspections."""

from mingpiao.inspections.addresses import pairs_of, query_from, query_of
from mingpiao.inspections.checking import MAX_SAMPLE, PAY_MODES, query_problems, require_query
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
from mingpiao.inspections.texts import Names, QueryChip, chips_of, sentence_of
from mingpiao.inspections.typed import typed_of, typed_query

__all__ = [
    "MAX_NAME",
    "MAX_SAMPLE",
    "PAY_MODES",
    "Names",
    "QueryChip",
    "SavedQuestion",
    "chips_of",
    "forget_question",
    "list_questions",
    "pairs_of",
    "query_from",
    "query_of",
    "query_problems",
    "read_request",
    "require_inspector",
    "require_query",
    "save_question",
    "sentence_of",
    "typed_of",
    "typed_query",
    "unit_names",
    "vocabulary_for",
]
