"""Numpy arrays as VTK images and back, without a copy of the input."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from vtkmodules.util import numpy_support
from vtkmodules.vtkCommonCore import vtkDataArray
from vtkmodules.vtkCommonDataModel import vtkImageData

from medscan_desktop.render.planes import Pixels

# Typed here once: the module itself carries no annotations.
_TO_VTK: Callable[..., Any] = numpy_support.numpy_to_vtk
_TO_NUMPY: Callable[..., Any] = numpy_support.vtk_to_numpy


def image_of(array: Pixels, components: int = 1) -> vtkImageData:
    """A VTK image in index units over a contiguous array (k, j, i[, components]), which it keeps alive."""
    slices, rows, columns = array.shape[:3]
    image = vtkImageData()
    image.SetDimensions(columns, rows, slices)
    flat = array.reshape(-1) if components == 1 else array.reshape(-1, components)
    scalars = _TO_VTK(flat, deep=False)
    image.GetPointData().SetScalars(scalars)
    return image


def array_of(image: vtkImageData) -> Pixels:
    """A copy of a VTK image's values, (k, j, i) or (k, j, i, components)."""
    columns, rows, slices = image.GetDimensions()
    scalars = image.GetPointData().GetScalars()
    values = np.array(_TO_NUMPY(scalars))
    count = scalars.GetNumberOfComponents()
    return values.reshape((slices, rows, columns) if count == 1 else (slices, rows, columns, count))


def array_of_flat(array: vtkDataArray) -> Pixels:
    """A VTK array's own memory, without a copy: valid only while the array lives and is not changed."""
    return cast(Pixels, _TO_NUMPY(array))
