"""Pictures of what was prepared: waveform, log-mel, and the segments, as they are and varied."""

from __future__ import annotations

from pathlib import Path

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Generator

from audio_models.harmonic_vae.augmentation import Augmentation
from audio_models.harmonic_vae.config import PrepareConfig
from audio_models.harmonic_vae.data import Segments, map_samples
from audio_models.harmonic_vae.segments import FULL_SCALE, CachedTrack, open_cache
from audio_models.training.mel_frontend import MelFrontend
from shared.audio.mel import LogMel, MelSettings, log_mel
from shared.errors import InputError
from shared.files import atomic_path

_LONGEST_S = 30.0  # of a recording that is drawn
_SEGMENTS = 5  # beside one another


def draw_recordings(config: PrepareConfig, folder: Path) -> list[Path]:
    """Draw recordings of the cache, evenly chosen, and return the pictures' paths.

    Raises:
        InputError: when nothing was prepared, or all is shorter than a segment.
    """
    cache = open_cache(config.data.cache)
    audio = config.audio
    settings = MelSettings(cache.settings.sample_rate, audio.n_fft, audio.hop_length, audio.n_mels)
    length = round(audio.segment_length * settings.sample_rate)
    tracks = [track for track in cache.tracks if track.samples >= length]
    if not tracks:
        raise InputError(f"no recording of {config.data.cache} has a segment of {audio.segment_length:g} s")
    chosen = tracks[:: max(1, len(tracks) // config.pictures)][: config.pictures]
    varied = Augmentation(MelFrontend(settings), config.augmentation, config.data.augment_strength)
    samples = map_samples(config.data.cache, len(cache.samples))
    return [_draw(track, Segments(samples, [track], length), varied, folder) for track in chosen]


def _draw(track: CachedTrack, segments: Segments, varied: Augmentation, folder: Path) -> Path:
    settings, length = varied.frontend.settings, segments.length
    rate = settings.sample_rate
    figure = Figure(figsize=(12, 9), layout="constrained")
    figure.suptitle(" · ".join(filter(None, (track.genre, track.artist, track.title))) or track.id)
    grid = figure.add_gridspec(4, _SEGMENTS, height_ratios=(1, 2, 2, 2))
    whole = figure.add_subplot(grid[0, :])
    stretch = segments.samples[track.start : track.start + round(_LONGEST_S * rate)][: track.samples]
    waveform = (stretch.float() / FULL_SCALE).numpy()
    whole.plot([place / rate for place in range(len(waveform))], waveform, linewidth=0.3)
    whole.set(xlim=(0, len(waveform) / rate), ylim=(-1, 1), title="waveform, at the common loudness; segments")
    for cut in range(0, len(waveform) + 1, length):
        whole.axvline(cut / rate, color="tab:red", linewidth=0.8)
    _show(figure.add_subplot(grid[1, :]), log_mel(waveform, settings), settings, "log-mel, 0 to 1")
    count = min(_SEGMENTS, len(segments))
    heard = segments.waveforms(range(count))
    with torch.no_grad():
        as_they_are = varied.frontend(heard).numpy()
        changed = varied(heard, Generator().manual_seed(0)).numpy()
    for number in range(count):
        _show(figure.add_subplot(grid[2, number]), as_they_are[number], settings, f"segment {number + 1}")
        _show(figure.add_subplot(grid[3, number]), changed[number], settings, f"varied, strength {varied.strength:g}")
    path = folder / f"{track.id.replace('/', '_')}.png"
    with atomic_path(path) as aside:
        figure.savefig(aside, dpi=100)
    return path


def _show(axes: Axes, mel: LogMel, settings: MelSettings, title: str) -> None:
    seconds = mel.shape[1] * settings.hop_length / settings.sample_rate
    axes.imshow(mel, origin="lower", aspect="auto", extent=(0, seconds, 0, len(mel)), vmin=0, vmax=1)
    axes.set_title(title, fontsize=9)
    axes.set_xlabel("s", fontsize=8)
