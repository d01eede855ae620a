"""Our header reader against pydicom on seeded damage: where both read they agree, and each refusal has a reason."""

import io
import math
import random
from typing import Any

import pydicom
import pytest
from pydicom.multival import MultiValue
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.headers.tags import ATTRIBUTES
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.domain.shown import is_shown
from tests.support.dicom_files import ct_slice, file_bytes

SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
MUTATIONS = 150  # of each syntax


def sound(seed: int) -> Any:
    details: dict[str, Any] = {
        "BodyPartExamined": "CHEST",
        "KVP": "120",
        "StudyDate": "20260102",
        "WindowCenter": ["40", "400"],
    }
    return ct_slice(seed % 50 + 1, PatientAge="047Y", SpecificCharacterSet="ISO_IR 192", **details)


def mutated(content: bytes, seed: int) -> bytes:
    """Bytes of the header changed, cut or doubled; the pixels are left."""
    chance = random.Random(seed)
    damaged = bytearray(content)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(132, max(133, len(damaged) - 60))
        match chance.randrange(6):
            case 0 | 1 | 2:
                damaged[at] = chance.randrange(256)
            case 3:
                damaged[at] ^= 1 << chance.randrange(8)
            case 4:
                del damaged[at : at + chance.randrange(1, 9)]
            case _:
                damaged[at:at] = damaged[at : at + chance.randrange(1, 9)]
    return bytes(damaged)


def theirs(content: bytes) -> dict[str, list[str] | None]:
    """Keyword to values of every attribute that pydicom can make sense of; empty where it refuses the file."""
    found: dict[str, list[str] | None] = {}
    with quiet():
        try:
            dataset = pydicom.dcmread(io.BytesIO(content), force=True, stop_before_pixels=True)
        except Exception:
            return {}
        for tag, (vr, keyword) in ATTRIBUTES.items():
            if tag >> 16 == 2 or tag not in dataset:
                continue
            try:
                element = dataset[tag]
                if element.is_empty or vr.decode() != element.VR:
                    continue  # a damaged VR: what the value means is anybody's guess
                value = element.value
                values = list(value) if isinstance(value, MultiValue | list) else [value]
                found[keyword] = [plain(str(one)) for one in values]
            except Exception:
                continue
    return found


def plain(text: str) -> str:
    """Without what either drops or replaces: controls, and bytes that are no letter of the character set."""
    return "".join(letter for letter in text if is_shown(letter) and letter.isascii()).strip(" ")


def disagreements(header: Header, values: dict[str, list[str] | None]) -> list[str]:
    """Attributes that both have and that differ."""
    found = []
    for keyword, expected in values.items():
        text = header.attributes.get(keyword)
        if text is None or expected is None:
            continue
        ours = [plain(one) for one in text.split("\\")]
        if ours != expected and not (len(ours) == len(expected) and all(map(same_number, ours, expected))):
            found.append(f"{keyword}: {ours} and {expected}")
    return found


def same_number(ours: str, expected: str) -> bool:
    try:
        return math.isclose(float(ours), float(expected), rel_tol=1e-12)
    except ValueError:
        return ours.split() == expected.split()


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_where_both_read_they_agree_and_every_refusal_has_its_reason(syntax: str) -> None:
    read = refused = 0
    for seed in range(MUTATIONS):
        content = mutated(file_bytes(sound(seed), syntax), seed)
        try:
            header = scan(io.BytesIO(content), "mutated")
        except FileRefused as refusal:
            assert refusal.reason
            refused += 1
            continue
        read += 1
        assert disagreements(header, theirs(content)) == [], f"seed {seed}"
    assert read and refused, "the damage is too little or too much to prove anything"
