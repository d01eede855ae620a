"""What a user arranges on screen, and how one step of it is reversed: windows, turns, layout, links.

Where one is in a stack, and what has arrived meanwhile, is no part of it: undo never scrolls and never loses a slice.
A step keeps the values that it changed, not the workspace, so thousands of them are small.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from medscan_desktop.scene.view import View, ViewId
from medscan_desktop.scene.workspace import Workspace

# The fields of the workspace that a step of its own can change and undo restores; `views` is looked at view by view.
ARRANGED = (
    "turns",
    "curves",
    "layout",
    "maximised",
    "hung",
    "crosshair",
    "links",
    "own_links",
    "reference_lines",
    "before_prior",
    "before_tiles",
    "masks_visible",
    "overlay",
    "overlay_planes",
    "shutters",
    "only_key_images",
)
_OF_A_VIEW = ("voi", "inverted", "camera", "camera_3d", "preset_3d", "space", "slab")


@dataclass(frozen=True, slots=True)
class SceneEdit:
    """A step of the screen alone: what each thing that it changed was before."""

    fields: Mapping[str, Any]  # of the workspace
    of_views: Mapping[ViewId, Mapping[str, Any]]  # of views that are still the same views
    views: tuple[View, ...] | None = None  # all of them, where other views came in their place
    active: ViewId | None = None

    def reversed(self, workspace: Workspace) -> tuple[Workspace, "SceneEdit"]:
        """The workspace with the step taken back, and the step that does it again."""
        now: dict[str, Any] = {name: getattr(workspace, name) for name in self.fields}
        if self.views is not None:
            back = SceneEdit(now, {}, workspace.views, workspace.active)
            active = workspace.active if self.active is None else self.active
            return replace(workspace, views=self.views, active=active, drafts=(), **self.fields), back
        of_views = {
            view.id: {name: getattr(view, name) for name in self.of_views[view.id]}
            for view in workspace.views
            if view.id in self.of_views
        }
        views = tuple(replace(view, **self.of_views.get(view.id, {})) for view in workspace.views)
        return replace(workspace, views=views, **self.fields), SceneEdit(now, of_views)


def edit_between(before: Workspace, after: Workspace) -> SceneEdit | None:
    """What takes `after` back to `before`; None where nothing of it is arranged."""
    fields = {name: getattr(before, name) for name in ARRANGED if getattr(before, name) is not getattr(after, name)}
    if [_slot(view) for view in before.views] != [_slot(view) for view in after.views]:
        return SceneEdit(fields, {}, before.views, before.active)
    of_views: dict[ViewId, Mapping[str, Any]] = {}
    for old, new in zip(before.views, after.views, strict=True):
        changed = {name: getattr(old, name) for name in _OF_A_VIEW if getattr(old, name) != getattr(new, name)}
        if changed:
            of_views[old.id] = changed
    return SceneEdit(fields, of_views) if fields or of_views else None


def _slot(view: View) -> tuple[object, ...]:
    return view.id, view.kind, view.stack, view.tile
