"""Drawing a curve and looking along it: pure changes of the workspace."""

from dataclasses import replace

from medscan_desktop.domain.measurement import Point
from medscan_desktop.imaging.curved import Course
from medscan_desktop.scene.camera import PLANES, PaneMap, plane_onward, point
from medscan_desktop.scene.curve import Curve, course_on, lengthened, letters_across, place_on
from medscan_desktop.scene.oblique import STRAIGHT, swing
from medscan_desktop.scene.view import Camera, View, ViewKind
from medscan_desktop.scene.workspace import Workspace

_DEGREES_PER_PX = 0.5
CAN_DRAW = (*PLANES, ViewKind.ACQUIRED)


def with_point(
    workspace: Workspace, view: View, pane: PaneMap, position: tuple[float, float], *, anew: bool
) -> Workspace:
    """The curve of the view's stack with a point more where the pointer is; `anew`: it begins there."""
    if view.stack is None:
        return workspace
    old = None if anew else workspace.curves.get(view.stack)
    curve = lengthened(old, point(pane.to_patient(position)), point(pane.onward))
    return workspace.with_curve(view.stack, curve)


def with_straightened_view(workspace: Workspace, view: View) -> Workspace:
    """The straightened view on screen: in place of the 3D view, else of the last other one, else of this one."""
    stack = workspace.stack(view.stack)
    if stack is None or stack.volume is None or view.stack is None:
        return workspace
    if course_on(workspace.curves.get(view.stack), stack.volume.geometry) is None:
        return workspace
    same = [other for other in workspace.views if other.stack == view.stack]
    if any(other.kind is ViewKind.CURVED for other in same):
        return workspace
    others = [other for other in workspace.views if other.id != view.id] or [view]
    place = next((other for other in same if other.kind is ViewKind.THREE_D), others[-1])
    shown = replace(view, id=place.id, kind=ViewKind.CURVED, camera=Camera(), slab=None)
    return replace(workspace.with_view(shown), maximised=None)


def without_curve(workspace: Workspace, view: View) -> Workspace:
    """The curve of the view's stack gone."""
    if view.stack is None or view.stack not in workspace.curves:
        return workspace
    return workspace.with_curve(view.stack, None)


def without_last_point(workspace: Workspace, view: View) -> Workspace:
    """The curve without the point that was drawn last."""
    curve = workspace.curves.get(view.stack) if view.stack is not None else None
    if curve is None or view.stack is None:
        return workspace
    return workspace.with_curve(view.stack, replace(curve, points=curve.points[:-1]) if len(curve.points) > 1 else None)


def turned_about(workspace: Workspace, view: View, pixels: float) -> Workspace:
    """The straightened view turned about the curve's own length."""
    curve = workspace.curves.get(view.stack) if view.stack is not None else None
    if curve is None or view.stack is None:
        return workspace
    angle = (curve.angle + pixels * _DEGREES_PER_PX) % 360
    return workspace.with_curve(view.stack, replace(curve, angle=angle))


def place_under(workspace: Workspace, view: View, pane: PaneMap, position: tuple[float, float]) -> Point | None:
    """The patient point that a straightened view shows at a position of its pane."""
    found, curve = _course(workspace, view)
    if found is None or curve is None:
        return None
    along, down, _ = pane.to_patient(position).tolist()
    return place_on(found, curve.angle, along, min(max(down, -_reach(pane)), _reach(pane)))


def cursor_mm(workspace: Workspace, view: View) -> float | None:
    """How far along its curve the focus of the view's stack is; None where there is no curve."""
    found, _ = _course(workspace, view)
    focus = workspace.focus.get(view.stack) if view.stack is not None else None
    return None if found is None or focus is None else found.nearest(focus)[0]


def with_plane_across(workspace: Workspace, view: View) -> Workspace:
    """The axial plane of the view's stack turned across its curve, where the curve's cursor is: for diameters."""
    found, _ = _course(workspace, view)
    stack, at = workspace.stack(view.stack), cursor_mm(workspace, view)
    if found is None or at is None or stack is None or stack.volume is None or view.stack is None:
        return workspace
    place = round(at / found.step_mm)
    along = found.tangents[place]
    axial = plane_onward(stack.volume.geometry, ViewKind.AXIAL, STRAIGHT)
    along = along if float(along @ axial) >= 0 else -along
    across = workspace.with_turn(view.stack, swing(axial, along))
    return across.with_focus(view.stack, point(found.points[place]))


def curve_texts(workspace: Workspace, view: View) -> tuple[str, ...]:
    """`curved · length 182.3 mm`, `at 45.2 mm · turned 30°`."""
    found, curve = _course(workspace, view)
    if found is None or curve is None:
        return ()
    at = cursor_mm(workspace, view)
    parts = [f"at {at:.1f} mm"] if at is not None else []
    parts += [f"turned {curve.angle:.0f}°"] if curve.angle else []
    return tuple(text for text in (f"curved · length {found.length_mm:.1f} mm", " · ".join(parts)) if text)


def curve_letters(workspace: Workspace, view: View) -> tuple[str, str]:
    """(top, bottom) of a straightened view."""
    found, curve = _course(workspace, view)
    stack = workspace.stack(view.stack)
    is_animal = stack is not None and stack.corners is not None and stack.corners.quadruped
    return ("", "") if found is None or curve is None else letters_across(found, curve.angle, quadruped=is_animal)


def _course(workspace: Workspace, view: View) -> tuple[Course | None, Curve | None]:
    stack = workspace.stack(view.stack)
    curve = workspace.curves.get(view.stack) if view.stack is not None else None
    if stack is None or stack.volume is None:
        return None, None
    return course_on(curve, stack.volume.geometry), curve


def _reach(pane: PaneMap) -> float:
    return (pane.geometry.shape[1] - 1) / 2 * pane.geometry.spacing[1]
