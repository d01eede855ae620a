"""Storage: what takes up room, the rules of retention, what they would delete, and doing it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QDoubleSpinBox, QGridLayout, QSpinBox, QWidget

from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.disk import disk_text
from medscan_desktop.domain.retention import RetentionRules, Spared, Stored
from medscan_desktop.services.retention import (
    DryRun,
    Storage,
    dry_run_retention,
    run_retention,
    set_retention,
    show_retention,
)
from medscan_desktop.ui import make, theme
from medscan_desktop.ui.plain_table import PlainTable
from medscan_desktop.ui.texts import count_text
from medscan_desktop.workstation.command import Effect
from medscan_desktop.workstation.workstation import Workstation

_RULES = (
    ("study_days", "Delete studies older than", "days", 3650),
    ("imported_days", "Delete what was imported more than", "days ago", 365),
    ("unopened_days", "Delete what nobody opened for", "days", 180),
    ("keep_free_gb", "Make room until", "GB of the disk are free", 50),
    ("most_gb", "Make room until the library holds at most", "GB", 500),
)
_SHOWN = 500  # rows of a kind: more than can be read, and drawn at once


class StorageDialog(QDialog):
    """A window beside the library, never modal. Deleting needs a dry run first, and its numbers confirmed."""

    def __init__(self, workstation: Workstation, parent: QWidget) -> None:
        super().__init__(parent)
        self._workstation = workstation
        self._grace = RetentionRules().grace_hours
        self._dry: DryRun | None = None
        self.setWindowTitle("Storage")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1000, 700)
        self.sizes, self.used = make.label(), make.label("", "muted")
        self.sizes.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.notes = make.label("", "warning", wrap=True)
        self.rules = {name: _RuleRow(default, is_size=name.endswith("gb")) for name, _, _, default in _RULES}
        self.table = PlainTable((("", 64), ("Patient", 190), ("Study", 116), ("Size", 92), ("Why", 0)))
        self.table.hide()
        self.summary = make.label("", "muted", wrap=True)
        self.run = make.button("Delete these…", self._ask, "danger")
        self.confirm = make.button("Yes, delete for good", self._run, "danger")
        self.cancel = make.button("No", self._ask_no_more)
        self._build()
        self.reload()

    def reload(self) -> None:
        """Read room and rules again."""
        self._workstation.do(show_retention, on_done=self._show)

    def say(self, sentence: str) -> None:
        """What became of it."""
        self.summary.setText(sentence)

    def chosen(self) -> RetentionRules:
        """The rules as they stand in the window."""
        values = {name: row.value for name, row in self.rules.items()}
        return RetentionRules.from_json({**values, "grace_hours": self._grace})

    def _build(self) -> None:
        layout = make.column(self, margin=theme.MARGIN, gap=10)
        layout.addWidget(make.label("ROOM", "section"))
        room = make.row(gap=12)
        room.addWidget(self.sizes)
        room.addWidget(self.used, 1)
        layout.addLayout(room)
        layout.addWidget(self.notes)
        layout.addWidget(make.label("RULES", "section"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP)
        for number, (name, before, after, _) in enumerate(_RULES):
            row = self.rules[name]
            row.box.setText(before)
            grid.addWidget(row.box, number, 0)
            grid.addWidget(row.number, number, 1)
            grid.addWidget(make.label(after), number, 2)
            row.box.toggled.connect(self._forget_dry_run)
            row.number.valueChanged.connect(self._forget_dry_run)
        grid.setColumnStretch(3, 1)
        layout.addLayout(grid)
        self.always = make.label("", "muted", wrap=True)
        layout.addWidget(self.always)
        saving = make.row()
        saving.addWidget(make.button("Save the rules", self._save, "primary"))
        saving.addWidget(make.button("Save, and show what would go", self._save_and_dry_run))
        saving.addStretch()
        layout.addLayout(saving)
        layout.addWidget(self.table, 1)
        layout.addStretch()
        last = make.row()
        last.addWidget(self.summary, 1)
        for button in (self.run, self.cancel, self.confirm):
            button.setAutoDefault(False)
            button.hide()
            last.addWidget(button)
        layout.addLayout(last)

    def _show(self, effect: Effect) -> None:
        storage: Storage = effect.value
        use, rules = storage.use, storage.rules
        lines = [
            (use.vault_bytes, f"images in the vault, of {count_text(use.studies, 'study')}"),
            (use.referenced_bytes, "images referenced where they lie"),
            (use.held_bytes, "held for reconciling"),
            (use.other_bytes, "masks and key images"),
            (use.thumbnail_bytes, "thumbnails"),
            (storage.room.free, "free on the disk"),
        ]
        self.sizes.setText("\n".join(disk_text(size) for size, _ in lines))
        self.used.setText("\n".join(text for _, text in lines))
        notes = [f"{count_text(use.on_hold, 'study')} under legal hold."] if use.on_hold else []
        notes += [f"{count_text(use.absent, 'image')} missing or changed when last looked for."] if use.absent else []
        self.notes.setText(" ".join(notes))
        self.notes.setVisible(bool(notes))
        self._grace = rules.grace_hours
        for name, row in self.rules.items():
            row.set_value(getattr(rules, name))
        self.always.setText(
            "Never deleted: a study that is open or under legal hold, with changes that were not sent, with files in "
            f"the reconcile list, or imported or opened within {rules.grace_hours:,} hours."
        )

    def _save(self) -> None:
        self._workstation.do(set_retention, rules=self.chosen(), on_done=lambda _: self.reload())

    def _save_and_dry_run(self) -> None:
        self._workstation.do(set_retention, rules=self.chosen(), on_done=lambda _: self._dry_run())

    def _dry_run(self) -> None:
        self._workstation.do(dry_run_retention, on_done=self._show_dry_run)

    def _show_dry_run(self, effect: Effect) -> None:
        dry: DryRun = effect.value
        plan = dry.plan
        going, staying = plan.doomed[:_SHOWN], plan.spared[:_SHOWN]
        rows = [_row("goes", one.stored, one.reason, dry) for one in going]
        rows += [_row("stays", one.stored, _kept(one), dry) for one in staying]
        self.table.show_rows(rows, [""] * len(going) + [theme.MUTED] * len(staying))
        self.table.setVisible(bool(rows))
        told = f"{count_text(len(plan.doomed), 'study')} would go, {disk_text(plan.frees)}; {len(plan.spared):,} stay."
        if max(len(plan.doomed), len(plan.spared)) > _SHOWN:
            told += f" The first {_SHOWN:,} of each are shown; medscan retention dry-run lists all."
        if plan.short_by:
            told += f" {disk_text(plan.short_by)} more are wanted than may go."
        self.say("All rules are off: nothing would go." if dry.rules.are_off else told)
        self._dry = dry
        self._ask_no_more()

    def _forget_dry_run(self) -> None:
        """Other rules than those shown: what they would delete is not known."""
        self._dry = None
        self.table.hide()
        self.summary.clear()
        self._ask_no_more()

    def _ask(self) -> None:
        if self._dry is not None:
            plan = self._dry.plan
            self.say(
                f"Delete {count_text(len(plan.doomed), 'study')} with {disk_text(plan.frees)}? It cannot be undone."
            )
            for button, is_shown in ((self.run, False), (self.cancel, True), (self.confirm, True)):
                button.setVisible(is_shown)

    def _ask_no_more(self) -> None:
        self.run.setVisible(self._dry is not None and bool(self._dry.plan.doomed))
        self.cancel.hide()
        self.confirm.hide()

    def _run(self) -> None:
        self._forget_dry_run()
        self._workstation.do(run_retention, on_done=lambda _: self.reload())


class _RuleRow:
    """A rule that is on or off, with its number."""

    def __init__(self, default: int, *, is_size: bool) -> None:
        self.box = QCheckBox()
        self.number: QSpinBox | QDoubleSpinBox = QDoubleSpinBox() if is_size else QSpinBox()
        if isinstance(self.number, QDoubleSpinBox):
            self.number.setDecimals(1)
            self.number.setRange(0.1, 999_999)
        else:
            self.number.setRange(1, 99_999)
        self.number.setFixedWidth(110)
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.number.setValue(default)
        self.number.setEnabled(False)
        self.box.toggled.connect(self.number.setEnabled)

    @property
    def value(self) -> float | int | None:
        """None where the rule is off."""
        return self.number.value() if self.box.isChecked() else None

    def set_value(self, value: float | None) -> None:
        """Show a rule as it is kept."""
        for widget in (self.box, self.number):
            widget.blockSignals(True)
        self.box.setChecked(value is not None)
        self.number.setEnabled(value is not None)
        if isinstance(self.number, QDoubleSpinBox):
            self.number.setValue(self.number.value() if value is None else value)
        else:
            self.number.setValue(self.number.value() if value is None else round(value))
        for widget in (self.box, self.number):
            widget.blockSignals(False)


def _row(fate: str, stored: Stored, why: str, dry: DryRun) -> tuple[str, ...]:
    name = dry.names.get(stored.study_instance_uid, stored.study_instance_uid)
    return (fate, name, date_text(stored.study_date), disk_text(stored.vault_bytes), why)


def _kept(one: Spared) -> str:
    return f"{one.kept_by} (else: {one.reason})"
