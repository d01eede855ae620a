"""Hanging protocols as they are kept: whose, in which order, what ships; files; and a study opened by them."""

import argparse
import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from medscan_desktop.app.printing import Printer
from medscan_desktop.app.verbs import hanging
from medscan_desktop.app.verbs.adding import Adder
from medscan_desktop.domain.errors import FileRefused, NotAllowed, NotFound, Unsuitable
from medscan_desktop.domain.hanging_file import read_protocols, to_json, write_protocols
from medscan_desktop.domain.hanging_match import Verdict
from medscan_desktop.domain.hanging_protocol import Applies, Cell, Protocol, SeriesRule, Stage
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user import Role, UserId
from medscan_desktop.scene.hanging import PENDING
from medscan_desktop.services.ahead import load_ahead
from medscan_desktop.services.hanging import (
    arrange_protocols,
    delete_protocol,
    export_protocols,
    import_protocols,
    list_protocols,
    save_protocol,
    save_protocol_for_all,
    try_protocols,
)
from medscan_desktop.services.studies import open_study
from medscan_desktop.workstation.protocols import Arranged, Listed, Origin, protocol_key
from tests.support.desks import ADA, Sitting
from tests.support.dicom_files import ROOT_UID, series
from tests.support.made_projections import chest, mammogram

OWN = Protocol("own", "My own", Applies(modalities=("CT",)), (Stage((Cell(SeriesRule(modalities=("CT",))),)),))
EVE = replace(ADA, id=UserId("u2"), name="eve", roles=frozenset({Role.RADIOLOGIST}))


def listed(at: Sitting) -> dict[str, Listed]:
    return {one.protocol.id: one for one in at.ask(list_protocols)}


def opened(at: Sitting, study: StudyUid) -> list[str]:
    """The projections or descriptions on screen, cell by cell."""
    at.ask(open_study, study_instance_uid=study)
    workspace = at.parts.workstation.store.workspace
    stacks = [workspace.stack(view.stack) for view in workspace.views]
    traits = [one.traits if one is not None else None for one in stacks]
    return ["" if one is None else f"{one.laterality} {one.view}".strip() or one.description for one in traits]


def test_what_ships_is_listed_in_its_order(at: Sitting) -> None:
    found = at.ask(list_protocols)

    assert [one.protocol.id for one in found][:2] == ["mammography", "x-ray-chest"]
    assert {(one.origin, one.is_on, one.is_shipped) for one in found} == {(Origin.SHIPPED, True, True)}


def test_a_protocol_of_one_s_own_comes_first_and_is_nobody_else_s(at: Sitting) -> None:
    at.ask(save_protocol, protocol=OWN)
    assert at.ask(list_protocols)[0] == Listed(OWN, Origin.OWN)

    at.parts.workstation.user = EVE
    assert "own" not in listed(at)


def test_a_protocol_for_everybody_gives_way_to_one_s_own(at: Sitting) -> None:
    at.ask(save_protocol_for_all, protocol=OWN)
    at.ask(save_protocol, protocol=replace(OWN, name="Mine"))
    assert listed(at)["own"].protocol.name == "Mine"

    at.parts.workstation.user = EVE
    assert listed(at)["own"] == Listed(OWN, Origin.EVERYBODY)


def test_only_an_administrator_saves_for_everybody(at: Sitting) -> None:
    at.parts.workstation.user = EVE

    with pytest.raises(NotAllowed):
        at.ask(save_protocol_for_all, protocol=OWN)
    assert [event.outcome.value for event in at.events("hanging.save_for_all")] == ["denied"]


def test_a_changed_one_that_ships_is_taken_back_by_deleting_the_change(at: Sitting) -> None:
    original = listed(at)["ct-head"].protocol
    at.ask(save_protocol, protocol=replace(original, name="Kopf"))
    assert listed(at)["ct-head"] == Listed(replace(original, name="Kopf"), Origin.OWN, is_shipped=True)

    at.ask(delete_protocol, protocol_id="ct-head")
    assert listed(at)["ct-head"].protocol == original


