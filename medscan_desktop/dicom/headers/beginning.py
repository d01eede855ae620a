"""Where a file's data set begins and how it is really written: with a preamble or none, a meta header or none."""

from medscan_desktop.dicom.headers.elements import (
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    KNOWN_VRS,
    Elements,
    Encoding,
    Reader,
)
from medscan_desktop.dicom.headers.tags import META_END

_AFTER_PREAMBLE = 132


def meta_header(reader: Reader) -> tuple[Elements, int] | None:
    """The meta header (PS3.10 7.1) and where the data set begins; None where the file has none."""
    head = reader.bytes_at(0, _AFTER_PREAMBLE)
    if head[128:] == b"DICM":
        return reader.data_set(_AFTER_PREAMBLE, EXPLICIT_LITTLE, META_END)
    if head[:6] == b"\x02\x00\x00\x00UL":  # without its preamble
        return reader.data_set(0, EXPLICIT_LITTLE, META_END)
    return None


def data_set_start(reader: Reader) -> int:
    """Where the data set begins."""
    found = meta_header(reader)
    return 0 if found is None else found[1]


def as_written(reader: Reader, start: int, encoding: Encoding) -> Encoding:
    """Some files say explicit and are implicit, or the reverse: the first element shows it."""
    vr = reader.bytes_at(start, 6)[4:6]
    if encoding.explicit and encoding.little and vr not in KNOWN_VRS:
        return IMPLICIT_LITTLE
    if not encoding.explicit and vr in KNOWN_VRS:
        return EXPLICIT_LITTLE
    return encoding if encoding != EXPLICIT_BIG or vr in KNOWN_VRS else IMPLICIT_LITTLE
