"""What becomes of every file: opened as what, frames, transfer syntax, or refused and why; and the count of peers.

    .venv/bin/python -m tests.conformance.table [FOLDER] [--markdown] [--peers PYTHON]

FOLDER is the test data unless named. Each row is a file, or a whole series of `series/`. The made objects come last and
are marked so. `--peers` counts the files that pydicom (with whatever plug-ins PYTHON has) and SimpleITK open.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from medscan_desktop.app.start import worker_command
from medscan_desktop.dicom.foreign.foreign_kind import HEAD_BYTES, ForeignKind, foreign_kind
from medscan_desktop.dicom.foreign.read_nifti import nifti_planes
from medscan_desktop.dicom.foreign.read_nrrd import nrrd_planes
from medscan_desktop.dicom.foreign.volume_file import VolumeHead
from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.pool import ProcessWorkers
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.domain.errors import FileRefused, MedScanError, NotDicom
from medscan_desktop.domain.object_kind import object_kind
from medscan_desktop.scene.document import Clip, Pages, Plot
from medscan_desktop.scene.overlays import OVERLAY_KINDS
from medscan_desktop.workstation.documents import read_document
from medscan_desktop.workstation.overlays import StoredObject, open_object
from tests.conformance.other_decoders import compared, is_compared
from tests.conformance.peers import READERS, opened_by
from tests.support.made_objects import MADE, made
from tests.support.real_data import ROOT, unpacked

SERIES = "series"
NO_IMAGES = "standard"  # a table, not a file to open
REFUSED = "refused"


@dataclass(frozen=True)
class Case:
    """A row to be: its files, and the headers of what lies beside it (overlays look for their images there)."""

    name: str
    paths: tuple[Path, ...]
    beside: tuple[Path, ...]
    is_made: bool = False


@dataclass(frozen=True)
class Row:
    """What became of one case. `pixels`: against which decoder, and how near; "" where there are none."""

    case: Case
    opened_as: str
    frames: int = 0
    syntax: str = ""
    reason: str = ""
    pixels: str = ""
    pixels_differ: bool = False
    headers: tuple[Header, ...] = ()
    peers: dict[str, int] = field(default_factory=dict)
    shown_frames: int = 0  # in stacks

    @property
    def is_opened(self) -> bool:
        return self.opened_as != REFUSED


def cases(folder: Path, temporary: Path) -> Iterator[Case]:
    """Every file under `folder`, series as one, then every made object."""
    yield from (Case(path.name, (path,), ()) for path in sorted(folder.iterdir()) if path.is_file())
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        if place.name == SERIES:
            for entry in sorted(place.iterdir()):
                root = entry if entry.is_dir() else unpacked(entry)
                files = tuple(sorted(path for path in root.rglob("*") if path.is_file()))
                yield Case(f"{SERIES}/{entry.name}", files, files)
        else:
            files = tuple(sorted(path for path in place.rglob("*") if path.is_file()))
            yield from (Case(str(path.relative_to(folder)), (path,), files) for path in files)
    written = {name: tuple(made(temporary, name)) for name in MADE}
    together = tuple(path for paths in written.values() for path in paths)
    yield from (Case(name, paths, together, is_made=True) for name, paths in written.items())


def row_of(case: Case, workers: Workers, *, pixels: bool) -> Row:
    """Open one case as the product does."""
    try:
        headers = tuple(_header(path) for path in case.paths)
    except NotDicom as error:
        return _foreign(case, workers, error.reason)
    except FileRefused as error:
        return Row(case, REFUSED, reason=error.reason)
    base = Row(case, "", sum(header.frames for header in headers), headers[0].transfer_syntax_uid, headers=headers)
    grouping = group(headers)
    try:
        shown = [_image(plan, case, headers, workers) for plan in grouping.stacks]
        others = [_other(headers[one.header], case, workers) for one in grouping.refused]
    except MedScanError as error:
        return replace(base, opened_as=REFUSED, reason=str(error).partition(": ")[2] or str(error))
    counts = Counter([*shown, *(kind for kind, _ in others)])
    what = ", ".join(text if count == 1 else f"{count} times {text}" for text, count in counts.items())
    said = "; ".join(dict.fromkeys(reason for _, reason in others if reason))
    row = replace(base, opened_as=what, reason=said, shown_frames=sum(len(one.frames) for one in grouping.stacks))
    return _with_pixels(row) if pixels and grouping.stacks else row


def _header(path: Path) -> Header:
    with path.open("rb") as stream:
        return scan(stream, path.name)


def _foreign(case: Case, workers: Workers, reason: str) -> Row:
    (path,) = case.paths
    with path.open("rb") as stream:
        kind = foreign_kind(stream.read(HEAD_BYTES), path.name)
        if kind is None:
            return Row(case, REFUSED, reason=reason)
        try:
            answer = workers.run("look_at_foreign", {"name": path.name}, stream, label=path.name)
        except FileRefused as error:
            return Row(case, REFUSED, reason=error.reason)
        if "volume" not in answer:
            return Row(case, f"wrapped: {kind}", 1, "no DICOM")
        head = VolumeHead.from_json(answer["volume"])
        read = nifti_planes if kind is ForeignKind.NIFTI else nrrd_planes
        ours = np.stack(list(read(stream))).reshape(-1) * head.slope + head.intercept
    other = sitk.GetArrayFromImage(sitk.ReadImage(str(path))).reshape(-1)
    levels = float(np.abs(ours - other).max())
    what = " × ".join(map(str, head.shape[:0:-1]))
    frames, said = head.shape[0] * head.shape[1], "; ".join(head.notes)
    return Row(case, f"wrapped: {kind} {what}", frames, "no DICOM", said, _near("SimpleITK", levels), levels > 0)


def _image(plan: StackPlan, case: Case, headers: Sequence[Header], workers: Workers) -> str:
    """Every slice loaded. Raises FileRefused with the first reason where one is not."""
    paths = {header.sop_instance_uid: path for header, path in zip(headers, case.paths, strict=True)}
    loading = start_load(plan, lambda uid: paths[uid].open("rb", buffering=0), workers)
    loading.wait()
    for failure in loading.failures:
        raise FileRefused(failure.label, failure.reason)
    slices, (rows, columns) = len(plan.frames), plan.geometry.shape[1:]
    what = "volume" if plan.is_volume else "colour images" if plan.is_colour else "images"
    return f"{plan.modality} {what} {columns}×{rows}×{slices}"


def _other(header: Header, case: Case, workers: Workers) -> tuple[str, str]:
    """Opened as what, and what is to be said."""
    kind = object_kind(header.sop_class_uid, header.transfer_syntax_uid, has_pixels=header.pixels is not None)
    paths = {_header_or_none(path): path for path in case.paths}
    path = next(path for found, path in paths.items() if found == header.sop_instance_uid)
    if kind in OVERLAY_KINDS:
        plans = group(_headers(case.beside)).stacks
        opened = open_object(workers, StoredObject(header, kind, lambda: path.open("rb")))
        try:
            matched = opened.match(plans)
            opened.place(matched, matched.plan.geometry, plans)
        except MedScanError as error:
            return f"{kind}, listed", str(error)
        return f"{kind} over {matched.plan.label}", ""
    document = read_document(workers, lambda: path.open("rb"), header)
    body = document.body
    form = {Pages: "pages", Plot: "plot", Clip: "clip"}.get(type(body), "text tree")
    warnings = "; ".join(document.warnings)
    is_header = (
        kind is None or (form == "text tree" and kind.value in ("other object", "video")) or "header" in warnings
    )
    return f"{kind or 'object'}, {'listed with its header' if is_header else form}", warnings


def _header_or_none(path: Path) -> str:
    try:
        return _header(path).sop_instance_uid
    except FileRefused:
        return str(path)


def _headers(paths: Iterable[Path]) -> list[Header]:
    found = []
    for path in paths:
        try:
            found.append(_header(path))
        except FileRefused:
            continue
    return found


def _with_pixels(row: Row) -> Row:
    worst: dict[str, float] = {}
    differ = False
    for path, header in zip(row.case.paths, row.headers, strict=True):
        if is_compared(header):
            found = compared(path, header)
            worst[found.decoder] = max(worst.get(found.decoder, 0.0), found.levels)
            differ |= not found.is_equal
    return replace(row, pixels=", ".join(_near(*one) for one in worst.items()), pixels_differ=differ)


def _near(decoder: str, levels: float) -> str:
    return f"within {levels:g} of {decoder}" if levels else f"= {decoder}"


def rows(folder: Path, temporary: Path, *, pixels: bool = True) -> list[Row]:
    """Every case opened, foreign bytes in worker processes."""
    workers = ProcessWorkers(worker_command(), 2)
    try:
        return [row_of(case, workers, pixels=pixels) for case in cases(folder, temporary)]
    finally:
        workers.close()


def with_peers(found: Sequence[Row], python: str) -> list[Row]:
    """The rows with how many of their files each peer opens."""
    paths = [path for row in found for path in row.case.paths]
    opened = {reader: opened_by(reader, paths, python) for reader in READERS}
    return [
        replace(row, peers={name: sum(not opened[name][path] for path in row.case.paths) for name in READERS})
        for row in found
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--peers", default="", metavar="PYTHON")
    options = parser.parse_args()
    folder = options.folder or Path(os.environ.get("MEDSCAN_TEST_DATA", ROOT.parent / "shared" / "data"))
    with tempfile.TemporaryDirectory() as temporary:
        found = rows(folder, Path(temporary))
        if options.peers:
            found = with_peers(found, options.peers)
        _print(found, markdown=options.markdown)
    return int(any(row.pixels_differ for row in found))


def _print(found: Sequence[Row], *, markdown: bool) -> None:
    head = ["file", "files", "opened as", "frames", "transfer syntax", "pixels", "said or refused", *found[0].peers]
    lines = [head, *([str(cell) for cell in _cells(row)] for row in found)]
    if markdown:
        print("\n".join("| " + " | ".join(line) + " |" for line in [lines[0], ["---"] * len(head), *lines[1:]]))
    else:
        widths = [min(60, max(len(line[column]) for line in lines)) for column in range(len(head))]
        for line in lines:
            print("  ".join(cell[:60].ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    print()
    for name, these in _kinds_of_files(found).items():
        total = sum(len(row.case.paths) for row in these)
        ours = sum(len(row.case.paths) for row in these if row.is_opened)
        peers = "".join(f", by {peer} {sum(row.peers[peer] for row in these)}" for peer in found[0].peers)
        print(f"{name}: {total} files, opened by us {ours}{peers}.")


def _kinds_of_files(found: Sequence[Row]) -> dict[str, list[Row]]:
    def kind(row: Row) -> str:
        if row.case.is_made:
            return "made"
        if row.case.name.startswith("labelled"):
            return "real NIfTI and NRRD"
        return "notes and tables" if "/" not in row.case.name or row.case.name.startswith(NO_IMAGES) else "real DICOM"

    names = ("real DICOM", "real NIfTI and NRRD", "notes and tables", "made")
    return {name: [row for row in found if kind(row) == name] for name in names}


def _cells(row: Row) -> list[object]:
    name = f"{row.case.name} (made)" if row.case.is_made else row.case.name
    count = len(row.case.paths)
    peers = [f"{opened}/{count}" for opened in row.peers.values()]
    return [name, count, row.opened_as, row.frames or "", row.syntax, row.pixels, row.reason.replace("|", "/"), *peers]


if __name__ == "__main__":
    sys.exit(main())
