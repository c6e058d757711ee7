"""The 27 moods and the rule that labels real songs."""

from __future__ import annotations

import collections
import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.music.conditions import MOODS
from shared.music.moods import (
    CHORD_TENSION,
    DERIVABLE_MOODS,
    MOOD_TABLE,
    Mood,
    derive_mood,
    dissonance,
    minor_share,
    nearest_mood,
)


@dataclass(frozen=True)
class Labelled:
    """All that the rule reads of a chord: its quality."""

    quality: str


def chords_of(*qualities: str) -> list[Labelled]:
    return [Labelled(quality) for quality in qualities]


def test_the_table_holds_every_mood_once_and_no_two_at_one_place():
    assert tuple(MOOD_TABLE) == MOODS
    assert len({(mood.valence, mood.arousal) for mood in MOOD_TABLE.values()}) == len(MOODS)


def test_directions_are_monotone_and_keep_their_ranges():
    corners = [Mood("joy", valence, arousal) for valence in (-1, 0, 1) for arousal in (-1, 0, 1)]
    assert all(0 <= mood.prefers_minor <= 1 and 0 <= mood.dissonance <= 0.9 + 1e-9 for mood in corners)
    assert all(0.5 <= mood.harmonic_rhythm <= 2 for mood in corners)
    glad, sad = Mood("joy", 0.6, 0.2), Mood("joy", -0.6, 0.2)
    assert sad.prefers_minor > glad.prefers_minor
    assert sad.dissonance > glad.dissonance
    awake, asleep = Mood("joy", 0.2, 0.6), Mood("joy", 0.2, -0.6)
    assert awake.harmonic_rhythm > asleep.harmonic_rhythm
    assert awake.tempo_factor > asleep.tempo_factor


def test_a_mood_off_the_circumplex_is_refused():
    with pytest.raises(ValueError, match="not a mood"):
        Mood("joy", 1.5, 0.0)
    with pytest.raises(ValueError, match="not a mood"):
        Mood("hunger", 0.5, 0.0)


def test_statistics_of_chords_by_hand():
    four = chords_of("maj", "min7", "hdim7", "7(b9)")
    assert minor_share(four) == 0.5
    assert dissonance(four) == pytest.approx((0.0 + 0.25 + 0.65 + 0.9) / 4)
    assert minor_share([]) == dissonance([]) == 0.0
    assert CHORD_TENSION["maj"] < CHORD_TENSION["7"] < CHORD_TENSION["dim7"]


def test_the_rule_follows_mode_tempo_and_harmony():
    plain, dark = chords_of("maj", "maj", "maj", "min"), chords_of("min", "min", "maj", "dim")
    assert derive_mood("major", 160.0, plain, 1.3) in {"joy", "excitement"}
    assert derive_mood("major", 65.0, plain, 0.9) == "calmness"
    assert derive_mood("minor", 65.0, dark, 0.9) == "sadness"
    assert derive_mood("minor", 170.0, dark, 1.5) == "anxiety"


@pytest.mark.parametrize(
    ("mode", "tempo", "qualities", "changes"),
    [
        (None, 120.0, ("maj",), 1.0),
        ("major", None, ("maj",), 1.0),
        ("major", 120.0, (), 1.0),
        ("major", 120.0, ("maj",), None),
    ],
)
def test_missing_evidence_gives_no_mood(mode, tempo, qualities, changes):
    assert derive_mood(mode, tempo, chords_of(*qualities), changes) is None


def test_a_mood_is_nearest_to_its_own_place():
    assert all(nearest_mood(mood.valence, mood.arousal) == name for name, mood in MOOD_TABLE.items())


def test_real_songs_spread_over_the_derivable_moods(consort_data: Path):
    """No single label swallows the corpus, and each one is used."""
    found: collections.Counter[str] = collections.Counter()
    with gzip.open(consort_data / "chords-unified" / "songs.jsonl.gz", "rt", encoding="utf-8") as lines:
        for song in map(json.loads, lines):
            qualities = [chord.split(":")[1] for chord in song["chords"]]
            spelled = [{"add9": "maj(9)", "7alt": "7(b9)"}.get(quality, quality) for quality in qualities]
            mode = {"maj": "major", "min": "minor"}.get(song.get("key", ":").split(":")[1])
            per_bar = len(qualities) / len(song["bars"]) if song.get("bars") else None
            label = derive_mood(mode, song.get("tempo"), chords_of(*spelled), per_bar)
            found.update([label] if label else [])
    assert set(found) == set(DERIVABLE_MOODS)
    assert max(found.values()) < 0.35 * found.total()
    assert min(found.values()) > 0.02 * found.total()
