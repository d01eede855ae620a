"""One pool of real worker processes for a whole test run: starting one costs a quarter of a second."""

from medscan_desktop.app.start import worker_command
from medscan_desktop.dicom.workers.pool import ProcessWorkers

_made: list[ProcessWorkers] = []


def process_workers() -> ProcessWorkers:
    """The pool; `close_pool` ends it."""
    if not _made:
        _made.append(ProcessWorkers(worker_command(), 2))
    return _made[0]


def close_pool() -> None:
    """At the end of the run."""
    while _made:
        _made.pop().close()
