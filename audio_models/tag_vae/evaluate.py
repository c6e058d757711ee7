"""Ask the tag VAE for tags that were hidden, beside popularity, EASE and PCA on the same clips.

Examples:
    python -m audio_models.tag_vae.evaluate
    python -m audio_models.tag_vae.evaluate --tags my_clips.csv --json scores.json

Without `--tags` the held-out clips of the run's own corpus are asked. Controls know the training clips of the model.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio_models.tag_vae import run_folder
from audio_models.tag_vae.config import DataConfig, EvaluateConfig
from audio_models.tag_vae.data import SHARES, load_data, questions, read_clips, vectors_of
from audio_models.tag_vae.factors import factor_clips, known_factors
from audio_models.tag_vae.latent import health, means_of, scores_of
from audio_models.tag_vae.model import TagVae
from shared.cli import entry_point
from shared.errors import InputError
from shared.files import read_json, write_json
from shared.metrics.disentanglement import dci, mutual_information_gap
from shared.metrics.ranking import METRICS
from shared.metrics.tag_controls import Controls, Scorer, completion
from shared.music.tag_taxonomy import Taxonomy

_FACTOR_CLIPS = 4000
_OURS = "tag VAE"


def evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """Return every figure: `overall`, one object per share of hidden tags, `controls` likewise.

    Raises:
        ConsortError: when the run or the clips cannot be used.
    """
    folder = run_folder.resolve(config.checkpoint, config.output_root)
    model, taxonomy = run_folder.load_model(folder), run_folder.load_taxonomy(folder)
    vectors = _asked_clips(config, folder, taxonomy)
    asked = questions(vectors, config.draws, config.seed, config.least_tags)
    scorers: dict[str, Scorer] = {_OURS: lambda known: scores_of(model, known)}
    if config.controls:
        scorers |= Controls.load(folder / run_folder.CONTROLS_FILE).scorers()
    tables = {
        name: {f"hidden_{round(100 * share)}": completion(scorer, several) for share, several in asked.items()}
        for name, scorer in scorers.items()
    }
    columns = {name: {"overall": _mean(table), **table} for name, table in tables.items()}
    ours = columns.pop(_OURS)
    ours["overall"] |= _latent_figures(model, taxonomy, vectors, config.seed)
    return {"clips": len(asked[SHARES[0]][0].known), **ours} | ({"controls": columns} if columns else {})


def _asked_clips(config: EvaluateConfig, folder: Path, taxonomy: Taxonomy) -> NDArray[np.float32]:
    if config.tags:
        vectors = vectors_of(taxonomy, read_clips(config.tags, config.aspect_column))
    else:
        settings = read_json(folder / run_folder.CONFIG_FILE)["data"]
        vectors = load_data(DataConfig(**settings), taxonomy).test
    if not (vectors.sum(axis=1) >= config.least_tags).any():
        clips = config.tags or "the corpus"
        raise InputError(f"no clip of {clips} has {config.least_tags} tags that the taxonomy knows")
    return vectors


def _mean(table: dict[str, dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([figures[name] for figures in table.values()])) for name in METRICS}


def _latent_figures(model: TagVae, taxonomy: Taxonomy, vectors: NDArray[np.float32], seed: int) -> dict[str, float]:
    state = health(model, vectors)
    figures = {
        "kl_nats": state.kl, "active_units": float(state.active_units), "latent_dim": float(state.latent_dim),
    }  # fmt: skip
    if len(known_factors(taxonomy)) < 2:  # other people's tags, in which disentanglement cannot be asked for
        return figures
    made, factors, _ = factor_clips(taxonomy, _FACTOR_CLIPS, np.random.default_rng(seed))
    codes = means_of(model, made)
    return figures | {"mig": mutual_information_gap(codes, factors), **dci(codes, factors, seed)}


def table(result: dict[str, Any]) -> str:
    """Return the figures as text: a row per share and metric, a column per model."""
    columns = {_OURS: result, **result.get("controls", {})}
    lines = [f"{result['clips']} clips", f"{'':34s}" + "".join(f"{name:>12s}" for name in columns)]
    for part in [key for key in result if key == "overall" or key.startswith("hidden_")]:
        for metric in METRICS:
            cells = "".join(f"{column[part][metric]:12.4f}" for column in columns.values())
            lines.append(f"{part + ' ' + metric:34s}{cells}")
    extra = {name: value for name, value in result["overall"].items() if name not in METRICS}
    return "\n".join([*lines, *(f"{name:34s}{value:12.4g}" for name, value in extra.items())])


@entry_point(EvaluateConfig)
def main(config: EvaluateConfig) -> None:
    """Evaluate and print."""
    result = evaluate(config)
    print(table(result))
    if config.json:
        write_json(config.json, result)


if __name__ == "__main__":
    sys.exit(main())
