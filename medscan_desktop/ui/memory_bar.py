"""The choice for a series that is larger than the memory budget: a line above the images, in nobody's way."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QMenu, QToolButton

from medscan_desktop.imaging.need import size_text
from medscan_desktop.scene.memory import MemoryOffer, ShownAs
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.memory import MemoryBudget, read_budget
from medscan_desktop.ui import make
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.elided import ElidedLabel
from medscan_desktop.workstation.command import Effect, Kind

_GIGABYTES = (1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256)


class MemoryBar(QFrame):
    """Shown while the active series does not fit whole. What is on screen is pressed; the other way is one click."""

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.setFixedHeight(38)
        self._actions = actions
        self._offer: MemoryOffer | None = None
        self._budget: MemoryBudget | None = None
        self.text = ElidedLabel("warning")
        self.reduced = _choice(lambda: self._choose(ShownAs.REDUCED))
        self.slices = _choice(lambda: self._choose(ShownAs.SLICES))
        self.budget = QToolButton()
        self.budget.setText("Memory budget")
        self.budget.setToolTip("How much of this computer's memory images may take")
        self.budget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.budget.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.budget)
        menu.aboutToShow.connect(lambda: self.fill(menu))
        self.budget.setMenu(menu)
        row = make.row(self, gap=6)
        row.setContentsMargins(14, 3, 12, 3)
        row.addWidget(self.text, 1)
        for button in (self.reduced, self.slices, self.budget):
            row.addWidget(button)
        self.hide()
        actions.workstation.listen(self._heard)

    def ask(self) -> None:
        """Read the budget, for the menu's mark."""
        self._actions.workstation.do(read_budget, on_done=self._budget_came)

    def workspace_changed(self, old: Workspace, new: Workspace) -> None:
        """Follow the active series."""
        if old.stacks is not new.stacks or old.views is not new.views or old.active != new.active:
            stack = self._actions.stack
            self._show(stack.offer if stack is not None else None)

    def fill(self, menu: QMenu) -> None:
        """The budgets to choose from, the one in force marked."""
        menu.clear()
        budget = self._budget
        if budget is None:
            menu.addAction("One moment…").setEnabled(False)
            return
        choices = [0, *(size * 1000 for size in _GIGABYTES if size * 1_000_000_000 <= budget.machine)]
        for megabytes in choices:
            size = megabytes * 1_000_000 or budget.standard
            name = size_text(size) if megabytes else f"Standard ({size_text(size)})"
            action = menu.addAction(name, partial(self._actions.set_memory_budget, megabytes))
            action.setCheckable(True)
            action.setChecked(size == budget.budget)

    def _show(self, offer: MemoryOffer | None) -> None:
        if offer is self._offer:
            return
        self._offer = offer
        self.setVisible(offer is not None)
        if offer is None:
            return
        self.text.setText(f"Larger than the memory budget: {offer.reason}. Show it")
        self.reduced.setText(f"At {offer.reduced}")
        self.reduced.setToolTip(
            "Fewer voxels, each an average: every plane and 3D; lengths say so, models wait"
            if offer.is_volume
            else "Fewer pixels, each an average"
        )
        self.slices.setText("2D alone, at full resolution")
        self.slices.setToolTip(
            "The images as acquired, read as you scroll" if offer.slices_go else "Not possible on this system"
        )
        self.slices.setEnabled(offer.slices_go)
        self._mark(offer)

    def _choose(self, shown_as: ShownAs) -> None:
        if self._offer is not None:
            self._mark(self._offer)  # the click has changed it; what is on screen has not changed yet
            if self._offer.shown_as is not shown_as:
                self._actions.show_as(shown_as)

    def _mark(self, offer: MemoryOffer) -> None:
        self.reduced.setChecked(offer.shown_as is ShownAs.REDUCED)
        self.slices.setChecked(offer.shown_as is ShownAs.SLICES)

    def _heard(self, changed: frozenset[Kind]) -> None:
        if Kind.MEMORY in changed:
            self.ask()

    def _budget_came(self, effect: Effect) -> None:
        self._budget = effect.value


def _choice(on_click: Callable[[], None]) -> QToolButton:
    made = QToolButton()
    made.setCheckable(True)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.clicked.connect(lambda _checked: on_click())
    return made
