"""The rules of the grey pipeline (PS3.3 C.11.2), each against the standard's own pseudo-code written out again."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.voi import Voi, VoiFunction, VoiLut, Window
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import (
    PRESETS,
    apply_window,
    auto_window,
    initial_voi,
    is_lowest_white,
    offered_windows,
)

SOFT_TISSUE = Window(40, 400)


def grey(value: float, voi: Voi, *, inverted: bool = False) -> int:
    return int(apply_window(np.array([value]), voi, inverted=inverted)[0])


def linear(x: float, c: float, w: float) -> float:
    """PS3.3 C.11.2.1.2.1, as printed."""
    if x <= c - 0.5 - (w - 1) / 2:
        return 0.0
    if x > c - 0.5 + (w - 1) / 2:
        return 255.0
    return ((x - (c - 0.5)) / (w - 1) + 0.5) * 255


def volume_of(values: np.ndarray, **fields: object) -> Volume:
    shape = values.shape[:3]
    return Volume(values, Geometry(np.eye(4), shape), np.ones(shape[0], bool), **fields)  # type: ignore[arg-type]


@given(st.floats(-5000, 5000), st.floats(-3000, 3000), st.floats(1, 6000))
def test_linear_is_the_standards_formula(x: float, centre: float, width: float) -> None:
    assert abs(grey(x, Window(centre, width)) - linear(x, centre, width)) <= 0.5 + 1e-6 or width - 1 < 1e-6


def test_linear_reaches_black_and_white_exactly_at_its_ends() -> None:
    assert [grey(x, Window(128, 256)) for x in (0, 1, 127, 254, 255)] == [0, 1, 127, 254, 255]


def test_linear_with_a_width_of_one_is_a_step_at_half_below_the_centre() -> None:
    assert [grey(x, Window(100, 1)) for x in (99, 99.5, 99.500001, 100)] == [0, 0, 255, 255]


def test_linear_exact_has_no_half_and_no_one_less() -> None:
    window = Window(50, 100, VoiFunction.LINEAR_EXACT)
    assert [grey(x, window) for x in (-1, 0, 25, 50, 100, 101)] == [0, 0, 64, 128, 255, 255]


def test_linear_exact_takes_widths_below_one() -> None:
    window = Window(0.5, 0.5, VoiFunction.LINEAR_EXACT)
    assert [grey(x, window) for x in (0.25, 0.5, 0.75)] == [0, 128, 255]


@pytest.mark.parametrize("x", [-500.0, -10.0, 0.0, 40.0, 77.0, 300.0])
def test_sigmoid_is_the_standards_formula(x: float) -> None:
    expected = 255 / (1 + math.exp(-4 * (x - 40) / 400))
    assert abs(grey(x, Window(40, 400, VoiFunction.SIGMOID)) - expected) <= 0.5


def test_sigmoid_stays_finite_far_from_its_centre() -> None:
    window = Window(0, 1e-3, VoiFunction.SIGMOID)
    assert [grey(x, window) for x in (-1e9, 1e9)] == [0, 255]


@pytest.mark.parametrize("function", list(VoiFunction))
def test_every_function_clamps(function: VoiFunction) -> None:
    assert [grey(x, Window(0, 2, function)) for x in (-math.inf, -1e6, 1e6, math.inf)] == [0, 0, 255, 255]


def test_a_voi_lut_gives_its_entries_and_its_ends_beyond() -> None:
    lut = VoiLut(10, np.array([0.0, 0.2, 1.0, 0.4]))
    assert [grey(x, lut) for x in (-5, 10, 11, 12, 13, 99)] == [0, 0, 51, 255, 102, 102]


def test_a_voi_lut_is_linear_between_whole_values() -> None:
    assert grey(10.5, VoiLut(10, np.array([0.0, 0.2]))) == 26


def test_an_inversion_is_the_complement_and_twice_is_none() -> None:
    values = np.arange(-300, 300)
    plain, inverse = (apply_window(values, SOFT_TISSUE, inverted=inverted) for inverted in (False, True))
    assert (plain.astype(int) + inverse == 255).all()


@pytest.mark.parametrize(
    ("photometric", "shape", "white"),
    [
        ("MONOCHROME1", "", True),
        ("MONOCHROME1", "INVERSE", True),  # one inversion, not two
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME1", "IDENTITY", True),
    ],
)
def test_monochrome1_with_an_inverse_presentation_lut_is_one_inversion(
    photometric: str, shape: str, white: bool
) -> None:
    assert is_lowest_white(photometric, shape) is white


def test_monochrome1_shows_the_lowest_value_white() -> None:
    assert grey(-160, SOFT_TISSUE, inverted=True) == 255


@pytest.mark.parametrize("inverted", [False, True])
def test_what_is_no_number_is_black_inverted_or_not(inverted: bool) -> None:
    assert grey(math.nan, SOFT_TISSUE, inverted=inverted) == 0


def test_auto_window_spans_the_percentiles_of_tissue_without_padding() -> None:
    rng = np.random.default_rng(3)
    tissue = rng.integers(-100, 400, (8, 40, 40)).astype(np.int16)
    values = tissue.copy()
    values[:, :15] = -2000
    low, high = np.percentile(values[values != -2000], [0.1, 99.9])
    window = auto_window(values, (-2000, -2000))
    assert (window.centre, window.width) == ((low + high) / 2 + 0.5, high - low + 1)
    assert grey(low, window) == 0 and grey(high, window) == 255 and grey(low + 1, window) > 0


def test_auto_window_leaves_out_the_whole_padding_range() -> None:
    values = np.tile(np.array([-2000, -1500, 10, 20], np.int16), (2, 2, 1))
    assert auto_window(values, (-2000, -1500)).width < 12


def test_auto_window_of_fractions_is_exact_and_leaves_out_what_is_no_number() -> None:
    values = np.linspace(0, 1, 1000, dtype=np.float32).reshape(10, 10, 10)
    values[0, 0, 0] = np.nan
    window = auto_window(values, None)
    assert window.function is VoiFunction.LINEAR_EXACT
    assert window.width == pytest.approx(0.998, abs=2e-3)


def test_auto_window_of_a_large_stack_agrees_with_all_its_voxels() -> None:
    k, j, i = np.ogrid[:120, :200, :200]
    values = (np.sin(k / 9) * 200 + np.cos(j / 23) * 150 + i).astype(np.int16)
    low, high = np.percentile(values, [0.1, 99.9])
    window = auto_window(values, None)
    assert window.width == pytest.approx(high - low + 1, rel=0.01)
    assert window.centre == pytest.approx((low + high) / 2 + 0.5, abs=4)


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_auto_window_of_one_single_value_or_of_padding_alone_is_usable(dtype: type) -> None:
    flat = np.full((2, 3, 3), 7, dtype)
    assert auto_window(flat, None).is_usable
    assert auto_window(flat, (7, 7)).is_usable


def test_windows_are_offered_in_the_order_header_auto_presets() -> None:
    lut, header = VoiLut(0, np.array([0.0, 1.0])), Window(10, 20, name="Header")
    volume = volume_of(np.arange(27, dtype=np.int16).reshape(3, 3, 3), unit="HU", vois=(header, lut))
    names = [voi.name for voi in offered_windows(volume, "CT")]
    assert names == ["Header", "Header 2", "Auto", *(preset.name for preset in PRESETS["CT"])]


def test_the_presets_are_those_of_the_conventions() -> None:
    found = {preset.name: (preset.width, preset.centre) for preset in PRESETS["CT"]}
    assert found == {
        "Brain": (80, 40),
        "Stroke": (40, 40),
        "Subdural": (200, 75),
        "Posterior fossa": (120, 40),
        "Soft tissue": (400, 40),
        "Liver": (150, 90),
        "Mediastinum": (350, 50),
        "Lung": (1500, -600),
        "Bone": (2000, 350),
        "Angio": (600, 300),
        "Sinus": (4000, 400),
    }
    assert [(one.centre - one.width / 2, one.centre + one.width / 2) for one in PRESETS["PT"]] == [(0, 5), (0, 10)]


def test_hounsfield_presets_are_never_offered_for_mr_or_without_hounsfield_units() -> None:
    volume = volume_of(np.arange(27, dtype=np.int16).reshape(3, 3, 3), unit="HU")
    assert [voi.name for voi in offered_windows(volume, "MR")] == ["Auto"]
    assert [voi.name for voi in offered_windows(replace(volume, unit=""), "CT")] == ["Auto"]


def test_suv_presets_are_offered_only_for_suv() -> None:
    volume = volume_of(np.zeros((3, 3, 3), np.float32), unit="g/ml")
    assert [voi.name for voi in offered_windows(volume, "PT")] == ["Auto", "PET 0–5 SUV", "PET 0–10 SUV"]
    assert [voi.name for voi in offered_windows(replace(volume, unit="Bq/ml"), "PT")] == ["Auto"]


def test_true_colour_has_no_window() -> None:
    volume = volume_of(np.zeros((1, 3, 3, 3), np.uint8))
    assert offered_windows(volume, "US") == () and initial_voi(volume, "US") is None


def test_a_header_window_without_a_meaning_is_not_offered() -> None:
    volume = volume_of(np.zeros((3, 3, 3), np.int16), vois=(Window(0, 0), Window(math.nan, 9), Window(3, 9, name="ok")))
    assert [voi.name for voi in offered_windows(volume, "MR")] == ["ok", "Auto"]


def test_windows_are_offered_header_first_then_auto_then_presets() -> None:
    lut = VoiLut(0, np.linspace(0, 1, 8), "table")
    header = (Window(40, 300, name="header"), lut)
    volume = volume_of(np.arange(27, dtype=np.int16).reshape(3, 3, 3), unit="HU", vois=header)

    names = [voi.name for voi in offered_windows(volume, "CT")]
    assert names[:4] == ["header", "table", "Auto", "Soft tissue"]
    assert names[3:] == [preset.name for preset in PRESETS["CT"]]


def test_ct_without_header_windows_starts_with_soft_tissue_and_mr_with_auto() -> None:
    volume = volume_of(np.arange(27, dtype=np.int16).reshape(3, 3, 3), unit="HU")
    first_ct, first_mr = initial_voi(volume, "CT"), initial_voi(volume, "MR")
    assert first_ct is not None and first_ct.name == "Soft tissue"
    assert first_mr is not None and first_mr.name == "Auto"


def test_nothing_is_windowed_automatically_before_a_slice_has_arrived() -> None:
    volume = volume_of(np.zeros((3, 3, 3), np.int16))
    volume.loaded[:] = False
    assert initial_voi(volume, "MR") is None
    volume.values[1], volume.loaded[1] = np.arange(9).reshape(3, 3), True
    voi = initial_voi(volume, "MR")
    assert isinstance(voi, Window) and voi.centre > 3  # the slices that are not there count for nothing
