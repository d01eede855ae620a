"""How a user's hands work the viewer: the mouse profile, and keys in place of the profile's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from medscan_desktop.domain.errors import Damaged

STANDARD_PROFILE = "default"
_NAME_LENGTH, _KEY_LENGTH, _MOST = 80, 40, 1000  # of what a stored or imported body may hold


@dataclass(frozen=True, slots=True)
class Hands:
    """`keys` goes by the name of a command; no keys at all is a choice too."""

    profile: str = STANDARD_PROFILE
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def with_keys(self, command: str, keys: tuple[str, ...]) -> "Hands":
        """The same with these keys for one command."""
        return replace(self, keys=MappingProxyType({**self.keys, command: keys}))

    def with_standard_keys(self, command: str) -> "Hands":
        """The same with the profile's keys for one command."""
        return replace(self, keys=MappingProxyType({name: keys for name, keys in self.keys.items() if name != command}))

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {"profile": self.profile, "keys": {name: list(keys) for name, keys in self.keys.items()}}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Hands":
        """Raises Damaged for what `to_json` never writes."""
        profile, keys = body.get("profile", STANDARD_PROFILE), body.get("keys", {})
        is_sound = isinstance(profile, str) and isinstance(keys, Mapping) and len(keys) <= _MOST
        if not is_sound or not all(_is_binding(name, bound) for name, bound in keys.items()):
            raise Damaged("These keys are stored in a form that cannot be read.")
        return cls(profile, MappingProxyType({name: tuple(bound) for name, bound in keys.items()}))


def _is_binding(name: object, keys: object) -> bool:
    is_name = isinstance(name, str) and len(name) <= _NAME_LENGTH
    return is_name and isinstance(keys, list) and all(isinstance(key, str) and len(key) <= _KEY_LENGTH for key in keys)
