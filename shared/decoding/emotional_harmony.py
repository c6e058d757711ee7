"""The chords of an emotion: the generator writes candidates in the key, the one that says enough of its mode is taken.

Phrases of four bars return as A A B A, as those of the melody do, and the last ends with the cadence of B: two phrases
are written. Three things lead them:

* the generator is asked for the genre, the mood nearest to the emotion and the key, and stays in it;
* its choice is tilted towards minor chords the more, the less valence is asked: exp(tilt * minor(x)), as `mood_tilt`
  does for moods, here in any shade;
* `statement` is the correlation of a progression's notes with the profile of its key (`keys.key_profiles`) less that of
  the best key of the other mode, the harmony's own major or minor. The candidates whose statement is nearest to what
  the plan asks for are the finalists, of which the harmony net chooses the likeliest for the emotion.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.decoding.composer import Progression
from shared.decoding.constraints import Constraints
from shared.decoding.emotion_models import EmotionNets
from shared.decoding.emotion_plan import FORM, Plan, section_of
from shared.decoding.progression import Conditions, Ids, StepModel, generate
from shared.decoding.sampling import SamplingConfig
from shared.music.chord_tokens import N_SPECIAL, N_TOKENS, id_to_chord
from shared.music.chords import Chord, chroma
from shared.music.conditions import GENRE, MOOD, SCALE_TYPE
from shared.music.emotion_chords import chord_id
from shared.music.emotion_nets import N_BEATS, PHRASE_BARS, Vector, harmony_context
from shared.music.keys import Key, key_profiles
from shared.music.moods import CHORD_TENSION, MINOR_QUALITIES

CANDIDATES = 8
FINALISTS = 2
_ENOUGH_ROOTS, _PER_MISSING_ROOT, _AWAY_AT_FIRST = 4, 0.1, 0.1
# A little calmer than the model's own distribution: rare chords stay rare, and still surprise.
SAMPLING = SamplingConfig(temperature=0.9, top_p=0.95)


class Tilted:
    """A step model that is led towards minor and towards tense chords, itself a `StepModel`."""

    def __init__(self, model: StepModel, plan: Plan) -> None:
        """Make minor chords, tense chords and chords with the leading tone more or less likely, by the plan's tilts."""
        self.model = model
        is_minor, tension, chromas = _colours()
        leading = chromas[:, (plan.key.tonic - 1) % 12]
        self._factors = np.exp(plan.minor_tilt * is_minor + plan.tension_tilt * tension + plan.leading_tilt * leading)

    def initial_state(self, batch: int) -> Any:
        """Return the inner model's state."""
        return self.model.initial_state(batch)

    def step(self, token_ids: Ids, conditions: Conditions, state: Any) -> tuple[NDArray[np.float64], Any]:
        """Read one token per row; return tilted probabilities [batch, 279], not of sum 1, and the new state."""
        answer, state = self.model.step(token_ids, conditions, state)
        return np.asarray(answer, dtype=np.float64) * self._factors, state


