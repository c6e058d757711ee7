"""Render sets of labelled audio that any recognizer can be evaluated on.

Examples:
    python -m audio_models.chord_recognizer.evaluation_sets --set hard
    python -m audio_models.chord_recognizer.evaluation_sets --set isolated --pieces 24 --output-dir /tmp/sets

| set          | content                                                                                       |
|--------------|-----------------------------------------------------------------------------------------------|
| clean        | whole POP909 songs that no training piece is made of: piano as arranged, FluidR3, nothing else |
| hard         | the same songs: instruments and SoundFont at random, drums on the beat, up to half a semitone  |
|              | out of tune, rain, sea, helicopter or fire 5 dB under the music                                |
| progressions | all chord types and inversions, about 30 s each, with true labels; room, equaliser, detuning   |
| isolated     | single chords of 2 to 4 s: major and minor triads on four instruments, then any type on any    |
| guitar       | single chords of a real guitar: recordings of its notes, added up as a hand would play them    |

The labels of POP909 are its own, as published, N included. A folder per set: audio/*.flac, labels/*.lab of the same
stem, and recipes.jsonl, which says what was drawn.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from tqdm import tqdm

from audio_models.chord_recognizer.catalog import HARD_NOISES, PEER_SONGS, Catalog, number_of, open_catalog
from audio_models.chord_recognizer.composing import GENRES
from audio_models.chord_recognizer.config import EvaluationSetConfig
from audio_models.chord_recognizer.draws import pick
from audio_models.chord_recognizer.guitar import guitar_chords
from audio_models.chord_recognizer.instruments import PITCHED
from audio_models.chord_recognizer.isolated import SOURCE as ISOLATED
from audio_models.chord_recognizer.isolated import random_isolated, struck
from audio_models.chord_recognizer.piece import Piece
from audio_models.chord_recognizer.recipe import Recipe, draw_recipe, hard_recipe
from audio_models.chord_recognizer.rendering import render_piece
from audio_models.chord_recognizer.sources import POP909, pop909_piece, random_piece
from shared.audio.augment import SAMPLE_RATE
from shared.audio.io import Waveform
from shared.cli import entry_point
from shared.datasets import pop909
from shared.datasets.contract import TimedChords
from shared.datasets.lab import format_lab
from shared.datasets.pop909_song import load_songs
from shared.errors import ConsortError
from shared.files import atomic_path, write_text
from shared.music.chords import Chord, format_harte

CLEAN_FONT = "FluidR3_GM.sf2"
GUITAR = "guitar"
SIZES = {"clean": 48, "hard": 48, "progressions": 60, ISOLATED: 300, GUITAR: 96}
# Acoustic grand, steel guitar, church organ, strings.
TRIAD_PROGRAMS = (0, 25, 19, 48)
_PROGRESSION_S = 30.0
_TAIL_S = 2.0
_LEAD_S, _CHORD_S = (0.1, 0.4), (1.6, 3.2)  # silence before a single chord, and its length


@dataclass(frozen=True)
class Item:
    """One piece of a set; `keeps_labels` where they are published and silence changes nothing about them."""

    stem: str
    piece: Piece
    recipe: Recipe
    keeps_labels: bool


def render_set(config: EvaluationSetConfig) -> Path:
    """Write a set, or what is missing of it; return its folder.

    Raises:
        ConsortError: when the corpora or a SoundFont are missing.
    """
    catalog, folder = open_catalog(), config.output_dir / config.set
    if config.set == GUITAR:
        return _real_guitar(config, catalog, folder)
    size = config.pieces or SIZES[config.set]
    recipes = []
    for item in tqdm(_items(config, catalog, size), total=size, unit="piece", file=sys.stderr):
        _write(item, folder, catalog.root)
        recipes.append({"stem": item.stem, "recipe": dataclasses.asdict(item.recipe)})
    write_text(folder / "recipes.jsonl", "".join(json.dumps(recipe) + "\n" for recipe in recipes))
    return folder


def _real_guitar(config: EvaluationSetConfig, catalog: Catalog, folder: Path) -> Path:
    if catalog.root is None:
        raise ConsortError("the recordings of a guitar are in the corpora; set CONSORT_DATA to their folder")
    for stem, waveform, chords in guitar_chords(catalog.root, config.pieces or SIZES[GUITAR], config.seed):
        _save(folder, stem, waveform, chords)
    return folder


def held_out_numbers(catalog: Catalog, size: int) -> list[str]:
    """Return the numbers of held-out POP909 songs: those that other recognizers were measured on, then the others.

    Raises:
        ConsortError: when there are not as many.
    """
    numbers = sorted(number_of(song) for song in catalog.pop909.test)
    ordered = [number for number in numbers if number in PEER_SONGS]
    ordered += [number for number in numbers if number not in PEER_SONGS]
    if len(ordered) < size:
        raise ConsortError(
            f"{size} held-out songs of POP909 are wanted and {len(ordered)} are there; "
            "set CONSORT_DATA to the folder of the corpora, or ask for fewer pieces"
        )
    return sorted(ordered[:size])


def _items(config: EvaluationSetConfig, catalog: Catalog, size: int) -> Iterator[Item]:
    if config.set in ("clean", "hard"):
        yield from _songs(config, catalog, size)
        return
    for index in range(size):
        rng = np.random.default_rng([config.seed, index, SIZES[config.set]])
        if config.set == ISOLATED:
            yield _single(index, rng, catalog)
        else:
            piece = random_piece(rng, _PROGRESSION_S, f"{config.set}:{index}")
            piece = piece.excerpt(0.0, min(piece.end_s, _PROGRESSION_S))
            yield Item(f"progression_{index:03}", piece, draw_recipe(piece, rng, catalog.fonts, ()), False)


def _songs(config: EvaluationSetConfig, catalog: Catalog, size: int) -> Iterator[Item]:
    numbers = held_out_numbers(catalog, size)
    assert catalog.root is not None  # or there were no numbers
    noises = [noise for noise in catalog.noises_for("test") if noise.label in HARD_NOISES]
    drummed = [genre for genre in GENRES if genre != "classical"]
    for song in load_songs(catalog.root / POP909, numbers):
        rng = np.random.default_rng([config.seed, int(song.id)])
        hard = config.set == "hard"
        # On a piano the pedal blurs; held instruments would sound for as long as it hovers.
        tracks = song.ringing(within_chords=hard)
        piece = pop909_piece(song, tracks, song.id, pop909.LICENCE, pick(rng, drummed) if hard else "", rng)
        recipe = hard_recipe(piece, rng, catalog.fonts, noises) if hard else Recipe(soundfont=CLEAN_FONT)
        yield Item(f"pop909_{song.id}", piece, recipe, True)


def _single(index: int, rng: np.random.Generator, catalog: Catalog) -> Item:
    """Return a single chord: first the triads on the four instruments, then any on any."""
    triads = [(Chord(root, quality, root), program) for program, quality, root in _triads()]
    chord, program = triads[index] if index < len(triads) else (random_isolated(rng), pick(rng, PITCHED))
    onset_s, length_s = rng.uniform(*_LEAD_S), rng.uniform(*_CHORD_S)
    notes = tuple(struck(chord, program, onset_s, length_s, rng))
    end_s = onset_s + length_s + 0.3
    times = np.array([[0.0, onset_s], [onset_s, end_s]])
    labels = TimedChords(times, ("N", format_harte(chord)))
    piece = Piece({f"{ISOLATED}-{program}": notes}, labels, ISOLATED, f"{ISOLATED}:{index}")
    recipe = Recipe(soundfont=pick(rng, catalog.fonts) if catalog.fonts else "")
    return Item(f"isolated_{index:03}", piece, recipe, False)


def _triads() -> Iterator[tuple[int, str, int]]:
    yield from product(TRIAD_PROGRAMS, ("maj", "min"), range(12))


def _write(item: Item, folder: Path, corpora: Path | None) -> None:
    """Render one piece, unless it is there."""
    if all(path.is_file() for path in _files(folder, item.stem)):
        return
    rendered = render_piece(item.piece, item.recipe, corpora, _TAIL_S if item.keeps_labels else 0.0)
    _save(folder, item.stem, rendered.waveform, item.piece.chords if item.keeps_labels else rendered.chords)


def _files(folder: Path, stem: str) -> tuple[Path, Path]:
    return folder / "audio" / f"{stem}.flac", folder / "labels" / f"{stem}.lab"


def _save(folder: Path, stem: str, waveform: Waveform, chords: TimedChords) -> None:
    import soundfile

    audio, labels = _files(folder, stem)
    write_text(labels, format_lab(chords))
    with atomic_path(audio) as aside:
        soundfile.write(str(aside), waveform, SAMPLE_RATE, subtype="PCM_16", format="FLAC")


@entry_point(EvaluationSetConfig)
def main(config: EvaluationSetConfig) -> None:
    """Render one set."""
    print(f"wrote {render_set(config)}")


if __name__ == "__main__":
    sys.exit(main())
