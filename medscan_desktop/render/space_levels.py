"""A volume as VTK casts rays through it, at one stride: its voxels, its mapper, how a look dresses it.

One thread alone. A level is dear (its gradients), a change of look or of what is cut away is cheap.
"""

from dataclasses import dataclass
from weakref import ReferenceType, ref

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonDataModel import vtkPiecewiseFunction, vtkPlane
from vtkmodules.vtkRenderingCore import vtkColorTransferFunction, vtkVolume, vtkVolumeProperty
from vtkmodules.vtkRenderingVolume import vtkFixedPointVolumeRayCastMapper, vtkVolumeMapper
from vtkmodules.vtkRenderingVolumeOpenGL2 import vtkOpenGLGPUVolumeRayCastMapper

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.reduction import BlockMean, Reduction
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.presets_3d import value_range
from medscan_desktop.render.surfaces import matrix_of
from medscan_desktop.render.vtk_arrays import image_of
from medscan_desktop.scene.look import Look
from medscan_desktop.scene.space import ClipPlane, CropBox, bounds_mm

_SUB_VOLUME = 0x0002000  # VTK_CROP_SUBVOLUME: what lies between all six planes stays
_EDGE_SHARE = 0.06  # of the look's range of values: a change over one voxel from which on edges count whole


@dataclass
class Level:
    """The volume at one stride. It does not keep the volume itself: who plays a 4D series keeps many levels."""

    source: ReferenceType[Volume]
    geometry: Geometry
    stride: int
    actor: vtkVolume
    mapper: vtkVolumeMapper
    values: NDArray[np.generic]  # what VTK reads: kept as long as the level
    dress: tuple[object, ...] = ()
    cut: tuple[object, ...] = (CropBox(), None)

    def is_of(self, volume: Volume) -> bool:
        """Whether it was made of this volume."""
        return self.source() is volume

    @property
    def extra_bytes(self) -> int:
        """What it takes beside the volume itself: its own values, and VTK's gradients."""
        own = 0 if self.stride == 1 else int(self.values.nbytes)
        return own + 3 * int(self.values.size)


def made_level(volume: Volume, stride: int, *, is_rest: bool, in_software: bool) -> Level:
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
    mapper = vtkFixedPointVolumeRayCastMapper() if in_software else vtkOpenGLGPUVolumeRayCastMapper()
    mapper.SetInputData(image)
    mapper.AutoAdjustSampleDistancesOff()
    mapper.SetSampleDistance(min(spacing) * stride * 0.6)
    actor = vtkVolume()
    actor.SetMapper(mapper)
    actor.SetUserMatrix(matrix_of(placed))
    return Level(ref(volume), volume.geometry, stride, actor, mapper, values)


def dress(level: Level, volume: Volume, look: Look, *, veiled: bool) -> None:
    """Give a level this look; `veiled` makes it translucent, so that surfaces inside it show."""
    if level.dress == (look, veiled):
        return
    level.dress = (look, veiled)
    level.actor.SetProperty(_property(look, volume, veiled))
    if look.brightest:
        level.mapper.SetBlendModeToMaximumIntensity()
    else:
        level.mapper.SetBlendModeToComposite()


def cut(level: Level, crop: CropBox, clip: ClipPlane | None) -> None:
    """Leave out what the box and the plane cut away."""
    if level.cut == (crop, clip):
        return
    level.cut = (crop, clip)
    planes = bounds_mm(level.geometry, crop) - 0.5 * np.asarray(level.geometry.spacing)[:, None]
    level.mapper.SetCroppingRegionPlanes(*(float(place) for place in planes.ravel()))
    level.mapper.SetCroppingRegionFlags(_SUB_VOLUME)
    level.mapper.SetCropping(not crop.is_whole)
    level.mapper.RemoveAllClippingPlanes()
    if clip is not None:
        level.mapper.AddClippingPlane(vtk_plane(clip))


def vtk_plane(clip: ClipPlane) -> vtkPlane:
    """The plane as VTK's: it too keeps the side that the normal points to."""
    plane = vtkPlane()
    plane.SetOrigin(*clip.point)
    plane.SetNormal(*clip.normal)
    return plane


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


def _property(look: Look, volume: Volume, veiled: bool) -> vtkVolumeProperty:
    offset, factor = value_range(look, volume)
    colours, opacities = vtkColorTransferFunction(), vtkPiecewiseFunction()
    is_opaque = look.brightest and not veiled  # else its greys were weighed twice, and fainter than in the planes
    for point in look.points:
        value = offset + point.value * factor
        colours.AddRGBPoint(value, *point.colour)
        opacities.AddPoint(value, 1.0 if is_opaque else point.opacity)
    made = vtkVolumeProperty()
    made.SetColor(colours)
    made.SetScalarOpacity(opacities)
    made.SetScalarOpacityUnitDistance(5.0 if veiled else 1.0)
    made.SetInterpolationTypeToLinear()
    if look.edges and not look.brightest:
        made.SetGradientOpacity(_edges(look, factor))
    if look.shaded:
        made.ShadeOn()
        made.SetAmbient(0.22)
        made.SetDiffuse(0.80)
        made.SetSpecular(0.18)
        made.SetSpecularPower(14)
    return made


def _edges(look: Look, factor: float) -> vtkPiecewiseFunction:
    """Nothing where values stay, all where they change by a share of the look's range."""
    span = (look.points[-1].value - look.points[0].value) * factor
    made = vtkPiecewiseFunction()
    made.AddPoint(0.0, 0.0)
    made.AddPoint(span * _EDGE_SHARE / 3, 0.15)
    made.AddPoint(span * _EDGE_SHARE, 1.0)
    return made
