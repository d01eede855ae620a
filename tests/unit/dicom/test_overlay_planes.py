"""Overlay planes (PS3.3 C.9.2): bitmaps of their own, of some frames, in unused bits, big endian; damaged ones."""

import io

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.headers.located import locate_frames
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.pixels.overlay_planes import OverlayReader
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.imaging.volume import Volume
from tests.support.dicom_files import Files, ct_slice, file_bytes, header_of

ROWS, COLUMNS = 9, 7  # 63 bits: a frame does not end on a byte
MASK = np.random.default_rng(3).random((ROWS, COLUMNS)) < 0.4


def with_plane(
    dataset: Dataset, mask: np.ndarray, *, group_number: int = 0x6000, origin: tuple[int, int] = (1, 1), **more: object
) -> Dataset:
    """The data set with an overlay plane; `mask` is (rows, columns), or (frames, rows, columns)."""
    block = group_number << 16
    dataset.add_new(block | 0x0010, "US", mask.shape[-2])
    dataset.add_new(block | 0x0011, "US", mask.shape[-1])
    dataset.add_new(block | 0x0040, "CS", "G")
    dataset.add_new(block | 0x0050, "SS", list(origin))
    dataset.add_new(block | 0x0100, "US", 1)
    dataset.add_new(block | 0x0102, "US", 0)
    if mask.ndim == 3:
        dataset.add_new(block | 0x0015, "IS", mask.shape[0])
        dataset.add_new(block | 0x0051, "US", more.get("first_frame", 1))
    dataset.add_new(block | 0x1500, "LO", more.get("label", "drawn"))
    packed = np.packbits(mask.ravel(), bitorder="little").tobytes()
    dataset.add_new(block | 0x3000, "OW", packed + b"\0" * (len(packed) % 2))
    return dataset


def loaded(dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> tuple[Volume, tuple[str, ...]]:
    header = header_of(dataset, syntax=syntax)
    (plan,) = group([header]).stacks
    loading = start_load(plan, Files.of([dataset], syntax), InlineWorkers())
    assert loading.wait(20)
    assert not loading.failures
    return loading.volume, loading.notes


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_a_plane_of_its_own_is_read_with_its_origin_and_name(syntax: str) -> None:
    volume, notes = loaded(with_plane(ct_slice(rows=12, columns=10), MASK, origin=(3, -1)), syntax)
    (plane,) = volume.overlay_planes[0]

    assert (plane.pixels == MASK).all()
    assert (plane.origin, plane.name) == ((2, -2), "drawn")
    assert notes == ()


def test_words_of_a_big_endian_file_are_turned_round() -> None:
    dataset = with_plane(ct_slice(rows=12, columns=10), MASK)
    raw = dataset[0x60003000].value
    dataset[0x60003000].value = np.frombuffer(raw, "<u2").astype(">u2").tobytes()
    values = np.frombuffer(dataset.PixelData, "<i2").astype(">i2").tobytes()
    dataset.PixelData = values
    (plane,) = loaded(dataset, ExplicitVRBigEndian)[0].overlay_planes[0]

    assert (plane.pixels == MASK).all()


def test_all_sixteen_groups_are_read() -> None:
    dataset = ct_slice(rows=12, columns=10)
    masks = [np.roll(MASK, number) for number in range(16)]
    for number, mask in enumerate(masks):
        with_plane(dataset, mask, group_number=0x6000 + 2 * number)
    planes = loaded(dataset)[0].overlay_planes[0]

    assert [(plane.pixels == mask).all() for plane, mask in zip(planes, masks, strict=True)] == [True] * 16


def test_a_multi_frame_plane_begins_at_the_frame_it_names() -> None:
    masks = np.stack([MASK, ~MASK])
    values = np.zeros((4, 12, 10), np.int16)
    dataset = ct_slice(rows=12, columns=10, NumberOfFrames=4, PixelData=values.tobytes(), ImagePositionPatient=None)
    volume, _ = loaded(with_plane(dataset, masks, first_frame=2))

    assert sorted(volume.overlay_planes) == [1, 2]
    assert (volume.overlay_planes[1][0].pixels == MASK).all()
    assert (volume.overlay_planes[2][0].pixels == ~MASK).all()


def test_a_plane_in_an_unused_bit_of_the_pixels_is_read_and_does_not_change_them() -> None:
    grey = np.arange(ROWS * COLUMNS, dtype=np.uint16).reshape(ROWS, COLUMNS)
    pixels = grey | (MASK.astype(np.uint16) << 13)
    dataset = ct_slice(
        rows=ROWS,
        columns=COLUMNS,
        BitsStored=12,
        HighBit=11,
        PixelRepresentation=0,
        PixelData=pixels.tobytes() + b"\0" * (pixels.nbytes % 2),
    )
    with_plane(dataset, MASK)
    del dataset[0x60003000]
    dataset[0x60000100].value, dataset[0x60000102].value = 16, 13
    volume, _ = loaded(dataset)

    assert (volume.overlay_planes[0][0].pixels == MASK).all()
    assert (volume.values[0] == grey).all()


@pytest.mark.parametrize("rows", [10, 60_000])
def test_a_plane_that_claims_more_than_it_holds_is_told_and_costs_no_image(rows: int) -> None:
    dataset = with_plane(ct_slice(rows=12, columns=10), MASK)
    dataset[0x60000010].value = rows
    volume, notes = loaded(dataset)

    assert volume.loaded.all()
    assert volume.overlay_planes == {}
    assert notes == ("overlay planes that are damaged are not drawn (first met in slice1)",)


def test_an_image_without_planes_has_none() -> None:
    assert loaded(ct_slice(rows=12, columns=10))[0].overlay_planes == {}


def test_bytes_that_somebody_changed_end_in_planes_or_in_a_sentence() -> None:
    """Foreign bytes: whatever they claim, nothing but `Malformed` comes out, and no more than there is."""
    dataset = with_plane(ct_slice(rows=12, columns=10), MASK)
    with_plane(dataset, np.stack([MASK, ~MASK]), group_number=0x6010)
    sound = file_bytes(dataset)
    first, rng = sound.index(b"\x00\x60\x10\x00"), np.random.default_rng(7)
    ends = {"planes": 0, "sentence": 0}
    for _ in range(600):
        content = bytearray(sound)
        for place in rng.integers(first, len(content), rng.integers(1, 4)):
            content[place] = rng.choice([0, 1, 0x80, 255])
        stream = io.BytesIO(bytes(content))
        try:
            header = scan(stream, "changed")
            planes = OverlayReader(stream, header).planes(0, locate_frames(stream, header)[0])
        except (Malformed, FileRefused):
            ends["sentence"] += 1
            continue
        ends["planes"] += 1
        assert all(plane.packed.size * 8 >= plane.rows * plane.columns for plane in planes)
        assert all(plane.packed.size <= len(content) for plane in planes)

    assert min(ends.values()) > 10
