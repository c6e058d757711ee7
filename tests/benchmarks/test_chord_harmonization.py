"""The ways to find chords for a melody, on songs whose own chords everybody would find."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks import chord_harmonization
from benchmarks.chord_harmonization import (
    FIT_TRIADS,
    MODEL,
    NGRAM,
    OWN,
    RANDOM,
    TONIC,
    BranchingNGram,
    diatonic_triads,
    judge,
    measure,
    systems,
)
from benchmarks.pop909_melodies import HarmonisedSong
from shared.decoding.melody_fit import equal_segments
from shared.decoding.progression import Conditions
from shared.errors import ConsortError
from shared.metrics.ngrams import NGram
from shared.music.chord_tokens import N_QUALITIES, N_TOKENS, chord_to_id, chord_vocabulary, id_to_chord
from shared.music.chords import parse
from shared.music.keys import parse_key
from shared.music.melody import ChordSpan, Melody
from shared.music.score import Note

LOOP = ("C", "Am", "F", "G", "C", "F", "G", "C")


def song(number: str = "001", semitones: int = 0) -> HarmonisedSong:
    """A melody that plays each chord of the loop in turn, a chord in a bar."""
    chords = [parse(label).transpose(semitones) for label in LOOP]
    pitches = [60 + chord.pitch_classes[i % 3] for chord in chords for i in range(4)]
    melody = Melody(tuple(Note(pitch, 80, float(i), 1.0) for i, pitch in enumerate(pitches)))
    own = tuple(ChordSpan(4.0 * bar, 4.0 * bar + 4.0, chord) for bar, chord in enumerate(chords))
    return HarmonisedSong(number, melody, equal_segments(melody, 2.0), own)


@pytest.fixture(scope="module")
def ngram() -> BranchingNGram:
    loop = [chord_to_id(parse(label)) for label in LOOP]
    return BranchingNGram(NGram(5, N_TOKENS).fit([loop, loop[:4] * 2]), N_QUALITIES)


def test_every_way_has_a_row_and_good_ways_agree_with_the_song(ngram: BranchingNGram) -> None:
    rows, bars = judge([song("001"), song("002", 5)], systems(ngram, ngram, seed=0))
    by_name = {row["chords"]: row for row in rows}
    assert by_name[OWN]["root"] == by_name[OWN]["third"] == 1.0
    assert by_name[MODEL] == {**by_name[NGRAM], "chords": MODEL}
    assert by_name[MODEL]["third"] == by_name[FIT_TRIADS]["third"] == 1.0
    assert by_name[MODEL]["CTnCTR"] == by_name[OWN]["CTnCTR"] == 1.0
    assert by_name[MODEL]["third"] > by_name[TONIC]["third"] == pytest.approx(3 / 8)
    assert by_name[TONIC]["CC"] == 1
    assert by_name[RANDOM]["PCS"] < by_name[OWN]["PCS"]
    assert len(bars) == 6
    assert all(bar.holds for bar in bars)


def test_a_model_that_knows_nothing_of_the_key_misses_bars(ngram: BranchingNGram) -> None:
    class Deaf(BranchingNGram):
        def step(
            self, token_ids: np.ndarray, conditions: Conditions, state: np.ndarray
        ) -> tuple[np.ndarray, np.ndarray]:
            shares = np.full((len(token_ids), N_TOKENS), 1e-12)
            shares[:, [chord_to_id(parse("F#")), chord_to_id(parse("B"))]] = 0.5
            return shares, state

    deaf = Deaf(ngram.ngram, N_QUALITIES)
    _, bars = judge([song()], {**systems(deaf, ngram, seed=0)})
    assert not any(bar.holds for bar in bars if "roots" in bar.name)


def test_there_is_a_triad_on_every_degree() -> None:
    for name in ("C:major", "F#:minor"):
        triads = [id_to_chord(int(token)) for token in diatonic_triads(parse_key(name))]
        assert sorted(chord.root for chord in triads) == sorted(parse_key(name).scale_pitch_classes)


def write_run(folder: Path, dataset: str) -> Path:
    """Write what a run keeps of its songs: 007 is held out."""
    lines = [
        {"id": f"{dataset}_{number}", "dataset": dataset, "title": number, "key": "C:maj", "split": split,
         "chords": [*LOOP, *extra]}
        for number, split, extra in (("001", "train", ["Am"]), ("002", "validation", ["F"]), ("007", "test", ["G"]))
    ]  # fmt: skip
    songs = folder / "songs.jsonl"
    songs.write_text("\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
    chord_vocabulary().save(folder / "vocabulary.json")
    (folder / "training_config.json").write_text(json.dumps({"data": {"songs": str(songs)}}), encoding="utf-8")
    return folder


def test_only_songs_that_the_run_kept_out_are_measured(
    tmp_path: Path, ngram: BranchingNGram, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def load(root: Path, numbers: Sequence[str]) -> list[HarmonisedSong]:
        assert root == tmp_path / "pop909"
        asked.extend(numbers)
        return [song(number) for number in numbers]

    monkeypatch.setattr(chord_harmonization, "load_melodies", load)
    monkeypatch.setattr(chord_harmonization, "OnnxStepModel", lambda path: ngram)
    rows, _ = measure(write_run(tmp_path, "pop909"), data=str(tmp_path))
    assert asked == ["007"]
    assert {row["songs"] for row in rows} == {1}


def test_without_melodies_it_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_run(tmp_path, "nottingham")
    with pytest.raises(ConsortError, match="keeps no song of POP909 out"):
        measure(folder, data=str(tmp_path))
    monkeypatch.delenv("CONSORT_DATA", raising=False)
    with pytest.raises(ConsortError, match="let CONSORT_DATA name"):
        measure(folder)
