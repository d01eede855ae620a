"""The reconcile list: what contradicts the library, old and new side by side, and what may be decided about it."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QListWidget, QListWidgetItem, QPushButton, QWidget

from medscan_desktop.domain.conflict import REASONS, Conflict, ConflictKind, ConflictState
from medscan_desktop.domain.shown import shown
from medscan_desktop.services.reconcile import (
    UNDO_NAME,
    ConflictPage,
    decide_conflict,
    list_conflicts,
    replace_by_conflict,
    show_conflict,
)
from medscan_desktop.ui import make, theme
from medscan_desktop.ui.plain_table import PlainTable
from medscan_desktop.ui.texts import count_text
from medscan_desktop.workstation.command import Effect
from medscan_desktop.workstation.workstation import Workstation

_KINDS = {
    ConflictKind.CONTENT: "Same image UID, other content",
    ConflictKind.PATIENT: "Same study UID, another patient",
    ConflictKind.SERIES: "Same series UID, another study",
    ConflictKind.IDENTITY: "Same patient ID, two identities",
}
_BUTTONS = {
    ConflictState.KEPT: ("Keep the library's", "Erase the new files; what the library has stays."),
    ConflictState.REPLACED: ("Take the new", "Put the new in the place of the library's, whose files are erased."),
    ConflictState.FILED: ("File under the library's", "Add the new files to the library's study; headers untouched."),
    ConflictState.APART: ("Keep apart", "Keep the new files encrypted and show them nowhere."),
    ConflictState.SAME_PERSON: ("Same person", "Write down that both are one person; no study changes."),
    ConflictState.DIFFERENT_PEOPLE: ("Different people", "Write down that these are two people."),
}


class ReconcileDialog(QDialog):
    """A window beside the library, never modal."""

    def __init__(self, workstation: Workstation, parent: QWidget) -> None:
        super().__init__(parent)
        self._workstation = workstation
        self._conflicts: Sequence[Conflict] = ()
        self.setWindowTitle("Reconcile")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1080, 620)
        self.list = QListWidget()
        self.list.setFixedWidth(310)
        self.list.currentRowChanged.connect(self._chosen)
        self.why = make.label("", "heading", wrap=True)
        self.table = PlainTable((("", 28), ("", 110), ("In the library", 0), ("New", 0)))
        self.details = make.label("", "muted", wrap=True)
        self.despite = QCheckBox("Replace all the same; they will say that their image was replaced")
        self.reason = make.field("Reason for the decision")
        self.reason.textChanged.connect(self._enable)
        self.status = make.label("", "warning", wrap=True)
        self.take_back = make.button("Take back", self._workstation.undo, icon_name="undo")
        self.take_back.setAutoDefault(False)
        self._buttons: dict[ConflictState, QPushButton] = {}
        self._build()
        self.reload()

    def reload(self) -> None:
        """Read the list again."""
        self._workstation.do(list_conflicts, on_done=self._listed)

    def say(self, sentence: str) -> None:
        """What became of a decision."""
        self.status.setText(sentence)

    def _build(self) -> None:
        page = make.column(gap=10)
        page.addWidget(self.why)
        page.addWidget(self.table, 1)
        page.addWidget(self.details)
        page.addWidget(self.despite)
        page.addWidget(self.reason)
        row = make.row()
        for state, (text, tip) in _BUTTONS.items():
            role = "danger" if state in (ConflictState.KEPT, ConflictState.REPLACED) else ""
            button = make.button(text, partial(self._decide, state), role)
            button.setToolTip(tip)
            button.setAutoDefault(False)
            self._buttons[state] = button
            row.addWidget(button)
        row.addStretch()
        page.addLayout(row)
        last = make.row()
        last.addWidget(self.status, 1)
        last.addWidget(self.take_back)
        page.addLayout(last)
        layout = make.row(self, margin=theme.MARGIN, gap=theme.MARGIN)
        layout.addWidget(self.list)
        layout.addLayout(page, 1)

    def _listed(self, effect: Effect) -> None:
        self._conflicts = effect.value
        self.take_back.setVisible(self._workstation.undo_name == UNDO_NAME)
        row = max(0, self.list.currentRow())
        self.list.blockSignals(True)
        self.list.clear()
        for one in self._conflicts:
            files = f" · {count_text(len(one.sop_instance_uids), 'file')}" if one.sop_instance_uids else ""
            self.list.addItem(QListWidgetItem(f"{_KINDS[one.kind]}\n{_who(one)}{files}"))
        self.list.blockSignals(False)
        self.list.setCurrentRow(min(row, len(self._conflicts) - 1))
        self._chosen(self.list.currentRow())

    def _chosen(self, row: int) -> None:
        self.reason.clear()
        if 0 <= row < len(self._conflicts):
            self._workstation.do(show_conflict, conflict_id=self._conflicts[row].id, on_done=self._show)
            return
        self.why.setText("Nothing to reconcile")
        self.details.setText("Nothing in this library contradicts anything else.")
        self.table.show_rows(())
        for widget in (self.table, self.despite, self.reason, *self._buttons.values()):
            widget.hide()

    def _show(self, effect: Effect) -> None:
        page: ConflictPage = effect.value
        one = page.conflict
        if one.id not in {known.id for known in self._conflicts}:
            return  # another entry came meanwhile
        text = REASONS[one.kind]
        self.why.setText(text[0].upper() + text[1:] + ".")
        compared, differing = one.compared(), one.differing
        rows = [
            ("≠" if name in differing else "", name, ours or "–", theirs or "–")
            for name, (ours, theirs) in compared.items()
        ]
        self.table.show_rows(rows, [theme.WARN if name in differing else "" for name in compared])
        self.details.setText(_details(page))
        rests = bool(page.measurements or page.findings) and ConflictState.REPLACED in one.decisions
        self.despite.setChecked(False)
        self.despite.setVisible(rests)
        for widget in (self.table, self.reason):
            widget.show()
        for state, button in self._buttons.items():
            button.setVisible(state in one.decisions)
        self._enable()

    def _enable(self) -> None:
        for button in self._buttons.values():
            button.setEnabled(bool(self.reason.text().strip()))

    def _decide(self, state: ConflictState) -> None:
        row = self.list.currentRow()
        if not 0 <= row < len(self._conflicts):
            return
        self.status.clear()
        conflict, reason = self._conflicts[row].id, self.reason.text().strip()
        if state is ConflictState.REPLACED:
            self._workstation.do(
                replace_by_conflict,
                conflict_id=conflict,
                reason=reason,
                despite_marks=self.despite.isChecked(),
                on_done=lambda _: self.reload(),
            )
        else:
            self._workstation.do(
                decide_conflict, conflict_id=conflict, decision=state, reason=reason, on_done=lambda _: self.reload()
            )


def _who(one: Conflict) -> str:
    names = dict.fromkeys((one.ours.patient.display_name, one.theirs.patient.display_name))
    return shown(" / ".join(names))


def _details(page: ConflictPage) -> str:
    one = page.conflict
    if one.kind is ConflictKind.IDENTITY:
        return "Both studies are in the library, each with the data it came with."
    first = f": {shown(one.labels[0])}" if one.labels else ""
    more = f" and {len(one.labels) - 1:,} more" if len(one.labels) > 1 else ""
    held = f"{count_text(len(one.sop_instance_uids), 'file')} held, encrypted{first}{more}."
    if page.measurements or page.findings:
        marks = f"{count_text(page.measurements, 'measurement')} and {count_text(page.findings, 'finding')}"
        held += f" {marks} rest on the library's images."
    return held
