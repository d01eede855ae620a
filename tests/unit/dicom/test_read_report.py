"""Structured reports and key object selections as text: every value type, what stands beside it, and the limits."""

import struct
from typing import Any

import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag
from pydicom.uid import ComprehensiveSRStorage

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.objects.parsed import items_of
from medscan_desktop.dicom.objects.read_report import read_report
from medscan_desktop.dicom.objects.text_nodes import MAX_DEPTH, MAX_NODES, tree_of
from medscan_desktop.domain.text_tree import TextNode, TextTree
from tests.support import made_documents, made_overlays, made_stills
from tests.support.made_modules import code, instance, item
from tests.support.reading import asked

IMAGE_UID = "1.2.3.4.5"


def content(value_type: str, name: str = "Concept", relation: str = "CONTAINS", **values: Any) -> Dataset:
    return item(
        ValueType=value_type, RelationshipType=relation, ConceptNameCodeSequence=code("1", "99T", name), **values
    )


def tree(*items: Dataset, **attributes: Any) -> TextTree:
    dataset = instance(ComprehensiveSRStorage, "SR", "report", **attributes)
    dataset.ValueType = "CONTAINER"
    dataset.ConceptNameCodeSequence = [code("126000", "DCM", "Imaging Report")]
    dataset.ContentSequence = list(items)
    return read(dataset)


def read(dataset: Dataset) -> TextTree:
    return tree_of(asked(read_report, made_documents.file_of(dataset))[0])


def node(found: TextTree, name: str) -> TextNode:
    return next(one for one in found.nodes if one.name == name)


def measured(value: str, unit: Dataset, **more: Any) -> Dataset:
    return content("NUM", MeasuredValueSequence=item(NumericValue=value, MeasurementUnitsCodeSequence=unit), **more)


def referring(**more: Any) -> Dataset:
    return item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID=IMAGE_UID, **more)


@pytest.mark.parametrize(
    ("content_item", "text"),
    [
        (content("TEXT", TextValue="first\r\nsecond"), "first\nsecond"),
        (content("CODE", ConceptCodeSequence=code("10200004", "SCT", "Liver")), "Liver (10200004, SCT)"),
        (measured("12.5", code("mm", "UCUM", "mm")), "12.5 mm"),
        (measured("3.2", code("{SUVbw}g/ml", "UCUM", "SUV body weight")), "3.2 SUV body weight"),
        (measured("3.2", code("g/ml", "UCUM", "gram per millilitre")), "3.2 g/ml (gram per millilitre)"),
        (measured("0.42", code("1", "UCUM", "no units")), "0.42"),
        (
            content("NUM", NumericValueQualifierCodeSequence=code("114006", "DCM", "Measurement failure")),
            "no value (Measurement failure)",
        ),
        (content("PNAME", PersonName="Li^Wei=李^伟"), "Li, Wei (李, 伟)"),
        (content("DATE", Date="20260102"), "2026-01-02"),
        (content("TIME", Time="101112"), "10:11"),
        (content("DATETIME", DateTime="20260102101112"), "2026-01-02 10:11"),
        (content("UIDREF", UID="1.2.840.10008.1.2.1"), "Explicit VR Little Endian"),
        (
            content("IMAGE", ReferencedSOPSequence=referring(ReferencedFrameNumber=[3, 4])),
            f"CT Image frame 3, 4 {IMAGE_UID}",
        ),
        (
            content("SCOORD", GraphicType="POLYLINE", GraphicData=[1, 2, 3.5, 4, 5, 6]),
            "POLYLINE, 3 points: (1, 2), (3.5, 4), (5, 6)",
        ),
        (
            content("SCOORD3D", GraphicType="POINT", GraphicData=[1, 2, 3], ReferencedFrameOfReferenceUID="1.9"),
            "POINT, 1 point: (1, 2, 3) mm, frame of reference 1.9",
        ),
        (content("TCOORD", TemporalRangeType="POINT", ReferencedSamplePositions=[500]), "POINT samples 500"),
        (content("CONTAINER", ContinuityOfContent="SEPARATE"), ""),
        (content("TABLE", TextValue="of a later edition"), "of a later edition"),
    ],
    ids=lambda value: value.ValueType if isinstance(value, Dataset) else "",
)
def test_a_value_reads_as_its_type_says(content_item: Dataset, text: str) -> None:
    assert node(tree(content_item), "Concept").value == text


def test_a_modifier_stands_beside_its_concept_and_a_property_below_it() -> None:
    modifier = content("CODE", "Laterality", "HAS CONCEPT MOD", ConceptCodeSequence=code("7771000", "SCT", "Left"))
    inside = measured("12.5", code("mm", "UCUM", "mm"), relation="HAS PROPERTIES", name="Diameter")

    found = tree(
        content("CODE", "Site", ConceptCodeSequence=code("1", "99T", "Kidney"), ContentSequence=[modifier, inside])
    )

    assert node(found, "Site").heading == "Site (Laterality: Left)"
    assert (node(found, "Diameter").relation, node(found, "Diameter").depth) == ("has properties", 2)
    assert [one.name for one in found.nodes] == ["Imaging Report", "Site", "Diameter"]


