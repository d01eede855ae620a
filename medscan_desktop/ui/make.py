"""The small pieces that every page is set from, so that roles, spacing and margins are the same everywhere."""

from collections.abc import Callable
from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from medscan_desktop.ui import theme
from medscan_desktop.ui.icons import icon


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """Plain text (never markup: names come from files) in one of the theme's roles."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


def plain_tip(text: str) -> str:
    """A tool tip that shows `text` as it is: Qt would take what looks like markup for markup."""
    return f"<qt>{escape(text)}</qt>"


def button(text: str, on_click: Callable[[], object], role: str = "", icon_name: str = "") -> QPushButton:
    """A push button; `role` is "", "primary", "danger" (something goes for good) or "flat"."""
    made = QPushButton(text)
    if role:
        made.setProperty("role", role)
    if icon_name:
        made.setIcon(icon(icon_name, theme.ON_ACCENT if role == "primary" else theme.TEXT))
    made.clicked.connect(lambda _checked: on_click())
    return made


def tool_button(
    icon_name: str, tip: str, on_click: Callable[[], object], *, checkable: bool = False, small: bool = False
) -> QToolButton:
    """A flat icon button that never takes the keyboard from the images."""
    made = QToolButton()
    made.setIcon(icon(icon_name))
    made.setIconSize(QSize(16, 16) if small else QSize(20, 20))
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setCheckable(checkable)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.clicked.connect(lambda _checked: on_click())
    return made


def field(placeholder: str = "", *, secret: bool = False) -> QLineEdit:
    """A line to type in; `secret` shows dots."""
    made = QLineEdit()
    made.setPlaceholderText(placeholder)
    if secret:
        made.setEchoMode(QLineEdit.EchoMode.Password)
    return made


def frame(role: str) -> QFrame:
    """A framed area: "panel", "card", "item", "bar", "footer"."""
    made = QFrame()
    made.setProperty("role", role)
    return made


def column(parent: QWidget | None = None, *, margin: int = 0, gap: int = theme.GAP) -> QVBoxLayout:
    """A vertical layout."""
    made = QVBoxLayout(parent) if parent else QVBoxLayout()
    made.setContentsMargins(margin, margin, margin, margin)
    made.setSpacing(gap)
    return made


def row(parent: QWidget | None = None, *, margin: int = 0, gap: int = theme.GAP) -> QHBoxLayout:
    """A horizontal layout."""
    made = QHBoxLayout(parent) if parent else QHBoxLayout()
    made.setContentsMargins(margin, margin, margin, margin)
    made.setSpacing(gap)
    return made


def divider(*, vertical: bool = False) -> QFrame:
    """A hair line."""
    made = frame("divider")
    if vertical:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made


def set_role(widget: QWidget, role: str) -> None:
    """Change a widget's role and let the style sheet see it."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
