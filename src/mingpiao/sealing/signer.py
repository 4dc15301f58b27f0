"""The interface of signers, and a signer that works in this process.

A hardware security module is connected by implementing `Signer`. Production uses `signer_pool.ProcessSigner`
by default, which keeps private keys out of every process that has network connections.
"""

from base64 import b64encode
from collections.abc import Sequence
from typing import Protocol

import msgspec

from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.sm3 import sm3
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.sealing import xml
from mingpiao.sealing.keys import KeyRing
from mingpiao.sealing.model import Face, KeyInfo, SealedXml, SealingParty, SealOutcome, SealTask, StampTask
from mingpiao.sealing.seals import sign_seal


class Signer(Protocol):
    """Seals bills and stamps OFD signatures with private keys that only the signer can use."""

    async def seal(self, tasks: Sequence[SealTask]) -> list[SealOutcome]:
        """Seal each bill, with the unit's signature first and the supervisor's second; one outcome for each
        task, in order.

        A task that cannot be sealed (its key cannot be opened, its face cannot be written) returns a Problem
        and does not affect others. Raises SignerUnavailable if nothing can be sealed now.
        """
        ...

    async def stamp(self, tasks: Sequence[StampTask]) -> list[bytes]:
        """Make the SignedValue.dat (GB/T 38540-2020) of each OFD signature; the same task gives the same
        bytes.

        Raises SignerUnavailable, or Refusal if a key cannot be opened.
        """
        ...

    async def check(self) -> None:
        """Return when something could be signed now; raises SignerUnavailable, or waits as sealing does."""
        ...

    async def close(self) -> None:
        """Release keys and processes. A closed signer raises SignerUnavailable."""
        ...


class InlineSigner:
    """A signer inside this process: for tests, the command line and the worker."""

    def __init__(self, master: MasterKey) -> None:
        self._keys = KeyRing(master)

    async def seal(self, tasks: Sequence[SealTask]) -> list[SealOutcome]:
        """See `Signer.seal`."""
        return [self._seal(task) for task in tasks]

    async def stamp(self, tasks: Sequence[StampTask]) -> list[bytes]:
        """See `Signer.stamp`."""
        return [self.stamp_one(task) for task in tasks]

    async def check(self) -> None:
        """See `Signer.check`."""

    async def close(self) -> None:
        """See `Signer.close`."""

    def stamp_one(self, task: StampTask) -> bytes:
        """`stamp` for one task, for callers that are not asynchronous."""
        party = task.party
        key = self._keys.open(party.encrypted_key, party.certificate, party.key_info)
        return sign_seal(task.signature_xml, task.path, party.seal, key, party.certificate, task.at)

    def _seal(self, task: SealTask) -> SealOutcome:
        text = write_text(task.face)
        if isinstance(text, Problem):
            return text
        return seal_text(
            text,
            xml.signature_time(task.face.issued_at),
            self._keys,
            party_key(task.unit),
            party_key(task.supervisor),
        )


class PartyKey(msgspec.Struct, frozen=True, array_like=True):
    """What a signer needs to know of a party in order to sign for it."""

    encrypted_key: bytes
    certificate: bytes
    key_info: KeyInfo


def party_key(party: SealingParty) -> PartyKey:
    """The signing part of a party."""
    return PartyKey(party.encrypted_key, party.certificate, party.key_info)


def write_text(face: Face) -> bytes | Problem:
    """The text of a bill that is to be signed, or the problem that prevents writing it."""
    try:
        return xml.header_and_data(face)
    except (ValueError, ArithmeticError):
        return Problem(
            code="sealing.face_unwritable",
            message="票面含有无法写入 XML 的字符或数字。请删除控制字符、表情等特殊字符后重试。",
            status=422,
        )


def seal_text(text: bytes, time: str, keys: KeyRing, unit: PartyKey, supervisor: PartyKey) -> SealOutcome:
    """Sign a text for both parties and assemble the document; returns a Problem if a key cannot be used.

    `time` is the signature time as it is written in the XML.
    """
    try:
        blocks = [_signed(text, time, keys, party) for party in (unit, supervisor)]
    except Refusal as refusal:
        return refusal.problems[0]
    sealed = xml.assemble(text, *blocks)
    return SealedXml(sealed, sm3(sealed))


def _signed(text: bytes, time: str, keys: KeyRing, party: PartyKey) -> xml.SignatureBlock:
    key = keys.open(party.encrypted_key, party.certificate, party.key_info)
    return xml.SignatureBlock(time, b64encode(key.sign(text)).decode(), party.key_info)
