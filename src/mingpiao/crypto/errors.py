"""What can go wrong in cryptography, apart from refusals that a user reads."""


class CryptoError(Exception):
    """Base of everything that this room raises by itself."""


class MalformedKey(CryptoError):
    """Bytes that should be an SM2 key are not one, or name a point off the curve."""


class MalformedCertificate(CryptoError):
    """Bytes that should be an X.509 certificate with an SM2 key are not one."""


class LibraryMissing(CryptoError):
    """No OpenSSL 3 libcrypto with SM2 was found on this machine."""
