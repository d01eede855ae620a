"""Why a study hangs as it does: every protocol with its rules, its stages and, for each cell, the series and why."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QTreeWidget, QTreeWidgetItem, QWidget

from medscan_desktop.domain.hanging_match import CellFinding, Verdict
from medscan_desktop.domain.shown import shown
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.ui import make, theme


class HangingTester(QWidget):
    """A tree of what the matcher found; the protocol that hangs stands first and open. `chosen`: another study."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.studies = QComboBox()
        self.studies.setAccessibleName("The study to be tried")
        self.studies.setMinimumContentsLength(20)
        self.studies.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.studies.activated.connect(lambda _: self.chosen.emit())
        self.said = make.label("", "strong", wrap=True)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setWordWrap(True)
        self.tree.setAlternatingRowColors(True)
        self.tree.setAccessibleName("What the test found")
        layout = make.column(self, gap=8)
        layout.addWidget(self.studies)
        layout.addWidget(self.said)
        layout.addWidget(self.tree, 1)

    def show_studies(self, studies: Sequence[tuple[StudyUid, str]]) -> None:
        """The open study, and after it these to choose from."""
        kept = self.study
        self.studies.clear()
        self.studies.addItem("The open study", None)
        for uid, text in studies:
            self.studies.addItem(text, uid)
        self.studies.setCurrentIndex(max(0, self.studies.findData(kept)))

    @property
    def study(self) -> StudyUid | None:
        """The one that is chosen, None for the open one."""
        found = self.studies.currentData()
        return None if found is None else StudyUid(found)

    def show_verdicts(self, verdicts: Sequence[Verdict], study: str) -> None:
        """What was found for a study, which `study` names."""
        self.tree.clear()
        best = next((one for one in verdicts if one.is_match), None)
        if not verdicts:
            self.said.setText("Open a study, or choose one in the library, to see by which protocol it hangs.")
        elif best is None:
            self.said.setText(f"{study}: no protocol fits. It hangs as its longest series would.")
        else:
            self.said.setText(f"{study} hangs by “{best.protocol.name}”.")
        for verdict in verdicts:
            self._add(verdict, is_open=verdict is best)

    def _add(self, verdict: Verdict, *, is_open: bool) -> None:
        top = _item(self.tree.invisibleRootItem(), f"{verdict.protocol.name}: {verdict.text}")
        top.setForeground(0, QColor(theme.GOOD if verdict.is_match else theme.MUTED))
        for rule in verdict.rules:
            line = _item(top, f"{'✓' if rule.held else '✗'} {rule.text}")
            line.setForeground(0, QColor(theme.TEXT if rule.held else theme.WARN))
        for number, stage in enumerate(verdict.stages, start=1):
            few = "" if stage.is_possible else f": left out, {stage.filled} of {len(stage.cells)} cells filled"
            part = _item(top, f"Stage {number} · {stage.stage.name or 'no name'}{few}")
            part.setForeground(0, QColor(theme.TEXT if stage.is_possible else theme.MUTED))
            for place, cell in enumerate(stage.cells, start=1):
                self._add_cell(part, place, cell)
            part.setExpanded(is_open and stage.is_possible)
        top.setExpanded(is_open)

    def _add_cell(self, parent: QTreeWidgetItem, place: int, cell: CellFinding) -> None:
        line = _item(parent, f"Cell {place}: {cell.text}")
        line.setForeground(0, QColor(theme.TEXT if cell.key is not None else theme.WARN))
        for passed in cell.passed_over:
            _item(line, passed).setForeground(0, QColor(theme.MUTED))


def _item(parent: QTreeWidgetItem, text: str) -> QTreeWidgetItem:
    made = QTreeWidgetItem(parent, [shown(text)])
    made.setToolTip(0, make.plain_tip(shown(text)))
    made.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    return made
