"""Stored values to modality values and colours, by clinical-conventions' grey pipeline, through the real loader."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.pixels.colour import to_rgb
from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.imaging.volume import Volume
from tests.support.dicom_files import Files, ct_slice, file_bytes, header_of, headers_of, series


def load(datasets: list[Dataset], syntax: str = ExplicitVRLittleEndian) -> Volume:
    (stack,) = group([header_of(one, syntax=syntax) for one in datasets]).stacks
    loading = start_load(stack, Files.of(datasets, syntax), InlineWorkers())
    loading.wait()
    assert loading.failures == ()
    return loading.volume


def one(stored: Any, dtype: Any = np.int16, **attributes: Any) -> np.ndarray:
    """The values of one row of stored values."""
    row = np.array([stored], dtype)
    bits = row.itemsize * 8
    layout = {
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(row.dtype.kind == "i"),
    }
    dataset = ct_slice(rows=1, columns=row.shape[1], **(layout | {"PixelData": row.tobytes()} | attributes))
    return load([dataset]).values[0, 0]


def test_int16_where_the_rescale_is_one_integer_map() -> None:
    values = one([0, 1024, 4095], np.uint16, BitsStored=12, HighBit=11, RescaleIntercept=-1024)

    assert values.dtype == np.int16
    assert values.tolist() == [-1024, 0, 3071]


def test_float32_where_the_slope_is_no_integer() -> None:
    values = one([1, 2], RescaleSlope=0.5, RescaleIntercept=-1, Modality="PT")

    assert values.dtype == np.float32
    assert values.tolist() == [-0.5, 0.0]


def test_unsigned_values_of_16_bits_stay_what_they_are() -> None:
    values = one([0, 65535], np.uint16, Modality="MR", RescaleSlope=None, RescaleIntercept=None)

    assert values.dtype == np.uint16 and values.tolist() == [0, 65535]


def test_float32_where_neither_kind_of_16_bits_holds_them() -> None:
    values = one([0, 65535], np.uint16, Modality="MR", RescaleSlope=1, RescaleIntercept=-1000)

    assert values.dtype == np.float32 and values.tolist() == [-1000, 64535]


@pytest.mark.parametrize(("slope", "intercept"), [(1, 32768), (1, 0), (2, 65534), (-1, 32767)])
def test_whole_maps_are_exact_in_either_kind_of_16_bits(slope: int, intercept: int) -> None:
    stored = [-32768, -1, 0, 1, 32767] if slope == 1 else [-32767, -1, 0, 1, 32767] if slope == -1 else [-32767, 0]
    values = one(stored, np.int16, Modality="MR", RescaleSlope=slope, RescaleIntercept=intercept)

    assert values.tolist() == [value * slope + intercept for value in stored]


def test_rescale_that_differs_from_slice_to_slice_is_applied_to_each() -> None:
    datasets = series(3, Modality="PT")
    for k, dataset in enumerate(datasets):
        dataset.RescaleSlope = k + 1.0
    volume = load(datasets)

    assert volume.values.dtype == np.float32
    assert volume.values[:, 0, 0].tolist() == [1, 4, 9]


def test_hounsfield_units_beyond_int16_are_clipped_and_all_others_exact() -> None:
    values = one([-32768, -31744, 0, 32767], RescaleIntercept=-1024)

    assert values.dtype == np.int16
    assert values.tolist() == [-32768, -32768, -1024, 31743]


def test_values_held_at_the_ends_are_told_but_padding_is_not() -> None:
    def notes(**attributes: Any) -> tuple[str, ...]:
        pixels = np.array([[-32768, 0]], np.int16).tobytes()
        dataset = ct_slice(rows=1, columns=2, BitsStored=16, HighBit=15, PixelRepresentation=1, RescaleIntercept=-1024)
        for name, value in attributes.items():
            setattr(dataset, name, value)
        dataset.PixelData = pixels
        (stack,) = group([header_of(dataset)]).stacks
        loading = start_load(stack, Files.of([dataset]), InlineWorkers())
        loading.wait()
        return loading.notes

    (note,) = notes()
    assert note.startswith("values beyond ±32767 are shown as ±32767")
    assert notes(PixelPaddingValue=-32768) == ()


def test_padding_beyond_16_bits_is_padding_still() -> None:
    dataset = ct_slice(rows=1, columns=2, BitsStored=16, HighBit=15, PixelRepresentation=1, RescaleIntercept=-1024)
    dataset.PixelPaddingValue = -32768
    dataset.PixelData = np.array([[-32768, 0]], np.int16).tobytes()
    volume = load([dataset])

    mask = volume.padding_mask(volume.values)
    assert mask is not None and mask.tolist() == [[[True, False]]]


def test_bits_above_bits_stored_are_overlays_and_are_masked() -> None:
    assert one([0xF00A], np.uint16, BitsStored=12, HighBit=11).tolist() == [0x00A]


def test_the_sign_comes_from_bits_stored() -> None:
    assert one([0x0FFF, 0x07FF], np.uint16, BitsStored=12, HighBit=11, PixelRepresentation=1).tolist() == [-1, 2047]


def test_a_high_bit_above_the_stored_bits_shifts() -> None:
    assert one([0xABC0], np.uint16, BitsStored=12, HighBit=15, Modality="MR").tolist() == [0xABC]


@pytest.mark.parametrize(
    "syntax",
    [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian],
)
def test_every_native_syntax_gives_the_same_values(syntax: str) -> None:
    stored = np.arange(-12, 12, dtype=np.int16)
    order = ">i2" if syntax == ExplicitVRBigEndian else "<i2"
    dataset = ct_slice(PixelData=stored.astype(order).tobytes())

    assert load([dataset], syntax).values.reshape(-1).tolist() == stored.tolist()


def test_padding_is_given_in_modality_values() -> None:
    dataset = ct_slice(RescaleIntercept=-1024, RescaleSlope=1)
    dataset.add_new("PixelPaddingValue", "SS", -2000)
    dataset.add_new("PixelPaddingRangeLimit", "SS", -1990)

    assert load([dataset]).padding == (-3024, -3014)


@pytest.mark.parametrize(
    ("photometric", "shape", "inverted"),
    [
        ("MONOCHROME2", None, False),
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME1", None, True),
        ("MONOCHROME1", "INVERSE", True),  # one inversion, not two
        ("MONOCHROME2", "IDENTITY", False),
    ],
)
def test_polarity(photometric: str, shape: str | None, inverted: bool) -> None:
    dataset = ct_slice(PhotometricInterpretation=photometric, PresentationLUTShape=shape)

    assert load([dataset]).inverted is inverted


def lut_item(first: int, entries: list[int], bits: int = 16) -> Dataset:
    item = Dataset()
    item.add_new(0x00283002, "US", [len(entries) % 65536, first, bits])  # 65,536 are written as 0
    item.add_new(0x00283006, "OW", np.array(entries, "<u2").tobytes())
    item.LUTExplanation = "test"
    item.ModalityLUTType = "OD"
    return item


def test_a_modality_lut_replaces_the_rescale() -> None:
    item = lut_item(10, [100, 200, 400])
    values = one([9, 10, 11, 12, 99], np.uint16, RescaleIntercept=-1024, ModalityLUTSequence=Sequence([item]))

    assert values.tolist() == [100, 100, 200, 400, 400]


def test_a_table_of_0_entries_has_65536() -> None:
    item = lut_item(0, list(range(65536)))

    assert one([0, 7, 65535], np.uint16, ModalityLUTSequence=Sequence([item])).tolist() == [0, 7, 65535]


def test_the_first_mapped_value_takes_the_sign_of_the_data() -> None:
    below_zero = Sequence([lut_item(65534, [100, 200, 300])])

    assert one([-3, -2, -1, 0], ModalityLUTSequence=below_zero).tolist() == [100, 100, 200, 300]
    assert one([65533, 65535], np.uint16, ModalityLUTSequence=below_zero).tolist() == [100, 200]


def says_explicit_and_is_implicit(dataset: Dataset) -> bytes:
    meta = file_bytes(ct_slice(), ExplicitVRLittleEndian)
    return meta[: meta.index(b"\x08\x00\x16\x00")] + file_bytes(dataset, ImplicitVRLittleEndian, meta=False)


@pytest.mark.parametrize(
    "written",
    [
        file_bytes,
        lambda dataset: file_bytes(dataset)[128 + 4 :],
        lambda dataset: file_bytes(dataset, ImplicitVRLittleEndian)[128 + 4 :],
        lambda dataset: file_bytes(dataset, meta=False),
        lambda dataset: file_bytes(dataset, ImplicitVRLittleEndian, meta=False),
        lambda dataset: file_bytes(dataset, DeflatedExplicitVRLittleEndian),
        lambda dataset: file_bytes(dataset, DeflatedExplicitVRLittleEndian)[128 + 4 :],
        says_explicit_and_is_implicit,
    ],
    ids=[
        "usual",
        "no preamble",
        "no preamble, implicit",
        "no meta",
        "no meta, implicit",
        "deflated",
        "deflated, no preamble",
        "says explicit, is implicit",
    ],
)
def test_tables_and_pixels_are_found_however_the_file_begins(written: Callable[[Dataset], bytes]) -> None:
    dataset = ct_slice(PixelData=np.full((4, 6), 11, np.int16).tobytes())
    dataset.ModalityLUTSequence = Sequence([lut_item(10, [100, 200, 300])])
    content = written(dataset)
    (stack,) = group([scan(io.BytesIO(content), "file")]).stacks
    loading = start_load(stack, Files({str(dataset.SOPInstanceUID): content}), InlineWorkers())
    loading.wait()

    assert loading.failures == ()
    assert (loading.volume.values == 200).all()


def test_voi_luts_follow_the_windows_scaled_to_one() -> None:
    item = lut_item(5, [0, 1023, 4095], 12)
    volume = load([ct_slice(WindowCenter=40, WindowWidth=400, VOILUTSequence=Sequence([item]))])

    assert volume.vois[0].width == 400
    assert volume.vois[1].first == 5
    np.testing.assert_allclose(volume.vois[1].entries, [0, 1023 / 4095, 1])


COLOURS = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [10, 20, 30]]], np.uint8)
COLOUR = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, "PixelRepresentation": 0, "SamplesPerPixel": 3}


def colour_slice(photometric: str, pixels: bytes, *, rows: int = 1, planar: int = 0) -> Dataset:
    layout = {"PhotometricInterpretation": photometric, "PlanarConfiguration": planar, "PixelData": pixels}
    return ct_slice(rows=rows, columns=2, **layout, **COLOUR)


@pytest.mark.parametrize("planar", [0, 1])
def test_rgb_in_both_planar_configurations(planar: int) -> None:
    pixels = COLOURS if planar == 0 else COLOURS.transpose(2, 0, 1)
    dataset = colour_slice("RGB", pixels.tobytes(), rows=2, planar=planar)

    np.testing.assert_array_equal(load([dataset]).values[0], COLOURS)


def test_full_ybr_becomes_rgb_by_the_formula_of_the_standard() -> None:
    ybr = np.array([[[76, 85, 255], [150, 44, 21]]], np.uint8)  # red and green

    np.testing.assert_allclose(
        load([colour_slice("YBR_FULL", ybr.tobytes())]).values[0, 0], [[254, 0, 0], [0, 255, 1]], atol=1
    )


def test_partial_ybr_has_its_black_at_16_and_its_white_at_235() -> None:
    samples = np.array([[[16, 128, 128], [235, 128, 128], [81, 90, 240]]], np.uint8)  # black, white, red

    np.testing.assert_allclose(
        to_rgb(samples, "YBR_PARTIAL_420", 8), [[[0, 0, 0], [255, 255, 255], [254, 0, 0]]], atol=1
    )


def test_native_422_shares_the_chroma_of_each_pair() -> None:
    dataset = colour_slice("YBR_FULL_422", bytes([100, 200, 128, 128]))

    assert load([dataset]).values[0, 0].tolist() == [[100] * 3, [200] * 3]


def palette(**data: Any) -> Dataset:
    dataset = ct_slice(
        rows=1,
        columns=4,
        PhotometricInterpretation="PALETTE COLOR",
        PixelData=bytes([0, 1, 2, 3]),
        **(COLOUR | {"SamplesPerPixel": 1}),
    )
    for keyword, (tag, vr, value) in data.items():
        assert keyword
        dataset.add_new(tag, vr, value)
    return dataset


def test_a_palette_becomes_rgb() -> None:
    entries = {f"colour{n}": (0x00281201 + n, "OW", np.array([n * 10, 20, 30, 255], "<u2").tobytes()) for n in range(3)}
    descriptors = {f"descriptor{n}": (0x00281101 + n, "US", [4, 0, 16]) for n in range(3)}
    values = load([palette(**entries, **descriptors)]).values[0, 0]

    assert values.tolist() == [[0, 10, 20], [20] * 3, [30] * 3, [255] * 3]


def test_a_segmented_palette_is_expanded() -> None:
    # discrete: 1 entry of 0; linear: 3 entries up to 30
    segments = {f"s{n}": (0x00281221 + n, "OW", np.array([0, 1, 0, 1, 3, 30], "<u2").tobytes()) for n in range(3)}
    descriptors = {f"d{n}": (0x00281101 + n, "US", [4, 0, 16]) for n in range(3)}
    values = load([palette(**segments, **descriptors)]).values[0, 0]

    assert values[:, 0].tolist() == [0, 10, 20, 30]


def test_slices_arrive_from_the_middle_outwards() -> None:
    datasets = series(7)
    (stack,) = group(headers_of(datasets)).stacks
    opened: list[str] = []
    files = Files.of(datasets)

    def opener(uid):
        opened.append(uid)
        return files(uid)

    loading = start_load(stack, opener, InlineWorkers(), threads=1)
    loading.wait()

    order = [[frame.instance for frame in stack.frames].index(uid) for uid in opened]
    assert order == [3, 2, 4, 1, 5, 0, 6]
    assert loading.volume.is_complete


def test_a_cancelled_load_opens_no_further_file() -> None:
    datasets = series(9)
    (stack,) = group(headers_of(datasets)).stacks
    files = Files.of(datasets)
    loadings = []
    count = []

    def opener(uid):
        count.append(uid)
        while not loadings:
            pass
        loadings[0].cancel()
        return files(uid)

    loadings.append(start_load(stack, opener, InlineWorkers(), threads=1))
    loadings[0].wait()

    assert len(count) == 1
    assert loadings[0].volume.loaded.sum() == 1


def test_a_file_that_fails_costs_one_slice_and_says_why() -> None:
    datasets = series(5)
    (stack,) = group(headers_of(datasets)).stacks
    files = Files.of(datasets)
    broken = datasets[1].SOPInstanceUID

    def opener(uid):
        stream = files(uid)
        if uid == broken:
            stream.truncate(400)
        return stream

    loading = start_load(stack, opener, InlineWorkers())
    loading.wait()

    assert loading.volume.loaded.tolist() == [True, False, True, True, True]
    ((failure),) = loading.failures
    assert failure.label == "slice2" and "truncated" in failure.reason
