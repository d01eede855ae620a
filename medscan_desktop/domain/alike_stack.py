"""Which stack of a prior is the counterpart of one in the current study: same kind, plane, side and words."""

from collections.abc import Iterable
from typing import TypeVar

from medscan_desktop.domain.stack_traits import StackKind, StackTraits
from medscan_desktop.domain.word_patterns import words_of

Key = TypeVar("Key")

_FILM = {"DX": "CR"}
_THICKNESS_SHARE = 0.34  # of the thicker one: 5 mm is read beside 5 or 3.5 mm, not beside 1


def likeness(one: StackTraits, other: StackTraits) -> float:
    """How well two stacks are read beside each other; only the order of several counts. Below 0: not at all."""
    if _FILM.get(one.modality, one.modality) != _FILM.get(other.modality, other.modality):
        return -1.0
    score = 1.0 - 4.0 * (other.is_localiser and not one.is_localiser)
    score += _agreement(one.view, other.view, 3.0) + _agreement(one.laterality, other.laterality, 3.0)
    score += _agreement(one.plane, other.plane, 2.0) + _agreement(one.kernel, other.kernel, 0.6)
    score += 1.0 if _is_cut(one) == _is_cut(other) else -1.0
    score += 2.0 * _shared(one.text, other.text) + 0.5 * (bool(one.contrast) == bool(other.contrast))
    score += 0.5 * _is_as_thick(one.thickness_mm, other.thickness_mm)
    score += 0.3 * min(one.images, other.images) / max(one.images, other.images, 1)
    return score


def most_alike(like: StackTraits, others: Iterable[tuple[Key, StackTraits]]) -> Key | None:
    """The key of the counterpart; the first of equals, None where none is of this modality."""
    scored = [(likeness(like, traits), key) for key, traits in others]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0] > 0 else None


def _agreement(one: str, other: str, weight: float) -> float:
    """What is said of both and differs counts against them."""
    if not one or not other:
        return 0.0
    return weight if one.casefold() == other.casefold() else -weight


def _is_cut(traits: StackTraits) -> bool:
    return traits.kind in (StackKind.VOLUME, StackKind.SLICES)


def _shared(one: str, other: str) -> float:
    own, theirs = set(words_of(one)), set(words_of(other))
    return len(own & theirs) / len(own | theirs) if own and theirs else 0.0


def _is_as_thick(one: float | None, other: float | None) -> bool:
    if not one or not other:
        return False
    return abs(one - other) <= _THICKNESS_SHARE * max(one, other)
