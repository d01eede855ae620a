"""What every object that is written here has in common: the images it rests on, its codes, its dates, its bytes.

The images are described from what the library's scanner has read, so that no foreign file is parsed for writing, and
an object about a thousand images opens none of them. pydicom is imported where it is used: half a second.
"""

import io
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from medscan_desktop import __version__
from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.domain.code import Code
from medscan_desktop.domain.user import User

if TYPE_CHECKING:
    from highdicom.sr import CodedConcept, ObserverContext
    from pydicom import Dataset

MANUFACTURER = "MedScan Desktop"
_COPIED = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "AccessionNumber"),
    *("StudyDescription", "FrameOfReferenceUID", "Modality"),
)
_NOT_KEPT = ("StudyID", "ReferringPhysicianName")  # type 2, and not in the scanner's header


_ANY = re.compile(r".*", re.DOTALL)
_DATE = re.compile(r"(?!0000)(\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))?")
_TIME = re.compile(r"(([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?)?)?)?")
_FORMS = {"PatientBirthDate": _DATE, "StudyDate": _DATE, "StudyTime": _TIME}  # highdicom refuses any other


def source_of(header: Header) -> "Dataset":
    """The image as an object that refers to it sees it, with its patient and study."""
    with quiet():  # texts that are longer than their VR allows stay as they are
        return _source(header)


def _source(header: Header) -> "Dataset":
    from pydicom import Dataset  # noqa: PLC0415  late: half a second

    made = Dataset()
    made.SpecificCharacterSet = "ISO_IR 192"
    made.SOPClassUID, made.SOPInstanceUID = header.sop_class_uid, header.sop_instance_uid
    made.StudyInstanceUID, made.SeriesInstanceUID = header.study_instance_uid, header.series_instance_uid
    for keyword in (*_COPIED, *_NOT_KEPT):
        text = header.text(keyword)
        setattr(made, keyword, text if _FORMS.get(keyword, _ANY).fullmatch(text) else "")
    if not made.FrameOfReferenceUID:
        del made.FrameOfReferenceUID
    if header.pixels is not None:
        made.Rows, made.Columns = header.pixels.rows, header.pixels.columns
        made.SamplesPerPixel, made.PhotometricInterpretation = header.pixels.samples, header.pixels.photometric
        made.BitsAllocated, made.BitsStored = header.pixels.bits_allocated, header.pixels.bits_stored
    if header.frames > 1:
        made.NumberOfFrames = header.frames
    return made


def identity(number: int) -> dict[str, Any]:
    """The arguments of a new object in a series of its own."""
    from pydicom.uid import generate_uid  # noqa: PLC0415  late: half a second

    return {
        "series_instance_uid": generate_uid(prefix=None),
        "series_number": number,
        "sop_instance_uid": generate_uid(prefix=None),
        "instance_number": 1,
        "manufacturer": MANUFACTURER,
    }


def concept(code: Code) -> "CodedConcept":
    """As highdicom wants it."""
    from highdicom.sr import CodedConcept  # noqa: PLC0415  late: half a second

    return CodedConcept(code.value, code.scheme, code.meaning[:64])


def person(user: User | None) -> "ObserverContext | None":
    """The user as the observer (PS3.16 TID 1002); None where nobody is logged in."""
    from highdicom.sr import ObserverContext, PersonObserverIdentifyingAttributes  # noqa: PLC0415  half a second

    if user is None:
        return None
    name = (user.display_name or user.name).replace("\\", "/").replace("=", "-")
    observer = PersonObserverIdentifyingAttributes(name=name, login_name=user.name)
    return ObserverContext(concept(Code("121006", "DCM", "Person")), observer)


def file_bytes(made: "Dataset", like: Header, description: str, made_at: datetime) -> bytes:
    """The Part 10 file, with its equipment, description and moment, and with the patient as the image `like` has it."""
    date, time = made_at.strftime("%Y%m%d"), made_at.strftime("%H%M%S")
    made.SpecificCharacterSet = "ISO_IR 192"
    made.SeriesDescription = description[:64]
    made.ManufacturerModelName, made.SoftwareVersions, made.DeviceSerialNumber = MANUFACTURER, __version__, "0"
    made.InstanceCreationDate = made.SeriesDate = date
    made.InstanceCreationTime = made.SeriesTime = time
    for keyword, value in (
        ("ContentDate", date),
        ("ContentTime", time),
        ("PresentationCreationDate", date),
        ("PresentationCreationTime", time),
    ):
        if keyword in made:
            setattr(made, keyword, value)
    buffer = io.BytesIO()
    with quiet():
        _put_as_written(made, like)
        made.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _put_as_written(made: "Dataset", like: Header) -> None:
    """A date that is none stands as in the image: another would make it another patient's."""
    from pydicom import DataElement, config  # noqa: PLC0415  late: half a second
    from pydicom.tag import Tag  # noqa: PLC0415  late: half a second

    for keyword, form in _FORMS.items():
        if not form.fullmatch(text := like.text(keyword)):
            vr = "TM" if form is _TIME else "DA"
            made[keyword] = DataElement(Tag(keyword), vr, text, validation_mode=config.IGNORE)
