"""Reads the data elements of a DICOM stream (PS3.5 7), keeping those that are asked for. Bounds-checked, pure Python.

Everything here works on foreign bytes: each length is held against what is left, nesting and counts are limited, and
nothing is allocated by what a file claims. Pixel data are found, never read.
"""

import struct
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import BinaryIO

from medscan_desktop.dicom.tags import SEQUENCES

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
FLOAT_PIXELS, DOUBLE_PIXELS, PIXELS = 0x7FE00008, 0x7FE00009, 0x7FE00010

_BLOCK = 16 * 1024  # one read covers the header of most single-frame files
_MAX_DEPTH = 64
_MAX_ELEMENTS = 1_000_000  # per-frame groups of 10,000 frames hold some 700,000
_MAX_VALUE = 1 << 20  # of a value that is kept; the longest real one is a 65,536-entry LUT

_LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_SHORT = frozenset(b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())
KNOWN_VRS = _LONG | _SHORT


class Malformed(Exception):
    """The bytes are not a sound data set. The text finishes the sentence "the file ..."."""


class Truncated(Malformed):
    """The bytes end too early."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How elements are written. Implicit VR is always little endian."""

    explicit: bool
    little: bool = True

    @property
    def byte_order(self) -> str:
        """The struct prefix."""
        return "<" if self.little else ">"


EXPLICIT_LITTLE, EXPLICIT_BIG, IMPLICIT_LITTLE = Encoding(True), Encoding(True, False), Encoding(False)


@dataclass(slots=True)
class Elements:
    """What was kept of one data set or sequence item: tag to (VR, value), and tag to items. VR is "" where implicit."""

    raw: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    items: dict[int, list["Elements"]] = field(default_factory=dict)
    encoding: Encoding = EXPLICIT_LITTLE


@dataclass(frozen=True, slots=True)
class Located:
    """An element that was found and not read: where its value begins, and its length in bytes (or UNDEFINED)."""

    tag: int
    offset: int
    length: int


