"""Pictures as arrays, and phantoms that show where left, front and head are."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.volume import Volume
from tests.support.phantoms import painted

GOLDEN = Path(__file__).resolve().parents[1] / "render" / "golden"


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """RGB (h, w, 3) in device pixels, a copy."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()


def grey_of(image: QImage) -> NDArray[np.uint8]:
    """One channel of a picture that is all grey (h, w)."""
    rgb = pixels_of(image)
    assert (rgb == rgb[..., :1]).all(), "the picture has colours"
    return rgb[..., 0]


def lopsided(geometry: Geometry, towards: tuple[float, float, float]) -> Volume:
    """Air with a ball of bone off the middle, on the patient's side (LPS) that `towards` points to."""
    reach = min(size * step for size, step in zip(geometry.size_ijk, geometry.spacing, strict=True)) / 2
    ball = geometry.centre + np.asarray(towards, float) / np.linalg.norm(towards) * reach * 0.55

    def value_at(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(np.linalg.norm(points - ball, axis=-1) < reach * 0.35, 1500.0, -1000.0)

    return painted(geometry, value_at, unit="HU")


def centre_of_light(grey: NDArray[np.generic]) -> tuple[float, float]:
    """Where the light is, as shares (right, down) of the picture; 0.5 is the middle."""
    light = np.asarray(grey, float)
    rows, columns = np.mgrid[: light.shape[0], : light.shape[1]]
    total = light.sum()
    assert total > 0, "the picture is black"
    return (
        float((light * (columns + 0.5)).sum() / total / light.shape[1]),
        float((light * (rows + 0.5)).sum() / total / light.shape[0]),
    )


def assert_looks_like(image: QImage, name: str, *, update: bool, worst_share: float = 0.01) -> None:
    """Equal to the golden picture, but for a share of pixels that differ by more than 24 levels (font rasters)."""
    path = GOLDEN / f"{name}.png"
    if update:
        GOLDEN.mkdir(exist_ok=True)
        coarse = (pixels_of(image) & 0xF0) | 0x08  # sixteen levels are enough to compare, and a small file
        height, width = coarse.shape[:2]
        kept = QImage(coarse.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        assert kept.save(str(path), quality=0)
    if not path.exists():
        pytest.fail(f"no golden picture {path.name}: run with --update-golden and look at it")
    wanted, found = pixels_of(QImage(str(path))), pixels_of(image)
    assert found.shape == wanted.shape
    differs = (np.abs(found.astype(int) - wanted.astype(int)) > 24).any(axis=2)
    if differs.mean() > worst_share:
        image.save(str(path.with_suffix(".found.png")))
        pytest.fail(f"{name}: {differs.mean():.1%} of the pixels differ; see {path.stem}.found.png")
