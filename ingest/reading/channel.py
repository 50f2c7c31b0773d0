"""The channel between the product and a process that it does not trust: frames of bytes, and descriptors of files.

What comes from the other side is never unpickled, is bounded in size, and is waited for no longer than was asked.
"""

import os
import select
import socket
import struct
import time

_HEADER = struct.Struct("!cQ")  # the kind, and how many bytes follow
_BLOCK = 1 << 20


class ChannelError(OSError):
    """What the other side sent is no frame, or too large."""


class Channel:
    """One end. Not for several threads at once."""

    def __init__(self, end: socket.socket, takes_files: bool = False) -> None:
        self._end = end
        self._takes_files = takes_files
        self._arrived = bytearray()
        self._files: list[int] = []

    @classmethod
    def pair(cls) -> "tuple[Channel, socket.socket]":
        """Our end, and the socket that a process is started with."""
        ours, theirs = socket.socketpair()
        return cls(ours), theirs

    @classmethod
    def inherited(cls, descriptor: int) -> "Channel":
        """The end that this process was started with. It takes files; the other side does not."""
        os.set_inheritable(descriptor, False)
        return cls(socket.socket(fileno=descriptor), takes_files=True)

    def send(self, kind: bytes, data: bytes = b"", file: int | None = None, seconds: float | None = None) -> None:
        """Send a frame; `kind` is one byte. The descriptor `file` goes along. Raises OSError: TimeoutError where it is
        not taken in time."""
        self._end.settimeout(seconds)
        header = _HEADER.pack(kind, len(data))
        if file is not None:
            sent = socket.send_fds(self._end, [header], [file])
            self._end.sendall(header[sent:])
        elif len(data) < _BLOCK:
            self._end.sendall(header + data)
            return
        else:
            self._end.sendall(header)
        self._end.sendall(data)

    def file(self) -> int:
        """The descriptor that came with the last frame; it belongs to this process now."""
        return self._files.pop()

    def receive(self, limit: int, seconds: float | None = None) -> tuple[bytes, bytes] | None:
        """The next frame, as kind and data; None where it is not there, whole, in time.

        Raises EOFError at the end, and ChannelError for a frame of more than `limit` bytes.
        """
        ends = None if seconds is None else time.monotonic() + seconds
        while (frame := self._frame(limit)) is None:
            left = None if ends is None else max(0.0, ends - time.monotonic())
            if not self._readable(left):
                return None
            self._arrived += self._block()
            if ends is not None and time.monotonic() >= ends:  # it may come byte by byte
                return self._frame(limit)
        return frame

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to receive, not even the end."""
        return not self._arrived and not self._readable(0.0)

    def _block(self) -> bytes:
        if not self._takes_files:
            block = self._end.recv(_BLOCK)
        else:
            block, files, _, _ = socket.recv_fds(self._end, _BLOCK, 1)
            self._files += files
        if not block:
            raise EOFError
        return block

    def _frame(self, limit: int) -> tuple[bytes, bytes] | None:
        if len(self._arrived) < _HEADER.size:
            return None
        kind, length = _HEADER.unpack_from(self._arrived)
        if length > limit:
            raise ChannelError(f"a frame of {length} bytes; the limit is {limit}")
        whole = _HEADER.size + length
        if len(self._arrived) < whole:
            return None
        data = bytes(memoryview(self._arrived)[_HEADER.size : whole])
        del self._arrived[:whole]
        return kind, data

    def _readable(self, seconds: float | None) -> bool:
        poll = select.poll()
        poll.register(self._end, select.POLLIN)
        return bool(poll.poll(None if seconds is None else seconds * 1000))

    def close(self) -> None:
        self._end.close()
