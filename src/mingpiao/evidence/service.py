"""The verbs of evidence."""

from mingpiao.evidence.comparison import compare
from mingpiao.evidence.listing import get_listed, list_papers, stream_papers
from mingpiao.evidence.pictures import page_picture
from mingpiao.evidence.reader_pool import PaperMustBeLookedAt, ReaderFailed, ReaderLimits, ReaderPool
from mingpiao.evidence.reading.errors import PaperUnreadable
from mingpiao.evidence.reading_jobs import (
    SETTLED_CHANNEL,
    EvidenceReader,
    OnSettled,
    Understand,
    no_remarks,
)
from mingpiao.evidence.scanning import ClamdScanner, NoScanner, Scanner, open_scanner
from mingpiao.evidence.store import (
    EvidenceStore,
    StoredFile,
    enqueue_lost,
    get_documents,
    is_digest,
)
from mingpiao.evidence.understanding import ChatModel, ModelAccess, model_claims
from mingpiao.evidence.uploads import (
    EVIDENCE_TYPES,
    MAX_BYTES,
    MAX_FILES,
    MAX_PAGES,
    PAPER_TYPES,
    clean_name,
    media_type_of,
)
from mingpiao.evidence.usage import PaperKey, Use, bills_on, lock_papers, record_uses, release_uses

__all__ = [
    "EVIDENCE_TYPES",
    "MAX_BYTES",
    "MAX_FILES",
    "MAX_PAGES",
    "PAPER_TYPES",
    "SETTLED_CHANNEL",
    "ChatModel",
    "ClamdScanner",
    "EvidenceReader",
    "EvidenceStore",
    "ModelAccess",
    "NoScanner",
    "OnSettled",
    "PaperKey",
    "PaperMustBeLookedAt",
    "PaperUnreadable",
    "ReaderFailed",
    "ReaderLimits",
    "ReaderPool",
    "Scanner",
    "StoredFile",
    "Understand",
    "Use",
    "bills_on",
    "clean_name",
    "compare",
    "enqueue_lost",
    "get_documents",
    "get_listed",
    "is_digest",
    "list_papers",
    "lock_papers",
    "media_type_of",
    "model_claims",
    "no_remarks",
    "open_scanner",
    "page_picture",
    "record_uses",
    "release_uses",
    "stream_papers",
]
