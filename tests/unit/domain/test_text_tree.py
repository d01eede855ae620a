"""A tree as plain text: what must be known first, then each line by its depth."""

from medscan_desktop.domain.text_tree import TextNode, TextTree, line_text


def test_a_tree_reads_from_top_to_bottom() -> None:
    nodes = (TextNode(0, "Report"), TextNode(1, "Finding", "cyst\nsmall", note="left"), TextNode(2, "", "3 mm"))
    tree = TextTree("Title", (("Verified by", "Ada"),), nodes, ("Nobody has verified this.",))

    assert list(tree.lines()) == [
        "Title",
        "! Nobody has verified this.",
        "Verified by: Ada",
        "Report",
        "  Finding (left): cyst\n    small",
        "    3 mm",
    ]


def test_a_line_without_a_name_is_its_value() -> None:
    assert line_text(TextNode(0, "", "value")) == "value"
