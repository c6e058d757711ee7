"""`python -m benchmarks.audio_preparation`: features of the same recordings, beside a plain librosa loop.

The loop is what most projects do: `librosa.load(path, sr=22050)`, `melspectrogram`, `power_to_db`. Ours prepares: it
decodes, makes the loudness equal and writes the cache (`to cache`); from there training computes the log-mel, on
whatever device it runs. `to log-mel` adds that, once for the whole recording, on the same core. The recordings are
written in several formats, and each way hears each file in turn; figures are CPU time of one core.

What is left to win depends on the format: decoding MP3, OGG and FLAC alone takes a third to a half of what the whole
loop takes, so three times faster is out of reach there, whatever the rest costs. `decode` says what it is.

Memory is that of a whole `prepare` in a process of its own, over N recordings and over ten times as many.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from audio_models.harmonic_vae.loudness import level_track
from audio_models.harmonic_vae.segments import FULL_SCALE
from audio_models.training.mel_frontend import MelFrontend
from benchmarks.peak_memory import peak_mb
from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.audio.decoders import open_recording
from shared.audio.io import Waveform, read_audio
from shared.audio.mel import log_mel
from shared.cli import entry_point, option
from shared.datasets.audio_tracks import audio_files
from shared.errors import InputError

COMMAND = "python -m benchmarks.audio_preparation"
RATE = 22_050
TIMES_FASTER = 3.0
WAYS = ("to cache, times faster", "to log-mel, times faster")
MOST_GROWTH = 1.1  # of the peak memory, over ten times as many recordings
LARGEST_DIFFERENCE = 1e-3  # mean, of the log-mel from that of librosa's waveform
_WRITTEN_TOGETHER = 4096  # libsndfile's Vorbis encoder overflows its stack on long writes
# name -> suffix, sample rate, channels: GTZAN is the first, MAESTRO like the second
FORMATS = {
    "WAV 22.05 kHz mono": ("wav", 22_050, 1),
    "WAV 44.1 kHz stereo": ("wav", 44_100, 2),
    "FLAC 44.1 kHz stereo": ("flac", 44_100, 2),
    "OGG 22.05 kHz mono": ("ogg", 22_050, 1),
    "OGG 44.1 kHz stereo": ("ogg", 44_100, 2),
    "MP3 44.1 kHz stereo": ("mp3", 44_100, 2),
}


@dataclass
class AudioPreparationConfig:
    """`benchmarks.audio_preparation`: speed against librosa by format, and peak memory by number of recordings."""

    audio_dir: str = option("", help="folder of recordings to write in each format; empty = Emotify in CONSORT_DATA")
    recordings: int = option(4, help="recordings of 30 s in each format", minimum=1)
    rounds: int = option(5, help="times that each is timed; the fastest counts", minimum=1)
    memory_recordings: int = option(20, help="N of the memory test; the other folder has ten times as many", minimum=1)
    output_dir: str = option(str(RESULTS), help="folder of audio_preparation.json")


def write_recordings(config: AudioPreparationConfig, folder: Path) -> dict[str, list[Path]]:
    """Write 30 s recordings in each format, joined from real ones; return their paths by format.

    Raises:
        InputError: when there are no recordings.
    """
    source = Path(config.audio_dir) if config.audio_dir else Path(os.environ.get("CONSORT_DATA", "."), "emotify")
    files = audio_files(source)
    written: dict[str, list[Path]] = {name: [] for name in FORMATS}
    for number in range(config.recordings):
        first = number * len(files) // config.recordings
        sound = _joined(files[first:] + files[:first], 30 * 44_100)
        for name, (suffix, rate, channels) in FORMATS.items():
            path = folder / f"{number}_{rate}.{suffix}"
            _write(path, sound if channels == 1 else np.stack([sound, 0.8 * np.roll(sound, 20)], axis=1), rate)
            written[name].append(path)
    return written


def _joined(files: Sequence[Path], length: int) -> Waveform:
    parts: list[Waveform] = []
    for path in files:
        parts.append(read_audio(path, 44_100))
        if sum(map(len, parts)) >= length:
            break
    return np.concatenate(parts)[:length]


def _write(path: Path, sound: Waveform, rate: int) -> None:
    import soundfile
    import soxr

    resampled = np.clip(soxr.resample(sound, 44_100, rate), -1, 1)
    with soundfile.SoundFile(str(path), "w", rate, resampled.shape[1] if resampled.ndim == 2 else 1) as stream:
        for start in range(0, len(resampled), _WRITTEN_TOGETHER):
            stream.write(resampled[start : start + _WRITTEN_TOGETHER])


def plain_loop(path: Path) -> None:
    """Compute a log-mel as most projects do."""
    import librosa

    waveform, rate = librosa.load(path, sr=RATE)
    power = librosa.feature.melspectrogram(y=waveform, sr=rate, n_fft=2048, hop_length=512, n_mels=128)
    librosa.power_to_db(power, ref=np.max)


def to_cache(path: Path) -> Path:
    """Prepare a file as `prepare` does, and return the file of its samples."""
    part = level_track(path, path.with_suffix(".i16"), RATE, 3.0)
    if part.fault:
        raise InputError(part.fault)
    return part.path


def decode(path: Path) -> None:
    """Decode a file and do nothing with it: below this nobody gets with this decoder."""
    for _ in open_recording(path).blocks():
        pass


def cpu_s(work: Callable[[], Any], rounds: int) -> float:
    """Return the least CPU time of several rounds, in seconds."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def measure_format(name: str, paths: Sequence[Path], rounds: int) -> dict[str, Any]:
    """Return the row of a format: CPU milliseconds per recorded minute, and times faster than the plain loop."""
    frontend = MelFrontend()
    totals = dict.fromkeys(("librosa", "decode", "cache", "mel"), 0.0)
    minutes, difference = 0.0, 0.0
    plain_loop(paths[0])  # librosa compiles at its first call
    for path in paths:
        levelled = to_cache(path)
        waveform = torch.from_numpy(np.fromfile(levelled, dtype="<i2").astype(np.float32) / FULL_SCALE)[None]
        minutes += waveform.shape[1] / RATE / 60
        with torch.inference_mode():
            totals["librosa"] += cpu_s(lambda path=path: plain_loop(path), rounds)  # type: ignore[misc]
            totals["decode"] += cpu_s(lambda path=path: decode(path), rounds)  # type: ignore[misc]
            totals["cache"] += cpu_s(lambda path=path: to_cache(path), rounds)  # type: ignore[misc]
            totals["mel"] += cpu_s(lambda waveform=waveform: frontend(waveform), rounds)  # type: ignore[misc]
            difference = max(difference, _difference(path, waveform[0].numpy(), frontend(waveform)[0].numpy()))
    milliseconds = {way: round(1000 * total / minutes, 1) for way, total in totals.items()}
    return {
        "format": name,
        "librosa ms/min": milliseconds["librosa"],
        "decode ms/min": milliseconds["decode"],
        "to cache ms/min": milliseconds["cache"],
        "log-mel ms/min": milliseconds["mel"],
        WAYS[0]: round(totals["librosa"] / totals["cache"], 2),
        WAYS[1]: round(totals["librosa"] / (totals["cache"] + totals["mel"]), 2),
        "difference": float(f"{difference:.2g}"),
    }


