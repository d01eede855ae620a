"""Keys as they are stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.domain.hands import Hands

texts = st.text(max_size=20)


@given(texts, st.dictionaries(texts, st.lists(texts, max_size=3).map(tuple), max_size=5))
def test_what_is_stored_comes_back(profile: str, keys: dict[str, tuple[str, ...]]) -> None:
    hands = Hands(profile, keys)

    assert Hands.from_json(hands.to_json()) == hands


@pytest.mark.parametrize(
    "body",
    [
        {"profile": 3},
        {"keys": []},
        {"keys": {"tool.length": "D"}},
        {"keys": {"tool.length": [4]}},
        {"keys": {"tool.length": ["D" * 1000]}},
        {"keys": {str(number): [] for number in range(5000)}},
    ],
)
def test_anything_else_is_damaged(body: dict[str, object]) -> None:
    with pytest.raises(Damaged):
        Hands.from_json(body)


def test_one_commands_keys_change_and_go_back_to_the_standard() -> None:
    hands = Hands().with_keys("tool.length", ("Q",)).with_keys("edit.undo", ())

    assert hands.keys == {"tool.length": ("Q",), "edit.undo": ()}
    assert hands.with_standard_keys("tool.length").keys == {"edit.undo": ()}
