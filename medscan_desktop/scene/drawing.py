"""Drawing a measurement by a drag: the draft while the button is down, and what is to be saved when it comes up."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

import numpy as np

from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind, Point, Statistics
from medscan_desktop.domain.study import InstanceUid, Study
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.camera import PaneMap, point
from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Draft, Workspace

_SHORTEST_DRAG = 3.0  # pixels; less is a click


@dataclass(frozen=True, slots=True)
class Shape:
    """What a drag draws: its points in patient mm and what they measure."""

    kind: MeasurementKind
    points: tuple[Point, ...]
    length: float | None = None
    statistics: Statistics | None = None


Measure = Callable[[Volume, PaneMap, Pointer], Shape]


def draw(workspace: Workspace, view: View, pointer: Pointer, measure: Measure) -> Step:
    """One event of a drag that draws what `measure` makes of it. A click draws nothing; the id alone is not pure."""
    stack, pane, study = workspace.stack(view.stack), pane_of(workspace, view, pointer.pane), workspace.study
    open_draft = _open_draft(workspace, view)
    if pointer.phase is Phase.CANCEL or stack is None or stack.volume is None or pane is None or study is None:
        return Step(_without(workspace, open_draft))
    if pointer.phase is Phase.PRESS:
        key = 1 + max((draft.key for draft in workspace.drafts), default=0)
        shape = measure(stack.volume, pane, pointer)
        draft = Draft(key, view.id, _measurement(study, stack, pane, shape, MeasurementId(str(uuid4()))))
        cleared = _without(workspace, open_draft)
        return Step(replace(cleared, drafts=(*cleared.drafts, draft), selected=None))
    if open_draft is None or pointer.phase is Phase.WHEEL:
        return Step(workspace)
    if pointer.phase is Phase.RELEASE and math.dist(pointer.start, pointer.position) < _SHORTEST_DRAG:
        return Step(_without(workspace, open_draft))
    shape = measure(stack.volume, pane, pointer)
    drawn = _measurement(study, stack, pane, shape, open_draft.measurement.id)
    if pointer.phase is Phase.MOVE:
        return Step(_with(workspace, replace(open_draft, measurement=drawn)))
    saving = _with(workspace, replace(open_draft, measurement=drawn, is_saving=True))
    return Step(saving, save=drawn, draft_key=open_draft.key)


def _measurement(study: Study, stack: Stack, pane: PaneMap, shape: Shape, measurement_id: MeasurementId) -> Measurement:
    volume = stack.volume
    blocks = volume.reduction.slices if volume is not None else 1
    frame = _frame(pane, shape) * blocks + (blocks - 1) // 2  # the stack's own, at full resolution
    anchor = _anchor(stack, frame)
    is_acquired = pane.axes.through == 2 and blocks == 1 and frame < len(stack.instance_uids)
    return Measurement(
        id=measurement_id,
        study_instance_uid=study.study_instance_uid,
        series_instance_uid=stack.series_instance_uid,
        sop_instance_uid=stack.instance_uids[frame] if is_acquired else None,
        frame=frame,
        kind=shape.kind,
        points=shape.points,
        normal=point(pane.normal),
        unit=volume.length_unit if volume is not None else "px",
        calibration=volume.calibration if volume is not None else "px",
        length=shape.length,
        statistics=shape.statistics,
        anchor_instance=anchor[0] if anchor is not None else None,
        anchor_frame=anchor[1] if anchor is not None else 0,
    )


def slice_of(measurement: Measurement, stack: Stack) -> int:
    """The slice of the stack that a measurement was drawn at: by its image, since the order may have become another."""
    instance, frame = measurement.anchor_instance, measurement.anchor_frame
    if instance is None and stack.instance_uids.count(measurement.sop_instance_uid or InstanceUid("")) == 1:
        instance = measurement.sop_instance_uid
        frame = stack.frame_numbers[stack.instance_uids.index(instance)] if instance and stack.frame_numbers else 0
    found = stack.slice_of(instance, frame) if instance is not None else None
    return measurement.frame if found is None else found


def _anchor(stack: Stack, frame: int) -> tuple[InstanceUid, int] | None:
    """The image at a slice of the stack, or the nearest one where that slice has none."""
    held = (k for k, uid in enumerate(stack.instance_uids) if uid)
    k = min(held, key=lambda at: abs(at - frame), default=None)
    if k is None:
        return None
    return stack.instance_uids[k], stack.frame_numbers[k] if stack.frame_numbers else 0


def _frame(pane: PaneMap, shape: Shape) -> int:
    """The stack's frame at the shape: the one shown, or on a reformatted plane the one nearest to its middle."""
    if pane.axes.through == 2:
        return pane.slice_index
    middle = shape.points[0] if shape.kind is MeasurementKind.ELLIPSE else np.mean(shape.points, axis=0)
    at = float(pane.geometry.to_index(middle)[2])
    return int(np.clip(round(at), 0, pane.geometry.shape[0] - 1))


def _open_draft(workspace: Workspace, view: View) -> Draft | None:
    return next((draft for draft in workspace.drafts if draft.view == view.id and not draft.is_saving), None)


def _with(workspace: Workspace, draft: Draft) -> Workspace:
    return replace(workspace, drafts=tuple(draft if old.key == draft.key else old for old in workspace.drafts))


def _without(workspace: Workspace, draft: Draft | None) -> Workspace:
    if draft is None:
        return workspace
    return replace(workspace, drafts=tuple(old for old in workspace.drafts if old is not draft))
