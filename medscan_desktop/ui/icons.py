"""The icons, drawn as 24x24 line art in one weight and tinted when asked for."""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from medscan_desktop.ui import theme

_SIZES = (16, 20, 24, 32, 48)

_SHAPES = {
    "window": '<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor"/>',
    "window_box": '<rect x="3.5" y="5.5" width="17" height="13" stroke-dasharray="3 2"/>'
    '<circle cx="12" cy="12" r="3.8"/><path d="M12 8.2a3.8 3.8 0 0 1 0 7.6z" fill="currentColor"/>',
    "magnify": '<circle cx="12" cy="12" r="8.5"/><path d="M12 8v8M8 12h8"/>',
    "calibrate": '<path d="M3.5 15.5h17v5h-17zM7 15.5v2M10.4 15.5v2.6M13.8 15.5v2M17.2 15.5v2.6"/>'
    '<path d="M4 8.5h16M4 5.5v6M20 5.5v6"/>',
    "pan": '<path d="M12 3v18M3 12h18M12 3l-2.5 2.5M12 3l2.5 2.5M12 21l-2.5-2.5M12 21l2.5-2.5M3 12l2.5-2.5'
    "M3 12l2.5 2.5"
    'M21 12l-2.5-2.5M21 12l-2.5 2.5"/>',
    "zoom": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21M10.5 7.5v6M7.5 10.5h6"/>',
    "scroll": '<rect x="6.5" y="8" width="11" height="8" rx="1"/><path d="M8.5 5h7M8.5 19h7M10 2.5h4M10 21.5h4"/>',
    "rotate": '<path d="M20 12a8 8 0 1 1-2.6-5.9"/><path d="M20.5 3.5v4h-4"/>',
    "crosshair": '<circle cx="12" cy="12" r="6"/><path d="M12 2.5v6M12 15.5v6M2.5 12h6M15.5 12h6"/>',
    "lines": '<path d="M12 2.5v7M12 14.5v7M2.5 12h7M14.5 12h7" stroke-dasharray="3 2"/>',
    "length": '<path d="M4 20L20 4M4 20l0-4.5M4 20h4.5M20 4v4.5M20 4h-4.5"/>',
    "ellipse": '<ellipse cx="12" cy="12" rx="9" ry="6"/><path d="M12 12h.01" stroke-width="2.4"/>',
    "angle": '<path d="M20 19H4L16 5M11 19a7 7 0 0 0-2.2-5.2"/>',
    "cobb": '<path d="M3.5 7.5L17 4M5 17.5l15.5 3M10.3 5.8L8.6 8.6M11 18.7l-1-3M9.5 8.5l.7 7" stroke-width="1.5"/>',
    "bidirectional": '<path d="M4 20L20 4M8.5 8.5l7 7M3 17.5l3.5 3.5M17.5 3L21 6.5"/>',
    "polyline": '<path d="M3.5 18.5l5-9 6 5.5 6-10.5"/><path d="M3.5 18.5h.01M8.5 9.5h.01M14.5 15h.01M20.5 4.5h.01"'
    ' stroke-width="3.2"/>',
    "curve": '<path d="M3.5 17.5c3-11 7.5-11 9-5s5 4 8-6"/><path d="M3.5 17.5h.01M12.5 12.5h.01M20.5 6.5h.01"'
    ' stroke-width="3.2"/>',
    "rectangle": '<rect x="3.5" y="6.5" width="17" height="11"/><path d="M12 12h.01" stroke-width="2.4"/>',
    "freehand": '<path d="M7 5.5c5-3 9 .5 12 1.5s2 6-1 7 0 4-4 5.5-9-1-10-5 0-7 3-9z"/>',
    "sphere": '<circle cx="12" cy="12" r="8.5"/><ellipse cx="12" cy="12" rx="8.5" ry="3.2"/>',
    "arrow": '<path d="M4.5 19.5L19 5M19 5l-7.5 1.8M19 5l-1.8 7.5"/>',
    "text": '<path d="M5.5 7V5h13v2M12 5v14M9.5 19h5"/>',
    "probe": '<path d="M12 3v6M12 15v6M3 12h6M15 12h6"/><path d="M12 12h.01" stroke-width="2.4"/>',
    "key": '<path d="M12 3.5l2.6 5.6 6.1.7-4.5 4.2 1.2 6-5.4-3-5.4 3 1.2-6-4.5-4.2 6.1-.7z"/>',
    "copy": '<path d="M8.5 8.5V4h11.5v11.5h-4.5M4 8.5h11.5V20H4z"/>',
    "target": '<circle cx="12" cy="12" r="8.5"/><circle cx="12" cy="12" r="4.5"/>'
    '<path d="M12 12h.01" stroke-width="2.4"/>',
    "sort": '<path d="M7 4.5v15M7 19.5L3.5 16M7 19.5l3.5-3.5M13.5 6h7M13.5 11h5M13.5 16h3"/>',
    "undo": '<path d="M8.5 5L4 9.5 8.5 14"/><path d="M4.5 9.5H14a5.5 5.5 0 0 1 0 11h-3"/>',
    "redo": '<path d="M15.5 5L20 9.5 15.5 14"/><path d="M19.5 9.5H10a5.5 5.5 0 0 0 0 11h3"/>',
    "layout": '<rect x="3.5" y="3.5" width="17" height="17" rx="1.5"/><path d="M12 3.5v17M3.5 12h17"/>',
    "drop": '<path d="M4 8V5.5A1.5 1.5 0 0 1 5.5 4H8M16 4h2.5A1.5 1.5 0 0 1 20 5.5V8'
    "M20 16v2.5a1.5 1.5 0 0 1-1.5 1.5H16"
    'M8 20H5.5A1.5 1.5 0 0 1 4 18.5V16M12 7.5v8M12 15.5l-3-3M12 15.5l3-3"/>',
    "fold-left": '<rect x="3.5" y="4.5" width="17" height="15" rx="1.5"/><path d="M9 4.5v15M16 9.5l-2.5 2.5 2.5 2.5"/>',
    "fold-right": '<rect x="3.5" y="4.5" width="17" height="15" rx="1.5"/><path d="M15 4.5v15M8 9.5l2.5 2.5L8 14.5"/>',
    "grip": '<path d="M9 7h.01M15 7h.01M9 12h.01M15 12h.01M9 17h.01M15 17h.01" stroke-width="2.4"/>',
    "down": '<path d="M6 9.5l6 6 6-6"/>',
    "more": '<path d="M6 12h.01M12 12h.01M18 12h.01" stroke-width="2.8"/>',
    "single": '<rect x="3.5" y="3.5" width="17" height="17" rx="1.5"/>',
    "export": '<path d="M12 15V3.5M12 3.5L8 7.5M12 3.5l4 4M4 14v5a1.5 1.5 0 0 0 1.5 1.5h13A1.5 1.5 0 0 0 20 19v-5"/>',
    "import": '<path d="M12 3.5V15M12 15l-4-4M12 15l4-4M4 14v5a1.5 1.5 0 0 0 1.5 1.5h13A1.5 1.5 0 0 0 20 19v-5"/>',
    "help": '<circle cx="12" cy="12" r="8.5"/><path d="M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8'
    'M12 16.6v.1"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10" rx="1.5"/><path d="M8 10.5V7.5a4 4 0 0 1 8 0v3"/>',
    "menu": '<path d="M4 6.5h16M4 12h16M4 17.5h10"/>',
    "library": '<path d="M4 6.5h16M4 12h16M4 17.5h16"/>',
    "back": '<path d="M14.5 5l-7 7 7 7"/>',
    "forth": '<path d="M9.5 5l7 7-7 7"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="M16 16l4.5 4.5"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/>'
    '<circle cx="12" cy="12" r="2.8"/>',
    "eye-off": '<path d="M4 4l16 16M9.8 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-3 3.7'
    "M6.3 7.6A16 16 0 0 0 2.5 12"
    'S6 18.5 12 18.5a9 9 0 0 0 4-.9"/>',
    "overlay": '<path d="M4 8V5.5A1.5 1.5 0 0 1 5.5 4H8M16 4h2.5A1.5 1.5 0 0 1 20 5.5V8'
    "M20 16v2.5a1.5 1.5 0 0 1-1.5 1.5H16"
    'M8 20H5.5A1.5 1.5 0 0 1 4 18.5V16M8 10.5h8M8 13.5h5"/>',
    "mask": '<path d="M12 4c5 0 8 2.6 7.6 6.6C19.2 14.8 15 20 11 20s-6.6-3.8-6.6-8S7 4 12 4z" '
    'fill="currentColor" fill-opacity=".35"/>',
    "invert": '<rect x="3.5" y="3.5" width="17" height="17" rx="1.5"/><path d="M3.5 20.5L20.5 3.5v15.5a1.5 1.5 0 0 1'
    '-1.5 1.5z" fill="currentColor"/>',
    "reset": '<path d="M4 9V4.5M4 9h4.5M4.3 9A8.5 8.5 0 1 1 3.6 13.5"/>',
    "accept": '<path d="M4.5 12.5l5 5L19.5 7"/>',
    "reject": '<path d="M6 6l12 12M18 6L6 18"/>',
    "delete": '<path d="M4.5 6.5h15M9.5 6.5V4h5v2.5M6.5 6.5l1 14h9l1-14M10.5 10.5v6M13.5 10.5v6"/>',
    "run": '<path d="M7 4.5l12 7.5-12 7.5z" fill="currentColor"/>',
    "slower": '<path d="M12 6l-7 6 7 6zM20 6l-7 6 7 6z"/>',
    "faster": '<path d="M12 6l7 6-7 6zM4 6l7 6-7 6z"/>',
    "swing": '<path d="M4 9h15M19 9l-3.5-3.5M19 9l-3.5 3.5M20 16H5M5 16l3.5-3.5M5 16l3.5 3.5"/>',
    "stop": '<rect x="6.5" y="6.5" width="11" height="11" rx="1" fill="currentColor"/>',
    "document": '<path d="M6 3.5h8.5L19 8v12.5H6zM14 3.5V8.5h5M9 12.5h7M9 16h7"/>',
    "waveform": '<path d="M2.5 13h4l2-2 2 2h1l1.5-8.5L15 19l1.5-6h5"/>',
    "film": '<rect x="3.5" y="5.5" width="17" height="13" rx="1.5"/><path d="M10.5 9v6l4.5-3z" fill="currentColor"/>',
    "mesh": '<path d="M12 3.5l8 4.5v8l-8 4.5-8-4.5V8zM4 8l8 4.5L20 8M12 12.5v8"/>',
    "table": '<rect x="4" y="4.5" width="16" height="15" rx="1.5"/><path d="M4 9.5h16M4 14.5h16M10 9.5v10"/>',
    "folder": '<path d="M3.5 18.5v-13h6l2 2.5h9v10.5z"/>',
    "warning": '<path d="M12 4L2.8 20h18.4zM12 10v5M12 17.6v.1"/>',
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4 20.5c.8-4 4-6 8-6s7.2 2 8 6"/>',
    "scan": '<path d="M3.5 8V5A1.5 1.5 0 0 1 5 3.5h3M16 3.5h3A1.5 1.5 0 0 1 20.5 5v3'
    "M20.5 16v3a1.5 1.5 0 0 1-1.5 1.5h-3"
    'M8 20.5H5A1.5 1.5 0 0 1 3.5 19v-3"/><circle cx="12" cy="12" r="4.5"/>',
}


@cache
def icon(name: str, colour: str = theme.TEXT) -> QIcon:
    """The icon of this name in one colour, with a faint disabled state. KeyError for a name that is not drawn."""
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(pixmap(name, size, colour), QIcon.Mode.Normal)
        made.addPixmap(pixmap(name, size, theme.FAINT), QIcon.Mode.Disabled)
    return made


def pixmap(name: str, size: int, colour: str = theme.TEXT) -> QPixmap:
    """The icon as a transparent pixmap of `size` px."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{colour}" '
        f'stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">{_SHAPES[name]}</svg>'
    ).replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture
