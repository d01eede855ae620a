"""PNG, JPEG and TIFF: sizes checked before anything is decoded, then each page as it should be seen, turned upright."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.foreign.foreign_kind import ForeignKind
from medscan_desktop.dicom.foreign.tiff_pages import exif_orientation, tiff_pages
from medscan_desktop.dicom.headers.elements import Malformed, Truncated
from medscan_desktop.dicom.pixels.codestream import read_codestream
from medscan_desktop.domain.shown import shown

_MAX_FILE = 1 << 30
_MAX_PIXELS = 1 << 28  # of one page
_MAX_SIDE = 65_535
_CODEC_ERRORS = (RuntimeError, ValueError, TypeError, IndexError, MemoryError, OverflowError)
_PNG_TEXTS = frozenset((b"tEXt", b"iTXt"))


@dataclass(frozen=True, slots=True)
class PictureHead:
    """What a picture file says. `ratio` is that of a lossy compression, 0 where nothing was lost."""

    pages: int
    rows: int  # of the first page, as stored
    columns: int
    samples: int
    bits: int
    ratio: float = 0.0
    notes: tuple[str, ...] = ()
    says: tuple[tuple[str, str], ...] = ()


def picture_head(file: BinaryIO, kind: ForeignKind) -> PictureHead:
    """The sizes of a picture. Malformed where it is damaged, or holds what a picture in DICOM cannot."""
    data = _content(file)
    head = {ForeignKind.PNG: _png, ForeignKind.JPEG: _jpeg, ForeignKind.TIFF: _tiff}[kind](data)
    _check(head.rows, head.columns)
    return head


def picture_pages(file: BinaryIO, kind: ForeignKind) -> Iterator[NDArray[Any]]:
    """Every page upright: (rows, columns) or (rows, columns, 3), uint8 or uint16 (a TIFF's may be int16 or float32)."""
    import imagecodecs  # noqa: PLC0415  only a worker needs it

    data = _content(file)
    if kind is ForeignKind.TIFF:
        for index, page in enumerate(tiff_pages(data)):
            _check(page.rows, page.columns)
            decoded = _decoded(lambda index=index: imagecodecs.tiff_decode(data, index=index))
            grey = decoded.ndim == 2
            if page.white_is_zero and grey and page.bits in (8, 16) and decoded.dtype.kind == "u":
                decoded = np.iinfo(decoded.dtype).max - decoded
            if page.bits == 1 and decoded.dtype == np.bool_:
                decoded = decoded.astype(np.uint8) * 255
            yield _upright(_without_alpha(decoded), page.orientation)
        return
    picture_head(file, kind)
    if kind is ForeignKind.PNG:
        yield _without_alpha(_decoded(lambda: imagecodecs.png_decode(data)))
    else:
        yield _upright(_without_alpha(_decoded(lambda: imagecodecs.jpeg8_decode(data))), _jpeg_turn(data))


def _content(file: BinaryIO) -> bytes:
    file.seek(0)
    data = file.read(_MAX_FILE + 1)
    if len(data) > _MAX_FILE:
        raise Malformed("is a picture of more than 1 GiB, which is not wrapped")
    return data


def _check(rows: int, columns: int) -> None:
    if not (1 <= rows <= _MAX_SIDE and 1 <= columns <= _MAX_SIDE and rows * columns <= _MAX_PIXELS):
        raise Malformed(f"has a size that no picture in DICOM has ({columns:,} × {rows:,})")


def _decoded(decode: Any) -> NDArray[Any]:
    try:
        return np.asarray(decode())
    except _CODEC_ERRORS as error:
        raise Malformed("is damaged: its picture cannot be decoded") from error


def _without_alpha(values: NDArray[Any]) -> NDArray[Any]:
    if values.ndim == 3 and values.shape[2] in (1, 2):
        return values[..., 0]
    if values.ndim == 3 and values.shape[2] == 4:
        return values[..., :3]
    if values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[2] != 3):
        raise Malformed("has a number of colours that a picture in DICOM has not")
    return values


def _upright(values: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Undo the camera's turn (EXIF 2.32, tag 0x0112)."""
    if orientation >= 5:
        values = values.swapaxes(0, 1)
    rows = -1 if orientation in (3, 4, 7, 8) else 1
    columns = -1 if orientation in (2, 3, 6, 7) else 1
    return np.ascontiguousarray(values[::rows, ::columns])


def _png(data: bytes) -> PictureHead:
    if data[12:16] != b"IHDR" or len(data) < 33:
        raise Truncated("is truncated inside its header")
    columns, rows, bits, colour = struct.unpack_from(">IIBB", data, 16)
    samples = 3 if colour in (2, 3, 6) else 1
    notes = ("its transparency is left out",) if colour in (4, 6) else ()
    return PictureHead(1, rows, columns, samples, 16 if bits == 16 else 8, notes=notes, says=_png_texts(data))


def _png_texts(data: bytes) -> tuple[tuple[str, str], ...]:
    position = 8
    found: list[tuple[str, str]] = []
    while position + 8 <= len(data) and len(found) < 12:
        length, kind = struct.unpack_from(">I4s", data, position)
        if kind in _PNG_TEXTS:
            key, _, text = data[position + 8 : position + 8 + min(length, 4096)].partition(b"\0")
            plain = shown(text.strip(b"\0").decode("utf-8", "replace")).strip()
            found += [(shown(key.decode("latin_1"))[:64], plain[:200])] if plain else []
        position += 12 + length
    return tuple(found)


def _jpeg(data: bytes) -> PictureHead:
    stream = read_codestream(data)
    if stream.samples not in (1, 3):
        raise Malformed("has four colours (print colours), which a picture in DICOM cannot")
    if stream.bits != 8:
        raise Malformed(f"has {stream.bits} bits a sample, which is not supported for a JPEG outside of DICOM")
    ratio = stream.rows * stream.columns * stream.samples / max(1, len(data))
    turned = _jpeg_turn(data)
    notes = ("it was turned as its camera says",) if turned != 1 else ()
    return PictureHead(1, stream.rows, stream.columns, stream.samples, 8, ratio, notes)


def _jpeg_turn(data: bytes) -> int:
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF and data[position + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", data, position + 2)
        if data[position + 1] == 0xE1 and data[position + 4 : position + 10] == b"Exif\0\0":
            return exif_orientation(data[position + 10 : position + 2 + length])
        position += 2 + length
    return 1


def _tiff(data: bytes) -> PictureHead:
    pages = tiff_pages(data)
    if not pages:
        raise Malformed("is damaged: the TIFF has no page")
    first = pages[0]
    for page in pages:
        _check(page.rows, page.columns)
        if page.bits not in (1, 8, 16) and not (page.is_float and page.bits == 32):
            raise Malformed(f"has {page.bits} bits a sample, which is not supported")
    notes: tuple[str, ...] = ()
    notes += ("it was turned as the file says",) if any(page.orientation != 1 for page in pages) else ()
    notes += ("its transparency is left out",) if any(page.samples in (2, 4) for page in pages) else ()
    says = tuple(dict.fromkeys(text for page in pages for text in page.texts))[:12]
    return PictureHead(len(pages), first.rows, first.columns, first.samples, first.bits, notes=notes, says=says)
