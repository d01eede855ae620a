"""The tools that draw measurements: one for each kind, all drawn by the same hand."""

from dataclasses import dataclass

from medscan_desktop.domain.measurement import MeasurementKind
from medscan_desktop.scene.drawing import draw
from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace

_STRAIGHTENED = (
    "Nothing is measured on a straightened picture: between two places beside its curve the distance is another one in "
    "the patient. Measure on the plane that the curve was drawn on."
)


@dataclass(frozen=True, slots=True)
class MeasuringTool:
    """Draws one kind of measurement. `hint` says how, to whoever has just taken it."""

    kind: MeasurementKind
    hint: str
    key: str = ""

    @property
    def name(self) -> str:
        """The kind's own."""
        return self.kind.value

    @property
    def label(self) -> str:
        """The kind's own."""
        return self.kind.label

    @property
    def undo_name(self) -> str:
        """Saving is the step, not drawing."""
        return ""

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """The open end follows the pointer, its numbers live; once whole it is to be saved."""
        if view.kind is ViewKind.CURVED:
            return Step(workspace, refused=_STRAIGHTENED if pointer.phase is Phase.PRESS else "")
        return draw(workspace, view, pointer, self.kind)


MEASURING_TOOLS = (
    MeasuringTool(MeasurementKind.LENGTH, "Drag from one end to the other, or click at both.", "D"),
    MeasuringTool(MeasurementKind.ANGLE, "Click one end, the vertex, the other end; or drag the first leg.", "A"),
    MeasuringTool(MeasurementKind.COBB, "Drag a line along each of the two end plates."),
    MeasuringTool(MeasurementKind.BIDIRECTIONAL, "Drag the long axis; then drag the ends of the short one."),
    MeasuringTool(
        MeasurementKind.POLYLINE, "Click each corner; a double click or Enter ends it, Backspace takes one back."
    ),
    MeasuringTool(MeasurementKind.ELLIPSE, "Drag from corner to corner; Shift for a circle.", "E"),
    MeasuringTool(MeasurementKind.RECTANGLE, "Drag from corner to corner; Shift for a square."),
    MeasuringTool(MeasurementKind.FREEHAND, "Drag around the region; let go, it closes."),
    MeasuringTool(MeasurementKind.SPHERE, "Drag from the middle outwards."),
    MeasuringTool(MeasurementKind.ARROW, "Drag from the tip to the tail, then write, or press Enter for no words."),
    MeasuringTool(MeasurementKind.TEXT, "Click, then write.", "B"),
    MeasuringTool(MeasurementKind.PROBE, "Click on a pixel."),
)
