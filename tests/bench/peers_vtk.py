"""How VTK draws a slice by itself: an offscreen window, Render, and the picture read back."""

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray, vtkVersion
from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPlane
from vtkmodules.vtkRenderingCore import vtkImageSlice, vtkImageSliceMapper, vtkRenderer, vtkRenderWindow
from vtkmodules.vtkRenderingImage import vtkImageResliceMapper
from vtkmodules.vtkRenderingOpenGL2 import vtkEGLRenderWindow

VTK_VERSION = vtkVersion.GetVTKVersion()


def vtk_image(values: np.ndarray, spacing: tuple[float, float, float]) -> vtkImageData:
    image = vtkImageData()
    image.SetDimensions(values.shape[2], values.shape[1], values.shape[0])
    image.SetSpacing(*spacing)
    image.GetPointData().SetScalars(numpy_to_vtk(values.reshape(-1), deep=False))
    return image


class VtkPane:
    """One slice mapper in an offscreen window of `side` pixels."""

    def __init__(self, image: vtkImageData, side: int, axis: int, *, reslice: bool) -> None:
        self._axis, self._image, self._reslice = axis, image, reslice
        self._mapper = vtkImageResliceMapper() if reslice else vtkImageSliceMapper()
        self._mapper.SetInputData(image)
        picture = vtkImageSlice()
        picture.SetMapper(self._mapper)
        picture.GetProperty().SetColorWindow(400)
        picture.GetProperty().SetColorLevel(40)
        picture.GetProperty().SetInterpolationTypeToLinear()
        renderer = vtkRenderer()
        renderer.AddViewProp(picture)
        self._window: vtkRenderWindow = vtkEGLRenderWindow()
        self._window.SetOffScreenRendering(1)
        self._window.SetSize(side, side)
        self._window.AddRenderer(renderer)
        self._plane = vtkPlane()
        if reslice:
            self._plane.SetNormal(*[1.0 if axis == one else 0.0 for one in range(3)])
            self._mapper.SetSlicePlane(self._plane)
        else:
            self._mapper.SetOrientation(axis)
        self._look(renderer)
        self._pixels = vtkUnsignedCharArray()
        self._side = side
        self.show(0)

    def _look(self, renderer: vtkRenderer) -> None:
        camera, centre = renderer.GetActiveCamera(), np.array(self._image.GetCenter())
        away = np.eye(3)[self._axis] * -1000
        camera.SetFocalPoint(*centre)
        camera.SetPosition(*(centre + away))
        camera.SetViewUp(*((0, -1, 0) if self._axis == 2 else (0, 0, 1)))
        camera.ParallelProjectionOn()
        bounds = self._image.GetBounds()
        camera.SetParallelScale(
            max(bounds[2 * axis + 1] - bounds[2 * axis] for axis in range(3) if axis != self._axis) / 2
        )
        renderer.ResetCameraClippingRange()

    def show(self, index: int) -> np.ndarray:
        """Show a slice and read the picture back."""
        if self._reslice:
            origin = list(self._image.GetCenter())
            origin[self._axis] = self._image.GetSpacing()[self._axis] * index
            self._plane.SetOrigin(*origin)
        else:
            self._mapper.SetSliceNumber(index)
        self._window.Render()
        self._window.GetRGBACharPixelData(0, 0, self._side - 1, self._side - 1, 0, self._pixels)
        return vtk_to_numpy(self._pixels)

    def close(self) -> None:
        self._window.Finalize()
