"""What is shown, and how the views lie."""

from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.command import UiCommand

_MENU = "View"

VIEWS: tuple[UiCommand, ...] = (
    UiCommand(
        "view.corner_texts", "Corner texts: full, less, minimal", _MENU, ViewerActions.toggle_overlay, ("Space",)
    ),
    UiCommand("view.ai_overlay", "AI overlay", _MENU, ViewerActions.toggle_masks, ("G",)),
    UiCommand("view.plane_lines", "Lines of the planes", _MENU, ViewerActions.toggle_crosshair),
    UiCommand("view.next_layout", "Next layout", _MENU, ViewerActions.next_layout),
    UiCommand("view.reset", "Reset the view", _MENU, ViewerActions.reset),
    UiCommand("view.turn_right", "Turn right", _MENU, lambda actions: actions.rotate(90)),
    UiCommand("view.turn_left", "Turn left", _MENU, lambda actions: actions.rotate(-90)),
    UiCommand("view.mirror_sideways", "Mirror left to right", _MENU, lambda actions: actions.flip(True)),
    UiCommand("view.mirror_upside_down", "Mirror top to bottom", _MENU, lambda actions: actions.flip(False)),
)
