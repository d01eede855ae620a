"""The one place that chooses the window VTK draws into: off screen, with or without a graphics card."""

import ctypes
import platform
from typing import Any

from vtkmodules import vtkRenderingOpenGL2
from vtkmodules.vtkRenderingCore import vtkRenderWindow

from medscan_desktop.domain.errors import Unsuitable

_SOFTWARE = ("llvmpipe", "softpipe", "swiftshader")


def offscreen_window() -> vtkRenderWindow:
    """A new window that never shows. Make, use and finalise it on one thread; Unsuitable where no OpenGL is found."""
    if platform.system() == "Linux":
        for name in ("vtkEGLRenderWindow", "vtkOSOpenGLRenderWindow"):  # a driver without a display, then OSMesa
            if name == "vtkOSOpenGLRenderWindow" and not _has_osmesa():
                continue
            window = getattr(vtkRenderingOpenGL2, name, lambda: None)()
            if window is not None and window.SupportsOpenGL():
                return _prepared(window)
        raise Unsuitable("3D needs OpenGL: install libegl1 and libgl1-mesa-dri.")
    window = vtkRenderWindow()
    if platform.system() == "Darwin":
        cocoa: Any = window  # the method is in the macOS wheel alone
        cocoa.SetConnectContextToNSView(False)  # made off the main thread it crashes otherwise: pyvista#8422
    return _prepared(window)


def _has_osmesa() -> bool:
    """Asked of the system, since VTK 9.7 says that OSMesa is supported without its library, and then crashes."""
    for name in ("libOSMesa.so.8", "libOSMesa.so.6", "libOSMesa.so"):
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def _prepared(window: vtkRenderWindow) -> vtkRenderWindow:
    window.SetShowWindow(False)
    window.SetOffScreenRendering(True)
    window.SetMultiSamples(0)
    return window


def draws_in_software(window: vtkRenderWindow) -> bool:
    """Whether the processor draws: the GPU ray caster is then 35 times slower than the fixed-point one."""
    capabilities = str(window.ReportCapabilities()).lower()
    return any(name in capabilities for name in _SOFTWARE)
