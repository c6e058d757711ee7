"""An emotion becomes music that obeys: in the key, on time, ended, faster and louder for arousal, major for valence."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from shared.decoding.emotion_models import OnnxNets
from shared.decoding.emotion_plan import BAR_QUARTERS, EmotionWish, plan_of
from shared.decoding.emotional_harmony import mode_margin, statement
from shared.decoding.performance import Performance, perform
from shared.decoding.texture import second_voice, thinned
from shared.errors import ConsortError, InputError
from shared.metrics.emotion import pearson
from shared.metrics.emotion_features import FEATURES, features_of
from shared.music.chord_tokens import END_ID, N_TOKENS
from shared.music.chords import chroma, parse
from shared.music.emotion_point import EmotionPoint
from shared.music.keys import Key
from shared.music.note_table import NoteTable
from shared.music.score import Note
from tests.planted_nets import plant_nets


class Anything:
    """A chord generator that finds every chord equally good."""

    def initial_state(self, batch: int) -> None:
        return None

    def step(self, token_ids: np.ndarray, conditions: Any, state: Any) -> tuple[np.ndarray, None]:
        table = np.ones((len(token_ids), N_TOKENS))
        table[:, : END_ID + 1] = 0
        return table / table.sum(axis=1, keepdims=True), None


@pytest.fixture(scope="module")
def nets(tmp_path_factory: pytest.TempPathFactory) -> OnnxNets:
    return OnnxNets(plant_nets(tmp_path_factory.mktemp("nets")))


def play(nets: OnnxNets, valence: float, arousal: float, **wishes: Any) -> Performance:
    return perform(EmotionWish(EmotionPoint.of(valence, arousal), **{"seed": 3, **wishes}), nets, Anything())


@pytest.mark.parametrize("genre", ["pop", "jazz", "classical", "rock"])
def test_a_piece_has_its_tracks_its_length_and_its_key(nets: OnnxNets, genre: str) -> None:
    piece = play(nets, -0.4, 0.5, genre=genre, key="A:minor", bars=8)
    names = [track.name for track in piece.score.tracks]
    assert names[:3] == ["melody", "chords", "bass"]
    assert ("drums" in names) == any(track.is_drum for track in piece.score.tracks)
    assert 7 * BAR_QUARTERS < piece.score.end_quarters <= 8 * BAR_QUARTERS + 0.5
    found = piece.decisions()
    assert (found["key"], found["key_adherence"]) == ("A:minor", 1.0)
    assert piece.score.tracks[0].notes[-1].pitch % 12 in (9, 0, 4)
    assert [chord["onset_quarters"] for chord in found["chords"]] == [4.0 * bar for bar in range(8)]
    assert json.loads(json.dumps(found))["plan"] == found["plan"]


@pytest.mark.parametrize("bars", [1, 2, 3, 5, 17])
def test_every_length_can_be_composed(nets: OnnxNets, bars: int) -> None:
    piece = play(nets, 0.5, 0.9, bars=bars)
    assert (bars - 1) * BAR_QUARTERS < piece.score.end_quarters <= bars * BAR_QUARTERS + 0.5
    assert piece.score.tracks[0].notes[-1].onset_quarters == pytest.approx((bars - 1) * BAR_QUARTERS)


def test_same_seed_same_piece_and_another_seed_another(nets: OnnxNets) -> None:
    assert play(nets, 0.2, 0.1).score == play(nets, 0.2, 0.1).score
    assert play(nets, 0.2, 0.1).score.tracks[0].notes != play(nets, 0.2, 0.1, seed=4).score.tracks[0].notes


def test_phrases_return(nets: OnnxNets) -> None:
    notes = play(nets, 0.3, 0.2, seed=5).score.tracks[0].notes
    first, second, third = (
        {round(note.onset_quarters - start, 3) for note in notes if start <= note.onset_quarters < start + 12}
        for start in (0, 16, 32)
    )
    assert first == second != third


def test_arousal_and_valence_are_heard(nets: OnnxNets) -> None:
    grid = [(valence, arousal) for valence in (-0.8, -0.3, 0.3, 0.8) for arousal in (-0.7, 0.0, 0.7)]
    asked = np.array(grid)
    heard = np.array([features_of(NoteTable.of_score(play(nets, *point).score)) for point in grid])
    column = {name: heard[:, index] for index, name in enumerate(FEATURES)}
    assert pearson(asked[:, 1], column["velocity"]) > 0.9
    assert pearson(asked[:, 1], column["duration"]) < -0.8
    assert pearson(asked[:, 0], column["major"]) > 0.7
    assert pearson(asked[:, 0], column["note_rate"]) > 0.2


def test_what_is_asked_for_goes_before_what_the_emotion_wants(nets: OnnxNets) -> None:
    plan = plan_of(EmotionWish(EmotionPoint.of(0.9, 0.9), key="D:minor", tempo_qpm=61, bars=4))
    assert (plan.key.name, plan.tempo_qpm) == ("D:minor", 61)
    assert plan.brightness == 0
    assert plan.statement < plan_of(EmotionWish(EmotionPoint.of(0.9, 0.9))).statement
    assert play(nets, 0.9, 0.9, tempo_qpm=61, bars=2).score.tempo_qpm == 61
    with pytest.raises(InputError, match="0 bars"):
        EmotionWish(EmotionPoint.of(0, 0), bars=0)
    with pytest.raises(InputError, match="tempo 2000"):
        EmotionWish(EmotionPoint.of(0, 0), tempo_qpm=2000)
    with pytest.raises(InputError, match="nearest"):
        EmotionWish(EmotionPoint.of(0, 0), genre="jaz")


def test_a_mode_is_stated_by_its_own_chords() -> None:
    home, away = [parse(name) for name in ("C", "F", "G", "C")], [parse(name) for name in ("C", "Am", "Em", "Dm")]
    major = Key(0, "major")
    assert statement(home, [4.0] * 4, major) > statement(away, [4.0] * 4, major)
    assert mode_margin(chroma(parse("Am")), Key(9, "minor")) > 0 > mode_margin(chroma(parse("Am")), major)
    assert statement([parse("N")], [4.0], major) == 0


def test_textures_touch_the_share_that_is_asked_for() -> None:
    tune = play_tune()
    key = Key(0, "major")
    assert second_voice(tune, key, 0.0) == []
    below = second_voice(tune, key, 1.0)
    assert [note.pitch for note in below] == [57, 60, 62, 64]
    assert [note.onset_quarters for note in second_voice(tune, key, 7 / 8)] == [2.0, 3.0]
    chord = [Note(pitch, 80, onset, 1.0) for onset in (0.0, 2.0) for pitch in (48, 60, 64, 67)]
    assert thinned(chord, 0.0) == tuple(chord)
    assert [note.pitch for note in thinned(chord, 0.5)] == [48, 60, 64, 67, 48, 60, 67]


def play_tune() -> list[Any]:
    from shared.decoding.emotional_melody import MelodyNote

    return [MelodyNote(pitch, float(onset), onset + 1.0) for onset, pitch in enumerate((60, 64, 65, 67))]


def test_a_missing_or_foreign_net_is_named(tmp_path: Any) -> None:
    with pytest.raises(ConsortError, match=r"melody_transformer\.onnx.*train"):
        OnnxNets(tmp_path)
    plant_nets(tmp_path)
    for suffix in (".onnx", ".json"):
        (tmp_path / f"groove_predictor{suffix}").write_bytes((tmp_path / f"dynamics_engine{suffix}").read_bytes())
    with pytest.raises(ConsortError, match="maps 32 to 16 numbers, not 64 to 32"):
        OnnxNets(tmp_path)
