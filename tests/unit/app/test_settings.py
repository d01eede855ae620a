"""Settings say what they mean or are refused by name; the array path can be switched off."""

from pathlib import Path

import pytest

from medscan_desktop.app.machine_memory import machine_bytes
from medscan_desktop.app.settings import read_settings
from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.render.reslice import reference_sample, sampler_by
from medscan_desktop.render.sampling import sample


def test_a_home_without_settings_has_the_defaults(tmp_path: Path) -> None:
    settings = read_settings(tmp_path, tmp_path)

    assert (settings.is_demo, settings.lock_after_minutes, settings.array_path) == (False, 10.0, True)
    assert sampler_by(array_path=settings.array_path) is sample


def test_the_array_path_can_be_switched_off(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("array_path = false\nlock_after_minutes = 5\n")
    settings = read_settings(tmp_path, tmp_path)

    assert settings.lock_after_minutes == 5
    assert sampler_by(array_path=settings.array_path) is reference_sample


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour = 1", 'no setting "colour"'),
        ("threads = true", '"threads" cannot be True'),
        ('is_demo = "yes"', "\"is_demo\" cannot be 'yes'"),
        ("threads = ", "not a settings file"),
        ("memory_budget_mb = -1", '"memory_budget_mb" cannot be -1'),
    ],
)
def test_what_it_cannot_mean_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "settings.toml").write_text(text)

    with pytest.raises(FileRefused, match=r"settings\.toml") as refused:
        read_settings(tmp_path, tmp_path)

    assert said in refused.value.reason


def test_the_memory_budget_is_half_of_what_there_is(tmp_path: Path) -> None:
    settings = read_settings(tmp_path, tmp_path)

    assert settings.memory_budget == settings.machine_bytes // 2


def test_the_memory_budget_can_be_set_in_millions_of_bytes(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("memory_budget_mb = 1500\n")

    assert read_settings(tmp_path, tmp_path).memory_budget == 1_500_000_000


@pytest.mark.parametrize(("text", "limit"), [("3000000000\n", 3_000_000_000), ("max\n", None), ("", None)])
def test_a_container_has_what_its_control_group_says(tmp_path: Path, text: str, limit: int | None) -> None:
    (tmp_path / "memory.max").write_text(text)
    whole = machine_bytes(())

    assert machine_bytes((tmp_path / "memory.max", tmp_path / "not there")) == (min(limit, whole) if limit else whole)
