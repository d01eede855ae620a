"""What keys do to what is being drawn; each says whether there was anything to do."""

from medscan_desktop.scene.drawing import finished, taken_back
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.carry_out import carry_out


def end_or_accept(actions: ViewerActions) -> None:
    """Enter: a polyline ends; where none is drawn, the waiting finding is accepted."""
    step = finished(actions.workspace)
    if step is not None:
        carry_out(actions.workstation, step)
    elif not _is_drawing(actions):
        actions.accept()


def take_back_or_reject(actions: ViewerActions) -> None:
    """Backspace: the last chosen place is taken back; where nothing is drawn, the waiting finding is rejected."""
    back = taken_back(actions.workspace)
    if back is not None:
        actions.store.update(lambda _: back)
    else:
        actions.reject()


def _is_drawing(actions: ViewerActions) -> bool:
    return any(not draft.is_saving for draft in actions.workspace.drafts)
