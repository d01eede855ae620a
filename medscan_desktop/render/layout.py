"""Places a pane's words so that nothing overlaps, nothing is clipped, and what must be seen is seen.

Strips take the full width at top and bottom; the corners share what is left, each at most 36 % of its height, so that
the orientation letters and the ruler in the middle of the edges stay free. Letters shrink with the pane; then the
least important lines go; the kept ones never do.
"""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from medscan_desktop.render.corners import Line, PaneWords, Strip
from medscan_desktop.render.texts import Style, TextPainter

_MARGIN = 6.0
_SMALLEST, _LARGEST = 8.0, 13.0
_SHARE, _KEPT_SHARE = 0.36, 0.42  # of the height, for a corner; for one that has only kept lines left
_FILL, _ON_FILL = 210, 0xFFFFFF  # how much darker a filled strip is than its colour; its letters
_MIDDLING, _LARGE = 130.0, 200.0  # heights from which a strip may have a second and a third line


def base_pixels(size: tuple[int, int]) -> float:
    """The letter height that suits a pane of this size."""
    return min(max(min(size) / 40, _SMALLEST), _LARGEST)


def draw_words(painter: QPainter, texts: TextPainter, words: PaneWords, size: tuple[int, int]) -> QRectF:
    """Draw all words; returns the area between the strips, in whose edges letters and ruler belong."""
    pixels = base_pixels(size)
    top = 0.0
    for strip in words.top_strips:
        top += _draw_strip(painter, texts, strip, Style(pixels, strip.colour, bold=True), QRectF(0, top, *size))
    bottom = float(size[1])
    for strip in reversed(words.bottom_strips):
        bottom -= _draw_strip(
            painter, texts, strip, Style(pixels, strip.colour), QRectF(0, 0, size[0], bottom), up=True
        )
    area = QRectF(0, top, size[0], max(0.0, bottom - top))
    _draw_corners(painter, texts, words, area, pixels)
    return area


def _draw_strip(
    painter: QPainter, texts: TextPainter, strip: Strip, style: Style, area: QRectF, *, up: bool = False
) -> float:
    """One strip at the top of `area` (`up`: at its bottom); returns its height."""
    line = texts.line_height(style)
    mark = line * 0.7
    left = _MARGIN + (mark + 3) * len(strip.swatches)
    lines = 1 + (area.height() > _MIDDLING) + (area.height() > _LARGE)
    rows = texts.wrapped(strip.text, style, max(1.0, area.width() - left - _MARGIN), lines)
    height = line * len(rows) + 4
    top = area.bottom() - height if up else area.top()
    back = QColor.fromRgb(strip.colour).darker(_FILL) if strip.filled else QColor(12, 14, 18, 205)
    style = Style(style.pixels, _ON_FILL, bold=True) if strip.filled else style
    painter.fillRect(QRectF(area.left(), top, area.width(), height), back)
    painter.fillRect(QRectF(area.left(), top, 3, height), QColor.fromRgb(strip.colour))
    for place, colour in enumerate(strip.swatches):
        square = QRectF(_MARGIN + place * (mark + 3), top + 2 + (line - mark) / 2, mark, mark)
        painter.fillRect(square, QColor(*colour))
    for row, text in enumerate(rows):
        texts.draw(painter, left, top + 2 + row * line, text, style)
    return height


def _draw_corners(painter: QPainter, texts: TextPainter, words: PaneWords, area: QRectF, pixels: float) -> None:
    corners = _on_one_side(words) or (words.top_left, words.top_right, words.bottom_left, words.bottom_right)
    longest = max(len(lines) for lines in corners)
    while pixels > _SMALLEST and longest * texts.line_height(Style(pixels)) > area.height() * _SHARE:
        pixels -= 1
    line = texts.line_height(Style(pixels))
    width = max(1.0, area.width() / 2 - _MARGIN - 1.5 * pixels)  # the letter between the columns needs some too
    room, kept_room = int(area.height() * _SHARE / line), int(area.height() * _KEPT_SHARE / line)
    fitted = [fitting(lines, room, kept_room) for lines in corners]
    for place, shown in enumerate(fitted):
        top = area.top() + 4 if place < 2 else area.bottom() - 4 - line * len(shown)
        for row, one in enumerate(shown):
            style = Style(pixels, one.colour, one.bold)
            mark = 0.0 if one.chain is None else 1.6 * pixels
            wide = width
            if one.kept and (place % 2 == 0 or words.side):  # never hidden, nor cut where there is room beside it
                beside = fitted[place - 1 if place % 2 else place + 1]
                wide = max(width, _room_beside(texts, beside, row, len(shown), place // 2 * 2, area.width(), pixels))
            text = texts.elided(one.text, style, wide - mark)
            if one.chain is not None:
                left = area.left() + _MARGIN
                if place % 2:
                    left = area.right() - _MARGIN - texts.width(text, style) - mark
                _draw_chain(painter, left, top + row * line, line, style, whole=one.chain)
            if place % 2:
                texts.draw_right(painter, area.right() - _MARGIN, top + row * line, text, style)
            else:
                texts.draw(painter, area.left() + _MARGIN + mark, top + row * line, text, style)


def _on_one_side(words: PaneWords) -> tuple[tuple[Line, ...], ...]:
    """The corners one under the other where a picture lies against a side, as on mammography workstations."""
    top, bottom = words.top_left + words.top_right, words.bottom_right + words.bottom_left
    return {"left": (top, (), bottom, ()), "right": ((), top, (), bottom)}.get(words.side, ())


def _room_beside(
    texts: TextPainter, right: tuple[Line, ...], row: int, count: int, place: int, width: float, pixels: float
) -> float:
    """How wide row `row` of a left corner's `count` may be, given what stands in the right corner at its height.

    0 in the row of the letter in the middle: that one is never covered.
    """
    if row == (0 if place == 0 else count - 1):
        return 0.0
    other = row if place == 0 else len(right) - count + row
    taken = 0.0
    if 0 <= other < len(right):
        one = right[other]
        taken = min(texts.width(one.text, Style(pixels, one.colour, one.bold)), width / 2)
    return width - 2 * _MARGIN - taken - pixels


def _draw_chain(painter: QPainter, left: float, top: float, line: float, style: Style, *, whole: bool) -> None:
    """Two links of a chain, one through the other; apart where it is broken."""
    width, height = 0.75 * style.pixels, 0.46 * style.pixels
    at, apart = top + (line - height) / 2, 0.52 if whole else 0.86
    for pen in (QPen(QColor(0, 0, 0, 170), 3.2), QPen(QColor.fromRgb(style.colour), 1.4)):
        painter.setPen(pen)
        for number in (0, 1):
            link = QRectF(left + number * width * apart, at, width, height)
            painter.drawRoundedRect(link, height / 2, height / 2)


def fitting(lines: tuple[Line, ...], room: int, kept_room: int) -> tuple[Line, ...]:
    """As many lines as there is room for: the last ones that may go, go first."""
    shown = list(lines)
    while len(shown) > room:
        droppable = [place for place, line in enumerate(shown) if not line.kept]
        if not droppable:
            break
        del shown[droppable[-1]]
    return tuple(shown if len(shown) <= room else shown[: max(kept_room, 1)])
