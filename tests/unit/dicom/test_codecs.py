"""Compressed frames: exact where the codec is, the codestream's word on colour and depth, the header's on the sign."""

import io
import time
from typing import Any

import imagecodecs
import numpy as np
import pytest

from medscan_desktop.dicom.headers.encapsulated import Fragment
from medscan_desktop.dicom.headers.header import Pixels
from medscan_desktop.dicom.pixels.codestream import is_usual_lossless
from medscan_desktop.dicom.pixels.colour import to_rgb
from medscan_desktop.dicom.pixels.decode import decode
from medscan_desktop.dicom.pixels.stored import frame_shape, stored_dtype
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.domain.errors import FileRefused
from tests.support import lossless_jpeg

JPEG, JPEG_LS, JPEG_2000 = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"
HTJ2K, RLE = "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.5"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"


def layout(shape: tuple[int, ...], **changes: Any) -> Pixels:
    values = {
        "rows": shape[0],
        "columns": shape[1],
        "samples": shape[2] if len(shape) == 3 else 1,
        "bits_allocated": 16,
        "bits_stored": 16,
        "high_bit": 15,
        "is_signed": False,
        "photometric": "MONOCHROME2",
        "planar": 0,
        "offset": 0,
        "length": -1,
    }
    return Pixels(**(values | changes))


def decoded(data: bytes, syntax: str, pixels: Pixels) -> tuple[np.ndarray, str]:
    out = np.empty(frame_shape(pixels), stored_dtype(pixels))
    half = len(data) // 2
    fragments = (Fragment(0, half), Fragment(half, len(data) - half))  # a frame may come in several
    return out, decode(io.BytesIO(data), fragments, pixels, syntax, out, InlineWorkers(), "a file")


def grey(high: int, dtype: Any = np.uint16) -> np.ndarray:
    return np.random.default_rng(1).integers(0, high, (32, 48)).astype(dtype)


def smooth_colour() -> np.ndarray:
    y, x = np.mgrid[0:64, 0:48]
    return np.stack([y * 3, 255 - x * 4, (x + y) * 2], axis=-1).astype(np.uint8)


LOSSLESS = [
    (JPEG_LS, imagecodecs.jpegls_encode),
    (JPEG_2000, lambda data: imagecodecs.jpeg2k_encode(data, level=0, codecformat="j2k", reversible=True)),
    (HTJ2K, lambda data: imagecodecs.htj2k_encode(data, reversible=True)),
]


@pytest.mark.parametrize(("syntax", "encode"), LOSSLESS)
@pytest.mark.parametrize("high", [4096, 65536])
def test_lossless_is_bit_for_bit(syntax: str, encode: Any, high: int) -> None:
    values = grey(high)
    found, photometric = decoded(encode(values), syntax, layout(values.shape))

    np.testing.assert_array_equal(found, values)
    assert photometric == "MONOCHROME2"


@pytest.mark.parametrize(("syntax", "encode"), LOSSLESS)
def test_unsigned_codestreams_of_signed_files_get_their_sign_from_bits_stored(syntax: str, encode: Any) -> None:
    signed = (grey(4096).astype(np.int16) - 2048).astype(np.int16)
    coded = encode((signed.view(np.uint16) & 0xFFF).astype(np.uint16))
    found, _ = decoded(coded, syntax, layout(signed.shape, is_signed=True, bits_stored=12, high_bit=11))

    np.testing.assert_array_equal(found, signed)


def test_signed_codestreams_keep_their_values() -> None:
    signed = (grey(4096).astype(np.int16) - 2048).astype(np.int16)
    coded = imagecodecs.jpeg2k_encode(signed, level=0, codecformat="j2k", reversible=True)
    found, _ = decoded(coded, JPEG_2000, layout(signed.shape, is_signed=True))

    np.testing.assert_array_equal(found, signed)


def colour_layout(shape: tuple[int, ...], photometric: str) -> Pixels:
    return layout(shape, photometric=photometric, bits_allocated=8, bits_stored=8, high_bit=7)


