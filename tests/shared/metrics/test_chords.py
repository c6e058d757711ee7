"""Chord scores against figures worked out by hand, and against mir_eval's own evaluation."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from shared.datasets.contract import TimedChords
from shared.errors import InputError
from shared.metrics.chords import COMPARISONS, METRICS, ChordScores, score_song, score_songs


def song(*rows: tuple[float, float, str]) -> TimedChords:
    return TimedChords(np.array([row[:2] for row in rows]).reshape(-1, 2), tuple(row[2] for row in rows))


REFERENCE = song((0, 2, "N"), (2, 6, "C:maj/3"), (6, 8, "A:min7"), (8, 10, "G:sus4"))
ESTIMATE = song((0, 1, "N"), (1, 4, "C:maj/3"), (4, 6, "C:7"), (6, 9, "A:min"), (9, 10, "G:maj"))


def test_every_comparison_by_hand() -> None:
    # Ten seconds: N 1, C for N 1, C:maj/3 2, C:7 for it 2, A:min for A:min7 2, A:min and G:maj for G:sus4 1 each.
    scores = score_song("one", REFERENCE, ESTIMATE).scores
    assert {metric: round(scores[metric], 6) for metric in COMPARISONS} == {
        "root": 0.8,  # all but the second and the ninth
        "thirds": 0.8,  # what mir_eval asks is whether the third is minor: G:sus4 passes for G:maj
        "majmin": 0.875,  # sus4 is not judged: 1 + 4 + 2 of 8
        "majmin_inv": 0.625,  # besides, the C:7 lacks its bass: 1 + 2 + 2 of 8
        "triads": 0.7,
        "sevenths": 0.375,  # 1 + 2 of 8: neither C:7 nor A:min
        "tetrads": 0.3,
        "mirex": 0.7,  # C7 holds the three of C, Am three of Am7; G:maj has two of Gsus4
    }


def test_segmentation_by_hand() -> None:
    scores = score_song("one", REFERENCE, ESTIMATE).scores
    # Of each reference chord the part beside its longest piece: 1 + 2 + 0 + 1 of 10; and the other way round 1 of 3
    # seconds (1 to 4), 1 of 3 (6 to 9).
    assert (scores["overseg"], scores["underseg"]) == (pytest.approx(0.6), pytest.approx(0.8))
    assert scores["seg"] == scores["overseg"]


def test_chord_types_weigh_the_same_and_need_the_root() -> None:
    scores = score_songs([("one", REFERENCE, ESTIMATE)])
    assert scores.type_accuracies() == pytest.approx({"maj": 0.5, "sus4": 0.0, "min7": 0.0, "N": 0.5})
    assert scores.as_dict()["class_averaged_accuracy"] == pytest.approx(0.25)
    transposed = score_songs([("one", song((0, 4, "C:maj")), song((0, 1, "D:maj"), (1, 4, "C:maj/3")))])
    assert transposed.type_accuracies() == {"maj": 0.75}


def test_transitions_are_changes_of_what_sounds() -> None:
    estimate = song((0, 1, "C"), (1, 2, "C:maj"), (2, 3, "C:maj/3"), (3, 4, "F:maj"), (4, 9, "F:maj"))
    scored = score_song("one", song((0, 4, "C:maj"), (4, 9, "F:maj")), estimate)
    assert (scored.transitions, scored.reference_transitions) == (2, 1)


def test_songs_weigh_their_length_and_results_add_up() -> None:
    long = ("long", song((0, 9, "C:maj")), song((0, 9, "C:maj")))
    short = ("short", song((0, 1, "C:maj")), song((0, 1, "A:min")))
    both = score_songs([long, short])
    assert both.mean("root") == pytest.approx(0.9)
    assert both.mean("overseg") == pytest.approx(1.0)
    merged = score_songs([long]) + score_songs([short])
    assert merged.as_dict() == both.as_dict()
    figures = both.as_dict()
    assert (figures["songs"], figures["duration_s"], figures["transitions_per_song"]) == (2, 10.0, 0.0)
    assert set(METRICS) < set(figures)


def test_what_cannot_be_judged_counts_in_no_figure() -> None:
    judged = ("judged", song((0, 1, "C:maj")), song((0, 1, "C:maj")))
    suspended = ("suspended", song((0, 50, "C:sus4")), song((0, 50, "C:maj")))
    unknown = ("unknown", song((0, 50, "X")), song((0, 50, "C:maj")))
    scores = score_songs([judged, suspended, unknown])
    assert scores.mean("majmin") == 1.0
    assert scores.mean("root") == pytest.approx(1.0)
    assert scores.mean("triads") == pytest.approx(1 / 51)
    rows = [song_scores.as_dict() for song_scores in scores.songs]
    assert (rows[1]["majmin"], rows[1]["root"], rows[2]["root"]) == (None, 1.0, None)
    only = score_songs([unknown])
    assert math.isnan(only.mean("root"))
    assert "root" not in only.as_dict()
    json.dumps([only.as_dict(), *rows], allow_nan=False)


def test_the_figures_are_those_of_mir_eval() -> None:
    from mir_eval import chord

    rng = np.random.default_rng(0)
    names = ["C:maj", "C:min7", "G:7/b7", "D:hdim7", "F:maj6", "N", "X", "A:sus4(b7)", "E:9", "Bb:maj(9)/3"]
    for start, end in ((0.3, 19.0), (0.0, 21.0), (1.0, 25.0)):
        sides = []
        for first, last in ((0.3, 20.0), (start, end)):
            bounds = np.sort(rng.uniform(first, last, 14))
            bounds[[0, -1]] = first, last
            labels = tuple(rng.choice(names, 13).tolist())
            sides.append(TimedChords(np.stack([bounds[:-1], bounds[1:]], axis=1), labels))
        truth, guess = sides
        wanted = chord.evaluate(truth.intervals_s, list(truth.labels), guess.intervals_s, list(guess.labels))
        ours = score_song("one", truth, guess).scores
        assert ours == pytest.approx({metric: wanted[metric] for metric in METRICS})


def test_a_gap_in_the_reference_is_unknown_and_one_in_the_estimate_is_silence() -> None:
    reference = song((0, 2, "C:maj"), (3, 5, "C:maj"))
    scored = score_song("one", reference, song((0, 1, "C:maj"), (2, 5, "C:maj")))
    assert scored.scores["root"] == pytest.approx(3 / 4)
    assert scored.duration_s == 5.0


def test_an_estimate_of_another_length_is_cut_or_silent() -> None:
    reference = song((1, 2, "N"), (2, 3, "C:maj"))
    for estimate in (song((0, 1, "F:maj"), (2, 9, "C:maj")), song((0.5, 1, "F:maj"), (2, 3, "C:maj"), (3, 4, "D:maj"))):
        assert score_song("one", reference, estimate).scores["root"] == 1.0
    assert score_song("one", reference, song()).scores["root"] == 0.5


def test_labels_that_mir_eval_refuses_are_read_by_our_parser() -> None:
    scored = score_song("one", song((0, 1, "Am7"), (1, 2, "C:7alt")), song((0, 1, "A:min7"), (1, 2, "C:7(b9)")))
    assert scored.scores["tetrads"] == scored.scores["root"] == 1.0


def test_what_gives_no_figure_is_refused() -> None:
    one = score_song("one", REFERENCE, ESTIMATE)
    with pytest.raises(InputError, match="no song was scored"):
        ChordScores(())
    with pytest.raises(InputError, match="song 'one' was scored twice"):
        ChordScores((one, one))
    with pytest.raises(InputError, match="unknown chord metric 'majmn'; nearest: majmin"):
        ChordScores((one,)).mean("majmn")
    with pytest.raises(InputError, match="song 'two' has no reference chords"):
        score_song("two", song(), ESTIMATE)
    with pytest.raises(InputError, match="'H:what' cannot be read"):
        score_song("two", REFERENCE, song((0, 1, "H:what")))
