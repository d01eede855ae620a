"""SR, GSPS and KO that we write about real images: dciodvfy finds no error beyond the source's own, and highdicom,
pydicom and our own readers give back the values that went in. `-s` prints the table.
"""

import io
import shutil
import subprocess
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from highdicom.sr import srread
from pydicom import dcmread

from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.objects.measured import measurement_of
from medscan_desktop.dicom.objects.presentations import presentation_on
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.objects.read_keys import read_keys
from medscan_desktop.dicom.objects.read_measurements import read_measurements
from medscan_desktop.dicom.objects.read_presentation import read_presentation
from medscan_desktop.dicom.objects.write_keys import key_object_file
from medscan_desktop.dicom.objects.write_presentation import presentation_file
from medscan_desktop.dicom.objects.write_sr import report_file
from medscan_desktop.dicom.pixels.tables import Lut
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.key_image import TITLES
from medscan_desktop.domain.user import Role, User, UserId
from medscan_desktop.imaging.voi import VoiLut, Window
from medscan_desktop.scene.presentation import Shutter
from medscan_desktop.scene.saved_look import SavedLook
from tests.support.made_measurements import every_kind
from tests.support.reading import asked
from tests.support.real_data import data_folder, series_folder

ADA = User(UserId("u1"), "ada", "Ada Löwe", frozenset({Role.RADIOLOGIST}))
MADE_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SERIES = ("ct_head_dicom", "ct_abdomen_j2k", "mr_head_t1_dicom", "pet_dicom")
FOLDERS = ("cr_dx_mg", "cine", "enhanced")
_NAMES: dict[str, Path | None] = {}


def sources() -> list[str]:
    """Names of sources: whole series, and single files."""
    try:
        folder = data_folder()
    except pytest.skip.Exception:
        return []
    files = [path for name in FOLDERS for path in sorted((folder / name).iterdir()) if path.is_file()]
    return [*SERIES, *(f"{path.parent.name}/{path.name}" for path in files if path.suffix != ".md")]


