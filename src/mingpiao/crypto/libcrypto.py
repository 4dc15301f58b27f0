"""A thin ctypes binding to OpenSSL 3's libcrypto, for SM2 points and signatures only.

It opens the library twice: calls through `quick` keep Python's interpreter lock (GIL), calls through `slow`
release it. Only calls that compute a signature (about 0.25 ms) go through `slow`; releasing the lock around
calls of a microsecond makes threads queue for it and costs more than it gains.
"""

import ctypes
import ctypes.util
import functools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from mingpiao.crypto.errors import LibraryMissing, MalformedKey

NID_SM2 = 1172
POINT_BYTES = 65

_POINTER = ctypes.c_void_p
_INT = ctypes.c_int
_SIZE = ctypes.c_size_t
_BYTES = ctypes.c_char_p

_Result = type[ctypes.c_int] | type[ctypes.c_void_p] | type[ctypes.c_size_t] | None

# Functions by name: the type of the result, and of each argument.
_QUICK: dict[str, tuple[_Result, list[type]]] = {
    "EVP_PKEY_CTX_new_from_name": (_POINTER, [_POINTER, _BYTES, _BYTES]),
    "EVP_PKEY_CTX_new_from_pkey": (_POINTER, [_POINTER, _POINTER, _BYTES]),
    "EVP_PKEY_CTX_free": (None, [_POINTER]),
    "EVP_PKEY_is_a": (_INT, [_POINTER, _BYTES]),
    "EVP_PKEY_free": (None, [_POINTER]),
    "EVP_PKEY_sign_init": (_INT, [_POINTER]),
    "EVP_PKEY_verify_init": (_INT, [_POINTER]),
    "d2i_AutoPrivateKey": (_POINTER, [_POINTER, ctypes.POINTER(_BYTES), ctypes.c_long]),
    "d2i_PUBKEY": (_POINTER, [_POINTER, ctypes.POINTER(_BYTES), ctypes.c_long]),
    "EC_GROUP_new_by_curve_name": (_POINTER, [_INT]),
    "EC_POINT_new": (_POINTER, [_POINTER]),
    "EC_POINT_free": (None, [_POINTER]),
    "EC_POINT_point2oct": (_SIZE, [_POINTER, _POINTER, _INT, _BYTES, _SIZE, _POINTER]),
    "BN_bin2bn": (_POINTER, [_BYTES, _INT, _POINTER]),
    "BN_clear_free": (None, [_POINTER]),
    "ERR_clear_error": (None, []),
}
_SLOW: dict[str, tuple[_Result, list[type]]] = {
    "EVP_PKEY_sign": (_INT, [_POINTER, _BYTES, ctypes.POINTER(_SIZE), _BYTES, _SIZE]),
    "EVP_PKEY_verify": (_INT, [_POINTER, _BYTES, _SIZE, _BYTES, _SIZE]),
    "EC_POINT_mul": (_INT, [_POINTER, _POINTER, _POINTER, _POINTER, _POINTER, _POINTER]),
}


