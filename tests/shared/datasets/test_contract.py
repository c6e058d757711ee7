"""One test that walks all datasets and holds each to the contract, on planted trees and on the real corpora."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shared.datasets.contract import DIALECTS, ChordSong, ChordTrack, TimedChords
from shared.datasets.problems import ProblemLog
from shared.datasets.registry import DATASETS, dataset
from shared.errors import ConsortError, InputError
from shared.music.chords import Chord, parse, parse_harte
from shared.music.lead_sheet import parse_lead_sheet

NAMES = sorted(DATASETS)
PARSERS = {"harte": parse_harte, "lead-sheet": parse_lead_sheet, "unified": parse}

# What the planted trees of conftest.py hold: tracks, labels in order of the first file, and skipped tunes.
PLANTED_LABELS = {
    "mcgill-billboard": ["N", "C:maj", "A:min7/b3", "C:maj", "A:min7/b3", "N"],
    "isophonics": ["N", "A", "F#:min"],
    "uspop-rwc-chords": ["N", "C:maj", "A:min7/b3"],
    "pop909": ["N", "C:maj", "A:min7/b3", "N", "A", "F#:min"],
    "rs200": ["Bb:maj", "Bb:maj", "F:(1,4,5,b7)", "F:7", "Bb:maj/3", "Bb:maj"],
    "imaginary-book": ["F7", "Bb7", "NC", "Gm7b5", "C7+", "F7/A"],
    "nottingham": ["G", "D/F#", "Cdim", "E7", "Eaug7"],
    "openewld": ["Bb7(b9)/D", "C9sus4", "Fmaj7"],
    "chords-unified": ["D:min7", "G:7alt", "C:maj7", "C:maj", "C:add9", "G:maj"],
    "embedded": ["D:min7", "G:7alt", "C:maj7", "C:maj", "C:add9", "G:maj"],
}
PLANTED_BARS = {
    "rs200": (("Bb:maj", "F:(1,4,5,b7)"), (), ("Bb:maj/3",)),
    "imaginary-book": (("F7",), ("Bb7",), ("NC",), ("Gm7b5", "C7+"), ("C7+",), ("F7/A",)),
    "nottingham": ((), ("G", "D/F#"), ("Cdim", "E7"), (), ("Eaug7",)),
    "openewld": (("Bb7(b9)/D", "C9sus4"), (), ("Fmaj7",)),
}

Plant = Callable[[str], Path]


@pytest.mark.parametrize("name", NAMES)
def test_every_dataset_states_what_it_is(name: str) -> None:
    module = DATASETS[name]
    for field in ("NAME", "TITLE", "CITATION", "LICENCE", "SOURCE"):
        value = getattr(module, field)
        assert isinstance(value, str)
        assert value.strip(), field
    assert name == module.NAME
    assert isinstance(module.SHIPS, bool)
    assert module.TREE
    assert not any(Path(path).is_absolute() for path in module.TREE)


def test_an_unknown_dataset_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match="nearest: nottingham"):
        dataset("notingham")


@pytest.mark.parametrize("name", NAMES)
def test_a_planted_tree_is_read_completely(name: str, plant: Plant) -> None:
    module, root = DATASETS[name], plant(name)
    log = ProblemLog(warn=False)
    tracks = list(module.tracks(root, log))
    labels = list(module.labels(root))

    expected_problems = 1 if name == "nottingham" else 0  # the planted tune without chords
    assert len(log.problems) == expected_problems, log.problems
    assert len(tracks) == (2 if name in ("chords-unified", "embedded") else 1)
    assert [label.text for label in labels] == PLANTED_LABELS[name]
    assert all(label.line > 0 and label.file for label in labels)
    for label in labels:
        assert label.dialect in DIALECTS
        assert isinstance(PARSERS[label.dialect](label.text), Chord)
    _check_tracks(name, tracks)

    report = module.validate(root)
    assert (report.n_tracks, len(report.problems)) == (len(tracks), expected_problems)


def _check_tracks(name: str, tracks: list[ChordTrack | ChordSong]) -> None:
    """Hold tracks to their types and units."""
    assert len({track.id for track in tracks}) == len(tracks)
    for track in tracks:
        if isinstance(track, ChordSong):
            assert track.chords
            assert all(chord.root == chord.bass >= 0 for chord in track.chords)
            assert all(a != b for a, b in zip(track.chords, track.chords[1:], strict=False))
            assert track.group
            continue
        assert track.dataset == name
        assert track.licence == DATASETS[name].LICENCE
        assert (track.timed is None) != (track.bars is None)
        if track.timed is not None:
            times = track.timed.intervals_s
            assert times.dtype == np.float64
            assert times.shape == (len(track.timed.labels), 2)
        else:
            assert any(track.bars or ())


@pytest.mark.parametrize("name", sorted(PLANTED_BARS))
def test_bars_of_a_planted_tree(name: str, plant: Plant) -> None:
    (track,) = DATASETS[name].tracks(plant(name))
    assert isinstance(track, ChordTrack)
    assert track.bars == PLANTED_BARS[name]


def test_titles_come_from_the_table_or_the_score(plant: Plant) -> None:
    titles = {}
    for name in NAMES:
        track = next(iter(DATASETS[name].tracks(plant(name))))
        titles[name] = (track.title, track.artist)
    assert titles["mcgill-billboard"] == ("Planted", "Someone")
    assert titles["pop909"] == ("一剪梅", "费玉清")
    assert titles["uspop-rwc-chords"] == ("", "RWC-Pop")
    assert titles["imaginary-book"] == ("Planted Blues", "A. Person")
    assert titles["nottingham"] == ("Planted Reel", "")
    assert titles["openewld"] == ("Planted", "Someone")


@pytest.mark.parametrize("name", NAMES)
def test_validate_names_what_is_missing(name: str, tmp_path: Path) -> None:
    report = DATASETS[name].validate(tmp_path)
    assert report.n_tracks == 0
    assert not report.ok
    assert [problem.file for problem in report.problems] == list(DATASETS[name].TREE)


@pytest.mark.parametrize("name", NAMES)
def test_a_truncated_file_is_reported_and_never_crashes(name: str, plant: Plant) -> None:
    root = plant(name)
    for path in root.iterdir():
        if path.suffix in (".zip", ".gz"):
            path.write_bytes(path.read_bytes()[:-30])
        elif path.suffix == ".jsonl":
            path.write_bytes(path.read_bytes()[:-5] + b"\xff\xfe")
    report = DATASETS[name].validate(root)
    assert report.problems
    assert all(problem.message for problem in report.problems)


@pytest.mark.parametrize("name", ["isophonics", "rs200", "imaginary-book", "nottingham", "openewld"])
def test_a_damaged_member_is_skipped_with_a_warning(name: str, plant: Plant, caplog: pytest.LogCaptureFixture) -> None:
    root = plant(name)
    path = next(root.glob("*.zip"))
    with zipfile.ZipFile(path) as archive:
        intact = {info.filename: archive.read(info) for info in archive.infolist()}
    suffix = Path(next(iter(intact))).suffix
    prefix = "chords/" if name == "isophonics" else ""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"{prefix}zz_broken{suffix}", b"\xff\xfe not text")
    with caplog.at_level(logging.WARNING):
        tracks = list(DATASETS[name].tracks(root))
    assert len(tracks) == 1
    assert "zz_broken" in caplog.text


def test_timed_chords_refuse_what_is_no_annotation() -> None:
    good = TimedChords(np.array([[0.0, 1.0], [1.0, 2.0]]), ("N", "C"))
    assert good.labels == ("N", "C")
    for times, message in (
        ([[0.0, 1.0]], "need intervals"),
        ([[0.0, 1.0], [1.0, np.nan]], "finite"),
        ([[-1.0, 1.0], [1.0, 2.0]], "not negative"),
        ([[0.0, 1.0], [0.5, 2.0]], "not overlap"),
        ([[0.0, 1.0], [1.0, 1.0]], "have a length"),
    ):
        with pytest.raises(InputError, match=message):
            TimedChords(np.array(times), ("N", "C"))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "embedded"])
def test_the_real_corpus_keeps_the_contract(name: str, consort_data: Path) -> None:
    root = consort_data / name
    if not root.is_dir():
        pytest.skip(f"{name} is not in CONSORT_DATA")
    module = DATASETS[name]
    log = ProblemLog(warn=False)
    tracks = list(module.tracks(root, log))
    assert len(tracks) > 100
    _check_tracks(name, tracks)
    # Published annotations have faults, but few: less than two in a hundred pieces.
    assert len(log.problems) < 0.02 * len(tracks), log.problems[:5]


def test_mir_eval_accepts_the_snapped_intervals(consort_data: Path) -> None:
    """mir_eval raises on most Billboard files as published: neighbours overlap by rounding."""
    import mir_eval

    root = consort_data / "mcgill-billboard"
    if not root.is_dir():
        pytest.skip("mcgill-billboard is not in CONSORT_DATA")
    for track in list(DATASETS["mcgill-billboard"].tracks(root, ProblemLog(warn=False)))[:200]:
        assert isinstance(track, ChordTrack)
        assert track.timed is not None
        mir_eval.util.validate_intervals(track.timed.intervals_s)
        merged = mir_eval.chord.merge_chord_intervals(track.timed.intervals_s, list(track.timed.labels))
        assert len(merged) <= len(track.timed.labels)


def test_the_embedded_corpus_can_be_read() -> None:
    from shared.datasets import embedded

    if not (embedded.ROOT / embedded.TREE[0]).exists():
        with pytest.raises(ConsortError, match="chord_progressions"):
            embedded.load()
        return
    songs = embedded.load()
    assert embedded.validate().ok
    assert len(songs) == embedded.validate().n_tracks
    assert {song.split for song in songs} == {"train", "validation", "test"}
