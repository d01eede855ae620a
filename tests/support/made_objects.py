"""What the real data lack, made by pydicom and highdicom with known answers: the list, and the way to disk.

The builders are in `made_stills`, `made_multiframe`, `made_overlays` and `made_documents`; their docstrings give the
answers. All belong to one study of one patient, and those that lie over images lie over `source_ct()`.
"""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from pydicom.dataset import Dataset

from tests.support import clips
from tests.support import made_documents as documents
from tests.support import made_multiframe as multiframe
from tests.support import made_overlays as overlays
from tests.support import made_stills as stills


def source_ct() -> list[Dataset]:
    """Ten axial CT slices that the made overlays refer to: `made_stills.ct_stack`."""
    return stills.ct_stack("source CT")


def _clip(content: bytes, syntax: str) -> Dataset:
    return documents.video(content, syntax=syntax, rows=clips.ROWS, columns=clips.COLUMNS, frames=clips.COUNT)


MADE: dict[str, Callable[[], list[Dataset]]] = {
    "source CT": source_ct,
    "tilted CT": stills.tilted_ct,
    "CT with a gap": stills.ct_with_a_gap,
    **{f"secondary capture {kind}": partial(lambda kind: [stills.capture(kind)], kind) for kind in stills.CAPTURES},
    "NM reconstructed": lambda: [stills.nm_reconstructed()],
    "XA run": lambda: [stills.x_ray(fluoroscopic=False)],
    "RF run": lambda: [stills.x_ray(fluoroscopic=True)],
    "ophthalmic photograph": lambda: [stills.photograph(ophthalmic=True)],
    "VL photograph": lambda: [stills.photograph(ophthalmic=False)],
    "RT image": lambda: [stills.rt_image()],
    "enhanced CT": lambda: [multiframe.enhanced_ct()],
    "enhanced MR": lambda: [multiframe.enhanced_mr()],
    "enhanced PET": lambda: [multiframe.enhanced_pet()],
    "enhanced US volume": lambda: [multiframe.enhanced_us_volume()],
    "tomosynthesis": lambda: [multiframe.tomosynthesis()],
    "SEG": lambda: [overlays.segmentation(source_ct())],
    "SEG fractional": lambda: [overlays.segmentation(source_ct(), fractional=True)],
    "RTSTRUCT": lambda: [overlays.structures(source_ct())],
    "GSPS": lambda: [overlays.presentation_state(source_ct())],
    "KO": lambda: [overlays.key_objects(source_ct())],
    "parametric map": lambda: [overlays.parametric_map(source_ct())],
    "SR": lambda: [documents.report(source_ct())],
    "text SR": lambda: [documents.text_report()],
    "encapsulated PDF": lambda: [documents.encapsulated_pdf()],
    "encapsulated CDA": lambda: [documents.encapsulated_cda()],
    "encapsulated STL": lambda: [documents.encapsulated_stl()],
    "ECG": lambda: [documents.ecg()],
    "video MPEG-2": lambda: [_clip(clips.MPEG2, "1.2.840.10008.1.2.4.100")],
    "video H.264": lambda: [_clip(clips.H264, "1.2.840.10008.1.2.4.102")],
    "video HEVC": lambda: [_clip(clips.HEVC, "1.2.840.10008.1.2.4.107")],
}


def written(folder: Path, datasets: Iterable[Dataset]) -> list[Path]:
    """The files of `datasets` in `folder`, in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, dataset in enumerate(datasets):
        path = folder / f"{str(dataset.SeriesDescription).replace(' ', '_')}_{number:03}.dcm"
        path.write_bytes(documents.file_of(dataset))
        paths.append(path)
    return paths


def made(folder: Path, name: str) -> list[Path]:
    """The files of one made object (a stack has several)."""
    return written(folder / name.replace(" ", "_"), MADE[name]())
