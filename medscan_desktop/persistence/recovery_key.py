"""The recovery key as people print and type it: base32 in groups of four, with a checksum against typing errors."""

import base64
import binascii
import hashlib

from medscan_desktop.domain.errors import MedScanError

_KEY_BYTES = 32
_CHECKSUM_BYTES = 3  # 32 + 3 bytes are exactly 56 base32 letters: 14 groups of 4, no padding
_TYPED_ALIKE = str.maketrans({"0": "O", "1": "I", "8": "B", "-": "", " ": "", "\n": "", "\r": "", "\t": ""})


def as_text(key: bytes) -> str:
    """`ABCD-EFGH-…`: 14 groups of four letters and digits."""
    letters = base64.b32encode(key + _checksum(key)).decode()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def from_text(text: str) -> bytes:
    """The 256-bit key; case, spaces and hyphens do not matter, 0, 1 and 8 are read as O, I and B.

    Raises MedScanError where a group is missing or mistyped.
    """
    try:
        raw = base64.b32decode(text.upper().translate(_TYPED_ALIKE))
    except (binascii.Error, ValueError):
        raw = b""
    key, checksum = raw[:_KEY_BYTES], raw[_KEY_BYTES:]
    if len(raw) != _KEY_BYTES + _CHECKSUM_BYTES or checksum != _checksum(key):
        raise MedScanError("The recovery key is mistyped or incomplete: it has 14 groups of four characters.")
    return key


def _checksum(key: bytes) -> bytes:
    return hashlib.sha256(b"medscan recovery key 1" + key).digest()[:_CHECKSUM_BYTES]
