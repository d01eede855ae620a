"""The surfaces of masks in one 3D scene: made once, drawn in their colour, cut as the volume is. One thread alone."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonDataModel import vtkPlane, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkClipPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.space_levels import vtk_plane
from medscan_desktop.render.surfaces import mask_surface
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.space import FACES, ClipPlane, CropBox, face_centre, outwards, plane_through

_MOST_PLANES = 6  # that OpenGL cuts while it draws


@dataclass
class Surfaces:
    """What is drawn of masks. `show` puts it into a renderer in place of what was there."""

    _kept: dict[int, tuple[Mask, vtkPolyData]] = field(default_factory=dict)
    _actors: list[vtkActor] = field(default_factory=list)

    def show(
        self,
        renderer: vtkRenderer,
        volume: Volume,
        masks: tuple[MaskLayer, ...],
        crop: CropBox,
        clip: ClipPlane | None,
    ) -> None:
        """The surfaces of these masks and no others."""
        for actor in self._actors:
            renderer.RemoveActor(actor)
        planes = _planes(volume.geometry, crop, clip)
        self._actors = [self._actor(volume, layer, planes) for layer in masks]
        for actor in self._actors:
            renderer.AddActor(actor)
        shown = {id(layer.mask) for layer in masks}
        self._kept = {key: kept for key, kept in self._kept.items() if key in shown}

    def clear(self) -> None:
        """Forget all of them."""
        self._kept.clear()
        self._actors.clear()

    def _actor(self, volume: Volume, layer: MaskLayer, planes: list[vtkPlane]) -> vtkActor:
        key = id(layer.mask)
        if key not in self._kept:
            self._kept[key] = layer.mask, mask_surface(layer.mask, volume.geometry)
        surface = self._kept[key][1]
        cutting = [plane for plane in planes if _cuts(plane, surface)]
        for plane in cutting[_MOST_PLANES:]:
            surface = _clipped(surface, plane)
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(surface)
        mapper.ScalarVisibilityOff()
        for plane in cutting[:_MOST_PLANES]:
            mapper.AddClippingPlane(plane)
        actor = vtkActor()
        actor.SetMapper(mapper)
        look = actor.GetProperty()
        look.SetColor(*(part / 255 for part in layer.colour))
        look.SetOpacity(layer.surface_opacity)
        look.SetAmbient(0.2)
        look.SetDiffuse(0.75)
        look.SetSpecular(0.15)
        look.SetSpecularPower(20)
        return actor


def _planes(geometry: Geometry, crop: CropBox, clip: ClipPlane | None) -> list[vtkPlane]:
    """The planes of the faces that are cut, and of the clip plane."""
    planes = [] if clip is None else [vtk_plane(clip)]
    for face in range(FACES):
        if crop.cut[face] > 0:
            planes.append(vtk_plane(plane_through(face_centre(geometry, crop, face), _inwards(geometry, face))))
    return planes


def _inwards(geometry: Geometry, face: int) -> NDArray[np.float64]:
    """Across the face, which in a sheared volume is not along the axis that moves it."""
    first, second = (geometry.directions[:, axis] for axis in range(3) if axis != face // 2)
    normal = np.cross(first, second)
    return np.asarray(-normal * np.sign(normal @ outwards(geometry, face)))


def _cuts(plane: vtkPlane, surface: vtkPolyData) -> bool:
    """Whether any corner of the surface's bounds lies on the side that goes."""
    bounds = np.asarray(surface.GetBounds()).reshape(3, 2)
    corners = np.stack(np.meshgrid(*bounds, indexing="ij"), axis=-1).reshape(-1, 3)
    away = (corners - np.asarray(plane.GetOrigin())) @ np.asarray(plane.GetNormal())
    return bool((away < 0).any())


def _clipped(surface: vtkPolyData, plane: vtkPlane) -> vtkPolyData:
    clip = vtkClipPolyData()
    clip.SetInputData(surface)
    clip.SetClipFunction(plane)
    clip.Update()
    cut: vtkPolyData = clip.GetOutput()
    return cut
