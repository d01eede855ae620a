"""What a worker takes from itself before it sees a foreign byte: memory, files, core dumps, ways out of its process.

Complete on Linux. macOS keeps no limit of memory, Windows has none of these: there the program's watch stands alone
(neither was run on the machines of this project).
"""

import ctypes
import os
import signal
import sys

_NICENESS = 10
_OPEN_FILES = 64
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # the same on every processor
# linux/landlock.h: execute, write, remove, make, refer, truncate (bits 0, 1, 4-14); 2 and 3 are reading
_FILE_RIGHTS = {1: 0x1FF3, 2: 0x3FF3, 3: 0x7FF3}
_TCP_RIGHTS, _TCP_SINCE = 0x3, 4  # bind and connect


def limit_memory_and_files(memory: int) -> None:
    """Hold this process to `memory` bytes of address space; it writes no file, no core dump, and goes last in line."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  Windows has no such module

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the program, which ends its workers itself
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def limit_processor(seconds: float) -> None:
    """End this process once it has computed for `seconds` more."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  Windows has no such module

    spent = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(spent.ru_utime + spent.ru_stime + seconds) + 1, hard))


def end_with(parent: int) -> None:
    """End this process when the process `parent` ends, and let nobody look into its memory."""
    if sys.platform != "linux":
        return  # the end of the pipe says it too, once the decoder comes back
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:  # it went before the first line
        os._exit(0)


def close_ways_out() -> None:
    """Forbid changing any file or folder, and TCP, by Landlock where the kernel has it."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    rights = (ctypes.c_uint64 * 2)(_FILE_RIGHTS[min(version, 3)], _TCP_RIGHTS)
    size = 16 if version >= _TCP_SINCE else 8
    ruleset = libc.syscall(_LANDLOCK_CREATE, rights, ctypes.c_size_t(size), 0)
    if ruleset >= 0:
        libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0)
        os.close(ruleset)
