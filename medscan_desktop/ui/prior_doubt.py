"""Asked before a study comes beside the current one that may be another person's. Not modal."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from medscan_desktop.domain.dates import date_text
from medscan_desktop.services.priors import PriorRow
from medscan_desktop.ui import make, theme


class PriorDoubt(QDialog):
    """Names what differs; opens only on an explicit answer, which the log keeps."""

    def __init__(self, row: PriorRow, agree: Callable[[], object], parent: QWidget) -> None:
        super().__init__(parent)
        self._agree = agree
        self.setWindowTitle("The same patient?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(480)
        study = row.study
        named = " · ".join(text for text in (date_text(study.study_date), study.study_description) if text)
        layout = make.column(self, margin=theme.MARGIN, gap=12)
        layout.addWidget(make.label("This study may be another person's", "heading", wrap=True))
        layout.addWidget(make.label(f"It has the same patient ID ({study.patient.patient_id}): {named}", wrap=True))
        for doubt in row.doubts:
            layout.addWidget(make.label(f"{doubt[0].upper()}{doubt[1:]}", "warning", wrap=True))
        text = "Whether they are one person can be decided for good in the library's reconcile list."
        layout.addWidget(make.label(text, "muted", wrap=True))
        buttons = make.row()
        buttons.addStretch()
        self.keep_shut = make.button("Do not open", self.close, "primary")
        self.open_it = make.button("Open it beside", self._open)
        self.open_it.setAutoDefault(False)
        buttons.addWidget(self.open_it)
        buttons.addWidget(self.keep_shut)
        layout.addLayout(buttons)

    def _open(self) -> None:
        self.close()
        self._agree()
