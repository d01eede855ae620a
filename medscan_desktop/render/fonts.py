"""The fonts the product brings along, since a bare machine has none and Qt then draws no text at all."""

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from medscan_desktop.render.resources import resources_folder

FAMILY = "DejaVu Sans"  # Latin, Greek, Cyrillic
FALLBACK_FAMILY = "Droid Sans Fallback"  # Chinese, Japanese, Korean
FILES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DroidSansFallbackFull.ttf")


@cache
def application() -> QGuiApplication:
    """The running Qt application, made here (without widgets) where there is none, with our fonts registered.

    Text cannot be drawn without one. Call it first on the main thread; RuntimeError where a font file is missing.
    """
    running = QGuiApplication.instance()
    made = running if isinstance(running, QGuiApplication) else QGuiApplication(["medscan", "-platform", "offscreen"])
    for name in FILES:
        path = resources_folder() / "fonts" / name
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise RuntimeError(f"the font {path} cannot be read")
    return made


def text_font(pixels: float, *, bold: bool = False) -> QFont:
    """Our sans at `pixels` of height, falling back to the CJK font letter by letter."""
    application()
    font = QFont([FAMILY, FALLBACK_FAMILY])
    font.setPixelSize(max(1, round(pixels)))
    font.setBold(bold)
    return font
