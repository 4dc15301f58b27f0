"""Keys in files that their PIN encrypts: Argon2id makes a key of the PIN, SM4-GCM wraps the private key with it.

A try is paid before it is made: the counter is written first, so that killing the agent gives no further try. Whoever
copies the files can try PINs elsewhere, where nothing counts; that is why a PIN here has six characters at least, why a
try costs a tenth of a second and 64 MiB, and why keys that matter most belong into a token.
"""

import fcntl
import os
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from argon2.low_level import Type, hash_secret_raw
from asn1crypto import pem

from mingpiao.agent.model import MAX_TRIES, HeldKey
from mingpiao.crypto import sm4, x509
from mingpiao.crypto.errors import CryptoError
from mingpiao.crypto.pkcs10 import make_request
from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.storage.private import write_private

_ID = re.compile(r"[0-9a-f]{16}")
_PIN = re.compile(r"[\x21-\x7e]{6,32}")
_SALT_BYTES = 16
_LONGEST_NAME = 40


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """What a try of a PIN costs: Argon2id's passes, memory and lanes."""

    passes: int = 3
    memory_kib: int = 64 * 1024
    lanes: int = 1


class _Record(msgspec.Struct, frozen=True, kw_only=True):
    """A key's file. Bytes are base64."""

    key_id: str
    name: str
    point: str
    salt: str
    costs: Costs
    wrapped: str
    certificate: str = ""
    tries_left: int = MAX_TRIES


class FileToken:
    """Keys in a directory that only its owner may read. Several processes may use it at the same time."""

    def __init__(self, directory: Path, costs: Costs | None = None) -> None:
        self._directory = directory
        self._costs = costs or Costs()

    def held_keys(self) -> list[HeldKey]:
        """All keys, by name. Raises `Refusal` (`agent.file_damaged`)."""
        records = [self._read(file.stem) for file in sorted(self._directory.glob("*.key"))]
        return sorted((_held(record) for record in records), key=lambda key: (key.name, key.key_id))

    def make_key(self, name: str, pin: str) -> tuple[str, bytes]:
        """Make a key for a person; returns its id and its request (PKCS#10, DER).

        Raises `Refusal`: `agent.name_invalid`, `agent.pin_weak` (422).
        """
        if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
            raise refuse("agent.name_invalid", f"请填写持有人的姓名，不超过{_LONGEST_NAME}个字。", status=422)
        key, key_id = PrivateKey.generate(), secrets.token_hex(8)
        record = self._wrapped(key_id, name, key, pin)
        with self._locked():
            self._write(record)
        return key_id, make_request(x509.DistinguishedName(common_name=name), key)

    def install(self, certificate: bytes) -> HeldKey:
        """Keep a certificate (PEM or DER) with its key. Raises `Refusal`: `agent.certificate_malformed` (422),
        `agent.key_unknown` (404) where its key is not here.
        """
        try:
            der = pem.unarmor(certificate)[2] if pem.detect(certificate) else certificate
            point = x509.read(der).public_key.point
        except (ValueError, TypeError, CryptoError) as error:
            message = "该文件不是 SM2 证书（PEM 或 DER），请从平台重新下载。"
            raise refuse("agent.certificate_malformed", message, status=422) from error
        with self._locked():
            for file in self._directory.glob("*.key"):
                record = self._read(file.stem)
                if b64decode(record.point) == point:
                    changed = msgspec.structs.replace(record, certificate=_text(der))
                    self._write(changed)
                    return _held(changed)
        raise refuse(
            "agent.key_unknown", "这台电脑上没有该证书的密钥，请在生成密钥的电脑上安装。", status=404
        )

    def sign(self, key_id: str, pin: str, text: bytes) -> bytes:
        """Sign a text with SM2 (DER).

        Raises `Refusal`: `agent.key_unknown` (404), `agent.pin_wrong` (403, with `tries_left`), `agent.pin_blocked`
        (403), `agent.file_damaged`.
        """
        return self._open(key_id, pin).sign(text)

    def change_pin(self, key_id: str, pin: str, new_pin: str) -> None:
        """Choose another PIN. Raises as `sign`, and `agent.pin_weak` (422)."""
        _require_strong(new_pin)
        key = self._open(key_id, pin)
        with self._locked():
            before = self._read(key_id)
            fresh = self._wrapped(key_id, before.name, key, new_pin)
            self._write(msgspec.structs.replace(fresh, certificate=before.certificate))

    def _open(self, key_id: str, pin: str) -> PrivateKey:
        with self._locked():
            record = self._read(key_id)
            if record.tries_left <= 0:
                raise _blocked()
            self._write(msgspec.structs.replace(record, tries_left=record.tries_left - 1))
            plain = sm4.unseal(_key_of(record, pin), b64decode(record.wrapped), _label(record))
            if plain is None:
                raise _wrong(record.tries_left - 1)
            self._write(msgspec.structs.replace(record, tries_left=MAX_TRIES))
        return PrivateKey.from_pkcs8(plain)

    def _wrapped(self, key_id: str, name: str, key: PrivateKey, pin: str) -> _Record:
        _require_strong(pin)
        bare = _Record(
            key_id=key_id,
            name=name,
            point=_text(key.public.point),
            salt=_text(secrets.token_bytes(_SALT_BYTES)),
            costs=self._costs,
            wrapped="",
        )
        return msgspec.structs.replace(
            bare, wrapped=_text(sm4.seal(_key_of(bare, pin), key.to_pkcs8(), _label(bare)))
        )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._directory / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _read(self, key_id: str) -> _Record:
        file = self._directory / f"{key_id}.key"
        if not _ID.fullmatch(key_id) or not file.is_file():
            raise refuse("agent.key_unknown", "这台电脑上没有这把密钥，请刷新后重新选择。", status=404)
        try:
            return msgspec.json.decode(file.read_bytes(), type=_Record)
        except msgspec.MsgspecError as error:
            message = f"密钥文件 {file} 已损坏，请从备份恢复，或重新申请 UKey。"
            raise refuse("agent.file_damaged", message, status=500) from error

    def _write(self, record: _Record) -> None:
        write_private(self._directory / f"{record.key_id}.key", msgspec.json.encode(record).decode())


def _key_of(record: _Record, pin: str) -> bytes:
    costs = record.costs
    return hash_secret_raw(
        pin.encode(),
        b64decode(record.salt),
        time_cost=costs.passes,
        memory_cost=costs.memory_kib,
        parallelism=costs.lanes,
        hash_len=sm4.KEY_BYTES,
        type=Type.ID,
    )


def _label(record: _Record) -> bytes:
    return f"{record.key_id} {record.point}".encode()


def _held(record: _Record) -> HeldKey:
    return HeldKey(
        key_id=record.key_id,
        name=record.name,
        certificate=record.certificate,
        tries_left=record.tries_left,
    )


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _require_strong(pin: str) -> None:
    if not _PIN.fullmatch(pin) or len(set(pin)) < 3:
        message = "PIN 须为6至32位字母、数字或符号，至少有3个不同的字符。"
        raise refuse("agent.pin_weak", message, status=422)


def _wrong(left: int) -> Refusal:
    if left <= 0:
        return _blocked()
    message = f"PIN 不正确，还可以试{left}次；连续输错{MAX_TRIES}次后锁死。"
    return refuse("agent.pin_wrong", message, status=403, tries_left=str(left))


def _blocked() -> Refusal:
    message = "PIN 连续输错，该 UKey 已锁死。请联系票据管理员吊销并重新申请。"
    return refuse("agent.pin_blocked", message, status=403, tries_left="0")
