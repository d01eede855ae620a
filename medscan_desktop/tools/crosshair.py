"""The 3D cursor: every plane of the stack goes to the point under the pointer, or is dragged and turned by its line."""

from dataclasses import replace

from medscan_desktop.domain.measurement import Point
from medscan_desktop.scene.camera import PaneMap, point
from medscan_desktop.scene.curving import place_under
from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.linking import cursor_at
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.plane_lines import dragged, grip_at
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Grip, GripPart, Workspace


class CrosshairTool:
    """Moves the focus that the planes share; on a line's handle turns the two other planes."""

    name = "crosshair"
    label = "Crosshair"
    key = "H"
    undo_name = "turn the planes"

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """At a press and while moving; held within the stack.

        Off the lines the planes come to the pointer, those of every stack that shares its positions too.
        """
        if pointer.phase in (Phase.RELEASE, Phase.CANCEL):
            return Step(workspace if workspace.grip is None else replace(workspace, grip=None))
        pane = pane_of(workspace, view, pointer.pane)
        if pane is None or pointer.phase not in (Phase.PRESS, Phase.MOVE):
            return Step(workspace)
        place = _place_under(workspace, view, pane, pointer)
        return Step(workspace if place is None else _taken(workspace, view, pane, pointer, place))


def _place_under(workspace: Workspace, view: View, pane: PaneMap, pointer: Pointer) -> Point | None:
    """The patient point under the pointer, None where there is no patient."""
    if view.kind is ViewKind.CURVED:
        return place_under(workspace, view, pane, pointer.position)
    return point(pane.to_patient(pointer.position)) if pane.geometry.spatial else None


def _taken(workspace: Workspace, view: View, pane: PaneMap, pointer: Pointer, place: Point) -> Workspace:
    """With what is held dragged on; what is pressed on is taken where it is, and does not jump to the pointer."""
    if pointer.phase is Phase.MOVE:
        grip = workspace.grip
        if grip is not None and grip.is_held and grip.view == view.id and view.kind is not ViewKind.CURVED:
            return dragged(workspace, view, pane, grip, pointer.position, pointer.previous)
        return cursor_at(workspace, view, place)
    grip = grip_at(workspace, view, pane, pointer.position, pointer.pane)
    if grip is not None:
        return replace(workspace, grip=replace(grip, is_held=True))
    held = Grip(view.id, GripPart.CENTRE, view.kind, is_held=True)
    return replace(cursor_at(workspace, view, place), grip=held)
