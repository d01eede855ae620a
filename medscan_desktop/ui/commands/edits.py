"""Undo and redo, what was drawn, what a model proposes."""

from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.command import UiCommand

_MENU = "Edit"

EDITS: tuple[UiCommand, ...] = (
    UiCommand("edit.undo", "Undo", _MENU, ViewerActions.undo, ("Ctrl+Z",)),
    UiCommand("edit.redo", "Redo", _MENU, ViewerActions.redo, ("Ctrl+Y", "Ctrl+Shift+Z")),
    UiCommand("edit.cancel", "Give up what is being drawn", _MENU, ViewerActions.cancel, ("Esc",)),
    UiCommand("edit.delete", "Delete the selected measurement", _MENU, ViewerActions.delete_selected, ("Del",)),
    UiCommand("finding.accept", "Accept the finding", _MENU, ViewerActions.accept, ("Return", "Enter")),
    UiCommand("finding.reject", "Reject the finding", _MENU, ViewerActions.reject, ("Backspace",)),
)
