"""How values become colour and opacity in 3D, as a value that a user can edit and keep."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from medscan_desktop.domain.errors import Damaged

Colour = tuple[float, float, float]  # red, green, blue, 0..1
BACKGROUND: Colour = (0.035, 0.043, 0.055)
_NAME_LENGTH, _MOST_POINTS, _LARGEST = 60, 40, 1e9  # of what a stored body may hold
_BROKEN = "This 3D preset is stored in a form that cannot be read."


@dataclass(frozen=True, slots=True)
class LookPoint:
    """At `value` the volume has this colour and this opacity (0..1 a millimetre)."""

    value: float
    opacity: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Look:
    """Points in rising order of value; between two of them colour and opacity go straight, beyond the ends they stay.

    With `relative`, values are shares of the data's 0.1 to 99.9 percentile range, else modality units. `edges` draws
    only where values change (gradient opacity). `brightest` is maximum intensity: its colours are the picture.
    """

    name: str
    points: tuple[LookPoint, ...]
    relative: bool = False
    shaded: bool = True
    edges: bool = False
    brightest: bool = False
    background: Colour = BACKGROUND

    def moved(self, number: int, value: float, opacity: float) -> "Look":
        """The same with one point elsewhere; it cannot pass its neighbours."""
        low = self.points[number - 1].value if number > 0 else -_LARGEST
        high = self.points[number + 1].value if number + 1 < len(self.points) else _LARGEST
        held = replace(self.points[number], value=min(max(value, low), high), opacity=min(max(opacity, 0.0), 1.0))
        return self._with(number, held)

    def coloured(self, number: int, colour: Colour) -> "Look":
        """The same with another colour at one point."""
        return self._with(number, replace(self.points[number], colour=colour))

    def with_point(self, value: float, opacity: float) -> "Look":
        """The same with one point more, of the colour that is there; as it is where it has all that can be kept."""
        if len(self.points) >= _MOST_POINTS:
            return self
        new = LookPoint(value, min(max(opacity, 0.0), 1.0), self.at(value).colour)
        return replace(self, points=tuple(sorted((*self.points, new), key=lambda point: point.value)))

    def without(self, number: int) -> "Look":
        """The same without a point; two always stay."""
        if len(self.points) <= 2:
            return self
        return replace(self, points=self.points[:number] + self.points[number + 1 :])

    def shifted(self, amount: float, factor: float = 1.0) -> "Look":
        """All points moved by `amount` and spread about their middle, as a window is moved and widened."""
        middle = (self.points[0].value + self.points[-1].value) / 2
        factor = min(max(factor, 0.02), 50.0)
        points = tuple(replace(one, value=middle + (one.value - middle) * factor + amount) for one in self.points)
        return replace(self, points=points)

    def with_shading(self, on: bool) -> "Look":
        """The same lit, or not."""
        return replace(self, shaded=on)

    def with_edges(self, on: bool) -> "Look":
        """The same only where values change, or everywhere."""
        return replace(self, edges=on)

    def at(self, value: float) -> LookPoint:
        """Colour and opacity at a value."""
        if value <= self.points[0].value:
            return replace(self.points[0], value=value)
        for one, other in zip(self.points, self.points[1:], strict=False):
            if value < other.value:
                share = (value - one.value) / (other.value - one.value)
                red, green, blue = (a + (b - a) * share for a, b in zip(one.colour, other.colour, strict=True))
                return LookPoint(value, one.opacity + (other.opacity - one.opacity) * share, (red, green, blue))
        return replace(self.points[-1], value=value)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {
            "name": self.name,
            "points": [[one.value, one.opacity, *one.colour] for one in self.points],
            "relative": self.relative,
            "shaded": self.shaded,
            "edges": self.edges,
            "brightest": self.brightest,
            "background": list(self.background),
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Look":
        """Raises Damaged for what `to_json` never writes."""
        name, points = body.get("name"), body.get("points")
        flags = {key: body.get(key, False) for key in ("relative", "shaded", "edges", "brightest")}
        is_sound = isinstance(name, str) and 0 < len(name) <= _NAME_LENGTH and isinstance(points, list)
        if not is_sound or not all(isinstance(flag, bool) for flag in flags.values()):
            raise Damaged(_BROKEN)
        read = tuple(_point(one) for one in points or ())
        background = _numbers(body.get("background", list(BACKGROUND)), 3)
        if not 2 <= len(read) <= _MOST_POINTS or [one.value for one in read] != sorted(one.value for one in read):
            raise Damaged(_BROKEN)
        return cls(str(name), read, background=_colour(background), **flags)

    def _with(self, number: int, point: LookPoint) -> "Look":
        return replace(self, points=(*self.points[:number], point, *self.points[number + 1 :]))


def _point(body: object) -> LookPoint:
    value, opacity, *colour = _numbers(body, 5)
    if abs(value) > _LARGEST or not 0 <= opacity <= 1:
        raise Damaged(_BROKEN)
    return LookPoint(value, opacity, _colour(colour))


def _colour(parts: list[float]) -> Colour:
    if not all(0 <= part <= 1 for part in parts):
        raise Damaged(_BROKEN)
    return parts[0], parts[1], parts[2]


def _numbers(body: object, count: int) -> list[float]:
    if not isinstance(body, list) or len(body) != count or not all(type(one) in (int, float) for one in body):
        raise Damaged(_BROKEN)
    numbers = [float(one) for one in body]
    if not all(isfinite(one) for one in numbers):
        raise Damaged(_BROKEN)
    return numbers
