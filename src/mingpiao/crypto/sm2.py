"""SM2 signatures with SM3 (GB/T 32918.2, curve of GB/T 32918.5) under the default user id.

Signatures are written as DER SEQUENCE { r, s }. Only this one encoding is accepted, with r and s in [1, n-1],
so no second spelling of a signature is ever valid.
"""

import ctypes
import secrets
import threading

from asn1crypto import keys

from mingpiao.crypto import libcrypto
from mingpiao.crypto.errors import MalformedKey
from mingpiao.crypto.sm3 import hmac_sm3, sm3

USER_ID = b"1234567812345678"

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
GX = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
GY = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0

_SCALAR = 32
_CURVE = b"".join(number.to_bytes(_SCALAR, "big") for number in (A, B, GX, GY))
# DER up to the key bits: { id-ecPublicKey, sm2p256v1 (1.2.156.10197.1.301) }.
_ALGORITHM = bytes.fromhex("301306072a8648ce3d020106082a811ccf5501822d")
_SPKI_HEAD = bytes.fromhex("3059") + _ALGORITHM + bytes.fromhex("034200")
_PKCS8_HEAD = bytes.fromhex("308187020100") + _ALGORITHM + bytes.fromhex("046d306b0201010420")
_PKCS8_MIDDLE = bytes.fromhex("a144034200")
_MAX_SIGNATURE = 72
CURVE_OID = "1.2.156.10197.1.301"


class PublicKey:
    """An SM2 public key; verifies. Safe to share between threads."""

    def __init__(self, point: bytes) -> None:
        """`point` is 04 ‖ X ‖ Y (65 bytes). Raises MalformedKey if it is not a point of the curve."""
        if len(point) != libcrypto.POINT_BYTES or point[0] != 4:
            raise MalformedKey("an SM2 public key is 65 bytes and begins with 04")
        self.point = point
        self.za = identity_digest(point)
        self._library = libcrypto.load()
        self._key = self._library.public_key(_SPKI_HEAD + point)
        self._context = self._library.verifying_context(self._key)
        self._lock = threading.Lock()

    def __del__(self) -> None:
        if hasattr(self, "_context"):
            self._library.quick.EVP_PKEY_CTX_free(self._context)
        if hasattr(self, "_key"):
            self._library.quick.EVP_PKEY_free(self._key)

    @property
    def spki(self) -> bytes:
        """SubjectPublicKeyInfo as DER."""
        return _SPKI_HEAD + self.point

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether a DER signature is this key's over the message. A malformed one gives False."""
        return decode_signature(signature) is not None and self._verify(message, signature)

    def verify_raw(self, message: bytes, signature: bytes) -> bool:
        """Whether a raw r ‖ s signature (64 bytes) is this key's over the message."""
        if len(signature) != 2 * _SCALAR:
            return False
        r, s = (int.from_bytes(half, "big") for half in (signature[:_SCALAR], signature[_SCALAR:]))
        return _in_range(r) and _in_range(s) and self._verify(message, encode_signature(r, s))

    def _verify(self, message: bytes, signature: bytes) -> bool:
        digest = sm3(self.za + message)
        with self._lock:
            result = self._library.slow.EVP_PKEY_verify(
                self._context, signature, len(signature), digest, len(digest)
            )
            if result != 1:
                self._library.quick.ERR_clear_error()
        return bool(result == 1)


