"""What becomes of an instance that comes in: it stands in the library, or is held back where it contradicts it."""

from dataclasses import dataclass, replace

from medscan_desktop.domain.conflict import REASONS, ConflictState
from medscan_desktop.domain.study import Storage
from medscan_desktop.persistence.conflicts import Held
from medscan_desktop.persistence.records import Records
from medscan_desktop.persistence.studies import Added
from medscan_desktop.persistence.vault import VaultFile

_DECIDED = {
    ConflictState.OPEN: "it waits in the reconcile list already",
    ConflictState.KEPT: "it was decided that what the library has stays; open the decision again to change that",
    ConflictState.APART: "it was decided to keep it apart; the reconcile list has it",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A status of the import report, and why."""

    status: str  # "imported", "already there", "held", "refused"
    reason: str = ""


TO_COPY = Placed("to copy")  # no status of the report: only referenced, and to be held, which needs its bytes


def place(records: Records, came: Held, file: VaultFile | None) -> Placed:
    """Put an instance into the library, or onto the reconcile list with its file kept in the vault.

    `file` is None where the instance is only referenced; TO_COPY where it must come again with one: what is held must
    not change or leave with its medium, and a medium is not read within a transaction. A file that is neither imported
    nor newly held has no row afterwards, and is the caller's to remove.
    """
    added = records.studies.put_instance(came.study, came.series, came.instance)
    if added is Added.ADDED:
        if file is not None:
            records.files.put(file)
        return Placed("imported")
    if added is Added.ALREADY_THERE:
        return Placed("already there", "the same file is in the library")
    return _hold(records, came, file)


def _hold(records: Records, came: Held, file: VaultFile | None) -> Placed:
    clash = records.studies.clash(came.study, came.series, came.instance)
    if clash is None:
        raise ValueError("nothing contradicts this instance")
    known = records.conflicts.known(clash, came)
    if known is not None:
        return Placed("already there" if known is ConflictState.KEPT else "held", _DECIDED[known])
    if file is None:
        return TO_COPY
    records.files.put(file)
    kept = replace(came.instance, storage=Storage.VAULT, location=file.id, mtime_ns=None)
    records.conflicts.hold(clash, replace(came, instance=kept))
    return Placed("held", f"{REASONS[clash.kind]}; it waits in the reconcile list")
