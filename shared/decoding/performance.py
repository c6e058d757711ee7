"""From an emotion to a piece of music: the nets and the chord generator play together, by their ONNX files alone.

    point -> plan -> chords (generator, harmony net) -> melody (melody net) -> dynamics (dynamics net)
                  -> band of the genre -> groove (groove net) -> Score with melody, chords, bass, drums

Everything random comes from the wish's seed: the same wish gives the same score.
"""

from __future__ import annotations

import dataclasses
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from shared.decoding.composer import Progression
from shared.decoding.emotion_models import EmotionNets
from shared.decoding.emotion_plan import BAR_QUARTERS, METER, EmotionWish, Plan, plan_of
from shared.decoding.emotional_harmony import mode_margin, write_harmony
from shared.decoding.emotional_melody import MelodyNote, write_melodies
from shared.decoding.expression import played_drums, played_melody, played_part
from shared.decoding.progression import StepModel
from shared.decoding.texture import second_voice, thinned
from shared.music.arrangement import arrange
from shared.music.chords import Chord, chroma
from shared.music.emotion_nets import Vector, point_embedding
from shared.music.emotion_style import style_of
from shared.music.keys import Key
from shared.music.rhythm import Timeline, build_timeline
from shared.music.score import Score, Track

# General MIDI: who sings the tune of a genre.
MELODIES = 4  # drawn, of which one is taken
MELODY_PROGRAMS = {
    "pop": 0, "rock": 27, "jazz": 66, "classical": 40, "folk": 73, "latin": 24, "soul": 4, "blues": 22,
}  # fmt: skip
_MELODY_VOLUME = 110


@dataclass(frozen=True)
class Performance:
    """A piece: its score, and every decision on the way to it."""

    wish: EmotionWish
    plan: Plan
    progression: Progression
    score: Score
    groove: tuple[tuple[float, ...], ...]

    def decisions(self) -> dict[str, Any]:
        """Return what was decided, as JSON holds it."""
        plan = {name: value for name, value in asdict(self.plan).items() if name != "key"}
        onsets = [onset for onset, _ in self.score.chord_marks]
        melody = self.score.tracks[0].notes
        return {
            "emotion": asdict(self.wish.point),
            "style": asdict(style_of(self.wish.point)),
            "seed": self.wish.seed,
            "key": self.plan.key.name,
            "meter": METER,
            "plan": plan,
            "chords": [
                {"onset_quarters": onset, "chord": harte, "name": name, "roman": roman}
                for onset, harte, name, roman in zip(
                    onsets, self.progression.harte, self.progression.names, self.progression.romans, strict=True
                )
            ],
            "melody": [
                {"onset_quarters": note.onset_quarters, "duration_quarters": round(note.duration_quarters, 4),
                 "pitch": note.pitch, "velocity": note.velocity}
                for note in melody
            ],
            "groove": [[round(value, 4) for value in bar] for bar in self.groove],
            "tracks": [
                {"name": track.name, "program": track.program, "notes": len(track.notes)} for track in self.score.tracks
            ],
            "key_adherence": round(key_adherence(self.score, self.plan.key), 4),
        }  # fmt: skip


def perform(wish: EmotionWish, nets: EmotionNets, model: StepModel) -> Performance:
    """Compose and play a piece.

    Args:
        wish: what it is to be.
        nets: melody, harmony, dynamics and groove.
        model: the chord generator, step by step.

    Raises:
        InputError: for a wish that cannot be played.
    """
    plan = plan_of(wish)
    embedding = point_embedding(wish.point)
    progression, lengths = write_harmony(plan, model, nets, embedding, wish.seed)
    timeline = build_timeline(progression.chords, lengths, BAR_QUARTERS)
    notes = _chosen_melody(plan, timeline, nets, embedding, wish.seed)
    band = arrange(
        progression.chords, genre=plan.genre, tempo_qpm=plan.tempo_qpm, meter=METER, quarters_per_chord=lengths,
        key=plan.key, seed=wish.seed, energy=plan.energy, parts=("chords", "bass", "drums") if plan.drums else
        ("chords", "bass"),
    )  # fmt: skip
    second = second_voice(notes, plan.key, plan.doubling)
    tune = played_melody(notes, second, plan, wish.point, nets)
    tracks = [Track("melody", MELODY_PROGRAMS[plan.genre], notes=tune, volume=_MELODY_VOLUME)]
    groove: tuple[tuple[float, ...], ...] = ()
    for part, track in _parts(band):
        if part == "drums":
            drums, said = played_drums(track, plan, wish.point, nets)
            tracks.append(drums)
            groove = tuple(tuple(map(float, bar)) for bar in said)
        else:
            if part == "chords":
                track = dataclasses.replace(track, notes=thinned(track.notes, plan.thinning))
            tracks.append(_in_key(played_part(track, part, plan), plan.key, timeline))
    return Performance(wish, plan, progression, dataclasses.replace(band, tracks=tuple(tracks)), groove)


def _chosen_melody(plan: Plan, timeline: Timeline, nets: EmotionNets, embedding: Vector, seed: int) -> list[MelodyNote]:
    """Return of some melodies the one that, over its chords, states the mode as clearly as the plan asks."""
    net = nets.notes(embedding[None])[0]
    chords = sum(
        (end - onset) * chroma(chord)
        for chord, onset, end in zip(timeline.chords, timeline.onsets, timeline.onsets[1:], strict=False)
    )
    rngs = [np.random.default_rng([seed, index]) for index in range(MELODIES)]
    melodies = write_melodies(plan, timeline, net, nets.teller(embedding, plan.key, MELODIES), rngs)

    def miss(melody: list[MelodyNote]) -> float:
        heard = np.array(chords, dtype=np.float64)
        for note in melody:
            heard[note.pitch % 12] += note.end_quarters - note.onset_quarters
        return abs(mode_margin(heard, plan.key) - plan.statement)

    return min(melodies, key=miss)


def _parts(band: Score) -> list[tuple[str, Track]]:
    """Return chords, bass and drums of a band; several chord players become one."""
    drums = [("drums", track) for track in band.tracks if track.is_drum]
    pitched = [track for track in band.tracks if not track.is_drum]
    *layers, bass = pitched
    first = dataclasses.replace(layers[0], notes=tuple(note for layer in layers for note in layer.notes))
    return [("chords", first), ("bass", bass), *drums]


def _in_key(track: Track, key: Key, timeline: Timeline) -> Track:
    """Return a track whose chromatic passing notes are moved to the key, by a semitone towards the chord."""
    usable = key.usable_pitch_classes
    notes = []
    for note in track.notes:
        chord: Chord = timeline.chords[timeline.at(note.onset_quarters)]
        if note.pitch % 12 in usable or note.pitch % 12 in chord.pitch_classes:
            notes.append(note)
            continue
        below = (note.pitch - 1) % 12 in usable
        notes.append(dataclasses.replace(note, pitch=note.pitch - 1 if below else note.pitch + 1))
    return dataclasses.replace(track, notes=tuple(notes))


def key_adherence(score: Score, key: Key) -> float:
    """Return the share of the pitched notes that are in the key, in any of its forms; 1 where there is none."""
    pitches = [note.pitch for track in score.tracks if not track.is_drum for note in track.notes]
    usable = key.usable_pitch_classes
    return sum(pitch % 12 in usable for pitch in pitches) / len(pitches) if pitches else 1.0
