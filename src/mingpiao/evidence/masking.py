"""Masks personal data in a file's text before a large language model sees it."""

import re
from collections.abc import Sequence

from mingpiao.evidence.model import Extraction
from mingpiao.kernel.codes import is_uscc

_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9][0-9 \-]{9,28}[0-9Xx](?![0-9A-Za-z])")
_ORGANISATION = re.compile(
    r"公司|集团|厂|院|校|学|所|中心|协会|学会|商会|基金会|局|委|厅|部|处|会|社|行|店|馆|站|队|府|人民"
)


def mask(text: str, names: Sequence[str]) -> str:
    """The text with resident ids, telephone and account numbers, and `names` masked; its length is the same.

    Codes of organisations are kept, since they are public.
    """
    masked = _LONG_NUMBER.sub(_mask_number, text)
    for name in names:
        masked = masked.replace(name, name[0] + "*" * (len(name) - 1))
    return masked


def _mask_number(found: re.Match[str]) -> str:
    if is_uscc(found[0].replace(" ", "").upper()):
        return found[0]
    return re.sub(r"[0-9Xx]", "*", found[0])


def personal_names(extraction: Extraction) -> tuple[str, ...]:
    """Names of persons among a file's parties: two to four characters, and not an organisation's name."""
    names = (party.name.value for party in extraction.parties)
    return tuple(
        dict.fromkeys(
            name
            for name in names
            if re.fullmatch(r"[\u4e00-\u9fff·]{2,4}", name) and not _ORGANISATION.search(name)
        )
    )
