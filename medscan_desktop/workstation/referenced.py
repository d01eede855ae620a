"""Files that stay where they are: opened only where they are still what was imported, named where they are not."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO, Final

from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.domain.study import Instance

MOUNT_PARENTS: Final = {Path(name) for name in ("/media", "/mnt", "/run/media", "/Volumes")}  # below them is mounted
_CHUNK = 1 << 20


class Missing(FileRefused):
    """A referenced file is not there, or the whole medium is not."""

    def __init__(self, path: str, error: OSError) -> None:
        medium = _absent_medium(Path(path))
        reason = f"the medium is not there ({medium})" if medium else "the referenced file is not there"
        super().__init__(path, f"{reason}{'' if medium else _detail(error)}")


class Changed(FileRefused):
    """A referenced file is not what was imported: its pixels must not stand under the header of that time."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(path, f"the file has changed since it was imported ({what}); import it again")


def open_referenced(instance: Instance) -> BinaryIO:
    """The file's bytes, proven to be those imported. Raises Missing, Changed.

    The same size and time are taken for the same bytes; another time costs one reading of the file.
    """
    try:
        file = Path(instance.location).open("rb", buffering=0)  # noqa: SIM115  the caller closes it
    except OSError as error:
        raise Missing(instance.location, error) from error
    try:
        _check(instance, file)
    except BaseException:
        file.close()
        raise
    return file


def is_as_imported(instance: Instance, found: os.stat_result) -> bool | None:
    """Whether size and time say that nothing changed; None where only the bytes can tell."""
    if found.st_size != instance.size_bytes:
        return False
    return True if instance.mtime_ns == found.st_mtime_ns else None


def digest_of(file: BinaryIO) -> str:
    """SHA-256 of the whole file, from its beginning; the position is put back to there."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _check(instance: Instance, file: BinaryIO) -> None:
    found = os.fstat(file.fileno())
    same = is_as_imported(instance, found)
    if same is False:
        raise Changed(instance.location, f"{instance.size_bytes:,} bytes then, {found.st_size:,} now")
    if same is None and digest_of(file) != instance.sha256:
        raise Changed(instance.location, "the same size, other content")


def _detail(error: OSError) -> str:
    """What the system says beside "no such file"."""
    return "" if isinstance(error, FileNotFoundError) or not error.strerror else f" ({error.strerror})"


def _absent_medium(path: Path) -> str:
    """The place where a disc, stick or share should be and is not; "" where the file alone is missing.

    A drive that does not exist, or nothing mounted right below where systems mount media (a user's folder between).
    """
    line = [path, *path.parents]
    present = next((one for one in line if _exists(one)), None)
    if present is None:
        return path.anchor
    place = line[line.index(present) - 1] if present != path else path
    if present in MOUNT_PARENTS:
        return str(place)
    if present.parent in MOUNT_PARENTS and not present.is_mount():
        return str(present) if _is_empty(present) else str(place)
    return ""


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a share that does not answer
        return False


def _is_empty(folder: Path) -> bool:
    try:
        return next(folder.iterdir(), None) is None
    except OSError:
        return False
