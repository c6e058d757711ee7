"""The weights in `checkpoints/emotion`: free, small, one net in two files, and they hear emotions in plain music."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio_models.emotion_recognizer import run_folder
from audio_models.emotion_recognizer.export import WaveformRecognizer
from shared.audio.clip_summary import clip_summary
from shared.datasets.licences import may_ship
from shared.decoding.emotion_recognition import SAMPLE_RATE, EmotionEar
from shared.export.torch_onnx import verify_torch
from shared.export.verify import inspect_model
from shared.files import read_json
from shared.music.additive import Voice
from shared.music.voices import render_voices
from shared.runtime import OnnxModel
from shared.shipped import CHECKPOINTS

WEIGHTS = CHECKPOINTS / "emotion"
FILES = (run_folder.ONNX_FILE, run_folder.WAVEFORM_FILE)


def music(thirds: int, step_s: float, velocity: int, n_chords: int, up: int = 0) -> np.ndarray:
    """Return triads of a major (4) or minor (3) key on the synthesizer of the house."""
    voices = [
        Voice(48 + up + pitch, velocity, step * step_s, 0.9 * step_s, 0, False)
        for step in range(n_chords)
        for pitch in (0, 12 + (0, thirds, 7, 12)[step % 4], 19)
    ]
    return render_voices(voices, n_chords * step_s + 0.5, SAMPLE_RATE, None)


@pytest.fixture(scope="module")
def ear() -> EmotionEar:
    return EmotionEar(WEIGHTS / run_folder.ONNX_FILE)


def test_they_are_small_free_and_complete() -> None:
    for name in (*FILES, run_folder.INT8_FILE):
        path = WEIGHTS / name
        assert path.stat().st_size < 1.5e6
        assert inspect_model(path, runs=3).problem == ""
        assert "## Licence" in path.with_suffix(".md").read_text(encoding="utf-8")
        assert read_json(path.with_suffix(".json"))["version"]
    assert all(may_ship(licence) for licence in read_json(WEIGHTS / run_folder.SOURCES_FILE)["licence"])
    results = read_json(WEIGHTS / run_folder.RESULTS_FILE)
    assert not results["is_synthetic"]
    assert results["overall"]["arousal_r2"] > results["controls"]["mean"]["arousal_r2"]


def test_both_files_are_the_trained_network() -> None:
    network = run_folder.load_model(WEIGHTS)
    whole = WaveformRecognizer(network).eval()
    assert verify_torch(WEIGHTS / run_folder.ONNX_FILE, network).max_difference < 1e-5
    assert verify_torch(WEIGHTS / run_folder.WAVEFORM_FILE, whole, (700, 30_001, 90_000)).max_difference < 1e-5


def test_the_graph_hears_what_numpy_hears(ear: EmotionEar) -> None:
    sound = music(4, 0.4, 90, 12)
    whole = OnnxModel(WEIGHTS / run_folder.WAVEFORM_FILE).run({"waveform": sound[None]})["embedding"][0]
    np.testing.assert_allclose(whole, ear.of_features(clip_summary(sound)[None])[0], atol=1e-4)
    np.testing.assert_allclose(whole, ear.of_waveform(sound).embedding, atol=1e-4)


def test_fast_music_is_aroused_and_major_music_pleasant_in_every_key(ear: EmotionEar) -> None:
    for up in (0, 5):
        fast, slow = (ear.of_waveform(music(4, step, 100, n, up)).point for step, n in ((0.2, 30), (1.2, 6)))
        assert fast.arousal > slow.arousal + 0.1
        major, minor = (ear.of_waveform(music(thirds, 0.4, 90, 16, up)).point for thirds in (4, 3))
        assert major.valence > minor.valence


def test_real_music_spreads_over_the_plane(ear: EmotionEar, consort_data: Path) -> None:
    recordings = sorted((consort_data / "emotify").glob("*.ogg"))[::64]
    heard = [ear.of_file(path).point for path in recordings]
    assert len(heard) >= 5
    assert np.std([point.arousal for point in heard]) > 0.05
