"""What an image itself wants drawn on it, or covered, on the slice that a view shows."""

from medscan_desktop.imaging.overlay_plane import OverlayPlane
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.presentation import Shutter
from medscan_desktop.scene.presenting import presentation_of
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace


def overlay_planes_on(workspace: Workspace, view: View, pane: PaneMap) -> tuple[OverlayPlane, ...]:
    """The overlay planes to draw: those of an acquired slice, unless the user hides them."""
    return overlay_planes_of(workspace, view, pane) if workspace.overlay_planes else ()


def overlay_planes_of(workspace: Workspace, view: View, pane: PaneMap | None) -> tuple[OverlayPlane, ...]:
    """Those that the slice has."""
    stack = workspace.stack(view.stack)
    if pane is None or pane.slab is not None or pane.acquired_index is None or stack is None or stack.volume is None:
        return ()
    return stack.volume.overlay_planes.get(pane.acquired_index, ())


def shutter_on(workspace: Workspace, view: View, pane: PaneMap) -> Shutter | None:
    """The shutter to close: the applied presentation state's, which replaces the image's own (PS3.4 N.2.4)."""
    applied = presentation_of(workspace, view.stack)
    if applied is not None:
        return applied.presentation.shutter
    return own_shutter(workspace, view, pane) if workspace.shutters else None


def own_shutter(workspace: Workspace, view: View, pane: PaneMap | None) -> Shutter | None:
    """The image's own shutter."""
    stack = workspace.stack(view.stack)
    if pane is None or pane.slab is not None or pane.acquired_index is None or stack is None:
        return None
    return stack.shutters[pane.acquired_index] if pane.acquired_index < len(stack.shutters) else None
