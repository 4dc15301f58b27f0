"""SM3 (GB/T 32905) and HMAC-SM3 (GB/T 15852.2)."""

import hashlib
import hmac
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC


def _with_cryptography(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def _hmac_with_cryptography(key: bytes, data: bytes) -> bytes:
    code = HMAC(key, hashes.SM3())
    code.update(data)
    return code.finalize()


def _with_hashlib(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def _hmac_with_hashlib(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sm3")


# Only some builds of OpenSSL give hashlib SM3. Where it is present, it is the faster of the two.
_HASHLIB = "sm3" in hashlib.algorithms_available

#: The SM3 hash of some bytes: 32 bytes.
sm3: Callable[[bytes], bytes] = _with_hashlib if _HASHLIB else _with_cryptography

#: HMAC-SM3 of (key, data) in one call: 32 bytes.
hmac_sm3: Callable[[bytes, bytes], bytes] = _hmac_with_hashlib if _HASHLIB else _hmac_with_cryptography


def sm3_hex(data: bytes) -> str:
    """The SM3 hash of some bytes as 64 lower-case hex digits."""
    return sm3(data).hex()
