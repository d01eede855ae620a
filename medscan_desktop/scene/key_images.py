"""The user's own key images on screen: which image a view shows, and whether it is one of them. Pure questions."""

from medscan_desktop.domain.key_image import KeyImage
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.scene.navigation import acquired_slice
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace


def image_in(workspace: Workspace, view: View) -> tuple[InstanceUid, int] | None:
    """The acquired image that a view shows, with its frame from 0; None where it cuts through several or shows none."""
    stack, k = workspace.stack(view.stack), acquired_slice(workspace, view)
    if stack is None or k is None or view.kind in (ViewKind.THREE_D, ViewKind.DOCUMENT):
        return None
    blocks = stack.volume.reduction.slices if stack.volume is not None else 1
    at = k * blocks + (blocks - 1) // 2
    if at >= len(stack.instance_uids) or not stack.instance_uids[at]:
        return None
    return stack.instance_uids[at], stack.frame_numbers[at] if stack.frame_numbers else 0


def key_image_in(workspace: Workspace, view: View) -> KeyImage | None:
    """The user's mark on the image that a view shows."""
    image = image_in(workspace, view)
    return next((one for one in workspace.own_key_images if one.image == image), None)
