"""The errors of cryptography, apart from refusals that a user reads."""


class CryptoError(Exception):
    """Base of all errors that this room raises."""


class MalformedKey(CryptoError):
    """The bytes are not an SM2 key, or name a point that is not on the curve."""


class MalformedCertificate(CryptoError):
    """The bytes are not an X.509 certificate with an SM2 key."""


class MalformedRequest(CryptoError):
    """The bytes are not a PKCS#10 request of an SM2 key, or its key did not sign it."""


class MalformedList(CryptoError):
    """The bytes are not a whole X.509 revocation list that is signed with SM2."""


class LibraryMissing(CryptoError):
    """This machine has no OpenSSL 3 libcrypto with SM2."""