class Reader:
    """Reads elements from a seekable stream through one block at a time.

    `wanted` are the tags whose values or items are kept, at every depth.
    """

    def __init__(self, stream: BinaryIO, wanted: Collection[int]) -> None:
        self.size = stream.seek(0, 2)
        self._stream = stream
        self._wanted = wanted
        self._data = b""
        self._base = 0
        self._count = 0

    def bytes_at(self, position: int, count: int) -> bytes:
        """Up to `count` bytes at `position`, fewer at the end of the stream."""
        index = position - self._base
        if index < 0 or index + count > len(self._data):
            self._load(position, count)
            index = 0
        return self._data[index : index + count]

    def _load(self, position: int, count: int = 12) -> None:
        self._stream.seek(position)
        data = self._stream.read(max(count, _BLOCK))
        while len(data) < count and (part := self._stream.read(count - len(data))):  # a raw stream may read less
            data += part
        self._data, self._base = data, position

    def data_set(self, position: int, encoding: Encoding, before: int) -> tuple[Elements, int]:
        """Elements from `position` up to the first whose tag is `before` or more; also where that one begins."""
        return self._elements(position, self.size, encoding, before, 0)

    def located(self, position: int, encoding: Encoding) -> Located | None:
        """The element that begins at `position`, None at the end of the stream."""
        head = self.bytes_at(position, 12)
        if len(head) < 8:
            return None
        group, number = struct.unpack_from(encoding.byte_order + "HH", head)
        tag = group << 16 | number
        if encoding.explicit and head[4:6] in _LONG:
            if len(head) < 12:
                raise Truncated("is truncated inside its header")
            return Located(tag, position + 12, struct.unpack_from(encoding.byte_order + "I", head, 8)[0])
        if encoding.explicit and head[4:6] in _SHORT:
            return Located(tag, position + 8, struct.unpack_from(encoding.byte_order + "H", head, 6)[0])
        return Located(tag, position + 8, struct.unpack_from(encoding.byte_order + "I", head, 4)[0])

    def _elements(  # noqa: PLR0912  one loop, kept flat for speed: it runs a hundred times a file
        self, position: int, end: int, encoding: Encoding, before: int, depth: int
    ) -> tuple[Elements, int]:
        """The elements in [position, end), or up to an item's end; also the position after them."""
        found = Elements(encoding=encoding)
        raw, wanted, explicit = found.raw, self._wanted, encoding.explicit
        short_header = struct.Struct(encoding.byte_order + "HH2sH").unpack_from
        long_length = struct.Struct(encoding.byte_order + "I").unpack_from
        data, base = self._data, self._base
        while position + 8 <= end:
            index = position - base
            if index < 0 or index + 12 > len(data):
                self._load(position)
                data, base, index = self._data, self._base, 0
                if len(data) < 8:
                    raise Truncated("is truncated inside its header")
            group, number, vr, length = short_header(data, index)
            tag = group << 16 | number
            if tag >= before and depth == 0:
                return found, position
            value = position + 8
            if explicit and vr in _SHORT:
                pass
            elif explicit and vr in _LONG:
                if index + 12 > len(data):
                    raise Truncated("is truncated inside its header")
                (length,), value = long_length(data, index + 8), position + 12
            else:  # implicit VR, a delimiter, or an element that lacks its VR
                (length,) = long_length(data, index + 4)
                vr = b""
                if tag == ITEM_END and depth:
                    return found, value
            self._count += 1
            if self._count > _MAX_ELEMENTS:
                raise Malformed(f"has more than {_MAX_ELEMENTS:,} elements")
            if length == UNDEFINED or (tag in wanted and tag in SEQUENCES):
                position = self._sequence(found, tag, vr, value, end, length, depth)
                data, base = self._data, self._base
                continue
            position = value + length
            if position > end:
                raise Truncated(f"is truncated or damaged: element ({group:04X},{number:04X}) runs past its end")
            if tag in wanted:
                index = value - base
                if index + length <= len(data):
                    raw[tag] = (vr, data[index : index + length])
                elif length <= _MAX_VALUE:
                    raw[tag] = (vr, self.bytes_at(value, length))
                    data, base = self._data, self._base
        return found, end

    def _sequence(self, found: Elements, tag: int, vr: bytes, position: int, end: int, length: int, depth: int) -> int:
        """Read the items of one sequence into `found` where they are wanted; the position after it."""
        if depth >= _MAX_DEPTH:
            raise Malformed(f"nests sequences deeper than {_MAX_DEPTH}")
        if vr not in (b"SQ", b"UN", b""):  # PS3.5 7.1.1: no other VR may leave its length open in a header
            raise Malformed(
                f"has an element ({tag >> 16:04X},{tag & 0xFFFF:04X}) of undefined length that is no sequence"
            )
        # A sequence written as UN is implicit little endian inside (PS3.5 6.2.2 note 2).
        encoding = IMPLICIT_LITTLE if vr == b"UN" else found.encoding
        last = end if length == UNDEFINED else position + length
        if last > end:
            raise Truncated(f"is truncated or damaged: sequence ({tag >> 16:04X},{tag & 0xFFFF:04X}) runs past its end")
        items, position = self._items(position, last, length == UNDEFINED, encoding, depth)
        if tag in self._wanted:
            found.items[tag] = items
        return position

    def _items(
        self, position: int, end: int, delimited: bool, encoding: Encoding, depth: int
    ) -> tuple[list[Elements], int]:
        items: list[Elements] = []
        unpack = struct.Struct(encoding.byte_order + "HHI").unpack
        while position + 8 <= end:
            head = self.bytes_at(position, 8)
            if len(head) < 8:
                break
            group, number, length = unpack(head)
            tag, position = group << 16 | number, position + 8
            self._count += 1
            if self._count > _MAX_ELEMENTS:
                raise Malformed(f"has more than {_MAX_ELEMENTS:,} elements")
            if tag == SEQUENCE_END:
                return items, position
            if tag != ITEM:
                raise Malformed("has a sequence without items")
            last = end if length == UNDEFINED else position + length
            if last > end:
                raise Truncated("is truncated or damaged: a sequence item runs past its end")
            item, position = self._elements(position, last, encoding, 0, depth + 1)
            items.append(item)
        if delimited:
            raise Truncated("is truncated inside a sequence")
        return items, end
