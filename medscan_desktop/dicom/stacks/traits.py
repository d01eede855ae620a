"""What a stack's headers say of it for hanging: modality, plane, projection, side, words. From its middle image."""

import numpy as np

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.stacks.calibration import PROJECTIONS, is_tomographic
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.stack_traits import StackKind, StackTraits
from medscan_desktop.domain.word_patterns import words_of
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.shallow import is_shallow

# PS3.16 CID 4010 and 4014 by what (0018,5101) writes for them; the older SNOMED-RT codes of the same views beside them.
_VIEWS = {
    "399348003": "AP",
    "R-10206": "AP",
    "272479007": "PA",
    "R-10214": "PA",
    "399173006": "LL",
    "R-10236": "LL",
    "399198007": "RL",
    "R-10232": "RL",
    "399162004": "CC",
    "R-10242": "CC",
    "399368009": "MLO",
    "R-10226": "MLO",
    "399260004": "ML",
    "R-10224": "ML",
    "399352003": "LM",
    "R-10228": "LM",
    "399099002": "LMO",
    "R-10230": "LMO",
    "399192008": "XCCL",
    "399101009": "XCCM",
    "399196006": "FB",
}
_VIEW_WORDS = {"pa": "PA", "ap": "AP", "lat": "LAT", "lateral": "LAT", "seitlich": "LAT", "cc": "CC", "mlo": "MLO"}
_FILMS = frozenset({"US", "IVUS", "XA", "RF", "ES", "NM"})
_STRAIGHT = 0.8  # cosine: up to 37 degrees off reads as that plane, as on the pane's edges
_PLANES = ("sagittal", "coronal", "axial")  # by the patient's axis that runs through


def traits_of(plan: StackPlan) -> StackTraits:
    """The traits of a stack."""
    ref = plan.frames[len(plan.frames) // 2]
    header, frame = plan.headers[ref.header], ref.frame
    return StackTraits(
        modality=plan.modality,
        kind=_kind(plan, header),
        images=len(plan.frames),
        number=header.integer("SeriesNumber"),
        description=header.text("SeriesDescription"),
        protocol=header.text("ProtocolName"),
        body_part=header.text("BodyPartExamined"),
        study_description=header.text("StudyDescription"),
        laterality=_laterality(header, frame),
        view=_view(header, frame),
        plane=_plane(plan.geometry, header),
        image_type=_image_type(header, frame),
        contrast=header.text("ContrastBolusAgent"),
        kernel=header.text("ConvolutionKernel", frame).replace("\\", " "),
        thickness_mm=header.number("SliceThickness", frame),
        unit=plan.unit,
        intent=header.text("PresentationIntentType").upper(),
        sides=_sides(header, frame),
    )


def _kind(plan: StackPlan, header: Header) -> StackKind:
    if plan.is_volume and not is_shallow(plan.geometry):
        return StackKind.VOLUME
    if len(plan.frames) == 1:
        return StackKind.STILL
    is_film = plan.modality in _FILMS or (plan.modality in PROJECTIONS and not is_tomographic(header))
    return StackKind.FILM if is_film and not plan.geometry.spatial else StackKind.SLICES


def _view(header: Header, frame: int) -> str:
    """The code, else what is written for it; of a projection that says neither, what its description calls it."""
    stated = _VIEWS.get(header.text("ViewCode"), "") or header.text("ViewPosition", frame).upper()
    if stated or header.modality not in PROJECTIONS:
        return stated
    words = words_of(f"{header.text('SeriesDescription')} {header.text('ProtocolName')}")
    named = {_VIEW_WORDS[word] for word in words if word in _VIEW_WORDS}
    return named.pop() if len(named) == 1 else ""


def _laterality(header: Header, frame: int) -> str:
    value = header.text("ImageLaterality", frame) or header.text("FrameLaterality", frame) or header.text("Laterality")
    return value if value in ("R", "L", "B") else ""


def _sides(header: Header, frame: int) -> tuple[str, str]:
    """(0020,0020) as it is stated; a quadruped's letters are others."""
    stated = header.text("PatientOrientation", frame).split("\\")
    is_quadruped = header.text("AnatomicalOrientationType") == "QUADRUPED"
    return (stated[0], stated[1]) if len(stated) == 2 and not is_quadruped else ("", "")


def _image_type(header: Header, frame: int) -> tuple[str, ...]:
    said = header.text("FrameType", frame) or header.text("ImageType", frame)
    return tuple(one.strip().upper() for one in said.split("\\") if one.strip())


def _plane(geometry: Geometry, header: Header) -> str:
    """The plane of the images as they were acquired, "" where nothing says it."""
    is_slice = header.modality not in PROJECTIONS or is_tomographic(header)
    if not geometry.spatial or not geometry.in_patient or not is_slice:
        return ""
    normal = np.cross(geometry.directions[:, 0], geometry.directions[:, 1])
    axis = int(np.abs(normal).argmax())
    return _PLANES[axis] if abs(float(normal[axis])) >= _STRAIGHT else "oblique"
