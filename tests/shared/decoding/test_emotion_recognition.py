"""From files to emotions without a framework: parts are averaged, and what is no music is refused by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared.audio.io import write_wav
from shared.decoding import emotion_recognition
from shared.decoding.emotion_recognition import SAMPLE_RATE, EmotionEar, read_clip
from shared.errors import InputError
from shared.music.midi import write_midi
from shared.music.note_sound import note_sound
from shared.music.note_table import NoteTable
from shared.music.score import Note, Score, Track
from shared.shipped import CHECKPOINTS

MODEL = CHECKPOINTS / "emotion" / "emotion_recognizer.onnx"


@pytest.fixture(scope="module")
def ear() -> EmotionEar:
    return EmotionEar(MODEL)


def tone(seconds: float, hz: float = 330.0) -> np.ndarray:
    time_s = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.3 * np.sin(2 * np.pi * hz * time_s) * np.exp(-(time_s % 0.5))).astype(np.float32)


def test_a_long_recording_is_heard_in_parts(ear: EmotionEar, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tone(2.0), tone(2.0, 110.0)
    halves = [ear.of_waveform(half).embedding for half in (first, second)]
    monkeypatch.setattr(emotion_recognition, "PART_S", 2.0)
    heard = ear.of_waveform(np.concatenate([first, second]))
    np.testing.assert_allclose(heard.embedding, np.mean(halves, axis=0), atol=1e-5)
    assert -1 <= heard.point.valence <= 1
    assert heard.nearest.node.word


def test_midi_and_sound_both_are_clips(ear: EmotionEar, tmp_path: Path) -> None:
    notes = tuple(Note(60 + step, 90, float(step), 1.0) for step in range(4))
    score = Score((Track("piano", 0, notes=notes),), 120.0)
    path = write_midi(score, tmp_path / "scale.mid")
    sound = read_clip(path)
    assert len(sound) == pytest.approx(3.0 * SAMPLE_RATE, abs=0.3 * SAMPLE_RATE)
    assert np.abs(sound).max() > 0.01
    np.testing.assert_array_equal(sound, note_sound(NoteTable.of_file(path), SAMPLE_RATE))
    assert ear.of_file(path).embedding.shape == (64,)


def test_what_is_no_music_is_refused_by_name(ear: EmotionEar, tmp_path: Path) -> None:
    write_wav(tmp_path / "short.wav", tone(0.2), SAMPLE_RATE)
    with pytest.raises(InputError, match=r"short\.wav.*too short"):
        ear.of_file(tmp_path / "short.wav")
    with pytest.raises(InputError, match="silent"):
        ear.of_waveform(np.zeros(SAMPLE_RATE, dtype=np.float32))
    with pytest.raises(InputError, match=r"lost\.mid"):
        ear.of_file(tmp_path / "lost.mid")
    with pytest.raises(InputError, match=r"give emotion_recognizer\.onnx"):
        EmotionEar(CHECKPOINTS / "emotion" / "emotion_recognizer_waveform.onnx")
