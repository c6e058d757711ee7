"""The control: right on plain triads, whatever the tuning and rate, and the same path as librosa's own."""

from __future__ import annotations

import numpy as np
import pytest

from shared.decoding.chord_templates import SELF_TRANSITION, SHARPNESS, TRIADS, match_templates, recognise_by_templates
from shared.errors import InputError
from shared.music.chords import chroma, format_harte, parse


def tones(label: str, seconds: float, rate: int, cents: float = 0.0) -> np.ndarray:
    """Return a chord of three decaying partials per note, around middle C."""
    time = np.arange(round(seconds * rate)) / rate
    notes = [60 + note for note in parse(label).pitch_classes]
    hertz = [440.0 * 2 ** ((note - 69 + cents / 100) / 12) * partial for note in notes for partial in (1, 2, 3)]
    return np.sum([np.sin(2 * np.pi * hz * time) / hz for hz in hertz], axis=0) * np.exp(-time / 2) * 20


@pytest.mark.slow  # librosa compiles on first use
@pytest.mark.parametrize(("rate", "cents"), [(44_100, 0.0), (22_050, 40.0)])
def test_plain_triads_are_named_where_they_sound(rate: int, cents: float) -> None:
    labels = ("C:maj", "A:min", "F:maj", "E:min")
    timed = recognise_by_templates(np.concatenate([tones(label, 2.0, rate, cents) for label in labels]), rate)
    assert timed.labels == labels
    assert timed.intervals_s == pytest.approx(np.array([[0, 2], [2, 4], [4, 6], [6, 8]]), abs=0.1)
    assert timed.intervals_s[-1, 1] == 8.0


def test_the_path_is_that_of_viterbi_discriminative() -> None:
    """`librosa.sequence.viterbi_discriminative` with equal priors: written out, as its compiler takes a minute."""
    rng = np.random.default_rng(0)
    chromagram = np.repeat(rng.random((30, 12)), 4, axis=0) + 0.3 * rng.random((120, 12))
    templates = np.stack([chroma(triad) for triad in TRIADS])
    cosines = chromagram @ templates.T / np.linalg.norm(chromagram, axis=1)[:, None] / np.linalg.norm(templates, axis=1)
    shares = np.exp(SHARPNESS * cosines) / np.exp(SHARPNESS * cosines).sum(axis=1, keepdims=True)
    transition = np.full((24, 24), (1 - SELF_TRANSITION) / 23)
    np.fill_diagonal(transition, SELF_TRANSITION)
    best, origins = np.log(shares[0]), []
    for frame in np.log(shares[1:]):
        arrivals = best[:, None] + np.log(transition)
        origins.append(arrivals.argmax(axis=0))
        best = arrivals.max(axis=0) + frame
    path = [int(best.argmax())]
    for origin in reversed(origins):
        path.insert(0, int(origin[path[0]]))
    assert match_templates(chromagram).tolist() == path
    assert 1 < len(set(path)) < 30


def test_each_triad_matches_itself() -> None:
    names = [format_harte(TRIADS[match_templates(np.stack([chroma(triad)] * 3))[1]]) for triad in TRIADS]
    assert names == [format_harte(triad) for triad in TRIADS]


def test_silence_is_no_chord_and_nothing_is_refused() -> None:
    silent = recognise_by_templates(np.zeros(1000), 1000)
    assert (silent.labels, silent.intervals_s.tolist()) == (("N",), [[0.0, 1.0]])
    for shape in ((0,), (100, 2)):
        with pytest.raises(InputError, match="recognised in a mono waveform"):
            recognise_by_templates(np.ones(shape), 22_050)
