"""The fields of a hanging protocol as lines of a form: what each is called, and how it is typed or chosen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLineEdit,
    QWidget,
)

from medscan_desktop.domain.hanging_protocol import LINKS, PLANES, VIEWS
from medscan_desktop.domain.relevant_prior import REGION_NAMES
from medscan_desktop.domain.stack_traits import StackKind
from medscan_desktop.ui import make

_Read = Callable[[], Any]
_Write = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Field:
    """`kind` is words, codes, choice, flag, number, count, text or window; `options` are (value, label)."""

    name: str
    label: str
    kind: str
    options: tuple[tuple[Any, str], ...] = ()
    tip: str = ""


def _same(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((value, value) for value in values)


_WORDS = "Words, with commas between them; * stands for any letters: t2*, dark fluid"
_SIDES = (("", "any"), ("R", "right"), ("L", "left"), ("B", "both"))

RULES = (
    Field("modalities", "Modality", "codes", tip="One of these, with commas between them: CT, MR"),
    Field("regions", "Region", "words", tip=f"Of the body: {', '.join(REGION_NAMES)}"),
    Field("words", "Description has", "words", tip=_WORDS),
    Field("not_words", "Description has not", "words", tip=_WORDS),
    Field("views", "Projection", "codes", tip="As the images say it: PA, LL, CC, MLO"),
    Field("laterality", "Side", "choice", _SIDES),
    Field("kinds", "Kind of series", "words", tip=f"One of {', '.join(StackKind)}"),
    Field("least_series", "Series, at least", "count"),
    Field("most_series", "Series, at most", "count", tip="0: any number"),
    Field(
        "prior", "Earlier study", "choice", (("", "does not matter"), ("with", "is open"), ("without", "is not open"))
    ),
)
STAGE = (
    Field("name", "Stage", "text"),
    Field("columns", "Columns", "count"),
    Field("least", "Cells filled, at least", "count", tip="With fewer the stage is left out"),
    Field("links", "Together", "words", tip=f"What its views do together: {', '.join(LINKS)}"),
    Field("same_scale", "One scale", "flag", tip="The largest picture fits its cell, the others have its scale"),
)
SERIES = (
    Field("modalities", "Modality", "codes", tip="One of these: CT, MR"),
    Field("words", "Description has", "words", tip=_WORDS),
    Field("not_words", "Description has not", "words", tip=_WORDS),
    Field("planes", "Acquired in", "words", tip=f"{', '.join(PLANES)}, oblique"),
    Field("kinds", "Kind", "words", tip=f"One of {', '.join(StackKind)}"),
    Field("views", "Projection", "codes", tip="PA, AP, LL, CC, MLO"),
    Field("laterality", "Side", "choice", _SIDES),
    Field("image_types", "Image type has", "codes"),
    Field("not_image_types", "Image type has not", "codes"),
    Field("contrast", "Contrast", "choice", (("", "does not matter"), ("with", "with"), ("without", "without"))),
    Field("prefer", "Rather with", "words", tip="Words of the description or the kernel"),
    Field("avoid", "Rather without", "words", tip="Words of the description or the kernel"),
    Field(
        "thickness", "Of several", "choice", (("", "the longest"), ("thin", "the thinnest"), ("thick", "the thickest"))
    ),
)
CELL = (
    Field("is_prior", "Of the earlier study", "flag"),
    Field("is_distinct", "Not one that hangs already", "flag"),
    Field("view", "Shown", "choice", _same(*VIEWS)),
    Field("window", "Window", "window", tip="A preset's name, auto, or width / centre; empty: as usual"),
    Field("position", "Begins at", "choice", (("", "as usual"), *_same("first", "middle", "last"))),
    Field("sides", "Right and bottom edge", "words", tip="Where they point: L, F. The image is turned to it"),
    Field("justify", "Lies against", "choice", (("", "the middle"), ("left", "the left"), ("right", "the right"))),
    Field("rotation", "Turned by degrees", "number"),
    Field("flip_horizontal", "Mirrored left to right", "flag"),
    Field("flip_vertical", "Mirrored top to bottom", "flag"),
    Field("is_inverted", "Inverted", "flag"),
    Field("slab_mm", "Slab in mm", "number", tip="0: one slice"),
    Field("slab_mode", "Slab shows", "choice", (("mip", "the highest"), ("minip", "the lowest"), ("mean", "the mean"))),
    Field(
        "if_missing", "Where nothing fits", "choice", (("empty", "stays empty"), ("collapse", "gives its room away"))
    ),
)


class FieldForm(QWidget):
    """Fields below each other. `changed` is called when the user has changed one."""

    def __init__(self, fields: tuple[Field, ...], changed: Callable[[], object]) -> None:
        super().__init__()
        self._changed = changed
        self._is_showing = False
        self.fields = fields
        self._readers: dict[str, _Read] = {}
        self._writers: dict[str, _Write] = {}
        self.widgets: dict[str, QWidget] = {}
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(6)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for field in fields:
            widget = self._made(field)
            if field.tip:
                widget.setToolTip(make.plain_tip(field.tip))
            widget.setAccessibleName(field.label)
            self.widgets[field.name] = widget
            if field.kind == "flag":
                form.addRow("", widget)
            else:
                label = make.label(field.label, "muted")
                label.setMinimumHeight(widget.sizeHint().height())  # in the middle of its line
                form.addRow(label, widget)

    def show_values(self, value: object) -> None:
        """Show the fields of this value."""
        self._is_showing = True
        for name, write in self._writers.items():
            write(getattr(value, name))
        self._is_showing = False

    def values(self) -> Mapping[str, Any]:
        """What stands in the fields, by their names."""
        return {name: read() for name, read in self._readers.items()}

    def _tell(self, *_: object) -> None:
        if not self._is_showing:
            self._changed()

    def _made(self, field: Field) -> QWidget:
        if field.kind == "flag":
            return self._flag(field)
        if field.kind == "choice":
            return self._choice(field)
        if field.kind == "count":
            return self._count(field)
        return self._line(field)

    def _flag(self, field: Field) -> QWidget:
        box = QCheckBox(field.label)
        box.toggled.connect(self._tell)
        self._readers[field.name], self._writers[field.name] = box.isChecked, box.setChecked
        return box

    def _choice(self, field: Field) -> QWidget:
        box = QComboBox()
        for value, label in field.options:
            box.addItem(label, value)
        box.activated.connect(self._tell)
        self._readers[field.name] = box.currentData
        self._writers[field.name] = lambda value: box.setCurrentIndex(max(0, box.findData(value)))
        return box

    def _count(self, field: Field) -> QWidget:
        first, last = {"columns": (1, 4), "least": (1, 16)}.get(field.name, (0, 20))
        box = QComboBox()
        for number in range(first, last + 1):
            box.addItem(str(number), number)
        box.activated.connect(self._tell)

        def show(value: int) -> None:
            if box.findData(value) < 0:  # a file may say more
                box.addItem(str(value), value)
            box.setCurrentIndex(box.findData(value))

        self._readers[field.name], self._writers[field.name] = box.currentData, show
        return box

    def _line(self, field: Field) -> QWidget:
        line = QLineEdit()
        line.textEdited.connect(self._tell)
        read, write = _LINES[field.kind]
        self._readers[field.name] = lambda: read(line.text())

        def show(value: Any) -> None:
            line.setText(write(value))
            line.setCursorPosition(0)  # of a long list its beginning

        self._writers[field.name] = show
        return line


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _number_of(text: str) -> float:
    """0 for what is no number (yet)."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return 0.0
    return number if isfinite(number) else 0.0


def _window_of(text: str) -> str | tuple[float, float]:
    """Width / centre, as the image says it, else a preset's name."""
    parts = text.split("/")
    try:
        width, centre = (float(part) for part in parts)
    except ValueError:
        return text.strip()
    return centre, width


def _window_text(window: str | tuple[float, float]) -> str:
    return window if isinstance(window, str) else f"{window[1]:g} / {window[0]:g}"


_LINES: Mapping[str, tuple[Callable[[str], Any], Callable[[Any], str]]] = {
    "words": (_split, ", ".join),
    "codes": (lambda text: tuple(part.upper() for part in _split(text)), ", ".join),
    "text": (str.strip, str),
    "number": (_number_of, "{:g}".format),
    "window": (_window_of, _window_text),
}
