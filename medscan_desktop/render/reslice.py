"""The reference of every 2D picture: `vtkImageReslice`. Slower than `sampling.py`, which tests hold equal to it."""

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import VTK_FLOAT
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkImagingCore import vtkImageReslice, vtkImageShrink3D

from medscan_desktop.render.grid import Grid
from medscan_desktop.render.plane_image import Sampler
from medscan_desktop.render.planes import PlaneSource
from medscan_desktop.render.sampling import Sampled, plane_and_tissue, reduced_matrix, sample, weighted
from medscan_desktop.render.vtk_arrays import array_of, image_of

_OUTSIDE = -1.0  # the weight of what lies off the image


def reference_sample(source: PlaneSource, grid: Grid) -> Sampled | None:
    """The slice at the pane's pixels by VTK alone; takes the place of `sampling.sample`."""
    left, top, right, bottom = grid.rectangle
    if right <= left or bottom <= top:
        return None
    size = (right - left, bottom - top)
    if source.volume.is_colour:
        plane = np.asarray(source.volume.values.take(grid.index, grid.axis))
        channels = np.concatenate([plane.astype(np.float32), np.ones((*plane.shape[:2], 1), np.float32)], axis=2)
        found = _resliced(channels, grid, size)
        colour = np.clip(np.rint(found[..., :3]), 0, 255).astype(np.uint8)
        return Sampled(left, top, colour, found[..., 3] > 0)
    plane, tissue = plane_and_tissue(source, grid)
    weight = np.ones(plane.shape, np.float32) if tissue is None else tissue.astype(np.float32)
    tissue_values = np.where(weight > 0, plane, 0).astype(np.float32)
    found = _resliced(np.stack([tissue_values, weight], axis=2), grid, size)
    sums, weights = np.ascontiguousarray(found[..., 0]), np.ascontiguousarray(found[..., 1])
    return Sampled(left, top, *weighted(sums, weights, grid.inside))


def sampler_by(*, array_path: bool) -> Sampler:
    """What the settings ask for: the array path, or VTK alone."""
    return sample if array_path else reference_sample


def _resliced(channels: NDArray[np.float32], grid: Grid, size: tuple[int, int]) -> NDArray[np.float32]:
    """float32 (h, w, channels): linear interpolation; off the image the last channel is negative."""
    reslice = vtkImageReslice()
    reslice.SetInputData(_shrunk(channels, grid.reduction))
    reslice.SetInterpolationModeToLinear()
    reslice.BorderOn()
    reslice.SetBorderThickness(0.5001)  # a pixel on the very edge belongs to the image; the grid has the last word
    background = [0.0] * (channels.shape[2] - 1) + [_OUTSIDE]
    reslice.SetBackgroundColor(*(background + [0.0] * (4 - len(background))))
    reslice.SetOutputScalarType(VTK_FLOAT)
    reslice.SetResliceAxes(_axes(reduced_matrix(grid)))
    reslice.SetOutputSpacing(1, 1, 1)
    reslice.SetOutputOrigin(0, 0, 0)
    reslice.SetOutputExtent(0, size[0] - 1, 0, size[1] - 1, 0, 0)
    reslice.Update()
    return np.asarray(array_of(reslice.GetOutput())[0], np.float32)


def _shrunk(channels: NDArray[np.float32], factors: tuple[int, int]) -> vtkImageData:
    """The slice as a VTK image, averaged over blocks of (columns, rows), its edge filled up to whole blocks."""
    columns, rows = factors
    below, beside = -channels.shape[0] % rows, -channels.shape[1] % columns
    filled = np.pad(channels, ((0, below), (0, beside), (0, 0)), mode="edge")
    image = image_of(np.ascontiguousarray(filled)[None], channels.shape[2])
    if columns == rows == 1:
        return image
    shrink = vtkImageShrink3D()
    shrink.SetInputData(image)
    shrink.SetShrinkFactors(columns, rows, 1)
    shrink.MeanOn()
    shrink.Update()
    output: vtkImageData = shrink.GetOutput()
    output.SetSpacing(1, 1, 1)
    output.SetOrigin(0, 0, 0)
    return output


def _axes(matrix: NDArray[np.float64]) -> vtkMatrix4x4:
    """From output pixels to input indices."""
    axes = vtkMatrix4x4()
    for row in range(2):
        for column, place in ((0, 0), (1, 1), (2, 3)):
            axes.SetElement(row, place, float(matrix[row, column]))
    return axes
