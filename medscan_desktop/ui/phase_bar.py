"""The steps of a 4D series: a slider under the images, what the step is, and a player. Hidden for what has none."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QFrame, QSlider

from medscan_desktop.scene.stack import Phase, Stack
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import make
from medscan_desktop.ui.elided import ElidedLabel
from medscan_desktop.ui.icons import icon
from medscan_desktop.ui.key_hints import hint, with_key
from medscan_desktop.ui.stack_actions import StackActions

DEFAULT_RATE = 10.0  # phases a second where the header names no rate
_RATES = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0)
_MEASURED_S = 2.0


class PhaseBar(QFrame):
    """Follows the active view. The slider says which step is shown, and asks for another; steps stay in memory.

    The player goes from step to step, never faster than asked; a step that is still being read is waited for, so that
    the first round may be slower than the next ones.
    """

    def __init__(self, stacks: StackActions, is_drawn: Callable[[], bool] = lambda: True) -> None:
        super().__init__()
        self._is_drawn = is_drawn  # whether every view shows the step that is on screen
        self.setProperty("role", "bar")
        self._stacks = stacks
        self._axis = ""  # what plays: the axis of phases, "" for nothing
        self._shown: list[float] = []  # when a step came on screen
        self._number = -1
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        self.play = make.tool_button("run", "Play the phases", self.toggle, small=True)
        self.back = make.tool_button("back", "Previous phase", lambda: stacks.step_phase(-1), small=True)
        self.forth = make.tool_button("forth", "Next phase", lambda: stacks.step_phase(1), small=True)
        hint(self.play, "Play the phases", "phase.play")
        hint(self.back, "Previous phase", "phase.previous")
        hint(self.forth, "Next phase", "phase.next")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.setPageStep(1)
        self.slider.valueChanged.connect(stacks.to_phase)
        self.rates = QComboBox()
        self.rates.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rates.setAccessibleName("Phases a second")
        for rate in _RATES:
            self.rates.addItem(f"{rate:g}/s", rate)
        self.rates.currentIndexChanged.connect(self._set_pace)
        self.reached = make.label("", "small")
        self.reached.setMinimumWidth(self.reached.fontMetrics().horizontalAdvance("88.8 a second") + 8)
        self.text = ElidedLabel("small")
        self.text.setMinimumWidth(220)
        row = make.row(self)
        row.setContentsMargins(10, 4, 10, 4)
        row.addWidget(self.play)
        row.addWidget(self.back)
        row.addWidget(self.slider, 1)
        row.addWidget(self.forth)
        row.addWidget(self.rates)
        row.addWidget(self.reached)
        row.addWidget(self.text)
        self.hide()

    @property
    def is_playing(self) -> bool:
        """Whether the steps follow each other by themselves."""
        return bool(self._axis)

    @property
    def rate(self) -> float:
        """Steps a second that are asked for."""
        return float(self.rates.currentData() or DEFAULT_RATE)

    @property
    def reached_rate(self) -> float:
        """Steps a second that came on screen lately, 0 before there are two."""
        shown = self._shown
        return (len(shown) - 1) / max(shown[-1] - shown[0], 0.001) if len(shown) > 1 else 0.0

    def toggle(self) -> None:
        """Play, or stay at the step shown."""
        phase = self._phase
        if self.is_playing or phase is None or phase.count < 2:
            self.stop()
            return
        self._axis = phase.axis
        self._shown = []
        self._set_pace()
        self._show_button()

    def stop(self) -> None:
        """Stay at the step shown."""
        self._axis = ""
        self._timer.stop()
        self._show_button()

    def tick(self) -> None:
        """The next step, unless the one before is still on its way or still being read."""
        stack = self._stack
        if not self.is_playing or stack is None or not self.isVisible() or self.window().isMinimized():
            self.stop()
            return
        is_whole = stack.volume is None or stack.volume.is_complete or bool(stack.failures)
        if is_whole and not self._stacks.is_stepping and self._is_drawn():
            self._stacks.step_phase(1)

    def workspace_changed(self, old: Workspace, new: Workspace) -> None:
        """Follow the active view. May not write."""
        if old.views is not new.views or old.active != new.active or old.stacks is not new.stacks:
            phase = self._phase
            self.setVisible(phase is not None)
            if self.is_playing and (phase is None or phase.axis != self._axis):
                self.stop()
            if phase is not None:
                self._show(phase)

    @property
    def _stack(self) -> Stack | None:
        return self._stacks.actions.stack

    @property
    def _phase(self) -> Phase | None:
        return self._stack.phase if self._stack is not None else None

    def _show(self, phase: Phase) -> None:
        if self._number != phase.number:
            self._number = phase.number
            now = monotonic()
            self._shown = [at for at in self._shown if now - at < _MEASURED_S] + [now]
        self.slider.blockSignals(True)
        self.slider.setRange(0, phase.count - 1)
        self.slider.setValue(phase.number)
        self.slider.blockSignals(False)
        self.text.setText(phase.text.capitalize())
        self.reached.setText(f"{self.reached_rate:.1f} a second" if self.is_playing else "")
        if not self.is_playing:
            self._offer_rate()

    def _offer_rate(self) -> None:
        """The header's rate, else a common one, until the user has chosen another for this series."""
        stack = self._stack
        header = stack.frames_per_second if stack is not None and stack.frames_per_second > 0 else 0.0
        if self.property("series") == (stack.series_instance_uid if stack is not None else ""):
            return
        self.setProperty("series", stack.series_instance_uid if stack is not None else "")
        known = [self.rates.itemData(place) for place in range(self.rates.count())]
        wanted = header or DEFAULT_RATE
        if wanted not in known:
            self.rates.addItem(f"{wanted:.4g}/s (header)", wanted)
            known.append(wanted)
        self.rates.setCurrentIndex(known.index(wanted))

    def _set_pace(self) -> None:
        if self.is_playing:
            self._timer.start(max(8, round(1000 / self.rate)))

    def _show_button(self) -> None:
        self.play.setIcon(icon("stop" if self.is_playing else "run"))
        tip = "Stop" if self.is_playing else "Play the phases"
        self.play.setToolTip(with_key(tip, self._stacks.actions.key_of("phase.play")))
        self.play.setAccessibleName(tip)
        self.reached.setText("")
