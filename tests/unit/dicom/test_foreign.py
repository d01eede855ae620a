"""Files of other formats as a worker reads them: values, turns and texts right; whatever is damaged refused by name."""

import io
import random
import struct
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from PIL import Image

from medscan_desktop.dicom.foreign.foreign_kind import ForeignKind, can_be_wrapped, foreign_kind, not_dicom
from medscan_desktop.dicom.foreign.volume_file import Range, VolumeHead, ds_text, known_range, placed, storing
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.domain.errors import FileRefused
from tests.support.foreign_files import nifti, nrrd, text_stl, voxels, with_exif_turn
from tests.support.made_documents import pdf_bytes, stl_bytes

ROWS = ((1.0, 0.0, 0.0, 5.0), (0.0, 2.0, 0.0, 6.0), (0.0, 0.0, 3.0, 7.0))
LPS = ("space: left-posterior-superior", "space directions: (1,0,0) (0,2,0) (0,0,3)", "space origin: (0,0,0)")
SOUND = nifti(voxels(), sform=ROWS)


def ask(job: str, name: str, content: bytes, **body: Any) -> tuple[dict[str, Any], list[np.ndarray]]:
    arrays: list[np.ndarray] = []
    answer = InlineWorkers().run(
        job, {"name": name, **body}, io.BytesIO(content), label=name, received=lambda array: arrays.append(array.copy())
    )
    return dict(answer), arrays


def refusal(name: str, content: bytes, job: str = "look_at_foreign", **body: Any) -> str:
    with pytest.raises(FileRefused) as caught:
        ask(job, name, content, **body)
    return caught.value.reason


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def picture(shape: tuple[int, ...] = (5, 7), dtype: type = np.uint8) -> np.ndarray:
    return (np.arange(np.prod(shape)).reshape(shape) * (900 if dtype is np.uint16 else 2)).astype(dtype)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.nii", SOUND, ForeignKind.NIFTI),
        ("renamed.dcm", SOUND, ForeignKind.NIFTI),
        ("a.nrrd", nrrd(voxels(), lines=LPS), ForeignKind.NRRD),
        ("a.bin", saved(Image.fromarray(picture()), "PNG"), ForeignKind.PNG),
        ("a.bin", saved(Image.fromarray(picture()), "JPEG"), ForeignKind.JPEG),
        ("a.bin", saved(Image.fromarray(picture()), "TIFF"), ForeignKind.TIFF),
        ("a.bin", pdf_bytes(), ForeignKind.PDF),
        ("a.stl", stl_bytes(), ForeignKind.STL),
        ("a.txt", b"notes" * 100, None),
        ("a.gz", b"\x1f\x8b" + bytes(400), None),
    ],
)
def test_a_kind_is_told_by_how_the_file_begins(name: str, content: bytes, kind: ForeignKind | None) -> None:
    assert foreign_kind(content[:352], name) is kind
    assert can_be_wrapped(not_dicom(content[:352], name)) is (kind is not None)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"\x1f\x8b" + bytes(400), "a gzip file"),
        (b"BZh9" + bytes(400), "a bzip2 file"),
        (b"\xfd7zXZ\0" + bytes(400), "an xz file"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(400), "a 7z archive"),
        (b"Rar!\x1a\x07\x01\0" + bytes(400), "a RAR archive"),
        (b"folder/a.dcm".ljust(257, b"\0") + b"ustar\0" + bytes(200), "a tar archive"),
    ],
)
def test_an_archive_that_is_not_read_is_named(head: bytes, said: str) -> None:
    assert not_dicom(head[:352], "any.name") == f"not DICOM: {said}; unpack it and import what is in it"


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("order", ["<", ">"])
def test_both_versions_of_nifti_in_both_byte_orders(version: int, order: str) -> None:
    content = nifti(
        voxels(), sform=ROWS, order=order, version=version, spacing=(1, 2, 3, 1), slope=0.5, intercept=3, descrip=b"Doe"
    )
    head = VolumeHead.from_json(ask("look_at_foreign", "a.nii", content)[0]["volume"])

    assert head.shape == (1, 4, 5, 6) and (head.slope, head.intercept) == (0.5, 3)
    assert head.affine == (-1, 0, 0, -5, 0, -2, 0, -6, 0, 0, 3, 7, 0, 0, 0, 1)  # RAS to LPS
    assert ("descrip", "Doe") in head.says
    found = Range(**ask("measure_foreign", "a.nii", content)[0])
    assert found == Range(-50, 355 - 50 - 10, True)