class PrivateKey:
    """An SM2 private key; signs. Threads may share it; they then take turns."""

    def __init__(self, secret: int) -> None:
        """`secret` lies in [1, n-2]; MalformedKey otherwise."""
        if not 1 <= secret <= N - 2:
            raise MalformedKey("an SM2 private key lies between 1 and n-2")
        self._library = libcrypto.load()
        self._secret = secret
        self._inverse = pow(1 + secret, -1, N)
        self.public = PublicKey(self._library.multiply_generator(secret.to_bytes(_SCALAR, "big")))
        self._key = self._library.private_key(self.to_pkcs8())
        self._context = self._library.signing_context(self._key)
        self._lock = threading.Lock()
        self._buffer = ctypes.create_string_buffer(_MAX_SIGNATURE)
        self._size = ctypes.c_size_t()

    def __del__(self) -> None:
        if hasattr(self, "_context"):
            self._library.quick.EVP_PKEY_CTX_free(self._context)
        if hasattr(self, "_key"):
            self._library.quick.EVP_PKEY_free(self._key)

    def __repr__(self) -> str:
        return f"PrivateKey(public={self.public.point.hex()})"

    @classmethod
    def generate(cls) -> "PrivateKey":
        """A new key from the system's secure random source."""
        return cls(1 + secrets.randbelow(N - 2))

    @classmethod
    def from_pkcs8(cls, der: bytes) -> "PrivateKey":
        """Read an unencrypted PKCS#8 DER; the public key is computed and not taken from the file.

        Raises MalformedKey if it is not an SM2 key.
        """
        return cls(_read_pkcs8(der))

    def to_pkcs8(self) -> bytes:
        """The key as unencrypted PKCS#8 DER (138 bytes). It must stay in memory."""
        secret = self._secret.to_bytes(_SCALAR, "big")
        return _PKCS8_HEAD + secret + _PKCS8_MIDDLE + self.public.point

    def sign(self, message: bytes) -> bytes:
        """Sign with a random nonce; returns DER. Takes about 0.25 ms, during which the interpreter lock is
        free.
        """
        digest = sm3(self.public.za + message)
        with self._lock:
            self._size.value = _MAX_SIGNATURE
            result = self._library.slow.EVP_PKEY_sign(
                self._context, self._buffer, self._size, digest, len(digest)
            )
            if result != 1:
                raise RuntimeError("libcrypto failed to sign")
            return self._buffer.raw[: self._size.value]

    def sign_deterministic(self, message: bytes) -> bytes:
        """Sign with a nonce derived from key and message by RFC 6979 with HMAC-SM3; returns DER.

        The same key and message give the same bytes: for seals in files that must be reproducible.
        """
        digest = sm3(self.public.za + message)
        drawn = _NonceSource(self._secret, digest)
        while (pair := self.sign_with_nonce(digest, drawn.next())) is None:
            pass
        return encode_signature(*pair)

    def sign_with_nonce(self, digest: bytes, nonce: int) -> tuple[int, int] | None:
        """(r, s) for a digest and a nonce in [1, n-1], or None if another nonce is needed.

        Whoever knows a nonce, or sees it used twice, knows the key: use only in `sign_deterministic` and for
        published test vectors.
        """
        x = int.from_bytes(self._library.multiply_generator(nonce.to_bytes(_SCALAR, "big"))[1:33], "big")
        r = (int.from_bytes(digest, "big") + x) % N
        s = self._inverse * (nonce - r * self._secret) % N
        if r == 0 or r + nonce == N or s == 0:
            return None
        return r, s


class _NonceSource:
    """The nonces of RFC 6979 §3.2 for a secret and a digest, with HMAC-SM3; n of SM2 has 256 bits."""

    def __init__(self, secret: int, digest: bytes) -> None:
        reduced = (int.from_bytes(digest, "big") % N).to_bytes(_SCALAR, "big")
        seed = secret.to_bytes(_SCALAR, "big") + reduced
        self._value = b"\x01" * _SCALAR
        self._key = b"\x00" * _SCALAR
        self._stir(b"\x00" + seed)
        self._stir(b"\x01" + seed)

    def next(self) -> int:
        while True:
            self._value = hmac_sm3(self._key, self._value)
            nonce = int.from_bytes(self._value, "big")
            self._stir(b"\x00")
            if 1 <= nonce < N:
                return nonce

    def _stir(self, data: bytes) -> None:
        self._key = hmac_sm3(self._key, self._value + data)
        self._value = hmac_sm3(self._key, self._value)


def identity_digest(point: bytes, user_id: bytes = USER_ID) -> bytes:
    """ZA of GB/T 32918.2 §5.5: SM3 over user id, curve and public key (65 bytes)."""
    return sm3((len(user_id) * 8).to_bytes(2, "big") + user_id + _CURVE + point[1:])


def encode_signature(r: int, s: int) -> bytes:
    """DER SEQUENCE { r INTEGER, s INTEGER }."""
    body = _integer(r) + _integer(s)
    return b"\x30" + len(body).to_bytes(1, "big") + body


def decode_signature(signature: bytes) -> tuple[int, int] | None:
    """(r, s) of a DER signature, or None when it is malformed, not canonical, or out of range."""
    if not 8 <= len(signature) <= _MAX_SIGNATURE or signature[0] != 0x30:
        return None
    first = signature[3]
    if len(signature) < 6 + first:
        return None
    second = signature[5 + first]
    r = int.from_bytes(signature[4 : 4 + first], "big")
    s = int.from_bytes(signature[6 + first : 6 + first + second], "big")
    if not _in_range(r) or not _in_range(s) or encode_signature(r, s) != signature:
        return None
    return r, s


def _integer(number: int) -> bytes:
    body = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return b"\x02" + len(body).to_bytes(1, "big") + body


def _in_range(number: int) -> bool:
    return 1 <= number < N


def _read_pkcs8(der: bytes) -> int:
    try:
        info = keys.PrivateKeyInfo.load(der, strict=True)
        algorithm = info["private_key_algorithm"]
        if algorithm["algorithm"].native != "ec" or algorithm["parameters"].chosen.dotted != CURVE_OID:
            raise MalformedKey("not a private key on the SM2 curve")
        return int(info["private_key"].parsed["private_key"].native)
    except (ValueError, TypeError, AttributeError) as error:
        raise MalformedKey("not an SM2 private key in PKCS#8") from error
