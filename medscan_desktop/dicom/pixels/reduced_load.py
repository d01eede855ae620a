"""Loads a stack with fewer voxels than its files have: each slice is averaged as it comes, the whole never exists."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.pixels.load import Failure, Files, Loading, Opener, leave_free, prepared
from medscan_desktop.dicom.pixels.modality import ValueMap
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.imaging.reduction import BlockMean, Reduction
from medscan_desktop.imaging.volume import Volume

REDUCED = "at reduced resolution"  # beside every distance


def start_reduced_load(
    plan: StackPlan,
    opener: Opener,
    workers: Workers,
    reduction: Reduction,
    *,
    warning: str,
    threads: int = 2,
    on_slices: Callable[[], None] = lambda: None,
) -> "ReducedLoading":
    """As `start_load`. `warning` stands first of the volume's; its calibration says that distances rest on blocks."""
    mapping, whole = prepared(plan, opener, reduction.geometry_of(plan.geometry), np.zeros)
    trust = [plan.calibration] if plan.calibration else []
    volume = replace(
        whole,
        reduction=reduction,
        warnings=(warning, *whole.warnings),
        calibration="px" if plan.calibration == "px" else ", ".join([*trust, REDUCED]),
        empty=tuple(
            k
            for k in range(whole.geometry.shape[0])
            if set(reduction.frames_of(k, plan.geometry.shape[0])) <= set(plan.empty)
        ),
        slice_vois=(),
    )
    if any(header.image.has_overlays for header in plan.headers):
        volume = replace(volume, warnings=(*volume.warnings, "overlay planes are drawn at full resolution alone"))
    leave_free(volume)
    return ReducedLoading(plan, volume, mapping, opener, workers, threads, on_slices)


class ReducedLoading(Loading):
    """A slice of the volume is made of several frames; where one of them fails, it fails."""

    def __init__(
        self,
        plan: StackPlan,
        volume: Volume,
        mapping: ValueMap,
        opener: Opener,
        workers: Workers,
        threads: int,
        on_slices: Callable[[], None],
    ) -> None:
        self._mine = threading.local()
        self._frame_shape = (*plan.geometry.shape[1:], *volume.values.shape[3:])
        super().__init__(plan, volume, mapping, opener, workers, threads, on_slices)

    def _fill(self, k: int, files: Files) -> None:
        frame_values, mean = self._workplace()
        try:
            for place in self.volume.reduction.frames_of(k, self._plan.geometry.shape[0]):
                if place in self._plan.empty:
                    continue
                self._mine.frame = frame = self._plan.frame_near(place)
                self._read(frame, files, frame_values)
                mean.add(frame_values)
            mean.take(self.volume.values[k])
        finally:
            mean.forget()

    def _workplace(self) -> tuple[NDArray[Any], BlockMean]:
        """One frame's buffer and the sums of one slice: each thread's own."""
        if not hasattr(self._mine, "values"):
            self._mine.values = np.empty(self._frame_shape, self.volume.values.dtype)
            self._mine.mean = BlockMean(self.volume.reduction, self._frame_shape, self.volume.padding)
        return self._mine.values, self._mine.mean

    def _failure(self, k: int, frame: int, error: Exception) -> Failure:
        return super()._failure(k, getattr(self._mine, "frame", self.volume.reduction.slices * frame), error)
