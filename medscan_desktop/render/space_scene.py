"""The VTK objects of one 3D pane: volumes in two sizes, the surfaces of masks, a camera. One thread alone."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow
from vtkmodules.vtkRenderingVolume import vtkFixedPointVolumeRayCastMapper

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.imaging.need import MOVING_VOXELS, resting_voxels, stride_for
from medscan_desktop.imaging.reduction import Reduction
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.offscreen import draws_in_software, offscreen_window
from medscan_desktop.render.space_levels import Level, cut, dress, made_level
from medscan_desktop.render.space_surfaces import Surfaces
from medscan_desktop.render.vtk_arrays import array_of_flat
from medscan_desktop.scene.look import Look
from medscan_desktop.scene.orbit import VIEW_ANGLE, Orbit
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.space import PLAIN, Space

_CARD_VOXELS = 1_000_000_000  # what a graphics card is given at most
_CARD_SIDE = 2048  # along one side; what older ones take as a texture
_PHASE_BYTES = 300_000_000  # of coarse levels of other volumes: the steps of a 4D series that is played
_NO_PICTURE = "The 3D picture could not be drawn: this machine's OpenGL gave none."


@dataclass
class SpaceScene:
    """Draws volumes in an offscreen window; `close` gives the window back."""

    window: vtkRenderWindow = field(default_factory=offscreen_window)

    def __post_init__(self) -> None:
        self._renderer = vtkRenderer()
        self.window.AddRenderer(self._renderer)
        self._software: bool | None = None
        self._rest: Level | None = None
        self._coarse: OrderedDict[int, Level] = OrderedDict()  # by the volume's identity, the last used last
        self._shown: Level | None = None
        self._surfaces = Surfaces()

    def draw(
        self,
        volume: Volume,
        look: Look,
        masks: tuple[MaskLayer, ...],
        orbit: Orbit,
        size: tuple[int, int],
        *,
        coarse: bool,
        pixel_step: int = 1,
        space: Space = PLAIN,
    ) -> NDArray[np.uint8]:
        """RGBA (h, w, 4), a copy. `coarse` casts few voxels, and one ray for `pixel_step` pixels.

        Raises Unsuitable where OpenGL gives no picture (any more).
        """
        size = max(size[0], 1), max(size[1], 1)
        self.window.SetSize(*size)
        self._renderer.SetBackground(*(space.background or look.background))
        level = self._level(volume, coarse=coarse)
        dress(level, volume, look, veiled=bool(masks))
        cut(level, space.crop, space.clip)
        self._show(level if space.volume_visible else None)
        self._surfaces.show(self._renderer, volume, masks, space.crop, space.clip)
        self._place_camera(orbit)
        if isinstance(level.mapper, vtkFixedPointVolumeRayCastMapper):
            level.mapper.SetImageSampleDistance(pixel_step)
        self.window.Render()
        return self._read(size)

    def is_ready(self, volume: Volume, *, coarse: bool) -> bool:
        """Whether a picture at this level needs no preparation."""
        level = self._coarse.get(id(volume)) if coarse else self._rest
        return level is not None and level.is_of(volume)

    def rest_note(self, volume: Volume) -> str:
        """What is to be said of the picture at rest where it is not of every voxel; "" where it is."""
        step = self._stride(volume, coarse=False)
        if step == 1:
            return ""
        by_memory = self._draws_in_software() and self._stride(replace(volume, room=None), coarse=False) < step
        reason = "memory budget" if by_memory else "for speed, without a graphics card"
        return f"3D at {Reduction(step, step).text} ({reason})"

    @property
    def levels(self) -> tuple[Level, ...]:
        """All that is kept to cast rays through."""
        return (*self._coarse.values(), *(() if self._rest is None else (self._rest,)))

    def close(self) -> None:
        """Give the window back; nothing may be drawn after it."""
        self._rest = self._shown = None
        self._coarse.clear()
        self._surfaces.clear()
        self._renderer.RemoveAllViewProps()
        self.window.RemoveRenderer(self._renderer)
        self.window.Finalize()

    def _level(self, volume: Volume, *, coarse: bool) -> Level:
        if self._rest is not None and not self._rest.is_of(volume):
            self._rest = None
        stride = self._stride(volume, coarse=coarse)
        if not coarse:
            self._rest = self._rest or made_level(volume, stride, is_rest=True, in_software=self._draws_in_software())
            return self._rest
        level = self._coarse.pop(id(volume), None)
        if level is None or not level.is_of(volume):
            self._make_room(volume)
            level = made_level(volume, stride, is_rest=False, in_software=self._draws_in_software())
        self._coarse[id(volume)] = level
        return level

    def _make_room(self, volume: Volume) -> None:
        """Other volumes' coarse levels stay for when they are played again, while there is memory for them.

        One of every voxel keeps its volume's values, which the shelf counts: it goes once the shelf lets that go.
        """
        limit = _PHASE_BYTES if volume.room is None else min(_PHASE_BYTES, volume.room // 4)
        for key, level in list(self._coarse.items()):
            is_sister = level.geometry.shape == volume.geometry.shape and level.source() is not None
            if not is_sister or sum(one.extra_bytes for one in self._coarse.values()) > limit:
                del self._coarse[key]

    def _stride(self, volume: Volume, *, coarse: bool) -> int:
        """How many voxels along each axis become one."""
        shape = volume.values.shape
        if not self._draws_in_software():
            longest = max(int(size) for size in shape[:3])
            return max(stride_for(shape, _CARD_VOXELS), -(-longest // _CARD_SIDE))
        if coarse:
            return stride_for(shape, MOVING_VOXELS)
        return stride_for(shape, resting_voxels(shape, volume.values.itemsize, volume.room))

    def _draws_in_software(self) -> bool:
        if self._software is None:
            self.window.Render()  # before the first picture VTK does not know
            self._software = draws_in_software(self.window)
        return self._software

    def _show(self, level: Level | None) -> None:
        if self._shown is not None and self._shown is not level:
            self._renderer.RemoveVolume(self._shown.actor)
        if level is not None and not self._renderer.HasViewProp(level.actor):
            self._renderer.AddVolume(level.actor)
        self._shown = level

    def _place_camera(self, orbit: Orbit) -> None:
        camera = self._renderer.GetActiveCamera()
        camera.SetParallelProjection(not orbit.perspective)
        camera.SetViewAngle(VIEW_ANGLE)
        camera.SetFocalPoint(*orbit.focus)
        camera.SetPosition(*(orbit.focus + orbit.towards_viewer * orbit.distance))
        camera.SetViewUp(*orbit.up)
        camera.SetParallelScale(orbit.half_height)
        reach = orbit.radius * 3
        camera.SetClippingRange(max(orbit.distance - reach, orbit.distance / 1000), orbit.distance + reach)

    def _read(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        pixels = vtkUnsignedCharArray()
        self.window.GetRGBACharPixelData(0, 0, size[0] - 1, size[1] - 1, 1, pixels, 0)
        flat = array_of_flat(pixels)
        if flat.size != size[0] * size[1] * 4:
            raise Unsuitable(_NO_PICTURE)
        return np.array(flat.reshape(size[1], size[0], 4)[::-1], np.uint8)  # VTK counts rows from below
