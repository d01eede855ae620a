"""Messages between the program and its workers: JSON behind a length, over a pipe. Never a pickle.

Both ends hold to the same limits, since the program must not trust a worker that a file may have taken over.
"""

import json
import os
import struct
from collections.abc import Mapping
from typing import Any

LONGEST = 32 << 20  # bytes of one message; what is longer is an array and goes through the shared frames
_LENGTH = struct.Struct(">I")
_BLOCK = 1 << 16
_as_json = json.JSONEncoder(separators=(",", ":")).encode  # made once: `dumps` would make one each time


class Ended(Exception):
    """The other end is gone."""


class Garbled(Exception):
    """What came is no message."""


class Wire:
    """One end of the two pipes. Not safe from several threads at once."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._data = bytearray()

    def send(self, message: Mapping[str, Any]) -> None:
        """Write one message. Raises Ended; ValueError where it is too long."""
        text = _as_json(message).encode()
        if len(text) > LONGEST:
            raise ValueError("too much for one message")
        rest = memoryview(_LENGTH.pack(len(text)) + text)
        try:
            while rest:
                rest = rest[os.write(self._write_fd, rest) :]
        except OSError as error:
            raise Ended from error

    def receive(self) -> dict[str, Any]:
        """Wait for one message. Raises Ended or Garbled."""
        (length,) = _LENGTH.unpack(self._take(_LENGTH.size))
        if length > LONGEST:
            raise Garbled
        try:
            message = json.loads(self._take(length))
        except (ValueError, RecursionError) as error:
            raise Garbled from error
        if not isinstance(message, dict):
            raise Garbled
        return message

    def close(self) -> None:
        """Close both pipes."""
        for fd in (self._read_fd, self._write_fd):
            os.close(fd)

    def _take(self, count: int) -> bytes:
        while len(self._data) < count:
            try:
                part = os.read(self._read_fd, max(_BLOCK, min(count - len(self._data), 1 << 20)))
            except OSError as error:
                raise Ended from error
            if not part:
                raise Ended
            self._data += part
        taken = bytes(self._data[:count])
        del self._data[:count]
        return taken
