"""What other rooms use of reading: the pool of processes, the errors, and the layout of forms."""

from mingpiao.reading.columns import values_of
from mingpiao.reading.errors import FileUnreadable
from mingpiao.reading.pool import (
    FileNeedsOcr,
    OnProgress,
    ReaderFailed,
    ReaderLimits,
    ReaderPool,
    ReadingStep,
)

__all__ = [
    "FileNeedsOcr",
    "FileUnreadable",
    "OnProgress",
    "ReaderFailed",
    "ReaderLimits",
    "ReaderPool",
    "ReadingStep",
    "values_of",
]
