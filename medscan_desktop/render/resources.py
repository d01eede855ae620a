"""Where the files are that ship beside the code: fonts, icons."""

import sys
from pathlib import Path


def resources_folder() -> Path:
    """The `resources` folder: inside a frozen application's bundle, else beside the package in the checkout."""
    bundle = getattr(sys, "_MEIPASS", None)  # set by PyInstaller's boot loader
    root = Path(bundle) if bundle else Path(__file__).resolve().parents[2]
    return root / "resources"
