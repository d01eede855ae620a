"""Asking for work on foreign bytes: the protocol, and the way to do it in this very process."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Protocol

from numpy.typing import NDArray

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.workers.handlers import HANDLERS
from medscan_desktop.dicom.workers.task import Handler, Task
from medscan_desktop.domain.errors import FileRefused, MedScanError

_log = logging.getLogger("medscan.workers")

Received = Callable[[NDArray[Any]], None]


class Workers(Protocol):
    """Who does tasks. Safe from any thread; a caller waits while all are busy."""

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
        """Do one task on `file` and give its answer.

        `received` gets every array that the task emits, in order, as a view that is valid only during the call.
        `label` names the file in errors; `seconds` is the time it may take, None for the usual limit.
        FileRefused where the handler refuses the file or fails; Hostile where the file ended or outstayed its worker.
        """
        ...

    def warm(self) -> None:
        """Be ready for the first task; returns when it is so."""
        ...

    def close(self) -> None:
        """End every worker."""
        ...


class InlineWorkers:
    """Does tasks in this process, without any protection: for tests, and for bytes of our own making."""

    def __init__(self, handlers: tuple[tuple[str, Handler], ...] = HANDLERS) -> None:
        self._handlers = dict(handlers)

    def run(
        self,
        job: str,
        body: Mapping[str, Any],
        file: BinaryIO,
        *,
        label: str,
        received: Received | None = None,
        seconds: float | None = None,  # noqa: ARG002  nothing is stopped here
    ) -> Mapping[str, Any]:
        """As `Workers.run`, without a limit of time."""
        try:
            return self._handlers[job](Task(body, file, received or _ignored))
        except FileRefused as error:
            raise FileRefused(label, error.reason) from error
        except MedScanError as error:
            raise FileRefused(label, str(error)) from error
        except Malformed as error:
            raise FileRefused(label, f"the file {error}") from error
        except Exception as error:  # as a worker process answers it
            _log.error("task.failed", exc_info=error, extra={"reference": job})
            raise FileRefused(label, f"the file cannot be read ({type(error).__name__})") from error

    def warm(self) -> None:
        """There is nothing to start."""

    def close(self) -> None:
        """Nothing runs."""


def _ignored(array: NDArray[Any]) -> None:
    """The asker does not want arrays."""
