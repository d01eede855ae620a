"""What a compressed frame says of itself: size, depth, sign, colour; from its markers, before anything decodes it."""

import struct
from dataclasses import dataclass

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.headers.syntax import Codec

_J2K_START = b"\xff\x4f\xff\x51"
_SOF = frozenset((0xC0, 0xC1, 0xC2, 0xC3, 0xF7))
_CODEC_OF_SOF = {0xC3: Codec.JPEG_LOSSLESS, 0xF7: Codec.JPEG_LS}
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a segment
_MOST_TILES = 65_535  # ISO/IEC 15444-1 A.4.2: their numbers have 16 bits
_RGB_IDS = (82, 71, 66)  # "R", "G", "B"


@dataclass(frozen=True, slots=True)
class Codestream:
    """`colour` is "RGB" or "YBR" where the stream itself says so, else ""; `transform`: its codec undoes one itself."""

    codec: Codec
    rows: int
    columns: int
    samples: int
    bits: int
    is_signed: bool = False
    colour: str = ""
    transform: bool = False


def read_codestream(data: bytes) -> Codestream:
    """The markers of a JPEG, JPEG-LS or JPEG 2000 image; Malformed where it is none of them."""
    try:
        if data[:2] == b"\xff\xd8":
            return _jpeg(data)
        start = data.find(_J2K_START, 0, 4096)  # in a JP2 file boxes come first
        if start >= 0:
            return _jpeg_2000(data, start)
    except (struct.error, IndexError) as error:
        raise Malformed("is damaged: a compressed frame ends inside its own header") from error
    raise Malformed("is damaged: a compressed frame is no JPEG, JPEG-LS or JPEG 2000 image")


def _jpeg(data: bytes) -> Codestream:
    position, colour = 2, ""
    while True:
        if data[position] != 0xFF:
            raise Malformed("is damaged: a compressed frame has no valid header")
        marker = data[position + 1]
        if marker == 0xFF or marker in _ALONE:
            position += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, position + 2)
        segment = data[position + 4 : position + 2 + length]
        if marker == 0xEE and segment[:5] == b"Adobe" and len(segment) >= 12:
            colour = "RGB" if segment[11] == 0 else "YBR"
        elif marker == 0xE0 and segment[:4] == b"JFIF" and not colour:
            colour = "YBR"
        elif marker in _SOF:
            return _frame_header(marker, segment, colour)
        elif marker in (0xD9, 0xDA):
            raise Malformed("is damaged: a compressed frame has no size")
        position += 2 + length


def _frame_header(marker: int, segment: bytes, colour: str) -> Codestream:
    bits, rows, columns, samples = struct.unpack_from(">BHHB", segment)
    parts = [segment[6 + 3 * index : 9 + 3 * index] for index in range(samples)]
    codec = _CODEC_OF_SOF.get(marker, Codec.JPEG)
    if samples != 3 or codec is not Codec.JPEG:  # lossless samples are what they are: the header names their colour
        colour = ""
    elif tuple(part[0] for part in parts) == _RGB_IDS and not colour:
        colour = "RGB"
    elif parts[0][1] != parts[1][1]:
        colour = "YBR"  # subsampled chroma
    return Codestream(codec, rows, columns, samples, bits, colour=colour)


def _jpeg_2000(data: bytes, start: int) -> Codestream:
    """SIZ and COD (ISO/IEC 15444-1 A.5.1, A.6.1)."""
    x1, y1, x0, y0 = struct.unpack_from(">IIII", data, start + 8)
    (samples,) = struct.unpack_from(">H", data, start + 40)
    _check_grid(data, start, samples, (x1, y1), (x0, y0))
    depth = data[start + 42]
    position = start + 2
    transform = False
    while position + 4 <= len(data):
        marker, length = struct.unpack_from(">HH", data, position)
        if marker == 0xFF52:
            transform = data[position + 8] == 1
        if marker in (0xFF52, 0xFF90):
            break
        position += 2 + length
    bits, is_signed = (depth & 0x7F) + 1, depth >= 0x80
    colour = "RGB" if transform and samples == 3 else ""
    return Codestream(Codec.JPEG_2000, y1 - y0, x1 - x0, samples, bits, is_signed, colour, transform)


def _check_grid(data: bytes, start: int, samples: int, end: tuple[int, int], origin: tuple[int, int]) -> None:
    """Tiles and steps as the standard has them: decoders divide by them, and some look for ever for a first tile."""
    width, height, left, top = struct.unpack_from(">IIII", data, start + 24)
    steps = data[start + 43 : start + 42 + 3 * samples]
    begins = left <= origin[0] < left + width and top <= origin[1] < top + height  # ISO/IEC 15444-1 B.3
    if not begins or 0 in (*steps[0::3], *steps[1::3]):
        raise Malformed("is damaged: a compressed frame has no valid header")
    if -(-(end[0] - left) // width) * -(-(end[1] - top) // height) > _MOST_TILES:
        raise Malformed("is damaged: a compressed frame claims too many tiles")


def is_usual_lossless(data: bytes) -> bool:
    """Whether a JPEG lossless image is of the kind that scanners write, and its header sound (ISO/IEC 10918-1 H).

    One grey component, one Huffman table, predictor 1, neither restarts nor a point transform, and its end marker.
    """
    position, tables, frames = 2, 0, 0
    while data[position : position + 1] == b"\xff" and position + 4 <= len(data):
        marker = data[position + 1]
        (length,) = struct.unpack_from(">H", data, position + 2)
        segment = data[position + 4 : position + 2 + length]
        if marker == 0xC4:
            tables += 1
            if not _is_sound_table(segment):
                return False
        elif marker == 0xC3:
            frames += 1
            if len(segment) != 9 or not 2 <= segment[0] <= 16 or segment[7] != 0x11:
                return False
        elif marker == 0xDA:
            is_plain = segment[:1] == b"\1" and segment[2:] == b"\0\1\0\0" and len(segment) == 6
            return tables == frames == 1 and is_plain and data.rstrip(b"\0").endswith(b"\xff\xd9")
        elif not 0xE0 <= marker <= 0xFE:
            return False
        position += 2 + length
    return False


def _is_sound_table(segment: bytes) -> bool:
    """Whether this is table 0 with codes that can be told apart, for differences that there can be."""
    counts, symbols = segment[1:17], segment[17:]
    if segment[:1] != b"\0" or len(counts) < 16 or sum(counts) != len(symbols):
        return False
    used = sum(count << (15 - index) for index, count in enumerate(counts))
    return 0 < used <= 1 << 16 and len(set(symbols)) == len(symbols) and max(symbols) <= 16
