"""How large the pixels of a screen are: as users measured them, else as the screen says."""

from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

from medscan_desktop.scene.screen import Screen
from medscan_desktop.scene.workspace import Workspace


def screen_key(screen: QScreen) -> str:
    """What tells this screen from others: its serial number where it has one, with maker, model and connector."""
    parts = (screen.manufacturer(), screen.model(), screen.serialNumber(), screen.name())
    size = screen.geometry().size() * screen.devicePixelRatio()
    return " · ".join([*filter(None, parts), f"{size.width()}×{size.height()}"])


def reported_mm(screen: QScreen) -> float:
    """Millimetres of a device pixel as the screen says, 0 where it says nothing."""
    width = screen.physicalSize().width()
    return width / (screen.geometry().width() * screen.devicePixelRatio()) if width > 0 else 0.0


def screen_of(widget: QWidget, workspace: Workspace) -> Screen:
    """The screen that a widget is on, in its logical pixels."""
    screen, ratio = widget.screen(), widget.devicePixelRatioF()
    measured = workspace.screens.get(screen_key(screen))
    mm = measured if measured is not None else reported_mm(screen)
    return Screen(ratio, mm * ratio, measured is not None)
