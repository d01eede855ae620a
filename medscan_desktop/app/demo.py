"""The main job on a real study, from the files to the accepted result.

`python -m medscan_desktop.app.demo IMAGES OUT HOME`; `run.py demo` fetches the images first.
A new encrypted library, an import, a model's run, an accepted finding, two measurements, and everything that leaves the
house; with a table of how long each step took.
"""

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from medscan_desktop.app.build import Parts, build
from medscan_desktop.app.logs import start_logging
from medscan_desktop.domain import notices
from medscan_desktop.domain.errors import MedScanError, Unsuitable
from medscan_desktop.domain.finding import Finding
from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind, Point
from medscan_desktop.domain.study import Study
from medscan_desktop.imaging.measure import ellipse_statistics, length
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import create_keys
from medscan_desktop.scene.camera import point
from medscan_desktop.scene.hanging import QUAD
from medscan_desktop.scene.stack import Stack
from medscan_desktop.services.audit import verify_audit
from medscan_desktop.services.exports import export_pdf, export_seg
from medscan_desktop.services.findings import accept_finding
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.measurements import save_measurement
from medscan_desktop.services.models import run_model
from medscan_desktop.services.session import create_first_user, log_in
from medscan_desktop.services.snapshots import export_snapshot
from medscan_desktop.services.studies import list_series, open_study, search_studies
from medscan_desktop.workstation.command import Command
from medscan_desktop.workstation.jobs import InlineJobs

USER, MODEL = "demo", "liver-ct"
LOADING_LIMIT_S = 120.0
ROI_RADIUS_MM = 10.0


class Timings:
    """What each step took."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float]] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time the block, say so at once."""
        start = time.perf_counter()
        yield
        self.rows.append((name, time.perf_counter() - start))
        print(f"  {self.rows[-1][1]:8.2f} s  {name}", flush=True)

    def table(self) -> str:
        """The table as text."""
        lines = [f"{seconds:10.2f}  {name}" for name, seconds in self.rows]
        total = sum(seconds for _, seconds in self.rows)
        return "\n".join(["   seconds  step", *lines, f"{total:10.2f}  all together", ""])


class Demo:
    """One run over a new library."""

    def __init__(self, parts: Parts, out: Path, timings: Timings) -> None:
        self._workstation = parts.workstation
        self._out, self._timings = out, timings

    def run(self, images: Path) -> Study:
        """Everything in order; the study that was read."""
        step = self._timings.step
        with step("import into the encrypted library"):
            report = self._ask(import_files, paths=(images,))
        print(f"            {report.imported} images imported, {len(report.refused)} refused")
        study: Study = self._ask(search_studies)[0]
        row = self._ask(list_series, study_instance_uid=study.study_instance_uid)[0]
        series = row.series.series_instance_uid
        with step("open the study and load every image"):
            self._ask(open_study, study_instance_uid=study.study_instance_uid)
            stack = self._loaded_stack()
        with step(f"run the model {MODEL}"):
            finding: Finding = self._ask(run_model, model_id=MODEL, series_instance_uid=series)
        for structure in finding.structures:
            print(f"            {structure.name}: {structure.volume_ml:.1f} ml")
        with step("accept the finding"):
            self._ask(accept_finding, finding_id=finding.id, reason="demo")
        with step("measure a length and a region"):
            for measurement in measured(study, stack, finding, self._mask()):
                self._ask(save_measurement, measurement=measurement)
        with step("write the DICOM Segmentation"):
            self._ask(export_seg, finding_id=finding.id, out=self._out / "liver-seg.dcm")
        for plane in QUAD:
            with step(f"picture: {plane}"):
                self._ask(
                    export_snapshot,
                    series_instance_uid=series,
                    plane=plane,
                    finding_id=finding.id,
                    out=self._out / f"{plane}.png",
                )
        with step("write the PDF page"):
            self._ask(export_pdf, study_instance_uid=study.study_instance_uid, out=self._out / "report.pdf")
        with step("verify the audit log"):
            verification = self._ask(verify_audit)
        print(f"            {verification.events} events, {'ok' if verification.ok else 'TAMPERED'}")
        return study

    def log_in(self, password: str) -> None:
        """The first user, who then logs in."""
        self._ask(create_first_user, name=USER, password=password)
        self._ask(log_in, name=USER, password=password)

    def _ask(self, command: Command, **arguments: Any) -> Any:
        return self._workstation.answer(command, **arguments)

    def _loaded_stack(self) -> Stack:
        deadline = time.monotonic() + LOADING_LIMIT_S
        while time.monotonic() < deadline:
            for stack in self._workstation.store.workspace.stacks:
                if stack.volume is not None and stack.volume.is_complete:
                    return stack
            time.sleep(0.005)
        raise Unsuitable("The images did not arrive in time.")

    def _mask(self) -> np.ndarray:
        return self._workstation.store.workspace.masks[0].mask.to_array()


