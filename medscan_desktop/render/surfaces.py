"""The surface of a mask as triangles in patient mm: smooth, closed, and in files of the mask's own volume."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkCommonTransforms import vtkMatrixToLinearTransform
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D, vtkWindowedSincPolyDataFilter
from vtkmodules.vtkFiltersGeneral import vtkTransformFilter

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.surface import Surface
from medscan_desktop.render.vtk_arrays import array_of_flat, image_of

_MOST_TRIANGLES = 150_000  # software draws 4 million a second; two such surfaces still turn smoothly
_MOST_EXPORTED = 4_000_000
_BLUR = 0.7  # voxels: what takes the steps off without closing what is two voxels wide


def mask_surface(mask: Mask, geometry: Geometry, most: int = _MOST_TRIANGLES) -> vtkPolyData:
    """A smooth closed surface with normals, of at most so many triangles; empty for an empty mask."""
    inside = mask.to_array()
    corners = [np.flatnonzero(inside.any(axis=tuple({0, 1, 2} - {axis}))) for axis in range(3)]
    if not corners[0].size:
        return vtkPolyData()
    low = [int(found[0]) for found in corners]
    cropped = inside[tuple(slice(found[0], found[-1] + 1) for found in corners)]
    step = 1
    while True:
        surface = _surface(cropped, low, step, geometry)
        if surface.GetNumberOfPolys() <= most:
            return surface
        step += 1


def triangles_of(name: str, mask: Mask, geometry: Geometry) -> Surface:
    """The surface for a file, of every voxel: its triangles look outwards, in mirrored stacks too."""
    found = mask_surface(mask, geometry, _MOST_EXPORTED)
    if found.GetNumberOfPolys() == 0:
        return Surface(name, np.empty((0, 3)), np.empty((0, 3), np.int64))
    points = np.array(array_of_flat(found.GetPoints().GetData()), np.float64)
    corners = np.array(array_of_flat(found.GetPolys().GetConnectivityArray()), np.int64).reshape(-1, 3)
    surface = Surface(name, points, corners)
    outwards = surface if surface.volume_mm3 >= 0 else Surface(name, points, np.ascontiguousarray(corners[:, ::-1]))
    return outwards.of_volume(mask.voxel_count * geometry.voxel_mm3)


def _surface(cropped: NDArray[np.bool_], low: list[int], step: int, geometry: Geometry) -> vtkPolyData:
    """The surface of every `step`-th voxel of the blurred mask."""
    margin = 2 * step
    blurred = gaussian_filter(np.pad(cropped, margin).astype(np.float32), _BLUR * step)
    thinned = np.ascontiguousarray(blurred[::step, ::step, ::step])
    image = image_of(thinned)
    image.SetSpacing(step, step, step)
    image.SetOrigin(*(float(start - margin) for start in reversed(low)))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, 0.5)
    edges.ComputeNormalsOn()
    edges.ComputeScalarsOff()
    smooth = vtkWindowedSincPolyDataFilter()
    smooth.SetInputConnection(edges.GetOutputPort())
    smooth.SetNumberOfIterations(25)
    smooth.SetPassBand(0.03)
    smooth.NormalizeCoordinatesOn()
    to_patient = vtkMatrixToLinearTransform()
    to_patient.SetInput(matrix_of(geometry.affine))
    moved = vtkTransformFilter()
    moved.SetInputConnection(smooth.GetOutputPort())
    moved.SetTransform(to_patient)
    moved.SetOutputPointsPrecision(1)  # vtkAlgorithm::DOUBLE_PRECISION: far from the origin floats lose the last bits
    moved.Update()
    surface: vtkPolyData = moved.GetPolyDataOutput()
    return surface


def matrix_of(affine: NDArray[np.float64]) -> vtkMatrix4x4:
    """A 4x4 array as VTK's matrix."""
    matrix = vtkMatrix4x4()
    matrix.DeepCopy([float(value) for value in affine.ravel()])
    return matrix
