"""Transfer syntaxes (PS3.5 A): how a file's elements are written, and which codec its pixels need."""

from enum import StrEnum

from medscan_desktop.dicom.headers.elements import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, Encoding

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
ENCAPSULATED = "1.2.840.10008.1.2.1.98"  # uncompressed, in fragments


class Codec(StrEnum):
    """What turns a frame's bytes into samples."""

    NATIVE = "native"
    RLE = "RLE"
    JPEG = "JPEG"
    JPEG_LOSSLESS = "JPEG lossless"
    JPEG_LS = "JPEG-LS"
    JPEG_2000 = "JPEG 2000"
    HTJ2K = "HTJ2K"


_JPEG = "1.2.840.10008.1.2.4."
CODECS: dict[str, Codec] = {
    IMPLICIT: Codec.NATIVE,
    EXPLICIT: Codec.NATIVE,
    DEFLATED: Codec.NATIVE,
    BIG_ENDIAN: Codec.NATIVE,
    ENCAPSULATED: Codec.NATIVE,
    "1.2.840.10008.1.2.5": Codec.RLE,
    _JPEG + "50": Codec.JPEG,
    _JPEG + "51": Codec.JPEG,
    _JPEG + "57": Codec.JPEG_LOSSLESS,
    _JPEG + "70": Codec.JPEG_LOSSLESS,
    _JPEG + "80": Codec.JPEG_LS,
    _JPEG + "81": Codec.JPEG_LS,
    _JPEG + "90": Codec.JPEG_2000,
    _JPEG + "91": Codec.JPEG_2000,
    _JPEG + "201": Codec.HTJ2K,
    _JPEG + "202": Codec.HTJ2K,
    _JPEG + "203": Codec.HTJ2K,
}
LOSSY = frozenset(_JPEG + code for code in ("50", "51", "81", "91", "203"))


def encoding_of(transfer_syntax_uid: str) -> Encoding:
    """How the elements after the meta header are written."""
    if transfer_syntax_uid == IMPLICIT:
        return IMPLICIT_LITTLE
    return EXPLICIT_BIG if transfer_syntax_uid == BIG_ENDIAN else EXPLICIT_LITTLE
