"""Whose images these are: always visible above them."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget

from medscan_desktop.domain import notices
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import make
from medscan_desktop.ui.elided import ElidedLabel
from medscan_desktop.ui.texts import patient_line, study_line

_GAP, _LEAST_WIDTH, _AROUND = 14, 90, 72  # pixels: a date; margins and gaps


class PatientBanner(QFrame):
    """Patient on the left, examination on the right, and the demo's warning."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.setFixedHeight(32)
        self.patient = ElidedLabel("strong")
        self.study = ElidedLabel("muted")
        self.demo = make.label(notices.DEMO, "demo")
        self._beside: list[QWidget] = []
        row = self._row = make.row(self, gap=_GAP)
        row.setContentsMargins(14, 0, 14, 0)
        row.addWidget(self.patient)
        row.addWidget(self.demo)
        row.addStretch()
        row.addWidget(self.study)
        self.demo.hide()

    def add(self, widget: QWidget) -> None:
        """Something beside the examination that the images hang by."""
        self._row.insertWidget(self._row.indexOf(self.study), widget)
        self._beside.append(widget)

    def refit(self) -> None:
        """What stands beside the examination has other words."""
        self._fit()

    def workspace_changed(self, old: Workspace, new: Workspace) -> None:
        """Follow the open study."""
        if old.study is not new.study or old.is_demo != new.is_demo:
            self.patient.setText(patient_line(new.study) if new.study else "")
            self.study.setText(study_line(new.study) if new.study else "")
            self.demo.setVisible(new.is_demo)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        QFrame.resizeEvent(self, event)
        self._fit()

    def _fit(self) -> None:
        """Who this is has the room first; the examination has what is left."""
        beside = sum(one.sizeHint().width() + _GAP for one in self._beside if not one.isHidden())
        taken = (
            beside + self.patient.sizeHint().width() + (self.demo.sizeHint().width() if not self.demo.isHidden() else 0)
        )
        self.study.setMaximumWidth(max(_LEAST_WIDTH, self.width() - taken - _AROUND))
