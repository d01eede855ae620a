"""Expected failures. Each carries one sentence for the user; anything else that is raised is a bug."""


class MedScanError(Exception):
    """An expected failure whose text is shown to the user as it stands: one true sentence, no patient data."""


class NotAllowed(MedScanError):
    """The user lacks a permission, or nobody is logged in."""


class NotFound(MedScanError):
    """What was asked for is not in the records."""


class Cancelled(MedScanError):
    """The user stopped the work; nothing of it was kept."""


class Unsuitable(MedScanError):
    """The input is sound but does not fit what was asked of it (a model, a plane, an export)."""


class Damaged(MedScanError):
    """Stored data failed a check: wrong key, tampering, truncation."""


class FileRefused(MedScanError):
    """One file cannot be taken in. `path` names it as the user knows it, `reason` says why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class NotDicom(FileRefused):
    """The file is not a DICOM file at all, so an import skips and lists it."""


class Hostile(FileRefused):
    """The file ended the process that read it, or kept it busy beyond its limits; it is not tried again unasked."""


class WrongKey(MedScanError):
    """A passphrase, recovery key or keyring entry does not open what it should."""


class DiskFull(MedScanError):
    """There was no room to write; what was there before is still there."""

    def __init__(self) -> None:
        super().__init__("The disk is full: nothing was saved, and nothing that was saved before is lost.")
