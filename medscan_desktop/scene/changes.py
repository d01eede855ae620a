"""What keys and buttons do to the workspace, as pure changes of it."""

from dataclasses import replace

from medscan_desktop.domain.measurement import MeasurementId
from medscan_desktop.imaging.voi import Voi
from medscan_desktop.imaging.window import initial_voi
from medscan_desktop.scene.apply_protocol import hung_view
from medscan_desktop.scene.camera import PLANES
from medscan_desktop.scene.linking import shares_window
from medscan_desktop.scene.navigation import at_slice, slice_position, volume_of
from medscan_desktop.scene.slabs import straightened
from medscan_desktop.scene.view import Camera, Camera3D, View, ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace


def at_first(workspace: Workspace, view: View) -> Workspace:
    """The first slice (Home)."""
    return at_slice(workspace, view, 0)


def at_last(workspace: Workspace, view: View) -> Workspace:
    """The last slice (End)."""
    position = slice_position(workspace, view)
    return workspace if position is None else at_slice(workspace, view, position[1] - 1)


def with_voi(workspace: Workspace, view: View, voi: Voi) -> Workspace:
    """A window or VOI LUT for every view of the same stack: its planes are read together. True colour has none.

    Where windows are linked, for the stacks of the same modality and unit too.
    """
    volume = volume_of(workspace, view)
    if volume is None or volume.is_colour:
        return workspace
    return replace(
        workspace,
        views=tuple(
            replace(other, voi=voi) if shares_window(workspace, view, other) else other for other in workspace.views
        ),
    )


def inverted(workspace: Workspace, view: View) -> Workspace:
    """Black for white in every view of the same stack, and back."""
    return replace(
        workspace,
        views=tuple(
            replace(other, inverted=not view.inverted) if other.stack == view.stack else other
            for other in workspace.views
        ),
    )


def reset(workspace: Workspace, view: View) -> Workspace:
    """The view as it was first hung: whole image, unturned, no slab, first window. Slice and focus stay.

    By a hanging protocol: on its side, in its window and slab. The planes of its stack are turned together, so all of
    them go back.
    """
    stack, volume = workspace.stack(view.stack), volume_of(workspace, view)
    hung = hung_view(workspace, view)
    camera, slab = (hung.camera, hung.slab) if hung is not None else (Camera(), None)
    fresh = workspace.with_view(replace(view, camera=camera, camera_3d=Camera3D(), slab=slab))
    fresh = straightened(fresh, view) if view.kind in PLANES else fresh
    voi = initial_voi(volume, stack.modality, workspace.presets) if stack is not None and volume is not None else None
    voi = hung.voi if hung is not None and voi is not None else voi
    return fresh if voi is None or view.kind is ViewKind.THREE_D else with_voi(fresh, view, voi)


def rotated(workspace: Workspace, view: View, degrees: float) -> Workspace:
    """The picture turned clockwise by so much more."""
    camera = replace(view.camera, rotation=(view.camera.rotation + degrees) % 360)
    return workspace.with_view(replace(view, camera=camera))


def flipped(workspace: Workspace, view: View, *, horizontally: bool) -> Workspace:
    """The picture as it stands on screen mirrored left to right, or top to bottom."""
    camera = view.camera
    # The turn comes after the flips: to mirror what is on screen, the turn runs the other way round.
    turned = replace(camera, rotation=-camera.rotation % 360)
    if horizontally:
        turned = replace(turned, flip_horizontal=not camera.flip_horizontal)
    else:
        turned = replace(turned, flip_vertical=not camera.flip_vertical)
    return workspace.with_view(replace(view, camera=turned))


def with_tool(workspace: Workspace, name: str) -> Workspace:
    """Another tool on the left button; what was being drawn is dropped."""
    return replace(workspace, tool=name, drafts=tuple(draft for draft in workspace.drafts if draft.is_saving))


def activated(workspace: Workspace, view_id: ViewId) -> Workspace:
    """Another view for the keyboard to speak to."""
    return workspace if workspace.active == view_id else replace(workspace, active=view_id)


def next_activated(workspace: Workspace, step: int = 1) -> Workspace:
    """The next view for the keyboard, after the last the first (Tab); with -1 the one before."""
    ids = [view.id for view in workspace.views]
    if not ids:
        return workspace
    following = ids[(ids.index(workspace.active) + step) % len(ids)] if workspace.active in ids else ids[0]
    return replace(workspace, active=following, maximised=following if workspace.maximised is not None else None)


def maximised(workspace: Workspace, view_id: ViewId) -> Workspace:
    """One view over the whole window, and back."""
    return replace(workspace, maximised=None if workspace.maximised == view_id else view_id, active=view_id)


def with_masks_toggled(workspace: Workspace) -> Workspace:
    """The AI overlay shown or hidden."""
    return replace(workspace, masks_visible=not workspace.masks_visible)


def with_overlay_toggled(workspace: Workspace) -> Workspace:
    """Full corner texts, less, none but what must never be hidden; and again."""
    return replace(workspace, overlay=workspace.overlay.next)


def with_overlay_planes_toggled(workspace: Workspace) -> Workspace:
    """The overlay planes of the images shown or hidden."""
    return replace(workspace, overlay_planes=not workspace.overlay_planes)


def with_shutters_toggled(workspace: Workspace) -> Workspace:
    """The images' own shutters closed, or open so that all is seen."""
    return replace(workspace, shutters=not workspace.shutters)


def with_crosshair_toggled(workspace: Workspace) -> Workspace:
    """The lines of the other planes shown or hidden."""
    return replace(workspace, crosshair=not workspace.crosshair)


def selected(workspace: Workspace, measurement: MeasurementId | None) -> Workspace:
    """Another measurement chosen, for Del."""
    return replace(workspace, selected=measurement)