def test_saving_and_deleting_are_undone(at: Sitting) -> None:
    workstation = at.parts.workstation
    at.ask(save_protocol, protocol=OWN)
    at.ask(save_protocol, protocol=replace(OWN, name="Other"))
    at.ask(delete_protocol, protocol_id="own")

    names = []
    for _ in range(3):
        workstation.undo()
        names.append(listed(at)["own"].protocol.name if "own" in listed(at) else None)
    assert names == ["Other", "My own", None]


def test_the_order_and_what_is_off_are_kept(at: Sitting) -> None:
    ids = [one.protocol.id for one in at.ask(list_protocols)]
    at.ask(arrange_protocols, arranged=Arranged(tuple(reversed(ids)), ("pet",)))
    found = at.ask(list_protocols)

    assert [one.protocol.id for one in found] == list(reversed(ids))
    assert [one.protocol.id for one in found if not one.is_on] == ["pet"]


def test_what_is_stored_and_cannot_be_read_is_left_out_and_logged(
    at: Sitting, caplog: pytest.LogCaptureFixture
) -> None:
    with at.records() as records:
        records.preferences.put("hanging.broken", {"name": "B", "stages": 7})
        records.preferences.put("hanging_order@u1", {"order": 3})

    with caplog.at_level(logging.WARNING, logger="medscan.hanging"):
        assert "broken" not in listed(at)
    assert [(one.getMessage(), one.protocol) for one in caplog.records] == [("hanging.unreadable", "broken")]
    caplog.clear()


def test_a_file_brings_protocols_in_and_takes_them_out(at: Sitting, tmp_path: Path) -> None:
    at.ask(save_protocol, protocol=OWN)
    out = at.ask(export_protocols, ids=("own", "ct-head"), out=tmp_path / "two.json")
    assert [one.id for one in read_protocols(out.read_bytes())] == ["own", "ct-head"]

    at.parts.workstation.user = EVE
    assert [one.id for one in at.ask(import_protocols, path=out)] == ["own", "ct-head"]
    assert listed(at)["own"].origin is Origin.OWN


def test_an_import_is_one_step_of_undo_and_so_is_an_order(at: Sitting, tmp_path: Path) -> None:
    """What the file takes the place of comes back; what it brought goes."""
    at.ask(save_protocol, protocol=OWN)
    path = tmp_path / "two.json"
    theirs = [replace(OWN, name="Theirs"), replace(OWN, id="more", name="More")]
    path.write_bytes(write_protocols(theirs))
    workstation = at.parts.workstation

    workstation.do(import_protocols, path=path)
    assert listed(at)["own"].protocol.name == "Theirs"
    workstation.undo()
    assert listed(at)["own"].protocol.name == "My own"
    assert "more" not in listed(at)
    workstation.redo()
    assert {listed(at)[name].protocol.name for name in ("own", "more")} == {"Theirs", "More"}

    before = list(listed(at))
    workstation.do(arrange_protocols, arranged=Arranged(tuple(reversed(before)), ("more",)))
    workstation.undo()
    assert list(listed(at)) == before
    assert listed(at)["more"].is_on


def test_what_is_stored_and_cannot_be_read_is_written_over_and_taken_away(at: Sitting) -> None:
    with at.records() as records:
        records.preferences.put(protocol_key("own", ADA.id), {"name": 7})

    at.ask(save_protocol, protocol=OWN)

    assert listed(at)["own"].protocol == OWN


def test_a_file_with_one_fault_brings_nothing_in(at: Sitting, tmp_path: Path) -> None:
    body = {"format": "medscan-hanging", "version": 1, "protocols": [to_json(OWN), {"id": "b", "name": "B"}]}
    path = tmp_path / "half.json"
    path.write_text(json.dumps(body))

    with pytest.raises(FileRefused, match="protocol 2, “B”: “stages” is missing"):
        at.ask(import_protocols, path=path)
    assert "own" not in listed(at)
    with pytest.raises(FileRefused, match="cannot be read"):
        at.ask(import_protocols, path=tmp_path / "none.json")


