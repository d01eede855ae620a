"""What leaves, as picture, page, table or DICOM object, and a report that comes in: where to, and the command."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog

from medscan_desktop.domain.code import Code
from medscan_desktop.domain.export import Format
from medscan_desktop.domain.finding import Finding, FindingId, FindingState
from medscan_desktop.domain.key_image import TITLES
from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.domain.study import InstanceUid, StudyUid
from medscan_desktop.exporters import csv, pdf, png, seg
from medscan_desktop.services.key_images import export_key_images
from medscan_desktop.services.measurement_exchange import (
    copy_measurements,
    export_report,
    export_table,
    take_over_report,
)
from medscan_desktop.services.presentations import export_presentation
from medscan_desktop.ui.actions import ViewerActions

_DICOM = "DICOM (*.dcm)"


def study_of(actions: ViewerActions) -> StudyUid | None:
    """The study of the active view: the open one, or the prior beside it."""
    study = actions.workspace.study_of(actions.stack)
    return study.study_instance_uid if study is not None else None


def has_measurements(actions: ViewerActions) -> bool:
    """Whether that study has any."""
    uid = study_of(actions)
    return any(one.study_instance_uid == uid for one in actions.workspace.measurements)


def has_key_images(actions: ViewerActions) -> bool:
    """Whether that study has any of the user's own."""
    uid = study_of(actions)
    return any(one.study_instance_uid == uid for one in actions.workspace.own_key_images)


def has_images(actions: ViewerActions) -> bool:
    """Whether the active view shows some."""
    return actions.view is not None and actions.stack is not None and actions.stack.volume is not None


def has_report(actions: ViewerActions) -> bool:
    """Whether the active view reads a structured report."""
    return actions.stack is not None and actions.stack.object_kind is ObjectKind.REPORT


def has_picture(actions: ViewerActions) -> bool:
    """Whether there is a view to make a picture of."""
    return actions.view is not None


def accepted_findings(actions: ViewerActions) -> list[Finding]:
    """Those that may leave, the newest last."""
    return [one for one in actions.workspace.findings if one.state is FindingState.ACCEPTED]


def has_accepted(actions: ViewerActions) -> bool:
    """Whether there is one."""
    return bool(accepted_findings(actions))


def save_picture(actions: ViewerActions) -> None:
    """The active view as it is, as PNG."""
    if actions.view is not None:
        _to_file("Save this view as a picture", f"view{png.FORMAT.suffix}", _kinds(png.FORMAT), actions.export_picture)


def save_page(actions: ViewerActions) -> None:
    """The study's page, as PDF."""
    if actions.workspace.study is not None:
        _to_file("Save the page", f"findings{pdf.FORMAT.suffix}", _kinds(pdf.FORMAT), actions.export_page)


def save_segmentation(actions: ViewerActions, finding: FindingId | None = None) -> None:
    """An accepted finding (None: the newest) as DICOM Segmentation."""
    accepted = accepted_findings(actions)
    wanted = finding or (accepted[-1].id if accepted else None)
    if wanted is not None:
        name, kinds = f"segmentation{seg.FORMAT.suffix}", _kinds(seg.FORMAT)
        _to_file("Save the segmentation", name, kinds, lambda out: actions.export_segmentation(wanted, out))


def save_report(actions: ViewerActions, *, into_library: bool) -> None:
    """The study's measurements as a structured report."""
    uid = study_of(actions)
    if uid is None:
        return
    if into_library:
        actions.workstation.do(export_report, study_instance_uid=uid, into_library=True)
    else:
        _to_file(
            "Save the measurements as a report",
            "measurements.dcm",
            _DICOM,
            lambda out: actions.workstation.do(export_report, study_instance_uid=uid, out=out),
        )


def save_table(actions: ViewerActions) -> None:
    """The study's measurements as CSV."""
    uid = study_of(actions)
    if uid is not None:
        _to_file(
            "Save the measurements as a table",
            f"measurements{csv.FORMAT.suffix}",
            _kinds(csv.FORMAT),
            lambda out: actions.workstation.do(export_table, study_instance_uid=uid, out=out),
        )


def save_key_images(actions: ViewerActions, *, into_library: bool) -> None:
    """The study's key images as a Key Object Selection."""
    uid = study_of(actions)
    title = _asked_title() if uid is not None else None
    if uid is None or title is None:
        return
    if into_library:
        actions.workstation.do(export_key_images, study_instance_uid=uid, title=title, into_library=True)
    else:
        _to_file(
            "Save the key images as a selection",
            "key-images.dcm",
            _DICOM,
            lambda out: actions.workstation.do(export_key_images, study_instance_uid=uid, title=title, out=out),
        )


def save_presentation(actions: ViewerActions, *, into_library: bool) -> None:
    """How the active view looks, as a presentation state."""
    view, workspace = actions.view, actions.workspace
    name = _asked("Presentation state", "Name of the presentation state:", "View") if view is not None else ""
    if view is None or not name:
        return
    if into_library:
        actions.workstation.do(export_presentation, workspace=workspace, view=view, description=name, into_library=True)
    else:
        _to_file(
            "Save the view as a presentation state",
            "presentation.dcm",
            _DICOM,
            lambda out: actions.workstation.do(
                export_presentation, workspace=workspace, view=view, description=name, out=out
            ),
        )


def take_over(actions: ViewerActions) -> None:
    """The measurements of the report in the active view."""
    stack = actions.stack
    if stack is not None and has_report(actions):
        actions.workstation.do(take_over_report, sop_instance_uid=InstanceUid(stack.instance_uids[0]))


def take_over_file(actions: ViewerActions) -> None:
    """The measurements of a report in a file, for the open study."""
    uid = study_of(actions)
    chosen, _ = QFileDialog.getOpenFileName(QApplication.activeWindow(), "Take measurements over", "", "All files (*)")
    if uid is not None and chosen:
        actions.workstation.do(take_over_report, path=Path(chosen), study=uid)


def copy(actions: ViewerActions, measurement: Measurement) -> None:
    """Its values on the clipboard, as they stand beside it."""
    clipboard = QApplication.clipboard()
    actions.workstation.do(
        copy_measurements, measurement=measurement, on_done=lambda effect: clipboard.setText(effect.value)
    )


def _asked_title() -> Code | None:
    names = [one.meaning for one in TITLES]
    chosen, is_said = QInputDialog.getItem(QApplication.activeWindow(), "Key images", "What for?", names, 0, False)
    return TITLES[names.index(chosen)] if is_said else None


def _asked(title: str, question: str, text: str) -> str:
    said, is_said = QInputDialog.getText(QApplication.activeWindow(), title, question, text=text)
    return said.strip() if is_said else ""


def _kinds(kind: Format) -> str:
    return f"{kind.label} (*{kind.suffix})"


def _to_file(title: str, name: str, kinds: str, save: Callable[[Path], object]) -> None:
    chosen, _ = QFileDialog.getSaveFileName(QApplication.activeWindow(), title, name, kinds)
    if chosen:
        save(Path(chosen))
