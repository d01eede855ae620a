"""Nothing of a model is used before its hash was checked; what is wrong is named."""

from pathlib import Path

import pytest

from medscan_desktop.domain.errors import Damaged, NotFound
from medscan_desktop.inference.registry import ModelRegistry
from tests.support.toy_models import write_toy_model


def test_a_sound_model_has_no_problem_and_gives_its_bytes(registry: ModelRegistry) -> None:
    assert registry.verify("toy") is None
    assert list(registry.load("toy")) == ["toy.onnx"]


def test_a_changed_model_file_is_refused_by_name(tmp_path: Path) -> None:
    folder = write_toy_model(tmp_path)
    file = folder / "toy" / "toy.onnx"
    file.write_bytes(file.read_bytes()[:-1] + b"\x00")

    expected = "The file toy.onnx of the model toy is not the one its card declares (wrong sha256)."
    assert ModelRegistry(folder).verify("toy") == expected
    with pytest.raises(Damaged, match=r"toy\.onnx"):
        ModelRegistry(folder).load("toy")


def test_a_missing_model_file_says_what_to_run(tmp_path: Path) -> None:
    folder = write_toy_model(tmp_path)
    (folder / "toy" / "toy.onnx").unlink()

    assert ModelRegistry(folder).verify("toy") == "The model toy is not installed: run models install."


def test_a_changed_card_is_refused_by_name(tmp_path: Path) -> None:
    folder = write_toy_model(tmp_path)
    card = folder / "toy" / "card.toml"
    card.write_text(card.read_text(encoding="utf-8").replace("minimum_ml = 1.0", "minimum_ml = 0.0"), encoding="utf-8")

    with pytest.raises(Damaged, match="card of the model toy is not the one the index declares"):
        ModelRegistry(folder).cards()


def test_a_card_with_other_line_ends_is_the_same_card(tmp_path: Path) -> None:
    folder = write_toy_model(tmp_path)
    card = folder / "toy" / "card.toml"
    card.write_bytes(card.read_bytes().replace(b"\n", b"\r\n"))

    assert [card.id for card in ModelRegistry(folder).cards()] == ["toy"]


def test_an_unknown_model_is_refused_with_those_there_are(registry: ModelRegistry) -> None:
    with pytest.raises(NotFound, match="There is no model heart; there are toy"):
        registry.card("heart")


@pytest.mark.parametrize(
    ("replaced", "problem"),
    [
        (('step = "keep_largest"', 'step = "run_this"'), "no such step: 'run_this'"),
        (("spacing_mm = 2.0", "spacing = 2.0"), "resample: unknown key spacing"),
        (("number = 3", 'number = "3"'), "number: wrong kind of value"),
        (('licence = "Apache-2.0"', ""), "origin: missing key licence"),
        (("input = [36, 36, 36]", "input = [36, 36]"), "input: wrong kind of value"),
    ],
)
def test_a_card_that_does_not_fit_names_the_key(tmp_path: Path, replaced: tuple[str, str], problem: str) -> None:
    folder = write_toy_model(tmp_path, replace=replaced)

    with pytest.raises(Damaged) as caught:
        ModelRegistry(folder).cards()
    assert problem in str(caught.value)
