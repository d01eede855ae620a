"""The layout button's popover: a field of squares to pick rows and columns from, and the layouts that have names."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QWidget, QWidgetAction

from medscan_desktop.scene.hanging import view_with_stack
from medscan_desktop.scene.layout import MOST_COLUMNS, MOST_ROWS
from medscan_desktop.ui import layout_actions as layouts
from medscan_desktop.ui import theme
from medscan_desktop.ui.actions import ViewerActions

_SIDE, _GAP, _MARGIN, _TEXT = 30, 4, 12, 24  # px
_STEPS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


class GridPicker(QWidget):
    """`picked` gives rows and columns. The mouse or the arrows mark them; a click or Enter takes them."""

    picked = Signal(int, int)

    def __init__(self, current: tuple[int, int] | None) -> None:
        super().__init__()
        self._current = current
        self._marked = (0, 0)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Rows and columns")

    @property
    def text(self) -> str:
        """`2 × 3`, or what to do."""
        rows, columns = self._marked
        return f"{rows} × {columns}" if rows else "Rows × columns"

    def sizeHint(self) -> QSize:
        width = 2 * _MARGIN + MOST_COLUMNS * (_SIDE + _GAP) - _GAP
        return QSize(width, 2 * _MARGIN + MOST_ROWS * (_SIDE + _GAP) + _TEXT)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        row, column = (int(value // (_SIDE + _GAP)) + 1 for value in (at.y() - _MARGIN, at.x() - self._left))
        inside = 1 <= row <= MOST_ROWS and 1 <= column <= MOST_COLUMNS
        self._mark((row, column) if inside else (0, 0))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._marked[0]:
            self.picked.emit(*self._marked)

    def leaveEvent(self, event: QEvent) -> None:
        self._mark((0, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        rows, columns = self._marked if self._marked[0] else (self._current or (1, 1))
        if step is not None:
            self._mark((min(max(rows + step[0], 1), MOST_ROWS), min(max(columns + step[1], 1), MOST_COLUMNS)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit(rows, columns)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rows, columns = self._marked
        for row in range(MOST_ROWS):
            for column in range(MOST_COLUMNS):
                is_marked = row < rows and column < columns
                is_current = self._current is not None and row < self._current[0] and column < self._current[1]
                painter.setPen(QColor(theme.ACCENT if is_marked or (is_current and not rows) else theme.LINE))
                painter.setBrush(QColor(theme.ACCENT_DIM if is_marked else theme.FIELD))
                side = _SIDE + _GAP
                painter.drawRoundedRect(self._left + column * side, _MARGIN + row * side, _SIDE, _SIDE, 3, 3)
        painter.setPen(QColor(theme.TEXT if rows else theme.MUTED))
        line = QRect(0, self.height() - _TEXT - _MARGIN // 2, self.width(), _TEXT)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self.text)
        painter.end()

    @property
    def _left(self) -> int:
        """The menu may be wider than the squares."""
        return (self.width() - MOST_COLUMNS * (_SIDE + _GAP) + _GAP) // 2

    def _mark(self, marked: tuple[int, int]) -> None:
        if marked != self._marked:
            self._marked = marked
            self.update()


def fill_layouts(menu: QMenu, actions: ViewerActions) -> GridPicker:
    """The popover's content; gives its field of squares."""
    picker = GridPicker(actions.workspace.layout.as_grid if actions.workspace.views else None)
    field = QWidgetAction(menu)
    field.setDefaultWidget(picker)
    picker.picked.connect(lambda rows, columns: _take(menu, partial(layouts.use_grid, rows, columns, actions)))
    menu.addAction(field)
    QTimer.singleShot(0, picker, picker.setFocus)  # the arrows are the squares' while nobody points elsewhere
    menu.addSeparator()
    shown = view_with_stack(actions.workspace)
    stack = actions.workspace.stack(shown.stack) if shown is not None else None
    is_volume = stack is not None and stack.is_volume
    for name, text in layouts.HANG_NAMES.items():
        menu.addAction(text, partial(layouts.hang_as, name, actions)).setEnabled(is_volume or name == "single")
    menu.addSeparator()
    tiles = menu.addAction("Tile mode: consecutive images", partial(layouts.toggle_tiles, actions))
    tiles.setCheckable(True)
    tiles.setChecked(layouts.is_tiled(actions))
    layouts.fill_split_menu(menu, actions)
    menu.addAction("Close the active cell", partial(layouts.close_cell, actions))
    menu.addAction("Equal cells", partial(layouts.even_cells, actions))
    menu.addAction("Next series into the empty cells", partial(layouts.fill_cells, actions))
    return picker


def _take(menu: QMenu, run: Callable[[], object]) -> None:
    menu.close()
    run()
