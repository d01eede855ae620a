"""Every real image against a decoder that is not ours: lossless bit for bit, lossy within 2 levels before colour.

Ours decodes by imagecodecs. The other one, by transfer syntax: uncompressed, deflated and RLE by pydicom's own Python
code; JPEG baseline and JPEG 2000 by Pillow (through pydicom); JPEG-LS by pyjpegls (through pydicom); JPEG extended and
JPEG lossless by GDCM (through SimpleITK), whose values come rescaled, so there the modality values are compared.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from pydicom.pixels import pixel_array

from medscan_desktop.dicom.decode import decode
from medscan_desktop.dicom.header import Header
from medscan_desktop.dicom.located import locate_frames, opened
from medscan_desktop.dicom.quiet import quiet
from medscan_desktop.dicom.rescale import rescale_of
from medscan_desktop.dicom.scan import scan
from medscan_desktop.dicom.stored import frame_shape, stored_dtype
from medscan_desktop.dicom.syntax import CODECS, LOSSY, Codec
from medscan_desktop.dicom.workers.workers import InlineWorkers
from tests.support.real_data import ROOT, data_folder

FOLDERS = ("syntaxes", "enhanced", "cr_dx_mg", "cine", "objects")
BY_GDCM = ("1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70")
PLUGINS = {Codec.JPEG: "pillow", Codec.JPEG_2000: "pillow", Codec.JPEG_LS: "pyjpegls", Codec.RLE: "pydicom"}
LOSSY_LEVELS = 2


def files() -> list[str]:
    """Named at collection, so that each file is a test; the data folder is asked for again inside."""
    folder = Path(os.environ.get("MEDSCAN_TEST_DATA", ROOT.parent / "shared" / "data"))
    names = (str(path.relative_to(folder)) for name in FOLDERS for path in sorted((folder / name).glob("*")))
    return list(names) or ["syntaxes"]


def header_at(path: Path) -> Header:
    with path.open("rb") as stream:
        return scan(stream, path.name)


def stored_frames(path: Path, header: Header) -> Iterator[np.ndarray]:
    with path.open("rb") as source:
        stream = opened(source, header)
        for fragments in locate_frames(stream, header):
            out = np.empty(frame_shape(header.image), stored_dtype(header.image))
            decode(stream, fragments, header.image, header.transfer_syntax_uid, out, InlineWorkers(), path.name)
            yield out


def by_pydicom(path: Path, header: Header) -> np.ndarray:
    plugin = PLUGINS.get(CODECS[header.transfer_syntax_uid], "")
    with quiet():
        dataset = pydicom.dcmread(path, force=True)
        values = pixel_array(dataset, raw=True, decoding_plugin=plugin)
    return values.reshape(header.frames, *frame_shape(header.image))


def by_gdcm(path: Path) -> np.ndarray:
    image = sitk.ReadImage(str(path))
    return sitk.GetArrayFromImage(image)


def modality_frames(path: Path, header: Header) -> np.ndarray:
    maps = (rescale_of(header, frame) for frame in range(header.frames))
    pairs = zip(stored_frames(path, header), maps, strict=True)
    return np.stack([stored * slope + intercept for stored, (slope, intercept) in pairs])


@pytest.mark.parametrize("name", files())
def test_the_pixels_are_those_of_another_decoder(name: str) -> None:
    path = data_folder() / name
    header = header_at(path)
    if header.pixels is None:
        pytest.skip("an object without pixels")
    if header.modality == "SEG" and header.image.bits_allocated == 1 and header.image.frame_bits % 8:
        pytest.skip("packed bits that do not end on a byte are refused for display")
    if header.transfer_syntax_uid in BY_GDCM or path.name == "1.2.840.10008.1.2.4.80__MR1_JLSL":  # pyjpegls cannot
        ours, other = modality_frames(path, header), by_gdcm(path)
    else:
        ours, other = np.stack(list(stored_frames(path, header))), by_pydicom(path, header)

    assert ours.shape == other.reshape(ours.shape).shape
    levels = np.abs(ours.astype(np.float64) - other.reshape(ours.shape)).max()
    assert levels <= (LOSSY_LEVELS if header.transfer_syntax_uid in LOSSY else 0)
