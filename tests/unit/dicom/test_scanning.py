"""What `scan` reads from sound files, and what it refuses in unsound ones, by name and reason."""

import io
import json
import random
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.inflate import inflated
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.headers.study import series_of, study_of
from medscan_desktop.domain.errors import FileRefused, NotDicom
from tests.support.dicom_files import ct_slice, file_bytes, header_of


def refusal(content: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        scan(io.BytesIO(content), "the file.dcm")
    assert caught.value.path == "the file.dcm"
    return caught.value


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty file"),
        (b"patient report\n" * 50, "not a DICOM file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "not DICOM: a PNG picture, which can be wrapped into a study"),
        (bytes(1000), "not a DICOM file"),
        (b"DICM", "not a DICOM file"),
    ],
)
def test_what_is_no_dicom_is_said_to_be_none(content: bytes, reason: str) -> None:
    error = refusal(content)

    assert isinstance(error, NotDicom) and error.reason == reason


def test_cut_anywhere_a_file_is_never_taken_for_whole() -> None:
    content = file_bytes(ct_slice())
    for length in range(1, len(content)):
        refusal(content[:length])


def test_truncated_pixels_are_named_so_with_the_bytes_missing() -> None:
    assert (
        refusal(file_bytes(ct_slice())[:-10]).reason == "the file is truncated: 38 of 48 bytes of pixel data are there"
    )


def test_pixels_too_few_for_the_size_are_named_truncated() -> None:
    assert "truncated" in refusal(file_bytes(ct_slice(rows=5, PixelData=bytes(48)))).reason


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_a_file_without_meta_header_is_read(syntax: str) -> None:
    header = header_of(ct_slice(), syntax=syntax, meta=False)

    assert (header.transfer_syntax_uid, header.image.rows, header.modality) == (syntax, 4, "CT")


def test_missing_study_and_series_are_derived_alike_for_files_that_belong_together() -> None:
    first, second, other = (
        header_of(ct_slice(number, StudyInstanceUID=None, SeriesInstanceUID="", StudyDate=date))
        for number, date in ((1, "20260101"), (2, "20260101"), (3, "20260102"))
    )

    assert first.series_instance_uid == second.series_instance_uid != other.series_instance_uid
    assert first.study_instance_uid.startswith("2.25.") and len(first.study_instance_uid) <= 64


def test_an_instance_uid_may_come_from_the_meta_header() -> None:
    dataset = ct_slice(7)
    content = file_bytes(dataset).replace(b"UI\x20\x00" + dataset.SOPInstanceUID.encode(), b"")
    assert scan(io.BytesIO(content), "").sop_instance_uid == dataset.SOPInstanceUID


def test_an_invalid_uid_is_refused() -> None:
    content = file_bytes(ct_slice(SeriesInstanceUID="1.2.3.4.5.6")).replace(b"1.2.3.4.5.6", b"1.2/../.5.6")

    assert refusal(content).reason == "the file has a SeriesInstanceUID that is no valid identifier"


def test_a_header_survives_json() -> None:
    header = header_of(ct_slice(PatientName="Müller^Žofia", SpecificCharacterSet="ISO_IR 192"))

    assert Header.from_json(json.loads(json.dumps(header.to_json()))) == header


def test_a_number_too_large_to_be_one_is_none() -> None:
    header = replace(header_of(ct_slice()), attributes={"InstanceNumber": "9" * 30, "SeriesNumber": "-7"})

    assert (header.integer("InstanceNumber"), header.integer("SeriesNumber")) == (None, -7)


def test_study_and_series_are_the_headers() -> None:
    header = header_of(ct_slice(StudyDate="20260102", SeriesNumber=4, SeriesDescription="AX", AccessionNumber="A1"))
    study, series = study_of(header), series_of(header)

    assert (study.patient.patient_id, study.study_date, study.accession_number) == ("T-1", "20260102", "A1")
    assert (series.series_number, series.series_description, series.modality) == (4, "AX", "CT")


