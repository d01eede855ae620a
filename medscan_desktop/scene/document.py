"""What is read or played rather than looked through: text, pages, curves, clips. Frozen values.

Pictures of pages and clips are the exception, as pixels that arrive are: a source gives them when they are asked for.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.domain.text_tree import TextTree
from medscan_desktop.imaging.geometry import Geometry

MM_PER_SECOND, MM_PER_MILLIVOLT = 25.0, 10.0  # an ECG's paper
ROW_MM, TALLEST_ROW_MM = 20.0, 40.0  # paper height of one channel
LABEL_MM = 12.0  # paper left of the curves, for the channels' names
SHOWN_SECONDS = 10.0  # what fits into a pane at first
_FIRST_ZOOM = 0.92  # the strips at top and bottom leave the page's edges free
_MILLIVOLTS = {"mV": 1.0, "uV": 1e-3, "µV": 1e-3, "V": 1e3, "nV": 1e-6}


class PictureSource(Protocol):
    """Gives the pictures of pages or frames; waits for a worker, so never asked on the main thread of a window."""

    def picture(self, number: int, scale: float) -> NDArray[np.uint8]:
        """Picture `number` (from 0), uint8 (h, w, 3) RGB; `scale` is pixels a point for a page, unused for a frame.

        FileRefused where it cannot be made.
        """
        ...

    def prepare(self, number: int) -> None:
        """Make ready what will be asked after `number`, where that pays."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A report, a selection, a header: lines of text. A mesh or a foreign format: the facts about it."""

    tree: TextTree


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """A paginated document; `sizes` are (width, height) in points."""

    sizes: tuple[tuple[float, float], ...]
    source: PictureSource


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A video. `count` frames were found in the stream, whatever the header says."""

    rows: int
    columns: int
    count: int
    source: PictureSource


@dataclass(frozen=True, slots=True)
class Channel:
    """One curve: its unit as UCUM writes it, and how many seconds after its group it begins."""

    label: str
    unit: str
    offset_s: float = 0.0

    @property
    def in_millivolts(self) -> float | None:
        """What one unit is in mV; None for what is no voltage."""
        return _MILLIVOLTS.get(self.unit)


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Channels sampled together: `values` is float32 (channels, samples), NaN where there is no sample."""

    label: str
    hz: float
    values: NDArray[np.float32]
    channels: tuple[Channel, ...]
    offset_s: float = 0.0
    marks: tuple[tuple[float, str], ...] = ()  # annotations: seconds (-1: of the whole) and text
    row_mm: float = ROW_MM  # paper height of one channel

    @property
    def seconds(self) -> float:
        """How long the recording is."""
        return int(self.values.shape[1]) / self.hz

    @property
    def is_voltage(self) -> bool:
        """Whether every channel is a voltage: then all share the paper's 10 mm a millivolt."""
        return all(channel.in_millivolts is not None for channel in self.channels)


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """A recording; one page a multiplex group."""

    groups: tuple[Curves, ...]


Body = Text | Pages | Clip | Plot


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One opened object. `suffix` is that of the file it can be saved as, "" where there is nothing to save."""

    instance: InstanceUid
    kind: ObjectKind | None
    title: str
    body: Body
    facts: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    suffix: str = ""
    frames_per_second: float = 0.0  # of a clip, 0 where nothing tells
    type_name: str = ""  # in words

    @property
    def count(self) -> int:
        """Pages, frames or groups; 0 for text."""
        match self.body:
            case Pages(sizes=sizes):
                return len(sizes)
            case Clip(count=count):
                return count
            case Plot(groups=groups):
                return len(groups)
            case _:
                return 0

    @property
    def noun(self) -> str:
        """What is counted."""
        return {Pages: "Page", Clip: "Frame", Plot: "Group"}.get(type(self.body), "")


def page_geometry(document: Document, number: int) -> Geometry | None:
    """Page `number` as a plane, so that it pans and zooms as an image does: points, pixels or mm of paper.

    None for what has no pages.
    """
    if not 0 <= number < document.count:
        return None
    match document.body:
        case Pages(sizes=sizes):
            width, height = sizes[number]
        case Clip(columns=columns, rows=rows):
            width, height = float(columns), float(rows)
        case Plot(groups=groups):
            width, height = paper_mm(groups[number])
        case _:
            return None
    return _plane(width, height, document.count)


@lru_cache(maxsize=16)  # the same one again, so that what is kept by geometry is found
def _plane(width: float, height: float, count: int) -> Geometry:
    pixels = max(1, round(width)), max(1, round(height))
    spacing = width / pixels[0], height / pixels[1], 1.0
    return Geometry.from_axes((0, 0, 0), (1, 0, 0), (0, 1, 0), spacing, (count, pixels[1], pixels[0]), spatial=False)


def paper_mm(curves: Curves) -> tuple[float, float]:
    """Width and height of the paper that a group is drawn on."""
    return LABEL_MM + max(curves.seconds, 0.1) * MM_PER_SECOND, curves.row_mm * (len(curves.channels) + 0.5)


def row_mm(values: NDArray[np.float32], channels: tuple[Channel, ...]) -> float:
    """The paper height a channel needs so that neighbours do not run into each other: that of the tallest, bounded."""
    tallest = ROW_MM
    for row, channel in enumerate(channels):
        known = values[row][np.isfinite(values[row])]
        if channel.in_millivolts is not None and known.size:
            tallest = max(tallest, float(known.max() - known.min()) * channel.in_millivolts * MM_PER_MILLIVOLT)
    return min(tallest, TALLEST_ROW_MM)


def first_zoom(document: Document) -> tuple[float, float]:
    """The zoom, and the centre's shift to the right, with which a document is first seen: of curves ten seconds."""
    if not isinstance(document.body, Plot) or not document.body.groups:
        return _FIRST_ZOOM, 0.0
    width, height = paper_mm(document.body.groups[0])
    shown = LABEL_MM + SHOWN_SECONDS * MM_PER_SECOND
    if width <= shown:
        return _FIRST_ZOOM, 0.0
    zoom = width / max(shown, height)
    return zoom, -(width - width / zoom) / 2
