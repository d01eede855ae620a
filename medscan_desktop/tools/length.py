"""Measure a distance: drag from one end to the other."""

from medscan_desktop.domain.measurement import MeasurementKind
from medscan_desktop.imaging.measure import length
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.camera import PaneMap, point
from medscan_desktop.scene.drawing import Shape, draw
from medscan_desktop.scene.gesture import Pointer, Step
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace


class LengthTool:
    """A straight distance in patient mm, or pixels where nothing calibrates the image."""

    name = "length"
    label = "Distance"
    key = "D"
    undo_name = ""

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """The line follows the pointer; on release it is to be saved."""
        return draw(workspace, view, pointer, _line)


def _line(_volume: Volume, pane: PaneMap, pointer: Pointer) -> Shape:
    ends = point(pane.to_patient(pointer.start)), point(pane.to_patient(pointer.position))
    return Shape(MeasurementKind.LENGTH, ends, length=length(ends))
