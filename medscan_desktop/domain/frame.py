"""What of the viewer's frame a user has folded away; it is so again at the next log-in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medscan_desktop.domain.errors import Damaged

_MOST, _NAME_LENGTH = 50, 60  # of what a stored body may hold


@dataclass(frozen=True, slots=True)
class Frame:
    """`folded` are the titles of the side panel's sections of which the heading alone is shown."""

    strip: bool = True
    panels: bool = True
    folded: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {"strip": self.strip, "panels": self.panels, "folded": sorted(self.folded)}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Frame":
        """Raises Damaged for what `to_json` never writes."""
        strip, panels, folded = body.get("strip", True), body.get("panels", True), body.get("folded", [])
        are_names = isinstance(folded, list) and len(folded) <= _MOST
        if not isinstance(strip, bool) or not isinstance(panels, bool) or not are_names:
            raise Damaged("What was folded away is stored in a form that cannot be read.")
        return cls(
            strip, panels, frozenset(name for name in folded if isinstance(name, str) and len(name) < _NAME_LENGTH)
        )
