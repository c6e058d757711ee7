"""Examples, their mixtures and their origin: by rule, from labels, from corpora."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from audio_models.emotion_recognizer import prepare as room
from audio_models.emotion_recognizer.config import DataConfig
from audio_models.emotion_recognizer.data import Pairs, Targets
from audio_models.emotion_recognizer.examples import POINT, SIGNS, Example, features_of, read_splits
from audio_models.emotion_recognizer.hearing import Excerpt, drawn_instrument, spans
from audio_models.emotion_recognizer.related import related_examples
from audio_models.emotion_recognizer.sources import Clip, corpus_clips, estimated_point, excerpt_point
from audio_models.emotion_recognizer.synthetic import feature_norms, synthetic_examples
from shared.audio.clip_settings import CLIP_FEATURES
from shared.audio.io import write_wav
from shared.errors import InputError
from shared.files import read_json, write_json
from shared.music.emotion import thesaurus
from tests.shared.audio.tones import noise


def example(number: int, known: str = POINT, valence: float = 0.5, node_id: int = 3) -> Example:
    features = tuple(float(number) for _ in CLIP_FEATURES)
    return Example(f"e{number}", f"g{number}", "labels", "MIT", True, known, node_id, valence, -0.5, 0.0, 0.7, features)


def test_prepared_files_hold_every_example_once_and_no_song_twice(prepared: Path) -> None:
    splits = read_splits(prepared)
    groups = [{example.group for example in part} for part in splits.parts().values()]
    assert sum(map(len, groups)) == len(set.union(*groups)) == 60
    originals = [e.id for part in splits.parts().values() for e in part if "~" not in e.id]
    assert len(originals) == len(set(originals)) == 600
    content = read_json(prepared / "train.json")
    assert content["about"]["synthetic"] is True
    assert set(content["examples"][0]) == {
        "id", "group", "source", "licence", "whole", "known", "node_id", "valence", "arousal", "dominance",
        "intensity", "features",
    }  # fmt: skip
    assert len(read_json(prepared / "thesaurus.json")["nodes"]) == 216


def test_synthetic_examples_follow_their_rule_and_seed() -> None:
    some = synthetic_examples(400, seed=3)
    assert some == synthetic_examples(400, seed=3)
    assert some[0] != synthetic_examples(1, seed=4)[0]
    arousal = np.array([e.arousal for e in some])
    flux = features_of(some)[:, CLIP_FEATURES.index("log_flux_mean")]
    assert np.corrcoef(arousal, flux)[0, 1] > 0.3
    mean, deviation = feature_norms()
    assert mean.shape == deviation.shape == (128,)
    assert (deviation > 0).all()


def test_relatives_lie_between_their_parents_and_only_relatives_are_mixed() -> None:
    node = thesaurus().by_id(3)
    parents = [example(0), example(1, valence=0.1, node_id=node.related[0]), example(2, node_id=200)]
    unrelated = 200 not in (3, *node.related)
    mixed = related_examples(parents, 2, seed=0)
    assert unrelated
    assert len(mixed) == 4
    for child in mixed:
        own = next(parent for parent in parents if parent.group == child.group)
        assert child.node_id == own.node_id
        assert not child.whole
        assert 0.1 <= child.valence <= 0.5
        assert 0 <= child.features[0] <= 1
        assert abs(child.features[0] - own.features[0]) <= 0.5


def test_a_mixture_asks_what_its_parts_ask() -> None:
    targets = Targets.of([example(0, valence=0.2), example(1, valence=0.6), example(2, SIGNS, valence=1.0)])
    mixed = targets.mixed(0, 1, 0.25)
    assert mixed["embedding"][0].tolist() == pytest.approx([0.25 * 0.2 + 0.75 * 0.6, 0.5])
    assert mixed["signs"][:, 1].tolist() == [0, 0]
    other = targets.mixed(0, 2, 0.25)
    assert other["embedding"][0].tolist() == pytest.approx([0.2, 0.125])  # the second has no point
    assert other["signs"][0].tolist() == pytest.approx([1.0, 0.75])


def test_training_pairs_are_drawn_by_seed_epoch_and_index() -> None:
    examples = [example(number) for number in range(6)]
    standard = features_of(examples)
    pairs = Pairs(examples, standard, DataConfig(), 5, training=True)
    first = pairs[2][0].numpy()
    np.testing.assert_array_equal(first, pairs[2][0].numpy())
    pairs.set_epoch(1)
    assert not np.array_equal(first, pairs[2][0].numpy())
    fixed = Pairs(examples, standard, DataConfig(), 5, training=False)
    np.testing.assert_array_equal(fixed[2][0].numpy(), standard[2])


def test_excerpts_cover_a_clip_and_take_the_label_of_their_measures() -> None:
    places = spans(100, 30)
    assert places[:3] == [(0, 100), (0, 50), (50, 100)]
    windows = places[3:]
    assert windows[0][0] == 0
    assert windows[-1][1] == 100
    assert all(end - start == 30 for start, end in windows)
    assert all(later[0] <= earlier[1] for earlier, later in pairwise(windows))
    assert spans(30, 30) == [(0, 30)]
    assert spans(100, 0) == [(0, 100)]
    series = np.array([[-0.2, 0.0], [-0.2, 0.0], [0.4, 0.2], [0.4, 0.2]])
    clip = Clip("a", "a", "vgmidi", "MIT", "a.mid", b"", POINT, estimated_point(0.1, 0.1), series=series)
    features = np.zeros(128, dtype=np.float32)
    whole, end = (excerpt_point(clip, Excerpt(features, start, 1.0)) for start in (0.0, 0.5))
    assert (whole.valence, whole.arousal) == (0.1, 0.1)
    assert (end.valence, end.arousal) == pytest.approx((0.1 + 0.3, 0.1 + 0.1))


def test_estimated_dominance_is_that_of_near_emotions() -> None:
    proud, afraid = estimated_point(0.6, 0.4), estimated_point(-0.6, 0.5)
    assert proud.dominance > afraid.dominance


def test_instruments_are_drawn_anew_but_the_first_is_as_written() -> None:
    assert drawn_instrument(0, 0, b"x") == (None, None)
    assert drawn_instrument(1, 0, b"x")[0] is None
    assert drawn_instrument(2, 0, b"x") == drawn_instrument(2, 0, b"x")


def test_bad_labels_are_named_and_the_rest_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fields = {"node_id": 5, "valence": 0.4, "arousal": 0.2, "dominance": 0.1, "intensity": 0.6}
    entries = []
    for number in range(24):
        write_wav(tmp_path / f"clip{number}.wav", noise(22_050, seed=number), 22_050)
        entries.append({"audio_path": f"clip{number}.wav", **fields})
    (tmp_path / "broken.mid").write_bytes(b"MThd no midi")
    (tmp_path / "silent.wav").write_bytes((tmp_path / "clip0.wav").read_bytes()[:44] + bytes(44_100))
    bad = [
        {"audio_path": "clip0.wav", **{**fields, "node_id": 216}},
        {"audio_path": "clip1.wav", **{**fields, "valence": 7}},
        {key: value for key, value in {"audio_path": "clip2.wav", **fields}.items() if key != "dominance"},
        {"audio_path": "broken.mid", **fields},
        {"audio_path": "silent.wav", **fields},
        {"audio_path": "missing.wav", **fields},
    ]
    write_json(tmp_path / "labels.json", [*bad, *entries])
    out = tmp_path / "out"
    assert room.main(["--labels", str(tmp_path / "labels.json"), "--output-dir", str(out)]) == 1
    said = caplog.text
    for what in ("216", "valence", "dominance", "broken.mid", "silent.wav", "missing.wav"):
        assert what in said, what
    splits = read_splits(out)
    assert sum(not e.id.count("~") for part in splits.parts().values() for e in part) == 24
    assert len(list((out / "cache").glob("*.npy"))) == 24


def test_nothing_usable_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_json(tmp_path / "labels.json", [])
    assert room.main(["--labels", str(tmp_path / "labels.json"), "--output-dir", str(tmp_path / "out")]) == 2
    assert "holds no usable clip" in capsys.readouterr().err
    with pytest.raises(InputError, match="corpus"):
        next(corpus_clips("vgmidy", tmp_path))


def test_corpora_give_points_and_signs(consort_data: Path) -> None:
    game, piano = (next(corpus_clips(name, consort_data)) for name in ("vgmidi", "emopia"))
    assert (game.known, piano.known) == (POINT, SIGNS)
    assert game.series is not None
    assert game.series.shape[1] == 2
    assert abs(piano.point.valence) == 1
    assert piano.group.startswith("emopia/")
