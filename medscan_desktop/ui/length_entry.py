"""How long the drawn line is, typed in: the user's own calibration of an image, or of its series."""

from dataclasses import replace
from uuid import uuid4

import numpy as np
from PySide6.QtWidgets import QCheckBox, QWidget

from medscan_desktop.domain.user_calibration import CalibrationId, UserCalibration
from medscan_desktop.scene.calibrating import user_calibration_of
from medscan_desktop.scene.display import Marquee
from medscan_desktop.scene.navigation import acquired_slice
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.calibrations import remove_calibration, save_calibration
from medscan_desktop.ui import make
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.popover import Popover
from medscan_desktop.ui.window_entry import number_field


class LengthEntry(Popover):
    """Comes when a line of known length has been drawn."""

    def __init__(self, actions: ViewerActions, page: QWidget) -> None:
        super().__init__(page, "How long is this line?")
        self._actions = actions
        self._line: Marquee | None = None
        self.length = number_field(0.0, 10_000.0, 2)
        self.length.setSuffix(" mm")
        self.length.setSpecialValueText(" ")  # nothing is said yet: no length offers itself
        self.calibrate = make.button("Calibrate", self.accept, "primary")
        self.length.valueChanged.connect(lambda value: self.calibrate.setEnabled(value > 0))
        self.whole_series = QCheckBox("For all images of this series")
        self.note = make.label("", "small", wrap=True)
        self.body.addWidget(self.length)
        self.body.addWidget(self.whole_series)
        self.body.addWidget(self.note)
        row = make.row()
        row.addStretch()
        row.addWidget(self.calibrate)
        row.addWidget(make.button("Cancel", self.give_up))
        self.body.addLayout(row)
        self.watch(self.length, self.length.lineEdit())
        actions.store.listen(self._changed)

    def accept(self) -> None:
        if self.length.value() <= 0:
            return
        line, workspace = self._line, self._actions.workspace
        self._line = None
        self.leave()
        calibration = calibration_by(workspace, line, self.length.value(), self.whole_series.isChecked())
        self._drop_line()
        if calibration is not None:
            self._actions.workstation.do(save_calibration, calibration=calibration)

    def give_up(self) -> None:
        self._line = None
        self.leave()
        self._drop_line()

    def drop(self) -> None:
        self._line = None
        super().drop()

    def _drop_line(self) -> None:
        self._actions.store.update(lambda workspace: replace(workspace, marquee=None))

    def _changed(self, old: Workspace, new: Workspace) -> None:
        if new.marquee is old.marquee:
            return
        if new.marquee is not None and new.marquee.is_line and new.marquee.is_done:
            self._line = new.marquee
            unit = calibration_by(new, new.marquee, 1.0, False)
            drawn = f"{unit.drawn:.1f} {unit.unit}" if unit is not None else ""
            self.note.setText(f"It is {drawn} by the image itself. Every number that rests on this says so.")
            self.length.setValue(0.0)
            self.calibrate.setEnabled(False)
            self.show_in_the_middle()
            self.length.setFocus()
            self.length.selectAll()
        elif self.isVisible() and new.marquee is None:
            self._line = None
            self.leave()


def calibration_by(
    workspace: Workspace, line: Marquee | None, known_mm: float, is_of_series: bool
) -> UserCalibration | None:
    """What the drawn line says of its image; None where the view is gone."""
    view = next((one for one in workspace.views if line is not None and one.id == line.view), None)
    stack = workspace.stack(view.stack) if view is not None else None
    if line is None or view is None or stack is None or stack.volume is None:
        return None
    k = acquired_slice(workspace, view)
    image = stack.instance_uids[k] if k is not None and k < len(stack.instance_uids) else None
    drawn = float(np.linalg.norm(np.subtract(line.end, line.start)))
    study = workspace.study_of(stack)
    return UserCalibration(
        CalibrationId(str(uuid4())),
        study.study_instance_uid if study is not None else stack.study_instance_uid,
        stack.series_instance_uid,
        None if is_of_series else image,
        drawn,
        stack.volume.length_unit,
        known_mm,
        stack.volume.calibration,
    )


def remove_own_calibration(actions: ViewerActions) -> None:
    """Take the user's calibration of the image shown away."""
    stack, view = actions.stack, actions.view
    k = acquired_slice(actions.workspace, view) if view is not None else None
    found = None
    if stack is not None and k is not None:
        found = user_calibration_of(actions.workspace.calibrations, stack, k)
    if found is None:
        actions.workstation.notify("This image has no calibration of yours.")
        return
    actions.workstation.do(remove_calibration, calibration_id=found.id)
