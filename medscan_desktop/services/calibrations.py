"""Users' own calibrations of images without a measure of their own; each step can be undone by its inverse."""

import math
from dataclasses import replace

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.domain.user_calibration import CalibrationId, UserCalibration
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
    undo = (
        Call(remove_calibration, {"calibration_id": saved.id})
        if replaced is None
        else Call(save_calibration, {"calibration": replaced})
    )
    return Effect(changed=_CHANGED, scene=_shown(saved), undo=undo, undo_name="calibrate", value=saved)


@command("calibration.remove", permission=Permission.ANNOTATE)
def remove_calibration(ctx: Context, *, calibration_id: CalibrationId) -> Effect:
    """Take a calibration away: the image's own measure holds again."""
    with ctx.records("calibration.remove", calibration_id) as records:
        gone = records.calibrations.get(calibration_id)
        records.calibrations.delete(calibration_id)
    undo = Call(save_calibration, {"calibration": gone})
    return Effect(changed=_CHANGED, scene=_hidden(calibration_id), undo=undo, undo_name="remove a calibration")


@command("calibration.list", permission=Permission.READ)
def list_calibrations(ctx: Context, *, study_instance_uid: StudyUid) -> Effect:
    """The users' own calibrations of a study's images."""
    with ctx.records("calibration.list", study_instance_uid) as records:
        return Effect(value=records.calibrations.of_study(study_instance_uid))


def _images(one: UserCalibration) -> tuple[str, str | None]:
    return one.series_instance_uid, one.sop_instance_uid


def _shown(saved: UserCalibration) -> SceneChange:
    def change(workspace: Workspace) -> Workspace:
        others = tuple(one for one in workspace.calibrations if one.id != saved.id)
        return replace(workspace, calibrations=(*others, saved))

    return change


def _hidden(calibration_id: CalibrationId) -> SceneChange:
    def change(workspace: Workspace) -> Workspace:
        return replace(workspace, calibrations=tuple(one for one in workspace.calibrations if one.id != calibration_id))

    return change
