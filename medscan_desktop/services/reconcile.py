"""The reconcile list: what contradicts the library, and what people decide about it. Nothing is merged unasked."""

from collections.abc import Sequence
from dataclasses import dataclass

from medscan_desktop.domain.conflict import TAKEN_BACK, Conflict, ConflictState
from medscan_desktop.domain.errors import NotAllowed
from medscan_desktop.domain.study import SeriesUid, VaultId
from medscan_desktop.domain.user import Permission
from medscan_desktop.persistence.conflicts import Held, series_uids
from medscan_desktop.persistence.records import Records
from medscan_desktop.workstation.command import Call, Context, Effect, Kind, command
from medscan_desktop.workstation.replacing import Replaced, dependents, file_held, replace_held, unfile
from medscan_desktop.workstation.thumbnails import make_thumbnails

UNDO_NAME = "reconcile"
_STUDIES = frozenset({Kind.STUDIES})
_DONE = {
    ConflictState.KEPT: "What the library has stays; the held files were erased.",
    ConflictState.FILED: "The files stand where the library has the study; their own headers are untouched.",
    ConflictState.APART: "The files are kept apart, encrypted and shown nowhere.",
    ConflictState.SAME_PERSON: "Written down: one person. Each study keeps the data it came with.",
    ConflictState.DIFFERENT_PEOPLE: "Written down: different people.",
}


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """An entry with what of the library depends on the images that replacing would drop."""

    conflict: Conflict
    measurements: int
    findings: int


@command("reconcile.count", permission=Permission.READ)
def count_conflicts(ctx: Context) -> Effect:
    """How many entries wait for a decision."""
    with ctx.records("reconcile.count") as records:
        return Effect(value=records.conflicts.open_count())


@command("reconcile.list", permission=Permission.READ)
def list_conflicts(ctx: Context, *, decided: bool = False) -> Effect:
    """What waits, newest first; with `decided` also what was decided."""
    with ctx.records("reconcile.list") as records:
        return Effect(value=records.conflicts.all(decided=decided))


@command("reconcile.show", permission=Permission.READ)
def show_conflict(ctx: Context, *, conflict_id: str) -> Effect:
    """One entry, and what depends on the images of the library that it contradicts."""
    with ctx.records("reconcile.show", conflict_id) as records:
        conflict = records.conflicts.get(conflict_id)
        marks, findings = dependents(records, conflict.ours.study_instance_uid, set(conflict.sop_instance_uids))
    return Effect(value=ConflictPage(conflict, len(marks), len(findings)))


@command("reconcile.decide", permission=Permission.RECONCILE)
def decide_conflict(ctx: Context, *, conflict_id: str, decision: ConflictState, reason: str) -> Effect:
    """Keep what the library has, file the new with it, keep it apart; or say whether two patients are one person."""
    if decision is ConflictState.REPLACED:
        raise NotAllowed("Taking the new in the place of the old is a decision of its own: reconcile replace.")
    erased: list[VaultId] = []
    with ctx.records("reconcile.decide", conflict_id, decision=decision.value, reason=reason) as records:
        conflict, held = _open(records, conflict_id, decision, reason)
        records.detail.update({"kind": conflict.kind.value, "files": len(held)})
        if decision is ConflictState.FILED:
            file_held(records, conflict, held)
        if decision is ConflictState.KEPT:
            erased = [VaultId(one.instance.location) for one in held]
            for file in erased:
                records.files.delete(file)
        records.conflicts.resolve(conflict_id, decision, _by(ctx), reason)
        records.storage.forget_sources(one.instance.sop_instance_uid for one in held)
    _erase(ctx, erased)
    if decision is ConflictState.FILED:
        make_thumbnails(ctx, series_uids(held))
    undo = Call(reopen_conflict, {"conflict_id": conflict_id, "reason": "taken back"})
    return Effect(
        changed=_STUDIES,
        value=decision,
        undo=undo if decision in TAKEN_BACK else None,  # an erased file does not come back
        undo_name=UNDO_NAME if decision in TAKEN_BACK else "",
        notice=_DONE[decision],
    )


