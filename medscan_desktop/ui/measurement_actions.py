"""What a user says of the selected measurement: its name, whether it is a target; and its values on the clipboard."""

from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.services.measurements import describe_measurement
from medscan_desktop.ui import export_actions
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.measurement_order import stack_of


def selected(actions: ViewerActions) -> Measurement | None:
    """The selected measurement."""
    workspace = actions.workspace
    return next((one for one in workspace.measurements if one.id == workspace.selected), None)


def is_one_selected(actions: ViewerActions) -> bool:
    """Whether there is one."""
    return selected(actions) is not None


def is_target(actions: ViewerActions) -> bool:
    """Whether it is a target lesion."""
    one = selected(actions)
    return one is not None and one.is_target


def jump_to(actions: ViewerActions, one: Measurement) -> None:
    """Select it and show where it lies: in the views of its stack, else in the active view, which then gets it."""
    stack = stack_of(actions.workspace, one)
    if stack is None or any(view.stack == stack.id for view in actions.workspace.views):
        actions.jump_to(one)
    else:
        active = actions.view.id if actions.view is not None else None
        actions.show_stack(stack.id, active, lambda _: actions.jump_to(one))


def toggle_target(actions: ViewerActions) -> None:
    """A target lesion, or none."""
    one = selected(actions)
    if one is not None:
        actions.workstation.do(describe_measurement, measurement_id=one.id, is_target=not one.is_target)


def copy_selected(actions: ViewerActions) -> None:
    """Its values on the clipboard."""
    one = selected(actions)
    if one is not None:
        export_actions.copy(actions, one)


def ask_label(actions: ViewerActions) -> None:
    """Let the user type its name, in the list."""
    if is_one_selected(actions):
        actions.name_measurement()
