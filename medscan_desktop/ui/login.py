"""The page before everything else: open the library, log in. Knows Qt alone, so that it is painted first."""

from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QWidget

from medscan_desktop.ui import make, theme
from medscan_desktop.ui.icons import pixmap

NOT_CLEARED = "Not cleared as a medical device. For research and teaching; not for diagnosis or treatment."
_CARD_WIDTH = 420


@dataclass(frozen=True, slots=True)
class Credentials:
    """What was typed. `secret` opens the library where the computer's keyring does not; "" where not asked."""

    name: str
    password: str = field(repr=False)
    secret: str = field(repr=False)
    is_recovery_key: bool


class CardPage(QWidget):
    """A card in the middle of an empty page, the product's name above and its intended use below."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self._card = card = make.frame("card")
        card.setFixedWidth(_CARD_WIDTH)
        self.body = make.column(card, margin=28, gap=10)
        self.heading = make.label(heading, "heading")
        self.body.addWidget(self.heading)
        outer = make.column(self, margin=theme.MARGIN)
        outer.addStretch(2)
        outer.addLayout(_brand())
        outer.addSpacing(22)
        outer.addWidget(card, alignment=Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)
        outer.addWidget(make.label(NOT_CLEARED, "small"), alignment=Qt.AlignmentFlag.AlignHCenter)
        self.message = make.label("", "error", wrap=True)
        self.message.hide()

    def say(self, sentence: str, role: str = "error") -> None:
        """Show one line in the card: an error, or with role "muted" what is going on; "" takes it away."""
        make.set_role(self.message, role)
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        """As high as its wrapped texts need at the card's width: the page's own layout does not ask for that."""
        self._card.setMinimumHeight(self.body.totalHeightForWidth(_CARD_WIDTH))


class LoginPage(CardPage):
    """User name and password, and the library's passphrase where it is needed."""

    submitted = Signal(object)  # Credentials

    def __init__(self) -> None:
        super().__init__("Log in")
        self.name = make.field()
        self.password = make.field(secret=True)
        self.secret = make.field(secret=True)
        self._secret_label = make.label("Library passphrase")
        self._other_secret = make.button("Use the recovery key instead", self._swap_secret, "flat")
        self._is_recovery_key = False
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.setVerticalSpacing(8)
        for text, line in (("User name", self.name), ("Password", self.password)):
            form.addRow(make.label(text, "muted"), line)
        make.set_role(self._secret_label, "muted")
        form.addRow(self._secret_label, self.secret)
        self.body.addLayout(form)
        self.body.addWidget(self._other_secret, alignment=Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.message)
        self.log_in = make.button("Log in", self._submit, "primary")
        self.body.addSpacing(4)
        self.body.addWidget(self.log_in)
        for line in (self.name, self.password, self.secret):
            line.returnPressed.connect(self._submit)
        self.ask_for_passphrase(False)
        self.name.setFocus()

    def ask_for_passphrase(self, needed: bool) -> None:
        """Show or hide the field that opens the library."""
        for widget in (self._secret_label, self.secret, self._other_secret):
            widget.setVisible(needed)
        self._fit()

    def set_busy(self, busy: bool, text: str = "") -> None:
        """Nothing can be pressed twice; `text` says what takes a moment."""
        self.log_in.setDisabled(busy)
        if busy:
            self.say(text, "muted")

    def fail(self, sentence: str) -> None:
        """Say why it did not work, and be ready for the next try."""
        self.set_busy(False)
        self.say(sentence)
        self.password.selectAll()
        self.password.setFocus()

    def reset(self, sentence: str = "", role: str = "muted") -> None:
        """As at the start, but for the user's name; no secret stays in a field."""
        self.password.clear()
        self.secret.clear()
        self.set_busy(False)
        self.say(sentence, role)
        (self.password if self.name.text() else self.name).setFocus()

    def _submit(self) -> None:
        asked = self.secret.isVisibleTo(self)
        lines: tuple[QLineEdit, ...] = (self.name, self.password, *((self.secret,) if asked else ()))
        empty = next((line for line in lines if not line.text()), None)
        if empty is not None:
            empty.setFocus()
            return
        if self.log_in.isEnabled():
            secret = self.secret.text() if asked else ""
            self.submitted.emit(
                Credentials(self.name.text().strip(), self.password.text(), secret, self._is_recovery_key)
            )

    def _swap_secret(self) -> None:
        self._is_recovery_key = not self._is_recovery_key
        self._secret_label.setText("Recovery key" if self._is_recovery_key else "Library passphrase")
        other = "passphrase" if self._is_recovery_key else "recovery key"
        self._other_secret.setText(f"Use the {other} instead")
        self.secret.clear()
        self.secret.setFocus()


def _brand() -> QHBoxLayout:
    brand = make.row(gap=12)
    mark = make.label()
    mark.setPixmap(pixmap("scan", 40, theme.ACCENT))
    brand.addStretch()
    brand.addWidget(mark)
    brand.addWidget(make.label("MedScan Desktop", "title"))
    brand.addStretch()
    return brand
