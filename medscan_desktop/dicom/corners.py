"""The corner texts that the headers give: who, what, when, and how the image was made."""

from medscan_desktop.dicom.header import Header
from medscan_desktop.dicom.plan import StackPlan
from medscan_desktop.dicom.plane import plane_of
from medscan_desktop.dicom.study import study_of
from medscan_desktop.dicom.syntax import LOSSY
from medscan_desktop.domain.dates import date_text, time_text
from medscan_desktop.scene.workspace import Corners

_SIDES = {"R": "Right", "L": "Left", "B": "Both sides"}


def corner_texts(plan: StackPlan) -> Corners:
    """The texts of a stack; who, when and how from its middle frame, location and lossy marker of every frame."""
    ref = plan.frames[len(plan.frames) // 2]
    header = plan.headers[ref.header]
    lossy = tuple(_lossy_marker(plan.headers[frame.header]) for frame in plan.frames)
    orientation = header.text("PatientOrientation", ref.frame).split("\\")
    return Corners(
        patient=_patient(header),
        study=_study(header),
        series=_series(plan, header, ref.frame),
        frames=tuple(_frame(plan.headers[frame.header], frame.frame) for frame in plan.frames),
        lossy=lossy if any(lossy) else (),
        laterality=_laterality(header, ref.frame),
        patient_orientation=(orientation[0], orientation[1]) if len(orientation) == 2 else ("", ""),
        quadruped=header.text("AnatomicalOrientationType") == "QUADRUPED",
    )


def _lines(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _patient(header: Header) -> tuple[str, ...]:
    patient = study_of(header).patient
    born = _joined(date_text(patient.patient_birth_date), header.text("PatientAge"), patient.patient_sex)
    return _lines(patient.display_name, patient.patient_id, born)


def _study(header: Header) -> tuple[str, ...]:
    study = study_of(header)
    when = _joined(date_text(study.study_date), time_text(study.study_time))
    return _lines(study.institution_name, when, study.accession_number, study.study_description)


def _series(plan: StackPlan, header: Header, frame: int) -> tuple[str, ...]:
    def with_unit(name: str, keyword: str, unit: str) -> str:
        number = header.number(keyword, frame)
        return "" if number is None else _joined(name, f"{number:g}", unit)

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
    return _lines(
        "" if location is None else f"location {location:.1f} mm",
        "" if thickness is None else f"thickness {thickness:g} mm",
    )


def _laterality(header: Header, frame: int) -> str:
    value = header.text("ImageLaterality", frame) or header.text("FrameLaterality", frame) or header.text("Laterality")
    return _SIDES.get(value, "")


def _lossy_marker(header: Header) -> str:
    """(0028,2110) = 01, or a lossy transfer syntax without it; with the ratio and the method where they are given."""
    if header.text("LossyImageCompression") != "01" and header.transfer_syntax_uid not in LOSSY:
        return ""
    ratios = header.numbers("LossyImageCompressionRatio")
    ratio = " × ".join(f"{value:g}:1" for value in ratios) if ratios else "ratio unknown"
    method = header.text("LossyImageCompressionMethod").replace("\\", ", ")
    return f"lossy {ratio}" + (f" ({method})" if method else "")
