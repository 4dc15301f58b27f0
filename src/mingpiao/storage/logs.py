"""Values of statements stay out of the log: names and numbers of people are not for whoever reads it."""

import logging
import re
import traceback
from typing import Any

# PostgreSQL puts the offending row's values there, and SQLAlchemy repeats it in messages of its own.
_DETAIL = re.compile(r"^.*\b(DETAIL|CONTEXT): .*$", re.MULTILINE)
_HIDDEN = "DETAIL:  (not logged)"


def without_values(text: str) -> str:
    """A text of an error without the lines in which PostgreSQL names values."""
    return _DETAIL.sub(_HIDDEN, text)


def keep_values_out() -> None:
    """From now on whatever this process logs of an error is told without values, by every logger."""
    if logging.getLogRecordFactory() is not _record:
        logging.setLogRecordFactory(_record)


def _record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = logging.LogRecord(*args, **kwargs)
    if isinstance(record.exc_info, tuple) and record.exc_info[0] is not None:
        # Formatters take what stands here instead of writing the trace themselves.
        record.exc_text = without_values("".join(traceback.format_exception(*record.exc_info))).rstrip("\n")
    if isinstance(record.args, tuple):
        record.args = tuple(_told(each) for each in record.args)
    return record


def _told(value: object) -> object:
    return without_values(str(value)) if isinstance(value, BaseException) else value
