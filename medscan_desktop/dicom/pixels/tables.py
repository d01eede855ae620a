"""Lookup tables of a file: modality LUT, VOI LUTs and palette, segmented palettes included (PS3.3 C.7.9.2, C.11)."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.beginning import as_written, data_set_start
from medscan_desktop.dicom.headers.charset import decode_text
from medscan_desktop.dicom.headers.elements import FLOAT_PIXELS, Elements, Malformed, Reader
from medscan_desktop.dicom.headers.header import Header, Pixels
from medscan_desktop.dicom.headers.syntax import encoding_of
from medscan_desktop.dicom.headers.tags import TAGS
from medscan_desktop.dicom.stacks.rescale import rescale_of
from medscan_desktop.imaging.window import VoiLut

_MODALITY, _VOI = TAGS["ModalityLUTSequence"], TAGS["VOILUTSequence"]
_DESCRIPTOR, _EXPLANATION, _KIND, _DATA = 0x00283002, 0x00283003, 0x00283004, 0x00283006
_PALETTES = tuple((0x00281101 + colour, 0x00281201 + colour, 0x00281221 + colour) for colour in range(3))
_SHARED, _PER_FRAME = TAGS["SharedFunctionalGroupsSequence"], TAGS["PerFrameFunctionalGroupsSequence"]
_FRAME_VOI = TAGS["FrameVOILUTSequence"]
_WANTED = frozenset(
    (
        _SHARED,
        _PER_FRAME,
        _FRAME_VOI,
        _MODALITY,
        _VOI,
        _DESCRIPTOR,
        _EXPLANATION,
        _KIND,
        _DATA,
        *(tag for tags in _PALETTES for tag in tags),
    )
)
_FULL = 65_536


@dataclass(frozen=True, eq=False, slots=True)
class Lut:
    """`entries[0]` is for stored values up to `first`."""

    first: int
    entries: NDArray[np.uint16]
    bits: int

    def look_up(self, stored: NDArray[np.generic]) -> NDArray[np.uint16]:
        """The entry of every stored value; values outside take the first or the last."""
        index = np.clip(stored.astype(np.int64) - self.first, 0, len(self.entries) - 1)
        return self.entries[index]


@dataclass(frozen=True, eq=False, slots=True)
class Tables:
    """What the file's tables say; `palette` is one Lut a colour."""

    modality: Lut | None = None
    modality_unit: str = ""
    vois: tuple[VoiLut, ...] = ()
    palette: tuple[Lut, Lut, Lut] | None = None


def voi_items(elements: Elements, frame: int | None = None) -> Sequence[Elements]:
    """The VOI LUTs of a file, or those in its functional groups: shared, or of one frame (None: of any)."""
    if found := elements.items.get(_VOI):
        return found
    frames = elements.items.get(_PER_FRAME, ())
    groups = [*elements.items.get(_SHARED, ()), *(frames if frame is None else frames[frame : frame + 1])]
    return [lut for one in groups for voi in one.items.get(_FRAME_VOI, ()) for lut in voi.items.get(_VOI, ())]


def read_tables(stream: BinaryIO, header: Header, frame: int = 0) -> Tables:
    """The tables of one file, from the stream of `located.opened`; of functional groups those of `frame`."""
    pixels = header.image
    elements = _elements(stream, header)
    order = elements.encoding.byte_order
    modality = next(iter(elements.items.get(_MODALITY, ())), None)
    found = None if modality is None else _lut(modality, pixels.is_signed, order)
    _, intercept = rescale_of(header)
    voi_is_signed = found is None and (pixels.is_signed or intercept < 0)
    charset = header.text("SpecificCharacterSet")
    vois = (_voi_lut(item, voi_is_signed, order, charset) for item in voi_items(elements, frame))
    kind = modality.raw.get(_KIND, (b"", b""))[1] if modality else b""
    return Tables(
        modality=found,
        modality_unit=decode_text(kind, b"LO", charset),
        vois=tuple(voi for voi in vois if voi is not None),
        palette=_palette(elements, pixels, order) if pixels.photometric == "PALETTE COLOR" else None,
    )


def _elements(stream: BinaryIO, header: Header) -> Elements:
    reader = Reader(stream, _WANTED)
    start = data_set_start(reader)
    encoding = as_written(reader, start, encoding_of(header.transfer_syntax_uid))
    elements, _ = reader.data_set(start, encoding, FLOAT_PIXELS)
    return elements