def measured(study: Study, stack: Stack, finding: Finding, mask: np.ndarray) -> list[Measurement]:
    """The liver's longest line on its largest slice, and a round region where it is thickest there."""
    volume = stack.volume
    if volume is None:
        raise Unsuitable("There are no pixels to measure.")
    k = int(mask.sum(axis=(1, 2)).argmax())
    line = _longest_line(volume, mask[k], k)
    circle = _thickest_circle(volume, mask[k], k)
    normal = point(volume.geometry.directions[:, 2])
    place: dict[str, Any] = {
        "study_instance_uid": study.study_instance_uid,
        "series_instance_uid": stack.series_instance_uid,
        "sop_instance_uid": finding.provenance.sop_instance_uids[k],
        "frame": k,
        "normal": normal,
        "unit": volume.length_unit,
        "calibration": volume.calibration,
    }
    return [
        Measurement(
            id=MeasurementId(str(uuid.uuid4())), kind=MeasurementKind.LENGTH, points=line, length=length(line), **place
        ),
        Measurement(
            id=MeasurementId(str(uuid.uuid4())),
            kind=MeasurementKind.ELLIPSE,
            points=circle,
            statistics=ellipse_statistics(volume, circle, normal),
            **place,
        ),
    ]


def _longest_line(volume: Volume, plane: np.ndarray, k: int) -> tuple[Point, ...]:
    edge = np.argwhere(plane & ~ndimage.binary_erosion(plane))
    points = volume.geometry.to_patient(np.column_stack([edge[:, 1], edge[:, 0], np.full(len(edge), k)]))
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    first, second = np.unravel_index(distances.argmax(), distances.shape)
    return point(points[first]), point(points[second])


def _thickest_circle(volume: Volume, plane: np.ndarray, k: int) -> tuple[Point, ...]:
    depth = ndimage.distance_transform_edt(plane, sampling=volume.geometry.spacing[1::-1])
    j, i = np.unravel_index(depth.argmax(), depth.shape)
    centre = volume.geometry.to_patient((i, j, k))
    radius = min(ROI_RADIUS_MM, float(depth.max()) * 0.8)
    ends = [centre + volume.geometry.directions[:, axis] * radius for axis in (0, 1)]
    return tuple(point(position) for position in (centre, *ends))


def main() -> int:
    """Make the library, run the demo, open the window where there is a display."""
    parser = argparse.ArgumentParser(description="The main job on a real study.")
    parser.add_argument("images", type=Path, help="folder with the study's DICOM files")
    parser.add_argument("out", type=Path, help="folder for what is written; made anew")
    parser.add_argument("home", type=Path, help="folder for the library; made anew")
    options = parser.parse_args()
    for folder in (options.out, options.home):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    home, timings = Home(options.home.resolve()), Timings()
    home.make_folders()
    (home.root / "settings.toml").write_text("is_demo = true\n", encoding="utf-8")
    start_logging(home.logs)
    secret = {name: secrets.token_urlsafe(12) for name in ("password", "passphrase")}
    try:
        with timings.step("make keys and database"):
            keys, _ = create_keys(home, passphrase=secret["passphrase"])
            parts = build(home, keys, InlineJobs())
        try:
            demo = Demo(parts, options.out, timings)
            demo.log_in(secret["password"])
            study = demo.run(options.images)
        finally:
            parts.close()
    except MedScanError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    (options.out / "timing.txt").write_text(timings.table(), encoding="utf-8")
    print(f"\nWritten to {options.out}: " + ", ".join(sorted(path.name for path in options.out.iterdir())))
    return _open_window(home, study, secret)


def _open_window(home: Home, study: Study, secret: dict[str, str]) -> int:
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        print(f"There is no display, so the window stays closed. {notices.DEMO}.")
        return 0
    environment = {**os.environ, "MEDSCAN_USER": USER}
    for name, value in secret.items():
        path = home.root / name
        path.write_text(value + "\n", encoding="utf-8")
        path.chmod(0o600)
        environment[f"MEDSCAN_{name.upper()}_FILE"] = str(path)
    command = [
        sys.executable,
        "-m",
        "medscan_desktop.app.gui",
        "--home",
        str(home.root),
        "--open",
        study.study_instance_uid,
    ]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
