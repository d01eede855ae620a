"""The mouse tools, one file each: pure functions of workspace, view and pointer."""

from medscan_desktop.scene.gesture import Tool
from medscan_desktop.tools.calibrate import CalibrateTool
from medscan_desktop.tools.change import ChangeTool
from medscan_desktop.tools.crosshair import CrosshairTool
from medscan_desktop.tools.curve import CurveTool
from medscan_desktop.tools.cut import CutTool
from medscan_desktop.tools.magnify import MagnifyTool
from medscan_desktop.tools.measuring import MEASURING_TOOLS
from medscan_desktop.tools.orbit import OrbitTool
from medscan_desktop.tools.pan import PanTool
from medscan_desktop.tools.rotate import RotateTool
from medscan_desktop.tools.scroll import ScrollTool
from medscan_desktop.tools.slab import SlabTool
from medscan_desktop.tools.window import WindowTool
from medscan_desktop.tools.window_box import WindowBoxTool
from medscan_desktop.tools.zoom import ZoomTool

CROSSHAIR: Tool = CrosshairTool()  # also of a press on a line where planes cross, whatever tool is chosen
# What the user may put on the left button, in the toolbar's order.
TOOLS: tuple[Tool, ...] = (
    WindowTool(),
    PanTool(),
    ZoomTool(),
    ScrollTool(),
    RotateTool(),
    CROSSHAIR,
    WindowBoxTool(),
    MagnifyTool(),
    *MEASURING_TOOLS,
    CurveTool(),
    CalibrateTool(),
)
CHANGE: Tool = ChangeTool()  # of a press on a measurement, whatever tool is chosen
SLAB: Tool = SlabTool()  # of the wheel
ORBIT: Tool = OrbitTool()  # the left button of every 3D view
CUT: Tool = CutTool()  # the left button on a handle in 3D
_BY_NAME = {tool.name: tool for tool in (*TOOLS, CHANGE, SLAB, ORBIT, CUT)}


def tool_named(name: str) -> Tool:
    """The tool of this name, as `bindings.bound_tool` gives it; KeyError where there is none."""
    return _BY_NAME[name]
