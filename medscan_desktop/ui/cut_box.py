"""The part of the 3D panel that says what is cut away: a crop box in millimetres and a clip plane."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QFrame, QGridLayout, QMenu, QSlider

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.scene.space import FACES, cropped, face_name, size_mm, slide_range
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import make
from medscan_desktop.ui import space_actions as space
from medscan_desktop.ui.actions import ViewerActions

_STEPS = 400  # of the slider
_NAMES = {"R": "Right", "L": "Left", "A": "Front", "P": "Back", "H": "Head", "F": "Feet"}


class CutBox(QFrame):
    """Follows the 3D view that is meant; `follow` may not write."""

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__()
        self._actions = actions
        self._geometry: Geometry | None = None
        self._view: View | None = None
        self._before: Workspace | None = None
        self.shown = QCheckBox("Crop box (mm taken off)")
        self.shown.setToolTip("Shows the box; its faces can be dragged by their handles in the picture")
        self.shown.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.shown.toggled.connect(self._show_box)
        self.faces = [self._spin(face) for face in range(FACES)]
        self.names = [make.label("", "small") for _ in range(FACES)]
        grid = QGridLayout()
        grid.setSpacing(4)
        for face in range(FACES):
            row, column = divmod(face, 2)
            grid.addWidget(self.names[face], row, column * 2)
            grid.addWidget(self.faces[face], row, column * 2 + 1)
            grid.setColumnStretch(column * 2 + 1, 1)
        self.whole = make.button("Whole", lambda: space.reset_cuts(actions), "flat")
        self.cut = make.button("Clip plane…", self._offer_planes, "flat")
        self.flip = make.button("Flip", lambda: space.flip_clip(actions), "flat")
        self.off = make.button("Off", lambda: space.clip_at(actions, None), "flat")
        self.slide = QSlider(Qt.Orientation.Horizontal)
        self.slide.setRange(0, _STEPS)
        self.slide.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slide.setAccessibleName("Slide the clip plane")
        self.slide.sliderPressed.connect(self._begin)
        self.slide.sliderMoved.connect(partial(self._slide, moving=True))
        self.slide.sliderReleased.connect(self._end)
        self.slide.valueChanged.connect(lambda _: self._step())
        layout = make.column(self, gap=6)
        head = make.row(gap=6)
        head.addWidget(self.shown, 1)
        head.addWidget(self.whole)
        layout.addLayout(head)
        layout.addLayout(grid)
        line = make.row(gap=6)
        for button in (self.cut, self.flip, self.off):
            line.addWidget(button)
        line.addStretch()
        layout.addLayout(line)
        layout.addWidget(self.slide)

    def follow(self, view: View | None, geometry: Geometry | None) -> None:
        """What is cut away of the view now."""
        self._view, self._geometry = view, geometry
        if view is None or geometry is None:
            return
        part = view.space
        self.shown.blockSignals(True)
        self.shown.setChecked(part.box_shown)
        self.shown.blockSignals(False)
        lengths = size_mm(geometry)
        for face, spin in enumerate(self.faces):
            name = face_name(geometry, face)
            self.names[face].setText(_NAMES.get(name, name))
            spin.setAccessibleName(f"{_NAMES.get(name, name)}: mm taken off")
            spin.blockSignals(True)
            spin.setMaximum(float(lengths[face // 2]))
            spin.setValue(part.crop.cut[face])
            spin.blockSignals(False)
        has_clip = part.clip is not None
        for widget in (self.flip, self.off, self.slide):
            widget.setEnabled(has_clip)
        self.whole.setEnabled(has_clip or not part.crop.is_whole)
        if part.clip is not None and not self.slide.isSliderDown():
            low, high = slide_range(geometry, part.clip)
            self.slide.blockSignals(True)
            self.slide.setValue(round(-low / max(high - low, 1e-6) * _STEPS))
            self.slide.blockSignals(False)

    def _spin(self, face: int) -> QDoubleSpinBox:
        spin = QDoubleSpinBox()
        spin.setDecimals(1)
        spin.setSingleStep(5.0)
        spin.setMinimumWidth(64)
        spin.setKeyboardTracking(False)
        spin.valueChanged.connect(partial(self._crop, face))
        return spin

    def _crop(self, face: int, mm: float) -> None:
        geometry = self._geometry
        if geometry is None:
            return
        space.change(
            self._actions,
            "crop",
            lambda view: space.with_space(view, crop=cropped(geometry, view.space.crop, face, mm), box_shown=True),
        )

    def _show_box(self, on: bool) -> None:
        space.change(self._actions, "crop box", lambda view: space.with_space(view, box_shown=on))

    def _offer_planes(self) -> None:
        menu = QMenu(self)
        menu.addAction("Along the view, through the middle", lambda: space.clip_along_view(self._actions))
        for name, plane in space.clip_planes(self._actions):
            menu.addAction(f"{name} as it is now", partial(space.clip_at, self._actions, plane))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.cut.mapToGlobal(self.cut.rect().bottomLeft()))

    def _begin(self) -> None:
        self._before = self._actions.workspace

    def _step(self) -> None:
        """A click beside the handle, which Qt tells neither as pressed nor as released."""
        if not self.slide.isSliderDown():
            self._begin()
            self._end()

    def _slide(self, step: int, *, moving: bool) -> None:
        view, geometry = self._view, self._geometry
        if view is None or geometry is None or view.space.clip is None:
            return
        low, high = slide_range(geometry, view.space.clip)
        clip = view.space.clip.slid((high - low) * step / _STEPS + low)
        space.change_live(self._actions, lambda view: space.with_space(view, clip=clip), moving=moving)

    def _end(self) -> None:
        self._slide(self.slide.value(), moving=False)
        if self._before is not None:
            self._actions.workstation.remember_edit("clip plane", self._before)
        self._before = None
