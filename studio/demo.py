"""From training to music in minutes: a chord generator is trained, measured, exported, and a band plays it.

Each step is announced with its number and time; a training runs as a process of its own, its progress shown
live. Every run trains anew, so that the song is one that was learned a minute ago (same seed, same song);
--reuse plays the model of the last demo again and takes seconds. What an earlier demo left is replaced only
when the new one is complete.

Examples:
    python -m studio.demo
    python -m studio.demo --reuse --genre jazz --verse-mood romance --chorus-mood joy --key Bb:major --seed 11
    python -m studio.demo --quick --output-dir /tmp/look
"""

from __future__ import annotations

import signal
import sys
import webbrowser
from pathlib import Path
from types import FrameType
from typing import NoReturn

from shared.cli import entry_point
from shared.decoding.composer import Progression
from shared.decoding.onnx_step import OnnxStepModel
from shared.files import read_json, write_json, write_text
from shared.music.midi import read_midi, write_midi
from shared.music.synth import write_wav
from studio.config import QUICK_TAKES, DemoConfig
from studio.embedded_audio import Sound
from studio.measurements import gather
from studio.performance import arranged, rendered_song, rendered_take, said_once, write_song_of
from studio.replacing import published
from studio.report import Report, render
from studio.report_music import Take, progressions_text
from studio.set_list import SET_LIST, Composition, Request, compose_all
from studio.song import Song
from studio.stages import Stages, duration, say
from studio.training import STEP_MODEL, checkpoint_of, evaluate_model, train_model

N_STAGES = 6


def run_demo(config: DemoConfig) -> Path:
    """Run every step and return the folder of the results.

    Raises:
        ConsortError: when a step fails; the sentence names the step and its log.
    """
    output, stages = Path(config.output_dir), Stages(N_STAGES)
    checkpoint, logs = checkpoint_of(config), output / "logs"
    with published(output) as new:
        with stages.stage("train", _training_title(config)):
            train_model(config, logs)
        with stages.stage("evaluate", "Evaluate on the test songs, beside n-gram models of the same songs"):
            evaluation = evaluate_model(checkpoint, logs)
        with stages.stage("compose", "Compose with the exported model: ONNX Runtime, no framework"):
            composition = _compose(config, checkpoint)
            write_json(new / "progressions.json", composition.to_json())
        with stages.stage("arrange", "Arrange: comping, bass and drums of each genre, written as MIDI"):
            song = _write_scores(composition, config.seed, new)
        with stages.stage("render", "Render the sound"), said_once("shared.music.synth"):
            sound, takes = _render(composition, config.seed, new)
            say(progressions_text(takes))
        with stages.stage("report", "Write the figures and the page"):
            history = read_json(checkpoint / "training_history.json")
            metrics = gather(config, checkpoint, evaluation, history, composition, song, sound, stages.timings_s)
            write_json(new / "metrics.json", metrics)
            write_text(new / "report.html", render(Report(song, sound, takes, history, metrics)))
    _say_where(output, checkpoint, stages)
    return output


def _compose(config: DemoConfig, checkpoint: Path) -> Composition:
    """Let the exported step model write the song and the set list."""
    model = OnnxStepModel(checkpoint / STEP_MODEL)
    song = [Request(config.genre, mood, config.key) for mood in (config.verse_mood, config.chorus_mood)]
    requests = SET_LIST[:QUICK_TAKES] if config.quick else SET_LIST
    return compose_all(model, (song[0], song[1]), requests, config.seed)


def _training_title(config: DemoConfig) -> str:
    if config.reuse:
        return "Take the chord generator of the last demo (--reuse)"
    songs = f"the {config.songs} progressions" if config.songs in ("embedded", "real") else config.songs
    return f"Train the chord generator on {songs}, export it and verify the export"


def _piece_name(progression: Progression) -> str:
    """Return the file name of a take, such as `jazz-romance`."""
    return f"{progression.genre}-{progression.mood}".replace(" ", "-")


def _write_scores(composition: Composition, seed: int, folder: Path) -> Song:
    """Write song.mid and pieces/*.mid; return the song as its file holds it."""
    song = write_song_of(composition.verse, composition.chorus, seed)
    write_midi(song.score, folder / "song.mid")
    for progression in composition.takes:
        write_midi(arranged(progression, seed), folder / "pieces" / f"{_piece_name(progression)}.mid")
    return Song(song.parts, read_midi(folder / "song.mid"))


def _render(composition: Composition, seed: int, folder: Path) -> tuple[Sound, list[Take]]:
    """Write song.wav; return its sound and the takes with theirs."""
    sound = rendered_song(folder / "song.mid")
    write_wav(folder / "song.wav", sound.waveform, sound.sample_rate)
    takes = [
        rendered_take(progression, arranged(progression, seed), folder / "pieces" / f"{_piece_name(progression)}.mid")
        for progression in composition.takes
    ]
    return sound, takes


def _say_where(output: Path, checkpoint: Path, stages: Stages) -> None:
    """Print where everything is."""
    entries = {
        "report.html": "the page: open it in a browser, it needs no network",
        "song.wav": "the song as sound",
        "song.mid": "the song as notes, for any sequencer",
        "pieces": "one MIDI file per genre",
        "metrics.json": "every figure, the seeds and the versions",
        "logs": "what each step printed",
    }
    say(f"\nDone in {duration(stages.total_s)}. Everything is in {output.resolve()}:")
    width = max(len(str(output / name)) for name in entries)
    for name, meaning in entries.items():
        say(f"  {output / name!s:{width}}  {meaning}")
    say(f"The model, its ONNX files and model card: {checkpoint}")


def _end_like_interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Turn SIGTERM into an exception, so that rooms are ended and unfinished files removed."""
    raise KeyboardInterrupt


@entry_point(DemoConfig)
def main(config: DemoConfig) -> None:
    """Run the demo."""
    signal.signal(signal.SIGTERM, _end_like_interrupt)
    output = run_demo(config)
    if config.open:
        webbrowser.open((output / "report.html").resolve().as_uri())


if __name__ == "__main__":
    sys.exit(main())
