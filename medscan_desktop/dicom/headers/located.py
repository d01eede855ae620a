"""Where the bytes of each frame lie, native and encapsulated alike."""

from typing import BinaryIO

from medscan_desktop.dicom.headers.beginning import data_set_start
from medscan_desktop.dicom.headers.elements import Reader
from medscan_desktop.dicom.headers.encapsulated import Fragment, frame_fragments, read_fragments
from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.inflate import inflated
from medscan_desktop.dicom.headers.syntax import DEFLATED


def opened(stream: BinaryIO, header: Header) -> BinaryIO:
    """The stream to which the header's offsets belong: itself, or its inflated form."""
    if header.transfer_syntax_uid != DEFLATED:
        return stream
    return inflated(stream, data_set_start(Reader(stream, ())))


def locate_frames(stream: BinaryIO, header: Header) -> list[tuple[Fragment, ...]]:
    """The byte ranges of every frame of `header`, in the stream of `opened`."""
    pixels = header.image
    if pixels.is_encapsulated:
        data = read_fragments(stream, pixels.offset)
        return frame_fragments(stream, data, header.frames)
    size = (pixels.frame_bits + 7) // 8
    step = pixels.frame_bits // 8
    return [(Fragment(pixels.offset + index * step, size),) for index in range(header.frames)]
