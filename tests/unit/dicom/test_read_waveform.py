"""Waveforms: values in their units by the standard's formula, held to pydicom's; kinds of samples; what is refused."""

from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.objects.read_waveform import read_waveform
from tests.support.made_documents import ECG_HZ, ECG_MICROVOLTS, LEADS, ecg, ecg_samples, file_of
from tests.support.made_modules import code, item
from tests.support.reading import asked


def one_group(samples: np.ndarray, kind: str, **values: Any) -> Dataset:
    """An ECG object that holds these samples (samples, channels) instead."""
    dataset = ecg()
    group = dataset.WaveformSequence[0]
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = samples.shape[1], samples.shape[0]
    group.WaveformBitsAllocated = samples.itemsize * 8
    group.WaveformSampleInterpretation = kind
    group.ChannelDefinitionSequence = list(group.ChannelDefinitionSequence[: samples.shape[1]])
    group.WaveformData = samples.tobytes()
    group["WaveformData"].VR = "OB" if samples.itemsize == 1 else "OW"
    for keyword, value in values.items():
        setattr(group, keyword, value)
    return dataset


def test_values_are_stored_times_sensitivity_times_correction_plus_baseline() -> None:
    """PS3.3 C.10.9.1.4.2."""
    dataset = ecg()
    channel = dataset.WaveformSequence[0].ChannelDefinitionSequence[1]
    channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor, channel.ChannelBaseline = "2.5", "1.1", "-7"

    answer, (values,) = asked(read_waveform, file_of(dataset))

    stored = ecg_samples().astype(float)
    np.testing.assert_allclose(values[0], stored[:, 0] * ECG_MICROVOLTS, rtol=1e-6)
    np.testing.assert_allclose(values[1], stored[:, 1] * 2.5 * 1.1 - 7, rtol=1e-5, atol=1e-3)
    assert [one["label"] for one in answer["groups"][0]["channels"]] == list(LEADS)
    assert answer["groups"][0]["hz"] == ECG_HZ


def test_values_are_those_of_pydicom() -> None:
    dataset = ecg()
    dataset.WaveformSequence[0].ChannelDefinitionSequence[3].ChannelBaseline = "12.5"

    _, (values,) = asked(read_waveform, file_of(dataset))

    np.testing.assert_allclose(values, dataset.waveform_array(0).T, rtol=1e-6, atol=1e-3)


@pytest.mark.parametrize(
    ("kind", "dtype"), [("SB", "i1"), ("UB", "u1"), ("SS", "<i2"), ("US", "<u2"), ("SL", "<i4"), ("UL", "<u4")]
)
def test_every_kind_of_sample_keeps_its_sign_and_size(kind: str, dtype: str) -> None:
    limits = np.iinfo(np.dtype(dtype))
    samples = np.array([[limits.min], [limits.max], [1], [0]], dtype)

    _, (values,) = asked(read_waveform, file_of(one_group(samples, kind)))

    np.testing.assert_allclose(values[0], samples[:, 0].astype(float) * ECG_MICROVOLTS, rtol=1e-6)


@pytest.mark.parametrize(
    ("kind", "codes", "linear"),
    [  # ITU-T G.711: the ends, and silence
        ("MB", [0x00, 0x80, 0xFF, 0x7F], [-32124, 32124, 0, 0]),
        ("AB", [0x2A, 0xAA, 0xD5, 0x55], [-32256, 32256, 8, -8]),
    ],
)
def test_companded_audio_is_expanded(kind: str, codes: list[int], linear: list[int]) -> None:
    _, (values,) = asked(read_waveform, file_of(one_group(np.array([codes], np.uint8).T, kind)))

    np.testing.assert_allclose(values[0], np.array(linear) * ECG_MICROVOLTS)


def test_padding_is_no_sample() -> None:
    samples = np.array([[5], [-32768], [7], [9]], np.int16)
    padding = np.int16(-32768).tobytes()

    _, (values,) = asked(read_waveform, file_of(one_group(samples, "SS", WaveformPaddingValue=padding)))

    assert np.isnan(values[0]).tolist() == [False, True, False, False]


def test_a_group_and_a_channel_may_begin_later() -> None:
    dataset = ecg()
    dataset.WaveformSequence[0].MultiplexGroupTimeOffset = 250
    dataset.WaveformSequence[0].ChannelDefinitionSequence[2].ChannelSampleSkew = "5"

    group = asked(read_waveform, file_of(dataset))[0]["groups"][0]

    assert group["offset_s"] == 0.25
    assert group["channels"][2]["offset_s"] == 5 / ECG_HZ


def test_annotations_stand_at_their_sample() -> None:
    dataset = ecg()
    dataset.WaveformAnnotationSequence = [
        item(
            ReferencedWaveformChannels=[1, 0],
            ConceptNameCodeSequence=code("2:16016", "MDC", "QRS onset"),
            TemporalRangeType="POINT",
            ReferencedSamplePositions=[ECG_HZ + 1],
            UnformattedTextValue="R",
        )
    ]

    assert asked(read_waveform, file_of(dataset))[0]["marks"] == [[0, 1.0, "QRS onset: R"]]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"NumberOfWaveformSamples": 5_000}, "is truncated: waveform 1 holds fewer samples than it says"),
        ({"NumberOfWaveformSamples": 2**31}, "which cannot be shown"),
        ({"NumberOfWaveformChannels": 0}, "which cannot be shown"),
        ({"WaveformSampleInterpretation": "XX"}, 'the unknown kind "XX"'),
        ({"WaveformBitsAllocated": 8}, "do not fit"),
        ({"SamplingFrequency": "0"}, "names no sampling frequency"),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_reason(change: dict[str, Any], sentence: str) -> None:
    dataset = ecg()
    for keyword, value in change.items():
        setattr(dataset.WaveformSequence[0], keyword, value)

    with pytest.raises(Malformed, match=sentence):
        asked(read_waveform, file_of(dataset))
