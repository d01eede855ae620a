"""The histogram of a region: every value is in it, its words say the unit, and it takes no room without values."""

import numpy as np
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from medscan_desktop.imaging.histogram import histogram_of
from medscan_desktop.ui.histogram import HistogramWidget


def test_bars_are_as_high_as_their_values_are_frequent(qtbot: QtBot) -> None:
    found = histogram_of(np.repeat([10.0, 11.0, 13.0], [40, 20, 1]))
    assert found is not None and found.counts == (40, 20, 0, 1)
    widget = HistogramWidget(found, "HU", 10.4)
    qtbot.addWidget(widget)
    widget.resize(160, 72)

    picture = widget.grab().toImage()
    bar = picture.pixelColor(QPoint(20, 50))

    heights = [sum(picture.pixelColor(x, y) == bar for y in range(56)) for x in (35, 60, 100, 140)]
    assert heights[0] > 50 and abs(heights[1] - heights[0] / 2) <= 2
    assert heights[2] == 0 < heights[3] <= 3


def test_without_values_it_takes_no_room(qtbot: QtBot) -> None:
    widget = HistogramWidget(None)
    qtbot.addWidget(widget)

    assert widget.isHidden() and histogram_of(np.empty(0)) is None
