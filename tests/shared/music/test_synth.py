"""MIDI to sound, by both backends: length, level, pitch, shape; and what is missing said in one sentence."""

import logging
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from shared.errors import ConsortError, InputError
from shared.music.additive import pitch_hz
from shared.music.arrangement import arrange
from shared.music.chords import Chord
from shared.music.midi import write_midi
from shared.music.score import Note, Score, Track
from shared.music.synth import PEAK, TAIL_S, available_backend, find_soundfont, render_midi

RATE = 22_050
NOWHERE = "no-such-fluidsynth"
has_fluidsynth = pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="fluidsynth is not installed here")
BACKENDS = [pytest.param("fluidsynth", marks=has_fluidsynth), "numpy"]
both = pytest.mark.parametrize("backend", BACKENDS)


def _midi(folder: Path, *notes: Note, program: int = 0, is_drum: bool = False) -> Path:
    track = Track("part", program, is_drum, notes)
    return write_midi(Score((track,), tempo_qpm=60.0), folder / "part.mid")


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chords = [Chord(0, "maj", 0), Chord(5, "maj", 5), Chord(0, "maj", 0)]
    score = arrange(chords, genre="rock", quarters_per_chord=2.0, tempo_qpm=140)
    return write_midi(score, tmp_path_factory.mktemp("song") / "song.mid")


@both
def test_length_level_and_offset(song: Path, backend: str) -> None:
    waveform = render_midi(song, RATE, backend)
    assert waveform.dtype == np.float32
    # 2 + 2 quarters and the last bar of 4, a little human, at 140 quarters per minute, then the tail.
    assert len(waveform) / RATE == pytest.approx(8 * 60 / 140 + TAIL_S, abs=0.1)
    assert np.abs(waveform).max() == pytest.approx(PEAK, abs=1e-4)
    assert np.abs(waveform.mean(axis=0)).max() < 1e-4
    loudness_db = 20 * np.log10(np.sqrt((waveform**2).mean()))
    assert -30 < loudness_db < -8
    assert np.abs(waveform[-5:]).max() < 1e-3


