"""3D beside the images: how values look, what is cut away, surfaces of masks, projection and background."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QLayout, QSlider

from medscan_desktop.scene.layers import with_surface
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import make
from medscan_desktop.ui import space_actions as space
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.cut_box import CutBox
from medscan_desktop.ui.elided import ElidedLabel
from medscan_desktop.ui.look_box import LookBox
from medscan_desktop.ui.section import Section


class SpacePanel(Section):
    """Shown while a 3D view is the active one: it speaks about that view alone."""

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__("3D", "")
        self._actions = actions
        self._layers: tuple[MaskLayer, ...] = ()
        self.look = LookBox(actions)
        self.cuts = CutBox(actions)
        self.volume = self._switch("Volume", "volume_visible")
        self.perspective = self._switch("Perspective", "perspective")
        self.background = make.button("Background", lambda: space.next_background(actions), "flat")
        self.background.setToolTip("The preset's, black, grey or white")
        self._surfaces = QFrame()
        self._rows = make.column(self._surfaces, gap=3)
        projection = QFrame()
        line = make.row(projection, gap=8)
        for widget in (self.volume, self.perspective, self.background):
            line.addWidget(widget)
        line.addStretch()
        self.show_items([self.look, make.divider(), self.cuts, make.divider(), projection, self._surfaces])
        actions.store.listen(self._changed)
        self.hide()

    def _changed(self, old: Workspace, new: Workspace) -> None:
        parts = ("views", "stacks", "active", "masks")
        if all(getattr(old, part) is getattr(new, part) for part in parts):
            return
        view = space.space_view(self._actions)
        is_meant = view is not None and view.id == new.active
        self.setVisible(is_meant)
        if view is None or not is_meant:
            return
        stack = space.stack_in(self._actions, view)
        volume = stack.volume if stack is not None and stack.volume is not None and stack.volume.is_complete else None
        self.look.follow(view, volume, stack.modality if stack is not None else "")
        self.cuts.follow(view, space.geometry_of(self._actions, view))
        for box, on in ((self.volume, view.space.volume_visible), (self.perspective, view.space.perspective)):
            box.blockSignals(True)
            box.setChecked(on)
            box.blockSignals(False)
        self._show_surfaces(tuple(layer for layer in new.masks if layer.stack == view.stack))

    def _show_surfaces(self, layers: tuple[MaskLayer, ...]) -> None:
        keys = [(one.source, one.number) for one in layers]
        if keys != [(one.source, one.number) for one in self._layers]:
            self._layers = layers
            _emptied(self._rows)
            for layer in layers:
                self._add_row(layer)
        self._surfaces.setVisible(bool(layers))

    def _add_row(self, layer: MaskLayer) -> None:
        line = QFrame()
        row = make.row(line, gap=6)
        box = QCheckBox()
        box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        box.setAccessibleName(f"Surface of {layer.name}")
        box.setChecked(layer.in_space)
        name = ElidedLabel()
        name.setText(layer.name)
        opacity = QSlider(Qt.Orientation.Horizontal)
        opacity.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        opacity.setRange(5, 100)
        opacity.setValue(round(layer.surface_opacity * 100))
        opacity.setToolTip("Opacity of the surface")
        opacity.setFixedWidth(96)
        key = (layer.source, layer.number)
        box.toggled.connect(partial(self._show_surface, key))
        opacity.valueChanged.connect(partial(self._fade, key))
        for widget, stretch in ((box, 0), (name, 1), (opacity, 0)):
            row.addWidget(widget, stretch)
        self._rows.addWidget(line)

    def _show_surface(self, key: tuple[str, int], on: bool) -> None:
        self._actions.store.update(lambda workspace: with_surface(workspace, *key, shown=on))

    def _fade(self, key: tuple[str, int], percent: int) -> None:
        self._actions.store.update(lambda workspace: with_surface(workspace, *key, opacity=percent / 100))

    def _switch(self, text: str, field: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        box.toggled.connect(lambda _: space.toggle(field, text, self._actions))
        return box


def _emptied(layout: QLayout) -> None:
    while (taken := layout.takeAt(0)) is not None:
        widget = taken.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
