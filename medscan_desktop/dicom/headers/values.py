"""Element values as text: numbers as decimals, several values joined by a backslash, whatever the encoding."""

import struct
from collections.abc import Mapping

from medscan_desktop.dicom.headers.charset import decode_text
from medscan_desktop.dicom.headers.elements import Elements
from medscan_desktop.dicom.headers.tags import ATTRIBUTES, TAGS

_FORMATS = {b"US": "H", b"SS": "h", b"UL": "I", b"SL": "i", b"FL": "f", b"FD": "d"}
_ONE = {(order, vr): struct.Struct(order + code) for order in "<>" for vr, code in _FORMATS.items()}
_UNSAID = (b"", b"UN")  # the table gives the VR
_CHARSET = TAGS["SpecificCharacterSet"]
_SIGN = TAGS["PixelRepresentation"]


def attribute_values(
    elements: Elements, table: Mapping[int, tuple[bytes, str]] = ATTRIBUTES, charset: str | None = None
) -> dict[str, str]:
    """Keyword to text for every kept value of `table` that is not empty."""
    raw = elements.raw
    if charset is None:
        charset = raw[_CHARSET][1].decode("latin_1").strip(" \0") if _CHARSET in raw else ""
    byte_order = elements.encoding.byte_order
    values: dict[str, str] = {}
    left = raw
    if elements.texts is not None and elements.fresh is not None and table is ATTRIBUTES:
        values, left = dict(elements.texts), elements.fresh
    for tag, (vr, value) in left.items():
        if tag not in table:
            continue
        known_vr, keyword = table[tag]
        if vr in _UNSAID:
            vr = _resolved(known_vr, raw)  # noqa: PLW2901  from here on the VR that the value is read by
        if vr in _FORMATS:
            text = number_text(value, vr, byte_order)
        elif value.isascii() and (text := value.decode("ascii").strip(" \0")).isprintable():
            pass  # nearly all, and the shorter way is a good part of a scan's time
        else:
            text = decode_text(value, vr, charset)
        if text:
            values[keyword] = text
    return values


def plain_texts(
    raw: Mapping[int, tuple[bytes, bytes]],
) -> tuple[dict[str, str], dict[int, tuple[bytes, bytes]]]:
    """By keyword, the values of the known attributes that mean the same in any little endian data set; and the rest."""
    texts: dict[str, str] = {}
    rest: dict[int, tuple[bytes, bytes]] = {}
    for tag, (vr, value) in raw.items():
        if tag not in ATTRIBUTES:
            continue
        if vr in _FORMATS:
            text = number_text(value, vr, "<")
        elif vr not in _UNSAID and value.isascii() and (text := value.decode("ascii").strip(" \0")).isprintable():
            pass
        else:
            rest[tag] = (vr, value)
            continue
        if text:
            texts[ATTRIBUTES[tag][1]] = text
    return texts, rest


def _resolved(vr: bytes, raw: Mapping[int, tuple[bytes, bytes]]) -> bytes:
    """US or SS, where implicit VR leaves it to the pixels' sign."""
    if vr != b"XS":
        return vr
    return b"SS" if raw.get(_SIGN, (b"", b""))[1][:1] == b"\1" else b"US"


def number_text(value: bytes, vr: bytes, byte_order: str) -> str:
    """Binary numbers as decimals joined by a backslash; "" where the length does not fit the VR."""
    one = _ONE[byte_order, vr]
    if len(value) == one.size:
        return repr(one.unpack(value)[0])
    if len(value) % one.size:
        return ""
    return "\\".join(repr(number) for (number,) in one.iter_unpack(value))
