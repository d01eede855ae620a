"""The pages of a TIFF by their directories alone (TIFF 6.0, BigTIFF): sizes, layout, turn. Decodes nothing."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.domain.shown import shown

MAX_PAGES = 10_000
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_FORMS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_WIDTH, _LENGTH, _BITS, _PHOTOMETRIC, _DESCRIPTION, _ORIENTATION, _SAMPLES, _FORMAT = (
    256,
    257,
    258,
    262,
    270,
    274,
    277,
    339,
)
_TEXTS = {_DESCRIPTION: "ImageDescription", 269: "DocumentName", 315: "Artist"}
_WANTED = frozenset((_WIDTH, _LENGTH, _BITS, _PHOTOMETRIC, _ORIENTATION, _SAMPLES, _FORMAT, *_TEXTS))
_MAX_ENTRIES = 4096


@dataclass(frozen=True, slots=True)
class Page:
    """One directory. `orientation` is 1 to 8 as TIFF and EXIF count; `white_is_zero`: the lowest value is white."""

    columns: int
    rows: int
    samples: int
    bits: int
    white_is_zero: bool
    is_float: bool
    orientation: int
    texts: tuple[tuple[str, str], ...]


def tiff_pages(data: bytes) -> list[Page]:
    """Every page. Malformed where a directory is damaged, or where they go round in a circle."""
    try:
        return [_page(entries) for entries in _directories(data)]
    except (struct.error, IndexError) as error:
        raise Malformed("is damaged: a directory of the TIFF points outside of the file") from error


def exif_orientation(data: bytes) -> int:
    """The turn (1 to 8) that an EXIF block states; 1 where it states none or is damaged."""
    try:
        entries = next(_directories(data), {})
        turn = _number(entries, _ORIENTATION, 1)
    except (Malformed, struct.error, IndexError):
        return 1
    return turn if 1 <= turn <= 8 else 1


_Entries = dict[int, tuple[int, ...] | str]


def _directories(data: bytes) -> Iterator[_Entries]:
    order = "<" if data[:2] == b"II" else ">"
    if data[:2] not in (b"II", b"MM"):
        raise Malformed("is no TIFF")
    (version,) = struct.unpack_from(order + "H", data, 2)
    is_big = version == 43
    position = struct.unpack_from(order + ("Q" if is_big else "I"), data, 8 if is_big else 4)[0]
    seen: set[int] = set()
    while position:
        if position in seen or len(seen) >= MAX_PAGES:
            raise Malformed("is damaged: the pages of the TIFF go round in a circle, or are too many")
        seen.add(position)
        (count,) = struct.unpack_from(order + ("Q" if is_big else "H"), data, position)
        if count > _MAX_ENTRIES:
            raise Malformed("is damaged: a directory of the TIFF is too long")
        start, width = position + (8 if is_big else 2), 20 if is_big else 12
        yield dict(
            entry
            for index in range(count)
            if (entry := _entry(data, start + index * width, order, is_big=is_big)) is not None
        )
        position = struct.unpack_from(order + ("Q" if is_big else "I"), data, start + count * width)[0]


def _entry(data: bytes, at: int, order: str, *, is_big: bool) -> tuple[int, tuple[int, ...] | str] | None:
    tag, kind, count = struct.unpack_from(order + ("HHQ" if is_big else "HHI"), data, at)
    if tag not in _WANTED or kind not in _SIZES or count > 1 << 16:
        return None
    inline = at + (12 if is_big else 8)
    size = _SIZES[kind] * count
    if size > (8 if is_big else 4):
        inline = struct.unpack_from(order + ("Q" if is_big else "I"), data, inline)[0]
    if kind == 2:
        return tag, shown(data[inline : inline + min(count, 400)].split(b"\0")[0].decode("utf-8", "replace")).strip()
    if kind not in _FORMS:
        return None
    return tag, struct.unpack_from(f"{order}{count}{_FORMS[kind]}", data, inline)


def _number(entries: _Entries, tag: int, default: int) -> int:
    value = entries.get(tag)
    return int(value[0]) if isinstance(value, tuple) and value else default


def _page(entries: _Entries) -> Page:
    bits = entries.get(_BITS, (1,))
    depths = set(bits) if isinstance(bits, tuple) else {0}
    if len(depths) != 1:
        raise Malformed("has samples of different depths, which a picture in DICOM cannot")
    orientation = _number(entries, _ORIENTATION, 1)
    return Page(
        columns=_number(entries, _WIDTH, 0),
        rows=_number(entries, _LENGTH, 0),
        samples=_number(entries, _SAMPLES, 1),
        bits=int(depths.pop()),
        white_is_zero=_number(entries, _PHOTOMETRIC, 1) == 0,
        is_float=_number(entries, _FORMAT, 1) == 3,
        orientation=orientation if 1 <= orientation <= 8 else 1,
        texts=tuple((name, text) for tag, name in _TEXTS.items() if isinstance(text := entries.get(tag), str) and text),
    )
