"""What commands and the 3D panel do to a 3D view. They speak about the active one, or else the first on screen."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.render.presets_3d import look_of, presets_for
from medscan_desktop.scene.look import Colour, Look
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.orbit import orbit
from medscan_desktop.scene.space import PLAIN, ClipPlane, CropBox, Space, plane_through
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.view import Camera3D, View, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui.actions import ViewerActions

BACKGROUNDS: tuple[tuple[str, Colour | None], ...] = (
    ("Background of the preset", None),
    ("Black", (0.0, 0.0, 0.0)),
    ("Dark grey", (0.16, 0.17, 0.19)),
    ("White", (1.0, 1.0, 1.0)),
)
_LEAST, _MOST = 0.1, 50.0  # zoom
_PANE = (100, 100)  # any will do: only where the plane lies is asked of it


def space_view(actions: ViewerActions) -> View | None:
    """The 3D view that is meant; None where there is none with a volume."""
    views = [view for view in actions.workspace.views if view.kind is ViewKind.THREE_D]
    active = [view for view in views if view.id == actions.workspace.active]
    return next((view for view in (*active, *views) if geometry_of(actions, view) is not None), None)


def stack_in(actions: ViewerActions, view: View | None) -> Stack | None:
    """The stack of a view."""
    return actions.workspace.stack(view.stack) if view is not None else None


def geometry_of(actions: ViewerActions, view: View | None) -> Geometry | None:
    """The geometry of the volume in a view; None where there is none (yet)."""
    stack = stack_in(actions, view)
    return stack.volume.geometry if stack is not None and stack.is_volume and stack.volume is not None else None


def current_look(actions: ViewerActions, view: View) -> Look | None:
    """How the view looks now."""
    stack = stack_in(actions, view)
    return None if stack is None or stack.volume is None else look_of(stack.volume, stack.modality, view)


def change(actions: ViewerActions, undo_name: str, changed: Callable[[View], View]) -> None:
    """Change the 3D view as a step that undo reverses."""
    view = space_view(actions)
    if view is not None:
        actions.workstation.edit(undo_name, lambda workspace: _with(workspace, view, changed))


def change_live(actions: ViewerActions, changed: Callable[[View], View], *, moving: bool) -> None:
    """Change it while something is being dragged: coarse until `moving` ends, no step of undo of its own."""
    view = space_view(actions)

    def moved(now: View) -> View:
        after = changed(now)
        return replace(after, camera_3d=replace(after.camera_3d, moving=moving))

    if view is not None:
        actions.store.update(lambda workspace: _with(workspace, view, moved))


def _with(workspace: Workspace, view: View, changed: Callable[[View], View]) -> Workspace:
    now = next((one for one in workspace.views if one.id == view.id), None)
    return workspace if now is None else workspace.with_view(changed(now))


def with_space(view: View, **fields: object) -> View:
    """The view with some of its `Space` changed."""
    return replace(view, space=replace(view.space, **fields))  # type: ignore[arg-type]  # names of Space


def use_preset(actions: ViewerActions, name: str) -> None:
    """One of the program's presets; an own look ends."""
    change(actions, "3D preset", lambda view: replace(with_space(view, look=None), preset_3d=name))


def use_look(actions: ViewerActions, look: Look | None) -> None:
    """An own look; None for the preset's."""
    change(actions, "3D preset", lambda view: with_space(view, look=look))


def preset_number(number: int, actions: ViewerActions) -> None:
    """The preset at this place of what is offered."""
    stack = stack_in(actions, space_view(actions))
    if stack is not None and stack.volume is not None:
        offered = presets_for(stack.volume, stack.modality)
        if number < len(offered):
            use_preset(actions, offered[number].name)


def look_from(azimuth: float, elevation: float, actions: ViewerActions) -> None:
    """From one of the patient's sides; zoom and shift stay."""
    change(
        actions,
        "3D direction",
        lambda view: replace(
            view, camera_3d=replace(view.camera_3d, azimuth=azimuth, elevation=elevation, moving=False)
        ),
    )


