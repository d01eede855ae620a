"""What an import has begun in the vault and not yet committed, so that nothing of a killed one stays.

Each import keeps one journal of the random ids it uses, and a lock on it that ends with its process, however that
ends. A journal that nobody holds belongs to an import that died: whatever it names and the records do not know can go.
"""

import os
import secrets
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from medscan_desktop.domain.study import VaultId
from medscan_desktop.persistence.durable import full_disk_named, open_private

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_PREFIX = "importing-"
_ID = 32


class Journal:
    """The ids of one import that runs. A context: at its end the journal goes, where nothing is left to settle."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    @classmethod
    def new(cls, folder: Path) -> "Journal":
        """A journal in the vault's folder, locked. Raises DiskFull."""
        path = folder / f"{_PREFIX}{secrets.token_hex(8)}"
        with full_disk_named():
            descriptor = open_private(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND)
        _lock(descriptor)
        return cls(path, descriptor)

    def announce(self, identifier: VaultId) -> None:
        """Before the file is made. Raises DiskFull."""
        with full_disk_named():
            os.write(self._descriptor, identifier.encode() + b"\n")

    def clear(self) -> None:
        """All that was announced is settled."""
        os.ftruncate(self._descriptor, 0)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        is_settled = os.fstat(self._descriptor).st_size == 0
        if is_settled and sys.platform != "win32":  # while it is locked: nobody else takes it for abandoned
            self._path.unlink(missing_ok=True)
        os.close(self._descriptor)
        if is_settled and sys.platform == "win32":
            self._path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The journal of an import that ended without settling these files."""

    path: Path
    ids: tuple[VaultId, ...]

    def without(self, known: Collection[str]) -> list[VaultId]:
        """Those that the records do not know."""
        return [identifier for identifier in self.ids if identifier not in known]

    def forget(self) -> None:
        """Its files have been seen to."""
        self.path.unlink(missing_ok=True)


def abandoned_journals(folder: Path) -> list[Abandoned]:
    """The journals whose process is gone."""
    found = []
    for path in folder.glob(f"{_PREFIX}*") if folder.exists() else ():
        try:
            descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        except OSError:  # settled meanwhile, or held by a running import on Windows
            continue
        try:
            if _lock(descriptor):
                found.append(Abandoned(path, _ids(path.read_bytes())))
        finally:
            os.close(descriptor)
    return found


def _ids(content: bytes) -> tuple[VaultId, ...]:
    """A kill may leave the last line half written: that file was never begun."""
    lines = content.decode("ascii", errors="replace").split("\n")[:-1]
    return tuple(VaultId(line) for line in lines if len(line) == _ID and set(line) <= set("0123456789abcdef"))


def _lock(descriptor: int) -> bool:
    """Take the lock that ends with the process; False where somebody holds it."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
