"""The steps of the demo, one after the other: the song, training, measurement, music, listening, the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shared.decoding.onnx_step import OnnxStepModel
from shared.files import read_json, write_json, write_text
from studio.config import DemoConfig
from studio.listening import Heard, listen, ready_recognizer
from studio.measurements import gather
from studio.model_card import read_card
from studio.opening import Opening
from studio.performance import RenderedSong, perform_song, rendered_takes, said_once, write_pieces
from studio.replacing import published
from studio.report import Report, render
from studio.report_music import Gallery, progressions_text
from studio.set_list import Composition, compose_all, song_requests, take_requests
from studio.stages import Stages, duration, say
from studio.training import evaluate_model, train_model
from studio.weights import HISTORY, Weights, trained_weights

N_STAGES = 6


@said_once("shared.music.synth")
def run_demo(config: DemoConfig, opening: Opening | None = None) -> Path:
    """Run every step and return the folder of the results.

    Args:
        config: what to train and to play.
        opening: what ready weights have composed already; None where there are none.

    Raises:
        ConsortError: when a step fails; the sentence names the step and its log.
    """
    output, recognizer = Path(config.output_dir), ready_recognizer()
    stages = Stages(N_STAGES + (opening is not None) + (recognizer is not None))
    trained, logs = trained_weights(config), output / "logs"
    song = _early_song(opening.composition, config.seed, output, stages) if opening else None
    card = read_card(opening.composition.by.folder) if opening else {}
    with published(output) as new:
        with stages.stage("train", _training_title(config)):
            train_model(config, logs)
        with stages.stage("evaluate", "Evaluate it on the test songs, beside n-gram models of the same songs"):
            evaluation = evaluate_model(trained.folder, logs)
        with stages.stage("compose", "Compose with the exported model: ONNX Runtime, no framework"):
            compositions = [*([opening.composition] if opening else []), _composed(trained, config)]
            write_json(new / "progressions.json", _progressions(compositions))
        with stages.stage("arrange", "Arrange: comping, bass and drums of each genre, written as MIDI"):
            for composition in compositions:
                write_pieces(composition.takes, config.seed, new / "pieces" / composition.by.name)
        with stages.stage("render", "Render the sound"):
            song = song or perform_song(compositions[0], config.seed, new)
            galleries = [_gallery(composition, config.seed, new / "pieces") for composition in compositions]
        heard = _heard(recognizer, song, output if opening else new, new, stages) if recognizer else None
        with stages.stage("report", "Write the figures and the page"):
            history = read_json(trained.folder / HISTORY)
            metrics = {"first_progression_s": opening.first_s if opening else None}
            metrics |= gather(config, evaluation, history, compositions, song, heard, stages.timings_s)
            write_json(new / "metrics.json", metrics)
            report = Report(song.song, song.sound, galleries, history, metrics, card, heard)
            write_text(new / "report.html", render(report))
    _say_where(output, trained.folder, stages)
    return output


def _early_song(composition: Composition, seed: int, output: Path, stages: Stages) -> RenderedSong:
    """Play the song of ready weights and publish it at once, to be heard while the training goes on."""
    title = f"Arrange and render a song by {composition.by.title}"
    with stages.stage("song", title), published(output) as new:
        song = perform_song(composition, seed, new)
    say(f"      listen while the rest goes on: {output / 'song.wav'}")
    return song


def _heard(model: Path, song: RenderedSong, sounding: Path, new: Path, stages: Stages) -> Heard:
    """Recognise the chords of the song from its WAV in the folder `sounding`, and say how many are right."""
    with stages.stage("listen", "Listen to the song: recognise its chords from the sound alone"):
        heard = listen(model, song, sounding / "song.wav", new)
        root, triad = (100 * heard.scores[name] for name in ("root", "majmin"))
        say(f"      its root is right in {root:.0f} % of the time, major or minor in {triad:.0f} %")
    return heard


def _composed(weights: Weights, config: DemoConfig) -> Composition:
    """Let the exported step model write the song and the set list."""
    model = OnnxStepModel(weights.step_model)
    return compose_all(model, song_requests(config), take_requests(config), config.seed, weights)


def _progressions(compositions: Sequence[Composition]) -> dict[str, object]:
    """Return the content of progressions.json: whose song was played, and what each wrote."""
    return {"song_by": compositions[0].by.name} | {made.by.name: made.to_json() for made in compositions}


def _gallery(composition: Composition, seed: int, pieces: Path) -> Gallery:
    """Render the takes of a composition and print them."""
    weights = composition.by
    takes = rendered_takes(composition.takes, seed, pieces / weights.name)
    say(f"      by {weights.title}:\n{progressions_text(takes)}")
    return Gallery(weights.name, weights.title, weights.learned_from, takes)


def _training_title(config: DemoConfig) -> str:
    if config.reuse:
        return "Take the chord generator of the last demo (--reuse)"
    songs = f"the {config.songs} progressions" if config.songs in ("embedded", "real") else config.songs
    return f"Train a chord generator on {songs}, export it and verify the export"


def _say_where(output: Path, checkpoint: Path, stages: Stages) -> None:
    """Print where everything is."""
    entries = {
        "report.html": "the page: open it in a browser, it needs no network",
        "song.wav": "the song as sound",
        "song.mid": "the song as notes, for any sequencer",
        "song_recognised.lab": "its chords as they were heard; song_played.lab: as they were played",
        "pieces": "one MIDI file per genre, of each model",
        "metrics.json": "every figure, the seeds and the versions",
        "logs": "what each step printed",
    }
    say(f"\nDone in {duration(stages.total_s)}. Everything is in {output.resolve()}:")
    entries = {name: meaning for name, meaning in entries.items() if (output / name).exists()}
    width = max(len(str(output / name)) for name in entries)
    for name, meaning in entries.items():
        say(f"  {output / name!s:{width}}  {meaning}")
    say(f"The model trained here, its ONNX files and model card: {checkpoint}")
