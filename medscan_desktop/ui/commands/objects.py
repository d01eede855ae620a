"""Key images, what a measurement is, and what leaves as an object or a table."""

from functools import partial

from medscan_desktop.ui import export_actions, key_image_actions, measurement_actions
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.command import UiCommand

_KEYS, _MEASURE, _EXPORT = "Key images", "Measure", "Export"


def _step(way: int, actions: ViewerActions) -> None:
    key_image_actions.step(actions, way)


def _is_only(actions: ViewerActions) -> bool:
    return actions.workspace.only_key_images


def _keys(actions: ViewerActions, *, into_library: bool) -> None:
    export_actions.save_key_images(actions, into_library=into_library)


def _report(actions: ViewerActions, *, into_library: bool) -> None:
    export_actions.save_report(actions, into_library=into_library)


def _presentation(actions: ViewerActions, *, into_library: bool) -> None:
    export_actions.save_presentation(actions, into_library=into_library)


OBJECTS: tuple[UiCommand, ...] = (
    UiCommand(
        "key_image.toggle",
        "Mark as key image",
        _KEYS,
        key_image_actions.toggle,
        ("K",),
        export_actions.has_images,
        key_image_actions.is_marked,
    ),
    UiCommand("key_image.next", "Next key image", _KEYS, partial(_step, 1), ("Shift+K",)),
    UiCommand("key_image.previous", "Previous key image", _KEYS, partial(_step, -1), ("Alt+K",)),
    UiCommand("key_image.only", "Key images only", _KEYS, key_image_actions.toggle_only, is_on=_is_only),
    UiCommand(
        "measurement.label",
        "Name the selected measurement",
        _MEASURE,
        measurement_actions.ask_label,
        ("N",),
        measurement_actions.is_one_selected,
    ),
    UiCommand(
        "measurement.target",
        "The selected one is a target lesion",
        _MEASURE,
        measurement_actions.toggle_target,
        (),
        measurement_actions.is_one_selected,
        measurement_actions.is_target,
    ),
    UiCommand(
        "measurement.copy",
        "Copy the selected one's values",
        _MEASURE,
        measurement_actions.copy_selected,
        ("Ctrl+C",),
        measurement_actions.is_one_selected,
    ),
    UiCommand(
        "measurement.take_over",
        "Take over the measurements of this report",
        _MEASURE,
        export_actions.take_over,
        (),
        export_actions.has_report,
    ),
    UiCommand(
        "measurement.take_over_file", "Take over a report's measurements…", _MEASURE, export_actions.take_over_file
    ),
    UiCommand(
        "export.picture",
        "Picture of this view (PNG)…",
        _EXPORT,
        export_actions.save_picture,
        is_possible=export_actions.has_picture,
    ),
    UiCommand(
        "export.page",
        "Page with findings and measurements (PDF)…",
        _EXPORT,
        export_actions.save_page,
        is_possible=export_actions.has_picture,
    ),
    UiCommand(
        "export.segmentation",
        "Segmentation of the newest accepted finding (DICOM SEG)…",
        _EXPORT,
        export_actions.save_segmentation,
        is_possible=export_actions.has_accepted,
    ),
    UiCommand(
        "export.measurement_report",
        "Measurements as a report (DICOM SR)…",
        _EXPORT,
        partial(_report, into_library=False),
        (),
        export_actions.has_measurements,
    ),
    UiCommand(
        "export.measurement_report_filed",
        "Measurements as a report, into the library",
        _EXPORT,
        partial(_report, into_library=True),
        (),
        export_actions.has_measurements,
    ),
    UiCommand(
        "export.measurement_table",
        "Measurements as a table (CSV)…",
        _EXPORT,
        export_actions.save_table,
        (),
        export_actions.has_measurements,
    ),
    UiCommand(
        "export.key_images",
        "Key images as a selection (DICOM KO)…",
        _EXPORT,
        partial(_keys, into_library=False),
        (),
        export_actions.has_key_images,
    ),
    UiCommand(
        "export.key_images_filed",
        "Key images as a selection, into the library…",
        _EXPORT,
        partial(_keys, into_library=True),
        (),
        export_actions.has_key_images,
    ),
    UiCommand(
        "export.presentation",
        "This view as a presentation state (DICOM PR)…",
        _EXPORT,
        partial(_presentation, into_library=False),
        (),
        export_actions.has_images,
    ),
    UiCommand(
        "export.presentation_filed",
        "This view as a presentation state, into the library…",
        _EXPORT,
        partial(_presentation, into_library=True),
        (),
        export_actions.has_images,
    ),
)

EXPORTS: tuple[UiCommand, ...] = tuple(one for one in OBJECTS if one.menu == _EXPORT)
