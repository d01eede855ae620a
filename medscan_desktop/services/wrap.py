"""Files that are no DICOM become series of a chosen study: NIfTI, NRRD, PNG, JPEG, TIFF, PDF, STL."""

import io
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.foreign.foreign_kind import ForeignKind
from medscan_desktop.dicom.foreign.volume_file import Range, VolumeHead, known_range, placed, storing
from medscan_desktop.dicom.foreign.write_wrapped import (
    MODALITIES,
    PARAMETRIC_MAP,
    Wrapping,
    class_of,
    document_file,
    new_uid,
    page_file,
    plane_file,
)
from medscan_desktop.dicom.headers.study import series_of, study_of
from medscan_desktop.dicom.sources.source import Source
from medscan_desktop.domain.errors import FileRefused, MedScanError, Unsuitable
from medscan_desktop.domain.shown import is_shown, shown
from medscan_desktop.domain.study import Patient, SeriesUid, Study, StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.persistence.conflicts import Held
from medscan_desktop.persistence.vault import Intake
from medscan_desktop.workstation.command import Context, Effect, Kind, command
from medscan_desktop.workstation.holding import place
from medscan_desktop.workstation.intake import Incoming, clear_abandoned, take_in
from medscan_desktop.workstation.thumbnails import make_thumbnails

_SERIES_NUMBERS = 8000  # far from the scanner's own, below that of segmentations
_SECONDS = 600.0  # a large gzipped volume is read twice
_DATE = re.compile(r"(\d{8})?")
_NOT_OF_A_PERSON = frozenset({"Software", "software"})
_MOMENT = re.compile(r"\d{4}[-:]\d\d[-:]\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?")
_NOT_STATED = "orientation not stated in the file"
MAX_NAME, MAX_TEXT = 324, 64  # PN of five components and three groups; LO


