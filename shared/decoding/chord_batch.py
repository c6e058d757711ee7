"""Many recordings, one after the other: a bad one is named and the batch goes on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from shared.annotation.chord_files import SUFFIXES, format_chords
from shared.audio.decoders import AUDIO_SUFFIXES, FORMATS
from shared.audio.io import Waveform, read_audio, stream_audio
from shared.datasets.contract import TimedChords
from shared.decoding.beats import find_beats
from shared.decoding.chord_recognition import FrameScores, Recognizer
from shared.errors import ConsortError, InputError
from shared.files import write_text


@dataclass(frozen=True)
class BatchWish:
    """What is asked for each recording.

    Attributes:
        form: one of `annotation.chord_files.FORMATS`.
        output_dir: where the chords go; empty = beside the recording.
        on_beats: let chords change on beats only.
        plot: also write a picture.
    """

    form: str = "lab"
    output_dir: str = ""
    on_beats: bool = False
    plot: bool = False


def recognise_files(recognizer: Recognizer, names: Sequence[str], wish: BatchWish) -> int:
    """Write the chords of files, and of the recordings in folders; return how many failed.

    A lone file's chords are printed as well. Failures are told on stderr, with a summary at the end.

    Raises:
        InputError: when no name leads to a recording.
    """
    paths = [path for name in names for path in _recordings(Path(name))]
    if not paths:
        raise InputError(f"no audio file in {', '.join(names)}; give files, or folders with {FORMATS}")
    failed = 0
    for path in tqdm(paths, desc="recognising", unit="file", disable=len(paths) == 1):
        try:
            text, written = _recognise(recognizer, path, wish)
        except ConsortError as error:
            failed += 1
            tqdm.write(f"error: {' '.join(str(error).split())}", file=sys.stderr)
            continue
        tqdm.write(f"{path}: {', '.join(map(str, written))}")
        if len(paths) == 1:
            print(text, end="")
    if failed:
        print(f"{failed} of {len(paths)} files could not be recognised", file=sys.stderr)
    return failed


def _recordings(path: Path) -> list[Path]:
    """Return a file as it is, whatever its suffix, and of a folder the audio files below it."""
    if not path.is_dir():
        return [path]
    return sorted(found for found in path.rglob("*") if found.suffix.lower() in AUDIO_SUFFIXES)


def _recognise(recognizer: Recognizer, path: Path, wish: BatchWish) -> tuple[str, list[Path]]:
    """Recognise one recording; return the chords as text and the files written."""
    rate = recognizer.model.sample_rate
    needs_beats = wish.on_beats or wish.form == "sheet"
    # Beats and the picture need the whole waveform; chords alone are heard in constant memory.
    waveform = read_audio(path, rate) if needs_beats or wish.plot else None
    beats = find_beats(waveform, rate) if needs_beats and waveform is not None else None
    if waveform is None:
        scores, timed = None, recognizer.listen(stream_audio(path, rate))
    else:
        scores = recognizer.score([waveform])
        timed = recognizer.decode(scores, beats if wish.on_beats else None)
    text = format_chords(timed, wish.form, beats, path.stem)
    folder = Path(wish.output_dir) if wish.output_dir else path.parent
    written = [folder / (path.stem + SUFFIXES[wish.form])]
    write_text(written[0], text)
    if wish.plot and scores is not None and waveform is not None:
        written.append(_picture(waveform, timed, scores, folder / f"{path.stem}.png"))
    return text, written


def _picture(waveform: Waveform, timed: TimedChords, scores: FrameScores, target: Path) -> Path:
    """Draw spectrogram, chroma and chords of a recording."""
    from shared.annotation.picture import write_picture
    from shared.audio.features import log_frequency

    write_picture(target, log_frequency(waveform), scores.hop_s, timed, title=target.stem)
    return target
