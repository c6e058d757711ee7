"""Derive the taxonomy from the tags of clips: which concepts there are, and which tags each gathers.

Examples:
    python -m audio_models.tag_vae.prepare --clips musiccaps
    python -m audio_models.tag_vae.prepare --clips mine.csv --min-clips 5 --output my_concepts.json

A tag becomes its words in their common form (`shared/music/tag_words.py`); what is frequent enough is a concept, and
rarer tags belong to the concept whose words they hold. Whoever disagrees edits the file: it is read as it stands.
"""

from __future__ import annotations

import sys

from audio_models.tag_vae.config import PrepareConfig
from audio_models.tag_vae.data import load_splits
from shared.cli import entry_point
from shared.music.tag_taxonomy import Taxonomy, build_taxonomy


def prepare(config: PrepareConfig) -> Taxonomy:
    """Write the taxonomy of the training clips and return it.

    Raises:
        ConsortError: when the clips cannot be read, or no tag is frequent enough.
    """
    clips = load_splits(config.data).train
    taxonomy = build_taxonomy((clip.tags for clip in clips), config.min_clips, config.min_uses)
    taxonomy.save(config.output)
    every = [tag for clip in clips for tag in clip.tags]
    known = sum(taxonomy.find(tag) is not None for tag in every)
    print(f"{len(taxonomy)} concepts of {len(clips):,} clips; {known / len(every):.0%} of the tags belong to one")
    return taxonomy


@entry_point(PrepareConfig)
def main(config: PrepareConfig) -> None:
    """Prepare."""
    prepare(config)
    print(f"wrote {config.output}")


if __name__ == "__main__":
    sys.exit(main())