def test_an_extension_before_the_voxels_is_read_over() -> None:
    content = nifti(voxels(), sform=ROWS, extension=struct.pack("<ii", 32, 6) + b"comment".ljust(24, b"\0"))

    assert Range(**ask("measure_foreign", "a.nii", content)[0]).low == -50


@pytest.mark.parametrize(("units", "mm"), [(1, 1000.0), (2, 1.0), (3, 0.001), (0, 1.0)])
def test_the_unit_of_space_is_honoured(units: int, mm: float) -> None:
    head = VolumeHead.from_json(ask("look_at_foreign", "a.nii", nifti(voxels(), sform=ROWS, units=units))[0]["volume"])

    assert head.affine is not None and head.affine[0] == pytest.approx(-mm) and head.affine[3] == pytest.approx(-5 * mm)
    assert ("the unit of its distances is not stated: taken as mm" in head.notes) is (units == 0)


def test_planes_are_turned_as_a_reader_expects_them_without_changing_a_value() -> None:
    """An RAS volume: columns must count to the left and rows to the back, so both are mirrored."""
    head = VolumeHead.from_json(ask("look_at_foreign", "a.nii", SOUND)[0]["volume"])
    place = placed(head)

    assert place.row is not None and place.column is not None and place.origin is not None
    assert place.row == pytest.approx((1, 0, 0)) and place.column == pytest.approx((0, 1, 0))
    assert place.origin == pytest.approx((-5 - 5, -6 - 2 * 4, 7))
    assert np.array_equal(place.turned(voxels()[0]), voxels()[0][::-1, ::-1])


def test_a_talairach_space_is_said_to_be_none_of_the_scanner() -> None:
    head = VolumeHead.from_json(ask("look_at_foreign", "a.nii", nifti(voxels(), sform=ROWS, sform_code=4))[0]["volume"])

    assert any("MNI152" in note for note in head.notes)


def test_two_geometries_that_differ_are_told() -> None:
    content = nifti(voxels(), sform=ROWS, quaternion=(0, 0, 1), spacing=(1, 2, 3, 1))
    head = VolumeHead.from_json(ask("look_at_foreign", "a.nii", content)[0]["volume"])

    assert any("differ by up to" in note for note in head.notes)


def test_colours_of_a_nifti_stay_colours() -> None:
    values = np.arange(4 * 5 * 6 * 3, dtype=np.uint8).reshape(4, 5, 6, 3)
    content = nifti(values, sform=ROWS, datatype=128)
    how = {"dtype": "uint8", "slope": 1.0, "intercept": 0.0}
    _, planes = ask("foreign_planes", "a.nii", content, storing=how)

    assert len(planes) == 4
    assert np.array_equal(planes[1], values[1][::-1, ::-1])


def test_the_pairs_of_an_nrrd_that_may_name_somebody_are_told() -> None:
    lines = (*LPS, "content: head of Doe", "DICOM_0010_0010_patientName:=Doe^Jane", "colour:=blue")
    head = VolumeHead.from_json(ask("look_at_foreign", "a.nrrd", nrrd(voxels(), lines=lines))[0]["volume"])

    assert head.says == (("content", "head of Doe"), ("DICOM_0010_0010_patientName", "Doe^Jane"))


