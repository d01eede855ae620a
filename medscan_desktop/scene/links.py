"""How places in one stack are places in another: by a shared frame of reference, an offset, or a registration.

Values alone; what is moved by them stands in `navigation` and `linking`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.scene.stack import Stack

SpaceId = NewType("SpaceId", str)  # a frame of reference, or a stack whose headers name none
Matrix = NDArray[np.float64]


class LinkKind(StrEnum):
    """By what two stacks are linked; the values are what the panes say."""

    SAME = "same frame"
    OFFSET = "offset"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class SpaceLink:
    """Patient mm of `first` to patient mm of `second`: 16 numbers of a rigid 4x4, row by row.

    `quality` is that of a registration, 0 to 1. An offset holds along the planes' normal alone, where it was set.
    """

    first: SpaceId
    second: SpaceId
    numbers: tuple[float, ...]
    kind: LinkKind
    quality: float = 0.0

    @property
    def matrix(self) -> Matrix:
        """4x4."""
        return np.array(self.numbers, float).reshape(4, 4)


@dataclass(frozen=True, slots=True)
class Place:
    """A point of one stack's space, patient mm: where the 3D cursor is."""

    space: SpaceId
    point: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Links:
    """What panes do together. Turning is never shared: who turns one picture compares it with the other unturned."""

    scroll: bool = True
    window: bool = False
    zoom: bool = False
    pan: bool = False
    spaces: tuple[SpaceLink, ...] = ()

    def between(self, first: SpaceId, second: SpaceId) -> "Relation | None":
        """How the second is reached from the first, over a third where need be; None where there is no way.

        A way over a registration is taken before one over an offset.
        """
        if first == second:
            return Relation(np.eye(4), LinkKind.SAME)
        for kinds in ((LinkKind.REGISTERED,), (LinkKind.REGISTERED, LinkKind.OFFSET)):
            found = self._way(first, second, kinds)
            if found is not None:
                return found
        return None

    def with_link(self, link: SpaceLink) -> "Links":
        """The link in the place of the one of its kind that there was between these two."""
        pair = {link.first, link.second}
        kept = [one for one in self.spaces if {one.first, one.second} != pair or one.kind is not link.kind]
        return replace(self, spaces=(*kept, link))

    def without_offsets(self) -> "Links":
        """Registrations stay: they are true of the images, not of what was on screen."""
        return replace(self, spaces=tuple(one for one in self.spaces if one.kind is LinkKind.REGISTERED))

    def without(self, first: SpaceId, second: SpaceId) -> "Links":
        """Nothing of its own between these two any more."""
        pair = {first, second}
        return replace(self, spaces=tuple(one for one in self.spaces if {one.first, one.second} != pair))

    def _way(self, first: SpaceId, second: SpaceId, kinds: tuple[LinkKind, ...]) -> "Relation | None":
        reached = {first: Relation(np.eye(4), LinkKind.SAME, 1.0)}
        waiting = [first]
        while waiting:
            at = waiting.pop(0)
            for link in self.spaces:
                if link.kind not in kinds or at not in (link.first, link.second):
                    continue
                following = link.second if at == link.first else link.first
                if following not in reached:
                    reached[following] = reached[at].then(link, backwards=at == link.second)
                    waiting.append(following)
        return reached.get(second)


BY_POSITION = Links()  # what nobody has changed: scrolling where positions are shared


@dataclass(frozen=True, eq=False, slots=True)
class Relation:
    """A way from one space to another: 4x4 of patient mm, by what, and how good its registrations are at worst."""

    matrix: Matrix
    kind: LinkKind
    quality: float = 1.0

    def then(self, link: SpaceLink, *, backwards: bool) -> "Relation":
        """One step further; an offset anywhere makes the whole way one."""
        step = np.linalg.inv(link.matrix) if backwards else link.matrix
        kind = LinkKind.OFFSET if LinkKind.OFFSET in (self.kind, link.kind) else LinkKind.REGISTERED
        quality = min(self.quality, link.quality) if link.kind is LinkKind.REGISTERED else self.quality
        return Relation(step @ self.matrix, kind, quality)

    @property
    def is_in_space(self) -> bool:
        """Whether it holds for every point, not only along one normal."""
        return self.kind is not LinkKind.OFFSET

    def to(self, point_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where a point (3,) of the first is in the second."""
        return np.asarray(self.matrix[:3, :3] @ point_mm + self.matrix[:3, 3])

    def turned(self, direction: NDArray[np.float64]) -> NDArray[np.float64]:
        """A direction (3,) of the first in the second."""
        return np.asarray(self.matrix[:3, :3] @ direction)


def space_of(stack: Stack | None) -> SpaceId | None:
    """The space that a stack's positions are in; None where it has no pixels yet or no positions."""
    if stack is None or stack.volume is None or not stack.volume.geometry.spatial:
        return None
    return SpaceId(stack.frame_of_reference or stack.id)


def rigid(matrix: Matrix) -> tuple[float, ...]:
    """A 4x4 as a `SpaceLink` keeps it."""
    return tuple(float(number) for number in np.asarray(matrix, float).reshape(16))
