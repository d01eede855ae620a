"""Reading exactly what a header promises: a file's bytes in order, unpacked where they are packed, never more."""

import bz2
import gzip
import io
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.foreign.volume_file import VolumeHead
from medscan_desktop.dicom.headers.elements import Malformed, Truncated

_STEP = 1 << 20
_MOST_PACKED = 1100  # deflate cannot pack better
_UNPACK_ERRORS = (OSError, EOFError, zlib.error, ValueError)


def unpacking(file: BinaryIO, packing: str) -> BinaryIO:
    """The bytes of `file` from where it stands: "raw", "gzip" or "bzip2"."""
    if packing == "gzip":
        return cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb"))
    return cast(BinaryIO, bz2.BZ2File(file)) if packing == "bzip2" else file


def exactly(stream: BinaryIO, count: int) -> bytes:
    """The next `count` bytes. Truncated where they are not there, Malformed where they cannot be unpacked."""
    parts = io.BytesIO()
    try:
        while parts.tell() < count and (part := stream.read(min(_STEP, count - parts.tell()))):
            parts.write(part)
    except _UNPACK_ERRORS as error:
        if isinstance(error, EOFError):
            raise Truncated("is truncated: its packed data end too early") from error
        raise Malformed("is damaged: its data cannot be unpacked") from error
    if parts.tell() < count:
        raise Truncated(f"is truncated: {parts.tell():,} of {count:,} bytes are there")
    return parts.getvalue()


def skip(stream: BinaryIO, count: int) -> None:
    """Read over so many bytes."""
    while count > 0:
        count -= len(exactly(stream, min(count, _STEP)))


def check_size(file: BinaryIO, head: VolumeHead, packing: str, start: int = 0) -> None:
    """Truncated where the file cannot hold the voxels that its header claims from `start`, before any is read."""
    size = file.seek(0, io.SEEK_END) - start
    most = size if packing == "raw" else size * _MOST_PACKED if packing == "gzip" else size * 100_000
    if head.bytes > most:
        raise Truncated(f"is truncated: it claims {head.bytes:,} bytes of voxels and has {max(0, size):,} bytes")


def planes(stream: BinaryIO, head: VolumeHead) -> Iterator[NDArray[Any]]:
    """Every plane, (rows, columns) or (rows, columns, samples), slice by slice and then time by time."""
    times, slices, rows, columns = head.shape
    shape = (rows, columns) if head.samples == 1 else (rows, columns, head.samples)
    for _ in range(times * slices):
        yield np.frombuffer(exactly(stream, head.slice_bytes), np.dtype(head.dtype)).reshape(shape)
