"""Reading a vault file anywhere: only chunks touched are decrypted, whole ones straight into the caller's buffer."""

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.domain.seekable import SeekableBytes
from medscan_desktop.persistence.vault_format import (
    CHUNK,
    HEADER,
    SEALED_CHUNK,
    TAG,
    chunk_count,
    nonce,
    sealed_size,
)

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_NO_CHUNK = -1


class _Scratch(threading.local):
    """One sealed chunk a thread, so that 600 open files do not hold 600 of them; it stays in the processor's cache."""

    def __init__(self) -> None:
        self.view = memoryview(bytearray(SEALED_CHUNK))


_scratch = _Scratch()


class VaultStream(SeekableBytes):
    """Read-only and seekable; one handle may be shared by threads. Raises Damaged, at opening or while reading."""

    def __init__(self, path: Path, cipher: AESGCM, identifier: str, size: int) -> None:
        super().__init__(size)
        self._cipher = cipher
        self._associated = identifier.encode()
        self._chunks = chunk_count(size)
        self._kept = bytearray()  # the plain chunk that small reads are served from
        self._kept_number = _NO_CHUNK
        self._lock = threading.Lock()
        try:
            self._file = path.open("rb", buffering=0)
        except FileNotFoundError:
            raise Damaged("A stored file is missing from the vault.") from None
        try:
            self._check_outside()
        except BaseException:
            self._file.close()
            raise

    def readall(self) -> bytes:
        """The rest of the file."""
        return self.read(-1)

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to `size` bytes; fewer only at the end of the file."""
        left = max(0, self._size - self._position)
        buffer = bytearray(left if size is None or size < 0 else min(size, left))
        self.readinto(buffer)
        return bytes(buffer)

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill the buffer as far as the file goes; never a short read before its end."""
        target = memoryview(buffer).cast("B")
        with self._lock:
            wanted = max(0, min(len(target), self._size - self._position))
            rest = target[:wanted]
            while rest:
                count = self._read_once(rest)
                self._position += count
                rest = rest[count:]
        return wanted

    def close(self) -> None:
        """Let go of the file and of the plain chunk kept."""
        if not self.closed:
            self._kept = bytearray()
            self._kept_number = _NO_CHUNK
            if hasattr(self, "_file"):
                self._file.close()
        super().close()

    def _read_once(self, target: memoryview) -> int:
        """Serve what one chunk can give from the position on."""
        number, within = divmod(self._position, CHUNK)
        length = self._plain_length(number)
        if within == 0 and len(target) >= length:
            self._decrypt(number, target[:length])
            return length
        self._keep(number)
        count = min(length - within, len(target))
        target[:count] = memoryview(self._kept)[within : within + count]
        return count

    def _keep(self, number: int) -> None:
        if number == self._kept_number:
            return
        self._kept_number = _NO_CHUNK  # a chunk that fails its check is never served
        if not self._kept:
            self._kept = bytearray(min(CHUNK, self._size))
        self._decrypt(number, memoryview(self._kept)[: self._plain_length(number)])
        self._kept_number = number

    def _decrypt(self, number: int, target: memoryview) -> None:
        sealed = _scratch.view[: len(target) + TAG]
        self._file.seek(len(HEADER) + number * SEALED_CHUNK)
        if self._file.readinto(sealed) != len(sealed):
            raise Damaged("A stored file is cut off.")
        try:
            is_last = number == self._chunks - 1
            self._cipher.decrypt_into(nonce(number, is_last=is_last), sealed, self._associated, target)
        except InvalidTag:
            raise Damaged("A stored file was changed or damaged.") from None

    def _plain_length(self, number: int) -> int:
        return min(CHUNK, self._size - number * CHUNK)

    def _check_outside(self) -> None:
        """What can be seen without the key: the length and the first bytes."""
        size_on_disk = os.fstat(self._file.fileno()).st_size
        if size_on_disk != sealed_size(self._size):
            raise Damaged(
                "A stored file is cut off." if size_on_disk < sealed_size(self._size) else "A stored file grew."
            )
        if self._file.read(len(HEADER)) != HEADER:
            raise Damaged("A stored file was changed or damaged.")
