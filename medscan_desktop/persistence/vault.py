"""The vault: encrypted files under random names, each written once with a key of its own.

A file's key is wrapped in its database row, so deleting the row erases the file (once the WAL is checkpointed and no
backup holds the row). Format, of 256 KiB chunks: `vault_format`. No plain text touches the disk, temporary names
included.
"""

import os
import secrets
import shutil
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.domain.study import VaultId
from medscan_desktop.persistence.durable import full_disk_named, open_private, sync_folder
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import KEY_BYTES, Keys
from medscan_desktop.persistence.vault_format import encrypt
from medscan_desktop.persistence.vault_journal import Abandoned, Journal, abandoned_journals
from medscan_desktop.persistence.vault_stream import VaultStream

STILL_IMPORTING_S = 900.0
_UNFINISHED = ".part"
_SYNC_THREADS = 8  # an fsync waits for the disk, not for the processor


@dataclass(frozen=True, slots=True)
class VaultFile:
    """What the records keep of a vault file. `size` is the plain size in bytes."""

    id: VaultId
    size: int
    wrapped_key: bytes = field(repr=False)


class Vault:
    """The folder of encrypted files of one home."""

    def __init__(self, home: Home, keys: Keys) -> None:
        self._folder = home.vault
        self._wrapping_key = keys.vault_key

    def write(self, content: BinaryIO | bytes) -> VaultFile:
        """Encrypt a new file, and have it on the disk before returning. Raises DiskFull, with nothing left behind."""
        source = BytesIO(content) if isinstance(content, bytes) else content
        file, path = self._write(source, VaultId(secrets.token_hex(16)), durable=True)
        sync_folder(path.parent)
        sync_folder(self._folder)
        return file

    @contextmanager
    def intake(self) -> Iterator["Intake"]:
        """For many files at once: an import of 600 files waits for the disk a few times only."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with Journal.new(self._folder) as journal:
            yield Intake(self, journal)

    def abandoned(self) -> list[Abandoned]:
        """What imports began that no longer run, in this process or any other."""
        return abandoned_journals(self._folder)

    def _write(self, source: BinaryIO, identifier: VaultId, *, durable: bool) -> tuple[VaultFile, Path]:
        key, path = secrets.token_bytes(KEY_BYTES), self._path(identifier)
        with full_disk_named():
            try:
                size = _write_new(path, source, key, identifier, durable=durable)
            except FileNotFoundError:  # the first of its folder
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                size = _write_new(path, source, key, identifier, durable=durable)
        return VaultFile(identifier, size, aes_key_wrap(self._wrapping_key, key)), path

    def open(self, file: VaultFile) -> BinaryIO:
        """The plain bytes as a seekable stream. Raises Damaged here or while reading."""
        try:
            key = aes_key_unwrap(self._wrapping_key, file.wrapped_key)
        except (InvalidUnwrap, ValueError):
            raise Damaged("The key of a stored file is damaged.") from None
        return cast(BinaryIO, VaultStream(self._path(file.id), AESGCM(key), file.id, file.size))

    def read(self, file: VaultFile) -> bytes:
        """All of it. Raises Damaged."""
        with self.open(file) as stream:
            return stream.read()

    def remove(self, identifier: VaultId) -> None:
        """Take the file from the disk; no error where it is gone already. For after the commit that drops its row."""
        path = self._path(identifier)
        path.unlink(missing_ok=True)
        _unfinished(path).unlink(missing_ok=True)

    def orphans(self, known: Collection[str], *, older_than_s: float = STILL_IMPORTING_S) -> list[VaultId]:
        """Files that no record knows: what a killed import leaves behind.

        A young one may belong to an import that another process has not committed yet, so it is left out by default.
        """
        known_ids, youngest = set(known), time.time() - older_than_s
        return [
            VaultId(path.name.removesuffix(_UNFINISHED))
            for path in self._files()
            if path.name not in known_ids and path.stat().st_mtime <= youngest
        ]

    def free_bytes(self) -> int:
        """What the disk of the vault has room for. Raises Damaged where the disk does not answer."""
        try:
            return shutil.disk_usage(self._folder).free
        except OSError as error:
            raise Damaged(f"The disk of the library does not answer ({error.strerror}).") from error

    def has(self, identifier: VaultId) -> bool:
        """Whether the file is on the disk; not whether it is whole."""
        return self._path(identifier).exists()

    def missing(self, known: Collection[str]) -> list[VaultId]:
        """Files that the records know and the disk does not have."""
        present = {path.name for path in self._files()}
        return [VaultId(identifier) for identifier in known if identifier not in present]

    def _files(self) -> Iterator[Path]:
        for folder in self._folder.iterdir() if self._folder.exists() else ():
            if folder.is_dir():
                yield from folder.iterdir()

    def _path(self, identifier: VaultId) -> Path:
        if len(identifier) != 32 or not set(identifier) <= set("0123456789abcdef"):
            raise Damaged("The records name a stored file that cannot exist.")
        return self._folder / identifier[:2] / identifier


class Intake:
    """Files that are written together: each is announced in the journal before it is made, all are synced at once.

    `sync` must come before the files' rows are committed, `settled` after.
    """

    def __init__(self, vault: Vault, journal: Journal) -> None:
        self._vault = vault
        self._journal = journal
        self._unsynced: list[Path] = []

    def write(self, content: BinaryIO) -> VaultFile:
        """Encrypt a new file in one pass. Whatever `content` raises comes out, with nothing left behind."""
        identifier = VaultId(secrets.token_hex(16))
        self._journal.announce(identifier)
        file, path = self._vault._write(content, identifier, durable=False)
        self._unsynced.append(path)
        return file

    def drop(self, file: VaultFile) -> None:
        """Take a file away again that will have no row."""
        self._vault.remove(file.id)

    def sync(self) -> None:
        """Have every file written so far on the disk. Raises DiskFull."""
        paths, self._unsynced = [path for path in self._unsynced if path.exists()], []
        if not paths:
            return
        with full_disk_named(), ThreadPoolExecutor(_SYNC_THREADS, thread_name_prefix="vault-sync") as pool:
            list(pool.map(_sync_file, paths))
            list(pool.map(sync_folder, {path.parent for path in paths}))
            sync_folder(self._vault._folder)

    def settled(self) -> None:
        """Every file written so far is in the records or was removed."""
        self._unsynced.clear()
        self._journal.clear()


def _write_new(path: Path, source: BinaryIO, key: bytes, identifier: VaultId, *, durable: bool) -> int:
    """Encrypt into a temporary name and rename; the plain size."""
    temporary = _unfinished(path)
    try:
        descriptor = open_private(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            size = encrypt(source, cast(BinaryIO, file), AESGCM(key), identifier)
            if durable:
                os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:  # also a cancelled import: nothing half-written stays
        temporary.unlink(missing_ok=True)
        raise
    return size


def _unfinished(path: Path) -> Path:
    return path.with_name(path.name + _UNFINISHED)


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
