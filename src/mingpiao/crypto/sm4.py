"""SM4 (GB/T 32907) in Galois/counter mode, which keeps data secret and detects changes."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16


def seal(key: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """Encrypt under a 16-byte key with a fresh nonce; returns nonce ‖ ciphertext ‖ tag.

    Decryption needs the same `associated` data, which is not contained in the result.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(associated)
    return nonce + encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag


def unseal(key: bytes, sealed: bytes, associated: bytes) -> bytes | None:
    """Decrypt what `seal` returned. Returns None if key, bytes or associated data are not the original ones."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        return None
    nonce, body, tag = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:-TAG_BYTES], sealed[-TAG_BYTES:]
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(associated)
    try:
        return decryptor.update(body) + decryptor.finalize()
    except InvalidTag:
        return None
