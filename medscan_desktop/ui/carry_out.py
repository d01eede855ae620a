"""What a tool answers, made true: the new workspace on screen, a whole measurement saved at once."""

from dataclasses import replace

from medscan_desktop.scene.gesture import Step
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.measurements import save_measurement
from medscan_desktop.workstation.workstation import Workstation


def carry_out(workstation: Workstation, step: Step) -> None:
    """Show it, save what is to be saved, say what was refused. What cannot be saved leaves the screen again."""
    workstation.store.update(lambda _: step.workspace)
    if step.refused:
        workstation.notify(step.refused)
    if step.save is None:
        return

    def drop() -> None:
        workstation.store.update(lambda workspace: _without(workspace, step.draft_key))

    workstation.do(save_measurement, on_failed=drop, measurement=step.save, draft_key=step.draft_key)


def _without(workspace: Workspace, key: int | None) -> Workspace:
    return replace(workspace, drafts=tuple(draft for draft in workspace.drafts if draft.key != key))
