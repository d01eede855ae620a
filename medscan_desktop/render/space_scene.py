"""The VTK objects of one 3D pane: a volume in two sizes, the surfaces of its masks, a camera. One thread alone."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkPiecewiseFunction, vtkPolyData
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkColorTransferFunction,
    vtkPolyDataMapper,
    vtkRenderer,
    vtkRenderWindow,
    vtkVolume,
    vtkVolumeProperty,
)
from vtkmodules.vtkRenderingVolume import vtkFixedPointVolumeRayCastMapper, vtkVolumeMapper
from vtkmodules.vtkRenderingVolumeOpenGL2 import vtkOpenGLGPUVolumeRayCastMapper

from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.need import MOVING_VOXELS, resting_voxels, stride_for
from medscan_desktop.imaging.reduction import BlockMean, Reduction
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.offscreen import draws_in_software, offscreen_window
from medscan_desktop.render.orbit import Orbit
from medscan_desktop.render.presets_3d import Preset, value_range
from medscan_desktop.render.surfaces import mask_surface, matrix_of
from medscan_desktop.render.vtk_arrays import array_of_flat, image_of
from medscan_desktop.scene.overlay import MaskLayer

_CARD_VOXELS = 1_000_000_000  # what a graphics card is given at most
_CARD_SIDE = 2048  # along one side; what older ones take as a texture


@dataclass
class _Level:
    """The volume at one stride."""

    volume: Volume
    stride: int
    values: NDArray[np.generic]
    actor: vtkVolume
    mapper: vtkVolumeMapper
    preset: Preset | None = None
    veiled: bool = False


@dataclass
class SpaceScene:
    """Draws volumes in an offscreen window; `close` gives the window back."""

    window: vtkRenderWindow = field(default_factory=offscreen_window)

    def __post_init__(self) -> None:
        self._renderer = vtkRenderer()
        self.window.AddRenderer(self._renderer)
        self._software: bool | None = None
        self._levels: dict[bool, _Level] = {}
        self._surfaces: dict[int, tuple[Mask, vtkPolyData]] = {}
        self._actors: list[vtkActor] = []

    def draw(
        self,
        volume: Volume,
        preset: Preset,
        masks: tuple[MaskLayer, ...],
        orbit: Orbit,
        size: tuple[int, int],
        *,
        coarse: bool,
        pixel_step: int = 1,
    ) -> NDArray[np.uint8]:
        """RGBA (h, w, 4), a copy. `coarse` casts few voxels, and one ray for `pixel_step` pixels."""
        self.window.SetSize(*size)
        self._renderer.SetBackground(*preset.background)
        level = self._level(volume, coarse=coarse)
        self._dress(level, preset, veiled=bool(masks))
        self._show(level)
        self._place_surfaces(volume, masks)
        self._place_camera(orbit)
        if isinstance(level.mapper, vtkFixedPointVolumeRayCastMapper):
            level.mapper.SetImageSampleDistance(pixel_step)
        self.window.Render()
        return self._read(size)

    def is_ready(self, volume: Volume, *, coarse: bool) -> bool:
        """Whether a picture at this level needs no preparation."""
        level = self._levels.get(coarse)
        return level is not None and level.volume is volume

    def rest_note(self, volume: Volume) -> str:
        """What is to be said of the picture at rest where it is not of every voxel; "" where it is."""
        step = self._stride(volume, coarse=False)
        if step == 1:
            return ""
        by_memory = self._draws_in_software() and self._stride(replace(volume, room=None), coarse=False) < step
        reason = "memory budget" if by_memory else "for speed, without a graphics card"
        return f"3D at {Reduction(step, step).text} ({reason})"

    def close(self) -> None:
        """Give the window back; nothing may be drawn after it."""
        self._levels.clear()
        self._surfaces.clear()
        self._actors.clear()
        self._renderer.RemoveAllViewProps()
        self.window.RemoveRenderer(self._renderer)
        self.window.Finalize()

    def _level(self, volume: Volume, *, coarse: bool) -> _Level:
        if any(level.volume is not volume for level in self._levels.values()):
            self._renderer.RemoveAllViewProps()
            self._levels.clear()
            self._surfaces.clear()
            self._actors.clear()
        if coarse not in self._levels:
            self._levels[coarse] = self._made_level(volume, self._stride(volume, coarse=coarse), is_rest=not coarse)
        return self._levels[coarse]

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

    def _made_level(self, volume: Volume, stride: int, *, is_rest: bool) -> _Level:
        """At rest means of blocks, which show no stripes that are not there; while moving every so-many-th voxel."""
        spacing = volume.geometry.spacing
        if stride > 1 and is_rest:
            values = _means(volume, stride)
            start = (stride - 1) / 2
        else:
            values, start = np.ascontiguousarray(volume.values[::stride, ::stride, ::stride]), 0.0
        image = image_of(np.asarray(values, values.dtype))  # stride 1: the volume's own buffer, no copy
        image.SetSpacing(*(step * stride for step in spacing))
        image.SetOrigin(*(step * start for step in spacing))
        placed = volume.geometry.affine.copy()
        placed[:3, :3] /= np.asarray(spacing)
        mapper = vtkFixedPointVolumeRayCastMapper() if self._draws_in_software() else vtkOpenGLGPUVolumeRayCastMapper()
        mapper.SetInputData(image)
        mapper.AutoAdjustSampleDistancesOff()
        mapper.SetSampleDistance(min(spacing) * stride * 0.6)
        actor = vtkVolume()
        actor.SetMapper(mapper)
        actor.SetUserMatrix(matrix_of(placed))
        return _Level(volume, stride, values, actor, mapper)

    def _dress(self, level: _Level, preset: Preset, *, veiled: bool) -> None:
        if level.preset == preset and level.veiled == veiled:
            return
        level.preset, level.veiled = preset, veiled
        level.actor.SetProperty(_property(preset, level.volume, veiled))
        if preset.brightest:
            level.mapper.SetBlendModeToMaximumIntensity()
        else:
            level.mapper.SetBlendModeToComposite()

    def _show(self, level: _Level) -> None:
        for other in self._levels.values():
            if other is not level:
                self._renderer.RemoveVolume(other.actor)
        if not self._renderer.HasViewProp(level.actor):
            self._renderer.AddVolume(level.actor)

    def _place_surfaces(self, volume: Volume, masks: tuple[MaskLayer, ...]) -> None:
        for actor in self._actors:
            self._renderer.RemoveActor(actor)
        self._actors = [self._surface_actor(volume, layer) for layer in masks]
        for actor in self._actors:
            self._renderer.AddActor(actor)
        shown = {id(layer.mask) for layer in masks}
        self._surfaces = {key: kept for key, kept in self._surfaces.items() if key in shown}

    def _surface_actor(self, volume: Volume, layer: MaskLayer) -> vtkActor:
        key = id(layer.mask)
        if key not in self._surfaces:
            self._surfaces[key] = layer.mask, mask_surface(layer.mask, volume.geometry)
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(self._surfaces[key][1])
        mapper.ScalarVisibilityOff()
        actor = vtkActor()
        actor.SetMapper(mapper)
        look = actor.GetProperty()
        look.SetColor(*(part / 255 for part in layer.colour))
        look.SetAmbient(0.2)
        look.SetDiffuse(0.75)
        look.SetSpecular(0.15)
        look.SetSpecularPower(20)
        return actor

    def _place_camera(self, orbit: Orbit) -> None:
        camera = self._renderer.GetActiveCamera()
        camera.ParallelProjectionOn()
        camera.SetFocalPoint(*orbit.focus)
        camera.SetPosition(*(orbit.focus + orbit.towards_viewer * orbit.radius * 4))
        camera.SetViewUp(*orbit.up)
        camera.SetParallelScale(orbit.half_height)
        camera.SetClippingRange(orbit.radius, orbit.radius * 7)

    def _read(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        pixels = vtkUnsignedCharArray()
        self.window.GetRGBACharPixelData(0, 0, size[0] - 1, size[1] - 1, 1, pixels, 0)
        rows = array_of_flat(pixels).reshape(size[1], size[0], 4)
        return np.array(rows[::-1], np.uint8)  # VTK counts rows from below


def _means(volume: Volume, stride: int) -> NDArray[np.generic]:
    """The means of blocks of stride³ voxels, slice by slice."""
    reduction = Reduction(stride, stride)
    means = np.empty(reduction.shape_of(volume.values.shape), volume.values.dtype)
    block = BlockMean(reduction, volume.values.shape[1:], volume.padding)
    for k, out in enumerate(means):
        for frame in reduction.frames_of(k, len(volume.values)):
            block.add(volume.values[frame])
        block.take(out)
    return means


def _property(preset: Preset, volume: Volume, veiled: bool) -> vtkVolumeProperty:
    """The transfer functions; `veiled` makes the volume translucent, so that surfaces inside it show."""
    offset, factor = value_range(preset, volume)
    colours, opacities = vtkColorTransferFunction(), vtkPiecewiseFunction()
    for value, red, green, blue in preset.colours:
        colours.AddRGBPoint(offset + value * factor, red, green, blue)
    for value, opacity in preset.opacities:
        is_opaque = preset.brightest and not veiled  # else its greys were weighed twice, and fainter than in the planes
        opacities.AddPoint(offset + value * factor, 1.0 if is_opaque else opacity)
    made = vtkVolumeProperty()
    made.SetColor(colours)
    made.SetScalarOpacity(opacities)
    made.SetScalarOpacityUnitDistance(5.0 if veiled else 1.0)
    made.SetInterpolationTypeToLinear()
    if preset.shaded:
        made.ShadeOn()
        made.SetAmbient(0.22)
        made.SetDiffuse(0.80)
        made.SetSpecular(0.18)
        made.SetSpecularPower(14)
    return made
