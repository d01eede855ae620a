"""The pixels of a plane: sampled values, windowed to grey, with the masks over them."""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.grey import grey_table
from medscan_desktop.render.grid import Grid, ObliqueGrid
from medscan_desktop.render.masks import as_image, mask_picture
from medscan_desktop.render.oblique import ObliqueSource, sample_oblique
from medscan_desktop.render.planes import PlaneSource
from medscan_desktop.render.refining import Later, Pause, no_pause
from medscan_desktop.render.rough import is_dear, rough
from medscan_desktop.render.sampling import Sampled, sample
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.view import View

_PICTURES_WHILE_LOADING = 50  # of a plane across the slices: each costs the window's thread some milliseconds


class Sampler(Protocol):
    """The array path (`sampling.sample`) or the reference (`reslice.reference_sample`)."""

    def __call__(self, source: PlaneSource, grid: Grid) -> Sampled | None:
        """The slice at the pane's pixels."""
        ...


@dataclass(frozen=True)
class _Kept:
    """The last sampled slice and what it was sampled for."""

    key: tuple[object, ...]
    sampled: Sampled | None
    is_rough: bool = False


class _Sources:
    """What slices of a volume are cut with. One thread at a time."""

    def __init__(self, volume: Volume) -> None:
        self.volume = volume
        self.planes, self.oblique = PlaneSource(volume), ObliqueSource(volume)

    def sample(self, sampler: Sampler, grid: Grid, settled: bool, pause: Pause = no_pause) -> Sampled | None:
        """The slice at the grid's pixels, exactly."""
        self.planes.pause = self.oblique.pause = pause
        if isinstance(grid, ObliqueGrid):
            return sample_oblique(self.oblique, grid, settled=settled)
        return sampler(self.planes, grid)


class PlaneImage:
    """Draws slices of one volume at a time, and keeps the sampled values: a window drag never samples again.

    With `later` what takes long is made there, and what `rough` makes of it is drawn until it has come.
    """

    def __init__(self, sampler: Sampler = sample, later: Later[Sampled | None] | None = None) -> None:
        self._sampler = sampler
        self._later = later
        self._here: _Sources | None = None
        self._there: _Sources | None = None  # of the thread that `later` works on
        self._kept: _Kept | None = None

    @property
    def last(self) -> Sampled | None:
        """What was drawn last, None where that was no more than rough."""
        return self._kept.sampled if self._kept is not None and not self._kept.is_rough else None

    @property
    def is_rough(self) -> bool:
        """Whether the exact slice is still to come."""
        return self._kept is not None and self._kept.is_rough

    def draw(self, canvas: QImage, volume: Volume, grid: Grid, view: View, *, settled: bool = False) -> None:
        """The slice in the view's window onto an RGB32 canvas of the grid's size.

        `settled` says that nothing more will arrive, though some is missing. Written into the canvas's memory: ten
        times faster than letting a painter convert it.
        """
        sampled = self.sampled(volume, grid, settled=settled)
        if sampled is None:
            return
        pixels = grey_pixels(sampled, volume, view)
        height, width = pixels.shape[:2]
        rows = np.frombuffer(canvas.bits(), np.uint8).reshape(canvas.height(), canvas.width(), 4)
        place = rows[sampled.top : sampled.top + height, sampled.left : sampled.left + width]
        cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA if pixels.ndim == 3 else cv2.COLOR_GRAY2BGRA, dst=place)

    def sampled(self, volume: Volume, grid: Grid, *, settled: bool = False) -> Sampled | None:
        """The slice at the grid's pixels, kept from the last time where nothing has changed."""
        if self._here is None or self._here.volume is not volume:
            self._here, self._there, self._kept = _Sources(volume), _Sources(volume), None
            if self._later is not None:
                self._later.drop()
        is_one = grid.axis == 0 and grid.slab is None
        arrived = bool(volume.loaded[grid.index]) if is_one else _arrived(volume, settled)
        key = (*grid.key, arrived)  # read before the pixels are: a slice that arrives meanwhile is sampled again
        if self._kept is None or self._kept.key != key or self._kept.is_rough:
            self._kept = self._newest(self._here, key, grid, settled)
        return self._kept.sampled

    def _newest(self, here: _Sources, key: tuple[object, ...], grid: Grid, settled: bool) -> _Kept:
        """The exact slice where it is at hand or quickly made; else a rough one, and the exact one is asked for."""
        later, there = self._later, self._there
        if later is None or there is None:
            return _Kept(key, here.sample(self._sampler, grid, settled))
        if not is_dear(here.oblique, grid, settled=settled):
            later.drop()
            return _Kept(key, here.sample(self._sampler, grid, settled))
        if isinstance(grid, ObliqueGrid) and grid.nearest:  # a hand turns it: the next one comes before this is made
            later.drop()
        else:
            made = later.get(key, lambda pause: there.sample(self._sampler, grid, settled, pause))
            if made is not None:
                here.oblique.learn_from(there.oblique)
                return _Kept(key, made[0])
        if self._kept is not None and self._kept.key == key:
            return self._kept
        return _Kept(key, rough(here.planes, grid), is_rough=True)


def _arrived(volume: Volume, settled: bool) -> int:
    """How far the volume has arrived, in steps that are worth a new picture: the last one is exact."""
    count = int(np.count_nonzero(volume.loaded))
    if settled or volume.is_complete:
        return count
    return -1 - count * _PICTURES_WHILE_LOADING // len(volume.loaded)


def grey_pixels(sampled: Sampled, volume: Volume, view: View) -> NDArray[np.uint8]:
    """uint8 (h, w), or (h, w, 3) for colour; black where there is no tissue, under MONOCHROME1 and inverse too."""
    if volume.is_colour:
        pixels = np.asarray(sampled.values, np.uint8)
        if view.inverted:
            pixels = 255 - pixels
    else:
        pixels = grey_table(view.voi, volume.inverted != view.inverted).grey(sampled.values)
    if sampled.valid is not None:
        pixels = pixels * (sampled.valid[..., None] if volume.is_colour else sampled.valid)
    return np.ascontiguousarray(pixels)


def draw_masks(painter: QPainter, layers: tuple[MaskLayer, ...], grid: Grid) -> None:
    """The masks over the slice; the painter counts in the grid's pixels."""
    for layer in layers:
        if grid.axis == 0 and not layer.in_slices:
            continue
        picture = mask_picture(layer, grid)
        if picture is not None:
            left, top, pixels = picture
            painter.drawImage(left, top, as_image(pixels))
