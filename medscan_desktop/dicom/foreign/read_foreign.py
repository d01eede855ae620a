"""Files that are no DICOM, read in a worker: what they are, what their values are, and the values themselves.

NIfTI and NRRD are read by our own code, in pieces, never as a whole volume; SimpleITK stays the tests' second opinion,
for it does not tell a stated orientation from a guessed one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.foreign.foreign_kind import HEAD_BYTES, ForeignKind, foreign_kind
from medscan_desktop.dicom.foreign.read_nifti import nifti_head, nifti_planes
from medscan_desktop.dicom.foreign.read_nrrd import nrrd_head, nrrd_planes
from medscan_desktop.dicom.foreign.read_picture import picture_head, picture_pages
from medscan_desktop.dicom.foreign.read_stl import binary_stl
from medscan_desktop.dicom.foreign.volume_file import Range, Storing, VolumeHead, placed
from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.workers.task import Task

_PIECE = 4 << 20
_MAX_DOCUMENT = 1 << 30


def look_at_foreign(task: Task) -> Mapping[str, Any]:
    """What the file is. Body: `name`. Answer: `kind` and `volume`, `picture`, `pages` or `faces`."""
    kind = _kind(task)
    if kind.is_volume:
        head = _head(kind, task.file)
        placed(head)
        return {"kind": kind, "volume": head.to_json()}
    if kind is ForeignKind.PDF:
        return {"kind": kind, "bytes": _size(task.file)}
    if kind is ForeignKind.STL:
        return {"kind": kind, "faces": binary_stl(task.file)[1]}
    return {"kind": kind, "picture": asdict(picture_head(task.file, kind))}


def measure_foreign(task: Task) -> Mapping[str, Any]:
    """The range of a volume's values, as stored: one pass over all of them. Answer: a Range. Body: `name`."""
    kind = _kind(task)
    head = _head(kind, task.file)
    low, high, whole, missing = np.inf, -np.inf, True, 0
    for plane in _planes(kind, task.file):
        if plane.dtype.kind == "f":
            known = plane[np.isfinite(plane)]
            missing += plane.size - known.size
            whole = whole and bool((known == np.rint(known)).all())
        else:
            known = plane
        if known.size:
            low, high = min(low, float(known.min())), max(high, float(known.max()))
    if low > high:
        raise Malformed("holds no number at all")
    if abs(low) > 1e300 or abs(high) > 1e300 or not np.isfinite((high - low) * head.slope):
        raise Malformed("holds numbers that are too large for an image")
    return asdict(Range(low, high, whole, missing))


def foreign_planes(task: Task) -> Mapping[str, Any]:
    """Emit every plane of a volume as it will be stored. Body: `name`, `storing`."""
    kind = _kind(task)
    head = _head(kind, task.file)
    place, storing = placed(head), Storing(**task.body["storing"])
    for plane in _planes(kind, task.file):
        colours = plane[..., :3] if head.samples > 1 else plane
        values = colours if head.samples > 1 else storing.apply(_finite(colours))
        task.emit(np.ascontiguousarray(place.turned(values)))
    return {}


def foreign_pages(task: Task) -> Mapping[str, Any]:
    """Emit every page of a picture. Body: `name`."""
    for page in picture_pages(task.file, _kind(task)):
        task.emit(np.ascontiguousarray(page))
    return {}


def foreign_bytes(task: Task) -> Mapping[str, Any]:
    """Emit the bytes of a document or a surface in pieces. Body: `name`."""
    if _kind(task) is ForeignKind.STL:
        content = binary_stl(task.file)[0]
        for start in range(0, len(content), _PIECE):
            task.emit(np.frombuffer(content, np.uint8)[start : start + _PIECE])
        return {}
    _size(task.file)
    task.file.seek(0)
    while piece := task.file.read(_PIECE):
        task.emit(np.frombuffer(piece, np.uint8))
    return {}


def _kind(task: Task) -> ForeignKind:
    task.file.seek(0)
    kind = foreign_kind(task.file.read(HEAD_BYTES), str(task.body["name"]))
    if kind is None:
        raise Malformed("is of no kind that can be wrapped (NIfTI, NRRD, PNG, JPEG, TIFF, PDF, STL)")
    return kind


def _head(kind: ForeignKind, file: BinaryIO) -> VolumeHead:
    return nifti_head(file) if kind is ForeignKind.NIFTI else nrrd_head(file)


def _planes(kind: ForeignKind, file: BinaryIO) -> Iterator[NDArray[Any]]:
    return nifti_planes(file) if kind is ForeignKind.NIFTI else nrrd_planes(file)


def _finite(plane: NDArray[Any]) -> NDArray[Any]:
    """Infinite values are no values either."""
    if plane.dtype.kind != "f" or np.isfinite(plane).all():
        return plane
    return np.where(np.isfinite(plane), plane, np.nan)


def _size(file: BinaryIO) -> int:
    """Of a PDF; Malformed where it is cut off or larger than a document is."""
    size = file.seek(0, 2)
    if size > _MAX_DOCUMENT:
        raise Malformed("is a document of more than 1 GiB, which is not wrapped")
    file.seek(max(0, size - 2048))
    if b"%%EOF" not in file.read():
        raise Malformed("is truncated: the end of the PDF is missing")
    return size
