"""Files to import from what a user points at: a folder, a file, a ZIP (nested ones too), a DICOMDIR.

Links are never followed. Archives are read in memory, entry by entry, and their limits are counted on what really comes
out; nothing is unpacked to disk, so a name inside an archive can never reach a place on it.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from medscan_desktop.dicom.beginning import as_written, meta_header
from medscan_desktop.dicom.elements import EXPLICIT_LITTLE, FLOAT_PIXELS, Malformed, Reader
from medscan_desktop.dicom.tags import TAGS
from medscan_desktop.dicom.values import attribute_values
from medscan_desktop.domain.errors import FileRefused, NotDicom

_DEPTH = 4  # archives in archives
_FOLDERS = 64  # folders in folders
_ENTRY_BYTES = 4 << 30
_RATIO = 1000
_FREE_BYTES = 64 << 20  # a ratio is no worry below this
_STEP = 1 << 20
_FILE_ID = 0x00041500
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)


@dataclass(frozen=True, slots=True)
class Source:
    """One file. `label` is its path as the user knows it; `path` is where it lies, None inside an archive."""

    label: str
    open: Callable[[], BinaryIO]
    size: int
    path: Path | None = None


def find_files(paths: Iterable[Path]) -> Iterator[Source | FileRefused]:
    """Every file under `paths`, in the order of their names; what cannot be read comes as its refusal instead."""
    for path in paths:
        yield from _found(path, 0)


def _found(path: Path, depth: int) -> Iterator[Source | FileRefused]:
    """What lies at a path: named by the user at depth 0, else met in a folder."""
    try:
        mode = path.lstat().st_mode
    except (OSError, ValueError):
        yield FileRefused(str(path), "no such file or folder, or one that cannot be read")
        return
    if stat.S_ISLNK(mode):
        yield FileRefused(str(path), "a link, which is not followed")
    elif stat.S_ISDIR(mode):
        yield from _folder(path, depth)
    elif not stat.S_ISREG(mode):  # opening a pipe would wait for ever
        yield NotDicom(str(path), "a pipe, socket or device, which is not read")
    elif depth == 0 or path.name.upper() != "DICOMDIR":  # in a folder it is an index; its files are in this folder
        yield from _file(path, is_named=depth == 0)


def _folder(folder: Path, depth: int) -> Iterator[Source | FileRefused]:
    if depth > _FOLDERS:
        yield FileRefused(str(folder), f"folders are nested deeper than {_FOLDERS}")
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        yield FileRefused(str(folder), "the folder cannot be read")
        return
    for entry in entries:
        yield from _found(entry, depth + 1)


def _file(path: Path, *, is_named: bool = True) -> Iterator[Source | FileRefused]:
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(4)
    except OSError:
        yield FileRefused(str(path), "the file cannot be read")
        return
    if head == b"PK\x03\x04":
        yield from _archive(str(path), lambda: path.open("rb"), 1)
    elif is_named and path.name.upper() == "DICOMDIR":
        yield from _dicomdir(path)
    else:
        yield Source(str(path), lambda: path.open("rb", buffering=0), size, path)


def _archive(label: str, opened: Callable[[], BinaryIO], depth: int) -> Iterator[Source | FileRefused]:
    if depth > _DEPTH:
        yield FileRefused(label, f"archives are nested deeper than {_DEPTH}")
        return
    try:
        with opened() as stream, zipfile.ZipFile(stream) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except _ZIP_ERRORS:
        yield FileRefused(label, "a damaged ZIP archive")
        return
    seen: set[str] = set()
    for info in infos:
        name = f"{label}/{info.filename}"
        reason = _reason_against(info, seen)
        seen.add(info.filename.casefold())
        if reason:
            yield FileRefused(name, reason)
        elif PurePosixPath(info.filename).name.upper() != "DICOMDIR":
            yield from _entry(name, opened, info, depth)


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
    return ""


def _entry(
    name: str, opened: Callable[[], BinaryIO], info: zipfile.ZipInfo, depth: int
) -> Iterator[Source | FileRefused]:
    def open_entry() -> BinaryIO:
        return _unpacked(name, opened, info)

    try:
        with opened() as stream, zipfile.ZipFile(stream) as archive, archive.open(info) as entry:
            head = entry.read(4)
    except _ZIP_ERRORS:
        yield FileRefused(name, "its data in the ZIP archive are damaged")
        return
    if head == b"PK\x03\x04":
        yield from _archive(name, open_entry, depth + 1)
    else:
        yield Source(name, open_entry, info.file_size)


def _unpacked(name: str, opened: Callable[[], BinaryIO], info: zipfile.ZipInfo) -> BinaryIO:
    """One entry in memory. FileRefused where it is damaged or unpacks to more than its size can honestly hold."""
    out = io.BytesIO()
    try:
        with opened() as stream, zipfile.ZipFile(stream) as archive, archive.open(info) as entry:
            while part := entry.read(_STEP):
                out.write(part)
                if out.tell() > min(_ENTRY_BYTES, max(_FREE_BYTES, info.compress_size * _RATIO)):
                    raise FileRefused(name, "it unpacks to far more than an image holds")
    except _ZIP_ERRORS as error:
        raise FileRefused(name, "its data in the ZIP archive are damaged") from error
    out.seek(0)
    return out


def _dicomdir(path: Path) -> Iterator[Source | FileRefused]:
    """The files that a DICOMDIR lists (PS3.10 8), beside it or below."""
    try:
        with path.open("rb") as stream:
            names = _referenced_files(stream)
    except (Malformed, OSError):
        yield FileRefused(str(path), "a damaged DICOMDIR")
        return
    for parts in names:
        found = _below(path.parent, parts)
        if found is None:
            yield FileRefused(str(path.parent.joinpath(*parts)), "listed in the DICOMDIR and not there")
        else:
            yield from _file(found, is_named=False)


def _referenced_files(stream: BinaryIO) -> list[list[str]]:
    """The path components of each record that references a file."""
    reader = Reader(stream, (TAGS["DirectoryRecordSequence"], _FILE_ID))
    meta = meta_header(reader)
    if meta is None:
        raise Malformed("is no DICOMDIR")
    elements, _ = reader.data_set(meta[1], as_written(reader, meta[1], EXPLICIT_LITTLE), FLOAT_PIXELS)
    records = elements.items.get(TAGS["DirectoryRecordSequence"], [])
    names = (
        attribute_values(record, {_FILE_ID: (b"CS", "ReferencedFileID")}).get("ReferencedFileID") for record in records
    )
    return [name.split("\\") for name in names if name]


def _below(folder: Path, parts: list[str]) -> Path | None:
    """The file of these path components, names compared without case; None where there is none, or a link."""
    here = folder
    for part in parts:
        if part in ("", ".", "..") or "/" in part or here.is_symlink() or not here.is_dir():
            return None
        matches = [entry for entry in here.iterdir() if entry.name.casefold() == part.casefold()]
        if not matches:
            return None
        here = matches[0]
    return here if here.is_file() and not here.is_symlink() else None
