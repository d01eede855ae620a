"""How a patient's name is written."""

import pytest

from medscan_desktop.domain.study import Patient


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Doe^Jane", "Doe, Jane"),
        ("Li^Wei=李^伟", "Li, Wei (李, 伟)"),
        ("Müller^Zoé=李^伟=Жуков^Лев", "Müller, Zoé (李, 伟; Жуков, Лев)"),
        ("=山田^太郎", "山田, 太郎"),
        ("^^^", "(no name)"),
        ("", "(no name)"),
    ],
)
def test_a_name_is_shown_in_every_script_it_has(name: str, shown: str) -> None:
    assert Patient("1", name).display_name == shown
