"""Render labelled pieces for training and keep their features.

Examples:
    python -m audio_models.chord_recognizer.prepare --pieces 3000 --workers 2
    python -m audio_models.chord_recognizer.prepare --output-dir /tmp/few --pieces 20

Needs fluidsynth and SoundFonts for sound that is worth learning from, and the folder of the corpora that CONSORT_DATA
names; without them it works with what there is. What is in the output folder already is kept, so it may be stopped
and called again. A piece takes about a second and 0.45 MB.
"""

from __future__ import annotations

import dataclasses
import logging
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from tqdm import tqdm

from audio_models.chord_recognizer.cache import append_record, open_cache, save_piece
from audio_models.chord_recognizer.catalog import Catalog, open_catalog
from audio_models.chord_recognizer.config import PrepareConfig
from audio_models.chord_recognizer.frame_labels import frame_labels
from audio_models.chord_recognizer.rendering import render_piece
from audio_models.chord_recognizer.sources import PIECES_VERSION, SHARES, draw
from shared.audio.features import LogFrequencySettings, frame_times_s, log_frequency
from shared.cli import entry_point
from shared.journal import Record
from shared.music.soundfonts import missing_packages
from shared.music.synth import FLUIDSYNTH, available_backend

# Renderers share the cores by pieces; threads within one would only get in each other's way.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_log = logging.getLogger(__name__)


def prepare(config: PrepareConfig) -> int:
    """Fill the folder up to the wanted number of pieces; return how many could not be made.

    Raises:
        ConsortError: when a corpus is missing, or the folder was made with other settings.
    """
    catalog = open_catalog(fonts=None if available_backend() == FLUIDSYNTH else ())
    _say_what_is_missing(catalog)
    settings = {
        "seed": config.seed,
        "pieces_version": PIECES_VERSION,
        "shares": SHARES,
        "soundfonts": list(catalog.fonts),
        "songs": {name: len(part) for name, part in catalog.songs.parts().items()},
        "features": dataclasses.asdict(LogFrequencySettings()),
    }
    done = open_cache(config.output_dir, settings)
    wanted = [index for index in range(config.pieces) if index not in done]
    _log.info("%d pieces are there, %d to make", len(done), len(wanted))
    failed = 0
    with renderers(config, catalog) as results:
        for record in tqdm(results(wanted), total=len(wanted), unit="piece", file=sys.stderr):
            if "error" in record:
                failed += 1
                _log.warning("piece %d left out: %s", record["id"], record["error"])
            else:
                append_record(config.output_dir, record)
    _log.info("%s holds %d pieces; %d could not be made", config.output_dir, config.pieces - failed, failed)
    return failed


def make_piece(index: int, config: PrepareConfig, catalog: Catalog) -> Record:
    """Render one piece and write its files; return its record, or what went wrong under `error`."""
    try:
        drawn = draw(config.seed, index, catalog)
        rendered = render_piece(drawn.piece, drawn.recipe, catalog.root)
        features = log_frequency(rendered.waveform)
        labels = frame_labels(rendered.chords, frame_times_s(len(features)))
        save_piece(config.output_dir, index, features, labels)
    except Exception as error:  # whatever it is, the batch goes on and the piece is named
        return {"id": index, "error": f"{type(error).__name__}: {error}"}
    return {
        "id": index,
        "source": drawn.piece.source,
        "song": drawn.song,
        "group": drawn.piece.group,
        "split": drawn.split,
        "licence": drawn.piece.licence,
        "frames": len(features),
        "recipe": dataclasses.asdict(drawn.recipe),
    }


def _say_what_is_missing(catalog: Catalog) -> None:
    if catalog.root is None:
        _log.warning("CONSORT_DATA names no corpora: progressions are made up, and there is no noise")
    if not catalog.fonts:
        _log.warning("the NumPy synthesizer plays; install the package fluidsynth and SoundFonts for real instruments")
    if missing := missing_packages():
        _log.info("more SoundFonts would make the pieces richer; install %s", " ".join(missing))


@contextmanager
def renderers(config: PrepareConfig, catalog: Catalog) -> Iterator[Callable[[Iterable[int]], Iterable[Record]]]:
    """Yield a function from indices to records, in order, in this process or several."""
    if config.workers == 1:
        yield lambda wanted: (make_piece(index, config, catalog) for index in wanted)
        return
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(_ONE_THREAD)
    try:
        context = multiprocessing.get_context("spawn")  # a fork would copy locks of whatever threads there are
        pool = ProcessPoolExecutor(config.workers, context, _begin, (config, catalog))
        try:
            yield lambda wanted: pool.map(_make_in_worker, wanted)
        finally:
            pool.shutdown(cancel_futures=True)  # after an interrupt, what has not begun is not begun
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


_shared: list[tuple[PrepareConfig, Catalog]] = []  # in a worker, what all its pieces need


def _begin(config: PrepareConfig, catalog: Catalog) -> None:
    _shared.append((config, catalog))


def _make_in_worker(index: int) -> Record:
    return make_piece(index, *_shared[-1])


@entry_point(PrepareConfig)
def main(config: PrepareConfig) -> int:
    """Prepare; exit with 1 when a piece could not be made."""
    return 1 if prepare(config) else 0


if __name__ == "__main__":
    sys.exit(main())
