"""How a user wants the images of a series put together, in place of the automatic way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class SplitChoice:
    """What was chosen for one series.

    `together`: all images that fit into one stack make one, by image number. `by`: the keyword of an attribute that
    stacks must share. `joins`: stacks put together, each named by its anchor, which stays the same while its images do.
    """

    together: bool = False
    by: str = ""
    joins: tuple[tuple[str, ...], ...] = ()

    @property
    def is_automatic(self) -> bool:
        """Whether nothing was chosen."""
        return self == AUTOMATIC

    def joined(self, anchors: tuple[str, ...]) -> "SplitChoice":
        """The choice with these stacks in one, along with what each of them was joined with before."""
        apart = tuple(one for one in self.joins if not set(one) & set(anchors))
        grown = {anchor for one in self.joins if set(one) & set(anchors) for anchor in one} | set(anchors)
        return replace(self, together=False, joins=(*apart, tuple(sorted(grown))))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `from_json` gives an equal choice."""
        return {"together": self.together, "by": self.by, "joins": [list(one) for one in self.joins]}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "SplitChoice":
        """The choice of `to_json`; KeyError or TypeError where it is something else."""
        return cls(bool(body["together"]), str(body["by"]), tuple(tuple(map(str, one)) for one in body["joins"]))


AUTOMATIC = SplitChoice()