def test_what_could_not_be_read_again_is_not_saved(at: Sitting) -> None:
    with pytest.raises(Unsuitable, match="“name” must be a text"):
        at.ask(save_protocol, protocol=replace(OWN, name=""))
    with pytest.raises(NotFound):
        at.ask(delete_protocol, protocol_id="own")
    with pytest.raises(NotFound, match='no hanging protocol "x"'):
        at.ask(export_protocols, ids=("x",), out=Path("x"))


def test_mammograms_open_with_the_chest_walls_to_the_middle(at: Sitting) -> None:
    """The views by their codes; the left CC is stored the other way round."""
    at.bring("mg", [mammogram(side, view) for side in "LR" for view in ("MLO", "CC")])

    assert opened(at, at.studies()[0].study_instance_uid) == ["R CC", "L CC", "R MLO", "L MLO"]
    workspace = at.parts.workstation.store.workspace
    assert [view.camera.flip_horizontal for view in workspace.views] == [False, True, False, False]
    assert workspace.hung is not None and workspace.hung.text == "Mammography · four views (1 of 7)"


def test_a_raw_mammogram_beside_its_presentation_is_not_hung(at: Sitting) -> None:
    at.bring("mg", [mammogram("R", "MLO", PresentationIntentType="FOR PROCESSING"), mammogram("R", "MLO")])
    opened(at, at.studies()[0].study_instance_uid)
    workspace = at.parts.workstation.store.workspace
    stack = workspace.stack(workspace.views[0].stack)

    assert stack is not None and stack.traits is not None and stack.traits.intent == "FOR PRESENTATION"


def test_a_chest_opens_frontal_beside_lateral_and_the_frontal_is_loaded_first(at: Sitting) -> None:
    at.bring("chest", [chest("LL", "A\\F"), chest("PA", "L\\F")])

    assert opened(at, at.studies()[0].study_instance_uid) == ["PA", "LL"]
    workspace = at.parts.workstation.store.workspace
    stacks = [workspace.stack(view.stack) for view in workspace.views]
    assert [one is not None and one.volume is not None for one in stacks] == [True, False]
    assert workspace.views[1].voi is PENDING


def test_an_asked_series_hangs_as_usual(at: Sitting) -> None:
    at.bring("chest", [chest("LL", "A\\F"), chest("PA", "L\\F")])
    study = at.studies()[0].study_instance_uid
    opened(at, study)
    uid = at.parts.workstation.store.workspace.stacks[0].series_instance_uid
    at.ask(open_study, study_instance_uid=study, series_instance_uid=uid)

    assert at.parts.workstation.store.workspace.hung is None
    assert len(at.parts.workstation.store.workspace.views) == 1


def test_a_study_s_test_says_what_hangs_and_why(at: Sitting) -> None:
    at.bring("chest", [chest("LL", "A\\F"), chest("PA", "L\\F")])
    found: list[Verdict] = at.ask(try_protocols, study_instance_uid=at.studies()[0].study_instance_uid)

    assert found[0].protocol.id == "x-ray-chest"
    assert found[0].stages[0].cells[0].text.endswith("(PA): modality is DX; projection is PA")
    assert [one.protocol.id for one in found if one.is_match] == ["x-ray-chest", "x-ray"]


def test_one_s_own_protocol_hangs_before_what_ships(at: Sitting) -> None:
    at.bring("ct", series(5, BodyPartExamined="HEAD"))
    own = replace(OWN, applies=Applies(modalities=("CT",), regions=("head",), kinds=("volume",)))
    at.ask(save_protocol, protocol=own)
    opened(at, StudyUid(f"{ROOT_UID}.1"))
    hung = at.parts.workstation.store.workspace.hung
    assert hung is not None and hung.protocol.id == "own"

    at.ask(arrange_protocols, arranged=Arranged(off=("own",)))
    opened(at, StudyUid(f"{ROOT_UID}.1"))
    hung = at.parts.workstation.store.workspace.hung
    assert hung is not None and hung.protocol.id == "ct-head"


