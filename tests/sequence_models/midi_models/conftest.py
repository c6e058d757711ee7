"""A tiny run of all four dense nets and one of the sequence net, shared by the tests of the rooms."""

from __future__ import annotations

from pathlib import Path

import pytest

from sequence_models.midi_models.train import main
from shared.datasets.lead_sheet import LeadSheet, key_of
from shared.music.chords import parse
from shared.music.melody import ChordSpan, Melody
from shared.music.score import Note
from tests.made_once import made_once

RUNS = Path("checkpoints") / "midi_models"
SIZES = ("model.first_units=8", "model.second_units=16")
DENSE = ("trainer=real", "--num-samples", "500", "--epochs", "8", "--batch-size", "16", *SIZES)
SEQUENCE = (
    "model=sequence", "trainer=sequence", "--task", "melody", "--recurrent-units", "16", "--pitch-dim", "8",
    "--other-dim", "4", "--num-samples", "1200", "--epochs", "2", "--batch-size", "8",
)  # fmt: skip


def trained(root: Path, name: str, *words: str) -> Path:
    """Train a run below `root` by the command line and return its folder."""
    roots = ("--log-root", str(root / "logs"), "--checkpoint-root", str(root / "checkpoints"))
    assert main([*words, "--run-name", name, "--lr", "0.01", "--warmup-steps", "2", *roots]) == 0
    return root / RUNS / name


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of four dense nets that were trained, exported and evaluated."""
    return made_once(tmp_path_factory, "midi-run", lambda root: trained(root, "tiny", *DENSE)) / RUNS / "tiny"


@pytest.fixture(scope="session")
def sequence_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of the sequence net."""
    root = made_once(tmp_path_factory, "midi-sequence-run", lambda root: trained(root, "tiny", *SEQUENCE))
    return root / RUNS / "tiny"


def sheet(group: str = "tune", shift: int = 0) -> LeadSheet:
    """Return two bars of C and G7 with a tune of quarters and a rest, so many semitones higher."""
    chords = [parse("C:maj").transpose(shift), parse("G:7").transpose(shift)]
    spans = (ChordSpan(0.0, 4.0, chords[0]), ChordSpan(4.0, 6.0, chords[1]), ChordSpan(6.0, 8.0, chords[1]))
    pitches = [(60, 0.0, 1.0), (64, 1.0, 0.75), (67, 2.0, 2.0), (65, 4.0, 1.0), (59, 6.0, 2.0)]
    notes = tuple(Note(pitch + shift, 64, onset, length) for pitch, onset, length in pitches)
    return LeadSheet(
        id=group, dataset="toy", licence="CC0-1.0", ships=True, group=group,
        melody=Melody(notes, tempo_qpm=120.0), spans=spans, key=key_of(spans),
    )  # fmt: skip
