"""The list of hostile and broken files that the application must outlive."""

import os
import stat
import struct
import zipfile
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.support import hostile as h
from tests.support.dicom_files import file_bytes
from tests.support.hostile import Hostile, one, slice_bytes

_GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00;"
_PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)

NOT_DICOM = (
    one("0 bytes", lambda: b"", "skipped", "empty"),
    one("1 byte", lambda: b"\0", "skipped"),
    one("131 zero bytes", lambda: bytes(131), "skipped"),
    one("preamble and DICM, then nothing", lambda: bytes(128) + b"DICM", "refused|skipped"),
    one("half a file meta", lambda: slice_bytes()[:180], "refused", "truncated"),
    one("GIF renamed .dcm", lambda: _GIF, "skipped"),
    one("PNG renamed .dcm", lambda: _PNG, "skipped"),
    one("PDF renamed .dcm", lambda: b"%PDF-1.7\n%%EOF\n", "skipped"),
    one("HTML renamed .dcm", lambda: b"<html><script>alert(1)</script></html>", "skipped"),
    one("64 MB of zeros", lambda: bytes(64 << 20), "skipped"),
    one("1 MB of noise", lambda: os.urandom(1 << 20), "skipped|refused"),
)

PROGRAMS = (
    one("PE preamble", lambda: h.preamble(b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0"), "opened"),
    one("ELF preamble", lambda: h.preamble(b"\x7fELF\x02\x01\x01\0"), "opened"),
    one("shell script preamble", lambda: h.preamble(b"#!/bin/sh\nrm -rf ~\n"), "opened"),
)

LENGTHS = (
    one("element runs past the end", lambda: h.with_spoilt(0x00210010, "UN", b"ab", length=1 << 30), "refused"),
    one("length 0xFFFFFFFE", lambda: h.with_spoilt(0x00210010, "UN", b"ab", length=0xFFFFFFFE), "refused"),
    one("undefined length, no sequence", lambda: h.with_spoilt(0x00210010, "OB", b"ab", length=h.UNDEFINED), "refused"),
    one("short element longer than the file", lambda: h.with_length(0x0010, 0x0010, 0xFFF0), "refused"),
    one("odd length", lambda: h.with_spoilt(0x00210010, "LO", b"abc"), "opened|refused"),
    one(
        "item longer than its sequence",
        lambda: h.with_spoilt(0x00400275, "SQ", struct.pack("<HHI", 0xFFFE, 0xE000, 1 << 20) + bytes(8)),
        "refused|opened",
    ),
    one(
        "sequence without its end",
        lambda: h.with_spoilt(0x00081140, "SQ", struct.pack("<HHI", 0xFFFE, 0xE000, 0), length=h.UNDEFINED),
        "refused",
    ),
    one(
        "sequence without items", lambda: h.with_spoilt(0x00081140, "SQ", b"\x08\0\x18\0UI\2\x001\0"), "refused|opened"
    ),
    one(
        "file meta length too large",
        lambda: h.replaced(b"UL\4\0", b"UL\4\0")[:140] + b"\xff" * 4 + slice_bytes()[144:],
        "refused|opened",
    ),
    one(
        "pixel data of 0 bytes",
        lambda: slice_bytes(PixelData=b""),
        "refused",
        "truncated",
    ),
    one(
        "pixel data too short",
        lambda: slice_bytes(rows=64, columns=64, PixelData=bytes(100)),
        "refused",
        "truncated",
    ),
    one("cut inside its pixels", lambda: slice_bytes()[:-100], "refused", "truncated"),
    one("cut inside its header", lambda: slice_bytes()[:400], "refused", "truncated"),
    one("frames fewer than declared", lambda: slice_bytes(NumberOfFrames=1000), "refused", "truncated"),
    one("2^31-1 frames", lambda: slice_bytes(NumberOfFrames=2**31 - 1), "refused"),
    one("frames below nothing", lambda: slice_bytes(NumberOfFrames=-5), "opened|refused"),
)

NESTING = (
    one("sequences nested 200,000 deep", lambda: h.nested(200_000), "refused", "nest"),
    one("sequences nested 65 deep", lambda: h.nested(65), "refused", "nest"),
    one("unknown VR nested 200,000 deep", lambda: h.nested(200_000, vr="UN", tag=0x00211010), "refused"),
    one("a million items", lambda: h.many_items(1_000_000), "refused|opened"),
    one("250,000 elements", lambda: h.many_elements(250_000), "refused|opened"),
)

COMPRESSED = (
    one("deflate bomb, 4 GB", lambda: h.deflate_bomb(4), "refused", "inflates"),
    one("deflated data cut", lambda: h.deflated(slice_bytes()[332:] * 50, keep=0.5), "refused", "truncated"),
    one("deflated data are noise", lambda: h.deflated(b"")[:-2] + bytes(range(256)), "refused"),
    one(
        "RLE bomb",
        lambda: h.compressed(h.RLE, h.rle_frame([b"\x81\0" * 500_000, b"\x81\0" * 500_000])),
        "damaged|opened",
    ),
    one(
        "RLE of 65,535 segments",
        lambda: h.compressed(h.RLE, h.rle_frame([b"\xf1\0"] * 2, count=65_535)),
        "damaged",
        "RLE",
    ),
    one(
        "RLE offsets outside",
        lambda: h.compressed(h.RLE, h.rle_frame([b"\xf1\0"] * 2, offsets=[64, 1 << 31])),
        "damaged",
        "RLE",
    ),
    one("RLE too short", lambda: h.compressed(h.RLE, h.rle_frame([b"\xff\0", b"\xff\0"])), "damaged", "truncated"),
    one(
        "JPEG of 65,500 × 65,500", lambda: h.eight_bit(h.JPEG, h.jpeg_of_size(65_500, 65_500)), "damaged", "contradicts"
    ),
    one("JPEG cut", lambda: h.cut(h.JPEG, 0.3), "damaged", "truncated"),
    one("JPEG lossless cut", lambda: h.cut(h.JPEG_LOSSLESS, 0.5), "damaged", "truncated"),
    one("JPEG lossless mutated", lambda: h.mutated_codestream(h.JPEG_LOSSLESS, 3), "damaged|opened"),
    one("JPEG-LS cut", lambda: h.cut(h.JPEG_LS, 0.5), "damaged", "truncated"),
    one("JPEG-LS mutated", lambda: h.mutated_codestream(h.JPEG_LS, 5), "damaged|opened"),
    one(
        "JPEG 2000 of 2^31 × 2^31",
        lambda: h.unsigned(h.JPEG_2000, h.jpeg_2000_of_size(2**31 - 1)),
        "damaged",
        "contradicts|claims",
    ),
    one("JPEG 2000 of 16,384 components", lambda: h.unsigned(h.JPEG_2000, h.jpeg_2000_of_size(16, 16_384)), "damaged"),
    one("JPEG 2000 cut", lambda: h.cut(h.JPEG_2000, 0.5), "damaged", "truncated"),
    one("JPEG 2000 mutated", lambda: h.mutated_codestream(h.JPEG_2000, 7), "damaged|opened"),
    one("HTJ2K is noise", lambda: h.unsigned(h.HTJ2K, b"\xff\x4f" + bytes(range(256)) * 4), "damaged"),
    one("a codestream of 0 bytes", lambda: h.fragments([b""], syntax=h.JPEG_2000), "damaged|refused"),
    one(
        "offset table outside the data",
        lambda: h.fragments([h.codestream(h.JPEG_LS)], table=struct.pack("<II", 0, 1 << 30), frames=2),
        "damaged|refused",
    ),
    one("200,000 fragments of 0 bytes", lambda: h.fragments([], empty=200_000), "damaged|refused"),
    one("2,000,000 fragments of 0 bytes", lambda: h.fragments([], empty=2_000_000), "damaged|refused"),
    one("fragments without an end", lambda: h.fragments([h.codestream(h.JPEG_LS)])[:-8], "refused", "truncated"),
    one(
        "native pixels said to be JPEG",
        lambda: h.relabelled(slice_bytes(), h.JPEG),
        "refused",
    ),
    one(
        "video that is noise",
        lambda: h.unsigned(h.H264, os.urandom(4096), SamplesPerPixel=3, PhotometricInterpretation="YBR_PARTIAL_420"),
        "opened|damaged",
    ),
)

META = (
    one("wrong VR in the file meta", lambda: h.replaced(b"\x02\0\x10\0UI", b"\x02\0\x10\0US"), "opened|refused"),
    one(
        "unknown transfer syntax",
        lambda: h.replaced(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.9.9.9\0"),
        "refused|damaged|opened",
    ),
    one("empty transfer syntax", lambda: h.replaced(b"1.2.840.10008.1.2.1\0", bytes(20)), "opened|refused"),
    one("VR that does not exist", lambda: h.replaced(b"\x10\0\x10\0PN", b"\x10\0\x10\0ZZ"), "opened|refused"),
    one("implicit said to be explicit", lambda: h.relabelled(slice_bytes(h.IMPLICIT), h.EXPLICIT), "opened|refused"),
    one("explicit said to be implicit", lambda: h.relabelled(slice_bytes(), h.IMPLICIT), "opened|refused"),
    one("little endian said to be big", lambda: h.relabelled(slice_bytes(), h.BIG), "opened|refused"),
    one("UID that climbs", lambda: h.with_value(8, 0x18, b"../../../../tmp/owned"), "refused", "UID"),
    one("UID of 200 characters", lambda: h.with_value(8, 0x18, b"1." * 99 + b"1"), "refused", "UID"),
    one("UID with control characters", lambda: h.with_value(8, 0x18, b"1.2.\x00\x1b[2J3"), "refused|opened"),
    one(
        "no SOP Instance UID",
        lambda: slice_bytes(SOPInstanceUID=""),
        "refused|opened",
    ),
)

DIMENSIONS = (
    one("0 rows", lambda: slice_bytes(Rows=0), "refused"),
    one("65,535 × 65,535 pixels of 16 × 16", lambda: slice_bytes(Rows=65_535, Columns=65_535), "refused", "truncated"),
    one(
        "sizes that overflow 64 bits",
        lambda: slice_bytes(Rows=65_535, Columns=65_535, NumberOfFrames=2**31 - 1, SamplesPerPixel=3),
        "refused",
    ),
    one("0 bits", lambda: slice_bytes(BitsAllocated=0), "refused"),
    one("4,096 bits", lambda: slice_bytes(BitsAllocated=4096), "refused"),
    one("more bits stored than allocated", lambda: slice_bytes(BitsStored=32, HighBit=31), "refused"),
    one("65,535 samples", lambda: slice_bytes(SamplesPerPixel=65_535), "refused"),
    one("spacing is no number", lambda: h.replaced(b"1.0\\1.0", b"NaN\\inf"), "opened"),
    one("orientation of zeros", lambda: slice_bytes(ImageOrientationPatient=[0, 0, 0, 0, 0, 0]), "opened"),
    one(
        "position beyond all numbers", lambda: slice_bytes(ImagePositionPatient=["1e308", "-1e308", "1e308"]), "opened"
    ),
    one("rescale slope 0", lambda: slice_bytes(RescaleSlope=0), "opened"),
    one("rescale slope 1e308", lambda: slice_bytes(RescaleSlope="1e308"), "damaged", "beyond all numbers"),
    one("window of width 0", lambda: slice_bytes(WindowWidth=0, WindowCenter=0), "opened"),
    one(
        "palette without its colours",
        lambda: slice_bytes(
            PhotometricInterpretation="PALETTE COLOR",
            PixelRepresentation=0,
            RedPaletteColorLookupTableDescriptor=[256, 0, 16],
        ),
        "damaged",
    ),
    one("unknown photometric interpretation", lambda: slice_bytes(PhotometricInterpretation="HSV"), "opened"),
)

TEXTS = (
    one(
        "control and bidi characters in the name",
        lambda: slice_bytes(SpecificCharacterSet="ISO_IR 192", PatientName="\u202eevil\u202c^\x1b[31mRed\x07"),
        "opened",
    ),
    one("a name of 60,000 characters", lambda: h.with_value(0x10, 0x10, b"A" * 60_000), "opened|refused"),
    one(
        "unknown character set",
        lambda: h.replaced(b"\x08\0\x16\0UI", h.element(0x00080005, "CS", b"ISO_IR 999") + b"\x08\0\x16\0UI"),
        "opened",
    ),
    one("a spreadsheet formula as description", lambda: slice_bytes(StudyDescription="=cmd|' /C calc'!A0"), "opened"),
    one(
        "bytes that are no UTF-8",
        lambda: h.replaced(
            b"Phantom^Test",
            b"\xff\xfe\xfd\xfc\xc3\x28\xa0\xa1^\x80\x81\x82",
            slice_bytes(SpecificCharacterSet="ISO_IR 192"),
        ),
        "opened",
    ),
)

OBJECTS = (
    one("report nested 60 deep", lambda: h.report(60), "opened|refused"),
    one("PDF that is noise", lambda: h.document(os.urandom(10_000)), "opened|damaged"),
    one("PDF cut", lambda: h.document(b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"), "opened|damaged"),
    one("waveform of 2^31 samples", lambda: h.waveform(2**31 - 1, 12, 100), "opened|damaged"),
)


def _zip(path: Path, entries: dict[str, bytes], **kwargs: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content, **kwargs)


def _lying_sizes(folder: Path) -> None:
    path = folder / "lying.zip"
    _zip(path, {"a.dcm": slice_bytes()})
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    for at in (22, directory + 24):
        content[at : at + 4] = struct.pack("<I", 3)
    path.write_bytes(bytes(content))


def _zip_bomb(folder: Path) -> None:
    """Written by hand: to deflate 6 GB takes a quarter of a minute."""
    name, packed = b"zeros.dcm", h.deflated_zeros(6, slice_bytes()[:-512])
    sizes = struct.pack("<III", 0, len(packed), 0xFFFFFFF0)
    common = struct.pack("<HHHHH", 20, 0, zipfile.ZIP_DEFLATED, 0, 0x5021) + sizes + struct.pack("<HH", len(name), 0)
    entry = b"PK\x03\x04" + common + name + packed
    directory = b"PK\x01\x02" + struct.pack("<H", 20) + common + bytes(14) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), len(entry), 0)
    (folder / "bomb.zip").write_bytes(entry + directory + end)


def _zip_of_zips(folder: Path) -> None:
    content = slice_bytes()
    for depth in range(8):
        _zip(folder / "nested.zip", {f"level{depth}.zip" if depth else "a.dcm": content})
        content = (folder / "nested.zip").read_bytes()


def _zip_link(folder: Path) -> None:
    info = zipfile.ZipInfo("link.dcm")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / "link.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")


def _zip_twice(folder: Path) -> None:
    _zip(folder / "twice.zip", {"A.dcm": slice_bytes(), "a.DCM": slice_bytes(InstanceNumber=2)})


def _zip_encrypted(folder: Path) -> None:
    _zip(folder / "locked.zip", {"a.dcm": slice_bytes()})
    content = bytearray((folder / "locked.zip").read_bytes())
    for at in (6, content.index(b"PK\x01\x02") + 8):
        content[at] |= 1
    (folder / "locked.zip").write_bytes(bytes(content))


def _zip_cut(folder: Path) -> None:
    _zip(folder / "cut.zip", {f"{k}.dcm": slice_bytes() for k in range(5)})
    content = (folder / "cut.zip").read_bytes()
    (folder / "cut.zip").write_bytes(content[: len(content) // 2])


def _link_loop(folder: Path) -> None:
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "password.dcm").symlink_to("/etc/passwd")


def _device(folder: Path) -> None:
    os.mkfifo(folder / "pipe.dcm")
    (folder / "zero.dcm").symlink_to("/dev/zero")


def _names(folder: Path) -> None:
    (folder / "new\nline\x1b[31m.dcm").write_bytes(slice_bytes())
    (folder / ("n" * 250 + ".dcm")).write_bytes(slice_bytes()[:300])


def _dicomdir(folder: Path, parts: list[str]) -> None:
    record = Dataset()
    record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", parts
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.1.3.10", "1.2.3"
    dataset.DirectoryRecordSequence = Sequence([record])
    (folder / "CD").mkdir()
    content = file_bytes(dataset).replace(b"UP\\SECRET", b"..\\SECRET")  # pydicom would not write it
    (folder / "CD" / "DICOMDIR").write_bytes(content)
    (folder / "SECRET").write_bytes(slice_bytes())


ARCHIVES = (
    Hostile(
        "ZIP slip", lambda folder: _zip(folder / "slip.zip", {"../../owned.dcm": slice_bytes()}), "refused", "outside"
    ),
    Hostile(
        "ZIP with an absolute path",
        lambda folder: _zip(folder / "a.zip", {"/tmp/owned.dcm": slice_bytes()}),
        "refused",
        "outside",
    ),
    Hostile(
        "ZIP with a drive letter",
        lambda folder: _zip(folder / "a.zip", {"C:\\owned.dcm": slice_bytes()}),
        "refused",
        "outside",
    ),
    Hostile(
        "ZIP with a reserved name", lambda folder: _zip(folder / "a.zip", {"CON.dcm": slice_bytes()}), "refused|opened"
    ),
    Hostile("ZIP that lies about sizes", _lying_sizes, "refused|opened"),
    Hostile("ZIP bomb, 6 GB", _zip_bomb, "refused"),
    Hostile("ZIP in ZIP, 8 deep", _zip_of_zips, "refused", "nested"),
    Hostile("ZIP with a link", _zip_link, "refused", "link"),
    Hostile("ZIP with one name twice", _zip_twice, "opened", "twice"),
    Hostile("ZIP that is encrypted", _zip_encrypted, "refused", "encrypted"),
    Hostile("ZIP cut", _zip_cut, "refused", "damaged"),
    Hostile("links in a circle and to outside", _link_loop, "refused", "link"),
    Hostile("a pipe and a link to a device", _device, "refused|skipped", "link|pipe"),
    Hostile("file names with control characters", _names, "opened"),
    Hostile("DICOMDIR that climbs", lambda folder: _dicomdir(folder, ["UP", "SECRET"]), "refused|opened"),
    Hostile("DICOMDIR that names itself", lambda folder: _dicomdir(folder, ["DICOMDIR"]), "refused|opened|skipped"),
)

KINDS: tuple[Hostile, ...] = (
    *NOT_DICOM,
    *PROGRAMS,
    *LENGTHS,
    *NESTING,
    *COMPRESSED,
    *META,
    *DIMENSIONS,
    *TEXTS,
    *OBJECTS,
    *ARCHIVES,
)
