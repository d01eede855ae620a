"""One toy model, and a bright lopsided blob in a dark box to run it on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.inference.predict import Prediction, predict
from medscan_desktop.inference.registry import ModelRegistry
from tests.support.phantoms import geometry_of, painted
from tests.support.toy_models import write_toy_model

CENTRE = np.array([4.0, -6.0, 9.0])
SEMI_AXES = np.array([14.0, 19.0, 23.0])


@pytest.fixture
def registry(tmp_path: Path) -> ModelRegistry:
    return ModelRegistry(write_toy_model(tmp_path / "models"))


@pytest.fixture
def blob() -> Volume:
    return blob_in(np.eye(3))


def blob_in(directions: np.ndarray, **changes: Any) -> Volume:
    """An ellipsoid of 100 HU in water, off the middle, on a grid whose index axes run along `directions`."""
    spacing, shape = (1.3, 1.6, 2.5), (32, 48, 60)
    plain = geometry_of(directions, spacing=spacing, shape=shape)
    affine = plain.affine.copy()
    affine[:3, 3] -= plain.centre

    def value(points: np.ndarray) -> np.ndarray:
        inside = (((points - CENTRE) / SEMI_AXES) ** 2).sum(axis=-1) < 1
        return np.where(inside, 100.0, 0.0)

    return painted(type(plain)(affine, shape), value, unit="HU", **changes)


@pytest.fixture
def run(registry: ModelRegistry) -> Callable[..., Prediction]:
    """Predict with the toy model; every argument may be given otherwise."""

    def go(volume: Volume, **changes: Any) -> Prediction:
        arguments: dict[str, Any] = {
            "modality": "CT",
            "series_instance_uid": SeriesUid("1.2.3"),
            "sop_instance_uids": (),
            "report": lambda fraction, text: None,
            "on_cancel": lambda stop: None,
            "threads": 1,
            "description": "T1",
            "registry": registry,
        }
        arguments.update(changes)
        models = arguments.pop("registry")
        return predict(models.card("toy"), models, volume, **arguments)

    return go