def test_an_item_by_reference_leads_to_the_item_it_repeats() -> None:
    repeated = item(RelationshipType="INFERRED FROM", ReferencedContentItemIdentifier=[1, 1])

    found = tree(
        content("TEXT", "First", TextValue="a"), content("TEXT", "Second", TextValue="b", ContentSequence=repeated)
    )

    link = found.nodes[-1]
    assert (link.value, link.relation) == ("1.1", "inferred from")
    assert found.nodes[link.link].name == "First"


def test_coordinates_lead_to_the_image_they_were_selected_from() -> None:
    selected = item(
        ValueType="IMAGE", RelationshipType="SELECTED FROM", ReferencedSOPSequence=referring(ReferencedFrameNumber=7)
    )

    found = tree(content("SCOORD", GraphicType="POINT", GraphicData=[1, 2], ContentSequence=selected))

    reference = node(found, "Concept").reference
    assert reference is not None
    assert (reference.instance, reference.frames) == (IMAGE_UID, (7,))


def test_who_verified_a_report_and_what_is_not_verified_is_said_first() -> None:
    observer = item(
        VerifyingObserverName="Reader^Ada", VerifyingOrganization="Clinic", VerificationDateTime="20260102101112"
    )
    done = tree(CompletionFlag="COMPLETE", VerificationFlag="VERIFIED", VerifyingObserverSequence=observer)
    partial = tree(CompletionFlag="PARTIAL", VerificationFlag="UNVERIFIED")

    assert dict(done.facts)["Verified by"] == "Reader, Ada, Clinic, 2026-01-02 10:11"
    assert partial.warnings[:2] == (
        "This document is partial: it is not finished.",
        "Nobody has verified this document.",
    )


def test_text_cannot_move_the_cursor_or_turn_the_reading_direction() -> None:
    value = node(tree(content("TEXT", TextValue="a\u202eb\x1b[31mc")), "Concept").value

    assert value == "ab[31mc"


def test_deep_nesting_is_cut_and_said() -> None:
    inner = content("CONTAINER", "deepest")
    for depth in range(MAX_DEPTH + 6):
        inner = content("CONTAINER", f"level {depth}", ContentSequence=inner)

    found = tree(inner)

    assert max(one.depth for one in found.nodes) == MAX_DEPTH
    assert found.warnings[-1] == f"What lies deeper than {MAX_DEPTH} levels is not shown."


def test_more_lines_than_the_limit_are_cut_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medscan_desktop.dicom.objects.text_nodes.MAX_NODES", 50)

    found = tree(*(content("TEXT", f"line {number}", TextValue="x") for number in range(80)))

    assert len(found.nodes) == 50
    assert found.warnings[-1] == "Only the first 50 lines are shown: the file has more."
    assert MAX_NODES == 200_000


def test_more_text_than_a_message_holds_is_cut_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medscan_desktop.dicom.objects.text_nodes.MAX_TEXT_BYTES", 100_000)

    found = tree(*(content("TEXT", f"line {number}", TextValue="肺" * 1_000) for number in range(20)))

    assert len(found.nodes) < 12
    assert found.warnings[-1].startswith("Only the first ")


def test_a_sequence_nested_without_end_is_refused_with_a_sentence() -> None:
    with pytest.raises(Malformed):
        asked(read_report, b"\x40\x00\x30\xa7SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff" * 20_000)


def test_a_made_report_reads_as_it_was_written() -> None:
    found = read(made_documents.report(made_stills.ct_stack("source CT")))

    assert found.title == "Imaging Measurement Report"
    assert any(one.value.startswith(f"{made_documents.SR_DIAMETER_MM} mm") for one in found.nodes)


def test_a_key_object_selection_lists_what_it_points_out() -> None:
    sources = made_stills.ct_stack("source CT")
    found = read(made_overlays.key_objects(sources))

    pointed = [one.reference.instance for one in found.nodes if one.reference]
    assert found.title == "Of Interest"
    assert set(pointed) <= {str(one.SOPInstanceUID) for one in sources}
    assert len(pointed) == 2


def test_a_damaged_sequence_is_told_and_not_left_out() -> None:
    """What a report says must not be missing without a word."""
    item_head = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    inner = struct.pack("<HH2sHI", 0x0040, 0xA730, b"SQ", 0, 0xFFFFFFFF)
    endless = (item_head + inner) * 5000  # deeper than pydicom can follow
    damaged = Dataset()
    damaged[0x0040A730] = RawDataElement(BaseTag(0x0040A730), "SQ", len(endless), endless, 0, False, True)

    with pytest.raises(Malformed, match=r"its ContentSequence cannot be read \(RecursionError\)"):
        items_of(damaged, "ContentSequence")
    assert items_of(Dataset(), "ContentSequence") == []
