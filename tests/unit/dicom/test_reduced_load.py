"""A stack loaded with fewer voxels: known values at known centres, and what failed or is padding stays told."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from medscan_desktop.dicom.pixels.reduced_load import ReducedLoading, start_reduced_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.imaging.reduction import Reduction
from tests.support.dicom_files import Files, headers_of, series

BANNER = "shown at half resolution"


def ramp_series(slices: int = 7, rows: int = 6, columns: int = 8) -> list[Dataset]:
    """Values that grow by 100 a slice, 10 a row and 2 a column: a block's mean is the value at its centre."""
    made = series(slices, spacing=1.5, rows=rows, columns=columns)
    j, i = np.mgrid[:rows, :columns]
    for k, dataset in enumerate(made):
        dataset.PixelData = (100 * k + 10 * j + 2 * i).astype(np.int16).tobytes()
    return made


def plan_of(datasets: list[Dataset]) -> StackPlan:
    (plan,) = group(headers_of(datasets)).stacks
    return plan


def loaded(datasets: list[Dataset], reduction: Reduction) -> ReducedLoading:
    plan = plan_of(datasets)
    loading = start_reduced_load(plan, Files.of(datasets), InlineWorkers(), reduction, warning=BANNER)
    assert loading.wait(30)
    return loading


@pytest.mark.parametrize("reduction", [Reduction(2, 2), Reduction(4, 2), Reduction(1, 2), Reduction(2, 1)])
def test_values_are_those_of_the_block_centres(reduction: Reduction) -> None:
    datasets = ramp_series(slices=8)
    plan, volume = plan_of(datasets), loaded(datasets, reduction).volume
    intercept = float(datasets[0].RescaleIntercept) if "RescaleIntercept" in datasets[0] else 0.0
    k, j, i = np.meshgrid(*(np.arange(size) for size in volume.values.shape), indexing="ij")
    at = plan.geometry.to_index(volume.geometry.to_patient(np.stack([i, j, k], axis=-1)))

    assert volume.values.dtype == np.int16
    assert volume.values == pytest.approx(at @ (2, 10, 100) + intercept, abs=0.5)
    assert volume.is_complete and volume.reduction == reduction


def test_the_last_block_is_the_mean_of_the_slices_there_are() -> None:
    whole = loaded(ramp_series(7), Reduction(1, 1)).volume
    volume = loaded(ramp_series(7), Reduction(2, 2)).volume

    assert volume.geometry.shape == (4, 3, 4)
    assert volume.values[3, 0, 0] == pytest.approx(whole.values[6, :2, :2].mean(), abs=0.5)


def test_the_banner_stands_first_and_distances_say_what_they_rest_on() -> None:
    volume = loaded(ramp_series(), Reduction(2, 2)).volume

    assert volume.warnings[0] == BANNER
    assert volume.calibration == "at reduced resolution"


def test_a_file_that_fails_costs_its_block_and_is_named() -> None:
    datasets = ramp_series(8)
    plan = plan_of(datasets)
    datasets[5].PixelData = datasets[5].PixelData[:40]
    loading = start_reduced_load(plan, Files.of(datasets), InlineWorkers(), Reduction(2, 2), warning=BANNER)
    loading.wait(30)

    (failure,) = loading.failures
    assert failure.instance == datasets[5].SOPInstanceUID
    assert failure.slice_index == 2
    assert loading.volume.loaded.tolist() == [True, True, False, True]
    assert loading.is_over
