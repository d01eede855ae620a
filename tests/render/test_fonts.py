"""A bare machine has no fonts: the ones that come along must draw every name."""

import pytest
from PySide6.QtGui import QFontDatabase, QFontInfo, QImage, QPainter

from medscan_desktop.render import texts
from medscan_desktop.render.fonts import FALLBACK_FAMILY, FAMILY, application, text_font
from medscan_desktop.render.resources import resources_folder
from medscan_desktop.render.texts import Style, TextPainter, forget_texts
from tests.support.pictures import pixels_of


def drawn(text: str) -> bytes:
    application()
    image = QImage(200, 40, QImage.Format.Format_RGB32)
    image.fill(0xFF000000)
    painter = QPainter(image)
    TextPainter().draw(painter, 10, 5, text, Style(20))
    painter.end()
    return pixels_of(image).tobytes()


def test_our_fonts_are_registered() -> None:
    application()

    assert {FAMILY, FALLBACK_FAMILY} <= set(QFontDatabase.families())
    assert QFontInfo(text_font(12)).family() == FAMILY


@pytest.mark.parametrize("letters", ["éü", "Ж", "Ω", "李", "伟", "は"])
def test_each_script_has_letters_and_not_boxes(letters: str) -> None:
    assert drawn(letters) != drawn("\U000f0000" * len(letters)), "the box for a missing letter"
    assert drawn(letters) != drawn("")


def test_every_font_has_its_licence_beside_it() -> None:
    folder = resources_folder() / "fonts"

    assert {path.name for path in folder.glob("*LICENSE*")} >= {
        "DejaVuSans.LICENSE.txt",
        "DroidSansFallbackFull.LICENSE.txt",
    }


def test_text_has_a_dark_halo_on_white() -> None:
    application()
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    TextPainter().draw(painter, 10, 5, "HHH", Style(20, 0xFFFFFF))
    painter.end()

    assert pixels_of(image).min() < 90


def test_forgotten_texts_are_drawn_anew() -> None:
    """On lock no line with a patient's name may stay in memory; afterwards text looks the same."""
    image = QImage(200, 40, QImage.Format.Format_RGB32)

    def drawn() -> bytes:
        image.fill(0)
        painter = QPainter(image)
        TextPainter().draw(painter, 5, 5, "Doe, Jane", Style(14))
        painter.end()
        return bytes(image.constBits())

    before = drawn()
    assert any(key[0] == "Doe, Jane" for key in texts._kept.lines)
    forget_texts()

    assert not texts._kept.lines
    assert drawn() == before
