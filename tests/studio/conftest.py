"""A planted song, model and set of figures: small, known by heart, and without any framework."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from shared.music.score import Note, Score, Track
from studio.embedded_audio import Sound
from studio.report import Report
from studio.report_music import Gallery, Take
from studio.song import Part, Song


@pytest.fixture
def score() -> Score:
    """Two bars at 120 quarters per minute: C major, then G major, with bass and one drum."""
    piano = Track("piano", 0, notes=(Note(60, 127, 0.0, 4.0), Note(64, 127, 0.0, 4.0), Note(67, 64, 4.0, 4.0)))
    bass = Track("bass", 33, notes=(Note(36, 100, 0.0, 2.0), Note(43, 100, 4.0, 4.0)))
    drums = Track("drums", 0, is_drum=True, notes=(Note(36, 100, 0.0, 0.1), Note(38, 100, 1.0, 0.1)))
    return Score((piano, bass, Track("silent", 48), drums), 120.0, "4/4", None, ((0.0, "C"), (4.0, "Bb7")))


@pytest.fixture
def song(score: Score) -> Song:
    """The score as a verse of one bar and a chorus of one bar."""
    verse = Part("Verse", (), (), (), "joy", frozenset({"drums"}))
    return Song((verse,), score)


def tone(seconds: float, sample_rate: int = 22_050) -> Sound:
    """Return a steady A3 of a length in seconds."""
    times = np.arange(round(seconds * sample_rate)) / sample_rate
    return Sound((0.4 * np.sin(2 * np.pi * 220 * times)).astype(np.float32), sample_rate)


@pytest.fixture
def metrics() -> dict[str, Any]:
    """The content of a metrics.json."""
    scores = {"perplexity": 5.0, "accuracy": 0.5, "top3_accuracy": 0.75, "n": 400}
    control = {"perplexity": 6.0, "accuracy": 0.4, "top3_accuracy": 0.8, "n": 400}
    unigram = {"perplexity": 40.0, "accuracy": 0.1, "top3_accuracy": 0.2, "n": 400}
    return {
        "checkpoint": "checkpoints/chord_generator/<demo>",
        "training": {"songs": 864, "epochs": 3, "best_epoch": 2, "reused": False, "duration_s": 112.4},
        "evaluation": {
            "overall": scores,
            "genres": {"jazz": scores, "soul": scores},
            "controls": {
                "unigram": {"overall": unigram, "genres": {"jazz": unigram, "soul": unigram}},
                "5-gram+cache": {"overall": control, "genres": {"jazz": control, "soul": control}},
            },
            "samples": {"count": 20, "key_adherence": 0.8, "key_adherence_songs": 0.9,
                        "frechet": {"generated_real": 1.5, "real_real": 0.5}},
        },
        "export": {"chord_generator_step.onnx": {"cases": 3, "max_difference": 2e-7, "argmax_agreement": 1.0}},
        "first_progression_s": None,
        "weights": {"trained": {"title": "the weights trained just now", "folder": "checkpoints/chord_generator/<demo>",
                                "learned_from": "progressions that a grammar wrote", "ms_per_chord": 0.12}},
        "song": {"by": "trained", "genre": "pop", "verse_mood": "joy", "chorus_mood": "awe", "key": "Bb:major",
                 "tempo_qpm": 120.0, "synthesizer": "numpy"},
        "timings_s": {"train": 112.4, "evaluate": 5.0},
        "seeds": {"training": 7},
        "git_revision": "0123456789abcdef",
        "machine": {"processor": "R&D <x86>", "cores": 2, "system": "Linux"},
        "versions": {"python": "3.11.7"},
    }  # fmt: skip


@pytest.fixture
def history() -> dict[str, list[float]]:
    """Three epochs, the second with the best validation loss."""
    return {
        "epoch": [0.0, 1.0, 2.0], "loss": [4.0, 3.0, 2.0], "val_loss": [4.0, 2.5, 2.6],
        "accuracy": [0.1, 0.3, 0.5], "val_accuracy": [0.1, 0.35, 0.34],
    }  # fmt: skip


@pytest.fixture
def take(score: Score) -> Take:
    """A take whose names try to break out of the page."""
    return Take("jazz", "<b>joy</b>", "C:major", ("C", 'G"7'), ("I", "V&7"), score, tone(6.0))


@pytest.fixture
def report(song: Song, take: Take, metrics: dict[str, Any], history: dict[str, list[float]]) -> Report:
    """The report of a demo that had no weights but its own."""
    gallery = Gallery("trained", "the weights trained just now", "progressions that a grammar wrote", [take])
    return Report(song, tone(6.0), [gallery], history, metrics)


@pytest.fixture
def report_of_two(report: Report, take: Take) -> Report:
    """The report of a demo with ready weights, which wrote the song."""
    ready = Gallery("shipped", "the weights that <ship>", "real songs", [take])
    about = {"title": ready.title, "folder": "/opt/consort/checkpoints/chord_generator", "ms_per_chord": 0.34}
    metrics = dict(report.metrics)
    metrics["weights"] = {"shipped": about, **metrics["weights"]}
    metrics |= {"first_progression_s": 0.42, "song": metrics["song"] | {"by": "shipped"}}
    card = {"Figures": "| | perplexity |\n|---|---|\n| shipped | **7.77** |", "Limits": "Many."}
    return dataclasses.replace(report, galleries=[ready, *report.galleries], metrics=metrics, card=card)
