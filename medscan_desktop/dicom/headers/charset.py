"""Text values to Unicode by Specific Character Set (PS3.3 C.12.1.1.2, PS3.5 6.1.2), code extensions included.

What cannot be decoded becomes U+FFFD. Control and bidirectional characters are dropped: header text is shown as it is.
"""

import re

from medscan_desktop.domain.shown import is_shown

_CODECS = {
    "": "latin_1",
    "ISO_IR 6": "latin_1",  # ASCII; files that claim it and hold accents mean Latin-1
    "ISO_IR 13": "shift_jis",
    "ISO_IR 100": "latin_1",
    "ISO_IR 101": "iso8859_2",
    "ISO_IR 109": "iso8859_3",
    "ISO_IR 110": "iso8859_4",
    "ISO_IR 126": "iso8859_7",
    "ISO_IR 127": "iso8859_6",
    "ISO_IR 138": "iso8859_8",
    "ISO_IR 144": "iso8859_5",
    "ISO_IR 148": "iso8859_9",
    "ISO_IR 166": "tis_620",
    "ISO_IR 192": "utf_8",
    "ISO_IR 203": "iso8859_15",
    "ISO_IR 58": "gb2312",
    "ISO_IR 87": "iso2022_jp",
    "ISO_IR 149": "euc_kr",
    "ISO_IR 159": "iso2022_jp_2",
    "GB18030": "gb18030",
    "GBK": "gbk",
}
# The escape sequence that switches to each set (PS3.3 tables C.12-3 and C.12-4).
_ESCAPES = {
    b"\x1b(B": "latin_1",
    b"\x1b-A": "latin_1",
    b"\x1b-B": "iso8859_2",
    b"\x1b-C": "iso8859_3",
    b"\x1b-D": "iso8859_4",
    b"\x1b-F": "iso8859_7",
    b"\x1b-G": "iso8859_6",
    b"\x1b-H": "iso8859_8",
    b"\x1b-L": "iso8859_5",
    b"\x1b-M": "iso8859_9",
    b"\x1b-T": "tis_620",
    b"\x1b-b": "iso8859_15",
    b"\x1b)I": "shift_jis",
    b"\x1b(J": "shift_jis",
    b"\x1b$B": "iso2022_jp",
    b"\x1b$(D": "iso2022_jp_2",
    b"\x1b$)C": "euc_kr",
    b"\x1b$)A": "gb2312",
}
_KEEP_ESCAPE = {"iso2022_jp", "iso2022_jp_2"}
_RESET = re.compile(rb"(?=[\\^=\r\n\f\t])")  # PS3.5 6.1.2.5.3: each of these returns to the first set
_CHARSET_VRS = frozenset((b"LO", b"LT", b"PN", b"SH", b"ST", b"UC", b"UT"))


def decode_text(raw: bytes, vr: bytes, charset: str) -> str:
    """The value as shown text, without padding. `charset` is the raw (0008,0005), "\\" between its values."""
    if raw.isascii() and b"\x1b" not in raw:
        text = raw.decode("ascii")
    elif vr not in _CHARSET_VRS:
        text = raw.decode("latin_1")
    else:
        text = _decode(raw, charset)
    text = text.strip(" \0")
    return text if text.isprintable() else "".join(letter for letter in text if is_shown(letter))


def _decode(raw: bytes, charset: str) -> str:
    name = charset.split("\\", maxsplit=1)[0].strip().replace("ISO 2022 IR", "ISO_IR").replace("ISO-IR", "ISO_IR")
    first = _CODECS.get(name, "utf_8" if "UTF" in name.upper() else "latin_1")
    if b"\x1b" not in raw:
        return _decoded(raw, first)
    return "".join(_decode_run(run, first) for run in _RESET.split(raw))


def _decode_run(run: bytes, first: str) -> str:
    head, *escaped = re.split(rb"(?=\x1b)", run)
    return _decoded(head, first) + "".join(_decode_escaped(part) for part in escaped)


def _decode_escaped(part: bytes) -> str:
    for escape, codec in _ESCAPES.items():
        if part.startswith(escape):
            return _decoded(part if codec in _KEEP_ESCAPE else part[len(escape) :], codec)
    return _decoded(part[1:], "latin_1")


def _decoded(raw: bytes, codec: str) -> str:
    return raw.decode(codec, errors="replace")
