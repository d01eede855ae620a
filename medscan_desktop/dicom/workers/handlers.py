"""Everything a worker can be asked for, by name. Explicit, so that a release can list it and an installer sees it."""

from medscan_desktop.dicom.foreign.read_foreign import (
    foreign_bytes,
    foreign_pages,
    foreign_planes,
    look_at_foreign,
    measure_foreign,
)
from medscan_desktop.dicom.objects.read_attributes import read_attributes
from medscan_desktop.dicom.objects.read_clip import clip_bytes, read_clip, read_frames
from medscan_desktop.dicom.objects.read_document import document_bytes, read_document, render_page
from medscan_desktop.dicom.objects.read_keys import read_keys
from medscan_desktop.dicom.objects.read_measurements import read_measurements
from medscan_desktop.dicom.objects.read_presentation import read_presentation
from medscan_desktop.dicom.objects.read_report import read_report
from medscan_desktop.dicom.objects.read_rtstruct import read_rtstruct
from medscan_desktop.dicom.objects.read_seg import read_seg
from medscan_desktop.dicom.objects.read_waveform import read_waveform
from medscan_desktop.dicom.pixels.codecs import decode_frame
from medscan_desktop.dicom.workers.task import Handler

HANDLERS: tuple[tuple[str, Handler], ...] = (
    ("clip_bytes", clip_bytes),
    ("decode", decode_frame),
    ("document_bytes", document_bytes),
    ("foreign_bytes", foreign_bytes),
    ("foreign_pages", foreign_pages),
    ("foreign_planes", foreign_planes),
    ("look_at_foreign", look_at_foreign),
    ("measure_foreign", measure_foreign),
    ("read_attributes", read_attributes),
    ("read_clip", read_clip),
    ("read_document", read_document),
    ("read_frames", read_frames),
    ("read_keys", read_keys),
    ("read_measurements", read_measurements),
    ("read_presentation", read_presentation),
    ("read_report", read_report),
    ("read_rtstruct", read_rtstruct),
    ("read_seg", read_seg),
    ("read_waveform", read_waveform),
    ("render_page", render_page),
)
