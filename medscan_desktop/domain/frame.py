"""How a user has the viewer's frame: what is folded away, how lists are sorted; it is so again at the next log-in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medscan_desktop.domain.errors import Damaged

_MOST, _NAME_LENGTH = 50, 60  # of what a stored body may hold


@dataclass(frozen=True, slots=True)
class Frame:
    """`folded` are the titles of the side panel's sections of which the heading alone is shown.

    `order` is what the list of measurements goes by, "" as it is at first; `by_series`: under a heading for each.
    """

    strip: bool = True
    panels: bool = True
    folded: frozenset[str] = frozenset()
    order: str = ""
    by_series: bool = False

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {
            "strip": self.strip,
            "panels": self.panels,
            "folded": sorted(self.folded),
            "order": self.order,
            "by_series": self.by_series,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Frame":
        """Raises Damaged for what `to_json` never writes."""
        strip, panels, folded = body.get("strip", True), body.get("panels", True), body.get("folded", [])
        order, by_series = body.get("order", ""), body.get("by_series", False)
        are_names = isinstance(folded, list) and len(folded) <= _MOST
        is_order = isinstance(order, str) and len(order) < _NAME_LENGTH and isinstance(by_series, bool)
        if not isinstance(strip, bool) or not isinstance(panels, bool) or not are_names or not is_order:
            raise Damaged("What was folded away is stored in a form that cannot be read.")
        names = frozenset(name for name in folded if isinstance(name, str) and len(name) < _NAME_LENGTH)
        return cls(strip, panels, names, order, by_series)
