"""`python -m benchmarks.rendered_music --output-dir renders`: recordings to measure with, played from MIDI corpora.

Songs of POP909, piano performances of ASAP and drums of Groove become `genre/artist/NAME.flac`, the layout that
`--custom_dir` and `--audio-dir` take: the genre is pop, piano or drums, the artist who wrote or played it, so no song
and nobody's style crosses a split. What is in the folder already is kept.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from audio_models.harmonic_vae.parallel import in_parallel
from shared.cli import entry_point, option
from shared.datasets.archives import open_archive, read_member, table
from shared.errors import ConsortError, InputError
from shared.files import atomic_path
from shared.music.synth import render_midi

RATE = 44_100
ARCHIVE = "midi.zip"


@dataclass
class RenderedMusicConfig:
    """`benchmarks.rendered_music`: play MIDI corpora into a folder of recordings."""

    output_dir: Path = option(help="folder of the recordings")
    pieces: int = option(60, help="pieces of each corpus, evenly chosen", minimum=1)
    seconds: float = option(60.0, help="longest of each that is kept", unit="s", above=0)
    workers: int = option(0, help="processes that play; 0 = one per core", minimum=0)
    backend: str = option("loky", help="joblib's back end", choices=("loky", "sequential"))


@dataclass(frozen=True)
class Score:
    """A MIDI file in a corpus, and where its recording belongs."""

    archive: Path
    member: str
    genre: str
    artist: str

    @property
    def place(self) -> Path:
        """Genre, artist, and a name that no other member of the corpus has."""
        name = self.member.removesuffix(".mid").replace("/", "_")
        return Path(self.genre, self.artist.replace("/", "_"), f"{name}.flac")


def scores(root: Path) -> list[list[Score]]:
    """Return the scores of each corpus that lies in a folder of corpora.

    Raises:
        InputError: when none does.
    """
    found = [list(corpus(root)) for corpus in (_pop909, _asap, _groove)]
    if not any(found):
        raise InputError(f"{root} has none of pop909, asap-performances and groove; CONSORT_DATA names their folder")
    return found


def _pop909(root: Path) -> Iterator[Score]:
    folder = root / "pop909"
    if (folder / ARCHIVE).is_file():
        for name, row in table(folder / "index.csv", ("song_id", "artist")).items():
            yield Score(folder / ARCHIVE, f"{name}.mid", "pop", row["artist"])


def _asap(root: Path) -> Iterator[Score]:
    folder = root / "asap-performances"
    if (folder / ARCHIVE).is_file():
        for name, row in table(folder / "metadata.csv", ("midi_performance", "composer")).items():
            yield Score(folder / ARCHIVE, name, "piano", row["composer"])


def _groove(root: Path) -> Iterator[Score]:
    folder = root / "groove"
    if (folder / ARCHIVE).is_file():
        for name, row in table(folder / "info.csv", ("midi_filename", "drummer", "beat_type")).items():
            if row["beat_type"] == "beat":  # fills last a second or two
                yield Score(folder / ARCHIVE, name, "drums", row["drummer"])


def play(score: Score, folder: Path, seconds: float) -> str:
    """Write the recording of a score, unless it is there; return what was wrong, or nothing."""
    import soundfile

    target = folder / score.place
    if target.is_file():
        return ""
    try:
        with tempfile.TemporaryDirectory() as aside, open_archive(score.archive) as archive:
            midi = Path(aside, "score.mid")
            midi.write_bytes(read_member(archive, score.member))
            sound = render_midi(midi, RATE)[: round(seconds * RATE)]
        with atomic_path(target) as path:
            soundfile.write(str(path), sound, RATE, subtype="PCM_16", format="FLAC")
    except ConsortError as error:
        return f"{score.member}: {error}"
    return ""


def evenly(items: list[Score], count: int) -> list[Score]:
    """Return `count` of the items, or all, at equal distances."""
    return [items[index * len(items) // count] for index in range(count)] if len(items) > count else items


@entry_point(RenderedMusicConfig)
def main(config: RenderedMusicConfig) -> int:
    """Play the scores; exit with 1 when one could not be."""
    root = Path(os.environ.get("CONSORT_DATA", "."))
    chosen = [score for corpus in scores(root) for score in evenly(corpus, config.pieces)]
    work = partial(play, folder=config.output_dir, seconds=config.seconds)
    faults = list(filter(None, in_parallel(work, chosen, config.workers, config.backend, unit="piece")))
    print("\n".join([*faults, f"{config.output_dir} holds {len(chosen) - len(faults)} of {len(chosen)} recordings"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
