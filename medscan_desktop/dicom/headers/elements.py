"""Reads the data elements of a DICOM stream (PS3.5 7), keeping those that are asked for. Bounds-checked, pure Python.

Everything here works on foreign bytes: each length is held against what is left, nesting and counts are limited, and
nothing is allocated by what a file claims. Pixel data are found, never read.
"""

import struct
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import BinaryIO

from medscan_desktop.dicom.headers.tags import SEQUENCES

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
FLOAT_PIXELS, DOUBLE_PIXELS, PIXELS = 0x7FE00008, 0x7FE00009, 0x7FE00010

_BLOCK = 16 * 1024  # one read covers the header of most single-frame files
_MAX_DEPTH = 64
_MAX_HEADER_BYTES = 64 << 20  # that are walked, not stepped over: functional groups of 10,000 frames take some 15 MiB
_MAX_VALUE = 1 << 20  # of a value that is kept; the longest real one is a 65,536-entry LUT

_LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_SHORT = frozenset(b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())
KNOWN_VRS = _LONG | _SHORT
_HEADER_SIZE = dict.fromkeys(_SHORT, 8) | dict.fromkeys(_LONG, 12)  # bytes before the value (PS3.5 7.1.2)
_NO_SIZE: dict[bytes, int] = {}
_NO_TAG = 1 << 32


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
    """What was kept of one data set or sequence item: tag to (VR, value), and tag to items. VR is "" where implicit.

    Where some of it was read before (`repeats`), `texts` are values by keyword, and `fresh` what is not among them.
    """

    raw: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    items: dict[int, list["Elements"]] = field(default_factory=dict)
    encoding: Encoding = EXPLICIT_LITTLE
    texts: dict[str, str] | None = None
    fresh: dict[int, tuple[bytes, bytes]] | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """An element that was found and not read: where its value begins, and its length in bytes (or UNDEFINED)."""

    tag: int
    offset: int
    length: int


def _named(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


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
        self._loaded = 0

    @property
    def block(self) -> tuple[bytes, int]:
        """The bytes that were read last, and where they begin."""
        return self._data, self._base

    def bytes_at(self, position: int, count: int) -> bytes:
        """Up to `count` bytes at `position`, fewer at the end of the stream."""
        index = position - self._base
        if index < 0 or index + count > len(self._data):
            self._load(position, count)
            index = 0
        return self._data[index : index + count]

    def _load(self, position: int, count: int = 12) -> bytes:
        """Make the block that begins at `position` the current one."""
        self._stream.seek(position)
        data = self._stream.read(max(count, _BLOCK))
        while len(data) < count and (part := self._stream.read(count - len(data))):  # a raw stream may read less
            data += part
        self._data, self._base = data, position
        self._loaded += len(data)
        if self._loaded > _MAX_HEADER_BYTES:
            raise Malformed("has a header too large to be one")
        return data

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

    def _elements(self, position: int, end: int, encoding: Encoding, before: int, depth: int) -> tuple[Elements, int]:
        """The elements in [position, end), or up to an item's end; also the position after them.

        One flat loop with its lookups in local names: it turns a hundred times a file.
        """
        found = Elements(encoding=encoding)
        raw, wanted = found.raw, self._wanted
        header_size = _HEADER_SIZE.get if encoding.explicit else _NO_SIZE.get
        short_header = struct.Struct(encoding.byte_order + "HH2sH").unpack_from
        long_length = struct.Struct(encoding.byte_order + "I").unpack_from
        data, base, last = self._data, self._base, len(self._data) - 12
        while position + 8 <= end:
            index = position - base
            if index < 0 or index > last:
                data, base = self._load(position), position
                last, index = len(data) - 12, 0
                if len(data) < 8:
                    raise Truncated("is truncated inside its header")
            group, number, vr, length = short_header(data, index)
            tag = group << 16 | number
            size = header_size(vr)
            if size != 8:
                if size == 12 and index > last:
                    raise Truncated("is truncated inside its header")
                (length,) = long_length(data, index + (size or 8) - 4)
                vr = vr if size else b""  # implicit VR, a delimiter, or an element that lacks its VR
            if tag >= before:
                return found, position
            if tag == ITEM_END and depth:
                return found, position + 8
            value = position + (size or 8)
            is_wanted = tag in wanted
            if length == UNDEFINED or (is_wanted and tag in SEQUENCES):
                position = self._sequence(found, tag, vr, value, end, length, depth)
                data, base, last = self._data, self._base, len(self._data) - 12
                continue
            position = value + length
            if position > end:
                raise Truncated(f"is truncated or damaged: element {_named(tag)} runs past its end")
            if is_wanted and length <= _MAX_VALUE:
                index = value - base
                if index + length <= len(data):
                    raw[tag] = (vr, data[index : index + length])
                else:
                    raw[tag] = (vr, self.bytes_at(value, length))
                    data, base, last = self._data, self._base, len(self._data) - 12
        return found, end

    def _sequence(self, found: Elements, tag: int, vr: bytes, position: int, end: int, length: int, depth: int) -> int:
        """Read the items of one sequence into `found` where they are wanted; the position after it."""
        if depth >= _MAX_DEPTH:
            raise Malformed(f"nests sequences deeper than {_MAX_DEPTH}")
        if vr not in (b"SQ", b"UN", b""):  # PS3.5 7.1.1: no other VR may leave its length open in a header
            raise Malformed(f"has an element {_named(tag)} of undefined length that is no sequence")
        # A sequence written as UN is implicit little endian inside (PS3.5 6.2.2 note 2).
        encoding = IMPLICIT_LITTLE if vr == b"UN" else found.encoding
        last = end if length == UNDEFINED else position + length
        if last > end:
            raise Truncated(f"is truncated or damaged: sequence {_named(tag)} runs past its end")
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
            if tag == SEQUENCE_END:
                return items, position
            if tag != ITEM:
                raise Malformed("has a sequence without items")
            last = end if length == UNDEFINED else position + length
            if last > end:
                raise Truncated("is truncated or damaged: a sequence item runs past its end")
            item, position = self._elements(position, last, encoding, _NO_TAG, depth + 1)
            items.append(item)
        if delimited:
            raise Truncated("is truncated inside a sequence")
        return items, end
