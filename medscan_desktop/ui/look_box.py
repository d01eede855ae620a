"""The part of the 3D panel that says how values look: presets, the transfer function, own presets."""

from functools import partial
from weakref import WeakKeyDictionary

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QColorDialog, QComboBox, QFrame, QHBoxLayout, QInputDialog, QLineEdit, QWidget

from medscan_desktop.imaging.value_spread import ValueSpread, value_spread
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.presets_3d import presets_for, relative_range
from medscan_desktop.scene.look import Look
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.looks import Looks, delete_look, read_looks, save_look
from medscan_desktop.ui import make
from medscan_desktop.ui import space_actions as space
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.transfer_editor import TransferEditor
from medscan_desktop.workstation.command import Kind

_EDITED = "3D look"
_REST_MS = 250  # while phases follow each other faster than this the histogram stays that of an earlier one


class LookBox(QFrame):
    """Follows the 3D view that is meant; `follow` may not write."""

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__()
        self._actions = actions
        self._own: Looks = {}
        self._known: WeakKeyDictionary[Volume, tuple[ValueSpread, tuple[float, float]]] = WeakKeyDictionary()
        self._unit = ""
        self._before: Workspace | None = None
        self._shown: tuple[Volume, Look] | None = None  # what the histogram and the fields are of
        self._wanted: tuple[View, Volume, str] | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._follow_wanted)
        self._colours: QColorDialog | None = None
        self.presets = QComboBox()
        self.presets.setAccessibleName("3D preset")
        self.presets.setMinimumContentsLength(8)
        self.presets.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.presets.activated.connect(self._use)
        self.editor = TransferEditor()
        self.editor.began.connect(self._begin)
        self.editor.edited.connect(self._edit)
        self.editor.chosen.connect(lambda _: self._say())
        self.point = make.label("", "small")
        self.colour = make.button("Colour…", self._ask_colour, "flat")
        self.shaded = self._box("Shading", "shaded")
        self.edges = self._box("Edges only", "edges")
        self.edges.setToolTip("Gradient opacity: only where values change")
        self.keep = make.button("Keep as…", self._ask_name, "flat")
        self.forget = make.button("Delete", self._delete, "flat")
        self.reset = make.button("Reset", lambda: space.use_look(actions, None), "flat")
        layout = make.column(self, gap=6)
        layout.addWidget(self.presets)
        layout.addWidget(self.editor)
        layout.addLayout(_row(self.point, self.colour, stretch=0))
        layout.addLayout(_row(self.shaded, self.edges))
        layout.addLayout(_row(self.reset, self.keep, self.forget))
        actions.workstation.listen(self._records_changed)

    def read(self) -> None:
        """The own presets of whoever is here."""
        if self._actions.workstation.user is not None:
            self._actions.workstation.do(read_looks, on_done=lambda effect: self._came(effect.value))

    def follow(self, view: View | None, volume: Volume | None, modality: str) -> None:
        """How the view looks now."""
        look = space.current_look(self._actions, view) if view is not None else None
        self._rest.stop()
        self._wanted = None
        if view is None or look is None or volume is None:
            self._shown = None
            self.forget.setEnabled(False)
            self.editor.show_look(None, None, (0.0, 1.0))
        elif self._shown is not None and _is_a_sister(self._shown[0], volume) and self._shown[1] == look:
            self._wanted = view, volume, modality
            self._rest.start()
        else:
            self._follow(view, volume, modality, look)

    def _follow_wanted(self) -> None:
        if self._wanted is not None:
            view, volume, modality = self._wanted
            self._wanted = None
            look = space.current_look(self._actions, view)
            if look is not None:
                self._follow(view, volume, modality, look)

    def _follow(self, view: View, volume: Volume, modality: str, look: Look) -> None:
        self._shown = volume, look
        if volume not in self._known:  # the steps of a 4D series come round again and again
            self._known[volume] = value_spread(volume), relative_range(volume)
        spread, relative = self._known[volume]
        self._unit = f" {volume.unit}" if volume.unit else ""
        self.editor.show_look(look, spread, relative if look.relative else (0.0, 1.0))
        self._fill(look, volume, modality)
        for box, on in ((self.shaded, look.shaded), (self.edges, look.edges)):
            box.blockSignals(True)
            box.setChecked(on)
            box.setEnabled(not look.brightest)
            box.blockSignals(False)
        self.reset.setEnabled(view.space.look is not None)
        self.forget.setEnabled(look.name in self._own_names(modality))
        self._say()

    def _fill(self, look: Look, volume: Volume, modality: str) -> None:
        names = [one.name for one in presets_for(volume, modality)]
        own = list(self._own_names(modality))
        wanted = [*names, *own]
        self.presets.blockSignals(True)
        if [self.presets.itemData(place) for place in range(self.presets.count())] != [
            *((name, False) for name in names),
            *((name, True) for name in own),
        ]:
            self.presets.clear()
            for name in names:
                self.presets.addItem(name, (name, False))
            for name in own:
                self.presets.addItem(f"{name} (own)", (name, True))
        self.presets.setCurrentIndex(wanted.index(look.name) if look.name in wanted else -1)
        self.presets.blockSignals(False)

    def _use(self, place: int) -> None:
        name, is_own = self.presets.itemData(place)
        if is_own:
            look = next(one for one in self._own[self._modality()] if one.name == name)
            space.use_look(self._actions, look)
        else:
            space.use_preset(self._actions, name)

    def _begin(self) -> None:
        self._before = self._actions.workspace

    def _edit(self, look: Look, moving: bool) -> None:
        before = self._before or self._actions.workspace
        space.change_live(self._actions, lambda view: space.with_space(view, look=look), moving=moving)
        if not moving:
            self._before = None
            self._actions.workstation.remember_edit(_EDITED, before)

    def _box(self, text: str, field: str) -> QCheckBox:
        box = QCheckBox(text)
        box.toggled.connect(partial(self._switch, field))
        return box

    def _switch(self, field: str, on: bool) -> None:
        look = self.editor.look
        if look is not None:
            changed = look.with_shading(on) if field == "shaded" else look.with_edges(on)
            space.use_look(self._actions, changed)

    def _ask_colour(self) -> None:
        """A window of its own beside the images: the picture follows each colour that is tried."""
        look = self.editor.look
        if look is None:
            return
        if self._colours is None:
            self._colours = QColorDialog(self)
            self._colours.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
            self._colours.setModal(False)
            self._colours.setWindowTitle("Colour of the point")
            self._colours.currentColorChanged.connect(self._coloured)
        self._colours.blockSignals(True)
        self._colours.setCurrentColor(QColor.fromRgbF(*look.points[self.editor.number].colour))
        self._colours.blockSignals(False)
        self._colours.show()

    def _coloured(self, colour: QColor) -> None:
        look = self.editor.look
        if look is not None:
            rgb = (colour.redF(), colour.greenF(), colour.blueF())
            space.use_look(self._actions, look.coloured(self.editor.number, rgb))

    def close_windows(self) -> None:
        """On lock."""
        if self._colours is not None:
            self._colours.close()

    def _ask_name(self) -> None:
        look = self.editor.look
        if look is None:
            return
        dialog = QInputDialog(self)
        dialog.setModal(False)
        dialog.setWindowTitle("Keep this look")
        dialog.setLabelText("Name of the preset")
        dialog.setTextEchoMode(QLineEdit.EchoMode.Normal)
        dialog.setTextValue(look.name if look.name in self._own_names(self._modality()) else f"My {look.name}")
        dialog.textValueSelected.connect(partial(self._save, look))
        dialog.finished.connect(dialog.deleteLater)
        dialog.show()

    def _save(self, look: Look, name: str) -> None:
        self._actions.workstation.do(
            save_look,
            modality=self._modality(),
            look=look,
            name=name,
            on_done=lambda effect: space.use_look(self._actions, effect.value),
        )

    def _delete(self) -> None:
        look = self.editor.look
        if look is not None and look.name in self._own_names(self._modality()):
            self._actions.workstation.do(delete_look, modality=self._modality(), name=look.name)
            space.use_look(self._actions, None)

    def _records_changed(self, changed: frozenset[Kind]) -> None:
        if Kind.SESSION in changed or Kind.SETTINGS in changed:
            self.read()

    def _came(self, looks: Looks) -> None:
        self._own = looks
        view = space.space_view(self._actions)
        stack = space.stack_in(self._actions, view)
        if view is not None and stack is not None:
            self.follow(view, stack.volume, stack.modality)

    def _modality(self) -> str:
        stack = space.stack_in(self._actions, space.space_view(self._actions))
        return stack.modality if stack is not None else ""

    def _own_names(self, modality: str) -> tuple[str, ...]:
        return tuple(one.name for one in self._own.get(modality, ()))

    def _say(self) -> None:
        look = self.editor.look
        if look is None:
            self.point.setText("")
            return
        opacity = look.points[self.editor.number].opacity
        self.point.setText(f"{self.editor.value_of(self.editor.number):.4g}{self._unit} · opacity {opacity:.3g} per mm")


def _is_a_sister(shown: Volume, wanted: Volume) -> bool:
    """Whether it may be another step of the same 4D series: the same grid, other values."""
    return shown is not wanted and shown.geometry.shape == wanted.geometry.shape and shown.unit == wanted.unit


def _row(*widgets: QWidget, stretch: int | None = None) -> QHBoxLayout:
    line = make.row(gap=6)
    for place, widget in enumerate(widgets):
        line.addWidget(widget, 1 if stretch == place else 0)
    if stretch is None:
        line.addStretch()
    return line