def _difference(path: Path, ours: Waveform, features: np.ndarray) -> float:
    """Return how far our log-mel is on average from that of the waveform that librosa reads, as loud as ours."""
    import librosa

    theirs, _ = librosa.load(path, sr=RATE)
    length = min(len(theirs), len(ours))
    gain = np.float32(np.dot(ours[:length], theirs[:length]) / np.dot(theirs[:length], theirs[:length]))
    expected = log_mel(gain * theirs)
    frames = min(expected.shape[1], features.shape[1])
    return float(np.abs(expected[:, :frames] - features[:, :frames]).mean())


def measure_memory(source: Path, count: int, folder: Path) -> dict[str, Any]:
    """Return the row of a `prepare` over `count` names of a recording, in this process's children."""
    recordings = folder / f"{count} recordings"
    recordings.mkdir()
    for number in range(count):
        (recordings / f"{number:05}{source.suffix}").symlink_to(source)
    command = ["-m", "audio_models.harmonic_vae.prepare", "--custom-dir", str(recordings), "--workers", "1"]
    peak = peak_mb([*command, "--backend", "sequential", "--cache-dir", str(folder / f"cache of {count}")])
    return {"recordings": count, "peak MB": round(peak, 1)}


@entry_point(AudioPreparationConfig)
def main(config: AudioPreparationConfig) -> None:
    """Measure, print and write the JSON."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written = write_recordings(config, folder)
        rows = [measure_format(name, paths, config.rounds) for name, paths in written.items()]
        source = written["WAV 44.1 kHz stereo"][0]
        memory = [measure_memory(source, times * config.memory_recordings, folder) for times in (1, 10)]
    bars = [
        Bar.at_least(f"{row['format']}: {way} than librosa", row[way], TIMES_FASTER) for way in WAYS for row in rows
    ]
    difference = max(row["difference"] for row in rows)
    bars.append(Bar.at_most("mean difference from librosa", difference, LARGEST_DIFFERENCE))
    growth = memory[1]["peak MB"] / memory[0]["peak MB"]
    bars.append(Bar.at_most("growth of peak memory over ten times as many recordings", growth, MOST_GROWTH))
    print(f"{format_table(rows)}\n\n{format_table(memory)}\n\n{format_bars(bars)}")
    print(f"written: {write_benchmark('audio_preparation', COMMAND, [*rows, *memory], bars, Path(config.output_dir))}")


if __name__ == "__main__":
    sys.exit(main())
