"""The windows of each modality, to be changed: their names and numbers, their order, and with it the keys 1 to 9."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from medscan_desktop.imaging.preset_list import MOST, Presets
from medscan_desktop.imaging.voi import VoiFunction, Window
from medscan_desktop.imaging.window import PRESETS
from medscan_desktop.ui import make

MODALITIES = ("CT", "MR", "PT", "CR", "DX", "MG", "XA", "RF", "NM", "US", "RTDOSE", "OT")
_COLUMNS = ("Key", "Name", "Width", "Level", "Function")
_KEYS = 9


class PresetEditor(QDialog):
    """Not modal. Each change is given to `changed` at once."""

    def __init__(self, presets: Presets, changed: Callable[[Presets], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Window presets")
        self.resize(620, 520)
        self._presets = presets
        self._changed = changed
        self._is_filling = False
        self.modality = QComboBox()
        self.modality.addItems(MODALITIES)
        self.table = QTableWidget(0, len(_COLUMNS))
        self.table.setHorizontalHeaderLabels(list(_COLUMNS))
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.said = make.label("", "small", wrap=True)
        self.add = make.button("Add", self._add)
        self.delete = make.button("Delete", self._delete)
        self.up = make.button("Up", lambda: self._move(-1))
        self.down = make.button("Down", lambda: self._move(1))
        self.standard = make.button("Standard", self._standard)
        self._build()
        self.modality.currentTextChanged.connect(lambda _: self._fill())
        self.table.itemChanged.connect(lambda _: self._edited())
        self.table.currentCellChanged.connect(lambda *_: self._show_state())
        self._fill()

    def choose(self, modality: str) -> None:
        """Show this modality's."""
        self.modality.setCurrentText(modality if modality in MODALITIES else "OT")

    @property
    def windows(self) -> tuple[Window, ...]:
        """The presets of the modality shown."""
        return self._presets.get(self.modality.currentText(), ())

    def _build(self) -> None:
        top = make.row(gap=8)
        top.addWidget(make.label("Modality"))
        top.addWidget(self.modality)
        top.addStretch()
        top.addWidget(self.standard)
        below = make.row(gap=8)
        for button in (self.add, self.delete, self.up, self.down):
            below.addWidget(button)
        below.addStretch()
        below.addWidget(make.button("Close", self.close))
        for button in (self.add, self.delete, self.up, self.down, self.standard):
            button.setAutoDefault(False)
        layout = make.column(self, margin=14, gap=10)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.said)
        layout.addLayout(below)

    def _fill(self) -> None:
        """The table from the presets; the row that was chosen stays."""
        row = self.table.currentRow()
        self._is_filling = True
        self.table.setRowCount(len(self.windows))
        for number, one in enumerate(self.windows):
            cells = (str(number + 1) if number < _KEYS else "", one.name, f"{one.width:g}", f"{one.centre:g}")
            for column, text in enumerate((*cells, one.function.value)):
                item = QTableWidgetItem(text)
                if column in (0, 4):
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                self.table.setItem(number, column, item)
        if self.windows:
            self.table.setCurrentCell(min(max(row, 0), len(self.windows) - 1), 1)
        self._is_filling = False
        self._show_state()

    def _edited(self) -> None:
        if self._is_filling:
            return
        row, column = self.table.currentRow(), self.table.currentColumn()
        old = self.windows[row]
        item = self.table.item(row, column)
        new = _with_text(old, column, item.text() if item is not None else "")
        if new is None:
            self.said.setText("A preset has a name, a width of 1 or more (above 0 where it is no LINEAR) and a level.")
        else:
            self.said.setText("")
            self._use(tuple(new if number == row else one for number, one in enumerate(self.windows)))
        self._fill()

    def _add(self) -> None:
        like = next(reversed(self.windows), Window(40, 400))
        self._use((*self.windows, replace(like, name="New preset")))
        self._fill()
        self.table.setCurrentCell(len(self.windows) - 1, 1)
        name = self.table.item(len(self.windows) - 1, 1)
        if name is not None:
            self.table.editItem(name)

    def _delete(self) -> None:
        row = self.table.currentRow()
        self._use(tuple(one for number, one in enumerate(self.windows) if number != row))
        self._fill()

    def _move(self, step: int) -> None:
        row, windows = self.table.currentRow(), list(self.windows)
        if 0 <= row + step < len(windows):
            windows[row], windows[row + step] = windows[row + step], windows[row]
            self._use(tuple(windows))
            self._fill()
            self.table.setCurrentCell(row + step, 1)

    def _standard(self) -> None:
        self._use(PRESETS.get(self.modality.currentText(), ()))
        self._fill()

    def _use(self, windows: tuple[Window, ...]) -> None:
        self._presets = MappingProxyType({**self._presets, self.modality.currentText(): windows})
        self._changed(self._presets)

    def _show_state(self) -> None:
        row, count = self.table.currentRow(), len(self.windows)
        self.add.setEnabled(count < MOST)
        self.delete.setEnabled(0 <= row < count)
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < count - 1)
        self.standard.setEnabled(self.windows != PRESETS.get(self.modality.currentText(), ()))


def _with_text(window: Window, column: int, text: str) -> Window | None:
    """The preset with what was typed into one of its cells; None where that makes none."""
    if column == 1:
        return replace(window, name=text.strip()[:40]) if text.strip() else None
    try:
        number = float(text.strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        return None
    changed = replace(window, width=number) if column == 2 else replace(window, centre=number)
    if column == 2 and 0 < number < 1 and window.function is VoiFunction.LINEAR:
        changed = replace(changed, function=VoiFunction.LINEAR_EXACT)  # LINEAR has no meaning below 1
    return changed if changed.is_usable else None
