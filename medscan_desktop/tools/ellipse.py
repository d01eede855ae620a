"""Measure values within an ellipse: drag from one corner of its frame to the other."""

import math

from medscan_desktop.domain.measurement import MeasurementKind
from medscan_desktop.imaging.measure import ellipse_statistics
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.camera import PaneMap, point
from medscan_desktop.scene.drawing import Shape, draw
from medscan_desktop.scene.gesture import Pointer, Step
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace


class EllipseTool:
    """An elliptical region with its statistics; a circle with Shift."""

    name = "ellipse"
    label = "Ellipse"
    key = "E"
    undo_name = ""

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """The ellipse follows the pointer, its numbers live; on release it is to be saved."""
        return draw(workspace, view, pointer, _ellipse)


def _ellipse(volume: Volume, pane: PaneMap, pointer: Pointer) -> Shape:
    (left, top), (right, bottom) = pointer.start, _other_corner(pointer)
    x, y = (left + right) / 2, (top + bottom) / 2
    points = tuple(point(pane.to_patient(at)) for at in ((x, y), (right, y), (x, bottom)))
    return Shape(MeasurementKind.ELLIPSE, points, statistics=ellipse_statistics(volume, points, pane.normal))


def _other_corner(pointer: Pointer) -> tuple[float, float]:
    if not pointer.shift:
        return pointer.position
    wide, high = (now - before for now, before in zip(pointer.position, pointer.start, strict=True))
    side = max(abs(wide), abs(high))
    return pointer.start[0] + math.copysign(side, wide), pointer.start[1] + math.copysign(side, high)
