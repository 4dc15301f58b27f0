"""A process that holds open private keys and signs for its parent, over a socket that is its stdin.

It reads the master key as the first message, then answers one message after another until the socket
ends, which also happens when the parent is killed. It opens no file and no network connection.
"""

import contextlib
import ctypes
import resource
import signal
import socket
import sys
from datetime import datetime

import msgspec

from mingpiao.crypto.keystore import MasterKey
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.sealing.keys import KeyRing
from mingpiao.sealing.model import SealedXml
from mingpiao.sealing.seals import sign_seal
from mingpiao.sealing.signer import PartyKey, seal_text

LENGTH_BYTES = 4
#: The largest frame: the bills of one chunk, each at most as large as a sealed XML may be.
MAX_FRAME = 256 * 1024 * 1024

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


class Greeting(msgspec.Struct, frozen=True, tag="greeting", array_like=True):
    """The first message: the master key in hex."""

    master_key: str


class BillToSeal(msgspec.Struct, frozen=True, array_like=True):
    """A text to be sealed; parties by their place in the chunk's list."""

    text: bytes
    time: str
    unit: int
    supervisor: int


class SealChunk(msgspec.Struct, frozen=True, tag="seal", array_like=True):
    """Bills to be sealed, and the parties that they name."""

    parties: list[PartyKey]
    bills: list[BillToSeal]


class SealTime(msgspec.Struct, frozen=True, array_like=True):
    """An OFD signature to be stamped."""

    signature_xml: bytes
    path: str
    party: PartyKey
    seal: bytes
    at: datetime


class StampChunk(msgspec.Struct, frozen=True, tag="stamp", array_like=True):
    """OFD signatures to be stamped."""

    stamps: list[SealTime]


class SignerAnswer(msgspec.Struct, frozen=True, array_like=True):
    """The answer to one task: `first` is the XML or the SignedValue, or there is a problem."""

    first: bytes = b""
    sm3: bytes = b""
    problem: Problem | None = None


Message = Greeting | SealChunk | StampChunk

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Message)


def frame(message: Message | list[SignerAnswer]) -> bytes:
    """A message as it goes over the socket: its length in four bytes, then MessagePack."""
    body = _encoder.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def serve(channel: socket.socket) -> None:
    """Answer messages until the other end closes."""
    stream = channel.makefile("rwb", buffering=1 << 16)
    keys: KeyRing | None = None
    while (head := stream.read(LENGTH_BYTES)) and len(head) == LENGTH_BYTES:
        size = int.from_bytes(head, "big")
        body = stream.read(size)
        if size > MAX_FRAME or len(body) < size:
            return
        message = _decoder.decode(body)
        if isinstance(message, Greeting):
            keys = KeyRing(MasterKey.from_hex(message.master_key))
            stream.write(frame([]))
        elif keys is None:
            return
        else:
            stream.write(frame(_answers(keys, message)))
        stream.flush()


def _answers(keys: KeyRing, message: SealChunk | StampChunk) -> list[SignerAnswer]:
    if isinstance(message, SealChunk):
        return [_sealed(keys, message.parties, bill) for bill in message.bills]
    return [_stamped(keys, stamp) for stamp in message.stamps]


def _sealed(keys: KeyRing, parties: list[PartyKey], bill: BillToSeal) -> SignerAnswer:
    outcome = seal_text(bill.text, bill.time, keys, parties[bill.unit], parties[bill.supervisor])
    if isinstance(outcome, SealedXml):
        return SignerAnswer(outcome.xml, outcome.sm3)
    return SignerAnswer(problem=outcome)


def _stamped(keys: KeyRing, stamp: SealTime) -> SignerAnswer:
    party = stamp.party
    try:
        key = keys.open(party.encrypted_key, party.certificate, party.key_info)
        return SignerAnswer(
            sign_seal(stamp.signature_xml, stamp.path, stamp.seal, key, party.certificate, stamp.at)
        )
    except Refusal as refusal:
        return SignerAnswer(problem=refusal.problems[0])


def harden() -> None:
    """Die with the parent, leave no core dump, and let no other process of this user read the memory."""
    # Ctrl-C reaches the whole foreground group; the parent decides when the signer ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def main() -> None:
    """Entry of `python -m mingpiao.sealing.signer_process`, started by `ProcessSigner` only."""
    harden()
    with socket.socket(fileno=0) as channel, contextlib.suppress(ConnectionError):
        serve(channel)


if __name__ == "__main__":
    main()
