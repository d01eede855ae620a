"""The straightened picture along a curve: one sampling of the volume, kept while it looks along the same curve."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from medscan_desktop.imaging.curved import values_across
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.refining import Later, Pause, no_pause
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.curve import Curve, course_on, paper
from medscan_desktop.scene.curving import cursor_mm
from medscan_desktop.scene.slab import Slab, SlabMode
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace

_COLOUR = 0xE879F9
_TICK_PX = 14.0
_ROUGH_EVERY = 3
_NONE = {SlabMode.MIP: -np.inf, SlabMode.MIN_IP: np.inf, SlabMode.MEAN: 0.0}


@dataclass(frozen=True)
class _Kept:
    key: tuple[object, ...]
    source: Volume
    picture: Volume | None
    is_rough: bool = False


class CurvedImage:
    """Straightens one volume at a time; with `later` exact pictures are made there, and rough ones shown till then."""

    def __init__(self, later: Later[Volume | None] | None = None) -> None:
        self._later = later
        self._kept: _Kept | None = None

    @property
    def is_rough(self) -> bool:
        """Whether what was asked for last is still to come."""
        return self._kept is not None and self._kept.is_rough

    def picture(self, volume: Volume, curve: Curve | None, slab: Slab | None) -> Volume | None:
        """A volume of one slice in the paper's geometry, NaN where there is no tissue; None without a curve."""
        key = (curve, slab, int(np.count_nonzero(volume.loaded)))
        if self._kept is not None and self._kept.source is not volume:
            self._kept = None
            if self._later is not None:
                self._later.drop()
        if self._kept is None or self._kept.key != key or self._kept.is_rough:
            self._kept = self._newest(key, volume, curve, slab)
        return self._kept.picture

    def _newest(self, key: tuple[object, ...], volume: Volume, curve: Curve | None, slab: Slab | None) -> _Kept:
        if self._later is None or course_on(curve, volume.geometry) is None:
            return _Kept(key, volume, straightened(volume, curve, slab))
        made = self._later.get(key, lambda pause: straightened(volume, curve, slab, pause=pause))
        if made is not None:
            return _Kept(key, volume, made[0])
        if self._kept is not None and self._kept.key == key:
            return self._kept
        return _Kept(key, volume, straightened(volume, curve, slab, every=_ROUGH_EVERY), is_rough=True)


def straightened(
    volume: Volume, curve: Curve | None, slab: Slab | None = None, *, every: int = 1, pause: Pause = no_pause
) -> Volume | None:
    """The values across a curve: its length from left to right, what is beside it above and below.

    `every` so many places each way are sampled, and three layers of a slab, where it is more than 1: about the same.
    """
    found = course_on(curve, volume.geometry)
    if found is None or curve is None or volume.is_colour:
        return None
    geometry = paper(found)
    rows = geometry.shape[1]
    down = (np.arange(rows) - (rows - 1) / 2) * found.step_mm
    up, through = found.across(curve.angle)
    plane = (found.points[None] - up[None] * down[:, None, None])[::every, ::every]
    through = through[::every]
    reach = 0 if slab is None else slab.reach(found.step_mm)
    apart = max(1, reach) if every > 1 else 1
    mode = slab.mode if slab is not None else SlabMode.MEAN
    total: NDArray[np.floating[Any]] = np.full(plane.shape[:2], _NONE[mode], np.float32)
    count = np.zeros(plane.shape[:2], np.int32)
    for layer in range(-reach, reach + 1, apart):
        pause()
        values, valid = values_across(volume, plane + through[None] * (layer * found.step_mm))
        count += valid
        if mode is SlabMode.MEAN:
            total += values
        else:
            best = np.maximum if mode is SlabMode.MIP else np.minimum
            total = best(total, np.where(valid, values, np.float32(_NONE[mode])))
    if mode is SlabMode.MEAN:
        total = total / np.maximum(count, 1)
    shown = np.where(count > 0, total, np.nan).astype(np.float32)
    if every > 1:
        shown = shown.repeat(every, axis=0).repeat(every, axis=1)[:rows, : len(found.points)]
    return Volume(shown[None], geometry, np.ones(1, np.bool_), volume.unit, inverted=volume.inverted)


def draw_curve(painter: QPainter, workspace: Workspace, view: View, pane: PaneMap, area: QRectF) -> None:
    """The curve where it runs in the plane shown, its points while it is drawn, and where the focus is along it."""
    curve = workspace.curves.get(view.stack) if view.stack is not None else None
    found = course_on(curve, pane.geometry) if view.kind is not ViewKind.CURVED else None
    if view.kind is ViewKind.CURVED:
        _draw_cursor(painter, workspace, view, pane, area)
        return
    if curve is None:
        return
    colour = QColor.fromRgb(_COLOUR)
    painter.setBrush(QColor(0, 0, 0, 0))
    if found is not None:
        near = np.abs((found.points - pane.origin) @ pane.normal) <= max(pane.step_mm, 1.0)
        path = _path(pane.to_pane(found.points), near)
        for pen in (QPen(QColor(0, 0, 0, 150), 3.4), QPen(colour, 1.6)):
            painter.setPen(pen)
            painter.drawPath(path)
        at = cursor_mm(workspace, view)
        if at is not None:
            _draw_tick(painter, pane, found.points, found.tangents, round(at / found.step_mm), colour)
    if workspace.tool == "curve":
        for x, y in pane.to_pane(np.asarray(curve.points)).tolist():
            painter.setPen(QPen(QColor(0, 0, 0, 180), 1.0))
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(x, y), 3.5, 3.5)
        painter.setBrush(QColor(0, 0, 0, 0))


def _path(places: NDArray[np.float64], near: NDArray[np.bool_]) -> QPainterPath:
    """The parts of the curve that run near the plane."""
    path, is_down = QPainterPath(), False
    for (x, y), shown in zip(places.tolist(), near.tolist(), strict=True):
        if shown and is_down:
            path.lineTo(x, y)
        elif shown:
            path.moveTo(x, y)
        is_down = shown
    return path


def _draw_tick(
    painter: QPainter,
    pane: PaneMap,
    points: NDArray[np.float64],
    tangents: NDArray[np.float64],
    place: int,
    colour: QColor,
) -> None:
    """A line across the curve where the straightened view's cursor is."""
    place = min(max(place, 0), len(points) - 1)
    centre, ahead = pane.to_pane(np.stack([points[place], points[place] + tangents[place]]))
    along = ahead - centre
    length = float(np.linalg.norm(along))
    if length < 1e-6:
        return
    across = np.array([-along[1], along[0]]) / length * _TICK_PX
    line = QLineF(QPointF(*(centre - across)), QPointF(*(centre + across)))
    for pen in (QPen(QColor(0, 0, 0, 150), 4.0), QPen(colour, 2.0)):
        painter.setPen(pen)
        painter.drawLine(line)


def _draw_cursor(painter: QPainter, workspace: Workspace, view: View, pane: PaneMap, area: QRectF) -> None:
    """In the straightened view: where the focus is along the curve."""
    at = cursor_mm(workspace, view)
    if at is None or not workspace.crosshair:
        return
    ends = pane.to_pane(np.array([(at, -1e4, 0.0), (at, 1e4, 0.0)]))
    colour = QColor.fromRgb(_COLOUR)
    colour.setAlpha(190)
    painter.setPen(QPen(colour, 1.0))
    painter.setClipRect(area)
    painter.drawLine(QLineF(QPointF(*ends[0]), QPointF(*ends[1])))
    painter.setClipping(False)
