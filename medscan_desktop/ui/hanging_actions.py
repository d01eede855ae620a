"""What keys and menus do with hanging protocols: the next stage, another protocol; each a step that undo reverses."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QMenu

from medscan_desktop.domain.hanging_match import Verdict
from medscan_desktop.domain.hanging_protocol import Protocol
from medscan_desktop.scene.apply_protocol import (
    candidates,
    hang_by,
    judged_here,
    stage_after,
    stage_without_its_prior,
    step_stage,
)
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui.actions import ViewerActions

NO_PROTOCOL = "No hanging protocol"


def step(number: int, actions: ViewerActions) -> None:
    """The next (1) or previous (-1) stage; at the end of them a sentence.

    Where it wants an earlier study and none is open, the most relevant one is opened first, if nobody doubts it.
    """
    wanting = stage_without_its_prior(actions.workspace, number)
    if wanting is None or not actions.bring_prior(lambda: _hang_with_prior(number, wanting, actions)):
        _step(number, actions)


def _hang_with_prior(number: int, wanting: int, actions: ViewerActions) -> None:
    """The prior has come: the stage that wanted it, or where it does not fill that one the next that can hang."""
    hung = actions.workspace.hung
    if hung is None:
        return
    change = hang_by(actions.workspace, hung.protocol, wanting)
    if change.hung is not None and change.hung.stage == wanting:
        actions.workstation.edit("hanging stage", lambda workspace: hang_by(workspace, hung.protocol, wanting))
    else:
        _step(number, actions)


def _step(number: int, actions: ViewerActions) -> None:
    hung = actions.workspace.hung
    if hung is None:
        actions.workstation.notify("No hanging protocol is in use: choose one in the menu “Hanging”.")
    elif stage_after(actions.workspace, number) is None:
        which = "last" if number > 0 else "first"
        actions.workstation.notify(f"This is the {which} stage of “{hung.protocol.name}” that this study fills.")
    else:
        actions.workstation.edit("hanging stage", lambda workspace: step_stage(workspace, number))


def use(protocol: Protocol, actions: ViewerActions, stage: int = 0) -> None:
    """Hang by this protocol; a sentence where it shows nothing of this study."""

    def change(workspace: Workspace) -> Workspace:
        return hang_by(workspace, protocol, stage)

    before = actions.workspace
    actions.workstation.edit("hanging protocol", change)
    if actions.workspace is before and before.stacks:
        actions.workstation.notify(f"“{protocol.name}” finds nothing to show in this study.")


def is_hung(actions: ViewerActions) -> bool:
    """Whether a protocol hangs."""
    return actions.workspace.hung is not None


def has_images(actions: ViewerActions) -> bool:
    """Whether there is anything to hang."""
    return any(stack.frame_count for stack in actions.workspace.stacks)


def fill_menu(
    menu: QMenu,
    actions: ViewerActions,
    protocols: Sequence[Protocol],
    *,
    keep: Callable[[], object],
    edit: Callable[[], object],
) -> None:
    """The stages of the protocol that hangs, the others that fit, all of them, and what makes more of them."""
    hung = actions.workspace.hung
    found = judged_here(actions.workspace, protocols) if candidates(actions.workspace) else []
    current = next((one for one in found if hung is not None and one.protocol.id == hung.protocol.id), None)
    if hung is not None:
        _add_stages(menu.addMenu(f"Stages of {_plain(hung.protocol.name)}"), actions, hung.protocol, current)
        menu.addSeparator()
    fitting = [one for one in found if one.is_match]
    for verdict in fitting:
        line = menu.addAction(_plain(verdict.protocol.name), partial(use, verdict.protocol, actions))
        line.setCheckable(True)
        line.setChecked(verdict is current)
    if not fitting:
        menu.addAction("No protocol fits this study").setEnabled(False)
    others = [one.protocol for one in found if not one.is_match and one.possible]
    if others:
        part = menu.addMenu("Others")
        for protocol in others:
            part.addAction(_plain(protocol.name), partial(use, protocol, actions))
    menu.addSeparator()
    menu.addAction("Save what I see as a protocol…", keep).setEnabled(has_images(actions))
    menu.addAction("Hanging protocols…", edit)


def _add_stages(menu: QMenu, actions: ViewerActions, protocol: Protocol, verdict: Verdict | None) -> None:
    hung = actions.workspace.hung
    possible = verdict.possible if verdict is not None else range(len(protocol.stages))
    for number, stage in enumerate(protocol.stages):
        line = menu.addAction(_plain(stage.name or f"Stage {number + 1}"), partial(use, protocol, actions, number))
        line.setCheckable(True)
        line.setChecked(hung is not None and hung.stage == number)
        line.setEnabled(number in possible)


def _plain(name: str) -> str:
    """A name as a menu shows it: an ampersand is a letter, not a mark."""
    return name.replace("&", "&&")
