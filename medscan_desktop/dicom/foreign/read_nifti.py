"""NIfTI-1 and NIfTI-2 in one file, plain or gzipped: the header in DICOM's terms, and the planes in pieces.

https://nifti.nimh.nih.gov/nifti-1 : the sform is used where its code is above 0, else the qform, else nothing is known
of left and right, and nothing is guessed.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.foreign.byte_stream import check_size, exactly, planes, skip, unpacking
from medscan_desktop.dicom.foreign.volume_file import VolumeHead
from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.domain.shown import shown

_TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8"}
_COLOURS = {128: 3, 2304: 4}
_REFUSED_TYPES = {1: "single bits", 32: "complex numbers", 1536: "128-bit numbers", 1792: "complex numbers"}
_MM = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}
_SECONDS = {8: 1.0, 16: 1e-3, 24: 1e-6}
_SPACES = {3: "Talairach", 4: "MNI152", 5: "another template"}
_LARGEST_EXTENSIONS = 64 << 20
_DIFFERENT_MM = 0.1
_FARTHEST = 1e9  # mm
_DIFFERENT_STEP = 1e-3
_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])  # NIfTI counts to the right and the front


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of either version, as they stand in the file."""

    order: str
    size: int  # of the header with its four extension bytes
    dim: tuple[int, ...]
    datatype: int
    pixdim: tuple[float, ...]
    offset: int
    slope: float
    intercept: float
    units: int
    texts: tuple[tuple[str, bytes], ...]
    qform_code: int
    sform_code: int
    quaternion: tuple[float, ...]  # b, c, d, then the offsets
    srow: tuple[float, ...]


def nifti_head(file: BinaryIO) -> VolumeHead:
    """What the header says. Malformed where it is damaged, or holds what DICOM cannot."""
    fields, _ = _opened(file)
    head = _head(fields)
    packing = _packing(file)
    check_size(file, head, packing, max(fields.offset, fields.size) if packing == "raw" else 0)
    return head


def nifti_planes(file: BinaryIO) -> Iterator[NDArray[Any]]:
    """Every plane, as stored, in the order of `planes`."""
    fields, stream = _opened(file)
    head = _head(fields)
    skip(stream, max(0, fields.offset - fields.size))
    yield from planes(stream, head)


def _packing(file: BinaryIO) -> str:
    file.seek(0)
    return "gzip" if file.read(2) == b"\x1f\x8b" else "raw"


def _opened(file: BinaryIO) -> tuple[_Fields, BinaryIO]:
    """The fields, and the unpacked stream behind the header and its four extension bytes."""
    packing = _packing(file)
    file.seek(0)
    stream = unpacking(file, packing)
    size = exactly(stream, 4)
    for order in "<>":
        (length,) = struct.unpack(order + "i", size)
        if length == 348:
            return _version_1(order, size + exactly(stream, 348)), stream
        if length == 540:
            return _version_2(order, size + exactly(stream, 540)), stream
    raise Malformed("is no NIfTI image: its header has another size")


def _version_1(order: str, data: bytes) -> _Fields:
    if data[344:348] == b"ni1\0":
        raise Malformed("has its values in another file (.img): only a single .nii file can be wrapped")
    if data[344:348] != b"n+1\0":
        raise Malformed("is an ANALYZE image, which does not say where left is, or a damaged NIfTI header")

    def read(form: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + form, data, at)

    return _Fields(
        order=order,
        size=352,
        dim=read("8h", 40),
        datatype=read("h", 70)[0],
        pixdim=read("8f", 76),
        offset=_whole(read("f", 108)[0]),
        slope=_as_written(read("f", 112)[0]),
        intercept=_as_written(read("f", 116)[0]),
        units=data[123],
        texts=(("db_name", data[14:32]), ("descrip", data[148:228]), ("aux_file", data[228:252])),
        qform_code=read("h", 252)[0],
        sform_code=read("h", 254)[0],
        quaternion=read("6f", 256),
        srow=read("12f", 280),
    )


def _version_2(order: str, data: bytes) -> _Fields:
    if data[4:8] != b"n+2\0":
        raise Malformed("has its values in another file (.img), or a damaged NIfTI header")

    def read(form: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + form, data, at)

    return _Fields(
        order=order,
        size=544,
        dim=read("8q", 16),
        datatype=read("h", 12)[0],
        pixdim=read("8d", 104),
        offset=read("q", 168)[0],
        slope=read("d", 176)[0],
        intercept=read("d", 184)[0],
        units=read("i", 500)[0],
        texts=(("descrip", data[240:320]), ("aux_file", data[320:344])),
        qform_code=read("i", 344)[0],
        sform_code=read("i", 348)[0],
        quaternion=read("6d", 352),
        srow=read("12d", 400),
    )


def _whole(number: float) -> int:
    return int(number) if np.isfinite(number) and abs(number) < 1 << 40 else -1


def _as_written(number: float) -> float:
    """A 32-bit number as the decimal that was most likely meant: 0.1 and not 0.10000000149011612."""
    return float(str(np.float32(number)))


