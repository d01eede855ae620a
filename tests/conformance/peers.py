"""How many of some files another reader opens: asked in a process of its own, for it may crash or hang on one of them.

`opened_by` is for tests and the table; run as a script (by whatever Python has the peers) it is that process.
"""

import json
import subprocess
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

SECONDS = 30.0  # a file may take
READERS = ("pydicom", "SimpleITK")


def opened_by(reader: str, paths: Sequence[Path], python: str = sys.executable) -> dict[Path, str]:
    """For each file "" where `reader` opens it (decoding every pixel there is), else why not."""
    outcome: dict[Path, str] = {}
    rest = list(paths)
    while rest:
        answers = _ask(reader, rest, python)
        for path, answer in zip(rest, answers, strict=False):
            outcome[path] = answer
        if len(answers) < len(rest):
            outcome[rest[len(answers)]] = "crashed or hung"
        rest = rest[len(answers) + 1 :]
    return outcome


def _ask(reader: str, paths: Sequence[Path], python: str) -> list[str]:
    """The answers up to the first file that ended the process or outstayed its time."""
    answers: list[str] = []
    with subprocess.Popen(
        [python, str(Path(__file__).resolve()), reader],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        asked, told = process.stdin, process.stdout
        assert asked is not None and told is not None
        lines: Queue[str] = Queue()
        listener = Thread(target=lambda: [lines.put(line) for line in told])
        listener.start()
        try:
            for path in paths:
                asked.write(f"{path}\n")
                asked.flush()
                answers.append(str(json.loads(lines.get(timeout=SECONDS if answers else 2 * SECONDS))))
        except (Empty, BrokenPipeError):
            pass
        finally:
            process.kill()
            listener.join()
    return answers


def _pydicom(path: str) -> None:
    import pydicom  # noqa: PLC0415  the script runs in another environment than the tests

    dataset = pydicom.dcmread(path)
    if not dataset.get("SOPClassUID") and len(dataset) == 0:
        raise ValueError("nothing in it")
    if any(keyword in dataset for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        dataset.pixel_array  # noqa: B018  decodes


def _simpleitk(path: str) -> None:
    import SimpleITK as sitk  # noqa: PLC0415

    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    sitk.ReadImage(path)


def main() -> None:
    warnings.simplefilter("ignore")
    read = {"pydicom": _pydicom, "SimpleITK": _simpleitk}[sys.argv[1]]
    for line in sys.stdin:
        try:
            read(line.rstrip("\n"))
            said = ""
        except Exception as error:
            said = f"{type(error).__name__}: {error}"[:200]
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
