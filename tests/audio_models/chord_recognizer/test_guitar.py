"""Chords of single recorded notes: true, playable, and as loud as they should be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio_models.chord_recognizer.guitar import fingerings, guitar_chords, read_notes
from shared.errors import ConsortError
from shared.music.chords import parse

OPEN_STRINGS = {"E2": 40, "A2": 45, "D3": 50, "G3": 55, "B3": 59, "E4": 64}


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five frets of six strings, as short sines."""
    root = tmp_path_factory.mktemp("corpora")
    (root / "guitar-notes").mkdir()
    time_s = np.arange(11_025) / 22_050
    for string, lowest in OPEN_STRINGS.items():
        for fret in range(5):
            sine = 0.5 * np.sin(2 * np.pi * 440 * 2 ** ((lowest + fret - 69) / 12) * time_s)
            name = f"{lowest + fret:03}_{string}_fret{fret:02}.flac"
            soundfile.write(root / "guitar-notes" / name, sine, 22_050)
    return root


def test_the_chord_that_everybody_knows_is_among_the_fingerings(corpora: Path) -> None:
    found = fingerings(parse("E:maj"), read_notes(corpora))
    assert (40, 47, 52, 56, 59, 64) in [tuple(note.pitch for note in hand) for hand in found]


@pytest.mark.parametrize("label", ["C:maj", "A:min7", "F#:dim", "G:7"])
def test_a_hand_plays_all_tones_and_no_other_with_the_root_below(label: str, corpora: Path) -> None:
    chord = parse(label)
    for hand in fingerings(chord, read_notes(corpora)):
        assert {note.pitch % 12 for note in hand} == set(chord.pitch_classes)
        assert min(note.pitch for note in hand) % 12 == chord.root
        assert len({note.string for note in hand}) == len(hand)


def test_chords_begin_with_silence_and_are_drawn_anew_alike(corpora: Path) -> None:
    first, again = (list(guitar_chords(corpora, 14, seed=1)) for _ in range(2))
    assert [stem for stem, _, _ in first] == [f"guitar_{index:03}" for index in range(14)]
    for (_, waveform, chords), (_, other, _) in zip(first, again, strict=True):
        np.testing.assert_array_equal(waveform, other)
        assert chords.labels[0] == "N"
        assert not waveform[: int(chords.intervals_s[0, 1] * 44_100) - 50].any()
        assert np.abs(waveform).max() == pytest.approx(0.7)
    assert len({chords.labels[1] for _, _, chords in first}) == 14


def test_without_recordings_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConsortError, match="CONSORT_DATA"):
        read_notes(tmp_path)
