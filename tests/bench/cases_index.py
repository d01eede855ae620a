"""The header index of 5,000 files into grouped stacks, and importing them again when nothing has changed."""

import os
import shutil
from functools import cache
from pathlib import Path
from statistics import median

import pydicom
import SimpleITK as sitk

from medscan_desktop.app.build import build
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.headers.tags import ATTRIBUTES
from medscan_desktop.dicom.sources.find import find_files
from medscan_desktop.dicom.sources.source import Source
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import create_keys
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import create_first_user, log_in
from medscan_desktop.workstation.jobs import InlineJobs
from tests.bench.harness import Row, against, alternate, seconds
from tests.support.raw_series import write_scanner_files

FILES = 5000
RUNS = 3
PASSWORD = "bench password"
_TAGS = [tag for tag in ATTRIBUTES if tag >> 16 != 2]


def index_against_pydicom(folder: Path) -> Row:
    """The peer reads the same attributes, as values; it does not group them."""
    files = _files(folder)
    samples = alternate(lambda: _ours(files), lambda: _pydicom(files), runs=RUNS)
    return against("index_5000", f"pydicom {pydicom.__version__}, the same tags", 4, samples, _limit(files))


def index_against_simpleitk(folder: Path) -> Row:
    files = _files(folder)
    samples = alternate(lambda: _ours(files), lambda: _simpleitk(files), runs=RUNS)
    return against("index_5000_sitk", "SimpleITK ReadImageInformation", 6, samples, _limit(files))


def reindex(folder: Path) -> Row:
    """Ours is the second import of the folder, the peer our own first one."""
    files = _files(folder)
    home = Home(folder / "reindex")
    home.make_folders()
    keys, _ = create_keys(home, passphrase="bench passphrase")
    parts = build(home, keys, InlineJobs())
    workstation = parts.workstation
    try:
        workstation.answer(create_first_user, name="bench", password=PASSWORD)
        workstation.answer(log_in, name="bench", password=PASSWORD)
        first = seconds(lambda: workstation.answer(import_files, paths=(files,)))
        again = [seconds(lambda: workstation.answer(import_files, paths=(files,))) for _ in range(RUNS)]
    finally:
        parts.close()
        shutil.rmtree(home.root)
    note = f"{FILES / first:,.0f} files/s the first time, {FILES / median(again):,.0f} again"
    return against("reindex", "the first import", 20, (again, [first]), note)


@cache
def _files(folder: Path) -> Path:
    made = folder / "scanner-files"
    write_scanner_files(made, FILES)
    return made


def _ours(folder: Path) -> None:
    headers = []
    for source in find_files([folder]):
        assert isinstance(source, Source)
        with source.open() as stream:
            headers.append(scan(stream, source.label))
    assert sum(len(stack.frames) for stack in group(headers).stacks) == FILES


def _pydicom(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        dataset = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_TAGS)
        values = {element.keyword: element.value for element in dataset}
        assert "ImagePositionPatient" in values


def _simpleitk(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        reader = sitk.ImageFileReader()
        reader.SetFileName(str(path))
        reader.ReadImageInformation()
        assert reader.HasMetaDataKey("0020|0032")


def _limit(folder: Path) -> str:
    """What reading the first 16 KB of each file alone takes."""

    def read() -> None:
        for path in sorted(folder.iterdir()):
            descriptor = os.open(path, os.O_RDONLY)
            os.read(descriptor, 16 * 1024)
            os.close(descriptor)

    return f"limit, reading 16 KB of each: {median(seconds(read) for _ in range(RUNS)) * 1000:.0f} ms"
