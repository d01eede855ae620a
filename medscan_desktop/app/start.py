"""What `medscan` begins with: a worker, at once and with little, or the command line. A frozen program begins here."""

import os
import signal
import sys
from types import FrameType

_WORKER = "--worker"
_STOPPED = 130  # as shells count an end by Ctrl+C


def main() -> int:
    """The process's exit code."""
    if sys.argv[1:] == [_WORKER]:
        from medscan_desktop.dicom.workers.serve import serve  # noqa: PLC0415  numpy comes with it

        return serve()
    before = signal.signal(signal.SIGINT, _stop)
    from medscan_desktop.app import cli  # noqa: PLC0415  a worker loads neither database nor pictures

    signal.signal(signal.SIGINT, before)
    try:
        return cli.main()
    except KeyboardInterrupt:  # in what little lies outside of the command itself
        return _STOPPED
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # nobody is left to catch it


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """Ctrl+C while the libraries load: an exception there ends in a traceback, or in a crash of Qt's."""
    os.write(2, b"medscan: Stopped. Nothing was done.\n")
    os._exit(_STOPPED)


def worker_command() -> list[str]:
    """How this very program starts one of its workers."""
    if getattr(sys, "frozen", False):
        return [sys.executable, _WORKER]
    return [sys.executable, "-I", "-B", "-m", "medscan_desktop.app.start", _WORKER]


if __name__ == "__main__":
    sys.exit(main())
