"""A presentation state as it applies to the frames of one stack: how they look, and what is drawn on them. Values only.

Positions are (column, row) of the frame, 0-based with whole numbers at pixel centres, unless said otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.voi import Voi

Points = NDArray[np.float64]
Colour = tuple[int, int, int]


class GraphicKind(StrEnum):
    """Graphic Type (0070,0023)."""

    POINT = "POINT"
    POLYLINE = "POLYLINE"
    INTERPOLATED = "INTERPOLATED"
    CIRCLE = "CIRCLE"
    ELLIPSE = "ELLIPSE"


@dataclass(frozen=True, eq=False, slots=True)
class Graphic:
    """`points` (n, 2); `on_display`: fractions of the displayed area, to the right and down, instead of pixels."""

    kind: GraphicKind
    points: Points
    on_display: bool = False
    is_filled: bool = False
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A position in pixels, or (`on_display`) as fractions of the displayed area."""

    x: float
    y: float
    on_display: bool = False


@dataclass(frozen=True, slots=True)
class TextNote:
    """A text in a box, or beside an anchor; a line leads from the box to a visible anchor."""

    lines: tuple[str, ...]
    box: tuple[Place, Place] | None = None  # top left, bottom right
    justification: str = "LEFT"
    anchor: Place | None = None
    anchor_is_visible: bool = False
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """The displayed area: the pixels that come into its top left and bottom right corners, after turn and flip."""

    top_left: tuple[float, float]
    bottom_right: tuple[float, float]
    mode: str = "SCALE TO FIT"


@dataclass(frozen=True, eq=False, slots=True)
class Shutter:
    """What is outside of all shapes is covered. Pixels on a shape's edge are inside.

    `rectangle` is left, top, right, bottom; `circle` centre column, centre row, radius; `polygon` (n, 2).
    """

    rectangle: tuple[float, float, float, float] | None = None
    circle: tuple[float, float, float] | None = None
    polygon: Points | None = None
    grey: int = 0  # of what covers, 0..255


@dataclass(frozen=True, eq=False, slots=True)
class FrameLook:
    """How one frame looks. `voi` None: the state has no window for it."""

    voi: Voi | None = None
    area: Area | None = None
    graphics: tuple[Graphic, ...] = ()
    texts: tuple[TextNote, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Presentation:
    """`frames` by slice of the stack; those that are not in it are not part of the state.

    `inverted` is the whole polarity: it replaces that of the image. `rotation` is clockwise, after the horizontal flip.
    `omitted` names what the state asks for and is not done.
    """

    label: str
    description: str
    created: str
    inverted: bool = False
    rotation: float = 0.0
    flip_horizontal: bool = False
    shutter: Shutter | None = None
    frames: Mapping[int, FrameLook] = field(default_factory=dict)
    omitted: tuple[str, ...] = ()
