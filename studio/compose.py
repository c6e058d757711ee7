"""From an emotion to a piece of music: MIDI, sound, every decision as JSON, and the piano roll as a picture.

The emotion is a word, a point, or what a recording sounds like. The nets' ONNX files and the chord generator's play
together; no framework is imported. Same wish, same seed, same bytes.

Examples:
    python -m studio.compose --emotion melancholy --genre jazz --key A:minor --bars 16 --seed 7 --out song
    python -m studio.compose --valence -0.4 --arousal 0.2 --tempo 96 --out tense
    python -m studio.compose --like recording.mp3 --genre folk --out answer
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.cli import entry_point, option
from shared.decoding.emotion_models import EMOTION_FOLDER, OnnxNets
from shared.decoding.emotion_plan import BAR_QUARTERS, EmotionWish, section_of
from shared.decoding.onnx_step import OnnxStepModel
from shared.decoding.performance import Performance, perform
from shared.errors import ConsortError, InputError
from shared.files import write_json, write_text
from shared.music.conditions import GENRES
from shared.music.emotion import thesaurus
from shared.music.emotion_nets import PHRASE_BARS
from shared.music.emotion_point import EmotionPoint
from shared.music.midi import write_midi
from shared.shipped import shipped_folder
from studio.piano_roll import Section

CHORD_MODEL, CHORD_STEP = "chord_generator", "chord_generator_step.onnx"
AUTO = "auto"
SAMPLE_RATE = 44_100  # Hz


@dataclass
class ComposeConfig:
    """Compose a piece for an emotion: give a word, or a point, or a recording."""

    emotion: str = option("", help="an English word, such as melancholy; or the id of a node, 0-215")
    valence: float | None = option(None, help="-1 unpleasant .. 1 pleasant, with --arousal", minimum=-1, maximum=1)
    arousal: float | None = option(None, help="-1 asleep .. 1 frantic, with --valence", minimum=-1, maximum=1)
    dominance: float = option(0.0, help="-1 at the mercy of it .. 1 in control, beside a point", minimum=-1, maximum=1)
    like: str = option("", help="a recording (WAV, MP3 ...): the piece has its emotion")
    genre: str = option("pop", help="who plays, and how", choices=GENRES)
    key: str = option(AUTO, help="such as A:minor; auto takes the mode from the emotion and the tonic from the seed")
    bars: int = option(16, help="length in bars of 4/4", unit="bars", minimum=1, maximum=64)
    tempo: str = option(AUTO, help="quarters per minute, or auto: as the emotion asks")
    seed: int = option(0, help="of everything that is chosen: same seed, same piece", minimum=0)
    out: str = option("song", help="where it goes: OUT.mid, OUT.wav, OUT.json, OUT.svg")
    wav: bool = option(True, help="render the sound too")
    models_dir: str = option(str(EMOTION_FOLDER), help="folder of the emotion nets' ONNX files")
    chords: str = option("", help="the chord generator's step model; empty = the one that ships")


@entry_point(ComposeConfig)
def main(config: ComposeConfig) -> None:
    """Compose, write the files and say what was made."""
    point, found = emotion_of(config)
    wish = EmotionWish(point, config.genre, config.key, config.bars, tempo_of(config.tempo), config.seed)
    nets, model = OnnxNets(config.models_dir), OnnxStepModel(chord_model(config.chords))
    start = time.perf_counter()
    piece = perform(wish, nets, model)
    spent = time.perf_counter() - start
    for path in write_piece(piece, found, Path(config.out), config.wav):
        print(path)
    names = " ".join(dict.fromkeys(piece.progression.names))
    print(f"{found['said']}: {piece.plan.key.title}, {piece.plan.tempo_qpm:g} per minute, {names} ({spent:.2f} s)")


def emotion_of(config: ComposeConfig) -> tuple[EmotionPoint, dict[str, Any]]:
    """Return the point that is asked for, and how it was found.

    Raises:
        InputError: when none or several of word, point and recording are given, or the word is unknown.
    """
    pointed = config.valence is not None or config.arousal is not None
    if (bool(config.emotion) + pointed + bool(config.like)) != 1:
        raise InputError("give one of --emotion WORD, --valence and --arousal, or --like RECORDING")
    if config.emotion:
        return _named(config.emotion)
    if config.like:
        point = heard_in(Path(config.like), Path(config.models_dir))
        said = f"as {Path(config.like).name}"
    else:
        if config.valence is None or config.arousal is None:
            raise InputError("a point needs both --valence and --arousal")
        point, said = EmotionPoint.of(config.valence, config.arousal, config.dominance), "the point"
    match = thesaurus().by_point(point)
    return point, {"said": f"{said}, near {match.node.word}", "node_id": match.node.id, "distance": match.distance}


def _named(name: str) -> tuple[EmotionPoint, dict[str, Any]]:
    if name.strip().isdecimal():
        node = thesaurus().by_id(int(name))
        return node.point, {"said": node.word, "node_id": node.id, "distance": 0.0, "via": "id"}
    match = thesaurus().by_word(name)
    near = "" if match.distance == 0 else f", nearest {match.node.word} (distance {match.distance:.2f})"
    found = {"said": f"{name}{near}", "node_id": match.node.id, "distance": match.distance, "via": match.via}
    return match.node.point, found


def heard_in(recording: Path, models_dir: Path) -> EmotionPoint:
    """Return the emotion of a recording, by the recognizer that takes a waveform.

    Raises:
        ConsortError: when the recording cannot be read or the net is missing.
    """
    from studio.emotion_listening import recognised_point  # its readers of audio take long to load

    return recognised_point(recording, models_dir)


def tempo_of(text: str) -> float | None:
    """Return the tempo that is asked for; None for auto.

    Raises:
        InputError: when it is neither a number nor auto.
    """
    if text.strip().casefold() == AUTO:
        return None
    try:
        return float(text)
    except ValueError:
        raise InputError(f"--tempo {text} is no tempo; give quarters per minute, such as 96, or auto") from None


def chord_model(named: str) -> Path:
    """Return the chord generator's step model that is named, or the one that ships.

    Raises:
        ConsortError: when none ships.
    """
    if named:
        return Path(named)
    folder = shipped_folder(CHORD_MODEL, CHORD_STEP)
    if folder is None:
        raise ConsortError("no chord generator ships; name the step model of a run with --chords")
    return folder / CHORD_STEP


def write_piece(piece: Performance, found: dict[str, Any], out: Path, wav: bool) -> list[Path]:
    """Write the piece under a name, with the suffixes .mid, .wav, .json and .svg; return the paths.

    Raises:
        ConsortError: when a file cannot be written or the sound not be rendered.
    """
    from studio.roll_picture import roll_picture

    paths = [out.with_name(out.name + suffix) for suffix in (".mid", ".json", ".svg", ".wav")]
    midi, decisions, picture, sound = paths
    write_midi(piece.score, midi)
    write_json(decisions, {"found": found, **piece.decisions()})
    sections = [Section(bar * BAR_QUARTERS, section_of(bar)) for bar in range(0, piece.plan.bars, PHRASE_BARS)]
    write_text(picture, roll_picture(piece.score, sections))
    if not wav:
        return paths[:-1]
    from shared.audio.io import write_wav
    from shared.music.synth import render_midi

    write_wav(sound, render_midi(midi, SAMPLE_RATE), SAMPLE_RATE)
    return paths


if __name__ == "__main__":
    sys.exit(main())
