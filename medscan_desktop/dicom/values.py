"""Element values as text: numbers as decimals, several values joined by a backslash, whatever the encoding."""

import struct
from collections.abc import Mapping

from medscan_desktop.dicom.charset import decode_text
from medscan_desktop.dicom.elements import Elements
from medscan_desktop.dicom.tags import ATTRIBUTES, TAGS

_FORMATS = {"US": ("H", 2), "SS": ("h", 2), "UL": ("I", 4), "SL": ("i", 4), "FL": ("f", 4), "FD": ("d", 8)}
_CHARSET = TAGS["SpecificCharacterSet"]
_SIGN = TAGS["PixelRepresentation"]


def attribute_values(
    elements: Elements, table: Mapping[int, tuple[str, str]] = ATTRIBUTES, charset: str | None = None
) -> dict[str, str]:
    """Keyword to text for every kept value of `table` that is not empty."""
    raw = elements.raw
    if charset is None:
        charset = raw[_CHARSET][1].decode("latin_1").strip(" \0") if _CHARSET in raw else ""
    byte_order = elements.encoding.byte_order
    values: dict[str, str] = {}
    for tag, (written_vr, value) in raw.items():
        row = table.get(tag)
        if row is None or not value:
            continue
        vr, keyword = row
        if written_vr:
            vr = written_vr.decode("ascii") if written_vr != b"UN" else vr
        if vr == "XS":  # US or SS: implicit VR leaves it to the pixels' sign
            vr = "SS" if raw.get(_SIGN, (b"", b""))[1][:1] == b"\1" else "US"
        text = number_text(value, vr, byte_order) if vr in _FORMATS else decode_text(value, vr, charset)
        if text:
            values[keyword] = text
    return values


def number_text(value: bytes, vr: str, byte_order: str) -> str:
    """Binary numbers as decimals joined by a backslash; "" where the length does not fit the VR."""
    code, size = _FORMATS[vr]
    if len(value) == size:
        return repr(struct.unpack(byte_order + code, value)[0])
    if len(value) % size:
        return ""
    return "\\".join(map(repr, struct.unpack(f"{byte_order}{len(value) // size}{code}", value)))
