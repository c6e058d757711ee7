"""Measure a HarmonicVAE on recordings that it has not heard, beside principal components of the same number.

Examples:
    python -m audio_models.harmonic_vae.evaluate
    python -m audio_models.harmonic_vae.evaluate --checkpoint output/gtzan --pictures output/gtzan/test
    python -m audio_models.harmonic_vae.evaluate --audio_dir ~/other_music --json scores.json

Without `--audio_dir` the test part of the run's own recordings is asked, of artists that training did not hear.

| figure             | meaning                                                                                      |
|--------------------|----------------------------------------------------------------------------------------------|
| log_mel_l1         | mean distance of log-mels (0..1, of 80 dB), all segments                                       |
| mr_stft            | multi-resolution STFT distance from the recording, after the vocoder, `--heard` segments        |
| mr_stft_vocoded    | the same from the recording's own log-mel after the vocoder: what the codec alone costs        |
| frechet            | distance of reconstructions from originals, in means and spreads of the bands over a segment   |
| frechet_samples    | the same for points of the prior; frechet_halves: for halves of the originals                  |
| silhouette, knn_.. | how well labels lie together; nearest neighbours are of other artists                          |
| sparsity           | Hoyer's: 0 = all dimensions alike, 1 = a single one                                            |
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from audio_models.harmonic_vae import run_folder
from audio_models.harmonic_vae.codecs import Codec, all_codecs
from audio_models.harmonic_vae.config import EvaluateConfig
from audio_models.harmonic_vae.data import Segments
from audio_models.harmonic_vae.drawing import draw_log_mels
from audio_models.harmonic_vae.latent import LatentHealth, decode, encode, hear, sparsity
from audio_models.harmonic_vae.loss import distance
from audio_models.harmonic_vae.model import HarmonicVae
from audio_models.harmonic_vae.recordings import held_out
from audio_models.harmonic_vae.vocoder import Vocoder
from shared.cli import entry_point
from shared.files import write_json
from shared.metrics.frechet import beside_real_halves, frechet_distance
from shared.metrics.neighbours import Labelled, knn_accuracy, majority_accuracy, silhouette
from shared.metrics.spectral import multi_resolution_stft

EMBEDDING = "mean and standard deviation of every log-mel band over the segment"
_LABEL = "genre"
_DRAWN = 4


def evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """Return every figure: `overall`, `labels`, `controls` likewise, and what the figures are about.

    Raises:
        ConsortError: when the run or the recordings cannot be used.
    """
    folder = run_folder.resolve(config.checkpoint, config.output_root)
    model = run_folder.load_model(folder)
    codecs = all_codecs(folder, model, controls=config.controls)
    with held_out(config, folder) as held:
        chosen = spread(held.asked, config.most)
        waveforms = held.asked.waveforms(chosen)
        log_mels = hear(model, waveforms)
        points = {name: codec.encode(log_mels) for name, codec in codecs.items()}
        answers = {name: codec.decode(points[name]) for name, codec in codecs.items()}
        genres = [held.asked.labels[_LABEL][index] for index in chosen]
        columns = {name: _reconstruction(log_mels, answers[name], genres) for name in codecs}
        _add_heard(columns, config, model, waveforms, log_mels, answers)
        asked = {name: labelled(points[name], held.asked, chosen) for name in codecs}
        _add_labels(columns, config, model, held.train, codecs, asked)
        ours = columns.pop(next(iter(codecs)))
        ours["overall"] |= _latent_figures(model, log_mels) | _samples(model, log_mels, config.seed)
        about = {
            "recordings": held.name, "segments": len(log_mels), "tracks": len(held.asked.tracks),
            "segments_heard": min(config.heard, len(log_mels)), "embedding": EMBEDDING,
            "reference": f"{len(log_mels)} segments of {held.name}",
        }  # fmt: skip
        if config.pictures:
            _draw(Path(config.pictures), model, log_mels, answers)
    return {"about": about, **ours} | ({"controls": columns} if columns else {})


def spread(segments: Segments, most: int) -> NDArray[np.int64]:
    """Return the numbers of at most so many segments, spread evenly over all."""
    return np.unique(np.linspace(0, len(segments) - 1, min(most, len(segments))).astype(np.int64))


def _reconstruction(log_mels: Tensor, answers: Tensor, genres: list[str]) -> dict[str, Any]:
    """Return the figures of log-mels: overall, and by label."""
    by_segment = {kind: distance(answers, log_mels, kind).numpy() for kind in ("l1", "mse")}
    overall = {f"log_mel_{kind}": float(values.mean()) for kind, values in by_segment.items()}
    overall["frechet"] = frechet_distance(embedded(answers), embedded(log_mels)) if len(log_mels) > 1 else 0.0
    labels = np.array(genres)
    parts = {
        label: {"log_mel_l1": float(by_segment["l1"][labels == label].mean())} for label in sorted(set(labels)) if label
    }
    return {"overall": overall} | ({"labels": parts} if parts else {})


def embedded(log_mels: Tensor) -> NDArray[np.float64]:
    """Return what Frechet distances are taken of, [segments, 2 * n_mels]: see `EMBEDDING`."""
    return torch.cat([log_mels.mean(dim=2), log_mels.std(dim=2)], dim=1).double().numpy()


def _add_heard(
    columns: dict[str, dict[str, Any]],
    config: EvaluateConfig,
    model: HarmonicVae,
    waveforms: Tensor,
    log_mels: Tensor,
    answers: dict[str, Tensor],
) -> None:
    """Add the distances of sounds: of what a recording and a reconstruction sound like through the vocoder."""
    vocoder = Vocoder(model.front_end.settings, config.vocoder)
    rng = np.random.default_rng(config.seed)
    chosen = rng.permutation(len(log_mels))[: config.heard]
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in (*columns, "vocoder alone")}
    for index in tqdm(chosen, desc="listening", unit="segment", leave=False):
        plain = vocoder(log_mels[index]).numpy()
        recording = waveforms[index, : len(plain)].numpy()
        found["vocoder alone"].append((multi_resolution_stft(plain, recording), 0.0))
        for name in columns:
            sound = vocoder(answers[name][index]).numpy()
            found[name].append((multi_resolution_stft(sound, recording), multi_resolution_stft(sound, plain)))
    if config.controls:
        columns["vocoder alone"] = {"overall": {}}
    for name, column in columns.items():
        means = np.mean(found[name], axis=0)
        column["overall"] |= {"mr_stft": float(means[0]), "mr_stft_vocoded": float(means[1])}


def _add_labels(
    columns: dict[str, dict[str, Any]],
    config: EvaluateConfig,
    model: HarmonicVae,
    train: Segments | None,
    codecs: dict[str, Codec],
    asked: dict[str, Labelled],
) -> None:
    """Add how well labels lie together, where there are labels: among training segments, or among those asked."""
    chosen = spread(train, config.most) if train else None
    known = hear(model, train.waveforms(chosen)) if train and chosen is not None else None
    for name, codec in codecs.items():
        ours = among = asked[name].known()
        if known is not None and train and chosen is not None:
            among = labelled(codec.encode(known), train, chosen).known()
        if len(set(ours.labels)) < 2 or len(set(among.groups)) < 2:
            return
        columns[name]["overall"] |= {
            "silhouette": silhouette(ours), "knn_accuracy": knn_accuracy(ours, among, config.neighbours)
        }  # fmt: skip
        if config.controls:
            columns["majority"] = {"overall": {"knn_accuracy": majority_accuracy(ours, among)}}


def labelled(points: Tensor, segments: Segments, chosen: NDArray[np.int64]) -> Labelled:
    """Return points with the genre of their segments, grouped as they were split."""
    groups = [segments.tracks[index].group for index in segments.track[chosen]]
    genres = [segments.labels[_LABEL][index] for index in chosen]
    return Labelled(points.double().numpy(), genres, groups)


def _latent_figures(model: HarmonicVae, log_mels: Tensor) -> dict[str, float]:
    mu, log_var = encode(model, log_mels)
    health = LatentHealth.of(mu, log_var)
    return {
        "kl_nats": health.kl, "active_units": float(health.active_units), "latent_dim": float(health.latent_dim),
        "active_share": health.active_share, "sparsity": sparsity(mu),
    }  # fmt: skip


def _samples(model: HarmonicVae, log_mels: Tensor, seed: int) -> dict[str, float]:
    """Return how far points of the prior are from recordings, beside halves of the recordings."""
    if len(log_mels) < 4:
        return {}
    noise = torch.randn(len(log_mels), model.config.latent_dim, generator=torch.Generator().manual_seed(seed))
    found = beside_real_halves(embedded(decode(model, noise)), embedded(log_mels), seed=seed)
    return {
        "frechet_samples": found["generated_real"], "frechet_halves": found["real_real"], "frechet_n": found["n"]
    }  # fmt: skip


def _draw(folder: Path, model: HarmonicVae, log_mels: Tensor, answers: dict[str, Tensor]) -> None:
    chosen = np.linspace(0, len(log_mels) - 1, min(_DRAWN, len(log_mels))).astype(int)
    rows = [
        [("recording", log_mels[index].numpy()), *((name, answer[index].numpy()) for name, answer in answers.items())]
        for index in chosen
    ]
    draw_log_mels(folder / "reconstructions.png", rows, model.audio)


def table(result: dict[str, Any]) -> str:
    """Return the figures as text: a row per figure, a column per codec."""
    columns = {"HarmonicVAE": result, **result.get("controls", {})}
    about = result["about"]
    lines = [
        f"{about['segments']} segments of {about['tracks']} recordings ({about['recordings']})",
        f"{'':24s}" + "".join(f"{name:>16s}" for name in columns),
    ]
    for name in result["overall"]:
        cells = [column["overall"].get(name) for column in columns.values()]
        lines.append(f"{name:24s}" + "".join(f"{cell:16.4f}" if cell is not None else f"{'':16s}" for cell in cells))
    for label in result.get("labels", {}):
        cells = [column.get("labels", {}).get(label, {}).get("log_mel_l1") for column in columns.values()]
        texts = (f"{cell:16.4f}" if cell is not None else f"{'':16s}" for cell in cells)
        lines.append(f"{'log_mel_l1 ' + label:24s}" + "".join(texts))
    lines.append(f"Frechet: {about['embedding']}; reference {about['reference']}")
    return "\n".join(lines)


@entry_point(EvaluateConfig)
def main(config: EvaluateConfig) -> None:
    """Evaluate and print."""
    result = evaluate(config)
    print(table(result))
    if config.json:
        write_json(config.json, result)


if __name__ == "__main__":
    sys.exit(main())
