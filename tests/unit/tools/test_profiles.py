"""The mouse profiles: which tool each button of a hand used to another viewer means."""

import pytest

from medscan_desktop.tools import tool_named
from medscan_desktop.tools.bindings import PROFILES, Button, bound_tool, profile_named


@pytest.mark.parametrize("profile", ["default", "ohif", "horos"])
def test_in_every_profile_the_chosen_tool_is_left_pan_middle_zoom_right_and_scroll_the_wheel(profile: str) -> None:
    tools = [bound_tool(button, "length", profile=profile) for button in Button]

    assert tools == ["length", "pan", "zoom", "scroll", None]


@pytest.mark.parametrize(("held", "tool"), [("control", "pan"), ("alt", "rotate"), ("shift", "zoom")])
def test_horos_changes_the_left_button_by_a_held_key(held: str, tool: str) -> None:
    assert bound_tool(Button.LEFT, "length", profile="horos", **{held: True}) == tool  # type: ignore[arg-type]
    assert bound_tool(Button.LEFT, "length", profile="default", **{held: True}) == "length"  # type: ignore[arg-type]


def test_every_tool_of_a_table_exists() -> None:
    for profile in PROFILES:
        for table in (profile.plane, profile.three_d):
            assert all(tool_named(name) for name in table.values() if name)


def test_a_profile_that_is_no_more_is_the_default_one() -> None:
    assert profile_named("of another version").name == "default"
