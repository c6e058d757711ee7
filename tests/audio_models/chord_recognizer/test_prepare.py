"""From numbers to features on disk: the same for the same seed, resumed after a stop, on after a bad piece."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio_models.chord_recognizer import evaluation_sets, prepare
from audio_models.chord_recognizer.cache import features_path, labels_path, read_index
from audio_models.chord_recognizer.catalog import open_catalog
from audio_models.chord_recognizer.config import PrepareConfig
from audio_models.chord_recognizer.sources import SHARES, VALIDATION_EVERY, draw
from shared.datasets.lab import parse_lab
from shared.datasets.problems import ProblemLog
from shared.music.chords import CHORD_TYPE_ID


@pytest.fixture(autouse=True)
def short_pieces_without_corpora(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play three seconds by the NumPy synthesizer, with nothing that a machine may lack."""
    monkeypatch.delenv("CONSORT_DATA", raising=False)
    monkeypatch.setattr("audio_models.chord_recognizer.sources.DURATION_S", (3.0, 4.0))
    monkeypatch.setattr("audio_models.chord_recognizer.prepare.available_backend", lambda: "numpy")
    monkeypatch.setattr("audio_models.chord_recognizer.catalog.installed_fonts", dict)


def run(folder: Path, pieces: int) -> int:
    return prepare.main(["--output-dir", str(folder), "--pieces", str(pieces)])


def test_pieces_are_the_same_whenever_they_are_made(tmp_path: Path) -> None:
    assert run(tmp_path / "a", 3) == 0
    assert run(tmp_path / "b", 1) == 0
    assert run(tmp_path / "b", 3) == 0
    for index in range(3):
        first, second = (np.load(features_path(tmp_path / name, index)) for name in "ab")
        assert np.array_equal(first, second)
        assert first.shape[1] == 252
        assert first.max() > 0.3
    records = read_index(tmp_path / "b")
    assert [record["id"] for record in records] == [0, 1, 2]
    assert [record["frames"] for record in records] == [len(np.load(labels_path(tmp_path / "b", i))) for i in range(3)]
    assert {record["split"] for record in records} == {"train"}


def test_labels_are_types_roots_and_basses(tmp_path: Path) -> None:
    run(tmp_path, 4)
    labels = np.concatenate([np.load(labels_path(tmp_path, index)) for index in range(4)])
    sounding = labels[labels[:, 1] >= 0]
    assert len(sounding) > 50
    assert sounding.max(axis=0)[0] < CHORD_TYPE_ID["N"]
    assert sounding[:, 1:].max() <= 11
    silent = labels[labels[:, 0] == CHORD_TYPE_ID["N"]]
    assert (silent[:, 1:] == -100).all()


def test_a_bad_piece_is_left_out_and_made_by_the_next_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:

        def fails_once(seed: int, index: int, catalog: object) -> object:
            if index == 1:
                raise ValueError("planted")
            return draw(seed, index, open_catalog())

        patch.setattr("audio_models.chord_recognizer.prepare.draw", fails_once)
        assert run(tmp_path, 3) == 1
    assert [record["id"] for record in read_index(tmp_path)] == [0, 2]
    assert run(tmp_path, 3) == 0
    assert sorted(record["id"] for record in read_index(tmp_path)) == [0, 1, 2]


@pytest.mark.slow
def test_several_processes_make_what_one_makes(tmp_path: Path) -> None:
    catalog, wanted = open_catalog(fonts=()), range(2)
    for name, workers in (("one", 1), ("two", 2)):
        config = PrepareConfig(output_dir=tmp_path / name, workers=workers)
        config.output_dir.mkdir()
        with prepare.renderers(config, catalog) as results:
            assert [record["id"] for record in results(wanted)] == [0, 1]
    # Workers do not see this test's short pieces: theirs are of full length.
    short, full = (np.load(features_path(tmp_path / name, 0)) for name in ("one", "two"))
    assert len(full) > len(short)


def test_one_piece_in_sixteen_validates_and_no_source_is_missing() -> None:
    catalog = open_catalog(fonts=())
    drawn = [draw(0, index, catalog) for index in range(2 * VALIDATION_EVERY)]
    validation = [index for index, piece in enumerate(drawn) if piece.split == "validation"]
    assert validation == [VALIDATION_EVERY - 1, 2 * VALIDATION_EVERY - 1]
    assert {piece.piece.source for piece in drawn} == {"random", "isolated"}  # the others need corpora
    assert sum(SHARES.values()) == pytest.approx(1.0)
    assert draw(0, 3, catalog).recipe == drawn[3].recipe != draw(1, 3, catalog).recipe


def test_a_set_of_single_chords_is_audio_and_labels_of_one_stem(tmp_path: Path) -> None:
    arguments = ["--set", "isolated", "--pieces", "3", "--output-dir", str(tmp_path)]
    assert evaluation_sets.main(arguments) == 0
    folder = tmp_path / "isolated"
    stems = sorted(path.stem for path in (folder / "audio").glob("*.flac"))
    assert (
        stems == sorted(path.stem for path in (folder / "labels").glob("*.lab")) == [f"isolated_00{n}" for n in "012"]
    )
    for stem, label in zip(stems, ("C:maj", "Db:maj", "D:maj"), strict=True):
        log = ProblemLog()
        timed = parse_lab((folder / "labels" / f"{stem}.lab").read_text(encoding="utf-8"), stem, log)
        assert timed is not None
        assert label in timed.labels
        assert timed.labels[0] == "N"
        assert soundfile.info(folder / "audio" / f"{stem}.flac").duration == pytest.approx(
            timed.intervals_s[-1, 1], abs=0.05
        )
    before = (folder / "audio" / "isolated_000.flac").stat().st_mtime_ns
    assert evaluation_sets.main(arguments) == 0
    assert (folder / "audio" / "isolated_000.flac").stat().st_mtime_ns == before


def test_a_set_of_songs_without_corpora_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluation_sets.main(["--set", "hard", "--output-dir", str(tmp_path)]) == 2
    assert "48 held-out songs of POP909 are wanted and 0 are there; set CONSORT_DATA" in capsys.readouterr().err
