"""The small picture of each series that came in."""

import contextlib
from collections.abc import Iterable

from medscan_desktop.domain.errors import MedScanError, NotFound
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.workstation.command import Context
from medscan_desktop.workstation.shelf import middle_image, read_series

THUMBNAIL_SIDE = 128
NO_PICTURE = b""  # kept for a series without one, so that it is not tried again with every import


def make_thumbnails(ctx: Context, series_uids: Iterable[SeriesUid]) -> None:
    """Draw and keep one for each. Raises Cancelled."""
    uids = sorted(series_uids)
    for position, uid in enumerate(uids):
        ctx.job.report(position / len(uids), f"thumbnail {position + 1} of {len(uids)}")
        with contextlib.suppress(NotFound):  # deleted since it came in: that must not cost the others theirs
            thumbnail = _drawn(ctx, uid)
            with ctx.records("series.thumbnail", uid) as records:
                records.studies.series_by_uid(uid)
                records.studies.put_thumbnail(uid, thumbnail)


def _drawn(ctx: Context, uid: SeriesUid) -> bytes:
    """Outside of a transaction: decoding and drawing hold no lock."""
    with ctx.records("series.read_thumbnail", uid) as records:
        shelved = read_series(records, ctx.vault, uid)
    if not shelved.grouping.stacks:
        return NO_PICTURE
    try:
        return ctx.pictures.thumbnail(middle_image(shelved, shelved.plan(), ctx.workers), THUMBNAIL_SIDE)
    except MedScanError:  # the pixels cannot be decoded: the viewer says why when the series is opened
        return NO_PICTURE
