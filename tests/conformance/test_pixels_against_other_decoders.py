"""Every image, real and made, against a decoder that is not ours: lossless bit for bit, lossy within 2 levels."""

import os
from pathlib import Path

import pytest

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.domain.errors import FileRefused
from tests.conformance.other_decoders import compared, is_compared
from tests.support.made_objects import MADE, made
from tests.support.real_data import ROOT, UNREADABLE, data_folder, series_folder

FOLDERS = ("syntaxes", "enhanced", "cr_dx_mg", "cine", "objects", "malformed")
SERIES = ("ct_abdomen_j2k", "ct_chest_dicom", "ct_head_dicom", "mr_head_t1_dicom", "pet_dicom")
WITHOUT_IMAGE = frozenset(name for name in MADE if name.startswith(("video", "SEG")))  # clips; packed single bits


def files() -> list[str]:
    """Named at collection, so that each file is a test; the data folder is asked for again inside."""
    folder = Path(os.environ.get("MEDSCAN_TEST_DATA", ROOT.parent / "shared" / "data"))
    names = (str(path.relative_to(folder)) for name in FOLDERS for path in sorted((folder / name).glob("*")))
    return [name for name in names if Path(name).name not in UNREADABLE] or ["syntaxes"]


def header_at(path: Path) -> Header:
    with path.open("rb") as stream:
        return scan(stream, path.name)


def assert_equal(path: Path) -> bool:
    """Whether there was something to compare."""
    header = header_at(path)
    if not is_compared(header):
        return False
    found = compared(path, header)
    assert found.is_equal, f"{path.name}: {found.levels} levels from {found.decoder}"
    return True


@pytest.mark.parametrize("name", files())
def test_the_pixels_are_those_of_another_decoder(name: str) -> None:
    if not assert_equal(data_folder() / name):
        pytest.skip("an object without pixels, or with packed bits that do not end on a byte")


@pytest.mark.parametrize("name", SERIES)
def test_every_image_of_a_real_series_is_that_of_another_decoder(name: str) -> None:
    paths = [path for path in sorted(series_folder(name).rglob("*")) if path.is_file()]

    assert sum(map(assert_equal, paths)) == len(paths)


@pytest.mark.parametrize("name", [name for name in MADE if name not in WITHOUT_IMAGE])
def test_a_made_image_is_that_of_another_decoder(name: str, tmp_path: Path) -> None:
    try:
        found = [assert_equal(path) for path in made(tmp_path, name)]
    except FileRefused as refusal:
        pytest.fail(str(refusal))
    assert any(found) or "Pixel" not in "".join(dir(MADE[name]()[0]))
