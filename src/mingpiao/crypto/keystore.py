"""Stored private keys: encrypted with SM4-GCM under a master key that is never stored beside them."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from mingpiao.crypto import sm4
from mingpiao.crypto.sm3 import hmac_sm3
from mingpiao.kernel.errors import Refusal, refuse

ENVIRONMENT_KEY = "MINGPIAO_MASTER_KEY"
ENVIRONMENT_FILE = "MINGPIAO_MASTER_KEY_FILE"

_FORMAT = b"\x01"
_MARK_BYTES = 4
_HEAD_BYTES = len(_FORMAT) + _MARK_BYTES


class MasterKey:
    """The 16-byte key that encrypts all others. Its text form reveals nothing of it."""

    def __init__(self, key: bytes) -> None:
        """Raises `Refusal` (`crypto.master_key_malformed`) for anything but 16 bytes."""
        if len(key) != sm4.KEY_BYTES:
            raise _malformed()
        self._key = key
        # Four bytes distinguish a wrong master key from a damaged record; they do not help to guess 128 bits.
        self._mark = hmac_sm3(key, b"mingpiao master key")[:_MARK_BYTES]

    def __repr__(self) -> str:
        return "MasterKey(…)"

    @classmethod
    def generate(cls) -> "MasterKey":
        """A new master key from the system's secure random source."""
        return cls(secrets.token_bytes(sm4.KEY_BYTES))

    @classmethod
    def from_hex(cls, text: str) -> "MasterKey":
        """Read 32 hex digits; surrounding white space is allowed. Raises `Refusal` for anything else."""
        try:
            return cls(bytes.fromhex(text.strip()))
        except ValueError as error:
            raise _malformed() from error

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "MasterKey":
        """Read it from `MINGPIAO_MASTER_KEY` (hex) or the file that `MINGPIAO_MASTER_KEY_FILE` names.

        Raises `Refusal`: `crypto.master_key_missing`, `…_unreadable` or `…_malformed`.
        """
        if text := environment.get(ENVIRONMENT_KEY):
            return cls.from_hex(text)
        named = environment.get(ENVIRONMENT_FILE)
        if not named:
            raise refuse(
                "crypto.master_key_missing",
                f"没有主密钥，无法使用签章私钥。请设置环境变量 {ENVIRONMENT_KEY}（32 位十六进制），"
                f"或用 {ENVIRONMENT_FILE} 指明主密钥文件。",
                status=503,
            )
        try:
            return cls.from_hex(Path(named).read_text(encoding="ascii"))
        except (OSError, UnicodeDecodeError) as error:
            raise refuse(
                "crypto.master_key_unreadable",
                f"读不出主密钥文件 {named}。请检查文件是否存在、当前用户是否有读取权限。",
                status=503,
            ) from error

    def hex(self) -> str:
        """The key as 32 hex digits, for a signer process or a key file."""
        return self._key.hex()

    def fingerprint(self) -> str:
        """Eight hex digits by which two keys are told apart. They stand in every record that the key encrypted."""
        return self._mark.hex()

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose; it tells nothing about this one."""
        return hmac_sm3(self._key, f"derived key\n{purpose}".encode())

    def wrap(self, private_key: bytes, label: str) -> bytes:
        """Encrypt a private key, bound to its label: if two records are swapped, neither can be decrypted."""
        return _FORMAT + self._mark + sm4.seal(self._key, private_key, label.encode())

    def unwrap(self, wrapped: bytes, label: str) -> bytes:
        """Decrypt the result of `wrap`. Raises `Refusal` (`crypto.master_key_wrong` or `crypto.key_damaged`)."""
        if wrapped[:1] != _FORMAT or len(wrapped) < _HEAD_BYTES:
            raise _damaged(label)
        if wrapped[1:_HEAD_BYTES] != self._mark:
            raise refuse(
                "crypto.master_key_wrong",
                f"主密钥不对：私钥“{label}”是用另一个主密钥加密的。"
                f"请检查 {ENVIRONMENT_KEY} 或 {ENVIRONMENT_FILE} 是否与建库时一致。",
                status=503,
            )
        private_key = sm4.unseal(self._key, wrapped[_HEAD_BYTES:], label.encode())
        if private_key is None:
            raise _damaged(label)
        return private_key


def _malformed() -> Refusal:
    return refuse(
        "crypto.master_key_malformed",
        "主密钥格式不对：应为 32 位十六进制数（16 字节）。请检查主密钥的设置。",
        status=503,
    )


def _damaged(label: str) -> Refusal:
    return refuse(
        "crypto.key_damaged",
        f"私钥“{label}”的密文已损坏或被调换。请从备份恢复，或为该单位更换签章密钥。",
        status=503,
    )
