"""What a certificate of another hand is: the bytes that a unit would upload, and what it truly says."""

from collections.abc import Callable
from random import Random

import msgspec

#: How a certificate comes to the platform.
WAYS = ("text", "scan", "photograph", "copy")


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate (证书) as a file, with its truth by the names of `qualifications.model.FIELD_LABELS`.

    `way` is one of `WAYS`: a PDF with text, a scan, a photograph by phone, a photocopy in grey. `font` tells the face of
    its values. Values of the truth are letter for letter as printed; `qualification_type` is the member's value, days are
    2026-11-21, and `valid_until` is "unlimited" where it says so. What it does not say is left out.
    """

    way: str
    font: str
    data: bytes
    truth: dict[str, str]
    media_type: str = "image/jpeg"


#: A layout draws the same certificate for the same random numbers.
CertificateLayout = Callable[[Random], Certificate]
