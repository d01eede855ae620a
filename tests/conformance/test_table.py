"""Every file ends as its kind should: an image whole, an overlay, a text, pages, a plot, a clip, a list, or refused.

The expectation is by kind, so that other data work as well; what the made objects become is known by name.
"""

from pathlib import Path

import pytest

from medscan_desktop.domain.object_kind import ObjectKind, object_kind
from tests.conformance.peers import opened_by
from tests.conformance.table import REFUSED, Row, rows
from tests.support.made_objects import MADE, made
from tests.support.real_data import data_folder

# What stands in "opened as" by kind of object; one of the words must be there. An image's is None.
EXPECTED: dict[ObjectKind | None, tuple[str, ...]] = {
    None: ("volume", "images"),
    ObjectKind.SEGMENTATION: ("segmentation over", "segmentation, listed"),
    ObjectKind.STRUCTURES: ("structure set over", "structure set, listed"),
    ObjectKind.PRESENTATION: ("presentation state over", "presentation state, listed"),
    ObjectKind.KEY_OBJECTS: ("key object selection over", "key object selection, listed"),
    ObjectKind.REPORT: ("text tree",),
    ObjectKind.DOCUMENT: ("pages", "text tree"),
    ObjectKind.MESH: ("mesh",),
    ObjectKind.WAVEFORM: ("plot",),
    ObjectKind.VIDEO: ("clip", "listed"),
    ObjectKind.OTHER: ("listed",),
}
MADE_AS = {
    "source CT": "CT volume 16×16×10",
    "tilted CT": "CT volume 16×16×10",
    "secondary capture RGB": "OT colour images 16×16×1",
    "secondary capture palette": "OT colour images 16×16×1",
    "secondary capture colour frames": "OT colour images 16×16×3",
    "secondary capture bit frames": "OT images 16×16×3",
    "NM reconstructed": "NM volume 16×16×10",
    "XA run": "XA images 16×16×3",
    "enhanced CT": "CT volume 16×12×8",
    "enhanced MR": "2 times MR volume 16×12×4",
    "CT with a gap": "CT volume 16×16×9",
    "enhanced PET": "PT volume 16×12×8",
    "tomosynthesis": "MG volume 16×12×8",
    "parametric map": "OT volume 16×16×10",
    "encapsulated PDF": "document, pages",
    "ECG": "waveform, plot",
    "video MPEG-2": "video, clip",
    "video H.264": "video, clip",
    "video HEVC": "video, clip",
    "text SR": "structured report, text tree",
}
OVER_ITS_IMAGES = ("SEG", "SEG fractional", "RTSTRUCT", "GSPS", "KO")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """Without pixels: each image is held to another decoder in a test of its own."""
    return rows(data_folder(), tmp_path_factory.mktemp("made"), pixels=False)


def test_no_file_ends_without_a_word(table: list[Row]) -> None:
    silent = [row.case.name for row in table if not row.opened_as or (not row.is_opened and not row.reason)]

    assert not silent
    assert not [row for row in table if "reference" in row.reason], "a bug, not a property of the file"


def test_every_object_opens_as_its_kind_should(table: list[Row]) -> None:
    wrong = []
    for row in table:
        for header in row.headers:
            has_pixels = header.pixels is not None
            kind = object_kind(header.sop_class_uid, header.transfer_syntax_uid, has_pixels=has_pixels)
            if not any(word in row.opened_as for word in EXPECTED[kind]):
                wrong.append((row.case.name, row.opened_as, row.reason))

    assert not wrong


def test_what_has_a_header_is_never_refused(table: list[Row]) -> None:
    assert not [(row.case.name, row.reason) for row in table if row.headers and row.opened_as == REFUSED]


def test_every_frame_of_an_image_is_in_a_stack(table: list[Row]) -> None:
    images = [row for row in table if row.headers and any(word in row.opened_as for word in ("volume", "images"))]

    assert images
    assert not [(row.case.name, row.shown_frames, row.frames) for row in images if row.shown_frames != row.frames]


def test_volumes_of_other_formats_can_be_wrapped_with_simpleitks_values(table: list[Row]) -> None:
    foreign = [row for row in table if row.case.name.startswith("labelled")]

    assert all(row.opened_as.startswith("wrapped") and not row.pixels_differ for row in foreign)


@pytest.mark.parametrize("name", MADE)
def test_a_made_object_opens_as_what_it_is(table: list[Row], name: str) -> None:
    (row,) = (row for row in table if row.case.is_made and row.case.name == name)

    assert row.is_opened
    if name in MADE_AS:
        assert row.opened_as == MADE_AS[name], row.reason
    if name in OVER_ITS_IMAGES:
        assert row.opened_as.endswith("source CT"), row.reason


@pytest.mark.parametrize("reader", ["pydicom", "SimpleITK"])
def test_a_peer_that_fails_costs_one_file(reader: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.dcm"
    broken.write_text("no image at all")
    paths = [broken, *made(tmp_path, "secondary capture grey"), broken]

    found = opened_by(reader, paths)

    assert [bool(found[path]) for path in paths] == [True, False, True]
