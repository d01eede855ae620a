"""Files for the outside world that appear whole or not at all."""

from pathlib import Path

from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.persistence.durable import replace_file


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step. Raises FileRefused, which names the path, or DiskFull."""
    if path.exists() and not (path.is_file() or path.is_dir()):  # a rename would put a file in a device's place
        raise FileRefused(str(path), "cannot be written (a pipe, socket or device)")
    try:
        replace_file(path, content)
    except OSError as error:
        raise FileRefused(str(path), f"cannot be written ({error.strerror})") from error
