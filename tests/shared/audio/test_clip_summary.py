"""The clip summary: what each dimension says of sounds whose content is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared.audio.clip_settings import (
    CLIP_FEATURES,
    CLIP_UNITS,
    GROUPS,
    LOG_FLOORS,
    TEMPERLEY,
    ClipSettings,
    key_templates,
)
from shared.audio.clip_summary import clip_summaries, clip_summary
from shared.music.additive import Voice
from shared.music.voices import render_voices

RATE = ClipSettings().sample_rate


def played(pitches: list[list[int]], step_s: float = 0.5, velocity: int = 90, up: int = 0) -> NDArray[np.float32]:
    """Return chords one after the other on the synthesizer of the house, moved up by semitones."""
    voices = [
        Voice(pitch + up, velocity, index * step_s, 0.9 * step_s, 0, False)
        for index, chord in enumerate(pitches)
        for pitch in chord
    ]
    return render_voices(voices, len(pitches) * step_s + 0.5, RATE, None)


def value(summary: NDArray[np.float32], name: str) -> float:
    return float(summary[CLIP_FEATURES.index(name)])


MAJOR = [[60, 64, 67], [65, 69, 72], [67, 71, 74], [60, 64, 67]]
MINOR = [[60, 63, 67], [65, 68, 72], [67, 70, 74], [60, 63, 67]]


def test_every_dimension_has_a_name_of_its_own_and_a_unit() -> None:
    assert len(CLIP_FEATURES) == len(set(CLIP_FEATURES)) == len(CLIP_UNITS) == 128
    assert all(CLIP_UNITS)
    logs = np.array([name.startswith("log_") for name in CLIP_FEATURES])
    np.testing.assert_array_equal(logs, LOG_FLOORS > 0)
    assert sum(len(rows) for rows in GROUPS.values()) == 128


def test_mode_is_heard_in_every_key() -> None:
    for up in (0, 5):
        major, minor = clip_summary(played(MAJOR, up=up)), clip_summary(played(MINOR, up=up))
        for name in ("key_mode", "key_mode_krumhansl", "key_mode_4s"):
            assert value(major, name) > value(minor, name) + 0.05, (name, up)
        assert value(major, "degree_04_share") > value(major, "degree_03_share")
        assert value(major, "log_chord_major_1s") > value(minor, "log_chord_major_1s")


def test_speed_density_and_register_are_heard() -> None:
    slow, fast = clip_summary(played(MAJOR * 2, 1.0)), clip_summary(played(MAJOR * 8, 0.25))
    for name in ("log_onsets_soft", "log_flux_mean", "log_pitch_change"):
        assert value(fast, name) > value(slow, name)
    # Eight chords in 8.5 s, and thirty-two: 0.94 and 3.8 onsets a second.
    assert np.exp(value(slow, "log_onsets_soft")) - 0.1 == pytest.approx(0.94, abs=0.3)
    assert np.exp(value(fast, "log_onsets_soft")) - 0.1 == pytest.approx(3.8, abs=0.5)
    low, high = clip_summary(played(MAJOR, up=-12)), clip_summary(played(MAJOR, up=12))
    assert value(high, "pitch_mean") - value(low, "pitch_mean") == pytest.approx(24, abs=6)
    assert value(high, "melody_pitch_mean") > value(low, "melody_pitch_mean") + 12


def test_dissonance_is_rough() -> None:
    smooth, rough = clip_summary(played([[60, 67]] * 6)), clip_summary(played([[60, 61]] * 6))
    assert value(rough, "log_roughness") > value(smooth, "log_roughness") + 0.3
    assert value(rough, "log_interval_minor_second") > value(smooth, "log_interval_minor_second")


def test_loudness_of_the_file_does_not_matter() -> None:
    sound = played(MAJOR)
    np.testing.assert_allclose(clip_summary(sound), clip_summary(sound * np.float32(0.05)), atol=2e-3)


def test_excerpts_are_nearly_what_they_are_alone() -> None:
    sound = played(MAJOR * 4)
    middle = (4 * 512 * 40, 4 * 512 * 100)
    whole, excerpt = clip_summaries(sound, [(0, len(sound)), middle])
    np.testing.assert_array_equal(whole, clip_summary(sound))
    alone = clip_summary(sound[slice(*middle)])
    for name in ("brightness_mean", "key_mode", "pitch_mean", "log_onsets_soft", "log_roughness"):
        assert value(excerpt, name) == pytest.approx(value(alone, name), abs=0.15 * abs(value(alone, name)) + 0.05)


@settings(max_examples=15)
@given(n_samples=st.integers(1, 3000), level=st.sampled_from([0.0, 1e-6, 0.3]))
def test_nothing_is_ever_infinite(n_samples: int, level: float) -> None:
    sound = level * np.random.default_rng(n_samples).standard_normal(n_samples)
    assert np.isfinite(clip_summary(sound.astype(np.float32))).all()


def test_key_templates_are_unit_vectors_that_know_their_key() -> None:
    templates = key_templates(TEMPERLEY)
    np.testing.assert_allclose(np.linalg.norm(templates, axis=1), 1)
    assert (templates @ templates.T).argmax(axis=1).tolist() == list(range(24))
