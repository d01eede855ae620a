"""How fast a multi-frame object plays (PS3.3 C.7.6.5), in the order of the clinical conventions."""

from medscan_desktop.dicom.headers.header import Header

_SLOWEST, _FASTEST = 0.1, 500.0  # frames a second; what lies outside is no rate


def frame_rate(header: Header) -> float:
    """Frames a second: RecommendedDisplayFrameRate, then CineRate, then FrameTime or FrameTimeVector (ms); 0 for none.

    A vector's rate is that of its mean: the player keeps one rhythm.
    """
    rates = [header.number("RecommendedDisplayFrameRate"), header.number("CineRate")]
    rates.append(_per_second(header.number("FrameTime")))
    vector = [time for time in header.numbers("FrameTimeVector") if time > 0]  # the first is 0 by definition
    rates.append(_per_second(sum(vector) / len(vector) if vector else None))
    return next((rate for rate in rates if rate is not None and _SLOWEST <= rate <= _FASTEST), 0.0)


def _per_second(milliseconds: float | None) -> float | None:
    return 1000 / milliseconds if milliseconds else None
