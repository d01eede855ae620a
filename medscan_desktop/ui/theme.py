"""The look of the window: one dark theme for reading rooms, its colours, spacing and style sheet. No widgets."""

from typing import Final

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from medscan_desktop.render.fonts import FALLBACK_FAMILY, FAMILY, application
from medscan_desktop.render.resources import resources_folder

IMAGE: Final = "#000000"
GROUND: Final = "#0f1215"  # behind and between panels
PANEL: Final = "#171b20"
RAISED: Final = "#20262d"  # buttons, fields' neighbours, headers
HOVER: Final = "#2a323b"
FIELD: Final = "#0c0f12"
LINE: Final = "#2b333c"
TEXT: Final = "#dde3e9"
MUTED: Final = "#93a1af"
FAINT: Final = "#5d6873"
ACCENT: Final = "#3fa7d6"
ACCENT_DIM: Final = "#1d4c63"
ON_ACCENT: Final = "#04141c"
GOOD: Final = "#5fb878"
WARN: Final = "#e0a83e"
BAD: Final = "#e06c64"

GAP: Final = 8  # px between things that belong together
MARGIN: Final = 16  # px around a group

_UI_FAMILY = "Inter"
_UI_FILES = ("Inter-Regular.otf", "Inter-SemiBold.otf")


def apply_theme(app: QApplication) -> None:
    """Dress the whole application; call once, before the first window."""
    application()
    for name in _UI_FILES:
        QFontDatabase.addApplicationFont(str(resources_folder() / "fonts" / name))
    font = QFont([_UI_FAMILY, FAMILY, FALLBACK_FAMILY])
    font.setPointSizeF(10.0)
    font.setFeature(QFont.Tag("tnum"), 1)  # digits of one width, so that numbers stand in columns
    app.setStyle("Fusion")
    app.setFont(font)
    app.setPalette(_palette())
    tick = (resources_folder() / "icons" / "tick.svg").as_posix()
    app.setStyleSheet(f'{_STYLE}QCheckBox::indicator:checked {{ image: url("{tick}"); }}')


def _palette() -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: GROUND,
        role.WindowText: TEXT,
        role.Base: FIELD,
        role.AlternateBase: "#12161a",
        role.Text: TEXT,
        role.Button: RAISED,
        role.ButtonText: TEXT,
        role.BrightText: BAD,
        role.ToolTipBase: RAISED,
        role.ToolTipText: TEXT,
        role.Highlight: ACCENT_DIM,
        role.HighlightedText: "#ffffff",
        role.Link: ACCENT,
        role.PlaceholderText: FAINT,
        role.Light: HOVER,
        role.Mid: LINE,
        role.Dark: GROUND,
        role.Shadow: "#000000",
    }
    for key, colour in colours.items():
        palette.setColor(key, QColor(colour))
    for key in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, QColor(FAINT))
    return palette