def _descriptor(raw: bytes, is_signed: bool, order: str) -> tuple[int, int, int]:
    """Entries (0 means 65,536), first mapped value in the data's sign, bits an entry."""
    if len(raw) < 6:
        raise Malformed("has a lookup table without a descriptor")
    count, _, bits = struct.unpack(order + "3H", raw[:6])
    (first,) = struct.unpack(order + ("h" if is_signed else "H"), raw[2:4])
    return count or _FULL, first, bits


def _lut(item: Elements, is_signed: bool, order: str) -> Lut | None:
    if _DESCRIPTOR not in item.raw or _DATA not in item.raw:
        return None
    count, first, bits = _descriptor(item.raw[_DESCRIPTOR][1], is_signed, order)
    return Lut(first, _entries(item.raw[_DATA][1], count, order), bits)


def _entries(raw: bytes, count: int, order: str) -> NDArray[np.uint16]:
    """`count` entries of 16 bits, or packed in 8 bits each."""
    if len(raw) >= 2 * count:
        return np.frombuffer(raw, order + "u2", count).astype(np.uint16)
    if len(raw) >= count:
        return np.frombuffer(raw, np.uint8, count).astype(np.uint16)
    raise Malformed("has a lookup table with fewer entries than it says")


def _voi_lut(item: Elements, is_signed: bool, order: str, charset: str) -> VoiLut | None:
    lut = _lut(item, is_signed, order)
    if lut is None:
        return None
    bits = max(lut.bits if 1 <= lut.bits <= 16 else 16, int(lut.entries.max(initial=0)).bit_length())
    name = decode_text(item.raw.get(_EXPLANATION, (b"", b""))[1], b"LO", charset)
    return VoiLut(lut.first, lut.entries / float((1 << bits) - 1), name)


def _palette(elements: Elements, pixels: Pixels, order: str) -> tuple[Lut, Lut, Lut]:
    red, green, blue = (_colour(elements, pixels, order, *tags) for tags in _PALETTES)
    return red, green, blue


def _colour(elements: Elements, pixels: Pixels, order: str, descriptor: int, data: int, segmented: int) -> Lut:
    """One colour's table with entries of 8 bits."""
    count, first, bits = _descriptor(elements.raw.get(descriptor, (b"", b""))[1], pixels.is_signed, order)
    if segmented in elements.raw:
        entries = _expanded(elements.raw[segmented][1], bits, order)[:count]
    else:
        entries = _entries(elements.raw.get(data, (b"", b""))[1], count, order)
    if len(entries) < count:
        raise Malformed("has a palette with fewer entries than it says")
    if bits > 8 and entries.max(initial=0) > 255:  # many writers put 8-bit colours into a 16-bit table
        entries = np.right_shift(entries, 8)
    return Lut(first, entries, 8)


def _expanded(raw: bytes, bits: int, order: str) -> NDArray[np.uint16]:
    """Segments of a palette (PS3.3 C.7.9.2): 0 discrete, 1 linear, 2 indirect (segments repeated by offset)."""
    values = np.frombuffer(raw[: len(raw) - len(raw) % 2], order + "u2") if bits > 8 else np.frombuffer(raw, np.uint8)
    out: list[int] = []
    _expand(values.tolist(), 0, None, bits, out)
    return np.array(out, np.uint16)


def _expand(values: list[int], position: int, segments: int | None, bits: int, out: list[int]) -> None:
    """Append the entries of `segments` segments (None: all to the end) that begin at `position`."""
    while position + 1 < len(values) and segments != 0 and len(out) < _FULL:
        kind, count = values[position], values[position + 1]
        position += 2
        if kind == 0:
            out.extend(values[position : position + count])
            position += count
        elif kind == 1 and out and position < len(values):
            end = values[position]
            out.extend(np.rint(np.linspace(out[-1], end, count + 1)[1:]).astype(int).tolist())
            position += 1
        elif kind == 2 and segments is None:
            width = 2 if bits > 8 else 4  # the offset is 32 bits, low part first
            parts = values[position : position + width]
            offset = sum(part << (index * (16 if bits > 8 else 8)) for index, part in enumerate(parts))
            _expand(values, offset, count, bits, out)
            position += width
        else:
            raise Malformed("has a palette segment that is none")
        segments = None if segments is None else segments - 1
