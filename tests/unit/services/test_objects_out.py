"""Key images, reports, tables and presentation states as use cases: kept, undone, audited, filed, and taken over."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.sr import codedict
from pydicom.sr._concepts_dict import concepts

from medscan_desktop.domain.errors import FileRefused, NotAllowed, NotFound, Unsuitable
from medscan_desktop.domain.key_image import TITLES, KeyImage
from medscan_desktop.domain.measurement import Measurement, MeasurementKind
from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.domain.study import InstanceUid, StudyUid
from medscan_desktop.domain.user import Role
from medscan_desktop.exporters.csv import measurements_csv
from medscan_desktop.services.key_images import add_key_image, export_key_images, list_key_images, remove_key_image
from medscan_desktop.services.measurement_exchange import (
    copy_measurements,
    export_report,
    export_table,
    take_over_report,
    withdraw_measurements,
)
from medscan_desktop.services.measurements import (
    delete_measurement,
    describe_measurement,
    list_measurements,
    save_measurement,
)
from medscan_desktop.services.overlays import list_overlays
from medscan_desktop.services.studies import list_series, open_study
from medscan_desktop.ui.finding_codes import finding_codes, site_codes
from medscan_desktop.workstation.shelf import read_study
from tests.support.desks import ADA, Sitting
from tests.support.dicom_files import ROOT_UID, series
from tests.support.made_measurements import LIVER, NODULE, every_kind

STUDY = StudyUid(f"{ROOT_UID}.1")
SECOND = InstanceUid(f"{ROOT_UID}.3.2")


@pytest.fixture
def filled(at: Sitting) -> Sitting:
    """A series of four images."""
    at.bring("first", series(4, rows=8, columns=9, StudyDate="20260102"))
    return at


def kept(at: Sitting) -> list[Measurement]:
    return list(at.ask(list_measurements, study_instance_uid=STUDY))


def drawn(at: Sitting) -> list[Measurement]:
    """One of every kind, saved."""
    with at.records() as records:
        (shelved,) = read_study(records, at.library.vault, STUDY)
    for one in every_kind(shelved.grouping.stacks[0]):
        at.ask(save_measurement, measurement=one)
    return kept(at)


def test_a_key_image_is_marked_once_and_its_removal_undone(filled: Sitting) -> None:
    marked: KeyImage = filled.ask(add_key_image, sop_instance_uid=SECOND)
    assert filled.ask(add_key_image, sop_instance_uid=SECOND) == marked
    assert filled.ask(list_key_images, study_instance_uid=STUDY) == [marked]

    filled.ask(remove_key_image, key_image_id=marked.id)
    assert filled.ask(list_key_images, study_instance_uid=STUDY) == []
    filled.parts.workstation.undo()
    assert filled.ask(list_key_images, study_instance_uid=STUDY) == [marked]
    filled.parts.workstation.redo()
    assert filled.ask(list_key_images, study_instance_uid=STUDY) == []


@pytest.mark.parametrize(("uid", "frame"), [(SECOND, 1), (SECOND, -1), ("1.2.3", 0)])
def test_what_is_no_image_is_no_key_image(filled: Sitting, uid: str, frame: int) -> None:
    with pytest.raises(NotFound):
        filled.ask(add_key_image, sop_instance_uid=InstanceUid(uid), frame=frame)


def test_a_selection_goes_into_the_library_and_is_listed(filled: Sitting, tmp_path: Path) -> None:
    filled.ask(add_key_image, sop_instance_uid=SECOND)
    out = tmp_path / "ko.dcm"
    filled.ask(export_key_images, study_instance_uid=STUDY, out=out, title=TITLES[3], into_library=True)

    (row,) = filled.ask(list_overlays, study_instance_uid=STUDY)
    assert (row.kind, row.title, row.problem) == (ObjectKind.KEY_OBJECTS, "Key images: For Teaching", "")
    assert dcmread(out).ConceptNameCodeSequence[0].CodeValue == "113004"
    assert {event.detail["into"] for event in filled.events("export.key_images") if "into" in event.detail} >= {
        "library"
    }
    assert filled.vault_is_sound()


def test_without_key_images_or_measurements_nothing_is_written(filled: Sitting, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for command in (export_key_images, export_report, export_table):
        with pytest.raises(Unsuitable, match=r"no (key images|measurements)"):
            filled.ask(command, study_instance_uid=STUDY, out=out)
    with pytest.raises(Unsuitable, match="Where to"):
        filled.ask(export_report, study_instance_uid=STUDY)
    assert not out.exists() and filled.vault_is_sound()


def test_titles_are_those_of_the_standard() -> None:
    """PS3.16 CID 7010."""
    for title in TITLES:
        found = [getattr(codedict.codes.cid7010, name) for name in dir(codedict.codes.cid7010)]
        assert (title.value, title.meaning) in {(one.value, one.meaning) for one in found if hasattr(one, "value")}


def test_offered_codes_are_those_of_the_standard() -> None:
    """PS3.16: each finding and site stands in its tables with this meaning."""
    known = {
        (scheme, value, meaning.casefold())
        for scheme in ("SCT", "DCM")
        for entry in concepts[scheme].values()
        for value, (meaning, _) in entry.items()
    }
    offered = (*finding_codes(), *site_codes())
    wrong = [one for one in offered if (one.scheme, one.value, one.meaning.casefold()) not in known]
    assert wrong == [] and len(finding_codes()) >= 40 and len(site_codes()) >= 40
    for codes in (finding_codes(), site_codes()):
        assert len({one.value for one in codes}) == len(codes)


def test_a_report_goes_out_and_comes_back_with_nothing_changed(filled: Sitting, tmp_path: Path) -> None:
    told, out = drawn(filled), tmp_path / "report.dcm"
    filled.ask(export_report, study_instance_uid=STUDY, out=out)
    for one in told:
        filled.ask(delete_measurement, measurement_id=one.id)

    taken = filled.ask(take_over_report, path=out)
    assert taken.left_out == () and len(taken.measurements) == len(told)
    found = kept(filled)
    assert [replace(one, points=()) for one in found] == [replace(one, points=()) for one in told]

    again = filled.ask(take_over_report, path=out)
    assert again.measurements == () and {reason for _, reason in again.left_out} == {"it is there already"}
    assert kept(filled) == found


def test_what_came_together_goes_together(filled: Sitting, tmp_path: Path) -> None:
    told, out = drawn(filled), tmp_path / "report.dcm"
    filled.ask(export_report, study_instance_uid=STUDY, out=out)
    for one in told:
        filled.ask(delete_measurement, measurement_id=one.id)
    filled.ask(take_over_report, path=out)
    came = kept(filled)

    filled.parts.workstation.undo()
    assert kept(filled) == [] and filled.events(withdraw_measurements.name)
    filled.parts.workstation.redo()
    assert kept(filled) == came


def test_a_report_in_the_library_is_taken_over_too(filled: Sitting) -> None:
    told = drawn(filled)
    filled.ask(export_report, study_instance_uid=STUDY, into_library=True)
    rows = filled.ask(list_series, study_instance_uid=STUDY)
    (report,) = [row.series for row in rows if row.series.modality == "SR"]
    with filled.records() as records:
        (instance,) = records.studies.instances(report.series_instance_uid)
    filled.ask(describe_measurement, measurement_id=told[0].id, label="another")

    taken = filled.ask(take_over_report, sop_instance_uid=instance.sop_instance_uid)

    reasons = dict.fromkeys(reason for _, reason in taken.left_out)
    assert list(reasons) == ["the library has it with other values, which stay", "it is there already"]
    assert kept(filled)[0].label == "another"


def test_a_report_of_another_study_and_what_is_none_are_refused(filled: Sitting, tmp_path: Path) -> None:
    drawn(filled)
    out = tmp_path / "report.dcm"
    filled.ask(export_report, study_instance_uid=STUDY, out=out)
    with pytest.raises(NotFound):
        filled.ask(take_over_report, path=out, study=StudyUid("1.2.3"))
    (tmp_path / "text").write_bytes(b"no report")
    for path in (tmp_path / "text", tmp_path / "nowhere", filled.folder / "first" / "000.dcm"):
        with pytest.raises(FileRefused):
            filled.ask(take_over_report, path=path)


def test_a_report_cannot_take_a_measurement_away_from_another_study(filled: Sitting, tmp_path: Path) -> None:
    """An id in a file from outside is a claim: deleted or not, what it names stays where it is."""
    told, out = drawn(filled), tmp_path / "report.dcm"
    filled.ask(export_report, study_instance_uid=STUDY, out=out)
    other = StudyUid("1.2.3.4")
    for one in told:
        filled.ask(delete_measurement, measurement_id=one.id)
        with filled.records() as records:
            records.measurements.put(replace(one, study_instance_uid=other))
            if one.kind is MeasurementKind.ANGLE:
                records.measurements.delete(one.id)

    taken = filled.ask(take_over_report, path=out)
    assert taken.measurements == () and kept(filled) == []
    assert {reason for _, reason in taken.left_out} == {"its id is that of a measurement of another study"}


def test_what_is_said_of_a_measurement_is_kept_and_undone(filled: Sitting) -> None:
    one = next(one for one in drawn(filled) if one.kind is MeasurementKind.LENGTH)
    before = replace(one, is_target=False, tracking_uid="")
    filled.ask(save_measurement, measurement=before)

    said = filled.ask(describe_measurement, measurement_id=one.id, label=" a \n  b ", finding=NODULE, site=LIVER)
    assert (said.label, said.finding, said.site, said.tracking_uid) == ("a b", NODULE, LIVER, "")
    target = filled.ask(describe_measurement, measurement_id=one.id, is_target=True)
    assert target.tracking_uid.startswith("2.25.") and target.label == "a b"
    off = filled.ask(describe_measurement, measurement_id=one.id, is_target=False, finding=None)
    assert off.tracking_uid == target.tracking_uid and off.finding is None
    for _ in range(3):
        filled.parts.workstation.undo()
    assert next(other for other in kept(filled) if other.id == one.id) == before


def test_a_table_has_one_row_each_with_its_units_and_no_formula(filled: Sitting, tmp_path: Path) -> None:
    told, out = drawn(filled), tmp_path / "table.csv"
    filled.ask(describe_measurement, measurement_id=told[0].id, label='=HYPERLINK("x")')
    filled.ask(describe_measurement, measurement_id=told[1].id, label="@x,\u00e4")
    filled.ask(export_table, study_instance_uid=STUDY, out=out)

    content = out.read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert content.startswith(b"\xef\xbb\xbf") and len(rows) == len(told)
    assert rows[0]["label"] == '\'=HYPERLINK("x")' and rows[1]["label"] == "'@x,\u00e4"
    for row, one in zip(rows, kept(filled), strict=True):
        assert (row["length"] != "") == (one.length is not None)
        assert row["length_unit"] == ("mm" if one.length is not None else "")
        if one.statistics is not None:
            assert float(row["mean"]) == pytest.approx(one.statistics.mean) and row["value_unit"] == "HU"
        assert not any(cell.startswith(("=", "+", "@")) for cell in row.values())


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "\n=1"])
def test_no_text_of_a_user_is_a_formula(filled: Sitting, text: str) -> None:
    one = replace(drawn(filled)[0], label=text, text=text, note=text, method=text)
    (study,) = filled.studies()
    (row,) = csv.DictReader(io.StringIO(measurements_csv(study, [one], {}).decode("utf-8-sig")))
    assert all(not row[name].lstrip().startswith(("=", "+", "-", "@")) for name in ("label", "text", "note", "method"))


def test_copying_is_an_event_and_names_no_patient(filled: Sitting) -> None:
    one = next(one for one in drawn(filled) if one.kind is MeasurementKind.LENGTH)
    text = filled.ask(copy_measurements, measurement=one)
    assert "3.3 mm" in text and "Phantom" not in text
    assert filled.events("export.measurement_copy")


def test_who_may_not_export_gets_nothing(filled: Sitting, tmp_path: Path) -> None:
    drawn(filled)
    filled.parts.workstation.user = replace(ADA, roles=frozenset({Role.TECHNOLOGIST}))
    for command in (export_report, export_table, export_key_images):
        with pytest.raises(NotAllowed):
            filled.ask(command, study_instance_uid=STUDY, out=tmp_path / "out")
    assert list(tmp_path.glob("out*")) == []


def test_key_images_come_with_their_study(filled: Sitting) -> None:
    marked = filled.ask(add_key_image, sop_instance_uid=SECOND)
    filled.ask(open_study, study_instance_uid=STUDY)
    assert filled.parts.workstation.store.workspace.own_key_images == (marked,)
