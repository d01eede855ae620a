"""Hanging protocols, to be ordered, switched off, changed and tried: a window beside the images, never modal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QPushButton, QTabWidget, QWidget

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.hanging_file import from_json, id_of, to_json
from medscan_desktop.domain.hanging_match import Verdict
from medscan_desktop.domain.hanging_protocol import Applies, Protocol, Stage
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.ui import make
from medscan_desktop.ui.hanging_fields import RULES, FieldForm
from medscan_desktop.ui.hanging_stages import StagesForm
from medscan_desktop.ui.hanging_tester import HangingTester
from medscan_desktop.workstation.protocols import Arranged, Listed, Origin

_ID = Qt.ItemDataRole.UserRole
_LIST_WIDTH = 310
_Told = Callable[[Sequence[Verdict], str], object]  # what was found, and of which study


@dataclass(frozen=True, slots=True)
class Deeds:
    """What the window asks of its control; `verdicts` tells what it finds, at once or a little later."""

    save: Callable[[Protocol, bool], object]  # with True for everybody
    delete: Callable[[Listed], object]
    arrange: Callable[[Arranged], object]
    hang: Callable[[Protocol], object]
    screen: Callable[[], Protocol | None]  # what is on screen as a protocol
    stage: Callable[[], Stage | None]
    bring: Callable[[], object]
    export: Callable[[Protocol], object]
    studies: Callable[[], Sequence[tuple[StudyUid, str]]]  # that can be tried, with what the list says of them
    verdicts: Callable[[Sequence[Protocol], StudyUid | None, _Told], object]  # of a study, None for the open one
    can_save_for_all: Callable[[], bool]


class HangingWindow(QDialog):
    """The list on the left; on the right when the chosen one applies, its stages, and why the open study hangs so."""

    def __init__(self, deeds: Deeds, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Hanging protocols")
        self.resize(1120, 720)
        self._deeds = deeds
        self._listed: tuple[Listed, ...] = ()
        self._draft: Protocol | None = None
        self._is_filling = False
        self.list = QListWidget()
        self.list.setAccessibleName("Hanging protocols, in the order in which they are tried")
        self.name = make.field("Name")
        self.name.setMaxLength(80)
        self.rules = FieldForm(RULES, self._rules_edited)
        self.stages = StagesForm(self._edited, deeds.stage)
        self.tester = HangingTester()
        self.tabs = QTabWidget()
        self.said = make.label("", "small", wrap=True)
        self.buttons: dict[str, QPushButton] = {}
        self._build()
        self.list.currentItemChanged.connect(lambda *_: self._chosen())
        self.list.itemChanged.connect(lambda _: self._arranged())
        self.name.textEdited.connect(lambda _: self._named())
        self.tabs.currentChanged.connect(lambda _: self.try_open())
        self.tester.chosen.connect(self.try_open)
        self.tester.show_studies(deeds.studies())

    def show_protocols(self, listed: Sequence[Listed]) -> None:
        """These are the protocols now; what is being changed stays so."""
        kept, draft = self.current, self._draft
        self._listed = tuple(listed)
        self._is_filling = True
        self.list.clear()
        for one in self._listed:
            whose = "" if one.origin is Origin.SHIPPED else f" · {one.origin}"
            item = QListWidgetItem(f"{one.protocol.name}{whose}")
            item.setData(_ID, one.protocol.id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if one.is_on else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self._is_filling = False
        self.choose(draft.id if draft is not None else kept.protocol.id if kept is not None else "")
        self.try_open()

    def choose(self, protocol_id: str) -> None:
        """Go to a protocol by its id, else to the first."""
        ids = [one.protocol.id for one in self._listed]
        self.list.setCurrentRow(ids.index(protocol_id) if protocol_id in ids else 0)
        self._chosen()

    def keep_screen(self) -> None:
        """What is on screen as a new protocol, to be named and changed before it is saved."""
        made = self._deeds.screen()
        if made is None:
            self.said.setText("There is no image on screen that a protocol could be made of.")
            return
        self._begin(replace(made, id=self._free_id(made.name)))

    @property
    def current(self) -> Listed | None:
        """The protocol that is chosen in the list."""
        item = self.list.currentItem()
        found = item.data(_ID) if item is not None else None
        return next((one for one in self._listed if one.protocol.id == found), None)

    @property
    def draft(self) -> Protocol | None:
        """The protocol as it stands in the fields."""
        return self._draft

    def try_open(self) -> None:
        """Hold every protocol that is on, as it stands here, against what is open."""
        if self.tabs.currentWidget() is self.tester:
            protocols = [one.protocol for one in self._listed if one.is_on]
            draft = self._draft
            if draft is not None:
                known = any(one.id == draft.id for one in protocols)
                protocols = [draft if one.id == draft.id else one for one in protocols]
                protocols = protocols if known else [draft, *protocols]
            self._deeds.verdicts(protocols, self.tester.study, self.tester.show_verdicts)

    def _build(self) -> None:
        left = QWidget()
        left.setFixedWidth(_LIST_WIDTH)
        column = make.column(left, gap=8)
        column.addWidget(
            make.label("The first that fits best hangs. What is not ticked is not tried.", "small", wrap=True)
        )
        column.addWidget(self.list, 1)
        for line in (
            (("Up", lambda: self._move(-1)), ("Down", lambda: self._move(1)), ("Duplicate", self._duplicate)),
            (("Import…", self._deeds.bring), ("Export…", self._export), ("Delete", self._delete)),
        ):
            row = make.row(gap=6)
            for text, deed in line:
                row.addWidget(self._button(text, deed))
            column.addLayout(row)
        column.addWidget(self._button("Save what I see…", self.keep_screen))
        rules = QWidget()
        within = make.column(rules, margin=12, gap=10)
        within.addWidget(make.label("A study hangs by this protocol where all of these hold.", "small", wrap=True))
        within.addWidget(self.rules)
        within.addStretch()
        self.stages.layout().setContentsMargins(12, 12, 12, 12)  # type: ignore[union-attr]  # it has one
        self.tester.layout().setContentsMargins(12, 12, 12, 12)  # type: ignore[union-attr]  # it has one
        for page, title in ((rules, "When"), (self.stages, "Stages"), (self.tester, "Why")):
            self.tabs.addTab(page, title)
        right = make.column(gap=10)
        right.addWidget(self.name)
        right.addWidget(self.tabs, 1)
        right.addWidget(self.said)
        body = make.row(gap=16)
        body.addWidget(left)
        body.addLayout(right, 1)
        last = make.row(gap=8)
        last.addWidget(self._button("Hang now", self._hang))
        last.addStretch()
        last.addWidget(self._button("Undo changes", self._chosen_anew))
        last.addWidget(self._button("Save for everybody", lambda: self._save(for_all=True)))
        last.addWidget(self._button("Save", lambda: self._save(for_all=False), "primary"))
        last.addWidget(self._button("Close", self.close))
        layout = make.column(self, margin=14, gap=12)
        layout.addLayout(body, 1)
        layout.addWidget(make.divider())
        layout.addLayout(last)

    def _button(self, text: str, deed: Callable[[], object], role: str = "") -> QPushButton:
        made = make.button(text, deed, role)
        made.setAutoDefault(False)
        self.buttons[text] = made
        return made

    def _begin(self, protocol: Protocol) -> None:
        """A protocol that nobody has stored yet, in the fields."""
        self._is_filling = True
        self.list.setCurrentRow(-1)
        self._is_filling = False
        self._draft = protocol
        self._show_draft()
        self.tabs.setCurrentIndex(0)
        self.name.setFocus()
        self.name.selectAll()

    def _chosen(self) -> None:
        if self._is_filling:
            return
        current, draft = self.current, self._draft
        if current is not None and (draft is None or draft.id != current.protocol.id):
            self._draft = current.protocol
        self._show_draft()

    def _chosen_anew(self) -> None:
        current = self.current
        self._draft = current.protocol if current is not None else None
        if current is None:
            self.choose("")
        self._show_draft()

    def _show_draft(self) -> None:
        draft = self._draft
        self.tabs.setEnabled(draft is not None)
        self.name.setEnabled(draft is not None)
        if draft is not None:
            self.name.setText(draft.name)
            self.rules.show_values(draft.applies)
            self.stages.show_protocol(draft)
        self._show_state()
        self.try_open()

    def _named(self) -> None:
        if self._draft is not None:
            self._edited(replace(self._draft, name=self.name.text()))

    def _rules_edited(self) -> None:
        if self._draft is not None:
            self._edited(replace(self._draft, applies=Applies(**self.rules.values())))

    def _edited(self, protocol: Protocol) -> None:
        self._draft = protocol
        self._show_state()

    def _show_state(self) -> None:
        current, draft = self.current, self._draft
        stored = current.protocol if current is not None else None
        is_changed = draft is not None and draft != stored
        fault = _fault(draft) if draft is not None and is_changed else ""
        self.buttons["Save"].setEnabled(is_changed and not fault)
        self.buttons["Save for everybody"].setVisible(self._deeds.can_save_for_all())
        self.buttons["Save for everybody"].setEnabled(draft is not None and not fault)
        self.buttons["Undo changes"].setEnabled(is_changed)
        self.buttons["Hang now"].setEnabled(draft is not None and not fault)
        is_ours = current is not None and current.origin is not Origin.SHIPPED
        self.buttons["Delete"].setEnabled(is_ours)
        self.buttons["Delete"].setText("Take back" if current is not None and current.is_shipped else "Delete")
        for name in ("Export…", "Duplicate", "Up", "Down"):
            self.buttons[name].setEnabled(current is not None)
        make.set_role(self.said, "warning-small" if fault else "small")
        self.said.setText(fault or ("Not saved yet." if is_changed else ""))

    def _save(self, *, for_all: bool) -> None:
        if self._draft is not None:
            self._deeds.save(self._draft, for_all)

    def _delete(self) -> None:
        if self.current is not None:
            self._draft = None
            self._deeds.delete(self.current)

    def _duplicate(self) -> None:
        if self.current is not None:
            own = self.current.protocol
            name = f"{own.name} copy"[:80]
            self._begin(replace(own, id=self._free_id(name), name=name))

    def _export(self) -> None:
        if self.current is not None:
            self._deeds.export(self.current.protocol)

    def _hang(self) -> None:
        if self._draft is not None:
            self._deeds.hang(self._draft)

    def _move(self, step: int) -> None:
        row = self.list.currentRow()
        if 0 <= row + step < self.list.count():
            self._is_filling = True
            self.list.insertItem(row + step, self.list.takeItem(row))
            self.list.setCurrentRow(row + step)
            self._is_filling = False
            self._arranged()

    def _arranged(self) -> None:
        if self._is_filling:
            return
        items = [self.list.item(row) for row in range(self.list.count())]
        off = tuple(item.data(_ID) for item in items if item.checkState() is not Qt.CheckState.Checked)
        self._deeds.arrange(Arranged(tuple(item.data(_ID) for item in items), off))

    def _free_id(self, name: str) -> str:
        return id_of(name, {one.protocol.id for one in self._listed})


def _fault(protocol: Protocol) -> str:
    """What cannot be stored of it, "" for nothing."""
    try:
        from_json(to_json(protocol))
    except Unsuitable as error:
        return str(error)
    return ""
