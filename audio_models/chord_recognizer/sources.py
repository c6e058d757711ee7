"""Training pieces by number: the same seed and index give the same notes, labels and recipe.

Which source a piece comes from, which song, which excerpt, transposition and tempo is drawn from (seed, index); so
any piece can be made again alone, and more pieces change none that are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from audio_models.chord_recognizer.catalog import Catalog, number_of
from audio_models.chord_recognizer.composing import GENRES, HOUSE_BAND, compose, draw_meter
from audio_models.chord_recognizer.draws import pick
from audio_models.chord_recognizer.drumming import drum_part, on_beats
from audio_models.chord_recognizer.instruments import CHORDS, MELODY
from audio_models.chord_recognizer.isolated import SOURCE as ISOLATED
from audio_models.chord_recognizer.isolated import isolated_piece
from audio_models.chord_recognizer.piece import DRUMS, Part, Piece
from audio_models.chord_recognizer.progressions import random_progression, song_progression
from audio_models.chord_recognizer.recipe import Recipe, draw_recipe
from shared.datasets.contract import ChordSong
from shared.datasets.pop909_song import Pop909Song, in_three, load_songs
from shared.music.score import bar_quarters

# To be raised when the same seed and index come to give another piece, so that a folder holds one kind only.
PIECES_VERSION = 3

POP909, CORPUS, RANDOM = "pop909", "corpus", "random"
SHARES = {POP909: 0.46, CORPUS: 0.12, RANDOM: 0.28, ISOLATED: 0.14}
VALIDATION_EVERY = 16  # one piece in so many is made of validation songs
DURATION_S = (60.0, 100.0)
SHORTEST_CHORD_S = 0.45

_PART_NAMES = {"MELODY": MELODY, "BRIDGE": f"{CHORDS}-bridge", "PIANO": f"{CHORDS}-piano"}
_DRUMMED = 0.6  # of the POP909 pieces get drums
_WITHOUT_MELODY = 0.2
_PEDALLED = 0.6  # ring under the pedal; in the others notes are as long as keys are held
_STRETCH = (0.8, 1.25)
_TEMPI_QPM = (60.0, 180.0)


@dataclass(frozen=True)
class Drawn:
    """A piece of the training material, its recipe, and the split it is in."""

    piece: Piece
    recipe: Recipe
    split: str
    song: str


def draw(seed: int, index: int, catalog: Catalog) -> Drawn:
    """Make the piece of a number."""
    rng = np.random.default_rng([seed, index])
    split = "validation" if index % VALIDATION_EVERY == VALIDATION_EVERY - 1 else "train"
    source = _draw_source(rng, catalog, split)
    group = f"{source}:{seed}:{index}"
    duration_s = float(rng.uniform(*DURATION_S))
    semitones = int(rng.integers(-5, 7)) if source == POP909 else 0
    stretch = round(float(np.exp(rng.uniform(*np.log(_STRETCH)))), 3) if source == POP909 else 1.0
    song = ""
    if source == POP909:
        chosen = pick(rng, catalog.pop909.parts()[split])
        song, piece = chosen.id, _excerpt(_pop909(chosen, catalog, rng), duration_s / stretch, rng)
        piece = piece.stretched(stretch).transposed(semitones)
    elif source == CORPUS:
        chosen = pick(rng, catalog.progressions.parts()[split])
        song, piece = chosen.id, _of_song(chosen, duration_s, rng)
    elif source == RANDOM:
        piece = random_piece(rng, duration_s, group)
    else:
        piece = isolated_piece(rng, duration_s, group)
    piece = piece.excerpt(0.0, min(piece.end_s, duration_s))
    noises = catalog.noises_for(split)
    recipe = draw_recipe(piece, rng, catalog.fonts, noises, stretch=stretch, semitones=semitones)
    return Drawn(piece, recipe, split, song)


def random_piece(rng: np.random.Generator, duration_s: float, group: str, band: float = HOUSE_BAND) -> Piece:
    """Make up a progression over all types and inversions, and play it."""
    meter, tempo = draw_meter(rng), float(rng.uniform(*_TEMPI_QPM))
    spans = random_progression(rng, duration_s * tempo / 60, SHORTEST_CHORD_S * tempo / 60)
    return compose(spans, tempo, meter, rng, source=RANDOM, group=group, band=band)


def pop909_piece(
    song: Pop909Song, tracks: Mapping[str, Part], group: str, licence: str, drums: str, rng: np.random.Generator
) -> Piece:
    """Return a whole song of POP909.

    Args:
        song: its beats and chords are taken.
        tracks: its notes, ringing as long as they shall.
        group: of the piece.
        licence: likewise.
        drums: the genre of the drums on its beats; empty for none.
        rng: chooses what the drummer plays.
    """
    parts = {_PART_NAMES[name]: notes for name, notes in tracks.items() if notes}
    if drums:
        three = in_three(song.beats)
        bars = np.flatnonzero(song.beats[:, 1 if three else 2])
        beats = song.beats[bars[0] if len(bars) else 0 :, 0]
        parts[DRUMS] = drum_part(drums, "3/4" if three else "4/4", len(beats) - 1, on_beats(beats), rng)
    return Piece(parts, song.chords, POP909, group, licence)


def _draw_source(rng: np.random.Generator, catalog: Catalog, split: str) -> str:
    possible = {
        POP909: bool(catalog.pop909.parts()[split]),
        CORPUS: bool(catalog.progressions.parts()[split]),
        RANDOM: True,
        ISOLATED: True,
    }
    shares = np.array([share * possible[name] for name, share in SHARES.items()])
    return list(SHARES)[rng.choice(len(SHARES), p=shares / shares.sum())]


def _pop909(song: ChordSong, catalog: Catalog, rng: np.random.Generator) -> Piece:
    assert catalog.root is not None  # there would be no songs
    (loaded,) = load_songs(catalog.root / POP909, [number_of(song)])
    drums = pick(rng, GENRES) if rng.random() < _DRUMMED else ""
    tracks = loaded.ringing(within_chords=True) if rng.random() < _PEDALLED else loaded.tracks
    piece = pop909_piece(loaded, tracks, song.group, song.licence, drums, rng)
    if rng.random() < _WITHOUT_MELODY:
        parts = {name: part for name, part in piece.parts.items() if name != MELODY}
        piece = Piece(parts, piece.chords, piece.source, piece.group, piece.licence)
    return piece


def _excerpt(piece: Piece, duration_s: float, rng: np.random.Generator) -> Piece:
    latest = max(0.0, piece.end_s - duration_s)
    start_s = float(rng.uniform(0.0, latest)) if latest else 0.0
    return piece.excerpt(start_s, min(piece.end_s, start_s + duration_s))


def _of_song(song: ChordSong, duration_s: float, rng: np.random.Generator) -> Piece:
    meter = song.meter if song.meter in ("4/4", "3/4", "6/8") else draw_meter(rng)
    tempo = float(rng.uniform(*_TEMPI_QPM))
    shortest = SHORTEST_CHORD_S * tempo / 60
    spans = song_progression(song, rng, duration_s * tempo / 60, bar_quarters(meter), shortest)
    return compose(spans, tempo, meter, rng, source=CORPUS, group=song.group, licence=song.licence)
