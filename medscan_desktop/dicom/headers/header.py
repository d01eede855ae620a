"""What is kept of one DICOM instance without its pixels: enough to group, load, label and list it.

A header is plain values and goes to JSON and back, so that a study opens from the database without touching its files.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid
from medscan_desktop.imaging.ultrasound_region import UltrasoundRegion

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Pixels:
    """The image pixel module (PS3.3 C.7.6.3) and where the pixel data lie in the file.

    `offset` is where the value begins (deflated files: in the inflated stream). `length` is in bytes for native data,
    -1 for encapsulated. `kind` is "integer", "float" (7FE0,0008) or "double" (7FE0,0009). `has_tables`: a modality LUT,
    VOI LUT or palette waits in the file; `has_overlays`: bitmaps do that belong over the image.
    """

    rows: int
    columns: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    is_signed: bool
    photometric: str
    planar: int
    offset: int
    length: int
    kind: str = "integer"
    has_tables: bool = False
    has_overlays: bool = False

    @property
    def is_encapsulated(self) -> bool:
        """Whether the data are fragments of a codestream."""
        return self.length < 0

    @property
    def frame_bits(self) -> int:
        """Bits of one native frame. A frame of 1-bit pixels need not end on a byte."""
        samples = 2 if self.photometric == "YBR_FULL_422" and self.samples == 3 else self.samples
        return self.rows * self.columns * samples * self.bits_allocated


_PIXEL_FIELDS = tuple(one.name for one in fields(Pixels))  # `asdict` copies deeply, once a file of an import


@dataclass(frozen=True, slots=True)
class Header:
    """One instance. `attributes` are the header's values as text, "\\\\" between several, by keyword.

    `per_frame` holds, by keyword, one text a frame where the functional groups (or a grid or detector vector) give
    each frame its own; it wins over `attributes`. `label` names the file as the user knows it.
    """

    label: str
    sop_class_uid: str
    transfer_syntax_uid: str
    study_instance_uid: StudyUid
    series_instance_uid: SeriesUid
    sop_instance_uid: InstanceUid
    frames: int
    attributes: Mapping[str, str]
    pixels: Pixels | None = None
    per_frame: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    regions: tuple[UltrasoundRegion, ...] = ()

    @property
    def modality(self) -> str:
        """Modality (0008,0060), "OT" where the file has none."""
        return self.attributes.get("Modality", "") or "OT"

    @property
    def image(self) -> Pixels:
        """The pixels of a header that is known to have them; ValueError where it has none."""
        if self.pixels is None:
            raise ValueError("this object has no pixels")
        return self.pixels

    def text(self, keyword: str, frame: int = 0) -> str:
        """The value as text, "" where absent."""
        values = self.per_frame.get(keyword)
        if values is not None and values[frame]:
            return values[frame]
        return self.attributes.get(keyword, "")

    def number(self, keyword: str, frame: int = 0) -> float | None:
        """The first value as a finite number, None where there is none."""
        numbers = self.numbers(keyword, frame)
        return numbers[0] if numbers else None

    def numbers(self, keyword: str, frame: int = 0) -> tuple[float, ...]:
        """All values as finite numbers; empty where absent or where one of them is no number."""
        text = self.text(keyword, frame)
        if not text:
            return ()
        try:
            values = tuple(map(float, text.split("\\")))
        except ValueError:
            return ()
        return values if all(map(math.isfinite, values)) else ()

    def integer(self, keyword: str, frame: int = 0) -> int | None:
        """The first value as an integer, None where there is none or none that IS may hold (PS3.5 6.2)."""
        number = self.number(keyword, frame)
        return None if number is None or abs(number) > 1 << 31 else int(number)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `from_json` gives an equal header."""
        return {
            "version": _VERSION,
            "label": self.label,
            "transfer_syntax_uid": self.transfer_syntax_uid,
            "frames": self.frames,
            "attributes": dict(self.attributes),
            "per_frame": {keyword: list(values) for keyword, values in self.per_frame.items()},
            "regions": [asdict(region) for region in self.regions],
            "pixels": {name: getattr(self.pixels, name) for name in _PIXEL_FIELDS} if self.pixels else None,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Header":
        """The header of `to_json`; KeyError or TypeError where it is something else."""
        attributes = body["attributes"]
        return cls(
            label=body["label"],
            sop_class_uid=attributes["SOPClassUID"],
            transfer_syntax_uid=body["transfer_syntax_uid"],
            study_instance_uid=attributes["StudyInstanceUID"],
            series_instance_uid=attributes["SeriesInstanceUID"],
            sop_instance_uid=attributes["SOPInstanceUID"],
            frames=body["frames"],
            attributes=attributes,
            pixels=Pixels(**body["pixels"]) if body["pixels"] else None,
            per_frame={keyword: tuple(values) for keyword, values in body["per_frame"].items()},
            regions=tuple(UltrasoundRegion.from_json(region) for region in body["regions"]),
        )
