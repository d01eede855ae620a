"""Anchors: what the audit log's end was, kept outside the database so that an older database shows.

One line an anchor, only ever appended, after the commit: a database ahead of its last anchor is normal (a kill in
between), an anchor ahead of the database is not. The lines are not synced one by one: losing the last after a power
cut loses no proof about what came before.
"""

import base64
import binascii
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.persistence.durable import open_private
from medscan_desktop.persistence.home import Home

_log = logging.getLogger("medscan.audit")

_TAIL_BYTES = 4096  # holds the last twenty lines or so
_PARTS = 3
_SIGNATURE_LETTERS = 88  # 64 bytes in base64


@dataclass(frozen=True, slots=True)
class Anchor:
    """A signed statement: after event `sequence` the head was `head`."""

    sequence: int
    head: bytes
    signature: bytes

    def line(self) -> bytes:
        """As the file holds it. The newline comes first, so that a line after a torn one stands alone."""
        return f"\n{self.sequence} {self.head.hex()} {base64.b64encode(self.signature).decode()}".encode()


class Anchors:
    """The append-only file of one home."""

    def __init__(self, home: Home) -> None:
        self._path = home.anchors

    def append(self, anchor: Anchor) -> None:
        """Add a line. A failure is logged, not raised: the event itself is committed already.

        The file was made with the keys and is never made again: one that is gone must stay seen as gone.
        """
        try:
            descriptor = open_private(self._path, os.O_WRONLY | os.O_APPEND)
            with os.fdopen(descriptor, "ab", buffering=0) as file:
                file.write(anchor.line())  # one write, so that two processes do not interleave
        except OSError:
            _log.warning("audit.anchor_not_written")

    def last(self) -> Anchor | None:
        """The furthest of the last lines: two processes may have written them in either order.

        None where there is none. Raises FileNotFoundError where the file is gone, Damaged where a line was changed.
        """
        with self._path.open("rb") as file:
            start = max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES)
            file.seek(start)
            lines = file.read().splitlines()[1 if start else 0 :]
        anchors = [anchor for line in lines if (anchor := _parsed(line)) is not None]
        return max(anchors, key=lambda anchor: anchor.sequence, default=None)

    def all(self) -> Iterator[Anchor]:
        """Every anchor in the file's order. Raises as `last` does."""
        with self._path.open("rb") as file:
            for line in file:
                if (anchor := _parsed(line)) is not None:
                    yield anchor


def _parsed(line: bytes) -> Anchor | None:
    """The anchor of a line; None for a blank line or one that a crash or a full disk cut off."""
    parts = line.split()
    if len(parts) != _PARTS or len(parts[-1]) < _SIGNATURE_LETTERS:
        return None
    try:
        sequence, head = int(parts[0]), bytes.fromhex(parts[1].decode())
        signature = base64.b64decode(parts[2], validate=True)
    except (ValueError, binascii.Error):
        raise Damaged("An anchor of the audit log was changed or damaged.") from None
    return Anchor(sequence, head, signature)
