"""The last step of every export: the file appears whole, or the log says that nothing left."""

from pathlib import Path

from medscan_desktop.domain.audit import Outcome
from medscan_desktop.domain.errors import MedScanError
from medscan_desktop.persistence.whole_file import write_whole
from medscan_desktop.workstation.command import Context


def write_out(ctx: Context, action: str, object_id: str, out: Path, content: bytes) -> None:
    """Write `content`; the export's event was committed before. A failure is an event of its own, then raised."""
    try:
        write_whole(out, content)
    except MedScanError:
        with ctx.records(action, object_id, outcome=Outcome.FAILURE):
            pass
        raise
