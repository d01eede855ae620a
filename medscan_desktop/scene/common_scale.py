"""One scale for several pictures: the largest of them fits its pane, the others show as large as they are beside it."""

from medscan_desktop.scene.calibrating import distance_scale
from medscan_desktop.scene.camera import picture_size, plane_axes
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace

_FLAT = (ViewKind.THREE_D, ViewKind.DOCUMENT, ViewKind.CURVED)


def common_size(workspace: Workspace, view: View) -> tuple[float, float] | None:
    """The size (units of the view's geometry) that fits its pane at zoom 1; None: its picture's own.

    Of every view whose camera says so, the greatest width and the greatest height: panes of one size then have one
    scale. A picture on which no distance is known has no part in it.
    """
    own = _sized(workspace, view)
    if not view.camera.common or own is None:
        return None
    others = [_sized(workspace, other) for other in workspace.views if other.camera.common]
    sizes = [one[0] for one in (own, *others) if one is not None]
    return max(width for width, _ in sizes) / own[1], max(height for _, height in sizes) / own[1]


def scaled_with(workspace: Workspace, view: View) -> tuple[object, ...]:
    """What the scale of a view depends on beside itself, to be compared by identity."""
    if not view.camera.common:
        return ()
    return tuple(
        part
        for other in workspace.views
        if other.camera.common
        for part in (other.camera, getattr(workspace.stack(other.stack), "volume", None))
    )


def _sized(workspace: Workspace, view: View) -> tuple[tuple[float, float], float] | None:
    """Width and height in mm, and what a unit of the geometry is in mm."""
    stack = workspace.stack(view.stack)
    if stack is None or stack.volume is None or view.kind in _FLAT:
        return None
    scale = distance_scale(workspace, stack, view.frame)
    if scale.unit == "px":
        return None
    geometry = stack.volume.geometry
    width, height = picture_size(geometry, plane_axes(geometry, view.kind), view.camera)
    return (width * scale.factor, height * scale.factor), scale.factor
