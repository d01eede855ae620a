"""What other objects say about the images: each can be laid over them, part by part, and taken off again."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QCheckBox, QFrame, QLayout, QSlider

from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.scene.overlay import LegendEntry, Overlay, WashLayer
from medscan_desktop.scene.overlays import (
    OVERLAY_KINDS,
    can_be_washed_over,
    layers_of,
    overlay_source,
    with_only_key_images,
    with_overlay_opacity,
    with_part_visible,
    with_wash_range,
)
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import make
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.elided import ElidedLabel
from medscan_desktop.ui.icons import icon
from medscan_desktop.ui.section import Section

_STEPS = 200  # of the threshold's slider


class OverlaysPanel(Section):
    """One item an object of the study, in the order of the series; nothing is shown before somebody asks."""

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__("Overlays", "This study has no segmentations, structures, doses or presentation states.")
        self._actions = actions
        self._stacks: tuple[Stack, ...] = ()
        self._shown: dict[StackId, OverlayItem] = {}
        actions.store.listen(self._changed)

    def _changed(self, old: Workspace, new: Workspace) -> None:
        if old.stacks is not new.stacks or old.study != new.study:
            stacks = [one for one in new.stacks if one.object_kind in OVERLAY_KINDS or can_be_washed_over(one)]
            if [stack.id for stack in stacks] != list(self._shown):
                self._shown = {stack.id: OverlayItem(stack, self._actions) for stack in stacks}
                self.show_items(list(self._shown.values()))
        parts = ("overlays", "masks", "contours", "washes", "only_key_images", "stacks")
        if any(getattr(old, name) is not getattr(new, name) for name in parts):
            for item in self._shown.values():
                item.follow(new)


class OverlayItem(QFrame):
    """An object with its parts once it is shown."""

    def __init__(self, stack: Stack, actions: ViewerActions) -> None:
        super().__init__()
        self.setProperty("role", "item")
        self.source = overlay_source(stack)
        self._stack = stack
        self._actions = actions
        self._overlay: Overlay | None = None
        self.parts: dict[int, QCheckBox] = {}
        self.name = ElidedLabel()
        self.name.setText(stack.label)
        self.eye = make.tool_button("eye-off", "Show over its images", self._toggle, checkable=True, small=True)
        head = make.row(gap=6)
        head.addWidget(self.name, 1)
        head.addWidget(self.eye)
        layout = make.column(self, gap=4)
        layout.setContentsMargins(10, 6, 6, 8)
        layout.addLayout(head)
        kind = str(stack.object_kind) if stack.object_kind else "dose" if stack.modality == "RTDOSE" else "map"
        self.kind = make.label(kind.capitalize(), "small", wrap=True)
        layout.addWidget(self.kind)
        self._body = QFrame()
        self._rows = make.column(self._body, gap=3)
        layout.addWidget(self._body)
        self._body.hide()

    def follow(self, workspace: Workspace) -> None:
        """Whether it is shown now, and which of its parts."""
        overlay = next((one for one in workspace.overlays if one.source == self.source), None)
        if overlay is not self._overlay:
            self._overlay = overlay
            self._fill(workspace)
        self.eye.setChecked(overlay is not None)
        self.eye.setIcon(icon("eye" if overlay is not None else "eye-off"))
        self.eye.setToolTip("Take off the images" if overlay is not None else "Show over its images")
        visible = {getattr(one, "number", 0): one.visible for one in layers_of(workspace, self.source)}
        for number, box in self.parts.items():
            box.blockSignals(True)
            box.setEnabled(number in visible)
            box.setChecked(visible.get(number, False))
            box.blockSignals(False)

    def _fill(self, workspace: Workspace) -> None:
        """The parts of the object that has just been shown; none once it is off."""
        _clear(self._rows)
        self.parts = {}
        overlay = self._overlay
        self._body.setVisible(overlay is not None)
        if overlay is None:
            return
        self.name.setText(overlay.title)
        for entry in overlay.entries:
            self._rows.addLayout(self._entry_row(entry))
        if any(entry.volume_ml is not None for entry in overlay.entries):
            self._rows.addWidget(make.label(f"Volumes: {overlay.volume_method}", "small", wrap=True))
        for remark in overlay.remarks:
            self._rows.addWidget(make.label(remark[:1].upper() + remark[1:], "small", wrap=True))
        layers = layers_of(workspace, self.source)
        if layers:
            self._rows.addWidget(self._opacity(layers[-1].opacity))
        for layer in layers:
            if isinstance(layer, WashLayer):
                self._add_threshold(layer)
        if self._stack.object_kind is ObjectKind.KEY_OBJECTS:
            self._rows.addLayout(self._key_buttons(workspace))

    def _entry_row(self, entry: LegendEntry) -> QLayout:
        line = make.row(gap=6)
        box = QCheckBox()
        box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        box.setAccessibleName(entry.name)
        box.toggled.connect(partial(self._show_part, entry.number))
        self.parts[entry.number] = box
        swatch = make.label()
        colour = QPixmap(12, 12)
        colour.fill(QColor(*entry.colour))
        swatch.setPixmap(colour)
        name = ElidedLabel()
        name.setText(entry.name)
        name.setToolTip(make.plain_tip("\n".join(text for text in (entry.name, entry.detail) if text)))
        line.addWidget(box)
        line.addWidget(swatch)
        line.addWidget(name, 1)
        line.addWidget(make.label(_volume_text(entry.volume_ml), "strong"))
        return line

    def _opacity(self, opacity: float) -> QSlider:
        slider = _slider("Opacity", 100)
        slider.setValue(round(opacity * 100))
        slider.valueChanged.connect(
            lambda percent: self._actions.store.update(
                lambda workspace: with_overlay_opacity(workspace, self.source, percent / 100)
            )
        )
        return slider

    def _add_threshold(self, layer: WashLayer) -> None:
        unit = f" {layer.volume.unit}".rstrip()
        text = make.label(f"From {layer.low:.4g}{unit}", "small")
        slider = _slider("Lowest value shown", _STEPS - 1)
        slider.setValue(round(layer.low / layer.high * _STEPS))

        def changed(step: int) -> None:
            low = layer.high * step / _STEPS
            text.setText(f"From {low:.4g}{unit}")
            self._actions.store.update(lambda workspace: with_wash_range(workspace, self.source, low, layer.high))

        slider.valueChanged.connect(changed)
        self._rows.addWidget(text)
        self._rows.addWidget(slider)

    def _key_buttons(self, workspace: Workspace) -> QLayout:
        line = make.row(gap=6)
        line.addWidget(make.button("Previous", lambda: self._actions.next_key_image(-1), "flat"))
        line.addWidget(make.button("Next", lambda: self._actions.next_key_image(1), "flat"))
        only = QCheckBox("Key images only")
        only.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        only.setChecked(workspace.only_key_images)
        only.toggled.connect(
            lambda on: self._actions.store.update(lambda workspace: with_only_key_images(workspace, on))
        )
        line.addWidget(only, 1)
        return line

    def _toggle(self) -> None:
        self.eye.setChecked(self._overlay is not None)  # until it is there: reading it takes a moment
        self._actions.toggle_overlay_of(self._stack)

    def _show_part(self, number: int, visible: bool) -> None:
        self._actions.store.update(lambda workspace: with_part_visible(workspace, self.source, number, visible))


def _slider(tip: str, most: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, most)
    slider.setToolTip(tip)
    slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return slider


def _volume_text(volume_ml: float | None) -> str:
    if volume_ml is None:
        return ""
    return f"{volume_ml:,.{0 if volume_ml >= 100 else 1 if volume_ml >= 10 else 2}f} ml"


def _clear(layout: QLayout) -> None:
    while (taken := layout.takeAt(0)) is not None:
        widget, inner = taken.widget(), taken.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            _clear(inner)
            inner.deleteLater()
