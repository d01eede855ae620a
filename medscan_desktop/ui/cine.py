"""The player: frames of the active view at the header's rate, by the clock, so that a slow machine drops frames."""

from dataclasses import dataclass
from time import monotonic

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QSlider

from medscan_desktop.scene.document import Clip
from medscan_desktop.scene.navigation import at_slice, slice_position
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import make
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.icons import icon

DEFAULT_RATE = 10.0  # frames a second where the header names none
_SHORTEST_MS = 8
_MEASURED_S = 1.0


@dataclass(frozen=True, slots=True)
class _Run:
    """What plays: from which frame, since when."""

    view: View
    stack: StackId
    first: int
    count: int
    rate: float
    since: float


class CineBar(QFrame):
    """Play, scrub, and the rate that is reached. Hidden where the active view shows nothing that plays."""

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._actions = actions
        self._run: _Run | None = None
        self._steps: list[float] = []  # when a frame was shown
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        self.play = make.tool_button("run", "Play (C)", self.toggle)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.valueChanged.connect(self._scrub)
        self.place = make.label("", "small")
        self.rate = make.label("", "small")
        for text, sample in ((self.place, "Frame 8,888/8,888"), (self.rate, "888.8 of 888.8 frames a second")):
            text.setMinimumWidth(text.fontMetrics().horizontalAdvance(sample) + 8)
        row = make.row(self)
        row.setContentsMargins(10, 4, 10, 4)
        row.addWidget(self.play)
        row.addWidget(self.slider, 1)
        row.addWidget(self.place)
        row.addWidget(self.rate)
        self.hide()

    @property
    def is_playing(self) -> bool:
        """Whether frames follow each other by themselves."""
        return self._run is not None

    def toggle(self) -> None:
        """Play, or stop where it is."""
        if self._run is not None:
            self.stop()
        else:
            self._start()

    def stop(self) -> None:
        """Stay at the frame shown."""
        self._run = None
        self._timer.stop()
        self._show_button()
        self._show(self._actions.workspace)

    def tick(self) -> None:
        """The frame that the clock asks for; those in between are dropped, and at the end it begins again."""
        run = self._run
        if run is None:
            return
        if not self.window().isVisible() or not self.isVisible() or self.window().isMinimized():
            self.stop()
            return
        now = monotonic()
        frame = (run.first + int((now - run.since) * run.rate)) % run.count
        workspace = self._actions.workspace
        view = self._actions.view
        if view is None or (view.frame == frame and view.kind in (ViewKind.ACQUIRED, ViewKind.DOCUMENT)):
            return
        changed = at_slice(workspace, view, frame)
        if changed is not workspace:
            self._steps = [at for at in self._steps if now - at < _MEASURED_S] + [now]
            self._actions.store.update(lambda _: changed)

    def workspace_changed(self, old: Workspace, new: Workspace) -> None:
        """Follow the active view; another one, another stack or none ends the playing. May not write."""
        view = self._actions.view
        if self._run is not None and (view is None or (view.id, view.stack) != (self._run.view.id, self._run.stack)):
            self._run = None
            self._timer.stop()
            self._show_button()
        if old.views is not new.views or old.active != new.active or old.stacks is not new.stacks:
            self._show(new)

    def _start(self) -> None:
        workspace, view = self._actions.workspace, self._actions.view
        position = slice_position(workspace, view) if view is not None else None
        if view is None or view.stack is None or position is None or position[1] < 2:
            return
        rate = rate_of(workspace, view) or DEFAULT_RATE
        self._steps = []
        self._run = _Run(view, view.stack, position[0], position[1], rate, monotonic())
        self._timer.start(max(_SHORTEST_MS, round(500 / rate)))
        self._show_button()
        self._show(workspace)

    def _show_button(self) -> None:
        is_playing = self._run is not None
        self.play.setIcon(icon("stop" if is_playing else "run"))
        self.play.setToolTip("Stop (C)" if is_playing else "Play (C)")

    def _show(self, workspace: Workspace) -> None:
        view = self._actions.view
        position = slice_position(workspace, view) if view is not None else None
        rate = rate_of(workspace, view) if view is not None else 0.0
        has_frames = view is not None and position is not None and position[1] > 1
        self.setVisible(has_frames and (rate > 0 or self.is_playing))
        if position is None or not has_frames:
            return
        self.slider.blockSignals(True)
        self.slider.setRange(0, position[1] - 1)
        self.slider.setValue(position[0])
        self.slider.blockSignals(False)
        self.place.setText(f"Frame {position[0] + 1:,}/{position[1]:,}")
        self.rate.setText(self._rate_text(rate))

    def _rate_text(self, rate: float) -> str:
        if self._run is None:
            return f"{rate:.4g} frames a second" if rate else ""
        shown = self._steps
        reached = (len(shown) - 1) / max(shown[-1] - shown[0], 0.001) if len(shown) > 1 else 0.0
        said = f"{self._run.rate:.4g} frames a second"
        return f"{reached:.1f} of {said}" + ("" if rate else " (the header names no rate)")

    def _scrub(self, frame: int) -> None:
        if self._run is not None:
            self.stop()
        view = self._actions.view
        if view is not None:
            self._actions.store.update(lambda workspace: at_slice(workspace, workspace.view(view.id), frame))


def rate_of(workspace: Workspace, view: View) -> float:
    """Frames a second of what a view shows, 0 for what does not play by itself."""
    stack = workspace.stack(view.stack)
    if stack is None or view.kind not in (ViewKind.ACQUIRED, ViewKind.DOCUMENT):
        return 0.0
    document = stack.document
    if view.kind is ViewKind.DOCUMENT:
        is_clip = document is not None and isinstance(document.body, Clip)
        return (document.frames_per_second or DEFAULT_RATE) if document is not None and is_clip else 0.0
    return stack.frames_per_second
