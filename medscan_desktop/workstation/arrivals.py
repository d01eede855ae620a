"""Loading a stack for the screen: what arrives after its command has ended comes there by itself."""

from functools import partial

from medscan_desktop.dicom.pixels.load import Loading
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.scene.hanging import with_loaded
from medscan_desktop.scene.stack import StackId
from medscan_desktop.workstation.command import Context
from medscan_desktop.workstation.shelf import Arrival, Shelved
from medscan_desktop.workstation.stacks import failure_texts


def load_for_screen(
    ctx: Context,
    shelved: Shelved,
    plan: StackPlan,
    *,
    on_screen: frozenset[StackId] | None = None,
    following: StackPlan | None = None,
) -> Loading:
    """Load a stack, as `Shelf.load`; once all of it is there, `following` is loaded too."""

    def arrived(arrival: Arrival) -> None:
        came = partial(with_loaded, stack_id=plan.id, count=arrival.count, values=arrival.values)
        ctx.post(partial(came, failures=failure_texts(arrival.failures), notes=arrival.notes))
        if following is not None and arrival.count == len(plan.frames):
            ctx.shelf.preload(shelved, following)

    return ctx.shelf.load(shelved, plan, arrived, on_screen=on_screen)
