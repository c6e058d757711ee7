"""Windows hold what the songs hold, no song stands in two splits, and an epoch is a function of its number."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sequence_models.chord_generator.config import DataConfig, ModelConfig
from sequence_models.chord_generator.data import load_splits, main, read_songs
from sequence_models.chord_generator.encoding import EncodedSong, encode, hide_conditions
from sequence_models.chord_generator.stretches import FixedStretches, TrainingStretches
from sequence_models.chord_generator.substitution import FAMILIES, substitute
from sequence_models.chord_generator.windows import FixedWindows, TrainingWindows, tiled_starts, window_arrays
from shared.errors import ConsortError
from shared.music.chord_tokens import END_ID, N_QUALITIES, N_SPECIAL, START_ID, id_to_chord, transpose_ids
from shared.music.chords import PITCH_CLASS_NAMES
from shared.music.conditions import KEY, MOOD, SCALE_TYPE


def _song(length: int, first: int = N_SPECIAL) -> EncodedSong:
    chords = tuple(first + index for index in range(length))
    tokens = np.array([START_ID, *chords, END_ID], np.int32)
    return EncodedSong("id", "set", "pop", tokens, np.zeros_like(tokens), (0, 27, 0, 0), 0, chords)


def test_targets_are_the_inputs_shifted_by_one_and_padding_weighs_nothing() -> None:
    inputs, targets = window_arrays([_song(5)], [(0, 0)], 12)
    assert inputs[0].tolist() == [START_ID, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0]
    assert targets[0].tolist() == [3, 4, 5, 6, 7, END_ID, 0, 0, 0, 0, 0, 0]
    batch = FixedWindows([_song(5)], ModelConfig(), 4)[0]
    assert batch[2][0].tolist() == [1.0] * 6 + [0.0] * 6


@pytest.mark.parametrize("length", [1, 11, 12, 13, 40])
def test_tiles_cover_every_target_once(length: int) -> None:
    songs = [_song(length), _song(3)]
    _, targets = window_arrays(songs, tiled_starts(songs, 12), 12)
    expected = np.concatenate([song.tokens[1:] for song in songs])
    np.testing.assert_array_equal(targets[targets > 0], expected)


def test_transposition_moves_chords_and_key_together() -> None:
    data = DataConfig(condition_dropout=0.0)
    windows = TrainingWindows([_song(9)] * 40, ModelConfig(), data, batch_size=40, seed=0)
    inputs, targets, _ = windows[0]
    keys = inputs["key_input"][:, 0]
    assert len(set(keys.tolist())) > 6
    for row, key in enumerate(keys):
        first = id_to_chord(int(targets[row, 0]))
        assert first.root == key  # the song begins on its tonic, C
        np.testing.assert_array_equal(transpose_ids(targets[row], -int(key))[:9], np.arange(3, 12))


def test_an_epoch_depends_on_its_number_alone() -> None:
    songs = [_song(30, first) for first in range(3, 200, 20)]
    one, other = (TrainingWindows(songs, ModelConfig(), DataConfig(), 8, seed=3) for _ in range(2))
    one.begin_epoch(1)
    one.begin_epoch(2)
    other.begin_epoch(2)
    for (left, targets, _), (right, again, _) in zip(
        (one[index] for index in range(len(one))), (other[index] for index in range(len(other))), strict=True
    ):
        np.testing.assert_array_equal(targets, again)
        assert all(np.array_equal(left[name], right[name]) for name in left)
    before = one[0][1].copy()
    one.begin_epoch(3)
    assert not np.array_equal(before, one[0][1])


def test_stretches_hold_whole_songs_side_by_side_with_songs_of_their_length() -> None:
    songs = [_song(length) for length in range(3, 60)]
    batches = TrainingStretches(songs, ModelConfig(), DataConfig(), batch_size=4, seed=0)
    found = [targets[row] for _, targets, _ in batches for row in range(len(targets))]
    lengths = sorted(int(np.sum(row > 0)) for row in found)
    assert lengths == [length + 1 for length in range(3, 60)]
    filled = np.mean([weights.mean() for _, _, weights in batches])
    assert filled > 0.6
    shapes = [targets.shape for _, targets, _ in batches][:2]
    assert shapes[0][1] != shapes[1][1]


def test_long_songs_are_cut_and_keep_their_opening() -> None:
    song = _song(100)
    batches = TrainingStretches([song], ModelConfig(memory=32), DataConfig(), batch_size=64, seed=0)
    rows = [inputs["chord_sequence_input"][row] for inputs, _, _ in batches for row in range(len(inputs["key_input"]))]
    assert len(rows) == 4
    assert sum(row[0] == START_ID for row in rows) >= 1
    assert all(np.sum(row > 0) <= 32 for row in rows)


def test_stretches_of_an_epoch_depend_on_its_number_alone() -> None:
    songs = [_song(10 + first // 20, first) for first in range(3, 200, 20)]
    data = DataConfig(substitution=0.3)
    one, other = (TrainingStretches(songs, ModelConfig(), data, 1, seed=3) for _ in range(2))
    for epoch in (1, 2):
        one.begin_epoch(epoch)
    other.begin_epoch(2)
    assert len(one) == len(other)
    for index in range(len(one)):
        left, right = one[index], other[index]
        np.testing.assert_array_equal(left[1], right[1])
        assert all(np.array_equal(left[0][name], right[0][name]) for name in left[0])


def test_fixed_stretches_hold_every_target_once() -> None:
    songs = [_song(length) for length in (3, 40, 7, 300)]
    batches = FixedStretches(songs, 2)
    assert sum(int(weights.sum()) for _, _, weights in batches) == sum(len(song.tokens) - 1 for song in songs)


def test_mood_and_scale_are_open_at_least_half_the_time() -> None:
    asked = np.tile(np.array([[0, 3, 0, 0]], np.int32), (2000, 1))
    hidden = hide_conditions(asked, 0.1, np.random.default_rng(0)) != asked
    np.testing.assert_allclose(hidden.mean(axis=0), [0.1, 0.5, 0.1, 0.5], atol=0.05)


def test_condition_dropout_hides_about_its_share() -> None:
    windows = TrainingWindows([_song(9)] * 2000, ModelConfig(), DataConfig(condition_dropout=0.25), 2000, seed=0)
    hidden = np.mean(windows[0][0]["key_input"] == KEY.unspecified)
    assert 0.2 < hidden < 0.3


def test_curriculum_begins_with_the_simplest_songs_and_keeps_the_number_of_steps() -> None:
    songs = [_song(length) for length in (3, 3, 20, 30)]
    data = DataConfig(curriculum_epochs=4, transpose=False)
    windows = TrainingWindows(songs, ModelConfig(), data, 2, seed=0)
    steps = len(windows)
    seen = {int(target) for index in range(steps) for target in windows[index][1].ravel()}
    assert seen <= {0, END_ID, 3, 4, 5}
    windows.begin_epoch(4)
    assert len(windows) == steps
    assert max(int(windows[index][1].max()) for index in range(steps)) > 20


def test_substitution_keeps_root_and_function() -> None:
    rng = np.random.default_rng(0)
    inputs, targets = window_arrays([_song(200)] * 20, [(index, 9 * index) for index in range(20)], 12)
    new_inputs, new_targets = substitute(inputs, targets, 0.5, rng)
    np.testing.assert_array_equal(new_inputs[:, 1:], new_targets[:, :-1])
    changed = new_targets != targets
    assert 0.2 < changed.mean() < 0.5
    for before, after in zip(targets[changed], new_targets[changed], strict=True):
        old, new = id_to_chord(int(before)), id_to_chord(int(after))
        assert old.root == new.root
        assert any(old.quality in family and new.quality in family for family in FAMILIES)
    same = substitute(inputs, targets, 0.0, rng)
    np.testing.assert_array_equal(same[1], targets)


def test_songs_of_one_group_never_part(tmp_path: Path) -> None:
    """A song and its transposed copy lie in one split: grouping comes before windows and keys."""
    lines = []
    rng = np.random.default_rng(0)
    for index in range(60):
        roots = rng.integers(0, 12, 16)
        for shift, name in ((0, "original"), (5, "cover")):
            chords = [f"{PITCH_CLASS_NAMES[(root + shift) % 12]}:maj" for root in roots]
            title = f"{name} {index}"
            lines.append({"id": title, "dataset": "x", "licence": "MIT", "title": title, "chords": chords})
    path = tmp_path / "songs.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    splits = load_splits(DataConfig(songs=str(path)))
    home = {song.id: name for name, part in splits.parts().items() for song in part}
    assert set(home.values()) == {"train", "validation", "test"}
    for index in range(60):
        assert home[f"original {index}"] == home[f"cover {index}"]


def test_what_the_whole_song_tells_is_kept_from_the_songs_that_are_scored(tmp_path: Path) -> None:
    """A derived mood and an estimated key come from the very chords that are to be predicted."""
    chords = ["A:min", "D:min", "E:7", "A:min", "F:maj", "D:min", "E:7", "A:min"]
    bare = {"id": "a", "dataset": "x", "licence": "MIT", "title": "a", "chords": chords}
    timed = {**bare, "id": "b", "title": "b", "key": "A:min", "tempo": 60, "bars": [[chord] for chord in chords]}
    path = tmp_path / "songs.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in (bare, timed)), encoding="utf-8")
    keyless, derived = read_songs(str(path))
    assert keyless.key is not None
    assert encode(keyless, to_learn_from=True).conditions[2:] == (KEY.unspecified, SCALE_TYPE.unspecified)
    assert derived.mood is not None
    assert encode(derived).conditions[1] == MOOD.unspecified
    assert encode(derived, to_learn_from=True).conditions[1] == MOOD.id(derived.mood)
    assert encode(derived).conditions[3] == SCALE_TYPE.unspecified
    assert encode(derived, to_learn_from=True).conditions[3] == SCALE_TYPE.id("minor")


def test_filters_leave_only_what_was_asked(songs_file: Path) -> None:
    splits = load_splits(DataConfig(songs=str(songs_file), genre="Jazz"))
    assert {song.genre for part in splits.parts().values() for song in part} == {"jazz"}


def test_few_songs_still_make_two_splits(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("C Am F G C\nDm G C A7\nEm A D\n", encoding="utf-8")
    splits = load_splits(DataConfig(songs=str(path)))
    assert len(splits.train) >= 1
    assert len(splits.validation) == 1


def test_real_songs_without_the_variable_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONSORT_DATA", raising=False)
    with pytest.raises(ConsortError, match="CONSORT_DATA"):
        read_songs("real")


def test_module_prints_a_decoded_batch(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    out = capsys.readouterr().out
    assert "864 training, 162 validation, 54 test songs" in out
    assert out.count("targets") == 4
    assert ":" in out.split("inputs")[1]


def test_token_arithmetic_matches_names() -> None:
    third = N_SPECIAL + 4 * N_QUALITIES
    assert id_to_chord(third).root == 4
    assert int(transpose_ids([third], 9)[0]) == N_SPECIAL + N_QUALITIES
