"""Which stack of a study comes onto the screen first: what the active view of its best hanging protocol shows."""

from collections.abc import Sequence

from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.hanging_protocol import Protocol
from medscan_desktop.scene.apply_protocol import hang_best
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.workstation.shelf import Shelved


def first_hung(
    shelved: Sequence[Shelved], stacks: tuple[Stack, ...], protocols: Sequence[Protocol]
) -> tuple[Shelved, StackPlan] | None:
    """None where no protocol fits."""
    hung = hang_best(Workspace(stacks=stacks), protocols)
    shown = next((view.stack for view in hung.views if view.id == hung.active), None) if hung is not None else None
    return next(((one, plan) for one in shelved for plan in one.grouping.stacks if plan.id == shown), None)
