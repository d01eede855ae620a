"""The video codecs that come with the product: decoders under LGPL, none of the encoders under GPL."""

import importlib.metadata
import re
from pathlib import Path

import cv2

# What libx264 and libx265 export or call their encoders; FFmpeg's own decoders merely know the names of their streams.
_GPL = re.compile(rb"libx264|libx265|x264_encoder_(open|encode)|x265_encoder_(open|encode)|enable-gpl|enable-nonfree")
_PLACE = Path(cv2.__file__).parents[1]


def _shipped() -> list[Path]:
    """Every binary of the packages that bring video or PDF code."""
    names = ("opencv-python-headless", "pypdfium2", "imagecodecs")
    files = [Path(str(file.locate())) for name in names for file in importlib.metadata.files(name) or ()]
    return [file for file in files if re.search(r"\.(so|dll|dylib|pyd)(\.|$)", file.name) and file.exists()]


def test_no_library_holds_an_encoder_under_the_gpl() -> None:
    shipped = _shipped()
    found = {
        str(file.relative_to(_PLACE)): match.group() for file in shipped if (match := _GPL.search(file.read_bytes()))
    }

    assert any("avcodec" in file.name for file in shipped), "the decoder itself was looked at"
    assert not found


def test_ffmpeg_says_that_it_was_built_under_the_lgpl() -> None:
    libraries = [file for file in _shipped() if re.match(r"libav(codec|format|util)", file.name)]

    assert libraries
    for file in libraries:
        licences = re.findall(rb"\w*GPL version [\d.]+ or later", file.read_bytes())
        assert licences, file.name
        assert all(licence.startswith(b"LGPL") for licence in licences), (file.name, licences)


def test_pdfium_is_free_to_ship() -> None:
    told = importlib.metadata.metadata("pypdfium2")
    licence = told.get("License-Expression") or told.get("License") or ""

    assert "Apache-2.0" in licence
    assert "BSD-3-Clause" in licence