class LibCrypto:
    """One loaded libcrypto with SM2. Raises OSError or AttributeError for any other file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.quick = ctypes.PyDLL(path)
        self.slow = ctypes.CDLL(path)
        for handle, functions in ((self.quick, _QUICK), (self.slow, _SLOW)):
            for name, (result, arguments) in functions.items():
                function = getattr(handle, name)
                function.restype, function.argtypes = result, arguments
        self._group = self.quick.EC_GROUP_new_by_curve_name(NID_SM2)
        context = self.quick.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
        self.quick.ERR_clear_error()
        if not self._group or not context:
            raise OSError("this libcrypto was built without SM2")
        self.quick.EVP_PKEY_CTX_free(context)

    def multiply_generator(self, scalar: bytes) -> bytes:
        """scalar × G as an uncompressed point of 65 bytes; the scalar is 32 bytes, in [1, n-1].

        Uses OpenSSL's constant-time ladder and releases the interpreter lock.
        """
        number = self.quick.BN_bin2bn(scalar, len(scalar), None)
        point = self.quick.EC_POINT_new(self._group)
        try:
            buffer = ctypes.create_string_buffer(POINT_BYTES)
            done = self.slow.EC_POINT_mul(self._group, point, number, None, None, None)
            size = self.quick.EC_POINT_point2oct(self._group, point, 4, buffer, POINT_BYTES, None)
            if done != 1 or size != POINT_BYTES:
                raise MalformedKey("scalar outside the range of the curve")
            return buffer.raw
        finally:
            self.quick.EC_POINT_free(point)
            self.quick.BN_clear_free(number)

    def private_key(self, pkcs8: bytes) -> int:
        """An EVP_PKEY from PKCS#8 DER, which the caller frees. Raises MalformedKey if it is not an SM2 key."""
        return self._decode(self.quick.d2i_AutoPrivateKey, pkcs8)

    def public_key(self, spki: bytes) -> int:
        """An EVP_PKEY from SubjectPublicKeyInfo DER, which the caller frees.

        Raises MalformedKey if it is not an SM2 key, or its point is not on the curve.
        """
        return self._decode(self.quick.d2i_PUBKEY, spki)

    def _decode(self, decoder: "ctypes._NamedFuncPointer", der: bytes) -> int:
        position = _BYTES(der)
        key: int | None = decoder(None, ctypes.byref(position), len(der))
        self.quick.ERR_clear_error()
        if not key:
            raise MalformedKey("not a key on the SM2 curve")
        if not self.quick.EVP_PKEY_is_a(key, b"SM2"):
            self.quick.EVP_PKEY_free(key)
            raise MalformedKey("not a key on the SM2 curve")
        return key

    def signing_context(self, key: int) -> int:
        """A context for EVP_PKEY_sign on digests."""
        return self._context(key, self.quick.EVP_PKEY_sign_init)

    def verifying_context(self, key: int) -> int:
        """A context for EVP_PKEY_verify on digests."""
        return self._context(key, self.quick.EVP_PKEY_verify_init)

    def _context(self, key: int, start: "ctypes._NamedFuncPointer") -> int:
        context: int | None = self.quick.EVP_PKEY_CTX_new_from_pkey(None, key, None)
        if not context or start(context) != 1:
            raise MalformedKey("libcrypto refuses the key")
        return context


@functools.cache
def load() -> LibCrypto:
    """The first libcrypto on this machine with SM2. Raises LibraryMissing, which lists what was tried.

    `MINGPIAO_LIBCRYPTO` names a file to be tried first.
    """
    tried: list[str] = []
    for candidate in _candidates():
        try:
            return LibCrypto(candidate)
        except (OSError, AttributeError) as error:
            tried.append(f"{candidate}: {error}")
    raise LibraryMissing(
        "找不到支持 SM2 的 OpenSSL 3（libcrypto）。请安装 OpenSSL 3"
        "（Debian/Ubuntu：apt install libssl3），或用环境变量 MINGPIAO_LIBCRYPTO 指明库文件。"
        "已尝试：" + "；".join(tried)
    )


def _candidates() -> Iterator[str]:
    named = os.environ.get("MINGPIAO_LIBCRYPTO")
    if named:
        yield named
    yield from ("libcrypto.so.3", "libcrypto.3.dylib", "libcrypto-3-x64.dll")
    # Tried last: find_library starts other programs.
    if found := ctypes.util.find_library("crypto"):
        yield found
    for folder in sys.path:
        # Wheels with compiled code (psycopg-binary, PostgreSQL) bring a libcrypto in a `*.libs` folder.
        for pattern in ("*.libs/libcrypto*", "*/lib/libcrypto*", "*/pginstall/lib/libcrypto*"):
            yield from (str(path) for path in sorted(Path(folder).glob(pattern)) if path.is_file())
