"""The first start of a new library: make the first user, show the recovery key once, have two groups typed back."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFormLayout

from medscan_desktop.ui import make
from medscan_desktop.ui.login import CardPage

MINIMUM_PASSWORD = 8  # the use case decides; said here before anything is typed
_GROUPS_A_LINE = 5
_KEY_HEIGHT = 96  # three lines of the style sheet's fixed pitch, with its padding


@dataclass(frozen=True, slots=True)
class NewLibrary:
    """What was typed. `passphrase` is "" where the computer's keyring keeps the key."""

    name: str
    password: str = field(repr=False)
    passphrase: str = field(repr=False)


class FirstRunPage(CardPage):
    """Name and password of the first user, and the passphrase of the library."""

    submitted = Signal(object)  # NewLibrary

    def __init__(self) -> None:
        super().__init__("Set up this workstation")
        intro = "A new encrypted library will be made on this computer. You are its first user and administrator."
        self.body.addWidget(make.label(intro, "muted", wrap=True))
        self.name = make.field()
        self.password = make.field(f"at least {MINIMUM_PASSWORD} characters", secret=True)
        self.again = make.field(secret=True)
        self.passphrase = make.field("asked for at every start", secret=True)
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.setVerticalSpacing(8)
        lines = {
            "User name": self.name,
            "Password": self.password,
            "Password again": self.again,
            "Library passphrase": self.passphrase,
        }
        for text, line in lines.items():
            form.addRow(make.label(text, "muted"), line)
            line.returnPressed.connect(self._submit)
        self._form = form
        self.body.addLayout(form)
        self.body.addWidget(self.message)
        self.make_library = make.button("Create the library", self._submit, "primary")
        self.body.addWidget(self.make_library)
        self._needs_passphrase = True
        self.name.setFocus()

    def set_needs_passphrase(self, needed: bool) -> None:
        """False where the computer's own keyring will keep the key."""
        self._needs_passphrase = needed
        self.passphrase.setPlaceholderText("asked for at every start" if needed else "optional: the keyring opens it")

    def set_busy(self, busy: bool, text: str = "") -> None:
        """Nothing can be pressed twice; `text` says what takes a moment."""
        self.make_library.setDisabled(busy)
        if busy:
            self.say(text, "muted")

    def fail(self, sentence: str) -> None:
        """Say why it did not work, and be ready for the next try."""
        self.set_busy(False)
        self.say(sentence)

    def _submit(self) -> None:
        problem = self._problem()
        self.say(problem)
        if not problem and self.make_library.isEnabled():
            self.submitted.emit(NewLibrary(self.name.text().strip(), self.password.text(), self.passphrase.text()))

    def _problem(self) -> str:
        if not self.name.text().strip():
            return "A user needs a name."
        if len(self.password.text()) < MINIMUM_PASSWORD:
            return f"A password has at least {MINIMUM_PASSWORD} characters."
        if self.password.text() != self.again.text():
            return "The two passwords are not the same."
        if self._needs_passphrase and not self.passphrase.text():
            return "This computer has no keyring that may be used, so the library needs a passphrase."
        return ""


class RecoveryPage(CardPage):
    """Shows the recovery key once. Two groups typed back prove that it was written down."""

    confirmed = Signal()

    def __init__(self, recovery_key: str) -> None:
        super().__init__("Your recovery key")
        self.is_confirmed = False
        self.groups = recovery_key.split("-")
        self.asked = sorted(secrets.SystemRandom().sample(range(len(self.groups)), 2))
        text = (
            "Write this key down or print it, and keep it away from this computer. It opens the library when the "
            "passphrase or the keyring is lost. It is shown only now and kept nowhere."
        )
        self.body.addWidget(make.label(text, "muted", wrap=True))
        shown = make.label(_in_lines(self.groups), "recovery")
        shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
        shown.setMinimumHeight(_KEY_HEIGHT)
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(shown)
        self.body.addWidget(make.button("Save for printing…", self._save, "flat"), alignment=Qt.AlignmentFlag.AlignLeft)
        typed = make.row()
        self.fields = tuple(make.field(f"group {number + 1}") for number in self.asked)
        for line in self.fields:
            line.returnPressed.connect(self._check)
            typed.addWidget(line)
        first, second = (number + 1 for number in self.asked)
        self.body.addWidget(make.label(f"Type group {first} and group {second} to show that you have it:", wrap=True))
        self.body.addLayout(typed)
        self.body.addWidget(self.message)
        self.body.addWidget(make.button("Go on", self._check, "primary"))

    def _check(self) -> None:
        typed = [line.text().strip().upper() for line in self.fields]
        if typed == [self.groups[number] for number in self.asked]:
            self.is_confirmed = True
            self.confirmed.emit()
        else:
            self.say("That is not what these two groups say.")

    def _save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save the recovery key for printing", "medscan-recovery-key.txt")
        if name:
            try:
                Path(name).write_text(f"MedScan Desktop recovery key\n\n{_in_lines(self.groups)}\n", encoding="utf-8")
            except OSError as error:
                self.say(f"The file could not be written ({error.strerror}).")


def _in_lines(groups: list[str]) -> str:
    starts = range(0, len(groups), _GROUPS_A_LINE)
    return "\n".join("  ".join(groups[start : start + _GROUPS_A_LINE]) for start in starts)
