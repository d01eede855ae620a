"""One pane as a value: what it looks at, how, and from where."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NewType

from medscan_desktop.imaging.window import Voi, Window
from medscan_desktop.scene.slab import Slab
from medscan_desktop.scene.space import PLAIN, Space
from medscan_desktop.scene.stack import StackId

_SOFT_TISSUE = Window(40, 400)
ViewId = NewType("ViewId", int)


class ViewKind(StrEnum):
    """How a view looks at its stack."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    CURVED = "curved"  # straightened along a drawn curve
    ACQUIRED = "acquired"  # frame by frame, as stored
    THREE_D = "3d"
    DOCUMENT = "document"  # what is read or played: a report, pages, curves, a clip


@dataclass(frozen=True, slots=True)
class Camera:
    """Where a 2D view looks, free of the pane's size.

    `zoom` is relative to "the whole image fits". `centre` is the plane point at the pane's centre, in mm right and
    down of the image's middle. `rotation` is clockwise in degrees, after the flips.
    """

    zoom: float = 1.0
    centre: tuple[float, float] = (0.0, 0.0)
    rotation: float = 0.0
    flip_horizontal: bool = False
    flip_vertical: bool = False
    justify: str = ""  # "left" or "right": where the pane is wider than the picture, it lies against that side
    held: float = (
        0.0  # units of the geometry a logical pixel, whatever the size of the pane (1:1, true size); 0: by `zoom`
    )
    common: bool = False  # "fits" is of the largest picture among the views that have it: they have one scale


@dataclass(frozen=True, slots=True)
class Camera3D:
    """An orbit.

    Degrees of azimuth (0 = from the front, growing towards the patient's left) and elevation (growing towards the
    head), zoom relative to fit, shift as a share of the pane to the right and down.
    """

    azimuth: float = 0.0
    elevation: float = 0.0
    zoom: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    moving: bool = False  # while dragged: the coarse level of detail will do


@dataclass(frozen=True, slots=True)
class View:
    """One pane."""

    id: ViewId
    kind: ViewKind
    stack: StackId | None = None
    frame: int = 0  # for ACQUIRED; the planes follow the stack's focus
    voi: Voi = _SOFT_TISSUE
    inverted: bool = False  # the user's invert, after all else
    camera: Camera = Camera()
    camera_3d: Camera3D = Camera3D()
    preset_3d: str = ""
    tile: int | None = None  # which place on a sheet of one stack's consecutive images, from 0
    slab: Slab | None = None  # values across some thickness instead of one plane
    space: Space = PLAIN


def with_zoom(camera: Camera, zoom: float) -> Camera:
    """The camera at another zoom; a scale that is held is as much nearer or further."""
    return replace(camera, zoom=zoom, held=camera.held * camera.zoom / zoom)


def in_step(tile: View, leader: View) -> View:
    """A tile as its sheet's `leader` moved it: the image that is as much further, seen from the same camera."""
    if tile.tile is None or leader.tile is None or tile.stack != leader.stack:
        return tile
    frame = leader.frame + tile.tile - leader.tile
    if tile.frame == frame and tile.camera == leader.camera:
        return tile
    return replace(tile, frame=frame, camera=leader.camera)
