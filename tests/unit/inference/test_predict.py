"""What a prediction is, and that its place in the patient does not depend on how the pixels are stored."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medscan_desktop.domain.errors import Cancelled, Damaged
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.inference.predict import Prediction
from medscan_desktop.inference.registry import ModelRegistry
from tests.support.phantoms import rotation, signed_permutations
from tests.support.toy_models import thresholding_network, write_toy_model
from tests.unit.inference.conftest import CENTRE, SEMI_AXES, blob_in

Run = Callable[..., Prediction]
TRUE_ML = 4 / 3 * np.pi * float(np.prod(SEMI_AXES)) / 1000


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other)))


def test_the_volume_is_the_ellipsoids(run: Run, blob: Volume) -> None:
    prediction = run(blob)

    assert prediction.structures[0].volume_ml == pytest.approx(TRUE_ML, rel=0.03)
    assert prediction.masks[3].volume_ml(blob.geometry) == pytest.approx(prediction.structures[0].volume_ml)
    assert dice(prediction.masks[3].to_array(), blob.values > 0) > 0.98


@pytest.mark.parametrize(
    "directions", list(signed_permutations()), ids=lambda m: "".join(map(str, m.sum(0).astype(int)))
)
def test_the_mask_follows_the_patient_in_every_storage_order(run: Run, directions: np.ndarray) -> None:
    volume = blob_in(directions)

    found = run(volume).masks[3].to_array()

    assert dice(found, volume.values > 0) > 0.97


def test_the_mask_of_mirrored_storage_is_the_same_mask_mirrored_voxel_by_voxel(run: Run, blob: Volume) -> None:
    affine = blob.geometry.affine.copy()
    affine[:3, 3] = blob.geometry.to_patient((59, 0, 0))
    affine[:3, 0] *= -1
    mirrored = replace(blob, values=blob.values[:, :, ::-1], geometry=type(blob.geometry)(affine, blob.geometry.shape))

    assert np.array_equal(run(mirrored).masks[3].to_array(), run(blob).masks[3].to_array()[:, :, ::-1])


def test_an_oblique_stack_is_outlined_where_the_organ_lies(run: Run) -> None:
    volume = blob_in(rotation((12, -20, 31)))

    found = run(volume).masks[3].to_array()

    assert dice(found, volume.values > 0) > 0.97
    k, j, i = np.nonzero(found)
    assert np.allclose(volume.geometry.to_patient(np.stack([i, j, k], -1)).mean(axis=0), CENTRE, atol=0.3)


def test_padding_is_no_tissue(run: Run, blob: Volume) -> None:
    padded = blob.values.copy()
    padded[:, :, :8] = 3000

    found = run(replace(blob, values=padded, padding=(3000, 3000)))

    assert found.structures[0].volume_ml == pytest.approx(TRUE_ML, rel=0.03)


def test_the_provenance_says_how_the_result_came_to_be(run: Run, blob: Volume, registry: ModelRegistry) -> None:
    source = run(blob, sop_instance_uids=("1.2.3.1", "1.2.3.2")).provenance

    assert (source.model, source.version, source.sha256) == ("toy", "1", registry.card("toy").files[0].sha256)
    assert (source.series_instance_uid, source.sop_instance_uids) == ("1.2.3", ("1.2.3.1", "1.2.3.2"))
    assert source.provider == "CPUExecutionProvider"
    assert source.preprocessing.startswith("ras; resample(spacing_mm=2.0); scale_range(low=0.0, ")
    assert source.seconds > 0
    assert source.started_at.endswith("+00:00")
    assert source.confidence is not None and 0.9 < source.confidence <= 1


def test_progress_only_grows_from_nothing_to_done(run: Run, blob: Volume) -> None:
    seen: list[float] = []

    run(blob, report=lambda fraction, _: seen.append(fraction))

    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)
    assert len(set(seen)) >= 5


def test_a_cancel_at_any_report_ends_the_run_with_cancelled(run: Run, blob: Volume) -> None:
    reports: list[float] = []
    run(blob, report=lambda fraction, _: reports.append(fraction))

    for stage in range(len(reports)):
        count = iter(range(len(reports)))

        def report(_: float, __: str, *, stage: int = stage, count: object = count) -> None:
            if next(count) == stage:  # type: ignore[call-overload]
                raise Cancelled("Stopped.")

        with pytest.raises(Cancelled):
            run(blob, report=report)


def test_a_stop_that_nobody_reports_is_noticed_at_the_next_step(run: Run, blob: Volume) -> None:
    with pytest.raises(Cancelled):
        run(blob, on_cancel=lambda stop: stop())


def test_a_file_that_is_no_network_is_refused_by_name(run: Run, blob: Volume, tmp_path: Path) -> None:
    broken = ModelRegistry(write_toy_model(tmp_path / "broken", network=b"no network"))

    with pytest.raises(Damaged, match=r"The network toy\.onnx of the model toy cannot be used\."):
        run(blob, registry=broken)


def test_a_running_network_stops_long_before_it_would_have_ended(run: Run, blob: Volume, tmp_path: Path) -> None:
    short = ModelRegistry(write_toy_model(tmp_path / "short", network=thresholding_network(rounds=4)))
    start = time.perf_counter()
    run(blob, registry=short)
    four_rounds = time.perf_counter() - start
    slow = ModelRegistry(write_toy_model(tmp_path / "slow", network=thresholding_network(rounds=300)))
    stopped_at: list[float] = []

    def on_cancel(stop: Callable[[], None]) -> None:
        def press() -> None:
            stopped_at.append(time.perf_counter())
            stop()

        threading.Timer(2 * four_rounds, press).start()

    with pytest.raises(Cancelled):
        run(blob, registry=slow, on_cancel=on_cancel)

    took = time.perf_counter() - stopped_at[0]
    assert took < four_rounds, "less than the time of four of its 300 rounds"
