"""Generate chord progressions, or chords for a melody, with a trained model, and turn them into music.

Examples:
    python -m sequence_models.chord_generator.generate --genre jazz --mood joy --key Bb:major --length 16
    python -m sequence_models.chord_generator.generate --seed-chords "C Am" --midi song.mid --wav song.wav
    python -m sequence_models.chord_generator.generate --melody tune.mid --temperature 0 --midi harmonised.mid
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sequence_models.chord_generator import run_folder
from sequence_models.chord_generator.config import GenerateConfig
from shared.cli import entry_point
from shared.decoding.composer import Progression, Wish, compose_progressions
from shared.decoding.harmonize import OWN_KEY, Harmonization, HarmonyWish, harmonize
from shared.decoding.onnx_step import OnnxStepModel
from shared.decoding.sampling import SamplingConfig
from shared.errors import InputError
from shared.files import write_json
from shared.music.accompaniment import accompany
from shared.music.arrangement import arrange
from shared.music.score import Score

_SAMPLE_RATE = 44_100  # Hz
_KEY_WITHOUT_MELODY = "C:major"
_BARS_PER_LINE = 8


def generate(config: GenerateConfig) -> list[Progression]:
    """Generate, write the files that the configuration names, and return the progressions.

    Raises:
        ConsortError: for an unknown name, flags that contradict each other, a run without exports, a melody
            that cannot be read, or a file that cannot be written.
    """
    _check_flags(config)
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root, run_folder.STEP_MODEL, shipped_first=True)
    model = OnnxStepModel(folder / run_folder.STEP_MODEL)
    progressions = _harmonize(model, config) if config.melody else _compose(model, config)
    if config.json:
        write_json(config.json, [progression.to_json() for progression in progressions])
    for number, progression in enumerate(progressions, start=1):
        _write_music(progression, config, number)
    return progressions


def _check_flags(config: GenerateConfig) -> None:
    """Refuse flags of which one makes the other meaningless."""
    if config.melody_track and not config.melody:
        raise InputError("--melody-track names a track of a melody's file; give the file with --melody")
    lengths = config.length or config.max_length != GenerateConfig.max_length
    for given, flag in ((config.seed_chords, "--seed-chords"), (lengths, "--length and --max-length")):
        if config.melody and given:
            raise InputError(f"{flag} cannot be joined with --melody, which says itself how long it is; drop one")
    for unheard, flag in ((config.guidance > 0, "--guidance"), (config.chromatic, "--chromatic")):
        if config.melody and unheard:
            raise InputError(f"{flag} has no say over the chords of a melody, which leads them itself; drop one")


def _compose(model: OnnxStepModel, config: GenerateConfig) -> list[Progression]:
    wish = Wish(
        genre=config.genre, mood=config.mood, seed_chords=config.seed_chords,
        key=_KEY_WITHOUT_MELODY if config.key.strip().casefold() == OWN_KEY else config.key,
        length=config.length, max_length=config.max_length,
        sampling=SamplingConfig(config.temperature, config.top_k, config.top_p),
        chromatic=config.chromatic, stay_in_key=config.stay_in_key, cadence=config.cadence, guidance=config.guidance,
    )  # fmt: skip
    return compose_progressions(model, wish, config.num_samples, config.seed)


def _harmonize(model: OnnxStepModel, config: GenerateConfig) -> list[Progression]:
    from shared.music.melody_file import read_melody

    wish = HarmonyWish(
        genre=config.genre, mood=config.mood, key=config.key, quarters_per_chord=config.beats_per_chord,
        sampling=SamplingConfig(config.temperature, config.top_k, config.top_p),
        stay_in_key=config.stay_in_key, cadence=config.cadence,
    )  # fmt: skip
    melody = read_melody(config.melody, config.melody_track)
    return [*harmonize(model, melody, wish, config.num_samples, config.seed)]


def _write_music(progression: Progression, config: GenerateConfig, number: int) -> None:
    if not (config.midi or config.wav):
        return
    from shared.audio.io import write_wav
    from shared.music.midi import write_midi
    from shared.music.synth import render_midi

    score = _score(progression, config, config.seed + number - 1)
    with tempfile.TemporaryDirectory() as folder:
        midi = _numbered(config.midi, number) if config.midi else Path(folder) / "song.mid"
        write_midi(score, midi)
        if config.wav:
            write_wav(_numbered(config.wav, number), render_midi(midi, _SAMPLE_RATE), _SAMPLE_RATE)


def _score(progression: Progression, config: GenerateConfig, seed: int) -> Score:
    """Return the music: a band that plays the chords, below the melody where there is one."""
    if isinstance(progression, Harmonization):
        return accompany(
            progression.melody, progression.chords, progression.lengths_quarters, genre=progression.genre,
            mood=progression.mood, key=progression.key, tempo_qpm=config.tempo or None, seed=seed,
        )  # fmt: skip
    return arrange(
        progression.chords, genre=progression.genre, mood=progression.mood, key=progression.key, seed=seed,
        tempo_qpm=config.tempo or None, quarters_per_chord=config.beats_per_chord or None,
    )  # fmt: skip


def _numbered(name: str, number: int) -> Path:
    """Return NAME.mid for the first sample, NAME-2.mid for the second ..."""
    path = Path(name)
    return path if number == 1 else path.with_stem(f"{path.stem}-{number}")


def show(progression: Progression) -> str:
    """Return a progression as two aligned lines, names above Roman numerals; of a melody's, eight bars to a line."""
    if not isinstance(progression, Harmonization):
        return _aligned(progression.names, progression.romans, " ")
    names, romans = (
        [" ".join(labels[index] for index in bar) for bar in progression.bars]
        for labels in (progression.names, progression.romans)
    )
    lines = range(0, len(names), _BARS_PER_LINE)
    return "\n\n".join(
        _aligned(names[bar : bar + _BARS_PER_LINE], romans[bar : bar + _BARS_PER_LINE], " | ") for bar in lines
    )


def _aligned(names: Sequence[str], romans: Sequence[str], between: str) -> str:
    widths = [max(len(a), len(b)) for a, b in zip(names, romans, strict=True)]
    rows = (names, romans)
    return "\n".join(
        between.join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


@entry_point(GenerateConfig)
def main(config: GenerateConfig) -> None:
    """Generate and print."""
    for number, progression in enumerate(generate(config), start=1):
        asked = ", ".join(word for word in (progression.genre, progression.mood) if word) or "no wishes"
        print(f"{number}. {progression.key.name}, {asked}\n{show(progression)}\n")
    for name in (config.json, config.midi, config.wav):
        if name:
            print(f"written: {name}")


if __name__ == "__main__":
    sys.exit(main())
