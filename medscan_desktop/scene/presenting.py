"""Applying a presentation state to what is on screen, and taking it off again: pure changes."""

from dataclasses import replace

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.scene.changes import reset
from medscan_desktop.scene.hanging import shown_alone
from medscan_desktop.scene.overlay import PresentationLayer
from medscan_desktop.scene.presentation import Area, FrameLook, Presentation
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import Camera, View, ViewKind
from medscan_desktop.scene.workspace import Workspace


def presentation_of(workspace: Workspace, stack: StackId | None) -> PresentationLayer | None:
    """The state that is applied to a stack, None where none is."""
    return next((layer for layer in workspace.presentations if layer.stack == stack), None)


def look_at(workspace: Workspace, stack: StackId | None, k: int) -> FrameLook | None:
    """How slice k of a stack is to look by the state applied to it; None where it says nothing of it."""
    layer = presentation_of(workspace, stack)
    return layer.presentation.frames.get(k) if layer is not None else None


def with_presentation(workspace: Workspace, layer: PresentationLayer) -> Workspace:
    """The stack alone on screen as the state wants it, in place of another state that was applied to it."""
    stack = workspace.stack(layer.stack)
    if stack is None:
        return workspace
    others = tuple(old for old in workspace.presentations if old.stack != layer.stack)
    hung = shown_alone(replace(workspace, presentations=(*others, layer)), layer.stack)
    before = next((view.frame for view in workspace.views if view.stack == stack.id and _is_single(view)), None)
    kept = hung.views if before is None else tuple(replace(view, frame=before) for view in hung.views)
    views = tuple(_presented(view, stack, layer.presentation) for view in kept)
    return replace(hung, views=views)


def _is_single(view: View) -> bool:
    """Whether it shows acquired images: who looks at one goes on looking at it."""
    return view.kind is ViewKind.ACQUIRED


def without_presentation(workspace: Workspace, layer: PresentationLayer) -> Workspace:
    """The state no longer applied: the views of its stack as they would first hang."""
    left = replace(workspace, presentations=tuple(old for old in workspace.presentations if old is not layer))
    for view in left.views:
        if view.stack == layer.stack:
            left = reset(left, replace(view, inverted=False))
    return left


def as_presented(workspace: Workspace, view: View, k: int) -> View:
    """The view with the window that the state gives slice k, as long as the user has not chosen one."""
    layer = presentation_of(workspace, view.stack)
    look = layer.presentation.frames.get(k) if layer is not None else None
    if layer is None or look is None or look.voi is None or look.voi is view.voi:
        return view
    is_followed = any(other.voi is view.voi for other in layer.presentation.frames.values())
    return replace(view, voi=look.voi) if is_followed else view


def _presented(view: View, stack: Stack, presentation: Presentation) -> View:
    frames = presentation.frames
    frame = view.frame if view.frame in frames else min(frames, default=view.frame)
    look = frames.get(frame, FrameLook())
    own = stack.volume.inverted if stack.volume is not None else False
    shown = replace(view, frame=frame, voi=look.voi or view.voi, inverted=own != presentation.inverted)
    if view.kind is not ViewKind.ACQUIRED or stack.volume is None:
        return shown
    camera = Camera(rotation=presentation.rotation, flip_horizontal=presentation.flip_horizontal)
    return replace(shown, camera=_looking_at(camera, look.area, stack.volume.geometry))


def _looking_at(camera: Camera, area: Area | None, geometry: Geometry) -> Camera:
    """The camera so that the whole displayed area is seen, in a pane of any shape."""
    if area is None:
        return camera
    columns, rows, _ = geometry.size_ijk
    (x0, y0), (x1, y1) = area.top_left, area.bottom_right
    width, height = abs(x1 - x0) + 1, abs(y1 - y0) + 1
    across, down, _ = geometry.spacing
    centre = ((x0 + x1 - columns + 1) / 2 * across, (y0 + y1 - rows + 1) / 2 * down)
    return replace(camera, zoom=min(columns / width, rows / height), centre=centre)