@command("reconcile.replace", permission=Permission.DELETE)
def replace_by_conflict(ctx: Context, *, conflict_id: str, reason: str, despite_marks: bool = False) -> Effect:
    """Take the held files in the place of what the library has, whose files are erased. It cannot be undone.

    Refused where measurements or findings rest on the images that go; with `despite_marks` these stay as they are, and
    say from then on that their image was replaced.
    """
    with ctx.records("reconcile.replace", conflict_id, reason=reason) as records:
        conflict, held = _open(records, conflict_id, ConflictState.REPLACED, reason)
        replaced: Replaced = replace_held(records, conflict, held, ctx.now(), despite_marks=despite_marks)
        records.conflicts.resolve(conflict_id, ConflictState.REPLACED, _by(ctx), reason)
        records.detail.update({"kind": conflict.kind.value, "files": len(held), **replaced.detail})
    _erase(ctx, replaced.erased)
    _draw(ctx, series_uids(held))
    notice = f"{len(held):,} images were taken in the place of what the library had."
    if replaced.marks:
        notice += f" {replaced.marks:,} measurements or findings now say that their image was replaced."
    return Effect(changed=_STUDIES | {Kind.MEASUREMENTS, Kind.FINDINGS}, value=replaced, notice=notice)


@command("reconcile.reopen", permission=Permission.RECONCILE)
def reopen_conflict(ctx: Context, *, conflict_id: str, reason: str) -> Effect:
    """Take a decision back: what was filed is held again; after files were erased, importing them lists them anew."""
    with ctx.records("reconcile.reopen", conflict_id, reason=reason) as records:
        conflict, held = records.conflicts.get(conflict_id), records.conflicts.held(conflict_id)
        if conflict.state in (ConflictState.OPEN, ConflictState.REPLACED):
            raise NotAllowed(_cannot_reopen(conflict.state))
        if conflict.state is ConflictState.FILED:
            unfile(records, conflict, held)
        if conflict.state is ConflictState.KEPT:
            records.conflicts.forget(conflict_id)
        else:
            records.conflicts.resolve(conflict_id, ConflictState.OPEN, _by(ctx), reason)
        records.storage.forget_sources(one.instance.sop_instance_uid for one in held)
    is_kept = conflict.state is ConflictState.KEPT
    again = Call(decide_conflict, {"conflict_id": conflict_id, "decision": conflict.state, "reason": conflict.reason})
    notice = "The held files were erased; import them again to decide anew." if is_kept else "It waits again."
    return Effect(
        changed=_STUDIES, undo=None if is_kept else again, undo_name="" if is_kept else "reopen", notice=notice
    )


def _open(records: Records, conflict_id: str, decision: ConflictState, reason: str) -> tuple[Conflict, list[Held]]:
    """The entry and its files. Raises NotAllowed where this cannot be decided about it."""
    if not reason.strip():
        raise NotAllowed("A decision needs a reason.")
    conflict = records.conflicts.get(conflict_id)
    if conflict.state is not ConflictState.OPEN:
        raise NotAllowed(f"This was decided already ({conflict.state}, {conflict.resolved_at[:10]}).")
    if decision not in conflict.decisions:
        offered = ", ".join(conflict.decisions)
        raise NotAllowed(f"This cannot be decided here; what can: {offered}.")
    return conflict, records.conflicts.held(conflict_id)


def _cannot_reopen(state: ConflictState) -> str:
    if state is ConflictState.OPEN:
        return "This waits for a decision already."
    return "The files that were replaced are erased, so this cannot be taken back; import them to list them anew."


def _draw(ctx: Context, uids: set[SeriesUid]) -> None:
    with ctx.records("reconcile.draw", series=len(uids)) as records:
        missing = records.sources.without_thumbnail(uids)
    make_thumbnails(ctx, missing)


def _erase(ctx: Context, files: Sequence[VaultId]) -> None:
    for file in files:
        ctx.vault.remove(file)
    if files:
        ctx.checkpoint()


def _by(ctx: Context) -> str:
    return ctx.user.name if ctx.user else ""
