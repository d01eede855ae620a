"""The study's measurements with their values; a click goes to where one lies."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame

from medscan_desktop.domain.measurement import Measurement, MeasurementId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import make
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.icons import pixmap
from medscan_desktop.ui.section import Section


class MeasurementsPanel(Section):
    """One item a measurement, in the order drawn."""

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__("Measurements", "None yet. Press D for a distance or E for an ellipse and drag on an image.")
        self._actions = actions
        self._shown: dict[MeasurementId, MeasurementItem] = {}
        actions.store.listen(self._changed)

    def _changed(self, old: Workspace, new: Workspace) -> None:
        if old.measurements is not new.measurements:
            known = {item.measurement: item for item in self._shown.values()}
            made = [known.get(one) or MeasurementItem(one, self._actions) for one in new.measurements]
            self._shown = {item.measurement.id: item for item in made}
            self.show_items(list(made))
        if old.selected != new.selected or old.measurements is not new.measurements:
            for key, item in self._shown.items():
                item.mark(key == new.selected)


class MeasurementItem(QFrame):
    """A measurement's name and value."""

    def __init__(self, measurement: Measurement, actions: ViewerActions) -> None:
        super().__init__()
        self.setProperty("role", "item")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.measurement = measurement
        self._actions = actions
        picture = make.label()
        picture.setPixmap(pixmap(measurement.kind.value, 16))
        value, detail = _values(measurement)
        line = make.row(gap=8)
        line.addWidget(picture)
        line.addWidget(make.label(measurement.kind.label), 1)
        self.value = make.label(value)
        line.addWidget(self.value)
        remove = make.tool_button("delete", "Delete (Del)", lambda: actions.delete(measurement.id), small=True)
        line.addWidget(remove)
        layout = make.column(self, gap=2)
        layout.setContentsMargins(10, 3, 4, 6)
        layout.addLayout(line)
        if detail:
            layout.addWidget(make.label(detail, "small", wrap=True))

    def mark(self, selected: bool) -> None:
        """Draw it as the selected one, or not."""
        self.setProperty("selected", selected)
        self.style().unpolish(self)
        self.style().polish(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._actions.jump_to(self.measurement)


def _values(measurement: Measurement) -> tuple[str, str]:
    """The number to read first, and the lines below it."""
    first, *rest = measurement.lines or ("no pixel inside",)
    return first, "\n".join(rest)
