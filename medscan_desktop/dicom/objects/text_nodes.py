"""The lines of a tree as they go from a worker to the window: short JSON lists, bounded in number and depth."""

from collections.abc import Mapping, Sequence
from typing import Any

from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.domain.text_tree import Reference, TextNode, TextTree

MAX_DEPTH, MAX_NODES = 64, 200_000
MAX_TEXT_BYTES = 26 << 20  # of all lines as JSON: one message of a worker holds 32 MiB
_ROW_BYTES = 48  # of a line without any text
Row = list[Any]


class Rows:
    """Collects lines; what goes over a limit is counted and said, never dropped in silence."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._is_too_deep = self._is_too_long = False
        self._bytes = 0

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
        self._bytes += _ROW_BYTES + sum(map(_json_bytes, (name, value, kind, relation, note))) + 128 * bool(reference)
        if len(self.rows) >= MAX_NODES or self._bytes > MAX_TEXT_BYTES:
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
            cuts.append(f"Only the first {len(self.rows):,} lines are shown: the file has more.")
        if self._is_too_deep:
            cuts.append(f"What lies deeper than {MAX_DEPTH} levels is not shown.")
        return cuts


def _json_bytes(text: str) -> int:
    """How long a text is in a message, at most."""
    return 2 * len(text) if text.isascii() else 12 * len(text)


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
