"""How much memory this process may use: the computer's, or less where a container or a limit says so."""

import sys
from pathlib import Path

import psutil

_CGROUPS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def machine_bytes(cgroups: tuple[Path, ...] = _CGROUPS) -> int:
    """The least of what the computer has, its container allows and `ulimit -v` leaves."""
    return min([int(psutil.virtual_memory().total), *_container_limits(cgroups), *_own_limits()])


def _container_limits(cgroups: tuple[Path, ...]) -> list[int]:
    """Control groups, version 2 and 1, of this process's own container; "max" or a huge number is no limit."""
    found = []
    for path in cgroups:
        try:
            text = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if text.isdigit() and int(text) > 0:
            found.append(int(text))
    return found


def _own_limits() -> list[int]:
    if sys.platform == "win32":
        return []
    import resource  # noqa: PLC0415  Windows has none

    limits = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
    return [limit for limit in limits if limit != resource.RLIM_INFINITY]
