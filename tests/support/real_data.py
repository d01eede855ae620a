"""The way to the real test images. They are not part of the project: tests that want them skip, saying so, without."""

import os
import tarfile
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

ROOT = Path(__file__).resolve().parents[2]


# The real files that no header can be read of, each with its true reason; every other one must be read.
UNREADABLE = {
    "MR_truncated.dcm": "the file is truncated: 8,130 of 8,192 bytes of pixel data are there",
    "UN_sequence.dcm": "the file describes an image and has no pixel data: it may be truncated",
    "meta_missing_tsyntax.dcm": "the file names no transfer syntax",
    "nested_priv_SQ.dcm": "the file has no SOPClassUID, so it cannot be told apart or filed",
    "no_meta.dcm": "not a DICOM file",
    "zipMR.gz": "not DICOM: a gzip file; unpack it and import what is in it",
}


def data_folder() -> Path:
    """The folder of real images; skips the test where it is not there."""
    folder = Path(os.environ.get("MEDSCAN_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real images at {folder} (MEDSCAN_TEST_DATA names another place)")
    return folder


def series_folder(name: str) -> Path:
    """A series of `series/`, unpacked once a run where it is an archive."""
    plain = data_folder() / "series" / name
    return plain if plain.is_dir() else unpacked(data_folder() / "series" / f"{name}.tar.xz")


@cache
def unpacked(archive: Path) -> Path:
    """The folder of what is in the archive, for this run."""
    target = Path(mkdtemp(prefix="medscan-test-series-"))
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target
