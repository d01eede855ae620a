"""Surfaces of the masks on screen into a file: which ones is what is shown, the kind is the file's ending."""

from pathlib import Path

from PySide6.QtWidgets import QApplication, QFileDialog

from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.services.surfaces import SURFACE_FORMATS, export_shown_surface
from medscan_desktop.ui.actions import ViewerActions


def shown_layers(actions: ViewerActions) -> tuple[MaskLayer, ...]:
    """The masks of the active view that are visible and have a surface."""
    stack = actions.stack
    if stack is None or not actions.workspace.masks_visible:
        return ()
    return tuple(one for one in actions.workspace.masks if one.stack == stack.id and one.visible and one.in_space)


def has_surfaces(actions: ViewerActions) -> bool:
    """Whether there is one to write."""
    stack = actions.stack
    return stack is not None and stack.is_volume and stack.volume is not None and bool(shown_layers(actions))


def save_surfaces(actions: ViewerActions) -> None:
    """Asks where to, and writes all of them into that file."""
    stack, layers = actions.stack, shown_layers(actions)
    if stack is None or stack.volume is None or not layers:
        return
    kinds = ";;".join(f"{kind.label} (*{kind.suffix})" for kind in SURFACE_FORMATS)
    title, name = "Save the surfaces, in patient millimetres", f"surface{SURFACE_FORMATS[0].suffix}"
    chosen, picked = QFileDialog.getSaveFileName(QApplication.activeWindow(), title, name, kinds)
    if chosen:
        write_surfaces(actions, Path(chosen), picked)


def write_surfaces(actions: ViewerActions, out: Path, picked: str = "") -> None:
    """As the ending of the name says; without a known one, as the filter that was picked, whose ending is added."""
    stack = actions.stack
    if stack is None or stack.volume is None:
        return
    known = {kind.suffix: kind for kind in SURFACE_FORMATS}
    kind = known.get(out.suffix.lower())
    if kind is None:
        kind = next((one for one in SURFACE_FORMATS if one.suffix in picked), SURFACE_FORMATS[0])
        out = out.with_name(out.name + kind.suffix)
    actions.workstation.do(
        export_shown_surface,
        layers=shown_layers(actions),
        geometry=stack.volume.geometry,
        out=out,
        form=kind.name,
    )
