"""Sentences that must read the same wherever they stand: on a pane, on a page, in a terminal."""

DEMO = "demo – not for diagnosis"
