"""The lines of a tree as they go from a worker to the window: short JSON lists, bounded in number and depth."""

from collections.abc import Mapping, Sequence
from typing import Any

from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.domain.text_tree import Reference, TextNode, TextTree

MAX_DEPTH, MAX_NODES = 64, 200_000
Row = list[Any]


class Rows:
    """Collects lines; what goes over a limit is counted and said, never dropped in silence."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._is_too_deep = self._is_too_long = False

    def add(
        self,
        depth: int,
        name: str,
        value: str = "",
        kind: str = "",
        relation: str = "",
        note: str = "",
        reference: Sequence[Any] | None = None,
    ) -> int:
        """The line's index, -1 where it found no room."""
        if depth > MAX_DEPTH:
            self._is_too_deep = True
            return -1
        if len(self.rows) >= MAX_NODES:
            self._is_too_long = True
            return -1
        self.rows.append([depth, name, value, kind, relation, note, reference, -1])
        return len(self.rows) - 1

    def link(self, index: int, target: int) -> None:
        """Line `index` repeats line `target`."""
        self.rows[index][-1] = target

    @property
    def is_full(self) -> bool:
        """Whether nothing more will be taken."""
        return self._is_too_long

    @property
    def warnings(self) -> list[str]:
        """What was cut."""
        cuts = []
        if self._is_too_long:
            cuts.append(f"Only the first {MAX_NODES:,} lines are shown: the file has more.")
        if self._is_too_deep:
            cuts.append(f"What lies deeper than {MAX_DEPTH} levels is not shown.")
        return cuts


def tree_body(
    title: str, facts: Sequence[tuple[str, str]], rows: Rows, warnings: Sequence[str] = ()
) -> Mapping[str, Any]:
    """The answer of a handler."""
    told = [*warnings, *rows.warnings]
    return {"title": title, "facts": [[n, v] for n, v in facts if v], "rows": rows.rows, "warnings": told}


def tree_of(body: Mapping[str, Any]) -> TextTree:
    """The tree of a handler's answer."""
    return TextTree(
        title=body["title"],
        facts=tuple((name, value) for name, value in body["facts"]),
        nodes=tuple(_node(row) for row in body["rows"]),
        warnings=tuple(body["warnings"]),
    )


def _node(row: Row) -> TextNode:
    depth, name, value, kind, relation, note, reference, link = row
    target = None
    if reference:
        uid, sop_class_uid, frames = reference
        target = Reference(InstanceUid(uid), sop_class_uid, tuple(frames))
    return TextNode(depth, name, value, kind, relation, note, target, link)
