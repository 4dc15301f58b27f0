"""The messages between a confined process and its parent: each message is its length in four bytes, then its
bytes.

Both ends refuse a message that is larger than agreed, before they read or send any of it.
"""

import contextlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager

LENGTH_BYTES = 4

_STDIN = 0
_BUFFER_BYTES = 1 << 16


class FrameTooLarge(ConnectionError):
    """A message is larger than agreed. After one was announced, the connection cannot be read any more."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(f"a message of {size} bytes, at most {most} are allowed")


def frame(body: bytes, most: int) -> bytes:
    """A message as it is sent. Raises FrameTooLarge if it has more than `most` bytes."""
    return checked_size(len(body), most).to_bytes(LENGTH_BYTES, "big") + body


def announced_size(head: bytes, most: int) -> int:
    """The size of a message from the four bytes before it. Raises FrameTooLarge."""
    return checked_size(int.from_bytes(head, "big"), most)


def checked_size(size: int, most: int) -> int:
    """The size, unless it is larger than agreed. Raises FrameTooLarge."""
    if size > most:
        raise FrameTooLarge(size, most)
    return size


class ParentChannel:
    """The child's end of the connection to its parent."""

    def __init__(self, channel: socket.socket, *, most_request: int, most_answer: int) -> None:
        self._stream = channel.makefile("rwb", buffering=_BUFFER_BYTES)
        self._most_request = most_request
        self._most_answer = most_answer

    def say_ready(self) -> None:
        """Tell the parent that the process is ready, by an empty message, which is its first one."""
        self.send(b"")

    def receive(self) -> bytes | None:
        """The next request, or None if the parent has closed its end, even in the middle of a message.

        Raises FrameTooLarge.
        """
        head = self._stream.read(LENGTH_BYTES)
        if len(head) < LENGTH_BYTES:
            return None
        size = announced_size(head, self._most_request)
        body = self._stream.read(size)
        return body if len(body) == size else None

    def send(self, body: bytes) -> None:
        """Send an answer, or a message before it. Raises FrameTooLarge, or OSError without a parent."""
        self._stream.write(frame(body, self._most_answer))
        self._stream.flush()


@contextmanager
def parent_channel(*, most_request: int, most_answer: int) -> Iterator[ParentChannel]:
    """The connection to the parent, which is this process's standard input.

    If the parent is gone or sends a message that is too large, the block ends without an error, and the
    process may end.
    """
    with socket.socket(fileno=_STDIN) as channel, contextlib.suppress(ConnectionError):
        yield ParentChannel(channel, most_request=most_request, most_answer=most_answer)
