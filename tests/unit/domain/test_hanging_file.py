"""Hanging protocols as files: what is written is read back the same, and each fault is named where it is."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.hanging_file import (
    MOST_BYTES,
    from_json,
    id_of,
    read_protocols,
    to_json,
    write_protocols,
)
from medscan_desktop.domain.hanging_protocol import Applies, Cell, Protocol, SeriesRule, Stage

SHIPPED = Path(__file__).resolve().parents[3] / "resources" / "hanging"
CELL = Cell(
    SeriesRule(("CT",), ("t2*", "dark fluid"), ("scout",), ("axial",), ("volume",), "R", ("CC",), ("AXIAL",)),
    is_prior=True,
    is_distinct=True,
    view="coronal",
    window=(40.0, 400.0),
    position="last",
    rotation=90.0,
    flip_horizontal=True,
    sides=("P", "L"),
    justify="right",
    slab_mm=10.0,
    slab_mode="mean",
    if_missing="collapse",
)
FULL = Protocol(
    "my-own-2",
    "Mein Schädel „CT“ 頭",
    Applies(("CT", "PT"), ("head",), ("trauma*",), ("follow up",), "L", ("PA",), ("volume",), 1, 9, "with"),
    (Stage((CELL, Cell(window="Lung")), "first", 2, {"root": 0}, 2, ("scroll", "zoom")), Stage((Cell(),))),
)


def refused(body: Any) -> str:
    with pytest.raises(Unsuitable) as caught:
        from_json(body)
    return str(caught.value)


def with_cell(**values: Any) -> dict[str, Any]:
    return {"id": "a", "name": "A", "stages": [{"cells": [values]}]}


def test_what_is_written_is_read_back_the_same() -> None:
    assert read_protocols(write_protocols([FULL])) == [FULL]


def test_what_is_as_in_a_new_one_is_left_out() -> None:
    assert to_json(Protocol("a", "A", stages=(Stage((Cell(),)),))) == {
        "id": "a",
        "name": "A",
        "stages": [{"cells": [{}]}],
    }


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.json")), ids=lambda path: path.stem)
def test_what_ships_can_be_read_and_is_as_it_would_be_written(path: Path) -> None:
    content = path.read_bytes()

    assert write_protocols(read_protocols(content)) == content


def test_no_two_that_ship_have_one_id() -> None:
    ids = [one.id for path in SHIPPED.glob("*.json") for one in read_protocols(path.read_bytes())]

    assert len(ids) == len(set(ids)) > 10


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([], "the protocol: must be an object with named values."),
        ({"name": "A", "id": "a"}, "the protocol, “A”: “stages” is missing."),
        ({"name": "A", "id": "A b", "stages": [{"cells": [{}]}]}, "“id” must be small letters, digits and hyphens"),
        (
            {"name": "", "id": "a", "stages": []},
            'the protocol, “”: “name” must be a text of 1 to 80 characters, not "".',
        ),
        ({"name": "A", "id": "a", "stages": []}, "“stages” must be a list of 1 to 16."),
        ({"name": "A", "id": "a", "stages": [{}]}, "stage 1: “cells” is missing."),
        ({"name": "A", "id": "a", "stages": [{"cells": []}]}, "stage 1: “cells” must be a list of 1 to 16."),
        (with_cell(plane="axial"), "stage 1, cell 1: there is no “plane”; there are flip_horizontal"),
        (with_cell(view="upside down"), "cell 1: “view” must be one of axial, coronal, sagittal, acquired, 3d"),
        (with_cell(rotation=float("1e9")), "“rotation” must be a number from -360 to 360, not 1e+09."),
        (with_cell(rotation=True), "“rotation” must be a number from -360 to 360, not true."),
        (with_cell(window=[1]), "“window” must be a preset's name, or centre and width"),
        (with_cell(window=[40, 0]), "“window” must be a preset's name, or centre and width"),
        (with_cell(series={"words": ["*"]}), "cell 1, series: “words” must be a list of at most 60 words"),
        (with_cell(series={"words": "t2"}), "cell 1, series: “words” must be a list of at most 60 words"),
        (with_cell(series={"words": ["x" * 61]}), "cell 1, series: “words” must be a list of at most 60 words"),
        (with_cell(sides=["L", "up"]), "“sides” must be two of R, L, A, P, H, F"),
        (with_cell(is_prior=1), "“is_prior” must be true or false, not 1."),
    ],
)
def test_a_fault_is_named_where_it_is(body: Any, said: str) -> None:
    assert said in refused(body)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"{}", 'its "format" is not "medscan-hanging"'),
        (b'{"format": "medscan-hanging", "version": 2}', "have version 2; this program reads 1"),
        (b'{"format": "medscan-hanging", "version": 1, "protocols": []}', "must be a list of 1 to 200 protocols"),
        (b'{"format": "medscan-hanging", "version": NaN}', "is not JSON"),
        (b" " * (MOST_BYTES + 1), "hanging protocols have at most 1,000,000"),
    ],
)
def test_a_hostile_file_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(Unsuitable, match=r"hanging|JSON|version|protocols") as caught:
        read_protocols(content)

    assert said in str(caught.value)


def test_two_protocols_of_one_id_in_a_file_are_refused() -> None:
    body = json.loads(write_protocols([FULL]))
    body["protocols"] *= 2

    with pytest.raises(Unsuitable, match="Two protocols"):
        read_protocols(json.dumps(body).encode())


def test_a_layout_that_is_too_deep_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(40):
        deep = {"parts": [deep]}

    assert "“layout” must be a layout of a few cells" in refused(
        {"id": "a", "name": "A", "stages": [{"cells": [{}], "layout": deep}]}
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "name", "applies", "stages", "cells", "series", "words", "view", "window", "layout"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_whatever_a_file_holds_it_is_read_or_refused(body: Any) -> None:
    try:
        made = from_json(body)
    except Unsuitable:
        return
    assert from_json(json.loads(json.dumps(to_json(made)))) == made


def test_a_name_gives_an_id_that_nobody_has() -> None:
    assert id_of("CT Kopf – Trauma!") == "ct-kopf-trauma"
    assert id_of("CT head", {"ct-head", "ct-head-2"}) == "ct-head-3"
    assert id_of("頭") == "protocol"
