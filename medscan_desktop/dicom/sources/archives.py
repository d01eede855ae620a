"""What lies in a ZIP archive, archives in archives too, read entry by entry from one open archive.

Nothing is unpacked to disk, so a name inside an archive can never reach a place on it. Limits are counted on what
really comes out; an entry is unpacked no further than it is read.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from medscan_desktop.dicom.headers.forward import ForwardStream
from medscan_desktop.dicom.sources.source import NO_PROGRAM, Source, held_open, is_program
from medscan_desktop.domain.errors import FileRefused, NotDicom
from medscan_desktop.domain.seekable import SeekableBytes

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

ZIP = b"PK\x03\x04"
_DEPTH = 4  # archives in archives
_ENTRY_BYTES = 16 << 30
_RATIO = 200  # images reach 20:1; only what is nearly all blank reaches more
_FREE_BYTES = 64 << 20  # a ratio is no worry below this
_NESTED_BYTES = 128 << 20  # of a packed archive in an archive, which must be held whole to be read at all
_LIST_BYTES = 12 << 20  # of the list of entries: some 100,000 of them, and each becomes an object of its own
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, struct.error)
_DAMAGED = "its data in the ZIP archive are damaged"
_TOO_MUCH = "it unpacks to far more than an image holds"

Known = Callable[[str], bool]
Opener = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an archive lies: its name, when its file was last changed, how deep it is nested."""

    label: str
    mtime_ns: int
    depth: int


def archive_sources(label: str, opener: Opener, mtime_ns: int, is_known: Known) -> Iterator[Source | FileRefused]:
    """The entries of the archive that `opener` opens, but for those whose label `is_known`."""
    yield from _archive(_Place(label, mtime_ns, 1), opener, is_known)


def _archive(place: _Place, opener: Opener, is_known: Known) -> Iterator[Source | FileRefused]:
    if place.depth > _DEPTH:
        yield FileRefused(place.label, f"archives are nested deeper than {_DEPTH}")
        return
    try:
        archive = _Archive(opener)
    except _TooLong:
        yield FileRefused(place.label, "the ZIP archive lists far more files than a study has")
        return
    except _ERRORS:
        yield FileRefused(place.label, "a damaged ZIP archive")
        return
    with archive:
        yield from _entries(place, archive, is_known)


def _entries(place: _Place, archive: "_Archive", is_known: Known) -> Iterator[Source | FileRefused]:
    seen: set[str] = set()
    for info in archive.infos:
        label = f"{place.label}/{info.filename}"
        reason = _reason_against(info, seen)
        seen.add(info.filename.casefold())
        if reason:
            yield FileRefused(label, reason)
        elif PurePosixPath(info.filename).name.upper() == "DICOMDIR" or is_known(label):
            continue
        elif is_program(info.filename):
            yield NotDicom(label, NO_PROGRAM)
        else:
            yield from _entry(place, label, archive, info, is_known)


def _reason_against(info: zipfile.ZipInfo, seen: set[str]) -> str:
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    if ".." in parts or info.filename.startswith(("/", "\\")) or (parts and ":" in parts[0]):
        return "its name in the archive points outside of it"
    if info.filename.casefold() in seen:
        return "its name is in the archive twice"
    if info.flag_bits & 1:
        return "it is encrypted in the archive"
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        return "a link, which is not followed"
    if info.file_size > _most(info):
        return _TOO_MUCH
    return ""


def _most(info: zipfile.ZipInfo) -> int:
    """The bytes that an entry may honestly unpack to."""
    return min(_ENTRY_BYTES, max(_FREE_BYTES, info.compress_size * _RATIO))


def _entry(
    place: _Place, label: str, archive: "_Archive", info: zipfile.ZipInfo, is_known: Known
) -> Iterator[Source | FileRefused]:
    opened = partial(_opened, label, archive, info)
    stream = opened()
    try:
        head = stream.read(len(ZIP))
    except FileRefused as refusal:
        stream.close()
        yield refusal
        return
    if head == ZIP:
        stream.close()
        inner = _Place(label, place.mtime_ns, place.depth + 1)
        yield from _nested(inner, opened, archive, info, is_known)
        return
    with held_open(stream, opened) as again:
        yield Source(label, again, info.file_size, place.mtime_ns)


def _opened(label: str, archive: "_Archive", info: zipfile.ZipInfo) -> BinaryIO:
    return cast(BinaryIO, ForwardStream(lambda: cast(BinaryIO, _Unpacking(label, archive, info)), info.file_size))