def stack_of(name: str) -> tuple[StackPlan, Path]:
    """The longest stack of a source, and a file of it."""
    paths = sorted(series_folder(name).rglob("*")) if name in SERIES else [data_folder() / name]
    headers, by_uid = [], {}
    for path in (one for one in paths if one.is_file() and one.suffix != ".md"):
        with path.open("rb") as stream:
            headers.append(scan(stream, str(path)))
        by_uid[headers[-1].sop_instance_uid] = path
    stacks = group(headers).stacks
    if not stacks:
        pytest.skip(f"{name} holds no stack of images")
    plan = max(stacks, key=lambda one: len(one.frames))
    return plan, by_uid[plan.frames[len(plan.frames) // 2].instance]


def errors_of(content: bytes, tmp_path: Path) -> list[str]:
    """What dciodvfy calls an error."""
    path = tmp_path / "object.dcm"
    path.write_bytes(content)
    said = subprocess.run(["dciodvfy", "-new", str(path)], capture_output=True, check=False).stderr
    return [line for line in said.decode("utf-8", "replace").splitlines() if line.startswith("Error")]


def own_errors(content: bytes, source: Path, tmp_path: Path) -> list[str]:
    """Those that the source does not have word for word, at the same place."""
    theirs = set(errors_of(source.read_bytes(), tmp_path))
    return [line for line in errors_of(content, tmp_path) if line not in theirs]


def look_of(plan: StackPlan) -> SavedLook:
    shutter = Shutter((1, 2, 30, 40), (20, 21, 15), np.array([[1, 1], [30, 2], [20, 35]], float), 12)
    window = Window(-123.25, 345.5, name="mine")
    n = len(plan.frames) // 2
    return SavedLook(plan.id, plan.slices[n], window, True, 90, True, 1.37, (3.25, -1.5), shutter)


def dcm_version() -> str:
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy (Debian's dicom3tools) is not installed")
    asked_package = ["dpkg-query", "-W", "-f", "${Package} ${Version}", "dicom3tools"]
    if shutil.which("dpkg-query") is None:
        return "dciodvfy"
    return subprocess.run(asked_package, capture_output=True, text=True, check=False).stdout or "dciodvfy"


@pytest.mark.parametrize("name", sources())
def test_what_we_write_about_it_is_sound_and_reads_back(name: str, tmp_path: Path) -> None:
    version = dcm_version()
    plan, source = stack_of(name)
    written = {"SR": report(plan), "KO": keys(plan)}
    if not plan.is_colour:
        written["GSPS"] = presentation(plan)
        written["GSPS, with tables"] = with_tables(plan)
    lines = []
    for kind, content in written.items():
        errors = own_errors(content, source, tmp_path)
        with quiet():
            class_name = dcmread(io.BytesIO(content)).SOPClassUID.name
        lines.append(f"{name:42} {plan.modality:3} {kind:17} {class_name:46} errors beyond the source's: {len(errors)}")
        assert not errors, f"{name} {kind}:\n" + "\n".join(errors)
    print("", version, *lines, sep="\n  ")


def report(plan: StackPlan) -> bytes:
    """Every kind, on the image and (where it has a place in space) beside it; read back field by field."""
    n = len(plan.frames) // 2
    told = every_kind(plan, n=n)
    if plan.geometry.spatial and plan.headers[0].text("FrameOfReferenceUID"):
        told += every_kind(plan, n=n, in_space=True)
    content = report_file(told, [plan], user=ADA, made_at=MADE_AT)
    body, _ = asked(read_measurements, content)
    found = [measurement_of(one, [plan], report="1.2", number=k) for k, one in enumerate(body["groups"])]
    assert len(found) == len(told)
    for one, other in zip(found, told, strict=True):
        assert np.abs(np.subtract(one.points, other.points)).max() < 0.01
        assert asdict(replace(one, points=other.points)) == asdict(other)
    with quiet():
        theirs = srread(io.BytesIO(content))
        counted = (
            *theirs.content.get_planar_roi_measurement_groups(),
            *theirs.content.get_volumetric_roi_measurement_groups(),
            *theirs.content.get_image_measurement_groups(),
        )
        values = sorted(round(one.value, 6) for group_ in counted for one in group_.get_measurements())
    ours = sorted(round(number["value"], 6) for one in body["groups"] for number in one["numbers"])
    assert values == ours and len(counted) == len(told)
    return content


def keys(plan: StackPlan) -> bytes:
    chosen = [plan.images[0], plan.images[len(plan.images) // 2]]
    headers = {header.sop_instance_uid: header for header in plan.headers}
    title = TITLES[4]
    content = key_object_file(headers, chosen, title, description="für die Konferenz", user=ADA, made_at=MADE_AT)
    answer, _ = asked(read_keys, content)
    assert (answer["title"], answer["description"]) == (title.meaning, "für die Konferenz")
    found = {(uid, frame) for uid, frames in answer["images"] for frame in frames or [0]}
    assert found == set(chosen)
    return content


def presentation(plan: StackPlan) -> bytes:
    look = look_of(plan)
    drawn = every_kind(plan, n=len(plan.frames) // 2)
    content = presentation_file(
        plan, look, drawn, label="MINE", description="größer", modality_lut=None, user=ADA, made_at=MADE_AT
    )
    answer, _ = asked(read_presentation, content)
    found = presentation_on(answer, plan)
    frame = found.frames[look.slice]
    assert (found.inverted, found.rotation, found.flip_horizontal) == (True, 90, True)
    assert isinstance(frame.voi, Window)
    assert (frame.voi.centre, frame.voi.width) == pytest.approx((look.voi.centre, look.voi.width), rel=1e-9)
    assert found.shutter is not None and found.shutter.rectangle == (1, 2, 30, 40) and found.shutter.grey == 12
    assert found.omitted == () and len(frame.graphics) >= len(drawn) - 1 and len(frame.texts) == len(drawn)
    assert frame.area is not None
    columns = plan.geometry.size_ijk[0]
    width = abs(frame.area.bottom_right[0] - frame.area.top_left[0]) + 1
    assert columns / width == pytest.approx(look.zoom, rel=1e-9)
    return content


def with_tables(plan: StackPlan) -> bytes:
    """With lookup tables that begin below zero, as those of signed images do."""
    look = replace(look_of(plan), voi=VoiLut(-50, np.linspace(0, 1, 100), "curve"))
    lut = Lut(-20, np.linspace(0, 65535, 60).astype(np.uint16), 16)
    return presentation_file(
        plan, look, (), label="TABLES", description="", modality_lut=lut, user=ADA, made_at=MADE_AT
    )
