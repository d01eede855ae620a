"""A fixed sample of every long proof."""

import pytest
from PySide6.QtWidgets import QApplication

from tests.soak.proofs import PROOFS


@pytest.mark.parametrize("name", PROOFS)
def test_a_sample_holds(name: str, qapp: QApplication) -> None:  # the one of all tests: thumbnails need one
    proof, count = PROOFS[name]
    for seed in range(count):
        try:
            proof(seed)
        except Exception as error:
            raise AssertionError(f"{name} fails at seed {seed}: {type(error).__name__}: {error}") from error
