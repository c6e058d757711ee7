"""The report: one page that needs nothing but itself, and works from a file, without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from string import Template
from typing import Any

from studio.embedded_audio import Sound
from studio.listening import Heard
from studio.markup import Markup, element, join
from studio.model_card import card_section
from studio.notation import key_words
from studio.report_figures import evaluation_section, strongest_control, training_section
from studio.report_listening import listening_section
from studio.report_music import Gallery, gallery_section, song_section
from studio.song import Song
from studio.stages import duration
from studio.weights import SHIPPED

_COMMANDS = (
    ("Another song, without another training",
     "python -m studio.demo --reuse --genre jazz --verse-mood romance --chorus-mood joy --seed 11"),
    ("A song by the model that was trained here",
     "python -m studio.demo --reuse --checkpoint {trained}"),
    ("Progressions by name, with Roman numerals, MIDI and sound",
     "python -m sequence_models.chord_generator.generate{checkpoint} --genre jazz --mood joy"
     " --key C:major --midi jazz.mid --wav jazz.wav"),
    ("The chords of any recording of yours, with a picture",
     "python -m audio_models.chord_recognizer.predict song.mp3 --format sheet --plot"),
    ("Your own progressions: a text file with one per line, such as C Am F G",
     "python -m sequence_models.chord_generator.train --songs my_progressions.txt --run-name mine"),
    ("The curves of every run, live",
     "tensorboard --logdir logs"),
)  # fmt: skip
_SYNTHESIZERS = {"fluidsynth": "fluidsynth", "numpy": "the NumPy synthesizer"}


@dataclass(frozen=True)
class Report:
    """What the page tells.

    Attributes:
        song: the score with its parts.
        sound: the song, rendered.
        galleries: the takes of each set of weights; the first of them wrote the song.
        history: the training history, metric -> one value per epoch.
        metrics: the content of metrics.json.
        card: sections of the model card of the weights that were ready, heading -> Markdown; empty for none.
        heard: the song's chords as they were recognised from its sound; None where no recognizer ships.
    """

    song: Song
    sound: Sound
    galleries: Sequence[Gallery]
    history: Mapping[str, Sequence[float]]
    metrics: Mapping[str, Any]
    card: Mapping[str, str] = field(default_factory=dict)
    heard: Heard | None = None


def render(report: Report) -> str:
    """Return the page as HTML; every text in it is escaped, every resource is inside."""
    title = f"A song in {key_words(report.metrics['song']['key'])}"
    sections = (
        song_section(report.song, report.sound, title, _about(report)),
        listening_section(report.heard) if report.heard else Markup(),
        gallery_section(report.galleries),
        training_section(report.history, report.metrics["training"]["duration_s"]),
        evaluation_section(report.metrics["evaluation"], report.metrics["export"]),
        card_section(report.card, report.galleries[0].title),
        _commands_section(report.metrics),
    )
    page = Template(_part("report.html"))
    return page.substitute(
        title=f"Consort: {title}", style=_part("report.css"), script=_part("report.js"),
        header=_header(title, report), sections=join(sections, "\n"), footer=_footer(report.metrics),
    )  # fmt: skip


def _about(report: Report) -> str:
    """Return what was asked of the song, and who wrote it."""
    song = report.metrics["song"]
    return (
        f"{song['genre'].capitalize()} · verse in {song['verse_mood']}, chorus in {song['chorus_mood']} ·"
        f" {song['tempo_qpm']:.0f} quarters per minute · composed by {report.galleries[0].title}"
        f" · played by {_SYNTHESIZERS[song['synthesizer']]}"
    )


def _part(name: str) -> str:
    """Return a file of the template folder."""
    return (resources.files("studio") / "templates" / name).read_text(encoding="utf-8")


def _header(title: str, report: Report) -> Markup:
    """Return what was made, with the figures that matter most."""
    tiles = element("dl", *(_tile(*tile) for tile in _tiles(report.metrics)), class_="tiles")
    return element("header", element("p", "Consort", class_="eyebrow"), element("h1", title),
                   element("p", _lead(report), class_="lead"), tiles)  # fmt: skip


def _lead(report: Report) -> str:
    """Return in a few words what happened."""
    training = report.metrics["training"]
    studied = f"studied {training['songs']} chord progressions for {duration(training['duration_s'])}"
    if len(report.galleries) == 1:
        return (
            f"A neural network {studied}, then wrote this song, and a small band played it."
            " All of it happened on this machine, from training to sound."
        )
    return (
        f"This song was written by a neural network that has learned from {report.galleries[0].learned_from},"
        f" and played by a small band. A second network {studied} on this machine, and was then asked for"
        " the same music: further down both play side by side."
    )


def _tiles(metrics: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (name, figure, comparison) of the headline figures."""
    evaluation, writer = metrics["evaluation"], metrics["weights"][metrics["song"]["by"]]
    ours, name = evaluation["overall"], strongest_control(evaluation)
    control = evaluation["controls"][name]["overall"]
    first_s = metrics["first_progression_s"]
    whose = "of the network trained here; " if len(metrics["weights"]) > 1 else ""
    tiles = [
        ("Composing", f"{writer['ms_per_chord']:.2g} ms", "per chord, by ONNX Runtime"),
        ("Training", duration(metrics["training"]["duration_s"]), f"{metrics['training']['epochs']} epochs"),
        ("Perplexity", f"{ours['perplexity']:.2f}", f"{whose}{name}: {control['perplexity']:.2f}; less is better"),
        ("Next chord right", f"{100 * ours['accuracy']:.1f} %", f"{whose}{name}: {100 * control['accuracy']:.1f} %"),
    ]
    opening = ("First progression", duration(first_s), "after the command") if first_s is not None else None
    return [opening, *tiles] if opening else tiles


def _tile(name: str, figure: str, comparison: str) -> Markup:
    """Return one headline figure."""
    unbroken, comparison = figure.replace(" ", "\N{NO-BREAK SPACE}"), comparison.replace(" %", "\N{NO-BREAK SPACE}%")
    return element("div", element("dt", name), element("dd", unbroken), element("dd", comparison, class_="note"))


def _commands_section(metrics: Mapping[str, Any]) -> Markup:
    """Return what to do next, as commands to copy."""
    writer = metrics["song"]["by"]
    # The room takes the weights that ship when none are named.
    checkpoint = "" if writer == SHIPPED else f" --checkpoint {metrics['weights'][writer]['folder']}"
    entries = (
        element(
            "li", element("p", text), _command(command.format(checkpoint=checkpoint, trained=metrics["checkpoint"]))
        )
        for text, command in _COMMANDS
    )
    return element("section", element("h2", "What next"), element("ul", *entries, class_="commands"), id="next")


def _command(command: str) -> Markup:
    """Return one command with its copy button."""
    button = element("button", "Copy", type="button", class_="copy", hidden=True)
    return element("div", element("pre", element("code", command), tabindex=0), button, class_="command")


def _footer(metrics: Mapping[str, Any]) -> Markup:
    """Return where it was made and by what: revision, machine, versions, seeds, times."""
    facts = {"git revision": metrics["git_revision"][:12], **metrics["machine"], **metrics["versions"]}
    facts |= {f"seed, {name}": value for name, value in metrics["seeds"].items()}
    facts |= {f"time, {name}": duration(value) for name, value in metrics["timings_s"].items()}
    rows = (element("div", element("dt", name), element("dd", value)) for name, value in facts.items())
    return element("h2", "How it was made") + element("dl", *rows, class_="facts")
