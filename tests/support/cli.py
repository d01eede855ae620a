"""Drives `medscan` as a process, the way a script would."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PASSWORD, PASSPHRASE = "correct horse battery", "staple the library shut"


@dataclass(frozen=True)
class Answer:
    """What the process said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Cli:
    """One home and one user."""

    folder: Path
    home: Path = field(init=False)
    temporary: Path = field(init=False)  # where the processes' temporary files go
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.home, self.temporary = self.folder / "home", self.folder / "tmp"
        self.temporary.mkdir(exist_ok=True)
        self.environment = {
            **os.environ,
            "MEDSCAN_USER": "reader",
            "MEDSCAN_PASSWORD_FILE": str(self.secret("password", PASSWORD)),
            "MEDSCAN_PASSPHRASE_FILE": str(self.secret("passphrase", PASSPHRASE)),
            "QT_QPA_PLATFORM": "offscreen",
            "TMPDIR": str(self.temporary),
        }

    def secret(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text + "\n")
        return path

    @property
    def command(self) -> list[str]:
        return [str(Path(sys.executable).with_name("medscan")), "--home", str(self.home)]

    def __call__(self, *arguments: object, **environment: str) -> Answer:
        done = subprocess.run(
            [*self.command, *map(str, arguments)],
            capture_output=True,
            text=True,
            env={**self.environment, **environment},
            timeout=280,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)
