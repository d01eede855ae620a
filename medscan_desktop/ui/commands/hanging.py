"""Hanging protocols, and the studies of the worklist one after the other."""

from functools import partial

from medscan_desktop.ui.command import UiCommand
from medscan_desktop.ui.hanging_actions import has_images, is_hung, step

_MENU = "Hanging"

HANGING: tuple[UiCommand, ...] = (
    UiCommand("hanging.next_stage", "Next stage", _MENU, partial(step, 1), (".",), is_possible=is_hung),
    UiCommand("hanging.previous_stage", "Previous stage", _MENU, partial(step, -1), (",",), is_possible=is_hung),
    UiCommand("hanging.choose", "Choose a protocol…", _MENU, lambda actions: actions.choose_hanging()),
    UiCommand(
        "hanging.keep",
        "Save what I see as a protocol…",
        _MENU,
        lambda actions: actions.keep_hanging(),
        is_possible=has_images,
    ),
    UiCommand("hanging.edit", "Hanging protocols…", _MENU, lambda actions: actions.edit_hanging()),
    UiCommand("study.next", "Next study of the list", _MENU, lambda actions: actions.step_study(1), ("Ctrl+Down",)),
    UiCommand(
        "study.previous", "Previous study of the list", _MENU, lambda actions: actions.step_study(-1), ("Ctrl+Up",)
    ),
)
