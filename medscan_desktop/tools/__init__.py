"""The mouse tools, one file each: pure functions of workspace, view and pointer."""

from medscan_desktop.scene.gesture import Tool
from medscan_desktop.tools.crosshair import CrosshairTool
from medscan_desktop.tools.ellipse import EllipseTool
from medscan_desktop.tools.length import LengthTool
from medscan_desktop.tools.orbit import OrbitTool
from medscan_desktop.tools.pan import PanTool
from medscan_desktop.tools.rotate import RotateTool
from medscan_desktop.tools.scroll import ScrollTool
from medscan_desktop.tools.window import WindowTool
from medscan_desktop.tools.zoom import ZoomTool

# What the user may put on the left button, in the toolbar's order.
TOOLS: tuple[Tool, ...] = (
    WindowTool(),
    PanTool(),
    ZoomTool(),
    ScrollTool(),
    RotateTool(),
    CrosshairTool(),
    LengthTool(),
    EllipseTool(),
)
ORBIT: Tool = OrbitTool()  # the left button of every 3D view
_BY_NAME = {tool.name: tool for tool in (*TOOLS, ORBIT)}


def tool_named(name: str) -> Tool:
    """The tool of this name, as `bindings.bound_tool` gives it; KeyError where there is none."""
    return _BY_NAME[name]
