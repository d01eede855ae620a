"""STL surfaces: checked, and made binary where they are text, for that is what DICOM encapsulates (PS3.3 A.85.1)."""

import re
import struct
from typing import BinaryIO

import numpy as np

from medscan_desktop.dicom.headers.elements import Malformed, Truncated

_MAX_FILE = 1 << 30
_FACE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_NUMBER = rb"\s+([-+0-9.eE]+)\s+([-+0-9.eE]+)\s+([-+0-9.eE]+)"
_FACET = re.compile(
    rb"facet\s+normal" + _NUMBER + rb"\s+outer\s+loop" + (rb"\s+vertex" + _NUMBER) * 3 + rb"\s+endloop\s+endfacet",
    re.IGNORECASE,
)


def binary_stl(file: BinaryIO) -> tuple[bytes, int]:
    """The surface as binary STL, and its number of faces. Malformed where it is none, or has corners at no place."""
    file.seek(0)
    data = file.read(_MAX_FILE + 1)
    if len(data) > _MAX_FILE:
        raise Malformed("is a surface of more than 1 GiB, which is not wrapped")
    binary = _binary(data) if data[:5].lower() != b"solid" or _is_binary(data) else _from_text(data)
    faces = np.frombuffer(binary, _FACE, offset=84)
    if not np.isfinite(faces["corners"]).all():
        raise Malformed("has corners that are at no place (not a number)")
    return binary, len(faces)


def _is_binary(data: bytes) -> bool:
    return len(data) >= 84 and len(data) == 84 + 50 * struct.unpack_from("<I", data, 80)[0]


def _binary(data: bytes) -> bytes:
    if len(data) < 84:
        raise Truncated("is truncated inside its header")
    (count,) = struct.unpack_from("<I", data, 80)
    if len(data) < 84 + 50 * count:
        raise Truncated(f"is truncated: {(len(data) - 84) // 50:,} of {count:,} faces are there")
    if not count:
        raise Malformed("has no face")
    return data[: 84 + 50 * count]


def _from_text(data: bytes) -> bytes:
    count = len(re.findall(rb"\bfacet\s", data, re.IGNORECASE))
    rows = [[float(number) for number in match.groups()] for match in _FACET.finditer(data)]
    if not rows or len(rows) != count:
        raise Malformed("is damaged: not every face of the text is whole")
    faces = np.zeros(len(rows), _FACE)
    numbers = np.array(rows, np.float64)
    faces["normal"], faces["corners"] = numbers[:, :3], numbers[:, 3:].reshape(-1, 3, 3)
    name = re.sub(rb"[^ -~]", b" ", data[:80].split(b"\n")[0])
    return (
        b"made from text: ".ljust(16) + name[6:70].ljust(64, b" ")[:64] + struct.pack("<I", len(rows)) + faces.tobytes()
    )
