"""Waveforms (PS3.3 C.10.9): the channels of each multiplex group in their own units. Runs in a worker."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.elements import Malformed, Truncated
from medscan_desktop.dicom.objects.parsed import items_of, line, numbers_of, parsed, text_of
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.workers.task import Task

if TYPE_CHECKING:
    from pydicom import Dataset

_DTYPES = {"SB": "i1", "UB": "u1", "SS": "i2", "US": "u2", "SL": "i4", "UL": "u4", "SV": "i8", "UV": "u8"}
_COMPANDED = ("MB", "AB")  # 8-bit mu-law and A-law audio (ITU-T G.711)
_MOST_VALUES = 64_000_000  # of one group: 256 MB as 32-bit floats
_MOST_GROUPS, _MOST_CHANNELS, _MOST_MARKS = 64, 512, 1_000


def read_waveform(task: Task) -> Mapping[str, Any]:
    """Emits one float32 (channels, samples) a group, NaN where a sample is padding; answers what they mean.

    {"groups": [{"label", "hz", "samples", "offset_s", "channels": [{"label", "unit", "offset_s"}]}],
    "marks": [[group, seconds, text]], "warnings": [...]}. A value is stored * ChannelSensitivity *
    ChannelSensitivityCorrectionFactor + ChannelBaseline (C.10.9.1.4.2).
    """
    with quiet():
        dataset = parsed(task.file)
        found = items_of(dataset, "WaveformSequence")
        if not found:
            raise Malformed("holds no waveform")
        warnings = [] if len(found) <= _MOST_GROUPS else [f"Only the first {_MOST_GROUPS} groups are shown."]
        order = ">" if not dataset.original_encoding[1] else "<"
        groups = []
        for number, group in enumerate(found[:_MOST_GROUPS], 1):
            stored = _stored(group, order, number)
            values, channels = _values(group, stored)
            task.emit(values)
            groups.append(_described(group, values, channels, number))
        return {"groups": groups, "marks": _marks(dataset, groups), "warnings": warnings}


def _stored(group: "Dataset", order: str, number: int) -> NDArray[Any]:
    """The group's samples as they are stored, (samples, channels)."""
    channels, samples = (_count(group, name) for name in ("NumberOfWaveformChannels", "NumberOfWaveformSamples"))
    if not 0 < channels <= _MOST_CHANNELS or not 0 < samples <= _MOST_VALUES // channels:
        raise Malformed(f"has a waveform of {channels:,} channels and {samples:,} samples, which cannot be shown")
    kind = text_of(group, "WaveformSampleInterpretation").upper()
    if kind not in _DTYPES and kind not in _COMPANDED:
        raise Malformed(f'has waveform samples of the unknown kind "{line(kind)}"')
    dtype = np.dtype(order + _DTYPES.get(kind, "u1"))
    if _count(group, "WaveformBitsAllocated") not in (0, dtype.itemsize * 8):
        raise Malformed("contradicts itself: its waveform bits and sample interpretation do not fit")
    data = group.get("WaveformData") or b""
    if len(data) < channels * samples * dtype.itemsize:
        raise Truncated(f"is truncated: waveform {number} holds fewer samples than it says")
    stored = np.frombuffer(data, dtype, channels * samples).reshape(samples, channels)
    return _expanded(stored, kind) if kind in _COMPANDED else stored


def _count(group: "Dataset", keyword: str) -> int:
    return int(next(iter(numbers_of(group, keyword)), 0))


def _expanded(stored: NDArray[np.uint8], kind: str) -> NDArray[np.int16]:
    """G.711 to linear 16 bits."""
    codes = np.arange(256)
    if kind == "MB":
        inverted = ~codes & 0xFF
        exponent, mantissa = (inverted >> 4) & 7, inverted & 0xF
        size = (((mantissa << 3) + 0x84) << exponent) - 0x84
        table = np.where(inverted & 0x80, -size, size)
    else:
        toggled = codes ^ 0x55
        exponent, mantissa = (toggled >> 4) & 7, toggled & 0xF
        size = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
        table = np.where(toggled & 0x80, size, -size)
    return np.asarray(table.astype(np.int16)[stored])


