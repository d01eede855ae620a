"""The models: what each is for, whether it fits the series on screen, running one and stopping it."""

from collections.abc import Sequence
from time import monotonic

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QProgressBar

from medscan_desktop.inference.card import Card
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.models import list_models, run_model
from medscan_desktop.ui import make
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.section import Section
from medscan_desktop.ui.texts import left_text
from medscan_desktop.workstation.command import Effect, Kind
from medscan_desktop.workstation.jobs import Job


class ModelsPanel(Section):
    """One item a model. The list is read when a user has logged in."""

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__("Models", "No models are installed.")
        self._actions = actions
        workstation = actions.workstation
        workstation.store.listen(self._workspace_changed)
        workstation.listen(lambda changed: self._read() if changed & {Kind.MODELS, Kind.SESSION} else None)
        workstation.listen_jobs(self._job_changed)

    def _read(self) -> None:
        if self._actions.workstation.user is not None:
            self._actions.workstation.do(list_models, on_done=self._show)

    def _show(self, effect: Effect) -> None:
        cards: Sequence[Card] = effect.value
        self.show_items([ModelItem(card, self._actions) for card in cards])
        self._workspace_changed(self._actions.workspace, self._actions.workspace)

    def _workspace_changed(self, old: Workspace, new: Workspace) -> None:
        if old is new or old.active != new.active or old.stacks is not new.stacks or old.views is not new.views:
            for item in self._models:
                item.show_for(self._actions.stack)

    def _job_changed(self, job: Job) -> None:
        for item in self._models:
            item.job_changed(job)

    @property
    def _models(self) -> list["ModelItem"]:
        return [item for item in self.items if isinstance(item, ModelItem)]


class ModelItem(QFrame):
    """A model with its button; while it runs, progress and the way to stop it."""

    def __init__(self, card: Card, actions: ViewerActions) -> None:
        super().__init__()
        self.setProperty("role", "item")
        self._card = card
        self._actions = actions
        self._stack: Stack | None = None
        self._job: Job | None = None
        self._began = 0.0
        self._problem = ""  # why the last run ended without a result
        self.run = make.tool_button("run", "Run on the series on screen", self._run, small=True)
        self.stop = make.tool_button("stop", "Stop", self._stop, small=True)
        self.state = make.label("", "small", wrap=True)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        top = make.row(gap=4)
        top.addWidget(make.label(card.name), 1)
        top.addWidget(self.run)
        top.addWidget(self.stop)
        layout = make.column(self, margin=10, gap=4)
        layout.setContentsMargins(10, 4, 6, 8)
        layout.addLayout(top)
        layout.addWidget(self.state)
        layout.addWidget(self._bar)
        self.setToolTip(_about(card))
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._show)
        self._show()

    def show_for(self, stack: Stack | None) -> None:
        """Whether the model takes this series."""
        if stack is not self._stack:
            is_same = self._stack is not None and stack is not None and stack.id == self._stack.id
            self._stack, self._problem = stack, self._problem if is_same else ""
            self._show()

    def job_changed(self, job: Job) -> None:
        """Progress, or the end of it."""
        if job is self._job:
            if job.is_finished:
                self._job = None
                self._second.stop()
                self._problem = "" if job.error is None else str(job.error)
            self._show()

    @property
    def misfit(self) -> str:
        """Why the model does not take what is on screen, as far as the header tells; "" where it may."""
        if self._stack is None or self._stack.frame_count == 0:
            return f"Works on {' or '.join(self._card.modalities)}"
        if self._stack.modality not in self._card.modalities:
            return f"Works on {' or '.join(self._card.modalities)}; this series is {self._stack.modality}"
        if self._stack.offer is not None:
            return "Needs full resolution: raise the memory budget"
        if not self._stack.is_volume:
            return "Needs a volume; this series is none"
        return f"Not for this series: {self._stack.volume_refusal}" if self._stack.volume_refusal else ""

    def _run(self) -> None:
        if self._stack is None or self._job is not None:
            return
        self._began, self._problem = monotonic(), ""
        stack = self._stack
        job = self._actions.workstation.do(
            run_model, model_id=self._card.id, series_instance_uid=stack.series_instance_uid, stack_id=stack.id
        )
        if not job.is_finished:
            self._job = job
            self._second.start()
        self._show()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _show(self) -> None:
        job = self._job
        for widget, shown in ((self.run, job is None), (self.stop, job is not None), (self._bar, job is not None)):
            widget.setVisible(shown)
        self.run.setDisabled(bool(self.misfit))
        if job is None:
            make.set_role(self.state, "warning-small" if self._problem else "small")
            self.state.setText(self._problem or self.misfit or _purpose(self._card))
            return
        make.set_role(self.state, "small")
        left = left_text(job.fraction, monotonic() - self._began)
        doing = "stopping" if job.is_cancelled else job.text or "waiting"
        self.state.setText(" · ".join(text for text in (f"{job.fraction:.0%}", doing, left) if text))
        self._bar.setValue(round(job.fraction * 1000))


def _purpose(card: Card) -> str:
    return f"{card.body_part} {card.task}, version {card.version}".capitalize()


def _about(card: Card) -> str:
    lines = (
        f"{card.name} {card.version}",
        card.intended_use,
        *(f"– {limit}" for limit in card.limits),
        card.clearance,
        f"Licence {card.licence} · sha256 {card.sha256[:16]}…",
    )
    return "\n".join(line for line in lines if line)
