"""A recording heard in windows is the recording heard at once, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from shared.datasets.contract import TimedChords
from shared.decoding import chord_recognition
from shared.decoding.chord_recognition import (
    CONTEXT_FRAMES,
    SEGMENT_FRAMES,
    WINDOW_FRAMES,
    FrameScores,
    Recognizer,
)
from shared.errors import InputError
from shared.music.chord_classes import CHORD_CLASSES, N_CLASSES
from shared.music.chords import parse

HOP, RATE = 10, 100
Waveform = NDArray[np.float32]


class PlantedModel:
    """Says of each frame the class whose number its first sample is, counted from 1."""

    sample_rate, hop_length, self_transition = RATE, HOP, 0.96

    def __init__(self) -> None:
        self.longest = 0

    def frames(self, waveform: Waveform) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        self.longest = max(self.longest, len(waveform))
        padded = np.pad(waveform, (0, HOP), mode="edge")
        ids = np.maximum(padded[::HOP][: 1 + len(waveform) // HOP].astype(int) - 1, 0)
        joint = np.full((len(ids), N_CLASSES), np.log(0.1 / 360), np.float32)
        joint[np.arange(len(ids)), ids] = np.log(0.9)
        return joint, np.tile(np.log(np.eye(12, dtype=np.float32)[0] * 0.9 + 1e-3), (len(ids), 1))


def _recording(seconds: float) -> Waveform:
    """Two chords in turn, ten seconds each, as the planted model hears them."""
    time_s = np.arange(int(seconds * RATE)) / RATE
    first, second = CHORD_CLASSES.encode(parse("C:maj")), CHORD_CLASSES.encode(parse("F:maj"))
    return (np.where(time_s % 20 < 10, first, second) + 1).astype(np.float32)


def _blocks(waveform: Waveform, size: int) -> Iterator[Waveform]:
    yield from (waveform[start : start + size] for start in range(0, len(waveform), size))


@pytest.mark.parametrize("seconds", [0.01, 0.1, 51.2, 51.3, 200.0, 333.3])
@pytest.mark.parametrize("block", [7, 1000, 10**6])
def test_windows_join_to_the_whole(seconds: float, block: int) -> None:
    waveform = _recording(seconds)
    model = PlantedModel()
    scores = Recognizer(model).score(_blocks(waveform, block))  # type: ignore[arg-type]
    joint, _ = PlantedModel().frames(waveform)
    np.testing.assert_array_equal(scores.joint, joint)
    assert scores.duration_s == pytest.approx(len(waveform) / RATE)
    assert model.longest <= WINDOW_FRAMES * HOP


def test_every_frame_that_counts_has_its_context() -> None:
    """A planted model that is wrong near the edges of a window is right for the recording, but at its ends."""

    class Blind(PlantedModel):
        def frames(self, waveform: Waveform) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            joint, bass = super().frames(waveform)
            joint[:CONTEXT_FRAMES] = joint[-CONTEXT_FRAMES:] = 0.0
            return joint, bass

    waveform = _recording(300)
    found = Recognizer(Blind()).score([waveform]).joint  # type: ignore[arg-type]
    wanted, _ = PlantedModel().frames(waveform)
    inside = slice(CONTEXT_FRAMES, -CONTEXT_FRAMES)
    np.testing.assert_array_equal(found[inside], wanted[inside])


def test_chords_come_with_their_times() -> None:
    recognizer = Recognizer(PlantedModel())  # type: ignore[arg-type]
    timed = recognizer.decode(recognizer.score([_recording(35)]))
    assert [label.split("/")[0] for label in timed.labels] == ["C:maj", "F:maj", "C:maj", "F:maj"]
    np.testing.assert_allclose(timed.intervals_s[:, 0], [0, 10, 20, 30], atol=HOP / RATE)
    assert timed.intervals_s[-1, 1] == 35


class Doubting(PlantedModel):
    """Says noise beside what it hears."""

    def frames(self, waveform: Waveform) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        joint, bass = super().frames(waveform)
        # The same doubt wherever a window begins: it depends on the sound, which says the time.
        seeds = np.pad(waveform, (0, HOP))[::HOP][: len(joint)]
        doubt = np.stack([np.random.default_rng(int(1000 * seed)).normal(0, 3, N_CLASSES) for seed in seeds])
        return (joint + doubt).astype(np.float32), bass


@pytest.mark.parametrize("seconds", [0.01, 35.0, 120.0, 437.7])
def test_segments_give_the_chords_of_the_whole(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording of many segments: the same chords, whether or not all frames are decoded together."""
    monkeypatch.setattr(chord_recognition, "SEGMENT_FRAMES", 600)
    monkeypatch.setattr(chord_recognition, "OVERLAP_FRAMES", 60)
    recognizer = Recognizer(Doubting())  # type: ignore[arg-type]
    time_s = np.arange(int(seconds * RATE)) / RATE
    waveform = (_recording(seconds) + 0.5 * (time_s % 7) / 7).astype(np.float32)
    whole = recognizer.decode(recognizer.score([waveform]))
    parts = recognizer.listen(_blocks(waveform, 999))
    assert parts.labels == whole.labels
    np.testing.assert_array_equal(parts.intervals_s, whole.intervals_s)
    with pytest.raises(InputError, match="empty"):
        recognizer.listen([])


def test_only_some_minutes_of_frames_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    recognizer = Recognizer(PlantedModel())  # type: ignore[arg-type]
    decoded: list[int] = []
    original = chord_recognition.decode_chords

    def noting(joint: NDArray[np.float32], *others: object, **named: object) -> TimedChords:
        decoded.append(len(joint))
        return original(joint, *others, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(chord_recognition, "decode_chords", noting)
    recognizer.listen(_blocks(_recording(3600), 3000))
    assert len(decoded) > 8
    assert max(decoded) <= SEGMENT_FRAMES + WINDOW_FRAMES


@pytest.mark.parametrize("silent_s", [0.02, 0.3, 51.0, 123.4])
def test_before_the_first_sound_is_no_chord_whatever_the_network_says(silent_s: float) -> None:
    """Silence is the first class to the planted model, which the rule leaves to it once there was a sound."""
    silence = np.zeros(round(silent_s * RATE), np.float32)
    recording = np.concatenate([silence, _recording(10), silence[: 5 * RATE]])
    timed = Recognizer(PlantedModel()).listen(_blocks(recording, 777))  # type: ignore[arg-type]
    assert timed.labels == ("N", "C:maj")
    assert abs(timed.intervals_s[1, 0] - silent_s) <= HOP / RATE / 2 + 1e-9


def test_beats_are_where_chords_change_if_asked() -> None:
    recognizer = Recognizer(PlantedModel())  # type: ignore[arg-type]
    timed = recognizer.decode(recognizer.score([_recording(20)]), beat_times_s=np.arange(0, 20, 4.0))
    assert timed.intervals_s[1, 0] in (8.0, 12.0)


def test_a_recording_shorter_than_a_frame_has_a_chord_and_an_empty_one_is_refused() -> None:
    recognizer = Recognizer(PlantedModel())  # type: ignore[arg-type]
    one = recognizer.decode(recognizer.score([np.zeros(1, np.float32)]))
    assert one.intervals_s.tolist() == [[0.0, 1 / RATE]]
    with pytest.raises(InputError, match="empty"):
        recognizer.score([])


def test_scores_know_their_times() -> None:
    scores = FrameScores(np.zeros((3, N_CLASSES), np.float32), np.zeros((3, 12), np.float32), 0.1, 0.25)
    np.testing.assert_allclose(scores.times_s, [0, 0.1, 0.2])
