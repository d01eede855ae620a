"""Window and level by dragging: right is wider, up is brighter."""

import math
from dataclasses import replace

from medscan_desktop.imaging.voi import Voi, VoiFunction, VoiLut, Window
from medscan_desktop.scene.changes import with_voi
from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.navigation import volume_of
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace

# A share of the width a pixel, so that a brain window and a bone window feel the same.
_WIDTH_RATE = 0.006
_LEVEL_RATE = 0.003
_WIDEST = 1e9


class WindowTool:
    """Changes the window of every view of the stack; a VOI LUT becomes the window over its range."""

    name = "window"
    label = "Window / level"
    key = "W"
    undo_name = "window"

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """By the way since the last event. True colour has no window."""
        volume = volume_of(workspace, view)
        if pointer.phase is not Phase.MOVE or volume is None:
            return Step(workspace)
        right, down = (now - before for now, before in zip(pointer.position, pointer.previous, strict=True))
        # Where low is white, brighter means a higher centre.
        is_inverted = volume.inverted != view.inverted
        changed = _dragged(as_window(view.voi), right, -down if is_inverted else down)
        return Step(with_voi(workspace, view, changed))


def _dragged(window: Window, right: float, darker: float) -> Window:
    least = 1.0 if window.function is VoiFunction.LINEAR else 1e-6
    width = min(max(window.width * math.exp(right * _WIDTH_RATE), least), _WIDEST)
    return replace(window, centre=window.centre + darker * window.width * _LEVEL_RATE, width=width, name="")


def as_window(voi: Voi) -> Window:
    """The window itself; of a VOI LUT the one over its range."""
    if isinstance(voi, VoiLut):
        return Window(voi.first + len(voi.entries) / 2, float(max(len(voi.entries), 1)))
    return voi
