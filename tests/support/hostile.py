"""Hostile and broken files, one function a kind, all made from nothing. Each kind says how it must end."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence

from tests.support.dicom_files import ROOT_UID, ct_slice, file_bytes

EXPLICIT, IMPLICIT, BIG, DEFLATED = (
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.1.99",
)
RLE, JPEG, JPEG_LOSSLESS, JPEG_LS, JPEG_2000, HTJ2K = (
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.201",
)
H264 = "1.2.840.10008.1.2.4.102"
SIDE = 16
UNDEFINED = 0xFFFFFFFF
_OWN = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")


@dataclass(frozen=True, slots=True)
class Hostile:
    """One kind. `build` makes it below a folder.

    `ends` is how it must end: "skipped" (no DICOM), "refused", "opened", "damaged" (imported, and its pixels refused
    when it is opened), or several of them apart by "|". `says` is a pattern that the reason must hold.
    """

    name: str
    build: Callable[[Path], None]
    ends: str
    says: str = ""


def one(name: str, make: Callable[[], bytes], ends: str, says: str = "", file: str = "file.dcm") -> Hostile:
    """A kind that is one file."""
    return Hostile(name, lambda folder: _write(folder / file, make()), ends, says)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


# Bytes


def element(tag: int, vr: str, value: bytes, *, length: int | None = None) -> bytes:
    """An explicit VR little endian element, with another length than its own where asked."""
    size = len(value) if length is None else length
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    if vr in ("OB", "OW", "SQ", "UN", "UT", "OF", "UC", "UR"):
        return head + b"\0\0" + struct.pack("<I", size) + value
    return head + struct.pack("<H", size & 0xFFFF) + value


_numbers = count(1)


def a_slice(**attributes: Any) -> Dataset:
    """A small sound CT slice in a study of its own, with attributes replaced."""
    number = next(_numbers)
    own = {name: f"{ROOT_UID}.9.{number}.{place}" for place, name in enumerate(_OWN)}
    return ct_slice(1, **{"rows": SIDE, "columns": SIDE} | own | attributes)


def slice_bytes(syntax: str = EXPLICIT, **attributes: Any) -> bytes:
    """The file of `a_slice`."""
    return file_bytes(a_slice(**attributes), syntax)


def with_spoilt(tag: int, vr: str, value: bytes, *, length: int | None = None) -> bytes:
    """A sound slice with one raw element put in before its pixel data."""
    whole = slice_bytes()
    at = whole.index(struct.pack("<HH", 0x7FE0, 0x0010))
    return whole[:at] + element(tag, vr, value, length=length) + whole[at:]


def replaced(old: bytes, new: bytes, whole: bytes | None = None) -> bytes:
    """A sound slice with the first `old` replaced."""
    content = slice_bytes() if whole is None else whole
    assert old in content
    return content.replace(old, new, 1)


def tag_at(group: int, number: int, whole: bytes) -> int:
    """Where an element begins."""
    return whole.index(struct.pack("<HH", group, number))


def with_length(group: int, number: int, length: int) -> bytes:
    """A sound slice whose element of a 16-bit length claims another."""
    whole = bytearray(slice_bytes())
    at = tag_at(group, number, bytes(whole))
    whole[at + 6 : at + 8] = struct.pack("<H", length)
    return bytes(whole)


def preamble(head: bytes) -> bytes:
    """A sound slice whose preamble is that of a program."""
    return head.ljust(128, b"\0") + slice_bytes()[128:]


def nested(depth: int, *, vr: str = "SQ", tag: int = 0x00081140) -> bytes:
    """Sequences in sequences, all of undefined length."""
    opening = (
        struct.pack("<HH", tag >> 16, tag & 0xFFFF)
        + vr.encode()
        + b"\0\0"
        + struct.pack("<I", UNDEFINED)
        + struct.pack("<HHI", 0xFFFE, 0xE000, UNDEFINED)
    )
    closing = struct.pack("<HHI", 0xFFFE, 0xE00D, 0) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    whole = slice_bytes()
    at = tag_at(0x0010, 0x0010, whole)
    return whole[:at] + opening * depth + closing * depth + whole[at:]


def many_items(count: int) -> bytes:
    """One sequence of empty items."""
    items = struct.pack("<HHI", 0xFFFE, 0xE000, 0) * count
    whole = slice_bytes()
    at = tag_at(0x0010, 0x0010, whole)
    return whole[:at] + element(0x00081140, "SQ", items) + whole[at:]


def many_elements(count: int) -> bytes:
    """Very many tiny private elements."""
    packed = b"".join(
        struct.pack("<HH2sH", 0x0011 + 2 * (k // 60_000), 0x1000 + k % 60_000, b"LO", 0) for k in range(count)
    )
    whole = slice_bytes()
    at = tag_at(0x0018, 0x0050, whole)
    return whole[:at] + packed + whole[at:]


def relabelled(whole: bytes, syntax: str) -> bytes:
    """A file that names another transfer syntax than it is written in; its file meta is sound."""
    value = syntax.encode() + b"\0" * (len(syntax) % 2)
    at = whole.index(b"\x02\0\x10\0UI")
    old = struct.unpack_from("<H", whole, at + 6)[0]
    meta = struct.unpack_from("<I", whole, 140)[0] + len(value) - old
    changed = whole[: at + 6] + struct.pack("<H", len(value)) + value + whole[at + 8 + old :]
    return changed[:140] + struct.pack("<I", meta) + changed[144:]


# Compressed pixels


def compressed(syntax: str, codestream: bytes, **attributes: Any) -> bytes:
    """A slice whose pixels are this codestream in one fragment."""
    dataset = a_slice(**attributes)
    dataset.PixelData = encapsulate([codestream])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return file_bytes(dataset, syntax)


def noise(bits: int = 12) -> np.ndarray:
    """Pixels that do not compress well."""
    return np.random.default_rng(1).integers(0, 1 << bits, (SIDE, SIDE)).astype(np.uint16)


def codestream(syntax: str) -> bytes:
    """A sound codestream of `noise`."""
    match syntax:
        case _ if syntax == JPEG_LS:
            return bytes(imagecodecs.jpegls_encode(noise()))
        case _ if syntax == JPEG_2000:
            return bytes(imagecodecs.jpeg2k_encode(noise(), codecformat="j2k", reversible=True))
        case _ if syntax == JPEG:
            return bytes(imagecodecs.jpeg8_encode((noise() >> 4).astype(np.uint8)))
        case _:
            return bytes(imagecodecs.ljpeg_encode(noise(), bitspersample=12))


def eight_bit(syntax: str, stream: bytes) -> bytes:
    """An 8-bit slice of this codestream."""
    return compressed(
        syntax, stream, BitsAllocated=8, BitsStored=8, HighBit=7, PixelRepresentation=0, RescaleIntercept=0
    )


def unsigned(syntax: str, stream: bytes, **attributes: Any) -> bytes:
    """A 12-bit slice of this codestream."""
    return compressed(syntax, stream, **{"PixelRepresentation": 0, "BitsStored": 12, "HighBit": 11} | attributes)


def cut(syntax: str, share: float) -> bytes:
    """A slice whose codestream ends early."""
    stream = codestream(syntax)
    short = stream[: int(len(stream) * share)]
    return eight_bit(syntax, short) if syntax == JPEG else unsigned(syntax, short)


def jpeg_of_size(rows: int, columns: int) -> bytes:
    """A JPEG whose frame header claims another size."""
    stream = bytearray(codestream(JPEG))
    at = stream.index(b"\xff\xc0")
    stream[at + 5 : at + 9] = struct.pack(">HH", rows, columns)
    return bytes(stream)


def jpeg_2000_of_size(side: int, components: int | None = None) -> bytes:
    """A JPEG 2000 whose SIZ segment claims a huge image."""
    stream = bytearray(codestream(JPEG_2000))
    at = stream.index(b"\xff\x51")
    stream[at + 6 : at + 14] = struct.pack(">II", side, side)
    if components is not None:
        stream[at + 38 : at + 40] = struct.pack(">H", components)
    return bytes(stream)


def mutated_codestream(syntax: str, seed: int) -> bytes:
    """A slice with random bytes changed in its codestream, behind the headers."""
    stream = bytearray(codestream(syntax))
    rng = np.random.default_rng(seed)
    for at in rng.integers(30, len(stream), 12):
        stream[int(at)] = int(rng.integers(0, 256))
    return eight_bit(syntax, bytes(stream)) if syntax == JPEG else unsigned(syntax, bytes(stream))


def rle_frame(segments: list[bytes], *, count: int | None = None, offsets: list[int] | None = None) -> bytes:
    """An RLE frame, with a lying header where asked."""
    starts, at = [], 64
    for segment in segments:
        starts.append(at)
        at += len(segment)
    table = offsets if offsets is not None else starts
    header = struct.pack("<I", len(segments) if count is None else count) + struct.pack(f"<{len(table)}I", *table)
    return header.ljust(64, b"\0") + b"".join(segments)


def deflated(body: bytes, *, keep: float = 1.0) -> bytes:
    """A file that says deflated and holds these bytes deflated."""
    sound = slice_bytes(DEFLATED)
    start = 132 + 12 + struct.unpack_from("<I", sound, 140)[0]
    engine = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    packed = engine.compress(body) + engine.flush()
    return sound[:start] + packed[: int(len(packed) * keep)]


def deflate_bomb(gigabytes: int) -> bytes:
    """Zeros without end behind a sound header."""
    sound = slice_bytes(DEFLATED)
    start = 132 + 12 + struct.unpack_from("<I", sound, 140)[0]
    engine = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    plain = slice_bytes()
    head = plain[132 + 12 + struct.unpack_from("<I", plain, 140)[0] :]
    body = head[: tag_at(0x7FE0, 0x0010, head)]
    length = min(gigabytes << 30, 0xFFFFFFFE)
    beginning = engine.compress(body + struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, length))
    beginning += engine.flush(zlib.Z_FULL_FLUSH)
    return sound[:start] + beginning + deflated_zeros(gigabytes)


def deflated_zeros(gigabytes: int, beginning: bytes = b"") -> bytes:
    """Raw deflate of many zeros: one block of 16 MiB, many times over, since each begins anew."""
    engine = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    head = engine.compress(beginning) + engine.flush(zlib.Z_FULL_FLUSH)
    block = engine.compress(bytes(1 << 24)) + engine.flush(zlib.Z_FULL_FLUSH)
    return head + block * (gigabytes * 64) + engine.flush()


def fragments(
    items: list[bytes], *, table: bytes = b"", frames: int = 1, syntax: str = JPEG_LS, empty: int = 0
) -> bytes:
    """Encapsulated pixel data of raw items behind a sound header, and so many empty ones after them."""
    dataset = a_slice(NumberOfFrames=frames, PixelRepresentation=0)
    dataset.PixelData = b"\0\0"
    whole = file_bytes(dataset, EXPLICIT)
    whole = relabelled(whole, syntax)
    at = tag_at(0x7FE0, 0x0010, whole)
    packed = b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(item)) + item for item in (table, *items))
    packed += struct.pack("<HHI", 0xFFFE, 0xE000, 0) * empty
    return whole[:at] + element(0x7FE00010, "OB", packed, length=UNDEFINED) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


# Objects that open in something else than an image


def report(depth: int) -> bytes:
    """A structured report of containers in containers."""
    inner = _content("CONTAINER")
    for _ in range(depth):
        outer = _content("CONTAINER")
        outer.ContentSequence = Sequence([inner])
        inner = outer
    dataset = a_slice(PixelData=None, Rows=None, BitsAllocated=None, SOPClassUID="1.2.840.10008.5.1.4.1.1.88.33")
    dataset.Modality = "SR"
    dataset.ContentSequence = Sequence([inner])
    return file_bytes(dataset)


def _content(kind: str) -> Dataset:
    item = Dataset()
    item.ValueType, item.RelationshipType = kind, "CONTAINS"
    return item


def document(content: bytes, mime: str = "application/pdf") -> bytes:
    """An encapsulated document."""
    dataset = a_slice(PixelData=None, Rows=None, BitsAllocated=None, SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1")
    dataset.Modality, dataset.MIMETypeOfEncapsulatedDocument = "DOC", mime
    dataset.EncapsulatedDocument = content + b"\0" * (len(content) % 2)
    return file_bytes(dataset)


def waveform(samples: int, channels: int, held: int) -> bytes:
    """A waveform that claims more samples than it holds."""
    dataset = a_slice(PixelData=None, Rows=None, BitsAllocated=None, SOPClassUID="1.2.840.10008.5.1.4.1.1.9.1.1")
    dataset.Modality = "ECG"
    group = Dataset()
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples, group.SamplingFrequency = channels, samples, "500"
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation, group.WaveformOriginality = 16, "SS", "ORIGINAL"
    group.add_new(0x54001010, "OW", bytes(held))
    dataset.WaveformSequence = Sequence([group])
    return file_bytes(dataset)


def with_value(group: int, number: int, value: bytes) -> bytes:
    """A sound slice with the value of one element of its data set replaced, and its length."""
    whole = slice_bytes()
    at = tag_at(group, number, whole)
    size = struct.unpack_from("<H", whole, at + 6)[0]
    value += b"\0" * (len(value) % 2)
    return whole[: at + 6] + struct.pack("<H", len(value)) + value + whole[at + 8 + size :]
