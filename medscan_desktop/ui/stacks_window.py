"""How a series is split into stacks, and why; and the ways to split it otherwise. A window beside the images."""

from bisect import bisect_right
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QMenu, QToolButton, QWidget

from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.split_choice import AUTOMATIC, SplitChoice
from medscan_desktop.domain.text_tree import TextNode, TextTree
from medscan_desktop.services.stacks import SeriesStacks
from medscan_desktop.ui import make
from medscan_desktop.ui.texts import count_text
from medscan_desktop.ui.tree_page import TreePage


class StacksWindow(QDialog):
    """Not modal: reading goes on. `chosen` gives the `SplitChoice` of a click."""

    chosen = Signal(object)

    def __init__(self, found: SeriesStacks, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Stacks of this series")
        self.resize(980, 620)
        self.found = found
        self.automatic = make.button("Automatic", lambda: self.chosen.emit(AUTOMATIC))
        self.together = make.button("All in one stack", lambda: self.chosen.emit(SplitChoice(together=True)))
        self.join = make.button("Join the chosen stacks", self._join)
        self.by = QToolButton()
        self.by.setText("Split by")
        self.by.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.by.setMenu(QMenu(self.by))
        buttons = make.row(margin=12)
        for widget in (self.automatic, self.together, self.by, self.join):
            buttons.addWidget(widget)
        buttons.addStretch()
        buttons.addWidget(make.button("Close", self.close))
        self._layout = make.column(self, gap=0)
        self._layout.addLayout(buttons)
        self._page: TreePage | None = None
        self.show_stacks(found)

    def show_stacks(self, found: SeriesStacks) -> None:
        """Show these instead, where they are of the same series."""
        if found.series_instance_uid != self.found.series_instance_uid:
            return
        self.found = found
        tree, self._starts = stacks_tree(found)
        page = TreePage(tree)
        if self._page is not None:
            self._layout.removeWidget(self._page)
            self._page.deleteLater()
        self._page = page
        page.view.setColumnHidden(2, True)  # lines of this kind have no type
        self._layout.insertWidget(0, page, 1)
        page.view.selectionModel().selectionChanged.connect(lambda *_: self._show_join())
        menu = self.by.menu()
        menu.clear()
        for one in found.offered:
            name = f"{one.name} ({count_text(one.values, 'value')})"
            menu.addAction(name, partial(self.chosen.emit, SplitChoice(by=one.keyword)))
        self.by.setEnabled(bool(found.offered))
        self.automatic.setEnabled(not found.choice.is_automatic)
        self.together.setEnabled(len(found.stacks) > 1)
        self._show_join()

    @property
    def selected(self) -> tuple[int, ...]:
        """The stacks of which a line is chosen, from 0."""
        if self._page is None:
            return ()
        lines = {index.internalId() for index in self._page.view.selectionModel().selectedIndexes()}
        return tuple(sorted({bisect_right(self._starts, line) - 1 for line in lines}))

    def select(self, stacks: tuple[int, ...]) -> None:
        """Choose the first line of each."""
        if self._page is not None:
            model = self._page.view.selectionModel()
            for number in stacks:
                index = self._page.model.index_of(self._starts[number])
                model.select(index, model.SelectionFlag.Select | model.SelectionFlag.Rows)

    def _show_join(self) -> None:
        self.join.setEnabled(len(self.selected) > 1)

    def _join(self) -> None:
        self.chosen.emit(self.found.choice.joined(tuple(self.found.stacks[n].anchor for n in self.selected)))


def stacks_tree(found: SeriesStacks) -> tuple[TextTree, list[int]]:
    """The stacks as lines to read, and the line at which each begins."""
    nodes: list[TextNode] = []
    starts = []
    for number, plan in enumerate(found.stacks, start=1):
        starts.append(len(nodes))
        nodes.extend(_stack_nodes(number, plan))
    how = "automatically" if found.choice.is_automatic else "by choice"
    return TextTree(f"{count_text(len(found.stacks), 'stack')}, split {how}", nodes=tuple(nodes)), starts


def _stack_nodes(number: int, plan: StackPlan) -> list[TextNode]:
    nodes = [TextNode(0, f"{number}. {plan.label}", count_text(len(plan.frames), "image"))]
    k, j, i = plan.geometry.shape
    size = f"{i} × {j} × {k}"
    if plan.geometry.spatial:
        size += " voxels of " + " × ".join(f"{step:.4g}" for step in plan.geometry.spacing) + " mm"
    facts = (
        ("Why", plan.reason or "nothing sets its images apart"),
        ("Phase", plan.phase.text if plan.phase else ""),
        ("Size", size),
        ("No planes and no 3D", plan.refusal),
        ("No volume is measured, no model runs", plan.volume_refusal if not plan.refusal else ""),
    )
    nodes += [TextNode(1, name, value) for name, value in facts if value]
    nodes += [TextNode(1, "Warning", text) for text in plan.warnings]
    return nodes + [TextNode(2, "", text) for text in plan.details]
