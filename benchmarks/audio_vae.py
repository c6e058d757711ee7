"""`python -m benchmarks.audio_vae`: the HarmonicVAE beside principal components of equal size, its pace and its bits.

| part        | what                                                                                          |
|-------------|-----------------------------------------------------------------------------------------------|
| quality     | held-out recordings of artists that training did not hear, or those of `--audio-dir`            |
| pace        | log-mel to latent space and back, against the time that the music takes                         |
| bits        | the same segment alone and among others                                                       |

`python -m benchmarks.audio_preparation` measures `prepare`: its pace beside librosa's, and its memory.
Principal components are fitted on the training segments of the run, from 4000 places in its recordings, in float64.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from audio_models.harmonic_vae import run_folder
from audio_models.harmonic_vae.config import OUTPUT_ROOT, EvaluateConfig
from audio_models.harmonic_vae.evaluate import evaluate, table
from audio_models.harmonic_vae.latent import decode, encode
from audio_models.harmonic_vae.model import HarmonicVae
from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.cli import entry_point, option

COMMAND = "python -m benchmarks.audio_vae"
PARTS = ("quality", "pace", "bits")
LEAST_BETTER, LEAST_ACTIVE, LEAST_PACE = 0.2, 0.8, 200.0
CORES = 2
_BETTER = {
    "log_mel_l1": "log-mel L1",
    "mr_stft": "MR-STFT from the recording, after the vocoder",
    "mr_stft_vocoded": "MR-STFT from the recording's own log-mel, both after the vocoder",
}
_SEGMENTS = 320
_EVERY = 7  # of the segments whose bits are compared: all places of a chunk


@dataclass
class AudioVaeConfig:
    """`benchmarks.audio_vae`: what the latent space is worth, beside what a sceptic would try."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    audio_dir: str = option("", help="folder of other recordings; the sub-folders are labels")
    cache_dir: str = option("", help="cache of `prepare` whose held-out part is asked; empty = the run's own")
    heard: int = option(48, help="segments that are turned into sound for the spectral distances", minimum=2)
    parts: str = option(",".join(PARTS), help="which parts, separated by commas")
    output_dir: str = option(str(RESULTS), help="folder of audio_vae.json")


def quality(config: AudioVaeConfig) -> tuple[list[dict[str, Any]], list[Bar]]:
    """Return a row per codec, and the promises about reconstruction and the latent space."""
    result = evaluate(
        EvaluateConfig(
            checkpoint=config.checkpoint, audio_dir=config.audio_dir, cache_dir=config.cache_dir, heard=config.heard
        )
    )
    print(table(result))
    columns = {"HarmonicVAE": result, **result["controls"]}
    names = list(result["overall"])
    rows = [
        {"part": "quality", "what": name, **{n: column["overall"].get(n) for n in names}, **result["about"]}
        for name, column in columns.items()
    ]
    ours, pca = result["overall"], result["controls"]["pca"]["overall"]
    bars = [
        Bar.at_least(f"{title}: better than PCA by this share", round(1 - ours[name] / pca[name], 4), LEAST_BETTER)
        for name, title in _BETTER.items()
    ]
    return rows, [*bars, Bar.at_least("active units, share", ours["active_share"], LEAST_ACTIVE)]


def pace(model: HarmonicVae) -> float:
    """Return how many times faster than the music encoding and decoding of log-mels are on two cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(CORES)
    try:
        log_mels = torch.rand(_SEGMENTS, model.audio.n_mels, model.audio.frames)
        decode(model, encode(model, log_mels[:4])[0])  # what is done once is done
        start = time.perf_counter()
        decode(model, encode(model, log_mels)[0])
        taken_s = time.perf_counter() - start
    finally:
        torch.set_num_threads(threads)
    return _SEGMENTS * model.audio.segment_length / taken_s


def identical(model: HarmonicVae) -> float:
    """Return which share of segments comes out alone with the bits that it has among others."""
    log_mels = torch.rand(_SEGMENTS, model.audio.n_mels, model.audio.frames, generator=torch.Generator().manual_seed(0))
    mu, log_var = encode(model, log_mels)
    together = decode(model, mu)
    same = 0
    for index in range(0, _SEGMENTS, _EVERY):
        alone = encode(model, log_mels[index : index + 1])
        same += (
            torch.equal(alone[0][0], mu[index])
            and torch.equal(alone[1][0], log_var[index])
            and torch.equal(decode(model, alone[0])[0], together[index])
        )
    return same / len(range(0, _SEGMENTS, _EVERY))


@entry_point(AudioVaeConfig)
def main(config: AudioVaeConfig) -> None:
    """Measure all parts, print the tables and write the JSON."""
    parts = [part.strip() for part in config.parts.split(",")]
    model = run_folder.load_model(run_folder.resolve(config.checkpoint, OUTPUT_ROOT))
    rows: list[dict[str, Any]] = []
    bars: list[Bar] = []
    if "quality" in parts:
        rows, bars = quality(config)
    if "pace" in parts:
        measured = pace(model)
        what = f"encode + decode on {CORES} cores, times real time"
        rows.append({"part": "pace", "what": what, "times_real_time": round(measured, 1)})
        bars.append(Bar.at_least(what, round(measured, 1), LEAST_PACE))
    if "bits" in parts:
        share = identical(model)
        rows.append({"part": "bits", "what": "alone as among others", "identical": share})
        bars.append(Bar.at_least("segments whose bits do not depend on the batch, share", share, 1.0))
    print(f"{format_table(rows[len(rows) - 2 :])}\n\n{format_bars(bars)}")
    print(f"written: {write_benchmark('audio_vae', COMMAND, rows, bars, Path(config.output_dir))}")


if __name__ == "__main__":
    sys.exit(main())
