"""Taking one file in: its header is scanned, then its bytes are hashed and encrypted in one pass, chunk by chunk."""

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.sources.find import CannotRead
from medscan_desktop.dicom.sources.source import Source
from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.domain.study import Instance, InstanceUid, SeriesUid, Storage
from medscan_desktop.persistence.vault import Intake, VaultFile
from medscan_desktop.workstation.command import Context

_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file read, checked and (unless only referenced) written to the vault, not yet in the records."""

    source: Source
    header: Header
    instance: Instance
    vault_file: VaultFile | None

    @property
    def label(self) -> str:
        """The file's path as the user knows it."""
        return self.source.label


def take_in(source: Source, intake: Intake, came: Callable[[int], None], *, reference: bool = False) -> Incoming:
    """Read a file once from beginning to end, after its header has been found sound.

    `came` hears the size of each chunk, and may raise to stop. NotDicom, FileRefused; CannotRead where it says nothing
    about the content.
    """
    try:
        with source.open() as stream:
            header = scan(stream, source.label)  # before all of it is read: what is no DICOM may be of any size
            stream.seek(0)
            path = _path_to_keep(source) if reference and source.path else None
            passing = _Passing(stream, came)
            vault_file = intake.write(cast(BinaryIO, passing)) if path is None else None
            while path is not None and passing.read(_CHUNK):
                pass
            try:
                _check_unchanged(source, stream, passing)
            except CannotRead:
                if vault_file is not None:
                    intake.drop(vault_file)
                raise
    except OSError as error:
        raise CannotRead(source.label, "the file cannot be read") from error
    except Malformed as error:
        raise FileRefused(source.label, f"the file {error}") from error
    instance = Instance(
        sop_instance_uid=InstanceUid(header.sop_instance_uid),
        series_instance_uid=SeriesUid(header.series_instance_uid),
        sop_class_uid=header.sop_class_uid,
        transfer_syntax_uid=header.transfer_syntax_uid,
        instance_number=header.integer("InstanceNumber"),
        frames=header.frames,
        size_bytes=passing.size,
        sha256=passing.digest.hexdigest(),
        storage=Storage.VAULT if vault_file else Storage.REFERENCED,
        location=vault_file.id if vault_file else str(path),
        header=header.to_json(),
        mtime_ns=None if vault_file else source.mtime_ns,
    )
    return Incoming(source, header, instance, vault_file)


class _Passing(io.RawIOBase):
    """A stream whose bytes are hashed and counted as they pass."""

    def __init__(self, stream: BinaryIO, came: Callable[[int], None]) -> None:
        super().__init__()
        self._stream = stream
        self._came = came
        self.digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to `size` bytes."""
        part = self._stream.read(-1 if size is None else size)
        self.digest.update(part)
        self.size += len(part)
        self._came(len(part))
        return part


def _path_to_keep(source: Source) -> Path:
    path = Path(source.path).resolve()
    try:
        str(path).encode()
    except UnicodeEncodeError:  # bytes that the file system allows and no text holds
        raise FileRefused(source.label, "its name is not Unicode, so only a copy of it can be imported") from None
    return path


def _check_unchanged(source: Source, stream: BinaryIO, passing: _Passing) -> None:
    """A file that somebody writes while it is read would be stored half old, half new."""
    if not source.path:
        return
    found = os.fstat(stream.fileno())
    if (found.st_size, found.st_mtime_ns, passing.size) != (source.size, source.mtime_ns, found.st_size):
        raise CannotRead(source.label, "it was still being written while it was read; import it again")


def clear_abandoned(ctx: Context) -> int:
    """Take from the vault what killed imports left there, in whichever process; how many files that were."""
    abandoned = ctx.vault.abandoned()
    if not abandoned:
        return 0
    with ctx.records("health.check", imports=len(abandoned)) as records:
        known = [records.files.many(one.ids) for one in abandoned]
    cleared = 0
    for one, there in zip(abandoned, known, strict=True):
        for identifier in one.without(there):
            ctx.vault.remove(identifier)
            cleared += 1
        one.forget()
    return cleared
