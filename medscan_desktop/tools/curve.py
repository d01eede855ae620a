"""Draw a curve along a structure: click by click, or by one drag; the straightened view opens with the second point."""

import math

from medscan_desktop.scene.curving import CAN_DRAW, with_point, with_straightened_view
from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace

_APART_PX = 14.0  # between two points of a drag: a hand's tremble is no course
_NO_VOLUME = "A curve needs a volume: this series has no slices at equal distances."


class CurveTool:
    """Clicks lengthen the curve of the stack, on any plane and slice; a drag draws it anew."""

    name = "curve"
    label = "Curve"
    key = ""
    hint = "Click along the structure, on any slice; or draw along it in one go."
    undo_name = "curve"

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """A press is a point, a drag many; what is straightened follows at once."""
        pane = pane_of(workspace, view, pointer.pane)
        stack = workspace.stack(view.stack)
        if pane is None or stack is None or view.kind not in CAN_DRAW:
            return Step(workspace)
        if not stack.is_volume or not pane.geometry.spatial:
            return Step(workspace, refused=_NO_VOLUME if pointer.phase is Phase.PRESS else "")
        if pointer.phase is Phase.PRESS:
            changed = with_point(workspace, view, pane, pointer.position, anew=False)
        elif pointer.phase is Phase.MOVE and pointer.start != pointer.position:
            changed = self._drawn(workspace, view, pointer)
        else:
            changed = workspace
        return Step(with_straightened_view(changed, view) if pointer.phase is Phase.RELEASE else changed)

    @staticmethod
    def _drawn(workspace: Workspace, view: View, pointer: Pointer) -> Workspace:
        """A drag: begun anew at its start, then a point wherever the pointer is far enough from the last one."""
        pane = pane_of(workspace, view, pointer.pane)
        curve = workspace.curves.get(view.stack) if view.stack is not None else None
        if pane is None or curve is None:
            return workspace
        x, y = pane.to_pane(curve.points[-1]).tolist()
        if math.dist((x, y), pointer.position) < _APART_PX:
            return workspace
        is_first = math.dist((x, y), pointer.start) < 1e-6
        if is_first and len(curve.points) > 1:
            workspace = with_point(workspace, view, pane, pointer.start, anew=True)
        return with_point(workspace, view, pane, pointer.position, anew=False)
