"""How an image is shown: its size, what lies on it, the magnifier, windows typed in, a calibration of one's own."""

from dataclasses import replace
from functools import partial

from medscan_desktop.scene import changes, scaling
from medscan_desktop.scene.calibrating import can_calibrate, distance_scale
from medscan_desktop.scene.navigation import acquired_slice
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.command import UiCommand
from medscan_desktop.ui.length_entry import remove_own_calibration

_VIEW, _GREY, _MEASURE = "View", "Grey values", "Measure"
_STEP = 1.25
_SHIFT = 0.1  # of the pane, a key press


def _is_flat(actions: ViewerActions) -> bool:
    return actions.view is not None and actions.view.kind is not ViewKind.THREE_D


def _zoom(factor: float, actions: ViewerActions) -> None:
    actions.change_view(lambda workspace, view: scaling.stepped_zoom(workspace, view, factor))


def _shift(right: float, down: float, actions: ViewerActions) -> None:
    place = actions.place_of_view()
    if place is not None:
        size, _ = place
        actions.change_view(lambda workspace, view: scaling.shifted(workspace, view, size, (right, down)))


def _fit(actions: ViewerActions) -> None:
    actions.change_view(scaling.fitted, "zoom")


def _one_to_one(actions: ViewerActions) -> None:
    place = actions.place_of_view()
    if place is not None:
        actions.change_view(lambda workspace, view: scaling.one_to_one(workspace, view, *place), "zoom")


def _true_size(actions: ViewerActions) -> None:
    place, stack = actions.place_of_view(), actions.stack
    if place is None or stack is None or actions.view is None:
        return
    k = acquired_slice(actions.workspace, actions.view)
    scale = distance_scale(actions.workspace, stack, k if k is not None else 0)
    if scale.unit == "px":
        actions.workstation.notify("Nothing says how large this image is: it has no true size.")
        return
    if place[1].mm_per_pixel <= 0:
        actions.workstation.notify("This screen does not say how large it is. Measure it first (View).")
        return

    def change(workspace: Workspace, view: View) -> Workspace:
        return scaling.true_size(workspace, view, *place, scale.factor)

    actions.change_view(change, "zoom")
    if not place[1].is_measured:
        actions.workstation.notify("True size by what the screen says of itself: it has not been calibrated.")


def _toggle_lens(actions: ViewerActions) -> None:
    actions.store.update(lambda workspace: replace(workspace, lens=not workspace.lens))


DISPLAY: tuple[UiCommand, ...] = (
    UiCommand("zoom.in", "Nearer", _VIEW, partial(_zoom, _STEP), ("+", "="), _is_flat),
    UiCommand("zoom.out", "Further away", _VIEW, partial(_zoom, 1 / _STEP), ("-",), _is_flat),
    UiCommand("zoom.fit", "Fit the image into its view", _VIEW, _fit, ("Ctrl+0",), _is_flat),
    UiCommand("zoom.pixels", "One image pixel a screen pixel (1:1)", _VIEW, _one_to_one, ("Ctrl+1",), _is_flat),
    UiCommand("zoom.true_size", "True size", _VIEW, _true_size, ("Ctrl+2",), _is_flat),
    UiCommand("zoom.measure_screen", "Measure this screen…", _VIEW, lambda actions: actions.measure_screen()),
    UiCommand("pan.left", "Look further left", _VIEW, partial(_shift, -_SHIFT, 0.0), ("Alt+Shift+Left",), _is_flat),
    UiCommand("pan.right", "Look further right", _VIEW, partial(_shift, _SHIFT, 0.0), ("Alt+Shift+Right",), _is_flat),
    UiCommand("pan.up", "Look further up", _VIEW, partial(_shift, 0.0, -_SHIFT), ("Alt+Shift+Up",), _is_flat),
    UiCommand("pan.down", "Look further down", _VIEW, partial(_shift, 0.0, _SHIFT), ("Alt+Shift+Down",), _is_flat),
    UiCommand(
        "view.magnifier",
        "Magnifier under the pointer",
        _VIEW,
        _toggle_lens,
        ("M",),
        is_on=lambda actions: actions.workspace.lens,
    ),
    UiCommand(
        "view.overlay_planes",
        "Graphics in the images (overlay planes)",
        _VIEW,
        lambda actions: actions.workstation.edit("overlay planes", changes.with_overlay_planes_toggled),
        ("Shift+O",),
        is_on=lambda actions: actions.workspace.overlay_planes,
    ),
    UiCommand(
        "view.shutters",
        "Shutters of the images",
        _VIEW,
        lambda actions: actions.workstation.edit("shutters", changes.with_shutters_toggled),
        ("Shift+S",),
        is_on=lambda actions: actions.workspace.shutters,
    ),
    UiCommand("window.type", "Type the window…", _GREY, lambda actions: actions.type_window(), ("Shift+E",), _is_flat),
    UiCommand("window.presets", "Edit the presets…", _GREY, lambda actions: actions.edit_presets()),
    UiCommand(
        "calibration.remove",
        "Remove my calibration of this image",
        _MEASURE,
        remove_own_calibration,
        is_possible=lambda actions: can_calibrate(actions.stack),
    ),
)
