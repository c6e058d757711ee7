"""Synthetic examples for a machine without labelled music: numbers made by rule, not music.

Each draws a node of the thesaurus, moves its point a little, and sets the 128 features to what the tendencies below
say, in typical units, with noise over all. The tendencies are the well-known ones (Gabrielsson & Lindström 2010):
arousal is fast, loud in the high bands and dense, pleasant music is major and consonant. A figure measured on them
shows that the code works, and nothing about music.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio_models.emotion_recognizer.examples import POINT, Example, rounded
from shared.audio.clip_settings import CLIP_FEATURES
from shared.files import read_json
from shared.music.emotion import N_NODES, thesaurus
from shared.music.emotion_point import EmotionPoint

SYNTHETIC, LICENCE = "synthetic", "CC0 (made by rule)"
NORMS_FILE = Path(__file__).with_name("feature_norms.json")
_SPREAD = 0.1  # of a point around its node
_GROUP_SIZE = 10  # examples that share a group, as clips share a song

# feature -> change in typical deviations from the lowest to the highest (valence, arousal, dominance)
TENDENCIES = {
    "key_mode": (2.0, 0.0, 0.0), "key_mode_4s": (2.0, 0.0, 0.0), "key_major": (1.6, 0.0, 0.0),
    "log_chord_major_1s": (1.5, 0.0, 0.2), "degree_03_share": (-1.5, 0.0, 0.0), "degree_04_share": (1.4, 0.0, 0.0),
    "degree_08_share": (-1.2, 0.0, 0.0), "log_roughness": (-0.8, 1.6, 0.4), "log_interval_minor_second": (-0.8, 1.2, 0),
    "log_flux_low": (0.0, 2.0, 0.6), "log_flux_mean": (0.3, 2.0, 0.3), "log_onsets_soft": (0.4, 2.0, 0.0),
    "log_onsets_medium": (0.6, 1.6, 0.0), "flux_skewness": (-0.3, -1.6, 0.0), "level_mean": (0.3, 1.5, 0.6),
    "log_pitch_change": (0.8, 1.0, 0.0), "brightness_mean": (0.3, 1.0, 0.2), "energy_mel_33_40": (0.4, 1.2, 0.0),
    "log_level_deviation_1s": (-0.4, -0.8, -0.2), "tempo": (0.3, 1.2, 0.0), "bass_pitch_mean": (0.2, -0.8, -0.8),
    "melody_pitch_mean": (0.5, 0.2, -0.4), "polyphony": (0.0, 1.0, 0.8), "pulse_clarity": (0.5, 0.8, 0.2),
}  # fmt: skip


def synthetic_examples(n: int, seed: int) -> list[Example]:
    """Return `n` examples; each tenth begins a new group."""
    rng = np.random.default_rng(seed)
    mean, deviation = feature_norms()
    slopes = _slopes()
    examples = []
    for number in range(n):
        node = thesaurus().by_id(int(rng.integers(N_NODES)))
        middle = [node.point.valence, node.point.arousal, node.point.dominance]
        v, a, d = np.clip(rng.normal(middle, _SPREAD), -1, 1).tolist()
        point = EmotionPoint.of(v, a, d, float(np.clip(rng.normal(node.point.intensity, _SPREAD), 0, 1)))
        standard = np.array([v, a, d]) / 2 @ slopes + rng.standard_normal(len(CLIP_FEATURES))
        examples.append(
            Example(
                f"{SYNTHETIC}/{number:05d}", f"{SYNTHETIC}/{number // _GROUP_SIZE}", SYNTHETIC, LICENCE, True, POINT,
                node.id, v, a, d, point.intensity, rounded((mean + deviation * standard).astype(np.float32)),
            )
        )  # fmt: skip
    return examples


@cache
def feature_norms() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and deviation [128] that the features typically have: those of VGMIDI's renders."""
    content = read_json(NORMS_FILE)
    columns = [[content[name][part] for name in CLIP_FEATURES] for part in ("mean", "deviation")]
    return np.array(columns[0]), np.array(columns[1])


def norms_of(features: NDArray[np.float32]) -> dict[str, dict[str, float]]:
    """Return the content of `NORMS_FILE` for features [n, 128]."""
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    columns = zip(CLIP_FEATURES, mean, deviation, strict=True)
    return {name: {"mean": float(f"{m:.4g}"), "deviation": float(f"{d:.4g}")} for name, m, d in columns}


def _slopes() -> NDArray[np.float64]:
    """Return the tendencies as [3, 128]."""
    slopes = np.zeros((3, len(CLIP_FEATURES)))
    for name, changes in TENDENCIES.items():
        slopes[:, CLIP_FEATURES.index(name)] = changes
    return slopes
