"""How a view looks, in the terms of a presentation state: window, polarity, quarter turn, flip, displayed area."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.imaging.voi import Voi
from medscan_desktop.scene.camera import PlaneAxes, plane_axes
from medscan_desktop.scene.navigation import acquired_slice
from medscan_desktop.scene.presentation import Shutter
from medscan_desktop.scene.presenting import presentation_of
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.view import Camera, View, ViewKind
from medscan_desktop.scene.workspace import Workspace

Matrix = NDArray[np.float64]
_QUARTER = 90.0
_EXACT = 1e-6  # degrees


@dataclass(frozen=True, eq=False, slots=True)
class SavedLook:
    """`rotation` is clockwise in whole quarter turns, after the flip; `inverted` is the whole polarity.

    `centre_mm` is what is in the pane's middle, in mm from the image's own middle along its rows and columns; `zoom` is
    relative to "the whole image fits". `slice` is the stack's at full resolution.
    """

    stack: StackId
    slice: int
    voi: Voi
    inverted: bool
    rotation: int
    flip_horizontal: bool
    zoom: float
    centre_mm: tuple[float, float]
    shutter: Shutter | None


def look_of(workspace: Workspace, view: View) -> SavedLook:
    """What a presentation state can say of a view. Unsuitable, with the reason, where it cannot say it."""
    stack = workspace.stack(view.stack)
    k = acquired_slice(workspace, view)
    if stack is None or stack.volume is None or view.kind is ViewKind.DOCUMENT:
        raise Unsuitable("This view shows no images that a presentation state could be about.")
    if k is None or view.kind is ViewKind.THREE_D:
        raise Unsuitable("A presentation state is about acquired images: this view cuts through several of them.")
    if stack.volume.is_colour:
        raise Unsuitable("These images are in true colour: a grayscale presentation state cannot be about them.")
    axes = plane_axes(stack.volume.geometry, view.kind)
    rotation, flip = _turn(axes, view.camera)
    base = _base(axes)
    across, down = base.T @ np.asarray(view.camera.centre)
    blocks = stack.volume.reduction.slices
    at = min(k * blocks + (blocks - 1) // 2, max(len(stack.instance_uids) - 1, 0))
    layer = presentation_of(workspace, stack.id)
    own = stack.shutters[k] if k < len(stack.shutters) else None
    return SavedLook(
        stack=stack.id,
        slice=at,
        voi=view.voi,
        inverted=stack.volume.inverted != view.inverted,
        rotation=rotation,
        flip_horizontal=flip,
        zoom=view.camera.zoom,
        centre_mm=(float(across), float(down)),
        shutter=layer.presentation.shutter if layer is not None else own,
    )


def _base(axes: PlaneAxes) -> Matrix:
    """From (along a row, along a column) to the unturned picture's (right, down)."""
    base = np.zeros((2, 2))
    base[0, axes.right], base[1, axes.down] = axes.right_sign, axes.down_sign
    return base


def _turn(axes: PlaneAxes, camera: Camera) -> tuple[int, bool]:
    """The quarter turn after a flip that shows the stored rows and columns as the view does."""
    turns = camera.rotation / _QUARTER
    if abs(turns - round(turns)) * _QUARTER > _EXACT:
        raise Unsuitable(
            f"The view is turned by {camera.rotation % 360:g}°: a presentation state knows quarter turns alone."
        )
    angle = math.radians(round(turns) * _QUARTER)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    flips = np.diag([-1.0 if camera.flip_horizontal else 1.0, -1.0 if camera.flip_vertical else 1.0])
    whole = turn @ flips @ _base(axes)
    flip = bool(np.linalg.det(whole) < 0)
    alone = whole @ np.diag([-1.0, 1.0]) if flip else whole
    degrees = math.degrees(math.atan2(alone[1, 0], alone[0, 0]))
    return round(degrees / _QUARTER) * 90 % 360, flip