def _values(group: "Dataset", stored: NDArray[Any]) -> tuple[NDArray[np.float32], list["Dataset"]]:
    """(channels, samples) in the channels' units, and each channel's definition."""
    from pydicom import Dataset  # noqa: PLC0415  only a worker needs it

    definitions = items_of(group, "ChannelDefinitionSequence")
    channels = [definitions[n] if n < len(definitions) else Dataset() for n in range(stored.shape[1])]
    padding = _padding(group, stored.dtype)
    values = np.empty(stored.shape[::-1], np.float32)
    for number, channel in enumerate(channels):
        sensitivity, correction, baseline = (
            next(iter(numbers_of(channel, keyword)), default)
            for keyword, default in (
                ("ChannelSensitivity", 1.0),
                ("ChannelSensitivityCorrectionFactor", 1.0),
                ("ChannelBaseline", 0.0),
            )
        )
        column = stored[:, number]
        values[number] = column * (sensitivity * correction) + baseline
        if padding is not None:
            values[number, column == padding] = np.nan
    return values, channels


def _padding(group: "Dataset", dtype: np.dtype[Any]) -> Any:
    """The stored value that stands for no sample, None where there is none."""
    raw = group.get("WaveformPaddingValue")
    if isinstance(raw, int):
        return raw
    if isinstance(raw, bytes) and len(raw) >= dtype.itemsize:
        return np.frombuffer(raw, dtype, 1)[0]
    return None


def _described(group: "Dataset", values: NDArray[np.float32], channels: list["Dataset"], number: int) -> dict[str, Any]:
    hz = next(iter(numbers_of(group, "SamplingFrequency")), 0.0)
    if not 0 < hz < 1e9:
        raise Malformed("names no sampling frequency for its waveform")
    offset_ms = next(iter(numbers_of(group, "MultiplexGroupTimeOffset")), 0.0)
    return {
        "label": line(text_of(group, "MultiplexGroupLabel")) or f"Group {number}",
        "hz": hz,
        "samples": values.shape[1],
        "offset_s": offset_ms / 1000,
        "channels": [_channel(channel, hz, place) for place, channel in enumerate(channels, 1)],
    }


def _channel(channel: "Dataset", hz: float, place: int) -> dict[str, Any]:
    """Name, unit, and how much later than the group it begins (C.10.9.1.4.3: in seconds, or in samples)."""
    source = next((text_of(one, "CodeMeaning") for one in items_of(channel, "ChannelSourceSequence")), "")
    unit = next((text_of(one, "CodeValue") for one in items_of(channel, "ChannelSensitivityUnitsSequence")), "")
    seconds = next(iter(numbers_of(channel, "ChannelTimeSkew")), 0.0)
    samples = next(iter(numbers_of(channel, "ChannelSampleSkew")), 0.0)
    label = line(text_of(channel, "ChannelLabel") or source) or f"channel {place}"
    return {"label": label, "unit": line(unit), "offset_s": seconds or samples / hz}


def _marks(dataset: "Dataset", groups: list[dict[str, Any]]) -> list[list[Any]]:
    """Annotations that name a sample or a time: (group from 0, seconds, text)."""
    marks = []
    for one in items_of(dataset, "WaveformAnnotationSequence")[:_MOST_MARKS]:
        name = next((text_of(code, "CodeMeaning") for code in items_of(one, "ConceptNameCodeSequence")), "")
        meaning = next((text_of(code, "CodeMeaning") for code in items_of(one, "ConceptCodeSequence")), "")
        number = text_of(one, "NumericValue")
        unit = next((text_of(code, "CodeValue") for code in items_of(one, "MeasurementUnitsCodeSequence")), "")
        value = text_of(one, "UnformattedTextValue") or meaning or f"{number} {unit}".strip()
        text = ": ".join(part for part in (name, value) if part)
        channels = numbers_of(one, "ReferencedWaveformChannels")
        group = int(channels[0]) - 1 if channels else 0
        if not text or not 0 <= group < len(groups):
            continue
        samples = numbers_of(one, "ReferencedSamplePositions")
        offsets = numbers_of(one, "ReferencedTimeOffsets")
        at = [(sample - 1) / groups[group]["hz"] for sample in samples[:2]] or [value / 1000 for value in offsets[:2]]
        marks.append([group, at[0] if at else -1.0, line(text)])
    return marks
