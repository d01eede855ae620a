"""What the window does with the stacks of a series: say why, split in another way, go to a step of a 4D series."""

from dataclasses import dataclass

from PySide6.QtWidgets import QMenu, QWidget

from medscan_desktop.domain.split_choice import AUTOMATIC, SplitChoice
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.scene.splitting import phases_of
from medscan_desktop.scene.stack import Stack
from medscan_desktop.services.hostile import retry_series
from medscan_desktop.services.stacks import SeriesStacks, list_stacks, show_phase, split_series
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.stacks_window import StacksWindow
from medscan_desktop.workstation.command import Effect
from medscan_desktop.workstation.jobs import Job


@dataclass
class StackActions:
    """Speaks about the active view, as `ViewerActions` does; `parent` is the window's page."""

    actions: ViewerActions
    parent: QWidget
    _wanted: int | None = None  # the step that is asked for while another one is on its way
    _job: Job | None = None

    def fill_tile_menu(self, menu: QMenu, stack: Stack) -> None:
        """What can be done with how the series of a tile is split."""
        series = stack.series_instance_uid
        if stack.frame_count == 0:
            return
        if stack.failures:
            menu.addAction("Try its missing images again", lambda: self.retry(stack))
        menu.addAction("Stacks of this series…", lambda: self.show_window(series))
        menu.addAction("All its images in one stack", lambda: self.split(series, SplitChoice(together=True)))
        menu.addAction("Split it automatically", lambda: self.split(series, AUTOMATIC))

    def show_window(self, series: SeriesUid) -> None:
        """How a series is split and why, in a window beside the images."""
        self.actions.workstation.do(list_stacks, series_instance_uid=series, on_done=self._show_window)

    def retry(self, stack: Stack) -> None:
        """Read once more what could not be read, also what ended its decoder before."""
        self.actions.workstation.do(
            retry_series,
            series_instance_uid=stack.series_instance_uid,
            on_done=lambda _: self.actions.show_stack(stack.id),
        )

    def split(self, series: SeriesUid, choice: SplitChoice) -> None:
        """Split a series as chosen; the images come back in the most useful of its stacks."""
        shown = {stack.id for stack in self.actions.workspace.stacks if stack.series_instance_uid == series}
        self.actions.workstation.do(
            split_series,
            series_instance_uid=series,
            choice=choice,
            is_shown=any(view.stack in shown for view in self.actions.workspace.views),
            on_done=self._split_done,
        )

    @property
    def is_stepping(self) -> bool:
        """Whether a step of a 4D series is on its way."""
        return self._job is not None and not self._job.is_finished

    def step_phase(self, step: int) -> None:
        """The next (1) or previous (-1) step of a 4D series; after the last comes the first."""
        stack = self.actions.stack
        if stack is not None and stack.phase is not None:
            number = stack.phase.number if self._wanted is None else self._wanted
            self.to_phase((number + step) % stack.phase.count)

    def to_phase(self, number: int) -> None:
        """Step `number` (from 0) of the active 4D series, in every view that shows it. Steps in between are dropped."""
        if self.is_stepping:
            self._wanted = number
            return
        self._wanted = None
        workspace, stack = self.actions.workspace, self.actions.stack
        phases = phases_of(workspace, stack) if stack is not None else ()
        if stack is None or not 0 <= number < len(phases) or phases[number].id == stack.id:
            return
        on_screen = frozenset(view.stack for view in workspace.views if view.stack not in (None, stack.id))
        self._wanted = number
        self._job = self.actions.workstation.do(
            show_phase,
            series_instance_uid=stack.series_instance_uid,
            stack_id=phases[number].id,
            shown=stack.id,
            on_screen=on_screen,
            on_done=lambda _: self._phase_came(number),
        )

    def _phase_came(self, number: int) -> None:
        wanted, self._wanted, self._job = self._wanted, None, None
        if wanted is not None and wanted != number:
            self.to_phase(wanted)

    def close_windows(self) -> None:
        """Close what was opened: on lock."""
        for window in self.parent.findChildren(StacksWindow):
            window.close()

    def _show_window(self, effect: Effect) -> None:
        found: SeriesStacks = effect.value
        self.close_windows()
        window = StacksWindow(found, self.parent)
        window.chosen.connect(lambda choice: self.split(found.series_instance_uid, choice))
        window.show()

    def _split_done(self, effect: Effect) -> None:
        for window in self.parent.findChildren(StacksWindow):
            window.show_stacks(effect.value)
