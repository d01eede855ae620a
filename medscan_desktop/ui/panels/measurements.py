"""The study's measurements with their values and images; a click goes to where one lies, and says what it is."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QMenu, QWidget

from medscan_desktop.domain.measurement import Measurement, MeasurementId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import make, measurement_actions
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.elided import ElidedLabel
from medscan_desktop.ui.icons import pixmap
from medscan_desktop.ui.measurement_editor import MeasurementEditor
from medscan_desktop.ui.measurement_order import Order, grouped, place_of
from medscan_desktop.ui.section import Section


class MeasurementsPanel(Section):
    """One item a measurement, plain or by series, in the order that its user chose."""

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__("Measurements", "None yet. Press D for a distance or E for an ellipse and drag on an image.")
        self._actions = actions
        self.order, self.by_series = Order.DRAWN, False
        self.shown: dict[MeasurementId, MeasurementItem] = {}
        self._head = _Head(self)
        self._layout.insertWidget(0, self._head)
        self._head.hide()
        actions.name_measurement = self._name
        actions.store.listen(self._changed)

    def sort(self, order: Order | None = None, *, by_series: bool | None = None) -> None:
        """Another order; what is not named stays."""
        self.order = order or self.order
        self.by_series = self.by_series if by_series is None else by_series
        self._head.follow()
        self._fill(self._actions.workspace)

    def show_order(self, order: str, *, by_series: bool) -> None:
        known = next((one for one in Order if one.value == order), Order.DRAWN)
        if (known, by_series) != (self.order, self.by_series):
            self.sort(known, by_series=by_series)

    def _changed(self, old: Workspace, new: Workspace) -> None:
        if old.measurements is not new.measurements or old.priors is not new.priors or _labels(old) != _labels(new):
            self._fill(new)
        elif old.selected != new.selected:
            self._mark(new)

    def _fill(self, workspace: Workspace) -> None:
        known = {(item.measurement, item.place): item for item in self.shown.values()}
        widgets: list[QWidget] = []
        self.shown = {}
        for group in grouped(workspace, self.order, by_series=self.by_series):
            if group.heading:
                heading = ElidedLabel("small")
                heading.setText(group.heading)
                widgets.append(heading)
            for one in group.measurements:
                place = place_of(workspace, one)
                self.shown[one.id] = known.get((one, place)) or MeasurementItem(one, place, self._actions)
                widgets.append(self.shown[one.id])
        self._head.setVisible(len(workspace.measurements) > 1)
        self.show_items(widgets)
        self._mark(workspace)

    def _mark(self, workspace: Workspace) -> None:
        for key, item in self.shown.items():
            if item.mark(key == workspace.selected):
                self.bring_into_view(item)

    def _name(self) -> None:
        item = self.shown.get(self._actions.workspace.selected or MeasurementId(""))
        if item is not None and item.editor is not None:
            if not self.isVisibleTo(self.window()):
                self._actions.toggle_panels()
            self.unfold()
            self.bring_into_view(item)
            item.editor.label.setFocus(Qt.FocusReason.ShortcutFocusReason)
            item.editor.label.selectAll()


class _Head(QFrame):
    """How the list is sorted, and the button that changes it."""

    def __init__(self, panel: MeasurementsPanel) -> None:
        super().__init__()
        self._panel = panel
        row = make.row(self, gap=4)
        self.text = make.label("", "small")
        row.addWidget(self.text, 1)
        self.button = make.tool_button("sort", "Sort and group", self._ask, small=True)
        row.addWidget(self.button)
        self.follow()

    def follow(self) -> None:
        """Say how it is."""
        panel = self._panel
        self.text.setText(panel.order.value + (", by series" if panel.by_series else ""))

    def fill(self, menu: QMenu) -> None:
        """The orders, and the groups."""
        for order in Order:
            line = menu.addAction(order.value, partial(self._sort, order))
            line.setCheckable(True)
            line.setChecked(order is self._panel.order)
        menu.addSeparator()
        line = menu.addAction("Grouped by series", self._group)
        line.setCheckable(True)
        line.setChecked(self._panel.by_series)

    def _ask(self) -> None:
        menu = QMenu(self)
        self.fill(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.button.mapToGlobal(self.button.rect().bottomLeft()))

    def _sort(self, order: Order) -> None:
        self._panel.sort(order)
        self._tell()

    def _group(self) -> None:
        self._panel.sort(by_series=not self._panel.by_series)
        self._tell()

    def _tell(self) -> None:
        self._panel.sorted.emit(self._panel.order.value, self._panel.by_series)


class MeasurementItem(QFrame):
    """A measurement's name, value and image; the selected one opens for what is said of it."""

    def __init__(self, measurement: Measurement, place: str, actions: ViewerActions) -> None:
        super().__init__()
        self.setProperty("role", "item")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.measurement = measurement
        self.place = place
        self.editor: MeasurementEditor | None = None
        self._actions = actions
        picture = make.label()
        picture.setPixmap(pixmap(measurement.kind.value, 16))
        value, detail = _values(measurement)
        line = make.row(gap=8)
        line.addWidget(picture)
        self.name = ElidedLabel()
        self.name.setText(measurement.label or measurement.kind.label)
        line.addWidget(self.name, 1)
        self.value = make.label(value)
        line.addWidget(self.value)
        if measurement.is_target:
            target = make.label()
            target.setPixmap(pixmap("target", 14))
            target.setToolTip("Target lesion")
            line.addWidget(target)
        self._layout = make.column(self, gap=2)
        self._layout.setContentsMargins(10, 6, 8, 6)
        self._layout.addLayout(line)
        codes = (code.meaning for code in (measurement.finding, measurement.site) if code is not None)
        self.detail = make.label(" · ".join(text for text in (place, *codes) if text), "small", wrap=True)
        self._layout.addWidget(self.detail)
        if detail:
            self._layout.addWidget(make.label(detail, "small", wrap=True))

    def mark(self, selected: bool) -> bool:
        """Draw it as the selected one, or not; whether it has opened now."""
        has_opened = selected and self.editor is None
        if selected and self.editor is None:
            self.editor = MeasurementEditor(self.measurement, self._actions)
            self._layout.addWidget(self.editor)
        elif not selected and self.editor is not None:
            self._layout.removeWidget(self.editor)
            self.editor.hide()
            self.editor.deleteLater()
            self.editor = None
        if self.property("selected") != selected:
            self.setProperty("selected", selected)
            self.style().unpolish(self)
            self.style().polish(self)
        return has_opened

    def mousePressEvent(self, event: QMouseEvent) -> None:
        measurement_actions.jump_to(self._actions, self.measurement)


def _labels(workspace: Workspace) -> tuple[str, ...]:
    return tuple(stack.id for stack in workspace.stacks)


def _values(measurement: Measurement) -> tuple[str, str]:
    """The number to read first, and the lines below it; long words stand below."""
    first, *rest = measurement.lines or ("",)
    if len(first) > _SHORT:
        return "", "\n".join((first, *rest))
    return first, "\n".join(rest)


_SHORT = 26  # letters that have room beside a name
