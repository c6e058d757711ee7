"""Pieces and recipes become sound: level, noise, tuning, silence; by the NumPy synthesizer, which is everywhere."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio_models.chord_recognizer.catalog import Noise
from audio_models.chord_recognizer.instruments import BASSES, PITCHED, UNCLEAR, draw_programs
from audio_models.chord_recognizer.piece import DRUMS, Piece
from audio_models.chord_recognizer.recipe import Recipe, draw_recipe, hard_recipe
from audio_models.chord_recognizer.rendering import read_noise, render_piece
from shared.audio.augment import SAMPLE_RATE
from shared.audio.features import LogFrequencySettings, log_frequency
from shared.audio.tuning import estimate_tuning
from shared.datasets.contract import TimedChords
from shared.errors import ConsortError
from shared.music.additive import Voice
from shared.music.soundfonts import installed_fonts
from shared.music.synth import FLUIDSYNTH, available_backend

NOISES = (Noise("esc10/rain/1.ogg", "rain", False), Noise("esc10/rooster/1.ogg", "rooster", False))


def a_piece(drums: bool = False) -> Piece:
    notes = tuple(Voice(pitch, 90, 0.0, 0.9, 16, False) for pitch in (60, 64, 67))
    parts = {"chords": notes, "melody": notes[:1]}
    if drums:
        parts[DRUMS] = (Voice(38, 110, 1.5, 0.1, 0, True),)
    chords = TimedChords(np.array([[0.0, 2.0], [2.0, 2.2]]), ("C:maj", "N"))
    return Piece(parts, chords, "random", "g")


def test_the_same_draw_is_the_same_sound_and_has_the_recipes_peak() -> None:
    recipe = draw_recipe(a_piece(), np.random.default_rng(5), (), ())
    first, second = (render_piece(a_piece(), recipe) for _ in range(2))
    assert np.array_equal(first.waveform, second.waveform)
    assert first.waveform.dtype == np.float32
    assert len(first.waveform) == round(2.2 * SAMPLE_RATE)
    assert np.abs(first.waveform).max() == pytest.approx(10 ** (recipe.peak_db / 20), rel=1e-4)


def test_after_the_release_there_is_no_chord_even_while_drums_play() -> None:
    rendered = render_piece(a_piece(drums=True), Recipe())
    assert rendered.chords.labels == ("C:maj", "N")
    assert 0.9 < rendered.chords.intervals_s[0, 1] < 1.45
    assert np.abs(rendered.waveform[round(1.5 * SAMPLE_RATE) : round(1.6 * SAMPLE_RATE)]).max() > 0.05


def test_noise_lies_as_far_below_the_music_as_asked(tmp_path: Path) -> None:
    (tmp_path / "esc10").mkdir()
    hiss = np.random.default_rng(0).standard_normal(2 * SAMPLE_RATE).astype(np.float32) * 0.1
    soundfile.write(tmp_path / "esc10" / "hiss.wav", hiss, SAMPLE_RATE, subtype="FLOAT")
    clean = render_piece(a_piece(), Recipe()).waveform
    noisy = render_piece(a_piece(), Recipe(noise="esc10/hiss.wav", snr_db=5.0), tmp_path).waveform
    scale = float(noisy @ clean / (clean @ clean))  # noise is orthogonal to the music
    power_db = 10 * np.log10(np.square(scale * clean).sum() / np.square(noisy - scale * clean).sum())
    assert power_db == pytest.approx(5.0, abs=0.2)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConsortError, match=r"the SoundFont Absent\.sf2 is not installed"):
        render_piece(a_piece(), Recipe(soundfont="Absent.sf2"))
    with pytest.raises(ConsortError, match=r"the noise esc10/none\.ogg is not there; CONSORT_DATA"):
        render_piece(a_piece(), Recipe(noise="esc10/none.ogg"), tmp_path)
    silent = Piece({}, a_piece().chords, "random", "the group")
    with pytest.raises(ConsortError, match="the group came out silent"):
        render_piece(silent, Recipe())
    soundfile.write(tmp_path / "low.wav", np.ones(9000), 8000)
    with pytest.raises(ConsortError, match="cannot serve as noise"):
        read_noise(tmp_path / "low.wav")


def test_recipes_are_drawn_within_their_ranges_and_are_plain_data() -> None:
    recipes = [draw_recipe(a_piece(), np.random.default_rng(seed), ("A.sf2", "B.sf2"), NOISES) for seed in range(200)]
    assert {recipe.soundfont for recipe in recipes} == {"A.sf2", "B.sf2"}
    assert all(abs(recipe.cents) <= 50 and 0 <= recipe.snr_db <= 30 for recipe in recipes)
    noisy = np.mean([bool(recipe.noise) for recipe in recipes])
    assert 0.4 < noisy < 0.7
    assert json.loads(json.dumps(dataclasses.asdict(recipes[0])))["soundfont"] == recipes[0].soundfont
    hard = hard_recipe(a_piece(drums=True), np.random.default_rng(0), ("A.sf2",), NOISES[:1])
    assert (hard.snr_db, hard.noise, set(hard.programs)) == (5.0, NOISES[0].file, {"chords", "melody"})


def test_instruments_are_drawn_by_part() -> None:
    drawn = [
        draw_programs(["bass", "melody", "chords-piano", "pad"], np.random.default_rng(seed)) for seed in range(99)
    ]
    assert all(programs["bass"] in BASSES for programs in drawn)
    assert len({programs["chords-piano"] for programs in drawn}) > 25
    assert all(set(programs.values()) <= set(PITCHED) for programs in drawn)
    assert not set(PITCHED) & {*UNCLEAR, *range(112, 128)}


@pytest.mark.skipif(available_backend() != FLUIDSYNTH, reason="SoundFonts are played by fluidsynth")
@pytest.mark.parametrize("font", list(installed_fonts()))
def test_every_soundfont_is_played_at_the_tuning_that_the_recipe_says(font: str) -> None:
    notes = tuple(Voice(pitch, 90, 0.5 * index, 0.45, 0, False) for index, pitch in enumerate((48, 52, 55, 60, 64, 67)))
    piece = Piece({"chords": notes}, TimedChords(np.array([[0.0, 3.0]]), ("C:maj",)), "test", "test")
    for cents in (0.0, 30.0):
        waveform = render_piece(piece, Recipe(soundfont=font, cents=cents)).waveform
        heard = 100 * estimate_tuning(log_frequency(waveform), LogFrequencySettings())
        assert heard == pytest.approx(cents, abs=3)