def _nested(
    place: _Place, opened: Opener, archive: "_Archive", info: zipfile.ZipInfo, is_known: Known
) -> Iterator[Source | FileRefused]:
    """An archive in an archive: read in place where it is not packed again, else unpacked to memory."""
    if info.compress_type == zipfile.ZIP_STORED:
        try:
            start = archive.data_offset(info)
        except _ERRORS:
            yield FileRefused(place.label, _DAMAGED)
            return
        yield from _archive(place, lambda: archive.window(start, info.file_size), is_known)
        return
    if info.file_size > _NESTED_BYTES >> (place.depth - 2):
        yield FileRefused(place.label, "a large archive packed inside an archive: unpack the outer one and import that")
        return
    try:
        with opened() as stream:
            content = stream.read()
    except FileRefused as refusal:
        yield refusal
        return
    yield from _archive(place, lambda: io.BytesIO(content), is_known)


class _TooLong(Exception):
    """The list of entries is longer than is read."""


class _Archive:
    """One open archive. An entry that is asked for after its end opens it again, for itself."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._zip, stream = self._open()
        self._stream: BinaryIO | None = stream
        self.infos = [info for info in self._zip.infolist() if not info.is_dir()]

    def __enter__(self) -> "_Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; an entry that is still open keeps what it needs until it is closed."""
        self._zip.close()
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def entry(self, info: zipfile.ZipInfo) -> tuple[BinaryIO, BinaryIO | None]:
        """The unpacked bytes of an entry, and a file that is to be closed after it. Raises what zipfile raises."""
        if self._stream is not None:
            return cast(BinaryIO, self._zip.open(info)), None
        opened, stream = self._open()
        return cast(BinaryIO, opened.open(info)), stream

    def data_offset(self, info: zipfile.ZipInfo) -> int:
        """Where an entry's own bytes begin, after its local header."""
        with self.window(info.header_offset, 30) as stream:
            head = stream.read(30)
        name, extra = struct.unpack_from("<HH", head, 26)
        return info.header_offset + 30 + int(name) + int(extra)

    def window(self, start: int, size: int) -> BinaryIO:
        """The archive's own bytes from `start` on as a stream of `size` bytes."""
        return cast(BinaryIO, _Window(self._opener(), start, size))

    def _open(self) -> tuple[zipfile.ZipFile, BinaryIO]:
        stream = self._opener()
        try:
            _check_length(stream)
            opened = zipfile.ZipFile(stream)
        except BaseException:
            stream.close()
            raise
        return opened, stream


def _check_length(stream: BinaryIO) -> None:
    """Look at the end record before zipfile makes an object of every entry. Raises _TooLong."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - (1 << 16) - 128))
    tail = stream.read()
    place, place_64 = tail.rfind(_END), tail.rfind(_END_64)
    if place_64 >= 0 and len(tail) >= place_64 + 48:
        (length,) = struct.unpack_from("<Q", tail, place_64 + 40)
    elif place >= 0 and len(tail) >= place + 16:
        (length,) = struct.unpack_from("<I", tail, place + 12)
    else:
        raise zipfile.BadZipFile
    if length > _LIST_BYTES:
        raise _TooLong
    stream.seek(0)


class _Unpacking(io.RawIOBase):
    """An entry read once from its beginning, with zipfile's errors as refusals and its output counted."""

    def __init__(self, label: str, archive: _Archive, info: zipfile.ZipInfo) -> None:
        super().__init__()
        self._label = label
        self._most = _most(info)
        self._came = 0
        try:
            self._inner, self._file = archive.entry(info)
        except _ERRORS as error:
            raise FileRefused(label, _DAMAGED) from error

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to `size` bytes. Raises FileRefused."""
        try:
            part = self._inner.read(size if size is not None else -1)
        except _ERRORS as error:
            raise FileRefused(self._label, _DAMAGED) from error
        self._came += len(part)
        if self._came > self._most:
            raise FileRefused(self._label, _TOO_MUCH)
        return part

    def close(self) -> None:
        """Let go of the entry."""
        if hasattr(self, "_inner"):
            self._inner.close()
            if self._file is not None:
                self._file.close()
        super().close()


class _Window(SeekableBytes):
    """A part of a file as a file of its own."""

    def __init__(self, stream: BinaryIO, start: int, size: int) -> None:
        super().__init__(size)
        self._stream, self._start = stream, start

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read from the file, no further than the window's end."""
        target = memoryview(buffer).cast("B")
        wanted = max(0, min(len(target), self._size - self._position))
        self._stream.seek(self._start + self._position)
        part = self._stream.read(wanted)
        target[: len(part)] = part
        self._position += len(part)
        return len(part)

    def close(self) -> None:
        """Close the file with it."""
        self._stream.close()
        super().close()
