"""A document that is read: lines in the order of reading, each with its depth. Reports, headers, lists of facts."""

from collections.abc import Iterator
from dataclasses import dataclass

from medscan_desktop.domain.study import InstanceUid

_INDENT = "  "


@dataclass(frozen=True, slots=True)
class Reference:
    """Another object that a line points to; `frames` count from 1, as DICOM does, none means all."""

    instance: InstanceUid
    sop_class_uid: str = ""
    frames: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TextNode:
    """One line. Its children are the lines after it with a greater depth.

    `kind` is the value type of a report (NUM, CODE, ...) or the VR of an attribute. `relation` is how it belongs to its
    parent, in words. `note` stands beside the name: what a report says to modify its concept. `link` is the index of
    the line that it repeats by reference, -1 for none.
    """

    depth: int
    name: str
    value: str = ""
    kind: str = ""
    relation: str = ""
    note: str = ""
    reference: Reference | None = None
    link: int = -1

    @property
    def heading(self) -> str:
        """The name with its note."""
        return f"{self.name} ({self.note})" if self.note else self.name


@dataclass(frozen=True, slots=True, eq=False)
class TextTree:
    """`facts` are about the whole (verified by whom, when); `warnings` must be seen before it is read."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    nodes: tuple[TextNode, ...] = ()
    warnings: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """As plain text, a line a node."""
        yield self.title
        for warning in self.warnings:
            yield f"! {warning}"
        for name, value in self.facts:
            yield f"{name}: {value}"
        for node in self.nodes:
            yield line_text(node)


def line_text(node: TextNode) -> str:
    """A node as one indented line of plain text; line breaks of its value are kept, indented under it."""
    before = _INDENT * node.depth
    text = ": ".join(part for part in (node.heading, node.value) if part)
    return before + text.replace("\n", f"\n{before}{_INDENT}")
