"""The named controls on planted songs, and the published figures on the real corpora."""

import gzip
import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.controls import CONTROLS, ChordSpace, ControlSpec, fit_control, fit_controls, score_control
from shared.metrics.ngrams import transposed
from shared.metrics.sequences import TokenSong
from shared.music.chord_tokens import N_SPECIAL

N_QUALITIES = 2


def planted(seed, n_songs=30, cadence=(0, 10, 14, 0)):
    """Songs in random keys that go round one progression (C, F, G) and a chord of their own."""
    rng = np.random.default_rng(seed)
    songs = []
    for _ in range(n_songs):
        tonic, own = int(rng.integers(12)), int(rng.integers(24))
        tokens = np.array([*cadence, own] * 4) + N_SPECIAL
        songs.append(TokenSong(transposed(tokens, tonic, N_QUALITIES), tonic, "planted", "pop"))
    return songs


def perplexity(control, songs):
    return score_control(control, songs)["overall"]["perplexity"]


def test_each_control_improves_on_the_one_before_where_songs_repeat_themselves():
    controls = fit_controls(planted(0), planted(1), N_QUALITIES)
    figures = {name: perplexity(control, planted(2)) for name, control in controls.items()}
    assert figures["unigram"] > figures["5-gram"] > figures["5-gram+cache"]
    assert figures["5-gram+cache (absolute)"] > figures["5-gram+cache"]


def test_key_relative_counting_knows_a_key_that_training_never_heard():
    train = [song for song in planted(0, 60) if song.tonic != 7]
    held = [song for song in planted(3, 60) if song.tonic == 7]
    spec = CONTROLS["5-gram"]
    space = ChordSpace(N_QUALITIES)
    relative = fit_control(spec, train, train, space)
    absolute = fit_control(replace(spec, key_relative=False), train, train, space)
    assert perplexity(relative, held) < 0.7 * perplexity(absolute, held)


def test_the_figures_do_not_depend_on_the_key_of_the_test_songs():
    control = fit_controls(planted(0), planted(1), N_QUALITIES, ["5-gram+cache"])["5-gram+cache"]
    songs = planted(2)
    moved = [
        replace(song, tokens=transposed(song.tokens, 5, N_QUALITIES), tonic=(song.tonic + 5) % 12) for song in songs
    ]
    assert score_control(control, moved) == score_control(control, songs)


def test_an_unknown_key_falls_back_on_the_first_chord():
    space = ChordSpace(N_QUALITIES)
    song = TokenSong(np.array([7, 3]) + N_SPECIAL)  # the first root is D sharp
    assert space.in_c(song).tolist() == [N_SPECIAL + 1, N_SPECIAL + 21]


def test_every_chord_change_from_the_second_on_is_scored():
    control = fit_controls(planted(0), planted(1), N_QUALITIES, ["unigram"])["unigram"]
    songs = [*planted(2, 3), TokenSong(np.array([N_SPECIAL]), 0, "single")]
    table = score_control(control, songs)
    assert table["overall"]["n"] == 3 * 19
    assert list(table["datasets"]) == ["planted"]
    assert list(table["genres"]) == ["pop"]


def test_a_wrong_name_and_an_empty_split_are_refused():
    with pytest.raises(InputError, match=r"unknown control '4-gram'; nearest: 5-gram"):
        fit_controls(planted(0), planted(1), N_QUALITIES, ["4-gram"])
    with pytest.raises(InputError, match="one of the two is empty"):
        fit_controls(planted(0), [], N_QUALITIES)


# ------------------------------------------------------------------- the known figures, on real songs

ROOTS = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
QUALITIES = "maj min dim aug maj6 min6 7 maj7 min7 minmaj7 dim7 hdim7 sus2 sus4".split()
NEAREST = {"5": "maj", "add9": "maj", "aug7": "7", "7sus4": "sus4", "7alt": "7", "9": "7", "11": "7", "13": "7"}
NEAREST |= {"maj9": "maj7", "maj13": "maj7", "min9": "min7", "min11": "min7"}


def real_songs(folder, dataset):
    """Chord changes of a corpus in 12 roots x 14 qualities, three parts split by song title."""
    parts = {"train": [], "validation": [], "test": []}
    with gzip.open(folder / "chords-unified" / "songs.jsonl.gz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if record["dataset"] == dataset and not record.get("duplicate_of"):
                share = hashlib.sha256(record.get("title", record["id"]).casefold().encode()).digest()[0] / 256
                part = "train" if share < 0.8 else "validation" if share < 0.9 else "test"
                parts[part].append(token_song(record))
    return parts


def token_song(record):
    pairs = [chord.split(":") for chord in record["chords"]]
    ids = [ROOTS.index(root) * 14 + QUALITIES.index(NEAREST.get(q, q)) for root, q in pairs]
    changes = [token for index, token in enumerate(ids) if not index or token != ids[index - 1]]
    tonic = ROOTS.index(record["key"].split(":")[0]) if "key" in record else None
    return TokenSong(np.array(changes) + N_SPECIAL, tonic, record["dataset"])


@pytest.mark.parametrize(
    ("dataset", "perplexity", "accuracy"), [("mcgill-billboard", 3.08, 0.695), ("pop909", 7.03, 0.506)]
)
def test_the_control_reproduces_the_known_figures(consort_data, dataset, perplexity, accuracy):
    parts = real_songs(consort_data, dataset)
    names = ("5-gram+cache", "5-gram+cache (absolute)", "5-gram+cache (longest match)")
    controls = fit_controls(parts["train"], parts["validation"], 14, names)
    relative, absolute, longest = (score_control(controls[name], parts["test"])["overall"] for name in names)
    assert relative["perplexity"] == pytest.approx(perplexity, rel=0.05)
    assert relative["accuracy"] > accuracy  # a cache of eight chords is surer than the one of the figure
    assert longest["perplexity"] < relative["perplexity"] < absolute["perplexity"]


def test_a_cache_of_two_chords_reaches_the_known_accuracy_on_pop909(consort_data):
    parts = real_songs(consort_data, "pop909")
    control = fit_control(ControlSpec(cache_contexts=(2,)), parts["train"], parts["validation"], ChordSpace(14))
    figures = score_control(control, parts["test"])["overall"]
    assert figures["perplexity"] == pytest.approx(7.03, rel=0.05)
    assert figures["accuracy"] == pytest.approx(0.506, rel=0.05)
