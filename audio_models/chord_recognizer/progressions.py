"""Chord progressions with true labels: made up, so that all 30 qualities and basses come, and of real songs."""

from __future__ import annotations

from functools import cache

import numpy as np

from audio_models.chord_recognizer.draws import pick
from shared.datasets.contract import ChordSong
from shared.music.chord_types import ADD9, INTERVALS, NO_CHORD, UNKNOWN
from shared.music.chords import CHORD_TYPES, Chord
from shared.music.melody import ChordSpan

SOUNDING_TYPES = tuple(name for name in CHORD_TYPES if name not in (NO_CHORD, UNKNOWN))
# How often the common ones come beyond the equal share of all, so that a made-up piece still resembles music.
_COMMON = {"maj": 6.0, "min": 5.0, "7": 3.0, "min7": 3.0, "maj7": 2.0, "sus4": 1.0, "sus2": 0.5, "dim": 0.5, "9": 0.5}
EQUAL_SHARE = 0.6  # of the chords are drawn from all qualities alike: 1 in 50 at least for each
INVERTED = 0.35
# Semitones from root to root: fourths and seconds more than what leads far away.
_STEPS = np.array([0.5, 1, 3, 2, 2, 5, 1, 4, 2, 3, 2.5, 1.0])
_REPEATED = 0.35  # a made-up song returns to a chord that it had
_SLASHED = 0.12  # of a real song's chords get an inversion: the corpus dropped its basses

BEAT_LENGTHS = (2.0, 4.0, 4.0, 8.0)


def inversions(quality: str) -> tuple[int, ...]:
    """Return the semitones above the root that may be the bass such that no other name fits better.

    `C:maj6/6` sounds as `A:min7` does and is called that; the inversions of a diminished seventh are its other roots.
    """
    tones = INTERVALS[quality]
    return (0, *(bass for bass in sorted(tones - {0}) if frozenset((t - bass) % 12 for t in tones) not in _named()))


@cache
def _named() -> frozenset[frozenset[int]]:
    return frozenset(INTERVALS[quality] for quality in (*SOUNDING_TYPES, *ADD9))


def random_chord(rng: np.random.Generator, root: int, inverted: float = INVERTED) -> Chord:
    """Draw a quality and a bass for a root."""
    if rng.random() < EQUAL_SHARE:
        quality = pick(rng, SOUNDING_TYPES)
    else:
        weights = np.array(list(_COMMON.values()))
        quality = list(_COMMON)[rng.choice(len(_COMMON), p=weights / weights.sum())]
    return inverted_at_random(Chord(root, quality, root), rng, inverted)


def inverted_at_random(chord: Chord, rng: np.random.Generator, share: float) -> Chord:
    """Put another tone of a chord below it, in `share` of the cases."""
    basses = inversions(chord.quality)[1:]
    if not basses or rng.random() >= share:
        return chord
    return Chord(chord.root, chord.quality, (chord.root + pick(rng, basses)) % 12)


def random_progression(rng: np.random.Generator, quarters: float, shortest_quarters: float) -> list[ChordSpan]:
    """Make up chords over a length in quarters; none is shorter than `shortest_quarters`."""
    pace = max(pick(rng, BEAT_LENGTHS), shortest_quarters)
    chords: list[Chord] = []
    root = int(rng.integers(12))
    lengths: list[float] = []
    while sum(lengths) < quarters:
        if chords and rng.random() < _REPEATED:
            chords.append(pick(rng, chords))
        else:
            root = (root + int(rng.choice(12, p=_STEPS / _STEPS.sum()))) % 12
            chords.append(random_chord(rng, root))
        factor = pick(rng, (1.0, 1.0, 1.0, 0.5, 2.0))
        lengths.append(max(pace * factor, shortest_quarters))
    return laid(chords, lengths)


def song_progression(
    song: ChordSong, rng: np.random.Generator, quarters: float, bar_quarters: float, shortest_quarters: float
) -> list[ChordSpan]:
    """Take a stretch of a real song, in its bars where they are known, with some inversions.

    Args:
        song: of the chord corpora.
        rng: what is not known of the song is drawn from it.
        quarters: length of the stretch; shorter songs come again.
        bar_quarters: length of a bar.
        shortest_quarters: no chord is shorter.
    """
    if song.bars is not None and any(song.bars):
        bars = [tuple(chord for chord in bar if chord.root >= 0) for bar in song.bars]
        pairs = [(chord, bar_quarters / len(bar)) for bar in bars if bar for chord in bar]
    else:
        pairs = [(chord, bar_quarters * (0.5 if rng.random() < 0.3 else 1.0)) for chord in song.chords]
    start, chords, lengths = int(rng.integers(len(pairs))), [], []
    for index in range(start, start + 10_000):
        chord, length = pairs[index % len(pairs)]
        chords.append(inverted_at_random(chord, rng, _SLASHED))
        lengths.append(max(length, shortest_quarters))
        if sum(lengths) >= quarters:
            break
    return laid(chords, lengths)


def laid(chords: list[Chord], lengths: list[float]) -> list[ChordSpan]:
    """Lay chords end to end; equal neighbours become one."""
    spans: list[ChordSpan] = []
    now = 0.0
    for chord, length in zip(chords, lengths, strict=True):
        if spans and spans[-1].chord == chord:
            spans[-1] = ChordSpan(spans[-1].onset_quarters, now + length, chord)
        else:
            spans.append(ChordSpan(now, now + length, chord))
        now += length
    return spans
