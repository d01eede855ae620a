"""The hanging protocols there are: those that ship, in their place what the installation or the user has, in order.

Stored one a key: `hanging.<id>` for everybody, `hanging.<id>@<user>` for one; the order and what is off under
`hanging_order` and `hanging_order@<user>`. What is stored and cannot be read is left out and said.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.hanging_file import from_json, read_protocols
from medscan_desktop.domain.hanging_protocol import Protocol
from medscan_desktop.domain.user import UserId
from medscan_desktop.persistence.preferences import Preferences

_log = logging.getLogger("medscan.hanging")
_KEY, _ORDER = "hanging.", "hanging_order"
_MOST = 1000  # of a stored order


class Origin(StrEnum):
    """Whose a protocol is, as lists say it."""

    SHIPPED = "shipped"
    EVERYBODY = "everybody's"
    OWN = "yours"


@dataclass(frozen=True, slots=True)
class Listed:
    """A protocol in its place. `is_shipped` also of one that was changed: it can be taken back."""

    protocol: Protocol
    origin: Origin
    is_on: bool = True
    is_shipped: bool = False


@dataclass(frozen=True, slots=True)
class Arranged:
    """The order of protocols by their ids, and which of them are off. Those that are not named come first."""

    order: tuple[str, ...] = ()
    off: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {"order": list(self.order), "off": list(self.off)}

    @classmethod
    def from_json(cls, body: Mapping[str, Any] | None) -> "Arranged | None":
        """None for what `to_json` never writes."""
        if body is None:
            return None
        lists = [body.get("order"), body.get("off")]
        if not all(isinstance(one, list) and len(one) <= _MOST for one in lists):
            return None
        order, off = (tuple(name for name in one or () if isinstance(name, str)) for one in lists)
        return cls(order, off)


def protocol_key(protocol_id: str, user: UserId | None) -> str:
    """Where a protocol is stored: for one user, or (None) for everybody."""
    return f"{_KEY}{protocol_id}" + (f"@{user}" if user else "")


def order_key(user: UserId | None) -> str:
    """Where the order is stored."""
    return _ORDER + (f"@{user}" if user else "")


@lru_cache(maxsize=4)
def shipped_protocols(folder: Path) -> tuple[Protocol, ...]:
    """Those of this release, by the names of their files."""
    return tuple(one for path in sorted(folder.glob("*.json")) for one in read_protocols(path.read_bytes()))


def listed_protocols(preferences: Preferences, folder: Path, user: UserId | None) -> tuple[Listed, ...]:
    """Every protocol as this user has it: their own, else everybody's, else the shipped one; in their order."""
    shipped = {one.id: Listed(one, Origin.SHIPPED, is_shipped=True) for one in shipped_protocols(folder)}
    found = dict(shipped)
    stored = preferences.beginning(_KEY)
    for owner, origin in ((None, Origin.EVERYBODY), (user, Origin.OWN)):
        if origin is Origin.OWN and owner is None:
            continue
        for key, body in stored.items():
            protocol_id, _, whose = key.removeprefix(_KEY).partition("@")
            if whose == (owner or "") and (made := _read(protocol_id, body)) is not None:
                found[protocol_id] = Listed(made, origin, is_shipped=protocol_id in shipped)
    return _arranged(found, _order(preferences, user))


def protocols_that_hang(preferences: Preferences, folder: Path, user: UserId | None) -> tuple[Protocol, ...]:
    """Those that are on, in their order."""
    return tuple(one.protocol for one in listed_protocols(preferences, folder, user) if one.is_on)


def _order(preferences: Preferences, user: UserId | None) -> Arranged:
    own = Arranged.from_json(preferences.get(order_key(user))) if user else None
    return own or Arranged.from_json(preferences.get(order_key(None))) or Arranged()


def _arranged(found: Mapping[str, Listed], arranged: Arranged) -> tuple[Listed, ...]:
    """Unnamed ones first: what somebody has just made comes before what was there."""
    places = {name: number for number, name in enumerate(arranged.order)}
    origins = {Origin.OWN: 0, Origin.EVERYBODY: 1, Origin.SHIPPED: 2}

    def place(listed: Listed) -> tuple[int, int]:
        origin = Origin.SHIPPED if listed.is_shipped else listed.origin
        new = origin is not Origin.SHIPPED
        return (places.get(listed.protocol.id, -1 if new else len(places)), origins[origin])

    ordered = sorted(found.values(), key=place)
    return tuple(replace(one, is_on=one.protocol.id not in arranged.off) for one in ordered)


def _read(protocol_id: str, body: Mapping[str, Any]) -> Protocol | None:
    try:
        return replace(from_json(dict(body)), id=protocol_id)
    except Unsuitable:
        _log.warning("hanging.unreadable", extra={"protocol": protocol_id})
        return None
