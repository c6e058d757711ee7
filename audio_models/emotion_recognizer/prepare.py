"""Labelled music to examples: train.json, validation.json, test.json (80, 10, 10 by song) and thesaurus.json.

Examples:
    python -m audio_models.emotion_recognizer.prepare --labels my_music/labels.json --output-dir data/mine
    python -m audio_models.emotion_recognizer.prepare --corpora vgmidi --renders 3
    python -m audio_models.emotion_recognizer.prepare --num-samples 10000

A labels file is a JSON list of objects with audio_path, node_id, valence, arousal, dominance and intensity, or a CSV
with path, valence and arousal; paths lead to audio (WAV, MP3 ...) or MIDI, seen from its folder. Without labels and
corpora the examples are synthetic: made by rule, good for trying the code and for nothing else. Features are kept, so
that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tqdm import tqdm

from audio_models.emotion_recognizer.config import PrepareConfig
from audio_models.emotion_recognizer.examples import Example, features_of, write_splits
from audio_models.emotion_recognizer.hearing import Hearing
from audio_models.emotion_recognizer.related import related_examples
from audio_models.emotion_recognizer.sources import Clip, corpus_clips, examples_of, own_clips, require_some
from audio_models.emotion_recognizer.synthetic import SYNTHETIC, norms_of, synthetic_examples
from shared.cli import entry_point
from shared.datasets.problems import ProblemLog
from shared.errors import ConsortError, InputError
from shared.files import copy_file, write_json
from shared.music.emotion import THESAURUS_FILE
from shared.splits import Splits, split_by_group

THESAURUS_NAME, NORMS_NAME, CACHE_NAME = "thesaurus.json", "feature_norms.json", "cache"
_log = logging.getLogger(__name__)


def prepare(config: PrepareConfig) -> int:
    """Write the files and return how many labelled clips could not be used.

    Raises:
        InputError: when nothing can be used.
    """
    log = ProblemLog()
    examples, fixed = _examples(config, log)
    splits = split_by_group(
        examples, lambda example: example.group, seed=config.seed, fixed=lambda example: fixed.get(example.group)
    )
    splits = Splits(
        [*splits.train, *related_examples(splits.train, config.related, config.seed)], splits.validation, splits.test
    )
    for part, held in splits.parts().items():
        if not held:
            raise InputError(f"{len(examples)} examples leave none for {part}; give more songs")
    folder = Path(config.output_dir)
    write_splits(folder, splits, _about(config, examples))
    write_json(folder / NORMS_NAME, norms_of(features_of(example for example in splits.train if example.whole)))
    copy_file(THESAURUS_FILE, folder / THESAURUS_NAME)
    _say(splits, examples)
    problems = log.report(len(examples)).problems
    if problems:
        _log.warning("%d clips were left out", len(problems))
    return len(problems)


def _examples(config: PrepareConfig, log: ProblemLog) -> tuple[list[Example], dict[str, str]]:
    """Return the examples, and the split that a corpus fixes for its groups."""
    if not config.labels and not config.corpora:
        _log.warning("no labels and no corpora: %d synthetic examples, made by rule", config.num_samples)
        return synthetic_examples(config.num_samples, config.seed), {}
    clips = list(_clips(config, log))
    hearing = Hearing(config.window_s, Path(config.output_dir) / CACHE_NAME, config.seed)
    examples: list[Example] = []
    for clip in tqdm(clips, desc="hearing", unit="clip", file=sys.stderr, disable=not sys.stderr.isatty()):
        try:
            examples += examples_of(clip, hearing, range(config.renders))
        except ConsortError as error:
            log.add(clip.name, 0, str(error))
    require_some(examples, config.labels or config.corpora)
    return examples, {clip.group: clip.split for clip in clips if clip.split}


def _clips(config: PrepareConfig, log: ProblemLog) -> Iterator[Clip]:
    if config.labels:
        yield from own_clips(config.labels, log)
    names = [name.strip() for name in config.corpora.split(",") if name.strip()]
    if names and not os.environ.get("CONSORT_DATA"):
        raise InputError(f"set CONSORT_DATA to the folder of the corpora; {', '.join(names)} are looked for there")
    for name in names:
        yield from corpus_clips(name, Path(os.environ["CONSORT_DATA"]))


def _about(config: PrepareConfig, examples: list[Example]) -> dict[str, Any]:
    licences = sorted({example.licence for example in examples})
    sources = dict(Counter(example.source for example in examples))
    return {
        "sources": sources, "licences": licences, "synthetic": SYNTHETIC in sources, "renders": config.renders,
        "window_s": config.window_s, "seed": config.seed,
    }  # fmt: skip


def _say(splits: Splits[Example], examples: list[Example]) -> None:
    for part, held in splits.parts().items():
        groups = len({example.group for example in held})
        _log.info("%-10s %6d examples of %d songs", part, len(held), groups)
    if any(example.source == SYNTHETIC for example in examples):
        _log.info("these are synthetic: a figure measured on them says nothing about music")


@entry_point(PrepareConfig)
def main(config: PrepareConfig) -> int:
    """Prepare; the exit code is 1 when a clip could not be used."""
    failed = prepare(config)
    print(f"wrote {config.output_dir}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
