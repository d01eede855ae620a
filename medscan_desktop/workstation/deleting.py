"""Deleting a study: out of every table in one transaction with one audit event, then its files from the disk.

Killed in between, files without a row are left, which nobody can read and the next health check removes.
"""

from collections.abc import Callable

from medscan_desktop.domain.errors import NotAllowed, NotFound
from medscan_desktop.domain.retention import Stored, with_open
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.persistence.records import Records
from medscan_desktop.persistence.storage import Removed
from medscan_desktop.workstation.command import Context
from medscan_desktop.workstation.open_marks import open_studies


def delete_one(ctx: Context, uid: StudyUid, reason: str, kept_by: Callable[[Stored], str]) -> Removed:
    """Delete a study unless `kept_by` says, within the same transaction, what keeps it. Raises NotAllowed, NotFound."""
    with ctx.records("study.delete", uid, reason=reason) as records:
        if keeps := kept_by(stored_study(records, uid)):
            raise NotAllowed(f"This study stays: {keeps}.")
        removed = records.storage.remove_study(uid)
        records.detail.update(removed.detail)
    for file in removed.files:
        ctx.vault.remove(file)
    return removed


def stored_study(records: Records, uid: StudyUid) -> Stored:
    """The study as the rules see it. Raises NotFound."""
    found = with_open(records.storage.stored(uid), open_studies(records))
    if not found:
        raise NotFound("This study is not in the library.")
    return found[0]
