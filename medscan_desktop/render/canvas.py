"""The black picture that a pane is drawn on."""

from PySide6.QtGui import QImage


def black(size: tuple[int, int], device_pixel_ratio: float = 1.0) -> QImage:
    """RGB32 of `size` logical pixels; its device pixel ratio is left at 1, for who writes into its memory."""
    width, height = (max(1, round(length * device_pixel_ratio)) for length in size)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFF000000)
    return image
