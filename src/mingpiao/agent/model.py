"""The port to what holds keys, and what is said through it.

Real tokens (SKF, GM/T 0016) go behind the same port: `held_keys` is SKF_EnumDev, SKF_EnumApplication, SKF_EnumContainer and
SKF_ExportCertificate; `make_key` SKF_GenECCKeyPair in a new container; `install` SKF_ImportCertificate; `sign`
SKF_VerifyPIN and SKF_ECCSignData over the SM3 of ZA and the text; `change_pin` SKF_ChangePIN. A token counts wrong PINs
itself.
"""

from typing import Protocol

import msgspec

#: Wrong PINs in a row after which a key is blocked for good.
MAX_TRIES = 5


class HeldKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key in the agent: whose it is, its certificate (DER, base64; empty before it is installed), and how many
    tries its PIN has left.
    """

    key_id: str
    name: str
    certificate: str = ""
    tries_left: int = MAX_TRIES


class KeyToken(Protocol):
    """Something that holds keys. Every failure is a `Refusal` with an `agent.*` code."""

    def held_keys(self) -> list[HeldKey]:
        """All keys, by name."""

    def make_key(self, name: str, pin: str) -> tuple[str, bytes]:
        """Make a key for a person, and return its id and its request (PKCS#10, DER)."""

    def install(self, certificate: bytes) -> HeldKey:
        """Keep a certificate (DER or PEM) with the key that it is for."""

    def sign(self, key_id: str, pin: str, text: bytes) -> bytes:
        """Sign a text with SM2 (DER). A wrong PIN counts; five in a row block the key."""

    def change_pin(self, key_id: str, pin: str, new_pin: str) -> None:
        """Choose another PIN. A wrong old one counts, as when signing."""
