"""Which tool the left button of a 2D view holds: a command for each, from the tools themselves."""

from functools import partial

from medscan_desktop.scene.gesture import Tool
from medscan_desktop.tools import TOOLS
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.command import UiCommand


def _use(name: str, actions: ViewerActions) -> None:
    actions.use_tool(name)


def _is_used(name: str, actions: ViewerActions) -> bool:
    return actions.workspace.tool == name


def _command(tool: Tool) -> UiCommand:
    keys = (tool.key,) if tool.key else ()
    use = partial(_use, tool.name)
    return UiCommand(f"tool.{tool.name}", tool.label, "Tools", use, keys, is_on=partial(_is_used, tool.name))


MOUSE_TOOLS: tuple[UiCommand, ...] = (
    *(_command(tool) for tool in TOOLS),
    UiCommand("pointer.by_keys", "Pointer by the arrow keys", "Tools", lambda actions: actions.point_by_keys(), ("Q",)),
)
