"""Width and level typed in: shown at once while they are typed, undone as one step."""

from dataclasses import replace

from PySide6.QtWidgets import QDoubleSpinBox, QFormLayout, QWidget

from medscan_desktop.imaging.voi import VoiFunction, Window
from medscan_desktop.scene.changes import with_voi
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.tools.window import as_window
from medscan_desktop.ui import make
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.popover import Popover

_MOST = 1e7


class WindowEntry(Popover):
    """For the active view; its numbers are those of the window that is on."""

    def __init__(self, actions: ViewerActions, page: QWidget) -> None:
        super().__init__(page, "Window")
        self._actions = actions
        self._before: Workspace | None = None
        self._function = VoiFunction.LINEAR
        self.width_field, self.level_field = number_field(1e-6, _MOST), number_field(-_MOST, _MOST)
        form = QFormLayout()
        form.addRow("Width", self.width_field)
        form.addRow("Level", self.level_field)
        self.body.addLayout(form)
        self.body.addWidget(make.label("Enter keeps it, Esc puts the old one back.", "small"))
        row = make.row()
        row.addStretch()
        row.addWidget(make.button("Keep", self.accept, "primary"))
        row.addWidget(make.button("Cancel", self.give_up))
        self.body.addLayout(row)
        for one in (self.width_field, self.level_field):
            one.valueChanged.connect(lambda _: self._show_it())
        self.watch(self.width_field, self.level_field, self.width_field.lineEdit(), self.level_field.lineEdit())

    def ask(self) -> None:
        """Nothing where the active view has no window."""
        view = self._actions.view
        if view is None or not self._actions.offered_windows():
            return
        self._before = self._actions.workspace
        window = as_window(view.voi)
        self._function = window.function
        for field, value in ((self.width_field, window.width), (self.level_field, window.centre)):
            field.blockSignals(True)  # a new limit would change the number, and the window with it
            field.setDecimals(0 if float(value).is_integer() and abs(value) >= 1 else 3)
            if field is self.width_field:
                field.setMinimum(1.0 if window.function is VoiFunction.LINEAR else 1e-3)
            field.setValue(value)
            field.blockSignals(False)
        self.show_in_the_middle()
        self.width_field.setFocus()
        self.width_field.selectAll()

    def accept(self) -> None:
        before, self._before = self._before, None
        self.leave()
        if before is not None:
            self._actions.workstation.remember_edit("window", before)

    def give_up(self) -> None:
        before, self._before = self._before, None
        self.leave()
        if before is not None:
            old = {view.id: view.voi for view in before.views}
            self._actions.store.update(
                lambda workspace: replace(
                    workspace,
                    views=tuple(replace(view, voi=old.get(view.id, view.voi)) for view in workspace.views),
                )
            )

    def drop(self) -> None:
        self._before = None
        super().drop()

    def _show_it(self) -> None:
        window = Window(self.level_field.value(), self.width_field.value(), self._function)
        if window.is_usable:
            self._actions.change_view(lambda workspace, view: with_voi(workspace, view, window))


def number_field(least: float, most: float, decimals: int = 3) -> QDoubleSpinBox:
    """A number that may be typed or stepped."""
    made = QDoubleSpinBox()
    made.setDecimals(decimals)
    made.setRange(least, most)
    made.setKeyboardTracking(True)
    made.setMinimumWidth(120)
    return made
