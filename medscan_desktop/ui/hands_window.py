"""Keys and mouse, to be changed: every command with its keys, and the mouse profile. A window beside the images."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QKeySequence
from PySide6.QtWidgets import QComboBox, QDialog, QHeaderView, QKeySequenceEdit, QTreeWidget, QTreeWidgetItem, QWidget

from medscan_desktop.domain.hands import Hands
from medscan_desktop.tools.bindings import PROFILES
from medscan_desktop.ui import make
from medscan_desktop.ui.command import UiCommand
from medscan_desktop.ui.key_map import KeyMap, native, portable

_ROW = QSize(0, 24)
_COMMAND = Qt.ItemDataRole.UserRole


class HandsWindow(QDialog):
    """Not modal. Each change is given to `changed` at once; `show_hands` shows what holds by then."""

    def __init__(self, keys: KeyMap, changed: Callable[[Hands], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys and mouse")
        self.resize(760, 640)
        self._keys = keys
        self._changed = changed
        self.profile = QComboBox()
        for profile in PROFILES:
            self.profile.addItem(profile.label, profile.name)
        self.filter = make.field("Search a command")
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(["Command", "Keys"])
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.setUniformRowHeights(True)
        self.editor = QKeySequenceEdit()
        self.editor.setMaximumSequenceLength(1)
        self.editor.setClearButtonEnabled(True)
        self.add = make.button("Add this key", self._add, "primary")
        self.remove = make.button("Without keys", self._remove)
        self.standard = make.button("Standard keys", self._standard)
        self.all_standard = make.button("All standard", self._all_standard)
        self.said = make.label("", "small", wrap=True)
        self._build()
        self.profile.activated.connect(lambda _index: self._use_profile())
        self.filter.textChanged.connect(lambda _text: self._fill())
        self.tree.currentItemChanged.connect(lambda *_: self._show_state())
        self.editor.keySequenceChanged.connect(lambda _keys: self._show_state())
        self.show_hands(keys)

    def show_hands(self, keys: KeyMap) -> None:
        """These are the keys now."""
        self._keys = keys
        self.profile.setCurrentIndex(max(0, self.profile.findData(keys.hands.profile)))
        self._fill()

    @property
    def chosen(self) -> UiCommand | None:
        """The command whose keys would change."""
        item = self.tree.currentItem()
        return item.data(0, _COMMAND) if item is not None else None

    def choose(self, name: str) -> None:
        """Go to a command by its name."""
        for item in self._items():
            if item.data(0, _COMMAND).name == name:
                self.tree.setCurrentItem(item)

    def _build(self) -> None:
        top = make.row(gap=8)
        top.addWidget(make.label("Mouse and keys"))
        top.addWidget(self.profile)
        top.addStretch()
        top.addWidget(self.filter, 1)
        below = make.row(gap=8)
        below.addWidget(self.editor, 1)
        for button in (self.add, self.remove, self.standard):
            below.addWidget(button)
        last = make.row(gap=8)
        last.addWidget(self.all_standard)
        last.addStretch()
        last.addWidget(make.button("Close", self.close))
        for button in (self.add, self.remove, self.standard, self.all_standard):
            button.setAutoDefault(False)
        layout = make.column(self, margin=14, gap=10)
        layout.addLayout(top)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.said)
        layout.addLayout(below)
        layout.addWidget(make.divider())
        layout.addLayout(last)

    def _fill(self) -> None:
        name = self.chosen.name if self.chosen is not None else ""
        wanted = self.filter.text().casefold().split()
        self.tree.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for command in self._keys.commands:
            if not all(word in f"{command.menu} {command.label}".casefold() for word in wanted):
                continue
            if command.menu not in groups:
                groups[command.menu] = QTreeWidgetItem(self.tree, [command.menu, ""])
                groups[command.menu].setFirstColumnSpanned(True)
                groups[command.menu].setSizeHint(0, _ROW)
                groups[command.menu].setFont(0, _bold(self.tree))
            keys = self._keys.keys(command)
            text = ", ".join(map(native, keys)) + ("  (yours)" if command.name in self._keys.hands.keys else "")
            item = QTreeWidgetItem(groups[command.menu], [command.label, text])
            item.setData(0, _COMMAND, command)
            item.setSizeHint(0, _ROW)
        self.tree.expandAll()
        self.choose(name)
        self._show_state()

    def _items(self) -> list[QTreeWidgetItem]:
        tops = [self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount())]
        items = [top.child(row) for top in tops if top is not None for row in range(top.childCount())]
        return [item for item in items if item is not None]

    def _show_state(self) -> None:
        command, keys = self.chosen, self._typed()
        holder = self._keys.holder(keys) if keys else None
        is_free = holder is None
        self.add.setText("Add this key" if is_free else "Take this key")
        self.add.setEnabled(command is not None and bool(keys) and holder is not command)
        self.remove.setEnabled(command is not None and bool(self._keys.keys(command)))
        self.standard.setEnabled(command is not None and command.name in self._keys.hands.keys)
        self.all_standard.setEnabled(bool(self._keys.hands.keys))
        self.said.setText(self._sentence(command, keys, holder))

    def _sentence(self, command: UiCommand | None, keys: str, holder: UiCommand | None) -> str:
        clashes = self._keys.clashes()
        if clashes and not keys:
            one = clashes[0]
            return f"{native(one.keys)} is a key of “{one.first.label}” and of “{one.second.label}”: the first has it."
        if command is None:
            return "Choose a command, then press its new key in the field below."
        if not keys:
            return f"{command.label}: press the new key in the field below."
        if holder is command:
            return f"{native(keys)} is a key of “{command.label}” already."
        if holder is not None:
            return f"{native(keys)} belongs to “{holder.label}”, which would lose it."
        return f"{native(keys)} is free."

    def _typed(self) -> str:
        return portable(self.editor.keySequence().toString(QKeySequence.SequenceFormat.PortableText))

    def _add(self) -> None:
        command, keys = self.chosen, self._typed()
        if command is None or not keys:
            return
        hands, holder = self._keys.hands, self._keys.holder(keys)
        if holder is not None:
            hands = hands.with_keys(holder.name, tuple(one for one in self._keys.keys(holder) if one != keys))
        self.editor.clear()
        self._changed(hands.with_keys(command.name, (*self._keys.keys(command), keys)))

    def _remove(self) -> None:
        if self.chosen is not None:
            self._changed(self._keys.hands.with_keys(self.chosen.name, ()))

    def _standard(self) -> None:
        if self.chosen is not None:
            self._changed(self._keys.hands.with_standard_keys(self.chosen.name))

    def _all_standard(self) -> None:
        self._changed(Hands(self._keys.hands.profile))

    def _use_profile(self) -> None:
        self._changed(Hands(str(self.profile.currentData()), self._keys.hands.keys))


def _bold(widget: QWidget) -> QFont:
    font = QFont(widget.font())
    font.setBold(True)
    return font
