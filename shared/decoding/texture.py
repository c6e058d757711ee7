"""How thick the music is: a second voice under a happy tune, fewer voices in the chords of an unhappy one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.decoding.emotion_plan import BAR_QUARTERS
from shared.decoding.emotional_melody import MelodyNote
from shared.music.emotion_nets import PHRASE_BARS
from shared.music.keys import Key
from shared.music.score import Note

# Below the tune: a third of the scale.
_THIRD_STEPS = 2
_SAME_ATTACK_QUARTERS = 0.12
_FEWEST_VOICES = 2


def spread(count: int, share: float) -> Iterator[bool]:
    """Yield `count` times whether this one is chosen, a share of them, as evenly as can be."""
    for index in range(count):
        yield int((index + 1) * share + 1e-9) > int(index * share + 1e-9)


def second_voice(notes: Sequence[MelodyNote], key: Key, share: float) -> list[MelodyNote]:
    """Return a voice a third of the key's scale below the tune: it joins for the last share of every phrase."""
    phrase = PHRASE_BARS * BAR_QUARTERS
    return [
        MelodyNote(_third_below(note.pitch, key), note.onset_quarters, note.end_quarters)
        for note in notes
        if note.onset_quarters % phrase >= (1.0 - share) * phrase - 1e-9
    ]


def _third_below(pitch: int, key: Key) -> int:
    scale = key.usable_pitch_classes if pitch % 12 not in key.scale_pitch_classes else key.scale_pitch_classes
    below = [lower for lower in range(pitch - 1, pitch - 6, -1) if lower % 12 in scale]
    return below[_THIRD_STEPS - 1]


def thinned(notes: Sequence[Note], share: float) -> tuple[Note, ...]:
    """Return chords of which a share has lost the voice below its highest one, where more than two sound."""
    attacks = _attacks(notes)
    kept: list[Note] = []
    for attack, chosen in zip(attacks, spread(len(attacks), share), strict=True):
        order = sorted(attack, key=lambda note: note.pitch)
        if chosen and len(order) > _FEWEST_VOICES:
            del order[-2]
        kept += order
    return tuple(sorted(kept, key=lambda note: (note.onset_quarters, note.pitch)))


def _attacks(notes: Sequence[Note]) -> list[list[Note]]:
    """Return the notes in groups of what is struck together, in order of time."""
    attacks: list[list[Note]] = []
    for note in sorted(notes, key=lambda note: note.onset_quarters):
        if not attacks or note.onset_quarters - attacks[-1][0].onset_quarters > _SAME_ATTACK_QUARTERS:
            attacks.append([])
        attacks[-1].append(note)
    return attacks
