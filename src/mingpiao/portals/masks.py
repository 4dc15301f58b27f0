"""CSRF tokens as pages carry them: another text each time, so that the size of a compressed page tells nothing."""

import base64
import binascii
import secrets


def masked(token: str) -> str:
    """A token under a fresh mask; an empty token stays empty."""
    if not token:
        return ""
    plain = token.encode()
    mask = secrets.token_bytes(len(plain))
    return base64.urlsafe_b64encode(mask + _joined(mask, plain)).decode()


def unmasked(text: str) -> str:
    """The token below a mask; an empty text for anything that is none."""
    try:
        both = base64.urlsafe_b64decode(text.encode())
        half = len(both) // 2
        return _joined(both[:half], both[half:]).decode() if len(both) % 2 == 0 else ""
    except (binascii.Error, ValueError):
        return ""


def _joined(mask: bytes, other: bytes) -> bytes:
    return bytes(one ^ two for one, two in zip(mask, other, strict=True))
