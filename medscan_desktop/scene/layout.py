"""Where the cells of the screen lie: a grid, or cells split side by side and one above the other, to any depth.

Only places, no pictures: each cell is the place of one view, by its id. Lengths are shares of the whole, 0..1.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any, NamedTuple, Union

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.scene.view import ViewId

MOST_ROWS = MOST_COLUMNS = 4  # of a grid
MOST_CELLS = 32  # with splits
_DEEPEST = 12  # splits within splits that a stored layout may have
_SAME_LINE = 1e-6
_FIRST = ViewId(0)
_BROKEN = "This layout is stored in a form that cannot be read."


class Way(StrEnum):
    """How the parts of a split follow each other."""

    BESIDE = "beside"  # left to right
    BELOW = "below"  # top to bottom


class Rect(NamedTuple):
    """Shares of the whole, from the top left."""

    left: float
    top: float
    width: float
    height: float


class Divider(NamedTuple):
    """The line after part `number` of the split at `path` (which part of which part, from the outside)."""

    path: tuple[int, ...]
    number: int
    way: Way
    rect: Rect  # without thickness: its width (BESIDE) or height (BELOW) is 0

    @property
    def position(self) -> float:
        """Where the line is, across its way."""
        return self.rect.left if self.way is Way.BESIDE else self.rect.top


@dataclass(frozen=True, slots=True)
class Split:
    """Two parts or more in a row; `shares` add up to 1."""

    way: Way
    parts: tuple["Node", ...]
    shares: tuple[float, ...]


Node = Union[ViewId, Split]  # noqa: UP007  a forward reference cannot be joined by `|`


@dataclass(frozen=True, slots=True)
class Layout:
    """All cells. No change of it is refused: one that is not possible gives the layout as it was."""

    root: Node = _FIRST

    @classmethod
    def grid(cls, rows: int, columns: int, views: Sequence[ViewId] = ()) -> "Layout":
        """Equal cells, row by row; the views from the first on, those that are missing by the numbers that follow."""
        ids = list(views[: rows * columns])
        following = max((*ids, -1)) + 1
        ids += [ViewId(following + number) for number in range(rows * columns - len(ids))]
        lines = [_even(Way.BESIDE, ids[row * columns : (row + 1) * columns]) for row in range(rows)]
        return cls(_even(Way.BELOW, lines))

    @classmethod
    def of(cls, views: Sequence[ViewId], columns: int) -> "Layout":
        """So many views, filled into rows of `columns`; the last row may have fewer and then wider cells."""
        lines = [_even(Way.BESIDE, views[at : at + columns]) for at in range(0, len(views), max(columns, 1))]
        return cls(_even(Way.BELOW, lines)) if lines else cls()

    @property
    def cells(self) -> tuple[ViewId, ...]:
        """The views' ids: each split's parts in their order."""
        return tuple(view for view, _ in _cells(self.root, Rect(0, 0, 1, 1)))

    @property
    def rects(self) -> Mapping[ViewId, Rect]:
        """Where each cell lies."""
        return dict(_cells(self.root, Rect(0, 0, 1, 1)))

    @property
    def dividers(self) -> tuple[Divider, ...]:
        """Every line between two cells or groups of them."""
        return tuple(_dividers(self.root, Rect(0, 0, 1, 1), ()))

    @property
    def as_grid(self) -> tuple[int, int] | None:
        """(rows, columns) where it is a grid of equal cells, None where it is not."""
        rects = list(self.rects.values())
        rows, columns = (len({round(one[side], 4) for one in rects}) for side in (1, 0))
        whole = Layout.grid(rows, columns, self.cells)
        is_same = rows * columns == len(rects) and all(
            abs(a - b) < 1e-4
            for one, other in zip(rects, whole.rects.values(), strict=True)
            for a, b in zip(one, other, strict=True)
        )
        return (rows, columns) if is_same else None

    def split(self, cell: ViewId, way: Way, new: ViewId) -> "Layout":
        """`cell` halved, with `new` after it."""
        if cell not in self.cells or new in self.cells or len(self.cells) >= MOST_CELLS:
            return self
        return Layout(_mapped(self.root, lambda view: _even(way, (view, new)) if view == cell else view))

    def removed(self, cell: ViewId) -> "Layout":
        """Without `cell`: what was split with it takes its room. The last one stays."""
        if cell not in self.cells or len(self.cells) == 1:
            return self
        return Layout(_without(self.root, cell))

    def swapped(self, one: ViewId, other: ViewId) -> "Layout":
        """Two cells in each other's place."""
        if not {one, other} <= set(self.cells):
            return self
        return self.renamed({one: other, other: one})

    def renamed(self, ids: Mapping[ViewId, ViewId]) -> "Layout":
        """The same places for other views."""
        return Layout(_mapped(self.root, lambda view: ids.get(view, view)))

    def with_divider(self, divider: Divider, position: float, *, least: float = 0.05, alone: bool = False) -> "Layout":
        """The line at `position`, and with it those that lie on it in other rows or columns, unless `alone`.

        Every part keeps at least `least` of the whole.
        """
        root = self.root
        for one in self.dividers:
            is_same = one[:2] == divider[:2]
            on_line = one.way is divider.way and abs(one.position - divider.position) < _SAME_LINE
            if is_same or (on_line and not alone):
                root = _moved(root, one, position, Rect(0, 0, 1, 1), least)
        return Layout(root)

    def even(self) -> "Layout":
        """The same splits with equal shares everywhere."""
        return Layout(_evened(self.root))

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {"root": _to_json(self.root)}

    @classmethod
    def from_json(cls, body: object) -> "Layout":
        """Raises Damaged for what `to_json` never writes."""
        if not isinstance(body, Mapping):
            raise Damaged(_BROKEN)
        made = cls(_from_json(body.get("root"), _DEEPEST))
        if len(set(made.cells)) != len(made.cells) or len(made.cells) > MOST_CELLS:
            raise Damaged(_BROKEN)
        return made