@pytest.mark.parametrize("lines", [(), ("spacings: 1 2 3",), ("space: scanner-xyz", *LPS[1:])])
def test_an_nrrd_without_a_patients_space_states_no_orientation(lines: tuple[str, ...]) -> None:
    head = VolumeHead.from_json(ask("look_at_foreign", "a.nrrd", nrrd(voxels(), lines=lines))[0]["volume"])

    assert head.affine is None and "orientation not stated in the file" in head.notes
    assert head.spacing == ((1, 2, 3) if lines else (1, 1, 1))


DAMAGED: dict[str, tuple[str, bytes, str]] = {
    "cut in the header": ("a.nii", SOUND[:200], "truncated"),
    "cut in the voxels": ("a.nii", SOUND[:-20], "truncated"),
    "a size of zero": ("a.nii", SOUND[:42] + b"\0\0" + SOUND[44:], "dimensions"),
    "a size below zero": ("a.nii", SOUND[:42] + b"\xff\xff" + SOUND[44:], "dimensions"),
    "more voxels than any": (
        "a.nii",
        SOUND[:40] + struct.pack("<4h", 3, 32767, 32767, 32767) + SOUND[48:],
        "more voxels",
    ),
    "more than the file": ("a.nii", SOUND[:40] + struct.pack("<4h", 3, 999, 999, 99) + SOUND[48:], "truncated"),
    "an unknown type": ("a.nii", SOUND[:70] + b"\x63\0" + SOUND[72:], "unknown type"),
    "complex numbers": ("a.nii", SOUND[:70] + b"\x20\0" + SOUND[72:], "complex"),
    "several values a voxel": ("a.nii", nifti(voxels(shape=(4, 5, 6))[None, None].repeat(3, 0), sform=ROWS), "five"),
    "no numbers in the sform": ("a.nii", nifti(voxels(), sform=((float("nan"),) * 4,) * 3), "geometry"),
    "axes in one plane": ("a.nii", nifti(voxels(), sform=((1, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 0))), "geometry"),
    "sheared planes": ("a.nii", nifti(voxels(), sform=((1, 0.5, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0))), "sheared"),
    "a quaternion that is none": ("a.nii", nifti(voxels(), quaternion=(1, 1, 1)), "quaternion"),
    "voxels elsewhere": ("a.nii", SOUND[:344] + b"ni1\0" + SOUND[348:], "another file"),
    "an analyze image": ("a.nii", SOUND[:344] + bytes(4) + SOUND[348:], "ANALYZE"),
    "gzip that is none": ("a.nii.gz", b"\x1f\x8b\x08" + bytes(500), "unpacked"),
    "nrrd elsewhere": ("a.nrrd", nrrd(voxels(), lines=(*LPS, "data file: ../../etc/passwd")), "another file"),
    "nrrd without an end": ("a.nrrd", b"NRRD0004\ntype: short\n", "without an end"),
    "nrrd of no type": ("a.nrrd", nrrd(voxels(), lines=LPS).replace(b"short", b"block"), "type"),
    "nrrd in hex": ("a.nrrd", nrrd(voxels(), lines=LPS).replace(b"encoding: raw", b"encoding: hex"), "encoded"),
    "nrrd of vectors": ("a.nrrd", nrrd(voxels(), lines=(*LPS, "kinds: vector domain domain")), "several values"),
    "nrrd too short": ("a.nrrd", nrrd(voxels(), lines=LPS)[:-10], "truncated"),
    "nrrd of strange sizes": ("a.nrrd", nrrd(voxels(), lines=LPS).replace(b"sizes: 6", b"sizes: -6"), "dimensions"),
    "png cut in its header": ("a.png", saved(Image.fromarray(picture()), "PNG")[:20], "truncated"),
    "png that is enormous": (
        "a.png",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 10**6, 10**6) + bytes(20),
        "size",
    ),
    "jpeg cut in its header": ("a.jpg", saved(Image.fromarray(picture()), "JPEG")[:10], "ends inside"),
    "jpeg of print colours": ("a.jpg", saved(Image.new("CMYK", (8, 8)), "JPEG"), "print colours"),
    "tiff in a circle": ("a.tif", b"II*\0\x08\0\0\0\0\0\x08\0\0\0", "circle"),
    "tiff that points outside": ("a.tif", b"II*\0\xff\xff\xff\x7f", "outside"),
    "pdf without an end": ("a.pdf", pdf_bytes()[:-200], "truncated"),
    "stl cut": ("a.stl", stl_bytes()[:-10], "truncated"),
    "stl of a million faces": ("a.stl", stl_bytes()[:80] + struct.pack("<I", 10**9), "truncated"),
    "stl of no number": ("a.stl", text_stl().replace(b"1e1", b"x"), "whole"),
    "stl at no place": ("a.stl", text_stl().replace(b"1e1", b"1e99"), "no place"),
}


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
@pytest.mark.parametrize("what", DAMAGED)
def test_what_is_damaged_is_refused_by_name_before_anything_is_allocated(what: str) -> None:
    name, content, reason = DAMAGED[what]

    assert reason in refusal(name, content)


