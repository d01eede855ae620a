"""3D pictures from one worker thread that owns an offscreen VTK window from its making to its end.

A request replaces the one that waits. While the view moves the picture is coarse; once it rests it is drawn in full.
VTK releases the GIL while it draws, so the main thread goes on.
"""

import atexit
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.errors import MedScanError, Unsuitable
from medscan_desktop.imaging.turns import give_way
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.presets_3d import preset_of
from medscan_desktop.render.space_scene import SpaceScene
from medscan_desktop.scene.orbit import orbit
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.space import PLAIN, Space
from medscan_desktop.scene.view import Camera3D

Picture = NDArray[np.uint8]
_REST_SECONDS = 0.25
_SLOW_SECONDS, _FAST_SECONDS = 0.08, 0.03  # of a coarse frame: then fewer, or again more, rays
_QUICK_REST_SECONDS = 0.06  # a full picture that came this quickly needs no coarse one before it
_FAILED = "The 3D picture could not be drawn."
_NO_MEMORY = "There is not enough memory to draw this series in 3D."


@dataclass(frozen=True, slots=True)
class Request3D:
    """What to draw. `size` is in device pixels."""

    volume: Volume
    modality: str
    camera: Camera3D
    size: tuple[int, int]
    preset: str = ""
    masks: tuple[MaskLayer, ...] = ()
    space: Space = PLAIN
    full_only: bool = False  # no coarse picture first
    series: str = ""  # whose volume it is, for who asks


@dataclass(frozen=True, slots=True)
class Drawn3D:
    """A finished picture: RGBA (h, w, 4), the receiver's own. `full` says that no better one will follow.

    `note` is what must be said of it: that at rest, too, it is not of every voxel.
    """

    request: Request3D
    rgba: Picture
    full: bool
    note: str = ""


class VolumeRenderer:
    """Draws what was last asked for and hands it to `on_picture`, on its own thread.

    `on_failure` gets one sentence for a request that this machine cannot draw; the next one is tried anew. Nothing is
    handed over after `close`.
    """

    def __init__(self, on_picture: Callable[[Drawn3D], None], on_failure: Callable[[str], None]) -> None:
        self._on_picture = on_picture
        self._on_failure = on_failure
        self._changed = threading.Condition()
        self._waiting: Request3D | None = None
        self._closing = False
        self._pixel_step = 2
        self._last_full_seconds = float("inf")
        self._scene: SpaceScene | None = None  # of the thread alone
        # A daemon, so that a forgotten renderer does not keep the program; closed at exit, so that VTK ends before it.
        self._thread = threading.Thread(target=self._run, name="3d", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def request(self, request: Request3D) -> None:
        """Draw this next, instead of what still waits. A volume that is not complete is not drawn."""
        with self._changed:
            self._waiting = request
            self._changed.notify()

    def close(self) -> None:
        """End the thread and give the window back; waits for the frame being drawn."""
        atexit.unregister(self.close)
        with self._changed:
            self._closing = True
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        give_way()  # VTK's own threads come from this one, and take a core each
        try:
            while (request := self._next(None)) is not None:
                try:
                    self._draw_somehow(request)
                except MedScanError as refusal:
                    self._give_up(str(refusal))
                except MemoryError:
                    self._give_up(_NO_MEMORY)
        except BaseException:  # a bug goes on to the thread's hook, which logs it; who waits is told all the same
            self._give_up(_FAILED)
            raise
        finally:
            self._close_scene()

    def _draw_somehow(self, request: Request3D) -> None:
        """A window that gives no picture any more (its context is lost) is made anew, once for a request."""
        had_window = self._scene is not None
        try:
            self._serve(request)
        except Unsuitable:
            if not had_window:
                raise
            self._close_scene()
            self._serve(request)

    def _give_up(self, sentence: str) -> None:
        """Say why there is no picture; the next request tries again, with a window of its own."""
        self._close_scene()
        if not self._closing:
            self._on_failure(sentence)

    def _close_scene(self) -> None:
        scene, self._scene = self._scene, None
        if scene is not None:
            scene.close()

    def _next(self, timeout: float | None) -> Request3D | None:
        """The waiting request, taken; None at the end, or when none came in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._waiting is not None, timeout)
            request, self._waiting = self._waiting, None
            return None if self._closing else request

    def _serve(self, request: Request3D) -> None:
        """Coarse at once, then in full when nothing new has come for a while."""
        if not request.volume.is_complete or request.volume.is_colour:
            return
        self._scene = scene = self._scene or SpaceScene()
        quick = scene.is_ready(request.volume, coarse=False) and self._last_full_seconds < _QUICK_REST_SECONDS
        if request.camera.moving or not (request.full_only or quick):
            self._draw(scene, request, coarse=True)
            if request.camera.moving or not self._stays_quiet():
                return
        self._draw(scene, request, coarse=False)

    def _stays_quiet(self) -> bool:
        with self._changed:
            return not self._changed.wait_for(lambda: self._closing or self._waiting is not None, _REST_SECONDS)

    def _draw(self, scene: SpaceScene, request: Request3D, *, coarse: bool) -> None:
        began = time.perf_counter()
        still = replace(request.camera, moving=False)
        rgba = scene.draw(
            request.volume,
            request.space.look or preset_of(request.volume, request.modality, request.preset),
            request.masks,
            orbit(request.volume.geometry, still, request.size, perspective=request.space.perspective),
            request.size,
            coarse=coarse,
            pixel_step=self._pixel_step if coarse else 1,
            space=request.space,
        )
        seconds = time.perf_counter() - began
        if coarse:
            self._adapt(seconds)
        else:
            self._last_full_seconds = seconds
        if not self._closing:
            self._on_picture(Drawn3D(request, rgba, not coarse, scene.rest_note(request.volume)))

    def _adapt(self, seconds: float) -> None:
        """Fewer rays after a slow frame, more after a quick one."""
        if seconds > _SLOW_SECONDS:
            self._pixel_step = min(4, self._pixel_step + 1)
        elif seconds < _FAST_SECONDS:
            self._pixel_step = max(1, self._pixel_step - 1)


def drawn_space(space: Space) -> Space:
    """What of it the picture itself is made of: the box and its handles are painted over it."""
    return replace(space, box_shown=False, held=None)
