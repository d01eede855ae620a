"""A strip of series: thumbnail, label and count each. Serves the library (lying) and the viewer (standing)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetrics, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from medscan_desktop.ui import theme
from medscan_desktop.ui.cell_drag import drag_stack
from medscan_desktop.ui.icons import pixmap

THUMBNAIL = 104
_TEXT_HEIGHT = 36
_PAD = 6
_HEADING = 24  # of a section, with the gap below it
_Index = QModelIndex | QPersistentModelIndex
_TILE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Tile:
    """One place of the strip. `key` is what choosing it gives back; `refusal` says why it cannot be shown."""

    key: str
    title: str
    detail: str
    modality: str
    thumbnail: bytes | None
    refusal: str = ""
    warning: str = ""  # it can be shown, but not all of it
    is_shown: bool = False  # in a pane just now
    icon: str = "scan"  # where there is no thumbnail
    note: str = ""  # why it stands apart, for the tool tip
    section: str = ""  # a heading above it: with it another study begins
    section_colour: int = 0  # 0xRRGGBB


class SeriesTiles(QListView):
    """The strip itself. `chosen` gives a tile's key on a double click, or on a click where `single_click` is set."""

    chosen = Signal(str)
    menu_wanted = Signal(str, QPoint)  # a tile's key, and where on the screen

    def __init__(self, *, standing: bool, single_click: bool = False, can_drag: bool = False) -> None:
        super().__init__()
        self._tiles = _Tiles()
        self._paint = _Paint(self)
        self._pressed_at: QPoint | None = None
        self._can_drag = can_drag
        self.setModel(self._tiles)
        self.setItemDelegate(self._paint)
        self.setFlow(QListView.Flow.TopToBottom if standing else QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        size = _tile_size()
        if standing:
            self.setFixedWidth(size.width() + 14)
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        else:
            self.setFixedHeight(size.height() + 14)
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        (self.clicked if single_click else self.doubleClicked).connect(self._choose)

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show these; what stays keeps its place."""
        self._tiles.replace(tuple(tiles))

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """What is shown."""
        return self._tiles.tiles

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.isValid():
            self.menu_wanted.emit(self._tiles.tiles[index.row()].key, event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() is Qt.MouseButton.LeftButton
        self._pressed_at = event.position().toPoint() if is_left and self._can_drag else None
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        start = self._pressed_at
        is_far = (
            start is not None
            and (event.position().toPoint() - start).manhattanLength() >= QApplication.startDragDistance()
        )
        if start is None or not is_far or not self.indexAt(start).isValid():
            super().mouseMoveEvent(event)
            return
        self._pressed_at = None
        self.setState(QListView.State.NoState)  # the press must not end as a click on the tile
        tile = self._tiles.tiles[self.indexAt(start).row()]
        drag_stack(self, tile.key, self._paint.picture(tile))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = None
        super().mouseReleaseEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self._tiles.tiles[index.row()].key)  # what cannot be shown opens as its header


class _Tiles(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.tiles: tuple[Tile, ...] = ()

    def replace(self, tiles: tuple[Tile, ...]) -> None:
        if tiles == self.tiles:
            return
        if [tile.key for tile in tiles] == [tile.key for tile in self.tiles]:
            self.tiles = tiles
            self.dataChanged.emit(self.index(0), self.index(len(tiles) - 1))
        else:
            self.beginResetModel()
            self.tiles = tiles
            self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self.tiles)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        tile = self.tiles[index.row()]
        if role == _TILE:
            return tile
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(text for text in (tile.title, tile.detail, tile.note, tile.refusal, tile.warning) if text)
        return f"{tile.modality} {tile.title}" if role == Qt.ItemDataRole.AccessibleTextRole else None


class _Paint(QStyledItemDelegate):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pixmaps: dict[bytes, QPixmap] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        tile: Tile = index.data(_TILE)
        return _tile_size() + QSize(0, _HEADING if tile.section else 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        tile: Tile = index.data(_TILE)
        area: QRect = option.rect.adjusted(4, 4, -4, -4)
        if tile.section:
            self._paint_heading(painter, area, tile)
            area.adjust(0, _HEADING, 0, 0)
        area.setHeight(_tile_size().height() - 8)  # a lying strip stretches its items
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setBrush(QColor(theme.HOVER if hovered and not tile.refusal else theme.RAISED))
        painter.setPen(QPen(QColor(theme.ACCENT), 1.5) if tile.is_shown else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(area, 5, 5)
        self._paint_picture(painter, area, tile)
        self._paint_texts(painter, area, tile)
        painter.restore()

    def _paint_heading(self, painter: QPainter, area: QRect, tile: Tile) -> None:
        room = QRect(area.left(), area.top(), area.width(), _HEADING - 4)
        painter.fillRect(room, QColor.fromRgb(tile.section_colour).darker(210))
        painter.fillRect(QRect(room.left(), room.top(), 3, room.height()), QColor.fromRgb(tile.section_colour))
        font = painter.font()
        font.setPointSizeF(8.5)
        painter.setFont(font)
        painter.setPen(QColor(theme.TEXT))
        shown = QFontMetrics(font).elidedText(tile.section, Qt.TextElideMode.ElideRight, room.width() - 10)
        painter.drawText(room.adjusted(8, 0, -2, 0), Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_picture(self, painter: QPainter, area: QRect, tile: Tile) -> None:
        square = QRect(area.left() + _PAD, area.top() + _PAD, THUMBNAIL, THUMBNAIL)
        painter.fillRect(square, QColor(theme.IMAGE))
        picture = self.picture(tile)
        at = square.center() - picture.rect().center()
        painter.drawPixmap(at, picture)
        font = painter.font()
        font.setPointSizeF(8.0)
        painter.setFont(font)
        width = max(30, painter.fontMetrics().horizontalAdvance(tile.modality) + 8)  # RTSTRUCT is a modality, too
        badge = QRect(square.left(), square.top(), min(width, THUMBNAIL), 17)
        painter.fillRect(badge, QColor(0, 0, 0, 170))
        painter.setPen(QColor(theme.MUTED))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, tile.modality)

    def picture(self, tile: Tile) -> QPixmap:
        """The thumbnail, or an icon where there is none."""
        if tile.refusal or not tile.thumbnail:  # none yet, or none that could be drawn
            return pixmap("warning" if tile.refusal else tile.icon, 32, theme.WARN if tile.refusal else theme.FAINT)
        if tile.thumbnail not in self._pixmaps:
            loaded = QPixmap()
            loaded.loadFromData(tile.thumbnail)
            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            self._pixmaps[tile.thumbnail] = loaded.scaled(THUMBNAIL, THUMBNAIL, keep, smooth)
        return self._pixmaps[tile.thumbnail]

    def _paint_texts(self, painter: QPainter, area: QRect, tile: Tile) -> None:
        top = area.top() + _PAD + THUMBNAIL + 3
        for line, (text, colour) in enumerate(((tile.title, theme.TEXT), (tile.detail, theme.MUTED))):
            font = painter.font()
            font.setPointSizeF(9.0 if line == 0 else 8.5)
            painter.setFont(font)
            painter.setPen(QColor(theme.WARN if line and (tile.refusal or tile.warning) else colour))
            room = QRect(area.left() + _PAD, top + line * 15, THUMBNAIL, 16)
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def _tile_size() -> QSize:
    return QSize(THUMBNAIL + 2 * _PAD + 8, THUMBNAIL + _TEXT_HEIGHT + _PAD + 8)