def test_the_next_study_is_loaded_ahead_and_is_there_when_it_opens(at: Sitting) -> None:
    at.bring("first", series(5))
    other = series(5, SeriesInstanceUID=f"{ROOT_UID}.8", StudyInstanceUID=f"{ROOT_UID}.9")
    for dataset in other:
        dataset.SOPInstanceUID += ".8"
    at.bring("next", other)
    following = StudyUid(f"{ROOT_UID}.9")
    opened(at, StudyUid(f"{ROOT_UID}.1"))

    assert at.ask(load_ahead, study_instance_uid=following) is True
    loading = at.parts.workstation._make_context(ADA, None, None).shelf.held  # type: ignore[attr-defined,arg-type]
    assert {one.split("#")[0] for one in loading} == {f"{ROOT_UID}.2", f"{ROOT_UID}.8"}
    opened(at, following)
    held = at.parts.workstation._make_context(ADA, None, None).shelf.held  # type: ignore[attr-defined,arg-type]
    assert {one.split("#")[0] for one in held} == {f"{ROOT_UID}.8"}
    assert at.parts.workstation.store.workspace.study is not None
    assert at.parts.workstation.store.workspace.study.study_instance_uid == following


def verb(at: Sitting, capsys: pytest.CaptureFixture[str], *words: str, as_json: bool = False) -> tuple[int, str]:
    """`medscan hanging …` on the open workstation: its exit code and what it printed."""
    parser = argparse.ArgumentParser()
    hanging.add_verbs(Adder(parser.add_subparsers(), argparse.ArgumentParser(add_help=False)))
    options = parser.parse_args(["hanging", *words])
    capsys.readouterr()
    code = options.handler(at.parts.workstation, options, Printer(as_json=as_json))
    return code, capsys.readouterr().out


def test_the_command_line_lists_tests_and_exchanges_protocols(
    at: Sitting, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at.bring("chest", [chest("PA", "L\\F"), chest("LL", "A\\F")])
    code, printed = verb(at, capsys, "list", as_json=True)
    assert (code, json.loads(printed)[1]["name"], json.loads(printed)[1]["regions"]) == (0, "Chest X-ray", ["chest"])

    code, printed = verb(at, capsys, "test", "--study", at.studies()[0].study_instance_uid)
    lines = printed.splitlines()
    assert (code, lines[:2]) == (
        0,
        [
            "Chest X-ray: applies (15): modality is DX; projection is PA; body part “CHEST” is chest",
            "  stage 1, frontal and lateral",
        ],
    )
    assert "  stage 2, frontal with prior: left out, 1 of 2 cells filled" in lines
    assert "Mammography: does not apply: modality is DX, not MG" in lines

    out = tmp_path / "chest.json"
    assert verb(at, capsys, "export", "Chest X-ray", "--out", str(out)) == (0, f"{out}\n")
    code, printed = verb(at, capsys, "import", str(out))
    assert (code, printed.split()[-4:]) == (0, ["x-ray-chest", "Chest", "X-ray", "4"])
    with pytest.raises(NotFound, match='no hanging protocol "none"'):
        verb(at, capsys, "export", "none", "--out", str(out))


def test_a_study_that_nothing_hangs_ends_the_test_with_one(at: Sitting, capsys: pytest.CaptureFixture[str]) -> None:
    at.bring("mg", [mammogram("R", "MLO", PresentationIntentType="FOR PROCESSING")])

    code, printed = verb(at, capsys, "test", "--study", at.studies()[0].study_instance_uid)
    assert code == 1
    assert printed.startswith("Mammography: cannot hang: 0 of 4 cells filled, 3 needed (no series fits)")
