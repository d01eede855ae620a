"""Which slice says most, and a workspace that looks at it: for snapshots and report figures."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from medscan_desktop.domain.measurement import Point
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.scene.camera import plane_axes, point
from medscan_desktop.scene.layout import Layout
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace


def key_point(geometry: Geometry, masks: Sequence[Mask]) -> Point:
    """The point (patient mm) where the planes with the largest area of the masks cross; the middle without any."""
    everything = np.zeros(geometry.shape, dtype=bool)
    for mask in masks:
        everything |= mask.to_array()
    if not everything.any():
        return point(geometry.centre)
    k, j, i = (int(np.argmax(everything.sum(axis=others))) for others in ((1, 2), (0, 2), (0, 1)))
    return point(geometry.to_patient((i, j, k)))


def slice_count(geometry: Geometry, kind: ViewKind) -> int:
    """How many slices a plane of this kind has."""
    return geometry.size_ijk[plane_axes(geometry, kind).through]


def middle_of_slice(geometry: Geometry, kind: ViewKind, index: int) -> Point:
    """The middle of slice `index` (0-based, along the stack's own axis) of a plane, in patient mm."""
    middle = (np.asarray(geometry.size_ijk, float) - 1) / 2
    middle[plane_axes(geometry, kind).through] = index
    return point(geometry.to_patient(middle))


def figure_at(workspace: Workspace, view: View, stack_id: StackId, focus: Point) -> tuple[Workspace, View]:
    """The workspace with its planes crossing at `focus`, and `view` as its only one, the crosshair out of the way."""
    alone = replace(workspace, views=(view,), active=view.id, layout=Layout(view.id), crosshair=False, drafts=())
    return alone.with_focus(stack_id, focus), view
