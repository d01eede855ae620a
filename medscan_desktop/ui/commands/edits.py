"""Undo and redo, what was drawn, what a model proposes."""

from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.command import UiCommand
from medscan_desktop.ui.drawing import end_or_accept, take_back_or_reject

_MENU = "Edit"

EDITS: tuple[UiCommand, ...] = (
    UiCommand("edit.undo", "Undo", _MENU, ViewerActions.undo, ("Ctrl+Z",)),
    UiCommand("edit.redo", "Redo", _MENU, ViewerActions.redo, ("Ctrl+Y", "Ctrl+Shift+Z")),
    UiCommand("edit.cancel", "Give up what is being drawn", _MENU, ViewerActions.cancel, ("Esc",)),
    UiCommand("edit.delete", "Delete the selected measurement", _MENU, ViewerActions.delete_selected, ("Del",)),
    UiCommand("finding.accept", "Accept the finding; end the polyline", _MENU, end_or_accept, ("Return", "Enter")),
    UiCommand("finding.reject", "Reject the finding; take a corner back", _MENU, take_back_or_reject, ("Backspace",)),
)
