"""The phantom as a CT series in each lossless transfer syntax: by imagecodecs, JPEG lossless and RLE by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
from pydicom.encaps import encapsulate

from tests.support import lossless_jpeg
from tests.support.raw_series import write_series

JPEG_LS, JPEG_2000 = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"
JPEG_LOSSLESS, HTJ2K, RLE = "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.5"
OFFSET = 1024  # stored values are unsigned, 12 bits: what scanners send, and what every decoder agrees upon

Encoder = Callable[[np.ndarray], bytes]


def rle(plane: np.ndarray) -> bytes:
    """A 16-bit frame by PS3.5 G: the high bytes, then the low ones, each row packed for itself."""
    segments = [_packed((plane >> 8).astype(np.uint8)), _packed((plane & 0xFF).astype(np.uint8))]
    offsets = [64, 64 + len(segments[0])]
    return np.array([2, *offsets, *[0] * 13], "<u4").tobytes() + b"".join(segments)


def _packed(plane: np.ndarray) -> bytes:
    data = b"".join(imagecodecs.packbits_encode(row.tobytes()) for row in plane)
    return data + b"\0" * (len(data) % 2)


ENCODERS: dict[str, Encoder] = {
    RLE: rle,
    JPEG_LS: imagecodecs.jpegls_encode,
    JPEG_LOSSLESS: lossless_jpeg.encode,
    JPEG_2000: lambda plane: imagecodecs.jpeg2k_encode(plane, level=0, codecformat="j2k", reversible=True),
    HTJ2K: lambda plane: imagecodecs.htj2k_encode(plane, reversible=True),
}


def write_coded_series(folder: Path, values: np.ndarray, syntax: str, *, encoder: Encoder | None = None) -> list[Path]:
    """Write `values` (HU) as CT files of 12 bits in the syntax; the paths in slice order."""
    encode = encoder or ENCODERS[syntax]
    stored = np.clip(values + OFFSET, 0, 4095).astype(np.uint16)
    paths = write_series(folder, stored.view(np.int16))
    for path, plane in zip(paths, stored, strict=True):
        _recode(path, encode(plane), syntax)
    return paths


def _recode(path: Path, coded: bytes, syntax: str) -> None:
    file: Any = pydicom.dcmread(path)
    file.file_meta.TransferSyntaxUID = syntax
    file.PixelRepresentation, file.BitsStored, file.HighBit, file.RescaleIntercept = 0, 12, 11, -OFFSET
    file.PixelData = encapsulate([coded])
    file["PixelData"].VR = "OB"
    file.save_as(path, enforce_file_format=True)
