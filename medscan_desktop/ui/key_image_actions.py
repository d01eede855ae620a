"""Key images by hand: mark the image on screen, go to one, scroll through them alone."""

from medscan_desktop.domain.key_image import KeyImage
from medscan_desktop.scene.changes import activated
from medscan_desktop.scene.key_images import image_in, key_image_in
from medscan_desktop.scene.key_slices import key_slices
from medscan_desktop.scene.navigation import at_slice
from medscan_desktop.scene.overlays import with_only_key_images
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.key_images import add_key_image, remove_key_image
from medscan_desktop.ui.actions import ViewerActions

_NOT_HERE = (
    "A key image is an acquired image: this view cuts through several of them. Show the images themselves first."
)
_NONE = "There are no key images in this view: mark one first."


def toggle(actions: ViewerActions) -> None:
    """Mark the image in the active view, or take the mark off it."""
    view = actions.view
    if view is None or view.stack is None:
        return
    image, marked = image_in(actions.workspace, view), key_image_in(actions.workspace, view)
    if marked is not None:
        actions.workstation.do(remove_key_image, key_image_id=marked.id)
    elif image is not None:
        actions.workstation.do(add_key_image, sop_instance_uid=image[0], frame=image[1])
    else:
        is_document = view.kind is ViewKind.DOCUMENT
        actions.workstation.notify("What is read or played is no key image." if is_document else _NOT_HERE)


def is_marked(actions: ViewerActions) -> bool:
    """Whether the image in the active view is marked."""
    return actions.view is not None and key_image_in(actions.workspace, actions.view) is not None


def step(actions: ViewerActions, way: int) -> None:
    """The next (1) or previous (-1) key image of the active view."""
    if not has_keys(actions):
        actions.workstation.notify(_NONE)
        return
    actions.next_key_image(way)


def has_keys(actions: ViewerActions) -> bool:
    """Whether there are key images in the active view's stack."""
    return actions.view is not None and bool(key_slices(actions.workspace, actions.view.stack))


def toggle_only(actions: ViewerActions) -> None:
    """Scroll from key image to key image, or through all images again."""
    on = not actions.workspace.only_key_images
    if on and not (actions.workspace.own_key_images or actions.workspace.key_images):
        actions.workstation.notify("There are no key images: mark one first.")
        return
    actions.workstation.edit("key images only", lambda workspace: with_only_key_images(workspace, on))


def jump_to(actions: ViewerActions, key_image: KeyImage) -> None:
    """Show a key image: in a view that has its stack, else in the active one."""
    stack = stack_with(actions.workspace, key_image)
    if stack is None:
        actions.workstation.notify("This image is not in the open study any more.")
    elif _view_of(actions.workspace, stack) is not None:
        actions.store.update(lambda workspace: _shown(workspace, key_image))
    else:
        active = actions.view.id if actions.view is not None else None
        actions.show_stack(stack.id, active, lambda _: actions.store.update(lambda now: _shown(now, key_image)))


def stack_with(workspace: Workspace, key_image: KeyImage) -> Stack | None:
    """The stack that holds its image."""
    return next((one for one in workspace.stacks if one.slice_of(*key_image.image) is not None), None)


def _view_of(workspace: Workspace, stack: Stack) -> View | None:
    """One that goes through the stack image by image, the active one first; one that cuts through it does not."""
    views = sorted(workspace.views, key=lambda view: view.id != workspace.active)
    return next((view for view in views if view.stack == stack.id and image_in(workspace, view) is not None), None)


def _shown(workspace: Workspace, key_image: KeyImage) -> Workspace:
    stack = stack_with(workspace, key_image)
    view = _view_of(workspace, stack) if stack is not None else None
    k = stack.slice_of(*key_image.image) if stack is not None else None
    if stack is None or view is None or k is None:
        return workspace
    blocks = stack.volume.reduction.slices if stack.volume is not None else 1
    return at_slice(activated(workspace, view.id), view, k // blocks)
