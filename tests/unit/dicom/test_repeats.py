"""Headers read one after another mean what each means alone: what repeats is a shortcut, never another answer."""

import io
import random
from collections.abc import Iterator

import pytest

from medscan_desktop.dicom.headers import repeats
from medscan_desktop.dicom.headers.beginning import data_set_start
from medscan_desktop.dicom.headers.elements import EXPLICIT_LITTLE, FLOAT_PIXELS, Elements, Malformed, Reader
from medscan_desktop.dicom.headers.tags import SCAN_TAGS
from medscan_desktop.dicom.headers.values import attribute_values
from tests.support.dicom_files import ct_slice, file_bytes, series


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    repeats.forget()
    yield
    repeats.forget()


def read(content: bytes, *, alone: bool) -> tuple[dict[str, str], object, int] | str:
    """Values, raw bytes and items, and the end; or why it was refused."""
    reader = Reader(io.BytesIO(content), SCAN_TAGS)
    try:
        start = data_set_start(reader)
        if alone:
            elements, end = reader.data_set(start, EXPLICIT_LITTLE, FLOAT_PIXELS)
        else:
            elements, end = repeats.data_set(reader, start, EXPLICIT_LITTLE)
    except Malformed as error:
        return str(error)
    return attribute_values(elements), shape(elements), end


def shape(elements: Elements) -> object:
    return elements.raw, {tag: [shape(item) for item in items] for tag, items in elements.items.items()}


def test_a_series_in_turn_is_each_file_alone() -> None:
    contents = [file_bytes(one) for one in series(12, SeriesDescription="Thörax", SpecificCharacterSet="ISO_IR 100")]
    others = [file_bytes(ct_slice(n, Modality="MR", EchoTime=str(n), PatientName="Äda")) for n in range(5)]
    for content in (*contents, *others, *contents, *others[::-1]):
        assert read(content, alone=False) == read(content, alone=True)


@pytest.mark.parametrize("seed", range(12))
def test_damaged_files_between_sound_ones_are_each_file_alone(seed: int) -> None:
    chance = random.Random(seed)
    contents = [file_bytes(one) for one in series(6, BodyPartExamined="CHEST", KVP="120")]
    for _ in range(60):
        content = bytearray(chance.choice(contents))
        for _ in range(chance.randrange(4)):
            at = chance.randrange(132, len(content))
            match chance.randrange(4):
                case 0:
                    content[at] = chance.randrange(256)
                case 1:
                    del content[at : at + chance.randrange(1, 40)]
                case 2:
                    content[at:at] = content[at : at + chance.randrange(1, 40)]
                case _:
                    other = chance.randrange(132, len(content))
                    content[at : at + 16], content[other : other + 16] = (
                        content[other : other + 16],
                        content[at : at + 16],
                    )
        assert read(bytes(content), alone=False) == read(bytes(content), alone=True)
