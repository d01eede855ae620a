"""Workers that remember what ended or hung them."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from medscan_desktop.dicom.workers.workers import Received, Workers
from medscan_desktop.domain.errors import Hostile, MedScanError
from medscan_desktop.workstation.referenced import digest_of

_log = logging.getLogger("medscan.workers")


class RememberingWorkers:
    """Does tasks by `workers`; `remember(sha256, reason)` is told of a content that did them harm.

    It is called on the asking thread, and may write to the records: tasks are not asked for within a transaction.
    """

    def __init__(self, workers: Workers, remember: Callable[[str, str], None]) -> None:
        self._workers = workers
        self._remember = remember

    def run(
        self,
        job: str,
        body: Mapping[str, Any],
        file: BinaryIO,
        *,
        label: str,
        received: Received | None = None,
        seconds: float | None = None,
    ) -> Mapping[str, Any]:
        """As `Workers.run`."""
        try:
            return self._workers.run(job, body, file, label=label, received=received, seconds=seconds)
        except Hostile as harm:
            self._note(file, harm)
            raise

    def warm(self) -> None:
        """As `Workers.warm`."""
        self._workers.warm()

    def close(self) -> None:
        """As `Workers.close`."""
        self._workers.close()

    def _note(self, file: BinaryIO, harm: Hostile) -> None:
        try:
            self._remember(digest_of(getattr(file, "whole", file)), harm.reason)  # of a frame, of all its file
        except (MedScanError, OSError) as error:  # it will be met again
            _log.warning("hostile.not_remembered", exc_info=error)
