"""Saving, deleting and listing measurements; each step of theirs can be undone by its inverse."""

from dataclasses import replace
from types import EllipsisType
from uuid import uuid4

from medscan_desktop.domain.code import Code
from medscan_desktop.domain.measurement import Measurement, MeasurementId
from medscan_desktop.domain.shown import shown
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.scene.workspace import SceneChange, Workspace
from medscan_desktop.workstation.command import Call, Context, Effect, Kind, command
from medscan_desktop.workstation.history import bytes_of

_CHANGED = frozenset({Kind.MEASUREMENTS})
_LONGEST_LABEL = 200


@command("measurement.save", permission=Permission.ANNOTATE)
def save_measurement(ctx: Context, *, measurement: Measurement, draft_key: int | None = None) -> Effect:
    """Keep a drawn or changed measurement; on screen it takes its draft's place.

    Undo takes a new one away, and of a changed one brings back what it was before.
    """
    author = measurement.created_by or (ctx.user.id if ctx.user else None)
    saved = replace(measurement, created_by=author, created_at=measurement.created_at or ctx.now().isoformat())
    with ctx.records("measurement.save", saved.id) as records:
        before = records.measurements.find(saved.id)
        records.measurements.put(saved)
        records.outbox.add("measurement", saved.id, {"series_instance_uid": saved.series_instance_uid})
    if before is None:
        undo = Call(delete_measurement, {"measurement_id": saved.id})
    else:
        undo = Call(save_measurement, {"measurement": before})
    return Effect(
        changed=_CHANGED,
        scene=_shown(saved, draft_key),
        undo=undo,
        undo_name=f"{'draw' if before is None else 'change'} {saved.kind.label.lower()}",
        undo_bytes=bytes_of([before or saved]),
        value=saved,
    )


@command("measurement.describe", permission=Permission.ANNOTATE)
def describe_measurement(
    ctx: Context,
    *,
    measurement_id: MeasurementId,
    label: str | None = None,
    finding: Code | EllipsisType | None = ...,
    site: Code | EllipsisType | None = ...,
    is_target: bool | None = None,
) -> Effect:
    """Say what a measurement is: its label, finding and site (None for none), whether it is a target lesion.

    What is not named stays. The first label of a target, and the first time that it is one, give it the UID by which
    it is followed from study to study. Raises NotFound.
    """
    with ctx.records("measurement.describe", measurement_id) as records:
        before = records.measurements.get(measurement_id)
        told = _one_line(label) if label is not None else before.label
        target = before.is_target if is_target is None else is_target
        described = replace(
            before,
            label=told,
            finding=before.finding if isinstance(finding, EllipsisType) else finding,
            site=before.site if isinstance(site, EllipsisType) else site,
            is_target=target,
            tracking_uid=before.tracking_uid or (f"2.25.{uuid4().int}" if target else ""),
        )
        if described == before:
            return Effect(value=before)
        records.measurements.put(described)
        records.outbox.add("measurement", measurement_id, {"series_instance_uid": before.series_instance_uid})
    return Effect(
        changed=_CHANGED,
        scene=_shown(described, None),
        undo=Call(save_measurement, {"measurement": before}),
        undo_name=f"describe {before.kind.label.lower()}",
        undo_bytes=bytes_of([before]),
        value=described,
    )


@command("measurement.delete", permission=Permission.ANNOTATE)
def delete_measurement(ctx: Context, *, measurement_id: MeasurementId) -> Effect:
    """Take a measurement away; the records keep it as deleted, so that undo brings back the same one."""
    with ctx.records("measurement.delete", measurement_id) as records:
        gone = records.measurements.get(measurement_id)
        records.measurements.delete(measurement_id)
        records.outbox.add("measurement", measurement_id, {"deleted": True})
    undo = Call(save_measurement, {"measurement": gone})
    return Effect(
        changed=_CHANGED,
        scene=_hidden(measurement_id),
        undo=undo,
        undo_name=f"delete {gone.kind.label.lower()}",
        undo_bytes=bytes_of([gone]),
    )


@command("measurement.list", permission=Permission.READ)
def list_measurements(ctx: Context, *, study_instance_uid: StudyUid) -> Effect:
    """The measurements of a study."""
    with ctx.records("measurement.list", study_instance_uid) as records:
        return Effect(value=records.measurements.of_study(study_instance_uid))


def _one_line(text: str) -> str:
    return shown(" ".join(text.split()))[:_LONGEST_LABEL].strip()


def _shown(saved: Measurement, draft_key: int | None) -> SceneChange:
    def change(workspace: Workspace) -> Workspace:
        drafts = tuple(draft for draft in workspace.drafts if draft.key != draft_key)
        if not workspace.is_open(saved.study_instance_uid):
            return replace(workspace, drafts=drafts)
        others = (old for old in workspace.measurements if old.id != saved.id)
        every = sorted((*others, saved), key=lambda one: (one.created_at, one.id))  # as the records give them
        return replace(workspace, drafts=drafts, measurements=tuple(every), selected=saved.id)

    return change


def _hidden(measurement_id: MeasurementId) -> SceneChange:
    def change(workspace: Workspace) -> Workspace:
        rest = tuple(one for one in workspace.measurements if one.id != measurement_id)
        selected = None if workspace.selected == measurement_id else workspace.selected
        touched = None if workspace.touched == measurement_id else workspace.touched
        return replace(workspace, measurements=rest, selected=selected, touched=touched)

    return change
