"""Everything a worker can be asked for, by name. Explicit, so that a release can list it and an installer sees it."""

from medscan_desktop.dicom.workers.task import Handler

HANDLERS: tuple[tuple[str, Handler], ...] = ()