_STYLE = f"""
QWidget {{ color: {TEXT}; }}
QMainWindow, QDialog, QStackedWidget {{ background: {GROUND}; }}
QToolTip {{ background: {RAISED}; color: {TEXT}; border: 1px solid {LINE}; padding: 5px 7px; }}

QLabel[role="title"] {{ font-size: 20pt; font-weight: 600; }}
QLabel[role="heading"] {{ font-size: 12pt; font-weight: 600; }}
QLabel[role="section"] {{ color: {MUTED}; font-size: 8.5pt; font-weight: 600; letter-spacing: 1px; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="muted"] {{ color: {MUTED}; }}
QLabel[role="small"] {{ color: {MUTED}; font-size: 9pt; }}
QLabel[role="warning-small"] {{ color: {WARN}; font-size: 9pt; }}
QLabel[role="error"] {{ color: {BAD}; }}
QLabel[role="warning"] {{ color: {WARN}; }}
QLabel[role="good"] {{ color: {GOOD}; }}
QLabel[role="key"] {{ background: {RAISED}; border: 1px solid {LINE}; border-radius: 3px; padding: 1px 6px; }}
QLabel[role="recovery"] {{ background: {FIELD}; border: 1px solid {LINE}; border-radius: 4px; padding: 12px;
    font-family: "{FAMILY} Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 12pt; }}
QLabel[role="demo"] {{ background: #4a3508; color: #ffd27a; border-radius: 3px; padding: 2px 8px; font-weight: 600; }}

QFrame[role="panel"] {{ background: {PANEL}; border: 0; }}
QFrame[role="card"] {{ background: {PANEL}; border: 1px solid {LINE}; border-radius: 6px; }}
QFrame[role="item"] {{ background: {RAISED}; border: 1px solid transparent; border-radius: 5px; }}
QFrame[role="item"][selected="true"] {{ border-color: {ACCENT}; }}
QFrame[role="bar"] {{ background: {PANEL}; border: 0; border-bottom: 1px solid {LINE}; }}
QFrame[role="footer"] {{ background: {PANEL}; border: 0; border-top: 1px solid {LINE}; }}
QFrame[role="toast"] {{ background: {RAISED}; border: 1px solid {ACCENT}; border-radius: 5px; }}
QFrame[role="divider"] {{ background: {LINE}; border: 0; }}

QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox {{ background: {FIELD}; border: 1px solid {LINE}; border-radius: 4px;
    padding: 6px 9px; selection-background-color: {ACCENT_DIM}; min-height: 18px; }}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus {{ border-color: {ACCENT}; }}
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled {{ color: {FAINT}; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: 0; }}

QPushButton {{ background: {RAISED}; border: 1px solid {LINE}; border-radius: 4px; padding: 6px 14px;
    min-height: 18px; }}
QPushButton:hover {{ background: {HOVER}; }}
QPushButton:pressed {{ background: {FIELD}; }}
QPushButton:focus {{ border-color: {ACCENT}; }}
QPushButton:disabled {{ color: {FAINT}; border-color: {RAISED}; }}
QPushButton[role="primary"] {{ background: {ACCENT}; color: {ON_ACCENT}; border-color: {ACCENT}; font-weight: 600; }}
QPushButton[role="primary"]:hover {{ background: #58b7e2; }}
QPushButton[role="primary"]:focus {{ border: 2px solid #bfe6f8; padding: 5px 13px; }}
QPushButton[role="primary"]:disabled {{ background: {ACCENT_DIM}; color: {MUTED}; border-color: {ACCENT_DIM}; }}
QPushButton[role="danger"] {{ background: transparent; color: {BAD}; border-color: {BAD}; }}
QPushButton[role="danger"]:hover {{ background: #3a1d1b; }}
QPushButton[role="danger"]:disabled {{ color: {FAINT}; border-color: {LINE}; }}
QPushButton[role="flat"] {{ background: transparent; border-color: transparent; color: {ACCENT}; padding: 6px 2px; }}
QPushButton[role="flat"]:hover {{ background: {HOVER}; }}
QPushButton[role="flat"]:focus {{ border-color: {ACCENT}; }}
QPushButton[role="flat"]:disabled {{ color: {FAINT}; }}

QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 5px; }}
QToolButton:hover {{ background: {HOVER}; }}
QToolButton:checked {{ background: {ACCENT_DIM}; border-color: {ACCENT}; }}
QToolButton:focus {{ border-color: {ACCENT}; }}
QToolButton:disabled {{ color: {FAINT}; }}
QToolButton[popupMode="2"] {{ padding-right: 16px; }}
QToolButton::menu-indicator {{ subcontrol-position: right center; right: 4px; width: 8px; }}

QMenu {{ background: {RAISED}; border: 1px solid {LINE}; padding: 4px; }}
QMenu::item {{ padding: 6px 26px 6px 12px; border-radius: 3px; }}
QMenu::item:selected {{ background: {ACCENT_DIM}; }}
QMenu::item:disabled {{ color: {FAINT}; }}
QMenu::separator {{ height: 1px; background: {LINE}; margin: 4px 6px; }}

QTableView, QListView, QTreeView {{ background: {PANEL}; alternate-background-color: #1a1f24; border: 0;
    outline: 0; gridline-color: {LINE}; }}
QTableView::item {{ padding: 0 10px; border: 0; }}
QTableView::item:hover, QListView::item:hover {{ background: {HOVER}; }}
QTableView::item:selected, QListView::item:selected {{ background: {ACCENT_DIM}; color: #ffffff; }}
QHeaderView {{ background: {PANEL}; border: 0; }}
QHeaderView::section {{ background: {PANEL}; color: {MUTED}; border: 0; border-bottom: 1px solid {LINE};
    padding: 8px 13px; font-weight: 600; }}
QHeaderView::section:hover {{ color: {TEXT}; }}
QTreeView QHeaderView::section {{ padding: 8px 3px; }}

QTabWidget::pane {{ border: 1px solid {LINE}; border-radius: 4px; top: -1px; background: {PANEL}; }}
QTabBar::tab {{ background: {GROUND}; color: {MUTED}; border: 1px solid transparent; padding: 7px 16px; }}
QTabBar::tab:selected {{ background: {PANEL}; color: {TEXT}; border-color: {LINE}; border-bottom-color: {PANEL};
    border-top-left-radius: 4px; border-top-right-radius: 4px; }}
QTabBar::tab:hover {{ color: {TEXT}; }}

QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: 0; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {HOVER}; border-radius: 4px; margin: 1px; min-height: 28px; min-width: 28px; }}
QScrollBar::handle:hover {{ background: {FAINT}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QProgressBar {{ background: {FIELD}; border: 0; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {ACCENT}; border-radius: 3px; }}

QSlider::groove:horizontal {{ height: 4px; background: {FIELD}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {ACCENT}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 12px; margin: -4px 0; border-radius: 6px; background: {TEXT}; }}
QSlider::handle:horizontal:focus {{ background: {ACCENT}; }}
QSlider::sub-page:horizontal:disabled {{ background: {LINE}; }}
QSlider::handle:horizontal:disabled {{ background: {FAINT}; }}

QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QSplitter::handle {{ background: {GROUND}; }}
QCheckBox, QRadioButton {{ spacing: 8px; }}
QCheckBox:disabled {{ color: {FAINT}; }}
QCheckBox::indicator:disabled {{ border-color: {LINE}; }}
QCheckBox::indicator {{ width: 13px; height: 13px; border: 1px solid {MUTED}; border-radius: 3px;
    background: {FIELD}; }}
QCheckBox::indicator:checked {{ background: {ACCENT}; border-color: {ACCENT}; }}
QCheckBox::indicator:checked:disabled {{ background: {ACCENT_DIM}; border-color: {ACCENT_DIM}; }}
QCheckBox::indicator:focus {{ border-color: {TEXT}; }}
QListWidget::item {{ padding: 6px 8px; border-radius: 3px; }}
QRadioButton::indicator {{ width: 12px; height: 12px; border-radius: 7px; border: 1px solid {MUTED};
    background: {FIELD}; }}
QRadioButton::indicator:checked {{ border-color: {ACCENT}; background: qradialgradient(cx: 0.5, cy: 0.5, radius: 0.5,
    fx: 0.5, fy: 0.5, stop: 0 {ACCENT}, stop: 0.55 {ACCENT}, stop: 0.65 {FIELD}, stop: 1 {FIELD}); }}
QRadioButton:disabled {{ color: {FAINT}; }}
"""