@cache
def _colours() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return for every token whether it is a minor chord [279], its tension 0..1 [279] and its notes [279, 12]."""
    is_minor, tension, chromas = np.zeros(N_TOKENS), np.zeros(N_TOKENS), np.zeros((N_TOKENS, 12))
    for token in range(N_SPECIAL, N_TOKENS):
        chord = id_to_chord(token)
        is_minor[token], tension[token] = chord.quality in MINOR_QUALITIES, CHORD_TENSION[chord.quality]
        chromas[token] = chroma(chord)
    return is_minor, tension, chromas


def write_harmony(
    plan: Plan, model: StepModel, nets: EmotionNets, embedding: Vector, seed: int
) -> tuple[Progression, list[float]]:
    """Return the progression of a piece and how long each chord lasts, in quarters.

    Args:
        plan: the plan.
        model: the chord generator, step by step.
        nets: of which the harmony net is asked.
        embedding: of the emotion [64].
        seed: of the candidates.
    """
    phrase = PHRASE_BARS * plan.chords_per_bar
    written = min(len(set(FORM)) * phrase, max(phrase, plan.bars * plan.chords_per_bar))
    # The rules keep to the scale. The network is not told of it: it would write triads in any genre (see `scale_tilt`).
    conditions = Conditions.repeated(
        CANDIDATES, genre=GENRE.id(plan.genre), mood=MOOD.id(plan.mood), key=plan.key.id,
        scale_type=SCALE_TYPE.unspecified,
    )  # fmt: skip
    rules = Constraints(plan.key, stay_in_key=True, cadence=True, no_repeat=True)
    found = generate(
        Tilted(model, plan),
        conditions,
        length=written,
        sampling=SAMPLING,
        constraints=rules,
        seed=seed,
    )
    candidates = [_laid_out([id_to_chord(token) for token in tokens], plan) for tokens in found]
    lengths = chord_lengths(plan)
    misses = [
        abs(statement(chords, lengths, plan.key) - plan.statement) + _faults(chords, plan.key) for chords in candidates
    ]
    finalists = [candidates[index] for index in np.argsort(misses, kind="stable")[:FINALISTS]]
    likelihoods = [likelihood(chords, plan, nets, embedding) for chords in finalists]
    chords = finalists[int(np.argmax(likelihoods))]
    return Progression(tuple(chords), plan.genre, plan.mood, plan.key, seed), lengths


def _faults(chords: list[Chord], key: Key) -> float:
    """Return what a progression is marked down by: few roots, or a beginning away from home."""
    few = max(0, _ENOUGH_ROOTS - len({chord.root for chord in chords}))
    return _PER_MISSING_ROOT * few + _AWAY_AT_FIRST * (chords[0].root != key.tonic)


def _laid_out(written: list[Chord], plan: Plan) -> list[Chord]:
    """Return the chords of all bars from those of the phrases A and B: the last bar holds the last chord alone."""
    phrase = PHRASE_BARS * plan.chords_per_bar
    sections = {name: written[place * phrase : (place + 1) * phrase] for place, name in enumerate(dict.fromkeys(FORM))}
    chords: list[Chord] = []
    for bar in range(plan.bars - 1):
        source = sections[section_of(bar)] or written
        start = bar % PHRASE_BARS * plan.chords_per_bar
        chords += source[start : start + plan.chords_per_bar]
    return [*chords[:-1], *written[-2:]] if chords else written[-1:]


def chord_lengths(plan: Plan) -> list[float]:
    """Return the length of each chord in quarters: the last fills its bar."""
    per_bar = plan.chords_per_bar
    return [N_BEATS / per_bar] * (per_bar * (plan.bars - 1)) + [float(N_BEATS)]


def statement(chords: list[Chord], lengths: list[float], key: Key) -> float:
    """Return how much more a progression is in its key than in any of the other mode, -2..2; 0 for silence."""
    return mode_margin(np.sum([length * chroma(c) for c, length in zip(chords, lengths, strict=True)], axis=0), key)


def mode_margin(heard: NDArray[np.floating], key: Key) -> float:
    """Return the correlation of sounding time by pitch class [12] with a key, less that with the other mode's best."""
    heard = heard - heard.mean()
    size = float(np.linalg.norm(heard))
    fits = key_profiles() @ heard / max(size, 1e-9)
    others = fits[12:] if key.mode == "major" else fits[:12]
    return float(fits[key.id] - others.max())


def likelihood(chords: list[Chord], plan: Plan, nets: EmotionNets, embedding: Vector) -> float:
    """Return the mean log-probability that the harmony net gives a progression under an emotion."""
    silence = np.zeros(12, dtype=np.float32)
    beats = N_BEATS // plan.chords_per_bar
    rows, ids = [], []
    previous: Chord | None = None
    for index, chord in enumerate(chords):
        bar, place = divmod(index, plan.chords_per_bar)
        rows.append(harmony_context(embedding, previous, silence, silence, plan.key, place * beats, bar))
        ids.append(chord_id(chord))
        previous = chord
    shares = np.asarray(nets.chords(np.stack(rows)), dtype=np.float64) + 1e-6
    shares /= shares.sum(axis=1, keepdims=True)
    known = [(row, number) for row, number in enumerate(ids) if number is not None]
    return float(np.mean([np.log(shares[row, number]) for row, number in known])) if known else -np.inf
