"""How VTK draws a slice by itself: an offscreen window, Render, and the picture read back."""

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkLookupTable, vtkUnsignedCharArray, vtkVersion
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

    def __init__(
        self, image: vtkImageData, side: int, axis: int, *, reslice: bool, overlay: vtkImageData | None = None
    ) -> None:
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
        self._overlay = _overlaid(renderer, overlay) if overlay is not None else None
        self._renderer = renderer
        self._window: vtkRenderWindow = vtkEGLRenderWindow()
        self._window.SetOffScreenRendering(1)
        self._window.SetSize(side, side)
        self._window.AddRenderer(renderer)
        self._plane = vtkPlane()
        if reslice:
            self._plane.SetNormal(*[1.0 if axis == one else 0.0 for one in range(3)])
            self._mapper.SetSlicePlane(self._plane)
            if self._overlay is not None:
                self._overlay.SetSlicePlane(self._plane)
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
        return self._read()

    def show_across(self, normal: tuple[float, float, float]) -> np.ndarray:
        """Show the plane through the middle with this normal, seen along it, and read the picture back."""
        centre, unit = np.array(self._image.GetCenter()), np.asarray(normal)
        self._plane.SetNormal(*unit)
        self._plane.SetOrigin(*centre)
        camera = self._renderer.GetActiveCamera()
        camera.SetFocalPoint(*centre)
        camera.SetPosition(*(centre - unit * 1000))
        camera.SetViewUp(*((0, -1, 0) if abs(unit[2]) > 0.9 else (0, 0, 1)))
        self._renderer.ResetCameraClippingRange()
        return self._read()

    def _read(self) -> np.ndarray:
        self._window.Render()
        self._window.GetRGBACharPixelData(0, 0, self._side - 1, self._side - 1, 0, self._pixels)
        return vtk_to_numpy(self._pixels)

    def close(self) -> None:
        self._window.Finalize()


def _overlaid(renderer: vtkRenderer, overlay: vtkImageData) -> vtkImageResliceMapper:
    """A label over the image in the same renderer, half transparent, as VTK does it."""
    colours = vtkLookupTable()
    colours.SetNumberOfTableValues(2)
    colours.SetTableRange(0, 1)
    colours.SetTableValue(0, 0, 0, 0, 0)
    colours.SetTableValue(1, 0.9, 0.24, 0.24, 0.4)
    mapper = vtkImageResliceMapper()
    mapper.SetInputData(overlay)
    picture = vtkImageSlice()
    picture.SetMapper(mapper)
    picture.GetProperty().SetLookupTable(colours)
    picture.GetProperty().UseLookupTableScalarRangeOn()
    picture.GetProperty().SetInterpolationTypeToNearest()
    picture.GetProperty().SetLayerNumber(1)
    renderer.AddViewProp(picture)
    return mapper
