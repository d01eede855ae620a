"""Files to import from what a user points at: a folder, a file, a ZIP (nested ones too), a DICOMDIR.

Two steps, so that a file that has not changed since it was last seen is never opened: `walk` meets files and tells what
their folders say of them; `sources_of` opens one. Links are never followed.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from medscan_desktop.dicom.headers.beginning import as_written, meta_header
from medscan_desktop.dicom.headers.elements import EXPLICIT_LITTLE, FLOAT_PIXELS, Malformed, Reader
from medscan_desktop.dicom.headers.tags import TAGS
from medscan_desktop.dicom.headers.values import attribute_values
from medscan_desktop.dicom.sources.archives import ZIP, archive_sources
from medscan_desktop.dicom.sources.source import NO_PROGRAM, Source, held_open, is_program
from medscan_desktop.domain.errors import FileRefused, NotDicom

_FOLDERS = 64  # folders in folders
_FILE_ID = 0x00041500
_LINK = "a link, which is not followed"
_PIPE = "a pipe, socket or device, which is not read"
# A name that became a link or a pipe since it was met is neither followed nor waited for.
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


_Listings = dict[str, dict[str, "os.DirEntry[str]"]]


class CannotRead(FileRefused):
    """The file system does not give the file now: no word about what is in it."""


@dataclass(frozen=True, slots=True)
class Met:
    """A file that was met and not opened: its path, size in bytes and time of change as its folder tells them."""

    path: str
    size: int
    mtime_ns: int
    is_named: bool = False  # by the user


def find_files(paths: Iterable[Path]) -> Iterator[Source | FileRefused]:
    """Every file under `paths`, in the order of their names; what cannot be read comes as its refusal instead."""
    for met in walk(paths):
        if isinstance(met, Met):
            yield from sources_of(met)
        else:
            yield met


def walk(paths: Iterable[Path]) -> Iterator[Met | FileRefused]:
    """Every file that lies at or under `paths` or that a DICOMDIR among them lists, in the order of their names."""
    for path in paths:
        yield from _named(path)


def sources_of(met: Met, is_known: Callable[[str], bool] = lambda _: False) -> Iterator[Source | FileRefused]:
    """The file itself, or what lies in it where it is an archive, but for the entries whose label `is_known`.

    Each source is open already until the next one is asked for.
    """
    if is_program(met.path) and not met.is_named:
        yield NotDicom(met.path, NO_PROGRAM)
        return
    try:
        stream = _opened(met.path)
        head = stream.read(len(ZIP))
    except OSError:
        yield CannotRead(met.path, "the file cannot be read")
        return
    with held_open(stream, lambda: _opened(met.path)) as opener:
        if head == ZIP:
            yield from archive_sources(met.path, opener, met.mtime_ns, is_known)
        else:
            yield Source(met.path, opener, met.size, met.mtime_ns, met.path)


def _opened(path: str) -> BinaryIO:
    """The file, unbuffered. OSError where it is no plain file."""
    descriptor = os.open(path, _OPEN_FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("not a plain file")
    return cast(BinaryIO, open(descriptor, "rb", buffering=0))  # noqa: PTH123  a descriptor, not a path


def _named(path: Path) -> Iterator[Met | FileRefused]:
    """What lies at a path that the user named, or that a DICOMDIR lists."""
    try:
        found = path.lstat()
    except (OSError, ValueError):
        yield CannotRead(str(path), "no such file or folder, or one that cannot be read")
        return
    if stat.S_ISLNK(found.st_mode):
        yield FileRefused(str(path), _LINK)
    elif stat.S_ISDIR(found.st_mode):
        yield from _folder(str(path), 0)
    elif not stat.S_ISREG(found.st_mode):  # opening a pipe would wait for ever
        yield NotDicom(str(path), _PIPE)
    elif path.name.upper() == "DICOMDIR":
        yield from _dicomdir(path)
    else:
        yield Met(str(path), found.st_size, found.st_mtime_ns, is_named=True)


def _folder(folder: str, depth: int) -> Iterator[Met | FileRefused]:
    if depth > _FOLDERS:
        yield FileRefused(folder, f"folders are nested deeper than {_FOLDERS}")
        return
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=_name)
    except OSError:
        yield CannotRead(folder, "the folder cannot be read")
        return
    for entry in entries:
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError:
            yield CannotRead(entry.path, "no such file or folder, or one that cannot be read")
            continue
        if stat.S_ISREG(found.st_mode):
            if entry.name.upper() != "DICOMDIR":  # here it is an index; its files are in this folder
                yield Met(entry.path, found.st_size, found.st_mtime_ns)
        elif stat.S_ISDIR(found.st_mode):
            yield from _folder(entry.path, depth + 1)
        elif stat.S_ISLNK(found.st_mode):
            yield FileRefused(entry.path, _LINK)
        else:
            yield NotDicom(entry.path, _PIPE)


def _name(entry: "os.DirEntry[str]") -> str:
    return entry.name


def _dicomdir(path: Path) -> Iterator[Met | FileRefused]:
    """The files that a DICOMDIR lists (PS3.10 8), beside it or below."""
    try:
        with _opened(str(path)) as stream:
            names = _referenced_files(stream)
    except (Malformed, OSError):
        yield FileRefused(str(path), "a damaged DICOMDIR")
        return
    listings: _Listings = {}
    for parts in names:
        found = _below(str(path.parent), parts, listings)
        if found is None:
            yield FileRefused(str(path.parent.joinpath(*parts)), "listed in the DICOMDIR and not there")
        else:
            status = found.stat(follow_symlinks=False)
            yield Met(found.path, status.st_size, status.st_mtime_ns, is_named=True)


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


def _below(folder: str, parts: list[str], listings: _Listings) -> "os.DirEntry[str] | None":
    """The file of these path components, names compared without case; None where there is none, or a link.

    A disc's index names thousands of files in a few folders, so each folder is listed once.
    """
    here: os.DirEntry[str] | None = None
    for part in parts:
        if here is not None and not here.is_dir(follow_symlinks=False):
            return None
        place = folder if here is None else here.path
        if place not in listings:
            listings[place] = _listing(place)
        here = listings[place].get(part.casefold())
        if here is None:
            return None
    return here if here is not None and here.is_file(follow_symlinks=False) else None


def _listing(folder: str) -> dict[str, "os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as listed:
            return {entry.name.casefold(): entry for entry in sorted(listed, key=_name, reverse=True)}
    except OSError:
        return {}
