"""Turns frozen views into pictures: VTK resamples and renders, QtGui paints. No widgets, no events."""