def _head(fields: _Fields) -> VolumeHead:
    if fields.datatype in _REFUSED_TYPES:
        raise Malformed(f"holds {_REFUSED_TYPES[fields.datatype]}, which DICOM images cannot")
    if fields.datatype not in _TYPES and fields.datatype not in _COLOURS:
        raise Malformed(f"holds values of an unknown type ({fields.datatype})")
    count = fields.dim[0]
    if not 1 <= count <= 7 or min(fields.dim[1 : count + 1]) < 1:
        raise Malformed("is a damaged NIfTI image: its dimensions are none")
    if any(size > 1 for size in fields.dim[5 : count + 1]):
        raise Malformed("holds several values a voxel (five dimensions), which an image cannot")
    if not 0 <= fields.offset <= _LARGEST_EXTENSIONS:
        raise Malformed("is a damaged NIfTI image: its voxels begin nowhere")
    columns, rows, slices, times = (fields.dim[axis] if axis <= count else 1 for axis in range(1, 5))
    mm = _MM.get(fields.units & 7, 1.0)
    steps = tuple(abs(step) * mm or 1.0 for step in fields.pixdim[1:4])
    affine, notes = _affine(fields, mm)
    if affine is not None:  # where the two contradict each other, the affine is the geometry
        along = tuple(float(np.linalg.norm(affine[axis:12:4])) for axis in range(3))
        if any(abs(one - other) > _DIFFERENT_STEP * other for one, other in zip(along, steps, strict=True)):
            notes += ("its geometry and its voxel size differ: the geometry was used",)
        steps = along
    if not fields.units & 7:
        notes += ("the unit of its distances is not stated: taken as mm",)
    sound = np.isfinite(fields.slope) and fields.slope != 0 and np.isfinite(fields.intercept)
    return VolumeHead(
        shape=(times, slices, rows, columns),
        dtype="|u1" if fields.datatype in _COLOURS else fields.order + _TYPES[fields.datatype],
        samples=_COLOURS.get(fields.datatype, 1),
        slope=float(fields.slope) if sound else 1.0,
        intercept=float(fields.intercept) if sound else 0.0,
        affine=affine,
        spacing=(steps[0], steps[1], steps[2]),
        seconds=abs(fields.pixdim[4]) * _SECONDS.get(fields.units & 56, 0.0) if times > 1 else 0.0,
        notes=notes,
        says=tuple((name, text) for name, raw in fields.texts if (text := _text(raw))),
    )


def _text(raw: bytes) -> str:
    return shown(raw.split(b"\0")[0].decode("utf-8", "replace")).strip()


def _affine(fields: _Fields, mm: float) -> tuple[tuple[float, ...] | None, tuple[str, ...]]:
    """(column, row, slice) to LPS mm, and what is to be said about it."""
    by_code = {}
    if fields.sform_code > 0:
        by_code[fields.sform_code] = _scaled(np.vstack([np.reshape(fields.srow, (3, 4)), [0, 0, 0, 1]]), mm)
    if fields.qform_code > 0 and fields.sform_code <= 0:
        by_code[fields.qform_code] = _scaled(_qform(fields), mm)
    if not by_code:
        return None, ("orientation not stated in the file",)
    ((code, affine),) = by_code.items()
    notes: tuple[str, ...] = ()
    if code in _SPACES:
        notes += (f"aligned to {_SPACES[code]}: positions are those of a template, not of the scanner",)
    apart = _apart(fields, affine, mm)
    if apart > _DIFFERENT_MM:
        notes += (f"its two geometries (sform, qform) differ by up to {apart:.1f} mm: the sform was used",)
    return tuple(float(value) for value in (_TO_LPS @ affine).reshape(-1)), notes


def _apart(fields: _Fields, affine: NDArray[np.float64], mm: float) -> float:
    """How far the sform and the qform put a corner apart, in mm; 0 where the qform is not stated, or damaged."""
    if fields.sform_code <= 0 or fields.qform_code <= 0:
        return 0.0
    try:
        other = _scaled(_qform(fields), mm)
    except Malformed:
        return 0.0
    last = [size - 1 for size in fields.dim[1:4]]
    return float(np.abs((affine - other) @ np.array([[0, 0, 0, 1], [*last, 1]], float).T).max())


def _scaled(affine: NDArray[Any], mm: float) -> NDArray[np.float64]:
    if not (np.abs(affine) < _FARTHEST).all():
        raise Malformed("has a geometry that is no geometry (not a number)")
    return np.asarray(np.diag([mm, mm, mm, 1.0]) @ affine, np.float64)


def _qform(fields: _Fields) -> NDArray[np.float64]:
    """Method 2 of nifti1.h: a unit quaternion, offsets, and the sign of the third axis in pixdim[0]."""
    b, c, d, *offsets = fields.quaternion
    square = 1.0 - (b * b + c * c + d * d)
    if square < -1e-3 or not np.isfinite(square):
        raise Malformed("has a geometry that is no geometry (its quaternion is none)")
    a = float(np.sqrt(max(square, 0.0)))
    if square < 1e-7:  # a turn by 180 degrees: rounding must not stretch it
        length = float(np.sqrt(b * b + c * c + d * d))
        a, b, c, d = 0.0, b / length, c / length, d / length
    turn = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b],
        ]
    )
    side = -1.0 if fields.pixdim[0] < 0 else 1.0
    steps = [abs(step) or 1.0 for step in fields.pixdim[1:4]]
    if not np.isfinite([*steps, *offsets]).all():
        raise Malformed("has a geometry that is no geometry (not a number)")
    affine = np.eye(4)
    affine[:3, :3] = turn * [steps[0], steps[1], steps[2] * side]
    affine[:3, 3] = offsets
    return affine
