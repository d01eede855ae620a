"""The models folder: what the cards declare, and how the files are made."""

import hashlib
import importlib
import io
import pickle
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from medscan_desktop.inference.card import Card
from medscan_desktop.inference.registry import ModelRegistry, card_hash
from tests.support.real_data import ROOT

MODELS = ROOT / "models"
CARDS = ModelRegistry(MODELS).cards()
each_card = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)


@pytest.fixture(scope="module")
def build() -> Iterator[ModuleType]:
    """models/build.py as it runs: with its own folder on the path."""
    sys.path.insert(0, str(MODELS))
    try:
        yield importlib.import_module("build")
    finally:
        sys.path.remove(str(MODELS))


@pytest.fixture(scope="module")
def torchscript(build: ModuleType) -> ModuleType:
    return importlib.import_module("torchscript")


@each_card
def test_a_card_declares_all_that_a_user_must_know(card: Card) -> None:
    facts = (card.intended_use, card.body_part, card.task, card.confidence_meaning, *card.limits, *card.measured)
    origin = (card.origin.training_data, card.origin.training_terms, card.origin.citation, card.origin.changes)

    assert all(len(fact) > 3 for fact in (*facts, *origin))
    assert card.limits
    assert card.clearance.startswith("Not cleared as a medical device")
    assert card.modalities
    assert all(found.type.scheme == "SCT" for found in card.classes)


@each_card
def test_a_model_carries_its_licence(card: Card) -> None:
    text = (MODELS / card.id / "LICENSE").read_text(encoding="utf-8")

    assert {"MIT": "MIT License", "Apache-2.0": "Apache License"}[card.licence] in text


@each_card
def test_the_index_has_the_hash_of_the_card(card: Card) -> None:
    """ModelRegistry would have refused to read it; this says what to write."""
    digest = card_hash((MODELS / card.id / "card.toml").read_text(encoding="utf-8"))

    assert digest in (MODELS / "index.toml").read_text(encoding="utf-8"), f"write {digest}"


@each_card
def test_building_twice_gives_the_bytes_of_the_card(card: Card, build: ModuleType) -> None:
    if not any(build.CACHE.glob("*.whl")):
        pytest.skip("the packages were not downloaded (python models/build.py)")
    for _ in range(2):
        made = build.make(MODELS / card.id)
        assert {name: hashlib.sha256(data).hexdigest() for name, data in made.items()} == {
            file.name: file.sha256 for file in card.files
        }


@each_card
def test_what_is_there_is_not_made_again(card: Card, build: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    if ModelRegistry(MODELS).verify(card.id):
        pytest.skip("the models are not installed (python models/build.py)")
    monkeypatch.setattr(build, "make", lambda folder: pytest.fail("made again"))

    assert build.install(MODELS / card.id) == "already there"


def test_a_file_with_another_hash_than_the_cards_is_not_kept(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "card.toml").write_text('files = [{ name = "a.onnx", sha256 = "00" }]', encoding="utf-8")
    monkeypatch.setattr(build, "make", lambda folder: {"a.onnx": b"other"})

    with pytest.raises(SystemExit, match=r"a\.onnx whose hash is not its card's"):
        build.install(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["card.toml"]


def test_files_are_written_whole_and_the_next_time_found(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    digest = hashlib.sha256(b"network").hexdigest()
    (tmp_path / "card.toml").write_text(f'files = [{{ name = "a.onnx", sha256 = "{digest}" }}]', encoding="utf-8")
    monkeypatch.setattr(build, "make", lambda folder: {"a.onnx": b"network"})

    assert build.install(tmp_path) == "made a.onnx"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.onnx", "card.toml"]
    assert build.install(tmp_path) == "already there"


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("run by the archive",)


def test_an_archive_that_names_anything_but_weights_is_refused(torchscript: ModuleType) -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps(_Evil(), protocol=2))

    with pytest.raises(pickle.UnpicklingError, match=r"names __builtin__\.print"):
        torchscript.read_weights(stored.getvalue())
