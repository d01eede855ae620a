"""Geometry, pixels, windows, masks and measurements in numpy: no files, no Qt, no VTK."""
