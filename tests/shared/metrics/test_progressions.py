"""Transition features, key adherence and copying on planted progressions."""

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.progressions import (
    copied_share,
    excerpts,
    frechet_report,
    key_adherence,
    transition_features,
)
from shared.music.chord_tokens import N_SPECIAL, N_TOKENS, chord_to_id, transpose_ids
from shared.music.chords import parse
from shared.music.keys import parse_key


def tokens(*labels):
    return np.array([chord_to_id(parse(label)) for label in labels])


LOOP = tokens("C:maj", "A:min7", "D:min", "G:7")


def test_transition_features_by_hand():
    row = transition_features([tokens("C:maj", "G:7", "C:maj", "G:7", "B:dim")])[0]
    # C to G7 twice (major, 7 up, dominant), G7 to C (dominant, 5 up, major), G7 to B dim (dominant, 4 up, other).
    expected = np.zeros(192)
    expected[(0 * 12 + 7) * 4 + 1] = 2 / 4
    expected[(1 * 12 + 5) * 4 + 0] = 1 / 4
    expected[(1 * 12 + 4) * 4 + 3] = 1 / 4
    assert row == pytest.approx(np.sqrt(expected))
    assert np.sum(row**2) == pytest.approx(1)


def test_transition_features_are_the_same_in_every_key():
    rows = transition_features([transpose_ids(LOOP, semitones) for semitones in range(12)])
    assert np.ptp(rows, axis=0).max() == 0


def test_excerpts_are_runs_of_songs_long_enough():
    songs = [np.arange(3, 40), np.arange(3, 8), np.arange(3, 15)]
    found = excerpts(songs, 12, seed=1)
    assert [len(run) for run in found] == [12, 12]
    assert (np.diff(found[0]) == 1).all()
    assert found[1].tolist() == list(range(3, 15))


def loops(pattern, n, seed, noise):
    """Songs round a pattern in random keys, a share of the chords struck at random."""
    rng = np.random.default_rng(seed)
    songs = []
    for _ in range(n):
        song = transpose_ids(np.tile(pattern, 8), int(rng.integers(12)))
        struck = rng.random(len(song)) < noise
        songs.append(np.where(struck, rng.integers(N_SPECIAL, N_TOKENS, len(song)), song))
    return songs


def test_alike_music_is_as_near_as_two_halves_and_foreign_music_is_not():
    real = loops(LOOP, 200, seed=0, noise=0.2)
    alike = frechet_report(loops(LOOP, 100, seed=1, noise=0.2), real)
    foreign = frechet_report(loops(LOOP[[0, 2, 1, 3]], 100, seed=2, noise=0.2), real)
    assert alike["n"] == 100
    assert alike["ratio"] < 1.5 < 5 < foreign["ratio"]
    assert alike["real_real"] == pytest.approx(foreign["real_real"])
    assert "192 dimensions" in alike["embedding"]


def test_key_adherence_is_the_share_of_diatonic_chords():
    chords = [[parse(label) for label in ("C:maj", "F:maj", "Db:maj", "G:7")], [parse("E:7")]]
    assert key_adherence(chords, [parse_key("C:major"), parse_key("A:minor")]) == pytest.approx(4 / 5)


def test_a_copy_is_found_in_any_key_and_within_a_longer_song():
    rng = np.random.default_rng(3)
    training = [rng.integers(N_SPECIAL, N_TOKENS, 60) for _ in range(5)]
    copy = transpose_ids(training[2][20:33], 7)
    changed = copy.copy()
    changed[6] = transpose_ids(changed[6:7], 1)[0]
    assert copied_share([copy], training) == 1.0
    assert copied_share([changed], training) == 0.0
    assert copied_share([copy, changed, changed, changed], training) == 0.25


def test_a_copy_never_runs_over_the_end_of_a_song():
    rng = np.random.default_rng(4)
    training = [rng.integers(N_SPECIAL, N_TOKENS, 20) for _ in range(2)]
    across = np.concatenate([training[0][-7:], training[1][:7]])
    assert copied_share([across], training) == 0.0


def test_part_of_a_progression_counts_as_a_copy_where_that_is_asked():
    rng = np.random.default_rng(5)
    training = [rng.integers(N_SPECIAL, N_TOKENS, 30)]
    partly = np.concatenate([training[0][3:15], rng.integers(N_SPECIAL, N_TOKENS, 6)])
    assert copied_share([partly], training) == 0.0
    assert copied_share([partly], training, anywhere=True) == 1.0
    assert copied_share([partly[1:]], training, anywhere=True) == 0.0


def test_loops_can_be_left_out_of_the_copies():
    rng = np.random.default_rng(6)
    training = [np.tile(LOOP, 8), rng.integers(N_SPECIAL, N_TOKENS, 40)]
    loop, broken = np.tile(LOOP, 4), np.concatenate([LOOP, LOOP[:3], LOOP, LOOP])
    copy = training[1][5:19]
    made = [loop, loop[1:15], broken, copy]
    assert copied_share(made, training) == 0.75
    assert copied_share(made, training, loops=False) == 0.25
    # Twelve chords within the loop are a loop as well; those of the copy are none.
    assert copied_share(made, training, anywhere=True) == 0.75
    assert copied_share(made, training, anywhere=True, loops=False) == 0.25


def test_a_loop_is_a_pattern_that_comes_twice():
    rng = np.random.default_rng(7)
    pattern = rng.integers(N_SPECIAL, N_TOKENS, 8)
    training = [np.tile(pattern, 3)]
    assert copied_share([np.tile(pattern, 2)], training, loops=False) == 0.0
    assert copied_share([np.tile(pattern, 2)[:12]], training, loops=False) == 1.0


def test_short_progressions_are_left_out_of_the_count():
    training = [np.tile(LOOP, 6)]
    assert copied_share([LOOP, np.tile(LOOP, 3), np.tile(LOOP[::-1], 3)], training) == 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: transition_features([LOOP[:1]]), "fewer than two chords"),
        (lambda: transition_features([[0, 1, 2]]), "chord ids only"),
        (lambda: copied_share([LOOP], [LOOP]), "no progression has 12 chords"),
        (lambda: key_adherence([[parse("C")]], []), "need as many keys"),
    ],
)
def test_what_cannot_be_judged_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
