"""The made objects are what they say: pydicom reads them back, their headers scan, and dciodvfy finds no fault."""

import shutil
import subprocess
from pathlib import Path

import pydicom
import pytest

from medscan_desktop.dicom.headers.scan import scan
from tests.support.made_objects import MADE, made

# dciodvfy of 2022 knows neither the transfer syntax nor what follows from it.
UNKNOWN_TO_DCIODVFY = frozenset(("video HEVC",))


@pytest.mark.parametrize("name", MADE)
def test_a_made_object_is_read_back_by_pydicom_and_by_our_scan(name: str, tmp_path: Path) -> None:
    for path in made(tmp_path, name):
        dataset = pydicom.dcmread(path)
        with path.open("rb") as stream:
            header = scan(stream, path.name)

        assert header.sop_instance_uid == dataset.SOPInstanceUID
        assert header.transfer_syntax_uid == dataset.file_meta.TransferSyntaxUID
        assert (header.pixels is not None) == any(
            keyword in dataset for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
        )


@pytest.mark.parametrize("name", [name for name in MADE if name not in UNKNOWN_TO_DCIODVFY])
def test_a_made_object_is_valid_for_dciodvfy(name: str, tmp_path: Path) -> None:
    """PS3.3 as David Clunie's dicom3tools check it; skipped where they are not installed."""
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy (Debian's dicom3tools) is not installed")
    for path in made(tmp_path, name)[:1]:
        said = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False).stderr

        assert [line for line in said.splitlines() if line.startswith("Error")] == []
