"""Ask the trained tag VAE: which tags go with these, which clips, what lies between, what the space looks like.

Examples:
    python -m audio_models.tag_vae.generate complete --tags "jazz, mellow, saxophone"
    python -m audio_models.tag_vae.generate similar --tags "jazz, mellow" --clips musiccaps
    python -m audio_models.tag_vae.generate sample --count 5 --seed 1
    python -m audio_models.tag_vae.generate interpolate --tags "classical, violin" --to "techno, punchy kick"
    python -m audio_models.tag_vae.generate map --clips musiccaps --output tags.html
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from audio_models.tag_vae import run_folder
from audio_models.tag_vae.config import DataConfig, GenerateConfig
from audio_models.tag_vae.data import load_splits, read_clips
from audio_models.tag_vae.latent_map import write_map
from shared.cli import entry_point
from shared.datasets.tagged import TaggedClip
from shared.decoding.tag_space import Scored, TagSpace
from shared.errors import InputError, unknown_choice
from shared.files import read_json

_DEFAULT_MAP = "tag_map.html"


def complete(config: GenerateConfig, space: TagSpace, folder: Path) -> str:
    """Return the tags that go with some, a line each."""
    return _lines(space.complete(_words(config.tags, "--tags"), config.count))


def similar(config: GenerateConfig, space: TagSpace, folder: Path) -> str:
    """Return the clips that lie nearest to some tags, with tags of their own."""
    clips = _clips(config, space, folder)
    points = space.encode(space.taxonomy.vectors(clip.tags for clip in clips))
    by_id = {clip.id: clip for clip in clips}
    found = space.similar(_words(config.tags, "--tags"), [clip.id for clip in clips], points, config.count)
    return "\n".join(f"{each.score:6.3f}  {each.name:20s} {', '.join(by_id[each.name].tags)}" for each in found)


def sample(config: GenerateConfig, space: TagSpace, folder: Path) -> str:
    """Return sets of tags that go together, a line each."""
    rng = np.random.default_rng(config.seed)
    return "\n".join(", ".join(each.name for each in space.sample(rng)) for _ in range(config.count))


def interpolate(config: GenerateConfig, space: TagSpace, folder: Path) -> str:
    """Return what goes with points on the way from some tags to others, a line each."""
    way = space.interpolate(_words(config.tags, "--tags"), _words(config.to, "--to"), config.steps)
    shares = np.linspace(0, 1, config.steps)
    named = (", ".join(each.name for each in scored) for scored in way)
    return "\n".join(f"{share:4.0%}  {names}" for share, names in zip(shares, named, strict=True))


def draw_map(config: GenerateConfig, space: TagSpace, folder: Path) -> str:
    """Write the map of clips and return where it is."""
    path = Path(config.output or _DEFAULT_MAP)
    write_map(path, space, _clips(config, space, folder), config.seed)
    return f"wrote {path}: open it in a browser"


Task = Callable[[GenerateConfig, TagSpace, Path], str]
TASKS: dict[str, Task] = {
    "complete": complete, "similar": similar, "sample": sample, "interpolate": interpolate, "map": draw_map,
}  # fmt: skip


def generate(config: GenerateConfig) -> str:
    """Return the answer as text.

    Raises:
        ConsortError: when the task, a tag, the clips or the run cannot be used.
    """
    if len(config.task) != 1:
        raise InputError(f"name one task: {', '.join(TASKS)}; such as: generate complete --tags 'jazz, mellow'")
    (name,) = config.task
    if name not in TASKS:
        raise unknown_choice("task", name, list(TASKS))
    folder = run_folder.resolve(config.checkpoint, config.output_root)
    return TASKS[name](config, TagSpace(folder), folder)


def _words(text: str, flag: str) -> list[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        raise InputError(f"{flag} names no tag; give some, separated by commas")
    return words


def _clips(config: GenerateConfig, space: TagSpace, folder: Path) -> list[TaggedClip]:
    """Return the clips of a file, else of the run's corpus, that have a known tag."""
    if config.clips:
        found = list(read_clips(config.clips, config.aspect_column))
    else:
        settings = read_json(folder / run_folder.CONFIG_FILE)["data"]
        found = [clip for part in load_splits(DataConfig(**settings)).parts().values() for clip in part]
    known = [clip for clip in found if any(space.taxonomy.find(tag) is not None for tag in clip.tags)]
    if not known:
        raise InputError(f"no clip of {config.clips or 'the corpus'} has a tag that the taxonomy knows")
    return known


def _lines(scored: Sequence[Scored]) -> str:
    return "\n".join(f"{each.score:7.2%}  {each.name}" for each in scored)


@entry_point(GenerateConfig)
def main(config: GenerateConfig) -> None:
    """Answer."""
    print(generate(config))


if __name__ == "__main__":
    sys.exit(main())
