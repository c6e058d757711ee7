"""Fitted controls come back from their file as they went in, and no other file is taken for one."""

import json
from dataclasses import replace

import numpy as np
import pytest

from shared.datasets import embedded
from shared.errors import InputError
from shared.metrics.control_files import load_controls, read_provenance, save_controls
from shared.metrics.controls import CONTROLS, fit_controls
from shared.metrics.ngrams import NGram
from shared.metrics.sequences import TokenSong
from shared.music.chord_tokens import N_QUALITIES, chord_to_id

PROVENANCE = {"songs": "embedded", "split": "training part"}


@pytest.fixture(scope="module")
def parts():
    parts = {"train": [], "validation": [], "test": []}
    for song in embedded.load():
        tokens = np.array([chord_to_id(chord) for chord in song.chords])
        parts[song.split].append(TokenSong(tokens, song.key.tonic, song.dataset, song.genre))
    return parts


@pytest.fixture(scope="module")
def controls(parts):
    return fit_controls(parts["train"][:600], parts["validation"], N_QUALITIES)


@pytest.fixture(scope="module")
def saved(controls, tmp_path_factory):
    return save_controls(tmp_path_factory.mktemp("controls") / "controls.npz", controls, PROVENANCE)


def rewritten(path, target, change=lambda header: None, **arrays):
    """Write the file anew with another header or other arrays."""
    with np.load(path) as content:
        everything = {name: content[name] for name in content.files} | arrays
    header = json.loads(everything["header"].tobytes())
    change(header)
    everything["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez_compressed(target, **everything)
    return target


def test_loaded_controls_answer_to_the_last_bit_as_the_saved_ones(controls, saved, parts):
    loaded = load_controls(saved)
    assert list(loaded) == list(controls) == list(CONTROLS)
    for name, control in controls.items():
        assert loaded[name].spec == control.spec
        for song in parts["test"][:12]:
            assert np.array_equal(
                loaded[name].model.distributions(song.tokens), control.model.distributions(song.tokens)
            )


def test_each_table_of_counts_is_kept_once_and_read_once(saved):
    with np.load(saved, allow_pickle=False) as content:
        tables = [name for name in content.files if name.startswith("runs")]
        kinds = {content[name].dtype.kind for name in content.files}
    assert len(tables) == 3  # unigram, 5-gram relative to the key, 5-gram as written
    assert kinds == {"u"}
    loaded = load_controls(saved)
    assert loaded["5-gram"].model is loaded["5-gram+cache"].model.bases[0]


def test_the_same_controls_make_the_same_file(controls, saved, tmp_path):
    again = save_controls(tmp_path / "again.npz", load_controls(saved), PROVENANCE)
    assert again.read_bytes() == saved.read_bytes()
    assert read_provenance(again) == PROVENANCE


def test_some_controls_alone_can_be_kept(controls, tmp_path):
    path = save_controls(tmp_path / "few.npz", {"unigram": controls["unigram"]}, {})
    assert list(load_controls(path)) == ["unigram"]
    assert read_provenance(path) == {}


def test_what_cannot_be_kept_is_refused(controls, tmp_path):
    unigram, target = controls["unigram"], tmp_path / "controls.npz"
    with pytest.raises(InputError, match=r"unknown control 'unigrams'; nearest: unigram"):
        save_controls(target, {"unigrams": unigram}, {})
    with pytest.raises(InputError, match="'5-gram' was fitted by another spec"):
        save_controls(target, {"5-gram": unigram}, {})
    with pytest.raises(InputError, match="a model that cannot be kept"):
        save_controls(target, {"unigram": replace(unigram, model=NGram(1, 279))}, {})
    with pytest.raises(InputError, match="share a chord space"):
        save_controls(target, {}, {})
    assert not target.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda header: header.update(version=2), "of version 2, not 'n-gram controls' of 1; fit them anew"),
        (lambda header: header.update(format="songs"), "holds 'songs'"),
        (lambda header: header.update(provenance=3), "no file of fitted controls"),
        (lambda header: header.pop("n_qualities"), "is broken"),
        (lambda header: header.update(n_qualities=2), "counts of runs that no songs have"),
        (lambda header: header["controls"].update({"6-gram": {}}), "unknown control '6-gram'"),
        (lambda header: header["controls"]["5-gram"]["spec"].update(order=4), "'5-gram' has another spec here"),
        (lambda header: header["controls"]["5-gram"]["bases"][0].update(kind="lstm"), "is broken"),
        (lambda header: header["controls"]["5-gram"]["bases"][0].update(order=3), "do not fit runs"),
        (lambda header: header["controls"]["5-gram+cache"]["cache"].update(weights=[[1.0]]), "weights"),
    ],
)
def test_a_header_that_says_something_else_is_refused_in_one_sentence(saved, tmp_path, change, message):
    path = rewritten(saved, tmp_path / "changed.npz", change)
    with pytest.raises(InputError, match=message) as caught:
        load_controls(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("runs_1", np.flip),
        ("runs_1", np.zeros_like),
        ("runs_1", lambda runs: runs[:3]),
        ("runs_1", lambda runs: runs + np.uint16(10_000)),
        ("counts_1", np.zeros_like),
        ("counts_1", lambda counts: counts[:-1]),
        ("counts_1", lambda counts: counts.astype(float)),
    ],
)
def test_counts_that_no_songs_have_are_refused(saved, tmp_path, name, spoil):
    with np.load(saved) as content:
        values = spoil(content[name])
    with pytest.raises(InputError, match="is broken"):
        load_controls(rewritten(saved, tmp_path / "changed.npz", **{name: values}))


def test_a_file_of_another_kind_or_a_damaged_one_is_refused(saved, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_controls(tmp_path / "missing.npz")
    for name, content in {"text.npz": b"controls", "empty.npz": b"", "zip.npz": b"PK\x05\x06" + bytes(18)}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match="no file of fitted controls"):
            load_controls(tmp_path / name)
    np.save(tmp_path / "array.npy", np.arange(3))
    pickled = tmp_path / "pickled.npz"
    np.savez(pickled, header=np.array([{"format": "x"}], dtype=object))
    for path in (tmp_path / "array.npy", pickled):
        with pytest.raises(InputError, match="no file of fitted controls"):
            load_controls(path)


def test_no_flipped_byte_gets_past(saved, tmp_path):
    whole, path = bytearray(saved.read_bytes()), tmp_path / "flipped.npz"
    for position in np.random.default_rng(0).integers(0, len(whole), 60):
        damaged = whole.copy()
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        try:
            loaded = load_controls(path)
        except InputError:
            continue
        assert list(loaded) == list(CONTROLS)  # the byte was one that zip does not use
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="no file of fitted controls"):
        load_controls(path)
