"""Where the bytes of each frame lie, native and encapsulated alike."""

from typing import BinaryIO

from medscan_desktop.dicom.elements import EXPLICIT_LITTLE, Reader
from medscan_desktop.dicom.encapsulated import Fragment, frame_fragments, read_fragments
from medscan_desktop.dicom.header import Header
from medscan_desktop.dicom.inflate import inflated
from medscan_desktop.dicom.syntax import DEFLATED
from medscan_desktop.dicom.tags import META_END

_PREAMBLE = 132


def opened(stream: BinaryIO, header: Header) -> BinaryIO:
    """The stream to which the header's offsets belong: itself, or its inflated form."""
    if header.transfer_syntax_uid != DEFLATED:
        return stream
    _, start = Reader(stream, ()).data_set(_PREAMBLE, EXPLICIT_LITTLE, META_END)
    return inflated(stream, start)


def locate_frames(stream: BinaryIO, header: Header) -> list[tuple[Fragment, ...]]:
    """The byte ranges of every frame of `header`, in the stream of `opened`."""
    pixels = header.image
    if pixels.is_encapsulated:
        data = read_fragments(stream, pixels.offset)
        return frame_fragments(stream, data, header.frames)
    size = (pixels.frame_bits + 7) // 8
    step = pixels.frame_bits // 8
    return [(Fragment(pixels.offset + index * step, size),) for index in range(header.frames)]
