"""Where everything of one installation lies on disk. Knows names and permissions only, no contents."""

import os
from dataclasses import dataclass
from pathlib import Path

from medscan_desktop.domain.errors import FileRefused

_PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one library; nobody but its owner may look into it.

    The anchors lie in a folder of their own, so that putting an old database folder back does not take them along.
    """

    root: Path

    @property
    def keyslots(self) -> Path:
        """The wrapped data key."""
        return self.root / "keyslots.json"

    @property
    def database(self) -> Path:
        """The encrypted database; its WAL lies beside it."""
        return self.root / "database" / "library.db"

    @property
    def vault(self) -> Path:
        """The folder of encrypted files."""
        return self.root / "vault"

    @property
    def anchors(self) -> Path:
        """The append-only file that remembers how far the audit log had come."""
        return self.root / "anchors" / "audit.anchors"

    @property
    def logs(self) -> Path:
        """The folder of the program's own logs, which never hold patient data."""
        return self.root / "logs"

    @property
    def is_made(self) -> bool:
        """Whether a library was made here. A database without its keys is one too: new keys would lock it for good."""
        return self.keyslots.exists() or self.database.exists()

    def make_folders(self) -> None:
        """Make the folders that are missing and close all of them to other users. Raises FileRefused."""
        for folder in (self.root, self.database.parent, self.vault, self.anchors.parent, self.logs):
            try:
                folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
                if os.name == "posix":
                    folder.chmod(_PRIVATE)
            except OSError as error:
                raise FileRefused(str(folder), f"the folder cannot be made ({error.strerror})") from error
