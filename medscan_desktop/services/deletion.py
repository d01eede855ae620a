"""Deleting one study by hand, and the legal hold that forbids it."""

from dataclasses import dataclass

from medscan_desktop.domain.errors import NotAllowed
from medscan_desktop.domain.retention import protection_by_hand
from medscan_desktop.domain.study import LegalHold, Study, StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.workstation.command import Call, Context, Effect, Kind, command
from medscan_desktop.workstation.deleting import delete_one, stored_study

_STUDIES = frozenset({Kind.STUDIES})


@dataclass(frozen=True, slots=True)
class Deletion:
    """What deleting a study would take with it. `kept_by` says what forbids it, "" where nothing does."""

    study: Study
    measurements: int
    findings: int
    unsent: int
    vault_bytes: int
    kept_by: str


@command("study.deletion", permission=Permission.DELETE)
def preview_deletion(ctx: Context, *, study_instance_uid: StudyUid) -> Effect:
    """What would go with a study, to be confirmed. Changes nothing."""
    with ctx.records("study.deletion", study_instance_uid) as records:
        study = records.studies.get(study_instance_uid)
        stored = stored_study(records, study_instance_uid)
        measurements = len(records.measurements.of_study(study_instance_uid))
        findings = len(records.findings.of_study(study_instance_uid))
    kept_by = protection_by_hand(stored, with_unsent=True)
    return Effect(value=Deletion(study, measurements, findings, stored.unsent, stored.vault_bytes, kept_by))


@command("study.delete", permission=Permission.DELETE)
def delete_study(ctx: Context, *, study_instance_uid: StudyUid, reason: str, with_unsent: bool = False) -> Effect:
    """Delete a study with its images, measurements and findings. It cannot be undone; importing it again is possible.

    Refused under a legal hold, while it is open, while files in the reconcile list wait because of it, and (unless
    `with_unsent`) while changes of it were not sent anywhere.
    """
    if not reason.strip():
        raise NotAllowed("Deleting a study needs a reason.")
    removed = delete_one(
        ctx, study_instance_uid, reason, lambda stored: protection_by_hand(stored, with_unsent=with_unsent)
    )
    is_erased = ctx.checkpoint()
    notice = f"The study was deleted with {removed.instances:,} images."
    if not is_erased:
        notice += " Its last traces go when the library is closed everywhere."
    return Effect(changed=_STUDIES, value=removed, notice=notice)


@command("hold.set", permission=Permission.HOLD)
def set_hold(ctx: Context, *, study_instance_uid: StudyUid, reason: str) -> Effect:
    """Nobody and no rule may delete the study until the hold is lifted."""
    if not reason.strip():
        raise NotAllowed("A legal hold needs a reason.")
    hold = LegalHold(reason.strip(), ctx.user.name if ctx.user else "", ctx.now().isoformat(timespec="seconds"))
    with ctx.records("hold.set", study_instance_uid, reason=reason.strip()) as records:
        if records.studies.get(study_instance_uid).legal_hold is not None:
            raise NotAllowed("This study is under a legal hold already; lift that one first.")
        records.studies.put_hold(study_instance_uid, hold)
    undo = Call(clear_hold, {"study_instance_uid": study_instance_uid, "reason": "taken back"})
    return Effect(
        changed=_STUDIES, value=hold, undo=undo, undo_name="legal hold", notice="The study is under legal hold."
    )


@command("hold.clear", permission=Permission.HOLD)
def clear_hold(ctx: Context, *, study_instance_uid: StudyUid, reason: str) -> Effect:
    """Lift a legal hold."""
    if not reason.strip():
        raise NotAllowed("Lifting a legal hold needs a reason.")
    with ctx.records("hold.clear", study_instance_uid, reason=reason.strip()) as records:
        hold = records.studies.get(study_instance_uid).legal_hold
        if hold is None:
            raise NotAllowed("This study is under no legal hold.")
        records.studies.put_hold(study_instance_uid, None)
    undo = Call(set_hold, {"study_instance_uid": study_instance_uid, "reason": hold.reason})
    return Effect(changed=_STUDIES, undo=undo, undo_name="lift legal hold", notice="The legal hold was lifted.")
