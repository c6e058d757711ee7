"""The five nets agree on every dimension: the vectors have the published sizes, and facts lie where the names say."""

from __future__ import annotations

import numpy as np
import pytest

from shared.errors import InputError
from shared.music import emotion_nets as nets
from shared.music.chords import Chord, parse
from shared.music.emotion_chords import CHORD_LABELS, chord_id, id_chord
from shared.music.emotion_point import EmotionPoint
from shared.music.keys import Key

POINT = EmotionPoint(-0.5, 0.25, 0.125, 0.75)


def test_the_vectors_have_the_sizes_of_the_table_and_every_dimension_a_name_of_its_own() -> None:
    sizes = {
        "EMBEDDING": 64, "NOTES": 128, "CONTEXT": 128, "CHORDS": 64, "INTENSITY": 32, "EXPRESSION": 16,
        "AROUSAL": 64, "GROOVE": 32,
    }  # fmt: skip
    for name, size in sizes.items():
        assert len(getattr(nets, name)) == len(set(getattr(nets, name))) == size


def test_an_embedding_states_its_point() -> None:
    embedding = nets.point_embedding(POINT)
    assert nets.embedding_point(embedding) == POINT
    assert not embedding[4:].any()
    np.testing.assert_array_equal(nets.embedding_of(-0.5, 0.25, 0.125, 0.75), embedding)


@pytest.mark.parametrize("index", range(64))
def test_every_chord_goes_to_its_id_and_back(index: int) -> None:
    assert chord_id(id_chord(index)) == index
    assert chord_id(parse(CHORD_LABELS[index])) == index


def test_chords_outside_the_vocabulary_go_to_the_nearest() -> None:
    assert [CHORD_LABELS[chord_id(parse(label)) or 0] for label in ("C:maj9", "A:min/b3", "D:9", "Eb:dim", "G:5")] == [
        "C:maj7", "A:min", "D:7", "C:dim7", "G:maj",
    ]  # fmt: skip
    assert chord_id(Chord.unknown()) is None
    with pytest.raises(InputError, match="64"):
        id_chord(64)


def test_context_puts_each_fact_where_its_name_says() -> None:
    melody, after = np.eye(12, dtype=np.float32)[7] * 3, np.ones(12, dtype=np.float32)
    vector = nets.harmony_context(
        nets.point_embedding(POINT), parse("A:min7"), melody, after, Key(2, "minor"), beat=2, bar=5
    )
    facts = {name: float(value) for name, value in zip(nets.CONTEXT, vector, strict=True) if value}
    after_names = {name: pytest.approx(1 / 12) for name in nets.CONTEXT if name.startswith("next_melody")}
    assert facts == {
        "valence": -0.5, "arousal": 0.25, "dominance": 0.125, "intensity": 0.5,
        "previous_root_A": 1, "previous_quality_min7": 1, "melody_G": 1, "tonic_D": 1, "mode": -1, **after_names,
        "beat_3": 1, "phrase_bar_2": 1,
    }  # fmt: skip
    silent = np.zeros(12, dtype=np.float32)
    start = nets.harmony_context(nets.point_embedding(POINT), None, silent, silent, None, 0, 0)
    assert [name for name, value in zip(nets.CONTEXT, start, strict=True) if value][4:] == ["beat_1", "phrase_bar_1"]


def test_intensity_and_arousal_put_each_fact_where_its_name_says() -> None:
    bar = nets.intensity_input(POINT, [0, 4, 4], [60, 84], bar=2, n_bars=3, tempo_qpm=240, previous_velocity=127)
    assert {name: float(value) for name, value in zip(nets.INTENSITY, bar, strict=True) if value} == {
        "valence": -0.5, "arousal": 0.25, "dominance": 0.125, "intensity": 0.5, "onset_01": 1,
        "onset_05": 1, "phrase_bar_3": 1, "place_in_piece": 1, "arch": pytest.approx(0, abs=1e-6), "register": 0.5,
        "span": 1, "density": 0.125, "tempo": 1, "previous_velocity": 1, "last_bar": 1,
    }  # fmt: skip
    hits = np.zeros((3, 16))
    hits[0, 0] = hits[2, 0] = hits[1, 4] = 0.5
    drums = nets.arousal_input(POINT, "jazz", 60, hits, swing=1, fill=True)
    assert {name: float(value) for name, value in zip(nets.AROUSAL, drums, strict=True) if value} == {
        "arousal": 0.25, "valence": -0.5, "dominance": 0.125, "intensity": 0.5, "genre_jazz": 1,
        "tempo": -1, "swing": 1, "fill": 1, "density": 0.125, "kick_01": 1, "snare_05": 1, "cymbal_01": 1,
    }  # fmt: skip


def test_a_groove_returns_its_accents_and_timing_and_refuses_a_hit_of_the_next_step() -> None:
    rng = np.random.default_rng(7)
    loud, late = rng.random(16), rng.uniform(-0.5, 0.5, 16)
    groove = nets.groove_output(loud, late)
    np.testing.assert_allclose(nets.accents(groove), loud, atol=1e-6)
    np.testing.assert_allclose(nets.micro_timing(groove), late, atol=1e-6)
    with pytest.raises(InputError, match=r"0\.70 sixteenths"):
        nets.groove_output(loud, np.full(16, 0.7))


@pytest.mark.parametrize(
    ("field", "value"), [("valence", 7), ("arousal", -1.1), ("intensity", -0.1), ("dominance", "x")]
)
def test_a_value_outside_its_range_is_named(field: str, value: object) -> None:
    with pytest.raises(InputError, match=field):
        EmotionPoint(**{"valence": 0.0, "arousal": 0.0, "dominance": 0.0, "intensity": 0.0, field: value})  # type: ignore[arg-type]
