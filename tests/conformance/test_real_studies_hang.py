"""Every real study hangs sensibly by what ships: a table of the protocol, its stage and what its cells show."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.sources.find import find_files
from medscan_desktop.dicom.sources.source import Source
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.traits import traits_of
from medscan_desktop.domain.hanging_file import read_protocols
from medscan_desktop.domain.hanging_match import Candidate, Verdict, verdicts
from medscan_desktop.domain.hanging_protocol import Protocol
from tests.support.real_data import data_folder, series_folder

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "hanging"

# Where it is · protocol · stage · what stands in its cells: view and window where one is asked for.
TABLE: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "ct_head_dicom": ("CT head", "brain and bone", ("axial Brain", "axial Bone")),
    "ct_chest_dicom": ("CT chest", "lung and mediastinum", ("axial Lung", "axial Mediastinum")),
    "ct_abdomen_j2k": ("Volume in four views", "three planes and 3D", ("axial", "coronal", "sagittal", "3d")),
    "mr_head_t1_dicom": ("MR brain", "T1 in three planes", ("axial", "coronal", "sagittal", "3d")),
    "pet_dicom": ("PET", "three planes and MIP", ("axial", "coronal", "sagittal", "3d")),
    "cr_dx_mg/cr_chest_jpegls.dcm": ("Chest X-ray", "frontal and lateral", ("acquired",)),
    "cr_dx_mg/dx_chest_j2k.dcm": ("Chest X-ray", "frontal and lateral", ("acquired",)),
    "cr_dx_mg/mg_jpeg_lossless.dcm": ("Mammography", "R-MLO", ("acquired",)),
    "cine/us_colour_65_frames.dcm": ("Ultrasound", "one at a time", ("acquired",)),
    "cine/us_burned_in_text.dcm": ("Ultrasound", "one at a time", ("acquired",)),
    "cine/xa_96_frames_fragmented.dcm": ("Angiography and fluoroscopy", "one run", ("acquired",)),
    "enhanced/MOVEKNEE.dcm": ("MR joint", "sagittal, coronal, axial, T1", ("acquired",)),
    "syntaxes/1.2.840.10008.1.2.1__NM-MONO2-16-13x-heart": ("Nuclear medicine", "all series", ("acquired",)),
    "syntaxes/1.2.840.10008.1.2__MR09.dcm": ("MR joint", "sagittal, coronal, axial, T1", ("acquired",)),
    "syntaxes/1.2.840.10008.1.2.4.51__RG2_JPLY_fixed.dcm": ("X-ray", "all views", ("acquired",)),
}


@cache
def shipped() -> tuple[Protocol, ...]:
    return tuple(one for path in sorted(SHIPPED.glob("*.json")) for one in read_protocols(path.read_bytes()))


def headers_of(path: Path) -> list[Header]:
    headers = []
    for source in find_files([path]):
        if isinstance(source, Source):
            with source.open() as stream:
                headers.append(scan(stream, source.label))
    return headers


def verdict_of(path: Path) -> Verdict:
    plans = group(headers_of(path)).stacks
    return verdicts(shipped(), [Candidate(plan.id, traits_of(plan)) for plan in plans])[0]


def place_of(name: str) -> Path:
    return data_folder() / name if "/" in name else series_folder(name)


@pytest.mark.parametrize("name", TABLE)
def test_a_real_study_hangs_sensibly(name: str) -> None:
    protocol, stage, cells = TABLE[name]
    verdict = verdict_of(place_of(name))

    assert verdict.is_match, verdict.text
    found = verdict.stages[verdict.possible[0]]
    filled = [cell for cell, finding in zip(found.stage.cells, found.cells, strict=True) if finding.key is not None]
    assert (verdict.protocol.name, found.stage.name) == (protocol, stage)
    assert tuple(f"{cell.view} {cell.window}".strip() for cell in filled) == cells


def test_a_real_mammogram_lies_as_it_hangs_already() -> None:
    """R MLO with the front to the left and the feet below (P\\FL): nothing is to be turned."""
    plan = group(headers_of(data_folder() / "cr_dx_mg" / "mg_jpeg_lossless.dcm")).stacks[0]
    traits = traits_of(plan)

    assert (traits.laterality, traits.view, traits.sides) == ("R", "MLO", ("P", "FL"))
