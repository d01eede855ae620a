"""Objects as documents: each kind as what it is; what cannot be read says why and opens as its header."""

import io
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
import pytest
from pydicom.dataset import Dataset

from medscan_desktop.dicom.workers.workers import InlineWorkers, Received
from medscan_desktop.domain.errors import FileRefused, Unsuitable
from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.scene.document import Clip, Pages, Plot, Text
from medscan_desktop.workstation.document_pictures import KEPT_BYTES, ClipFrames, Opened
from medscan_desktop.workstation.documents import document_content, read_document
from tests.support import clips
from tests.support.clips import COLUMNS, COUNT, ROWS, grey
from tests.support.made_documents import encapsulated_pdf, encapsulated_stl, file_of, pdf_bytes, stl_bytes, video
from tests.support.made_objects import MADE
from tests.support.reading import header_of_file, opened

PDF = pdf_bytes()  # once: it holds the time
H264, HEVC, MPEG2 = (f"1.2.840.10008.1.2.4.{code}" for code in (102, 107, 100))


def clip(content: bytes = clips.H264, syntax: str = H264, **said: Any) -> Dataset:
    return video(content, syntax=syntax, **({"rows": ROWS, "columns": COLUMNS, "frames": COUNT} | said))


class Counting(InlineWorkers):
    """Counts what is asked for, and can be told to decode slowly: never."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def run(
        self,
        job: str,
        body: Mapping[str, Any],
        file: BinaryIO,
        *,
        label: str,
        received: Received | None = None,
        seconds: float | None = None,
    ) -> Mapping[str, Any]:
        self.asked.append((job, body))
        return super().run(job, body, file, label=label, received=received, seconds=seconds)


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("SR", Text, ObjectKind.REPORT),
        ("KO", Text, ObjectKind.KEY_OBJECTS),
        ("encapsulated PDF", Pages, ObjectKind.DOCUMENT),
        ("encapsulated CDA", Text, ObjectKind.DOCUMENT),
        ("encapsulated STL", Text, ObjectKind.MESH),
        ("ECG", Plot, ObjectKind.WAVEFORM),
        ("RTSTRUCT", Text, ObjectKind.STRUCTURES),
        ("GSPS", Text, ObjectKind.PRESENTATION),
        ("source CT", Text, None),
    ],
)
def test_every_object_opens_in_something(name: str, body: type, kind: ObjectKind | None) -> None:
    document = opened(MADE[name]()[0])

    assert isinstance(document.body, body)
    assert document.kind is kind
    assert not any("instead" in warning for warning in document.warnings)


@pytest.mark.parametrize(
    ("content", "syntax"),
    [(clips.H264, H264), (clips.HEVC, HEVC), (clips.MPEG2, MPEG2), (clips.MP4, H264), (clips.TS, MPEG2)],
)
def test_a_video_opens_as_a_clip_with_its_own_rate(content: bytes, syntax: str) -> None:
    document = opened(clip(content, syntax))

    assert isinstance(document.body, Clip)
    assert (document.body.rows, document.body.columns, document.count) == (ROWS, COLUMNS, COUNT)
    assert document.frames_per_second == 25.0
    assert document.warnings == ("lossy, 50:1 (MPEG-2)",), "the clinical rule: a lossy marker is never hidden"
    picture = document.body.source.picture(12, 1.0)
    assert np.abs(picture.astype(int) - grey(12)).max() <= 2


def test_a_video_that_does_not_say_so_is_lossy_all_the_same() -> None:
    dataset = clip()
    for keyword in ("LossyImageCompression", "LossyImageCompressionRatio", "LossyImageCompressionMethod"):
        delattr(dataset, keyword)

    assert opened(dataset).warnings == ("lossy, ratio unknown",)


def test_the_fragmentable_syntax_opens_too() -> None:
    assert isinstance(opened(clip(syntax=f"{H264}.1")).body, Clip)


def test_where_header_and_stream_disagree_the_stream_is_shown_and_it_is_said() -> None:
    document = opened(clip(frames=99, rows=480, columns=640, fps=50.0))

    assert document.count == COUNT
    assert document.warnings[1:] == (
        f"The header says 99 frames; the video has {COUNT}.",
        f"The header says 640 × 480 pixels; the video has {COLUMNS} × {ROWS}.",
        "The header says 50 frames a second; the video says 25.",
    )


def test_a_clip_is_never_decoded_whole_nor_kept_whole() -> None:
    workers = Counting()
    content = file_of(clip())
    header = header_of_file(content)
    source = ClipFrames(
        Opened(workers, lambda: io.BytesIO(content), "clip"), header.image.offset, (4320, 7680), COUNT, (0, 10, 20)
    )  # as if it were 8K: four frames at a time, and a few kept

    for number in range(COUNT):
        source.picture(number, 1.0)

    asked = [(body["first"], body["last"]) for job, body in workers.asked if job == "read_frames"]
    assert all(last - first < source.chunk for first, last in asked)
    assert source.kept <= max(KEPT_BYTES // (4320 * 7680 * 3), 2 * source.chunk)
    assert source.kept < COUNT


def test_frames_ahead_are_made_ready_around_the_end() -> None:
    workers = Counting()
    content = file_of(clip())
    source = ClipFrames(
        Opened(workers, lambda: io.BytesIO(content), "clip"),
        header_of_file(content).image.offset,
        (4320, 7680),
        COUNT,
        (0, 10, 20),
    )
    source.picture(COUNT - 1, 1.0)

    source.prepare(COUNT - 1)

    assert source.has(0)
    assert np.abs(source.picture(0, 1.0).astype(int) - grey(0)).max() <= 2
    assert [job for job, _ in workers.asked] == ["read_frames", "read_frames"]


def test_a_frame_that_is_not_there_is_refused() -> None:
    body = opened(clip(clips.H264[:400])).body

    assert isinstance(body, Clip)
    with pytest.raises(FileRefused, match="cannot be decoded"):
        body.source.picture(body.count + 20, 1.0)


def test_a_video_that_cannot_be_decoded_shows_its_header_and_can_be_saved() -> None:
    document = opened(clip(b"\0\0\1\xb3" + bytes(range(256)) * 8, MPEG2))

    assert isinstance(document.body, Text)
    assert document.warnings[0].endswith("Its header is shown instead.")
    assert document.suffix


@pytest.mark.parametrize(
    ("dataset", "content"),
    [(encapsulated_pdf(PDF), PDF), (encapsulated_stl(), stl_bytes()), (clip(), clips.H264)],
    ids=["PDF", "STL", "clip"],
)
def test_what_is_saved_is_what_was_put_in(dataset: Dataset, content: bytes) -> None:
    file = file_of(dataset)

    saved = document_content(InlineWorkers(), lambda: io.BytesIO(file), header_of_file(file))

    assert saved in (content, content + b"\0")  # a fragment has an even length, and nothing tells the padding


def test_an_image_holds_no_document_to_save() -> None:
    file = file_of(MADE["source CT"]()[0])

    with pytest.raises(Unsuitable):
        document_content(InlineWorkers(), lambda: io.BytesIO(file), header_of_file(file))


def test_a_protected_pdf_says_so_in_place_of_pages() -> None:
    document = opened(encapsulated_pdf(b"%PDF-1.7 broken"))

    assert document.warnings == ("The PDF is damaged: it cannot be opened.",)
    assert document.suffix == ".pdf"


def test_pages_that_were_drawn_are_kept_by_scale() -> None:
    workers = Counting()
    file = file_of(encapsulated_pdf())
    body = read_document(workers, lambda: io.BytesIO(file), header_of_file(file)).body
    assert isinstance(body, Pages)

    for scale in (1.0, 1.0, 2.0, 1.0):
        body.source.picture(0, scale)

    assert [job for job, _ in workers.asked].count("render_page") == 2
