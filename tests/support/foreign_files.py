"""Files that are no DICOM, with known answers: NIfTI and NRRD written by hand from their standards, STL, EXIF turns."""

import gzip
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

CODES = {"u1": 2, "i2": 4, "i4": 8, "f4": 16, "f8": 64, "i1": 256, "u2": 512, "u4": 768, "i8": 1024, "u8": 1280}


def voxels(dtype: str = "i2", shape: tuple[int, ...] = (4, 5, 6)) -> np.ndarray:
    """(k, j, i) of 100 k + 10 j + i - 50 (without the 50 where unsigned); a first axis of time adds 1000 a step."""
    values = sum(
        np.arange(size).reshape(-1, *(1,) * (len(shape) - 1 - axis)) * step
        for axis, (size, step) in enumerate(zip(shape, (1000, 100, 10, 1)[-len(shape) :], strict=True))
    )
    return np.asarray(values - (0 if dtype[0] == "u" else 50)).astype(dtype)


def nifti(
    values: np.ndarray,
    *,
    sform: Sequence[Sequence[float]] | None = None,
    sform_code: int = 1,
    quaternion: Sequence[float] | None = None,
    offsets: Sequence[float] = (0.0, 0.0, 0.0),
    qfac: float = 1.0,
    spacing: Sequence[float] = (1.0, 1.0, 1.0, 1.0),
    slope: float = 1.0,
    intercept: float = 0.0,
    order: str = "<",
    units: int = 2 | 8,
    descrip: bytes = b"",
    db_name: bytes = b"",
    datatype: int | None = None,
    version: int = 1,
    extension: bytes = b"",
) -> bytes:
    """A single .nii file of `values` ((t,) k, j, i); RGB where the last axis is `datatype` 128's three samples."""
    sizes = (values.shape[:-1] if datatype == 128 else values.shape)[::-1]
    dim = (len(sizes), *sizes, *(1,) * (7 - len(sizes)))
    kind = datatype or CODES[values.dtype.str[1:]]
    pixdim = (qfac, *spacing[:4], *(1.0,) * (7 - len(spacing[:4])))
    rows = [number for row in (sform or np.zeros((3, 4))) for number in row]
    qform = (*(quaternion or (0.0, 0.0, 0.0)), *offsets)
    codes = (int(quaternion is not None), sform_code if sform is not None else 0)
    tail = b"\0\0\0\0" if not extension else b"\1\0\0\0" + extension
    bits = values.dtype.itemsize * (24 if datatype == 128 else 8)
    if version == 2:
        head = struct.pack(
            order + "i8s2h8q3d8dq2d",
            540,
            b"n+2\0\r\n\x1a\n",
            kind,
            bits,
            *dim,
            0,
            0,
            0,
            *pixdim,
            540 + len(tail),
            slope,
            intercept,
        )
        head = head.ljust(240, b"\0") + descrip.ljust(80, b"\0") + bytes(24)
        head += struct.pack(order + "2i6d12d", *codes, *qform, *rows).ljust(500 - len(head), b"\0")
        head = (head + struct.pack(order + "i", units)).ljust(540, b"\0")
    else:
        head = struct.pack(order + "i", 348) + bytes(10) + db_name.ljust(18, b"\0") + bytes(8)
        head += struct.pack(order + "8h3f4h8f", *dim, 0, 0, 0, 0, kind, bits, 0, *pixdim)
        head += struct.pack(order + "3fhBB", 348 + len(tail), slope, intercept, 0, 0, units).ljust(40, b"\0")
        head = head.ljust(148, b"\0") + descrip.ljust(80, b"\0") + bytes(24)
        head += struct.pack(order + "2h6f12f", *codes, *qform, *rows) + bytes(16) + b"n+1\0"
    swapped = values.astype(values.dtype.newbyteorder(order))
    return head + tail + swapped.tobytes()


def nrrd(values: np.ndarray, *, encoding: str = "raw", lines: Sequence[str] = ()) -> bytes:
    """An attached NRRD of `values` (slowest axis first); `lines` are the header's own, before the data."""
    names = {"u1": "uchar", "i1": "int8", "i2": "short", "u2": "ushort", "i4": "int", "f4": "float", "f8": "double"}
    kind = values.dtype.str[1:]
    data = values.tobytes()
    data = {
        "raw": lambda: data,
        "gzip": lambda: gzip.compress(data),
        "ascii": lambda: " ".join(str(value) for value in values.reshape(-1)).encode() + b"\n",
    }[encoding]()
    order = "big" if values.dtype.str[0] == ">" else "little"
    head = [
        "NRRD0005",
        "# made by a test",
        f"type: {names[kind]}",
        f"dimension: {values.ndim}",
        "sizes: " + " ".join(map(str, values.shape[::-1])),
        f"endian: {order}",
        f"encoding: {encoding}",
        *lines,
    ]
    return "\n".join(head).encode() + b"\n\n" + data


def text_stl() -> bytes:
    """One face, (0,0,0) (10,0,0) (0,10,0) mm, in letters."""
    return (
        b"solid one face\n facet normal 0 0 1\n  outer loop\n   vertex 0 0 0\n   vertex 10 0 0\n   vertex 0 1e1 0\n"
        b"  endloop\n endfacet\nendsolid one face\n"
    )


def with_exif_turn(jpeg: bytes, orientation: int) -> bytes:
    """A JPEG with an EXIF block that states a turn (1 to 8)."""
    tiff = struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    block = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


def written(folder: Path, name: str, content: bytes) -> Path:
    """The file on disk; gzipped where its name says so."""
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path
