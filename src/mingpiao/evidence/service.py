"""The functions and classes of evidence that other rooms use."""

from mingpiao.evidence.caution import (
    Caution,
    CautionOf,
    caution_in_force,
    cautions_of,
    set_caution,
)
from mingpiao.evidence.comparing.pointed import model_claims
from mingpiao.evidence.comparison import compare, weights_for
from mingpiao.evidence.filling import Offer, offers_of
from mingpiao.evidence.listing import get_listed, list_evidence
from mingpiao.evidence.pictures import page_picture
from mingpiao.evidence.reading_jobs import (
    READING_STEP,
    SETTLED,
    SETTLED_CHANNEL,
    EvidenceReader,
    OnSettled,
    Understand,
    nothing_understood,
)
from mingpiao.evidence.scanning import ClamdScanner, NoScanner, Scanner, open_scanner
from mingpiao.evidence.store import (
    EvidenceStore,
    StoredFile,
    enqueue_lost,
    get_evidence_files,
    is_digest,
    unread_files,
)
from mingpiao.evidence.understanding import ChatModel, ModelAccess, Understood
from mingpiao.evidence.uploads import (
    EVIDENCE_TYPES,
    MAX_BYTES,
    MAX_FILES,
    MAX_PAGES,
    PHOTO_TYPES,
    QUALIFICATION_MEDIA_TYPES,
    clean_name,
    media_type_of,
)
from mingpiao.evidence.usage import EvidenceKey, Use, bills_on, lock_evidence, record_uses, release_uses

__all__ = [
    "EVIDENCE_TYPES",
    "MAX_BYTES",
    "MAX_FILES",
    "MAX_PAGES",
    "PHOTO_TYPES",
    "QUALIFICATION_MEDIA_TYPES",
    "READING_STEP",
    "SETTLED",
    "SETTLED_CHANNEL",
    "Caution",
    "CautionOf",
    "ChatModel",
    "ClamdScanner",
    "EvidenceKey",
    "EvidenceReader",
    "EvidenceStore",
    "ModelAccess",
    "NoScanner",
    "Offer",
    "OnSettled",
    "Scanner",
    "StoredFile",
    "Understand",
    "Understood",
    "Use",
    "bills_on",
    "caution_in_force",
    "cautions_of",
    "clean_name",
    "compare",
    "enqueue_lost",
    "get_evidence_files",
    "get_listed",
    "is_digest",
    "list_evidence",
    "lock_evidence",
    "media_type_of",
    "model_claims",
    "nothing_understood",
    "offers_of",
    "open_scanner",
    "page_picture",
    "record_uses",
    "release_uses",
    "set_caution",
    "unread_files",
    "weights_for",
]
