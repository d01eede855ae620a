"""The line at the bottom: what the program has to say, and what it is busy with. Never a dialog in the way."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QProgressBar

from medscan_desktop.services.exports import export_pdf, export_seg
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.models import run_model
from medscan_desktop.services.presence import check_library
from medscan_desktop.services.registration import register_stacks
from medscan_desktop.services.retention import run_retention
from medscan_desktop.services.snapshots import export_snapshot
from medscan_desktop.ui import make
from medscan_desktop.ui.elided import ElidedLabel
from medscan_desktop.workstation.jobs import Job
from medscan_desktop.workstation.workstation import Workstation

_SHOWN_MS = 12_000
_TOLD = {  # long work that the user started and may stop; the rest is over before it can be read
    import_files.name: "Importing",
    run_model.name: "Running the model",
    register_stacks.name: "Registering",
    check_library.name: "Looking for files",
    run_retention.name: "Deleting by the rules of retention",
    export_pdf.name: "Writing the PDF",
    export_seg.name: "Writing the segmentation",
    export_snapshot.name: "Writing the picture",
}


class Footer(QFrame):
    """Notices on the left, the newest job with progress and a way to stop it on the right."""

    def __init__(self, workstation: Workstation) -> None:
        super().__init__()
        self.setProperty("role", "footer")
        self.setFixedHeight(32)
        self._workstation = workstation
        self._job: Job | None = None
        self._problem = ""  # the last failure's sentence, which is told as a notice right after
        self.notice = ElidedLabel()
        self.task = ElidedLabel("small")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(180)
        self._stop = make.tool_button("reject", "Stop this", self._cancel)
        layout = make.row(self)
        layout.setContentsMargins(12, 0, 8, 0)
        self.task.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self.notice, 2)
        layout.addWidget(self.task, 3)  # hidden where there is none, so the notice then has it all
        for widget in (self._bar, self._stop):
            layout.addWidget(widget)
        self._clear = QTimer(self)
        self._clear.setSingleShot(True)
        self._clear.setInterval(_SHOWN_MS)
        self._clear.timeout.connect(self.clear)
        self._show_job()
        workstation.listen_notices(self.say)
        workstation.listen_jobs(self._job_changed)

    def say(self, sentence: str) -> None:
        """Show a sentence for a while."""
        make.set_role(self.notice, "warning" if sentence == self._problem else "")
        self.notice.setText(sentence)
        self._clear.start()

    def clear(self) -> None:
        """Nothing to say any more, or on lock."""
        self.notice.setText("")

    def _job_changed(self, job: Job) -> None:
        if job.error is not None:
            self._problem = str(job.error)
        told = [one for one in self._workstation.running if one.name in _TOLD]
        if job is self._job or (told and self._job is None) or job in told:
            self._job = told[-1] if told else None
            self._show_job()

    def _show_job(self) -> None:
        job = self._job
        for widget in (self.task, self._bar, self._stop):
            widget.setVisible(job is not None)
        if job is not None:
            self.task.setText(" – ".join(text for text in (_TOLD[job.name], job.text) if text))
            self._bar.setRange(0, 0 if job.fraction == 0 else 1000)
            self._bar.setValue(round(job.fraction * 1000))

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
