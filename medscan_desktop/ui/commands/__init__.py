"""Every command of the viewer, by topic. A new one is a line in its topic's tuple."""

from medscan_desktop.ui.command import UiCommand
from medscan_desktop.ui.commands.compare import COMPARE
from medscan_desktop.ui.commands.display import DISPLAY
from medscan_desktop.ui.commands.edits import EDITS
from medscan_desktop.ui.commands.frame import FRAME
from medscan_desktop.ui.commands.grey import GREY
from medscan_desktop.ui.commands.hanging import HANGING
from medscan_desktop.ui.commands.images import IMAGES
from medscan_desktop.ui.commands.layouts import LAYOUTS
from medscan_desktop.ui.commands.mouse_tools import MOUSE_TOOLS
from medscan_desktop.ui.commands.objects import OBJECTS
from medscan_desktop.ui.commands.planes import PLANES
from medscan_desktop.ui.commands.space import SPACE
from medscan_desktop.ui.commands.views import VIEWS
from medscan_desktop.ui.commands.window import WINDOW

UI_COMMANDS: tuple[UiCommand, ...] = (
    *IMAGES,
    *MOUSE_TOOLS,
    *GREY,
    *DISPLAY,
    *VIEWS,
    *LAYOUTS,
    *PLANES,
    *SPACE,
    *HANGING,
    *COMPARE,
    *EDITS,
    *OBJECTS,
    *FRAME,
    *WINDOW,
)
