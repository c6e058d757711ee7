"""Notes in seconds to dry sound: onsets where they are written, pitches tuned, both synthesizers alike."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import mido
import numpy as np
import pytest

from shared.errors import ConsortError, InputError
from shared.music.additive import Voice, pitch_hz
from shared.music.soundfonts import find_soundfont, installed_fonts, missing_packages
from shared.music.voices import Waveform, midi_bytes, render_voices

RATE = 22_050
FONTS = [
    pytest.param(
        find_soundfont(),
        id="fluidsynth",
        marks=pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="fluidsynth is not installed here"),
    ),
    pytest.param(None, id="numpy"),
]
both = pytest.mark.parametrize("font", FONTS)


def note(pitch: int = 69, onset_s: float = 0.0, **changes: float) -> Voice:
    return Voice(pitch, 90, onset_s, 1.0, **{"program": 16, "is_drum": False, **changes})  # type: ignore[arg-type]


def peak_hz(waveform: Waveform, start_s: float) -> float:
    heard = waveform[round((start_s + 0.1) * RATE) : round((start_s + 0.9) * RATE)]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)), 1 << 18))
    near = np.arange(len(spectrum)) * RATE / (1 << 18)
    return float(near[np.where((near > 400) & (near < 480), spectrum, 0).argmax()])


@both
def test_sound_begins_at_the_onset_and_has_the_asked_length(font: Path | None) -> None:
    waveform = render_voices([note(onset_s=0.5)], 2.0, RATE, font)
    assert (waveform.shape, waveform.dtype) == ((2 * RATE,), np.float32)
    loud = np.flatnonzero(np.abs(waveform) > 0.1 * np.abs(waveform).max())
    assert 0.5 <= loud[0] / RATE < 0.52
    assert loud[-1] / RATE == pytest.approx(1.5, abs=0.2)


@both
@pytest.mark.parametrize("cents", [-50.0, 0.0, 37.0])
def test_a_track_is_tuned(font: Path | None, cents: float) -> None:
    waveform = render_voices([note(cents=cents)], 1.0, RATE, font)
    assert 1200 * np.log2(peak_hz(waveform, 0.0) / pitch_hz(69)) == pytest.approx(cents, abs=5)


@both
def test_a_softer_track_is_softer(font: Path | None) -> None:
    loud, soft = (np.abs(render_voices([note(level=level)], 1.0, RATE, font)).max() for level in (1.0, 0.25))
    assert loud / soft == pytest.approx(4.0, rel=0.1)


def test_a_pitch_struck_again_is_released_first_and_sounds_on() -> None:
    midi = midi_bytes([note(onset_s=0.0), note(onset_s=0.5)], 2.0)
    events = [
        (message.type, message.velocity, message.time)
        for message in mido.MidiFile(file=io.BytesIO(midi)).tracks[1]
        if message.type == "note_on"
    ]
    assert events == [("note_on", 90, 0), ("note_on", 0, 1000), ("note_on", 90, 0), ("note_on", 0, 2000)]


def test_no_notes_are_silence() -> None:
    assert render_voices([], 0.5, RATE).tolist() == [0.0] * 11_025


def test_more_tracks_than_channels_are_refused() -> None:
    assert midi_bytes([note(program=program) for program in range(15)], 1.0)[:4] == b"MThd"
    with pytest.raises(InputError, match="16 tracks cannot be played at once"):
        midi_bytes([note(program=program) for program in range(16)], 1.0)


def test_a_missing_fluidsynth_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConsortError, match="fluidsynth is not installed; install the package fluidsynth"):
        render_voices([note()], 1.0, RATE, tmp_path / "some.sf2")


def test_fonts_are_found_by_name_and_the_missing_ones_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.music.soundfonts.FOLDERS", (tmp_path,))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert (installed_fonts(), find_soundfont()) == ({}, None)
    (tmp_path / "TimGM6mb.sf2").write_bytes(b"RIFF")
    assert installed_fonts() == {"TimGM6mb.sf2": tmp_path / "TimGM6mb.sf2"}
    assert missing_packages() == [
        "fluid-soundfont-gm", "musescore-general-soundfont-lossless", "opl3-soundfont",
    ]  # fmt: skip