@dataclass(frozen=True, slots=True)
class Found:
    """What a file is. `says`: texts in it that may name somebody. `refusal` says why it cannot be wrapped."""

    path: Path
    kind: ForeignKind | None = None
    text: str = ""
    notes: tuple[str, ...] = ()
    says: tuple[tuple[str, str], ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """What became of one file: "wrapped", "held" (it waits in the reconcile list) or "refused"."""

    path: str
    status: str
    reason: str = ""
    notes: tuple[str, ...] = ()
    images: int = 0
    series_instance_uid: str = ""
    study_instance_uid: str = ""


@command("wrap.look", permission=Permission.IMPORT)
def look_at_files(ctx: Context, *, paths: Sequence[Path]) -> Effect:
    """What each file is, and whose name it may carry, before anything is wrapped."""
    found = []
    for path in paths:
        try:
            found.append(_found(path, _asked(ctx, "look_at_foreign", path)))
        except FileRefused as refusal:
            found.append(Found(path, refusal=refusal.reason))
    return Effect(value=tuple(found))


@command("study.wrap", permission=Permission.IMPORT)
def wrap_files(
    ctx: Context,
    *,
    paths: Sequence[Path],
    patient: Patient | None = None,
    study_instance_uid: StudyUid | None = None,
    study_description: str = "",
    series_description: str = "",
    modality: str = "OT",
) -> Effect:
    """Make each file a series of the study named, or of a new study of `patient`; each whole or not at all.

    Raises Unsuitable where patient, study or modality are none. A file that cannot be wrapped costs itself.
    """
    if modality not in MODALITIES:
        raise Unsuitable(f"{shown(modality)} is no modality that a file can be wrapped as: {', '.join(MODALITIES)}.")
    study, first_number = _study(ctx, patient, study_instance_uid, study_description)
    clear_abandoned(ctx)
    outcomes = []
    for number, path in enumerate(paths):
        ctx.job.report(number / len(paths), f"wrapping {shown(path.name)}")
        wrapping = Wrapping(
            study=study,
            series_instance_uid=SeriesUid(new_uid()),
            frame_of_reference_uid=new_uid(),
            series_number=first_number + number,
            series_description=_line(series_description) or _line(path.name.split(".")[0]) or "wrapped",
            modality=modality,
            made_at=ctx.now(),
            name=_line(path.name),
            kind=ForeignKind.PDF,
        )
        try:
            outcomes.append(_Wrapper(ctx, path, wrapping).run())
        except FileRefused as refusal:
            outcomes.append(Wrapped(str(path), "refused", refusal.reason))
    make_thumbnails(ctx, {SeriesUid(one.series_instance_uid) for one in outcomes if one.status == "wrapped"})
    return Effect(changed=frozenset({Kind.STUDIES}), value=tuple(outcomes), notice=_summary(outcomes))


def _study(ctx: Context, patient: Patient | None, uid: StudyUid | None, description: str) -> tuple[Study, int]:
    """The study to go into, and the first series number that is free in it."""
    if uid is not None:
        with ctx.records("study.wrap", uid) as records:
            numbers = [one.series_number or 0 for one in records.studies.series(uid)]
            in_use = [number for number in numbers if _SERIES_NUMBERS < number <= _SERIES_NUMBERS + 999]
            return records.studies.get(uid), max([_SERIES_NUMBERS, *in_use]) + 1
    if patient is None or not (patient.patient_id.strip() and patient.patient_name.strip(" ^=")):
        raise Unsuitable("Whose file is it? Name a study, or a patient with an ID and a name.")
    if not _DATE.fullmatch(patient.patient_birth_date) or patient.patient_sex not in ("", "F", "M", "O"):
        raise Unsuitable("The birth date is YYYYMMDD or empty, and the sex F, M, O or empty.")
    texts = (patient.patient_id, patient.patient_name, description)
    if not all(is_shown(letter) and letter != "\\" for text in texts for letter in text):
        raise Unsuitable("A name, ID or description holds a letter that DICOM does not allow there.")
    if len(patient.patient_id) > MAX_TEXT or len(patient.patient_name) > MAX_NAME or len(description) > MAX_TEXT:
        raise Unsuitable("The name, the ID or the description is longer than DICOM allows.")
    now = ctx.now()
    known = replace(patient, patient_id=patient.patient_id.strip(), patient_name=patient.patient_name.strip())
    study = Study(
        study_instance_uid=StudyUid(new_uid()),
        patient=known,
        study_date=now.strftime("%Y%m%d"),
        study_time=now.strftime("%H%M%S"),
        study_description=_line(description),
    )
    return study, _SERIES_NUMBERS + 1


def _line(text: str) -> str:
    """One line that LO may hold."""
    return shown(text).replace("\\", "/").strip()[:MAX_TEXT]


class _Wrapper:
    """One file on its way into the vault, and then, as a whole, into the records."""

    def __init__(self, ctx: Context, path: Path, wrapping: Wrapping) -> None:
        self._ctx = ctx
        self._path = path
        self._wrapping = wrapping
        self._items: list[Incoming] = []

    def run(self) -> Wrapped:
        """Wrap it. Raises FileRefused or Cancelled, with nothing left behind."""
        with self._ctx.vault.intake() as intake:
            try:
                return self._written(intake)
            except BaseException:
                for item in self._items:
                    if item.vault_file is not None:
                        self._ctx.vault.remove(item.vault_file.id)
                intake.settled()
                raise

    def _written(self, intake: Intake) -> Wrapped:
        answer = _asked(self._ctx, "look_at_foreign", self._path)
        found = _found(self._path, answer)
        kind = ForeignKind(answer["kind"])
        self._wrapping = replace(self._wrapping, kind=kind, notes=found.notes)
        if kind.is_volume:
            self._volume(VolumeHead.from_json(answer["volume"]), intake)
        elif "picture" in answer:
            self._picture(answer["picture"], intake)
        else:
            self._document(intake)
        return self._recorded(intake)

    def _volume(self, head: VolumeHead, intake: Intake) -> None:
        count = head.shape[0] * head.shape[1]
        values = known_range(head) or Range(**self._ask("measure_foreign"))
        floats = class_of(head, self._wrapping.modality) == PARAMETRIC_MAP
        how, where = storing(head, values, floats=floats), placed(head)
        notes = self._wrapping.notes
        notes += (f"values are rounded by up to {how.error:.3g}",) if how.error else ()
        notes += (f"{values.missing:,} voxels hold no number",) if values.missing else ()
        description = self._wrapping.series_description
        if head.affine is None:
            description = f"{description[: MAX_TEXT - len(_NOT_STATED) - 2]}, {_NOT_STATED}"
        self._wrapping = replace(self._wrapping, notes=notes, series_description=description)

        def came(plane: NDArray[Any]) -> None:
            index = len(self._items)
            self._ctx.job.report(index / count, f"{shown(self._path.name)}: image {index + 1:,} of {count:,}")
            self._add(plane_file(self._wrapping, head, where, how, plane, index), intake)

        self._ask("foreign_planes", came, storing=asdict(how))

    def _picture(self, head: Mapping[str, Any], intake: Intake) -> None:
        def came(page: NDArray[Any]) -> None:
            self._add(page_file(self._wrapping, _page(page), len(self._items), ratio=head["ratio"]), intake)

        self._ask("foreign_pages", came)

    def _document(self, intake: Intake) -> None:
        content = io.BytesIO()
        if self._wrapping.kind is ForeignKind.STL:
            self._wrapping = replace(self._wrapping, notes=(*self._wrapping.notes, "its unit is taken as mm"))
        self._ask("foreign_bytes", lambda piece: content.write(piece.tobytes()))
        self._add(document_file(self._wrapping, content.getvalue()), intake)

    def _ask(
        self, job: str, received: Callable[[NDArray[Any]], object] | None = None, **body: Any
    ) -> Mapping[str, Any]:
        return _asked(self._ctx, job, self._path, received, **body)

    def _add(self, content: bytes, intake: Intake) -> None:
        label = f"{self._path} (image {len(self._items) + 1})"
        source = Source(label, lambda: io.BytesIO(content), len(content), 0)
        item = take_in(source, intake, lambda _: None)
        self._items.append(replace(item, source=replace(source, open=io.BytesIO)))  # its bytes are in the vault now

    def _recorded(self, intake: Intake) -> Wrapped:
        """All instances in one transaction."""
        intake.sync()
        statuses = []
        kind = self._wrapping.kind.name.lower()
        with self._ctx.records(
            "study.wrap", self._wrapping.study.study_instance_uid, files=len(self._items), kind=kind
        ) as records:
            for item in self._items:
                came = Held(item.label, study_of(item.header), series_of(item.header), item.instance)
                statuses.append(place(records, came, item.vault_file))
        intake.settled()
        worst = next((one for one in statuses if one.status != "imported"), None)
        status = "wrapped" if worst is None else worst.status
        return Wrapped(
            str(self._path),
            status,
            worst.reason if worst else "",
            self._wrapping.notes,
            len(self._items),
            self._wrapping.series_instance_uid,
            self._wrapping.study.study_instance_uid,
        )


def _page(page: NDArray[Any]) -> NDArray[Any]:
    """8 or 16 bits: what a TIFF holds of floating-point numbers cannot be a picture in DICOM."""
    if page.dtype not in (np.uint8, np.uint16, np.int16):
        raise FileRefused("", "its pixels are numbers of a kind that a picture in DICOM cannot hold")
    return page


def _asked(
    ctx: Context,
    job: str,
    path: Path,
    received: Callable[[NDArray[Any]], object] | None = None,
    **body: Any,
) -> Mapping[str, Any]:
    """Ask a worker about a file. FileRefused where it cannot be read, or is no plain file."""

    ended: list[MedScanError] = []

    def passed(array: NDArray[Any]) -> None:
        if received is not None:
            try:
                received(array)
            except MedScanError as error:  # cancelled, or the disk is full: not the file's fault
                ended.append(error)
                raise

    with _opened(path) as file:
        try:
            return ctx.workers.run(
                job, {"name": path.name, **body}, file, label=str(path), received=passed, seconds=_SECONDS
            )
        except FileRefused:
            if ended:
                raise ended[0] from None
            raise


def _opened(path: Path) -> BinaryIO:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise FileRefused(str(path), "no plain file; links are not followed")
        return path.open("rb")
    except OSError as error:
        raise FileRefused(str(path), "the file is not there, or cannot be read") from error


def _found(path: Path, answer: Mapping[str, Any]) -> Found:
    kind = ForeignKind(answer["kind"])
    if kind.is_volume:
        head = VolumeHead.from_json(answer["volume"])
        times, slices, rows, columns = head.shape
        sizes = f"{columns} × {rows} × {slices}" + (f", {times} times" if times > 1 else "")
        spacing = " × ".join(f"{step:.3g}" for step in head.spacing)
        return Found(path, kind, f"{kind}, {sizes} voxels, {spacing} mm", head.notes, head.says)
    if "picture" in answer:
        picture = answer["picture"]
        pages = f"{picture['pages']} pages, " if picture["pages"] > 1 else ""
        text = f"{kind}, {pages}{picture['columns']} × {picture['rows']} pixels"
        says = tuple((key, value) for key, value in picture["says"])
        return Found(path, kind, text, tuple(picture["notes"]), says)
    faces = f", {answer['faces']:,} faces" if "faces" in answer else ""
    return Found(path, kind, f"{kind}{faces}")


def other_names(found: Sequence[Found], patient: Patient) -> Iterator[str]:
    """What the files say that may be another patient's: each text that shares no word with the patient's name or ID.

    Not when and by which program a picture was made, which many carry: who is asked each time no longer reads.
    """
    own = _words(patient.patient_name) | _words(patient.patient_id)
    for one in found:
        for field, text in one.says:
            if not own & _words(text) and field not in _NOT_OF_A_PERSON and not _MOMENT.fullmatch(text):
                yield f"{one.path.name} says {field}: “{text}”"


def _words(text: str) -> set[str]:
    """Its words of two letters or more, and all of it in one."""
    words = re.split(r"[\W_]+", text.casefold())
    return {word for word in (*words, "".join(words)) if len(word) > 1}


def _summary(outcomes: Sequence[Wrapped]) -> str:
    wrapped = [one for one in outcomes if one.status == "wrapped"]
    parts = [f"{len(wrapped)} of {len(outcomes)} files wrapped, {sum(one.images for one in wrapped):,} images"]
    parts += [f"{one.status}: {shown(Path(one.path).name)}: {one.reason}" for one in outcomes if one not in wrapped][:1]
    return ". ".join(parts) + "."