@pytest.mark.parametrize("said", ["YBR_RCT", "RGB", "YBR_FULL"])
def test_jpeg_2000_that_undoes_its_own_transform_is_rgb_whatever_the_header_says(said: str) -> None:
    values = smooth_colour()
    coded = imagecodecs.jpeg2k_encode(values, level=0, codecformat="j2k", reversible=True, mct=True)
    found, photometric = decoded(coded, JPEG_2000, colour_layout(values.shape, said))

    assert photometric == "RGB"
    np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize("said", ["YBR_FULL_422", "YBR_FULL", "RGB"])
def test_jpeg_says_itself_that_it_is_ybr(said: str) -> None:
    values = smooth_colour()
    coded = imagecodecs.jpeg8_encode(values, level=98, colorspace="RGB", outcolorspace="YCBCR", subsampling="444")
    found, photometric = decoded(coded, JPEG, colour_layout(values.shape, said))

    assert photometric == "YBR_FULL"
    assert np.abs(to_rgb(found, photometric, 8).astype(int) - values).max() <= 8


@pytest.mark.parametrize("said", ["YBR_FULL", "RGB"])
def test_jpeg_says_itself_that_it_is_rgb(said: str) -> None:
    values = smooth_colour()
    coded = imagecodecs.jpeg8_encode(values, level=98, colorspace="RGB", outcolorspace="RGB", subsampling="444")
    found, photometric = decoded(coded, JPEG, colour_layout(values.shape, said))

    assert photometric == "RGB"
    assert np.abs(found.astype(int) - values).max() <= 8


def packbits(plane: np.ndarray) -> bytes:
    data = imagecodecs.packbits_encode(plane.tobytes())
    return data + b"\0" * (len(data) % 2)


def rle(planes: list[np.ndarray]) -> bytes:
    """PS3.5 G.5: a header of 16 numbers, then the segments."""
    segments = [packbits(plane) for plane in planes]
    offsets = [64 + sum(len(segment) for segment in segments[:n]) for n in range(len(segments))]
    header = np.array([len(segments), *offsets, *[0] * (15 - len(segments))], "<u4").tobytes()
    return header + b"".join(segments)


def test_rle_has_its_high_bytes_first_and_its_colours_one_after_the_other() -> None:
    values = grey(65536)
    found, _ = decoded(rle([(values >> 8).astype(np.uint8), values.astype(np.uint8)]), RLE, layout(values.shape))
    colours = smooth_colour()
    planes = [np.ascontiguousarray(colours[..., sample]) for sample in range(3)]
    found_colours, photometric = decoded(rle(planes), RLE, colour_layout(colours.shape, "RGB"))

    np.testing.assert_array_equal(found, values)
    np.testing.assert_array_equal(found_colours, colours)
    assert photometric == "RGB"


def test_a_frame_of_another_size_than_the_header_says_is_never_decoded() -> None:
    with pytest.raises(FileRefused, match="48×32×1 where the header says 47×32×1"):
        decoded(imagecodecs.jpegls_encode(grey(256)), JPEG_LS, layout((32, 47)))


@pytest.mark.parametrize("syntax", [JPEG, JPEG_LS, JPEG_2000, HTJ2K, RLE])
def test_bytes_that_are_no_image_are_refused(syntax: str) -> None:
    with pytest.raises(FileRefused, match=r"damaged|truncated"):
        decoded(bytes(range(1, 200)), syntax, layout((32, 48)))


CUT = [
    *[(syntax, encode, grey(4096)) for syntax, encode in LOSSLESS],
    (JPEG, imagecodecs.jpeg8_encode, grey(256, np.uint8)),
    (JPEG_LOSSLESS, lossless_jpeg.encode, grey(4096)),
]


