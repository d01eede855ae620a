"""Every real file, and thousands of damaged ones, ends as loaded or as refused with a reason: no crash, no warning."""

import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.sources.find import find_files
from medscan_desktop.dicom.sources.source import Source
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.domain.errors import FileRefused
from tests.support.pool import process_workers
from tests.support.real_data import UNREADABLE, data_folder, series_folder

FOLDERS = ("syntaxes", "enhanced", "cr_dx_mg", "cine", "objects", "malformed", "labelled")
SERIES = {
    "ct_abdomen_j2k": (20, 512, 512),
    "ct_chest_dicom": (40, 512, 512),
    "ct_head_dicom": (28, 512, 512),
    "mr_head_t1_dicom": (192, 256, 256),
    "pet_dicom": (299, 128, 128),
}
# What is no image, with the reason that the user reads; every other real file must load.
NOT_LOADED = UNREADABLE | {
    "1.2.840.10008.1.2.2__liver_expb.dcm": "a segmentation, not an image: shown over its images",
    "liver.dcm": "a segmentation, not an image: shown over its images",
    "partial_overlaps.dcm": "a segmentation, not an image: shown over its images",
    "rtplan.dcm": "a radiotherapy plan, not an image: opens as its header",
    "rtss.dcm": "a set of radiotherapy structures, not an image: shown over its images",
    "sr.dcm": "a report, not an image: opens as text",
    "ExplVR_LitEndNoMeta.dcm": "a radiotherapy ion plan, not an image: opens as its header",
    "Issue1097_FailToOpenDeflatedFileWithSQ.dcm": ("an object without pixel data, not an image: opens as its header"),
}
WRAPPABLE = {
    "nii": "not DICOM: a NIfTI image, which can be wrapped into a study",
    "nrrd": "not DICOM: an NRRD image, which can be wrapped into a study",
}
LARGEST_MUTATED = 150_000  # bytes of a file, so that thousands take seconds
MUTATIONS = 500


def outcome(opened: Callable[[], BinaryIO], label: str) -> str:
    """What became of one file: "loaded", or the reason why not."""
    try:
        with opened() as stream:
            header = scan(stream, label)
        grouping = group([header])
        for plan in grouping.stacks:
            loading = start_load(plan, lambda _: opened(), process_workers())
            loading.wait()
            assert loading.volume.is_complete or loading.failures, "slices lost without a reason"
            if loading.failures:
                return loading.failures[0].reason
    except FileRefused as error:
        return error.reason
    assert Header.from_json(json.loads(json.dumps(header.to_json()))) == header
    return "loaded" if grouping.stacks else grouping.refused[0].reason


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_is_loaded_or_refused_with_a_reason(folder: str) -> None:
    for source in find_files([data_folder() / folder]):
        assert isinstance(source, Source)
        name = Path(source.label).name
        expected = WRAPPABLE[name.split(".")[1]] if folder == "labelled" else NOT_LOADED.get(name, "loaded")
        assert outcome(source.open, source.label) == expected, name


@pytest.mark.parametrize(("name", "shape"), SERIES.items())
def test_every_real_series_is_one_volume(name: str, shape: tuple[int, int, int]) -> None:
    paths = {}
    headers = []
    for path in sorted(path for path in series_folder(name).rglob("*") if path.is_file()):
        with path.open("rb", buffering=0) as stream:
            header = scan(stream, path.name)
        headers.append(header)
        paths[header.sop_instance_uid] = path
    (plan,) = group(headers).stacks
    loading = start_load(plan, lambda uid: paths[uid].open("rb", buffering=0), process_workers())
    loading.wait()

    assert plan.is_volume and loading.volume.is_complete
    assert loading.volume.values.shape == shape


@pytest.mark.parametrize("folder", ["syntaxes", "enhanced", "malformed"])
def test_damaged_files_cost_themselves_and_nothing_else(folder: str) -> None:
    generator = random.Random(folder)
    paths = [path for path in sorted((data_folder() / folder).iterdir()) if path.stat().st_size < LARGEST_MUTATED]
    contents = {path: path.read_bytes() for path in paths}
    for _ in range(MUTATIONS):
        path = generator.choice(paths)
        damaged = damage(contents[path], generator)
        assert outcome(lambda damaged=damaged: io.BytesIO(damaged), path.name)


def damage(content: bytes, generator: random.Random) -> bytes:
    """A few bytes changed, most of them in the header, and sometimes the end cut off."""
    changed = bytearray(content)
    for _ in range(generator.randint(1, 5)):
        last = len(changed) if generator.random() < 0.2 else min(len(changed), 6000)
        changed[generator.randrange(min(128, last - 1), last)] = generator.choice((0, 1, 255, generator.randrange(256)))
    return bytes(changed[: generator.randrange(len(changed))]) if generator.random() < 0.2 else bytes(changed)
