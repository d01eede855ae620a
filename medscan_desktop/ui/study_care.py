"""What may be done with a study as a whole: look for its files, hold it, delete it. Small windows, never modal."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QWidget

from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.disk import disk_text
from medscan_desktop.domain.study import Study
from medscan_desktop.services.deletion import Deletion, clear_hold, delete_study, set_hold
from medscan_desktop.ui import make, theme
from medscan_desktop.ui.texts import count_text
from medscan_desktop.workstation.workstation import Workstation


class DeleteDialog(QDialog):
    """Says what goes with a study, asks for a reason, deletes."""

    def __init__(self, workstation: Workstation, told: Deletion, parent: QWidget) -> None:
        super().__init__(parent)
        self._workstation = workstation
        self._told = told
        self.setWindowTitle("Delete a study")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self.reason = make.field("Reason")
        self.unsent = QCheckBox(f"Also {count_text(told.unsent, 'change')} of it that nobody was sent yet")
        self.unsent.setVisible(bool(told.unsent) and not told.kept_by)
        self.delete = make.button("Delete for good", self._delete, "danger")
        self.delete.setAutoDefault(False)
        layout = make.column(self, margin=theme.MARGIN, gap=12)
        layout.addWidget(make.label(_who(told.study), "heading", wrap=True))
        layout.addWidget(make.label(_what(told), wrap=True))
        layout.addWidget(make.label(_consequence(told), "warning" if told.kept_by else "muted", wrap=True))
        layout.addWidget(self.unsent)
        layout.addWidget(self.reason)
        buttons = make.row()
        buttons.addStretch()
        buttons.addWidget(make.button("Cancel", self.close))
        buttons.addWidget(self.delete)
        layout.addLayout(buttons)
        self.reason.setVisible(not told.kept_by)
        self.reason.textChanged.connect(self._enable)
        self.unsent.toggled.connect(self._enable)
        self._enable()

    def _enable(self) -> None:
        agreed = not self._told.unsent or self.unsent.isChecked()
        self.delete.setEnabled(not self._told.kept_by and agreed and bool(self.reason.text().strip()))

    def _delete(self) -> None:
        self._workstation.do(
            delete_study,
            study_instance_uid=self._told.study.study_instance_uid,
            reason=self.reason.text().strip(),
            with_unsent=self.unsent.isChecked(),
        )
        self.close()


class HoldDialog(QDialog):
    """Sets a legal hold with its reason, or lifts the one there is."""

    def __init__(self, workstation: Workstation, study: Study, parent: QWidget) -> None:
        super().__init__(parent)
        self._workstation = workstation
        self._study = study
        hold = study.legal_hold
        self.setWindowTitle("Legal hold")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(480)
        self.reason = make.field("Why it is lifted" if hold else "Why the study must stay")
        self.button = make.button("Lift the hold" if hold else "Set the hold", self._act, "primary")
        self.button.setEnabled(False)
        self.reason.textChanged.connect(lambda text: self.button.setEnabled(bool(text.strip())))
        layout = make.column(self, margin=theme.MARGIN, gap=12)
        layout.addWidget(make.label(_who(study), "heading", wrap=True))
        text = "Nobody and no rule may delete it until the hold is lifted."
        if hold is not None:
            text = f"Under legal hold since {hold.at[:10]} ({hold.by}): {hold.reason}"
        layout.addWidget(make.label(text, wrap=True))
        layout.addWidget(self.reason)
        buttons = make.row()
        buttons.addStretch()
        buttons.addWidget(make.button("Cancel", self.close))
        buttons.addWidget(self.button)
        layout.addLayout(buttons)

    def _act(self) -> None:
        command = clear_hold if self._study.legal_hold else set_hold
        uid = self._study.study_instance_uid
        self._workstation.do(command, study_instance_uid=uid, reason=self.reason.text().strip())
        self.close()


def _who(study: Study) -> str:
    parts = (study.patient.display_name, study.patient.patient_id, study.study_description, date_text(study.study_date))
    return " · ".join(part for part in parts if part)


def _what(told: Deletion) -> str:
    study = told.study
    images = f"{count_text(study.series_count, 'series')} with {count_text(study.instance_count, 'image')}"
    marks = f"{count_text(told.measurements, 'measurement')} and {count_text(told.findings, 'finding')}"
    return f"{images}, {marks}; {disk_text(told.vault_bytes)} in the vault."


def _consequence(told: Deletion) -> str:
    if told.kept_by:
        return f"It cannot be deleted: {told.kept_by}."
    return "It cannot be undone. Importing the files again brings the images back, not what was measured or found."
