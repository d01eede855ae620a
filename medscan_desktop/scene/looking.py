"""The change that shows a measurement: its slice, its plane, its middle."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.measurement import Measurement, MeasurementKind, Point
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.scene.camera import PLANES, plane_onward, point
from medscan_desktop.scene.navigation import at_slice, focused_at
from medscan_desktop.scene.oblique import STRAIGHT, Turn
from medscan_desktop.scene.showing import belongs, slice_of
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace

_PARALLEL = 0.999  # as near as a region's plane must be to be shown
_FROM_FIRST = (MeasurementKind.ELLIPSE, MeasurementKind.RECTANGLE, MeasurementKind.SPHERE, MeasurementKind.ARROW)


def middle_of(measurement: Measurement) -> Point:
    """The place that it is about: the middle of a round one, the tip of an arrow, else the mean of its points."""
    if measurement.kind in _FROM_FIRST:
        return measurement.points[0]
    return point(np.mean(np.asarray(measurement.points, float), axis=0))


def looking_at(workspace: Workspace, measurement: Measurement) -> Workspace:
    """Every view of its stack at it: planes cross in its middle, acquired views show its frame.

    Drawn on a turned plane it is shown on none that is not: the planes turn to it, or back where it lies on a slice.
    """
    middle = middle_of(measurement)
    stacks = [one for one in workspace.stacks if belongs(measurement, one)]
    for stack in stacks:
        workspace = _turned_to(workspace, stack, measurement)
        for view in workspace.views:
            if view.stack != stack.id:
                continue
            if view.kind is ViewKind.ACQUIRED:
                blocks = stack.volume.reduction.slices if stack.volume is not None else 1
                workspace = at_slice(workspace, view, slice_of(measurement, stack) // blocks)
            elif view.kind in PLANES:
                workspace = focused_at(workspace, view, middle)
    large = next((view for view in workspace.views if view.id == workspace.maximised), None)
    is_seen = large is not None and any(large.stack == stack.id for stack in stacks)
    return workspace if is_seen else replace(workspace, maximised=None)


def _turned_to(workspace: Workspace, stack: Stack, measurement: Measurement) -> Workspace:
    """With the planes of the stack so that one on screen is parallel to the measurement's."""
    kinds = [view.kind for view in workspace.views if view.stack == stack.id and view.kind in PLANES]
    if stack.volume is None or not kinds or measurement.kind is MeasurementKind.SPHERE:
        return workspace
    geometry, normal = stack.volume.geometry, np.asarray(measurement.normal, float)
    for turn in (workspace.turn_of(stack.id), STRAIGHT):
        if any(abs(float(plane_onward(geometry, kind, turn) @ normal)) >= _PARALLEL for kind in kinds):
            return workspace.with_turn(stack.id, turn)
    return workspace.with_turn(stack.id, _turn_onto(geometry, kinds, normal))


def _turn_onto(geometry: Geometry, kinds: list[ViewKind], normal: NDArray[np.float64]) -> Turn:
    """The least turn that makes the nearest of the planes lie across `normal`."""
    onward = max((plane_onward(geometry, kind, STRAIGHT) for kind in kinds), key=lambda way: abs(float(way @ normal)))
    wanted = normal if float(onward @ normal) > 0 else -normal
    axis = np.cross(onward, wanted)
    size = float(np.linalg.norm(axis))
    if size < 1e-9:
        return STRAIGHT
    return STRAIGHT.then(axis / size, float(np.degrees(np.arctan2(size, float(onward @ wanted)))))
