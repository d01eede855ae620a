"""Coloured masks over a slice: filled at the layer's opacity, outlined so that the edge reads on any grey."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from medscan_desktop.imaging.mask import Mask
from medscan_desktop.render.grid import Grid, ObliqueGrid
from medscan_desktop.render.oblique import sample_label_oblique
from medscan_desktop.render.sampling import sample_label
from medscan_desktop.scene.overlay import MaskLayer

_OUTLINE = np.ones((3, 3), np.uint8)


def mask_picture(layer: MaskLayer, grid: Grid) -> tuple[int, int, NDArray[np.uint32]] | None:
    """(left, top, premultiplied ARGB pixels) of the part of the pane that the mask touches; None where it does not."""
    left, top, right, bottom = grid.rectangle
    if right <= left or bottom <= top or layer.opacity <= 0:
        return None
    found = _oblique_label(layer.mask, grid) if isinstance(grid, ObliqueGrid) else _label(layer.mask, grid)
    if found is None:
        return None
    left, top, label = found
    x, y, width, height = cv2.boundingRect(label)
    if not width:
        return None
    label = label[y : y + height, x : x + width]
    inner = cv2.erode(
        label, _OUTLINE, iterations=max(1, round(grid.scale)), borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    codes = np.asarray(2 * label - inner, np.uint8)  # 0 outside, 1 filled, 2 outline
    return left + x, top + y, _colours(layer).take(codes)


def _label(mask: Mask, grid: Grid) -> tuple[int, int, NDArray[np.uint8]] | None:
    """(left, top, 0 or 1) on one of the stack's own planes; of a slab all that lies in it."""
    first, last = (min(max(k, 0), mask.shape[grid.axis] - 1) for k in grid.slices)
    plane = mask.plane(grid.axis, first)
    for index in range(first + 1, last + 1):
        plane |= mask.plane(grid.axis, index)
    if not plane.any():
        return None
    part = grid.part_showing(*cv2.boundingRect(plane.view(np.uint8)))
    return None if part is None else (part[0], part[1], sample_label(plane, grid, part))


def _oblique_label(mask: Mask, grid: ObliqueGrid) -> tuple[int, int, NDArray[np.uint8]] | None:
    part = grid.rectangle
    found: NDArray[np.uint8] | None = None
    for layer in grid.layers():
        label = sample_label_oblique(mask, *layer.nearest_voxels(part))
        if label is not None:
            found = label if found is None else found | label
    return None if found is None else (part[0], part[1], found)


def as_image(pixels: NDArray[np.uint32]) -> QImage:
    """A QImage over `pixels`, which must outlive it."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)


def _colours(layer: MaskLayer) -> NDArray[np.uint32]:
    """The premultiplied 32-bit colours of the codes 0, 1 and 2."""
    return np.array(
        [0, _premultiplied(layer, layer.opacity), _premultiplied(layer, _outline(layer.opacity))], np.uint32
    )


def _outline(opacity: float) -> float:
    return min(1.0, 0.35 + opacity)


def _premultiplied(layer: MaskLayer, opacity: float) -> int:
    alpha = round(255 * min(max(opacity, 0.0), 1.0))
    red, green, blue = (round(part * alpha / 255) for part in layer.colour)
    return alpha << 24 | red << 16 | green << 8 | blue
