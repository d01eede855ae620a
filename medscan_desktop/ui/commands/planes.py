"""Turned planes, and slabs: how thick a plane is and what it shows of the values across it."""

from collections.abc import Callable
from functools import partial

from medscan_desktop.scene.curving import with_plane_across, with_straightened_view, without_curve, without_last_point
from medscan_desktop.scene.slab import SlabMode
from medscan_desktop.scene.slabs import can_have_slab, next_slab, straightened, thicker, with_slab
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.command import UiCommand

_MENU = "Planes"
_UNDO = "slab"


def _straighten(actions: ViewerActions) -> None:
    _change(actions, straightened, "straighten the planes")


def _is_turned(actions: ViewerActions) -> bool:
    return actions.view is not None and actions.view.stack in actions.workspace.turns


def _use(mode: SlabMode | None, actions: ViewerActions) -> None:
    _change(actions, partial(_with_mode, mode), _UNDO)


def _with_mode(mode: SlabMode | None, workspace: Workspace, view: View) -> Workspace:
    return with_slab(workspace, view, mode)


def _thicker(by_mm: float, actions: ViewerActions) -> None:
    _change(actions, lambda workspace, view: thicker(workspace, view, by_mm), _UNDO)


def _has_curve(actions: ViewerActions) -> bool:
    return actions.view is not None and actions.view.stack in actions.workspace.curves


def _show_straightened(actions: ViewerActions) -> None:
    _change(actions, with_straightened_view, "straightened view")


def _put_across(actions: ViewerActions) -> None:
    _change(actions, with_plane_across, "plane across the curve")


def _take_back(actions: ViewerActions) -> None:
    _change(actions, without_last_point, "curve")


def _clear_curve(actions: ViewerActions) -> None:
    _change(actions, without_curve, "curve")


def _change(actions: ViewerActions, change: Callable[[Workspace, View], Workspace], undo_name: str) -> None:
    view = actions.view
    if view is not None:
        actions.workstation.edit(undo_name, lambda workspace: change(workspace, workspace.view(view.id)))


def _is_possible(actions: ViewerActions) -> bool:
    return can_have_slab(actions.workspace, actions.view)


def _is_on(mode: SlabMode | None, actions: ViewerActions) -> bool:
    view = actions.view
    return view is not None and (view.slab.mode if view.slab is not None else None) is mode


def _mode(name: str, label: str, mode: SlabMode | None) -> UiCommand:
    return UiCommand(
        f"slab.{name}", label, _MENU, partial(_use, mode), is_possible=_is_possible, is_on=partial(_is_on, mode)
    )


def _thickness(name: str, label: str, by_mm: float, key: str) -> UiCommand:
    return UiCommand(f"slab.{name}", label, _MENU, partial(_thicker, by_mm), (key,), is_possible=_is_possible)


PLANES: tuple[UiCommand, ...] = (
    UiCommand("planes.straight", "Straighten the planes", _MENU, _straighten, ("Shift+H",), is_possible=_is_turned),
    _mode("off", "One plane, no slab", None),
    _mode("mip", "Slab: maximum (MIP)", SlabMode.MIP),
    _mode("min_ip", "Slab: minimum (MinIP)", SlabMode.MIN_IP),
    _mode("mean", "Slab: mean", SlabMode.MEAN),
    UiCommand(
        "slab.next",
        "Next kind of slab",
        _MENU,
        lambda actions: _change(actions, next_slab, _UNDO),
        ("Alt+M",),
        is_possible=_is_possible,
    ),
    _thickness("thicker", "Slab 1 mm thicker", 1.0, "Alt+Up"),
    _thickness("thinner", "Slab 1 mm thinner", -1.0, "Alt+Down"),
    _thickness("thicker_5", "Slab 5 mm thicker", 5.0, "Alt+PgUp"),
    _thickness("thinner_5", "Slab 5 mm thinner", -5.0, "Alt+PgDown"),
    UiCommand("curve.show", "Straightened view of the curve", _MENU, _show_straightened, is_possible=_has_curve),
    UiCommand("curve.across", "Axial plane across the curve", _MENU, _put_across, is_possible=_has_curve),
    UiCommand("curve.back", "Take the curve's last point back", _MENU, _take_back, is_possible=_has_curve),
    UiCommand("curve.clear", "Remove the curve", _MENU, _clear_curve, is_possible=_has_curve),
)
