"""Generate chord progressions with a trained model, and turn them into music.

Examples:
    python -m sequence_models.chord_generator.generate --genre jazz --mood joy --key Bb:major --length 16
    python -m sequence_models.chord_generator.generate --seed-chords "C Am" --midi song.mid --wav song.wav
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from sequence_models.chord_generator import run_folder
from sequence_models.chord_generator.config import GenerateConfig
from shared.cli import entry_point
from shared.decoding.composer import Progression, Wish, compose_progressions
from shared.decoding.onnx_step import OnnxStepModel
from shared.decoding.sampling import SamplingConfig
from shared.files import write_json
from shared.music.arrangement import arrange

_SAMPLE_RATE = 44_100  # Hz


def generate(config: GenerateConfig) -> list[Progression]:
    """Generate, write the files that the configuration names, and return the progressions.

    Raises:
        ConsortError: for an unknown name, a run without exports, or a file that cannot be written.
    """
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root, run_folder.STEP_MODEL)
    wish = Wish(
        genre=config.genre, mood=config.mood, key=config.key, seed_chords=config.seed_chords,
        length=config.length, max_length=config.max_length,
        sampling=SamplingConfig(config.temperature, config.top_k, config.top_p),
        stay_in_key=config.stay_in_key, cadence=config.cadence,
    )  # fmt: skip
    model = OnnxStepModel(folder / run_folder.STEP_MODEL)
    progressions = compose_progressions(model, wish, config.num_samples, config.seed)
    if config.json:
        write_json(config.json, [progression.to_json() for progression in progressions])
    for number, progression in enumerate(progressions, start=1):
        _write_music(progression, config, number)
    return progressions


def _write_music(progression: Progression, config: GenerateConfig, number: int) -> None:
    if not (config.midi or config.wav):
        return
    from shared.music.midi import write_midi
    from shared.music.synth import render_midi, write_wav

    score = arrange(
        progression.chords, genre=progression.genre, mood=progression.mood, key=progression.key,
        seed=config.seed + number - 1, tempo_qpm=config.tempo or None,
        quarters_per_chord=config.beats_per_chord or None,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        midi = _numbered(config.midi, number) if config.midi else Path(folder) / "song.mid"
        write_midi(score, midi)
        if config.wav:
            write_wav(_numbered(config.wav, number), render_midi(midi, _SAMPLE_RATE), _SAMPLE_RATE)


def _numbered(name: str, number: int) -> Path:
    """Return NAME.mid for the first sample, NAME-2.mid for the second ..."""
    path = Path(name)
    return path if number == 1 else path.with_stem(f"{path.stem}-{number}")


def show(progression: Progression) -> str:
    """Return a progression as two aligned lines: names above Roman numerals."""
    widths = [max(len(a), len(b)) for a, b in zip(progression.names, progression.romans, strict=True)]
    rows = (progression.names, progression.romans)
    return "\n".join(" ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows)


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
