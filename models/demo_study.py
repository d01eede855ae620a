"""Get the demo's study, a public CT of the upper abdomen, from the source archive that carries it.

`python models/demo_study.py`. Apache-2.0 (TotalSegmentator, tests/reference_files). The archive is pinned by its hash;
what is there already is not fetched again.
"""

import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from package import SOURCE, fetch

MODELS = Path(__file__).resolve().parent
SETUP = MODELS.parent / ".setup"
STUDY = SETUP / "demo-study"
MEMBERS = "tests/reference_files/example_ct_dicom"


def main() -> int:
    """Unpack the study's images into STUDY, whole or not at all."""
    if not STUDY.is_dir():
        archive = fetch(MODELS / "demo-study" / "requirements.txt", SETUP / "wheels", SOURCE)
        with tempfile.TemporaryDirectory(dir=SETUP) as folder:
            images = Path(folder) / "images"
            images.mkdir()
            unpack(archive, images)
            images.replace(STUDY)
    print(STUDY)
    return 0


def unpack(archive: Path, target: Path) -> None:
    """Write the study's files, and nothing else of the archive, flat into `target`."""
    with tarfile.open(archive) as tar:
        for member in tar:
            path = PurePosixPath(*PurePosixPath(member.name).parts[1:])
            content = tar.extractfile(member) if member.isfile() and str(path.parent) == MEMBERS else None
            if content is not None:
                (target / path.name).write_bytes(content.read())


if __name__ == "__main__":
    sys.exit(main())
