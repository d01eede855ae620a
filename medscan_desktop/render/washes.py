"""Colour washes: another volume's values at the pane's pixels, trilinear in patient space, and their colour bar."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from scipy.ndimage import map_coordinates

from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.grid import Grid
from medscan_desktop.render.texts import Style, TextPainter
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.overlay import WashLayer

Floats = NDArray[np.float64]
_FLAT = 1e-9
_EDGE = 1e-6  # a pixel whose centre falls on the outermost edge belongs to the volume
_COLOURS = np.ascontiguousarray(
    cv2.applyColorMap(np.arange(256, dtype=np.uint8).reshape(1, 256), cv2.COLORMAP_TURBO)[0, :, ::-1]
)


def wash_values(volume: Volume, pane: PaneMap, grid: Grid) -> tuple[int, int, NDArray[np.float32]] | None:
    """(left, top, values) at the pixels of the grid's rectangle, NaN outside of the volume; None without a rectangle.

    The value of a pixel is that of its centre, on the plane through the middle of the slice shown. Beyond the
    outermost voxel centres the outermost values go on for half a voxel.
    """
    left, top, right, bottom = grid.rectangle
    if right <= left or bottom <= top:
        return None
    geometry = volume.geometry
    corner = pane.to_patient(np.array([left + 0.5, top + 0.5]) / grid.scale)
    start = geometry.to_index(_on_slice(pane, corner))
    steps = geometry.inverse[:3, :3] @ np.stack([pane.right, pane.down], axis=1) / grid.scale
    values = _sampled(volume, start, steps, (right - left, bottom - top))
    if grid.inside is not None:
        values[~grid.inside] = np.nan
    return left, top, values


def wash_picture(layer: WashLayer, pane: PaneMap, grid: Grid) -> tuple[int, int, NDArray[np.uint32]] | None:
    """(left, top, premultiplied ARGB) of a wash; None where it touches nothing."""
    if layer.opacity <= 0:
        return None
    found = wash_values(layer.volume, pane, grid)
    if found is None:
        return None
    left, top, values = found
    shown = np.nan_to_num(values, nan=-np.inf) >= layer.low
    if not shown.any():
        return None
    levels = np.clip((values - layer.low) / (layer.high - layer.low) * 255, 0, 255)
    codes = np.where(shown, np.nan_to_num(levels), 0).astype(np.uint8)
    return left, top, np.asarray(_table(layer.opacity)[codes] * shown, np.uint32)


def draw_washes(painter: QPainter, layers: tuple[WashLayer, ...], pane: PaneMap, grid: Grid) -> None:
    """The washes over the slice; the painter counts in the grid's pixels."""
    for layer in layers:
        picture = wash_picture(layer, pane, grid)
        if picture is not None:
            left, top, pixels = picture
            height, width = pixels.shape
            pixels = np.ascontiguousarray(pixels)
            image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
            painter.drawImage(left, top, image)


def draw_colour_bar(painter: QPainter, texts: TextPainter, layer: WashLayer, area: QRectF, pixels: float) -> None:
    """The colours from low to high with their values, at the left edge inside the orientation letter."""
    height = area.height() * 0.24
    if height < 40:
        return
    left, top, width = area.left() + 3.2 * pixels, area.center().y() - height / 2, max(6.0, pixels * 0.7)
    bar = np.ascontiguousarray((_table(1.0)[::-1]).reshape(256, 1))
    image = QImage(bar.data, 1, 256, 4, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(QRectF(left, top, width, height), image)
    style = Style(pixels * 0.9)
    line = texts.line_height(style)
    for share in (0.0, 0.5, 1.0):
        value = layer.low + (layer.high - layer.low) * share
        text = f"{value:.4g}" + (f" {layer.volume.unit}".rstrip() if share == 1.0 else "")
        texts.draw(painter, left + width + 4, top + height * (1 - share) - line / 2, text, style)


def _on_slice(pane: PaneMap, point: Floats) -> Floats:
    """The point moved along the pane's normal onto the middle of the slice shown; an oblique plane is where it is."""
    if pane.is_oblique:
        return point
    middle = np.zeros(3)
    middle[pane.axes.through] = pane.slice_index
    away = float((pane.geometry.to_patient(middle) - point) @ pane.normal)
    return np.asarray(point + pane.normal * away)


def _sampled(volume: Volume, start: Floats, steps: Floats, size: tuple[int, int]) -> NDArray[np.float32]:
    """Trilinear values at start + steps @ (x, y), in index order (i, j, k)."""
    width, height = size
    counts = volume.geometry.size_ijk
    through = next((axis for axis in range(3) if np.abs(steps[axis]).max() < _FLAT), None)
    if through is not None:
        plane = _blended(volume, through, float(start[through]))
        if plane is None:
            return np.full((height, width), np.nan, np.float32)
        column, row = (axis for axis in range(3) if axis != through)
        matrix = np.column_stack([steps, start])[[column, row]]
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        warped = cv2.warpAffine(plane, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        values: NDArray[np.float32] = np.array(warped, np.float32)
        inside = [(column, matrix[0]), (row, matrix[1])]
    else:
        values = np.full((height, width), np.nan, np.float32)
        inside = [(axis, np.append(steps[axis], start[axis])) for axis in range(3)]
    x, y = np.arange(width)[None, :], np.arange(height)[:, None]
    within = np.ones((height, width), np.bool_)
    for axis, (across, down, first) in inside:
        at = across * x + down * y + first
        within &= (at >= -0.5 - _EDGE) & (at <= counts[axis] - 0.5 + _EDGE)
    if through is not None:
        values[~within] = np.nan
        return values
    rows, columns = np.nonzero(within)
    index = [steps[axis, 0] * columns + steps[axis, 1] * rows + start[axis] for axis in (2, 1, 0)]
    values[within] = map_coordinates(np.asarray(volume.values, np.float32), index, order=1, mode="nearest")
    return values


def _blended(volume: Volume, axis: int, at: float) -> NDArray[np.float32] | None:
    """The plane at a fractional index along one axis, linear between its neighbours; None outside."""
    count = volume.geometry.size_ijk[axis]
    if not -0.5 - _EDGE <= at <= count - 0.5 + _EDGE:
        return None
    held = min(max(at, 0.0), count - 1.0)
    low = min(int(held), max(count - 2, 0))
    share = held - low
    array_axis = 2 - axis
    first = np.take(volume.values, low, array_axis).astype(np.float32)
    if share == 0:
        return np.ascontiguousarray(first)
    second = np.take(volume.values, low + 1, array_axis).astype(np.float32)
    return np.ascontiguousarray(first * np.float32(1 - share) + second * np.float32(share))


def _table(opacity: float) -> NDArray[np.uint32]:
    alpha = round(255 * min(max(opacity, 0.0), 1.0))
    red, green, blue = (np.rint(_COLOURS[:, part].astype(float) * alpha / 255).astype(np.uint32) for part in range(3))
    return np.asarray((np.uint32(alpha) << 24) | (red << 16) | (green << 8) | blue, np.uint32)
