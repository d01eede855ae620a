"""Where the other planes of a stack cross a plane, what of these lines the hand is on, and what dragging it does.

A line is dragged to move its plane, the crossing to move both, a handle near a line's end to turn the two other
planes about this plane's normal. The plane itself stays where it is, and so do its picture and the crossing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.scene.camera import PLANES, PaneMap, pane_map, plane_onward, point
from medscan_desktop.scene.curving import curve_texts
from medscan_desktop.scene.linking import cursor_at
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Grip, GripPart, Workspace

Vector = NDArray[np.float64]
OPEN_PX = 14.0  # the lines are open around the crossing, so that what lies there is seen
HANDLE_PX = 5.0  # a handle's radius
_NEAR_PX, _NEAR_HANDLE_PX = 5.0, 9.0
_HANDLE_SHARE = 0.36  # of the pane's smaller side, from the crossing


@dataclass(frozen=True, slots=True, eq=False)
class PlaneLine:
    """Where plane `kind` crosses the plane shown: through `centre` along `direction` (unit), in pane pixels."""

    kind: ViewKind
    centre: Vector
    direction: Vector

    def handles(self, size: tuple[int, int]) -> Vector:
        """(2, 2) where it is taken to be turned, one to each side of the crossing."""
        away = self.direction * (_HANDLE_SHARE * min(size))
        return np.stack([self.centre - away, self.centre + away])

    def distance(self, position: tuple[float, float]) -> float:
        """Pixels from a position to the line."""
        x, y = (np.asarray(position) - self.centre).tolist()
        return float(abs(x * self.direction[1] - y * self.direction[0]))


def plane_lines(workspace: Workspace, view: View, pane: PaneMap) -> tuple[PlaneLine, ...]:
    """The lines of the other planes on screen of the same stack; none where they are hidden or there is no crossing."""
    focus = workspace.focus.get(view.stack) if view.stack is not None else None
    if focus is None or not workspace.crosshair or view.kind not in PLANES:
        return ()
    shown = {other.kind for other in workspace.views if other.stack == view.stack} - {view.kind}
    lines = []
    for kind in PLANES:
        if kind not in shown:
            continue
        along = np.cross(pane.onward, plane_onward(pane.geometry, kind, workspace.turn_of(view.stack)))
        centre, ahead = pane.to_pane(np.stack([focus, np.asarray(focus) + along]))
        lines.append(PlaneLine(kind, centre, (ahead - centre) / np.linalg.norm(ahead - centre)))
    return tuple(lines)


def grip_at(
    workspace: Workspace, view: View, pane: PaneMap, position: tuple[float, float], size: tuple[int, int]
) -> Grip | None:
    """What of the lines is under the pointer, None for none of it."""
    lines = plane_lines(workspace, view, pane)
    for line in lines:
        if (np.linalg.norm(line.handles(size) - position, axis=1) <= _NEAR_HANDLE_PX).any():
            return Grip(view.id, GripPart.HANDLE, line.kind)
    if not lines:
        return None
    if float(np.linalg.norm(lines[0].centre - position)) <= OPEN_PX:
        return Grip(view.id, GripPart.CENTRE, lines[0].kind)
    near = min(lines, key=lambda line: line.distance(position))
    return Grip(view.id, GripPart.LINE, near.kind) if near.distance(position) <= _NEAR_PX else None


def dragged(
    workspace: Workspace,
    view: View,
    pane: PaneMap,
    grip: Grip,
    position: tuple[float, float],
    previous: tuple[float, float],
) -> Workspace:
    """The workspace with what is held dragged to `position`."""
    target = pane.to_patient(position)
    lines = plane_lines(workspace, view, pane)
    line = next((one for one in lines if one.kind is grip.kind), None)
    if grip.part is GripPart.CENTRE or line is None or view.stack is None:
        return cursor_at(workspace, view, point(target))
    if grip.part is GripPart.LINE:
        ahead = pane.to_patient(line.centre + line.direction) - pane.to_patient(line.centre)
        along = ahead / np.linalg.norm(ahead)
        focus = np.asarray(workspace.focus[view.stack])
        away = target - focus
        sideways = away - along * float(away @ along) - pane.onward * float(away @ pane.onward)
        return cursor_at(workspace, view, point(focus + sideways))
    now, before = (np.arctan2(at[1] - line.centre[1], at[0] - line.centre[0]) for at in (position, previous))
    turn = workspace.turn_of(view.stack).then(np.cross(pane.right, pane.down), float(np.degrees(now - before)))
    return workspace.with_turn(view.stack, turn)


def tilt_of(view: View, pane: PaneMap) -> float:
    """Degrees between a plane and the one of the stack's own that it is named after."""
    if not pane.is_oblique or view.kind not in PLANES:
        return 0.0
    straight = pane_map(pane.geometry, View(view.id, view.kind), None, (1, 1))
    cosine = float(np.cross(*pane.picture) @ np.cross(*straight.picture))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def plane_texts(workspace: Workspace, view: View, pane: PaneMap) -> tuple[str, ...]:
    """What must be known of a plane that is no slice as it was acquired: `oblique 23.4° · MIP 10.0 mm`."""
    if view.kind is ViewKind.CURVED:
        return (*curve_texts(workspace, view), *((pane.slab.text,) if pane.slab is not None else ()))
    parts = [f"oblique {tilt_of(view, pane):.1f}°"] if pane.is_oblique else []
    parts += [pane.slab.text] if pane.slab is not None else []
    return (" · ".join(parts),) if parts else ()
