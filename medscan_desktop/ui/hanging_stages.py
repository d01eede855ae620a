"""The stages of a hanging protocol, to be changed: which there are, how their cells lie, what each cell wants."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QScrollArea, QWidget

from medscan_desktop.domain.hanging_protocol import Cell, Protocol, SeriesRule, Stage
from medscan_desktop.scene.apply_protocol import layout_of
from medscan_desktop.ui import make
from medscan_desktop.ui.hanging_fields import CELL, SERIES, STAGE, FieldForm
from medscan_desktop.ui.layout_picture import LayoutPicture

_MOST_CELLS = 16


class StagesForm(QWidget):
    """`changed` gets the protocol with what was changed; `screen` gives the screen as a stage, None for nothing."""

    def __init__(self, changed: Callable[[Protocol], object], screen: Callable[[], Stage | None]) -> None:
        super().__init__()
        self._changed = changed
        self._screen = screen
        self._protocol = Protocol("", "", stages=(Stage((Cell(),)),))
        self._stage = self._cell = 0
        self.stages = QComboBox()
        self.stages.setAccessibleName("Stage")
        self.picture = LayoutPicture()
        self.stage_form = FieldForm(STAGE, self._stage_edited)
        self.series_form = FieldForm(SERIES, self._cell_edited)
        self.cell_form = FieldForm(CELL, self._cell_edited)
        self.cell_title = make.label("", "strong")
        self.add_stage = make.button("Add the screen", self._add)
        self.remove_stage = make.button("Remove", self._remove)
        self.earlier = make.button("Earlier", lambda: self._move(-1))
        self.add_cell = make.button("Add a cell", self._add_cell)
        self.remove_cell = make.button("Remove the cell", self._remove_cell)
        self._build()
        self.stages.activated.connect(self._choose_stage)
        self.picture.chosen.connect(self._choose_cell)

    def show_protocol(self, protocol: Protocol) -> None:
        """Show this one; the stage and the cell stay where they were, if they are still there."""
        if protocol.id != self._protocol.id:
            self._stage = self._cell = 0
        self._protocol = protocol
        self._stage = min(self._stage, len(protocol.stages) - 1)
        self._cell = min(self._cell, len(self.stage.cells) - 1)
        self.stages.clear()
        for number, stage in enumerate(protocol.stages, start=1):
            self.stages.addItem(f"{number} · {stage.name or 'no name'}")
        self.stages.setCurrentIndex(self._stage)
        self.stage_form.show_values(self.stage)
        self._show_cell()

    @property
    def stage(self) -> Stage:
        """The stage in sight."""
        return self._protocol.stages[self._stage]

    def _build(self) -> None:
        top = make.row(gap=8)
        top.addWidget(self.stages, 1)
        for button in (self.earlier, self.add_stage, self.remove_stage):
            button.setAutoDefault(False)
            top.addWidget(button)
        below = make.row(gap=8)
        for button in (self.add_cell, self.remove_cell):
            button.setAutoDefault(False)
            below.addWidget(button)
        left = make.column(gap=10)
        left.addWidget(self.picture, 1)
        left.addLayout(below)
        left.addWidget(self.stage_form)
        fields = QWidget()
        right = make.column(fields, gap=10)
        right.setContentsMargins(0, 0, 10, 0)
        right.addWidget(self.cell_title)
        right.addWidget(make.label("THE SERIES", "section"))
        right.addWidget(self.series_form)
        right.addWidget(make.label("HOW IT HANGS", "section"))
        right.addWidget(self.cell_form)
        right.addStretch()
        scroll = QScrollArea()
        scroll.setWidget(fields)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = make.row(gap=16)
        body.addLayout(left, 1)
        body.addWidget(scroll, 1)
        layout = make.column(self, gap=10)
        layout.addLayout(top)
        layout.addLayout(body, 1)

    def _show_cell(self) -> None:
        stage = self.stage
        cells = range(len(stage.cells))
        self.picture.show_layout(layout_of(stage, cells), [_text(cell) for cell in stage.cells], self._cell)
        self.cell_title.setText(f"Cell {self._cell + 1} of {len(stage.cells)}")
        self.series_form.show_values(stage.cells[self._cell].series)
        self.cell_form.show_values(stage.cells[self._cell])
        self.remove_stage.setEnabled(len(self._protocol.stages) > 1)
        self.earlier.setEnabled(self._stage > 0)
        self.remove_cell.setEnabled(len(stage.cells) > 1)
        self.add_cell.setEnabled(len(stage.cells) < _MOST_CELLS)
        self.stage_form.widgets["columns"].setEnabled(not stage.layout)

    def _choose_stage(self, number: int) -> None:
        self._stage, self._cell = number, 0
        self.stage_form.show_values(self.stage)
        self._show_cell()

    def _choose_cell(self, number: int) -> None:
        self._cell = number
        self._show_cell()

    def _stage_edited(self) -> None:
        self._put(replace(self.stage, **self.stage_form.values()))
        self.stages.setItemText(self._stage, f"{self._stage + 1} · {self.stage.name or 'no name'}")
        cells = range(len(self.stage.cells))
        self.picture.show_layout(layout_of(self.stage, cells), [_text(one) for one in self.stage.cells], self._cell)

    def _cell_edited(self) -> None:
        series = SeriesRule(**self.series_form.values())
        values: dict[str, Any] = dict(self.cell_form.values())
        values["sides"] = _pair(values["sides"])
        cells = list(self.stage.cells)
        cells[self._cell] = replace(cells[self._cell], series=series, **values)
        self._put(replace(self.stage, cells=tuple(cells)))
        self.picture.show_layout(layout_of(self.stage, range(len(cells))), [_text(one) for one in cells], self._cell)

    def _add_cell(self) -> None:
        cells = (*self.stage.cells, replace(self.stage.cells[self._cell], is_distinct=True))
        self._cell = len(cells) - 1
        self._put(replace(self.stage, cells=cells, layout={}))
        self._show_cell()

    def _remove_cell(self) -> None:
        cells = [one for number, one in enumerate(self.stage.cells) if number != self._cell]
        self._cell = max(0, self._cell - 1)
        least = min(self.stage.least, len(cells))
        self._put(replace(self.stage, cells=tuple(cells), layout={}, least=least))
        self._show_cell()

    def _add(self) -> None:
        made = self._screen() or replace(self.stage, name="")
        self._stage, self._cell = len(self._protocol.stages), 0
        self._give(replace(self._protocol, stages=(*self._protocol.stages, made)))

    def _remove(self) -> None:
        stages = tuple(one for number, one in enumerate(self._protocol.stages) if number != self._stage)
        self._stage, self._cell = max(0, self._stage - 1), 0
        self._give(replace(self._protocol, stages=stages))

    def _move(self, step: int) -> None:
        stages = list(self._protocol.stages)
        stages[self._stage], stages[self._stage + step] = stages[self._stage + step], stages[self._stage]
        self._stage += step
        self._give(replace(self._protocol, stages=tuple(stages)))

    def _put(self, stage: Stage) -> None:
        stages = list(self._protocol.stages)
        stages[self._stage] = stage
        self._protocol = replace(self._protocol, stages=tuple(stages))
        self._changed(self._protocol)

    def _give(self, protocol: Protocol) -> None:
        self._changed(protocol)
        self.show_protocol(protocol)


def _pair(sides: tuple[str, ...]) -> tuple[str, ...]:
    """Two sides or none; what is neither is told as a fault when it is checked."""
    upper = tuple(side.upper() for side in sides)
    return upper or ("", "")


def _text(cell: Cell) -> str:
    """What a cell wants, in the room of a small picture."""
    series = cell.series
    projection = " ".join(filter(None, (series.laterality, "/".join(series.views[:2]))))
    what = projection or ", ".join(series.words[:2]) or "/".join(series.modalities[:2])
    how = [cell.view] if cell.view != "acquired" else list(series.planes[:1])
    window = cell.window if isinstance(cell.window, str) else f"{cell.window[1]:g}/{cell.window[0]:g}"
    lines = [what or "any series", " · ".join([*how, *([window] if window else [])]), "prior" if cell.is_prior else ""]
    return "\n".join(line for line in lines if line)
