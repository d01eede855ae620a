"""Reads the overlay planes of one frame (PS3.3 C.9.2): up to 16 groups, bitmaps of their own or unused bits of pixels.

Works on foreign bytes: every length is held against what is there before anything is read.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.beginning import as_written, data_set_start
from medscan_desktop.dicom.headers.charset import decode_text
from medscan_desktop.dicom.headers.elements import UNDEFINED, Encoding, Malformed, Reader, Truncated
from medscan_desktop.dicom.headers.encapsulated import Fragment
from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.syntax import encoding_of
from medscan_desktop.dicom.headers.tags import OVERLAY_ROWS
from medscan_desktop.domain.shown import shown
from medscan_desktop.imaging.overlay_plane import OverlayPlane

_FIRST, _LAST = 0x6000, 0x60FF
_ROWS, _COLUMNS, _FRAMES, _DESCRIPTION, _ORIGIN, _FIRST_FRAME = 0x10, 0x11, 0x15, 0x22, 0x50, 0x51
_BITS, _BIT, _LABEL, _DATA = 0x100, 0x102, 0x1500, 0x3000
_MAX_ELEMENTS = 1000  # of all groups together
_LONGEST_TEXT = 1024
_Places = Mapping[int, tuple[int, int]]  # by element: where its value begins, and how long it is


class OverlayReader:
    """The overlay planes of one file, from the stream of `located.opened`. Raises Malformed where they are none."""

    def __init__(self, stream: BinaryIO, header: Header) -> None:
        self._header = header
        self._reader = Reader(stream, ())
        self._stream = stream
        start = data_set_start(self._reader)
        self._encoding: Encoding = as_written(self._reader, start, encoding_of(header.transfer_syntax_uid))
        self._groups = self._found(start)

    def planes(self, frame: int, fragments: Sequence[Fragment]) -> tuple[OverlayPlane, ...]:
        """Those of one frame (from 0), whose pixels are in `fragments`."""
        found = (self._plane(places, frame, fragments) for places in self._groups)
        return tuple(plane for plane in found if plane is not None)

    def _found(self, start: int) -> list[_Places]:
        """The elements of each overlay group that has rows."""
        _, position = self._reader.data_set(start, self._encoding, _FIRST << 16)
        groups: dict[int, dict[int, tuple[int, int]]] = {}
        for _ in range(_MAX_ELEMENTS):
            one = self._reader.located(position, self._encoding) if position < self._reader.size else None
            if one is None or not _FIRST <= one.tag >> 16 <= _LAST or one.length == UNDEFINED:
                break
            position = one.offset + one.length
            if position > self._reader.size:
                raise Truncated("is truncated inside an overlay plane")
            groups.setdefault(one.tag >> 16, {})[one.tag & 0xFFFF] = (one.offset, one.length)
        return [places for group, places in sorted(groups.items()) if (group << 16 | _ROWS) in OVERLAY_ROWS]

    def _plane(self, places: _Places, frame: int, fragments: Sequence[Fragment]) -> OverlayPlane | None:
        rows, columns = self._number(places, _ROWS), self._number(places, _COLUMNS)
        if rows < 1 or columns < 1:
            return None
        number = 0
        if _FRAMES in places:
            number = frame + 1 - self._number(places, _FIRST_FRAME, 1)
            if not 0 <= number < self._text_number(places, _FRAMES):
                return None
        packed = (
            self._packed(places[_DATA], rows * columns, number)
            if _DATA in places
            else self._embedded(places, rows, columns, fragments)
        )
        if packed is None:
            return None
        origin = self._numbers(places, _ORIGIN, "h") or (1, 1)
        name = self._text(places, _LABEL) or self._text(places, _DESCRIPTION)
        return OverlayPlane(packed, rows, columns, (origin[0] - 1, origin[-1] - 1), name)

    def _packed(self, place: tuple[int, int], count: int, number: int) -> NDArray[np.uint8]:
        """Frame `number` of the bitmap; a frame need not begin on a byte."""
        offset, length = place
        first = number * count
        if (first + count + 7) // 8 > length:
            raise Malformed("has an overlay plane with fewer pixels than it says")
        start, end = first // 8, (first + count + 7) // 8
        if not self._encoding.little:  # words of 16 bits: the bytes of each change places
            start, end = start - start % 2, min(end + end % 2, length)
        raw = np.frombuffer(self._bytes(offset + start, end - start), np.uint8)
        if not self._encoding.little:
            raw = raw[: len(raw) // 2 * 2].reshape(-1, 2)[:, ::-1].ravel()
        shift = first - start * 8
        bits = np.unpackbits(raw, count=shift + count, bitorder="little")
        return np.packbits(bits[shift:], bitorder="little")

    def _embedded(
        self, places: _Places, rows: int, columns: int, fragments: Sequence[Fragment]
    ) -> NDArray[np.uint8] | None:
        """In a bit of the pixels that is not stored value: retired, and met in old CT and angiography."""
        pixels = self._header.image
        bit = self._number(places, _BIT)
        is_native = not pixels.is_encapsulated and len(fragments) == 1 and pixels.samples == 1
        is_one = self._number(places, _BITS, 1) == pixels.bits_allocated in (8, 16) and (rows, columns) == (
            pixels.rows,
            pixels.columns,
        )
        is_free = bit < pixels.bits_allocated and not pixels.high_bit - pixels.bits_stored < bit <= pixels.high_bit
        if not (is_native and is_one and is_free):
            return None
        dtype = np.dtype(f"{self._encoding.byte_order}u{pixels.bits_allocated // 8}")
        raw = np.frombuffer(self._bytes(fragments[0].offset, rows * columns * dtype.itemsize), dtype)
        return np.packbits((raw >> bit & 1).astype(np.uint8), bitorder="little")

    def _bytes(self, offset: int, length: int) -> bytes:
        self._stream.seek(offset)
        found = b""
        while len(found) < length and (part := self._stream.read(length - len(found))):  # a raw stream may read less
            found += part
        if len(found) < length:
            raise Truncated("is truncated inside an overlay plane")
        return found

    def _numbers(self, places: _Places, element: int, code: str = "H") -> tuple[int, ...]:
        offset, length = places.get(element, (0, 0))
        if not 2 <= length <= _LONGEST_TEXT:
            return ()
        raw = self._reader.bytes_at(offset, length)
        return struct.unpack(f"{self._encoding.byte_order}{len(raw) // 2}{code}", raw[: len(raw) // 2 * 2])

    def _number(self, places: _Places, element: int, default: int = 0) -> int:
        return next(iter(self._numbers(places, element)), default)

    def _text(self, places: _Places, element: int) -> str:
        offset, length = places.get(element, (0, 0))
        raw = self._reader.bytes_at(offset, min(length, _LONGEST_TEXT)) if length else b""
        return shown(decode_text(raw, b"LO", self._header.text("SpecificCharacterSet")))

    def _text_number(self, places: _Places, element: int) -> int:
        text = self._text(places, element)
        return int(text) if text.isdigit() else 1