def turn(right: float, up: float, actions: ViewerActions) -> None:
    """The body turns by so many degrees."""

    def turned(view: View) -> View:
        camera = view.camera_3d
        azimuth = (camera.azimuth - right + 180) % 360 - 180
        elevation = min(max(camera.elevation + up, -90.0), 90.0)
        return replace(view, camera_3d=replace(camera, azimuth=azimuth, elevation=elevation))

    change(actions, "3D direction", turned)


def fit(actions: ViewerActions) -> None:
    """The whole volume in the middle; the direction stays."""
    change(
        actions,
        "3D zoom",
        lambda view: replace(view, camera_3d=Camera3D(view.camera_3d.azimuth, view.camera_3d.elevation)),
    )


def zoom(factor: float, actions: ViewerActions) -> None:
    """Nearer or further."""
    change(
        actions,
        "3D zoom",
        lambda view: replace(
            view, camera_3d=replace(view.camera_3d, zoom=min(max(view.camera_3d.zoom * factor, 0.1), 50))
        ),
    )


def toggle(field: str, undo_name: str, actions: ViewerActions) -> None:
    """Switch one of the yes-or-no parts of `Space`."""
    change(actions, undo_name, lambda view: with_space(view, **{field: not getattr(view.space, field)}))


def next_background(actions: ViewerActions) -> None:
    """The preset's, black, grey, white, and round again."""

    def following(view: View) -> View:
        colours = [colour for _, colour in BACKGROUNDS]
        place = colours.index(view.space.background) if view.space.background in colours else 0
        return with_space(view, background=colours[(place + 1) % len(colours)])

    change(actions, "3D background", following)


def reset_cuts(actions: ViewerActions) -> None:
    """Nothing is cut away any more."""
    change(actions, "crop", lambda view: with_space(view, crop=CropBox(), clip=None))


def reset_all(actions: ViewerActions) -> None:
    """As it was first hung: preset's look, nothing cut, from the front."""
    change(actions, "reset 3D", lambda view: replace(view, space=PLAIN, camera_3d=Camera3D()))


def clip_along_view(actions: ViewerActions) -> None:
    """What is nearer than the volume's middle is cut away, as it is seen now."""
    geometry = geometry_of(actions, space_view(actions))

    def clipped(view: View) -> View:
        if geometry is None:
            return view
        seen = orbit(geometry, view.camera_3d, _PANE)
        return with_space(view, clip=plane_through(geometry.centre, -seen.towards_viewer), box_shown=True)

    change(actions, "clip plane", clipped)


def clip_planes(actions: ViewerActions) -> tuple[tuple[str, ClipPlane], ...]:
    """The planes on screen of the same stack, as clip planes: what lies behind each, as it is looked at, stays."""
    meant = space_view(actions)
    found = []
    for view in actions.workspace.views:
        if meant is None or view.stack != meant.stack or view.kind in (ViewKind.THREE_D, ViewKind.DOCUMENT):
            continue
        pane = pane_of(actions.workspace, view, _PANE)
        if pane is not None and pane.geometry.spatial:
            middle = np.asarray(_PANE) / 2
            name = f"{view.kind.value.capitalize()} plane"
            found.append((name, plane_through(pane.to_patient(middle), pane.normal)))
    return tuple(found)


def clip_at(actions: ViewerActions, clip: ClipPlane | None) -> None:
    """Cut by this plane; None for none."""
    shown = {"box_shown": True} if clip is not None else {}
    change(actions, "clip plane", lambda view: with_space(view, clip=clip, **shown))


def flip_clip(actions: ViewerActions) -> None:
    """The other side stays."""
    change(
        actions,
        "clip plane",
        lambda view: view if view.space.clip is None else with_space(view, clip=view.space.clip.flipped),
    )


def has_space(actions: ViewerActions) -> bool:
    """Whether there is a 3D view to speak about."""
    return space_view(actions) is not None


def is_set(field: str, actions: ViewerActions) -> bool:
    """Whether a yes-or-no part of `Space` is on."""
    view = space_view(actions)
    return bool(getattr(view.space if view is not None else Space(), field))
