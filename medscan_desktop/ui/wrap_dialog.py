"""Asks whose study files of other formats go into: one of the library, or a new one of a patient typed here."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QFrame, QRadioButton, QScrollArea, QWidget

from medscan_desktop.dicom.foreign.write_wrapped import MODALITIES
from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.shown import shown
from medscan_desktop.domain.study import Patient, Study
from medscan_desktop.services.studies import search_studies
from medscan_desktop.services.wrap import MAX_TEXT, Found, look_at_files, other_names, wrap_files
from medscan_desktop.ui import make, theme
from medscan_desktop.ui.texts import count_text
from medscan_desktop.workstation.command import Effect
from medscan_desktop.workstation.workstation import Workstation

_MODALITY_NAMES = {
    "OT": "Other",
    "CT": "CT, values in HU",
    "MR": "MR",
    "PT": "PET",
    "NM": "Nuclear medicine",
    "US": "Ultrasound",
    "XC": "Photograph",
    "ES": "Endoscopy",
}
_SEXES = (("", "not stated"), ("F", "F, female"), ("M", "M, male"), ("O", "O, other"))
_MOST_STUDIES = 200


class WrapDialog(QDialog):
    """A window beside the library, never modal. Nothing is written before its button is pressed."""

    def __init__(self, workstation: Workstation, paths: Sequence[Path], study: Study | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._workstation = workstation
        self._paths = tuple(paths)
        self._is_open = True
        self.found: tuple[Found, ...] = ()
        self.setWindowTitle("Wrap into a study")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(660, 800)
        self.files = make.column(gap=6)
        self.into_known = QRadioButton("A study of the library")
        self.into_new = QRadioButton("A new study of this patient")
        self.studies = QComboBox()
        self.patient_id, self.family, self.given = make.field(), make.field(), make.field()
        self.birth_date = make.field("YYYY-MM-DD, or empty")
        self.sex = _chooser(_SEXES)
        self.study_description = make.field("optional")
        self.description = make.field("the file's name")
        self.modality = _chooser([(code, f"{code} · {name}") for code, name in _modalities()])
        self.warning = make.label("", "warning", wrap=True)
        self.message = make.label("", "error", wrap=True)
        self.wrap = make.button("Wrap", self.submit, "primary")
        for line in (self.patient_id, self.family, self.given, self.study_description, self.description):
            line.setMaxLength(MAX_TEXT)
        self._build()
        self._connect(study)
        workstation.do(look_at_files, paths=self._paths, on_done=self._looked)
        workstation.do(search_studies, text="", on_done=lambda effect: self._listed(effect, study))

    @property
    def patient(self) -> Patient:
        """Whose study is chosen or typed."""
        chosen = self.chosen
        if chosen is not None:
            return chosen.patient
        name = "^".join(part for part in (self.family.text().strip(), self.given.text().strip()) if part)
        born = self.birth_date.text().strip().replace("-", "")
        return Patient(self.patient_id.text().strip(), name, born, str(self.sex.currentData()))

    @property
    def chosen(self) -> Study | None:
        """The study of the library, None where a new one is made."""
        study = self.studies.currentData() if self.into_known.isChecked() else None
        return study if isinstance(study, Study) else None

    def submit(self) -> None:
        """Wrap what can be wrapped, and close."""
        chosen, problem = self.chosen, self._problem()
        self.message.setText(problem)
        self.message.setVisible(bool(problem))
        if problem:
            return
        self._workstation.do(
            wrap_files,
            paths=tuple(one.path for one in self.found if not one.refusal),
            patient=None if chosen else self.patient,
            study_instance_uid=chosen.study_instance_uid if chosen else None,
            study_description=self.study_description.text(),
            series_description=self.description.text(),
            modality=str(self.modality.currentData()),
        )
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._is_open = False
        super().closeEvent(event)

    def _problem(self) -> str:
        if self.into_known.isChecked():
            return "" if self.chosen is not None else "Choose a study."
        patient = self.patient
        if not patient.patient_id or not patient.patient_name:
            return "A new study needs the patient's ID and family name."
        if patient.patient_birth_date and not (
            len(patient.patient_birth_date) == 8 and patient.patient_birth_date.isdigit()
        ):
            return "Write the birth date as 1980-01-31, or leave it empty."
        return ""

    def _build(self) -> None:
        layout = make.column(self, margin=theme.MARGIN, gap=10)
        layout.addWidget(make.label("FILES", "section"))
        layout.addWidget(self._scrolled(), 1)
        layout.addWidget(make.label("PATIENT", "section"))
        layout.addWidget(self.into_known)
        layout.addWidget(self.studies)
        layout.addWidget(self.into_new)
        layout.addWidget(self._new_patient())
        layout.addWidget(make.label("SERIES", "section"))
        form = _form()
        form.addRow(make.label("Description", "muted"), self.description)
        form.addRow(make.label("Modality", "muted"), self.modality)
        layout.addLayout(form)
        layout.addWidget(self.warning)
        layout.addWidget(self.message)
        buttons = make.row()
        buttons.addStretch()
        buttons.addWidget(make.button("Cancel", self.close))
        buttons.addWidget(self.wrap)
        layout.addLayout(buttons)
        for label in (self.warning, self.message):
            label.hide()
        self.wrap.setDisabled(True)

    def _scrolled(self) -> QScrollArea:
        inside = QWidget()
        column = make.column(inside)
        column.addLayout(self.files)
        column.addStretch()
        self.files.addWidget(make.label("Looking at the files…", "muted"))
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumHeight(150)
        return area

    def _new_patient(self) -> QFrame:
        frame = make.frame("card")
        form = _form()
        form.setContentsMargins(12, 10, 12, 10)
        frame.setLayout(form)
        names = make.row()
        self.family.setPlaceholderText("family name")
        self.given.setPlaceholderText("given name")
        names.addWidget(self.family)
        names.addWidget(self.given)
        form.addRow(make.label("ID", "muted"), self.patient_id)
        form.addRow(make.label("Name", "muted"), names)
        form.addRow(make.label("Birth date", "muted"), self.birth_date)
        form.addRow(make.label("Sex", "muted"), self.sex)
        form.addRow(make.label("Study", "muted"), self.study_description)
        self._card = frame
        return frame

    def _connect(self, study: Study | None) -> None:
        (self.into_known if study else self.into_new).setChecked(True)
        self.into_new.toggled.connect(lambda _: self._changed())
        self.studies.currentIndexChanged.connect(lambda _: self._changed())
        for line in (self.patient_id, self.family, self.given):
            line.textChanged.connect(lambda _: self._changed())
        self._changed()

    def _looked(self, effect: Effect) -> None:
        if not self._is_open:
            return
        self.found = effect.value
        while (gone := self.files.takeAt(0)) is not None:
            if (widget := gone.widget()) is not None:
                widget.deleteLater()
        for one in self.found:
            self.files.addWidget(_entry(one))
        usable = [one for one in self.found if not one.refusal]
        needs = [one for one in usable if one.kind is not None and one.kind.has_modality]
        self.modality.setEnabled(bool(needs))
        self.wrap.setText(f"Wrap {count_text(len(usable), 'file')}")
        self.wrap.setEnabled(bool(usable))
        self._changed()

    def _listed(self, effect: Effect, wanted: Study | None) -> None:
        if not self._is_open:
            return
        studies: Sequence[Study] = effect.value
        listed = list(studies[:_MOST_STUDIES])
        if wanted is not None:
            listed = [wanted, *(study for study in listed if study.study_instance_uid != wanted.study_instance_uid)]
        self.studies.clear()
        for study in listed:
            self.studies.addItem(_study_text(study), study)
        self.studies.setCurrentIndex(0 if wanted is not None else -1)  # nobody's by chance
        self.into_known.setEnabled(bool(studies))
        if not studies:
            self.into_new.setChecked(True)
        self._changed()

    def _changed(self) -> None:
        """Enable what is asked for, and say where a file may be somebody else's."""
        self.studies.setEnabled(self.into_known.isChecked())
        self._card.setEnabled(self.into_new.isChecked())
        patient = self.patient
        others = list(other_names(self.found, patient)) if patient.patient_id or patient.patient_name else []
        text = "Is this the right patient? " + "; ".join(others[:4]) + "." if others else ""
        self.warning.setText(shown(text))
        self.warning.setVisible(bool(text))


