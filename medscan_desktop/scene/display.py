"""How its user looks at the images, beside what each view shows: corner texts, the box being dragged."""

from dataclasses import dataclass
from enum import IntEnum

from medscan_desktop.domain.measurement import Point
from medscan_desktop.scene.view import ViewId


class CornerTexts(IntEnum):
    """How much stands in the corners. What must never be hidden stands there in all three."""

    MINIMAL = 0
    LESS = 1
    FULL = 2

    @property
    def next(self) -> "CornerTexts":
        """Full, less, minimal, and full again."""
        return CornerTexts((self - 1) % len(CornerTexts))


@dataclass(frozen=True, slots=True)
class Marquee:
    """A box that is being dragged in a view, by two opposite corners, or a line whose length the user says next.

    Patient mm, or the image's own plane. A line stays (`is_done`) until its length is said, or not.
    """

    view: ViewId
    start: Point
    end: Point
    is_line: bool = False
    is_done: bool = False
