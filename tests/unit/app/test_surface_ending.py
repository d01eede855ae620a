"""A surface is written in the format that the file's ending names: an STL called .obj opens nowhere."""

from pathlib import Path

import pytest

from medscan_desktop.app.verbs.exports import form_of


@pytest.mark.parametrize(("name", "form"), [("l.stl", "stl"), ("l.OBJ", "obj"), ("l.ply", "ply"), ("l", "stl")])
def test_the_ending_names_the_format(name: str, form: str) -> None:
    assert form_of(Path(name)) == form