def _modalities() -> list[tuple[str, str]]:
    """Those with a name, the most likely first."""
    return [(code, name) for code, name in _MODALITY_NAMES.items() if code in MODALITIES]


def _chooser(entries: Sequence[tuple[str, str]]) -> QComboBox:
    made = QComboBox()
    for value, text in entries:
        made.addItem(text, value)
    return made


def _form() -> QFormLayout:
    form = QFormLayout()
    form.setVerticalSpacing(8)
    form.setHorizontalSpacing(14)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form


def _study_text(study: Study) -> str:
    parts = (study.patient.display_name, study.patient.patient_id, date_text(study.study_date), study.study_description)
    return shown(" · ".join(part for part in parts if part))


def _entry(one: Found) -> QWidget:
    """A file's name and what it is, or why it cannot be wrapped."""
    entry = QWidget()
    lines = make.column(entry, gap=1)
    lines.addWidget(make.label(shown(one.path.name), "strong"))
    if one.refusal:
        lines.addWidget(make.label(one.refusal, "error", wrap=True))
    else:
        lines.addWidget(make.label(one.text, "small", wrap=True))
    for note in one.notes:
        lines.addWidget(make.label(note, "warning-small", wrap=True))
    entry.setToolTip(make.plain_tip(shown(str(one.path))))
    return entry
