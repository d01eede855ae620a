"""The corner texts that the headers give: who, what, when, and how the image was made."""

from collections.abc import Sequence
from typing import TypeVar

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.study import study_of
from medscan_desktop.dicom.headers.syntax import LOSSY
from medscan_desktop.dicom.stacks.calibration import PROJECTIONS, is_tomographic
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.stacks.plane import plane_of
from medscan_desktop.domain.dates import age_string_text, date_text, time_text
from medscan_desktop.domain.object_kind import ObjectKind, object_kind
from medscan_desktop.imaging.geometry import orientation_letters
from medscan_desktop.scene.stack import Corners

T = TypeVar("T")
_SIDES = {"R": "Right", "L": "Left", "B": "Both sides"}
_METHODS = {  # (0028,2114), by the names that people know
    "ISO_10918_1": "JPEG",
    "ISO_14495_1": "JPEG-LS near-lossless",
    "ISO_15444_1": "JPEG 2000",
    "ISO_15444_15": "High-Throughput JPEG 2000",
    "ISO_13818_2": "MPEG-2",
    "ISO_14496_10": "H.264",
    "ISO_23008_2": "HEVC",
}


def corner_texts(plan: StackPlan) -> Corners:
    """The texts of a stack; who, when and how from its middle frame, location and lossy marker of every frame."""
    ref = plan.frames[len(plan.frames) // 2]
    header = plan.headers[ref.header]
    lossy = [lossy_marker(plan.headers[frame.header]) for frame in plan.frames]
    return Corners(
        patient=_patient(header),
        study=_study(header),
        series=_series(plan, header, ref.frame),
        frames=_by_slice(plan, [_frame(plan.headers[frame.header], frame.frame) for frame in plan.frames], ()),
        lossy=_by_slice(plan, lossy, "") if any(lossy) else (),
        laterality=_laterality(header, ref.frame),
        patient_orientation=_patient_orientation(plan),
        quadruped=header.text("AnatomicalOrientationType") == "QUADRUPED",
    )


def _by_slice(plan: StackPlan, frames: Sequence[T], empty: T) -> tuple[T, ...]:
    """What belongs to frames, by the slices that they become; `empty` where an image is missing."""
    found = [empty] * plan.geometry.shape[0]
    for k, value in zip(plan.slices, frames, strict=True):
        found[k] = value
    return tuple(found)


def _patient_orientation(plan: StackPlan) -> tuple[str, str]:
    """(0020,0020), else what the stated directions say; none where the stack's images do not agree in it.

    Only stacks without a place in the patient need it: the others' sides come from their geometry.
    """
    asked = plan.frames[:1] if plan.geometry.spatial else plan.frames
    found = {_sides(plan.headers[ref.header], ref.frame) for ref in asked}
    return found.pop() if len(found) == 1 else ("", "")


def _sides(header: Header, frame: int) -> tuple[str, str]:
    stated = header.text("PatientOrientation", frame).split("\\")
    if len(stated) == 2:
        return stated[0], stated[1]
    plane = plane_of(header, frame)
    is_slice = header.modality not in PROJECTIONS or is_tomographic(header)
    is_quadruped = header.text("AnatomicalOrientationType") == "QUADRUPED"
    if plane is None or not plane.in_patient or not is_slice or is_quadruped:
        return "", ""
    return orientation_letters(plane.cosines[:3]), orientation_letters(plane.cosines[3:])


def _lines(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _patient(header: Header) -> tuple[str, ...]:
    patient = study_of(header).patient
    born, stated = date_text(patient.patient_birth_date), header.text("PatientAge")
    is_stated = bool(born) or any(digit in "123456789" for digit in stated)  # no date and an age of 0 says nothing
    born = _joined(born, age_string_text(stated) if is_stated else "", patient.patient_sex)
    return _lines(patient.display_name, patient.patient_id, born)


def _study(header: Header) -> tuple[str, ...]:
    study = study_of(header)
    when = _joined(date_text(study.study_date), time_text(study.study_time))
    return _lines(study.institution_name, when, study.accession_number, study.study_description)


def _series(plan: StackPlan, header: Header, frame: int) -> tuple[str, ...]:
    def with_unit(name: str, keyword: str, unit: str) -> str:
        number = header.number(keyword, frame)
        return "" if number is None else _joined(name, f"{round(number, 2):g}", unit)

    echo = with_unit("TE", "EffectiveEchoTime", "ms") or with_unit("TE", "EchoTime", "ms")
    technique = {
        "CT": (with_unit("", "KVP", "kV"), with_unit("", "XRayTubeCurrent", "mA"), with_unit("", "Exposure", "mAs")),
        "MR": (
            with_unit("TR", "RepetitionTime", "ms"),
            echo,
            with_unit("TI", "InversionTime", "ms"),
            with_unit("b", "DiffusionBValue", "s/mm²"),
        ),
    }.get(plan.modality, (with_unit("", "KVP", "kV"), with_unit("", "Exposure", "mAs")))
    equipment = _joined(header.text("Manufacturer"), header.text("ManufacturerModelName"))
    detail = _joined(header.text("ConvolutionKernel").replace("\\", " "), header.text("ViewPosition"))
    contrast = header.text("ContrastBolusAgent")
    return _lines(plan.label, _joined(*technique), detail, f"contrast: {contrast}" if contrast else "", equipment)


def _frame(header: Header, frame: int) -> tuple[str, ...]:
    location, thickness = header.number("SliceLocation", frame), header.number("SliceThickness", frame)
    if location is None and (plane := plane_of(header, frame)) is not None:
        location = plane.along(plane.normal)
    place = "" if location is None else f"Loc {location:.1f} mm"
    thick = "" if thickness is None else f"Thk {thickness:g} mm"
    return _lines(" · ".join(part for part in (place, thick) if part))


def _laterality(header: Header, frame: int) -> str:
    value = header.text("ImageLaterality", frame) or header.text("FrameLaterality", frame) or header.text("Laterality")
    return _SIDES.get(value, "")


def lossy_marker(header: Header) -> str:
    """(0028,2110) = 01, or a lossy transfer syntax without it; with the ratio and the method where they are given."""
    is_video = object_kind(header.sop_class_uid, header.transfer_syntax_uid, has_pixels=True) is ObjectKind.VIDEO
    if header.text("LossyImageCompression") != "01" and header.transfer_syntax_uid not in LOSSY and not is_video:
        return ""
    ratios = header.numbers("LossyImageCompressionRatio")
    ratio = " × ".join(f"{round(value, 1):g}:1" for value in ratios) if ratios else "ratio unknown"
    methods = [_METHODS.get(method, method) for method in header.text("LossyImageCompressionMethod").split("\\")]
    return f"lossy, {ratio}" + (f" ({', '.join(methods)})" if any(methods) else "")
