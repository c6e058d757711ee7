"""MIDI to sound: fluidsynth with a SoundFont where it is installed, the NumPy synthesizer everywhere else.

Both give the same length (the last release and `TAIL_S` of ringing), the same peak (-1 dBFS) and no offset; a
message of the log says which one plays. Waveforms are float32 in -1..1, `[samples, 2]` or `[samples]`.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from shared.audio.io import Waveform
from shared.errors import ConsortError, InputError, unknown_choice
from shared.music.additive import Voice, render
from shared.music.midi import PAN, VOLUME, load_symusic
from shared.music.soundfonts import find_soundfont

BACKENDS = ("auto", "fluidsynth", "numpy")
FLUIDSYNTH = "fluidsynth"
SAMPLE_RATES_HZ = (8_000, 96_000)  # what fluidsynth accepts
PEAK = float(10 ** (-1 / 20))  # -1 dBFS
TAIL_S = 2.0
FADE_S = 0.05
SILENCE = 1e-5
# Strokes of a drum stand far above the rest and would keep the music soft: short peaks more than this above the
# root mean square are turned down.
CREST_DB = 15.0
LIMITER_BLOCK_S = 0.005

_log = logging.getLogger(__name__)


def render_midi(
    midi_path: Path | str,
    sample_rate: int = 44_100,
    backend: str = "auto",
    soundfont: Path | str | None = None,
    channels: int = 2,
    fluidsynth: str = FLUIDSYNTH,
) -> Waveform:
    """Play a MIDI file.

    Args:
        midi_path: the file.
        sample_rate: in Hz, 8,000 to 96,000.
        backend: one of `BACKENDS`; "auto" takes fluidsynth where binary and SoundFont are found.
        soundfont: a SoundFont (.sf2) for fluidsynth; by default the best that is installed.
        channels: 2 for `[samples, 2]`, 1 for `[samples]`.
        fluidsynth: name or path of the binary.

    Returns:
        float32, peak at -1 dBFS.

    Raises:
        InputError: for a broken or empty file, or an option out of range.
        ConsortError: when the backend that was asked for is missing or fails, or the sound is silent.
    """
    lowest, highest = SAMPLE_RATES_HZ
    if backend not in BACKENDS:
        raise unknown_choice("backend", backend, BACKENDS)
    if not lowest <= sample_rate <= highest:
        raise InputError(f"sample rate {sample_rate} Hz is outside {lowest} to {highest}")
    if channels not in (1, 2):
        raise InputError(f"{channels} channels cannot be rendered; choose 1 (mono) or 2 (stereo)")
    voices = _voices(midi_path)
    duration_s = max(voice.onset_s + voice.duration_s for voice in voices) + TAIL_S
    chosen_font = find_soundfont(soundfont)
    if _choose(backend, chosen_font, fluidsynth) == "fluidsynth":
        stereo = _play_fluidsynth(Path(midi_path), sample_rate, chosen_font, fluidsynth)
    else:
        stereo = render(voices, duration_s, sample_rate)
    return _finish(stereo, round(duration_s * sample_rate), sample_rate, channels, midi_path)


def available_backend(fluidsynth: str = FLUIDSYNTH) -> str:
    """Return the backend that "auto" takes here: "fluidsynth" or "numpy"."""
    return "fluidsynth" if shutil.which(fluidsynth) and find_soundfont() else "numpy"


def _voices(midi_path: Path | str) -> list[Voice]:
    """Return the notes of a MIDI file in seconds, with every tempo change applied.

    Raises:
        InputError: when there are none.
    """
    score = load_symusic(midi_path).to("second")
    voices = []
    for track in score.tracks:
        settings = {control.number: control.value for control in reversed(track.controls)}
        level = (settings.get(VOLUME, 100) / 127) ** 2
        pan = (settings.get(PAN, 64) - 64) / 64
        voices += [
            Voice(n.pitch, n.velocity, n.time, n.duration, track.program, track.is_drum, level, pan)
            for n in track.notes
            if n.velocity > 0 and n.duration > 0
        ]
    if not voices:
        raise InputError(f"{midi_path} has no notes; there is nothing to play")
    return voices


def _choose(backend: str, soundfont: Path | None, fluidsynth: str) -> str:
    """Return "fluidsynth" or "numpy", and say in the log which one plays.

    Raises:
        ConsortError: when fluidsynth was asked for by name and cannot play.
    """
    missing = "" if shutil.which(fluidsynth) else f"{fluidsynth} is not installed"
    if not missing and soundfont is None:
        missing = "no SoundFont is installed"
    remedy = "install the packages fluidsynth and fluid-soundfont-gm"
    if backend == "fluidsynth" and missing:
        raise ConsortError(f"{missing}; {remedy}, or choose the backend numpy")
    if backend == "numpy":
        _log.info("sound by the NumPy synthesizer")
        return "numpy"
    if missing:
        _log.warning("sound by the NumPy synthesizer: %s; %s for better sound", missing, remedy)
        return "numpy"
    _log.info("sound by fluidsynth with %s", soundfont)
    return "fluidsynth"


def _play_fluidsynth(midi_path: Path, sample_rate: int, soundfont: Path | None, fluidsynth: str) -> Waveform:
    """Return what fluidsynth renders `[samples, 2]`, as floats so that nothing clips before it is scaled.

    Raises:
        ConsortError: with the first line of its complaint, when it fails.
    """
    import soundfile

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "sound.wav"
        options = f"-ni -q -T wav -O float -g 0.5 -r {sample_rate} -F".split()
        command = [fluidsynth, *options, str(target), str(soundfont), str(midi_path.resolve())]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        # It also returns 0 after an error, for instance for a SoundFont that it cannot load.
        if done.returncode or not target.is_file():
            complaint = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[0]
            raise ConsortError(f"fluidsynth cannot play {midi_path} ({complaint}); choose the backend numpy")
        waveform, _ = soundfile.read(str(target), dtype="float32", always_2d=True)
    return np.asarray(waveform, dtype=np.float32)


def _finish(stereo: Waveform, n_samples: int, sample_rate: int, channels: int, midi_path: Path | str) -> Waveform:
    """Cut or pad to a length, fade out, remove the offset, and bring the peak to -1 dBFS.

    Raises:
        ConsortError: when there is no sound.
    """
    sound = np.zeros((n_samples, 2), dtype=np.float32)
    kept = min(n_samples, len(stereo))
    sound[:kept] = stereo[:kept]
    mixed = sound if channels == 2 else sound.mean(axis=1, keepdims=True)
    if np.abs(mixed).max() < SILENCE:
        raise ConsortError(f"{midi_path} came out silent; choose another SoundFont or the backend numpy")
    mixed = _limit(mixed, sample_rate)
    mixed = mixed - mixed.mean(axis=0)
    n_fade = min(n_samples, round(FADE_S * sample_rate))
    mixed[n_samples - n_fade :] *= np.linspace(1, 0, n_fade, dtype=np.float32)[:, None]
    scaled = np.asarray(mixed * (PEAK / np.abs(mixed).max()), dtype=np.float32)
    return scaled if channels == 2 else scaled[:, 0]


def _limit(mixed: Waveform, sample_rate: int) -> Waveform:
    """Turn short peaks down, looking ahead, so that a wave stands at most `CREST_DB` above its mean level."""
    block = max(1, round(LIMITER_BLOCK_S * sample_rate))
    n_blocks = -(-len(mixed) // block)
    padded = np.zeros(n_blocks * block, dtype=np.float32)
    padded[: len(mixed)] = np.abs(mixed).max(axis=1)
    peaks = padded.reshape(n_blocks, block).max(axis=1)
    threshold = np.sqrt((mixed**2).mean()) * 10 ** (CREST_DB / 20)
    gain = np.minimum(1, threshold / np.maximum(peaks, SILENCE))
    # The lowest gain of five blocks, then the mean of five: smooth, and never above what the peak asks.
    around = np.lib.stride_tricks.sliding_window_view(np.pad(gain, 2, mode="edge"), 5).min(axis=1)
    smooth = np.lib.stride_tricks.sliding_window_view(np.pad(around, 2, mode="edge"), 5).mean(axis=1)
    centres = (np.arange(n_blocks) + 0.5) * block
    return np.asarray(mixed * np.interp(np.arange(len(mixed)), centres, smooth)[:, None], dtype=np.float32)
