"""Where a measurement belongs: on which stack and slice it was drawn, and which panes show it."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from medscan_desktop.domain.measurement import REGIONS, Measurement, MeasurementId, MeasurementKind
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.regions import slice_axis
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Draft, Workspace

_PARALLEL = 0.999  # cosine between the plane that a region was drawn on and the plane shown
_CLOSE = 1e-6


def anchored(measurement: Measurement, stack: Stack) -> Measurement:
    """The same with the frame and the image it lies at, by its points: after drawing and after a change."""
    volume = stack.volume
    if volume is None or not measurement.points:
        return measurement
    blocks, geometry = volume.reduction.slices, volume.geometry
    along = geometry.to_index(np.asarray(measurement.points))[:, 2]
    is_round = measurement.kind in (MeasurementKind.ELLIPSE, MeasurementKind.RECTANGLE, MeasurementKind.SPHERE)
    middle = float(along[0] if is_round else along.mean())
    shown = int(np.clip(round(middle), 0, geometry.shape[0] - 1))
    frame = shown * blocks + (blocks - 1) // 2  # the stack's own, at full resolution
    is_flat = bool(np.abs(along - shown).max() <= 0.5) or measurement.kind is MeasurementKind.SPHERE
    is_acquired = is_flat and blocks == 1 and slice_axis(geometry, measurement.normal) == 2
    is_held = is_acquired and frame < len(stack.instance_uids)
    anchor = _anchor(stack, frame)
    return replace(
        measurement,
        frame=frame,
        sop_instance_uid=stack.instance_uids[frame] if is_held else None,
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


def belongs(measurement: Measurement, stack: Stack) -> bool:
    """Whether it was drawn on this stack: a series may hold several in the same place (echoes, phases)."""
    if measurement.series_instance_uid != stack.series_instance_uid:
        return False
    if measurement.anchor_instance is not None and stack.instance_uids:
        return stack.slice_of(measurement.anchor_instance, measurement.anchor_frame) is not None
    image = measurement.sop_instance_uid
    return image is None or not stack.instance_uids or image in stack.instance_uids


def is_on_plane(measurement: Measurement, pane: PaneMap, stack: Stack) -> bool:
    """Whether the plane shown contains it: all its points less than half a slice away; a sphere where it is cut.

    A region's own plane must be parallel to the one shown, too: seen from its side it would be a line.
    """
    if not pane.geometry.spatial:
        blocks = stack.volume.reduction.slices if stack.volume is not None else 1
        return slice_of(measurement, stack) // blocks == pane.slice_index
    if not measurement.points:
        return False
    points = np.asarray(measurement.points, float)
    away = (points - pane.origin) @ pane.normal
    if measurement.kind is MeasurementKind.SPHERE and len(points) == 2:
        reach = max(float(np.linalg.norm(points[1] - points[0])), plane_step(pane) / 2 + _CLOSE)  # a tiny one too
        return abs(float(away[0])) < reach
    if measurement.kind in REGIONS and abs(float(np.asarray(measurement.normal) @ pane.normal)) < _PARALLEL:
        return False
    return float(np.abs(away).max()) <= plane_step(pane) / 2 + _CLOSE


@lru_cache(maxsize=32)  # asked for every measurement of a pane at every event
def plane_step(pane: PaneMap) -> float:
    """The way in mm from the plane shown to the next one: a slice, or across the slices the finest spacing."""
    geometry: Geometry = pane.geometry
    through = slice_axis(geometry, pane.normal)
    if through is None:
        return min(geometry.spacing)
    return abs(float(geometry.affine[:3, through] @ pane.normal))


def shown_measurements(workspace: Workspace, view: View, pane: PaneMap) -> Iterator[tuple[Measurement, Draft | None]]:
    """What a pane shows of its stack, with the draft where it is one; a draft takes the place of what it changes."""
    stack = workspace.stack(view.stack)
    if stack is None or view.kind is ViewKind.CURVED:  # no place of it is on one plane
        return
    # What is changed in one view changes in all: two numbers of one measurement must not stand side by side.
    drafts = [one for one in workspace.drafts if one.view == view.id or one.is_saving or one.is_changing]
    changed: set[MeasurementId] = {draft.measurement.id for draft in drafts}
    for measurement in workspace.measurements:
        if measurement.id not in changed and belongs(measurement, stack) and is_on_plane(measurement, pane, stack):
            yield measurement, None
    for draft in drafts:
        if belongs(draft.measurement, stack) and is_on_plane(draft.measurement, pane, stack):
            yield draft.measurement, draft


def _anchor(stack: Stack, frame: int) -> tuple[InstanceUid, int] | None:
    """The image at a slice of the stack, or the nearest one where that slice has none."""
    held = (k for k, uid in enumerate(stack.instance_uids) if uid)
    k = min(held, key=lambda at: abs(at - frame), default=None)
    if k is None:
        return None
    return stack.instance_uids[k], stack.frame_numbers[k] if stack.frame_numbers else 0
