"""What must hold for every seed. Each proof raises where it does not; the same seed always does the same."""

import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlalchemy import text

from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import Window
from medscan_desktop.persistence.tables import AUDIT_TRIGGERS
from medscan_desktop.render.plane_image import grey_pixels
from medscan_desktop.render.planes import PlaneSource
from medscan_desktop.render.reslice import reference_sample
from medscan_desktop.render.sampling import Grid, Sampled, sample
from medscan_desktop.scene.camera import pane_map
from medscan_desktop.scene.view import Camera, View, ViewId, ViewKind
from tests.soak.killed_import import killed_import
from tests.soak.mutated_files import cut_real_file, mutated_real_file
from tests.soak.mutated_frames import mutated_frame
from tests.soak.random_edits import random_edits, ten_thousand_edits
from tests.soak.reading_walk import hour_of_reading, reading_walk
from tests.support.dicom_files import ct_slice, file_bytes
from tests.support.homes import new_library
from tests.support.phantoms import geometry_of, rotation

Proof = Callable[[int], object]
LONGEST_FILE_S = 30.0
PLANES = (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL, ViewKind.ACQUIRED)  # along the stack's own axes
SYNTAXES = ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99")


def mutated_file(seed: int) -> None:
    """A file with random bytes changed, cut or doubled is read or refused with a reason: no other error, no hang."""
    rng = np.random.default_rng(seed)
    content = bytearray(file_bytes(ct_slice(1, rows=16, columns=16), SYNTAXES[seed % len(SYNTAXES)]))
    for _ in range(int(rng.integers(1, 12))):
        at = int(rng.integers(0, len(content)))
        match int(rng.integers(0, 3)):
            case 0:
                content[at] = int(rng.integers(0, 256))
            case 1:
                del content[at : at + int(rng.integers(1, 64))]
            case _:
                content[at:at] = content[at : at + int(rng.integers(1, 64))]
        if not content:
            break
    start = time.monotonic()
    try:
        header = scan(io.BytesIO(content), "mutated")
        for plan in group([header]).stacks:
            loading = start_load(plan, lambda uid: io.BytesIO(content), InlineWorkers(), threads=1)
            loading.wait()
    except FileRefused as refusal:
        assert refusal.reason, "a refusal says why"
    assert time.monotonic() - start < LONGEST_FILE_S


def random_plane(seed: int) -> None:
    """Any view of any stack: the array path is within one grey level of vtkImageReslice."""
    rng = np.random.default_rng(seed)
    geometry = geometry_of(rotation(tuple(rng.uniform(-180, 180, 3))), spacing=tuple(rng.uniform(0.4, 4, 3)))
    values = rng.integers(-1000, 1500, geometry.shape).astype(np.int16)
    volume = Volume(values, geometry, np.ones(geometry.shape[0], np.bool_))
    kind = PLANES[int(rng.integers(0, len(PLANES)))]
    centre = (float(rng.uniform(-10, 10)), float(rng.uniform(-10, 10)))
    camera = Camera(float(rng.uniform(0.8, 6)), centre, float(rng.uniform(0, 360)), bool(rng.integers(2)))
    window = Window(float(rng.uniform(-500, 800)), float(rng.uniform(200, 3000)))
    view = View(ViewId(0), kind, voi=window, camera=camera, frame=int(rng.integers(0, geometry.shape[0])))
    size = (int(rng.integers(40, 160)), int(rng.integers(40, 160)))
    grid = Grid.of(pane_map(geometry, view, None, size), size, 1.0)
    ours, theirs = (
        _pane(sampler(PlaneSource(volume), grid), grid, volume, view) for sampler in (sample, reference_sample)
    )
    difference = np.sort(np.abs(ours.astype(int) - theirs).ravel())
    # A border of the image may run through the centre of single pixels.
    assert difference[-1 - 2 * sum(size)] <= 1, f"{difference[-1 - 2 * sum(size)]} grey levels"


def _pane(sampled: Sampled | None, grid: Grid, volume: Volume, view: View) -> np.ndarray:
    pane = np.zeros(grid.size[::-1], np.uint8)
    if sampled is not None:
        grey = grey_pixels(sampled, volume, view)
        pane[sampled.top : sampled.top + grey.shape[0], sampled.left : sampled.left + grey.shape[1]] = grey
    return pane


def tampered_audit(seed: int) -> None:
    """Whatever byte of whatever event is changed through the key, verification finds it."""
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder, new_library(Path(folder)) as library:
        count = int(rng.integers(2, 12))
        for number in range(count):
            with library.records("study.open", f"1.2.{number}"):
                pass
        sequence = int(rng.integers(1, count + 1))
        with library.database.writing() as connection:
            for name in AUDIT_TRIGGERS:
                connection.execute(text(f"DROP TRIGGER {name}"))
            row = connection.execute(text("SELECT body FROM audit WHERE sequence = :s"), {"s": sequence})
            body = list(row.scalar_one())
            at = int(rng.integers(0, len(body)))
            body[at] = chr((ord(body[at]) + 1 + int(rng.integers(0, 90))) % 0x250 or 0x41)
            change = {"b": "".join(body), "s": sequence}
            try:
                connection.execute(text("UPDATE audit SET body = :b WHERE sequence = :s"), change)
            except Exception as error:
                assert "JSON" in str(error)
                raise _FoundSooner from error
            for statement in AUDIT_TRIGGERS.values():
                connection.execute(text(statement))
        with library.records("audit.verify") as records:
            assert not records.audit.verify().ok


class _FoundSooner(Exception):
    """The database itself refused the change."""


def tampering_found(seed: int) -> None:
    """`tampered_audit`, where the database's own refusal counts as found."""
    try:
        tampered_audit(seed)
    except _FoundSooner:
        return


PROOFS: dict[str, tuple[Proof, int]] = {  # with how many seeds `test` runs
    "mutated_file": (mutated_file, 200),
    "mutated_frame": (mutated_frame, 300),
    "mutated_real_file": (mutated_real_file, 150),
    "cut_real_file": (cut_real_file, 150),
    "random_plane": (random_plane, 60),
    "tampering_found": (tampering_found, 15),
    "killed_import": (killed_import, 4),
    "random_edits": (random_edits, 5),
    "ten_thousand_edits": (ten_thousand_edits, 0),
    "reading_walk": (reading_walk, 1),
    "hour_of_reading": (hour_of_reading, 0),
}
