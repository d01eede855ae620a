"""Writing so that a crash leaves the old or the new, and a full disk is a sentence instead of a stack trace."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from medscan_desktop.domain.errors import DiskFull

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_PRIVATE = 0o600


@contextmanager
def full_disk_named() -> Iterator[None]:
    """Turn the operating system's "no space" errors into `DiskFull`."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull from error
        raise


def open_private(path: Path, flags: int) -> int:
    """Open for writing with mode 0600, whatever the umask."""
    return os.open(path, flags | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0), _PRIVATE)


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step: a new private file, fsync, rename, fsync of the folder.

    Raises DiskFull; the old file is then untouched.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    with full_disk_named():
        try:
            descriptor = open_private(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut. Windows has no such call and needs none."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