@both
def test_no_second_of_a_song_is_silent(song: Path, backend: str) -> None:
    waveform = render_midi(song, RATE, backend)
    played = waveform[: int(RATE * 8 * 60 / 140)]
    for start in range(0, len(played) - RATE // 2, RATE // 2):
        assert np.sqrt((played[start : start + RATE // 2] ** 2).mean()) > 0.01


@both
@pytest.mark.parametrize("program", [0, 4, 48], ids=["piano", "electric piano", "strings"])
def test_every_note_sounds_at_its_pitch(tmp_path: Path, backend: str, program: int) -> None:
    # From E4 up, where the fundamental of a sampled instrument, or its octave, is the strongest partial.
    pitches = (64, 67, 69, 72, 76, 79)
    notes = [Note(pitch, 90, 2.0 * index, 1.2) for index, pitch in enumerate(pitches)]
    waveform = render_midi(_midi(tmp_path, *notes, program=program), RATE, backend, channels=1)
    for index, pitch in enumerate(pitches):
        start = int((2.0 * index + 0.15) * RATE)
        heard = waveform[start : start + RATE] * np.hanning(RATE)
        spectrum = np.abs(np.fft.rfft(heard, 1 << 18))
        cents = 1200 * np.log2(spectrum.argmax() * RATE / (1 << 18) / pitch_hz(pitch))
        assert -30 < cents < 1230, pitch
        assert abs((cents + 600) % 1200 - 600) < 30, pitch


@both
def test_drums_are_heard(tmp_path: Path, backend: str) -> None:
    hits = [Note(pitch, 100, 0.5 * index, 0.1) for index, pitch in enumerate((36, 42, 38, 42))]
    waveform = render_midi(_midi(tmp_path, *hits, is_drum=True), RATE, backend)
    for index in range(4):
        assert np.abs(waveform[int(0.5 * index * RATE) : int((0.5 * index + 0.2) * RATE)]).max() > 0.03


@both
def test_stereo_mono_and_sample_rate(song: Path, backend: str) -> None:
    stereo, mono = render_midi(song, 16_000, backend), render_midi(song, 16_000, backend, channels=1)
    assert (stereo.ndim, stereo.shape[1], mono.ndim) == (2, 2, 1)
    assert len(stereo) == len(mono)
    assert not np.array_equal(stereo[:, 0], stereo[:, 1])
    assert np.abs(mono).max() == pytest.approx(PEAK, abs=1e-4)
    assert len(render_midi(song, 48_000, backend, channels=1)) == pytest.approx(3 * len(mono), abs=3)


@both
def test_the_backend_that_plays_is_in_the_log(song: Path, backend: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        render_midi(song, RATE, backend)
    assert {"fluidsynth": "sound by fluidsynth with", "numpy": "sound by the NumPy"}[backend] in caplog.text


def test_without_fluidsynth_numpy_plays_and_says_so(song: Path, caplog: pytest.LogCaptureFixture) -> None:
    waveform = render_midi(song, RATE, fluidsynth=NOWHERE)
    assert np.array_equal(waveform, render_midi(song, RATE, "numpy"))
    assert "NumPy synthesizer: no-such-fluidsynth is not installed" in caplog.text
    assert available_backend(NOWHERE) == "numpy"


def test_without_a_soundfont_numpy_plays(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.music.synth.find_soundfont", lambda _=None: None)
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/fluidsynth")
    assert available_backend() == "numpy"
    with pytest.raises(ConsortError, match="no SoundFont is installed; install"):
        render_midi(song, RATE, "fluidsynth")


def test_asking_for_a_missing_fluidsynth_is_one_sentence(song: Path) -> None:
    with pytest.raises(
        ConsortError, match=r"no-such-fluidsynth is not installed; install .* or choose the backend numpy"
    ):
        render_midi(song, RATE, "fluidsynth", fluidsynth=NOWHERE)


def test_a_soundfont_is_found_where_pretty_midi_is_installed() -> None:
    found = find_soundfont()
    assert found is not None
    assert found.suffix == ".sf2"


def test_a_soundfont_that_is_none_is_refused(tmp_path: Path, song: Path) -> None:
    fake = tmp_path / "fake.sf2"
    fake.write_bytes(b"RIFF\0\0\0\0WAVE")
    with pytest.raises(InputError, match=r"fake\.sf2 is not a SoundFont"):
        render_midi(song, RATE, soundfont=fake)
    with pytest.raises(InputError, match="no such SoundFont"):
        render_midi(song, RATE, soundfont=tmp_path / "none.sf2")


def _script(path: Path, lines: str) -> str:
    path.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_a_failing_fluidsynth_is_named_with_its_complaint(tmp_path: Path, song: Path) -> None:
    broken = _script(tmp_path / "broken", "echo 'panic: out of strings' >&2; exit 3")
    with pytest.raises(ConsortError, match=r"cannot play .*song.mid \(panic: out of strings\)"):
        render_midi(song, RATE, "fluidsynth", fluidsynth=broken)


def test_silence_is_an_error(tmp_path: Path, song: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros((RATE, 2)), RATE)
    mute = _script(tmp_path / "mute", f'for a; do case $p in -F) cp {tmp_path}/silence.wav "$a";; esac; p=$a; done')
    with pytest.raises(ConsortError, match="came out silent"):
        render_midi(song, RATE, "fluidsynth", fluidsynth=mute)


def test_a_file_without_notes_or_that_is_no_midi_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no notes"):
        render_midi(_midi(tmp_path), RATE)
    (tmp_path / "bad.mid").write_bytes(b"MThd nonsense")
    with pytest.raises(InputError, match="not a readable MIDI file"):
        render_midi(tmp_path / "bad.mid", RATE)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"backend": "fluid"}, "unknown backend 'fluid'; nearest: fluidsynth"),
        ({"sample_rate": 4_000}, "sample rate 4000 Hz is outside 8000 to 96000"),
        ({"channels": 5}, "5 channels cannot be rendered"),
    ],
)
def test_options_out_of_range_are_refused(song: Path, options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        render_midi(song, **options)
