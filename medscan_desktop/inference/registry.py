"""The models of this installation: an index with the hash of each card, cards with the hash of each file."""

import hashlib
import tomllib
from pathlib import Path

from medscan_desktop.domain.errors import Damaged, NotFound
from medscan_desktop.inference.card import Card, ModelFile, read_card


class ModelRegistry:
    """Reads `folder`/index.toml and the cards it names. Nothing of a model is used before its hash was checked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cards: dict[str, Card] | None = None

    def cards(self) -> tuple[Card, ...]:
        """All models in the order of the index. Raises Damaged where index or card is missing or altered."""
        if self._cards is None:
            entries = tomllib.loads(self._read("index.toml"))["model"]
            cards = [self._checked_card(entry["id"], entry["card_sha256"]) for entry in entries]
            self._cards = {card.id: card for card in cards}
        return tuple(self._cards.values())

    def card(self, model_id: str) -> Card:
        """One model; raises NotFound."""
        for card in self.cards():
            if card.id == model_id:
                return card
        raise NotFound(f"There is no model {model_id}; there are {', '.join(card.id for card in self.cards())}.")

    def verify(self, model_id: str) -> str | None:
        """What is wrong with the model's files, as a sentence; None where they are sound."""
        try:
            self.load(model_id)
        except Damaged as error:
            return str(error)
        return None

    def load(self, model_id: str) -> dict[str, bytes]:
        """The model's files by name, their hashes checked on the very bytes that are returned; raises Damaged."""
        card = self.card(model_id)
        return {file.name: self._checked_file(card, file) for file in card.files}

    def _checked_file(self, card: Card, file: ModelFile) -> bytes:
        try:
            data = (self._folder / card.id / file.name).read_bytes()
        except FileNotFoundError as error:
            raise Damaged(f"The model {card.id} is not installed: run models install.") from error
        except OSError as error:
            raise Damaged(f"The file {file.name} of the model {card.id} cannot be read.") from error
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise Damaged(
                f"The file {file.name} of the model {card.id} is not the one its card declares (wrong sha256)."
            )
        return data

    def _checked_card(self, model_id: str, sha256: str) -> Card:
        text = self._read(f"{model_id}/card.toml")
        if card_hash(text) != sha256:
            raise Damaged(f"The card of the model {model_id} is not the one the index declares (wrong sha256).")
        card = read_card(tomllib.loads(text))
        if card.id != model_id:
            raise Damaged(f"The card of the model {model_id} carries another id.")
        return card

    def _read(self, name: str) -> str:
        try:
            return (self._folder / name).read_text(encoding="utf-8")
        except OSError as error:
            raise Damaged(f"The file {name} is missing from the models.") from error


def card_hash(text: str) -> str:
    """sha256 of a card's text with plain line ends, whatever a checkout made of them."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()
