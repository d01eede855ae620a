"""Users' own calibrations of images without a measure of their own; each step can be undone by its inverse."""

import math
from collections.abc import Sequence
from dataclasses import replace

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.domain.user_calibration import USER_CALIBRATION, CalibrationId, UserCalibration
from medscan_desktop.imaging.by_region import has_own_measure
from medscan_desktop.imaging.distance_scale import DistanceScale
from medscan_desktop.imaging.measure import rescaled
from medscan_desktop.persistence.records import Records
from medscan_desktop.scene.workspace import SceneChange, Workspace
from medscan_desktop.workstation.command import Call, Context, Effect, Kind, command

_CHANGED = frozenset({Kind.MEASUREMENTS})
_LONGEST_MM = 10_000.0


@command("calibration.save", permission=Permission.ANNOTATE)
def save_calibration(ctx: Context, *, calibration: UserCalibration) -> Effect:
    """Keep how long something on an image is. Another one of the same images is replaced.

    Unsuitable where the length is none.
    """
    known, drawn = calibration.known_mm, calibration.drawn
    if not (math.isfinite(known) and 0 < known <= _LONGEST_MM and math.isfinite(drawn) and drawn > 0):
        raise Unsuitable("A known length is above 0 and at most 10 m.")
    with ctx.records("calibration.save", calibration.study_instance_uid) as records:
        others = records.calibrations.of_study(calibration.study_instance_uid)
        replaced = next((one for one in others if _images(one) == _images(calibration)), None)
        author = ctx.user.id if ctx.user else None
        saved = replace(
            calibration,
            id=replaced.id if replaced is not None else calibration.id,
            created_by=calibration.created_by or author,
            created_at=calibration.created_at or ctx.now().isoformat(),
        )
        records.calibrations.put(saved)
        changed = _remeasured(records, saved)
    undo = (
        Call(remove_calibration, {"calibration_id": saved.id})
        if replaced is None
        else Call(save_calibration, {"calibration": replaced})
    )
    return Effect(changed=_CHANGED, scene=_shown(saved, changed), undo=undo, undo_name="calibrate", value=saved)


@command("calibration.remove", permission=Permission.ANNOTATE)
def remove_calibration(ctx: Context, *, calibration_id: CalibrationId) -> Effect:
    """Take a calibration away: the image's own measure holds again."""
    with ctx.records("calibration.remove", calibration_id) as records:
        gone = records.calibrations.get(calibration_id)
        records.calibrations.delete(calibration_id)
        changed = _remeasured(records, gone)
    undo = Call(save_calibration, {"calibration": gone})
    return Effect(changed=_CHANGED, scene=_hidden(calibration_id, changed), undo=undo, undo_name="remove a calibration")


@command("calibration.list", permission=Permission.READ)
def list_calibrations(ctx: Context, *, study_instance_uid: StudyUid) -> Effect:
    """The users' own calibrations of a study's images."""
    with ctx.records("calibration.list", study_instance_uid) as records:
        return Effect(value=records.calibrations.of_study(study_instance_uid))


def _images(one: UserCalibration) -> tuple[str, str | None]:
    return one.series_instance_uid, one.sop_instance_uid


def _remeasured(records: Records, about: UserCalibration) -> tuple[Measurement, ...]:
    """The measurements of the series by the scales that hold now: a saved number never outlives its calibration."""
    valid = records.calibrations.of_study(about.study_instance_uid)
    changed = []
    for one in records.measurements.of_study(about.study_instance_uid):
        has_none = one.calibration == "" or has_own_measure(one.calibration, about.image_calibration)
        if one.series_instance_uid != about.series_instance_uid or has_none:
            continue
        anew = rescaled(one, _scale_of(one, about, valid))
        if anew != one:
            records.measurements.put(anew)
            changed.append(anew)
    return tuple(changed)


def _scale_of(one: Measurement, about: UserCalibration, valid: Sequence[UserCalibration]) -> DistanceScale:
    image = one.anchor_instance or one.sop_instance_uid
    own = [each for each in valid if each.series_instance_uid == one.series_instance_uid]
    exact = next((each for each in own if each.sop_instance_uid is not None and each.sop_instance_uid == image), None)
    found = exact or next((each for each in own if each.sop_instance_uid is None), None)
    if found is None:
        return DistanceScale(1.0, about.unit, about.image_calibration)
    return DistanceScale(found.factor, "mm", USER_CALIBRATION)


def _shown(saved: UserCalibration, changed: Sequence[Measurement]) -> SceneChange:
    def change(workspace: Workspace) -> Workspace:
        others = tuple(one for one in workspace.calibrations if one.id != saved.id)
        return _with(replace(workspace, calibrations=(*others, saved)), changed)

    return change


def _hidden(calibration_id: CalibrationId, changed: Sequence[Measurement]) -> SceneChange:
    def change(workspace: Workspace) -> Workspace:
        left = tuple(one for one in workspace.calibrations if one.id != calibration_id)
        return _with(replace(workspace, calibrations=left), changed)

    return change


def _with(workspace: Workspace, changed: Sequence[Measurement]) -> Workspace:
    anew = {one.id: one for one in changed}
    return replace(workspace, measurements=tuple(anew.get(one.id, one) for one in workspace.measurements))
