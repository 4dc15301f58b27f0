"""A process that holds open private keys and signs for its parent, over a socket that is its stdin.

It reads the master key as the first request, then answers one request after another until the parent closes
the socket or is killed. It opens no file and no network connection.
"""

import os
from datetime import datetime
from pathlib import Path

import msgspec

from mingpiao.crypto import libcrypto
from mingpiao.crypto.keystore import MasterKey
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.processes.confinement import Confinement, confine
from mingpiao.processes.frames import ParentChannel, parent_channel
from mingpiao.sealing.keys import KeyRing
from mingpiao.sealing.model import SealedXml
from mingpiao.sealing.seals import sign_seal
from mingpiao.sealing.signer import PartyKey, seal_text

#: The largest message in either direction: the bills of one chunk, each as large as a sealed XML may be.
MAX_MESSAGE = 256 * 1024 * 1024


class Greeting(msgspec.Struct, frozen=True, array_like=True):
    """The first request: the master key in hex. Its answer is empty."""

    master_key: str


class BillToSeal(msgspec.Struct, frozen=True, array_like=True):
    """A text that is to be sealed; the parties are given by their places in the chunk's list."""

    text: bytes
    time: str
    unit: int
    supervisor: int


class SealChunk(msgspec.Struct, frozen=True, tag="seal", array_like=True):
    """Bills that are to be sealed, and the parties that they name."""

    parties: list[PartyKey]
    bills: list[BillToSeal]


class SignatureToStamp(msgspec.Struct, frozen=True, array_like=True):
    """An OFD signature that is to be stamped."""

    signature_xml: bytes
    path: str
    party: PartyKey
    seal: bytes
    at: datetime


class StampChunk(msgspec.Struct, frozen=True, tag="stamp", array_like=True):
    """OFD signatures that are to be stamped."""

    stamps: list[SignatureToStamp]


class SignerAnswer(msgspec.Struct, frozen=True, array_like=True):
    """The answer to one task: `first` is the XML or the SignedValue, unless there is a problem."""

    first: bytes = b""
    sm3: bytes = b""
    problem: Problem | None = None


_encoder = msgspec.msgpack.Encoder()
_greetings = msgspec.msgpack.Decoder(Greeting)
_chunks: msgspec.msgpack.Decoder[SealChunk | StampChunk] = msgspec.msgpack.Decoder(SealChunk | StampChunk)


def encode(message: Greeting | SealChunk | StampChunk | list[SignerAnswer]) -> bytes:
    """A message as it is sent between the processes."""
    return _encoder.encode(message)


def serve(parent: ParentChannel) -> None:
    """Read the master key, then answer chunks until the parent closes its end."""
    parent.say_ready()
    greeting = parent.receive()
    if greeting is None:
        return
    keys = KeyRing(MasterKey.from_hex(_greetings.decode(greeting).master_key))
    parent.send(b"")
    while (chunk := parent.receive()) is not None:
        parent.send(encode(_answers(keys, _chunks.decode(chunk))))


def _answers(keys: KeyRing, message: SealChunk | StampChunk) -> list[SignerAnswer]:
    if isinstance(message, SealChunk):
        return [_sealed(keys, message.parties, bill) for bill in message.bills]
    return [_stamped(keys, stamp) for stamp in message.stamps]


def _sealed(keys: KeyRing, parties: list[PartyKey], bill: BillToSeal) -> SignerAnswer:
    outcome = seal_text(bill.text, bill.time, keys, parties[bill.unit], parties[bill.supervisor])
    if isinstance(outcome, SealedXml):
        return SignerAnswer(outcome.xml, outcome.sm3)
    return SignerAnswer(problem=outcome)


def _stamped(keys: KeyRing, stamp: SignatureToStamp) -> SignerAnswer:
    party = stamp.party
    try:
        key = keys.open(party.encrypted_key, party.certificate, party.key_info)
        return SignerAnswer(
            sign_seal(stamp.signature_xml, stamp.path, stamp.seal, key, party.certificate, stamp.at)
        )
    except Refusal as refusal:
        return SignerAnswer(problem=refusal.problems[0])


def _library_files() -> tuple[Path, ...]:
    """Where the library that signs lies, and what it is set up by, when somebody told."""
    names = ("MINGPIAO_LIBCRYPTO", "OPENSSL_CONF", "OPENSSL_MODULES")
    return tuple(Path(told) for name in names if (told := os.environ.get(name)))


def main() -> None:
    """Entry of `python -m mingpiao.sealing.signer_process`, started by `ProcessSigner` only."""
    # To find it may take programs, which a confined process cannot start.
    libcrypto.load()
    confine(Confinement(uses_network=False, reads=_library_files()))
    with parent_channel(most_request=MAX_MESSAGE, most_answer=MAX_MESSAGE) as parent:
        serve(parent)


if __name__ == "__main__":
    main()
