"""Our header reader against pydicom: the same value for every attribute kept, in every real file."""

import math
import os
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.multival import MultiValue

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.headers.tags import ATTRIBUTES
from medscan_desktop.dicom.objects.quiet import quiet
from tests.support.real_data import ROOT, UNREADABLE, data_folder, series_folder

FOLDERS = ("syntaxes", "enhanced", "cr_dx_mg", "cine", "objects", "malformed")
ARCHIVES = ("ct_abdomen_j2k", "ct_chest_dicom", "ct_head_dicom", "mr_head_t1_dicom", "pet_dicom")
TEXT_VRS = frozenset(("AE", "AS", "CS", "DA", "DT", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UT"))


def files() -> list[str]:
    folder = Path(os.environ.get("MEDSCAN_TEST_DATA", ROOT.parent / "shared" / "data"))
    names = (str(path.relative_to(folder)) for name in FOLDERS for path in sorted((folder / name).glob("*")))
    return [name for name in names if Path(name).name not in UNREADABLE] or ["syntaxes"]


def expected(value: Any) -> list[str]:
    values = list(value) if isinstance(value, MultiValue | list) else [value]
    return [str(one).strip(" \0") for one in values]


def differences(path: Path, header: Header) -> list[str]:
    """Attributes of the top level whose values differ, as text or as numbers."""
    with quiet():
        dataset = pydicom.dcmread(path, force=True, stop_before_pixels=True)
        dataset.decode()
        found = []
        for tag, (_, keyword) in ATTRIBUTES.items():
            if tag >> 16 == 2 or tag not in dataset or dataset[tag].is_empty:
                continue
            element = dataset[tag]
            ours = header.attributes.get(keyword, "").split("\\")
            theirs = expected(element.value)
            if element.VR in TEXT_VRS:
                same = [one.strip() for one in ours] == [one.strip() for one in theirs]
            else:
                same = len(ours) == len(theirs) and all(map(_is_same_number, ours, theirs))
            if not same:
                found.append(keyword)
    return found


def _is_same_number(ours: str, theirs: str) -> bool:
    return ours == theirs or math.isclose(float(ours), float(theirs), rel_tol=1e-12)


@pytest.mark.parametrize("name", files())
def test_the_header_is_that_of_pydicom(name: str) -> None:
    path = data_folder() / name
    with path.open("rb") as stream:
        header = scan(stream, path.name)

    assert differences(path, header) == []


@pytest.mark.parametrize("name", ARCHIVES)
def test_every_header_of_a_real_series_is_that_of_pydicom(name: str) -> None:
    paths = sorted(path for path in series_folder(name).rglob("*") if path.is_file())[::7]
    for path in paths:
        with path.open("rb") as stream:
            assert differences(path, scan(stream, path.name)) == []


@pytest.mark.parametrize("name", files())
def test_the_pixels_are_where_pydicom_finds_them(name: str) -> None:
    path = data_folder() / name
    with path.open("rb") as stream:
        header = scan(stream, path.name)
    if header.pixels is None or header.image.is_encapsulated or header.transfer_syntax_uid.endswith(".1.99"):
        pytest.skip("no native pixel data in the file itself")
    with quiet():
        dataset = pydicom.dcmread(path, force=True)
        keyword = {"float": "FloatPixelData", "double": "DoubleFloatPixelData"}.get(header.image.kind, "PixelData")
        pixels = dataset[keyword].value
    content = path.read_bytes()[header.image.offset :][: header.image.length]
    assert content == pixels
