"""Messages between a confined process and its parent: whole, in order, and never larger than agreed."""

import socket
import threading
from collections.abc import Iterator

import pytest

from mingpiao.processes.frames import FrameTooLarge, ParentChannel, announced_size, frame

MOST = 100_000

Ends = tuple[socket.socket, ParentChannel]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """The parent's end and the child's."""
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    theirs.settimeout(10)
    with ours, theirs:
        yield ours, ParentChannel(theirs, most_request=MOST, most_answer=MOST)


def test_messages_arrive_whole_and_in_order(ends: Ends) -> None:
    parent, child = ends
    bodies = [b"", b"a", bytes(70_000), "票据".encode()]
    writer = threading.Thread(target=lambda: parent.sendall(b"".join(frame(body, MOST) for body in bodies)))
    writer.start()
    assert [child.receive() for _ in bodies] == bodies
    writer.join()
    child.send(b"told")
    assert parent.recv(100) == b"\0\0\0\4told"


def test_a_message_that_comes_byte_by_byte_is_one(ends: Ends) -> None:
    parent, child = ends

    def trickle() -> None:
        for byte in frame(b"slowly", MOST):
            parent.sendall(bytes([byte]))

    writer = threading.Thread(target=trickle)
    writer.start()
    assert child.receive() == b"slowly"
    writer.join()


@pytest.mark.parametrize("kept", [0, 1, 3, 4, 5, 9])
def test_an_end_within_a_message_is_an_end(ends: Ends, kept: int) -> None:
    parent, child = ends
    parent.sendall(frame(b"whole", MOST) + frame(b"broken", MOST)[:kept])
    parent.shutdown(socket.SHUT_WR)
    assert child.receive() == b"whole"
    assert child.receive() is None


def test_a_message_larger_than_agreed_is_refused_before_it_is_read(ends: Ends) -> None:
    parent, child = ends
    # Nothing but the announcement comes; waiting for the rest would end by the socket's timeout.
    parent.sendall((MOST + 1).to_bytes(4, "big"))
    with pytest.raises(FrameTooLarge, match=f"{MOST + 1} bytes, at most {MOST}"):
        child.receive()


def test_a_message_larger_than_agreed_is_not_sent(ends: Ends) -> None:
    parent, child = ends
    with pytest.raises(FrameTooLarge):
        child.send(bytes(MOST + 1))
    parent.setblocking(False)
    with pytest.raises(BlockingIOError):
        parent.recv(1)
    with pytest.raises(FrameTooLarge):
        frame(b"123", 2)
    assert announced_size(frame(b"12", 2)[:4], 2) == 2
