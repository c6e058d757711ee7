"""Samples are what the music says, no song is in two parts, and a file that cannot be used is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sequence_models.midi_models.batches import TrainingSamples, with_noise
from sequence_models.midi_models.config import TASKS, DataConfig, PrepareConfig
from sequence_models.midi_models.data import load_songs, load_splits, read_splits
from sequence_models.midi_models.performance_samples import groove_samples, sheet_dynamics, swing_of
from sequence_models.midi_models.prepare import main, prepare
from sequence_models.midi_models.samples import Sample, stacked
from sequence_models.midi_models.sheet_samples import event_song, harmony_samples, melody_samples
from sequence_models.midi_models.tasks import TASK_TABLE, UNKNOWN
from sequence_models.midi_models.transposition import transposed
from shared.datasets.drumming import DrumPerformance
from shared.errors import ConsortError, InputError
from shared.files import read_json, write_json
from shared.music.emotion_chords import CHORD_LABELS
from shared.music.emotion_nets import AROUSAL, CONTEXT, EXPRESSION, GROOVE, INTENSITY
from shared.music.midi import write_midi
from shared.music.score import Note, Score, Track
from shared.splits import assert_disjoint
from tests.sequence_models.midi_models.conftest import sheet


def named(vector: np.ndarray, names: tuple[str, ...], blank: float = 0.0) -> dict[str, float]:
    return {names[index]: round(float(vector[index]), 3) for index in np.flatnonzero(vector != blank)}


def test_a_chord_change_knows_what_was_before_and_what_is_sung() -> None:
    first, second = harmony_samples(sheet())
    assert [CHORD_LABELS[sample.target.argmax()] for sample in (first, second)] == ["C:maj", "G:7"]
    context = {name: value for name, value in named(second.input, CONTEXT).items() if name not in CONTEXT[:4]}
    assert context == {
        "previous_root_C": 1, "previous_quality_maj": 1, "melody_F": 0.333, "melody_B": 0.667, "tonic_C": 1,
        "mode": 1, "beat_1": 1, "phrase_bar_2": 1,
    }  # fmt: skip
    assert named(first.input, CONTEXT)["next_melody_B"] == pytest.approx(0.667)


def test_a_transposed_context_is_that_of_the_transposed_song() -> None:
    plain, higher = (stacked(list(harmony_samples(sheet(shift=shift)))) for shift in (0, 5))
    for found, expected in zip(transposed(*plain, np.array([5, 5])), higher, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_phrase_is_read_in_c_in_the_nearest_register() -> None:
    for shift in (0, 5, 9):
        (phrase,) = melody_samples(sheet(shift=shift))
        used = np.array([59, 60, 64, 65, 67]) + (12 if shift > 5 else 0)
        assert np.flatnonzero(phrase.target).tolist() == used.tolist()


def test_events_tile_time_and_know_their_chord() -> None:
    song = event_song(sheet())
    assert song is not None
    events = song.events
    assert events.pitch.tolist() == [60, 64, 67, 65, 128, 59]
    assert events.duration.tolist() == [4, 4, 8, 4, 4, 8]  # the gap of a sixteenth is touch, that of a quarter a rest
    assert events.place.tolist() == [0, 4, 8, 16, 20, 24]
    assert [CHORD_LABELS[chord] for chord in events.chord] == ["C:maj"] * 3 + ["G:7"] * 3


def test_a_played_bar_knows_its_loudness_where_notes_are() -> None:
    first, second = sheet_dynamics(sheet())
    assert named(first.target, EXPRESSION, UNKNOWN) == dict.fromkeys(
        ("velocity_01", "velocity_05", "velocity_09"), 0.504
    )
    assert named(second.input, INTENSITY)["previous_velocity"] == pytest.approx(0.504)
    assert named(second.input, INTENSITY)["last_bar"] == 1


def test_a_drummed_bar_knows_accents_and_timing_where_hits_are() -> None:
    hits = np.array([[0.0, 36, 127], [1.05, 38, 64], [1.0, 42, 32]])
    drums = DrumPerformance(
        id="d", dataset="toy", licence="CC0-1.0", style="rock", genre="rock", tempo_qpm=120, is_fill=False,
        hits=hits, group="session", split="train",
    )  # fmt: skip
    (bar,) = groove_samples(drums)
    assert named(bar.target, GROOVE, UNKNOWN) == {
        "accent_01": 1,
        "timing_01": 0.5,
        "accent_05": 0.504,
        "timing_05": 0.6,
    }
    assert {name for name in named(bar.input, AROUSAL) if name.startswith(("kick", "snare", "cymbal"))} == {
        "kick_01", "snare_05", "cymbal_05",
    }  # fmt: skip


def test_swing_is_where_the_second_eighth_lies() -> None:
    assert swing_of(np.array([0.0, 0.5, 1.5])) == 0.0
    assert swing_of(np.array([0.0, 2 / 3, 1 + 2 / 3])) == pytest.approx(1.0)
    assert swing_of(np.array([0.0, 1.0])) == 0.0


@pytest.mark.parametrize("task", TASKS)
def test_no_group_is_in_two_parts_and_the_same_seed_makes_the_same(task: str) -> None:
    config = DataConfig(num_samples=300)
    splits, again = (load_splits(config, TASK_TABLE[task]) for _ in range(2))
    assert_disjoint(splits, lambda sample: sample.group)
    assert sum(map(len, splits.parts().values())) == 300
    for one, other in zip(stacked(splits.train), stacked(again.train), strict=True):
        np.testing.assert_array_equal(one, other)
    inputs, targets = stacked(splits.train)
    assert np.isfinite(inputs).all()
    assert ((targets == UNKNOWN) | ((targets >= 0) & (targets <= 1))).all()


def test_noise_leaves_what_is_known_and_hides_what_is_not() -> None:
    inputs = np.ones((100, 128), dtype=np.float32)
    noisy = with_noise(inputs, 0.5, np.random.default_rng(0))
    assert (noisy[:, :4] == 1).all()
    assert (noisy[:, 64:] == 1).all()
    assert 20 < (noisy[:, 4:64] != 1).any(axis=1).sum() < 80


def test_every_epoch_has_an_order_of_its_own_and_repeats_it() -> None:
    task = TASK_TABLE["harmony"]
    samples = load_splits(DataConfig(num_samples=300), task).train
    batches = TrainingSamples(samples, task, DataConfig(), 16, seed=3)
    first = batches[0][0]
    batches.begin_epoch(1)
    assert not np.array_equal(batches[0][0], first)
    batches.begin_epoch(0)
    np.testing.assert_array_equal(batches[0][0], first)


def test_prepared_files_are_read_as_they_were(tmp_path: Path) -> None:
    config = PrepareConfig(data=DataConfig(num_samples=120), output_dir=str(tmp_path))
    prepare(config)
    assert len(read_json(tmp_path / "thesaurus.json"))
    for task in TASK_TABLE.values():
        made, found = load_splits(config.data, task), read_splits(tmp_path, task)
        for name, part in made.parts().items():
            for one, other in zip(stacked(part), stacked(found.parts()[name]), strict=True):
                np.testing.assert_allclose(one, other, atol=1e-5)
    with pytest.raises(ConsortError, match="holds samples, not songs"):
        load_songs(DataConfig(source=str(tmp_path)))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"input": {"valance": 0.5}}, r"sample 0, input names 'valance'.*nearest: valence"),
        ({"input": {"valence": 7}}, r"valence is 7; give a number from -4 to 4"),
        ({"target": {"pitch_060": -0.5}}, r"pitch_060 is -0.5; give a number from 0 to 1"),
        ({"target": None}, r"sample 0, target is no object"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, change: dict[str, object], complaint: str) -> None:
    entry = {"group": "a", "source": "x", "licence": "y", "input": {}, "target": {}} | change
    write_json(tmp_path / "melody" / "train.json", {"task": "melody", "samples": [entry]})
    with pytest.raises(InputError, match=complaint):
        read_splits(tmp_path, TASK_TABLE["melody"])


def test_labelled_midi_joins_and_bad_entries_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    notes = tuple(Note(60 + step, 80, step, 1.0) for step in range(8))
    write_midi(Score((Track("tune", 0, notes=notes),)), tmp_path / "tune.mid")
    (tmp_path / "broken.mid").write_bytes(b"MThd")
    point = {"node_id": 3, "valence": 0.5, "arousal": 0.1, "dominance": 0.0, "intensity": 0.5}
    bad = [{"valence": 7}, {"node_id": 216}, {"audio_path": "broken.mid"}, {"audio_path": "absent.mid"}]
    entries = [{"audio_path": "tune.mid", **point, **change} for change in ({}, *bad)]
    write_json(tmp_path / "labels.json", entries)
    words = ["--task", "melody", "--num-samples", "60", "--labels", str(tmp_path / "labels.json")]
    assert main([*words, "--output-dir", str(tmp_path / "out")]) == 2
    splits = read_splits(tmp_path / "out", TASK_TABLE["melody"])
    mine: list[Sample] = [s for part in splits.parts().values() for s in part if s.source == "labelled"]
    assert len(mine) == 1
    assert mine[0].input[0] == pytest.approx(0.5)
    for word in ("valence", "node_id", "broken.mid", "absent.mid"):
        assert word in caplog.text
    assert main([*words[:4], "--output-dir", str(tmp_path / "out")]) == 0
