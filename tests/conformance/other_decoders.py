"""Decoders that are not ours, to hold every image to: each frame's values, who gave them, and how near ours must be.

Ours decodes by imagecodecs. The other one, by transfer syntax: uncompressed, deflated and RLE by pydicom's own Python
code; JPEG baseline and JPEG 2000 by Pillow (through pydicom); JPEG-LS by pyjpegls (through pydicom); JPEG extended and
JPEG lossless by GDCM (through SimpleITK), whose values come rescaled, so there the modality values are compared.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.pixels import pixel_array

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.located import locate_frames, opened
from medscan_desktop.dicom.headers.syntax import CODECS, LOSSY, Codec
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.pixels.decode import decode
from medscan_desktop.dicom.pixels.stored import frame_shape, stored_dtype
from medscan_desktop.dicom.stacks.rescale import rescale_of
from tests.support.pool import process_workers

BY_GDCM = ("1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70")
PLUGINS = {Codec.JPEG: "pillow", Codec.JPEG_2000: "pillow", Codec.JPEG_LS: "pyjpegls", Codec.RLE: "pydicom"}
NAMES = {"pillow": "Pillow", "pyjpegls": "pyjpegls", "pydicom": "pydicom", "": "pydicom"}
LOSSY_LEVELS = 2
_CANNOT = (ValueError, RuntimeError, NotImplementedError, AttributeError, KeyError)


@dataclass(frozen=True)
class Comparison:
    """The greatest difference of any sample in stored (GDCM: modality) values, and how much may be."""

    decoder: str
    levels: float
    allowed: int

    @property
    def is_equal(self) -> bool:
        return self.levels <= self.allowed


def is_compared(header: Header) -> bool:
    """Whether there are pixels that are decoded for display."""
    return header.pixels is not None and not (header.frames > 1 and header.image.frame_bits % 8)


def compared(path: Path, header: Header) -> Comparison:
    """Every sample of every frame against the other decoder."""
    try:
        decoder, ours, other = _beside_pydicom(path, header)
    except _CANNOT:  # pyjpegls refuses some parameters, pydicom some headers
        decoder, ours, other = "GDCM", modality_frames(path, header), by_gdcm(path)
    difference = np.abs(ours.astype(np.float64) - other.reshape(ours.shape))
    allowed = LOSSY_LEVELS if header.transfer_syntax_uid in LOSSY else 0
    return Comparison(decoder, float(np.nanmax(difference)), allowed)


def _beside_pydicom(path: Path, header: Header) -> tuple[str, np.ndarray, np.ndarray]:
    if header.transfer_syntax_uid in BY_GDCM:
        raise NotImplementedError("pydicom has no decoder of its own for it")
    decoder = NAMES[PLUGINS.get(CODECS[header.transfer_syntax_uid], "")]
    return decoder, np.stack(list(stored_frames(path, header))), by_pydicom(path, header)


def stored_frames(path: Path, header: Header) -> Iterator[np.ndarray]:
    """Our own stored values, frame by frame."""
    with path.open("rb") as source:
        stream = opened(source, header)
        for fragments in locate_frames(stream, header):
            out = np.empty(frame_shape(header.image), stored_dtype(header.image))
            decode(stream, fragments, header.image, header.transfer_syntax_uid, out, process_workers(), path.name)
            yield out


def by_pydicom(path: Path, header: Header) -> np.ndarray:
    plugin = PLUGINS.get(CODECS[header.transfer_syntax_uid], "")
    with quiet():
        dataset = pydicom.dcmread(path, force=True)
        if header.frames == 1 and 0x00280008 in dataset:
            del dataset[0x00280008]  # a file says "1A" there, and has more frames than it can name
        values = pixel_array(dataset, raw=True, decoding_plugin=plugin)
    return values.reshape(-1, *frame_shape(header.image))[: header.frames]


def by_gdcm(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def modality_frames(path: Path, header: Header) -> np.ndarray:
    maps = (rescale_of(header, frame) for frame in range(header.frames))
    pairs = zip(stored_frames(path, header), maps, strict=True)
    return np.stack([stored * slope + intercept for stored, (slope, intercept) in pairs])
