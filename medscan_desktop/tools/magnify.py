"""The magnifier while the button is held; the command of the same name leaves it on."""

from dataclasses import replace

from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace


class MagnifyTool:
    """A round glass under the hand, as long as it is pressed."""

    name = "magnify"
    label = "Magnifier"
    key = "Shift+M"
    undo_name = ""

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """On with the press, off with the release."""
        if view.kind is ViewKind.THREE_D or pointer.phase not in (Phase.PRESS, Phase.RELEASE, Phase.CANCEL):
            return Step(workspace)
        is_on = pointer.phase is Phase.PRESS
        return Step(workspace if workspace.lens is is_on else replace(workspace, lens=is_on))
