"""Any object as a tree of its attributes: names, values, lengths; whatever a header holds is shown, bounded."""

import numpy as np
import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from medscan_desktop.dicom.objects.read_attributes import read_attributes
from medscan_desktop.dicom.objects.text_nodes import tree_of
from medscan_desktop.domain.text_tree import TextTree
from tests.support.dicom_files import ct_slice, file_bytes
from tests.support.made_documents import file_of
from tests.support.made_modules import item
from tests.support.made_objects import MADE
from tests.support.reading import asked


def read(dataset: Dataset) -> TextTree:
    return tree_of(asked(read_attributes, file_bytes(dataset))[0])


def value(found: TextTree, name: str) -> str:
    return next(node.value for node in found.nodes if node.name.endswith(name))


def test_names_values_and_types_of_a_slice() -> None:
    found = read(ct_slice(3))

    assert value(found, "(0010,0010) Patient's Name") == "Phantom^Test"
    assert value(found, "(0028,0030) Pixel Spacing") == "1.0\\1.0"
    assert value(found, "(0008,0016) SOP Class UID") == "1.2.840.10008.5.1.4.1.1.2 (CT Image Storage)"
    assert dict(found.facts)["Transfer syntax"] == "Explicit VR Little Endian"


def test_pixels_are_told_by_their_length_alone() -> None:
    large = ct_slice(rows=400, columns=400, PixelData=np.zeros((400, 400), np.int16).tobytes())

    assert value(read(ct_slice()), "Pixel Data") == "48 bytes"
    assert value(read(large), "Pixel Data") == "320,000 bytes"


def test_items_lie_below_their_sequence() -> None:
    dataset = ct_slice()
    dataset.ReferencedStudySequence = [item(ReferencedSOPInstanceUID="1.2.3"), item(ReferencedSOPInstanceUID="1.2.4")]

    nodes = read(dataset).nodes
    start = next(place for place, node in enumerate(nodes) if node.name.endswith("Referenced Study Sequence"))

    assert [(node.depth, node.value) for node in nodes[start : start + 5]] == [
        (0, "2 items"),
        (1, ""),
        (2, "1.2.3"),
        (1, ""),
        (2, "1.2.4"),
    ]


def test_a_long_sequence_is_opened_like_a_short_one() -> None:
    """Its length is told in the file, and pydicom would leave it there as it leaves pixels."""
    dataset = ct_slice()
    dataset.ReferencedStudySequence = [item(ReferencedSOPInstanceUID=f"1.2.{number}") for number in range(4_000)]

    found = read(dataset)

    assert value(found, "Referenced Study Sequence") == "4,000 items"
    assert sum(node.depth == 2 for node in found.nodes) == 4_000


def test_private_attributes_are_named_by_number_and_their_creator_shown() -> None:
    dataset = ct_slice()
    block = dataset.private_block(0x0033, "MEDSCAN TESTS", create=True)
    block.add_new(0x01, "LO", "secret sauce")

    found = read(dataset)

    assert value(found, "(0033,0010) Private Creator") == "MEDSCAN TESTS"
    assert value(found, "(0033,1001) Private") == "secret sauce"


def test_a_value_that_is_none_is_said_and_the_rest_is_shown() -> None:
    content = file_bytes(ct_slice(SliceThickness="1.0")).replace(b"1.0 ", b"abc ", 1)

    found = tree_of(asked(read_attributes, content)[0])

    assert value(found, "Patient ID") == "T-1"


def test_long_and_hostile_text_is_cut_and_made_plain() -> None:
    dataset = ct_slice()
    dataset.add(DataElement(0x00204000, "LT", "x" * 5_000))
    dataset.SeriesDescription = "a\u202eb"
    dataset.SpecificCharacterSet = "ISO_IR 192"

    found = read(dataset)

    assert value(found, "Image Comments") == "x" * 1_024 + " …"
    assert value(found, "Series Description") == "ab"


@pytest.mark.parametrize("name", ["RTSTRUCT", "SEG", "ECG", "encapsulated PDF", "video HEVC", "enhanced PET", "GSPS"])
def test_every_kind_of_object_has_a_header_to_read(name: str) -> None:
    answer, _ = asked(read_attributes, file_of(MADE[name]()[0]))

    assert value(tree_of(answer), "Patient ID") == "MADE-1"
