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
from medscan_desktop.ui.key_hints import hint, with_key

DEFAULT_RATE = 10.0  # frames a second where the header names none
_SHORTEST_MS = 8
_MEASURED_S = 1.0
_SPEEDS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0)


@dataclass(frozen=True, slots=True)
class _Run:
    """What plays: from which frame, since when."""

    view: View
    stack: StackId
    first: int
    count: int
    rate: float
    since: float
    swings: bool = False

    def frame_at(self, now: float) -> int:
        """The frame of this moment: at the end it begins again, or (`swings`) goes back the way it came."""
        steps = int((now - self.since) * self.rate)
        if not self.swings:
            return (self.first + steps) % self.count
        there = (self.first + steps) % (2 * self.count - 2)
        return min(there, 2 * self.count - 2 - there)


class CineBar(QFrame):
    """Play, scrub, how fast, round or there and back, and the rate that is reached.

    Hidden where the active view shows nothing that plays.
    """

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._actions = actions
        self._run: _Run | None = None
        self._steps: list[float] = []  # when a frame was shown
        self._speed = 1.0  # times the rate of the header
        self._swings = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        self.play = make.tool_button("run", "Play", self.toggle)
        self.slower = make.tool_button("slower", "Slower", lambda: self.change_speed(-1))
        self.faster = make.tool_button("faster", "Faster", lambda: self.change_speed(1))
        self.swing = make.tool_button("swing", "There and back", self.toggle_swing, checkable=True)
        hint(self.play, "Play", "cine.play")
        hint(self.slower, "Slower", "cine.slower")
        hint(self.faster, "Faster", "cine.faster")
        hint(self.swing, "There and back", "cine.swing")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.valueChanged.connect(self._scrub)
        self.place = make.label("", "small")
        self.rate = make.label("", "small")
        for text, sample in ((self.place, "Frame 8,888/8,888"), (self.rate, "888.8 of 888.8 frames a second · 1.25×")):
            text.setMinimumWidth(text.fontMetrics().horizontalAdvance(sample) + 8)
        row = make.row(self)
        row.setContentsMargins(10, 4, 10, 4)
        for button in (self.play, self.slower, self.faster, self.swing):
            row.addWidget(button)
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

    def toggle_swing(self) -> None:
        """Round and round, or there and back."""
        self._swings = not self._swings
        self._go_on()

    def change_speed(self, step: int) -> None:
        """Faster (1) or slower (-1), in the steps that every player has."""
        at = min(range(len(_SPEEDS)), key=lambda number: abs(_SPEEDS[number] - self._speed))
        self._speed = _SPEEDS[min(max(at + step, 0), len(_SPEEDS) - 1)]
        self._go_on()

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
        frame = run.frame_at(now)
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

    def _go_on(self) -> None:
        """What was changed holds from the frame shown on."""
        if self._run is not None:
            self._start()
        self._show_button()
        self._show(self._actions.workspace)

    def _start(self) -> None:
        workspace, view = self._actions.workspace, self._actions.view
        position = slice_position(workspace, view) if view is not None else None
        if view is None or view.stack is None or position is None or position[1] < 2:
            return
        rate = (rate_of(workspace, view) or DEFAULT_RATE) * self._speed
        self._steps = []
        self._run = _Run(view, view.stack, position[0], position[1], rate, monotonic(), self._swings)
        self._timer.start(max(_SHORTEST_MS, round(500 / rate)))
        self._show_button()
        self._show(workspace)

    def _show_button(self) -> None:
        is_playing = self._run is not None
        self.play.setIcon(icon("stop" if is_playing else "run"))
        self.play.setToolTip(with_key("Stop" if is_playing else "Play", self._actions.key_of("cine.play")))
        self.swing.setChecked(self._swings)

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
        speed = "" if self._speed == 1.0 else f" · {self._speed:g}×"
        if self._run is None:
            return f"{rate:.4g} frames a second{speed}" if rate else ""
        shown = self._steps
        reached = (len(shown) - 1) / max(shown[-1] - shown[0], 0.001) if len(shown) > 1 else 0.0
        said = f"{self._run.rate:.4g} frames a second"
        return f"{reached:.1f} of {said}{speed}" + ("" if rate else " (the header names no rate)")

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
