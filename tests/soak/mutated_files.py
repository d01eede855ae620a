"""Real files with bytes changed, cut, doubled or moved, read as the application reads them: through its workers."""

import atexit
import io
import os
import time
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

import numpy as np
import psutil

from medscan_desktop.app.start import worker_command
from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.workers.pool import ProcessWorkers
from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.domain.object_kind import ObjectKind, object_kind
from tests.support.hostile import JPEG_2000, JPEG_LS, codestream, slice_bytes, unsigned
from tests.support.real_data import ROOT

LONGEST_FILE_S = 30.0
MOST_MEMORY = 200 << 20
LARGEST = 4 << 20  # bytes of a file that is mutated: most of the time shall go into reading, not into copying
_SINGLE = ("syntaxes", "enhanced", "cr_dx_mg", "cine", "objects", "malformed")
JOBS: Mapping[ObjectKind, str] = {
    ObjectKind.SEGMENTATION: "read_seg",
    ObjectKind.STRUCTURES: "read_rtstruct",
    ObjectKind.PRESENTATION: "read_presentation",
    ObjectKind.KEY_OBJECTS: "read_keys",
    ObjectKind.REPORT: "read_report",
    ObjectKind.DOCUMENT: "read_document",
    ObjectKind.WAVEFORM: "read_waveform",
    ObjectKind.VIDEO: "read_clip",
}


def mutated_real_file(seed: int) -> None:
    """A mutated real file is read or refused with a reason, in time; the process that reads it stays small."""
    rng = np.random.default_rng(seed)
    content = _mutated(_originals()[seed % len(_originals())](), rng)
    process = psutil.Process()
    before, start = process.memory_info().rss, time.monotonic()
    try:
        _read(content)
    except FileRefused as refusal:
        assert refusal.reason, "a refusal says why"
    assert time.monotonic() - start < LONGEST_FILE_S, "it took too long"
    assert process.memory_info().rss - before < MOST_MEMORY, "it took too much memory"


def cut_real_file(seed: int) -> None:
    """A real file that ends too early is never taken for whole: it is refused, or its pixels are."""
    rng = np.random.default_rng(seed)
    whole = _originals()[seed % len(_originals())]()
    try:
        header = scan(io.BytesIO(whole), "whole")
    except FileRefused:
        return
    if header.pixels is None:  # cut between two elements, nothing shows that more should follow
        return
    length = int(rng.integers(132, header.pixels.offset + 2))
    try:
        failures = _read(whole[:length])
    except FileRefused as refusal:
        assert refusal.reason, "a refusal says why"
        return
    assert failures, f"{length:,} of {len(whole):,} bytes were taken for the whole file"


def _read(content: bytes) -> tuple[str, ...]:
    """Scan, group and load or parse, as an import and an opening would; why slices failed."""
    header = scan(io.BytesIO(content), "mutated")
    failures: list[str] = []
    for plan in group([header]).stacks:
        loading = start_load(plan, lambda uid: io.BytesIO(content), _workers(), threads=2)
        assert loading.wait(LONGEST_FILE_S), "loading hangs"
        failures += [failure.reason for failure in loading.failures]
    _parse(header, content)
    return tuple(failures)


def _parse(header: Header, content: bytes) -> None:
    kind = object_kind(header.sop_class_uid, header.transfer_syntax_uid, has_pixels=header.pixels is not None)
    for job in {"read_attributes", JOBS[kind]} if kind is not None and kind in JOBS else {"read_attributes"}:
        try:
            _workers().run(job, {}, io.BytesIO(content), label="mutated", seconds=LONGEST_FILE_S)
        except FileRefused as refusal:
            assert refusal.reason, "a refusal says why"


def _mutated(whole: bytes, rng: np.random.Generator) -> bytes:
    content = bytearray(whole)
    for _ in range(int(rng.integers(1, 12))):
        if not content:
            break
        near_the_start = rng.random() < 0.5  # where the header is, or the codestream's
        at = int(rng.integers(0, min(len(content), 4096) if near_the_start else len(content)))
        size = int(rng.integers(1, 64))
        match int(rng.integers(0, 6)):
            case 0:
                content[at] = int(rng.integers(0, 256))
            case 1:
                del content[at : at + size]
            case 2:
                content[at:at] = content[at : at + size]
            case 3:
                content[at : at + size] = rng.bytes(size)
            case 4:
                content[at : at + 4] = b"\xff" * 4
            case _:
                del content[max(at, 200) :]
    return bytes(content)


@cache
def _originals() -> tuple[Callable[[], bytes], ...]:
    """Ways to the real files, in a fixed order; small made ones where there are none."""
    folder = Path(os.environ.get("MEDSCAN_TEST_DATA", ROOT.parent / "shared" / "data"))
    paths = sorted(path for name in _SINGLE for path in (folder / name).rglob("*") if path.is_file())
    small = [path for path in paths if 0 < path.stat().st_size <= LARGEST]
    made = [slice_bytes(), unsigned(JPEG_LS, codestream(JPEG_LS)), unsigned(JPEG_2000, codestream(JPEG_2000))]
    return tuple(path.read_bytes for path in small) or tuple(partial(bytes, one) for one in made)


@cache
def _workers() -> ProcessWorkers:
    workers = ProcessWorkers(worker_command(), 2)
    atexit.register(workers.close)
    return workers