@pytest.mark.parametrize("form", ["PNG", "TIFF", "JPEG"])
def test_damaged_pixels_are_refused(form: str) -> None:
    content = saved(Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 64), np.uint8)), form)
    broken = content[:200] + bytes(len(content) // 4)

    name = f"a.{form.lower()}"
    assert "decoded" in refusal(name, broken, "foreign_pages") or "damaged" in refusal(name, broken, "foreign_pages")


@pytest.mark.parametrize(
    ("image", "pixels"),
    [
        (Image.fromarray(picture()), picture()),
        (Image.fromarray(picture(dtype=np.uint16)), picture(dtype=np.uint16)),
        (Image.fromarray(picture((5, 7, 3))), picture((5, 7, 3))),
        (Image.fromarray(picture((5, 7, 4))), picture((5, 7, 4))[..., :3]),
        (Image.fromarray(picture((5, 7, 3))).quantize(35), picture((5, 7, 3))),
        (Image.fromarray(picture() > 30), (picture() > 30) * np.uint8(255)),
    ],
    ids=["grey", "16 bits", "RGB", "transparent", "palette", "one bit"],
)
def test_a_png_keeps_every_value(image: Image.Image, pixels: np.ndarray) -> None:
    content = saved(image, "PNG")
    head = ask("look_at_foreign", "a.png", content)[0]["picture"]
    _, (page,) = ask("foreign_pages", "a.png", content)

    assert (head["rows"], head["columns"]) == (5, 7)
    assert page.dtype == pixels.dtype and np.array_equal(page, pixels)


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photograph_is_turned_as_its_camera_says(turn: int) -> None:
    """Pillow's own transposition is the other opinion."""
    plain = saved(Image.fromarray(np.kron(picture((3, 4)), np.ones((16, 16), np.uint8))), "JPEG", quality=95)
    turned = with_exif_turn(plain, turn)
    image = Image.open(io.BytesIO(turned))
    operation = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(turn)
    expected = np.asarray(image.transpose(operation) if operation is not None else image)

    _, (page,) = ask("foreign_pages", "a.jpg", turned)

    assert np.abs(page.astype(int) - expected.astype(int)).max() <= 1


def test_every_page_of_a_tiff_comes_in_its_depth_and_polarity() -> None:
    pages = [Image.fromarray(picture(dtype=np.uint16)), Image.fromarray(picture((4, 6, 3))), Image.fromarray(picture())]
    content = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    white = saved(Image.fromarray(picture()), "TIFF", tiffinfo={262: 0})

    head = ask("look_at_foreign", "a.tif", content)[0]["picture"]
    _, found = ask("foreign_pages", "a.tif", content)
    _, (inverse,) = ask("foreign_pages", "a.tif", white)

    assert head["pages"] == 3
    assert all(np.array_equal(one, np.asarray(page)) for one, page in zip(found, pages, strict=True))
    assert np.array_equal(inverse, np.asarray(Image.open(io.BytesIO(white))))  # Pillow turns it about too


def test_an_stl_of_letters_becomes_binary() -> None:
    answer, pieces = ask("look_at_foreign", "a.stl", text_stl())[0], ask("foreign_bytes", "a.stl", text_stl())[1]
    content = b"".join(piece.tobytes() for piece in pieces)

    assert answer["faces"] == 1 and len(content) == 84 + 50
    assert struct.unpack_from("<12f", content, 84) == (0, 0, 1, 0, 0, 0, 10, 0, 0, 0, 10, 0)


@pytest.mark.parametrize(("name", "content"), [("a.pdf", pdf_bytes), ("a.stl", stl_bytes)])
def test_a_document_comes_byte_for_byte(name: str, content: Callable[[], bytes]) -> None:
    _, pieces = ask("foreign_bytes", name, content())

    assert b"".join(piece.tobytes() for piece in pieces) == content()


def test_numbers_of_sixteen_letters_hold_as_much_as_they_can() -> None:
    for value in (0.1, -1234.56789012345678, 1e-20, 123456789012345678.0, -0.000012345678901234, 3.0):
        assert len(ds_text(value)) <= 16 and float(ds_text(value)) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("found", "dtype", "error"),
    [
        (Range(-32768, 32767, True), "int16", 0),
        (Range(-32768, 32767, True, missing=1), "uint16", 0.6),
        (Range(0, 65535, True), "uint16", 0),
        (Range(-1, 65535, True), "uint16", 0.6),
        (Range(0, 1, False), "uint16", 1e-5),
        (Range(5, 5, False), "uint16", 1),
    ],
)
def test_values_stay_exact_where_16_bits_hold_them(found: Range, dtype: str, error: float) -> None:
    head = VolumeHead((1, 1, 2, 2), "<f8", 1, 1.0, 0.0, None, (1.0, 1.0, 1.0))
    how = storing(head, found, floats=False)
    ends = np.array([[found.low, found.high], [found.low, (found.low + found.high) / 2]])

    assert how.dtype == dtype and how.error <= error and (how.error == 0) == (error == 0)
    back = how.apply(ends).astype(float) * how.slope + how.intercept
    assert np.abs(back - (ends if error else np.trunc(ends))).max() <= how.error