def nested(depth: int) -> bytes:
    """A private sequence nested `depth` deep, every length left open."""
    item = struct.pack("<HH2sHI", 0x0009, 0x1001, b"SQ", 0, 0xFFFFFFFF) + struct.pack(
        "<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF
    )
    return item * depth


def test_endless_nesting_is_refused() -> None:
    content = file_bytes(ct_slice())
    start = content.index(struct.pack("<HH2s", 0x0010, 0x0010, b"PN"))

    assert (
        refusal(content[:start] + nested(100_000) + content[start:]).reason == "the file nests sequences deeper than 64"
    )


def test_a_sequence_that_is_not_wanted_is_stepped_over_whatever_its_form() -> None:
    item = Dataset()
    item.Rows = 99
    content = []
    for undefined in (False, True):
        dataset = ct_slice(RequestAttributesSequence=Sequence([item]))
        dataset["RequestAttributesSequence"].is_undefined_length = undefined
        content.append(scan(io.BytesIO(file_bytes(dataset)), ""))

    assert [header.image.rows for header in content] == [4, 4]


def test_a_deflated_bomb_is_stopped_by_what_comes_out() -> None:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = engine.compress(bytes(200 << 20)) + engine.flush()

    with pytest.raises(Malformed, match="far more than an image"):
        inflated(io.BytesIO(b"head" + bomb[: len(bomb) // 2]), 4)


def test_mutated_files_are_read_or_refused_and_nothing_else() -> None:
    generator = random.Random(5)
    item = Dataset()
    item.ReferencedSOPInstanceUID = "1.2.3"
    whole = [
        file_bytes(ct_slice(ReferencedImageSequence=Sequence([item]), WindowCenter=[1, 2]), syntax)
        for syntax in (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
    ]
    for turn in range(3000):
        content = bytearray(whole[turn % 2])
        for _ in range(generator.randint(1, 6)):
            content[generator.randrange(128, len(content))] = generator.choice((0, 1, 255, generator.randrange(256)))
        try:
            scan(io.BytesIO(bytes(content)), "mutated")
        except FileRefused as error:
            assert error.reason


@pytest.mark.parametrize(
    ("charset", "raw", "name"),
    [
        ("ISO_IR 100", "Müller^Jörg".encode("latin_1"), "Müller^Jörg"),
        ("ISO_IR 144", "Люкceмбypг".encode("iso8859_5"), "Люкceмбypг"),
        ("ISO_IR 192", "Wang^XiaoDong=王^小东".encode(), "Wang^XiaoDong=王^小东"),
        ("GB18030", "王^小东".encode("gb18030"), "王^小东"),
        ("\\ISO 2022 IR 87", b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "Yamada^Tarou=山田^太郎"),
        ("\\ISO 2022 IR 149", b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7", "Hong^Gildong=洪^吉洞"),
        ("ISO_IR 192", "Evil\u202egpj\x07".encode(), "Evilgpj"),
    ],
)
def test_names_are_decoded_by_their_character_set(charset: str, raw: bytes, name: str) -> None:
    dataset = ct_slice(PatientName=None)
    content = file_bytes(dataset)
    start = content.index(struct.pack("<HH2s", 0x0010, 0x0020, b"LO"))
    raw += b" " * (len(raw) % 2)
    element = struct.pack("<HH2sH", 0x0010, 0x0010, b"PN", len(raw)) + raw
    code = charset.encode() + b" " * (len(charset) % 2)
    first = content.index(struct.pack("<HH2s", 0x0008, 0x0016, b"UI"))
    head = struct.pack("<HH2sH", 0x0008, 0x0005, b"CS", len(code)) + code
    header = scan(io.BytesIO(content[:first] + head + content[first:start] + element + content[start:]), "")

    assert header.text("PatientName") == name


def test_float_pixels_are_found_and_loaded_as_they_are() -> None:
    dataset = ct_slice(PixelData=None, BitsStored=None, HighBit=None, PixelRepresentation=None, BitsAllocated=32)
    dataset.FloatPixelData = np.arange(24, dtype=np.float32).tobytes()
    header = header_of(dataset)

    assert (header.image.kind, header.image.length) == ("float", 96)