@pytest.mark.parametrize("lost", [2, 10, 500])
@pytest.mark.parametrize(("syntax", "encode", "values"), CUT)
def test_a_codestream_cut_short_is_said_to_be_truncated(syntax: str, encode: Any, values: Any, lost: int) -> None:
    """libjpeg and OpenJPH fill what is missing with grey and say nothing: a wrong image."""
    with pytest.raises(FileRefused, match=r"truncated: a .* frame ends without its end marker"):
        decoded(encode(values)[:-lost], syntax, layout(values.shape))


@pytest.mark.parametrize(("syntax", "encode", "values"), CUT)
def test_padding_behind_the_end_is_no_loss(syntax: str, encode: Any, values: Any) -> None:
    whole, _ = decoded(encode(values), syntax, layout(values.shape))
    padded, _ = decoded(encode(values) + bytes(7), syntax, layout(values.shape))

    np.testing.assert_array_equal(padded, whole)


def edges() -> np.ndarray:
    """Every category of difference, the one of 32,768 included, and both ends of the range."""
    values = np.random.default_rng(2).integers(0, 65536, (40, 60)).astype(np.uint16)
    values[3, 3:9] = (0, 32768, 0, 65535, 32767, 32767)
    return values


@pytest.mark.parametrize("values", [edges(), grey(4096), np.full((5, 7), 9, np.uint16)], ids=["edges", "noise", "flat"])
def test_jpeg_lossless_is_bit_for_bit(values: np.ndarray) -> None:
    found, _ = decoded(lossless_jpeg.encode(values), JPEG_LOSSLESS, layout(values.shape))

    np.testing.assert_array_equal(found, values)


def test_a_jpeg_ls_frame_that_ends_early_is_said_to_be_truncated_at_once() -> None:
    """CharLS 2.4 looks for the missing bits for seconds: the mutation that found it stays here."""
    coded = imagecodecs.jpegls_encode(np.random.default_rng(4).normal(3000, 300, (512, 512)).astype(np.uint16))
    start = time.monotonic()
    with pytest.raises(FileRefused, match="truncated: a JPEG-LS frame ends without its end marker"):
        decoded(coded[:9208], JPEG_LS, layout((512, 512)))

    assert time.monotonic() - start < 1


@pytest.mark.parametrize("marker", [b"\xff\xc4", b"\xff\xc3"], ids=["table", "frame"])
def test_a_jpeg_lossless_frame_without_its_table_never_reaches_the_decoder_that_trusts_it(marker: bytes) -> None:
    """A mutation without the Huffman table ended the process: its marker is what changed."""
    coded = lossless_jpeg.encode(grey(4096))
    at = coded.index(marker)
    damaged = coded[:at] + b"\xff\xfe" + coded[at + 2 :]  # a comment now

    assert is_usual_lossless(coded)
    assert not is_usual_lossless(damaged)
    with pytest.raises(FileRefused, match="damaged"):
        decoded(damaged, JPEG_LOSSLESS, layout((32, 48)))


@pytest.mark.parametrize(
    ("at", "value"),
    [(24, b"\0\0\0\0"), (28, b"\0\0\0\0"), (24, b"\0\0\0\1" * 2), (36, b"\0\0\0\1"), (43, b"\0"), (44, b"\0")],
    ids=[
        "tiles of no width",
        "of no height",
        "too many tiles",
        "first tile below the image",
        "no step",
        "no step down",
    ],
)
@pytest.mark.parametrize("syntax", [JPEG_2000, HTJ2K])
def test_a_grid_that_no_image_has_is_refused_before_it_is_decoded(syntax: str, at: int, value: bytes) -> None:
    """Mutations that divided by zero (SIGFPE) and looked for a tile for ever in OpenJPH stay here."""
    coded = bytearray(dict(LOSSLESS)[syntax](np.zeros((512, 512), np.uint16)))
    coded[at : at + len(value)] = value
    with pytest.raises(FileRefused, match=r"no valid header|too many tiles"):
        decoded(bytes(coded), syntax, layout((512, 512)))
