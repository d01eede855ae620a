"""A line of known length, for the user's own calibration; how long it is, the window asks next."""

from dataclasses import replace

import numpy as np

from medscan_desktop.scene.calibrating import can_calibrate
from medscan_desktop.scene.camera import point
from medscan_desktop.scene.display import Marquee
from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace

_NOT_HERE = "This picture lies in the patient in mm already; only images without such a measure can be calibrated."
_SHORTEST = 8.0  # pixels: what is shorter calibrates nothing


class CalibrateTool:
    """Draw along something whose length is known. Not on images that lie in the patient in mm."""

    name = "calibrate"
    label = "Calibrate by a known length"
    key = ""
    undo_name = ""

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """The line follows the hand and stays after the release."""
        pane = pane_of(workspace, view, pointer.pane)
        is_meant = pane is not None and pane.acquired_index is not None and can_calibrate(workspace.stack(view.stack))
        if pane is not None and not is_meant and pointer.phase is Phase.PRESS:
            return Step(workspace, refused=_NOT_HERE)
        if pane is None or not is_meant or pointer.phase is Phase.CANCEL:
            return Step(replace(workspace, marquee=None) if workspace.marquee is not None else workspace)
        if pointer.phase not in (Phase.PRESS, Phase.MOVE, Phase.RELEASE):
            return Step(workspace)
        start, end = (point(pane.to_patient(at)) for at in (pointer.start, pointer.position))
        line = Marquee(view.id, start, end, is_line=True, is_done=pointer.phase is Phase.RELEASE)
        way = np.subtract(pointer.position, pointer.start)
        is_slip = line.is_done and float(np.hypot(*way)) < _SHORTEST
        return Step(replace(workspace, marquee=None if is_slip else line))
