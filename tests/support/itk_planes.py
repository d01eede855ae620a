"""Planes out of a volume by SimpleITK: its Resample filter on the same grid, for what the product cuts itself."""

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from medscan_desktop.imaging.volume import Volume

Floats = NDArray[np.float64]


def itk_image(volume: Volume) -> sitk.Image:
    """The volume as an image in patient space, LPS as both count."""
    geometry = volume.geometry
    image = sitk.GetImageFromArray(volume.values.astype(np.float32))
    image.SetOrigin(geometry.affine[:3, 3].tolist())
    image.SetSpacing(geometry.spacing)
    image.SetDirection(geometry.directions.ravel().tolist())
    return image


def itk_plane(image: sitk.Image, points: Floats) -> NDArray[np.float32]:
    """Trilinear at points (h, w, 3) of one plane, equally far apart; NaN beyond the outermost centres."""
    right, down = points[0, 1] - points[0, 0], points[1, 0] - points[0, 0]
    axes = np.stack([right / np.linalg.norm(right), down / np.linalg.norm(down)], axis=1)
    plane = sitk.ResampleImageFilter()
    plane.SetSize((points.shape[1], points.shape[0], 1))
    plane.SetOutputOrigin(points[0, 0].tolist())
    plane.SetOutputSpacing((float(np.linalg.norm(right)), float(np.linalg.norm(down)), 1.0))
    plane.SetOutputDirection(np.column_stack([axes, np.cross(axes[:, 0], axes[:, 1])]).ravel().tolist())
    plane.SetInterpolator(sitk.sitkLinear)
    plane.SetDefaultPixelValue(float("nan"))
    return np.asarray(sitk.GetArrayFromImage(plane.Execute(image))[0])
