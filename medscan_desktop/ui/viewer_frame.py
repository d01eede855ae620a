"""What stands around the images, and can be folded away so that they have the room: the strip, the side panel."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from medscan_desktop.domain.frame import Frame
from medscan_desktop.services.frame import read_frame, save_frame
from medscan_desktop.ui import make
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.key_hints import hint
from medscan_desktop.ui.section import Section
from medscan_desktop.workstation.command import Effect
from medscan_desktop.workstation.jobs import Job

_PANEL_WIDTH = 336  # the widest value, "Mean 12345.6 SD 1234.5 Bq/ml", beside its name


class ViewerFrame:
    """Follows the user's `Frame`, and keeps what they change."""

    def __init__(self, actions: ViewerActions, strip: QWidget, panels: Sequence[QWidget]) -> None:
        self._workstation = actions.workstation
        self._strip = strip
        self._sections = tuple(panel for panel in panels if isinstance(panel, Section))
        self.side = _scrolled(panels)
        self.frame = Frame()
        self._saving: Job | None = None
        self.strip_button = make.tool_button("fold-left", "Series strip", self.toggle_strip, checkable=True)
        self.panels_button = make.tool_button("fold-right", "Side panel", self.toggle_panels, checkable=True)
        hint(self.strip_button, "Series strip", "frame.strip")
        hint(self.panels_button, "Side panel", "frame.panels")
        for section in self._sections:
            section.folded.connect(self._folded)
            section.sorted.connect(self._sorted)
        self.show(self.frame)

    def read(self) -> None:
        """Somebody has logged in: as they had it."""
        self._workstation.do(read_frame, on_done=self._came)

    def toggle_strip(self) -> None:
        """The strip of series shown or folded away."""
        self._keep(replace(self.frame, strip=not self.frame.strip))

    def toggle_panels(self) -> None:
        """The side panel shown or folded away."""
        self._keep(replace(self.frame, panels=not self.frame.panels))

    def toggle_all(self) -> None:
        """The images alone, and back."""
        is_bare = not self.frame.strip and not self.frame.panels
        self._keep(replace(self.frame, strip=is_bare, panels=is_bare))

    def show(self, frame: Frame) -> None:
        """So from now on."""
        self.frame = frame
        self._strip.setVisible(frame.strip)
        self.side.setVisible(frame.panels)
        self.strip_button.setChecked(frame.strip)
        self.panels_button.setChecked(frame.panels)
        for section in self._sections:
            section.fold(section.name in frame.folded)
            section.show_order(frame.order, by_series=frame.by_series)

    def _came(self, effect: Effect) -> None:
        if self._workstation.user is not None:
            self.show(effect.value)

    def _folded(self) -> None:
        folded = frozenset(section.name for section in self._sections if section.is_folded)
        self._keep(replace(self.frame, folded=folded))

    def _sorted(self, order: str, by_series: bool) -> None:
        self._keep(replace(self.frame, order=order, by_series=by_series))

    def _keep(self, frame: Frame) -> None:
        self.show(frame)
        if self._saving is None or self._saving.is_finished:
            self._save()

    def _save(self) -> None:
        """One writing at a time: two beside each other could end in the wrong order."""
        frame = self.frame
        self._saving = self._workstation.do(save_frame, frame=frame, on_done=lambda _: self._saved(frame))

    def _saved(self, frame: Frame) -> None:
        if frame != self.frame and self._workstation.user is not None:
            self._save()


def _scrolled(panels: Sequence[QWidget]) -> QScrollArea:
    side = QWidget()
    stacked = make.column(side, gap=1)
    for panel in panels:
        stacked.addWidget(panel)
    stacked.addStretch()
    scroll = QScrollArea()
    scroll.setWidget(side)
    scroll.setWidgetResizable(True)
    scroll.setFixedWidth(_PANEL_WIDTH)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return scroll