SEEDS = {
    "a.nii": lambda: nifti(voxels(), sform=ROWS, quaternion=(0.1, 0.2, 0.3)),
    "b.nii": lambda: nifti(voxels("f4"), quaternion=(0.1, 0.2, 0.3), version=2, order=">"),
    "a.nrrd": lambda: nrrd(voxels(), lines=LPS),
    "b.nrrd": lambda: nrrd(voxels(), encoding="ascii", lines=LPS),
    "a.tif": lambda: saved(Image.fromarray(picture((50, 70), np.uint16)), "TIFF"),
    "a.jpg": lambda: with_exif_turn(saved(Image.fromarray(picture((50, 70, 3))), "JPEG"), 6),
    "a.stl": text_stl,
    "b.stl": stl_bytes,
}


@pytest.mark.parametrize("name", SEEDS)
def test_changed_bytes_are_read_or_refused_never_a_bug(name: str) -> None:
    """InlineWorkers logs what is neither, and an unexpected log line fails a test."""
    generator, sound = random.Random(name), SEEDS[name]()
    for _ in range(150):
        content = bytearray(sound)
        for _ in range(generator.randint(1, 5)):
            content[generator.randrange(min(400, len(content)))] = generator.choice((0, 1, 127, 128, 255))
        changed = bytes(content[: generator.randrange(1, len(content))] if generator.random() < 0.2 else content)
        try:
            answer, _ = ask("look_at_foreign", name, changed)
            if "volume" in answer:
                head = VolumeHead.from_json(answer["volume"])
                found = known_range(head) or Range(**ask("measure_foreign", name, changed)[0])
                ask("foreign_planes", name, changed, storing=asdict(storing(head, found, floats=False)))
            else:
                ask("foreign_pages" if "picture" in answer else "foreign_bytes", name, changed)
        except FileRefused as refusal:
            assert "cannot be read" not in refusal.reason
