"""Whether files lie where they can never be changed: a disc, or a file system that is mounted read-only."""

import os
import sys

if sys.platform == "win32":
    import ctypes

_DISC_DRIVE = 5  # GetDriveType's DRIVE_CDROM


def is_read_only(folder: str) -> bool:
    """Whether this folder's file system takes no change; False where that cannot be told."""
    if sys.platform == "win32":
        drive = os.path.splitdrive(os.path.abspath(folder))[0]  # noqa: PTH100  no link is followed
        return bool(ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == _DISC_DRIVE)
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False