ONE_CELL = Layout()


def _even(way: Way, parts: Sequence[Node]) -> Node:
    """One part needs no split."""
    return parts[0] if len(parts) == 1 else _joined(way, parts, [1 / len(parts)] * len(parts))


def _joined(way: Way, parts: Sequence[Node], shares: Sequence[float]) -> Split:
    """A part that is split the same way lies in one row with the others: there is one form of each layout."""
    flat: list[tuple[Node, float]] = []
    for part, share in zip(parts, shares, strict=True):
        if isinstance(part, Split) and part.way is way:
            flat += [(inner, share * own) for inner, own in zip(part.parts, part.shares, strict=True)]
        else:
            flat.append((part, share))
    total = sum(share for _, share in flat)
    return Split(way, tuple(part for part, _ in flat), tuple(share / total for _, share in flat))


def _mapped(node: Node, change: Callable[[ViewId], Node]) -> Node:
    if not isinstance(node, Split):
        return change(node)
    return _joined(node.way, [_mapped(part, change) for part in node.parts], node.shares)


def _without(node: Node, cell: ViewId) -> Node:
    if not isinstance(node, Split):
        return node
    left = [(part, share) for part, share in zip(node.parts, node.shares, strict=True) if part != cell]
    if len(left) == 1:
        return left[0][0]
    return _joined(node.way, [_without(part, cell) for part, _ in left], [share for _, share in left])


def _evened(node: Node) -> Node:
    return _even(node.way, [_evened(part) for part in node.parts]) if isinstance(node, Split) else node


def _parts(split: Split, rect: Rect) -> Iterator[tuple[Node, Rect]]:
    at = 0.0
    for part, share in zip(split.parts, split.shares, strict=True):
        if split.way is Way.BESIDE:
            yield part, Rect(rect.left + at * rect.width, rect.top, share * rect.width, rect.height)
        else:
            yield part, Rect(rect.left, rect.top + at * rect.height, rect.width, share * rect.height)
        at += share


def _cells(node: Node, rect: Rect) -> Iterator[tuple[ViewId, Rect]]:
    if not isinstance(node, Split):
        yield node, rect
        return
    for part, room in _parts(node, rect):
        yield from _cells(part, room)


def _dividers(node: Node, rect: Rect, path: tuple[int, ...]) -> Iterator[Divider]:
    if not isinstance(node, Split):
        return
    for number, (part, room) in enumerate(_parts(node, rect)):
        if number:
            is_beside = node.way is Way.BESIDE
            line = Rect(room.left, room.top, 0 if is_beside else room.width, room.height if is_beside else 0)
            yield Divider(path, number - 1, node.way, line)
        yield from _dividers(part, room, (*path, number))


def _moved(node: Node, divider: Divider, position: float, rect: Rect, least: float) -> Node:
    """`position` is held between the neighbours' far edges, which do not move."""
    if not isinstance(node, Split):
        return node
    rooms = list(_parts(node, rect))
    if divider.path:
        first, rest = divider.path[0], divider._replace(path=divider.path[1:])
        part, room = rooms[first]
        parts = (*node.parts[:first], _moved(part, rest, position, room, least), *node.parts[first + 1 :])
        return Split(node.way, parts, node.shares)
    start, length = (rect.left, rect.width) if node.way is Way.BESIDE else (rect.top, rect.height)
    before, after = node.shares[divider.number], node.shares[divider.number + 1]
    low = sum(node.shares[: divider.number])
    margin = min(least / length, (before + after) / 2)
    line = min(max((position - start) / length, low + margin), low + before + after - margin)
    shares = list(node.shares)
    shares[divider.number], shares[divider.number + 1] = line - low, low + before + after - line
    return Split(node.way, node.parts, tuple(shares))


def _to_json(node: Node) -> Any:
    if not isinstance(node, Split):
        return int(node)
    shares = [round(share, 6) for share in node.shares]
    return {"way": node.way.value, "parts": [_to_json(part) for part in node.parts], "shares": shares}


def _from_json(body: object, depth: int) -> Node:
    if type(body) is int and 0 <= body < 1 << 31:
        return ViewId(body)
    if not isinstance(body, Mapping) or depth == 0 or body.get("way") not in tuple(Way):
        raise Damaged(_BROKEN)
    parts, shares = body.get("parts"), body.get("shares")
    if not isinstance(parts, list) or not isinstance(shares, list) or not 2 <= len(parts) <= MOST_CELLS:
        raise Damaged(_BROKEN)
    if len(parts) != len(shares) or not all(type(one) in (int, float) and isfinite(one) and one > 0 for one in shares):
        raise Damaged(_BROKEN)
    return _joined(Way(body["way"]), [_from_json(part, depth - 1) for part in parts], shares)
